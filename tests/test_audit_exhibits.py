"""The audit on the page: load, quality, latency, evidence and readiness of every task."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.colors import to_rgba

from bespoke.chapters.task_audit import Audit, AuditQuestion, RouteFit, TaskAudit
from bespoke.exhibits.task_audit import audit_evidence, load_exhibits, quality_exhibits, readiness
from bespoke.exhibits.task_audit.quality_exhibits import _draw_gaps, _Gap
from bespoke.show.style import EMPHASIS, INK, QUIET
from bespoke.statistics.interval import Interval
from tests.shown_blocks import layout, shown, words

SURE = Interval(estimate=0.7, low=0.6, high=0.8)


def task(name: str = "Mail", **given: Any) -> TaskAudit:
    found = {
        "task_id": name.lower(), "name": name, "model": "opus", "place": "bedrock_us", "place_known": True,
        "requests_per_day": 2000.0, "peak_per_second": 0.5, "tokens_per_request": 2300, "tokens_per_month": 138e6,
        "today_monthly": SimpleNamespace(mean=600.0), "current_quality": 0.7, "quality_interval": SURE,
        "quality_grade": "measured", "target_quality": 0.9, "metric": "micro_f1", "test_cases": 100, "gap": "far",
        "p95_latency_ms": 3000.0, "p95_today_ms": (1700.0, 6500.0), "p95_measured": False, "latency_reachable": True,
        "questions": (), "fits": (), "evidence": SimpleNamespace(inputs={}, contradictions=()),
    }  # fmt: skip
    return TaskAudit.model_construct(**{**found, **given})


def audit(*tasks: TaskAudit) -> Audit:
    total = sum(one.today_monthly.mean for one in tasks)
    return Audit.model_construct(tasks=tasks, today_monthly=SimpleNamespace(mean=total))


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        (("far", "near"), "All 2 tasks are short of target; all together cost $1,200 a month"),
        (("far",), "The task is short of target; all together cost $600 a month"),
        (("far", "met", "met"), "1 of 3 tasks is short of target; all together cost $1,800 a month"),
        (("far", "near", "met"), "2 of 3 tasks are short of target; all together cost $1,800 a month"),
        (
            ("met", "unmeasured"),
            "No measured task is short of target, 1 is not measured on enough cases; all together cost $1,200 a month",
        ),
        (
            ("met", "unknown", "unmeasured"),
            "No measured task is short of target, 2 are not measured on enough cases; all together cost $1,800 a month",
        ),
    ],
)
def test_the_finding_counts_who_is_short_of_target_and_what_all_cost(
    gaps: tuple[str, ...], said: str
) -> None:
    (block,) = shown(load_exhibits.finding, audit(*(task(gap=gap) for gap in gaps)))
    assert block.text == said


def test_the_scorecard_has_a_row_a_task() -> None:
    stated = task("Notes", current_quality=None, quality_interval=None, quality_grade="unknown")
    (block,) = shown(load_exhibits.scorecard, audit(task(), stated))
    assert block.rows == (
        ("Mail", 2000.0, 600.0, 0.7, 0.6, 0.8, 0.9, "micro-F1, measured"),
        ("Notes", 2000.0, 600.0, None, None, None, 0.9, "unknown"),
    )
    assert [column[:3] for column in layout(block)][1:4] == [
        ("Requests", "integer", 0), ("A month today", "money", 0), ("Quality today", "percent", 0),
    ]  # fmt: skip


def test_the_load_has_its_tokens_in_millions_and_marks_a_place_that_is_assumed() -> None:
    (block,) = shown(load_exhibits.load, audit(task(), task("Notes", place_known=False)))
    assert block.rows[0] == ("Mail", "opus", "Bedrock, US", 2000.0, 0.5, 2300, 138.0, 600.0)
    assert block.rows[1][2] == "Bedrock, US (assumed)"
    assert [(title, form, digits) for title, form, digits, _ in layout(block)[3:]] == [
        ("Requests", "integer", 0), ("Peak", "decimal", 2), ("Tokens", "integer", 0), ("Tokens", "decimal", 1),
        ("Cost a month", "money", 0),
    ]  # fmt: skip


def test_the_dearest_task_is_named_with_its_share() -> None:
    dear = task("Notes", today_monthly=SimpleNamespace(mean=1800.0))
    (block,) = shown(load_exhibits.load_text, audit(task(), dear))
    assert words(block).endswith("**Notes** carries 75% of the $2,400 a month.")
    (block,) = shown(load_exhibits.load_text, audit(task(place_known=False), dear))
    assert "Where 1 task run was not stated" in words(block)
    (block,) = shown(load_exhibits.load_text, audit(task(place_known=False)))
    assert "Where all tasks run was not stated" in words(block)
    (block,) = shown(load_exhibits.load_text, audit(task(today_monthly=SimpleNamespace(mean=0.0))))
    assert "**Mail** carries 0% of the $0" in words(block)


def test_the_gap_is_drawn_for_tasks_with_quality_and_target(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(
        quality_exhibits.show, "figure", lambda draw, rows, **said: drawn.append((rows, said))
    )
    given = (
        task(),
        task("Notes", current_quality=None),
        task("Chat", target_quality=None),
        task("Bills", gap="met"),
    )
    quality_exhibits.gap_figure(audit(*given))
    ((rows, said),) = drawn
    assert rows == [_Gap("Mail", "far", 0.7, SURE, 0.9), _Gap("Bills", "met", 0.7, SURE, 0.9)]
    assert said["caption"] == "The widest gaps to close: Mail"
    assert said["alt"].endswith(
        "Mail: 70% today, target 90%, far from the target. Bills: 70% today, target 90%, target met."
    )
    assert said["source"] == "measured in this report: Mail, Bills"
    drawn.clear()
    quality_exhibits.gap_figure(audit(task(gap="near")))
    assert drawn[0][1]["caption"] == "No measured task is far from its target"
    drawn.clear()
    quality_exhibits.gap_figure(audit(task(current_quality=None)))
    assert drawn == []


@pytest.mark.parametrize(
    ("grades", "source"),
    [
        (
            ("declared",),
            "quality as the task list states it, with Wilson's interval for the stated number of test cases",
        ),
        (
            ("measured", "declared"),
            "measured in this report: T0; the others as the task list states it, with Wilson's interval for the stated "
            "number of test cases",
        ),
        (("measured", "measured"), "measured in this report: T0, T1"),
    ],
)
def test_whose_word_the_quality_is_stands_below(grades: tuple[str, ...], source: str) -> None:
    tasks = [task(f"T{n}", quality_grade=grade) for n, grade in enumerate(grades)]
    (block,) = shown(quality_exhibits.quality_table, audit(*tasks))
    assert block.source == source


def test_quality_stands_beside_its_target_with_the_gap_in_words() -> None:
    (block,) = shown(quality_exhibits.quality_table, audit(task(test_cases=0, gap="unmeasured")))
    assert block.rows == (
        ("Mail", 0.7, 0.6, 0.8, 0.9, "micro_f1", None, "measured", "not measured on enough cases"),
    )
    assert [column[1] for column in layout(block)] == [
        "text", "percent", "percent", "percent", "percent", "text", "integer", "text", "text",
    ]  # fmt: skip


def test_a_row_of_the_drawing_has_its_dot_its_interval_and_its_target() -> None:
    rows = [_Gap("Mail", "far", 0.7, SURE, 0.9), _Gap("Notes", "met", 0.95, None, 0.9)]
    figure = _draw_gaps(rows)
    (axes,) = figure.axes
    lines = [(list(map(float, line.get_xdata())), list(map(float, line.get_ydata()))) for line in axes.lines]
    assert lines == [
        ([0.95], [0]), ([0.9, 0.9], [-0.28, 0.28]), ([0.6, 0.8], [1, 1]), ([0.7], [1]), ([0.9, 0.9], [0.72, 1.28]),
    ]  # fmt: skip
    colours = [to_rgba(line.get_color()) for line in axes.lines]
    assert colours == [to_rgba(one) for one in (QUIET, INK, EMPHASIS, EMPHASIS, INK)]
    assert [line.get_linewidth() for line in axes.lines[1:3]] == [1.8, 1.4]
    assert [line.get_markersize() for line in axes.lines if line.get_marker() == "o"] == [7, 7]
    assert [(text.get_text(), text.xy, text.get_fontweight()) for text in axes.texts] == [
        ("95% of 90%, at target", (1, 0), "normal"), ("70% of 90%, 20 short", (1, 1), "semibold"),
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Notes", "Mail"]
    assert axes.get_xlim() == pytest.approx((0.35, 1.02))
    assert [axes.xaxis.get_major_formatter()(x, None) for x in (0.5, 1, 1.01)] == ["50%", "100%", ""]
    assert figure.get_size_inches()[1] == pytest.approx(1.64)
    assert _draw_gaps([_Gap("Low", "far", 0.2, None, 0.9)]).axes[0].get_xlim()[0] == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"p95_latency_ms": None}, "no requirement"), ({}, "within reach"),
        ({"latency_reachable": False}, "out of reach of a shared model"),
        ({"latency_reachable": False, "p95_measured": True}, "missed today"),
        ({"latency_reachable": None}, "measure before relying on it"),
    ],
)  # fmt: skip
def test_latency_has_its_verdict(given: dict[str, Any], verdict: str) -> None:
    (block,) = shown(quality_exhibits.latency, audit(task(**given)))
    one = task(**given)
    grade = "measured" if one.p95_measured else "assumed"
    assert block.rows == (("Mail", one.p95_latency_ms, 1700.0, 6500.0, grade, verdict),)
    assert layout(block)[1:4] == [(title, "integer", 0, "ms") for title in ("Required p95", "Low", "High")]


@pytest.mark.parametrize(
    ("name", "value", "cell"),
    [
        ("quality", 0.7, "70%, declared"), ("ceiling", 0.85, "85%, declared"), ("target", "x", "x, declared"),
        ("residency", "eu", "EU, declared"), ("residency", "anywhere", "anywhere, declared"),
        ("place", "bedrock_us", "Bedrock, US, declared"), ("access", True, "yes, declared"),
        ("volume", 1234.0, "1,234, declared"), ("metric", "f1", "f1, declared"), ("worth", 7, "declared"),
    ],
)  # fmt: skip
def test_an_input_is_told_with_its_grade(name: str, value: Any, cell: str) -> None:
    inputs = {name: SimpleNamespace(grade="declared", value=value)}
    one = task(evidence=SimpleNamespace(inputs=inputs, contradictions=()))
    (block,) = shown(audit_evidence.evidence, audit(one, task("Notes")))
    assert block.rows[0][1:] == (cell, "unknown")
    inputs[name].grade = "unknown"
    assert shown(audit_evidence.evidence, audit(one))[0].rows[0][1] == "unknown"


def test_what_does_not_fit_together_is_told_and_else_nothing() -> None:
    apart = (SimpleNamespace(input="quality", says="0.9 stated, 0.7 measured"),)
    one = task(evidence=SimpleNamespace(inputs={}, contradictions=apart))
    (block,) = shown(audit_evidence.contradictions, audit(one, task("Notes")))
    assert block.rows == (("Mail", "quality today", "0.9 stated, 0.7 measured"),)
    assert shown(audit_evidence.contradictions, audit(task())) == []


def test_the_five_questions_and_those_still_open() -> None:
    asked = tuple(
        AuditQuestion(question=name, verdict=verdict, evidence=f"of {name}")  # type: ignore[arg-type]
        for name, verdict in (("why", "ready"), ("data", "unknown"), ("measured", "not ready"))
    )
    table, still = shown(readiness.questions, audit(task(questions=asked)))
    assert table.rows == (("Mail", "ready", "not known", "not ready", 1),)
    assert layout(table)[1:] == [
        ("Why", "text", 0, ""), ("Data", "text", 0, ""), ("Measured", "text", 0, ""), ("Ready", "integer", 0, "of 5"),
    ]  # fmt: skip
    assert still.rows == (("Mail", "data", "of data"), ("Mail", "measured", "of measured"))
    assert still.caption == "2 answers are still open or speak against customising now"
    assert len(shown(readiness.questions, audit(task(questions=asked[:1])))) == 1


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((2, 1, 1), "closed: 2 unmet"), ((0, 1, 1), "open after 1 step"), ((0, 2, 1), "open after 2 steps"),
        ((0, 0, 3), "open, 3 to confirm"), ((0, 0, 0), "open"),
    ],
)  # fmt: skip
def test_a_route_is_open_or_says_how_much_stands_in_the_way(counts: tuple[int, int, int], said: str) -> None:
    unmet, first, unknown = ((SimpleNamespace(),) * n for n in counts)
    fit = RouteFit.model_construct(route="r", name="R", unmet=unmet, first=first, unknown=unknown)
    assert readiness._fit_words(fit) == said
    assert fit.fits is (counts[0] == 0)
