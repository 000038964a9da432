"""Executed notebooks -> one numbered document."""

import base64
from typing import Any

import pytest

from bespoke import show
from bespoke.errors import BespokeError
from bespoke.report import volumes
from bespoke.report.document import Notebook, split
from bespoke.report.model import (
    CalloutBox,
    CodeBlock,
    CodeSpan,
    Document,
    DocumentFigure,
    DocumentTable,
    Formula,
    Heading,
    Link,
    Listing,
    Paragraph,
    Styled,
    TextRun,
    plain,
)
from bespoke.report.outputs import STRICT, ReadingOptions
from bespoke.report.pictures import decoded
from bespoke.show.blocks import MIME

DOT = '<svg xmlns="http://www.w3.org/2000/svg" width="72pt" height="36pt"><circle r="5"/></svg>'
PNG = (  # one white pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII="
)


def md(text: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": text, "metadata": {"tags": list(tags)}}


def code(*outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "source": "secret()",
        "metadata": {"tags": list(tags)},
        "outputs": list(outputs),
    }


def data(bundle: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"output_type": "display_data", "data": bundle, "metadata": metadata}


def block(one: show.Block) -> dict[str, Any]:
    return data({MIME: one.model_dump(mode="json"), "text/html": "<b>not this</b>"})


def figure(label: str) -> dict[str, Any]:
    alt = "A dot that stands for a figure"
    return block(show.Figure(label=label, caption="A dot", alt=alt, svg=DOT))


def table(label: str) -> dict[str, Any]:
    columns = (
        show.Column(key="a", title="A"),
        show.Column(key="n", title="N", format="integer", unit="a day"),
    )
    return block(show.Table(label=label, caption="Rows", columns=columns, rows=(("x", 1234), (None, 2))))


def finding(text: str) -> dict[str, Any]:
    return block(show.Finding(text=text))


def build(*notebooks: tuple[str, list[dict[str, Any]]]) -> Document:
    return volumes.build([Notebook(stem, {"cells": cells}, f"{stem}.ipynb") for stem, cells in notebooks])


def one(*cells: dict[str, Any]) -> list[Any]:
    """The body of the only chapter."""
    return build(("01_one", [md("# One"), *cells])).chapters[0].body


def test_a_chapter_takes_its_topic_from_the_heading_and_its_heading_from_the_finding():
    report = build(
        ("01_task_audit", [md("# Task audit\n\nHello."), code(finding("Two tasks are ready."))]),
        ("06_cost_model", [code(figure("fig-cost"))]),
    )
    first, second = report.chapters
    assert (first.name, first.topic, first.heading) == ("Chapter 1", "Task audit", "Two tasks are ready.")
    assert [plain(b.children) for b in first.body] == ["Hello."]
    assert (second.name, second.topic, second.heading) == ("Chapter 2", "Cost model", "Cost model")


def test_tags_say_where_a_cell_goes():
    report = build(
        ("01_a", [
            md("# A"), code({"output_type": "stream", "name": "stdout", "text": "x"}, tags=("parameters",)),
            md("explored", "explore"), md("tables", "evidence"), md("# Words\n\nOurs.", "closing"),
            md("# Sources\n\nFrom A.", "appendix"), md("body"),
        ]),
        ("02_b", [
            md("# B"), code(finding("Do this."), table("tbl-now"), tags=("summary",)),
            md("# Sources\n\nFrom B.", "appendix"), md("# Glossary\n\nTerms.", "appendix"),
        ]),
    )  # fmt: skip
    assert report.front is not None
    assert (report.front.topic, report.front.heading) == ("Executive summary", "Do this.")
    assert [plain(b.children) for b in report.chapters[0].body] == ["body"]
    assert [(s.name, s.topic, s.heading) for s in report.chapters] == [
        ("Chapter 1", "A", "A"),
        ("Chapter 2", "Words", "Words"),
    ]  # of B there is nothing but its summary
    assert [(s.name, s.mark, [plain(b.children) for b in s.body]) for s in report.evidence] == [
        ("Evidence 1", "E1", ["tables"])
    ]
    assert [(s.name, s.topic) for s in report.appendices] == [
        ("Appendix A", "Sources"),
        ("Appendix B", "Glossary"),
    ]
    assert [plain(b.children) for b in report.appendices[0].body] == ["From A.", "From B."]


def test_numbers_run_per_chapter_and_links_print_them():
    report = build(
        ("01_a", [
            md("# A\n\nSee [cost](#fig-cost), [load](#tbl-load), [B](#ch-02_b), [gone](#fig-gone), "
               "**[again](#tbl-load)** and [web](https://example.org) but not [run](javascript:alert(1))."),
            code(table("tbl-load")), code(table("tbl-more"), tags=("appendix",)),
        ]),
        ("02_b", [
            md("# B"), code(figure("fig-first"), figure("fig-cost")), code(table("tbl-s"), tags=("summary",)),
        ]),
    )  # fmt: skip
    [text, load] = report.chapters[0].body
    links = [child for child in text.children if isinstance(child, Link)]
    assert [(link.url, plain(link.children)) for link in links] == [
        ("#fig-cost", "Figure 2.2"),
        ("#tbl-load", "Table 1.1"),
        ("#ch-02_b", "Chapter 2"),
        ("https://example.org", "web"),
    ]
    assert plain(text.children).endswith("gone, Table 1.1 and web but not run.")
    assert load.number == "Table 1.1"
    assert report.front.body[0].number == "Table S.1"
    assert report.appendices[0].body[0].number == "Table A.1"


def test_a_label_used_twice_names_both_places():
    with pytest.raises(BespokeError) as caught:
        build(("01_a", [code(figure("fig-x"))]), ("02_b", [md("# B"), code(figure("fig-x"))]))
    assert str(caught.value) == "label fig-x is used twice: 01_a.ipynb: cell 1 and 02_b.ipynb: cell 2"


def test_a_notebook_of_the_clients_own_may_show_an_exhibit_of_a_chapter_again():
    """An analyst calls `book.exhibits(stem).load()`: the label is the chapter's own."""
    books = (
        Notebook("01_a", {"cells": [md("# A"), code(figure("fig-x"))]}),
        Notebook("b", {"cells": [md("# B"), code(figure("fig-x")), code(figure("fig-x"))]}),
    )
    options = (STRICT, ReadingOptions(strict=False))
    parts = [split(book, "en", one) for book, one in zip(books, options, strict=True)]
    report = volumes.assembled(parts, "en")
    labels = [
        (one.label, one.number)
        for section in report.chapters
        for one in section.body
        if isinstance(one, DocumentFigure)
    ]
    assert labels == [("fig-x", "Figure 1.1"), ("fig-x-2", "Figure 2.1"), ("fig-x-3", "Figure 2.2")]


def test_what_is_left_out_is_one_line_at_the_end_of_the_report():
    reason = block(show.LeftOut(markdown="Put notes into `evaluation/notes.jsonl`."))
    cells = [
        md("# Evaluation"),
        code(finding("Nothing.")),
        code(reason),
        md("More."),
        md("# Notes", "appendix"),
    ]
    report = build(("04_evaluation", cells), ("06_cost", [md("# Cost\n\nPrices.")]))
    first, last = report.chapters
    assert (first.topic, last.heading, last.short) == ("Cost", "Not looked at yet", True)
    [listing] = last.body
    assert isinstance(listing, Listing)
    [[line]] = listing.items
    assert plain(line.children) == "Evaluation. Put notes into evaluation/notes.jsonl."
    assert report.appendices == []


def test_a_table_block_is_written_by_its_formats():
    [got] = one(code(table("tbl-a")))
    assert isinstance(got, DocumentTable)
    assert got.rows == [["x", "1,234"], ["–", "2"]]
    assert [(c.title, c.unit, c.numeric) for c in got.columns] == [("A", "", False), ("N", "a day", True)]


def test_a_data_frame_is_read_from_its_schema_or_its_html():
    schema = {
        "schema": {"fields": [{"name": "index", "type": "integer"}, {"name": "task", "type": "string"},
                              {"name": "rate", "type": "number"}], "primaryKey": ["index"]},
        "data": [{"index": 0, "task": "a|b", "rate": 0.25}, {"index": 1, "task": None, "rate": 1234.5}],
    }  # fmt: skip
    [first] = one(code(data({"application/vnd.dataresource+json": schema})))
    assert first.rows == [
        ["a|b", "0.25"],
        ["–", "1,234"],
    ]  # four digits are read; a half goes to the even one
    html = (
        "<table><thead><tr><th></th><th>task</th><th>n</th></tr></thead>"
        "<tbody><tr><th>0</th><td>&lt;b&gt;</td><td>1,200</td></tr></tbody></table>"
    )
    [second] = one(code(data({"text/html": html})))
    assert [(c.title, c.numeric) for c in second.columns] == [("", True), ("task", False), ("n", True)]
    assert second.rows == [["0", "<b>", "1,200"]]


def test_other_outputs_of_any_notebook_are_kept_in_their_richest_form():
    body = one(
        code(
            data({"text/markdown": "*ready*", "text/plain": "no"}),
            data({"text/latex": r"$\frac{x}{n}$"}),
            {"output_type": "stream", "name": "stdout", "text": ["\x1b[31mred\x1b[0m\n", "two"]},
            {"output_type": "stream", "name": "stderr", "text": "warning"},
            data({"text/html": "<p>plain <script>alert(1)</script>words</p>"}),
            data({"application/vnd.jupyter.widget-view+json": {}, "text/plain": "IntSlider()"}),
            {"output_type": "execute_result", "data": {"text/plain": "42"}, "metadata": {}},
        )
    )
    assert isinstance(body[0].children[0], Styled)
    assert isinstance(body[1].children[0], Formula)
    assert body[2] == CodeBlock("red\ntwo")
    assert plain(body[3].children) == "plain words"
    assert isinstance(body[4], CalloutBox)  # a widget without its state: a box says so
    assert "Cell 2 shows an interactive output (widget)" in plain(body[4].body[0].children)
    assert body[5] == CodeBlock("42")
    assert len(body) == 6


def test_maths_that_cannot_be_set_shows_its_source():
    [text] = one(md(r"Rate $\hat p = \frac{x}{n}$ and $\unheardof{a}$, $5 to $10."))
    drawn, source = text.children[1], text.children[3]
    assert isinstance(drawn, Formula)
    assert drawn.source == r"\hat p = \frac{x}{n}"
    assert source == CodeSpan(r"\unheardof{a}")
    assert text.children[4] == TextRun(", $5 to $10.")


@pytest.mark.parametrize(
    "output",
    [
        data({"image/png": PNG}, alt="A white pixel"),
        data({"image/png": PNG}, **{"image/png": {"alt": "A white pixel"}}),
        data({"image/svg+xml": DOT}, alt="A white pixel", caption="Seen"),
    ],
)
def test_an_image_with_words_is_taken(output):
    [got] = one(code(output))
    assert isinstance(got, DocumentFigure)
    assert got.picture.alt == "A white pixel"


def test_an_image_attached_to_markdown_is_taken():
    cell = md("![A pixel](attachment:a.png)") | {"attachments": {"a.png": {"image/png": PNG}}}
    [got] = one(cell)
    assert isinstance(got, DocumentFigure)
    assert got.picture.kind == "png"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (code(data({"image/png": PNG})), "an image has no alt text"),
        (code(data({"image/svg+xml": DOT}, alt="  ")), "an image has no alt text"),
        (md("![](data:image/png;base64," + PNG + ")"), "an image has no alt text"),
        (md("![A chart](chart.png)"), "image 'chart.png' is not inside the notebook; attach it to the cell"),
        (
            code(data({"image/png": "bm90IGFuIGltYWdl"}, alt="An image")),
            "an image cannot be read as image/png",
        ),
        (code(data({"image/svg+xml": "<svg"}, alt="An image")), "an image cannot be read as image/svg+xml"),
        (
            code({"output_type": "error", "ename": "KeyError", "evalue": "'x'", "traceback": []}),
            "KeyError: 'x'",
        ),
        (code(data({MIME: {"type": "tabel"}})), "a block that cannot be read: unknown block type 'tabel'"),
    ],
)
def test_what_cannot_be_printed_names_notebook_and_cell(cell, message):
    with pytest.raises(BespokeError) as caught:
        one(md("text"), cell)
    assert str(caught.value).startswith(f"01_one.ipynb: cell 3: {message}")


def test_an_error_in_an_explored_cell_does_not_matter():
    failed = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
    assert [plain(b.children) for b in one(code(failed, tags=("explore",)), md("after"))] == ["after"]


def test_markdown_keeps_its_structure_and_tags_mean_what_they_mean():
    source = (
        "## Part\n\n- a\n  1. b\n\n> q\n\n```py\nx = 1\n```\n\n| h | n |\n|---|--:|\n| *c* | 2 |\n\n"
        "Raw <b>raw</b> &amp; \\&amp;<!-- no -->"
    )
    body = one(md(source))
    assert [type(b).__name__ for b in body] == [
        "Heading",
        "Listing",
        "BlockQuote",
        "CodeBlock",
        "DocumentTable",
        "Paragraph",
    ]
    assert isinstance(body[0], Heading)
    assert body[4].columns[1].numeric
    assert isinstance(body[5], Paragraph)
    assert plain(body[5].children) == "Raw raw & &amp;"
    assert body[5].children[1] == Styled("strong", [TextRun("raw")])


def test_a_row_of_the_wrong_length_is_refused():
    columns = (show.Column(key="a", title="A"),)
    bad = show.Table(label="tbl-a", caption="c", columns=columns, rows=((1,), (1, 2)))
    with pytest.raises(BespokeError, match="table tbl-a: row 2 does not have 1 cells, one for each column"):
        one(code(block(bad)))


def test_a_single_notebook_has_no_chapters_and_plain_numbers():
    notebook = Notebook("notes", {"cells": [md("# Notes"), code(figure("fig-a")), md("kept", "summary")]})
    report = volumes.build_single(notebook)
    [section] = report.chapters
    assert (section.name, section.heading) == ("", "Notes")
    assert section.body[0].number == "Figure 1"
    assert plain(section.body[1].children) == "kept"


def test_phrases_follow_the_language():
    report = volumes.build([Notebook("01_a", {"cells": [code(figure("fig-a"))]})], "de")
    assert report.chapters[0].name == "Kapitel 1"
    assert report.chapters[0].body[0].number == "Abbildung 1.1"
    with pytest.raises(BespokeError, match="language 'fr' has no phrases; known are en, de, es"):
        volumes.build([], "fr")


def test_notebooks_stand_in_the_report_where_they_say_and_others_behind_the_one_before():
    report = build(
        ("01_a", [md("# A", "place:2"), md("a")]),
        ("own", [md("# Own"), md("o")]),
        ("02_b", [md("# B", "place:1"), md("b"), md("more", "evidence")]),
        ("late", [md("# Late"), md("l")]),
    )
    assert [(s.name, s.topic) for s in report.chapters] == [
        ("Chapter 1", "B"), ("Chapter 2", "A"), ("Chapter 3", "Own"), ("Chapter 4", "Late"),
    ]  # fmt: skip


def test_a_link_into_the_other_volume_says_so():
    report = build(
        (
            "01_a",
            [
                md("# A\n\nSee [it](#tbl-far) and [there](#ch-02_b)."),
                code(table("tbl-far"), tags=("evidence",)),
            ],
        ),
        ("02_b", [md("# B"), md("Back to [A](#ch-01_a).", "evidence")]),
    )
    links = [piece for piece in report.chapters[0].body[0].children if isinstance(piece, Link)]
    assert [(plain(one.children), one.url, one.elsewhere) for one in links] == [
        ("Table E1.1", "#tbl-far", True), ("Evidence 2", "#ev-02_b", True),
    ]  # fmt: skip
    [back] = [piece for piece in report.evidence[1].body[0].children if isinstance(piece, Link)]
    assert (plain(back.children), back.elsewhere) == ("Chapter 1", True)


def test_a_glossary_explains_the_words_that_the_report_uses():
    """As whole words, in the plural too, abbreviations in capitals only; the evidence has a use of its own."""
    columns = (show.Column(key="term", title="Term"), show.Column(key="meaning", title="Meaning"))
    terms = ("Batch", "RAG", "P10, P90", "Step", "Flip point", "TTL")
    glossary = show.Table(
        label="tbl-glossary",
        caption="Terms",
        columns=columns,
        rows=tuple((t, "x") for t in terms),
        glossary=True,
    )
    book = Notebook(
        "01_a",
        {
            "cells": [
                md("# A"),
                code(block(show.Finding(text="Two batches"))),
                md("Take the steps, no rag; below P90."),
                md("A flip point.", "evidence"),
                code(block(glossary)),
            ]
        },
    )
    found = next(b for b in volumes.build([book]).chapters[0].body if isinstance(b, DocumentTable))
    assert [row[0] for row in found.rows] == ["Batch", "P10, P90", "Step"]
    assert found.values is not None
    assert [row[0] for row in found.values] == ["Batch", "P10, P90", "Step"]


def test_an_image_of_a_notebook_is_text_where_it_is_svg_and_base64_else() -> None:
    packed = base64.b64encode(DOT.encode()).decode()
    assert decoded("image/svg+xml", DOT) == DOT.encode()
    assert decoded("image/svg+xml", ["\n", DOT]) == f"\n{DOT}".encode()  # nbformat: one string or its lines
    assert decoded("image/svg+xml", packed) == DOT.encode()
    assert decoded("image/png", packed) == DOT.encode()
    with pytest.raises(ValueError, match="base64"):
        decoded("image/png", "<a>")
