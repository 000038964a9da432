"""From a workbook's content to changes of the client folder; what says the same already is not touched."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from bespoke.clients.field_rules import fields
from bespoke.clients.open_work import WORK
from bespoke.clients.spreadsheet import inert
from bespoke.errors import BespokeError
from bespoke.explore.csv_edit import records
from bespoke.explore.proposal import Edit
from bespoke.explore.yaml_edit import set_value
from bespoke.intake.workbook.workbook_content import (
    CASES,
    SHEETS,
    Sheet,
    TableRow,
    WorkbookContent,
    as_text,
    written,
)


def edits(folder: Path, old: WorkbookContent, new: WorkbookContent) -> list[Edit]:
    """Every file that changes. An empty sheet leaves its file as it is."""
    found = [_engagement(folder, old, new)]
    for sheet in SHEETS:
        rows = new.tables.get(sheet.name, [])
        if rows and rows != old.tables.get(sheet.name, []):
            found += _of_sheet(folder, sheet, old.tables.get(sheet.name, []), rows)
    return [edit for edit in found if edit.before != edit.after]


def _of_sheet(folder: Path, sheet: Sheet, old: list[TableRow], rows: list[TableRow]) -> list[Edit]:
    if sheet.file == CASES:
        return _cases(folder, rows)
    if sheet.file == "prices.yaml":
        return [_prices(folder, old, rows)]
    return [_csv(folder, sheet, old, rows)]


def _engagement(folder: Path, old: WorkbookContent, new: WorkbookContent) -> Edit:
    before = _text(folder / "engagement.yaml")
    after = before or ""
    for key, value in new.engagement.items():
        silent = value in (None, ()) and not old.engagement.get(key)
        may_be_open = key.startswith("access.") or key == "subdivision" or key in WORK
        unsaid = value is None and not may_be_open
        if not silent and not unsaid and value != old.engagement.get(key):
            after = set_value(after, tuple(key.split(".")), value)
    return Edit("engagement.yaml", before, after)


def _csv(folder: Path, sheet: Sheet, old: list[TableRow], rows: list[TableRow]) -> Edit:
    """Rows that say the same keep their own characters; columns of somebody's own stay with their rows."""
    if (folder / sheet.file).with_suffix(".xlsx").exists():
        raise BespokeError(
            f"stands as an Excel workbook; save it as {sheet.file} so that it can be updated",
            path=folder.name,
        )
    before = _text(folder / sheet.file)
    header, raw = _raw(before, sheet) if before else (list(fields(sheet.model)), {})
    known = {sheet.name_of(row): row for row in old}
    added = [c for c in fields(sheet.model) if c not in header and any(written(row, c) for row in rows)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    header += added
    writer.writerow(header)
    for row in rows:
        name = sheet.name_of(row)
        line, cells = raw.get(name, ("", {}))
        if line and not added and known.get(name) == row:
            out.write(line + "\n")
        else:
            own = set(fields(sheet.model))
            writer.writerow([inert(written(row, c)) if c in own else cells.get(c, "") for c in header])
    return Edit(sheet.file, before, out.getvalue())


def _raw(text: str, sheet: Sheet) -> tuple[list[str], dict[tuple[Any, ...], tuple[str, dict[str, str]]]]:
    """The header, and each row's own characters and cells by name; none of a file that is not plain."""
    found = records(text)
    header = [cell.value.strip() for cell in found[0]]
    if not set(sheet.key) <= set(header):
        return list(fields(sheet.model)), {}
    rows = {}
    for cells in found[1:]:
        if len(cells) == len(header):
            named = {name: cell.value for name, cell in zip(header, cells, strict=True)}
            name = tuple(named[column].strip() for column in sheet.key)
            rows[name] = (text[cells[0].start : cells[-1].end], named)
    return header, rows


def _prices(folder: Path, old: list[TableRow], rows: list[TableRow]) -> Edit:
    """Changed and new prices are set where they stand; one that left the sheet stays, since a contract may go on."""
    before = _text(folder / "prices.yaml")
    known, after = {row["key"]: row for row in old}, before or ""
    for row in rows:
        if row["key"] not in known:
            gap = "" if not after or after.endswith("\n") else "\n"
            values = "".join(
                f"  {name}: {_yaml(row[name])}\n" for name in ("value", "unit", "source", "read_on")
            )
            after += f"{gap}{row['key']}:\n{values}"
            continue
        for name in ("value", "unit", "source", "read_on"):
            if row[name] != known[row["key"]][name]:
                after = set_value(after, (row["key"], name), row[name])
    return Edit("prices.yaml", before, after)


def _yaml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _cases(folder: Path, rows: list[TableRow]) -> list[Edit]:
    by_task: defaultdict[str, list[TableRow]] = defaultdict(list)
    for row in rows:
        by_task[row["task_id"]].append(row)
    found = []
    for task, own in by_task.items():
        name = f"evaluation/{task}/{CASES}"
        before = _text(folder / name)
        known = {str(case.get("id")): case for case in map(_case, (before or "").splitlines()) if case}
        lines = [json.dumps(_merged(known.get(row["id"], {}), row), ensure_ascii=False) for row in own]
        same = [known.get(row["id"]) for row in own] == [json.loads(line) for line in lines]
        kept = before if same and len(own) == len(known) else None
        found.append(Edit(name, before, kept or "".join(f"{line}\n" for line in lines)))
    return found


def _case(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _merged(case: dict[str, Any], row: TableRow) -> dict[str, Any]:
    """The case with the row's answers; what no column holds stays, and so does a value the cell shows as JSON."""
    merged = {"id": row["id"], **case}
    for name in ("group", "input", "expected"):
        text = row.get(name)
        if text and (name not in case or as_text(case[name]) != text):
            merged[name] = _value(text)
    if row.get("tags") and tuple(case.get("tags", ())) != row["tags"]:
        merged["tags"] = list(row["tags"])
    return merged


def _value(text: str) -> Any:
    """A JSON object or list where the text is one."""
    if text[:1] in "{[":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _text(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BespokeError("cannot be updated; save it as UTF-8", path=path.name) from error
