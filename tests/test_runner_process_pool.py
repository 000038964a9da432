"""Many clients where nothing can be forked: a command for each."""

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke.runner.cache.run_plan import RunOptions
from bespoke.runner.parallel import process_pool


@pytest.mark.parametrize("names", [("one", "two"), ("one",)])
def test_what_each_command_says_is_heard_and_is_its_problem_where_it_fails(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "client_data").mkdir()
    said: list[str] = []
    found = process_pool._by_command(
        names, RunOptions(tmp_path / "client_data", tmp_path / "reports"), 1, said.append
    )
    assert [one.name for one in found] == list(names)
    assert [len(one.problems) for one in found] == [1] * len(names)
    for place, one in enumerate(found, start=1):
        assert one.problems[0].startswith(f"{one.name}: ")
        assert one.problems[0] in said
        assert said.count(f"[{place}/{len(names)}] {one.name}: failed") == (len(names) > 1)
