"""The rows of a file, one at a time, with every fault of the file itself: encoding, BOM, blank lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError
from bespoke.tuning.formats.csv_table import SURPLUS
from bespoke.tuning.formats.example import Fault, Record

BOM = b"\xef\xbb\xbf"
WIDE = (b"\xff\xfe", b"\xfe\xff")
LONGEST_CELL = 2**27  # characters; the csv module's own limit of 131,072 is too short for dialogues


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands: its line in the file (from 1), the record if there is one, and what is wrong."""

    line: int
    record: Record | None
    faults: tuple[Fault, ...] = ()


def is_csv(path: Path) -> bool:
    return path.suffix.lower() in (".csv", ".tsv")


def rows(path: Path) -> Iterator[Row]:
    """Every row of a JSON Lines or CSV file. Raises BespokeError only where the file cannot be opened."""
    try:
        yield from _csv_rows(path) if is_csv(path) else _json_rows(path)
    except OSError as error:
        raise BespokeError(f"cannot read: {error.strerror or error}", path=str(path)) from error


def _json_rows(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            faults: list[Fault] = []
            if number == 1:
                if line.startswith(WIDE):
                    yield Row(1, None, (Fault("encoding", "the file is UTF-16, UTF-8 is needed"),))
                    return
                if line.startswith(BOM):
                    faults.append(Fault("bom", "a byte order mark stands before the first row"))
                    line = line[len(BOM) :]
                if line.strip() == b"[":
                    yield Row(1, None, (Fault("invalid_json", "a JSON array; one object a line is needed"),))
                    return
            if not line.strip():
                yield Row(number, None, (*faults, Fault("blank_line", "a blank line")))
                continue
            record, fault = parse(line)
            yield Row(number, record, (*faults, *([fault] if fault else [])))


def parse(line: bytes) -> tuple[Record | None, Fault | None]:
    """One line of JSON Lines as an object, or the fault that prevents it."""
    try:
        value = _DECODER.decode(line.decode("utf-8").strip())
    except UnicodeDecodeError as error:
        return None, Fault("encoding", f"not UTF-8 at byte {error.start + 1}")
    except _Repeated as error:
        return None, Fault("duplicate_key", f"the key {str(error)!r} stands twice in one object")
    except json.JSONDecodeError as error:
        return None, Fault("invalid_json", f"{error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError) as error:
        return None, Fault("invalid_json", str(error) or "nested too deeply")
    if not isinstance(value, dict):
        return None, Fault("not_an_object", f"a JSON {type(value).__name__} where an object is needed")
    return value, None


class _Repeated(Exception):
    """A key that stands twice: every parser silently keeps only one."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Repeated(next(key for key in keys if keys.count(key) > 1))
    return found


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_constant)


def delimiter_of(header: str) -> str:
    """The delimiter that stands most often in a header: comma, semicolon or tab."""
    return max(",;\t", key=header.count)


def _csv_rows(path: Path) -> Iterator[Row]:
    csv.field_size_limit(LONGEST_CELL)
    with path.open("rb") as start:
        head = start.read(3)
    if head.startswith(WIDE):
        yield Row(1, None, (Fault("encoding", "the file is UTF-16, UTF-8 is needed"),))
        return
    if head == BOM:
        yield Row(1, None, (Fault("bom", "a byte order mark stands before the header"),))
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        delimiter = delimiter_of(file.readline())
        file.seek(0)
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        header = next(reader, [])
        line = reader.line_num + 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(line, None, (Fault("invalid_json", f"not CSV: {error}"),))
                return
            yield _csv_row(line, header, cells)
            line = reader.line_num + 1


def _csv_row(line: int, header: list[str], cells: list[str]) -> Row:
    if not cells:
        return Row(line, None, (Fault("blank_line", "a blank line"),))
    record: dict[str, Any] = dict(zip(header, cells, strict=False))
    record.update(dict.fromkeys(header[len(cells) :]))
    if len(cells) > len(header):
        record[SURPLUS] = cells[len(header) :]
    if any("\udc80" <= c <= "\udcff" for cell in cells for c in cell if c > "\ud7ff"):
        return Row(line, None, (Fault("encoding", "not UTF-8"),))
    return Row(line, record)
