"""Column widths."""

import json
from dataclasses import replace
from datetime import date

import pytest
import typst

from bespoke.report import typst_data, widths
from bespoke.report.columns import parts
from bespoke.report.glyphs import BREAK, hyphenates
from bespoke.report.model import CodeSpan, DocumentTable, Section, TableColumn
from bespoke.report.report_cover import Cover
from bespoke.show import fonts

WORDS = [
    "Requests",
    "12,345,678.90",
    "$1,234",
    "E11.65",
    "WWWWWW",
    "illicit",
    "glossary",
    "−0.42%",
    "AVAToWa",
]


def table(columns: list[TableColumn], *rows: list[str]) -> DocumentTable:
    return DocumentTable(columns, [list(row) for row in rows])


def test_a_small_table_keeps_its_natural_widths():
    fit = widths.fit(
        table([TableColumn("Task"), TableColumn("N", numeric=True)], ["Notes", "12"], ["Claims", "7"])
    )
    assert fit.size == 8.5
    assert not fit.turned
    assert sum(fit.widths) < 100


def test_text_wraps_before_figures_do():
    long = "a sentence of several words that will not fit on one line of a table " * 3
    fit = widths.fit(
        table([TableColumn("Text"), TableColumn("Spend", numeric=True)], [long, "12,345,678.90"])
    )
    assert fit.widths[1] >= widths.width("12,345,678.90", fit.size)
    assert sum(fit.widths) + widths.GUTTER == pytest.approx(widths.TEXT_WIDTH, abs=0.1)


def columns(count: int) -> list[TableColumn]:
    return [TableColumn(f"Column {i}") for i in range(count)]


def test_type_shrinks_to_8_points_and_no_further():
    """Seven columns of a word of 51 points and six gutters of 11 have 423 of the 453.5 points, eight columns not."""
    assert widths.fit(table(columns(7), ["extraordinary"] * 7)).size == 8.5
    for count in (8, 12, 20):
        assert widths.fit(table(columns(count), ["extraordinary"] * count)).size >= 8.0


def test_long_words_are_hyphenated_before_a_page_turns():
    word = "Kostenvoranschlag"
    one = table(columns(7), *[[word] * 7] * 20)
    fit = widths.fit(one)
    assert not fit.turned
    assert widths.fits(one)
    assert all(widths.hyphenated(word, width, fit.size) for width in fit.widths)
    assert (
        widths.broken(word, fit.widths[0], fit.size) == word
    )  # nothing is put into it: the typesetter knows where


def test_a_long_table_turns_its_page_and_a_short_one_is_set_in_parts():
    assert widths.fit(table(columns(12), *[["extraordinary"] * 12] * 45)).turned
    assert not widths.fit(table(columns(12), *[["extraordinary"] * 12] * 44)).turned
    short = table(columns(12), ["extraordinary"] * 12)
    assert len(parts(short)) == 2
    assert not any(widths.fit(part).turned for part in parts(short))


def test_a_table_in_parts_has_its_label_over_the_first_and_its_source_under_the_last():
    """A reference leads to where it begins, and the source stands where it ends; no column is lost."""
    whole = replace(table(columns(12), ["extraordinary"] * 12), label="tbl-long", source="tasks.csv")
    found = parts(whole)
    assert [part.label for part in found] == ["tbl-long", ""]
    assert [part.source for part in found] == ["", "tasks.csv"]
    named = [column.title for part in found for column in part.columns[whole.index :]]
    assert named == [column.title for column in whole.columns[whole.index :]]


@pytest.mark.parametrize(
    ("word", "ordinary"),
    [
        ("Dokumentationspflicht", True),
        ("responsibilities,", True),
        ("(experimentación)", True),
        ("short", False),
        ("claude-haiku-5-5", False),
        ("bcdfghjklmnp", False),
        ("1234567890", False),
        ("a" * 40, False),
    ],
)
def test_only_ordinary_words_are_left_to_be_hyphenated(word, ordinary):
    assert hyphenates(word) is ordinary


@pytest.mark.parametrize("count", [1, 5, 12, 30])
def test_no_table_is_wider_than_its_page(count):
    columns = [TableColumn(f"A title of column {i}", numeric=i % 2 == 1) for i in range(count)]
    fit = widths.fit(table(columns, ["x" * 200, "1,234,567"] * (count // 2) + ["y"] * (count % 2)))
    space = widths.WIDE_WIDTH if fit.turned else widths.TEXT_WIDTH
    assert sum(fit.widths) + widths.GUTTER * (count - 1) <= space + 0.5


def test_codes_and_addresses_break_within_their_column():
    code = '{"diagnosis_icd10":["E11.65"],"x":"' + "a" * 80 + '"}'
    one = table(
        [TableColumn("Payload", code=True), TableColumn("Text")], [code, "some text that wraps " * 12]
    )
    section = Section("a", "1", "Chapter 1", "T", "T", [one])
    set_as = typst_data.section(section, Cover(client="C", as_of=date(2026, 1, 1)), "chapter")["body"][0]
    text = set_as["rows"][0]["cells"][0]["children"][0]["text"]
    assert text.replace(BREAK, "") == code
    assert max(widths.width(p, set_as["size"], code=True) for p in text.split(BREAK)) <= set_as["widths"][0]


def test_measured_widths_are_never_below_what_typst_sets():
    """Typst measures the same words: in the data face with tabular figures, bold, and in the mono face."""
    script = """
        #set text(font: "Source Sans Pro", size: 8.5pt, number-width: "tabular")
        #context [#metadata(json(bytes(sys.inputs.words)).map(word => (
          measure(text(word)).width / 1pt, measure(text(weight: 600, word)).width / 1pt,
          measure(text(font: "DejaVu Sans Mono", size: 0.8em * 1.06, word)).width / 1pt,
        ))) <widths>]
    """
    answer = typst.query(
        script.encode(),
        "<widths>",
        field="value",
        one=True,
        font_paths=list(fonts.folders()),
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps(WORDS)},
    )
    measured = json.loads(answer)
    for word, (plain, bold, mono) in zip(WORDS, measured, strict=True):
        assert plain <= widths.width(word)
        assert bold <= widths.width(word) * widths.BOLD
        assert mono <= widths.width(word, code=True)


def test_a_column_of_codes_is_as_wide_as_the_mono_face_sets_them():
    arguments = DocumentTable(
        [TableColumn(""), TableColumn("")], [[[CodeSpan("error_handler")], "Function used when errors occur"]]
    )
    assert widths.fit(arguments).widths[0] >= len("error_handler") * widths.MONO * 8
