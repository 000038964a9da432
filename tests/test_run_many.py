"""A run over several clients: its last lines, the page of all clients, and the notebook that was asked for."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.inspection import client_index
from bespoke.runner import report as printing
from bespoke.runner import run_many
from bespoke.runner.outcome import Outcome
from bespoke.runner.remote import remote_job, remote_run


def test_the_last_lines_count_who_is_done_and_say_why_others_are_not() -> None:
    said: list[str] = []
    outcomes = [Outcome("a"), Outcome("b", ("one\x1b[2J", "two", "three")), Outcome("c", ("only",))]
    run_many._summary(outcomes, 1.25, said.append)
    assert said == [
        "1 of 3 clients done; failed: b, c; 1.2 s", "b failed: one\\x1b[2J (and 2 more)", "c failed: only",
    ]  # fmt: skip
    said.clear()
    run_many._summary(outcomes[:1], 7.0, said.append)
    assert said == ["1 of 1 clients done; 7.0 s"]


@pytest.mark.parametrize(
    ("only", "stem"),
    [
        ("", ""),
        ("06_cost_model", "06_cost_model"),
        ("06", "06_cost_model"),
        ("cost_model.ipynb", "06_cost_model"),
    ],
)
def test_a_notebook_goes_by_its_stem_its_number_or_its_file(only: str, stem: str) -> None:
    assert run_many._stem(only) == stem


def test_a_notebook_that_there_is_not_is_told_which_there_are() -> None:
    with pytest.raises(BespokeError, match=r"--only 6: no such notebook; there are 01_task_audit, "):
        run_many._stem("6")


@pytest.mark.parametrize(
    ("changed", "there", "written"), [(True, True, True), (False, True, False), (False, False, True)]
)
def test_the_page_of_all_clients_is_written_where_something_changed_or_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, changed: bool, there: bool, written: bool
) -> None:
    done: list[Any] = []
    monkeypatch.setattr(client_index, "write", lambda *places: done.append(places))
    if there:
        (tmp_path / "index.html").touch()
    request: Any = SimpleNamespace(reports=tmp_path, client_data=tmp_path / "clients")
    run_many._list_clients(request, changed)
    assert done == ([(tmp_path, tmp_path / "clients")] if written else [])


def test_the_page_under_a_url_is_written_there_and_a_folder_that_cannot_be_written_is_not_told_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done: list[Any] = []
    monkeypatch.setattr(remote_run, "list_clients", lambda *places: done.append(places))
    request: Any = SimpleNamespace(reports="s3://reports", client_data=tmp_path)
    run_many._list_clients(request, False)
    assert done == [(tmp_path, "s3://reports")]

    def full(*_: Any) -> None:
        raise OSError("no space")

    monkeypatch.setattr(client_index, "write", full)
    run_many._list_clients(SimpleNamespace(reports=tmp_path, client_data=tmp_path), True)  # type: ignore[arg-type]


def test_a_client_that_is_sent_away_comes_with_the_consultancys_log(tmp_path: Path) -> None:
    job: Any = SimpleNamespace(name="acme", client={"tasks.csv": b"t"}, log={"engagement_log.csv": b"log"})
    remote_job._bring_client(job, tmp_path)
    assert (tmp_path / "acme" / "tasks.csv").read_bytes() == b"t"
    assert (tmp_path / "engagement_log.csv").read_bytes() == b"log"


@pytest.mark.parametrize("mixed", [False, True])
def test_a_report_that_is_printed_is_noted_and_a_mixed_one_is_to_be_made_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mixed: bool
) -> None:
    """A mixed one keeps the key of the last whole one, so that the next run renders it."""
    written: list[Any] = []
    found: Any = SimpleNamespace(
        office={}, report={"report.pdf": "old"}, report_key="old", stale=(), facts_used=0, as_of="2026-11-20",
        write=lambda folder: written.append((folder, found.report, found.report_key, found.office)),
    )  # fmt: skip
    now = SimpleNamespace(office={"report.docx": "d"}, report={}, report_key="")
    plan = SimpleNamespace(now=now, content_key=lambda: "content", report_key=lambda: "new")
    options: Any = SimpleNamespace(client_data=tmp_path, folder=lambda name: tmp_path)
    said: list[str] = []
    monkeypatch.setattr(printing.clients, "load", lambda *_: SimpleNamespace(name="acme"))
    monkeypatch.setattr(printing.client_names, "folder", lambda *_: tmp_path)
    monkeypatch.setattr(printing.manifests, "proven", lambda folder: found)
    monkeypatch.setattr(printing.proof, "require", lambda *_: None)
    monkeypatch.setattr(printing, "plan_as_it_lies", lambda *_: plan)
    monkeypatch.setattr(printing, "_older", lambda *_: ["older"] if mixed else [])
    monkeypatch.setattr(printing, "render_report", lambda *_: said.append("rendered"))
    monkeypatch.setattr(printing, "report_files", lambda folder: {"report.pdf": "new"})
    printing.report("acme", options, printing.Asked(as_they_are=True), said.append)
    assert said == ["rendered", "acme: report rendered"]
    kept = ({"report.pdf": "old"}, "old") if mixed else ({"report.pdf": "new"}, "new")
    assert written == [(tmp_path, *kept, {"report.docx": "d"})]
