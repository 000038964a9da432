"""What must not get out of a run, and what must not get into one."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

from bespoke import cli
from bespoke.inspection import client_index
from bespoke.runner.cache import manifest as manifests
from tests.conftest import ROOT
from tests.faults.conftest import SMALLEST, add_client, bespoke, files_of

SECRETS = {
    "ANTHROPIC_API_KEY": "sk-ant-planted-1a2b3c",
    "AWS_SECRET_ACCESS_KEY": "planted/aws/4d5e6f",
    "OPENAI_API_KEY": "sk-planted-7g8h9i",
    "GITHUB_TOKEN": "ghp_planted0j1k2l",
    "DATABASE_PASSWORD": "planted-3m4n5o",
}
ESCAPES = (
    "\x1b]0;title\x07\x1b[31mred\x1b[0m\u202egnirts"  # terminal escapes, and text that runs the other way
)
INJECTED = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    '#panic("typst") #image("/etc/passwd") $ x $ *b* _i_ `c` @ref <label>',
    "{{7*7}}{% include '/etc/passwd' %}${7*7}<%= 7*7 %>",
    "**bold** [click](javascript:alert(3)) ![x](file:///etc/passwd)",
    "=HYPERLINK(1) +1 -1 @SUM(A1)",
)
TRAP = 'raise SystemExit("a template of the current folder was read")'


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A run with secrets around it, traps beside it and injections in it; its folder and what it said."""
    folder = tmp_path_factory.mktemp("planted-path-marker")
    client = add_client(folder)
    _inject(client)
    _lay_traps(folder)
    here = {
        **os.environ,
        **SECRETS,
        "PYTHONSAFEPATH": "1",
        "PYTHONPATH": str(ROOT),
    }  # as the `bespoke` command does
    done = bespoke("run", SMALLEST, cwd=folder, env=here)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout + done.stderr


def test_no_secret_and_no_path_is_in_any_file_or_line(planted: tuple[Path, str]) -> None:
    folder, said = planted
    marks = [
        *SECRETS.values(),
        str(folder),
        "planted-path-marker",
        sys.prefix,
        sys.base_prefix,
        str(ROOT),
        f"{Path.home()}/",
        *(host for host in [socket.gethostname()] if len(host) > 6),
        "/ipykernel_",
    ]
    files = {**files_of(folder / "reports"), "said": said.encode()}
    files["manifest"] = (folder / "reports" / SMALLEST / "manifest.json").read_bytes()
    files["pdf"] = _everything_in(folder / "reports" / SMALLEST / "report.pdf").encode()
    for name, content in files.items():
        assert not [mark for mark in marks if mark.encode() in content], name


def test_text_of_the_client_is_inert_everywhere(planted: tuple[Path, str]) -> None:
    folder, said = planted
    report = folder / "reports" / SMALLEST
    page = (report / "report.html").read_text(encoding="utf-8")
    assert page.count("<script") == 1  # the page's own, which its policy names by its hash
    assert "onerror=alert" not in re.sub(r"&lt;.*?&gt;", "", page)
    assert 'href="javascript:' not in page
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses
    assert [address for address in addresses if address.startswith("file:")] == []
    text = "".join(_everything_in(report / "report.pdf").split())
    for injection in INJECTED[:3]:
        assert "".join(injection.split()) in text, injection
    assert not {"\x1b", "\x07"} & set(said + page + text)
    assert "\u202e" not in said


def test_the_list_of_clients_shows_text_as_text(planted: tuple[Path, str]) -> None:
    """Its advice names a task, whose name is the client's; a failure quotes what is wrong."""
    folder, _ = planted
    (folder / "reports" / SMALLEST / "problems.txt").write_text(
        f"x: {' '.join(INJECTED)} {ESCAPES}\n", encoding="utf-8"
    )
    manifest = folder / "reports" / SMALLEST / "manifest.json"
    kept = manifest.read_bytes()
    told = manifests.read(manifest.parent)
    assert told is not None
    told.advice, told.stale, told.as_of = f"{' '.join(INJECTED)} {ESCAPES}", [INJECTED[0]], INJECTED[0]
    told.write(manifest.parent)
    client_index.write(folder / "reports", folder / "client_data")
    manifest.write_bytes(kept)
    (folder / "reports" / SMALLEST / "problems.txt").unlink()
    page = (folder / "reports/index.html").read_text(encoding="utf-8")
    assert not {"\x1b", "\x07", "\u202e"} & set(page)
    found = BeautifulSoup(page, "html.parser")
    assert {tag.name for tag in found.find_all()} <= {
        "html", "head", "meta", "title", "style", "body", "main", "h1", "p", "table", "thead", "tbody", "tr", "th",
        "td", "a", "br", "span",
    }  # fmt: skip
    assert [tag["href"] for tag in found.find_all("a")] == [
        f"{SMALLEST}/report.html",
        f"{SMALLEST}/report.pdf",
        f"{SMALLEST}/evidence.pdf",
    ]
    assert found.text.count(INJECTED[0]) == 4


COMMANDS = (
    ("check", SMALLEST), ("run", SMALLEST), ("explain", SMALLEST, "printed"), ("explain", SMALLEST, ESCAPES),
    ("compare", SMALLEST, "2026-01-01", "2026-11-20"), ("compare", SMALLEST, ESCAPES, "x"), ("check", ESCAPES),
    ("run", ESCAPES), ("run", SMALLEST, "--only", ESCAPES), ("run", SMALLEST, "--as-of", ESCAPES),
    ("run", SMALLEST, "-p", f"{ESCAPES}=1"), ("run", SMALLEST, "-p", f"draws={ESCAPES}"),
    ("run", SMALLEST, "--cluster", ESCAPES), ("run", SMALLEST, "--client-data", f"s3://{ESCAPES}/x"),
    ("run", SMALLEST, "--client-data", ESCAPES), ("new", ESCAPES), ("report", ESCAPES), ("facts", "--as-of", ESCAPES),
    ("dataset", "convert", ESCAPES, "csv", "out"), ("dataset", "convert", "tasks.csv", ESCAPES, "out"),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: ascii(" ".join(command)))
def test_no_command_writes_escapes_to_the_terminal(
    command: tuple[str, ...], planted: tuple[Path, str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """Neither what the client's files hold, faulty or not, nor what was typed. `printed` stands for a hostile name
    in the report of a client that is sound."""
    folder = Path(shutil.copytree(planted[0], tmp_path / "work"))
    if "printed" not in command:
        _spoil(folder / "client_data" / SMALLEST)
    command = tuple("{{7*7}}" if word == "printed" else word for word in command)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", ["bespoke", *command])
    with suppress(SystemExit):
        cli.main()
    said = "".join(capsys.readouterr())
    assert said
    assert said.replace("\n", "").isprintable(), ascii(said)
    assert "a fault of bespoke itself" not in said


def _spoil(client: Path) -> None:
    """Faults whose lines quote the client's own text, keys and file names."""
    with (client / "tasks.csv").open("a", encoding="utf-8") as file:
        file.write(f"{ESCAPES},{ESCAPES},{ESCAPES},{ESCAPES}\n")
    with (client / "failures.csv").open("a", encoding="utf-8") as file:
        file.write(f"HL-998,{ESCAPES},x,x,x,x,{ESCAPES},{ESCAPES},\n")
    with (client / "engagement.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\n{json.dumps(ESCAPES)}: {json.dumps(ESCAPES)}\n")
    (client / f"{ESCAPES}.csv").write_text("x\n", encoding="utf-8")
    (client / "dataset" / f"{ESCAPES}.jsonl").write_text("{}\n", encoding="utf-8")


def test_templates_and_settings_beside_the_client_are_not_read(planted: tuple[Path, str]) -> None:
    """The run above passed with traps in every place where Jupyter, IPython and matplotlib look."""
    folder, _ = planted
    assert not list(folder.rglob("sprung"))


def test_a_warning_in_a_notebook_names_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bespoke import workbook

    monkeypatch.setattr(warnings, "formatwarning", warnings.formatwarning)
    shutil.copytree(ROOT / "client_data" / SMALLEST, tmp_path / SMALLEST)
    workbook.open("01_task_audit", client=SMALLEST, client_data=str(tmp_path), reports=str(tmp_path))
    shown = warnings.formatwarning(UserWarning("no glyph"), UserWarning, "/usr/lib/x.py", 3)
    assert shown == "UserWarning: no glyph\n"


def test_kernels_are_not_given_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    from bespoke.runner.kernels.execute import _inherited

    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    assert not set(SECRETS) & _inherited().keys()
    assert "PATH" in _inherited()


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX sockets")
def test_kernels_listen_on_no_network_port(tmp_path: Path) -> None:
    import nbformat

    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "p"}})
    source = "import json; from ipykernel.connect import get_connection_info as g; print(json.loads(g())['transport'])"
    book.cells = [nbformat.v4.new_code_cell(source)]
    nbformat.write(book, tmp_path / "where.ipynb")
    script = (
        "from pathlib import Path; from bespoke.runner.kernels.execute import execute; "
        "execute(Path('where.ipynb'), Path('out.ipynb'), {}, {})"
    )
    for plain in ("", "1"):
        environment = {**os.environ, "BESPOKE_PLAIN_KERNELS": plain}
        subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, check=True)
        ran = nbformat.read(tmp_path / "out.ipynb", as_version=4)
        assert ran.cells[0].outputs[0].text.strip() == "ipc"


def _inject(client: Path) -> None:
    """Into the client's name, a task's name, and the words of the failures."""
    first, second, third, fourth, fifth = INJECTED
    engagement = client / "engagement.yaml"
    quoted = first.replace('"', '\\"')
    text = engagement.read_text(encoding="utf-8")
    engagement.write_text(
        text.replace("client: Harbour Legal LLP", f'client: "{quoted} Harbour"'), encoding="utf-8"
    )
    tasks = (client / "tasks.csv").read_text(encoding="utf-8")
    for name, injection in (
        ("Risk memos in the house style", second),
        ("Clause summaries", f"{third}{ESCAPES}".replace("\u202e", "")),  # a name that holds it is refused
    ):
        tasks = tasks.replace(name, '"' + injection.replace('"', '""') + '"')
    (client / "tasks.csv").write_text(tasks, encoding="utf-8")
    failures = (client / "failures.csv").read_text(encoding="utf-8").rstrip("\n")
    words = f"{fourth} {fifth} {ESCAPES}".replace('"', '""')
    row = f'HL-999,risk_memo,"{words}","{words}","{words}","{words}",,,'
    (client / "failures.csv").write_text(f"{failures}\n{row}\n", encoding="utf-8")


def _lay_traps(folder: Path) -> None:
    client = folder / "client_data" / SMALLEST
    for place in (folder, client):
        for name in ("templates/report/typst/look.typ", "templates/report/html/report.css", "index.html.j2"):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text('#panic("sprung") {{ sprung }} sprung', encoding="utf-8")
        (place / "matplotlibrc").write_text("font.size: 40\nsavefig.facecolor: red\n", encoding="utf-8")
        (place / "jupyter_nbconvert_config.py").write_text(TRAP, encoding="utf-8")
        (place / "ipython_config.py").write_text(TRAP, encoding="utf-8")
        for module in ("sitecustomize", "holidays", "scipy", "IPython", "ipykernel", "matplotlib_inline"):
            (place / f"{module}.py").write_text(TRAP, encoding="utf-8")


def _everything_in(path: Path) -> str:
    """Text, metadata and every readable stream of a PDF."""
    pdf = PdfReader(path)
    parts = [str(pdf.metadata), str(pdf.xmp_metadata.stream.get_data() if pdf.xmp_metadata else "")]
    parts += [page.extract_text() for page in pdf.pages]
    for number in range(1, len(pdf.xref[0]) if 0 in pdf.xref else 0):
        parts.append(str(pdf.get_object(number)))
    return "\n".join(parts)
