"""An Excel workbook back into content, every problem by sheet and cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from bespoke.clients.excel import BrokenCell, as_text, open_workbook, rows
from bespoke.clients.field_rules import fields
from bespoke.clients.files import ClientFile
from bespoke.clients.grid import CellGrid, of_sheet
from bespoke.clients.open_work import completed
from bespoke.clients.records import MISFIT, Key, Leaf, dotted, fit_record
from bespoke.clients.row_relations import check_failures, check_phases, check_tasks
from bespoke.clients.schema import Engagement
from bespoke.clients.tables import Numbered, check_unique, read_grid
from bespoke.clients.wording import bare
from bespoke.errors import BespokeError, Problem
from bespoke.intake.workbook import workbook_phrases
from bespoke.intake.workbook.workbook_content import SHEETS, Sheet, WorkbookContent, answered
from bespoke.intake.workbook.workbook_writing import KEPT


class ReadWorkbook:
    """What was read: content, the client's name if the workbook has it, and problems by sheet and cell."""

    def __init__(self, path: Path) -> None:
        """Opened; `fill` reads it. Raises BespokeError."""
        self.path, self._before = path, WorkbookContent()
        self.content = WorkbookContent()
        self.problems: list[Problem] = []
        try:
            with path.open("rb") as file:
                self._values, self._formulas = open_workbook(file, path.name)
        except OSError as error:
            raise BespokeError(f"cannot be read: {error.strerror or error}", path=path.name) from error
        found = self._sheet("engagement")
        if found is None:
            raise BespokeError("is no intake workbook: it has no engagement sheet", path=path.name)
        self._title = found

    def fill(self, before: WorkbookContent) -> None:
        """Reads every sheet; `before` is the folder's content, which keeps texts that no cell can hold."""
        self._before = before
        self._engagement(self._title)
        tables = {sheet.name: self._table(sheet) for sheet in SHEETS}
        self._across(tables)

    @property
    def client(self) -> str:
        """The client folder's name, as the workbook was made for it."""
        return str(self._values.properties.subject or self.path.stem.removesuffix("_intake"))

    def _sheet(self, name: str) -> str | None:
        """The title of a sheet as it stands in this workbook, in whichever language."""
        titles = {
            bare(workbook_phrases.phrase("sheets", name, language)) for language in workbook_phrases.LANGUAGES
        }
        return next((title for title in self._values.sheetnames if bare(title) in titles), None)

    def _say(self, sheet: str, cell: str, message: str, warning: bool = False) -> None:
        self.problems.append(Problem(self.path.name, None, f"{sheet} {cell}".strip(), message, warning))

    # --- the engagement sheet: one answer a row ------------------------------------------------------

    def _engagement(self, title: str) -> None:
        known = workbook_phrases.columns("engagement")
        tree: dict[str, Any] = {}
        places: dict[str, str] = {}
        for number, cells in rows(self._values[title], self._formulas[title]):
            keys = [cell for cell in cells if isinstance(cell, str) and cell in known]
            if not keys or len(cells) < 2:
                continue
            key = keys[-1]
            places[key] = f"B{number}"
            answer = cells[1]
            if isinstance(answer, BrokenCell):
                self._say(title, f"B{number}", answer.why)
            else:
                _put(tree, key, workbook_phrases.meant(as_text(answer).strip()))
        work = completed(tree)
        typed = fit_record(work.tree, Engagement, (), self._teller(title, places))
        if typed is not MISFIT:
            typed |= {"unknown": work.unknown, "ranges": work.ranges}
            self.content.engagement = {key: answered(typed, key) for key in places}

    def _teller(self, title: str, places: dict[str, str]) -> Any:
        def say(key: Key, message: str) -> None:
            name = dotted(tuple(part for part in key if isinstance(part, str))) or ""
            if name in places:
                self._say(title, places[name], message)

        return say

    # --- the other sheets: one row each --------------------------------------------------------------

    def _table(self, sheet: Sheet) -> tuple[ClientFile, CellGrid, list[Numbered]] | None:
        title = self._sheet(sheet.name)
        shapes = fields(sheet.model)
        found = of_sheet(self._values[title], self._formulas[title], list(shapes)) if title else None
        if (
            title is None
            or found is None
            or not any(any(cell != "" for cell in cells) for _, cells in found.rows)
        ):
            return None
        found.dialect.above = 0  # headings and explanations
        for place, name in enumerate(found.names):
            if name in shapes and shapes[name].kind in ("choice", "yes or no"):
                for _, cells in found.rows:
                    cell = cells[place] if place < len(cells) else ""
                    if isinstance(cell, str):
                        cells[place] = workbook_phrases.meant(cell)
        source = ClientFile(self.path.parent, self.path, title)
        numbered = [(number, self._kept(sheet, row)) for number, row in read_grid(source, found, sheet.model)]
        self.content.tables[sheet.name] = [row for _, row in numbered]
        return source, found, numbered

    def _kept(self, sheet: Sheet, row: dict[str, Any]) -> dict[str, Any]:
        """The row with the texts that no cell could hold."""
        if not any(isinstance(value, str) and value.startswith(KEPT) for value in row.values()):
            return row
        old = {sheet.name_of(known): known for known in self._before.tables.get(sheet.name, ())}
        own = old.get(sheet.name_of(row), {})
        return {
            name: own.get(name, value) if isinstance(value, str) and value.startswith(KEPT) else value
            for name, value in row.items()
        }

    def _across(self, tables: dict[str, tuple[ClientFile, CellGrid, list[Numbered]] | None]) -> None:
        """What must hold between rows and sheets; then every problem gets its cell."""
        tasks, failures, cases, phases = (tables[name] for name in ("tasks", "failures", "cases", "phases"))
        task_ids = [row["task_id"] for _, row in tasks[2] if "task_id" in row] if tasks else None
        if tasks:
            check_tasks(tasks[0], tasks[2])
        if failures:
            check_failures(failures[0], failures[2], task_ids)
        if phases:
            check_phases(phases[0], phases[2])
        if cases:
            check_unique(cases[0], cases[2], "id")
            for number, row in cases[2]:
                if task_ids is not None and row.get("task_id") not in task_ids:
                    cases[0].say("is no task of the tasks sheet", number, "task_id")
        for table in filter(None, tables.values()):
            source, found, _ = table
            for problem in source.problems:
                self._say(source.shown, _cell(found, problem), problem.message, problem.warning)


def _cell(found: CellGrid, problem: Problem) -> str:
    """`D7`, or the row where no column is named."""
    if problem.row is None:
        return ""
    if problem.column not in found.names:
        return f"row {problem.row}"
    return f"{get_column_letter(found.names.index(problem.column) + 1)}{problem.row}"


# parts separated by semicolons; no region is a rule, no agreement is a question
LISTS = ("residency", "agreements")


def _put(tree: dict[str, Any], key: str, text: str) -> None:
    """The answer where it belongs; an empty one is no answer, so that the default or the question stays."""
    *outer, last = key.split(".")
    for part in outer:
        tree = tree.setdefault(part, {})
    if last in LISTS and (text or last == "residency"):
        tree[last] = [Leaf(part.strip(), quoted=False) for part in text.split(";") if part.strip()]
    elif text or outer == ["access"] or last == "subdivision":
        tree[last] = Leaf(text, quoted=False)
