"""
The expressions by which GetPartitions finds partitions: SQL's WHERE over the partition keys. They are read here and not
by moto, which takes neither NOT before a condition, nor quoted names, typed literals or names in another case.
"""

import operator
import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from lodestream_glue.refusals import GlueError, invalid

type Test = Callable[[list[str]], bool | None]
"""Whether a partition with these values is meant; None where a null leaves it open."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^']|'')*') | (?P<quoted>"[^"]+"|`[^`]+`) | (?P<number>[+-]?\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z_][\w.]*) | (?P<mark><>|!=|<=|>=|[=<>(),]))""",
    re.VERBOSE,
)
_COMPARISONS = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
}
_WHOLE = ("tinyint", "smallint", "int", "integer", "bigint", "long")
_NULL = "__HIVE_DEFAULT_PARTITION__"


def parse(expression: str, keys: list[dict]) -> Test:
    """What an expression asks of a partition's values. Throws InvalidInputException where it says nothing sensible."""
    reader = _Reader(expression, keys)
    test = reader.either()
    if reader.left:
        raise _unsupported(expression)
    return test


class _Reader:
    def __init__(self, expression: str, keys: list[dict]):
        self.expression = expression
        self.keys = {key["Name"].lower(): (index, key["Type"].lower()) for index, key in enumerate(keys)}
        self.left = []
        end = 0
        while expression[end:].strip():
            match = _TOKEN.match(expression, end)
            if match is None:
                raise _unsupported(expression)
            self.left.append((match.lastgroup, match[match.lastgroup]))
            end = match.end()

    def either(self) -> Test:
        tests = [self.both()]
        while self.took("or"):
            tests.append(self.both())
        return lambda values: _any([test(values) for test in tests])

    def both(self) -> Test:
        tests = [self.one()]
        while self.took("and"):
            tests.append(self.one())
        return lambda values: _not(_any([_not(test(values)) for test in tests]))

    def one(self) -> Test:
        if self.took("not"):
            test = self.one()
            return lambda values: _not(test(values))
        if self.took("("):
            test = self.either()
            self.expect(")")
            return test
        return self.condition()

    def condition(self) -> Test:
        index, kind = self.key()

        def value(values: list[str]):
            return _stored(values[index], kind)

        if self.took("is"):
            wanted = not self.took("not")
            self.expect("null")
            return lambda values: (value(values) is None) == wanted
        if self.left and self.left[0][1] in _COMPARISONS:
            compare, literal = _COMPARISONS[self.take()[1]], self.literal(kind)
            return lambda values: _known(compare, value(values), literal)
        negated = self.took("not")
        test = self.membership(value, kind)
        return (lambda values: _not(test(values))) if negated else test

    def membership(self, value: Callable, kind: str) -> Test:
        if self.took("in"):
            self.expect("(")
            members = [self.literal(kind)]
            while self.took(","):
                members.append(self.literal(kind))
            self.expect(")")
            return lambda values: _known(operator.contains, members, value(values))
        if self.took("between"):
            low = self.literal(kind)
            self.expect("and")
            high = self.literal(kind)
            return lambda values: _known(lambda it, _: low <= it <= high, value(values), low)
        self.expect("like")
        if not _is_text(kind):
            raise invalid(f"{kind} data type doesn't support operation 'LIKE'")
        pattern = re.compile(re.escape(self.literal(kind)).replace("%", ".*").replace("_", "."), re.DOTALL)
        return lambda values: _known(lambda it, like: like.fullmatch(it) is not None, value(values), pattern)

    def key(self) -> tuple[int, str]:
        group, name = self.take()
        name = name[1:-1] if group == "quoted" else name
        if group not in ("word", "quoted") or name.lower() not in self.keys:
            raise invalid(f"{name} is not a partition key, in: {self.expression}")
        return self.keys[name.lower()]

    def literal(self, kind: str):
        group, text = self.take()
        if group == "word" and text.lower() in ("date", "timestamp"):
            group, text = self.take()
        if group not in ("text", "number"):
            raise _unsupported(self.expression)
        text = text[1:-1].replace("''", "'") if group == "text" else text
        try:
            return _typed(text, kind)
        except (ValueError, InvalidOperation):
            raise invalid(f"'{text}' is not a {kind}, in: {self.expression}") from None

    def took(self, word: str) -> bool:
        if not self.left or self.left[0][0] in ("text", "quoted") or self.left[0][1].lower() != word:
            return False
        self.left.pop(0)
        return True

    def expect(self, word: str) -> None:
        if not self.took(word):
            raise _unsupported(self.expression)

    def take(self) -> tuple[str, str]:
        if not self.left:
            raise _unsupported(self.expression)
        return self.left.pop(0)


def _stored(text: str, kind: str):
    if text == _NULL:
        return None
    try:
        return _typed(text, kind)
    except (ValueError, InvalidOperation):
        raise GlueError("InvalidStateException", f"A partition's value '{text}' is not a {kind}.") from None


def _typed(text: str, kind: str):
    if kind in _WHOLE:
        return int(text)
    if kind.startswith("decimal"):
        return Decimal(text)
    if kind == "date":
        return date.fromisoformat(text)
    if kind == "timestamp":
        whole, _, fraction = text.partition(".")
        return datetime.fromisoformat(whole), int(fraction.ljust(9, "0")) if fraction else 0
    if _is_text(kind):
        return text
    raise invalid(f"Partitions cannot be found by a key of type {kind}.")


def _is_text(kind: str) -> bool:
    return kind.startswith(("string", "char", "varchar"))


def _known(compare: Callable, one, other) -> bool | None:
    return None if one is None or other is None else compare(one, other)


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _any(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _unsupported(expression: str) -> GlueError:
    return invalid(f"Unsupported expression '{expression}'")
