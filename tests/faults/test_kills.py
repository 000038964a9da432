"""A run that is killed at any moment: running it again ends in the very bytes of a run that was not."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from bespoke.chapters.registry import CHAPTERS
from tests.faults.conftest import (
    FULL,
    SMALLEST,
    add_client,
    bespoke,
    files_of,
    only_in_full,
    processes_in,
    scaled,
    seconds_of,
    take_last_row,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

KILLS = scaled(1, 50)
AFTER_A_CHANGE = 20
INTERRUPTS = scaled(1, 40)
CHANGED = "failures.csv"
STAGES = ("no notebook", "some notebooks", "all notebooks", "a report")


def test_killed_runs_go_on_where_they_stopped(
    undisturbed: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The moments are spread evenly over the whole run; a run that ended before its moment does not count."""
    expected = files_of(undisturbed / "reports" / SMALLEST)
    seconds = seconds_of(undisturbed)
    chance, stages = random.Random(6), Counter[str]()
    for trial in range(KILLS):
        folder = tmp_path / f"trial{trial}"
        add_client(folder)
        moment = (trial + chance.random()) / KILLS * seconds
        while not _kill_after(moment, folder):
            shutil.rmtree(folder / "reports" / SMALLEST)
            moment *= 0.8
        report = folder / "reports" / SMALLEST
        stages[_stage(report)] += 1
        _nothing_half_written(report, expected)
        again = bespoke("run", SMALLEST, cwd=folder)
        assert again.returncode == 0, (moment, again.stdout + again.stderr)
        assert files_of(report) == expected, moment
        shutil.rmtree(folder)
    record_property("killed with", dict(stages))
    if FULL:
        assert set(stages) >= set(STAGES[:3]), stages


@only_in_full
def test_runs_killed_after_a_change_go_on_where_they_stopped(undisturbed: Path, tmp_path: Path) -> None:
    """Figures and pages that are taken again stem from whole notebooks, whichever run left them."""
    take_last_row(add_client(tmp_path / "first") / CHANGED)
    assert bespoke("run", SMALLEST, cwd=tmp_path / "first").returncode == 0
    expected = files_of(tmp_path / "first/reports" / SMALLEST)
    chance = random.Random(8)
    for trial in range(AFTER_A_CHANGE):
        folder = tmp_path / f"trial{trial}"
        moment = (trial + chance.random()) / AFTER_A_CHANGE * seconds_of(undisturbed) / 2
        while True:
            shutil.copytree(undisturbed, folder)
            take_last_row(folder / "client_data" / SMALLEST / CHANGED)
            if _kill_after(moment, folder):
                break
            shutil.rmtree(folder)
            moment *= 0.8
        again = bespoke("run", SMALLEST, cwd=folder)
        assert again.returncode == 0, (moment, again.stdout + again.stderr)
        assert files_of(folder / "reports" / SMALLEST) == expected, moment
        shutil.rmtree(folder)


@linux
def test_an_interrupted_run_ends_soon_and_says_so(undisturbed: Path, tmp_path: Path) -> None:
    """Ctrl-C at any moment, the first imports included, of a first run and of one after a change."""
    seconds, chance = seconds_of(undisturbed), random.Random(9)
    codes = Counter[int]()
    for trial in range(INTERRUPTS):
        folder = tmp_path / f"trial{trial}"
        shutil.copytree(undisturbed, folder)
        take_last_row(folder / "client_data" / SMALLEST / CHANGED)
        if trial % 2:
            shutil.rmtree(folder / "reports" / SMALLEST)
        moment = 0.1 + (trial + chance.random()) / INTERRUPTS * seconds / 2
        run = _start(folder, SMALLEST, stderr=subprocess.PIPE)
        time.sleep(moment)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=20)
        lines = said.decode().split("\n")
        codes[run.returncode] += 1  # 0 where it had ended before
        assert run.returncode == 0 or [line[:21] for line in lines if line] == ["interrupted; nothing "], (
            moment
        )
        deadline = time.monotonic() + 10
        while (left := processes_in(folder)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert left == [], moment
        shutil.rmtree(folder)
    assert set(codes) <= {0, 1}
    assert codes[1] > INTERRUPTS / 2, codes


@linux
@pytest.mark.parametrize(
    ("options", "plain"),
    [
        (("--all", "--jobs", "2"), ""),
        *([(("--all", "--jobs", "2"), "1"), ((SMALLEST,), ""), ((SMALLEST,), "1")] if FULL else []),
    ],
)
def test_a_killed_run_takes_its_kernels_with_it(options: tuple[str, ...], plain: str, tmp_path: Path) -> None:
    """In the process table nothing is left of it: no kernel, no fork server, no client's own process."""
    for name in (SMALLEST, "other"):
        add_client(tmp_path, name)
    run = _start(tmp_path, *options, BESPOKE_PLAIN_KERNELS=plain)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("reports/*/results/*.json")) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert run.poll() is None
    run.kill()
    run.wait()
    while (left := processes_in(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


@only_in_full
def test_one_killed_client_does_not_stop_the_others(tmp_path: Path) -> None:
    for name in ("one", "two"):
        add_client(tmp_path, name)
    command = [sys.executable, "-m", "bespoke", "run", "--all", "--jobs", "2"]
    said = []
    with subprocess.Popen(
        command, cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as run:
        assert run.stdout is not None
        for line in run.stdout:
            said.append(line)
            if len(said) == 1:
                os.kill(_child_at_work(run.pid, tmp_path, line.split(":")[0]), signal.SIGKILL)
    text = "".join(said)
    assert run.returncode == 1
    assert "was ended by signal 9; run it again to go on" in text
    assert "1 of 2 clients done; failed: " in text
    assert bespoke("run", "--all", cwd=tmp_path).returncode == 0


def _start(
    folder: Path, *options: str, stderr: int = subprocess.DEVNULL, **environment: str
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "bespoke", "run", *options], cwd=folder, env={**os.environ, **environment},
        stdout=subprocess.DEVNULL, stderr=stderr,
    )  # fmt: skip


def _kill_after(seconds: float, folder: Path) -> bool:
    """Whether it was still at work then."""
    run = _start(folder, SMALLEST)
    try:
        run.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()
        return True
    return False


def _stage(report: Path) -> str:
    """How far a run had come."""
    manifest = report / "manifest.json"
    done = len(json.loads(manifest.read_text())["notebooks"]) if manifest.is_file() else 0
    if (report / "report.pdf").is_file():
        return STAGES[3]
    return STAGES[0] if not done else STAGES[1] if done < len(CHAPTERS) else STAGES[2]


def _nothing_half_written(report: Path, expected: dict[str, bytes]) -> None:
    """Whatever has its name already is whole; what a kill left unfinished is hidden."""
    for name, content in files_of(report).items() if report.is_dir() else ():
        if not any(part.startswith(".") for part in Path(name).parts):
            assert content == expected[name], name


def _child_at_work(parent: int, folder: Path, name: str) -> int:
    """The process of one client among the children of a run: the one that holds the client's lock."""
    lock = (folder / "reports" / name / ".lock").resolve()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            ours = f"\nPPid:\t{parent}\n" in process.joinpath("status").read_text()
            if ours and any(link.resolve() == lock for link in process.joinpath("fd").iterdir()):
                return int(process.name)
        except OSError:
            continue
    raise AssertionError(f"no process holds the lock of {name}")
