"""Many clients at the same time: each gets the report it would get alone, and nothing of another's."""

from __future__ import annotations

import itertools
from pathlib import Path

from tests.faults.conftest import add_client, bespoke, files_of, only_in_full

CLIENTS = 24
TIMES = 10
EXAMPLES = ("harbour_legal", "atlas_payments", "meridian_health")


@only_in_full
def test_crowds_get_what_each_gets_alone(tmp_path: Path) -> None:
    marks = {f"client_{i:02}": f"Zyx{i:02}Mark" for i in range(CLIENTS)}
    alone = tmp_path / "alone"
    _fill(alone, marks)
    serial = bespoke("run", "--all", "--jobs", "1", cwd=alone, limit=3600)
    assert serial.returncode == 0, serial.stdout + serial.stderr
    for time in range(TIMES):
        crowd = tmp_path / f"crowd{time}"
        _fill(crowd, marks)
        done = bespoke("run", "--all", "--jobs", str(min(CLIENTS, 4)), cwd=crowd, limit=3600)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{CLIENTS} of {CLIENTS} clients done" in done.stdout
        for name, mark in marks.items():
            files = files_of(crowd / "reports" / name)
            assert files == files_of(alone / "reports" / name), (time, name)
            others = [other.encode() for other in marks.values() if other != mark]
            files["manifest.json"] = (crowd / "reports" / name / "manifest.json").read_bytes()
            for path, content in files.items():
                assert not [other for other in others if other in content], (time, name, path)
            assert mark.encode() in files["report.html"]


def _fill(folder: Path, marks: dict[str, str]) -> None:
    """Clients made from the examples, each with a word of its own in its name, its tasks and its failures."""
    for (name, mark), source in zip(marks.items(), itertools.cycle(EXAMPLES)):
        client = add_client(folder, name, source)
        engagement = client / "engagement.yaml"
        lines = engagement.read_text(encoding="utf-8").splitlines()
        lines = [f"client: {mark} and Sons" if line.startswith("client:") else line for line in lines]
        engagement.write_text("\n".join(lines) + "\n", encoding="utf-8")
        tasks = client / "tasks.csv"
        rows = tasks.read_text(encoding="utf-8").splitlines()
        identifier, title, rest = rows[1].split(",", 2)
        rows[1] = f"{identifier},{title} {mark},{rest}"
        tasks.write_text("\n".join(rows) + "\n", encoding="utf-8")
