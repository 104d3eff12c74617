"""The job's steps, each on rows as landing writes them."""

import json
import random
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from conftest import EVENTS, bronze_of, contract_of, example_of, instant, ms_of
from pyspark.sql import functions as F

from silver import RefusedRowsError, build, day_of, deduplicate, parse, product, resolve_pointers, shape

AT = ms_of("2026-11-20T15:00:00.123Z")


def tick(trade_id="1", *, at=AT, received_at=None, offset=0, partition=0, topic="market_data_raw", **changes):
    event = {
        "type": "tick",
        "venue": "simulated",
        "symbol": "BTCUSDT",
        "trade_id": trade_id,
        "traded_at": at,
        "price": "39432.48",
        "quantity": "0.00000001",
        "taker_side": "buy",
        "received_at": at + 20 if received_at is None else received_at,
    } | changes
    return {
        "event_id": f"tick|simulated|BTCUSDT|{trade_id}",
        "occurred_at": instant(at),
        "received_at": instant(at + 20 if received_at is None else received_at),
        "appended_at": instant(at + 30),
        "topic": topic,
        "partition": partition,
        "offset": f"{offset:020}",
        "schema_version": 1,
        "payload": json.dumps({name: it for name, it in event.items() if it is not ...}, separators=(",", ":")),
    }


def fill(**changes):
    event = {
        "type": "fill",
        "execution_id": "e1",
        "account": "a",
        "symbol": "BTCUSDT",
        "executed_at": AT,
        "side": "sell",
        "price": "10",
        "quantity": "2",
        "fee": "-0.5",
        "received_at": AT + 20,
    } | changes
    return tick() | {"event_id": "fill|e1", "topic": "trades_raw", "payload": json.dumps(event, separators=(",", ":"))}


def refusals(spark, rows, event="tick"):
    parsed = parse(bronze_of(spark, rows), contract_of(event))
    return [row.refusal for row in parsed.select("refusal").collect()]


def test_the_first_in_the_log_stays(spark):
    rows = [
        tick(topic="b", offset=1, quantity="1"),
        tick(topic="a", partition=10, offset=1, quantity="2"),
        tick(topic="a", partition=2, offset=10, quantity="3"),
        tick(topic="a", partition=2, offset=9, quantity="4"),
        tick(topic="a", partition=2, offset=9, quantity="4"),
        tick("2", topic="z", offset=7),
    ]
    kept = deduplicate(bronze_of(spark, rows)).select("event_id", "topic", "partition", "offset").collect()
    assert {(row.event_id[-1], row.topic, row.partition, int(row.offset)) for row in kept} == {
        ("1", "a", 2, 9),
        ("2", "z", 0, 7),
    }


# UTC, and the trading day that it belongs to.
CLOSES = [
    # Winter: 17:00 in New York is 22:00 UTC.
    ("2026-01-05T21:59:59.999Z", "2026-01-05"),
    ("2026-01-05T22:00:00Z", "2026-01-06"),
    # Clocks go forward on 8 March at 07:00 UTC: 17:00 is 22:00 UTC the day before, and 21:00 that day.
    ("2026-03-07T21:59:59.999Z", "2026-03-07"),
    ("2026-03-07T22:00:00Z", "2026-03-08"),
    ("2026-03-08T20:59:59.999Z", "2026-03-08"),
    ("2026-03-08T21:00:00Z", "2026-03-09"),
    # Back on 1 November at 06:00 UTC: 17:00 is 21:00 UTC the day before, and 22:00 that day.
    ("2026-10-31T20:59:59.999Z", "2026-10-31"),
    ("2026-10-31T21:00:00Z", "2026-11-01"),
    ("2026-11-01T21:59:59.999Z", "2026-11-01"),
    ("2026-11-01T22:00:00Z", "2026-11-02"),
]


def test_a_trading_day_closes_at_17_in_new_york(spark):
    times = spark.createDataFrame([(at, instant(ms_of(at))) for at, _ in CLOSES], "name string, at timestamp")
    days = times.select("name", *(day_of(F.col("at"), calendar).alias(calendar) for calendar in ("market", "utc")))
    assert [(row.name, str(row.market)) for row in days.collect()] == CLOSES
    assert all(str(row.utc) == row.name[:10] for row in days.collect())


def test_a_product_is_exact_and_rounded_once_half_away_from_zero(spark):
    seed = random.randrange(2**31)
    print(f"seed {seed}")
    dice = random.Random(seed)
    most = Decimal("99999999999999.99999999")
    pairs = [
        (most, most),
        (-most, most),
        (Decimal("0.5"), Decimal("0.00000001")),
        (Decimal("-0.5"), Decimal("0.00000001")),
    ]
    pairs += [(Decimal("1.5"), Decimal("0.00000001")), (Decimal("0.00000001"), Decimal("0.49999999"))]
    # A fraction that ends the product in exactly a half of the last place, as often as one that does not.
    for _ in range(4_000):
        digits = dice.randint(1, 22)
        one = Decimal(dice.randrange(-(10**digits), 10**digits)).scaleb(-8)
        other = Decimal(dice.choice([5, 15, 5 * 10**7, dice.randrange(10 ** dice.randint(1, 22))])).scaleb(-8)
        pairs.append((one, other))
    factors = spark.createDataFrame(pairs, "one decimal(22,8), other decimal(22,8)")
    made = factors.select("one", "other", product(F.col("one"), F.col("other")).alias("product")).collect()
    with localcontext() as context:
        context.prec = 60
        for one, other, found in made:
            assert found == (one * other).quantize(Decimal("1e-8"), ROUND_HALF_UP), f"{one} times {other}"
    assert len(made) == len(pairs)


def test_what_landed_is_accepted(spark):
    assert (
        refusals(spark, [tick(), tick(taker_side="sell", price="12345678901234.12345678"), tick(colour="blue")])
        == [None] * 3
    )
    assert refusals(spark, [fill(), fill(order_id="o"), fill(order_id=None)], "fill") == [None] * 3


BREACHES = [
    ({"venue": ...}, "venue: it is missing"),
    ({"venue": None}, "venue: it is missing"),
    ({"venue": 7}, "venue: 7 is no text"),
    ({"venue": ""}, "venue:  is empty"),
    ({"symbol": "x" * 257}, "has more than 256 characters"),
    ({"symbol": "a\u0000b"}, "holds a control character"),
    ({"price": 1.5}, "price: 1.5 is no text"),
    ({"price": "-3"}, "price: -3 is not positive"),
    ({"price": "0"}, "price: 0 is not positive"),
    ({"price": "1e5"}, "price: 1e5 is no decimal"),
    ({"price": "1\n"}, "is no decimal"),
    ({"price": "0.123456789"}, "is no decimal"),
    ({"quantity": "100000000000000"}, "is no decimal"),
    ({"taker_side": "sideways"}, "taker_side: sideways is none of buy, sell"),
    ({"traded_at": 1_767_616_650}, "traded_at: 1767616650 is out of range"),
    ({"traded_at": "2026-01-05T12:00:00Z"}, "not JSON of that shape"),
    ({"traded_at": AT + 1}, "is not its occurred_at"),
    ({"type": "fill"}, "type: fill is not tick"),
]


def test_what_breaks_the_contract_is_refused(spark):
    found = refusals(spark, [tick(**changes) for changes, _ in BREACHES])
    unlike = [(want, got) for (_, want), got in zip(BREACHES, found, strict=True) if want not in (got or "")]
    assert unlike == []


def landed(event, at, **fields):
    """A row of an event that travels as JSON, as landing writes it."""
    payload = {"type": event, at: AT, "received_at": AT + 20} | fields
    return tick() | {"payload": json.dumps(payload, separators=(",", ":"))}


def bar(**changes):
    prices = {name: "10" for name in ("open", "high", "low", "close")}
    return landed("daily_bar", "closed_at", source="s", symbol="AAPL", **prices | {"volume": "0"} | changes)


def mood(value):
    return landed("sentiment", "measured_at", source="s", index_name="i", classification="fear", value=value)


def test_numbers_keep_to_their_bounds(spark):
    assert refusals(spark, [bar(), bar(volume="-0.5")], "daily_bar") == [None, "volume: -0.5 is less than 0"]
    found = refusals(spark, [mood(value) for value in (0, 100, -1, 101)], "sentiment")
    assert found == [None, None, "value: -1 is less than 0", "value: 101 is more than 100"]


def test_what_is_no_token_is_refused_and_not_repeated(spark):
    customer = {"schema_version": "v1", "idempotency_key": "k", "user_id": "u", "device": "mobile_ios_app"}
    signup = customer | {"plan": "free", "channel": "search"}
    tokens = ["0a" * 32, "ada@example.org", "0A" * 32, "0a" * 31]
    rows = [landed("user_signup", "signed_up_at", email_token=token, **signup) for token in tokens]
    assert refusals(spark, rows, "user_signup") == [None] + ["email_token: is no token"] * 3


def test_a_payload_that_is_none_is_refused(spark):
    broken = [tick() | {"payload": None}, tick() | {"payload": '{"type":"tick"'}, tick() | {"payload": "[]"}]
    assert all(refusals(spark, broken))


def test_columns_of_a_tick(spark):
    contract = contract_of("tick")
    late = AT + 300_001
    rows = [tick(offset=5, symbol_group="Crypto"), tick("2", received_at=AT + 300_000), tick("3", received_at=late)]
    made = shape(parse(bronze_of(spark, rows), contract), contract)
    assert [{"name": name, "type": kind} for name, kind in made.dtypes] == contract.columns
    first, on_time, too_late = made.collect()
    assert first.asDict() == {
        "event_id": "tick|simulated|BTCUSDT|1",
        "venue": "simulated",
        "symbol": "BTCUSDT",
        "trade_id": "1",
        "traded_at": datetime(2026, 11, 20, 15, 0, 0, 123_000),
        "price": Decimal("39432.48000000"),
        "quantity": Decimal("0.00000001"),
        "taker_side": "buy",
        "symbol_group": "Crypto",
        "received_at": datetime(2026, 11, 20, 15, 0, 0, 143_000),
        "notional": Decimal("0.00039432"),
        "is_late": False,
        "schema_version": 1,
        "appended_at": datetime(2026, 11, 20, 15, 0, 0, 153_000),
        "log_topic": "market_data_raw",
        "log_partition": 0,
        "log_offset": "00000000000000000005",
        "trade_date": date(2026, 11, 20),
    }
    assert (on_time.is_late, too_late.is_late) == (False, True)
    # One that landed before there were groups, or has none.
    assert on_time.symbol_group is None


def test_columns_of_a_fill(spark):
    contract = contract_of("fill")
    made = shape(parse(bronze_of(spark, [fill()]), contract), contract)
    assert [{"name": name, "type": kind} for name, kind in made.dtypes] == contract.columns
    row = made.first()
    assert (row.notional, row.fee, row.order_id, row.side) == (Decimal(20), Decimal("-0.5"), None, "sell")


@pytest.mark.parametrize("event", EVENTS)
def test_the_example_of_every_contract_comes_to_a_row(spark, event):
    contract, example = contract_of(event), example_of(event)
    payload = {"payload": json.dumps(example, separators=(",", ":"))}
    row = tick(at=example[contract.at], received_at=example["received_at"]) | payload
    made = shape(parse(bronze_of(spark, [row]), contract).where("refusal is null"), contract)
    assert [{"name": name, "type": kind} for name, kind in made.dtypes] == contract.columns
    row = made.first()
    assert row is not None, "the job refuses it"
    sent = {name for name in example if name != "type"}
    assert {name for name in sent if row[name] is None} == set()


def test_a_payload_elsewhere_is_fetched(spark):
    pointed = tick("2") | {"payload": None, "payload_pointer": "s3://lake/large/market_data_raw/0/7"}
    content = tick("2")["payload"]
    contents = spark.createDataFrame([(pointed["payload_pointer"], content)], "pointer string, content string")
    rows = resolve_pointers(bronze_of(spark, [tick(), pointed]), contents)
    assert [row.refusal for row in parse(rows, contract_of("tick")).collect()] == [None, None]
    assert {row.payload for row in rows.collect()} == {tick()["payload"], content}


class TestBuild:
    """From folders as Firehose names them to the candidate's rows."""

    day = date(2026, 11, 20)

    def land(self, spark, lake, ingest_date, rows, event="tick"):
        folder = f"{lake}/bronze/ingest_date={ingest_date}/event_type={event}"
        bronze_of(spark, rows).coalesce(1).write.mode("append").parquet(folder)

    def test_a_day_comes_from_the_day_before_on_and_holds_nothing_else(self, spark, tmp_path):
        self.land(spark, tmp_path, "2026-11-18", [tick("too early to be of the day")])
        self.land(spark, tmp_path, "2026-11-19", [tick("1"), tick("other day", at=AT - 86_400_000)])
        self.land(spark, tmp_path, "2026-11-20", [tick("2"), tick("2", offset=3)])
        self.land(spark, tmp_path, "2026-11-23", [tick("3", received_at=AT + 3 * 86_400_000)])
        self.land(spark, tmp_path, "2026-11-20", [fill()], "fill")
        rows, read = build(spark, f"{tmp_path}/bronze/", self.day, contract_of("tick"))
        assert read == 4
        assert {(row.trade_id, row.is_late) for row in rows.collect()} == {("1", False), ("2", False), ("3", True)}

    def test_a_day_without_bronze_is_empty(self, spark, tmp_path):
        rows, read = build(spark, f"{tmp_path}/bronze/", self.day, contract_of("fill"))
        assert (rows.count(), read) == (0, 0)
        assert [{"name": name, "type": kind} for name, kind in rows.dtypes] == contract_of("fill").columns

    def test_refused_rows_fail_with_how_many_and_the_first(self, spark, tmp_path):
        rows = [tick(), tick("2", price="-3", offset=9), tick("3", price="-4", offset=10)]
        self.land(spark, tmp_path, "2026-11-20", rows)
        said = r"^2 of 3 tick rows of 2026-11-20 .* market_data_raw/0/0{19}9: price: -3 is not positive$"
        with pytest.raises(RefusedRowsError, match=said):
            build(spark, f"{tmp_path}/bronze/", self.day, contract_of("tick"))

    def test_a_pointer_is_followed(self, spark, tmp_path):
        large = tmp_path / "large.json"
        large.write_text(tick()["payload"])
        self.land(spark, tmp_path, "2026-11-20", [tick() | {"payload": None, "payload_pointer": str(large)}])
        rows, _ = build(spark, f"{tmp_path}/bronze/", self.day, contract_of("tick"))
        assert rows.first().symbol == "BTCUSDT"
