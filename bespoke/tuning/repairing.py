"""Behind `bespoke dataset repair`: what can be mended without a decision is mended, the rest goes to a file of its own.

Mended: a byte order mark, blank lines, rows in another format than the rest, an empty system prompt, and exact copies
(the first stays). Everything else that keeps a row from every target needs a person: the row is written as it stands
to the rejects, with each rule it breaks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from bespoke.chapters.dataset_readiness.copies import CopyLink
from bespoke.chapters.dataset_readiness.dataset_division import DatasetDivision, read
from bespoke.chapters.dataset_readiness.dataset_rules import Rules
from bespoke.chapters.dataset_readiness.row_checks import Checked
from bespoke.errors import BespokeError, printable
from bespoke.facts.reader import Facts
from bespoke.show.numbers import decimal
from bespoke.tuning.formats import Detection, detect, format_named, rows
from bespoke.tuning.formats.conversion import MENDED, whole_file
from bespoke.tuning.formats.detection import FORMATS
from bespoke.tuning.formats.example import TrainingRow
from bespoke.tuning.formats.format import TrainingFormat, to_json
from bespoke.tuning.formats.structure import EMPTY_SYSTEM

SPELLED = ("list", "role", "text")  # how a dialect spells its turns


@dataclass
class Repair:
    """Rows read and written, the rejects by rule, and what was mended."""

    read: int = 0
    written: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    spelling: dict[str, Any] = field(default_factory=dict)  # of the first row: one file has one

    @property
    def left_out(self) -> int:
        return self.read - self.written


def repair(
    source: Path,
    out: Path,
    rejects: Path,
    today: date,
    *,
    target: str = "",
    names: Mapping[str, str] | None = None,
) -> Repair:
    """Writes the sound rows of `source` to `out` and the others, with reasons, to `rejects`; both whole or neither.

    The format is the file's own, or `target`. Raises BespokeError for a file in no known format or for another
    method, and where `out` would take the place of the source.
    """
    if source.resolve() in (out.resolve(), rejects.resolve()) or out.resolve() == rejects.resolve():
        raise BespokeError("source, repaired file and rejects must be three files", path=str(out))
    detected = detect(source, names)
    if detected.format.method:
        raise BespokeError(f"holds {detected.format.title}; there is no answer to repair", path=str(source))
    form = format_named(target) if target else _own(detected)
    broken: dict[int, list[Checked]] = {}
    found = read(
        [source], source.parent, (), None, Facts(as_of=today), names=names,
        each=lambda line, breaches: broken.__setitem__(line, breaches),
    )  # fmt: skip
    copies = dict(_copies(found))
    done = Repair()
    with ExitStack() as stack:
        kept, refused = (stack.enter_context(whole_file(path)) for path in (out, rejects))
        for row in rows(source, names):
            done.mended.update(_of_file(fault.rule) for fault in row.faults if fault.rule in MENDED)
            if row.record is None and all(fault.rule in MENDED for fault in row.faults):
                continue
            done.read += 1
            reasons = list(_reasons(broken.get(row.line, []), found.scan.rules))
            if row.line in copies:
                reasons.append(("duplicate_exact", f"as row {copies[row.line]}"))
            record = (
                None if row.record is None or reasons else _spelled(row.record, detected, form, reasons, done)
            )
            if record is not None:
                kept.write(to_json(record) + "\n")
                done.written += 1
                continue
            done.rejected.update({rule for rule, _ in reasons})
            refused.write(to_json(_reject(row, reasons, found.scan.rules)) + "\n")
    return done


def lines(done: Repair, out: Path, rejects: Path) -> Iterator[str]:
    """What became of the rows, a line for each kind."""
    yield printable(f"{out}: {decimal(done.written)} of {decimal(done.read)} rows")
    for what, count in done.mended.most_common():
        yield f"mended: {what} ({decimal(count)})"
    yield printable(f"{rejects}: {decimal(done.left_out)} rows, each with its reasons")
    for rule, count in done.rejected.most_common():
        yield f"rejected: {rule} ({decimal(count)})"


def _own(detected: Detection) -> TrainingFormat:
    """The file's own format where it can be written, else conversations, which carry every dialogue."""
    form = detected.format
    return form if form.writable and form.name != "csv" else FORMATS["conversations"]


def _of_file(rule: str) -> str:
    return {
        "bom": "a byte order mark",
        "blank_line": "blank lines",
        "bare_list": "lists without an object",
        "other_encoding": "an encoding other than UTF-8",
    }[rule]


def _copies(found: DatasetDivision) -> Iterator[tuple[int, int]]:
    """Line of each exact copy, and of the row it repeats."""
    lines_of = found.scan.copies.lines
    links: tuple[CopyLink, ...] = found.census.links
    for link in links:
        if link.kind == "exact":
            yield lines_of[link.later], lines_of[link.first]


def _reasons(breaches: list[Checked], rules: Rules) -> Iterator[tuple[str, str]]:
    """What keeps the row from every target and is not mended here."""
    for breach in breaches:
        everywhere = breach.routes is None and rules.blocks_every_target(breach.rule)
        if everywhere and breach.detail != EMPTY_SYSTEM:
            yield breach.rule, breach.detail


def _spelled(
    record: Mapping[str, Any],
    detected: Detection,
    form: TrainingFormat,
    reasons: list[tuple[str, str]],
    done: Repair,
) -> dict[str, Any] | None:
    """The record in the format of the file; None, with the reason, where that has no place for it."""
    own = detected.of(record)
    example = own.read(record).example
    if example.system is not None and not example.system.strip():
        example = replace(example, system=None)
        done.mended["an empty system prompt"] += 1
    losses = form.lost(example)
    if losses:
        reasons += [("not_carried", loss) for loss in losses]
        return None
    same = {key: example.spelling[key] for key in SPELLED if key in example.spelling}
    done.spelling = done.spelling or same
    if own is not detected.format or same != done.spelling:
        done.mended["a row in another format"] += 1
    return form.spell(replace(example, spelling={**example.spelling, **done.spelling}))


def _reject(row: TrainingRow, reasons: list[tuple[str, str]], rules: Rules) -> dict[str, Any]:
    return {
        "line": row.line,
        "reasons": [{"rule": rule, "found": found, "todo": rules.one(rule).todo} for rule, found in reasons],
        "row": row.record if row.record is not None else row.text or None,
    }
