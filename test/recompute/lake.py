"""What silver and gold must hold, worked out apart from them.

Reads events as `recompute` does. Writes one JSON object of lists, in the order of their keys:

    ticks         event_id's fields that matter: venue, symbol, trade_id, notional, is_late, trade_date
    fills         execution_id, notional, is_late, trade_date
    ohlc_daily    by symbol and trade_date: open, high, low, close, volume, notional, vwap, trades
    daily_pnl     by account, symbol and trade_date: fills, bought, sold, cash_flow, fees, position, mark_price,
                  market_value, net_pnl, day_pnl
    latest_price  by symbol: price, trade_date

A market's day closes at 17:00 in New York: what happens at or after it belongs to the next date. Shares no code with
the platform, on purpose.
"""

import json
import sys
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from recompute import EXACT, LATE_AFTER_MS, Bar, Record, once, read_records, rounded, text, value_of

NEW_YORK = ZoneInfo("America/New_York")
CLOSE_HOUR = 17


def trade_date(at_ms: int) -> date:
    """The market's day of an instant."""
    there = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(NEW_YORK)
    return there.date() + timedelta(days=1) if there.hour >= CLOSE_HOUR else there.date()


def recompute_lake(records: Iterable[Record]) -> dict[str, list[dict[str, Any]]]:
    """Silver and gold of these records, which may come in any order; every day that has an event is refreshed."""
    with localcontext(EXACT):
        kept = list(once(records))
        ticks = [record for record in kept if record.event["type"] == "tick"]
        fills = [record for record in kept if record.event["type"] == "fill"]
        bars = daily_bars(ticks)
        return {
            "ticks": sorted((silver_tick(record.event) for record in ticks), key=lambda row: row["id"]),
            "fills": sorted((silver_fill(record.event) for record in fills), key=lambda row: row["id"]),
            "ohlc_daily": [bars[key] for key in sorted(bars)],
            "daily_pnl": daily_pnl(fills, bars),
            "latest_price": latest_prices(bars),
        }


def silver_tick(event: dict[str, Any]) -> dict[str, Any]:
    """One row of silver.ticks."""
    return {
        "id": f"tick|{event['venue']}|{event['symbol']}|{event['trade_id']}",
        "notional": text(value_of(event)),
        "is_late": event["received_at"] - event["traded_at"] > LATE_AFTER_MS,
        "trade_date": trade_date(event["traded_at"]).isoformat(),
    }


def silver_fill(event: dict[str, Any]) -> dict[str, Any]:
    """One row of silver.fills."""
    return {
        "id": f"fill|{event['execution_id']}",
        "notional": text(value_of(event)),
        "is_late": event["received_at"] - event["executed_at"] > LATE_AFTER_MS,
        "trade_date": trade_date(event["executed_at"]).isoformat(),
    }


def daily_bars(ticks: Iterable[Record]) -> dict[tuple[str, str], dict[str, Any]]:
    """One bar per symbol and day; late ticks count as any other."""
    days: dict[tuple[str, str], list[Record]] = {}
    for record in ticks:
        key = (record.event["symbol"], trade_date(record.event["traded_at"]).isoformat())
        days.setdefault(key, []).append(record)
    return {key: {"symbol": key[0], "trade_date": key[1], **Bar(of_day).summary()} for key, of_day in days.items()}


def daily_pnl(fills: list[Record], bars: dict[tuple[str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per account, symbol and day on which it traded, or began or ended with a position."""
    books: dict[tuple[str, str], list[Record]] = {}
    for record in fills:
        books.setdefault((record.event["account"], record.event["symbol"]), []).append(record)
    days = sorted({day for _, day in bars} | {trade_date(r.event["executed_at"]).isoformat() for r in fills})
    rows = []
    for (account, symbol), book in sorted(books.items()):
        before = Standing(Decimal(0), Decimal(0), Decimal(0))
        for day in days:
            of_day = [r for r in book if trade_date(r.event["executed_at"]).isoformat() == day]
            until = [r for r in book if trade_date(r.event["executed_at"]).isoformat() <= day]
            if not until:
                continue
            after = standing(symbol, day, until, bars)
            if of_day or before.position or after.position:
                rows.append(pnl_row(account, symbol, day, of_day, before, after))
            before = after
    return rows


class Standing:
    """What an account has of a symbol at the end of a day."""

    def __init__(self, position: Decimal, cash: Decimal, mark: Decimal):
        self.position = position
        self.cash = cash
        self.mark = mark
        self.value = rounded(position * mark)
        self.net = cash + self.value


def standing(symbol: str, day: str, until: list[Record], bars: dict[tuple[str, str], dict[str, Any]]) -> Standing:
    """Position and cash of all fills up to that day, marked at the last close there is, else at the last fill."""
    position = sum((signed(r.event) for r in until), Decimal(0))
    cash = sum((cash_of(r.event) for r in until), Decimal(0))
    closes = [bars[key]["close"] for key in sorted(bars) if key[0] == symbol and key[1] <= day]
    newest = max(until, key=lambda r: (r.event["executed_at"], r.partition, r.offset))
    return Standing(position, cash, Decimal(closes[-1] if closes else newest.event["price"]))


def pnl_row(account: str, symbol: str, day: str, of_day: list[Record], before: Standing, after: Standing) -> dict:
    """One row of gold.daily_pnl."""
    sides = {side: [r.event for r in of_day if r.event["side"] == side] for side in ("buy", "sell")}
    quantity = {side: sum((Decimal(event["quantity"]) for event in sides[side]), Decimal(0)) for side in sides}
    return {
        "account": account,
        "symbol": symbol,
        "trade_date": day,
        "fills": len(of_day),
        "bought": text(quantity["buy"]),
        "sold": text(quantity["sell"]),
        "cash_flow": text(sum((cash_of(r.event) for r in of_day), Decimal(0))),
        "fees": text(sum((Decimal(r.event["fee"]) for r in of_day), Decimal(0))),
        "position": text(after.position),
        "mark_price": text(after.mark),
        "market_value": text(after.value),
        "net_pnl": text(after.net),
        "day_pnl": text(after.net - before.net),
    }


def signed(event: dict[str, Any]) -> Decimal:
    """Units into the account."""
    return Decimal(event["quantity"]) * (1 if event["side"] == "buy" else -1)


def cash_of(event: dict[str, Any]) -> Decimal:
    """Money into the account, the fee taken off."""
    return value_of(event) * (-1 if event["side"] == "buy" else 1) - Decimal(event["fee"])


def latest_prices(bars: dict[tuple[str, str], dict[str, Any]]) -> list[dict[str, Any]]:
    """The close of each symbol's newest day."""
    newest = {symbol: bars[(symbol, day)] for symbol, day in sorted(bars)}
    return [
        {"symbol": symbol, "price": found["close"], "trade_date": found["trade_date"]}
        for symbol, found in sorted(newest.items())
    ]


def main(source: TextIO = sys.stdin, sink: TextIO = sys.stdout) -> None:
    """Reads from one stream and writes to the other."""
    json.dump(recompute_lake(read_records(source)), sink)
    sink.write("\n")


if __name__ == "__main__":
    main()
