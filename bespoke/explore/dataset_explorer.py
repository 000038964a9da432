"""Chapter 3: what blocks each target, and how many examples another rule of thumb would ask for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bespoke.advice.routes import routes
from bespoke.chapters.dataset_readiness import DatasetReadiness
from bespoke.explore.controls import Control
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer, NothingToExplore, Shown
from bespoke.show.blocks import Column, Table, columns
from bespoke.workbook import Workbook

EVERY = ""
SEVERITIES = (("errors and warnings", ""), ("errors only", "error"))


class DatasetReadinessExplorer(Explorer):
    """The files are not read again: findings are chosen from, and the rule of thumb is the only threshold."""

    subject_label = "Target"
    note = "The findings are those of the chapter above; no file is read again."

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        found = book.result or book.earlier(book.stem)
        if not isinstance(found, DatasetReadiness):
            raise NothingToExplore("It needs training examples as JSONL or CSV files in dataset/.")
        self.result = found
        self.names = {route.route: route.name for route in routes(date.fromisoformat(found.as_of))}

    def subjects(self) -> Sequence[tuple[str, str]]:
        targets = [(self.names.get(t.route, t.route), t.route) for t in self.result.targets]
        return [("Every target", EVERY), *targets]

    def dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        files = tuple((f.path, f.path) for f in self.result.files)
        return (
            Control("narrow_examples", "Examples for a narrow task", "entry",
                 int(scene.facts.threshold("narrow_examples")),
                 ("engagement.yaml", "thresholds", "narrow_examples"), 0, 10**6, 50,
                 help="the rule of thumb; a client's own number replaces its range"),
            Control("severity", "Findings", "choice", scene.choices.get("severity", ""), options=SEVERITIES),
            Control("file", "File", "choice", scene.choices.get("file", ""), options=(("every file", ""), *files)),
        )  # fmt: skip

    def look(self, subject: str, scene: ExploredState) -> Sequence[Shown]:
        return self._needed(scene), self._findings(subject, scene)

    def _needed(self, scene: ExploredState) -> Table:
        found, asked = self.result, self._asked(scene)
        return Table(
            label="tbl-explore-needed", caption="Examples still needed",
            columns=(
                Column(key="what", title=""),
                *columns("integer", asked="Asked for", usable="Usable", more="Still needed"),
            ),
            rows=(
                ("In the folder", found.needed_high, found.usable, found.examples_needed),
                ("Explored", asked, found.usable, max(0, asked - found.usable)),
            ),
            emphasis=(1,) if asked != found.needed_high else (),
        )  # fmt: skip

    def _asked(self, scene: ExploredState) -> int:
        stated = "narrow_examples" in scene.facts.overrides
        return round(scene.facts.threshold("narrow_examples")) if stated else self.result.needed_high

    def _findings(self, subject: str, scene: ExploredState) -> Table:
        severity, file = str(scene.choices.get("severity", "")), str(scene.choices.get("file", ""))
        found = [
            f
            for f in self.result.findings
            if (not severity or f.severity == severity)
            and (not file or file in f.files)
            and (not subject or not f.routes or subject in f.routes)
        ]
        rows = [
            (f.severity, f.says, f.count, f.todo, "; ".join(_place(p.file, p.line) for p in f.places[:6]))
            for f in found
        ]
        return Table(
            label="tbl-explore-findings", caption=f"{len(rows)} kinds of finding",
            columns=(
                Column(key="severity", title="Kind"), Column(key="says", title="What the rule says"),
                Column(key="count", title="Times", format="integer"), Column(key="todo", title="What to do"),
                Column(key="places", title="First places"),
            ),
            rows=tuple(rows), emphasis=tuple(n for n, f in enumerate(found) if f.severity == "error"),
        )  # fmt: skip


def _place(file: str, line: int | None) -> str:
    return file if line is None else f"{file}:{line}"
