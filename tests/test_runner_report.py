"""`bespoke report` and what a run does beside the notebooks: tables, words, versions, mixed reports, other days."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import docx
import pypdf
import pytest

from bespoke.errors import BespokeError
from bespoke.runner import issued
from bespoke.runner.cache.manifest import Manifest
from bespoke.runner.cache.run_plan import RunOptions
from bespoke.runner.issued import Issue, Stand
from tests.faults.conftest import SMALLEST, bespoke

BOOKS = "notebooks/*.ipynb"


@pytest.fixture(scope="module")
def ran(ran_harbour: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A client and its report."""
    folder = tmp_path_factory.mktemp("ran")
    for place in ("client_data", "reports"):
        shutil.copytree(ran_harbour / place / SMALLEST, folder / place / SMALLEST)
    return folder


@pytest.fixture
def work(ran: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(ran, tmp_path / "work"))


def said(done: subprocess.CompletedProcess[str], code: int = 0) -> list[str]:
    """What a command said, line by line."""
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return (done.stdout + done.stderr).splitlines()


def report(work: Path) -> Path:
    return work / "reports" / SMALLEST


def client(work: Path) -> Path:
    return work / "client_data" / SMALLEST


def bytes_of(folder: Path, pattern: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob(pattern)}


def first_page(folder: Path) -> str:
    return str(pypdf.PdfReader(folder / "report.pdf").pages[0].extract_text())


def halve_the_volume(work: Path) -> None:
    path = client(work) / "tasks.csv"
    text = path.read_text(encoding="utf-8")
    assert ",drafting,45," in text
    path.write_text(text.replace(",drafting,45,", ",drafting,22.5,"), encoding="utf-8")


# -- tables -----------------------------------------------------------------------------------------


def test_every_table_of_the_report_lies_beside_it_and_in_the_manifest(work: Path):
    folder = report(work)
    there = {f"tables/{path.name}" for path in (folder / "tables").iterdir()}
    listed = json.loads((folder / "tables/tables.json").read_text(encoding="utf-8"))["tables"]
    assert there == {f"tables/{one['file']}" for one in listed} | {"tables/tables.json"}
    noted = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["report"]
    assert there | {"report.pdf", "evidence.pdf", "report.html"} == set(noted)
    money = next(one for one in listed if one["label"] == "tbl-cost-tasks")
    with (folder / "tables" / money["file"]).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + len(money["rows"])
    for row, typed in zip(rows[1:], money["rows"], strict=True):
        assert [None if cell == "" else cell for cell in row] == [
            None if v is None else str(v) for v in typed
        ]


def test_a_table_that_a_report_no_longer_has_goes(work: Path):
    folder = report(work)
    (folder / "tables" / "9.9_tbl-gone.csv").write_text("x")
    before = bytes_of(folder, "tables/tbl*")
    said(bespoke("report", SMALLEST, cwd=work))
    assert not (folder / "tables" / "9.9_tbl-gone.csv").exists()
    assert bytes_of(folder, "tables/tbl*") == before


# -- own words --------------------------------------------------------------------------------------


def test_own_words_are_printed_without_a_notebook_run_again(work: Path):
    folder, notebooks = report(work), bytes_of(report(work), BOOKS)
    (client(work) / "notes.md").write_text(
        "Begin with **memos**. <script>alert(1)</script>", encoding="utf-8"
    )
    lines = said(bespoke("run", SMALLEST, cwd=work))
    assert [line for line in lines if ": ran in" in line] == []
    assert any(": report: rendered" in line for line in lines)
    assert bytes_of(folder, BOOKS) == notebooks
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Begin with <strong>memos</strong>. &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert said(bespoke("run", SMALLEST, cwd=work))[-1].endswith(": report: unchanged")


def test_a_note_of_no_chapter_stops_before_anything_runs_and_is_found_by_check(work: Path):
    (client(work) / "notes").mkdir()
    (client(work) / "notes/12.md").write_text("x", encoding="utf-8")
    start = f"{SMALLEST}/notes/12.md: belongs to no chapter"
    for command in ("check", "run", "report"):
        lines = said(bespoke(command, SMALLEST, cwd=work), 1)
        assert any(line.startswith(start) for line in lines), (command, lines)
        assert not any("ran in" in line for line in lines)


# -- other forms ------------------------------------------------------------------------------------


def test_other_forms_are_written_beside_the_report_and_an_edited_one_is_kept(work: Path):
    folder, before = report(work), bytes_of(report(work), "report.*")
    lines = said(bespoke("report", SMALLEST, "--to", "docx", "--to", "pptx", cwd=work))
    assert lines == [f"{SMALLEST}: report.docx written", f"{SMALLEST}: report.pptx written"]
    assert {name: raw for name, raw in bytes_of(folder, "report.*").items() if name in before} == before
    first = (folder / "report.docx").read_bytes()
    edited = docx.Document(folder / "report.docx")
    edited.add_paragraph("A word of the consultant's.")
    edited.save(folder / "report.docx")
    lines = said(bespoke("report", SMALLEST, "--to", "docx", cwd=work))
    assert f"{SMALLEST}: report.docx: was edited; your version is kept as report.edited.docx" in lines
    assert (folder / "report.docx").read_bytes() == first
    assert docx.Document(folder / "report.edited.docx").paragraphs[-1].text == "A word of the consultant's."
    assert said(bespoke("run", SMALLEST, cwd=work))[-1].endswith(": report: unchanged")


def test_another_form_than_those_is_wrong_usage(work: Path):
    assert bespoke("report", SMALLEST, "--to", "odt", cwd=work).returncode == 2


# -- mixed reports ----------------------------------------------------------------------------------


def test_a_mixed_report_is_refused_with_the_chapters_that_are_older(work: Path):
    halve_the_volume(work)
    said(bespoke("run", SMALLEST, "--only", "02_failure_modes", cwd=work))
    before = bytes_of(report(work), "report.*")
    lines = said(bespoke("report", SMALLEST, cwd=work), 1)
    older = [line.split(": ")[0] for line in lines[:-1]]
    assert f"{SMALLEST}/notebooks/08_recommendation.ipynb" in older
    assert f"{SMALLEST}/notebooks/02_failure_modes.ipynb" not in older
    assert lines[0].endswith(": older than the client's files that it reads")
    assert lines[-1].startswith(f"{SMALLEST}: run `bespoke run {SMALLEST}`")
    assert said(bespoke("report", SMALLEST, "--to", "docx", cwd=work), 1) == lines
    assert said(bespoke("report", SMALLEST, "--issue", "1.0", cwd=work), 1)[:-1] == lines[:-1]
    assert bytes_of(report(work), "report.*") == before
    said(bespoke("report", SMALLEST, "--as-they-are", cwd=work))
    assert f"{len(older)} chapters are older than what they are made from" in first_page(report(work))
    assert said(bespoke("run", SMALLEST, cwd=work))[-1].startswith(f"{SMALLEST}: report: rendered")
    assert "older than" not in first_page(report(work))


def test_a_report_whose_chapters_belong_together_is_rendered_again_byte_for_byte(work: Path):
    before = bytes_of(report(work), "report.*")
    assert said(bespoke("report", SMALLEST, cwd=work)) == [f"{SMALLEST}: report rendered"]
    assert bytes_of(report(work), "report.*") == before


def test_without_a_run_there_is_nothing_to_render(work: Path):
    (report(work) / "manifest.json").unlink()
    lines = said(bespoke("report", SMALLEST, cwd=work), 1)
    assert lines == [f"{SMALLEST}/manifest.json: is not there; `bespoke run {SMALLEST}` makes the report"]


# -- another day ------------------------------------------------------------------------------------


def test_another_day_stands_beside_the_present_report_and_says_so_on_its_cover(work: Path):
    folder, before = report(work), bytes_of(report(work), "*.*")
    lines = said(bespoke("run", SMALLEST, "--as-of", "2027-12-01", cwd=work))
    other = folder / "as_of" / "2027-12-01"
    assert lines[0].startswith(f"{SMALLEST}: as of 2027-12-01, beside the present report: ")
    assert bytes_of(folder, "*.*") == before
    assert json.loads((other / "advice.json").read_text(encoding="utf-8"))["as_of"] == "2027-12-01"
    assert "As of another day than the client's own inputs" in " ".join(first_page(other).split())
    stale = next(line for line in lines if "facts had expired by 2027-12-01" in line)
    count, facts = stale.split(": ")[1].split(" of ")
    assert int(count) > 0
    page = (other / "report.html").read_text(encoding="utf-8")
    assert f"{count} of the {facts.split()[0]} facts behind this report had passed the day" in page
    assert said(bespoke("run", SMALLEST, "--as-of", "2027-12-01", cwd=work))[-1].endswith("unchanged")
    assert said(bespoke("run", SMALLEST, cwd=work))[-1].endswith("report: unchanged")


@pytest.mark.parametrize(
    ("present", "asked", "folder"),
    [
        (None, "2026-06-01", "acme"),  # nothing to overwrite
        (
            Manifest("acme", "2026-05-01", True, report={"report.pdf": ""}),
            "2026-06-01",
            "acme",
        ),  # of another day too
        (Manifest("acme", "2026-11-20", report={"report.pdf": ""}), "2026-11-20", "acme"),  # the very day
        (Manifest("acme", "2026-11-20"), "2026-06-01", "acme"),  # no report yet
        (Manifest("acme", "2026-11-20", report={"report.pdf": ""}), "2026-06-01", "acme/as_of/2026-06-01"),
        (Manifest("acme", "2026-11-20", report={"report.pdf": ""}), "", "acme"),
    ],
)
def test_where_a_report_as_of_a_day_lies(present: Manifest | None, asked: str, folder: str, tmp_path: Path):
    (tmp_path / "acme").mkdir()
    if present:
        present.write(tmp_path / "acme")
    assert RunOptions(tmp_path, tmp_path, asked).folder("acme") == tmp_path / folder


# -- versions ---------------------------------------------------------------------------------------


def test_a_version_is_kept_and_the_next_report_says_what_changed_since(work: Path):
    folder = report(work)
    assert (
        said(bespoke("report", SMALLEST, "--issue", "1.0", cwd=work))[0]
        == f"{SMALLEST}: issued as version 1.0"
    )
    assert "Version 1.0" in first_page(folder)
    kept = json.loads((folder / "issued/1.0/issue.json").read_text(encoding="utf-8"))
    assert (kept["version"], kept["as_of"]) == ("1.0", "2026-11-20")
    assert set(kept["report"]) == {"report.pdf", "evidence.pdf", "report.html"}
    assert said(bespoke("run", SMALLEST, cwd=work))[-1].endswith(": report: unchanged")
    again = said(bespoke("report", SMALLEST, "--issue", "1.0", cwd=work), 1)
    assert again == ["version 1.0 was issued as of 2026-11-20; name another"]
    halve_the_volume(work)
    said(bespoke("run", SMALLEST, cwd=work))
    assert "Draft after version 1.0" in first_page(folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Changes since version 1.0 of 20 Nov 2026" in page
    with next((folder / "tables").glob("*_tbl-changes.csv")).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["Task", "What", "Version 1.0", "Now"]
    assert ["Risk memos in the house style", "A month today"] in [row[:2] for row in rows]
    assert "because of the requests a day" in page


def stand(**changes: object) -> Stand:
    values = {
        "task_id": "routing", "name": "Routing", "first": "Leave it (a)", "end": "Leave it (a)", "today": 671.0,
        "monthly": 671.0, "once": 0.0, "live": "",
    }  # fmt: skip
    return Stand(**(values | changes))  # type: ignore[arg-type]


WORDS = {
    "first_step": "First step", "likely_end": "Likely end", "month_today": "A month today",
    "month_then": "A month then", "once": "Once", "live_by": "Live by", "whole_task": "Task", "task_new": "new",
    "task_gone": "gone", "task_there": "there", "all_tasks": "All tasks",
}  # fmt: skip


def test_what_changed_is_said_task_by_task_and_in_all():
    before = [stand(), stand(task_id="old", name="Old", today=100.0, monthly=100.0)]
    now = [
        stand(end="Another model (b)", monthly=41.2, once=5801.0, live="2026-12-30"),
        stand(task_id="new", name="New", today=100.0, monthly=90.0),
    ]
    rows = [(one.task, one.what, one.before, one.now) for one in issued._rows(before, now, WORDS)]
    assert rows == [
        ("Routing", "Likely end", "Leave it (a)", "Another model (b)"),
        ("Routing", "A month then", "$671", "$41.20"),
        ("Routing", "Once", "$0", "$5,801"),
        ("Routing", "Live by", "–", "30 Dec 2026"),
        ("New", "Task", "–", "new"),
        ("Old", "Task", "there", "gone"),
        ("All tasks", "A month then", "$771", "$131"),  # 671 + 100 -> 41.2 + 90
        ("All tasks", "Once", "$0", "$5,801"),
    ]


def test_a_report_is_the_last_version_as_long_as_its_content_is():
    one, two = Issue("1.0", 1, "2026-10-12", "a"), Issue("1.1", 2, "2026-11-20", "b")
    assert issued.standing([], "a") == (None, None)
    assert issued.standing([one], "a") == (one, None)
    assert issued.standing([one], "b") == (None, one)
    assert issued.standing([one, two], "b") == (two, one)
    assert issued.standing([one, two], "a") == (None, two)


def test_versions_are_read_in_the_order_they_were_issued(tmp_path: Path):
    (tmp_path / "results").mkdir()
    (tmp_path / issued.ADVICE).write_text("{}")
    for number, version in enumerate(("1.9", "1.10", "2"), 1):
        issued.store(tmp_path, Issue(version, number, "2026-11-20", "", stands=(stand(),)))
    found = issued.issues(tmp_path)
    assert [one.version for one in found] == ["1.9", "1.10", "2"]
    assert found[0].stands == (stand(),)
    assert date.fromisoformat(found[0].as_of) == date(2026, 11, 20)


@pytest.mark.parametrize("version", ["", "../1", "1/2", "a b", "x" * 21, ".1", "1:0"])
def test_a_version_that_could_be_a_path_is_refused(version: str):
    with pytest.raises(BespokeError, match="write it as"):
        issued.check([], version)


def test_a_version_is_issued_once_whatever_its_letters():
    with pytest.raises(BespokeError, match="was issued as of 2026-11-20; name another"):
        issued.check([Issue("RC1", 1, "2026-11-20", "")], "rc1")


def test_a_spoilt_record_is_one_line_with_its_place(tmp_path: Path):
    place = tmp_path / "issued" / "1.0"
    place.mkdir(parents=True)
    (place / "issue.json").write_text("{")
    with pytest.raises(BespokeError) as error:
        issued.issues(tmp_path)
    assert str(error.value) == "issued/1.0/issue.json: is no record of an issue; restore or delete it"


@pytest.mark.skipif(sys.platform != "linux", reason="the system keeps to no limit of memory")
def test_a_report_that_takes_more_memory_than_allowed_is_one_line_and_leaves_the_old_one(work: Path) -> None:
    before = bytes_of(report(work), "report.*")
    least = {**os.environ, "BESPOKE_TYPESETTING_MB": "1"}
    lines = said(bespoke("report", SMALLEST, cwd=work, env=least), 1)
    assert lines == [
        f"{SMALLEST}: typesetting its report takes more than 1 MB of memory; a picture or a table is too much for it"
        " (BESPOKE_TYPESETTING_MB allows more)"
    ]
    assert bytes_of(report(work), "report.*") == before
