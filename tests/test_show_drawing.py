"""Figures as functions of their data: drawn when those have changed, taken from the last run when not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bespoke import paths, show
from bespoke.exhibits import failure_modes
from bespoke.exhibits.task_audit.quality_exhibits import _draw_gaps, _Gap
from bespoke.show import drawing
from bespoke.show.blocks import MIME
from bespoke.show.numbers import number_locale

ALT = "One bar of a length that the data give."


def bar(length: float, name: str) -> Any:
    figure, axes = show.new_figure(1.0)
    axes.barh([0], [length])
    axes.set_yticks([0], [name])
    return figure


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if `bar` were a function of the package."""
    monkeypatch.setattr(bar, "__module__", failure_modes.__name__)


@pytest.fixture
def last_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes a notebook that the run before left with one figure."""

    def leave(svg: str, drawn_from: str) -> None:
        block = show.Figure(label="fig-bar", caption="", alt=ALT, svg=svg, drawn_from=drawn_from)
        output = {"data": {MIME: block.model_dump(mode="json")}}
        path = tmp_path / "last.ipynb"
        path.write_text(json.dumps({"cells": [{"cell_type": "markdown"}, {"outputs": [output]}]}))
        drawing._figures_of.cache_clear()
        monkeypatch.setenv(paths.LAST_RUN, str(path))

    return leave


@pytest.mark.usefixtures("house")
def test_the_same_data_give_the_picture_of_the_last_run(last_run: Any) -> None:
    _, drawn_from = drawing.drawn(bar, (1.0, "Notes"))
    last_run("<svg>of the last run</svg>", drawn_from)
    assert drawing.drawn(bar, (1.0, "Notes")) == ("<svg>of the last run</svg>", drawn_from)


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("data", [(1.5, "Notes"), (1.0, "Claims"), (1.0, "Notes ")])
def test_other_data_are_drawn(last_run: Any, data: tuple[Any, ...]) -> None:
    last_run("<svg>of the last run</svg>", drawing.drawn(bar, (1.0, "Notes"))[1])
    picture, _ = drawing.drawn(bar, data)
    assert picture.startswith("<?xml")


@pytest.mark.usefixtures("house")
def test_another_language_is_drawn_anew() -> None:
    english = drawing.drawn(bar, (1.0, "Notes"))[1]
    with number_locale("de"):
        assert drawing.drawn(bar, (1.0, "Notes"))[1] != english


def test_a_function_of_a_notebook_is_always_drawn(last_run: Any) -> None:
    """Its code may have changed, and no run keeps an eye on that."""
    last_run("<svg>of the last run</svg>", "")
    picture, drawn_from = drawing.drawn(bar, (1.0, "Notes"))
    assert drawn_from == ""
    assert picture.startswith("<?xml")


def test_a_function_that_knows_more_than_its_data_is_refused() -> None:
    length = 2.0
    with pytest.raises(TypeError, match="from its arguments alone"):
        drawing.drawn(lambda: bar(length, "Notes"), ())


@pytest.mark.parametrize(
    "content", ["", "no notebook", "[]", '{"cells": 1}', '{"cells": [{"outputs": [1]}]}']
)
@pytest.mark.usefixtures("house")
def test_a_last_notebook_that_cannot_be_read_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    path = tmp_path / "last.ipynb"
    path.write_text(content)
    monkeypatch.setenv(paths.LAST_RUN, str(path))
    drawing._figures_of.cache_clear()
    assert drawing.drawn(bar, (1.0, "Notes"))[0].startswith("<?xml")


def test_a_task_that_is_always_wrong_stands_on_the_axis() -> None:
    gaps = [_Gap("Notes", "far", 0.0, None, 0.9), _Gap("Claims", "near", 0.8, None, 0.9)]
    low, high = _draw_gaps(gaps).axes[0].get_xlim()
    assert low < 0.0 < 0.9 < high
