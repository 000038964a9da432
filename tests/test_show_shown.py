"""What an exhibit gives back besides showing it."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.show import Column, Figure, Table, Text
from bespoke.show.shown import Shown, ShownTogether, noted, recorded, together

TABLE = Shown(
    Table(
        label="tbl-bill", caption="A bill", rows=(("notes", 3), ("mail", 5)),
        columns=(Column(key="task", title="Task"), Column(key="usd", title="USD", format="integer")),
    )
)  # fmt: skip
FIGURE = Shown(
    Figure(label="fig-bill", caption="A bill", alt="Two bars of three and five dollars", svg="<svg/>")
)
SENTENCE = Shown(Text(markdown="A sentence."))


def test_a_table_gives_its_frame_and_a_figure_its_drawing_and_nothing_else_does() -> None:
    assert TABLE.frame.values.tolist() == [["notes", 3], ["mail", 5]]
    assert list(TABLE.frame.columns) == ["Task", "USD"]
    assert FIGURE.svg == "<svg/>"
    with pytest.raises(BespokeError, match=r"^<figure fig-bill> is no table$"):
        FIGURE.frame  # noqa: B018
    with pytest.raises(BespokeError, match=r"^<table tbl-bill, 2 rows> is no figure$"):
        TABLE.svg  # noqa: B018
    assert repr(SENTENCE) == "<text>"


def test_one_block_stands_for_itself_and_several_for_each_other() -> None:
    assert together([]) is None
    assert together([TABLE]) is TABLE
    both = together([TABLE, FIGURE])
    assert isinstance(both, ShownTogether)
    assert both == (TABLE, FIGURE)


def test_what_is_shown_inside_is_recorded_by_the_innermost() -> None:
    def shown(*blocks: Any) -> None:
        for block in blocks:
            assert noted(block) is block

    shown(TABLE)
    with recorded() as outer:
        shown(TABLE)
        with recorded() as inner:
            shown(FIGURE)
        shown(SENTENCE)
    shown(FIGURE)
    assert (outer, inner) == ([TABLE, SENTENCE], [FIGURE])
