"""A client's run away from home: by the same version only, what comes back, and how it is called off."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bespoke.errors import BespokeError, Problem
from bespoke.runner.outcome import PROBLEMS
from bespoke.runner.remote import remote_job, s3
from bespoke.runner.remote.archive import pack, unpack
from bespoke.runner.remote.remote_job import Done, RemoteJob, _command, fingerprint, run_remote_job


def wanted() -> bool:
    """Still."""
    return True


@pytest.fixture
def client(tmp_path: Path) -> Path:
    folder = tmp_path / "client"
    folder.mkdir()
    (folder / "engagement.yaml").write_text("client: Acme\n")
    return folder


def job(folder: Path, **given: Any) -> RemoteJob:
    report = folder.parent / "report"
    report.mkdir(exist_ok=True)
    whole: dict[str, Any] = {
        "name": "acme", "client": pack(folder), "report": pack(report), "flags": ("--force",),
        "version": fingerprint(),
    }  # fmt: skip
    return RemoteJob(**whole | given)


def running(monkeypatch: pytest.MonkeyPatch, code: int, problems: str = "") -> list[Path]:
    """In place of the command: it writes a report and says a line; the places it ran in."""
    places: list[Path] = []

    def command(job: RemoteJob, place: Path, wanted: Callable[[], bool]) -> tuple[tuple[str, ...], int]:
        places.append(place)
        assert (place / "client_data/acme/engagement.yaml").read_text() == "client: Acme\n"
        report = place / "reports/acme"
        report.mkdir(parents=True, exist_ok=True)
        (report / "report.pdf").write_text("pages")
        if problems:
            (report / PROBLEMS).write_text(problems)
        return ("a line", "the end"), code

    monkeypatch.setattr(remote_job, "_command", command)
    return places


def test_what_the_run_said_and_made_comes_back_and_nothing_stays(
    monkeypatch: pytest.MonkeyPatch, client: Path, tmp_path: Path
) -> None:
    places = running(monkeypatch, 0)
    done = run_remote_job(job(client, log={"engagement_log.csv": b"x"}), wanted, str(tmp_path))
    assert (done.said, done.problems) == (("a line", "the end"), ())
    assert done.report is not None
    unpack(done.report, tmp_path / "back")
    assert (tmp_path / "back/report.pdf").read_text() == "pages"
    assert [place.exists() for place in places] == [False]
    assert [place.parent for place in places] == [tmp_path]


@pytest.mark.parametrize(("kept", "problems"), [("one\ntwo\n", ("one", "two")), ("", ("the end",))])
def test_a_run_that_failed_comes_back_with_its_problems_and_what_it_made(
    monkeypatch: pytest.MonkeyPatch, client: Path, kept: str, problems: tuple[str, ...]
) -> None:
    running(monkeypatch, 1, kept)
    done = run_remote_job(job(client), wanted)
    assert (done.problems, done.report is not None) == (problems, True)


def test_one_that_is_called_off_brings_nothing(monkeypatch: pytest.MonkeyPatch, client: Path) -> None:
    running(monkeypatch, 0)
    line = "acme: called off"
    assert run_remote_job(job(client), lambda: False) == Done((line,), (line,))


def test_another_version_of_the_program_does_nothing(monkeypatch: pytest.MonkeyPatch, client: Path) -> None:
    places = running(monkeypatch, 0)
    line = "acme: a worker has another version of bespoke; install this one there"
    assert run_remote_job(job(client, version="another"), wanted) == Done((line,), (line,))
    assert places == []


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (OSError(28, "No space left on device"), ("acme: could not run where it was sent: No space left on device",)),
        (BespokeError([Problem("acme/x.csv", 2, None, "is odd"), Problem("acme", None, None, "is no client")]),
         ("acme/x.csv:2: is odd", "acme: is no client")),
    ],
)  # fmt: skip
def test_what_goes_wrong_there_is_told_here(
    monkeypatch: pytest.MonkeyPatch, client: Path, error: Exception, lines: tuple[str, ...]
) -> None:
    def fails(*given: object) -> None:
        raise error

    monkeypatch.setattr(remote_job, "_command", fails)
    assert run_remote_job(job(client), wanted) == Done(lines, lines)


def commanded(monkeypatch: pytest.MonkeyPatch, script: str) -> list[Any]:
    """The command as it would be started; this script is, in its place."""
    started: list[Any] = []
    popen = subprocess.Popen

    def start(command: list[str], **how: Any) -> Any:
        started.append((command, how))
        return popen([sys.executable, "-S", "-c", script], **how)

    monkeypatch.setattr(subprocess, "Popen", start)
    return started


def test_the_command_runs_in_its_place_with_its_flags_and_each_line_is_printable(
    monkeypatch: pytest.MonkeyPatch, client: Path, tmp_path: Path
) -> None:
    started = commanded(monkeypatch, r"import os; print('a\x1b[2J'); print(os.getcwd()); raise SystemExit(3)")
    said, code = _command(job(client, trusted=("one", "two"), sealing={"SEALED": "x"}), tmp_path, wanted)
    assert (said, code) == (("a\\x1b[2J", str(tmp_path)), 3)
    ((command, how),) = started
    assert command[1:] == ["-m", "bespoke.child_command", "run", "acme", "--force"]
    assert (how["env"]["SEALED"], how["env"][remote_job.TRUSTED]) == ("x", "one two")


def test_a_command_that_is_no_longer_wanted_is_ended_in_order(
    monkeypatch: pytest.MonkeyPatch, client: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(remote_job, "LOOK", 0.05)
    commanded(
        monkeypatch,
        "import time\ntry:\n  open('begun', 'w').close()\n  time.sleep(60)\n"
        "except KeyboardInterrupt:\n  open('in order', 'w').close()",
    )
    _command(job(client), tmp_path, lambda: not (tmp_path / "begun").exists())
    assert (tmp_path / "in order").exists()


def test_what_lies_under_a_url_is_read_and_delivered_right_where_it_is_done(
    monkeypatch: pytest.MonkeyPatch, client: Path
) -> None:
    did: list[tuple[str, ...]] = []

    def fetch(url: str, folder: Path) -> dict[str, str]:
        did.append(("fetch", url))
        folder.mkdir(parents=True, exist_ok=True)
        if "clients" in url:
            (folder / "engagement.yaml").write_text("client: Acme\n")
        return {"report.pdf": "as before"} if "reports" in url else {}

    def deliver(report: Path, url: str, before: dict[str, str]) -> None:
        did.append(("deliver", url, (report / "report.pdf").read_text(), before["report.pdf"]))

    monkeypatch.setattr(s3, "fetch", fetch)
    monkeypatch.setattr(s3, "deliver", deliver)
    monkeypatch.setattr(s3, "fetch_if_there", lambda url, name, folder: did.append(("log", url, name)))
    running(monkeypatch, 1, "is wrong\n")
    done = run_remote_job(job(client, client="s3://b/clients", report="s3://b/reports"), wanted)
    assert done == Done(("a line", "the end"), ("is wrong",))
    assert did == [
        ("fetch", "s3://b/clients/acme"), ("log", "s3://b/clients", "engagement_log.csv"),
        ("log", "s3://b/clients", "engagement_log.xlsx"), ("fetch", "s3://b/reports/acme"),
        ("deliver", "s3://b/reports/acme", "pages", "as before"),
    ]  # fmt: skip
