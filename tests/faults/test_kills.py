"""A run that is killed at any moment: running it again ends in the very bytes of a run that was not."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.conftest import FULL, SMALLEST, add_client, bespoke, files_of, scaled

KILLS = scaled(2, 50)


def test_killed_runs_go_on_where_they_stopped(undisturbed: Path, tmp_path: Path) -> None:
    expected = files_of(undisturbed / "reports" / SMALLEST)
    seconds = (
        json.loads((undisturbed / "reports" / SMALLEST / "manifest.json").read_text())["wall_seconds"] + 0.5
    )
    moments = random.Random(6)
    for trial in range(KILLS):
        folder = tmp_path / f"trial{trial}"
        add_client(folder)
        moment = moments.uniform(0.0, seconds)
        _kill_after(moment, folder)
        again = bespoke("run", SMALLEST, cwd=folder)
        assert again.returncode == 0, (moment, again.stdout + again.stderr)
        assert files_of(folder / "reports" / SMALLEST) == expected, moment


def test_a_killed_run_takes_its_kernels_with_it(tmp_path: Path) -> None:
    add_client(tmp_path)
    _kill_after(2.5, tmp_path)
    deadline = time.monotonic() + 10
    while (left := _processes_in(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


@pytest.mark.skipif(not FULL, reason="make faults")
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


def _kill_after(seconds: float, folder: Path) -> None:
    run = subprocess.Popen(
        [sys.executable, "-m", "bespoke", "run", SMALLEST], cwd=folder,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        run.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        run.kill()
        run.wait()


def _processes_in(folder: Path) -> list[str]:
    """Processes whose current folder is this one: a run, its zygote, its kernels."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.joinpath("cwd").resolve() == folder.resolve():
                found.append(process.name)
        except OSError:
            continue
    return found


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
