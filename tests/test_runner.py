"""From client folder to report: what runs, what does not, and what is left when something fails."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import nbformat
import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from bespoke import clients
from bespoke.chapters.registry import CHAPTERS
from bespoke.errors import BespokeError
from bespoke.report import typesetting
from bespoke.report.colour import contrast
from bespoke.report.document import read, split
from bespoke.report.model import (
    BlockQuote,
    DocumentFigure,
    DocumentTable,
    Heading,
    Paragraph,
    Section,
    Tiles,
    plain,
    walk,
)
from bespoke.report.volumes import assembled, build
from bespoke.runner import report_additions
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.report_additions import cover_of
from bespoke.show import style
from bespoke.show.blocks import shown_in
from tests.conftest import EXAMPLES, ROOT
from tests.faults.conftest import files_of, only_in_full, take_last_row


def bespoke(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bespoke", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, **env},
    )  # fmt: skip


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of the three example clients, run once."""
    folder = tmp_path_factory.mktemp("run")
    shutil.copytree(ROOT / "client_data", folder / "client_data")
    (folder / "reports").mkdir()
    done = bespoke("run", "--all", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "reports"


@pytest.mark.parametrize("client", EXAMPLES)
def test_no_heading_of_a_report_stands_over_nothing(reports: Path, client: str) -> None:
    notebooks = sorted((reports / client / "notebooks").glob("*.ipynb"))
    for section in build([read(path) for path in notebooks], "en").sections:
        for block, after in zip(section.body, [*section.body[1:], None], strict=True):
            if isinstance(block, Heading):
                assert after is not None, block
                assert not isinstance(after, Heading) or after.level > block.level, block


@pytest.mark.parametrize("client", EXAMPLES)
def test_a_run_leaves_report_notebooks_results_and_manifest(reports: Path, client: str) -> None:
    folder = reports / client
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {"report.pdf", "report.html", "manifest.json"} <= names
    assert {f"notebooks/{stem}.ipynb" for stem in CHAPTERS} <= names
    manifest = json.loads((folder / "manifest.json").read_text())
    assert set(manifest["notebooks"]) == set(CHAPTERS)
    assert all(
        set(n["seconds"]) == {"kernel", "imports", "cells", "save"} for n in manifest["notebooks"].values()
    )
    assert manifest["inputs"]["tasks.csv"]
    assert manifest["facts"]["routes.yaml"]


@pytest.mark.parametrize("client", EXAMPLES)
def test_the_pdf_reads_back_with_outline_tags_and_every_chapter(reports: Path, client: str) -> None:
    pdf = PdfReader(reports / client / "report.pdf")
    text = "\n".join(page.extract_text() for page in pdf.pages)
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"].startswith("en")
    titles = [str(item.title) for item in pdf.outline if not isinstance(item, list)]
    assert len(titles) >= 8
    for number in range(1, 9):
        assert f"Chapter {number}" in text
    evidence = PdfReader(reports / client / "evidence.pdf")
    more = "\n".join(page.extract_text() for page in evidence.pages)
    for appendix in ("Evidence", "Sources and dates", "Assumptions log", "Data log", "Methods"):
        assert appendix in more
    assert "Traceback" not in text
    assert "�" not in text


LACKING = {
    ("harbour_legal", "05_icd10_evaluation"),
    ("atlas_payments", "05_icd10_evaluation"),
}  # no coded notes


@pytest.mark.parametrize("client", EXAMPLES)
def test_every_chapter_shows_a_figure_and_a_table_or_says_what_it_lacks(reports: Path, client: str) -> None:
    for stem in CHAPTERS:
        book = nbformat.read(reports / client / "notebooks" / f"{stem}.ipynb", as_version=4)
        kinds = [
            output.data["application/vnd.bespoke.block+json"]["type"]
            for cell in book.cells if cell.cell_type == "code"
            for output in cell.outputs if "application/vnd.bespoke.block+json" in output.get("data", {})
        ]  # fmt: skip
        if (client, stem) in LACKING:
            assert kinds == ["left_out"]
        else:
            assert {"finding", "figure", "table"} <= set(kinds), stem
            assert "left_out" not in kinds, stem


PAGES = {"meridian_health": 24, "harbour_legal": 22, "atlas_payments": 20}  # of the report at most

INTERNAL = re.compile(  # what a client should not have to know: files, keys, rules, commands, words of ours
    r"\.(csv|yaml|jsonl|json|py|ipynb)\b|<task_id>|\b[a-z]+_[a-z_]+\b|\brungs?\b|\blevers?\b|\bremed(y|ies)\b"
    r"|source document|pip install|\bbespoke [a-z]"
)
CLUMSY = re.compile(  # what no person would write
    r"(?<![\d.,-])1 (?!was|has|is|falls|reaches\b)[a-z]+s\b|every row of 1|at most 0|: keep\b"
    r"|\(s\)|First (\w+), then \1\b| [,.;] |\.\.$|\bNone\b$|nan"
)
QUOTES = ("tbl-failures-samples", "tbl-icd10-annotated")  # tables of the client's own words


def _texts(section: Section) -> Iterator[str]:
    """Every text of a section that is ours: what quotes the client is left out."""
    yield section.heading
    for block in section.body:
        if isinstance(block, BlockQuote):
            continue
        for one in walk([block]):
            if isinstance(one, Paragraph | Heading):
                yield plain(one.children)
            elif isinstance(one, DocumentTable) and not one.label.startswith(QUOTES):
                yield from (one.caption, one.source, *(f"{c.title} {c.unit}" for c in one.columns))
                yield from (plain(cell) for row in one.rows for cell in row)
            elif isinstance(one, DocumentFigure):
                yield from (one.caption, one.source)
            elif isinstance(one, Tiles):
                yield from (f"{tile.label} {tile.value} {tile.note}" for tile in one.items)


@pytest.mark.parametrize("client", EXAMPLES)
def test_the_report_is_short_and_the_evidence_holds_the_rest(reports: Path, client: str) -> None:
    report, evidence = (
        len(PdfReader(reports / client / f"{name}.pdf").pages) for name in ("report", "evidence")
    )
    assert report <= PAGES[client] < evidence


@pytest.mark.parametrize("client", EXAMPLES)
def test_the_report_speaks_as_a_person_would(reports: Path, client: str) -> None:
    notebooks = sorted((reports / client / "notebooks").glob("*.ipynb"))
    texts = [text for one in build([read(path) for path in notebooks], "en").report for text in _texts(one)]
    assert [text for text in texts if INTERNAL.search(text)] == []
    assert [text for text in texts if CLUMSY.search(text)] == []


@pytest.mark.parametrize("client", EXAMPLES)
def test_the_summary_holds_nothing_that_the_rest_does_not_say(reports: Path, client: str) -> None:
    """Its amounts stand in advice.json, which the plans are printed from."""
    saved = json.loads((reports / client / "advice.json").read_text())
    front = build([read(p) for p in sorted((reports / client / "notebooks").glob("*.ipynb"))], "en").front
    assert front is not None
    tiles = next(block for block in front.body if isinstance(block, Tiles))
    for tile, key in zip(tiles.items, ("today", "monthly", "one_off", "first_year"), strict=False):
        total = sum(task[key] for task in saved["tasks"])
        assert int(re.sub(r"\D", "", tile.value)) == pytest.approx(total, abs=1), tile
    table = next(block for block in front.body if isinstance(block, DocumentTable))
    assert [row[0] for row in table.rows] == [
        task.name for task in clients.load(ROOT / "client_data", client).tasks
    ]


def test_the_three_examples_get_three_different_answers(reports: Path) -> None:
    def advice(client: str, task_id: str) -> tuple[str, str]:
        """The route of the first step, and that of the likely end."""
        saved = json.loads((reports / client / "advice.json").read_text())
        task = next(task for task in saved["tasks"] if task["task_id"] == task_id)
        return task["first_step"]["route"], next(s["route"] for s in task["plan"] if s["likely_end"])

    assert advice("meridian_health", "note_structuring")[0] == "deidentify"  # two rows identify somebody
    assert advice("meridian_health", "prior_auth_routing") == ("model_change", "model_change")
    assert advice("meridian_health", "discharge_instructions")[0] == "measure"  # 36 cases tell nothing
    assert advice("harbour_legal", "risk_memo")[0] == "structured_output"
    assert advice("harbour_legal", "precedent_qa")[0] == "measure"
    assert advice("atlas_payments", "txn_classification") == ("small_encoder", "small_encoder")


def test_no_output_names_a_path_of_this_machine(reports: Path) -> None:
    marks = (str(reports.parent), str(ROOT), str(Path.home()) + "/")
    for path in reports.rglob("*"):
        if path.is_file() and path.suffix in (".json", ".ipynb", ".html"):
            text = path.read_text(encoding="utf-8")
            assert not [mark for mark in marks if mark in text], path


def test_a_second_run_changes_nothing_and_says_so(reports: Path) -> None:
    before = (reports / "harbour_legal/report.pdf").stat().st_mtime_ns
    done = bespoke("run", "harbour_legal", cwd=reports.parent)
    assert done.returncode == 0
    assert done.stdout.count("unchanged") == len(CHAPTERS) + 1
    assert (reports / "harbour_legal/report.pdf").stat().st_mtime_ns == before


def test_the_same_inputs_give_the_same_bytes(reports: Path, tmp_path: Path) -> None:
    """Also where nothing can be forked, and from the checkout itself, as `make report` runs."""
    shutil.copytree(ROOT / "client_data", tmp_path / "client_data")
    places = ("--client-data", str(tmp_path / "client_data"), "--reports", str(tmp_path / "reports"))
    done = bespoke("run", "harbour_legal", *places, cwd=ROOT, BESPOKE_PLAIN_KERNELS="1")
    assert done.returncode == 0, done.stdout + done.stderr
    mine, forked = files_of(tmp_path / "reports/harbour_legal"), files_of(reports / "harbour_legal")
    assert mine.keys() == forked.keys()
    assert [name for name in mine if mine[name] != forked[name]] == []


def test_several_clients_where_nothing_can_be_forked_get_the_same_notebooks(
    reports: Path, tmp_path: Path
) -> None:
    """As on Windows and macOS: a command for each client, a plain kernel for each notebook."""
    shutil.copytree(ROOT / "client_data", tmp_path / "client_data")
    options = ("--all", "--jobs", "2", "--only", "01")
    done = bespoke("run", *options, cwd=tmp_path, BESPOKE_PLAIN_KERNELS="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 clients done; " in done.stdout
    assert sorted(line[:5] for line in done.stdout.splitlines() if line[0] == "[") == [
        "[1/3]",
        "[2/3]",
        "[3/3]",
    ]
    for client in EXAMPLES:
        mine, forked = files_of(tmp_path / "reports" / client), files_of(reports / client)
        stems = ("01_task_audit", "02_failure_modes", "03_dataset_readiness", "04_evaluation")
        assert set(mine) == {f"notebooks/{s}.ipynb" for s in stems} | {f"results/{s}.json" for s in stems}
        assert [name for name in mine if mine[name] != forked[name]] == []


def test_one_changed_row_runs_only_what_depends_on_it(reports: Path, tmp_path: Path) -> None:
    done = run_again_without_the_last_row("atlas_payments", "phases.csv", reports, tmp_path)
    ran = sorted(line for line in done.splitlines() if "ran in" in line)
    assert [line.split(": ")[1] for line in ran] == ["07_timeline", "08_recommendation"]
    assert "phases.csv changed" in ran[0]


@pytest.mark.parametrize(
    ("client", "changed"),
    [
        ("harbour_legal", "failures.csv"),
        pytest.param("meridian_health", "failures.csv", marks=only_in_full),
        pytest.param("atlas_payments", "phases.csv", marks=only_in_full),
    ],
)
def test_after_a_changed_row_the_report_is_the_one_of_a_first_run(
    reports: Path, tmp_path: Path, client: str, changed: str
) -> None:
    """Figures and pages taken again are those that would be made now."""
    run_again_without_the_last_row(client, changed, reports, tmp_path)
    done = bespoke("run", client, "--reports", "first", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    again, first = files_of(tmp_path / "reports" / client), files_of(tmp_path / "first" / client)
    assert again.keys() == first.keys()
    assert [name for name in again if again[name] != first[name]] == []


@pytest.mark.parametrize("same_code", [True, False])
def test_a_figure_is_taken_from_the_last_run_of_the_same_code_only(
    reports: Path, tmp_path: Path, same_code: bool
) -> None:
    """A mark is planted in the figures of the last run, as if it had drawn them so."""
    copy_client("harbour_legal", reports, tmp_path)
    folder = tmp_path / "reports/harbour_legal"
    notebook = folder / "notebooks/07_timeline.ipynb"
    mark = "<!-- of the last run -->"
    notebook.write_text(notebook.read_text().replace("</svg>", f"{mark}</svg>"))
    noted = manifests.read(folder)
    assert noted is not None
    run = noted.notebooks["07_timeline"]
    run.outputs["notebooks/07_timeline.ipynb"] = hashlib.sha256(notebook.read_bytes()).hexdigest()
    if not same_code:  # a run of other code was killed after this notebook, say
        run.made_by = "other code"
    noted.write(folder)  # sealed, as that run would have
    take_last_row(tmp_path / "client_data/harbour_legal/failures.csv")
    done = bespoke("run", "harbour_legal", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "07_timeline: ran in" in done.stdout
    assert (mark in notebook.read_text()) is same_code


def test_a_notebook_begun_early_that_need_not_run_is_called_off(reports: Path, tmp_path: Path) -> None:
    """A notebook that is missing runs again; its result is the same, so nothing that reads it has to."""
    copy_client("harbour_legal", reports, tmp_path)
    before = files_of(tmp_path / "reports/harbour_legal")
    (tmp_path / "reports/harbour_legal/notebooks/02_failure_modes.ipynb").unlink()
    done = bespoke("run", "harbour_legal", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    ran = [line for line in done.stdout.splitlines() if "ran in" in line]
    assert len(ran) == 1
    assert "02_failure_modes: ran in" in ran[0]
    assert done.stdout.count(": unchanged") == len(CHAPTERS)  # six notebooks and the report
    assert files_of(tmp_path / "reports/harbour_legal") == before


def copy_client(client: str, reports: Path, folder: Path) -> None:
    for place in ("client_data", "reports"):
        shutil.copytree(reports.parent / place / client, folder / place / client)


def run_again_without_the_last_row(client: str, changed: str, reports: Path, folder: Path) -> str:
    """A copy of a report, and what the run said that came after the change."""
    copy_client(client, reports, folder)
    take_last_row(folder / "client_data" / client / changed)
    done = bespoke("run", client, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_failing_cell_stops_that_client_only_and_keeps_the_old_report(
    reports: Path, tmp_path: Path
) -> None:
    shutil.copytree(reports.parent, tmp_path / "work")
    work = tmp_path / "work"
    before = (work / "reports/atlas_payments/report.pdf").read_bytes()
    tasks = work / "client_data/atlas_payments/tasks.csv"
    tasks.write_text(tasks.read_text().replace("claude-haiku-4-5", "claude-haiku-9-9"))
    done = bespoke("run", "--all", cwd=work)
    assert done.returncode == 1
    assert "atlas_payments/tasks.csv:" in done.stdout
    assert "claude-haiku-9-9" in done.stdout
    assert "2 of 3 clients done; failed: atlas_payments" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert (work / "reports/atlas_payments/report.pdf").read_bytes() == before


def test_a_failing_notebook_is_named_with_its_cell_and_kept(tmp_path: Path) -> None:
    from bespoke.runner.kernels.execute import execute

    book = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "python3", "display_name": "p"}})
    book.cells = [nbformat.v4.new_code_cell("x = 1"), nbformat.v4.new_code_cell("1 / 0")]
    nbformat.write(book, tmp_path / "bad.ipynb")
    with pytest.raises(BespokeError) as caught:
        execute(tmp_path / "bad.ipynb", tmp_path / "out" / "bad.ipynb", {}, {})
    assert str(caught.value) == "bad.ipynb: cell 2: ZeroDivisionError: division by zero"
    assert not (tmp_path / "out/bad.ipynb").exists()
    kept = nbformat.read(tmp_path / "out/bad.failed.ipynb", as_version=4)
    (error,) = kept.cells[-1].outputs
    assert error.ename == "ZeroDivisionError"
    assert error.traceback
    assert not [line for line in error.traceback if sys.prefix in line or sys.base_prefix in line]


def test_plain_papermill_works_on_a_notebook(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "papermill", str(ROOT / "notebooks/06_cost_model.ipynb"), "out.ipynb",
            "-p", "client", "harbour_legal", "-p", "client_data", str(ROOT / "client_data"),
            "-p", "reports", str(tmp_path / "reports"), "-p", "draws", "200",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "reports/harbour_legal/results/06_cost_model.json").is_file()


def test_nothing_to_do_is_found_out_without_the_libraries(reports: Path) -> None:
    """The standard library and click: nothing else is imported to see that nothing has changed."""
    script = (
        "import sys; sys.argv = ['bespoke', 'run', 'harbour_legal']\n"
        "from bespoke.cli import main\n"
        "try: main()\nexcept SystemExit as stop: assert not stop.code\n"
        "heavy = {'pandas', 'papermill', 'numpy', 'pydantic', 'nbformat', 'zmq', 'yaml', 'matplotlib', 'typst'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=reports.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("unchanged") == len(CHAPTERS) + 1


def test_an_unchanged_client_still_says_its_warnings(reports: Path) -> None:
    said = bespoke("run", "meridian_health", cwd=reports.parent).stdout
    assert "current_prompt.jsonl: 3 of 112 cases have no line" in said


def test_a_second_run_of_one_client_waits_and_says_so(reports: Path, tmp_path: Path) -> None:
    from bespoke.runner.lock import one_at_a_time

    work = Path(shutil.copytree(reports.parent, tmp_path / "work"))
    with one_at_a_time(work / "reports/harbour_legal", lambda: None):
        second = subprocess.Popen(
            [sys.executable, "-m", "bespoke", "run", "harbour_legal", "--force", "--only", "01"],
            cwd=work, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert second.stdout is not None
        assert second.stdout.readline() == "harbour_legal: another run of this client is at work; waiting\n"
    with second:
        assert "01_task_audit: ran in" in second.stdout.read()
    assert second.returncode == 0


def test_the_manifest_tells_where_the_time_went(reports: Path) -> None:
    manifest = json.loads((reports / "meridian_health/manifest.json").read_text())
    spent = sum(sum(run["seconds"].values()) for run in manifest["notebooks"].values())
    assert manifest["wall_seconds"] > 0
    assert spent > 0
    assert set(manifest["render_seconds"]) == {"read", "html", "typst", "pdf", "write"}


def test_a_manifest_that_is_no_manifest_is_no_obstacle(reports: Path, tmp_path: Path) -> None:
    from bespoke.runner.cache import manifest

    folder = tmp_path / "harbour_legal"
    folder.mkdir()
    for content in ("", "[]", "{}", '{"client": 1}', "null", '{"notebooks": []}', "\x00"):
        (folder / "manifest.json").write_text(content)
        assert manifest.read(folder) is None
    text = (reports / "harbour_legal/manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace('"warnings": []', '"warnings": {}'))
    assert manifest.read(folder) is None
    assert manifest.unproven(folder) is None
    (folder / "manifest.json").write_text(text)
    assert manifest.read(folder) is not None


def test_the_page_of_all_clients_lists_state_advice_and_facts(reports: Path, tmp_path: Path) -> None:
    page = (reports / "index.html").read_text(encoding="utf-8")
    for client in EXAMPLES:
        assert f'<a href="{client}/report.pdf">PDF</a>' in page
    assert page.count(">done</td>") == len(EXAMPLES)
    assert ">2026-11-20</td>" in page
    assert page.count("No plan needs a model of its own") == 2
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_the_page_of_all_clients_shows_failures_escaped(tmp_path: Path) -> None:
    from bespoke.inspection import client_index

    client = tmp_path / "client_data/acme"
    client.mkdir(parents=True)
    (tmp_path / "reports/acme").mkdir(parents=True)
    (tmp_path / "reports/acme/problems.txt").write_text(
        "acme/tasks.csv:2: name: <script>x</script>\x1b[31m\nmore\n"
    )
    client_index.write(tmp_path / "reports", tmp_path / "client_data")
    page = (tmp_path / "reports/index.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;x&lt;/script&gt;\\x1b[31m (and 1 more)" in page
    assert "\x1b" not in page


def test_several_clients_tell_how_far_they_are(reports: Path, tmp_path: Path) -> None:
    work = Path(shutil.copytree(reports.parent, tmp_path / "work"))
    done = bespoke("run", "--all", "--jobs", "2", "--only", "01", "--force", cwd=work)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line[:5] for line in done.stdout.splitlines() if line.startswith("[")] == [
        "[1/3]",
        "[2/3]",
        "[3/3]",
    ]
    assert "3 of 3 clients done; " in done.stdout


# Of a page's text area, below its last ink. The evidence is looked up, not read through: its drawings are taller.
EMPTY = {"report": 0.4, "evidence": 0.5}


@pytest.mark.parametrize("paper", ["a4", "us-letter"])
@pytest.mark.parametrize("client", EXAMPLES)
def test_no_page_is_mostly_empty(reports: Path, client: str, paper: Literal["a4", "us-letter"]) -> None:
    """Of all pages but the cover and the last, which ends where the volume does; with the lines to sign on."""
    loaded = clients.load(ROOT / "client_data", client)
    folder, standing = reports / client, report_additions.Standing()
    cover = replace(cover_of(loaded, loaded.engagement.as_of), paper=paper)
    more = report_additions.additions(loaded, folder, standing)
    volumes: tuple[Literal["report", "evidence"], ...] = ("report", "evidence")
    for volume in volumes:
        parts = [split(read(folder / "notebooks" / f"{stem}.ipynb"), "en") for stem in CHAPTERS]
        source = typesetting.source(assembled(parts, "en", more), cover, volume)
        empty = [left_empty(page) for page in typesetting.png(source, cover, 36)[1:-1]]
        assert [n for n, share in enumerate(empty, 2) if share > EMPTY[volume]] == [], volume


def left_empty(page: bytes) -> float:
    """The share of a page between its margins, of 27 and 25 mm, that lies below the last ink."""
    drawn = np.asarray(Image.open(io.BytesIO(page)).convert("L")) < 215
    millimetre = 36 / 25.4
    text = drawn[round(27 * millimetre) : drawn.shape[0] - round(25 * millimetre)]
    inked = np.flatnonzero(text.any(axis=1))
    return 1 - (inked[-1] + 1) / len(text) if len(inked) else 1.0


@pytest.mark.parametrize("volume", ["report.pdf", "evidence.pdf"])
@pytest.mark.parametrize("client", EXAMPLES)
def test_no_type_is_smaller_than_8_points(reports: Path, client: str, volume: str) -> None:
    sizes: dict[float, str] = {}

    def note(text: str, page: list[float], line: list[float], font: object, size: float) -> None:
        if text.strip():
            drawn = size * math.hypot(line[2], line[3]) * math.hypot(page[2], page[3])
            sizes.setdefault(round(drawn, 2), text)

    for page in PdfReader(reports / client / volume).pages:
        page.extract_text(visitor_text=note)
    assert {size: text for size, text in sizes.items() if size < 8} == {}


@pytest.mark.parametrize("client", EXAMPLES)
def test_figures_hold_words_that_can_be_read_and_selected(reports: Path, client: str) -> None:
    """Words have a contrast of 4.5 with white, or are white on a mark that has it with them; marks have 3. Grid,
    bands behind the marks and shades of a map of counts, which bear their counts, are no marks."""
    quiet = {"none", "#ffffff", *(c.lower() for c in (style.RULE, style.BAND, "#E6E9EE"))}
    for stem in CHAPTERS:
        for block in shown_in(reports / client / "notebooks" / f"{stem}.ipynb"):
            if block["type"] != "figure":
                continue
            words = re.findall(r'<text style="([^"]*)"', block["svg"])
            assert words, block["label"]
            inks = {
                re.findall(r"fill: (#\w+)", looks)[-1] if "fill:" in looks else "#000000" for looks in words
            }
            inks -= {"#ffffff"}
            assert {ink for ink in inks if contrast(ink) < 4.5} == set(), block["label"]
            solid = re.findall(
                r'<(?:path|use)[^>]*style="(?![^"]*opacity)[^"]*(?:fill|stroke): (#\w+)', block["svg"]
            )
            marks = set(solid) - quiet
            assert {mark for mark in marks if contrast(mark) < 3} == set(), block["label"]
