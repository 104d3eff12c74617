import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from silver import BRONZE, Contract

CONTRACTS = Path(__file__).parent.parent / "contracts"
PAGES = Path(__file__).parent.parent.parent / "docs" / "data"
EVENTS = sorted(path.stem for path in CONTRACTS.glob("*.json"))


@pytest.fixture(scope="session")
def spark() -> SparkSession:
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": "2",
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "1g",
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def contract_of(event: str) -> Contract:
    return Contract.parse((CONTRACTS / f"{event}.json").read_text())


def example_of(event: str) -> dict:
    """The event that the contract's page shows."""
    return json.loads((PAGES / f"{event}.md").read_text().split("```json\n")[1].split("```")[0])


def instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def ms_of(text: str) -> int:
    """An ISO time, as 2026-03-08T21:00:00Z, in ms."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def bronze_of(spark: SparkSession, rows: list[dict]) -> DataFrame:
    schema = spark.createDataFrame([], BRONZE).schema
    return spark.createDataFrame([[row.get(name) for name in schema.names] for row in rows], schema)
