"""What the PDF tells those who do not see it: its structure tree, read back object by object."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pikepdf
import pytest

from bespoke.report import typesetting
from bespoke.report.languages import language_of
from bespoke.report.model import (
    Block,
    Document,
    DocumentFigure,
    DocumentTable,
    Link,
    Paragraph,
    Picture,
    Section,
    Styled,
    TableColumn,
    TextRun,
)
from bespoke.report.report_cover import Cover

COVER = Cover(client="Acme", as_of=date(2026, 11, 20))
OPEN: list[pikepdf.Pdf] = []  # what is read of a PDF is there as long as it is open
ADDRESS = "https://platform.claude.com/docs/en/about-claude/pricing"
GERMAN = "Der Vertrag endet mit Ablauf des Jahres, ohne dass es einer Kündigung bedarf."


def tasks(rows: int, *, source: str = "tasks.csv") -> DocumentTable:
    """Columns: the task, which names the row; its load, a number; a remark."""
    body: list[list[Any]] = [[f"Task {n}", str(n * 10), "short"] for n in range(rows)]
    columns = [TableColumn("Task"), TableColumn("Load", numeric=True), TableColumn("Remark")]
    return DocumentTable(columns, body, "Every task", source, "tbl-tasks", "Table 1.1")


def report(*blocks: Block, language: str = "en") -> pikepdf.Pdf:
    chapter = Section("ch-one", "1", "Chapter 1", "Load", "Two tasks make up the load", list(blocks))
    front = Section("summary", "S", "", "Executive summary", "Start with a glossary", [])
    appendix = Section("app-a", "A", "Appendix A", "Sources", "Sources", [])
    document = Document([chapter], front, appendices=[appendix])
    cover = Cover(client="Acme", as_of=COVER.as_of, language=language)
    OPEN.append(pikepdf.open(io.BytesIO(typesetting.pdf(typesetting.source(document, cover), cover))))
    return OPEN[-1]


def below(node: Any) -> list[Any]:
    children = node.get("/K")
    listed = children if isinstance(children, pikepdf.Array) else [children]
    return [child for child in listed if isinstance(child, pikepdf.Dictionary) and "/S" in child]


def every(node: Any, kind: str) -> Iterator[Any]:
    for child in below(node):
        if kind == child.S:
            yield child
        yield from every(child, kind)


def tags(pdf: pikepdf.Pdf, kind: str) -> list[Any]:
    return list(every(pdf.Root.StructTreeRoot, kind))


def kinds(row: Any) -> list[str]:
    return [str(cell.S) for cell in below(row)]


def rows(table: Any, group: str) -> list[Any]:
    return [row for part in below(table) if group == part.S for row in below(part)]


# -- tables -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 3, 12, 90])
def test_a_tables_rows_are_its_body_and_its_source_the_footer(count):
    """On one page or many: the last rows are held together by the typesetter, and are rows all the same."""
    (table,) = tags(report(tasks(count)), "/Table")
    assert [str(part.S) for part in below(table)] == ["/Caption", "/THead", "/TBody", "/TFoot"]
    assert [kinds(row) for row in rows(table, "/THead")] == [["/TH", "/TH", "/TH"]]
    assert [kinds(row) for row in rows(table, "/TBody")] == [["/TH", "/TD", "/TD"]] * count
    assert [kinds(row) for row in rows(table, "/TFoot")] == [["/TD"]]


def test_a_table_without_a_source_has_no_footer():
    (table,) = tags(report(tasks(40, source="")), "/Table")
    assert [str(part.S) for part in below(table)] == ["/Caption", "/THead", "/TBody"]
    assert len(rows(table, "/TBody")) == 40


def test_headers_say_what_they_head():
    pdf = report(tasks(5))
    (table,) = tags(pdf, "/Table")
    (head,) = rows(table, "/THead")
    assert [str(cell.A.Scope) for cell in below(head)] == ["/Column"] * 3
    assert [str(below(row)[0].A.Scope) for row in rows(table, "/TBody")] == ["/Row"] * 5
    assert not any("/Headers" in cell.get("/A", {}) for cell in tags(pdf, "/TD"))


def test_every_part_knows_its_parent():
    """A row that was moved from the footer to the body says so itself."""
    (table,) = tags(report(tasks(40)), "/Table")
    for part in below(table):
        assert part.P.objgen == table.objgen
        for row in below(part):
            assert row.P.objgen == part.objgen


def test_numbers_and_repeated_words_name_no_row():
    repeated = DocumentTable(
        [TableColumn("Task"), TableColumn("Load", numeric=True)], [["Notes", "1"], ["Notes", "2"]]
    )
    numbered = DocumentTable(
        [TableColumn("Rank", numeric=True), TableColumn("Task")], [["1", "Notes"], ["2", "Bills"]]
    )
    assert repeated.naming() == numbered.naming() == 0


def test_two_columns_name_a_row_where_one_does_not():
    body: list[list[Any]] = [["Notes", "tone", "1"], ["Notes", "facts", "2"]]
    columns = [TableColumn("Task"), TableColumn("Family"), TableColumn("Share", numeric=True)]
    table = DocumentTable(columns, body, "Shares")
    (tagged,) = tags(report(table), "/Table")
    assert [kinds(row) for row in rows(tagged, "/TBody")] == [["/TH", "/TH", "/TD"]] * 2


def test_bold_words_of_a_cell_are_no_header():
    body: list[list[Any]] = [["a", [Styled("strong", [TextRun("bold")])]], ["a", "plain"]]
    (table,) = tags(report(DocumentTable([TableColumn("A"), TableColumn("B")], body)), "/Table")
    assert [kinds(row) for row in rows(table, "/TBody")] == [["/TD", "/TD"]] * 2


# -- the way through it -----------------------------------------------------------------------------


def test_the_contents_are_a_table_of_contents():
    pdf = report(tasks(3))
    (contents,) = tags(pdf, "/TOC")
    assert kinds(contents) == ["/TOCI"] * 2  # summary and chapter: what the first volume holds
    assert all(list(every(entry, "/Link")) for entry in below(contents))


def test_bookmarks_name_the_summary_and_the_chapters():
    with report(tasks(3)).open_outline() as outline:
        titles = [entry.title for entry in outline.root]
    assert titles == [
        "Executive summary: Start with a glossary",
        "Chapter 1 · Load: Two tasks make up the load",
    ]


def test_links_say_where_they_go():
    """Inside the report by name and page, to the web by address; an address in words is a link too."""
    words = Paragraph([Link("#tbl-tasks", [TextRun("Table 1.1")]), TextRun(f" and ({ADDRESS}).")])
    pdf = report(tasks(3), words)
    links = [link for page in pdf.pages for link in page.get("/Annots", ())]
    said = [str(link.Contents) for link in links]
    assert "Table 1.1, page 2" in said
    assert "Executive summary" in said
    assert ADDRESS in said
    assert [str(link.A.URI) for link in links if "/A" in link] == [ADDRESS]  # without bracket and full stop


def test_addresses_in_cells_are_links():
    table = DocumentTable([TableColumn("Fact"), TableColumn("Source")], [["price", f"see {ADDRESS}"]])
    links = [link for page in report(table).pages for link in page.get("/Annots", ()) if "/A" in link]
    assert {str(link.A.URI) for link in links} == {ADDRESS}


# -- languages --------------------------------------------------------------------------------------


def test_a_passage_in_another_language_says_so():
    pdf = report(
        Paragraph([TextRun(GERMAN)]), Paragraph([TextRun("The tasks are short of their target today.")])
    )
    assert str(pdf.Root.Lang) == "en"
    assert [str(tag.Lang) for tag in tags(pdf, "/P") if "/Lang" in tag] == ["de"]


def test_an_english_passage_of_a_german_report_says_so():
    english = "The model answers in the tone that the house style asks for."
    pdf = report(Paragraph([TextRun(english)]), Paragraph([TextRun(GERMAN)]), language="de")
    assert str(pdf.Root.Lang) == "de"
    assert [str(tag.Lang) for tag in tags(pdf, "/P") if "/Lang" in tag] == ["en"]


@pytest.mark.parametrize(
    "text",
    [
        "GPT-4.1 fine-tuning on Microsoft Foundry",
        "Pitman 1937; Westfall and Young 1993; McNemar 1947; Holm 1979",
        "client's code table",
        "Source: tasks.csv",
        '{"diagnosis": ["E11.65"], "note": "none"}',
        "12,345",
    ],
)
def test_names_and_terms_are_in_no_language(text):
    assert language_of(text, "en") == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("wir haben das nicht mehr", "de"),  # 20 letters in small words are enough
        ("wir haben das nicht gut", ""),  # and 19 are too few
        ("Patientenakten Krankenhausverwaltung wir haben", ""),  # of names and nouns there may be any number
    ],
)
def test_of_few_small_words_no_language_is_told(text, language):
    assert language_of(text, "en") == language


# -- the file ---------------------------------------------------------------------------------------


def test_the_same_report_gives_the_same_bytes_and_keeps_its_standards():
    section = Section("ch-one", "1", "Chapter 1", "Load", "A finding", [tasks(30)])
    source = typesetting.source(Document([section]), COVER)
    first, second = typesetting.pdf(source, COVER), typesetting.pdf(source, COVER)
    assert first == second
    pdf = pikepdf.open(io.BytesIO(first))
    assert pdf.Root.MarkInfo.Marked
    identity = pdf.Root.Metadata.read_raw_bytes()  # PDF/A wants it readable as it lies there
    assert b"<pdfaid:part>2</pdfaid:part>" in identity
    assert b"<pdfuaid:part>1</pdfuaid:part>" in identity
    assert pdf.check_pdf_syntax() == []


def test_structure_is_stored_compressed():
    """A table of 200 rows and three columns has a thousand tags, of some 200 bytes each as the typesetter writes."""
    section = Section("ch-one", "1", "Chapter 1", "Load", "A finding", [tasks(200)])
    source = typesetting.source(Document([section]), COVER)
    typeset = typesetting.pdf(source, COVER)
    loose = io.BytesIO()
    pikepdf.open(io.BytesIO(typeset)).save(loose, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert len(typeset) < 0.5 * len(loose.getvalue())


def test_figures_are_described():
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="9" height="9"/></svg>'
    )
    figure = DocumentFigure(
        Picture("svg", drawing, "A square of nine by nine", 10, 10), "Square", number="Figure 1.1"
    )
    assert "A square of nine by nine" in [str(tag.get("/Alt", "")) for tag in tags(report(figure), "/Figure")]
