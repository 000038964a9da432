"""The client folders there are, their state and problems; the chosen one's controls below."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import ipywidgets as w

from bespoke import clients
from bespoke.chapters.registry import chapter
from bespoke.errors import BespokeError, Problem
from bespoke.explore.explorer import Explorer, NothingToExplore
from bespoke.explore.look import page, problem_line, problems_in
from bespoke.explore.panel import Panel
from bespoke.show.blocks import Table, columns
from bespoke.show.elements import LITERAL, escape
from bespoke.show.html import fragment

if TYPE_CHECKING:
    from bespoke.workbook import Workbook

EXPLORERS = {
    "01_task_audit": ("audit_explorer", "TaskAuditExplorer"),
    "02_failure_modes": ("failure_explorer", "FailureModesExplorer"),
    "03_dataset_readiness": ("dataset_explorer", "DatasetReadinessExplorer"),
    "04_evaluation": ("case_explorer", "EvaluationExplorer"),
    "05_icd10_evaluation": ("code_explorer", "Icd10EvaluationExplorer"),
    "06_cost_model": ("cost_explorer", "CostModelExplorer"),
    "07_timeline": ("timeline_explorer", "TimelineExplorer"),
    "08_recommendation": ("advice_explorer", "RecommendationExplorer"),
}
MOST_PROBLEMS = 20  # lines on the page; `bespoke check` prints all


class Picker:
    """`box` is the widget: the clients, and the panel of the chosen one."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.client_data, self.reports = book.client.folder.parent, book.folder.parent
        self.choose = w.Dropdown(
            options=clients.names(self.client_data), value=book.client.name, description="Client",
            style={"description_width": "initial"}, layout=w.Layout(width="28em"),
        )  # fmt: skip
        self.list_all = w.ToggleButton(False, description="All clients", icon="list")
        self.table, self.said = w.HTML(), w.HTML()
        self.place = w.VBox()
        self.panel: Panel | None = None
        self.choose.observe(lambda change: self.pick(change["new"]), "value")
        self.list_all.observe(lambda _: self._list(), "value")
        self.box = w.VBox([w.HBox([self.choose, self.list_all]), self.table, self.said, self.place])
        self.pick(book.client.name)

    def pick(self, name: str) -> None:
        """The controls of this client's chapter; every problem of its folder in one line each."""
        self.panel, self.place.children, self.said.value = None, (), "<p><small>One moment…</small></p>"
        with problems_in(self.said):
            try:
                book = self.book if name == self.book.client.name else self.book.of_client(name)
                self.panel = Panel(explorer_of(book))
                self.panel.recall()
            except BespokeError as error:
                shown = [*map(str, error.problems[:MOST_PROBLEMS])]
                rest = len(error.problems) - len(shown)
                self.said.value = problem_line("\n".join([*shown, *([f"and {rest} more"] if rest else [])]))
            except NothingToExplore as reason:
                self.said.value = problem_line(f"Nothing to explore in this chapter. {reason}")
            else:
                self.said.value = self._of_another(name)
                self.place.children = (self.panel.box,)

    def refresh(self) -> None:
        """What was kept, saved or explored meanwhile with another chapter's controls."""
        if self.panel is not None:
            self.panel.refresh()

    def _of_another(self, name: str) -> str:
        """Where to make the chapter itself follow the choice."""
        above = self.book.client.name
        if name == above:
            return ""
        words = f'The chapter above is of {above}; for {name} set client = "{name}" in its first code cell.'
        return f'<p class="{LITERAL}">{escape(words)}</p>'

    def _list(self) -> None:
        self.table.value = (
            page(fragment(overview(self.client_data, self.reports))) if self.list_all.value else ""
        )


def explorer_of(book: Workbook) -> Explorer:
    """The explorer of the book's chapter. Raises NothingToExplore where its input is missing."""
    entry = chapter(book.stem)
    if entry.package == "bespoke":
        place, name = f"bespoke.explore.{EXPLORERS[book.stem][0]}", EXPLORERS[book.stem][1]
    else:
        place, _, name = entry.explorer.partition(":")
    if not place:
        raise NothingToExplore("It has no controls.")
    found: Explorer = getattr(import_module(place), name)(book)
    return found


def overview(client_data: Path, reports: Path) -> Table:
    """Every client folder: whether it is in order, its first problem, and how its report stands to it."""
    rows = []
    for name in clients.names(client_data):
        problems = clients.check(client_data, name)
        first = str(problems[0]) if problems else ""
        rows.append(
            (name, _state(problems), _report(client_data / name, reports / name / "report.pdf"), first)
        )
    return Table(
        label="tbl-explore-clients", caption=f"Clients in {client_data.name}",
        columns=columns(client="Client", state="State", report="Report", problem="First problem"),
        rows=tuple(rows),
        emphasis=tuple(n for n, row in enumerate(rows) if "problem" in row[1]),
    )  # fmt: skip


def _state(problems: list[Problem]) -> str:
    errors = sum(not problem.warning for problem in problems)
    warnings = len(problems) - errors
    parts = [
        f"{count} {noun}{'s' if count > 1 else ''}"
        for count, noun in ((errors, "problem"), (warnings, "warning"))
        if count
    ]
    return ", ".join(parts) or "in order"


def _report(folder: Path, report: Path) -> str:
    if not report.is_file():
        return "none yet"
    newest = max(path.stat().st_mtime for path in folder.rglob("*") if path.is_file())
    return "up to date" if report.stat().st_mtime >= newest else "older than the folder"
