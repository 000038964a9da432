"""What a workbook holds, as typed rows by sheet: the same whether it comes from a folder or from Excel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from bespoke.clients.folder_reading import FolderReading
from bespoke.clients.open_work import WORK
from bespoke.clients.schema import Day, Failure, Name, Phase, Row, Task
from bespoke.intake.workbook import workbook_phrases

CASES = "cases.jsonl"  # in evaluation/<task_id>/


class PriceRow(Row):
    """One price of prices.yaml."""

    key: Name
    value: Annotated[Decimal, Field(ge=0, le=10**9)]
    unit: Annotated[str, Field(min_length=1, description="a unit such as USD per million tokens")]
    source: Annotated[str, Field(min_length=1, description="the contract or page it was read in")]
    read_on: Day


class CaseRow(Row):
    """One case with its right answer; what is no text stands as JSON."""

    task_id: Name
    id: Name
    group: str = ""
    input: str
    expected: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A sheet that is a table: its file in the client folder, its rows, and the columns that name one."""

    name: str
    file: str
    model: type[Row]
    key: tuple[str, ...]

    def name_of(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row.get(column) for column in self.key)


SHEETS = (
    Sheet("tasks", "tasks.csv", Task, ("task_id",)),
    Sheet("failures", "failures.csv", Failure, ("failure_id",)),
    Sheet("cases", CASES, CaseRow, ("task_id", "id")),
    Sheet("prices", "prices.yaml", PriceRow, ("key",)),
    Sheet("phases", "phases.csv", Phase, ("phase",)),
)
TableRow = dict[str, Any]


@dataclass
class WorkbookContent:
    """Engagement values by dotted key, and the typed rows of each sheet."""

    engagement: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, list[TableRow]] = field(default_factory=dict)


def of_folder(reading: FolderReading) -> WorkbookContent:
    """The content of a client folder as it was read."""
    engagement = {
        key: answered(reading.engagement or {}, key) for key in workbook_phrases.columns("engagement")
    }
    tables = {
        sheet.name: [row for _, row in reading.tables.get(sheet.file, ())]
        for sheet in SHEETS
        if sheet.file.endswith(".csv")
    }
    tables["prices"] = [{"key": key, **price} for key, price in (reading.prices or {}).items()]
    tables["cases"] = [
        row for path in sorted((reading.root / "evaluation").glob(f"*/{CASES}")) for row in cases(path)
    ]
    return WorkbookContent(engagement, tables)


def cases(path: Path) -> list[TableRow]:
    """The cases of one task that can stand in a row; lines that are none are left to the check."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            case = json.loads(line)
        except ValueError:
            continue
        if isinstance(case, dict) and "id" in case:
            texts = {
                name: as_text(case[name])
                for name in ("group", "input", "expected")
                if case.get(name) is not None
            }
            tags = {"tags": tuple(map(str, case["tags"]))} if case.get("tags") else {}
            found.append({"task_id": path.parent.name, "id": str(case["id"]), **texts, **tags})
    return found


def as_text(value: object) -> str:
    """A text as it is; anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def shown(row: TableRow, column: str) -> Any:
    """What stands in the row's cell: a number, a day, yes or no, text, a range, `none`, or nothing (None)."""
    if column in row.get("absent", ()):
        return "none"
    if column in row.get("unknown", ()):
        return None
    value = row.get(column)
    if column in row.get("ranges", {}):
        low, high = row["ranges"][column]
        middle = (low + high) / 2
        marks = [low, high] if value is None or value in (middle, round(middle)) else [low, value, high]
        return "..".join(_plain(mark) for mark in marks)
    if isinstance(value, tuple):
        return "; ".join(map(str, value)) or None
    return value


def written(row: TableRow, column: str) -> str:
    """The same as text of a CSV."""
    value = shown(row, column)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return _plain(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(number: float | Decimal) -> str:
    text = f"{Decimal(str(number)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def answered(engagement: Mapping[str, Any], key: str) -> Any:
    """What stands beside a question: a value, a range, or nothing where nobody knows."""
    if key in WORK:
        own = {name: engagement.get(name, {}) for name in ("unknown", "ranges")}
        return shown({**own, key: inside(engagement, key)}, key)
    return inside(engagement, key)


def inside(tree: Mapping[str, Any], key: str) -> Any:
    for part in key.split("."):
        tree = tree.get(part) if isinstance(tree, Mapping) else None  # type: ignore[assignment]
    return tree
