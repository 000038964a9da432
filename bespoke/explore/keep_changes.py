"""Keep this: the difference first, what the check says of it, then one button that writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import ipywidgets as w

from bespoke import clients
from bespoke.errors import BespokeError
from bespoke.explore.proposal import Proposal, propose
from bespoke.show.html import LITERAL, escape

if TYPE_CHECKING:
    from bespoke.clients.schema import Client
    from bespoke.explore.panel import Panel

_CELLS = re.compile(r"([,:]\s*)")  # between the cells of a CSV row, or a key of YAML and its value
COLOURS = {"+": "#E3F2E1", "-": "#FBE3E0"}


class KeepChanges:
    """The way from explored values to the client folder; `box` is the widget."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel
        self.proposal: Proposal | None = None
        self.ask = w.Button(description="Keep this…", icon="save", tooltip="Shows the difference first")
        self.write = w.Button(description="Write to the client folder", button_style="primary", icon="check")
        self.write.layout.width = "16em"
        self.leave = w.Button(description="Leave it")
        self.kept: list[Proposal] = []  # by this panel, the last one last
        self.undo = w.Button(description="Undo the last keep", icon="history", layout=w.Layout(width="auto"))
        self.undo.on_click(lambda _: self.bring_back())
        self.undo.layout.display = "none"
        self.shown, self.said = w.HTML(layout=w.Layout(width="100%")), w.HTML()
        self.answer = w.HBox([self.write, self.leave])
        self.ask.on_click(lambda _: self.show())
        self.write.on_click(lambda _: self.keep())
        self.leave.on_click(lambda _: self.hide())
        self.box = w.VBox([w.HBox([self.ask, self.undo, self.said]), self.shown, self.answer])
        self.hide()

    def hide(self) -> None:
        """No difference on the page: it would be of other values than the controls show."""
        self.proposal = None
        self.shown.value = self.said.value = ""
        self.answer.layout.display = "none"
        self.ask.disabled = not self.panel.changes
        self.ask.layout.display = ""

    def show(self) -> None:
        """The difference and what `bespoke check` says of the folder with it."""
        missing = self.panel.explorer.missing(self.panel.changes, self.panel.choices)
        if missing:
            self.said.value = _line(missing)
            return
        try:
            self.proposal = propose(self.panel.explorer.base.client.folder, self.panel.proposed())
        except BespokeError as error:
            self.said.value = _line(str(error))
            return
        problems = self.proposal.problems
        says = "\n".join(["bespoke check:", *map(str, problems)]) if problems else "bespoke check: no problem"
        self.shown.value = coloured(self.proposal.diff()) + _line(says)
        self.write.disabled = bool(self.proposal.errors or not self.proposal.edits)
        self.answer.layout.display = ""

    def keep(self) -> None:
        """Write what was shown; the chapter above is then computed from an older folder and is run again."""
        if self.proposal is None:
            return
        self.said.value = _line("Writing…")
        proposal, files = self.proposal, ", ".join(edit.name for edit in self.proposal.edits)
        before = self.panel.explorer.base.client
        if not self._written(proposal.keep):
            return
        self.kept.append(proposal)
        self.undo.layout.display = ""
        after = self.panel.explorer.base.client
        said = [
            f"Kept in {files}. Run all cells: the chapter above is of the folder before.",
            *outweighed(before, after),
        ]
        self.said.value = _line("\n".join(said))

    def bring_back(self) -> None:
        """The files as they were before the last keep."""
        proposal = self.kept[-1]
        if not self._written(proposal.undo):
            return
        self.kept.pop()
        self.undo.layout.display = "" if self.kept else "none"
        files = ", ".join(edit.name for edit in proposal.edits)
        self.said.value = _line(f"Undone in {files}: the folder is as it was before.")

    def _written(self, write: Callable[[], None]) -> bool:
        """Write, and go on from the folder as it is then; False where that failed, which is said."""
        folder = self.panel.explorer.base.client.folder
        try:
            write()
            now = clients.load(folder.parent, folder.name)
        except BespokeError as error:
            self.said.value = _line(str(error))
            return False
        self.panel.rebase(now)
        return True


def outweighed(before: Client, after: Client) -> list[str]:
    """A line for every kept number that logs have counted: the counted one goes on being used."""
    known = {task.task_id: task.stated for task in before.tasks}
    return [
        f"{task.task_id}: {column} is counted in logs: the report goes on with {getattr(task, column):,g}, and says"
        f" that {value:,g} is stated; without usage.json the stated one counts"
        for task in after.tasks
        for column, value in task.stated.items()
        if known.get(task.task_id, {}).get(column) != value
    ]


def coloured(diff: str) -> str:
    """A unified diff as HTML, every line escaped and whole; what differs between two versions of a line is marked."""
    lines = diff.split("\n")[:-1]
    rows = "".join(
        f'<div style="background:{_colour(line)};color:#1C2430">{_marked(lines, n) or "&nbsp;"}</div>'
        for n, line in enumerate(lines)
    )
    style = (
        "font-family:monospace;white-space:pre-wrap;overflow-wrap:anywhere;overflow:auto;max-height:24em;"
        "line-height:1.35;background:#fff"
    )
    return f'<div class="{LITERAL} bespoke-diff" style="{style}">{rows}</div>'


def _marked(lines: Sequence[str], n: int) -> str:
    """A line with those of its cells in bold that the other version of it does not have."""
    line, other = lines[n], _other(lines, n)
    if other is None:
        return escape(line)
    cells, others = _CELLS.split(line[1:]), _CELLS.split(other[1:])
    if len(cells) != len(others):
        return escape(line)
    pairs = zip(cells, others, strict=True)
    return escape(line[0]) + "".join(
        escape(cell) if cell == before else f'<b style="text-decoration:underline">{escape(cell)}</b>'
        for cell, before in pairs
    )


def _other(lines: Sequence[str], n: int) -> str | None:
    """The line that this one replaces or is replaced by: as far into its own run of removed or added lines."""
    sign = lines[n][:1]
    if sign not in ("+", "-") or lines[n].startswith(("+++ ", "--- ")):
        return None
    start = n
    while start > 0 and lines[start - 1][:1] == sign and not lines[start - 1].startswith(("+++ ", "--- ")):
        start -= 1
    length = 1
    while start + length < len(lines) and lines[start + length][:1] == sign:
        length += 1
    place = n - length if sign == "+" else n + length
    other = lines[place] if 0 <= place < len(lines) else ""
    opposite = "-" if sign == "+" else "+"
    return other if other[:1] == opposite and not other.startswith(("+++ ", "--- ")) else None


def _colour(line: str) -> str:
    return "#EEF1F5" if line.startswith(("--- ", "+++ ", "@@ ")) else COLOURS.get(line[:1], "transparent")


def _line(text: str) -> str:
    return f'<div role="status" class="{LITERAL}" style="white-space:pre-wrap;padding:.2em 0">{escape(text)}</div>'
