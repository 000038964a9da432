"""The controls of one chapter on the page, what they change, and how long that took."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as w

from bespoke import clients
from bespoke.chapters.scenarios import moved
from bespoke.clients.changes import Address, Changes, Value
from bespoke.clients.scenarios import FILES, Scenario
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.exhibits.scenarios import said
from bespoke.explore.controls import Control, row_of, widget_of
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer
from bespoke.explore.keep_changes import KeepChanges
from bespoke.explore.look import line, page, problem_line, problems_in
from bespoke.explore.memory import Memory
from bespoke.explore.scenario_bar import ScenarioBar
from bespoke.facts.reader import Facts
from bespoke.scenarios import saving
from bespoke.show.elements import escape
from bespoke.show.html import fragment

WRAP = {"flex_flow": "row wrap", "width": "100%"}
Stamp = Mapping[str, tuple[int, int] | None]  # file -> its time and size; None: not there


class Panel:
    """One explorer and the values explored so far; `box` is the widget to display."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.changes: dict[Address, Value] = {}
        self.choices: dict[str, Any] = {}
        self.remembers = False  # only once somebody has asked for what was explored before
        self.original: dict[Address, Value] = {}
        self.shown: tuple[Control, ...] = ()
        self.subject = w.Dropdown(
            options=list(explorer.subjects()), description=explorer.subject_label,
            style={"description_width": "initial"}, layout=w.Layout(width="28em"),
        )  # fmt: skip
        self.reset = w.Button(description="Back to the folder", icon="undo", layout=w.Layout(width="auto"))
        self.dials = w.Box(layout=w.Layout(**WRAP))
        self.status, self.view = w.HTML(), w.HTML(layout=w.Layout(width="100%"))
        self.again = w.Button(
            description="Read the folder again", icon="refresh", layout=w.Layout(width="auto")
        )
        self.again.on_click(lambda _: self.reread())
        self.underneath = w.HTML()
        self.keep, self.scenarios = KeepChanges(self), ScenarioBar(self)
        self.read = _stamp(explorer.base.client.folder)
        self.subject.observe(self._turned, "value")
        self.reset.on_click(lambda _: self.back())
        note = w.HTML(f"<p><small>{escape(explorer.note)}</small></p>")
        head = w.HBox([self.subject, self.reset, self.again])
        parts = [head, self.underneath, self.dials, self.keep.box, self.status, self.view, self.scenarios.box]
        self.box = w.VBox([*parts, note])
        self.box.add_class("bespoke-explore")
        self._turned()

    def proposed(self) -> Changes:
        """The explored values that the client folder would hold, with what a new row needs besides."""
        return self.explorer.completed(self.changes, self.choices)

    def scene(self) -> ExploredState:
        return self.explorer.base.with_changes(self.proposed(), self.choices)

    def back(self) -> None:
        """Forget everything explored."""
        self.changes.clear()
        self.choices.clear()
        self._turned()

    def move(self, dial: Control, shown: object) -> None:
        """Take a dial's new value over; None in a field that must hold something is passed by."""
        value = dial.read(shown)
        if dial.address is None:
            self.choices[dial.name] = value
        elif value == self.original[dial.address]:
            self.changes.pop(dial.address, None)
        else:
            self.changes[dial.address] = value
        self.look()

    def put_on(self, changes: Changes) -> None:
        """Go on from these explored values."""
        self.changes = dict(changes)
        self.choices.clear()
        self._turned()

    def rebase(self, client: Client, kept: Collection[Address] = ()) -> None:
        """Go on from the folder as it is now, and from what was explored and not kept."""
        book = self.explorer.book
        book.client = client
        book.facts = Facts(book.facts.as_of, dict(client.engagement.thresholds))
        book.result = None
        self.explorer = type(self.explorer)(book)
        self.read = _stamp(client.folder)
        self.original.clear()
        self.put_on({place: value for place, value in self.changes.items() if place not in kept})

    def take_scenarios(self, scenarios: tuple[Scenario, ...]) -> None:
        """The client with other scenarios: nothing else of it is read again."""
        book = self.explorer.book
        book.client = replace(book.client, scenarios=scenarios)
        self.explorer.base = replace(self.explorer.base, client=book.client)

    def reread(self) -> None:
        """Read the client folder again, with what is explored on top."""
        folder = self.explorer.base.client.folder
        try:
            self.rebase(clients.load(folder.parent, folder.name))
        except BespokeError as error:
            self.underneath.value = problem_line(str(error))

    def recall(self) -> None:
        """Put what was explored and not kept, before a restart or in another chapter, on the controls."""
        client = self.explorer.base.client
        found = Memory.of(client.folder).explored(client)
        explored = dict(found.changes) if found is not None else {}
        self.remembers = True
        if explored == self.changes:
            return
        self.put_on(explored)
        if found is None:
            return
        lines = [
            f"{', '.join(one.place)}: the folder said {said(one.before)} when this was explored, now {said(one.now)}"
            for one in moved(client, found)
        ]
        self.underneath.value += line("\n".join(["Explored before, and not kept.", *lines]))

    def refresh(self) -> None:
        """What another chapter's controls kept, saved or explored meanwhile."""
        self.recall()
        if _changed(self.explorer.base.client.folder, self.read):
            self.reread()
        names = [path.stem for path in saving.files(self.explorer.base.client.folder)]
        if names != [one.name for one in self.explorer.base.client.scenarios]:
            self.scenarios.reread()

    def look(self) -> None:
        """Compute and show; a problem is one line and leaves the last view standing."""
        started = time.perf_counter()
        self.keep.hide()
        self.scenarios.refresh()
        self._look_underneath()
        self.reset.disabled = not (self.changes or self.choices)
        with problems_in(self.status):
            scene = self.scene()
            shown = self.explorer.look(self.subject.value, scene)
            html = "".join(one if isinstance(one, str) else fragment(one) for one in shown)
            self._show(scene, html, started)

    def _show(self, scene: ExploredState, html: str, started: float) -> None:
        self.view.value = page(html)
        self._arrange(scene)
        took = f"{1000 * (time.perf_counter() - started):.0f}"
        words = f"{self._said()} Computed in {took} ms."
        self.status.value = f'<p><small data-milliseconds="{took}">{words}</small></p>'
        if self.remembers:
            Memory.of(scene.client.folder).note_explored(self.explorer.base.client, self.changes)

    def _look_underneath(self) -> None:
        """Say that a file is no longer as it was read."""
        files = _changed(self.explorer.base.client.folder, self.read)
        self.again.layout.display = "" if files else "none"
        verb = "has" if len(files) == 1 else "have"
        words = f"{', '.join(files)} {verb} changed underneath since the folder was read."
        self.underneath.value = problem_line(words) if files else ""

    def _said(self) -> str:
        n = len(self.changes)
        return "As in the client folder." if not n else f"{n} explored value{'s' if n > 1 else ''}, not kept."

    def _turned(self, _: object = None) -> None:
        """Another subject: other dials, at the values explored so far."""
        self.shown, self.dials.children = (), ()
        self.look()

    def _arrange(self, scene: ExploredState) -> None:
        """Build the dials that are not there yet: of another subject, or of another model's prices."""
        there = {_place(d): row for d, row in zip(self.shown, self.dials.children, strict=False)}
        dials = tuple(self.explorer.dials(self.subject.value, scene))
        if (
            not self.shown
        ):  # what the folder says where a control stands: moved back there, a value is explored no more
            for dial in self.explorer.dials(self.subject.value, self.explorer.base):
                if dial.address is not None:
                    self.original.setdefault(dial.address, dial.value)
        if there.keys() == set(map(_place, dials)):
            return
        self.dials.children = [there.get(_place(dial)) or self._row(dial) for dial in dials]
        self.shown = dials

    def _row(self, dial: Control) -> Any:
        if dial.address is not None and dial.address not in self.changes:
            self.original.setdefault(dial.address, dial.value)
        widget = widget_of(dial)
        widget.observe(lambda change: self.move(dial, change["new"]), "value")
        return row_of(dial, widget)


def _place(dial: Control) -> tuple[str, Address | None]:
    return dial.name, dial.address


def _stamp(folder: Path) -> Stamp:
    """How the files of a client folder stand now."""
    return {name: _of(folder / name) for name in FILES}


def _changed(folder: Path, then: Stamp) -> list[str]:
    """The files that are no longer as they were."""
    return [name for name, found in _stamp(folder).items() if found != then[name]]


def _of(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
