"""A key of the file named by hand, where no known format fits: `--map prompt=question`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bespoke.errors import BespokeError
from bespoke.tuning.formats.example import TrainingRow

KNOWN = ("prompt", "completion", "system", "messages", "conversations", "instruction", "input", "output", "tools",
         "history")  # fmt: skip


def names_of(assignments: Sequence[str]) -> dict[str, str]:
    """Key of the file -> the name it is read under. Raises BespokeError for a mapping that says nothing."""
    found: dict[str, str] = {}
    for assignment in assignments:
        name, equals, key = assignment.partition("=")
        name = "completion" if name == "answer" else name
        if not equals or not key or name not in KNOWN:
            raise BespokeError(f"--map {assignment}: write it as NAME=KEY, NAME one of {', '.join(KNOWN)}")
        if name in found.values():
            raise BespokeError(f"--map {assignment}: {name} is mapped twice")
        found[key] = name
    return found


def mapped(row: TrainingRow, names: Mapping[str, str]) -> TrainingRow:
    """The row under other names; a dot in a key leads into an object. What stood under a taken name gives way."""
    if row.record is None:
        return row
    taken = {names_to for key, names_to in names.items() if _value(row.record, key) is not None}
    record = {
        (f"{key}_of_file" if key in taken and key not in names else key): value
        for key, value in row.record.items()
        if key not in names
    }
    for key, name in names.items():
        value = _value(row.record, key)
        if value is not None:
            record[name] = value if isinstance(value, (str, list, dict)) else str(value)
    return TrainingRow(row.line, record, row.faults)


def _value(record: Mapping[str, object], key: str) -> object:
    if key in record:
        return record[key]
    found: object = record
    for part in key.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
