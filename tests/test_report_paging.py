"""Fewer half-empty pages: shrink a little, or let the text go ahead."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from bespoke.report import Cover, paging, typesetting, widths
from bespoke.report.model import (
    Block,
    Document,
    DocumentFigure,
    DocumentTable,
    Heading,
    Paragraph,
    Picture,
    Section,
    TableColumn,
    TextRun,
)

A4 = 297.0


def text(words: int = 10) -> Paragraph:
    return Paragraph([TextRun("word " * words)])


def figure(height: float) -> DocumentFigure:
    """As wide as the text, so many points high."""
    return DocumentFigure(
        Picture("svg", "<svg/>", "a drawing", widths.TEXT_WIDTH, height), "Message", number="Figure 1.1"
    )


def kinds(blocks: list[Block]) -> list[str]:
    return [type(block).__name__ for block in blocks]


def arranged(*blocks: Block) -> list[Block]:
    return paging.arranged(list(blocks), "A finding", A4)


def test_what_fits_is_left_alone():
    blocks = [text(), figure(200), text(), Heading(2, [TextRun("More")]), text()]
    assert arranged(*blocks) == blocks


def test_a_figure_that_almost_fits_shrinks_a_little():
    """The page has 245 mm = 694 points: two figures of 290 with captions and heading need more."""
    first, second = arranged(figure(290), figure(290))
    assert first.width == 1.0
    assert paging.LEAST <= second.width < 1.0


def test_a_figure_that_does_not_fit_lets_its_text_go_ahead():
    blocks = [figure(350), figure(350), text(), text()]
    assert kinds(arranged(*blocks)) == ["Figure", "Paragraph", "Paragraph", "Figure"]


def test_nothing_leaves_its_subsection():
    blocks = [figure(350), figure(350), Heading(2, [TextRun("Next")]), text()]
    assert kinds(arranged(*blocks)) == ["Figure", "Figure", "Heading", "Paragraph"]


def test_figures_and_tables_keep_their_order_and_nothing_is_lost():
    table = DocumentTable([TableColumn("A")], [[str(n)] for n in range(30)], number="Table 1.1")
    blocks = [figure(350), figure(350), table, text(), figure(100)]
    found = arranged(*blocks)
    assert [b.picture.height for b in found if isinstance(b, DocumentFigure)] == [350, 350, 100]
    assert sorted(kinds(found)) == sorted(kinds(blocks))


@pytest.mark.parametrize("rows", [34, 36, 38, 40, 42, 90])
def test_no_row_is_left_alone_on_a_page(rows: int) -> None:
    """Wherever a table breaks, its last three rows stay together with its source."""
    table = DocumentTable(
        [TableColumn("A")], [[f"row{n}"] for n in range(rows)], "Caption", "me", number="Table 1.1"
    )
    section = Section("ch-one", "1", "Chapter 1", "One", "A finding", [text(30), table])
    cover = Cover(client="Acme", as_of=date(2026, 11, 20))
    typeset = typesetting.pdf(typesetting.source(Document([section]), cover), cover)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(typeset)).pages]
    last = next(page for page in reversed(pages) if "row" in page)
    assert "Source: me" in last
    assert last.count("row") >= 3
