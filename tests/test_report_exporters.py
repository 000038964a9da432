"""The nbconvert exporters, on notebooks that know nothing of us."""

import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pypdf
import pytest
from nbconvert.exporters import get_exporter
from nbformat import v4

from bespoke.errors import BespokeError
from bespoke.report.exporters import HTMLExporter, PDFExporter, TypstExporter
from bespoke.report.menu import MenuHTMLExporter, MenuPDFExporter, MenuTypstExporter
from bespoke.report.outputs import ReadingOptions


def notebook(*outputs: Any) -> Any:
    cells = [
        v4.new_markdown_cell("# A study\n\nOf *things*."),
        v4.new_code_cell("code()", outputs=list(outputs)),
    ]
    return v4.new_notebook(cells=cells)


FRAME = v4.new_output("display_data", {"text/html": "<table><tr><th>n</th></tr><tr><td>7</td></tr></table>"})
ERROR = v4.new_output("error", ename="ValueError", evalue="no\nluck", traceback=["secret"])


@pytest.mark.parametrize(
    ("name", "kind", "extension"),
    [
        ("bespoke-typst", TypstExporter, ".typ"),
        ("bespoke-pdf", PDFExporter, ".pdf"),
        ("bespoke-html", HTMLExporter, ".html"),
    ],
)
def test_nbconvert_finds_them_by_name(name, kind, extension):
    assert get_exporter(name) is kind
    assert kind().file_extension == extension


@pytest.mark.parametrize("server", [None, False, True])
def test_a_jupyter_server_offers_the_names_of_its_menu_and_all_else_the_others(monkeypatch, server):
    """None: no part of a server is imported; False: it is, but none runs."""
    serverapp = SimpleNamespace(ServerApp=SimpleNamespace(initialized=lambda: server))
    monkeypatch.setitem(sys.modules, "jupyter_server.serverapp", None if server is None else serverapp)
    assert {kind().enabled for kind in (TypstExporter, PDFExporter, HTMLExporter)} == {not server}
    of_the_menu = (MenuTypstExporter, MenuPDFExporter, MenuHTMLExporter)
    assert {kind().enabled for kind in of_the_menu} == {bool(server)}


def test_a_notebook_becomes_a_pdf_with_its_title():
    body, _ = PDFExporter(as_of="2026-11-20").from_notebook_node(notebook(FRAME))
    pdf = pypdf.PdfReader(io.BytesIO(body))
    assert pdf.metadata.title == "A study"
    assert len(pdf.pages) == 1
    text = pdf.pages[0].extract_text()
    assert text.index("A study") < text.index("Of things.") < text.index("7")
    assert "code()" not in text


def test_a_notebook_becomes_a_page_and_a_typst_file():
    page, _ = HTMLExporter().from_notebook_node(notebook(FRAME))
    assert "<title>A study</title>" in page
    assert "code()" not in page
    source, _ = TypstExporter().from_notebook_node(notebook(FRAME))
    assert source.startswith('#let data(name) = ("frame.json": json(bytes(')


def test_an_error_in_the_notebook_is_one_line():
    with pytest.raises(BespokeError) as caught:
        PDFExporter().from_notebook_node(notebook(ERROR), {"metadata": {"name": "study"}})
    assert str(caught.value) == "study.ipynb: cell 2: ValueError: no luck"


def test_a_bad_date_is_one_line():
    with pytest.raises(BespokeError, match="as_of 'soon' is not a date; write it as 2026-11-20"):
        PDFExporter(as_of="soon").from_notebook_node(notebook())


def test_the_command_line_prints_no_traceback(tmp_path: Path):
    nbformat.write(notebook(ERROR), tmp_path / "study.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--log-level=ERROR", "--to", "bespoke-html", "study.ipynb"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "study.ipynb: cell 2: ValueError: no luck" in done.stderr.splitlines()
    assert "Traceback" not in done.stderr
    assert list(tmp_path.glob("*.html")) == []


def nbconvert(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nbconvert", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_warnings_stand_at_the_end_of_the_command(tmp_path: Path):
    plot = v4.new_output("display_data", {"text/html": "<canvas></canvas>"})
    nbformat.write(notebook(plot), tmp_path / "study.ipynb")
    done = nbconvert(tmp_path, "--to", "bespoke-html", "study.ipynb")
    assert done.returncode == 0
    assert "study.ipynb: cell 2: an interactive output (canvas) is not printed (warning)" in done.stderr


def test_a_notebook_is_executed_first_where_asked(tmp_path: Path):
    cells = [v4.new_markdown_cell("# A study"), v4.new_code_cell("print(6 * 7)")]
    nbformat.write(v4.new_notebook(cells=cells), tmp_path / "study.ipynb")
    done = nbconvert(tmp_path, "--execute", "--to", "bespoke-pdf", "study.ipynb")
    assert done.returncode == 0, done.stderr
    assert "42" in pypdf.PdfReader(tmp_path / "study.pdf").pages[0].extract_text()


def test_every_trait_says_what_it_does():
    traits = PDFExporter.class_own_traits(config=True) | PDFExporter.class_traits(config=True)
    ours = ("language", "accent", "paper", "fonts", "as_of", "strict", "max_lines", "max_rows", "stderr")
    assert all(len(traits[name].help) > 15 for name in ours)


def test_a_trait_that_is_not_given_leaves_what_a_notebook_is_read_with_anyway():
    traits, read = PDFExporter.class_traits(config=True), ReadingOptions()
    for name in ("max_lines", "max_rows", "stderr", "allow_errors"):
        assert traits[name].default_value == getattr(read, name)
    assert (read.max_lines, read.max_rows, read.stderr, read.allow_errors) == (500, 1000, False, False)
    assert traits["strict"].default_value is False, "on the command line a warning, in a report an error"
    assert read.strict is True


def test_export_takes_strict_and_knows_every_trait(tmp_path: Path):
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII="
    image = v4.new_output("display_data", {"image/png": png})
    nbformat.write(notebook(image, image), tmp_path / "study.ipynb")

    def export(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bespoke", "export", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    strict = export("study.ipynb", "--strict")
    assert strict.returncode == 1
    assert "study.ipynb: cell 2: an image has no alt text" in strict.stderr
    assert not (tmp_path / "study.pdf").exists()
    assert export("study.ipynb").returncode == 0
    assert (tmp_path / "study.pdf").exists()
    missing = export("nosuch.ipynb")
    assert missing.returncode == 1
    assert "no such notebook" in missing.stderr
    assert "--ReportExporter.max_lines" in export("--help-all").stdout


def test_a_command_whose_output_is_closed_does_its_work(tmp_path: Path):
    """`bespoke new acme >&-`"""
    shell = f"cd {tmp_path} && mkdir client_data && {sys.executable} -m bespoke new acme >&- 2>&-"
    assert subprocess.run(["sh", "-c", shell], check=False).returncode == 0
    assert (tmp_path / "client_data" / "acme" / "engagement.yaml").is_file()
