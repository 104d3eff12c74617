"""What is registered, in memory and in a file: it outlives this process, because records in topics name it for ever."""

import copy
import functools
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

_file = Path(os.environ["LODESTREAM_GLUE_SCHEMAS"])


def _read() -> dict[str, dict]:
    try:
        return json.loads(_file.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        sys.exit(
            f"{_file} cannot be read as the schema registry ({error}): put back what it was, or give the data of the "
            "platform up with lodestream down --delete-data."
        )


registries: dict[str, dict] = _read()
"""By name: a registry as it is described, with `Tags`, and in `schemas` by name each schema with its `versions`."""


def changing(operation: Callable[[dict], dict]) -> Callable[[dict], dict]:
    """Makes a change whole, in memory and in the file, or not at all where the operation refuses."""

    @functools.wraps(operation)
    def change(request: dict) -> dict:
        before = copy.deepcopy(registries)
        try:
            answer = operation(request)
            _write()
        except BaseException:
            registries.clear()
            registries.update(before)
            raise
        return answer

    return change


def _write() -> None:
    _file.parent.mkdir(parents=True, exist_ok=True)
    partial = _file.with_suffix(f".{os.getpid()}")
    with partial.open("w") as out:
        json.dump(registries, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    partial.replace(_file)


def moment() -> str:
    """Now, as the registry writes times: a text."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def only(entity: dict, *fields: str) -> dict:
    """Those fields of what is kept that it has."""
    return {field: entity[field] for field in fields if entity.get(field) is not None}
