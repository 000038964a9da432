"""From client folder to report: what runs, what does not, and what is left when something fails."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from bespoke.chapters.registry import CHAPTERS
from bespoke.errors import BespokeError
from bespoke.runner.cache import manifest as manifests
from tests.conftest import EXAMPLES, ROOT
from tests.faults.conftest import files_of, take_last_row


def bespoke(*arguments: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bespoke", *arguments],
        cwd=cwd, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, **env},
    )  # fmt: skip


@pytest.fixture(scope="module")
def reports(ran_examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reports of the three example clients, beside their folders."""
    return Path(shutil.copytree(ran_examples, tmp_path_factory.mktemp("run") / "ran")) / "reports"


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


@pytest.mark.slow
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


# Chapter 2 reads them; audit, costs and timeline read its result, the recommendation theirs.
FROM_FAILURES = ["01_task_audit", "02_failure_modes", "06_cost_model", "07_timeline", "08_recommendation"]


@pytest.mark.parametrize(
    ("client", "changed", "again"),
    [
        ("harbour_legal", "failures.csv", FROM_FAILURES),
        pytest.param("meridian_health", "failures.csv", FROM_FAILURES, marks=pytest.mark.slow),
        pytest.param(
            "atlas_payments", "phases.csv", ["07_timeline", "08_recommendation"], marks=pytest.mark.slow
        ),
    ],
)
def test_one_changed_row_runs_what_depends_on_it_and_the_report_is_the_one_of_a_first_run(
    reports: Path, tmp_path: Path, client: str, changed: str, again: list[str]
) -> None:
    """Figures and pages taken again are those that would be made now."""
    said = run_again_without_the_last_row(client, changed, reports, tmp_path)
    ran = sorted(line for line in said.splitlines() if "ran in" in line)
    assert [line.split(": ")[1] for line in ran] == again
    assert any(f"{changed} changed" in line for line in ran)
    done = bespoke("run", client, "--reports", "first", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    taken, first = files_of(tmp_path / "reports" / client), files_of(tmp_path / "first" / client)
    assert taken.keys() == first.keys()
    assert [name for name in taken if taken[name] != first[name]] == []


@pytest.mark.parametrize("same_code", [pytest.param(True, marks=pytest.mark.slow), False])
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


def test_several_clients_tell_how_far_they_are(ran_examples: Path) -> None:
    said = (ran_examples / "said").read_text(encoding="utf-8")
    told = [line.split()[0] for line in said.splitlines() if line.startswith("[")]
    assert len(told) in (2, 3)  # harbour_legal may have been run before, for another test
    assert told == [f"[{n}/{len(told)}]" for n in range(1, len(told) + 1)]
    assert "3 of 3 clients done; " in said
