"""Blocks as HTML fragments for JupyterLab."""

import json

from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from bespoke import show
from bespoke.show import html
from bespoke.show.blocks import parse

NASTY = "<script>alert(1)</script> $a$ | *b* `c` [d](javascript:e) &amp; # </table>"


def soup(block: show.Block) -> BeautifulSoup:
    return BeautifulSoup(html.fragment(block), "html.parser")


def table(*rows: tuple[object, ...]) -> show.Table:
    columns = (
        show.Column(key="task", title="Task"),
        show.Column(key="load", title="Load", format="integer", unit="a day"),
    )
    return show.Table(
        label="tbl-load", caption="Where the load is", columns=columns, rows=rows, emphasis=(0,)
    )


def test_a_table_has_a_caption_scoped_headers_and_figures_to_the_right():
    page = soup(table(("Notes", 1200), ("Claims", 7)))
    assert page.caption.text == "Where the load is"
    assert [th["scope"] for th in page.find_all("th")] == ["col", "col"]
    assert [td.text for td in page.find_all("td")] == ["Notes", "1,200", "Claims", "7"]
    assert "text-align:right" in page.find_all("td")[1]["style"]
    assert "font-weight:600" in page.find_all("td")[0]["style"]
    assert page.div["id"] == "tbl-load"


def test_a_figure_is_described_and_its_drawing_cannot_run_or_clash():
    drawing = '<svg xmlns="http://www.w3.org/2000/svg"><g id="axes_1"/><script>alert(1)</script></svg>'
    block = show.Figure(label="fig-a", caption=NASTY, alt='A bar chart of "five" families', svg=drawing)
    page = soup(block)
    assert page.img["alt"] == 'A bar chart of "five" families'
    assert page.img["src"].startswith("data:image/svg+xml;base64,")
    assert page.figcaption.text == NASTY
    assert "axes_1" not in html.fragment(block)  # no id of one figure can meet another's
    assert page.script is None


def test_client_text_in_narrative_stays_text():
    page = soup(show.Text(markdown=show.fill("**{n}** tasks of {client}", n=3, client=NASTY)))
    assert page.strong.text == "3"
    assert page.find("p").text == f"3 tasks of {NASTY}"
    assert page.a is None
    assert "mathjax_ignore" in page.div["class"]


def test_maths_is_left_to_the_notebook_and_prices_are_not_maths():
    page = soup(show.Text(markdown="The rate $x/n$ costs $5 to $10."))
    assert [span.text for span in page.find_all(class_="mathjax_process")] == ["$x/n$"]
    assert page.find("p").text == "The rate $x/n$ costs $5 to $10."


def test_a_formula_on_lines_of_its_own_stands_once_between_the_paragraphs():
    page = soup(show.Text(markdown="Of both:\n\n$$\nx < n\n$$\nand **so** on.\n\n  $$y$$"))
    [text] = page.find_all("div", recursive=False)
    assert [(part.name, part.text) for part in text.find_all(recursive=False)] == [
        ("p", "Of both:"),
        ("div", "$$x < n$$"),
        ("p", "and so on."),
        ("div", "$$y$$"),
    ]
    assert text.strong.text == "so"


def test_plain_text_says_the_same():
    lines = html.plain(table(("Notes", 1200))).splitlines()
    assert lines == ["Where the load is", "Task    Load", "Notes  1,200"]
    assert html.plain(show.Finding(text="Start here.")) == "Start here."
    assert html.plain(show.Callout(markdown="No notes.", tone="missing")) == "What is missing: No notes."


@given(st.text())
def test_any_text_in_a_cell_comes_out_as_itself(text):
    cell = soup(table((text, 1))).find("td")
    assert cell.text.split() == (text or "–").split()  # white space is HTML's own


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1))
def test_any_value_filled_into_markdown_comes_out_as_itself(text):
    page = soup(show.Text(markdown=show.fill("Said: {x}.", x=text)))
    assert (
        page.find("p").text.replace("\u2068", "").replace("\u2069", "") == f"Said: {' '.join(text.split())}."
    )


def test_a_block_survives_its_journey_through_a_notebook():
    block = table(("Notes", 1200), (None, 2.5))
    assert parse(json.loads(json.dumps(block.model_dump(mode="json")))) == block
