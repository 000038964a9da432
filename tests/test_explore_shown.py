"""Where somebody can move a control, it is shown with a word for the notebook as it is saved; elsewhere nothing is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import IPython.display
import pytest

from bespoke import explore
from bespoke.explore import ASLEEP, NOTEBOOK_SERVER, REPORT_RUN, picker


@pytest.mark.parametrize(
    ("surroundings", "shown"),
    [
        ((NOTEBOOK_SERVER,), True),
        ((), False),  # no notebook of a server
        ((NOTEBOOK_SERVER, REPORT_RUN[0]), False),
        ((NOTEBOOK_SERVER, REPORT_RUN[1]), False),
        ((REPORT_RUN[0],), False),
    ],
)
def test_controls_are_shown_to_somebody_who_can_move_them(
    monkeypatch: pytest.MonkeyPatch, surroundings: tuple[str, ...], shown: bool
) -> None:
    for name in (NOTEBOOK_SERVER, *REPORT_RUN):
        monkeypatch.delenv(name, raising=False)
    for name in surroundings:
        monkeypatch.setenv(name, "x")
    displayed: list[Any] = []
    monkeypatch.setattr(IPython.display, "display", lambda what, raw=False: displayed.append((what, raw)))
    monkeypatch.setattr(picker, "Picker", lambda book: SimpleNamespace(box=f"box of {book}"))
    book: Any = "book"
    explore.explore(book)
    asleep = {"text/html": f"<p><small>{ASLEEP}</small></p>", "text/plain": ASLEEP}
    assert displayed == ([("box of book", False), (asleep, True)] if shown else [])
