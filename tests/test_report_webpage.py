"""The report's web page: what stands where, what runs, how drawings are taken over."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup

from bespoke import show
from bespoke.report import build_webfonts, webpage
from bespoke.report.colour import AA, DARK, contrast, on_dark
from bespoke.report.htmlblocks import Writer
from bespoke.report.inlined import Styles, inlined
from bespoke.report.model import (
    Document,
    DocumentFigure,
    DocumentTable,
    Heading,
    Link,
    Paragraph,
    Picture,
    Section,
    TableColumn,
    TextRun,
)
from bespoke.report.phrases import phrases
from bespoke.report.report_cover import Cover
from bespoke.report.svg_paths import shortened

COVER = Cover("Meridian", date(2026, 11, 20), accent="#1F4E79")
HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">'
FRAME = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'


def text(words: str) -> Paragraph:
    return Paragraph([TextRun(words)])


def parsed(document: Document, **options: Any) -> BeautifulSoup:
    return BeautifulSoup(webpage.page(document, COVER, **options), "html.parser")


def two_volumes() -> Document:
    link = Paragraph([Link("#ev-audit", [TextRun("Evidence 1")], elsewhere=True)])
    return Document(
        [
            Section(
                "ch-audit", "1", "Chapter 1", "Audit", "Two tasks", [Heading(2, [TextRun("By task")]), link]
            )
        ],
        Section("summary", "S", "", "Executive summary", "Start now", [text("Now.")]),
        evidence=[Section("ev-audit", "E1", "Evidence 1", "Audit", "Audit", [Heading(2, [TextRun("Load")])])],
        appendices=[
            Section("app-sources", "A", "Appendix A", "Sources", "Sources", [text("The price book.")])
        ],
    )


def test_contents_name_the_report_first_and_fold_evidence_and_appendices() -> None:
    nav = parsed(two_volumes()).nav
    assert [a["href"] for a in nav.find_all("a")] == [
        "#summary", "#ch-audit", "#ch-audit--by-task", "#ev-audit", "#ev-audit--load", "#app-sources",
    ]  # fmt: skip
    assert [s.text for s in nav.find_all("summary")] == ["Contents", "Evidence", "Appendices"]
    assert not any(one.has_attr("open") for one in nav.find_all("details"))


def test_evidence_and_appendices_are_folded_and_the_report_is_not() -> None:
    main = parsed(two_volumes()).main
    folded = {s["aria-labelledby"]: s.find("details") is not None for s in main.select("section.chapter")}
    assert folded == {"summary": False, "ch-audit": False, "ev-audit": True, "app-sources": True}


def test_a_heading_is_a_link_to_itself_and_no_two_places_have_one_name() -> None:
    twice = [Heading(2, [TextRun("Größe & Maß")]), Heading(2, [TextRun("Größe & Maß")])]
    page = parsed(Document([Section("ch-a", "1", "Chapter 1", "A", "A", [*twice])]))
    headings = page.main.find_all("h3")
    assert [h["id"] for h in headings] == ["ch-a--größe-maß", "ch-a--größe-maß-2"]
    assert [h.a["href"] for h in headings] == ["#ch-a--größe-maß", "#ch-a--größe-maß-2"]


def test_a_link_into_the_evidence_works_on_the_page() -> None:
    assert parsed(two_volumes()).main.find("a", href="#ev-audit").text == "Evidence 1"


def test_a_single_notebook_has_neither_cover_nor_contents() -> None:
    page = parsed(
        Document([Section("ch-study", "", "", "A study", "A study", [text("Words.")])]), single=True
    )
    assert page.nav is None
    assert page.find(class_="cover") is None
    assert page.main.h2.text == "A study"


def test_client_text_is_neither_markup_nor_script_anywhere() -> None:
    table = DocumentTable(
        [TableColumn(HOSTILE, HOSTILE)], [[HOSTILE]], HOSTILE, HOSTILE, "tbl-a", "Table 1.1"
    )
    picture = Picture("svg", FRAME.format(f"<text>{'x' * 3}</text>"), HOSTILE, 10, 10)
    section = Section(
        "ch-a", "1", "Chapter 1", HOSTILE, HOSTILE,
        [Heading(2, [TextRun(HOSTILE)]), text(HOSTILE), table, DocumentFigure(picture, HOSTILE, HOSTILE)],
    )  # fmt: skip
    cover = Cover(HOSTILE, date(2026, 11, 20), prepared_by=HOSTILE, confidentiality=HOSTILE)
    page = BeautifulSoup(webpage.page(Document([section], evidence=[section]), cover), "html.parser")
    assert len(page.find_all("script")) == 1
    assert not any(name.startswith("on") for tag in page.find_all(True) for name in tag.attrs)
    assert page.td.text == HOSTILE


@pytest.mark.parametrize("asked", ["#1F4E79", "#000000", "#ffff00", "#0B7285", "#fff"])
def test_the_accent_is_legible_on_a_dark_page(asked: str) -> None:
    found = on_dark(asked)
    assert contrast(found.colour, DARK) >= AA
    assert contrast(found.colour, found.tint) >= AA


def test_the_faces_are_in_the_page_under_a_name_of_ours_with_their_licence() -> None:
    page = webpage.page(two_volumes(), COVER)
    assert page.count("url(data:font/woff2;base64,") == len(build_webfonts.FACES) == 4
    assert "SIL Open Font License 1.1" in page
    assert "font-family:'Source" not in page  # a name reserved for the originals
    assert set(webpage.FACES) == set(build_webfonts.FACES)


def test_the_looks_of_columns_stand_at_the_table() -> None:
    columns = [TableColumn("Task"), TableColumn("Load", numeric=True), TableColumn("Why")]
    rows: list[list[Any]] = [["Notes", "9,200", "a reason that is longer than a short text may be"]]
    [table] = BeautifulSoup(Writer(phrases("en")).table(DocumentTable(columns, rows)), "html.parser")("table")
    assert table["class"] == ["s1", "n2"]
    assert [td.attrs for td in table("td")] == [{}, {}, {}]
    merged = DocumentTable(columns, rows, spans={(0, 0): (1, 2)})  # places no longer count
    [table] = BeautifulSoup(Writer(phrases("en")).table(merged), "html.parser")("table")
    assert [td.get("class") for td in table("td")] == [["short"], None]


# -- drawings ---------------------------------------------------------------------------------------


def bars(label: str = "Facts") -> str:
    figure, axes = show.new_figure(2.0)
    axes.barh(["Format", label], [41, 8])
    return show.svg(figure)


def test_a_drawing_of_ours_becomes_text_of_the_page_in_a_fraction_of_its_size() -> None:
    drawn, styles = bars("Zahl <b> & „Wort“"), Styles()
    made = inlined(drawn, 'Bars: "Format" leads', "f1", styles)
    assert made is not None
    svg = BeautifulSoup(made.markup, "html.parser").svg
    assert svg["aria-label"] == 'Bars: "Format" leads'
    assert {"Format", "Zahl <b> & „Wort“", "40"} <= {one.text for one in svg.find_all("text")}
    assert len(made.markup) < len(drawn) / 3
    # 6.3 inches are 453.6 points; type of 8.5 points is 12 pixels high where they are 12 / 8.5 * 453.6 = 640.4 wide
    assert made.least == 641
    classes = {name for tag in svg.find_all(class_=True) for name in tag["class"]} - {"drawing"}
    assert classes == set(re.findall(r"\.(d\d+)\{", styles.sheet()))


def test_two_drawings_share_looks_and_no_id() -> None:
    styles = Styles()
    first, second = (inlined(bars(), "Bars of failures.", name, styles) for name in ("f1", "f2"))
    assert first is not None
    assert second is not None
    assert len(styles.names) == len(set(re.findall(r'class="(d\d+)"', first.markup)))
    ids = re.findall(r' id="([^"]+)"', first.markup + second.markup)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        '<path d="M 0 0 L 1 1" onclick="alert(1)"/>',
        '<path d="M 0 0" style="fill: url(https://example.org/a)"/>',
        '<path d="M 0 0" style="background: red"/>',
        '<image xlink:href="https://example.org/a.png" width="1" height="1"/>',
        '<image xlink:href="data:image/svg+xml;base64,PHN2Zz4=" width="1" height="1"/>',
        '<use xlink:href="https://example.org/a.svg#a"/>',
        '<use xlink:href="#nowhere"/>',
        '<a xlink:href="javascript:alert(1)"><path d="M 0 0"/></a>',
        "<foreignObject><b>x</b></foreignObject>",
        "<style>* {fill: red}</style>",
        "<defs><style>* {fill: url(https://example.org)}</style></defs>",
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        "<text style=\"font-size: 8px; font-family: 'Arial'\">another face</text>",
        '<path d="M 0 0 A 1 1 0 0 1 2 2"/>',
        '<g transform="translate(1 1)"><path d="M 0 0"/></g>',
        '<path d="M 0 0" clip-path="url(#none)"/>',
    ],
)
def test_what_no_drawing_of_ours_holds_leaves_it_an_image(content: str) -> None:
    assert inlined(FRAME.format('<path d="M 0 0 L 1 1"/>'), "x", "f1", Styles()) is not None
    assert inlined(FRAME.format(content), "x", "f1", Styles()) is None
    figure = DocumentFigure(Picture("svg", FRAME.format(content), "A drawing by another program", 10, 10))
    made = BeautifulSoup(Writer(phrases("en")).figure(figure), "html.parser")
    assert made.img["src"].startswith("data:image/svg+xml;base64,")
    assert made.img["alt"] == "A drawing by another program"


def test_a_path_keeps_its_form_in_fewer_characters() -> None:
    path, points = shortened("M 10.04 20.06 \nL 30.01 20.06 \nL 30.01 0.52 \nL -5 1 \nC 1 2 3 4 5 6 \nz\n", 1)
    assert path == "M10 20.1H30V.5L-5 1C1 2 3 4 5 6z"
    assert points[:2] == [(10.04, 20.06), (30.01, 20.06)]


def test_a_page_without_words_is_small() -> None:
    """Faces, styles and script: what is left of 900 KB is for what a report says."""
    empty = Document([Section("ch-a", "1", "Chapter 1", "A", "A")])
    assert len(webpage.page(empty, COVER).encode()) < 100_000


def test_every_colour_of_type_is_legible_on_every_ground_light_and_dark() -> None:
    pairs = re.findall(
        r"--([a-z]+): light-dark\((#[0-9a-f]+), (#[0-9a-f]+)\)", webpage._template("report.css")
    )
    for mode in (1, 2):
        colours = {pair[0]: pair[mode] for pair in pairs}
        grounds = {name: colours[name] for name in ("ground", "soft", "mark", "marked")}
        assert all(contrast(colours["ink"], ground) >= AA for ground in grounds.values())
        assert all(contrast(colours["muted"], grounds[name]) >= AA for name in ("ground", "soft"))


def test_titles_stand_over_a_table_that_has_them_and_nothing_over_one_that_has_none() -> None:
    titled = DocumentTable([TableColumn("Task"), TableColumn("Cost", "USD")], [["Notes", "12"]])
    bare = DocumentTable([TableColumn(""), TableColumn("")], [["Notes", "12"]])
    one, other = (
        BeautifulSoup(Writer(phrases("en")).table(table), "html.parser") for table in (titled, bare)
    )
    assert [cell.get_text(" ") for cell in one.select("thead th")] == ["Task", "Cost USD"]
    assert other.find("thead") is None
    assert [[cell.text for cell in row("td")] for row in other("tr")] == [["Notes", "12"]]
