"""Chapter 2: which family each of the client's codes belongs to, and what that does to the remedies."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.chapters import failure_modes
from bespoke.chapters.failure_labels import UNMAPPED
from bespoke.chapters.failure_modes import FailureModes
from bespoke.explore.controls import Control
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer, NothingToExplore, Shown
from bespoke.explore.ranges import Range, drawing
from bespoke.show.blocks import Column, Table, columns
from bespoke.show.numbers import percent
from bespoke.show.style import FAMILY_NAME
from bespoke.workbook import Workbook

MOST_CODES = 40  # dials on one page
ALL = "every code"


class FailureModesExplorer(Explorer):
    """One dial per open code: its remedy family."""

    subject_label = "Codes"
    note = "The classifier for outputs without a code is not trained again while exploring."

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        found = book.result or book.earlier(book.stem)
        if not isinstance(found, FailureModes) or not found.codes:
            raise NothingToExplore("It needs failures.csv with the client's own codes.")
        self.result = found
        self.before = failure_modes.with_codes(self.base.client, self.base.facts, found)

    def subjects(self) -> Sequence[tuple[str, str]]:
        tasks = [(task.name, task.task_id) for task in self.base.client.tasks]
        shown = f"The {MOST_CODES} most frequent" if len(self.result.codes) > MOST_CODES else "Every code"
        return [(shown, ALL), *((name, id_) for name, id_ in tasks if id_ in self.result.by_task)]

    def dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        mapped = {row.code: row.family for row in scene.client.codes or ()}
        used = {f.code for f in scene.client.failures or () if subject in (ALL, f.task_id)}
        codes = [code for code in self.result.codes if code.code in used][:MOST_CODES]
        return tuple(
            Control(
                f"code-{n}", f"{code.code} ({code.count})", "choice", mapped.get(code.code, code.family),
                ("codes.csv", code.code, "family"), options=_options(code.family), help=f"given by: {code.given_by}",
            )
            for n, code in enumerate(codes)
        )  # fmt: skip

    def look(self, subject: str, scene: ExploredState) -> Sequence[Shown]:
        now = failure_modes.with_codes(scene.client, scene.facts, self.result)
        was = {row.family: row for row in self.before.families}
        ranges = [
            Range(FAMILY_NAME[f.family], f.share.low, f.share.estimate, f.share.high,
                  was[f.family].share.estimate if f.family in was else 0.0)
            for f in now.families
        ]  # fmt: skip
        said = "; ".join(f"{r.label} {percent(r.middle)}" for r in ranges)
        return (
            drawing(
                ranges, alt=f"Share of failing outputs by family: {said}", words=percent, bar="95% interval"
            ),
            _leading(self.before, now, scene),
            _plan(self.before, now, scene, subject),
        )


def _leading(before: FailureModes, now: FailureModes, scene: ExploredState) -> Table:
    """The family that decides each task's remedy."""
    rows = [
        (task.name, _name(before.main_family(task.task_id)), _name(now.main_family(task.task_id)))
        for task in scene.client.tasks
        if task.task_id in now.by_task
    ]
    return Table(
        label="tbl-explore-leading", caption="Leading family of each task",
        columns=columns(task="Task", before="In the folder", now="Explored"),
        rows=tuple(rows), emphasis=tuple(n for n, row in enumerate(rows) if row[1] != row[2]),
    )  # fmt: skip


def _plan(before: FailureModes, now: FailureModes, scene: ExploredState, subject: str) -> Table:
    was = {(s.task_id, s.family): s.gain for s in before.plan}
    steps = [s for s in now.plan if subject in (ALL, s.task_id)][:12]
    rows = [
        (
            scene.client.task(s.task_id).name,
            FAMILY_NAME[s.family],
            s.failures,
            was.get((s.task_id, s.family)),
            s.gain,
        )
        for s in steps
    ]
    return Table(
        label="tbl-explore-gain", caption="What each remedy could gain at most, points of quality",
        columns=(
            *columns(task="Task", family="Family"),
            Column(key="n", title="Failures", format="integer"),
            *columns("percent", digits=1, before="In the folder", now="Explored"),
        ),
        rows=tuple(rows), emphasis=tuple(n for n, row in enumerate(rows) if row[3] != row[4]),
    )  # fmt: skip


def _options(family: str) -> tuple[tuple[str, str], ...]:
    """The families; unmapped only where nobody has mapped the code so far."""
    return tuple((name, f) for f, name in FAMILY_NAME.items() if f != UNMAPPED or family == UNMAPPED)


def _name(family: str | None) -> str:
    return "none mapped" if family is None else FAMILY_NAME[family]
