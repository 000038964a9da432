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


# -- the whole of it ------------------------------------------------------------------------------------------------


class Runs:
    """What is run where, in place of running it; a client of `failing` fails, one of `standing` stands as it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, standing: str = "", failing: str = "") -> None:
        self.did: list[tuple[Any, ...]] = []
        self.failing = failing

        def here(names: Any, request: Any, options: Any, say: Any) -> list[Outcome]:
            self.did.append(("here", *names))
            return [self.outcome(name) for name in names]

        def away(names: Any, request: Any, options: Any, say: Any) -> list[Outcome]:
            self.did.append(("away", *names))
            return [self.outcome(name) for name in reversed(names)]

        server = SimpleNamespace(stop=lambda: self.did.append(("stop",)))
        for name, fake in (
            ("_run", here), ("_run_away", away), ("is_unchanged", lambda name, options, say: name in standing),
            ("fork_client", SimpleNamespace(FORK_SERVER=server)),
            ("_list_clients", lambda request, changed: self.did.append(("list", changed))),
        ):  # fmt: skip
            monkeypatch.setattr(run_many, name, fake)

    def outcome(self, name: str) -> Outcome:
        return Outcome(name, ("is wrong",) if name in self.failing else ())


def asked(names: str, tmp_path: Path, **given: Any) -> run_many.RunRequest:
    whole: dict[str, Any] = {"names": tuple(names), "client_data": tmp_path / "c", "reports": tmp_path / "r"}
    return run_many.RunRequest(**whole | given)


def test_only_clients_with_something_to_do_are_run_and_told_of_in_the_order_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runs, said = Runs(monkeypatch, standing="b", failing="c"), list[str]()
    assert not run_many.run_all(asked("cba", tmp_path), said.append)
    assert runs.did == [("here", "c", "a"), ("stop",), ("list", True)]
    assert said[0].startswith("2 of 3 clients done; failed: c; ")
    assert said[1:] == ["c failed: is wrong"]


def test_where_all_stand_nothing_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    runs, said = Runs(monkeypatch, standing="a"), list[str]()
    assert run_many.run_all(asked("a", tmp_path), said.append)
    assert (runs.did, said) == ([("list", False)], [])  # one client needs no count


def test_one_that_failed_before_is_run_again_though_nothing_changed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runs = Runs(monkeypatch, standing="ab")
    (tmp_path / "r/a").mkdir(parents=True)
    (tmp_path / "r/a" / run_many.PROBLEMS).touch()
    assert run_many.run_all(asked("ab", tmp_path), lambda line: None)
    assert runs.did == [("here", "a"), ("stop",), ("list", True)]


@pytest.mark.parametrize(
    "given", [{"cluster": "tcp://host:1"}, {"client_data": "s3://b/c"}, {"reports": "s3://b/r"}]
)
def test_under_a_url_or_for_a_cluster_it_is_run_away_from_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, given: dict[str, str]
) -> None:
    runs = Runs(monkeypatch, standing="" if "cluster" in given else "ab")
    assert run_many.run_all(asked("ab", tmp_path, **given), lambda line: None)
    assert runs.did == [("away", "a", "b"), ("stop",), ("list", True)]


@pytest.mark.parametrize(
    ("names", "jobs", "at_once", "width"),
    [
        ("a", 0, 1, 8),
        ("abcd", 0, 4, 2),
        ("abcd", 2, 2, 4),
        ("abcdefghijkl", 0, 8, 1),
        ("abcdefghijkl", 12, 12, 1),
    ],
)
def test_clients_and_the_notebooks_of_each_share_the_cores(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names: str, jobs: int, at_once: int, width: int
) -> None:
    from bespoke.runner.parallel import process_pool

    found: list[tuple[int, int]] = []

    def run(names: Any, options: Any, jobs: int, one: Any, say: Any) -> list[Outcome]:
        found.append((jobs, options.width))
        return [Outcome(name) for name in names]

    monkeypatch.setattr(process_pool, "run_in_processes", run)
    monkeypatch.setattr(run_many, "cores", lambda: 8)
    monkeypatch.setattr(run_many.fork_client, "available", lambda: True)
    request = asked(names, tmp_path, jobs=jobs)
    run_many._run(request.names, request, run_many._options(request), lambda line: None)
    assert found == [(at_once, width)]


def test_where_nothing_can_be_forked_a_single_client_is_run_right_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said: list[str] = []

    def fails(name: str, options: Any, say: Any) -> None:
        raise BespokeError("is wrong", path=name)

    monkeypatch.setattr(run_many.fork_client, "available", lambda: False)
    monkeypatch.setattr(run_many, "run_client", fails)
    request = asked("a", tmp_path)
    (tmp_path / "r/a").mkdir(parents=True)
    assert run_many._run(request.names, request, run_many._options(request), said.append) == [
        Outcome("a", ("a: is wrong",))
    ]  # fmt: skip
    assert said == ["a: is wrong"]
    assert (tmp_path / "r/a" / run_many.PROBLEMS).read_text() == "a: is wrong\n"


def test_what_can_be_wrong_with_a_request_is_known_before_a_client_is_looked_at(tmp_path: Path) -> None:
    found = run_many._options(asked("a", tmp_path, only="06", as_of="2027-01-04", force=True))
    assert (found.only, found.as_of, found.force) == ("06_cost_model", "2027-01-04", True)
    assert (found.client_data, found.reports) == (tmp_path / "c", tmp_path / "r")
    away = run_many._options(asked("a", tmp_path, client_data="s3://b/c", reports="s3://b/r"))
    assert (away.client_data, away.reports) == (Path("client_data"), Path("reports"))
    with pytest.raises(BespokeError, match="2027-13-04"):
        run_many._options(asked("a", tmp_path, as_of="2027-13-04"))
