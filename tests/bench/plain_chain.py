"""Seconds of `bespoke run` beside the plain chain, in one go and in alternation. `make bench`.

The plain chain is what a user would do without us: `papermill` once per notebook, then
`jupyter nbconvert --to html` once per notebook. It makes seven HTML files and no PDF.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
STEMS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


def call(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(arguments, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")


def seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def plain(folder: Path, client: str) -> None:
    """Seven papermill commands, then seven nbconvert commands."""
    out = folder / "plain"
    out.mkdir()
    for stem in STEMS:
        call(
            sys.executable, "-m", "papermill", str(ROOT / "notebooks" / f"{stem}.ipynb"), str(out / f"{stem}.ipynb"),
            "-p", "client", client, "-p", "reports", str(folder / "plain_reports"), cwd=folder,
        )  # fmt: skip
    for stem in STEMS:
        call(sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", str(out / f"{stem}.ipynb"), cwd=folder)


def ours(folder: Path, client: str) -> None:
    call(sys.executable, "-m", "bespoke", "run", client, cwd=folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", default="meridian_health")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    times: dict[str, list[float]] = {"plain chain": [], "bespoke, cold": [], "bespoke, nothing changed": []}
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copytree(ROOT / "client_data" / options.client, folder / "client_data" / options.client)
            (folder / "reports").mkdir()
            times["plain chain"].append(seconds(partial(plain, folder, options.client)))
            times["bespoke, cold"].append(seconds(partial(ours, folder, options.client)))
            times["bespoke, nothing changed"].append(seconds(partial(ours, folder, options.client)))
    base = median(times["plain chain"])
    print(f"{options.client}, {options.rounds} rounds in alternation, {os.cpu_count()} cores, {platform.platform()}")
    print(f"{'':28}{'median':>9}{'min':>9}{'max':>9}{'ratio':>8}")
    for name, values in times.items():
        print(f"{name:28}{median(values):8.2f}s{min(values):8.2f}s{max(values):8.2f}s{base / median(values):7.1f}x")


if __name__ == "__main__":
    main()
