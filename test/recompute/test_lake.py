"""Cases worked out by hand."""

from datetime import UTC, date, datetime

import pytest

from lake import recompute_lake, trade_date
from recompute import Record


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        # Winter: 17:00 in New York is 22:00 UTC; summer: 21:00.
        ("2026-01-05T21:59:59.999", date(2026, 1, 5)),
        ("2026-01-05T22:00:00", date(2026, 1, 6)),
        ("2026-07-06T20:59:59.999", date(2026, 7, 6)),
        ("2026-07-06T21:00:00", date(2026, 7, 7)),
        # The clocks go back on the morning of 1 November: that evening's close is an hour later in UTC.
        ("2026-10-31T21:00:00", date(2026, 11, 1)),
        ("2026-11-01T21:30:00", date(2026, 11, 1)),
        ("2026-11-01T22:00:00", date(2026, 11, 2)),
        ("2021-01-08T00:00:00", date(2021, 1, 8)),
    ],
)
def test_a_day_closes_at_five_in_new_york(instant, day):
    assert trade_date(at(instant)) == day


def tick(trade_id, when, price, quantity, offset=0):
    return Record(
        {
            "type": "tick",
            "venue": "v",
            "symbol": "S",
            "trade_id": trade_id,
            "traded_at": at(when),
            "price": price,
            "quantity": quantity,
            "taker_side": "buy",
            "received_at": at(when),
        },
        0,
        offset,
    )


def fill(execution_id, when, side, price, quantity, fee, offset=0):
    return Record(
        {
            "type": "fill",
            "execution_id": execution_id,
            "account": "a",
            "symbol": "S",
            "executed_at": at(when),
            "side": side,
            "price": price,
            "quantity": quantity,
            "fee": fee,
            "received_at": at(when),
        },
        0,
        offset,
    )


def test_pnl_over_two_days_of_which_the_second_only_holds():
    rows = recompute_lake(
        [
            tick("1", "2026-01-05T12:00:00", "10", "1"),
            tick("2", "2026-01-06T12:00:00", "13", "1", 1),
            fill("f1", "2026-01-05T12:00:00", "buy", "9", "2", "0.5"),
        ]
    )["daily_pnl"]
    first, second = rows
    # Bought two at 9 for 18 and paid 0.5: cash is -18.5; two are worth 20 at the close, 26 the day after.
    assert (first["cash_flow"], first["market_value"], first["net_pnl"], first["day_pnl"]) == (
        "-18.50000000",
        "20.00000000",
        "1.50000000",
        "1.50000000",
    )
    assert (second["fills"], second["net_pnl"], second["day_pnl"]) == (0, "7.50000000", "6.00000000")


def test_a_closed_position_has_no_further_rows():
    rows = recompute_lake(
        [
            fill("f1", "2026-01-05T12:00:00", "buy", "9", "2", "0"),
            fill("f2", "2026-01-05T13:00:00", "sell", "10", "2", "0", 1),
            tick("1", "2026-01-06T12:00:00", "13", "1"),
        ]
    )["daily_pnl"]
    assert [(row["trade_date"], row["day_pnl"]) for row in rows] == [("2026-01-05", "2.00000000")]


def test_a_symbol_that_never_ticked_is_marked_at_its_last_fill():
    (row,) = recompute_lake([fill("f1", "2026-01-05T12:00:00", "sell", "9", "2", "0")])["daily_pnl"]
    assert (row["mark_price"], row["position"], row["net_pnl"]) == ("9.00000000", "-2.00000000", "0.00000000")
