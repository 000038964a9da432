"""Seconds of `bespoke run` beside the plain chain, in one go and in alternation. `make bench`.

The plain chain is what a user would do without us: `papermill` once per notebook, then
`jupyter nbconvert --to html` once per notebook. It makes seven HTML files and no PDF.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[2]
STEMS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
EXAMPLES = ("meridian_health", "harbour_legal", "atlas_payments")
PHASES = ("kernel", "imports", "cells", "save")
ROW = {"failures.csv": "one row of failures.csv", "dataset": "one row of the training data"}
GOALS = {"cold": 10, "nothing changed": 50, **dict.fromkeys(ROW.values(), 20)}


@dataclass
class Times:
    """Wall seconds by what was timed, and where the time of cold runs went."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    manifests: list[dict[str, dict[str, object]]] = field(default_factory=list)

    def take(self, name: str, work: Callable[[], object]) -> None:
        started = time.perf_counter()
        work()
        self.seconds.setdefault(name, []).append(time.perf_counter() - started)


def call(*arguments: str, cwd: Path) -> str:
    """What a command says; the bench ends where one fails. Bytecode is written, as in any ordinary installation."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    done = subprocess.run(arguments, cwd=cwd, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def plain(folder: Path, client: str) -> None:
    """Seven papermill commands, then seven nbconvert commands."""
    out = folder / "plain" / client
    out.mkdir(parents=True)
    for stem in STEMS:
        call(
            sys.executable, "-m", "papermill", str(ROOT / "notebooks" / f"{stem}.ipynb"), str(out / f"{stem}.ipynb"),
            "-p", "client", client, "-p", "reports", str(folder / "plain_reports"), cwd=folder,
        )  # fmt: skip
    for stem in STEMS:
        call(
            sys.executable,
            "-m",
            "jupyter",
            "nbconvert",
            "--to",
            "html",
            str(out / f"{stem}.ipynb"),
            cwd=folder,
        )


def ours(folder: Path, *arguments: str) -> str:
    return call(sys.executable, "-m", "bespoke", "run", *arguments, cwd=folder)


def one_client(client: str, rounds: int) -> Times:
    """Plain chain, cold run, unchanged run and two runs after a changed row, in turn."""
    times = Times()
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = prepared(Path(name), [(client, client)])
            times.take("plain chain", lambda f=folder: plain(f, client))  # type: ignore[misc]
            times.take("cold", lambda f=folder: ours(f, client))  # type: ignore[misc]
            manifest = json.loads((folder / "reports" / client / "manifest.json").read_text(encoding="utf-8"))
            times.manifests.append(manifest)
            times.take("nothing changed", lambda f=folder: ours(f, client))  # type: ignore[misc]
            for what, label in ROW.items():
                change_a_row(folder / "client_data" / client / what)
                times.take(label, lambda f=folder: ours(f, client))  # type: ignore[misc]
        print(f"round {number + 1} of {rounds} done", file=sys.stderr)
    return times


def prepared(folder: Path, clients: Sequence[tuple[str, str]]) -> Path:
    for name, source in clients:
        shutil.copytree(ROOT / "client_data" / source, folder / "client_data" / name)
    (folder / "reports").mkdir()
    return folder


def change_a_row(path: Path) -> None:
    """The last row of a file, or of the first file of a folder, is taken away."""
    path = (
        path if path.is_file() else next(p for p in sorted(path.iterdir()) if p.suffix in (".jsonl", ".csv"))
    )
    rows = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    path.write_text("\n".join(rows[:-1]) + "\n", encoding="utf-8")


def show_one_client(client: str, times: Times) -> None:
    base = median(times.seconds["plain chain"])
    print(f"\n{client}: {len(times.manifests)} rounds in alternation")
    print(f"{'':32}{'median':>9}{'min':>9}{'max':>9}{'ratio':>8}{'goal':>7}")
    for name, values in times.seconds.items():
        goal = f"{GOALS[name]}x" if name in GOALS else ""
        middle = median(values)
        print(f"{name:32}{middle:8.2f}s{min(values):8.2f}s{max(values):8.2f}s{base / middle:7.1f}x{goal:>7}")


def show_breakdown(manifest: dict[str, dict[str, dict[str, object]]]) -> None:
    """Where a cold run's time went. Notebooks run side by side: their seconds add up to more than the wall's."""
    print(f"\n{'seconds of a cold run':32}" + "".join(f"{phase:>9}" for phase in PHASES))
    inside = 0.0
    for stem, run in manifest["notebooks"].items():
        seconds: dict[str, float] = run["seconds"]  # type: ignore[assignment]
        inside += seconds["imports"] + seconds["cells"]
        print(f"{stem:32}" + "".join(f"{seconds[phase]:9.2f}" for phase in PHASES))
    render: dict[str, float] = manifest["render_seconds"]  # type: ignore[assignment]
    print("render: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in render.items()))
    wall = float(manifest["wall_seconds"])  # type: ignore[arg-type]
    busy = min(1.0, (inside + sum(render.values())) / wall)
    width = 40
    print(f"wall {wall:.2f} s, of it inside cells and the typesetter (side by side counted twice):")
    print(
        f"  [{'#' * round(busy * width):<{width}}] {inside:.2f} s cells + {sum(render.values()):.2f} s typesetter"
    )


def many_clients(count: int, plain_seconds: float) -> None:
    """Copies of the three examples in one command, with the memory of all its processes."""
    print(f"\n{'clients in one command':32}{'seconds':>9}{'each':>9}{'peak':>11}{'ratio':>8}")
    for size in dict.fromkeys((count // 4, count // 2, count)):
        with tempfile.TemporaryDirectory() as name:
            sources = itertools.islice(itertools.cycle(EXAMPLES), size)
            folder = prepared(Path(name), [(f"client_{i:02}", source) for i, source in enumerate(sources)])
            started = time.perf_counter()
            with Memory(folder) as memory:
                ours(folder, "--all")
            seconds = time.perf_counter() - started
        ratio = size * plain_seconds / seconds
        print(f"{size:<32}{seconds:8.1f}s{seconds / size:8.2f}s{memory.peak / 2**20:7.0f} MiB{ratio:7.1f}x")
    print(
        f"ratio to {plain_seconds:.1f} s for each client, the mean plain chain of the three examples;"
        " goal 15x and 2048 MiB"
    )


class Memory:
    """Peak memory of all processes at work in a folder, pages they share counted once (PSS). Linux only."""

    def __init__(self, folder: Path) -> None:
        self.peak = 0
        self._folder = os.path.realpath(folder)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self.peak = max(self.peak, sum(map(self._bytes_of, Path("/proc").glob("[0-9]*"))))

    def _bytes_of(self, process: Path) -> int:
        try:
            if os.path.realpath(process / "cwd") != self._folder:
                return 0
            lines = (process / "smaps_rollup").read_text().splitlines()
            return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except OSError:
            return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--client", default="meridian_health", choices=EXAMPLES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=24, help="For the run of many; 0 leaves it out.")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"{cores} cores, {platform.platform()}, Python {platform.python_version()}")
    if hasattr(os, "getloadavg"):
        print(f"load of the machine before the start: {os.getloadavg()[0]:.1f}")
    times = one_client(options.client, options.rounds)
    show_one_client(options.client, times)
    show_breakdown(times.manifests[-1])  # type: ignore[arg-type]
    if options.clients:
        others = Times()
        for client in EXAMPLES:
            with tempfile.TemporaryDirectory() as name:
                folder = prepared(Path(name), [(client, client)])
                others.take("plain chain", lambda f=folder, c=client: plain(f, c))  # type: ignore[misc]
        many_clients(options.clients, sum(others.seconds["plain chain"]) / len(EXAMPLES))


if __name__ == "__main__":
    main()
