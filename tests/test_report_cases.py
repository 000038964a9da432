"""Notebooks that other tools stumble over, each with what a reader must find in the report."""

import base64
import io
import json
import threading
import time
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pypdf
import pytest
from nbformat import v4
from PIL import Image

from bespoke.errors import BespokeError
from bespoke.report import pandoc, volumes
from bespoke.report.document import Notebook
from bespoke.report.exporters import HTMLExporter, PDFExporter
from bespoke.report.model import (
    Block,
    Break,
    CalloutBox,
    CodeBlock,
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
    walk,
)
from bespoke.report.outputs import ReadingOptions

LENIENT = ReadingOptions(strict=False)


def picture(kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (100, 50)) -> str:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def md(source: str, **attachments: Any) -> Any:
    return v4.new_markdown_cell(source, attachments={k.replace("_", "."): v for k, v in attachments.items()})


def shown(data: dict[str, Any], **metadata: Any) -> Any:
    return v4.new_code_cell("code()", outputs=[v4.new_output("display_data", data, metadata=metadata)])


def html(source: str, **metadata: Any) -> Any:
    return shown({"text/html": source, "text/plain": "<HTML>"}, **metadata)


def printed(text: str) -> Any:
    return v4.new_code_cell("code()", outputs=[v4.new_output("stream", name="stdout", text=text)])


def notebook(*cells: Any, **metadata: Any) -> Any:
    return v4.new_notebook(cells=[v4.new_markdown_cell("# T"), *cells], metadata=metadata)


def body(*cells: Any, options: ReadingOptions = LENIENT, **metadata: Any) -> list[Block]:
    """The blocks of a notebook with these cells; the first cell after the title is cell 2."""
    return read(*cells, options=options, **metadata).chapters[0].body


def read(*cells: Any, options: ReadingOptions = LENIENT, **metadata: Any) -> Document:
    return volumes.build_single(Notebook("x", notebook(*cells, **metadata), "x.ipynb"), "en", options)


def pdf(*cells: Any, **traits: Any) -> pypdf.PdfReader:
    made, _ = PDFExporter(as_of="2026-11-20", **traits).from_notebook_node(notebook(*cells))
    return pypdf.PdfReader(io.BytesIO(made))


def words(reader: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in reader.pages)


def cells_of(table: Block) -> list[list[str]]:
    assert isinstance(table, DocumentTable)
    return [[plain(cell) for cell in row] for row in table.rows]


def titles(table: Block) -> list[str]:
    assert isinstance(table, DocumentTable)
    return [column.title for column in table.columns]


# -- words wider than a line -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "letter", "count"),
    [
        ("." * 600 + " done", ".", 600),
        ("=" * 2000, "=", 2000),
        (",".join(["7"] * 3000), "7", 3000),
        ("y" * 31_000, "y", 31_000),
    ],
)
def test_a_word_with_any_number_of_places_to_break_is_printed_whole(text, letter, count):
    assert words(pdf(printed(text))).count(letter) - "".join(words(pdf())).count(letter) == count


@pytest.mark.parametrize("letter", ".)]}!?/:;,'\u201d")
def test_a_row_of_punctuation_stays_on_the_page(letter):
    """Unicode's rules of breaking lines hold closing marks together even over a space."""
    text = letter * 600
    for cell in (printed(text), md(f"`{text}`"), html(f"<table><tr><td>{text}</td><td>1</td></tr></table>")):
        assert pdf(cell).pages[0].extract_text().count("\n") >= 600 // 200


@pytest.mark.parametrize("word", [":kind", "/usr/bin", ".5", "!important"])
def test_words_that_begin_with_a_mark_stay_on_the_page(word):
    """After a space too Unicode's rules keep such a mark with the word before it."""
    text = " ".join([word] * 100)
    for cell in (printed(text), md(text)):
        assert (
            max(map(len, pdf(cell).pages[0].extract_text().splitlines())) < 120
        )  # the text has 300 to 1,100


def test_a_long_word_in_prose_is_printed_whole():
    assert words(pdf(md("see " + "q" * 2000))).count("q") == 2000


# -- tables ------------------------------------------------------------------------------------------


def test_cells_stand_in_their_place_of_the_grid_under_a_row_that_spans():
    [table] = body(
        html(
            "<table><thead><tr><th>Time</th><th>Mon</th><th>Tue</th><th>Wed</th></tr></thead><tbody>"
            "<tr><td>9</td><td>A</td><td rowspan=2>Workshop</td><td>B</td></tr>"
            "<tr><td>10</td><td>C</td><td>D</td></tr></tbody></table>"
        )
    )
    assert titles(table) == ["Time", "Mon", "Tue", "Wed"]
    assert cells_of(table) == [["9", "A", "Workshop", "B"], ["10", "C", "", "D"]]
    assert table.spans == {(0, 2): (2, 1)}


def test_the_titles_of_a_head_of_two_lines_are_joined_column_by_column():
    [table] = body(
        html(
            "<table><thead><tr><th colspan=2>Half</th><th rowspan=2>Total</th></tr><tr><th>a</th><th>b</th></tr>"
            "</thead><tbody><tr><td>1</td><td>2</td><td>3</td></tr></tbody></table>"
        )
    )
    assert titles(table) == ["Half · a", "Half · b", "Total"]
    assert cells_of(table) == [["1", "2", "3"]]


def test_a_span_beyond_the_table_ends_with_it():
    [table] = body(
        html("<table><tr><td rowspan=9>a</td><td colspan=5>b</td></tr><tr><td>c</td></tr></table>")
    )
    assert [row[:2] for row in cells_of(table)] == [["a", "b"], ["", "c"]]
    assert table.spans[0, 0] == (2, 1)


def test_spans_that_are_no_counts_lose_no_cell():
    [table] = body(
        html('<table><tr><td rowspan="0">a</td><td colspan="-1">b</td></tr><tr><td>c</td></tr></table>')
    )
    assert cells_of(table) == [["a", "b"], ["", "c"]]
    assert table.spans == {(0, 0): (2, 1)}


def test_a_hierarchical_index_keeps_its_merged_rows():
    [table] = body(
        html(
            '<table><thead><tr><th></th><th></th><th>n</th></tr></thead><tbody><tr><th rowspan="2">EU</th>'
            "<th>a</th><td>1</td></tr><tr><th>b</th><td>2</td></tr></tbody></table>"
        )
    )
    assert cells_of(table) == [["EU", "a", "1"], ["", "b", "2"]]
    assert [c.numeric for c in table.columns] == [False, False, True]


def test_merged_cells_are_merged_in_pdf_and_page():
    cell = html("<table><tr><td rowspan=2>Workshop</td><td>B</td></tr><tr><td>D</td></tr></table>")
    assert [words(pdf(cell)).count(word) for word in ("Workshop", "B", "D")] == [1, 1, 1]
    page, _ = HTMLExporter().from_notebook_node(notebook(cell))
    assert '<td class="short" rowspan="2">Workshop</td>' in page


def test_a_table_without_a_head_has_none_and_keeps_equal_rows():
    rows = [("pass", "0"), ("fail", "3"), ("pass", "0"), ("pass", "0")]
    cells = "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in rows)
    [table] = body(html(f"<table><tbody>{cells}</tbody></table>"))
    assert table.headless
    assert cells_of(table) == [list(row) for row in rows]


def test_tags_that_html_lets_one_leave_out_are_put_in():
    [table] = body(html("<table><tr><th>a<th>b<tr><td>1<td>2<tr><td>3<td>4</table>"))
    assert titles(table) == ["a", "b"]
    assert cells_of(table) == [["1", "2"], ["3", "4"]]


def test_text_between_the_rows_stands_in_front_of_the_table():
    """Julia's data frames until 2022: `<tbody><p>2 rows</p><tr>`."""
    text, table = body(html("<table><tbody><p>2 rows</p><tr><td>1</td></tr><tr><td>2</td></tr></table>"))
    assert plain(text.children) == "2 rows"
    assert cells_of(table) == [["1"], ["2"]]


def test_text_around_tables_is_kept_in_order():
    blocks = body(html("<p>before</p><table><tr><td>1</td></tr></table><p>after</p>"))
    assert [type(b) for b in blocks] == [Paragraph, DocumentTable, Paragraph]


def test_twenty_columns_are_set_in_parts_that_repeat_the_index_and_break_no_number():
    names = [f"a_rather_long_name_{i}" for i in range(20)]
    head = "".join(f"<th>{name}</th>" for name in names)
    figures = "".join(f"<td>{i}23456.789012</td>" for i in range(10, 30))
    rows = "".join(f"<tr><th>row{n}</th>{figures}</tr>" for n in range(3))
    text = words(pdf(html(f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>")))
    parts = text.count("row0")
    assert parts >= 2
    assert text.count("row2") == parts
    for i in range(10, 30):
        assert text.count(f"{i}23456.789012") == 3
    assert all(name in text.replace("\n", "") for name in names)


def test_a_merged_cell_is_cut_where_its_columns_part():
    from bespoke.report import columns

    head = "".join(f"<th>column_number_{i}</th>" for i in range(16))
    row = "<td>k</td><td colspan=14>over all</td><td>z</td>"
    wide = "".join(f"<td>{i}23456.7890</td>" for i in range(16))
    [table] = body(html(f"<table><thead><tr>{head}</tr></thead><tbody><tr>{row}</tr><tr>{wide}</tr></table>"))
    parts = columns.parts(table, turn=False)
    assert len(parts) > 1
    assert all("over all" in [plain(cell) for cell in part.rows[0]] for part in parts)
    assert sum(len(part.columns) - 1 for part in parts) == 15


# -- the richest form that can be printed ------------------------------------------------------------


def test_a_latex_table_gives_way_to_its_html():
    latex = "\\begin{tabular}{lr}\nDep. Variable: & y\n\\end{tabular}"
    [table] = body(shown({"text/latex": latex, "text/html": "<table><tr><td>y</td></tr></table>"}))
    assert cells_of(table) == [["y"]]


def test_a_latex_table_alone_is_read():
    [table] = body(shown({"text/latex": "\\begin{tabular}{lr}\na & b\\\\\n1 & 2\n\\end{tabular}"}))
    assert [plain(cell) for row in table.rows for cell in row][-2:] == ["1", "2"]


def test_a_formula_in_latex_comes_before_its_text():
    [text] = body(shown({"text/latex": "$\\displaystyle x^{2}$", "text/plain": "x**2"}))
    assert isinstance(text.children[0], Formula)


def test_a_picture_in_html_is_printed():
    [figure] = body(html(f'<img src="data:image/png;base64,{picture()}" alt="A black box">'))
    assert isinstance(figure, DocumentFigure)
    assert (figure.picture.alt, figure.picture.width) == ("A black box", 50)


def test_a_picture_on_the_web_leaves_its_words_a_link_and_a_warning():
    report = read(
        html('<img src="https://example.org/a.png" alt="Sales">'), md("![b](https://example.org/b.svg)")
    )
    first, second = (block.children[0] for block in report.chapters[0].body)
    assert first == Link("https://example.org/a.png", [TextRun("Sales")])
    assert second == Link("https://example.org/b.svg", [TextRun("b")])
    assert [problem.column for problem in report.notices] == ["cell 2", "cell 3"]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"application/vnd.plotly.v1+json": {"data": []}, "text/html": "<div id='a'></div>"}, "plotly"),
        ({"application/vnd.bokehjs_exec.v0+json": "", "application/javascript": "1"}, "bokeh"),
        ({"text/html": "<div id='vis'></div><script>1</script>", "text/plain": "alt.Chart(...)"}, "altair"),
        ({"text/html": '<div><span>Make this Notebook Trusted to load map: File</span><iframe srcdoc="x">'
                       "</iframe></div>"}, "iframe"),
        ({"application/vnd.jupyter.widget-view+json": {"model_id": "q"}, "text/plain": "HBox()"}, "widget"),
        ({"text/html": "<video src='a.mp4'></video>"}, "video"),
        ({"text/html": "<canvas id='c'></canvas><script>draw()</script>"}, "canvas"),
        ({"application/javascript": "element.append(1)"}, ""),
        ({"application/geo+json": {}, "text/plain": "<IPython.display.GeoJSON object>"}, "geo"),
        ({"video/mp4": "AAAA", "text/plain": "<IPython.core.display.Video object>"}, "mp4"),
    ],
)  # fmt: skip
def test_what_only_a_browser_draws_leaves_a_box_that_names_the_cell(data, name):
    report = read(shown(data))
    [box] = report.chapters[0].body
    assert isinstance(box, CalloutBox)
    text = plain(box.body[0].children)
    assert text.startswith("Cell 2 shows")
    assert name in text
    assert [notice.column for notice in report.notices] == ["cell 2"]


VEGA = {
    "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
    "data": {"values": [{"a": 1}, {"a": 2}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a", "type": "quantitative"}},
}


@pytest.mark.parametrize(
    "data",
    [
        {"application/vnd.vegalite.v5+json": VEGA, "text/plain": "alt.Chart(...)"},
        {
            "text/html": f"<div id='v'></div><script>(function(spec, o){{ }})({json.dumps(VEGA)}, {{}});</script>"
        },
    ],
)
def test_a_chart_of_altair_is_drawn_where_its_renderer_is_installed(data):
    pytest.importorskip("vl_convert")
    [figure] = body(shown(data, alt="Two bars"))
    assert isinstance(figure, DocumentFigure)
    assert figure.picture.alt == "Two bars"


PLOTLY = {"data": [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}], "layout": {"title": {"text": "Two bars"}}}


@pytest.mark.parametrize(
    "data",
    [
        {"application/vnd.plotly.v1+json": PLOTLY},
        {
            "text/html": f'<div id="x"></div><script>Plotly.newPlot("x", {json.dumps(PLOTLY["data"])}, '
            f"{json.dumps(PLOTLY['layout'])}, {{}})</script>"
        },
    ],
)
def test_a_chart_of_plotly_is_drawn_where_its_renderer_is_installed(data):
    pytest.importorskip("plotly")
    pytest.importorskip("kaleido")
    [figure] = body(shown(data, alt="Two bars"))
    assert isinstance(figure, DocumentFigure)
    assert figure.picture.alt == "Two bars"


def test_a_script_that_only_prepares_later_ones_leaves_nothing():
    assert body(shown({"text/html": "<script>window.PlotlyConfig = {}</script>"})) == []
    assert body(shown({"application/javascript": "x", "application/vnd.bokehjs_load.v0+json": "x"})) == []
    assert body(html("<style>table { color: red }</style>")) == []


def test_a_widget_with_its_state_is_printed_as_it_looked():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "box"}}
    state = {
        "box": {"model_name": "HBoxModel", "state": {"children": ["IPY_MODEL_a", "IPY_MODEL_b", "IPY_MODEL_c"]}},
        "a": {"model_name": "HTMLModel", "state": {"value": "<b>100%</b>"}},
        "b": {"model_name": "FloatProgressModel", "state": {"value": 3.0, "max": 3.0}},
        "c": {"model_name": "DropdownModel",
              "state": {"description": "Plan", "_options_labels": ["a", "b"], "index": 1}},
    }  # fmt: skip
    widgets = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    assert body(shown(view), widgets=widgets) == [CodeBlock("100% 3 of 3 Plan: b")]


def test_json_is_printed_where_its_text_only_names_it():
    data = {"application/json": {"a": 1}, "text/plain": "<IPython.core.display.JSON object>"}
    assert body(shown(data)) == [CodeBlock('{\n  "a": 1\n}')]


def test_a_folded_repr_gives_way_to_its_text():
    sklearn = '<style>#a</style><div id="sk-1" class="sk-top-container"><div>LinearRegression()</div></div>'
    assert body(shown({"text/html": sklearn, "text/plain": "LinearRegression()"})) == [
        CodeBlock("LinearRegression()")
    ]


# -- Markdown ----------------------------------------------------------------------------------------


def test_raw_html_in_markdown_means_what_it_means():
    source = (
        'CO<sub>2</sub> is <b>up</b>.<br>See <a id="sec"></a>below.\n\n| a | b |\n|--|--|\n| one<br>two | x |\n\n'
        '<div class="alert alert-info"><b>Tip:</b> read this.</div>\n\n<center>mid</center>\n\n'
        "<details><summary>More</summary>inside</details>\n\n"
        '<img src="attachment:a.png" width="200" alt="A box"/>'
    )
    text, table, tip, mid, more, inside, box = body(md(source, a_png={"image/png": picture()}))
    assert plain(text.children) == "CO2 is up. See below."
    styles = [child.style for child in text.children if isinstance(child, Styled)]
    assert styles == ["sub", "strong"]
    assert any(isinstance(child, Break) for child in text.children)
    assert plain(table.rows[0][0]) == "one two"
    assert isinstance(tip, CalloutBox)
    assert plain(tip.body[0].children) == "Tip: read this."
    assert [plain(b.children) for b in (mid, more, inside)] == ["mid", "More", "inside"]
    assert isinstance(box, DocumentFigure)
    assert (box.picture.alt, box.picture.width, box.picture.height) == ("A box", 150, 75)  # 200 CSS pixels


def test_an_html_table_in_markdown_is_a_table():
    [table] = body(md("<table>\n<tr><th>a</th><th>b</th></tr>\n<tr><td>1</td><td>$x_1$</td></tr>\n</table>"))
    assert titles(table) == ["a", "b"]
    assert isinstance(table.rows[0][1][0], Formula)


def test_a_table_at_the_end_of_a_cell_keeps_its_last_row():
    [table] = body(md("|a|\n|--|\n|1|\n|``2``|"))
    assert cells_of(table) == [["1"], ["2"]]


def test_footnotes_tasks_and_heading_links():
    blocks = body(md("## My part\n\nA[^1] [back](#My-part) [gone](#nowhere)\n\n- [x] done\n\n[^1]: the note"))
    heading, text, tasks, _, notes = blocks
    assert isinstance(heading, Heading)
    assert text.children[1] == Styled("super", [TextRun("1")])
    [link] = [child for child in text.children if isinstance(child, Link)]
    assert link.url == f"#{heading.label}" != "#"
    assert plain(text.children).endswith("back gone")
    assert plain(tasks.items[0][0].children) == "☒ done"
    assert plain(notes.items[0][0].children) == "the note"


def test_a_link_inside_the_notebook_works_in_pdf_and_page():
    cell = md("[down](#The-end)\n\n## The end\n\n[anchor](#here) <a name='here'></a>")
    assert len(pdf(cell).pages) == 1
    page, _ = HTMLExporter().from_notebook_node(notebook(cell))
    assert 'href="#ch-Notebook--0"' in page
    assert 'id="ch-Notebook--0"' in page


def test_raw_cells_are_read_in_the_format_they_name():
    raw = v4.new_raw_cell("<b>x</b>", metadata={"format": "text/html"})
    front = v4.new_raw_cell("---\ntitle: t\n---")
    assert body(raw, front) == [Paragraph([Styled("strong", [TextRun("x")])])]


# -- maths -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "typst", "display"),
    [
        ("\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}", "a & = b\\\nc & = d", True),
        ("$$\\begin{bmatrix}1 & 2\\\\3 & 4\\end{bmatrix}$$", 'mat(delim: "[", 1, 2; 3, 4)', True),
        ("$x \\le y$", "x lt.eq y", False),
        ("$ x = 1 $", "x = 1", False),
        ("$a_1 * b_1 * c$", "a_1 * b_1 * c", False),
        ("\\[ E = mc^2 \\]", "E = m c^2", True),
        ("\\\\[ E = mc^2 \\\\]", "E = m c^2", True),
        ("\\(y_1\\)", "y_1", False),
        ("$$\nx\n\n= 1\n$$", "x = 1", True),
        ("\\begin{equation*}\nx \\tag{3}\n\\end{equation*}", 'x #h(2em) upright("(3)")', True),
        ("$$\\begin{cases}1 & x>0\\\\0\\end{cases}$$", 'cases(delim: "{", 1 & x > 0, 0)', True),
        ("$\\lVert x \\rVert$", "lr(bar.v.double x bar.v.double)", False),
    ],
)
def test_maths_is_set_as_jupyter_sets_it(source, typst, display):
    [text] = body(md(source))
    [formula] = text.children
    assert isinstance(formula, Formula)
    assert formula.typst.replace("\\*", "*") == typst
    assert formula.display is display
    assert formula.mathml.startswith("<math ")


def test_a_macro_holds_from_where_it_is_defined_on():
    [text] = body(md("$\\newcommand{\\R}{\\mathbb{R}}$"), md("$x \\in \\R$"))
    assert text.children[0].typst == "x in bb(R)"


@pytest.mark.parametrize("text", ["$5 to $10", "\\$a\\$", "`$x$`", "a \\[1\\] b", "C:\\(dir\\)"])
def test_what_is_no_maths_stays_text(text):
    found = [child for block in body(md(text)) for child in block.children]
    assert not any(isinstance(child, Formula) for child in found)


def test_formulas_reach_pdf_and_page():
    cell = md("Rate $\\hat p = \\frac{x}{n}$:\n\n$$\\sum_{i=1}^n x_i \\implies 1$$")
    text = words(pdf(cell))
    assert "∑" in text
    page, _ = HTMLExporter().from_notebook_node(notebook(cell))
    assert '<math display="block"' in page


# -- images ------------------------------------------------------------------------------------------


def test_an_image_beside_the_notebook_is_embedded(tmp_path):
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "my plot.png").write_bytes(base64.b64decode(picture()))
    options = ReadingOptions(folder=tmp_path)
    [figure] = body(md("![A black box](img/my%20plot.png)"), options=options)
    assert figure.picture.alt == "A black box"
    [figure] = body(html('<img src="img/my plot.png" alt="A black box">'), options=options)
    assert isinstance(figure, DocumentFigure)


def test_an_image_that_is_not_there_leaves_its_words_and_a_warning(tmp_path):
    report = read(md("![A chart](img/gone.png)"), options=ReadingOptions(strict=False, folder=tmp_path))
    assert plain(report.chapters[0].body[0].children) == "[Picture missing: A chart]"
    assert "img/gone.png" in str(report.notices[0])


def test_figures_without_alt_text_take_a_stand_in_and_each_is_named():
    image = {"image/png": picture()}
    report = read(md("## Sales"), shown(image), shown(image, caption="Sales grew"))
    _, first, second = report.chapters[0].body
    assert first.picture.alt == "Figure in “Sales”, no description"
    assert second.picture.alt == "Sales grew"
    assert [notice.column for notice in report.notices] == ["cell 3", "cell 4"]
    assert all(notice.warning for notice in report.notices)


def test_strict_names_all_figures_without_alt_text_at_once():
    image = {"image/png": picture()}
    with pytest.raises(BespokeError) as caught:
        read(shown(image), shown(image), options=ReadingOptions(strict=True))
    assert [problem.column for problem in caught.value.problems] == ["cell 2", "cell 3"]
    with pytest.raises(BespokeError, match="cell 2: an image has no alt text"):
        PDFExporter(strict=True).from_notebook_node(notebook(shown(image)))


@pytest.mark.parametrize(
    ("kind", "mode", "media"),
    [("JPEG", "CMYK", "image/jpeg"), ("GIF", "P", "image/gif"), ("WEBP", "RGB", "image/webp"),
     ("BMP", "RGB", "image/bmp"), ("PNG", "RGBA", "image/png"), ("PNG", "I;16", "image/png")],
)  # fmt: skip
def test_every_kind_of_pixels_is_printed(kind, mode, media):
    cell = shown({media: picture(kind, mode)}, alt="A black box")
    assert body(cell)[0].picture.kind in ("png", "jpeg")
    assert len(pdf(cell).pages[0].images) == 1


def test_a_character_that_no_face_has_leaves_the_others_as_they_are():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="60" viewBox="0 0 300 60">'
        '<text x="5" y="20" font-family="Helvetica" font-size="16">株式会社 ACME</text>'
        '<text x="5" y="50" font-family="Times,serif" font-size="14">Node 2</text></svg>'
    )
    made = pdf(shown({"image/svg+xml": svg}, alt="A label"))
    assert "□□□□ ACME" in words(made)
    fonts = {str(font["/BaseFont"]) for font in made.pages[0]["/Resources"]["/Font"].get_object().values()
             for font in [font.get_object()]}  # fmt: skip
    assert not any("Libertinus" in font for font in fonts)
    assert any("SourceSerif" in font for font in fonts)


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ('<foreignObject width="9" height="9"><p>x</p></foreignObject>', "foreignObject"),
        ('<image href="https://example.org/x.png" width="9" height="9"/>', "https://example.org/x.png"),
    ],
)
def test_what_of_a_drawing_no_typesetter_draws_is_said(inside, said):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60">{inside}</svg>'
    report = read(shown({"image/svg+xml": svg}, alt="A drawing"))
    assert said in str(report.notices[0])


# -- what programs print -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown_as"),
    [
        ("\r1/3 loss: 1.00\r2/3 loss: 0.50\r3/3 loss: 0.33\n", "3/3 loss: 0.33"),
        ("\b\b\b\b  0%\b\b\b\b100%\n", "100%"),
        ("abcdef\rXY", "XYcdef"),
        ("old text\x1b[2K\rnew", "new"),
        ("old\r\x1b[Knew", "new"),
        ("a\r\nb\r\n", "a\nb"),
        ("\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\ \x1b[1;31mred\x1b[0m", "link red"),
    ],
)
def test_overwritten_lines_end_as_a_terminal_shows_them(text, shown_as):
    assert body(printed(text)) == [CodeBlock(shown_as)]


def test_what_was_printed_in_pieces_is_one():
    outputs = [v4.new_output("stream", name="stdout", text=part) for part in ("1%", "\r2%", "\n")]
    assert body(v4.new_code_cell("x", outputs=outputs)) == [CodeBlock("2%")]


def test_a_pre_keeps_its_lines_and_lists_and_paragraphs_are_such():
    pre, listing, one, two = body(
        html("<pre><span>Rich</span>\n┏━┓\n┃ A ┃\n</pre>"),
        html("<ol><li>First</li><li>Second</li></ol><p>Para one.</p><p>Para two.</p>"),
    )
    assert pre == CodeBlock("Rich\n┏━┓\n┃ A ┃")
    assert isinstance(listing, Listing)
    assert [plain(item[0].children) for item in listing.items] == ["First", "Second"]
    assert [plain(b.children) for b in (one, two)] == ["Para one.", "Para two."]


def test_rs_inline_lists_stand_on_a_line_and_its_names_beside_their_values():
    vector, named = body(
        html("<style>x</style>\n<ol class=list-inline>\n\t<li>1</li>\n\t<li>2</li>\n</ol>\n"),
        html("<dl>\n\t<dt>$a</dt>\n\t\t<dd>3</dd>\n</dl>\n"),
    )
    assert plain(vector.children) == "1 · 2"
    assert plain(named.items[0][0].children) == "$a: 3"


def test_an_error_that_is_meant_is_printed():
    error = v4.new_output(
        "error", ename="ValueError", evalue="no", traceback=["\x1b[31mValueError\x1b[0m: no"]
    )
    cell = v4.new_code_cell("x", outputs=[error], metadata={"tags": ["raises-exception"]})
    assert body(cell) == [CodeBlock("ValueError: no")]
    failed = [v4.new_code_cell("x", outputs=[error]) for _ in range(2)]
    with pytest.raises(BespokeError) as caught:
        body(*failed)
    assert [problem.column for problem in caught.value.problems] == ["cell 2", "cell 3"]
    assert body(v4.new_code_cell("x", outputs=[error]), options=ReadingOptions(allow_errors=True)) != []


def test_a_long_output_is_cut_in_the_middle_and_counted():
    [block] = body(printed("\n".join(f"line {i}" for i in range(20_000))))
    lines = block.text.split("\n")
    assert lines[:2] == ["line 0", "line 1"]
    assert lines[-1] == "line 19999"
    assert "… 19,500 lines left out …" in lines
    [block] = body(printed("a\nb\nc\nd\ne"), options=ReadingOptions(strict=False, max_lines=2))
    assert block.text == "a\n\n… 3 lines left out …\n\ne"
    [block] = body(printed("x\n" * 600), options=ReadingOptions(strict=False, max_lines=0))
    assert block.text.count("x") == 600


def test_a_long_table_is_cut_in_the_middle_and_counted():
    rows = "".join(f"<tr><th>{i}</th><td>v{i} &amp; w</td></tr>\n" for i in range(5000))
    source = f"<table><thead><tr><th></th><th>v</th></tr></thead><tbody>{rows}</tbody></table>"
    report = read(html(source))
    [table] = report.chapters[0].body
    assert len(table.rows) == 1001
    assert cells_of(table)[499:502] == [
        ["499", "v499 & w"],
        ["… 4,000 rows left out …", ""],
        ["4500", "v4500 & w"],
    ]
    assert "max_rows" in str(report.notices[0])
    [whole] = body(html(source), options=ReadingOptions(strict=False, max_rows=0))
    assert cells_of(whole) == [[str(i), f"v{i} & w"] for i in range(5000)]


def test_long_outputs_take_no_longer_than_five_seconds():
    """Of this process: the machine may be busy with other things."""
    rows = "".join(
        "<tr>" + "".join(f"<td>{i * j / 7:.4f}</td>" for j in range(6)) + "</tr>" for i in range(5000)
    )
    head = "<thead><tr>" + "".join(f"<th>c{j}</th>" for j in range(6)) + "</tr></thead>"
    for cell in (
        printed("\n".join(map(str, range(20_000)))),
        html(f"<table>{head}<tbody>{rows}</tbody></table>"),
    ):
        began = time.process_time()
        assert pdf(cell).pages
        assert time.process_time() - began < 5


# -- the file itself ---------------------------------------------------------------------------------


@pytest.mark.parametrize("papermill", [None, {"start_time": "soon"}, {"start_time": None}, "x"])
def test_metadata_of_papermill_that_says_no_day_is_passed_over(papermill):
    made, _ = PDFExporter().from_notebook_node(notebook(papermill=papermill))
    assert pypdf.PdfReader(io.BytesIO(made)).metadata.title == "T"


def test_nothing_is_fetched_and_no_file_outside_is_opened(tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(base64.b64decode(picture()))
    (tmp_path / "in").mkdir()
    absolute = md(f"![a]({secret})")
    report = read(
        absolute,
        md(f'<img src="file://{secret}" alt="b">'),
        options=ReadingOptions(strict=False, folder=tmp_path / "in"),
    )
    assert [type(block) for block in walk(report.chapters[0].body)] == [Paragraph, Paragraph]
    assert len(report.notices) == 2
    include = md("\\input{/etc/passwd} <iframe src='file:///etc/passwd'></iframe>")
    assert "root:" not in str(body(include))


def test_a_formula_that_the_typesetter_refuses_leaves_its_source():
    from bespoke.report import typesetting
    from bespoke.report.report_cover import Cover

    report = read(md("Good $x_1$ and bad $y$."))
    good, bad = typesetting.formulas_of(report.chapters[0].body)
    bad.typst = "nosuchword(y)"  # what a new version of pandoc may write for a new one of Typst
    typesetting.settle_formulas(report)
    assert (good.typst, bad.typst) == ("x_1", "")
    cover = Cover("", date(2026, 11, 20))
    made = typesetting.pdf(typesetting.source(report, cover, "single"), cover)
    assert "bad y." in words(pypdf.PdfReader(io.BytesIO(made)))


def test_reading_asks_no_address_and_opens_no_file(tmp_path):
    (tmp_path / "secret.html").write_text("<p>SECRET</p>")
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address, file = f"http://127.0.0.1:{server.server_port}/x", tmp_path / "secret.html"
        tags = "".join(
            f'<{tag} src="{place}"></{tag}>' for tag in ("iframe", "embed") for place in (address, file)
        )
        trees = pandoc.read(
            [
                pandoc.PandocInput("html", f'{tags}<img src="{address}"><object data="{address}"></object>'),
                pandoc.PandocInput("jupyter", tags),
                pandoc.PandocInput("latex", f"\\input{{{file}}} \\includegraphics{{{address}}}"),
            ]
        )
        server.shutdown()
    assert asked == []
    assert "SECRET" not in str(trees)


def test_pandoc_is_started_again_after_it_ended():
    assert pandoc.read([pandoc.PandocInput("house", "a")]) == [[{"t": "Para", "c": [{"t": "Str", "c": "a"}]}]]
    running = pandoc.PROCESS._running
    assert running is not None
    running.kill()
    running.wait()
    assert pandoc.read([pandoc.PandocInput("house", "b")]) == [[{"t": "Para", "c": [{"t": "Str", "c": "b"}]}]]


# -- kinds found in further notebooks ----------------------------------------------------------------


def test_a_table_with_fewer_col_elements_than_columns_keeps_all_its_cells():
    [table] = body(
        html(
            "<table><colgroup><col><col></colgroup><tr><td>a</td><td>1</td><td>2</td><td>3</td></tr></table>"
        )
    )
    assert cells_of(table) == [["a", "1", "2", "3"]]


def test_a_title_that_reaches_beyond_the_columns_makes_no_empty_ones():
    [table] = body(
        html(
            "<table><thead><tr><th colspan=99>All</th></tr></thead><tbody><tr><td>1<td>2<td>3</tbody></table>"
        )
    )
    assert (titles(table), cells_of(table)) == (["All"] * 3, [["1", "2", "3"]])


def test_a_cell_that_is_not_shown_shifts_no_other():
    [table] = body(
        html(
            "<table><tr><th></th><th>price</th></tr>"
            '<tr><td>x</td><td style="display:none">y</td><td>3</td></tr></table>'
        )
    )
    assert cells_of(table)[-1] == ["x", "3"]


def test_a_dollar_in_a_code_ends_no_formula():
    [paragraph] = body(md("Costs $5 and $6 each, `$not maths$`, $x_1$."))
    assert [f.source for f in paragraph.children if isinstance(f, Formula)] == ["x_1"]
    assert plain(paragraph.children).startswith("Costs $5 and $6 each, $not maths$")


def test_tabs_go_to_the_next_eighth_column_as_in_a_terminal():
    [block] = body(printed("a\tb\n12\t3"))
    assert block.text == "a       b\n12      3"


def test_what_a_drawing_only_refers_to_is_an_outline_and_said():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="90" height="50">'
        '<image x="1" width="40" height="40" xlink:href="https://x.example/a.png"></image>'
        '<text y="20">kept</text></svg>'
    )
    found = read(shown({"image/svg+xml": svg}))
    assert any("refers to 'https://x.example/a.png'" in str(notice) for notice in found.notices)
    assert "kept" in words(pdf(shown({"image/svg+xml": svg})))


def test_a_very_long_formula_is_broken_and_not_shrunk_to_nothing():
    terms = "+".join(f"x_{{{n}}}" for n in range(80))
    lines = pdf(shown({"text/latex": f"$\\displaystyle {terms}$"})).pages[0].extract_text().splitlines()
    assert len(lines) > 4


def test_letters_that_no_face_draws_are_named(caplog):
    pdf(md("日本 ok"))
    assert "2 characters that no face has are boxes (日 本)" in caplog.text


def test_a_file_that_is_no_notebook_is_one_line(tmp_path):
    (tmp_path / "torn.ipynb").write_text('{"cells": [', encoding="utf-8")
    with pytest.raises(BespokeError, match=r"^torn\.ipynb: not a notebook that can be read$"):
        PDFExporter().from_filename(str(tmp_path / "torn.ipynb"))
