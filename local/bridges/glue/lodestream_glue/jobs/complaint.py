"""Why a script failed, from what it wrote."""

import re

_RAISED = re.compile(r"^(?:[\w]+\.)*([A-Z]\w*)(: .*)?$")
_PLAIN = re.compile(r"^(?:[\w]+\.)*\w*(?:Error|Exception|Exit)\b.*")
_LONGEST = 1000


def complaint(output: str, code: int) -> str:
    """The line that the last exception ends with, as Glue's ErrorMessage has it: `ValueError: no rows`."""
    lines = output.splitlines()
    traces = [number for number, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    raised = _after(lines[traces[-1] + 1 :]) if traces else _last_plain(lines)
    return raised[:_LONGEST] if raised else f"Command failed with exit code {code}"


def _after(lines: list[str]) -> str | None:
    """The exception below a traceback's frames; Java's own reason with it, where Python only says who was called."""
    for number, line in enumerate(lines):
        if not line.strip() or line[0].isspace():
            continue
        named = _RAISED.match(line)
        if named is None:
            return line
        text = f"{named[1]}{named[2] or ''}"
        reason = lines[number + 1] if number + 1 < len(lines) else ""
        return f"{text}{reason}" if reason.startswith(": ") else text
    return None


def _last_plain(lines: list[str]) -> str | None:
    found = [line for line in lines if _PLAIN.match(line)]
    return found[-1] if found else None
