"""One run of a client at a time: whoever comes second waits, says so once, and goes on when the folder is free."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bespoke.errors import BespokeError
from bespoke.runner import lock


def test_a_free_folder_is_taken_without_a_word_and_freed_at_the_end(tmp_path: Path) -> None:
    said: list[str] = []
    for _ in range(2):  # freed: it can be taken again
        with lock.one_at_a_time(tmp_path / "acme", lambda: said.append("waiting")):
            second = os.open(tmp_path / "acme/.lock", os.O_RDWR)
            assert not lock.take(second)
            os.close(second)
    assert said == []


def test_who_comes_second_says_once_that_it_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = os.open(tmp_path / ".lock", os.O_RDWR | os.O_CREAT)
    assert lock.take(first)
    said: list[str] = []
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            os.close(first)

    monkeypatch.setattr(lock.time, "sleep", sleep)
    with lock.one_at_a_time(tmp_path, lambda: said.append("waiting")):
        assert (said, len(looks)) == (["waiting"], 3)


def test_a_folder_is_freed_where_the_run_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="three"), lock.one_at_a_time(tmp_path, lambda: None):
        raise ValueError("three")
    with lock.one_at_a_time(tmp_path, lambda: pytest.fail("it is free")):
        pass


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_a_lock_is_never_taken_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "outside").touch()
    (tmp_path / ".lock").symlink_to(tmp_path / "outside")
    with pytest.raises(BespokeError, match="cannot write: "), lock.one_at_a_time(tmp_path, lambda: None):
        pass
