"""Which files a chapter's result depends on, and that their bytes, the day and nothing else change its key."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from bespoke import keys
from bespoke.keys import input_digests, key_of, reads

DAY = "2026-11-20"
FILES = {
    "engagement.yaml": "e",
    "tasks.csv": "t",
    "failures.csv": "f",
    "dataset/a.jsonl": "d",
    "notes.txt": "n",
}


@pytest.mark.parametrize(
    ("stem", "name", "read"),
    [
        ("01_task_audit", "tasks.csv", True),
        ("01_task_audit", "tasks.xlsx", True),  # a workbook stands for the CSV file
        ("01_task_audit", "notes.txt", False),
        ("01_task_audit", "dataset/a.jsonl", False),
        ("03_dataset_readiness", "dataset/a.jsonl", True),  # a folder is read with all that is in it
        ("03_dataset_readiness", "dataset_of_others/a.jsonl", False),
    ],
)
def test_a_chapter_reads_the_files_it_names_and_what_lies_in_its_folders(
    stem: str, name: str, read: bool
) -> None:
    assert reads(stem, name) is read


def test_a_key_changes_with_the_day_and_what_is_read_alone() -> None:
    before = key_of("01_task_audit", FILES, DAY)
    assert key_of("01_task_audit", dict(reversed(FILES.items())), DAY) == before
    assert key_of("01_task_audit", {**FILES, "notes.txt": "other"}, DAY) == before
    assert key_of("01_task_audit", {**FILES, "tasks.csv": "other"}, DAY) != before
    assert key_of("01_task_audit", FILES, "2026-11-21") != before


def test_a_key_changes_with_what_a_needed_chapter_reads() -> None:
    """The recommendation itself reads no dataset; it needs the chapter that does."""
    assert not reads("08_recommendation", "dataset/a.jsonl")
    before = key_of("08_recommendation", FILES, DAY)
    assert key_of("08_recommendation", {**FILES, "dataset/a.jsonl": "other"}, DAY) != before


def test_the_consultancys_log_lies_beside_the_folder_and_counts_by_its_bytes(tmp_path: Path) -> None:
    client = tmp_path / "acme"
    (client / "dataset").mkdir(parents=True)
    (client / "tasks.csv").write_bytes(b"t")
    (client / "dataset" / "a.jsonl").write_bytes(b"d")
    (tmp_path / "engagement_log.csv").write_bytes(b"log")
    (tmp_path / "of_others.csv").write_bytes(b"o")
    assert input_digests(client) == {
        "tasks.csv": hashlib.sha256(b"t").hexdigest(),
        "dataset/a.jsonl": hashlib.sha256(b"d").hexdigest(),
        "../engagement_log.csv": hashlib.sha256(b"log").hexdigest(),
    }


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_what_lies_beside_the_folder_is_not_read_through_a_link_in_it(tmp_path: Path) -> None:
    """Another client's folder is beside this one."""
    (tmp_path / "acme").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "tasks.csv").write_bytes(b"of another client")
    (tmp_path / "acme" / "tasks.csv").symlink_to(tmp_path / "other" / "tasks.csv")
    assert input_digests(tmp_path / "acme") == {
        "tasks.csv": hashlib.sha256(b"leads out: tasks.csv").hexdigest()
    }


def test_the_code_of_a_package_is_its_modules_and_tables_without_what_python_or_a_build_leaves(
    tmp_path: Path,
) -> None:
    for name in (
        "a.py", "facts/b.yaml", "facts/deep/c.csv", "d.tsv.gz", "e.npz", "f.json", "g.txt", "h.pyc",
        "_data/i.py", "facts/__pycache__/j.py", "facts/_data/k.yaml",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = sorted(path.relative_to(tmp_path).as_posix() for path in keys._code(tmp_path))
    assert found == ["a.py", "d.tsv.gz", "e.npz", "f.json", "facts/b.yaml", "facts/deep/c.csv"]
