"""Durations learnt from the log of finished engagements."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bespoke import clients
from bespoke.chapters.timeline import compute
from bespoke.chapters.timeline.estimates import calibrate
from bespoke.clients.schema import LoggedPhase
from bespoke.facts.reader import Facts

FACTS = Facts(date(2026, 11, 20))


def rows(phase: str, ratios: list[float]) -> tuple[LoggedPhase, ...]:
    return tuple(
        LoggedPhase(engagement=f"E{i}", phase=phase, planned_days=10, actual_days=10 * ratio)
        for i, ratio in enumerate(ratios)
    )


def test_ratios_of_ten_engagements_are_smallest_median_and_largest() -> None:
    # Ratios run from 0.8 to 2.0 with median (1.0 + 1.2) / 2 = 1.1.
    ratios = [0.8, 0.9, 0.9, 1.0, 1.0, 1.2, 1.3, 1.5, 1.8, 2.0]
    low, likely, high = calibrate(rows("audit", ratios), FACTS)["audit"]
    assert (low, likely, high) == pytest.approx((0.8, 1.1, 2.0))


def test_nine_engagements_are_not_enough() -> None:
    assert calibrate(rows("audit", [1.0] * 9), FACTS) == {}


def test_a_phase_the_table_does_not_know_is_left_alone() -> None:
    assert calibrate(rows("party", [1.0] * 12), FACTS) == {}


def test_the_timeline_says_whether_the_log_was_used(root: Path) -> None:
    client = clients.load(root / "client_data", "harbour_legal")
    without = compute(client, FACTS, draws=500)
    assert without.log_rows == {}
    assert {p.basis for p in without.portfolio.phases} & {"log"} == set()
    with_log = compute(replace(client, log=rows("audit", [1.5] * 10)), FACTS, draws=500)
    audit = with_log.portfolio.phase("audit")
    assert audit.basis == "log"
    assert audit.likely_days == pytest.approx(2.333 * 1.5, abs=0.01)


def test_three_points_of_a_phase_are_its_likely_days_times_the_ratios(root: Path) -> None:
    # The table has the audit at likely 2.333 days.
    ratios = [0.8, 0.9, 0.9, 1.0, 1.0, 1.2, 1.3, 1.5, 1.8, 2.0]
    client = replace(clients.load(root / "client_data", "harbour_legal"), log=rows("audit", ratios))
    audit = compute(client, FACTS, draws=500).portfolio.phase("audit")
    expected = (2.333 * 0.8, 2.333 * 1.1, 2.333 * 2.0)
    assert (audit.low_days, audit.likely_days, audit.high_days) == pytest.approx(expected, abs=0.006)


def test_the_log_is_read_from_beside_the_client_folders_and_checked(client_data: Path) -> None:
    log = client_data / "engagement_log.csv"
    log.write_text("engagement,phase,planned_days,actual_days\nA,audit,3,4\n", encoding="utf-8")
    assert clients.load(client_data, "harbour_legal").log == (
        LoggedPhase(engagement="A", phase="audit", planned_days=3, actual_days=4),
    )
    log.write_text("engagement,phase,planned_days,actual_days\nA,audit,0,4\n", encoding="utf-8")
    problem = next(p for p in clients.check(client_data, "harbour_legal") if not p.warning)
    assert str(problem).startswith("engagement_log.csv:2: planned_days:")
    assert clients.names(client_data) == sorted(p.name for p in client_data.iterdir() if p.is_dir())
