"""Every table of a report as files for other programs: one CSV each, and all of them typed in `tables.json`.

    tables/5.1_tbl-load.csv     the number the report prints, and the label

Values are those the notebook computed, not as they are printed: a share of 12% is 0.12, a date 2026-11-20, what is not
known an empty cell. CSV is RFC 4180 in UTF-8 with the mark by which spreadsheets know it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bespoke.report.model import Document, DocumentTable, Section, Value, plain, walk

FOLDER = "tables"
INDEX = f"{FOLDER}/tables.json"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # what a spreadsheet may compute
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)*%?")


@dataclass(frozen=True)
class Placed:
    """A table and where the report prints it."""

    table: DocumentTable
    section: Section
    volume: str  # "report" or "evidence"
    place: int  # among the tables of its section, from 1

    @property
    def name(self) -> str:
        """Of its file: `5.1_tbl-load.csv`; of a table without a number, the section's name and its place there."""
        number = self.table.number.rpartition(" ")[2] or f"{self.section.anchor}_{self.place}"
        name = "_".join(filter(None, (number, self.table.label)))
        return re.sub(r"[^\w.-]+", "-", name).strip("-.") + ".csv"


def placed(document: Document) -> Iterator[Placed]:
    """Every table of both volumes in reading order."""
    report = document.report
    for section in document.sections:
        tables = [block for block in walk(section.body) if isinstance(block, DocumentTable)]
        volume = "report" if section in report else "evidence"
        for place, table in enumerate(tables, 1):
            yield Placed(table, section, volume, place)


def files(document: Document) -> dict[str, bytes]:
    """Path in the report's folder -> content: every table as CSV, and the list of them with typed values."""
    found: dict[str, bytes] = {}
    listed = []
    for one in placed(document):
        name = _free(f"{FOLDER}/{one.name}", found)
        found[name] = as_csv(one.table).encode("utf-8-sig")
        listed.append(_listed(one, name))
    text = json.dumps({"version": 1, "tables": listed}, ensure_ascii=False, indent=1, allow_nan=False)
    return {**found, INDEX: f"{text}\n".encode()}


def stale(folder: Path, names: dict[str, bytes]) -> list[Path]:
    """What an earlier report left in its folder of tables and this one has no longer."""
    return [path for path in sorted((folder / FOLDER).glob("*.csv")) if f"{FOLDER}/{path.name}" not in names]


def as_csv(table: DocumentTable) -> str:
    """One table; a text that a spreadsheet would take for a formula has an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out)
    if not table.headless:
        titles = (f"{c.title} ({c.unit})" if c.unit and c.title else c.title or c.unit for c in table.columns)
        writer.writerow([_defused(title) for title in titles])
    writer.writerows([_written(value) for value in row] for row in values(table))
    return out.getvalue()


def values(table: DocumentTable) -> list[list[Value]]:
    """The typed rows; of a table that came as text, its text."""
    if table.values is not None:
        return table.values
    return [[plain(cell) for cell in row] for row in table.rows]


def _listed(one: Placed, name: str) -> dict[str, Any]:
    table = one.table
    return {
        "number": table.number,
        "label": table.label,
        "caption": table.caption,
        "source": table.source,
        "volume": one.volume,
        "section": one.section.topic,
        "file": name.removeprefix(f"{FOLDER}/"),
        "columns": [{"title": c.title, "unit": c.unit, "format": c.format} for c in table.columns],
        "rows": [[_finite(value) for value in row] for row in values(table)],
    }


def _written(value: Value) -> Value:
    value = _finite(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _defused(value) if isinstance(value, str) else value


def _finite(value: Value) -> Value:
    """No number is no value: neither CSV nor JSON has a word for it."""
    return None if isinstance(value, float) and value - value != 0 else value


def _defused(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _free(name: str, taken: dict[str, bytes]) -> str:
    """The name, or one beside it where two tables of one section have the same."""
    stem, n, found = name.removesuffix(".csv"), 1, name
    while found in taken:
        n += 1
        found = f"{stem}_{n}.csv"
    return found
