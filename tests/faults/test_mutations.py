"""Spoilt client folders: a report, or lines that name file and place. Never a traceback, a hang or half a report."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.faults.conftest import REPORTS, SMALLEST, add_client, bespoke, scaled
from tests.faults.mutations import CORPUS, spoil

FOLDERS = scaled(2, int(os.environ.get("BESPOKE_MUTATIONS", "1000")))
BATCH = 50
SEEDS = range(FOLDERS) if len(CORPUS) < FOLDERS else [i * 13 for i in range(FOLDERS)]


@pytest.mark.parametrize("first", range(0, FOLDERS, BATCH))
def test_every_spoilt_folder_ends_in_a_report_or_in_lines(first: int, tmp_path: Path) -> None:
    clients = {f"client_{seed:04}": seed for seed in list(SEEDS)[first : first + BATCH]}
    for name, seed in clients.items():
        spoil(add_client(tmp_path, name), seed)
    done = bespoke("run", "--all", cwd=tmp_path, limit=60 + 30 * BATCH)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert said.replace("\n", "").isprintable()
    assert f"of {len(clients)} clients done" in said, said[-2000:]
    failed = set(re.findall(r"^\[\d+/\d+\] (\S+): failed$", said, re.MULTILINE))
    assert done.returncode == (1 if failed else 0)
    for name, seed in clients.items():
        report = tmp_path / "reports" / name
        there = [file for file in REPORTS if (report / file).is_file()]
        if name in failed:
            assert there == [], seed
            assert re.search(rf"^{name}/\S.*: \S", said, re.MULTILINE), (seed, said)
            crash = re.search(rf"^{name} failed: {name}/\d\d_\w+\.ipynb.*", said, re.MULTILINE)
            assert crash is None, (seed, crash and crash[0])  # `check` should have seen it
        else:
            assert there == list(REPORTS), seed


def test_the_folder_the_mutations_start_from_is_sound(undisturbed: Path) -> None:
    assert (undisturbed / "reports" / SMALLEST / "report.pdf").is_file()
