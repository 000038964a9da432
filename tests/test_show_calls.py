"""What a notebook cell calls becomes the block it names, and no more than was asked for."""

from __future__ import annotations

from typing import Any

import IPython.display
import pytest

from bespoke import show
from bespoke.show.shown import recorded

COLUMN = show.Column(key="task", title="Task")


def blocks(*calls: Any) -> list[Any]:
    with recorded() as record:
        for call in calls:
            call()
    return [one.block for one in record]


def test_sentences_hold_the_values_that_are_put_in() -> None:
    found = blocks(
        lambda: show.finding("{n} of four fail.", n=3),
        lambda: show.text("The audit covers **{n}** tasks.", n=3),
        lambda: show.callout("No {what}.", what="notes"),
        lambda: show.callout("No {what}.", tone="missing", what="notes"),
        lambda: show.left_out("It would need {what}.", what="notes"),
    )
    assert found == [
        show.Finding(text="3 of four fail."),
        show.Text(markdown="The audit covers **3** tasks."),
        show.Callout(markdown="No notes.", tone="note"),
        show.Callout(markdown="No notes.", tone="missing"),
        show.LeftOut(markdown="It would need notes.", silent=False),
    ]


def test_a_table_is_plain_unless_more_is_asked_for() -> None:
    plain, rich = blocks(
        lambda: show.table([("a",), ["b"]], label="tbl-a", caption="Tasks", columns=[COLUMN]),
        lambda: show.table(
            [("a",)],
            label="tbl-a",
            caption="Tasks",
            columns=[COLUMN],
            source="tasks.csv",
            emphasis=[0],
            glossary=True,
        ),
    )
    assert plain == show.Table(
        label="tbl-a",
        caption="Tasks",
        columns=(COLUMN,),
        rows=(("a",), ("b",)),
        source="",
        emphasis=(),
        glossary=False,
    )
    assert (rich.source, rich.emphasis, rich.glossary) == ("tasks.csv", (0,), True)


def test_what_is_shown_is_given_back() -> None:
    found = show.table([("a",)], label="tbl-a", caption="Tasks", columns=[COLUMN])
    assert found.frame.values.tolist() == [["a"]]


def test_a_figure_is_drawn_from_its_data_as_wide_as_the_text() -> None:
    def draw(heights: list[float]) -> Any:
        figure, axes = show.new_figure(1.0)
        axes.bar(range(len(heights)), heights)
        return figure

    alt = "Two bars, of one and of two."
    drawn, ready, narrow = blocks(
        lambda: show.figure(draw, [1.0, 2.0], label="fig-a", caption="Bars", alt=alt, source="tasks.csv"),
        lambda: show.figure(draw([1.0, 2.0]), label="fig-a", caption="Bars", alt=alt),
        lambda: show.figure(draw, [1.0, 2.0], label="fig-a", caption="Bars", alt=alt, width=0.5),
    )
    assert (drawn.width, drawn.source, drawn.alt) == (1.0, "tasks.csv", alt)
    assert (ready.width, ready.drawn_from, ready.source) == (1.0, "", "")
    assert drawn.svg == ready.svg
    assert "<svg" in drawn.svg
    assert narrow.width == 0.5


def test_tiles_are_one_row() -> None:
    one, two = show.Tile(label="Tasks", value="3"), show.Tile(label="Cost", value="5")
    assert blocks(lambda: show.tiles(one, two)) == [show.Tiles(tiles=(one, two))]


def test_a_block_is_published_as_data_as_html_and_as_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[dict[str, Any]] = []
    monkeypatch.setattr(IPython.display, "publish_display_data", published.append)
    block = show.Finding(text="a < b")
    assert show.display(block).block is block
    (found,) = published
    assert found.pop("application/vnd.bespoke.block+json") == {"type": "finding", "text": "a < b"}
    assert "a &lt; b" in found.pop("text/html")
    assert found == {"text/plain": "a < b"}
