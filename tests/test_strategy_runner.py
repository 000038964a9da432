"""How often a strategy says how far it has come."""

from __future__ import annotations

import pytest

from bespoke.claude.sending.strategy_runner import StrategyProgress


@pytest.mark.parametrize(
    ("total", "told"),
    [
        (49, []),
        (50, []),  # the end speaks for itself
        (120, [50, 100]),
        (1000, [100, 200, 300, 400, 500, 600, 700, 800, 900]),  # ten times at most
    ],
)
def test_progress_is_told_every_fifty_notes_or_ten_times_in_all(total: int, told: list[int]) -> None:
    said: list[str] = []
    progress = StrategyProgress("Few shots", total, said.append)
    for _ in range(total):
        progress.step()
    assert said == [f"Few shots: {done} of {total} notes" for done in told]
