"""Other releases of ICD-10-CM than the pinned one: from an official order file, or from a table like ours.

The order file is what CMS and NCHS publish with every release (`icd10cm-order-2027.txt`; its layout is
described in the `icd10OrderFiles.pdf` beside it), fixed in width:

    1-5 order number | 7-13 code without dot | 15 0: header, 1: billable | 17-76 short | 78- long description

It names neither parents, chapters nor inclusion terms. A code's parent is the longest code in the file that it
begins with; chapters go by the pinned release, category by category; inclusion terms are those that the
pinned release has for the same code. A table of the format we store loads faster than an order file:

    python -m bespoke.facts.icd10_release icd10cm-order-2027.txt icd10cm-2027.tsv.gz
"""

from __future__ import annotations

import gzip
import re
import sys
import zlib
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bespoke.errors import BespokeError
from bespoke.facts.icd10_codes import COLUMNS, Release, normalised, packed, pinned_codes, well_formed

ENDINGS = (".txt", ".tsv", ".tsv.gz")
LARGEST = 2**27  # bytes of text; a release takes 15 million
_ORDER = re.compile(r"\d{5} ([A-Z0-9]{3,7}) {1,5}([01]) .{60} (.*\S)\s*")
_YEAR = re.compile(r"(?<!\d)20[1-4]\d(?!\d)")
_UPDATES = {"jan": (1, "January"), "apr": (4, "April")}  # releases between two Octobers
_CHAPTERS = frozenset(map(str, range(1, 23)))


class _OrderRow(NamedTuple):
    line: int
    code: str
    billable: str
    parent: str
    chapter: str
    description: str
    terms: str


class _Fault(Exception):
    """What is wrong with a line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def named_release(path: Path) -> Release:
    """The release that a file holds, by the fiscal year in its name, as the official files are named.

    `icd10cm-order-2027.txt` is in force from 1 October 2026, `icd10cm-order-April-1-2027.txt` from 1 April 2027.
    Raises BespokeError for a name without a year or with an ending that is not read.
    """
    name = path.name.lower()
    if not name.endswith(ENDINGS):
        raise BespokeError(f"must end in {', '.join(ENDINGS)}", path=path.name)
    found = _YEAR.search(name)
    if found is None:
        message = "must have the fiscal year in its name, as the official file does: icd10cm-order-2027.txt"
        raise BespokeError(message, path=path.name)
    year = int(found.group())
    for word, (month, spelt) in _UPDATES.items():
        if re.search(rf"(?<![a-z]){word}", name):
            return Release(f"ICD-10-CM FY{year}, {spelt} {year} update", date(year, month, 1), path)
    return Release(f"ICD-10-CM FY{year}", date(year - 1, 10, 1), path)


def read_release(path: Path) -> dict[str, str]:
    """Code -> its row of the table. Raises BespokeError naming the file and its first line that is wrong."""
    lines = _text(path).splitlines()
    stored = bool(lines) and lines[0] == "\t".join(COLUMNS)
    try:
        rows = _unique(_stored_rows(lines) if stored else _order_rows(lines))
        whole = _checked(rows) if stored else _nested(rows)
    except _Fault as fault:
        raise BespokeError(str(fault), path=path.name, row=fault.line) from None
    if not any(row.billable == "1" for row in rows.values()):
        raise BespokeError("holds no billable code; put the release's order file here", path=path.name)
    return {code: whole[code] for code in sorted(whole)}  # as ours, so that ties between codes end alike


def _order_rows(lines: list[str]) -> Iterator[_OrderRow]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        match = _ORDER.fullmatch(line)
        if match is None:
            raise _Fault(
                number, "is no line of an order file: number, code, 0 or 1, short and long description"
            )
        bare, billable, description = match.groups()
        yield _OrderRow(number, normalised(bare), billable, "", "", description.replace("\t", " "), "")


def _stored_rows(lines: list[str]) -> Iterator[_OrderRow]:
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(COLUMNS) or cells[1] not in ("0", "1") or cells[3] not in _CHAPTERS:
            raise _Fault(number, f"is no row of the table: {', '.join(COLUMNS)}, separated by tabs")
        yield _OrderRow(number, *cells)


def _unique(rows: Iterator[_OrderRow]) -> dict[str, _OrderRow]:
    known: dict[str, _OrderRow] = {}
    for row in rows:
        if not well_formed(row.code):
            raise _Fault(row.line, f"{row.code} does not have the form of an ICD-10-CM code")
        first = known.setdefault(row.code, row)
        if first is not row:
            raise _Fault(row.line, f"{row.code} stands on line {first.line} already")
    return known


def _checked(rows: dict[str, _OrderRow]) -> dict[str, str]:
    """Stored rows as they are, once their parents are known to be there."""
    for row in rows.values():
        if row.parent and row.parent not in rows:
            raise _Fault(row.line, f"its parent {row.parent} is not in the table")
    return {code: "\t".join(row[1:]) for code, row in rows.items()}


def _nested(rows: dict[str, _OrderRow]) -> dict[str, str]:
    """Rows of an order file with what it does not say: parent, chapter and inclusion terms."""
    pinned = pinned_codes().codes
    categories = sorted(code for code in pinned if len(code) == 3)
    whole = {}
    for code, row in rows.items():
        parent = _parent(row, rows)
        before = categories[max(0, bisect_right(categories, code[:3]) - 1)]
        terms = pinned[code].inclusion_terms if code in pinned else ""
        chapter = pinned[before].chapter
        whole[code] = "\t".join((code, row.billable, parent, chapter, row.description, terms))
    return whole


def _parent(row: _OrderRow, rows: dict[str, _OrderRow]) -> str:
    if len(row.code) == 3:
        return ""
    for end in range(len(row.code) - 1, 2, -1):
        above = rows.get(row.code[:end])
        if above is None:
            continue
        if above.billable == "1":
            raise _Fault(above.line, f"{above.code} is billable, yet line {row.line} has {row.code} below it")
        return above.code
    raise _Fault(row.line, f"{row.code} has no category {row.code[:3]} in this file; is it whole?")


def _text(path: Path) -> str:
    try:
        with path.open("rb") as plain:
            data = plain.read(LARGEST + 1)
        if path.name.lower().endswith(".gz"):
            with gzip.open(path, "rb") as file:
                data = file.read(LARGEST + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise BespokeError("is not a whole gzip file", path=path.name) from None
    except OSError as error:
        raise BespokeError(f"cannot be read: {error.strerror or error}", path=path.name) from None
    if len(data) > LARGEST:
        raise BespokeError("is far larger than a release of the code set", path=path.name)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BespokeError("is not UTF-8 here; save it as UTF-8", path=path.name, row=line) from None


def main(arguments: list[str]) -> None:
    if len(arguments) != 2 or not arguments[1].endswith(".tsv.gz"):
        raise SystemExit("usage: python -m bespoke.facts.icd10_release ORDER_FILE TABLE.tsv.gz")
    source, target = map(Path, arguments)
    try:
        named_release(target)
        rows = read_release(source)
    except BespokeError as error:
        raise SystemExit(str(error)) from None
    if target.exists():
        raise SystemExit(f"{target} is there already")
    target.write_bytes(packed(rows.values()))


if __name__ == "__main__":
    main(sys.argv[1:])
