"""The controls of one chapter on the page, what they change, and how long that took."""

from __future__ import annotations

import time
from typing import Any

import ipywidgets as w

from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.explore.changes import Address, Changes, Value
from bespoke.explore.controls import Control, row_of, widget_of
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer, Shown
from bespoke.explore.keep_changes import KeepChanges
from bespoke.facts.reader import Facts
from bespoke.show.html import LITERAL, escape, fragment

WRAP = {"flex_flow": "row wrap", "width": "100%"}


class Panel:
    """One explorer and the values explored so far; `box` is the widget to display."""

    def __init__(self, explorer: Explorer) -> None:
        self.explorer = explorer
        self.changes: dict[Address, Value] = {}
        self.choices: dict[str, Any] = {}
        self.original: dict[Address, Value] = {}
        self.shown: tuple[Control, ...] = ()
        self.subject = w.Dropdown(
            options=list(explorer.subjects()), description=explorer.subject_label,
            style={"description_width": "initial"}, layout=w.Layout(width="28em"),
        )  # fmt: skip
        self.reset = w.Button(description="Back to the folder", icon="undo", layout=w.Layout(width="auto"))
        self.dials = w.Box(layout=w.Layout(**WRAP))
        self.status, self.view = w.HTML(), w.HTML(layout=w.Layout(width="100%"))
        self.keep = KeepChanges(self)
        self.subject.observe(self._turned, "value")
        self.reset.on_click(lambda _: self.back())
        note = w.HTML(f"<p><small>{escape(explorer.note)}</small></p>")
        head = w.HBox([self.subject, self.reset])
        self.box = w.VBox([head, self.dials, self.keep.box, self.status, self.view, note])
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

    def move(self, dial: Control, shown: Any) -> None:
        """Take a dial's new value over; None in a field that must hold something is passed by."""
        value = dial.read(shown)
        if dial.address is None:
            self.choices[dial.name] = value
        elif value == self.original[dial.address]:
            self.changes.pop(dial.address, None)
        else:
            self.changes[dial.address] = value
        self.look()

    def rebase(self, client: Client) -> None:
        """Go on from the folder as it is now."""
        book = self.explorer.book
        book.client = client
        book.facts = Facts(book.facts.as_of, dict(client.engagement.thresholds))
        book.result = None
        self.explorer = type(self.explorer)(book)
        self.original.clear()
        self.back()

    def look(self) -> None:
        """Compute and show; a problem is one line and leaves the last view standing."""
        started = time.perf_counter()
        self.keep.hide()
        self.reset.disabled = not (self.changes or self.choices)
        try:
            scene = self.scene()
            shown = self.explorer.look(self.subject.value, scene)
            html = "".join(map(_html, shown))
        except BespokeError as error:
            self.status.value = problem_line(str(error))
            return
        except (
            Exception
        ) as error:  # a kernel callback has no cell to fail in: say it here, trace it in the log
            self.status.value = problem_line(f"{type(error).__name__}: {error}")
            raise
        self.view.value = page(html)
        self._arrange(scene)
        took = f"{1000 * (time.perf_counter() - started):.0f}"
        said = f"{self._said()} Computed in {took} ms."
        self.status.value = f'<p><small data-milliseconds="{took}">{said}</small></p>'

    def _said(self) -> str:
        n = len(self.changes)
        return "As in the client folder." if not n else f"{n} explored value{'s' if n > 1 else ''}, not kept."

    def _turned(self, _: object = None) -> None:
        """Another subject: other dials, at the values explored so far."""
        self.shown = ()
        self.look()

    def _arrange(self, scene: ExploredState) -> None:
        """Build the dials that are not there yet: of another subject, or of another model's prices."""
        there = {_place(d): row for d, row in zip(self.shown, self.dials.children, strict=False)}
        dials = tuple(self.explorer.dials(self.subject.value, scene))
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


def _html(shown: Shown) -> str:
    return shown if isinstance(shown, str) else fragment(shown)


def page(html: str) -> str:
    """HTML in the look of a notebook's outputs; there tables stand left, but not inside a widget."""
    style = "<style>.bespoke-page table{margin-left:0}</style>"
    return f'{style}<div class="{LITERAL} jp-RenderedHTMLCommon bespoke-page">{html}</div>'


def problem_line(text: str) -> str:
    """One clear line in place of a traceback."""
    style = "border-left:4px solid #C2410C;padding:.2em .8em;margin:.4em 0;white-space:pre-wrap"
    return f'<div role="alert" class="{LITERAL}" dir="auto" style="{style}">{escape(text)}</div>'
