"""How seconds and memory of the chapters that read many rows grow with the rows. Part of `make bench`.

    python tests/bench/growth.py [--times 1 10 50]

Meridian's failures, training examples, cases, training notes and recorded answers are written that many times, each
copy under ids of its own and with words of its own. Every size is measured in a process of its own: seconds of
processor time, so that other work on the machine does not count, and the most memory that was resident. The exponent
is that between two neighbouring sizes: 1.00 is in proportion to the rows.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = ("02_failure_modes", "03_dataset_readiness", "04_evaluation", "05_icd10_evaluation")
IDS = ("id", "group", "failure_id")


def grown(source: Path, folder: Path, times: int) -> Path:
    """A copy of a client folder with every row of its failures, training data and evaluation `times` times."""
    shutil.copytree(source, folder)
    for path in (*folder.glob("dataset/*.jsonl"), *folder.glob("evaluation/**/*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        copies = [_copy(row, n) for n in range(times) for row in rows]
        path.write_text("".join(json.dumps(row) + "\n" for row in copies), encoding="utf-8")
    _grow_table(folder / "failures.csv", times)
    return folder


def _copy(value: Any, n: int, key: str = "") -> Any:
    """The n-th copy of a row: ids and texts that say so; the first copy is the row itself."""
    if n == 0:
        return value
    if isinstance(value, dict):
        return {name: _copy(inner, n, name) for name, inner in value.items()}
    if key == "conversations" or key == "messages":
        return [_copy(turn, n) for turn in value]
    if isinstance(value, str) and key in IDS:
        return f"{value}-{n}"
    if isinstance(value, str) and key in ("input", "value", "content", "prompt"):
        return f"{value} Seen in room {n}, bed {n * 7 % 13}."
    return value


def _grow_table(path: Path, times: int) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, names = [*reader], reader.fieldnames or ()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(_copy(row, n) for n in range(times) for row in rows)


def measure(folder: Path) -> None:
    """Prints, as JSON, the chapters' seconds of processor time and the process's memory in MB."""
    from bespoke.chapters.registry import compute
    from bespoke.clients import load
    from bespoke.facts.reader import Facts
    from bespoke.results import Result

    started = time.process_time()
    client = load(folder.parent, folder.name)
    seconds = {"reading the folder": time.process_time() - started}
    facts = Facts(client.engagement.as_of, dict(client.engagement.thresholds))

    def nothing_earlier(stem: str) -> Result | None:
        return None

    for stem in CHAPTERS:
        started = time.process_time()
        compute(stem, client, facts, nothing_earlier, {})
        seconds[stem] = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"seconds": seconds, "memory": memory}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return
    found = {}
    with tempfile.TemporaryDirectory() as place:
        for times in options.times:
            folder = grown(ROOT / "client_data/meridian_health", Path(place) / f"times_{times}", times)
            command = [sys.executable, __file__, "--measure", str(folder)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
            found[times] = json.loads(done.stdout)
    print("seconds of processor time, by how many times the rows of Meridian; in brackets the exponent")
    for name in found[options.times[0]]["seconds"]:
        seconds = [found[times]["seconds"][name] for times in options.times]
        steps = [""] + [
            f" ({math.log(b / a) / math.log(n / m):.2f})"
            for a, b, m, n in zip(seconds, seconds[1:], options.times, options.times[1:], strict=False)
        ]
        print(f"{name:24}" + "".join(f"{s:9.2f}{step:7}" for s, step in zip(seconds, steps, strict=True)))
    print(f"{'memory, MB':24}" + "".join(f"{found[times]['memory']:9}{'':7}" for times in options.times))


if __name__ == "__main__":
    main()
