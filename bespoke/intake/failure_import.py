"""Failing outputs of other tools become rows of failures.csv; texts only when asked, without identifiers."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bespoke.claude.requests.identifier_check import read_waivers, unwaived
from bespoke.clients.field_rules import fields
from bespoke.clients.schema import Client, Failure
from bespoke.clients.spreadsheet import inert
from bespoke.errors import BespokeError
from bespoke.intake.attribution import Attribution, AttributionRule
from bespoke.intake.elements import first
from bespoke.intake.failing import Failing, FailingOutputs
from bespoke.intake.failing_sources import is_score, read
from bespoke.intake.usage_record import Record
from bespoke.saving import write_atomically

FILE = "failures.csv"
_TEXTS = ("prompt", "expected", "actual", "note")


def import_failures(
    client: Client,
    paths: tuple[Path, ...],
    say: Callable[[str], None],
    *,
    rules: tuple[AttributionRule, ...] = (),
    mapping: Mapping[str, str] | None = None,
    texts: bool = False,
) -> int:
    """Adds what is new to failures.csv and returns how many rows that is.

    Without `texts` only ids, tasks and codes are written. With it, a text in which the rules see an identifier
    nobody waived stays out. Raises BespokeError for a file of no known kind and for a failures.csv it cannot add to.
    """
    scores = tuple(path for path in paths if mapping is not None or not _holds_observations(path))
    beside = tuple(path for path in paths if path not in scores)
    attribution = Attribution(rules, {task.task_id: task.name for task in client.tasks})
    known = {failure.failure_id for failure in client.failures or ()}
    waivers = read_waivers(client.folder / "evaluation" / "waivers.csv")
    rows: list[dict[str, str]] = []
    for path in scores:
        found = read(path, beside, mapping)
        left = Counter[str]()
        for failing in found.failing:
            task = attribution.task(_as_record(failing))
            name = _identifier(found.title, failing.id)
            if task is None:
                left["of no task (--task TASK=FIELD:PATTERN says whose they are)"] += 1
                continue
            if name in known:
                left["imported before"] += 1
                continue
            known.add(name)
            kept = failing if texts else _without_texts(failing)
            hits = [hit for part in _TEXTS for hit in unwaived(name, getattr(kept, part), waivers)]
            if hits:
                left["without their texts"] += 1
                kept = _without_texts(failing)
                say(f"{path.name}: {name}: texts left out, {hits[0].rule}: {hits[0].shown}")
            rows.append(_row(name, task, kept))
        say(_told(path, found, left))
    if rows:
        _append(client.folder / FILE, rows)
    return len(rows)


def _holds_observations(path: Path) -> bool:
    try:
        sample = [row for row in first(path, 5) if isinstance(row, Mapping)]
    except BespokeError:
        return False
    return (
        bool(sample)
        and not any(map(is_score, sample))
        and any("trace_id" in row or "traceId" in row for row in sample)
    )


def _as_record(failing: Failing) -> Record:
    keys = {name: value for name, value in failing.keys.items() if value}
    tags = tuple(f"{name}:{value}" for name, value in keys.items() if name == "task")
    return Record(datetime.fromtimestamp(0, UTC), keys=keys, tags=tags)


def _identifier(title: str, own: str) -> str:
    """`langfuse-3f2a…`: the same row of the same tool has the same name at every import."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", own).strip("-.")[:100]
    return f"{title.split()[0].lower()}-{plain}"


def _without_texts(failing: Failing) -> Failing:
    return replace(failing, prompt="", expected="", actual="", note="")


def _row(name: str, task: str, failing: Failing) -> dict[str, str]:
    cells = {part: getattr(failing, part) for part in (*_TEXTS, "code")}
    return {"failure_id": name, "task_id": task, **cells}


def _told(path: Path, found: FailingOutputs, left: Counter[str]) -> str:
    parts = [f"{len(found.failing)} failing, {found.passed} not"]
    parts += [f"{found.unanswered} ended in an error without an output"] if found.unanswered else []
    parts += [f"{found.misread} not understood"] if found.misread else []
    parts += [f"{n} {why}" for why, n in left.items()]
    return f"{path.name}: {found.title}, {'; '.join(parts)}"


def _append(path: Path, rows: list[dict[str, str]]) -> None:
    """New rows below the others, which stay byte for byte as they are."""
    if path.with_suffix(".xlsx").exists():
        raise BespokeError(
            "is an Excel workbook; save it as failures.csv to import into it", path="failures.xlsx"
        )
    try:
        before = path.read_bytes().decode("utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        raise BespokeError("is not saved as UTF-8; save it so to import into it", path=FILE) from None
    header = next(csv.reader(io.StringIO(before)), list(fields(Failure)))
    if not {"failure_id", "task_id"} <= set(header):
        raise BespokeError("is not separated by commas; save it so to import into it", path=FILE)
    text = io.StringIO(newline="")
    line = "\r\n" if "\r\n" in before else "\n"
    writer = csv.writer(text, lineterminator=line)
    if not before:
        writer.writerow(header)
    writer.writerows([inert(row.get(name, "")) for name in header] for row in rows)
    gap = "" if not before or before.endswith("\n") else line
    write_atomically(path, f"{before}{gap}{text.getvalue()}")
