"""The timeline on the page: dates, contingency, what durations rest on, tests in live traffic, and risks."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.chapters.examples_needed import ExamplesNeed
from bespoke.chapters.timeline import PhaseTimeline, PlanTimeline, Timeline
from bespoke.chapters.timeline.result import ABTest, Action, CurvePoint, FinishDates, WithinWeeks
from bespoke.exhibits.timeline import ab_test_exhibits, date_axis, date_exhibits, durations, next_days
from bespoke.exhibits.timeline.date_axis import x_of
from bespoke.exhibits.timeline.risks import _out_of_reach, driver_text, risks, sensitivity_figure
from tests.shown_blocks import layout, shown, words

START = date(2026, 11, 23)  # a Monday


def on(days: int) -> date:
    return START + timedelta(days=days)


def phase(name: str = "evaluation", **given: Any) -> PhaseTimeline:
    found = {"key": name, "phase": name, "title": name.title(), "task_id": "", "if_needed": False, "basis": "table",
             "variance_share": 0.0, "zero_variance": False}  # fmt: skip
    return PhaseTimeline.model_construct(**{**found, **given})


def plan(*phases: PhaseTimeline, **given: Any) -> PlanTimeline:
    found = {
        "name": "engagement", "task_ids": (), "phases": phases, "p50_days": 12.34, "contingency_days": 3,
        "merge_bias_days": 0.0, "examples_needed": None,
        "finish": FinishDates(p10=on(7), p50=on(14), p80=on(21), p90=on(28)),
        "within": (WithinWeeks(weeks=6, working_days=27, probability=0.4),
                   WithinWeeks(weeks=10, working_days=47, probability=0.9)),
        "curve": tuple(CurvePoint(days=n, finish=on(n), probability=n / 40) for n in (0, 20, 40)),
    }  # fmt: skip
    return PlanTimeline.model_construct(**{**found, **given})


def timeline(whole: PlanTimeline | None = None, **given: Any) -> Timeline:
    whole = whole or plan(phase())
    found = {
        "start": START, "country": "GB", "subdivision": "ENG", "currency": "USD", "advised": (), "plans": (whole,),
        "portfolio": whole, "next_days": (), "ab_tests": (), "needs": (), "correlation": 0.3, "distribution": "PERT",
        "power": 0.8, "significance": 0.05, "promised_weeks": (3, 5), "log_rows": {}, "log_rows_wanted": 8,
        "phases_chosen": True, "draws": 10_000, "seed": 1,
    }  # fmt: skip
    return Timeline.model_construct(**{**found, **given})


def test_the_finding_is_the_date_that_holds_four_times_in_five() -> None:
    (block,) = shown(date_exhibits.finding, timeline())
    assert block.text == (
        "Everything is live by 14 Dec 2026 with 80% confidence; an even chance falls on 7 Dec 2026"
    )
    (block,) = shown(date_exhibits.finding, timeline(plan()))
    assert block.text == "Every task stays as it is: there is nothing to schedule"


def test_the_text_says_how_the_dates_come_about() -> None:
    (block,) = shown(date_exhibits.overview_text, timeline())
    said = words(block)
    assert said.startswith(
        "Work starts on 23 Nov 2026. Each phase has three points, drawn 10,000 times from a PERT"
    )
    assert "correlation 0.3 between phases" in said
    assert "public holidays of GB-ENG." in said
    assert said.endswith("the annotators are one team.")
    (block,) = shown(date_exhibits.overview_text, timeline(subdivision=None, phases_chosen=False))
    assert "public holidays of GB." in words(block)
    assert words(block).endswith("No plan was made yet: every phase is planned for.")


def test_the_dates_stand_by_how_sure_one_wants_to_be() -> None:
    mail = plan(phase(), name="Mail", p50_days=5.0, contingency_days=1)
    (block,) = shown(date_exhibits.dates_table, timeline(plans=(mail, mail)))
    dates = ("2026-11-30", "2026-12-07", "2026-12-14", "2026-12-21")
    assert block.rows == (
        ("Mail", *dates, 5.0, 1),
        ("Mail", *dates, 5.0, 1),
        ("Whole engagement", *dates, 12.34, 3),
    )
    assert block.emphasis == (2,)
    assert layout(block)[1:] == [
        ("P10", "date", 0, ""), ("P50", "date", 0, ""), ("P80", "date", 0, ""), ("P90", "date", 0, ""),
        ("P50", "decimal", 1, "working days"), ("P50 to P80", "integer", 0, "working days"),
    ]  # fmt: skip
    (block,) = shown(date_exhibits.dates_table, timeline(plans=(mail,)))
    assert [row[0] for row in block.rows] == ["Whole engagement"]


@pytest.mark.parametrize(("bias", "told"), [(0.49, False), (0.5, True)])
def test_a_plain_chart_is_called_too_early_from_half_a_day(bias: float, told: bool) -> None:
    (block,) = shown(date_exhibits.contingency_text, timeline(plan(phase(), merge_bias_days=bias)))
    assert words(block).startswith(
        "Promise the P80 date: it holds 3 working days of contingency over the even chance"
    )
    assert ("would be 0.5 working days too early" in words(block)) is told
    assert shown(date_exhibits.contingency_text, timeline(plan())) == []


def test_the_curve_tells_the_chance_of_the_weeks_that_are_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(date_exhibits.show, "figure", lambda draw, *data, **said: drawn.append((data, said)))
    date_exhibits.s_curve_figure(timeline())
    (curve, p50, p80, band, promised), said = drawn.pop()
    assert curve == [(on(0), 0.0), (on(20), 0.5), (on(40), 1.0)]
    assert (p50, p80, promised) == (on(14), on(21), "weeks 6 to 10")
    assert band == (on(21), on(35))
    assert said["caption"] == "The chance of finishing within 6 weeks is 40%, within 10 weeks 90%"
    assert said["alt"].endswith(
        "14 Dec 2026 at 80% and 21 Dec 2026 at 90%; the grey band marks weeks 6 to 10."
    )
    for weeks, found in (((3, 8), (on(21), on(40))), ((5, 6), (on(35), on(40))), ((6, 8), None)):
        date_exhibits.s_curve_figure(timeline(promised_weeks=weeks))
        (_, _, _, band, _), said = drawn.pop()
        assert band == found  # a plan that is over before says nothing about the promised weeks
    assert said["alt"].endswith("at 90%.")
    sure = plan(phase(), within=(WithinWeeks(weeks=6, working_days=27, probability=0.995),) * 2)
    date_exhibits.s_curve_figure(timeline(sure))
    assert drawn.pop()[1]["caption"] == "The chance of finishing within 6 weeks is over 99%"
    date_exhibits.s_curve_figure(timeline(plan()))
    assert drawn == []


def test_the_curve_is_drawn_from_its_first_day_to_its_last_with_room_for_the_dates() -> None:
    curve = [(on(0), 0.0), (on(50), 0.5), (on(100), 1.0)]
    figure = date_exhibits._draw_s_curve(curve, on(50), on(80), (on(20), on(40)), "weeks 3 to 6")
    (axes,) = figure.axes
    line, even, four = axes.lines
    assert list(line.get_xdata() - x_of(START)) == [0, 50, 100]
    assert list(line.get_ydata()) == [0, 0.5, 1]
    assert [(mark.get_xdata()[0] - x_of(START), mark.get_ydata()[0]) for mark in (even, four)] == [
        (50, 0.5),
        (80, 0.8),
    ]
    assert [(text.get_text(), text.xy[1], text.xyann) for text in axes.texts] == [
        ("weeks 3 to 6", 0.02, (4, 0)),
        ("12 Jan 2027: even chance", 0.5, (7, -9)), ("11 Feb 2027: four in five", 0.8, (7, -9)),
    ]  # fmt: skip
    (band,) = axes.patches
    assert (band.get_x() - x_of(START), band.get_width(), band.get_linewidth()) == (20, 20, 0)
    assert axes.get_xlim() == pytest.approx((x_of(START) - 1, x_of(START) + 117))
    assert axes.get_ylim() == (0, 1.02)
    assert list(axes.get_yticks()) == [0, 0.25, 0.5, 0.75, 1]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0%", "25%", "50%", "75%", "100%"]
    assert axes.get_ylabel() == "probability of being finished"
    assert figure.get_size_inches()[1] == pytest.approx(2.9)
    assert len(date_exhibits._draw_s_curve(curve, on(50), on(80), None, "x").axes[0].patches) == 0


@pytest.mark.parametrize(
    ("first", "last", "shown_days"),
    [
        (on(0), on(7), [0, 7]),
        (on(1), on(6), []),  # no Monday lies between
        (on(0), on(56), [0, 7, 14, 21, 28, 35, 42, 49, 56]),
        (on(0), on(57), [0, 14, 28, 42, 56]),  # eight weeks and a day: every second Monday
        (on(3), on(24), [7, 14, 21]),
    ],
)
def test_dates_stand_at_mondays_and_no_two_touch(first: date, last: date, shown_days: list[int]) -> None:
    ticks: list[Any] = []
    axes = SimpleNamespace(set_xticks=lambda *given: ticks.append(given))
    date_axis.mondays(axes, first, last)
    ((places, labels),) = ticks
    assert places == [x_of(on(n)) for n in shown_days]
    assert len(labels) == len(places)
    assert x_of(date(1970, 1, 2)) == 1.0


def need(**given: Any) -> ExamplesNeed:
    found = {"task_id": "t", "name": "Mail", "wanted": 1500, "there": 300, "there_from": "dataset",
             "claimed": 300, "ground": "curve", "why": "it flattens there"}  # fmt: skip
    return ExamplesNeed.model_construct(**{**found, **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {},
            "1,200 examples are still to be annotated, 1,500 wanted less 300 usable in the dataset. A measured",
        ),
        ({"claimed": 301}, "less 300 usable in the dataset (the task list speaks of 301). A measured"),
        (
            {"there_from": "tasks"},
            "1,500 wanted less 300 that the task list speaks of. A measured learning curve",
        ),
        ({"wanted": 300, "ground": "rule"}, "**Mail**: no examples are still to be annotated, 300 wanted"),
    ],
)
def test_the_examples_still_to_be_annotated_are_told_with_their_ground(
    given: dict[str, Any], said: str
) -> None:
    one = plan(phase("dataset"), task_ids=("t",), examples_needed=1200)
    (block,) = shown(durations.examples_text, timeline(plans=(one,), needs=(need(**given),)))
    assert said in words(block)
    ground = (
        "The rule of thumb decides" if given.get("ground") == "rule" else "A measured learning curve decides"
    )
    assert words(block).endswith(f"{ground}: it flattens there.")
    own = plan(phase("dataset", basis="client"), task_ids=("t",), examples_needed=1200)
    (block,) = shown(durations.examples_text, timeline(plans=(own,), needs=(need(**given),)))
    assert words(block).endswith("it flattens there. The days of the phase are the client's own.")
    without = plan(phase("dataset"), task_ids=("t",))
    assert shown(durations.examples_text, timeline(plans=(without,), needs=(need(),))) == []


def test_durations_without_risk_and_those_that_were_learnt_are_named_once() -> None:
    some = plan(
        phase("audit", zero_variance=True),
        phase("audit", zero_variance=True),
        phase("test", basis="log"),
        phase("x"),
    )
    (block,) = shown(durations.zero_variance_callout, timeline(some))
    assert (block.tone, "no risk" in words(block)) == ("warning", False)
    assert "without any risk in this plan: Audit. A low" in words(block)
    assert shown(durations.zero_variance_callout, timeline(plan(phase()))) == []
    (block,) = shown(durations.calibration_text, timeline(some))
    assert words(block) == "Learnt from the consultancy's own planned and actual days: Test."
    (block,) = shown(durations.calibration_text, timeline(log_rows={"audit": 2, "test": 5}))
    assert "holds at most 5 finished engagements of any phase, where 8 are wanted" in words(block)
    (block,) = shown(durations.calibration_text, timeline())
    assert "holds at most 0 finished engagements" in words(block)


def test_a_test_in_live_traffic_has_its_size_or_says_what_it_lacks() -> None:
    tests = (
        ABTest(task_id="t", current=0.7, target=0.9, per_arm=120, calendar_days=7, grading_hours=4.25, name="Mail"),
        ABTest(task_id="u", current=None, target=None, per_arm=None, calendar_days=None, grading_hours=None,
               missing="today's quality"),
    )  # fmt: skip
    (block,) = shown(ab_test_exhibits.ab_table, timeline(ab_tests=tests))
    assert block.rows == (("Mail", 0.7, 0.9, 120, 7, 4.25), ("u", None, None, None, None, None))
    assert layout(block)[1:] == [
        ("Current", "percent", 0, ""), ("Target", "percent", 0, ""), ("Outputs", "integer", 0, "per arm"),
        ("Traffic", "integer", 0, "days"), ("Grading", "decimal", 1, "hours"),
    ]  # fmt: skip
    assert block.source == "Two proportions, 80% power, two-sided 5%, at least one full week"
    (block,) = shown(ab_test_exhibits.ab_text, timeline(ab_tests=tests))
    assert words(block) == "**u** has no test size: it needs today's quality."


def test_what_begins_within_thirty_days_has_its_dates_its_cost_and_its_person() -> None:
    def action(name: str, cost: float | None, who: str) -> Action:
        money = None if cost is None else SimpleNamespace(expected=cost)
        return Action.model_construct(action=name, task_id="", cost=money, start=on(0), finish=on(4), who=who)

    some = (
        action("Audit", None, "consultant"),
        action("Test", 1500.0, "Ada (client IT)"),
        action("Data", 20.0, "x"),
    )
    (block,) = shown(next_days.next_days_table, timeline(next_days=some))
    assert block.rows == (
        ("2026-11-23", "2026-11-27", "Audit", "All tasks", None, "Consultant"),
        ("2026-11-23", "2026-11-27", "Test", "All tasks", 1500.0, "Ada (client IT)"),
        ("2026-11-23", "2026-11-27", "Data", "All tasks", 20.0, "X"),
        (None, None, "All of it", "", 1520.0, ""),
    )
    assert block.emphasis == (3,)
    assert layout(block)[4] == ("Cost", "integer", 0, "USD")


def test_the_figure_of_risk_shows_what_carries_some_of_it_up_to_twelve() -> None:
    some = [phase(f"p{n:02}", variance_share=0.3 - n / 100) for n in range(14)]
    (block,) = shown(sensitivity_figure, timeline(plan(*some)))
    assert block.caption == "P00 carries 30% of the schedule risk"
    assert block.alt.count("%") == 12
    little = [
        phase("a", variance_share=0.995),
        phase("b", variance_share=0.005),
        phase("c", variance_share=0.0049),
    ]
    (block,) = shown(sensitivity_figure, timeline(plan(*little)))
    assert block.alt.endswith("risk: A 100%, B 0%.")
    assert shown(sensitivity_figure, timeline(plan(little[2]))) == []


@pytest.mark.parametrize(
    ("name", "advice"), [("dataset", "they move the date."), ("quota", "moves the date most."), ("x", "")]
)
def test_what_would_move_the_date_is_told_of_the_first_driver(name: str, advice: str) -> None:
    (block,) = shown(driver_text, timeline(plan(phase(), phase(name, variance_share=0.4))))
    assert words(block).startswith(f"**{name.title()}** carries 40% of the schedule risk")
    assert words(block).endswith(advice or "([sensitivity](#fig-timeline-sensitivity)).")
    assert shown(driver_text, timeline()) == shown(driver_text, timeline(plan())) == []


def advised(name: str, **given: Any) -> Any:
    """A task about which everything is known and whose target is within reach."""
    evidence = SimpleNamespace(
        grade=lambda _: given.get("grade", "measured"), contradictions=given.get("apart", ())
    )
    steps = tuple(SimpleNamespace(kind=kind) for kind in given.get("kinds", ("test",)))
    needs = tuple(SimpleNamespace(needs=words) for words in given.get("today", ()))
    return SimpleNamespace(
        situation=SimpleNamespace(name=name, evidence=evidence, place_known=given.get("place", True)),
        plan=SimpleNamespace(probability=given.get("reached", 0.5), steps=steps, today_conditions=needs),
    )  # fmt: skip


def risk_rows(*tasks: Any, share: float = 0.0) -> list[tuple[Any, ...]]:
    blocks = shown(risks, timeline(plan(phase(variance_share=share)), advised=tasks))
    return [row[:2] for row in blocks[0].rows] if blocks[0].type == "table" else [(words(blocks[0]),)]


def test_a_risk_is_told_with_the_tasks_it_is_about() -> None:
    assert risk_rows(advised("Mail")) == [("Nothing that is known speaks against the plans or their dates.",)]
    assert risk_rows(advised("Mail"), share=0.4) == [
        ("One phase carries 40% of the uncertainty of the date", "Evaluation")
    ]
    assert risk_rows(advised("Mail", reached=0.49), advised("Notes", reached=0.5)) == [
        ("The target is probably not reached by what is open", "Mail")
    ]
    assert risk_rows(advised("Mail", grade="declared"), advised("Notes", grade="unknown")) == [
        ("Quality today is stated and not measured", "all tasks")
    ]
    assert risk_rows(advised("Mail", place=False)) == [("Nobody has said where it runs", "Mail")]
    apart = (
        SimpleNamespace(input="quality"),
        SimpleNamespace(input="volume"),
        SimpleNamespace(input="quality"),
    )
    assert risk_rows(advised("Mail", apart=apart)) == [
        ("Statements do not fit what was counted: quality today and requests a day", "Mail")
    ]
    assert risk_rows(
        advised("Mail", today=("residency",)), advised("Notes", today=("residency",)), advised("Chat")
    ) == [("What runs today may break a condition: residency", "Mail and Notes")]


@pytest.mark.parametrize(
    ("given", "risk"),
    [({"reached": None}, False), ({"reached": 0.1, "kinds": ("keep",)}, False), ({"reached": 0.1}, True)],
)
def test_a_target_out_of_reach_is_a_risk_where_something_is_tried(given: dict[str, Any], risk: bool) -> None:
    assert _out_of_reach(advised("Mail", **given)) is risk
