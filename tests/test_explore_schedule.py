"""The schedule under other durations and another start: what a control of chapter 7 moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bespoke import workbook
from bespoke.chapters import schedule
from bespoke.explore.explorer import NothingToExplore
from bespoke.explore.timeline_explorer import TimelineExplorer

Explore = Callable[[str], TimelineExplorer]


@pytest.fixture
def explorer(examples: Path, tmp_path: Path) -> Explore:
    def made(client: str) -> TimelineExplorer:
        book = workbook.open("07_timeline", client=client, client_data=str(examples), reports=str(tmp_path))
        return TimelineExplorer(book)

    return made


def rows(explorer: TimelineExplorer, **changes: Any) -> dict[str, tuple[Any, ...]]:
    """The table of dates after changes; file, then keys, then the value."""
    found = {tuple(key.split("/")): value for key, value in changes.items()}
    scene = explorer.base.with_changes(found, {})
    table = explorer.look("audit", scene)[2]
    return {row[0]: row for row in table.rows}


def test_every_kind_of_phase_is_one_subject(explorer: Explore) -> None:
    subjects = [phase for _, phase in explorer("harbour_legal").subjects()]
    assert len(subjects) == len(set(subjects))
    assert {"audit", "integration"} <= set(subjects)


def test_longer_roll_outs_move_every_task_that_rolls_out(explorer: Explore) -> None:
    made = explorer("harbour_legal")
    days = {f"phases.csv/integration/{name}_days": value for name, value in
            (("low", 60.0), ("likely", 70.0), ("high", 80.0))}  # fmt: skip
    before, after = rows(made), rows(made, **days)
    for name, row in after.items():
        assert row[1] == before[name][1]  # in the folder
        assert row[2] > before[name][2]


def test_a_later_start_is_a_later_finish_and_an_earlier_one_than_the_report_is_none(
    explorer: Explore,
) -> None:
    made = explorer("harbour_legal")
    later = rows(made, **{"engagement.yaml/start": date(2027, 3, 1)})
    assert all(row[2] > row[1] for row in later.values())
    past = rows(made, **{"engagement.yaml/start": date(2026, 1, 5)})
    asked = made.base.client.engagement.as_of
    assert all(row[2] >= asked.isoformat() for row in past.values())


def test_where_nothing_changes_there_is_nothing_to_explore(
    explorer: Explore, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = explorer("harbour_legal")
    book, kept = made.book, []
    for each in made.before.advised:
        steps = tuple(s.model_copy(update={"kind": "keep"}) for s in each.plan.steps)
        kept.append(each.model_copy(update={"plan": each.plan.model_copy(update={"steps": steps})}))
    monkeypatch.setattr(schedule, "advise", lambda *args, **given: tuple(kept))
    with pytest.raises(NothingToExplore, match="nothing to schedule"):
        TimelineExplorer(replace(book))
