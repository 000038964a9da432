"""The bars of a plan, and the table of its phases."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from matplotlib.colors import to_rgba

from bespoke.chapters.timeline import PhaseTimeline, PlanTimeline, Timeline
from bespoke.chapters.timeline.result import ABTest
from bespoke.exhibits.timeline import phases
from bespoke.exhibits.timeline.date_axis import x_of
from bespoke.exhibits.timeline.next_days import next_days_table
from bespoke.exhibits.timeline.phases import _draw_gantt, _PhaseBar, _rows
from bespoke.show.style import EMPHASIS, QUIET
from tests.shown_blocks import layout, shown

DAYS = [date(2026, 11, day) for day in range(1, 31)]


def phase(name: str, task: str = "", critical: float = 0.5, start: int = 2, **given: Any) -> PhaseTimeline:
    found = {
        "key": name, "phase": name, "title": name.title(), "task_id": task, "low_days": 1.0, "likely_days": 2.0,
        "high_days": 4.0, "basis": "priced", "if_needed": False, "after": (), "start_p50": DAYS[start],
        "finish_p10": DAYS[start + 2], "finish_p50": DAYS[start + 3], "finish_p90": DAYS[start + 5],
        "criticality": critical, "rank_correlation": 0.25,
    }  # fmt: skip
    return PhaseTimeline.model_construct(**{**found, **given})


def timeline(*given: PhaseTimeline, tasks: tuple[str, ...] = ("notes",)) -> Timeline:
    plan = PlanTimeline.model_construct(name="engagement", phases=given)
    tests = tuple(ABTest.model_construct(task_id=task, name=task.title()) for task in tasks)
    return Timeline.model_construct(plans=(plan,), portfolio=plan, ab_tests=tests, next_days=())


def test_bars_run_by_date_below_the_name_of_their_task_where_there_are_several() -> None:
    some = [
        phase("b", "notes", 0.49, start=5),
        phase("a", "notes", 0.5, start=3),
        phase("c", "mail"),
        phase("audit"),
    ]
    rows = [*_rows(timeline(tasks=("notes", "mail")), some)]
    assert [row if isinstance(row, str) else row.phase for row in rows] == [
        "All tasks", "Audit", "Notes", "A", "B", "Mail", "C",
    ]  # fmt: skip
    bars = {row.phase: row for row in rows if isinstance(row, _PhaseBar)}
    assert bars["A"] == _PhaseBar("A", DAYS[3], DAYS[5], DAYS[6], DAYS[8], True, "50%")
    assert bars["B"].decides is False
    one = [*_rows(timeline(), [phase("a", "notes"), phase("audit")])]
    assert [row.phase for row in one if isinstance(row, _PhaseBar)] == ["Audit", "A"]
    assert len(one) == 2, "one task needs no name"


def test_a_bar_covers_its_days_the_last_one_too_and_a_line_runs_from_p10_to_p90() -> None:
    long = _PhaseBar("Test", DAYS[2], DAYS[4], DAYS[6], DAYS[9], True, "80%")
    moment = _PhaseBar("Audit", DAYS[1], DAYS[0], DAYS[0], DAYS[0], False, "5%")
    figure = _draw_gantt(["Notes", moment, long])
    (axes,) = figure.axes
    first = x_of(DAYS[1])
    bars = [
        (bar.get_x() - first, bar.get_width(), bar.get_y() + bar.get_height() / 2) for bar in axes.patches
    ]
    assert bars == [(1, 5, 0), (0, pytest.approx(0.6), 1)]
    assert [list(line.get_xdata() - first) for line in axes.lines] == [[4, 9], [0, 0]]
    assert [line.get_ydata()[0] for line in axes.lines] == [0, 1]
    words = {text.get_text(): text.xy for text in axes.texts}
    assert words == {"decides the date in 80% of runs": (first + 9, 0), "Notes": (first, 2)}
    colours = [bar.get_facecolor() for bar in axes.patches]
    assert colours == [to_rgba(EMPHASIS), to_rgba(QUIET)]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Test", "Audit", ""]
    assert axes.get_xlim() == pytest.approx((first - 1, first + 1.3 * 8 + 2))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2 Nov", "9 Nov"]
    assert [bar.get_height() for bar in axes.patches] == [pytest.approx(0.52)] * 2
    assert figure.get_size_inches()[1] == pytest.approx(1.3)


def test_the_figure_leaves_out_what_takes_no_time_and_says_what_stands_in_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(phases.show, "figure", lambda draw, rows, **said: drawn.append((rows, said)))
    monkeypatch.setattr(phases, "MOST_BARS", 2)
    some = [
        phase("a", critical=0.1),
        phase("b", critical=0.9),
        phase("c", critical=0.5),
        phase("d", high_days=0.0),
    ]
    phases.gantt_figure(timeline(*some))
    ((rows, said),) = drawn
    assert [row.phase for row in rows] == ["B", "C"]
    assert said["caption"] == (
        "The whole engagement: bars run to the even chance, lines from P10 to P90; blue bars mostly decide it; "
        "1 phases that decide it less often stand in the table"
    )
    assert said["alt"].startswith(
        "Gantt chart. B 3 Nov 2026 to 6 Nov 2026, finish between 5 Nov 2026 and 8 Nov 2026"
    )
    assert "decides the date in 90% of the draws; C " in said["alt"]
    drawn.clear()
    phases.gantt_figure(timeline(*some), PlanTimeline.model_construct(name="Mail", phases=tuple(some[1:3])))
    assert drawn[0][1]["caption"].startswith("The plan of Mail: ")
    assert drawn[0][1]["caption"].endswith("mostly decide it")
    drawn.clear()
    phases.gantt_figure(timeline(some[3]))
    assert drawn == []


def test_the_table_lists_phases_by_task_with_what_they_wait_for() -> None:
    some = [
        phase("audit", basis="table"), phase("b", "mail", 0.25, after=("audit",)), phase("a", "notes", if_needed=True),
    ]  # fmt: skip
    (block,) = shown(phases.phases_table, timeline(*some, tasks=("notes", "mail")))
    assert block.rows == (
        ("Audit", "All tasks", 1.0, 2.0, 4.0, "tables", "", 0.5, 0.25),
        ("A (if needed)", "Notes", 1.0, 2.0, 4.0, "as priced", "", 0.5, 0.25),
        ("B", "Mail", 1.0, 2.0, 4.0, "as priced", "Audit", 0.25, 0.25),
    )
    assert layout(block)[2:] == [
        ("Low", "decimal", 1, ""), ("Likely", "decimal", 1, ""), ("High", "decimal", 1, ""), ("From", "text", 0, ""),
        ("After", "text", 0, ""), ("Critical", "percent", 0, ""), ("Rank correlation", "decimal", 2, "with the finish"),
    ]  # fmt: skip
    assert shown(phases.phases_table, timeline()) == []


def test_where_nothing_begins_soon_one_sentence_says_so() -> None:
    (block,) = shown(next_days_table, timeline())
    assert block.markdown == "Nothing has to be begun in the next 30 days: every task stays as it is."
