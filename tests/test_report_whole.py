"""A whole report, written and read back: PDF and HTML."""

import base64
import hashlib
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pypdf
import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from PIL import Image

from bespoke import show
from bespoke.errors import BespokeError
from bespoke.report import document, typesetting, volumes, webpage
from bespoke.report.model import Document, Paragraph, Section, Styled, TextRun
from bespoke.report.report_cover import Cover
from bespoke.report.report_files import render
from bespoke.show import fonts
from bespoke.show.blocks import MIME

NASTY = (
    "#let x = 1; $a$ <script>alert(1)</script> | *bold* _u_ `tick` {{ jinja }} {% if %} \\textbf{x} "
    "@ref <label> "
    '[a](http://x) "quoted" \\u{41} // comment /* */ = heading'
)
HEBREW, ARABIC, EMOJI = "שלום עולם", "مرحبا بالعالم", "👩\u200d🔬🦊"
CODE = '{"diagnosis_icd10":["E11.65","I10"],"note":"' + "x" * 90 + '"}'
ROWS = 90
COVER = Cover(
    client="Meridian Health",
    as_of=date(2026, 11, 20),
    prepared_by="A. Consultant",
    accent="#0B7285",
    confidentiality="Confidential: for Meridian Health only",
)
STEMS = ("01_task_audit", "02_failure_modes", "03_dataset_readiness", "08_recommendation")


def cell(*blocks: show.Block, tags: tuple[str, ...] = ()) -> Any:
    outputs = [v4.new_output("display_data", {MIME: block.model_dump(mode="json")}) for block in blocks]
    made = v4.new_code_cell("secret_code()", outputs=outputs)
    made.metadata["tags"] = list(tags)
    return made


def md(text: str, *tags: str) -> Any:
    made = v4.new_markdown_cell(text)
    made.metadata["tags"] = list(tags)
    return made


def drawing(label: str, width: float = 1.0) -> show.Figure:
    figure, axes = show.new_figure(2.0)
    axes.barh(["Format", "Facts"], [41, 8])
    alt = "Bar chart of failures: format 41, facts 8 per cent."
    return show.Figure(
        label=label, caption="Format leads", alt=alt, svg=show.svg(figure), width=width, source="x"
    )


def rows(label: str, count: int) -> show.Table:
    columns = (
        show.Column(key="task", title="Task"),
        show.Column(key="code", title="Code", format="code"),
        show.Column(key="load", title="Load", format="integer", unit="requests a day"),
        show.Column(key="spend", title="Spend", format="money", unit="USD a month"),
        show.Column(key="live", title="Live by", format="date"),
    )
    body = tuple(
        (f"Task {n}", CODE if n == 1 else "a_b", n * 1000, n * 9.5, "2026-12-01") for n in range(count)
    )
    return show.Table(label=label, caption="Every task", columns=columns, rows=body, source="tasks.csv")


def wide(label: str) -> show.Table:
    columns = tuple(show.Column(key=str(i), title=f"Column {i}") for i in range(18))
    return show.Table(label=label, caption="Wide", columns=columns, rows=((NASTY[:12] + "y" * 30,) * 18,) * 3)


def notebooks() -> list[Any]:
    said = show.fill("Said {x}, {h} 12, {a}; {e}.", x=NASTY, h=HEBREW, a=ARABIC, e=EMOJI)
    return [
        v4.new_notebook(
            cells=[
                md("# Task audit"),
                cell(show.Finding(text="Two tasks are ready for prompt work.")),
                md("## The load\n\nSee [it](#tbl-load), [that](#fig-fam) and $\\frac{x}{n}$.\n\n- a\n  1. b"),
                cell(rows("tbl-load", ROWS), show.Text(markdown=said), show.Callout(markdown=said)),
                cell(show.Text(markdown="explored"), tags=("explore",)),
                md("Every row stands here.", "evidence"),
                md("# Sources\n\nThe price book.", "appendix"),
            ]
        ),
        v4.new_notebook(
            cells=[
                md("# Failure modes"),
                cell(show.Finding(text=f"Prompting first: {NASTY[:40]}")),
                cell(drawing("fig-fam"), drawing("fig-half", 0.5)),
                cell(wide("tbl-wide")),
            ]
        ),
        v4.new_notebook(cells=[md("# Dataset"), cell(show.LeftOut(markdown="No `dataset/` was given."))]),
        v4.new_notebook(
            cells=[
                md("# Recommendation"),
                cell(show.Finding(text="Start with a glossary."), rows("tbl-now", 3), tags=("summary",)),
                cell(show.Finding(text="One route now, two closed.")),
                md("Done."),
            ]
        ),
    ]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meridian")
    render(saved(folder, notebooks()), COVER, folder)
    return folder


def saved(folder: Path, contents: list[Any]) -> list[Path]:
    paths = [folder / f"{stem}.ipynb" for stem in STEMS]
    for path, content in zip(paths, contents, strict=True):
        nbformat.write(content, path)
    return paths


@pytest.fixture(scope="module")
def pdf(written: Path) -> pypdf.PdfReader:
    return pypdf.PdfReader(written / "report.pdf")


@pytest.fixture(scope="module")
def page(written: Path) -> BeautifulSoup:
    return BeautifulSoup((written / "report.html").read_text(encoding="utf-8"), "html.parser")


# -- the PDF ----------------------------------------------------------------------------------------


def text_of(pdf: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_pages_come_in_the_order_a_client_reads_them(pdf):
    starts = [" ".join(page.extract_text().split()) for page in pdf.pages]
    assert "How should Meridian Health customise Claude?" in starts[0]
    assert "Prepared by A. Consultant" in starts[0]
    assert "Executive summary Start with a glossary." in starts[1]
    assert "Contents" in starts[1]  # the summary leaves room, for the first chapter too
    assert "Chapter 1 · Task audit Two tasks are ready for prompt work." in starts[1]
    assert "Not looked at yet" in starts[-1]


def test_the_outline_holds_every_finding(pdf):
    titles = [entry.title for entry in pdf.outline if not isinstance(entry, list)]
    assert titles == [
        "Executive summary: Start with a glossary.",
        "Chapter 1 · Task audit: Two tasks are ready for prompt work.",
        f"Chapter 2 · Failure modes: Prompting first: {NASTY[:40]}",
        "Chapter 3 · Recommendation: One route now, two closed.",
        "Chapter 4: Not looked at yet",
    ]


def test_the_evidence_is_a_volume_of_its_own(written):
    pdf = pypdf.PdfReader(written / "evidence.pdf")
    assert pdf.metadata.title == "The evidence behind the report for Meridian Health"
    titles = [entry.title for entry in pdf.outline if not isinstance(entry, list)]
    assert titles == ["Evidence 1: Task audit", "Appendix A: Sources"]
    assert "Every row stands here." in text_of(pdf)


def test_the_document_says_what_it_is(pdf):
    root = pdf.trailer["/Root"]
    assert pdf.metadata.title == "How should Meridian Health customise Claude?"
    assert pdf.metadata.author == "A. Consultant"
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    identity = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in identity
    assert "<pdfuaid:part>1</pdfuaid:part>" in identity


def tags_of(node: Any, found: list[Any]) -> list[Any]:
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            tags_of(child, found)
    elif isinstance(node, dict):
        if "/S" in node:
            found.append(node)
        if "/K" in node:
            tags_of(node["/K"], found)
    return found


def test_structure_is_tagged_and_figures_are_described(pdf):
    tags = tags_of(pdf.trailer["/Root"]["/StructTreeRoot"], [])
    kinds = [tag["/S"] for tag in tags]
    for kind in ("/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TH", "/TD", "/Figure", "/Caption", "/Link"):
        assert kind in kinds
    alts = [tag["/Alt"] for tag in tags if tag["/S"] == "/Figure" and "/Alt" in tag]
    assert alts.count("Bar chart of failures: format 41, facts 8 per cent.") == 2
    formulas = [tag["/Alt"] for tag in tags if tag["/S"] == "/Formula"]
    assert r"\frac{x}{n}" in formulas


def test_client_text_appears_as_text(pdf):
    text = text_of(pdf)
    assert NASTY in text
    assert CODE in text.replace(" ", "")  # broken over lines, and nothing put in between
    assert "\u200b" not in text
    assert "secret_code" not in text
    assert "explored" not in text
    for letters in (HEBREW, ARABIC):
        assert all(word in text for word in letters.split())
    assert "□□" in text  # emoji that no face draws


def test_numbers_and_references(pdf):
    text = text_of(pdf)
    assert "See Table 1.1, Figure 2.1 and" in text
    assert "Table 1.1. Every task" in text
    assert "Figure 2.2. Format leads" in text
    assert "Table S.1. Every task" in text
    links = [a.get_object() for page in pdf.pages for a in page.get("/Annots", ())]
    assert len([a for a in links if a["/Subtype"] == "/Link"]) >= 6


def test_a_long_table_repeats_its_header_on_every_page(pdf):
    pages = [page.extract_text() for page in pdf.pages]
    table = [text for text in pages if "Task audit" in text and "Live by" in text]
    on_pages = [text for text in table if "Task 2 " in text or f"Task {ROWS - 1} " in text]
    assert len(on_pages) == 2  # begins on one page, ends on another, both with the header
    assert f"Page 4 of {len(pages)}" in pages[3]
    assert "Confidential: for Meridian Health only" in pages[3]


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
def test_nothing_lies_outside_the_text_area(paper, tmp_path):
    cover = Cover(client=COVER.client, as_of=COVER.as_of, paper=paper)
    contents = [document.Notebook(stem, nb) for stem, nb in zip(STEMS, notebooks(), strict=True)]
    source = typesetting.source(volumes.build(contents), cover)
    pages = typesetting.png(source, cover, 72)
    for image in pages[1:]:  # the cover has a bar of colour on its edge
        ink = np.asarray(Image.open(io.BytesIO(image)).convert("L")) < 200
        height, width = ink.shape
        text = 160 if height > width else 240  # mm; a page that holds a wide table lies on its side
        margin = int((width - text / 25.4 * 72) / 2) - 2
        assert not ink[:, :margin].any()
        assert not ink[:, width - margin :].any()
        assert not ink[-20:].any()


def test_the_same_inputs_give_the_same_bytes(written, tmp_path):
    render([written / f"{stem}.ipynb" for stem in STEMS], COVER, tmp_path)
    for name in ("report.pdf", "report.html"):
        first, second = ((f / name).read_bytes() for f in (written, tmp_path))
        assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()


# -- the page ---------------------------------------------------------------------------------------


def test_the_page_has_the_same_content_in_the_same_order(page):
    headings = [h.get_text(" ", strip=True) for h in page.find_all(["h1", "h2"])]
    assert headings == [
        "How should Meridian Health customise Claude?",
        "Start with a glossary.",
        "Two tasks are ready for prompt work.",
        f"Prompting first: {NASTY[:40]}",
        "One route now, two closed.",
        "Not looked at yet",
        "Evidence",
        "Task audit",
        "Appendices",
        "Sources",
    ]
    captions = [c.get_text(" ", strip=True) for c in page.find_all(["caption", "figcaption"])]
    assert captions == [
        "Table S.1. Every task",
        "Table 1.1. Every task",
        "Figure 2.1. Format leads",
        "Figure 2.2. Format leads",
        "Table 2.1. Wide",
    ]


def test_the_page_needs_nothing_and_runs_one_script_that_is_in_it(page, written):
    assert page.html["lang"] == "en"
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    [script] = page.find_all("script")
    digest = base64.b64encode(hashlib.sha256(script.string.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )
    assert page.find_all(["link", "iframe", "object", "embed"]) == []
    assert all(image["src"].startswith("data:") and image["alt"] for image in page.find_all("img"))
    beside = [a["href"] for a in page.footer.find_all("a")]
    assert beside == ["report.pdf", "evidence.pdf", "tables/", "tables/tables.json"]
    assert all((written / path).exists() for path in beside)
    assert all(a["href"].startswith("#") for a in page.find_all("a") if a["href"] not in beside)
    assert not any(name.startswith("on") for tag in page.find_all(True) for name in tag.attrs)
    for way in (
        "eval(",
        "new Function",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "fetch(",
    ):
        assert way not in script.string


def test_every_reference_of_the_page_has_a_target(page):
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.find_all("a") if a["href"].startswith("#")} <= set(ids)
    assert page.find("main").find("a", href="#tbl-load").text == "Table 1.1"


def test_client_text_on_the_page_is_text(page):
    text = page.get_text()
    assert NASTY in text
    assert CODE in text
    assert HEBREW in text
    assert EMOJI in text
    assert "secret_code" not in text


# -- when something is wrong ------------------------------------------------------------------------


def test_a_failure_leaves_the_earlier_report_in_place(tmp_path):
    contents = notebooks()
    contents[1].cells.append(
        v4.new_code_cell("plot()", outputs=[v4.new_output("display_data", {"image/svg+xml": "<svg/>"})])
    )
    (tmp_path / "report.pdf").write_text("earlier")
    with pytest.raises(BespokeError, match=r"02_failure_modes\.ipynb: cell 5: an image has no alt text"):
        render(saved(tmp_path, contents), COVER, tmp_path)
    assert (tmp_path / "report.pdf").read_text() == "earlier"
    assert not (tmp_path / "report.html").exists()


def test_a_logo_that_is_none_is_one_clear_line():
    report = Document([Section("a", "1", "Chapter 1", "T", "T")])
    cover = Cover(client="C", as_of=COVER.as_of, logo=b"not an image", logo_kind="png")
    with pytest.raises(BespokeError, match="the logo cannot be read as PNG"):
        typesetting.source(report, cover)


def test_a_logo_stands_on_both_covers():
    logo = (
        b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><rect width="80" height="20"/></svg>'
    )
    cover = Cover(client="C", as_of=COVER.as_of, logo=logo)
    report = Document([Section("a", "1", "Chapter 1", "T", "T")])
    made = pypdf.PdfReader(io.BytesIO(typesetting.pdf(typesetting.source(report, cover), cover)))
    alts = [tag.get("/Alt") for tag in tags_of(made.trailer["/Root"]["/StructTreeRoot"], [])]
    assert "Logo of C" in alts
    assert BeautifulSoup(webpage.page(report, cover), "html.parser").find("img")["alt"] == "Logo of C"


def test_every_letter_the_faces_draw_passes_the_standards():
    """PDF/A refuses a character without a glyph: try all that count as drawn, plain and bold italic."""
    codes = [*sorted(fonts.code_points()), *range(0x2000, 0x2070), 0xFEFF, 0x07]
    letters = "".join(map(chr, codes))
    words = " ".join(letters[i : i + 24] for i in range(0, len(letters), 24))
    words += " " + "".join(f"{c} " for c in "漢🦊\ue000")
    both = Styled("strong", [Styled("emphasis", [TextRun(words)])])
    body = [Paragraph([TextRun(words)]), Paragraph([both])]
    report = Document([Section("a", "1", "Chapter 1", "T", "T", body)])
    assert typesetting.pdf(typesetting.source(report, COVER), COVER).startswith(b"%PDF")


def test_the_typst_source_is_one_file_with_the_text_as_data():
    report = Document([Section("a", "1", "Chapter 1", "T", "T", [Paragraph([TextRun(NASTY)])])])
    source = typesetting.one_file(typesetting.source(report, COVER))
    [literal] = re.findall(r'"chapter-0.json": json\(bytes\("((?:[^"\\]|\\.)*)"\)\)', source)
    data = json.loads(literal.replace('\\"', '"').replace("\\\\", "\\"))
    assert data["body"][0]["children"] == [NASTY]
    assert "#import" not in source
    assert "#include" not in source
    alone = typesetting.pdf({typesetting.MAIN: source}, COVER)
    assert alone == typesetting.pdf(typesetting.source(report, COVER), COVER)


def test_a_changed_chapter_is_the_only_file_that_changes():
    """The typesetter remembers what it set as long as neither `main.typ` nor a section has changed."""

    def files(words: str):
        bodies = [[Paragraph([TextRun(text)])] for text in ("as before", words, "as before too")]
        sections = [
            Section(f"s{n}", str(n), f"Chapter {n}", "T", "T", body) for n, body in enumerate(bodies, 1)
        ]
        return typesetting.source(Document(sections), COVER)

    one, other = files("four words of text"), files("text of four words")
    assert one.keys() == other.keys()
    assert [name for name in one if one[name] != other[name]] == ["chapter-1.json"]


@pytest.mark.parametrize(
    ("language", "words"), [("de", ["Inhalt", "Kapitel 1", "Seite 2 von"]), ("es", ["Contenido"])]
)
def test_the_fixed_words_follow_the_language(language, words):
    report = volumes.build([document.Notebook("01_a", {"cells": [md("a")]})], language)
    cover = Cover(client="C", as_of=COVER.as_of, language=language)
    text = text_of(pypdf.PdfReader(io.BytesIO(typesetting.pdf(typesetting.source(report, cover), cover))))
    assert all(word in text for word in words)
    assert words[0] in webpage.page(report, cover)


def test_several_threads_may_typeset_at_once() -> None:
    """A rehearsal goes on beside the report itself."""
    cover = Cover("", date(2026, 1, 1))

    def typeset(words: int) -> bytes:
        return typesetting.pdf({typesetting.MAIN: f'#set document(title: "x")\n#lorem({words})'}, cover)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(typeset, [400, 800, 1200, 400, 800, 1200]))
    assert found[:3] == found[3:]
    assert len(set(found)) == 3
