"""What the hot path must have computed, worked out apart from it.

Reads events as JSON lines, each an event in its JSON form with the `partition` and `offset` of its record, either
beside the event's fields or around it as `lodestream tail --json` writes them. Writes one JSON object:

    bars       by symbol and minute: open, high, low, close, volume, notional, vwap, trades
    latest     by symbol: price, quantity, traded_at
    positions  by account and symbol: quantity, cash, realised, fees

Decimals are exact and told as text with eight places. A product is rounded to eight places, half away from zero, before
it is summed; so is a quotient. Shares no code with the platform, on purpose: a bug would have to be made twice.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any, TextIO

LATE_AFTER_MS = 300_000
MINUTE_MS = 60_000
PLACES = Decimal("0.00000001")

# Wide enough that nothing but `rounded` ever rounds; ROUND_HALF_UP is half away from zero in this module.
EXACT = Context(prec=200, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Record:
    """An event, and where it stands in its topic's log."""

    event: dict[str, Any]
    partition: int
    offset: int


@dataclass
class Bar:
    """The ticks of one symbol and minute."""

    ticks: list[Record] = field(default_factory=list)

    def summary(self) -> dict[str, Any]:
        """The bar as the API tells it."""
        ordered = sorted(self.ticks, key=by_time)
        prices = [Decimal(tick.event["price"]) for tick in ordered]
        volume = sum((Decimal(tick.event["quantity"]) for tick in ordered), Decimal(0))
        notional = sum((value_of(tick.event) for tick in ordered), Decimal(0))
        return {
            "open": text(prices[0]),
            "high": text(max(prices)),
            "low": text(min(prices)),
            "close": text(prices[-1]),
            "volume": text(volume),
            "notional": text(notional),
            "vwap": text(rounded(notional / volume)),
            "trades": len(ordered),
        }


@dataclass
class Position:
    """The fills of one account in one symbol, as sums: the order of fills does not matter."""

    bought: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    sold: Decimal = Decimal(0)
    received: Decimal = Decimal(0)
    fees: Decimal = Decimal(0)

    def count(self, event: dict[str, Any]) -> None:
        """Adds one fill."""
        if event["side"] == "buy":
            self.bought += Decimal(event["quantity"])
            self.paid += value_of(event)
        else:
            self.sold += Decimal(event["quantity"])
            self.received += value_of(event)
        self.fees += Decimal(event["fee"])

    def summary(self) -> dict[str, str]:
        """The position as the API tells it; bought and sold units are matched at their average prices."""
        matched = min(self.bought, self.sold)
        realised = Decimal(0)
        if matched > 0:
            proceeds = rounded(self.received * matched / self.sold)
            cost = rounded(self.paid * matched / self.bought)
            realised = proceeds - cost
        return {
            "quantity": text(self.bought - self.sold),
            "cash": text(self.received - self.paid),
            "realised": text(realised),
            "fees": text(self.fees),
        }


def recompute(records: Iterable[Record]) -> dict[str, Any]:
    """Bars, latest prices and positions of these records, which may come in any order."""
    with localcontext(EXACT):
        bars: dict[tuple[str, int], Bar] = {}
        newest: dict[str, Record] = {}
        positions: dict[tuple[str, str], Position] = {}
        for record in once(records):
            event = record.event
            if event["type"] == "fill":
                positions.setdefault((event["account"], event["symbol"]), Position()).count(event)
            elif event["received_at"] - event["traded_at"] <= LATE_AFTER_MS:
                minute = event["traded_at"] // MINUTE_MS * MINUTE_MS
                bars.setdefault((event["symbol"], minute), Bar()).ticks.append(record)
                held = newest.get(event["symbol"])
                if held is None or by_time(record) > by_time(held):
                    newest[event["symbol"]] = record
        return {
            "bars": [
                {"symbol": symbol, "minute": minute, **bar.summary()} for (symbol, minute), bar in sorted(bars.items())
            ],
            "latest": [
                {
                    "symbol": symbol,
                    "price": text(Decimal(record.event["price"])),
                    "quantity": text(Decimal(record.event["quantity"])),
                    "traded_at": record.event["traded_at"],
                }
                for symbol, record in sorted(newest.items())
            ],
            "positions": [
                {"account": account, "symbol": symbol, **position.summary()}
                for (account, symbol), position in sorted(positions.items())
            ],
        }


def once(records: Iterable[Record]) -> Iterator[Record]:
    """Each event once: of duplicates the one that stands first in the log, as the platform counts them."""
    seen: set[tuple[str, ...]] = set()
    for record in sorted(records, key=lambda record: (record.event["type"], record.partition, record.offset)):
        name = identity(record.event)
        if name not in seen:
            seen.add(name)
            yield record


def identity(event: dict[str, Any]) -> tuple[str, ...]:
    """What names an event for ever."""
    if event["type"] == "tick":
        return ("tick", event["venue"], event["symbol"], event["trade_id"])
    if event["type"] == "fill":
        return ("fill", event["execution_id"])
    raise ValueError(f"neither a tick nor a fill: {event['type']!r}")


def by_time(record: Record) -> tuple[int, int, int]:
    """The order of ticks: by matching time, then by place in the log."""
    return (record.event["traded_at"], record.partition, record.offset)


def value_of(event: dict[str, Any]) -> Decimal:
    """Price times quantity, rounded once."""
    return rounded(Decimal(event["price"]) * Decimal(event["quantity"]))


def rounded(value: Decimal) -> Decimal:
    """To eight places, half away from zero."""
    return value.quantize(PLACES, rounding=ROUND_HALF_UP, context=EXACT)


def text(value: Decimal) -> str:
    """Plain notation with eight places; zero has no sign."""
    return format(rounded(value) + 0, "f")


def read_records(lines: Iterable[str]) -> Iterator[Record]:
    """Records from JSON lines; blank lines are left out, rejected records of `tail --json` too."""
    for line in lines:
        if not line.strip():
            continue
        value = json.loads(line)
        if "rejected" in value:
            continue
        event = value.get("event", value)
        yield Record(event, int(value["partition"]), int(value["offset"]))


def main(source: TextIO = sys.stdin, sink: TextIO = sys.stdout) -> None:
    """Reads from one stream and writes to the other."""
    json.dump(recompute(read_records(source)), sink)
    sink.write("\n")


if __name__ == "__main__":
    main()
