"""Keep this: the difference first, what the check says of it, then one button that writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets as w

from bespoke import clients
from bespoke.chapters.scenarios import Setting, settings
from bespoke.clients.changes import Address, Value
from bespoke.errors import BespokeError
from bespoke.exhibits.scenarios import said
from bespoke.explore.look import line
from bespoke.explore.memory import Memory
from bespoke.explore.proposal import Proposal, propose
from bespoke.show.elements import LITERAL, escape

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
        self.chosen: dict[Address, Any] = {}  # a checkbox for each explored value, where there are several
        self.ask = w.Button(description="Keep this…", icon="save", tooltip="Shows the difference first")
        self.write = w.Button(description="Write to the client folder", button_style="primary", icon="check")
        self.write.layout.width = "16em"
        self.leave = w.Button(description="Leave it")
        self.undo = w.Button(description="Undo the last keep", icon="history", layout=w.Layout(width="auto"))
        self.undo.on_click(lambda _: self.bring_back())
        self.which, self.shown, self.said = w.VBox(), w.HTML(layout=w.Layout(width="100%")), w.HTML()
        self.answer = w.HBox([self.write, self.leave])
        self.ask.on_click(lambda _: self.show())
        self.write.on_click(lambda _: self.keep())
        self.leave.on_click(lambda _: self.hide())
        row = w.HBox([self.ask, self.undo, self.said])
        self.box = w.VBox([row, self.which, self.shown, self.answer])
        self.hide()

    @property
    def memory(self) -> Memory:
        return Memory.of(self.panel.explorer.base.client.folder)

    @property
    def kept(self) -> list[Proposal]:
        """What can be undone, the last one last; a restart does not forget it."""
        return self.memory.kept()

    def hide(self) -> None:
        """No difference on the page: it would be of other values than the controls show."""
        self.proposal = None
        self.which.children, self.chosen = (), {}
        self.shown.value = self.said.value = ""
        self.answer.layout.display = "none"
        self.ask.disabled = not self.panel.changes
        self.undo.layout.display = "" if self.kept else "none"

    def show(self) -> None:
        """Which of several values, the difference, and what `bespoke check` says of the folder with it."""
        client, changes = self.panel.explorer.base.client, self.panel.changes
        if len(changes) > 1:
            self.chosen = {
                one.place: w.Checkbox(True, description=shown_setting(one), indent=False,
                                      layout=w.Layout(width="100%"))
                for one in settings(client, changes)
            }  # fmt: skip
            for box in self.chosen.values():
                box.observe(lambda _: self._propose(), "value")
            self.which.children = tuple(self.chosen.values())
        self._propose()

    def _propose(self) -> None:
        """The difference that the chosen values make."""
        self.proposal, self.shown.value = None, ""
        chosen = self._chosen()
        missing = self.panel.explorer.missing(chosen, self.panel.choices)
        self.answer.layout.display = "none" if missing else ""
        self.write.disabled = True
        if missing:
            self.said.value = line(missing)
            return
        try:
            changes = self.panel.explorer.completed(chosen, self.panel.choices)
            self.proposal = propose(self.panel.explorer.base.client.folder, changes)
        except BespokeError as error:
            self.said.value = line(str(error))
            return
        problems = self.proposal.problems
        says = "\n".join(["bespoke check:", *map(str, problems)]) if problems else "bespoke check: no problem"
        self.shown.value = coloured(self.proposal.diff()) + line(says)
        self.write.disabled = bool(self.proposal.errors or not self.proposal.edits)

    def _chosen(self) -> dict[Address, Value]:
        left_out = [place for place, box in self.chosen.items() if not box.value]
        return {place: value for place, value in self.panel.changes.items() if place not in left_out}

    def keep(self) -> None:
        """Write what was shown; the chapter above is then computed from an older folder and is run again."""
        if self.proposal is None:
            return
        self.said.value = line("Writing…")
        proposal, kept = self.proposal, self._chosen()
        before = self.panel.explorer.base.client
        if not self._written(proposal.keep, kept):
            return
        self.memory.note_kept(proposal)
        self.hide()
        files = ", ".join(edit.name for edit in proposal.edits)
        after = self.panel.explorer.base.client
        said = [
            f"Kept in {files}. Run all cells: the chapter above is of the folder before.",
            *outweighed(before, after),
        ]
        self.said.value = line("\n".join(said))

    def bring_back(self) -> None:
        """The files as they were before the last keep."""
        files: list[str] = []
        if self._written(lambda: files.extend(self.memory.undo()), ()):
            self.said.value = line(f"Undone in {', '.join(files)}: the folder is as it was before.")

    def _written(self, write: Callable[[], None], kept: Collection[Address]) -> bool:
        """Write, and go on from the folder as it is then; False where that failed, which is said."""
        folder = self.panel.explorer.base.client.folder
        try:
            write()
            now = clients.load(folder.parent, folder.name)
        except BespokeError as error:
            self.said.value = line(str(error))
            return False
        self.panel.rebase(now, kept)
        return True


def shown_setting(one: Setting) -> str:
    """`tasks.csv, risk_memo, requests_per_day: 210 becomes 300`."""
    return f"{', '.join(one.place)}: {said(one.before)} becomes {said(one.now)}"


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
        f'<div style="background:{_colour(one)};color:#1C2430">{_marked(lines, n) or "&nbsp;"}</div>'
        for n, one in enumerate(lines)
    )
    style = (
        "font-family:monospace;white-space:pre-wrap;overflow-wrap:anywhere;overflow:auto;max-height:24em;"
        "line-height:1.35;background:#fff"
    )
    return f'<div class="{LITERAL} bespoke-diff" style="{style}">{rows}</div>'


def _marked(lines: Sequence[str], n: int) -> str:
    """A line with those of its cells in bold that the other version of it does not have."""
    own, other = lines[n], _other(lines, n)
    if other is None:
        return escape(own)
    cells, others = _CELLS.split(own[1:]), _CELLS.split(other[1:])
    if len(cells) != len(others):
        return escape(own)
    pairs = zip(cells, others, strict=True)
    return escape(own[0]) + "".join(
        escape(cell) if cell == before else f'<b style="text-decoration:underline">{escape(cell)}</b>'
        for cell, before in pairs
    )


def _other(lines: Sequence[str], n: int) -> str | None:
    """The line that this one replaces or is replaced by: as far into the run of such lines beside its own."""
    sign, own = _sign(lines[n]), _run(lines, n)
    beside = own.stop if sign == "-" else own.start - 1
    if not sign or not 0 <= beside < len(lines) or _sign(lines[beside]) in ("", sign):
        return None
    others = _run(lines, beside)[n - own.start :]
    return lines[others[0]] if others else None


def _run(lines: Sequence[str], n: int) -> range:
    """The lines around this one that are removed or added as it is."""
    sign, start, stop = _sign(lines[n]), n, n + 1
    while start > 0 and _sign(lines[start - 1]) == sign:
        start -= 1
    while stop < len(lines) and _sign(lines[stop]) == sign:
        stop += 1
    return range(start, stop)


def _sign(line: str) -> str:
    """+ or -; "" for a line that stays, and for the names of the files."""
    return line[:1] if line.startswith(("+", "-")) and not line.startswith(("+++ ", "--- ")) else ""


def _colour(row: str) -> str:
    return "#EEF1F5" if row.startswith(("--- ", "+++ ", "@@ ")) else COLOURS.get(row[:1], "transparent")
