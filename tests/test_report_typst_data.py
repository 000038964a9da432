"""The document as data for the typesetter: what the template prints, block by block, and tables cell by cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bespoke.report import columns, paging, typst_data, widths
from bespoke.report.glyphs import BREAK
from bespoke.report.model import (
    Block,
    BlockQuote,
    CalloutBox,
    CaseBrowser,
    CodeBlock,
    CodeSpan,
    Document,
    DocumentFigure,
    DocumentTable,
    Formula,
    Heading,
    Listing,
    Paragraph,
    Picture,
    Section,
    Styled,
    TableColumn,
    TextRun,
    ThematicBreak,
    Tile,
    Tiles,
)
from bespoke.report.report_cover import Cover
from bespoke.report.typst_data import FRONT_SIZES, _Writer, frame, section
from bespoke.show.blocks import Cases

COVER = Cover("Acme", date(2026, 11, 3), prepared_by="Practice", remarks=("Version 1.0",))
REPORT = Document(
    [Section("ch-a", "1", "Chapter 1", "Costs", "Half")], Section("summary", "S", "", "Sum", "Cache it.")
)


def text(words: str) -> Paragraph:
    return Paragraph([TextRun(words)])


def line(words: str) -> dict[str, Any]:
    return {"children": [words], "rtl": False, "lang": ""}


def written(*blocks: Block, cover: Cover = COVER) -> list[Any]:
    return _Writer(cover).blocks([*blocks])


# -- the frame ------------------------------------------------------------------------------------------------------


def test_the_template_is_told_whose_report_it_is_and_as_of_when() -> None:
    found = frame(REPORT, COVER)
    assert {key: found[key] for key in ("volume", "client", "running", "prepared_by", "remarks", "as_of", "date")} == {
        "volume": "report", "client": "Acme", "running": "Acme", "prepared_by": "Practice",
        "remarks": ["Version 1.0"], "as_of": "3 Nov 2026", "date": [2026, 11, 3],
    }  # fmt: skip
    assert (found["language"], found["paper"], found["height"], found["logo"]) == ("en", "a4", 297, None)
    assert [found[face] for face in ("serif", "sans", "mono")] == [
        [face, "DejaVu Sans"] for face in ("Source Serif Pro", "Source Sans Pro", "DejaVu Sans Mono")
    ]  # without faces of the client's own


def test_the_title_is_the_given_one_else_the_question_of_the_volume_else_the_topic() -> None:
    question = typst_data.phrases("en")["question"].format(client="Acme")
    evidence = typst_data.phrases("en")["evidence_title"].format(client="Acme")
    assert question != evidence
    assert frame(REPORT, COVER)["title"] == question
    assert frame(REPORT, COVER, "evidence")["title"] == evidence
    assert frame(REPORT, replace(COVER, title="Our costs"))["title"] == "Our costs"
    assert frame(REPORT, replace(COVER, client=""), "single")["title"] == "Costs"


def test_the_answer_stands_on_the_cover_of_the_report_alone() -> None:
    assert frame(REPORT, COVER)["answer"] == "Cache it."
    assert frame(REPORT, COVER, "evidence")["answer"] == ""
    assert frame(Document(REPORT.chapters), COVER)["answer"] == ""


@pytest.mark.parametrize(
    ("language", "paper", "code", "height", "day"),
    [("de-AT", "a4", "de", 297, "3. Nov. 2026"), ("en", "us-letter", "en", 279.4, "3 Nov 2026")],
)
def test_paper_and_language_are_the_covers(
    language: str, paper: Any, code: str, height: float, day: str
) -> None:
    found = frame(REPORT, replace(COVER, language=language, paper=paper))
    assert (found["language"], found["paper"], found["height"], found["as_of"]) == (code, paper, height, day)


# -- blocks ---------------------------------------------------------------------------------------------------------

FORMULA = Formula("x^2", "x^2", "<math/>", display=True)


@pytest.mark.parametrize(
    ("block", "data"),
    [
        (text("a"), {"kind": "paragraph", **line("a")}),
        (Heading(3, [TextRun("a")], "l"), {"kind": "heading", "level": 3, "label": "l", **line("a")}),
        (Paragraph([FORMULA]), {"kind": "display", "typst": "x^2", "alt": "x^2", "display": True}),
        (Listing(True, 3, [[text("a")], []]),
         {"kind": "list", "ordered": True, "start": 3, "items": [[{"kind": "paragraph", **line("a")}], []]}),
        (BlockQuote([text("a")]), {"kind": "quote", "body": [{"kind": "paragraph", **line("a")}]}),
        (CalloutBox("warning", [text("a")], "Ada"),
         {"kind": "callout", "tone": "warning", "name": "Ada", "body": [{"kind": "paragraph", **line("a")}]}),
        (CodeBlock("a\n\tb"), {"kind": "code", "text": "a\n\tb"}),
        (ThematicBreak(), {"kind": "rule"}),
        (Tiles([Tile("Load", "9,200", "a day")]), {"kind": "tiles", "items": [["Load", "9,200", "a day"]]}),
        (DocumentFigure(Picture("svg", "<svg/>", "Bars", 20, 10), "Load", "logs", "fig-a", "Figure 1.1", 0.8),
         {"kind": "figure", "number": "Figure 1.1", "label": "fig-a", "share": 0.8, "caption": "Load", "lang": "",
          "source": "logs", "picture": {"svg": "<svg/>", "alt": "Bars", "width": 20, "shape": 0.5}}),
    ],
)  # fmt: skip
def test_a_block_is_data_of_its_kind(block: Block, data: dict[str, Any]) -> None:
    assert written(block) == [data]


def test_a_formula_that_cannot_be_set_and_one_among_words_are_no_display() -> None:
    for children in ([replace(FORMULA, typst="")], [FORMULA, TextRun("is it")]):
        assert written(Paragraph([*children]))[0]["kind"] == "paragraph"


def test_a_long_line_of_code_may_break_and_a_browser_of_cases_is_left_out_on_paper() -> None:
    (found,) = written(CodeBlock("x" * 200), CaseBrowser(Cases.model_construct()))
    assert found["text"].replace(BREAK, "") == "x" * 200
    assert BREAK in found["text"]


def test_a_section_says_where_it_is_and_dates_in_its_heading_stay_whole() -> None:
    one = Section("ch-a", "1", "Chapter 1", "Costs", "Live by 20 Jan 2027", [text("a")])
    found = section(one, COVER, "chapter")
    assert (found["anchor"], found["name"], found["topic"], found["running"]) == (
        "ch-a",
        "Chapter 1",
        "Costs",
        "Costs",
    )
    assert found["heading"] == "Live by 20\u00a0Jan\u00a02027"
    assert found["body"] == [{"kind": "paragraph", **line("a")}]
    assert (found["rtl"], found["lang"]) == (False, "")
    assert 0 < found["ends"] < section(one, COVER, "chapter", start=300.0)["ends"]


def test_only_a_chapters_blocks_are_moved_to_fill_its_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        paging, "arranged", lambda blocks, *given, **more: paging.Arranged([*reversed(blocks)], 123.6)
    )
    one = Section("ch-a", "1", "Chapter 1", "Costs", "Half", [text("a"), text("b")])
    found = {kind: section(one, COVER, kind) for kind in ("front", "chapter", "appendix")}  # type: ignore[arg-type]
    assert {kind: "".join(block["children"][0] for block in data["body"]) for kind, data in found.items()} == {
        "front": "ab", "chapter": "ba", "appendix": "ab"
    }  # fmt: skip
    assert found["chapter"]["ends"] == 124


# -- tables ---------------------------------------------------------------------------------------------------------

COLUMNS = [TableColumn("Task"), TableColumn("Load", "a day", numeric=True), TableColumn("Model", code=True)]


def table(*rows: list[Any], **given: Any) -> DocumentTable:
    return DocumentTable(
        COLUMNS, [*rows], caption="Loads", source="logs", label="tbl-a", number="Table 1.1", **given
    )


def test_a_table_is_its_columns_and_rows_with_what_stands_out() -> None:
    (found,) = written(table(["Notes", "9,200", "m-1"], ["Mail", "45", "m-2"], emphasis=[1]))
    told = ("kind", "number", "label", "caption", "source", "lang", "turned", "breaks")
    assert {key: found[key] for key in told} == {
        "kind": "table", "number": "Table 1.1", "label": "tbl-a", "caption": "Loads", "source": "logs", "lang": "",
        "turned": False, "breaks": False,
    }  # fmt: skip
    assert [(c["title"], c["unit"], c["numeric"], c["names"]) for c in found["columns"]] == [
        ("Task", "", False, True), ("Load", "a day", True, False), ("Model", "", False, False)
    ]  # fmt: skip
    assert [(row["strong"], row["long"]) for row in found["rows"]] == [(False, False), (True, False)]
    assert found["rows"][0]["cells"][:2] == ["Notes", "9,200"]  # words alone
    assert found["rows"][0]["cells"][2]["children"] == [{"kind": "code", "text": "m-1"}]
    assert (found["headless"], found["spans"], found["size"]) == (False, False, widths.SIZES[0])
    assert len(found["widths"]) == 3
    assert all(width == round(width, 2) for width in found["widths"])


@pytest.mark.parametrize(("rows", "breaks"), [(6, False), (7, True)])
def test_a_table_higher_than_130_points_may_break_over_pages(rows: int, breaks: bool) -> None:
    """A row of one line is 8.5 x 1.28 + 8 = 18.9 points high."""
    (found,) = written(table(*([f"Task {n}", "1", "m"] for n in range(rows))))
    assert found["breaks"] is breaks


def test_a_merged_cell_says_how_far_it_reaches_and_what_it_covers_is_gone() -> None:
    (found,) = written(table(["Both", "", "m"], ["", "", "n"], ["Mail", "45", "o"], spans={(0, 0): (2, 2)}))
    assert found["spans"]
    assert [[(c["x"], c["rowspan"], c["colspan"]) for c in row["cells"]] for row in found["rows"]] == [
        [(0, 2, 2), (2, 1, 1)], [(2, 1, 1)], [(0, 1, 1), (1, 1, 1), (2, 1, 1)]
    ]  # fmt: skip


def test_a_merged_cell_has_the_room_of_its_columns_and_of_what_parts_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rooms: list[float] = []
    one = table(["Both", "", "m"], spans={(0, 0): (1, 2)})
    first, second, third = widths.fit(one).widths
    monkeypatch.setattr(_Writer, "cell", lambda writer, cell, column, room, size: rooms.append(room) or {})
    written(one)
    assert rooms == [pytest.approx(first + widths.GUTTER + second), third]


@pytest.mark.parametrize(
    ("cell", "bare"),
    [
        ("words", "words"),
        ("", ""),
        ([TextRun("words")], "words"),
        ([Styled("strong", [TextRun("a")])], None),
        ([TextRun("a"), CodeSpan("b")], None),
        ("שלום", None),  # with a direction of its own
        ("x" * 150, None),  # with places to break
    ],
)
def test_a_cell_of_nothing_but_words_is_these(cell: Any, bare: str | None) -> None:
    (found,) = written(table([cell, "1", "m"]))
    one = found["rows"][0]["cells"][0]
    assert one == bare if bare is not None else isinstance(one, dict)


def test_a_table_too_wide_for_a_page_is_told_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def parts(whole: DocumentTable, sizes: Any, *, turn: bool) -> list[DocumentTable]:
        return [replace(whole), replace(whole), replace(whole)]

    monkeypatch.setattr(columns, "parts", parts)
    go_on = typst_data.phrases("en")["continued"]
    found = written(table(["a", "1", "m"]))
    assert [one["caption"] for one in found] == [
        "Loads",
        *(go_on.format(caption="Loads", n=n, m=3) for n in (2, 3)),
    ]
    bare = DocumentTable(COLUMNS, [["a", "1", "m"]])
    assert [one["caption"] for one in written(replace(bare))] == [""] * 3
    named, numbered = (
        written(replace(bare, caption="Loads"))[1],
        written(replace(bare, number="Table 1.1"))[1],
    )
    assert (named["caption"], numbered["caption"]) == (
        go_on.format(caption="Loads", n=2, m=3), go_on.format(caption="", n=2, m=3)
    )  # fmt: skip


def test_only_the_summary_is_set_in_type_that_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    fit = widths.fit

    def asking(table: DocumentTable, sizes: Any, *, turn: bool) -> widths.Fit:
        asked.append((tuple(sizes), turn))
        return fit(table, sizes)

    monkeypatch.setattr(widths, "fit", asking)
    one = Section("ch-a", "1", "Chapter 1", "Costs", "Half", [table(["a", "1", "m"])])
    for kind, sizes in (("front", FRONT_SIZES), ("chapter", widths.SIZES), ("appendix", widths.SIZES)):
        asked.clear()
        section(one, COVER, kind, turn=False)  # type: ignore[arg-type]
        assert {*asked} == {(tuple(sizes), False)}
