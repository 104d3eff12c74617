"""Partitions: which ones an expression finds, in segments or whole; and statistics of columns."""

import pytest
from test_catalogue import error_of

VALUES = [[f"2026-11-{day:02}", venue] for day in range(18, 22) for venue in ("bats", "nyse", "x'y")]


@pytest.fixture
def partitions(glue, table):
    items = [{"Values": values, "StorageDescriptor": {"Columns": [], "Location": "s3://b/p"}} for values in VALUES]
    assert glue.batch_create_partition(**table, PartitionInputList=items)["Errors"] == []
    return table


def found(glue, table, **request):
    pages = glue.get_paginator("get_partitions").paginate(**table, **request)
    return [partition["Values"] for page in pages for partition in page["Partitions"]]


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("", lambda day, venue: True),
        ("day = '2026-11-20'", lambda day, venue: day == "2026-11-20"),
        ("((day >= '2026-11-19') AND (day < '2026-11-21'))", lambda day, venue: "2026-11-19" <= day < "2026-11-21"),
        ("DAY > '2026-11-19'", lambda day, venue: day > "2026-11-19"),
        ("day != '2026-11-19'", lambda day, venue: day != "2026-11-19"),
        ("day = date '2026-11-19'", lambda day, venue: day == "2026-11-19"),
        ("day = DATE'2026-11-19'", lambda day, venue: day == "2026-11-19"),
        ("`day` in ('2026-11-18', '2026-11-21')", lambda day, venue: day in ("2026-11-18", "2026-11-21")),
        ("day between '2026-11-19' and '2026-11-20'", lambda day, venue: "2026-11-19" <= day <= "2026-11-20"),
        ("venue like 'b%'", lambda day, venue: venue == "bats"),
        ("venue = 'x''y' or (venue = 'nyse' and day = '2026-11-18')", lambda d, v: v == "x'y" or [d, v] == VALUES[1]),
        ("not venue = 'nyse'", lambda day, venue: venue != "nyse"),
        ("not (venue = 'nyse' or day > '2026-11-18')", lambda day, venue: venue != "nyse" and day <= "2026-11-18"),
        ("venue is not null", lambda day, venue: True),
        ("\"venue\" <> 'bats'", lambda day, venue: venue != "bats"),
    ],
)
def test_an_expression_finds_what_it_says(glue, partitions, expression, wanted):
    assert found(glue, partitions, Expression=expression) == [values for values in VALUES if wanted(*values)]


def test_a_null_is_found_only_by_asking_for_it(glue, partitions):
    null = ["__HIVE_DEFAULT_PARTITION__", "bats"]
    glue.create_partition(**partitions, PartitionInput={"Values": null})
    assert found(glue, partitions, Expression="day is null") == [null]
    assert null not in found(glue, partitions, Expression="not day = '2026-11-18'")


@pytest.mark.parametrize("expression", ["day =", "colour = 'red'", "day = 'yesterday'", "day like '2026%'"])
def test_an_expression_that_says_nothing_is_refused(glue, partitions, expression):
    assert error_of(glue.get_partitions, **partitions, Expression=expression) == "InvalidInputException"


def test_segments_together_have_each_partition_once(glue, partitions):
    segments = [{"SegmentNumber": number, "TotalSegments": 5} for number in range(5)]
    each = [found(glue, partitions, Segment=segment) for segment in segments]
    assert sorted(values for segment in each for values in segment) == VALUES
    assert all(each)
    beyond = {"SegmentNumber": 5, "TotalSegments": 5}
    assert error_of(glue.get_partitions, **partitions, Segment=beyond) == "InvalidInputException"


def test_a_partition_has_a_value_for_each_key(glue, table):
    short = {"Values": ["2026-11-20"]}
    assert error_of(glue.create_partition, **table, PartitionInput=short) == "InvalidInputException"
    assert error_of(glue.batch_create_partition, **table, PartitionInputList=[short]) == "InvalidInputException"


def test_a_partition_is_registered_once(glue, partitions):
    again = {"Values": VALUES[0]}
    assert error_of(glue.create_partition, **partitions, PartitionInput=again) == "AlreadyExistsException"
    errors = glue.batch_create_partition(**partitions, PartitionInputList=[again])["Errors"]
    assert [error["ErrorDetail"]["ErrorCode"] for error in errors] == ["AlreadyExistsException"]


def test_a_batch_holds_no_more_than_glue_takes(glue, partitions):
    many = [{"Values": [f"2025-01-{day:02}", str(n)]} for day in range(1, 27) for n in range(4)]
    assert error_of(glue.batch_create_partition, **partitions, PartitionInputList=many) == "ValidationException"
    assert error_of(glue.batch_delete_partition, **partitions, PartitionsToDelete=many[:26]) == "ValidationException"


def test_statistics_are_kept_by_table_and_by_partition_and_go_with_them(glue, partitions):
    nulls = {"LongColumnStatisticsData": {"NumberOfNulls": 3, "NumberOfDistinctValues": 7}, "Type": "LONG"}
    column = {"ColumnName": "size", "ColumnType": "bigint", "AnalyzedTime": 0, "StatisticsData": nulls}
    one = {**partitions, "PartitionValues": VALUES[0]}
    glue.update_column_statistics_for_table(**partitions, ColumnStatisticsList=[column])
    glue.update_column_statistics_for_partition(**one, ColumnStatisticsList=[column])
    answer = glue.get_column_statistics_for_table(**partitions, ColumnNames=["size", "price"])
    assert [known["StatisticsData"] for known in answer["ColumnStatisticsList"]] == [nulls]
    assert [error["ColumnName"] for error in answer["Errors"]] == ["price"]
    glue.delete_column_statistics_for_table(**partitions, ColumnName="size")
    assert glue.get_column_statistics_for_table(**partitions, ColumnNames=["size"])["ColumnStatisticsList"] == []
    assert glue.get_column_statistics_for_partition(**one, ColumnNames=["size"])["ColumnStatisticsList"]
    glue.delete_partition(**one)
    assert error_of(glue.get_column_statistics_for_partition, **one, ColumnNames=["size"]) == "EntityNotFoundException"


def test_there_are_no_functions_of_users(glue, table):
    assert glue.get_user_defined_functions(DatabaseName="lake", Pattern="*")["UserDefinedFunctions"] == []
