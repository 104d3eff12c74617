"""Builds one day of a silver table as a candidate: every event of that day in bronze, once, in columns.

A Glue 5.1 job for every contract. What it knows of an event is its argument `--contract`, the JSON that
domain/events/to-contract.ts makes; no code here belongs to one event.
"""

import json
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce

from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

# Timestamps of Firehose's Parquet have a zone (INT96); Spark would refuse to read them as ones without.
BRONZE = (
    "event_id string, occurred_at timestamp, received_at timestamp, appended_at timestamp, topic string, "
    "partition int, offset string, schema_version int, payload string, payload_pointer string"
)
KINDS = {
    "text": "string",
    "token": "string",
    "decimal": "string",
    "choice": "string",
    "integer": "bigint",
    "instant": "bigint",
    "flag": "boolean",
}
LARGEST_INTEGER = 2**53 - 1
ROWS_PER_FILE = 4_000_000


@dataclass(frozen=True)
class Contract:
    """An event as its contract has it; see `Contract` in domain/events/to-contract.ts."""

    event: str
    calendar: str
    day: str
    at: str
    late_after_ms: int
    digits_limit: int
    instant_limits: tuple[int, int]
    fields: list[dict]
    notional: list[str]
    columns: list[dict]

    @classmethod
    def parse(cls, text: str) -> "Contract":
        known = json.loads(text)
        return cls(**{name: known[name] for name in cls.__dataclass_fields__})


class RefusedRowsError(Exception):
    """Bronze holds rows that their contract refuses, though landing lets none through."""


def day_of(at: Column, calendar: str) -> Column:
    """The day of a UTC timestamp: a market's closes at 17:00 New York time, when the next one begins."""
    if calendar == "utc":
        return F.to_date(at)
    return F.to_date(F.from_utc_timestamp(at, "America/New_York") + F.expr("interval 7 hours"))


def rows_of_day(bronze: DataFrame, day: date, calendar: str) -> DataFrame:
    """Bronze rows that happened on that day."""
    return bronze.where(day_of(F.col("occurred_at"), calendar) == F.lit(day))


def resolve_pointers(rows: DataFrame, contents: DataFrame) -> DataFrame:
    """Gives rows that point at their payload the payload itself. `contents` has (pointer, content)."""
    return (
        rows.join(F.broadcast(contents), rows.payload_pointer == contents.pointer, "left")
        .withColumn("payload", F.coalesce("payload", "content"))
        .drop("pointer", "content")
    )


def parse(rows: DataFrame, contract: Contract) -> DataFrame:
    """Adds `event`, the payload's fields as a struct, and `refusal`: why the contract refuses the row, else null."""
    shape = ", ".join(f"`{field['name']}` {KINDS[field['kind']]}" for field in contract.fields)
    schema = f"type string, {shape}, _corrupt_record string"
    rows = rows.withColumn("event", F.from_json("payload", schema, {"columnNameOfCorruptRecord": "_corrupt_record"}))
    event = F.col("event")
    reasons = [
        F.when(F.col("payload").isNull(), "its payload is missing"),
        F.when(event["_corrupt_record"].isNotNull(), "its payload is not JSON of that shape"),
        F.when(~event["type"].eqNullSafe(contract.event), says("type", event["type"], f"is not {contract.event}")),
        *(reason for field in contract.fields for reason in reasons_of(field, contract)),
        *(
            F.when(~F.unix_millis(column).eqNullSafe(event[field]), says(field, event[field], f"is not its {column}"))
            for column, field in (("occurred_at", contract.at), ("received_at", "received_at"))
        ),
    ]
    return rows.withColumn("refusal", F.coalesce(*reasons))


def reasons_of(field: dict, contract: Contract) -> list[Column]:
    """For each rule of a field a column: what is said where a value breaks it, else null."""
    name, kind = field["name"], field["kind"]
    value = F.col("event")[name]
    reasons = [] if field["optional"] else [F.when(value.isNull(), says(name, value, "is missing"))]

    def refuse(condition: Column, reason: str) -> None:
        reasons.append(F.when(condition, says(name, value, reason)))

    if KINDS[kind] == "string" and kind != "token":
        # Spark reads any value as text. Within a text the quotes would be escaped, so this finds the key itself.
        refuse(value.isNotNull() & ~F.col("payload").contains(f'"{name}":"'), "is no text")
    match kind:
        case "token":
            # The value is not repeated: it may be what a token should stand for.
            reasons.append(F.when(~value.rlike(r"\A[0-9a-f]{64}\z"), F.lit(f"{name}: is no token")))
        case "text":
            refuse(value == "", "is empty")
            refuse(F.length(value) > field["most"], f"has more than {field['most']} characters")
            refuse(value.rlike(r"[\x00-\x1f\x7f]"), "holds a control character")
        case "decimal":
            pattern = rf"\A-?\d{{1,{contract.digits_limit}}}(\.\d{{1,8}})?\z"
            refuse(~value.rlike(pattern), f"is no decimal of {contract.digits_limit} and eight digits")
        case "integer":
            refuse(F.abs(value) > LARGEST_INTEGER, "is no whole number that a double holds")
        case "instant":
            start, end = contract.instant_limits
            refuse((value < start) | (value >= end), "is out of range")
        case "choice":
            refuse(~value.isin(field["choices"]), f"is none of {', '.join(field['choices'])}")
    if field.get("positive"):
        refuse(value.cast("decimal(38,8)") <= 0, "is not positive")
    if "least" in field:
        refuse(value.cast("decimal(38,8)") < field["least"], f"is less than {field['least']}")
    if "greatest" in field:
        refuse(value.cast("decimal(38,8)") > field["greatest"], f"is more than {field['greatest']}")
    return reasons


def says(name: str, value: Column, reason: str) -> Column:
    """`price: -3 is not positive`."""
    return F.concat(F.lit(f"{name}: "), F.coalesce(value.cast("string"), F.lit("it")), F.lit(f" {reason}"))


def deduplicate(rows: DataFrame) -> DataFrame:
    """Of every event id the row that stands first in the log."""
    first = Window.partitionBy("event_id").orderBy("topic", "partition", "offset")
    return rows.withColumn("occurrence", F.row_number().over(first)).where("occurrence = 1").drop("occurrence")


def product(one: Column, other: Column) -> Column:
    """The product of two decimal(22,8), rounded once, half away from zero.

    Spark narrows a product of more than 38 digits by itself, so that it would be rounded twice. The whole part and the
    fraction of one factor stay below that; only the fraction's product has more than eight decimals, and as both have
    the same sign, rounding it rounds the sum.
    """
    fraction = one % F.lit(1).cast("decimal(1,0)")
    whole = (one - fraction).cast("decimal(14,0)")
    return (whole * other + F.round(fraction * other, 8)).cast("decimal(38,8)")


def shape(rows: DataFrame, contract: Contract) -> DataFrame:
    """The columns of the silver table, in its order and types, of rows that the contract accepts."""
    event = F.col("event")
    values = {field["name"]: event[field["name"]] for field in contract.fields}
    for field in contract.fields:
        if field["kind"] == "instant":
            values[field["name"]] = F.timestamp_millis(event[field["name"]])
    if contract.notional:
        price, quantity = (event[name].cast("decimal(22,8)") for name in contract.notional)
        values["notional"] = product(price, quantity)
    # An event's own field goes before what would follow from its row under the same name.
    values = {
        "event_id": F.col("event_id"),
        "is_late": event["received_at"] - event[contract.at] > contract.late_after_ms,
        "schema_version": F.col("schema_version"),
        "appended_at": F.col("appended_at"),
        "log_topic": F.col("topic"),
        "log_partition": F.col("partition"),
        "log_offset": F.col("offset"),
        contract.day: day_of(F.col("occurred_at"), contract.calendar),
        **values,
    }
    return rows.select(
        *(values[column["name"]].cast(column["type"]).alias(column["name"]) for column in contract.columns)
    )


def bronze_folders(spark: SparkSession, bronze: str, event: str, day: date) -> list[str]:
    """Folders of the event's rows that may be of that day: none arrived more than a day before it by a clock ahead."""
    pattern = spark._jvm.org.apache.hadoop.fs.Path(f"{bronze}ingest_date=*/event_type={event}")
    found = pattern.getFileSystem(spark._jsc.hadoopConfiguration()).globStatus(pattern) or []
    folders = [status.getPath().toString() for status in found]
    earliest = f"ingest_date={day - timedelta(days=1)}"
    return sorted(folder for folder in folders if folder.split("/")[-2] >= earliest)


def read_bronze(spark: SparkSession, folders: list[str]) -> DataFrame:
    """Rows of those folders, whatever columns their files have."""
    return spark.read.schema(BRONZE).parquet(*folders) if folders else spark.createDataFrame([], BRONZE)


def read_contents(spark: SparkSession, pointers: list[str]) -> DataFrame:
    """(pointer, content) of the objects that rows point at."""
    objects = (
        spark.read.text(pointer, wholetext=True).select(
            F.lit(pointer).alias("pointer"), F.col("value").alias("content")
        )
        for pointer in pointers
    )
    return reduce(DataFrame.unionAll, objects)


def build(spark: SparkSession, bronze: str, day: date, contract: Contract) -> tuple[DataFrame, int]:
    """The rows of a day's candidate, and how many bronze rows they were made of.

    Raises RefusedRowsError where the contract refuses any of them.
    """
    rows = rows_of_day(read_bronze(spark, bronze_folders(spark, bronze, contract.event, day)), day, contract.calendar)
    pointing = rows.where("payload is null and payload_pointer is not null")
    pointers = [row.payload_pointer for row in pointing.select("payload_pointer").distinct().collect()]
    if pointers:
        rows = resolve_pointers(rows, read_contents(spark, pointers))
    parsed = parse(rows, contract).persist()
    place = F.struct("topic", "partition", "offset")
    found = parsed.agg(
        F.count("*").alias("read"),
        F.count("refusal").alias("refused"),
        F.min_by(F.struct(place.alias("place"), "refusal"), F.when(F.col("refusal").isNotNull(), place)).alias("first"),
    ).first()
    if found.refused:
        topic, partition, offset = found.first.place
        raise RefusedRowsError(
            f"{found.refused} of {found.read} {contract.event} rows of {day} are refused by their contract; "
            f"the first is {topic}/{partition}/{offset}: {found.first.refusal}"
        )
    return shape(deduplicate(parsed), contract), found.read


def main(argv: list[str]) -> None:
    # Only Glue has it, and what stands for Glue here.
    from awsglue.utils import getResolvedOptions

    names = ["event", "date", "bronze", "candidate_database", "candidate_table", "candidate_location", "contract"]
    options = getResolvedOptions(argv, names)
    contract = Contract.parse(options["contract"])
    spark = SparkSession.builder.config("spark.sql.session.timeZone", "UTC").getOrCreate()
    # A session that Glue has made keeps its own setting otherwise.
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    day = date.fromisoformat(options["date"])
    rows, read = build(spark, options["bronze"], day, contract)
    candidate = f"glue_catalog.{options['candidate_database']}.{options['candidate_table']}"
    (
        rows.coalesce(1 + read // ROWS_PER_FILE)
        .writeTo(candidate)
        .using("iceberg")
        .tableProperty("location", options["candidate_location"].rstrip("/"))
        .tableProperty("format-version", "2")
        .tableProperty("write.format.default", "parquet")
        .createOrReplace()
    )
    written = spark.table(candidate).count()
    print(
        json.dumps(
            {
                "event": contract.event,
                "date": options["date"],
                "rows_read": read,
                "duplicates": read - written,
                "rows_written": written,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv)
