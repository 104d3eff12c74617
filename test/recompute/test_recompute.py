"""Cases worked out by hand."""

import io
import json

from recompute import Record, main, read_records, recompute

MINUTE = 1_767_605_400_000


def tick(trade_id, at, price, quantity, *, symbol="BTC", late_by=0, place=(0, 0)):
    event = {
        "type": "tick",
        "venue": "v",
        "symbol": symbol,
        "trade_id": trade_id,
        "traded_at": MINUTE + at,
        "price": price,
        "quantity": quantity,
        "taker_side": "buy",
        "received_at": MINUTE + at + late_by,
    }
    return Record(event, *place)


def fill(execution_id, side, price, quantity, fee="0", *, late_by=0):
    event = {
        "type": "fill",
        "execution_id": execution_id,
        "account": "a",
        "symbol": "BTC",
        "executed_at": MINUTE,
        "side": side,
        "price": price,
        "quantity": quantity,
        "fee": fee,
        "received_at": MINUTE + late_by,
    }
    return Record(event, 0, 0)


def only(values):
    (value,) = values
    return value


def test_a_bar_of_three_ticks_out_of_order():
    bar = only(
        recompute([tick("3", 59_999, "11", "2"), tick("1", 0, "10", "1"), tick("2", 30_000, "12", "0.5")])["bars"]
    )
    assert bar == {
        "symbol": "BTC",
        "minute": MINUTE,
        "open": "10.00000000",
        "high": "12.00000000",
        "low": "10.00000000",
        "close": "11.00000000",
        "volume": "3.50000000",
        "notional": "38.00000000",
        # 38 / 3.5 = 10.857142857…
        "vwap": "10.85714286",
        "trades": 3,
    }


def test_the_next_minute_is_another_bar():
    bars = recompute([tick("1", 59_999, "10", "1"), tick("2", 60_000, "11", "1")])["bars"]
    assert [(bar["minute"] - MINUTE, bar["close"]) for bar in bars] == [(0, "10.00000000"), (60_000, "11.00000000")]


def test_ticks_of_one_millisecond_stand_in_the_order_of_the_log():
    ticks = [
        tick("1", 5, "3", "1", place=(1, 0)),
        tick("2", 5, "2", "1", place=(0, 10)),
        tick("3", 5, "1", "1", place=(0, 9)),
    ]
    result = recompute(ticks)
    assert only(result["bars"])["open"] == "1.00000000"
    assert only(result["bars"])["close"] == "3.00000000"
    assert only(result["latest"])["price"] == "3.00000000"


def test_every_product_is_rounded_by_itself_half_away_from_zero():
    # Each is 0.000000005 exactly and becomes 0.00000001; the sum of the unrounded ones would be 0.00000001 in all.
    bar = only(recompute([tick("1", 0, "0.5", "0.00000001"), tick("2", 1, "0.5", "0.00000001")])["bars"])
    assert bar["notional"] == "0.00000002"
    assert bar["vwap"] == "1.00000000"


def test_late_is_more_than_five_minutes():
    result = recompute([tick("1", 0, "10", "1", late_by=300_000), tick("2", 1, "99", "1", late_by=300_001)])
    assert only(result["bars"])["trades"] == 1
    assert only(result["latest"])["price"] == "10.00000000"


def test_a_late_fill_counts():
    assert only(recompute([fill("1", "buy", "10", "1", late_by=10**9)])["positions"])["quantity"] == "1.00000000"


def test_a_duplicate_counts_once_and_where_it_stood_first():
    first = tick("1", 5, "10", "1", place=(0, 1))
    again = tick("1", 5, "10", "1", place=(0, 9))
    between = tick("2", 5, "11", "1", place=(0, 5))
    bar = only(recompute([again, between, first])["bars"])
    assert (bar["trades"], bar["open"], bar["close"]) == (2, "10.00000000", "11.00000000")


def test_the_same_trade_id_at_another_symbol_is_another_trade():
    assert len(recompute([tick("1", 0, "1", "1"), tick("1", 0, "1", "1", symbol="ETH")])["bars"]) == 2


def test_a_long_position_partly_closed():
    # Bought 3 for 330 (average 110), sold 1 at 150: realised 150 - 110 = 40.
    fills = [
        fill("1", "buy", "100", "2", "0.2"),
        fill("2", "buy", "130", "1", "-0.1"),
        fill("3", "sell", "150", "1", "0.5"),
    ]
    assert only(recompute(fills)["positions"]) == {
        "account": "a",
        "symbol": "BTC",
        "quantity": "2.00000000",
        "cash": "-180.00000000",
        "realised": "40.00000000",
        "fees": "0.60000000",
    }


def test_a_short_position_partly_covered():
    # Sold 3 for 10 in all but one unit at 4, 3 and 3; bought 1 at 1: proceeds 10 / 3 = 3.33333333, less 1.
    fills = [fill(str(n), "sell", price, "1") for n, price in enumerate(["4", "3", "3"])]
    position = only(recompute([*fills, fill("9", "buy", "1", "1")])["positions"])
    assert (position["quantity"], position["cash"], position["realised"]) == ("-2.00000000", "9.00000000", "2.33333333")


def test_the_order_of_fills_changes_nothing():
    fills = [fill("1", "buy", "3", "1"), fill("2", "sell", "7", "2"), fill("3", "buy", "5", "4")]
    assert recompute(fills) == recompute(fills[::-1])


def test_half_a_unit_of_cost_rounds_up():
    # Paid 0.00000003 for 2, of which 1 is matched: the cost of 0.000000015 becomes 0.00000002.
    fills = [
        fill("1", "buy", "0.00000001", "1"),
        fill("2", "buy", "0.00000002", "1"),
        fill("3", "sell", "0.00000001", "1"),
    ]
    assert only(recompute(fills)["positions"])["realised"] == "-0.00000001"


def test_lines_of_both_kinds_are_read():
    event = tick("1", 0, "10", "1").event
    lines = [
        json.dumps({**event, "partition": 2, "offset": 7}),
        "",
        json.dumps({"topic": "market_data_raw", "partition": 2, "offset": "8", "key": "BTC", "event": event}),
        json.dumps({"partition": 2, "offset": "9", "rejected": {"code": "no_frame"}}),
    ]
    assert [(record.partition, record.offset) for record in read_records(lines)] == [(2, 7), (2, 8)]


def test_from_stream_to_stream():
    sink = io.StringIO()
    main(io.StringIO(json.dumps({**tick("1", 0, "10", "1").event, "partition": 0, "offset": 0}) + "\n"), sink)
    assert only(json.loads(sink.getvalue())["bars"])["volume"] == "1.00000000"
