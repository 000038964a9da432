"""A chapter of a house's own, by entry point: written as CONTRIBUTING says, in a package that is only on the path."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from nbformat import v4

from bespoke.chapters.registry import CHAPTERS
from tests.conftest import ROOT

CHAPTER = '''
"""How many tasks there are."""
from bespoke.chapters.registry import Chapter
from bespoke.results import Result


class Security(Result):
    tasks: int
    advised: int


def compute(client, facts, *, audit):
    return Security(tasks=len(client.tasks), advised=len(audit.tasks))


CHAPTER = Chapter(
    "55_security", "security", "Security", reads=("engagement.yaml", "tasks.csv"),
    needs={"audit": "01_task_audit"}, package="acme_house", after="01_task_audit",
)
'''
EXHIBITS = '''
"""The chapter on the page."""
from bespoke import show
from bespoke.chapters.registry import CHAPTERS


def finding(result):
    """How many tasks were looked at."""
    show.finding("{n} tasks were looked at for security", n=result.tasks)


def table(result):
    """The same as a table."""
    columns = [show.Column(key="n", title="Tasks", format="integer")]
    return show.table([(result.advised,)], label="tbl-security", caption="Tasks", columns=columns)
'''
OPEN = (
    "from bespoke import workbook\n\n"
    'book = workbook.open("55_security", client=client, client_data=client_data, reports=reports, as_of=as_of)'
)


def package(folder: Path) -> None:
    """`acme_house` as an installed package: its code, its notebook and its entry point."""
    house = folder / "acme_house"
    for room, text in (("chapters", CHAPTER), ("exhibits", EXHIBITS)):
        (house / room).mkdir(parents=True)
        (house / room / "security.py").write_text(text, encoding="utf-8")
    ours = nbformat.read(ROOT / "notebooks" / "01_task_audit.ipynb", as_version=4)
    cells = [
        v4.new_markdown_cell("# Security"),
        next(cell for cell in ours.cells if "parameters" in cell.metadata.get("tags", [])),
        v4.new_code_cell(OPEN),
        v4.new_code_cell("result = book.compute()\nexhibits = book.exhibits()\nexhibits.finding()"),
        v4.new_code_cell("exhibits.table()"),
    ]
    (house / "notebooks").mkdir()
    notebook = v4.new_notebook(cells=cells, metadata=ours.metadata)
    nbformat.write(notebook, house / "notebooks" / "55_security.ipynb")
    about = folder / "acme_house-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-house\nVersion: 1\n", encoding="utf-8")
    points = "[bespoke.chapters]\nsecurity = acme_house.chapters.security:CHAPTER\n"
    (about / "entry_points.txt").write_text(points, encoding="utf-8")


def test_a_chapter_of_a_house_stands_in_the_report(tmp_path: Path) -> None:
    package(tmp_path / "site")
    shutil.copytree(ROOT / "client_data" / "harbour_legal", tmp_path / "client_data" / "harbour_legal")
    (tmp_path / "reports").mkdir()

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "bespoke", *arguments], cwd=tmp_path, capture_output=True, text=True,
            timeout=300, check=False, env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "55_security: ran" in run("run", "harbour_legal")
    folder = tmp_path / "reports" / "harbour_legal"
    page = BeautifulSoup((folder / "report.html").read_text(encoding="utf-8"), "html.parser")
    chapters = [section["aria-labelledby"] for section in page.select("section.chapter")]
    assert chapters.index("ch-55_security") == chapters.index("ch-01_task_audit") + 1
    section = page.select_one("#ch-55_security").find_parent("section").get_text()
    assert "4 tasks were looked at for security" in section
    assert "Table 2.1. Tasks" in section
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["notebooks"]) == {*CHAPTERS, "55_security"}
    assert "55_security: unchanged" in run("run", "harbour_legal")
    assert "acme_house.chapters.security.compute" in run("explain", "harbour_legal", "tbl-security")


def test_a_point_that_leads_nowhere_is_one_line(tmp_path: Path) -> None:
    package(tmp_path / "site")
    point = tmp_path / "site" / "acme_house-1.dist-info" / "entry_points.txt"
    point.write_text("[bespoke.chapters]\nsecurity = acme_house.nowhere:CHAPTER\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "bespoke", "check", "harbour_legal"], cwd=ROOT, capture_output=True, text=True,
        timeout=60, check=False, env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    run = subprocess.run(
        [sys.executable, "-m", "bespoke", "run", "harbour_legal", "--reports", str(tmp_path)], cwd=ROOT,
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
    )  # fmt: skip
    assert run.returncode == 1
    assert "entry point security of bespoke.chapters cannot be loaded" in run.stderr + run.stdout
    assert "Traceback" not in run.stderr
