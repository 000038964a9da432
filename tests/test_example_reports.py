"""What the reports of the three examples hold, page by page, as a run leaves them."""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

import nbformat
import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from bespoke import clients
from bespoke.chapters.registry import CHAPTERS
from bespoke.report import typesetting
from bespoke.report.colour import contrast
from bespoke.report.document import read, split
from bespoke.report.model import (
    BlockQuote,
    DocumentFigure,
    DocumentTable,
    Heading,
    Paragraph,
    Section,
    Tiles,
    plain,
    walk,
)
from bespoke.report.volumes import assembled, build
from bespoke.runner import report_additions
from bespoke.runner.report_additions import cover_of
from bespoke.show import style
from bespoke.show.blocks import shown_in
from tests.conftest import EXAMPLES, ROOT

LATER = pytest.mark.slow


@dataclass
class VolumeText:
    """What a reader finds in a PDF, and a text in each size of type."""

    pages: list[str]
    sizes: dict[float, str]


@cache
def text_of(volume: Path) -> VolumeText:
    sizes: dict[float, str] = {}

    def note(text: str, page: list[float], line: list[float], font: object, size: float) -> None:
        if text.strip():
            drawn = size * math.hypot(line[2], line[3]) * math.hypot(page[2], page[3])
            sizes.setdefault(round(drawn, 2), text)

    return VolumeText([page.extract_text(visitor_text=note) for page in PdfReader(volume).pages], sizes)


@pytest.fixture(scope="module")
def reports(ran_examples: Path) -> Path:
    return ran_examples / "reports"


@pytest.mark.parametrize("client", EXAMPLES)
def test_no_heading_of_a_report_stands_over_nothing(reports: Path, client: str) -> None:
    notebooks = sorted((reports / client / "notebooks").glob("*.ipynb"))
    for section in build([read(path) for path in notebooks], "en").sections:
        for block, after in zip(section.body, [*section.body[1:], None], strict=True):
            if isinstance(block, Heading):
                assert after is not None, block
                assert not isinstance(after, Heading) or after.level > block.level, block


@pytest.mark.parametrize("client", EXAMPLES)
def test_a_run_leaves_report_notebooks_results_and_manifest(reports: Path, client: str) -> None:
    folder = reports / client
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {"report.pdf", "report.html", "manifest.json"} <= names
    assert {f"notebooks/{stem}.ipynb" for stem in CHAPTERS} <= names
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["notebooks"]) == set(CHAPTERS)
    assert all(
        set(n["seconds"]) == {"kernel", "imports", "cells", "save"} for n in manifest["notebooks"].values()
    )
    assert manifest["inputs"]["tasks.csv"]
    assert manifest["facts"]["routes.yaml"]


@pytest.mark.parametrize("client", EXAMPLES)
def test_the_pdf_reads_back_with_outline_tags_and_every_chapter(reports: Path, client: str) -> None:
    pdf = PdfReader(reports / client / "report.pdf")
    text = "\n".join(text_of(reports / client / "report.pdf").pages)
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    titles = [str(item.title) for item in pdf.outline if not isinstance(item, list)]
    assert len(titles) >= 8
    for number in range(1, 9):
        assert f"Chapter {number}" in text
    assert "Traceback" not in text
    assert "�" not in text


@pytest.mark.parametrize(
    "client", ["harbour_legal", *(pytest.param(c, marks=LATER) for c in EXAMPLES if c != "harbour_legal")]
)
def test_the_evidence_holds_every_appendix(reports: Path, client: str) -> None:
    more = "\n".join(text_of(reports / client / "evidence.pdf").pages)
    for appendix in ("Evidence", "Sources and dates", "Assumptions log", "Data log", "Methods"):
        assert appendix in more
    assert "Traceback" not in more
    assert "�" not in more


LACKING = {
    ("harbour_legal", "05_icd10_evaluation"),
    ("atlas_payments", "05_icd10_evaluation"),
}  # no coded notes


@pytest.mark.parametrize("client", EXAMPLES)
def test_every_chapter_shows_a_figure_and_a_table_or_says_what_it_lacks(reports: Path, client: str) -> None:
    for stem in CHAPTERS:
        book = nbformat.read(reports / client / "notebooks" / f"{stem}.ipynb", as_version=4)
        kinds = [
            output.data["application/vnd.bespoke.block+json"]["type"]
            for cell in book.cells if cell.cell_type == "code"
            for output in cell.outputs if "application/vnd.bespoke.block+json" in output.get("data", {})
        ]  # fmt: skip
        if (client, stem) in LACKING:
            assert kinds == ["left_out"]
        else:
            assert {"finding", "figure", "table"} <= set(kinds), stem
            assert "left_out" not in kinds, stem


PAGES = {"meridian_health": 24, "harbour_legal": 22, "atlas_payments": 20}  # of the report at most

INTERNAL = re.compile(  # what a client should not have to know: files, keys, rules, commands, words of ours
    r"\.(csv|yaml|jsonl|json|py|ipynb)\b|<task_id>|\b[a-z]+_[a-z_]+\b|\brungs?\b|\blevers?\b|\bremed(y|ies)\b"
    r"|source document|pip install|\bbespoke [a-z]"
)
CLUMSY = re.compile(  # what no person would write
    r"(?<![\d.,-])1 (?!was|has|is|falls|reaches\b)[a-z]+s\b|every row of 1|at most 0|: keep\b"
    r"|\(s\)|First (\w+), then \1\b| [,.;] |\.\.$|\bNone\b$|nan"
)
QUOTES = ("tbl-failures-samples", "tbl-icd10-annotated")  # tables of the client's own words


def _texts(section: Section) -> Iterator[str]:
    """Every text of a section that is ours: what quotes the client is left out."""
    yield section.heading
    for block in section.body:
        if isinstance(block, BlockQuote):
            continue
        for one in walk([block]):
            if isinstance(one, Paragraph | Heading):
                yield plain(one.children)
            elif isinstance(one, DocumentTable) and not one.label.startswith(QUOTES):
                yield from (one.caption, one.source, *(f"{c.title} {c.unit}" for c in one.columns))
                yield from (plain(cell) for row in one.rows for cell in row)
            elif isinstance(one, DocumentFigure):
                yield from (one.caption, one.source)
            elif isinstance(one, Tiles):
                yield from (f"{tile.label} {tile.value} {tile.note}" for tile in one.items)


@pytest.mark.parametrize("client", EXAMPLES)
def test_the_report_is_short_and_the_evidence_holds_the_rest(reports: Path, client: str) -> None:
    report, evidence = (
        len(PdfReader(reports / client / f"{name}.pdf").pages) for name in ("report", "evidence")
    )
    assert report <= PAGES[client] < evidence


@pytest.mark.parametrize("client", EXAMPLES)
def test_the_report_speaks_as_a_person_would(reports: Path, client: str) -> None:
    notebooks = sorted((reports / client / "notebooks").glob("*.ipynb"))
    texts = [text for one in build([read(path) for path in notebooks], "en").report for text in _texts(one)]
    assert [text for text in texts if INTERNAL.search(text)] == []
    assert [text for text in texts if CLUMSY.search(text)] == []


@pytest.mark.parametrize("client", EXAMPLES)
def test_the_summary_holds_nothing_that_the_rest_does_not_say(reports: Path, client: str) -> None:
    """Its amounts stand in advice.json, which the plans are printed from."""
    saved = json.loads((reports / client / "advice.json").read_text())
    front = build([read(p) for p in sorted((reports / client / "notebooks").glob("*.ipynb"))], "en").front
    assert front is not None
    tiles = next(block for block in front.body if isinstance(block, Tiles))
    for tile, key in zip(tiles.items, ("today", "monthly", "one_off", "first_year"), strict=False):
        total = sum(task[key] for task in saved["tasks"])
        assert int(re.sub(r"\D", "", tile.value)) == pytest.approx(total, abs=1), tile
    table = next(block for block in front.body if isinstance(block, DocumentTable))
    assert [row[0] for row in table.rows] == [
        task.name for task in clients.load(ROOT / "client_data", client).tasks
    ]


def test_the_three_examples_get_three_different_answers(reports: Path) -> None:
    def advice(client: str, task_id: str) -> tuple[str, str]:
        """The route of the first step, and that of the likely end."""
        saved = json.loads((reports / client / "advice.json").read_text())
        task = next(task for task in saved["tasks"] if task["task_id"] == task_id)
        return task["first_step"]["route"], next(s["route"] for s in task["plan"] if s["likely_end"])

    assert advice("meridian_health", "note_structuring")[0] == "deidentify"  # two rows identify somebody
    assert advice("meridian_health", "prior_auth_routing") == ("model_change", "model_change")
    assert advice("meridian_health", "discharge_instructions")[0] == "measure"  # 36 cases tell nothing
    assert advice("harbour_legal", "risk_memo")[0] == "structured_output"
    assert advice("harbour_legal", "precedent_qa")[0] == "measure"
    assert advice("atlas_payments", "txn_classification") == ("small_encoder", "small_encoder")


def test_no_output_names_a_path_of_this_machine(reports: Path) -> None:
    marks = (str(reports.parent), str(ROOT), str(Path.home()) + "/")
    for path in reports.rglob("*"):
        if path.is_file() and path.suffix in (".json", ".ipynb", ".html"):
            text = path.read_text(encoding="utf-8")
            assert not [mark for mark in marks if mark in text], path


def test_the_manifest_tells_where_the_time_went(reports: Path) -> None:
    manifest = json.loads((reports / "meridian_health/manifest.json").read_text())
    spent = sum(sum(run["seconds"].values()) for run in manifest["notebooks"].values())
    assert manifest["wall_seconds"] > 0
    assert spent > 0
    assert set(manifest["render_seconds"]) == {"read", "html", "typst", "pdf", "write"}


def test_the_page_of_all_clients_lists_state_advice_and_facts(reports: Path, tmp_path: Path) -> None:
    page = (reports / "index.html").read_text(encoding="utf-8")
    for client in EXAMPLES:
        assert f'<a href="{client}/report.pdf">PDF</a>' in page
    assert page.count(">done</td>") == len(EXAMPLES)
    assert ">2026-11-20</td>" in page
    assert page.count("No plan needs a model of its own") == 2
    assert "<script" not in page
    assert "default-src 'none'" in page


# Of a page's text area, below its last ink. The evidence is looked up, not read through: its drawings are taller.
EMPTY = {"report": 0.4, "evidence": 0.5}


@pytest.mark.parametrize("paper", ["a4", pytest.param("us-letter", marks=LATER)])
@pytest.mark.parametrize("client", EXAMPLES)
def test_no_page_is_mostly_empty(reports: Path, client: str, paper: Literal["a4", "us-letter"]) -> None:
    """Of all pages but the cover and the last, which ends where the volume does; with the lines to sign on."""
    loaded = clients.load(ROOT / "client_data", client)
    folder, standing = reports / client, report_additions.Standing()
    cover = replace(cover_of(loaded, loaded.engagement.as_of), paper=paper)
    more = report_additions.additions(loaded, folder, standing)
    volumes: tuple[Literal["report", "evidence"], ...] = ("report", "evidence")
    for volume in volumes:
        parts = [split(read(folder / "notebooks" / f"{stem}.ipynb"), "en") for stem in CHAPTERS]
        source = typesetting.source(assembled(parts, "en", more), cover, volume)
        empty = [left_empty(page) for page in typesetting.png(source, cover, 36)[1:-1]]
        assert [n for n, share in enumerate(empty, 2) if share > EMPTY[volume]] == [], volume


def left_empty(page: bytes) -> float:
    """The share of a page between its margins, of 27 and 25 mm, that lies below the last ink."""
    drawn = np.asarray(Image.open(io.BytesIO(page)).convert("L")) < 215
    millimetre = 36 / 25.4
    text = drawn[round(27 * millimetre) : drawn.shape[0] - round(25 * millimetre)]
    inked = np.flatnonzero(text.any(axis=1))
    return 1 - (inked[-1] + 1) / len(text) if len(inked) else 1.0


VOLUMES = [(client, "report.pdf") for client in EXAMPLES] + [("harbour_legal", "evidence.pdf")]
MORE = [pytest.param(client, "evidence.pdf", marks=LATER) for client in EXAMPLES if client != "harbour_legal"]


@pytest.mark.parametrize(("client", "volume"), [*VOLUMES, *MORE])
def test_no_type_is_smaller_than_8_points(reports: Path, client: str, volume: str) -> None:
    sizes = text_of(reports / client / volume).sizes
    assert {size: text for size, text in sizes.items() if size < 8} == {}


@pytest.mark.parametrize("client", EXAMPLES)
def test_figures_hold_words_that_can_be_read_and_selected(reports: Path, client: str) -> None:
    """Words have a contrast of 4.5 with white, or are white on a mark that has it with them; marks have 3. Grid,
    bands behind the marks and shades of a map of counts, which bear their counts, are no marks."""
    quiet = {"none", "#ffffff", *(c.lower() for c in (style.RULE, style.BAND, "#E6E9EE"))}
    for stem in CHAPTERS:
        for block in shown_in(reports / client / "notebooks" / f"{stem}.ipynb"):
            if block["type"] != "figure":
                continue
            words = re.findall(r'<text style="([^"]*)"', block["svg"])
            assert words, block["label"]
            inks = {
                re.findall(r"fill: (#\w+)", looks)[-1] if "fill:" in looks else "#000000" for looks in words
            }
            inks -= {"#ffffff"}
            assert {ink for ink in inks if contrast(ink) < 4.5} == set(), block["label"]
            solid = re.findall(
                r'<(?:path|use)[^>]*style="(?![^"]*opacity)[^"]*(?:fill|stroke): (#\w+)', block["svg"]
            )
            marks = set(solid) - quiet
            assert {mark for mark in marks if contrast(mark) < 3} == set(), block["label"]
