"""Rows of JSON: an object a line, an array of objects, or objects one after the other over several lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import IO, Any

from bespoke.tuning.formats.example import BOM, Fault, Record, TrainingRow
from bespoke.tuning.formats.json_values import BrokenValue, Values
from bespoke.tuning.formats.nested_rows import rows_inside

LOOKED_AT = 1 << 16  # bytes of the beginning from which the kind of file is told
SPACE = b" \t\r\n"


def json_rows(file: IO[bytes]) -> Iterator[TrainingRow]:
    """Every row of a JSON file of any of the three kinds."""
    first = file.readline(LOOKED_AT)
    start = first.removeprefix(BOM)
    bom = (Fault("bom", "a byte order mark stands before the first row"),) if start != first else ()
    if _is_lines(start, file) and not _wraps(start):
        file.seek(0)
        yield from _lines(file)
        return
    file.seek(len(first) - len(start))
    for number, row in enumerate(_values(file), start=1):
        yield TrainingRow(row.line, row.record, (*bom, *row.faults)) if number == 1 and bom else row


def _is_lines(start: bytes, file: IO[bytes]) -> bool:
    """Whether each line stands for itself. Not so where the first is the beginning of an array or of an object."""
    text = start.strip(SPACE)
    if text.startswith(b"["):
        inside = text[1:].lstrip(SPACE) or _next(file)
        several = start.endswith(b"\n") and text.endswith(b"]") and _whole(text) and bool(_next(file))
        return several or not inside.startswith(b"{")
    if not text.startswith(b"{") or not start.endswith(b"\n"):
        return (bool(text) and not text.startswith(b"{")) or (len(start) < LOOKED_AT and _whole(text))
    return _whole(text) or not _opens(text)


def _wraps(line: bytes) -> bool:
    """Whether a line is a whole object that only holds rows."""
    try:
        return rows_inside(json.loads(line)) is not None
    except (ValueError, RecursionError):
        return False


def _next(file: IO[bytes]) -> bytes:
    while line := file.readline(LOOKED_AT):
        if line.strip(SPACE):
            return line.strip(SPACE)
    return b""


def _whole(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return not _opens(text)
    return True


def _opens(text: bytes) -> bool:
    """Whether a line is the beginning of an object that goes on in the next: a brace alone, or after a key."""
    return text == b"{" or (text.endswith((b"{", b"[", b",")) and text.startswith(b"{"))


def _lines(file: IO[bytes]) -> Iterator[TrainingRow]:
    for number, line in enumerate(file, start=1):
        faults: list[Fault] = []
        if number == 1 and line.startswith(BOM):
            faults.append(Fault("bom", "a byte order mark stands before the first row"))
            line = line[len(BOM) :]
        if not line.strip():
            yield TrainingRow(number, None, (*faults, Fault("blank_line", "a blank line")))
            continue
        record, fault = parse(line)
        text = line.decode("utf-8", "backslashreplace").rstrip("\r\n") if record is None else ""
        yield TrainingRow(number, record, (*faults, *([fault] if fault else [])), text)


def _values(file: IO[bytes]) -> Iterator[TrainingRow]:
    """Rows of an array or of objects in a row; an object that only holds rows gives these."""
    number = 0
    for value in Values(file, decode).each():
        number += 1
        if isinstance(value, BrokenValue):
            yield TrainingRow(number, None, (Fault(value.rule, value.message),))
            continue
        inside = rows_inside(value)
        if inside is None:
            yield TrainingRow(number, *_record(value))
            continue
        number -= 1
        for one in inside:
            number += 1
            yield TrainingRow(number, *_record(one))


def _record(value: object) -> tuple[Record | None, tuple[Fault, ...]]:
    if isinstance(value, dict):
        return value, ()
    if _is_messages(value):
        return {"messages": value}, (Fault("bare_list", "a list of messages without an object around it"),)
    return None, (Fault("not_an_object", f"a JSON {type(value).__name__} where an object is needed"),)


def _is_messages(value: object) -> bool:
    """Whether a list is the messages of one row."""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(turn, dict) and ("role" in turn or "from" in turn) for turn in value)
    )


def parse(line: bytes) -> tuple[Record | None, Fault | None]:
    """One line of JSON Lines as an object, or the fault that prevents it."""
    try:
        value = _DECODER.decode(line.decode("utf-8").strip())
    except UnicodeDecodeError as error:
        return None, Fault("encoding", f"not UTF-8 at byte {error.start + 1}")
    except Repeated as error:
        return None, Fault("duplicate_key", f"the key {str(error)!r} stands twice in one object")
    except json.JSONDecodeError as error:
        return None, Fault("invalid_json", f"{error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError) as error:
        return None, Fault("invalid_json", str(error) or "nested too deeply")
    record, faults = _record(value)
    return record, faults[0] if faults else None


class Repeated(Exception):
    """A key that stands twice: every parser silently keeps only one."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise Repeated(next(key for key in keys if keys.count(key) > 1))
    return found


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)
_PLAIN = json.JSONDecoder()


def decode(text: str, at: int) -> tuple[Any, int]:
    """The value that begins at a place of a text, and where it ends; a key that stands twice is a broken value."""
    try:
        return _DECODER.raw_decode(text, at)
    except Repeated as error:
        _, end = _PLAIN.raw_decode(text, at)
        return BrokenValue("duplicate_key", f"the key {str(error)!r} stands twice in one object"), end
