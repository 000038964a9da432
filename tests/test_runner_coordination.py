"""A notebook tells that it has begun, and once that its result has been written anew."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bespoke.runner.parallel.coordination import Watched


def watched(path: Path) -> tuple[Watched, list[str]]:
    told: list[str] = []
    return Watched(path, told.append), told


@pytest.mark.parametrize("before", ["", "of the last run"])
def test_a_result_has_come_once_when_it_is_written_anew(tmp_path: Path, before: str) -> None:
    path = tmp_path / "result.json"
    if before:
        path.write_text(before)
    one, told = watched(path)
    one.has_begun()
    assert not one.has_come()  # what the last run left is no news
    assert told == ["begun"]
    (tmp_path / "new").write_text(before)
    if before:  # on a disk that keeps time coarsely
        os.utime(tmp_path / "new", ns=(0, path.stat().st_mtime_ns))
    (tmp_path / "new").replace(path)  # the same bytes in another file
    assert one.has_come()
    assert not one.has_come()
    assert told == ["begun", "result"]


def test_a_result_that_is_written_over_or_taken_away_is_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    path.write_text("1")
    one, told = watched(path)
    path.unlink()
    assert not one.has_come()
    two, told_two = watched(path)
    path.write_text("1")
    assert two.has_come()
    three, told_three = watched(path)
    found = path.stat()
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 1))  # in its place, a moment later
    assert three.has_come()
    assert (told, told_two, told_three) == ([], ["result"], ["result"])
