"""What surrounds a run fails it: the disk, the folder, the home, the network, the fonts, the clock."""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.faults.conftest import FULL, REPORTS, SMALLEST, add_client, bespoke, files_of

CAP_DAC_OVERRIDE, PR_CAPBSET_DROP, CLONE_NEWNET = 1, 24, 0x40000000
linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


def one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Exit 1, and a line that says what is the matter; no traceback."""
    said = done.stdout + done.stderr
    assert done.returncode == 1, said
    assert "Traceback" not in said
    assert any(all(word in line for word in words) for line in said.splitlines()), said


def same_report(folder: Path, undisturbed: Path) -> None:
    mine, other = (files_of(place / "reports" / SMALLEST) for place in (folder, undisturbed))
    assert mine == other


@linux
@pytest.mark.parametrize("most", [100, 20_000, 400_000] if FULL else [20_000])
def test_a_full_disk_is_a_line_and_leaves_nothing_half_written(tmp_path: Path, most: int) -> None:
    """A limit on the size of files fails writes as a full disk does: in the middle."""
    add_client(tmp_path)
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))  # noqa: E731
    done = bespoke("run", SMALLEST, cwd=tmp_path, preexec_fn=limit)
    one_line(done, "cannot write: File too large")
    assert not [name for name in REPORTS if (tmp_path / "reports" / SMALLEST / name).exists()]


@linux
@pytest.mark.skipif(not FULL, reason="make faults")
def test_a_disk_that_is_really_full(tmp_path: Path, undisturbed: Path) -> None:
    add_client(tmp_path)
    small = tmp_path / "reports"
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount")
    try:
        one_line(bespoke("run", SMALLEST, cwd=tmp_path), "cannot write: No space left on device")
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        assert bespoke("run", SMALLEST, cwd=tmp_path).returncode == 0  # goes on with what it has
        same_report(tmp_path, undisturbed)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


@linux
def test_a_reports_folder_that_cannot_be_written(tmp_path: Path) -> None:
    add_client(tmp_path)
    (tmp_path / "reports").chmod(0o555)
    done = bespoke("run", SMALLEST, cwd=tmp_path, preexec_fn=_give_up_the_right_to_write_anywhere)
    one_line(done, SMALLEST, "Permission denied")


def test_a_file_where_the_reports_folder_should_be(tmp_path: Path) -> None:
    add_client(tmp_path)
    (tmp_path / "reports").rmdir()
    (tmp_path / "reports").write_text("not a folder")
    one_line(bespoke("run", SMALLEST, cwd=tmp_path), "reports")


@pytest.mark.slow
def test_no_home_no_network_and_a_clock_that_jumps_change_no_byte(tmp_path: Path, undisturbed: Path) -> None:
    """All at once: each alone is weaker."""
    add_client(tmp_path)
    (tmp_path / "shims").mkdir()
    (tmp_path / "shims/sitecustomize.py").write_text(
        textwrap.dedent("""
        import time
        honest, started = time.time, time.monotonic()
        time.time = lambda: honest() + (86_400 * 400 if time.monotonic() - started > 1 else -86_400)
    """)
    )
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("XDG_")},
        "HOME": "/nonexistent/home",
        "PYTHONPATH": f"{tmp_path / 'shims'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}",
        "TZ": "Pacific/Kiritimati",
        "https_proxy": "http://127.0.0.1:9",
    }
    done = bespoke("run", SMALLEST, cwd=tmp_path, env=environment, **_without_network())
    assert done.returncode == 0, done.stdout + done.stderr
    same_report(tmp_path, undisturbed)


def test_files_from_the_future_are_judged_by_their_bytes(tmp_path: Path, undisturbed: Path) -> None:
    folder = Path(shutil.copytree(undisturbed, tmp_path / "later"))
    for path in folder.rglob("*"):
        os.utime(path, (4e9, 4e9))
    done = bespoke("run", SMALLEST, cwd=folder)
    assert done.returncode == 0
    assert "ran in" not in done.stdout
    assert "rendered" not in done.stdout


def test_a_font_of_the_client_that_is_missing_is_named_with_its_place(tmp_path: Path) -> None:
    client = add_client(tmp_path)
    with (client / "engagement.yaml").open("a") as file:
        file.write("\nfonts: [fonts/House.otf]\n")
    one_line(bespoke("run", SMALLEST, cwd=tmp_path), f"{SMALLEST}/engagement.yaml:", "fonts")


def _give_up_the_right_to_write_anywhere() -> None:
    """The superuser may write into read-only folders; not without this capability."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def _without_network() -> dict[str, object]:
    """A network of its own with nothing in it, where the system lets us have one."""
    if sys.platform != "linux":
        return {}
    libc = ctypes.CDLL(None)
    return {"preexec_fn": lambda: libc.unshare(CLONE_NEWNET)}
