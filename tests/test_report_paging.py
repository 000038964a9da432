"""Fewer half-empty pages: shrink a little, or let the text go ahead."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from bespoke.report import paging, typesetting, widths
from bespoke.report.model import (
    Block,
    BlockQuote,
    CalloutBox,
    CodeBlock,
    Document,
    DocumentFigure,
    DocumentTable,
    Heading,
    Listing,
    Paragraph,
    Picture,
    Section,
    TableColumn,
    TextRun,
)
from bespoke.report.report_cover import Cover

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
    return paging.arranged(list(blocks), "A finding", A4).blocks


def test_what_fits_is_left_alone():
    blocks = [text(), figure(200), text(), Heading(2, [TextRun("More")]), text()]
    assert arranged(*blocks) == blocks


def test_a_figure_that_almost_fits_shrinks_a_little():
    """The page has 245 mm = 694.5 points. Heading 61, twice a figure of 277 with a caption and white space of 41.5:
    698 in all. The second has 315 - 41.5 - 8 = 265.5 for itself, 96% of its height: its type is still one of 8."""
    first, second = arranged(figure(277), figure(277))
    assert first.width == 1.0
    assert second.width == pytest.approx(265.5 / 277, abs=0.0005)


def test_a_figure_is_not_made_so_small_that_its_type_is_below_8_points():
    """Twice a figure of 281 makes 706: the second would have 311 - 49.5 = 261.5 for itself, 93%: 8.5 points x .93 are
    7.9. It goes to the next page as it is."""
    first, second = arranged(figure(281), figure(281))
    assert (first.width, second.width) == (1.0, 1.0)


def test_a_figure_that_does_not_fit_lets_its_text_go_ahead():
    blocks = [figure(350), figure(350), text(), text()]
    assert kinds(arranged(*blocks)) == ["DocumentFigure", "Paragraph", "Paragraph", "DocumentFigure"]


def test_a_chapter_goes_on_where_the_one_before_ends():
    """Heading 61 points, a figure of 200 with caption and white space 241.5: from the top of a page 302.5. From 300
    down the page, with 42.5 between the chapters, 645; from 500 down there is no room for both, and it begins anew."""
    ends = [paging.arranged([figure(200)], "A finding", A4, start=start).end for start in (0.0, 300.0, 500.0)]
    assert ends == pytest.approx([302.5, 645.0, 302.5])


@pytest.mark.parametrize(("page_mm", "page"), [(A4, 694.5), (279.4, 644.6)])
def test_a_chapter_begins_low_rather_than_leave_two_fifths_of_a_page_empty(
    page_mm: float, page: float
) -> None:
    """Heading and a figure of 400 points do not fit below the middle: where 38% are left, the next page takes them;
    where more is, the chapter begins here, and only its figure goes over."""
    blocks: list[Block] = [text(), figure(400)]
    breaks = paging.arranged(blocks, "A finding", page_mm, start=0.63 * page)
    stays = paging.arranged(blocks, "A finding", page_mm, start=0.61 * page)
    assert breaks.end == pytest.approx(61.0 + 24.6 + 441.5)
    assert stays.end == pytest.approx(441.5)  # the figure alone, on the next page


def test_the_contents_share_the_page_where_they_fit() -> None:
    """Ten entries in two columns: heading 56 and five lines of 20; behind a summary that ends at 400 they follow after
    42.5 points, behind one that ends at 600 of 694.5 on the next page."""
    ends = [paging.contents_end(start, 10, A4) for start in (0.0, 400.0, 600.0)]
    assert ends == pytest.approx([156.0, 598.5, 156.0])


def test_nothing_leaves_its_subsection():
    blocks = [figure(350), figure(350), Heading(2, [TextRun("Next")]), text()]
    assert kinds(arranged(*blocks)) == ["DocumentFigure", "DocumentFigure", "Heading", "Paragraph"]


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


def test_heights_are_added_up_with_the_white_space_that_belongs_to_each() -> None:
    """A line of text takes 13.6 points and 11 below it; 10 short words are one line, 30 words of 5 letters three."""
    line = paging._height(text())
    assert line == pytest.approx(13.6 + 11.0)
    assert paging._height(BlockQuote([text(), text()])) == pytest.approx(2 * line + 8.0)
    assert paging._height(CalloutBox("note", [text()])) == pytest.approx(60.0 + line - 5.0)
    assert paging._height(Listing(False, 1, [[text()], [text(), text()]])) == pytest.approx(
        3 * (line - 4.0) + 6.0
    )
    assert paging._height(CodeBlock("a\nb\nc")) == pytest.approx(28.0 + 3 * 10.5)
    assert [paging._height(Heading(level, [])) for level in (2, 3, 4)] == [42.0, 34.0, 30.0]


def test_a_figure_is_as_high_as_its_drawing_with_caption_and_space() -> None:
    # one line of caption: 11.5, and 7 between; 23 below
    assert paging._height(figure(200.0)) == pytest.approx(200.0 + 11.5 + 7.0 + 23.0)
    assert paging._height(figure(2_000.0)) == pytest.approx(581.0 + 11.5 + 7.0 + 23.0)  # the template's limit


def test_a_block_ends_on_the_page_where_it_breaks() -> None:
    quote = BlockQuote([text() for _ in range(4)])  # 4 x 24.6 + 8 = 106.4
    assert paging._after(quote, 100.0, 700.0, [], widths.fit) == pytest.approx(206.4)
    assert paging._after(quote, 650.0, 700.0, [], widths.fit) == pytest.approx(
        650 + 106.4 - 670
    )  # 30 of the next
    assert paging._after(figure(200.0), 650.0, 700.0, [], widths.fit) == pytest.approx(
        241.5
    )  # goes over whole
