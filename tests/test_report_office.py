"""Word and PowerPoint: what the core says, as text, tables and described pictures that can be edited."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import docx
import pptx
import pytest

from bespoke.report import office
from bespoke.report.colour import accessible
from bespoke.report.model import (
    Block,
    CalloutBox,
    Document,
    DocumentFigure,
    DocumentTable,
    Formula,
    Heading,
    Link,
    Listing,
    Paragraph,
    Picture,
    Section,
    Styled,
    TableColumn,
    TextRun,
    Tile,
    Tiles,
)
from bespoke.report.report_cover import Cover

HOSTILE = 'Fish & "Chips" </w:t><script>x</script> \x0b =1+1'
PRINTED = 'Fish & "Chips" </w:t><script>x</script> □ =1+1'
ALT = "Two bars: routing 40, coding 60."
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200pt" height="80pt" viewBox="0 0 200 80">'
    '<rect x="10" y="10" width="80" height="20" fill="#0072b2"/><text x="10" y="60">Routing</text></svg>'
)
COVER = Cover(
    client="Meridian & Sons",
    as_of=date(2026, 11, 20),
    prepared_by="Ada Lovelace",
    accent="#0B5C6B",
    confidentiality="Confidential",
    remarks=("Draft after version 1.0",),
)


def prose(text: str) -> Paragraph:
    return Paragraph([TextRun(text)])


def load(rows: int = 2) -> DocumentTable:
    return DocumentTable(
        [TableColumn("Task"), TableColumn("Cost", "USD", numeric=True)],
        [[HOSTILE if n == 0 else f"Task {n}", f"{n},000"] for n in range(rows)],
        caption="What it costs",
        source="tasks.csv",
        label="tbl-load",
        number="Table 1.1",
        emphasis=[1],
    )


def bars() -> DocumentFigure:
    return DocumentFigure(
        Picture("svg", SVG, ALT, 200, 80), "Coding is most", "counted", "fig-bars", "Figure 1.1"
    )


def report(*blocks: Block) -> Document:
    front = Section("summary", "S", "", "Executive summary", "Cache first", [
        Tiles([Tile("A month today", "$671", "of 3 tasks"), Tile("Live by", "20 Jan 2027")]),
        prose("Two steps."),
    ])  # fmt: skip
    chapter = Section("ch-06", "1", "Chapter 1", "Costs", "Half of it is the prompt", list(blocks))
    evidence = [Section("ev-06", "E1", "Evidence 1", "Costs", "Costs", [prose("Only in the evidence")])]
    return Document([chapter], front, evidence)


def everything() -> Document:
    link = Link("#tbl-load", [TextRun("Table 1.1")])
    far = Link("#ev-06", [TextRun("Evidence 1")], elsewhere=True)
    return report(
        Paragraph([Styled("strong", [TextRun("Bold")]), TextRun(", see "), link, TextRun(" and "), far]),
        Heading(2, [TextRun("In detail")]),
        Listing(True, 1, [[prose("first")], [prose("second")]]),
        CalloutBox("note", [prose("Mind this")], "Ada Lovelace"),
        Paragraph([Formula("x^2", "x^2", "<math/>")]),
        bars(),
        load(),
    )


def parts(raw: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        return {n: package.read(n).decode() for n in package.namelist() if n.endswith((".xml", ".rels"))}


@pytest.fixture(scope="module")
def word() -> bytes:
    return office.write(everything(), COVER, "docx")


@pytest.fixture(scope="module")
def deck() -> bytes:
    return office.write(everything(), COVER, "pptx")


@pytest.mark.parametrize("form", office.FORMS)
def test_the_same_report_gives_the_same_bytes_dated_as_it_is(form: office.Form):
    first, second = (office.write(everything(), COVER, form) for _ in range(2))
    assert first == second
    core = parts(first)["docProps/core.xml"]
    assert set(re.findall(r"\d{4}-\d\d-\d\d", core)) == {"2026-11-20"}


@pytest.mark.parametrize("form", office.FORMS)
def test_nothing_of_the_evidence_volume_and_nothing_to_load_is_in_it(form: office.Form):
    found = parts(office.write(everything(), COVER, form))
    assert not any("Only in the evidence" in text for text in found.values())
    assert not any('TargetMode="External"' in text for text in found.values())
    assert not any("data:image" in text for text in found.values())


def test_the_cover_of_a_document_says_what_that_of_the_report_says(word: bytes):
    found = docx.Document(io.BytesIO(word))
    styles = {p.style.name: p.text for p in found.paragraphs[:8]}
    assert styles["Title"] == "How should Meridian & Sons customise Claude?"
    assert styles["Author"] == "Ada Lovelace"
    assert styles["Date"] == "As of 20 Nov 2026"
    notes = [p.text for p in found.paragraphs if p.style.name == "Cover Note"]
    assert notes == ["Draft after version 1.0", "Confidential"]
    foot = found.sections[0].footer.paragraphs[0].text
    assert foot.startswith("Meridian & Sons · Confidential")
    assert found.core_properties.title == "How should Meridian & Sons customise Claude?"


def test_sections_are_headings_on_pages_of_their_own_in_the_clients_colour(word: bytes):
    found = docx.Document(io.BytesIO(word))
    headings = [(p.style.name, p.text) for p in found.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [
        ("Heading 1", "Cache first"),
        ("Heading 1", "Half of it is the prompt"),
        ("Heading 2", "In detail"),
    ]
    kickers = [p.text for p in found.paragraphs if p.style.name == "Kicker"]
    assert kickers == ["Executive summary", "Chapter 1 · Costs"]
    assert found.styles["Kicker"].paragraph_format.page_break_before
    accent = accessible(COVER.accent).colour.removeprefix("#").upper()
    assert str(found.styles["Heading 1"].font.color.rgb) == accent
    identifiers = re.findall(r'w:styleId="([^"]*)"', parts(word)["word/styles.xml"])
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize(("paper", "wide"), [("a4", 210.0), ("us-letter", 215.9)])
def test_the_paper_is_the_clients(paper: str, wide: float):
    cover = Cover(client="C", as_of=COVER.as_of, paper=paper)  # type: ignore[arg-type]
    page = docx.Document(io.BytesIO(office.write(report(), cover, "docx"))).sections[0]
    assert page.page_width.mm == pytest.approx(wide, abs=0.1)
    text = page.page_width - page.left_margin - page.right_margin
    assert text / 12700 == pytest.approx(453.5, abs=1)  # points


def test_a_table_of_a_document_is_a_table_with_caption_head_and_source(word: bytes):
    found = docx.Document(io.BytesIO(word))
    tiles, table = found.tables
    assert [cell.text for cell in tiles.rows[0].cells] == [
        "A month today\n$671\nof 3 tasks", "Live by\n20 Jan 2027",
    ]  # fmt: skip
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Task", "Cost\nUSD"], [PRINTED, "0,000"], ["Task 1", "1,000"],
    ]  # fmt: skip
    assert table.cell(2, 0).paragraphs[0].runs[0].bold
    assert table.cell(1, 1).paragraphs[0].alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
    said = {p.style.name: p.text for p in found.paragraphs}
    assert said["Table Caption"] == "Table 1.1. What it costs"
    assert said["Source Note"] == "Source: tasks.csv"
    assert "<w:tblHeader" in parts(word)["word/document.xml"]


def test_a_drawing_is_a_picture_with_its_description(word: bytes):
    text = parts(word)["word/document.xml"]
    assert set(re.findall(r'descr="([^"]*)"', text)) == {ALT}
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        (name,) = [n for n in package.namelist() if n.startswith("word/media/")]
        assert package.read(name).startswith(b"\x89PNG")
    captions = [p.text for p in docx.Document(io.BytesIO(word)).paragraphs if p.style.name == "Image Caption"]
    assert captions == ["Figure 1.1. Coding is most"]


def test_words_lists_formulas_and_links_are_what_they_were(word: bytes):
    text = parts(word)["word/document.xml"]
    found = docx.Document(io.BytesIO(word))
    assert "<m:oMath>" in text
    assert re.search(r'<w:bookmarkStart[^>]*w:name="tbl-load"', text)
    assert re.search(r'<w:hyperlink[^>]*w:anchor="tbl-load"', text)
    assert 'w:anchor="ev-06"' not in text
    called = [p.text for p in found.paragraphs if p.style.name == "Callout"]
    assert called == ["Ada Lovelace", "Mind this"]


# -- slides -----------------------------------------------------------------------------------------


def titles(raw: bytes) -> list[str]:
    return [slide.shapes.title.text for slide in pptx.Presentation(io.BytesIO(raw)).slides]


def test_there_is_a_slide_for_every_finding_figure_and_table(deck: bytes):
    assert titles(deck) == [
        "How should Meridian & Sons customise Claude?",
        "Cache first",
        "Half of it is the prompt",
        "Coding is most",
        "What it costs",
    ]


def test_a_slide_says_in_its_notes_what_it_has_no_room_for():
    long = "word " * 200
    found = pptx.Presentation(
        io.BytesIO(office.write(report(prose(long), bars(), prose("After.")), COVER, "pptx"))
    )
    slides = list(found.slides)
    assert long.strip() in slides[2].notes_slide.notes_text_frame.text
    assert long.strip() not in "".join(s.text_frame.text for s in slides[2].shapes if s.has_text_frame)
    assert "After." in slides[3].notes_slide.notes_text_frame.text


def test_a_table_on_a_slide_is_a_table_in_type_that_fits(deck: bytes):
    slide = pptx.Presentation(io.BytesIO(deck)).slides[4]
    (table,) = [shape.table for shape in slide.shapes if shape.has_table]
    assert [cell.text for cell in table.rows[1].cells] == [PRINTED, "0,000"]
    runs = [
        run for row in table.rows for cell in row.cells for p in cell.text_frame.paragraphs for run in p.runs
    ]
    assert {run.font.size.pt for run in runs} == {10}
    assert "Table 1.1 · tasks.csv" in [s.text_frame.text for s in slide.shapes if s.has_text_frame]


def test_a_long_table_goes_on_over_slides_each_of_which_it_fits():
    raw = office.write(report(load(40)), COVER, "pptx")
    assert titles(raw)[3:] == [f"What it costs ({n}/4)" for n in (1, 2, 3, 4)]
    counts, found = [], []
    for slide in list(pptx.Presentation(io.BytesIO(raw)).slides)[3:]:
        (table,) = [shape.table for shape in slide.shapes if shape.has_table]
        counts.append(len(table.rows) - 1)
        found += [table.cell(n, 1).text for n in range(1, len(table.rows))]
    assert found == [f"{n},000" for n in range(40)]
    assert max(counts) - min(counts) <= 2


def test_a_picture_on_a_slide_is_described_and_its_number_stands_below(deck: bytes):
    slide = pptx.Presentation(io.BytesIO(deck)).slides[3]
    found = parts(deck)["ppt/slides/slide4.xml"]
    assert re.findall(r'descr="([^"]*)"', found) == [ALT]
    assert "Figure 1.1 · counted" in [s.text_frame.text for s in slide.shapes if s.has_text_frame]


def test_the_deck_wears_the_clients_colour(deck: bytes):
    accent = accessible(COVER.accent).colour.removeprefix("#").upper()
    assert f'<a:accent1><a:srgbClr val="{accent}"' in re.sub(
        r">\s+<", "><", parts(deck)["ppt/theme/theme1.xml"]
    )
