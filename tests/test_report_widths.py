"""Column widths."""

import json
from datetime import date

import pytest
import typst

from bespoke.report import typst_data, widths
from bespoke.report.glyphs import BREAK
from bespoke.report.model import DocumentTable, Section, TableColumn
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


def test_type_shrinks_before_words_break_and_pages_turn_at_last():
    columns = [TableColumn(f"Column {i}") for i in range(9)]
    assert widths.fit(table(columns, ["extraordinary"] * 9)).size < 8.5
    columns = [TableColumn(f"Column {i}") for i in range(16)]
    assert widths.fit(table(columns, ["extraordinary"] * 16)).turned


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
