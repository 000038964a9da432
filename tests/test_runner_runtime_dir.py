"""The folder of one run: for this user alone, gone with the run, and no folder of another's is touched."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bespoke.runner.kernels import runtime_dir
from tests.conftest import ROOT

posix = pytest.mark.skipif(sys.platform == "win32", reason="nothing is cleared away there")


@posix
def test_scratch_files_of_a_killed_run_are_cleared_away_by_the_next(tmp_path: Path) -> None:
    """They may hold a client. A run that lives keeps its own, and so do others' folders of a like name."""
    for name in ("bespoke-killed", "bespoke-at-work", "bespoke-of-others"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "acme.client").touch()
    (tmp_path / "bespoke-killed" / runtime_dir.HELD).touch()
    runtime_dir._hold(tmp_path / "bespoke-at-work")
    runtime_dir._clear_away(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bespoke-at-work", "bespoke-of-others"]


RUN = """
import os, sys
from bespoke.runner.kernels.runtime_dir import folder
made = folder()
assert folder() == made
(made / "acme.client").touch()
if os.fork() == 0:
    sys.exit()
os.wait()
print(made, oct(made.stat().st_mode & 0o777), (made / "acme.client").is_file())
"""


@posix
def test_the_folder_outlives_a_forked_process_and_goes_with_the_run() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN], capture_output=True, text=True, check=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    place, mode, kept = done.stdout.split()
    assert (mode, kept) == ("0o700", "True")
    assert not Path(place).exists()
