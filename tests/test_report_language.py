"""One locale per report: every number of the German report is the English one, written the German way."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bespoke.chapters.registry import CHAPTERS
from bespoke.report.document import build, read
from bespoke.report.model import (
    Document,
    DocumentFigure,
    DocumentTable,
    Heading,
    Paragraph,
    plain,
    walk,
)
from tests.conftest import ROOT
from tests.faults.conftest import bespoke

CLIENT = "meridian_health"
LANGUAGES = ("en", "de")
# What looks like a number and names something: figures and tables, models, papers, laws, releases.
NAMES = re.compile(
    r"(Table|Tabelle|Figure|Abbildung|Llama|Sonnet|Opus|Claude|SDK|arXiv|CFR|genai-prices|icd\.data|simple-icd-10-cm)"
    r" \d[\d.]*( and \d[\d.]*)?"
)
QUOTED = re.compile("“.*?”")  # of the client's notes: data
# Where a fact, a route or a gate was read, as its table cites it: one text in every language.
CITED = {
    (label, "Source")
    for label in ("tbl-sources-facts", "tbl-sources-assumed", "tbl-sources-routes", "tbl-sources-gates")
}
NUMBER = re.compile(r"(?<![\w.,/:-])[+-]?\d+(?:[.,]\d+)+(?![\w-])")
ENGLISH = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?")
GERMAN = re.compile(r"[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Document]:
    """The same client in both languages."""
    folder = tmp_path_factory.mktemp("languages")
    for language in LANGUAGES:
        client = shutil.copytree(ROOT / "client_data" / CLIENT, folder / "client_data" / f"acme_{language}")
        engagement = client / "engagement.yaml"
        text = re.sub(r"^language:.*$", "", engagement.read_text(encoding="utf-8"), flags=re.MULTILINE)
        engagement.write_text(f"{text}\nlanguage: {language}\n", encoding="utf-8")
    done = bespoke("run", "--all", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return {language: document(folder / "reports" / f"acme_{language}", language) for language in LANGUAGES}


def document(folder: Path, language: str) -> Document:
    return build([read(folder / "notebooks" / f"{stem}.ipynb") for stem in CHAPTERS], language)


def texts(report: Document) -> Iterator[tuple[str, str]]:
    """Every text of a report and where it stands, what is drawn in figures among them."""
    for section in report.sections:
        yield f"{section.anchor}, heading", section.heading
        for block in walk(section.body):
            if isinstance(block, Paragraph | Heading):
                yield section.anchor, plain(block.children)
            elif isinstance(block, DocumentFigure):
                yield f"{block.label}, caption", block.caption
                yield f"{block.label}, source", block.source
                yield f"{block.label}, alt", block.picture.alt
                for drawn in re.findall(r"<!-- (.*?) -->", block.picture.data):
                    yield f"{block.label}, drawn", drawn
            elif isinstance(block, DocumentTable):
                yield f"{block.label}, caption", block.caption
                yield f"{block.label}, source", block.source
                for column in block.columns:
                    yield f"{block.label}, title", f"{column.title} {column.unit}"
                for row in block.rows:
                    for column, cell in zip(block.columns, row, strict=True):
                        if (block.label, column.title) not in CITED:
                            yield f"{block.label}, {row[0]}", plain(cell)


def citations(report: Document) -> list[str]:
    """The texts of the columns that are exempt."""
    return [
        plain(cell)
        for section in report.sections
        for block in walk(section.body) if isinstance(block, DocumentTable)
        for row in block.rows
        for column, cell in zip(block.columns, row, strict=True) if (block.label, column.title) in CITED
    ]  # fmt: skip


def values(text: str, language: str) -> list[float | str]:
    """The numbers with a comma or a point in a text, as numbers; as they stand where they are none."""
    form, grouping = (ENGLISH, ",") if language == "en" else (GERMAN, ".")
    found = NUMBER.findall(QUOTED.sub("", NAMES.sub("", text)))
    return [
        float(token.replace(grouping, "").replace(",", ".")) if form.fullmatch(token) else token
        for token in found
    ]


def test_every_number_is_written_the_german_way(reports: dict[str, Document]) -> None:
    english, german = (list(texts(reports[language])) for language in LANGUAGES)
    assert len(english) == len(german) > 3000
    wrong = [
        (where, ours, theirs)
        for (where, ours), (_, theirs) in zip(english, german, strict=True)
        if values(ours, "en") != values(theirs, "de")
    ]
    assert not wrong


def test_a_citation_is_the_tables_own_in_every_language(reports: dict[str, Document]) -> None:
    english, german = (citations(reports[language]) for language in LANGUAGES)
    assert english == german
    assert len(english) > 100
    known = {
        str(row["source"]) for table in (ROOT / "bespoke/facts/tables").glob("*.yaml")
        for row in yaml.safe_load(table.read_text(encoding="utf-8")) if "source" in row
    }  # fmt: skip
    assert set(english) <= known


def test_there_is_something_to_compare(reports: dict[str, Document]) -> None:
    """Numbers that differ in both writings, in narrative, tables and figures alike."""
    shown = {where.split(", ")[-1] for where, text in texts(reports["de"]) if re.search(r"\d,\d", text)}
    assert {"ch-05_icd10_evaluation", "caption", "alt", "drawn"} <= shown


def test_no_english_date_is_left(reports: dict[str, Document]) -> None:
    dates = re.compile(
        r"\b\d{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec) \d{4}|\b20\d\d-\d\d-\d\d\b"
    )
    left = [(where, text) for where, text in texts(reports["de"]) if dates.search(QUOTED.sub("", text))]
    assert not left
