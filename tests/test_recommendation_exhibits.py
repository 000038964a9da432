"""The recommendation on the page: what is decided now, money, quality, standings, steps and open questions."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.colors import to_rgba

from bespoke.advice.plan import MoneyRange
from bespoke.exhibits.recommendation import (
    evidence_exhibits,
    plan_money,
    quality,
    standings,
    steps,
    task_page,
    tree,
)
from bespoke.show.style import BLUE, GREY, INK, MUTED, ORANGE
from tests.shown_blocks import layout, shown, words

decisions: Any = import_module("bespoke.exhibits.recommendation.decisions")  # it holds a function of its name

NAMES = {"few_shot": "Few-shot examples", "rag": "Retrieval (RAG)", "as_is": "As it runs today", "nova": "Amazon Nova",
         "batch": "Batches", "measure": "Measure first"}  # fmt: skip


def money(value: float) -> MoneyRange:
    return MoneyRange(expected=value, p10=value / 2, p90=value * 2)


def step(route: str = "few_shot", kind: str = "test", **given: Any) -> Any:
    found = {
        "cost": 1000.0, "rollout": 500.0, "monthly": 700.0, "outlook": SimpleNamespace(low=0.7, likely=0.8, high=0.9),
        "reached": 0.5, "needs_worth": 2.5, "why": "", "speaks_to": (),
    }  # fmt: skip
    found |= given
    configuration = SimpleNamespace(model="opus", place="bedrock_us", remedies=(route,), work=(route,))
    month = None if found["monthly"] is None else money(found["monthly"])
    made = {**found, "cost": money(found["cost"]), "rollout": money(found["rollout"]), "monthly": month}
    return SimpleNamespace(route=route, kind=kind, configuration=configuration, **made)


LEVER = step("batch", "lever", cost=100.0, rollout=20.0, monthly=500.0)


def task(*taken: Any, name: str = "Mail", end: int = -1, **given: Any) -> Any:
    taken = taken or (step(),)
    end %= len(taken)
    plan = SimpleNamespace(
        steps=taken, end=end, first=taken[0], likely_end=taken[end], taken=taken[: end + 1], end_route=taken[end].route,
        meanwhile=given.get("meanwhile"), closed=given.get("closed", ()), questions=given.get("asked", ()),
        probability=given.get("reached", 0.5), expected_spend=given.get("spend", 900.0),
        today_conditions=given.get("against", ()),
    )  # fmt: skip
    evidence = SimpleNamespace(
        contradictions=given.get("apart", ()),
        inputs=dict.fromkeys(given.get("inputs", ())),
        grade=lambda _: "declared",
    )
    today = given.get("today", 600.0)
    situation = SimpleNamespace(
        target=given.get("target", 0.9), aim=0.9, place="bedrock_us", place_known=given.get("place_known", True),
        model="haiku", requests_per_day=2400.0, cases=given.get("cases", 100), evidence=evidence,
        p95_today_ms=given.get("p95", (1700.0, 6500.0)), p95_required_ms=given.get("allowed"),
        assumed=given.get("assumed", ()), name=name,
    )  # fmt: skip
    costs = SimpleNamespace(
        today=money(today), monthly=money(given.get("monthly", 450.0)), one_off=money(1500.0), first_year=money(6900.0),
        payback_months=given.get("payback"), needs_worth=given.get("worth", 0.25), net_year=given.get("net"),
        gain_of_right=given.get("gain"),
    )  # fmt: skip
    known = given.get("quality", 0.7)
    measured = None if known is None else SimpleNamespace(low=known - 0.1, estimate=known, high=known + 0.1)
    return SimpleNamespace(
        name=name, task_id=name.lower(), plan=plan, situation=situation, money=costs, quality=measured, who="x",
        first_days=2.0, live_p80=given.get("live", date(2027, 1, 4)), flips=(),
    )  # fmt: skip


def advice(*tasks: Any, **given: Any) -> Any:
    total = SimpleNamespace(
        today=money(given.get("today", 1200.0)), monthly=money(given.get("monthly", 900.0)), one_off=money(3000.0),
        first_year=money(13_800.0), today_year=money(14_400.0), payback_months=given.get("payback"),
    )  # fmt: skip
    return SimpleNamespace(
        tasks=tasks or (task(),), total=total, route_names=NAMES, currency="USD", as_of=date(2026, 11, 20),
        live_p80=given.get("live", date(2027, 1, 4)),
    )  # fmt: skip


def test_the_whole_advice_is_one_sentence_in_the_order_of_what_weighs_most() -> None:
    given = advice(
        task(step("as_is", "keep")),
        task(),
        task(step("nova", "build")),
        task(step("measure", "prepare")),
        task(),
    )
    (block,) = shown(decisions.summary_finding, given)
    assert block.text == (
        "One task starts with a model of its own, two tasks start with tests of a few days, one task is measured first"
        " and one task is left as it is: $3,000 once in all, and $1,200 a month becomes $900"
    )


def test_key_figures_are_told_at_a_glance() -> None:
    (block,) = shown(
        decisions.key_figures, advice(task(meanwhile=LEVER), task(step("measure", "prepare", cost=30.0)))
    )
    assert [(tile.label, tile.value, tile.note) for tile in block.tiles] == [
        ("A month today", "$1,200", ""), ("A month as advised", "$900", ""), ("Once", "$3,000", "$1,150 to decide now"),
        ("First year", "$13,800", "$14,400 as today"), ("Live by", "4 Jan 2027", "80% confidence"),
    ]  # fmt: skip
    (block,) = shown(decisions.key_figures, advice(live=None))
    assert (block.tiles[-1].value, block.tiles[-1].note) == ("nothing to do", "")


@pytest.mark.parametrize(
    ("months", "said"),
    [
        (None, "The bill alone does not pay it back: what is bought is quality."),
        (0.2, "The bill alone pays it back in one month."),
        (36, "The bill alone pays it back in 36 months."),
        (36.1, "The bill alone would take three years to pay it back: what is bought is quality."),
        (120, "The bill alone would take 10 years to pay it back: what is bought is quality."),
    ],
)
def test_whether_the_bill_pays_it_back(months: float | None, said: str) -> None:
    assert decisions._payback(months) == said


def test_what_is_saved_by_levers_is_told_apart() -> None:
    given = advice(task(meanwhile=LEVER), task())
    assert decisions._from_levers(given) == (
        "Of the $300 saved a month, $100 comes from what is switched on at once, for $120; the other $2,880 once brings"
        " $200 a month and quality."
    )
    assert decisions._from_levers(advice(task())) == ""
    assert decisions._from_levers(advice(task(meanwhile=LEVER), monthly=1200.0)) == ""
    (block,) = shown(decisions.summary_text, given)
    assert "To be committed now: **$2,120**, the first steps and what is switched on at once." in words(block)
    assert words(block).endswith(
        "the tests are expected to cost $1,800; what goes live is decided after them."
    )
    (block,) = shown(decisions.summary_text, advice(task()))
    assert "To be committed now: **$1,000**, the first steps alone." in words(block)


def test_every_sentence_is_told_once_with_the_tasks_it_is_about() -> None:
    said = [("A", "x"), ("B", "x"), ("A", "y"), ("B", "y"), ("C", "z")]
    assert decisions._by_task(said, 3) == "A and B: x; y. C: z"
    assert decisions._by_task(said[:4], 2) == "All tasks: x; y"
    assert decisions._by_task([("A", "x")], 1) == "A: x"
    assert decisions._by_task(said, 3, " ", " ") == "A and B: x y C: z"


@pytest.mark.parametrize(
    ("given", "far"), [({"reached": 0.33}, True), ({"reached": 0.34}, False), ({"reached": None}, False)]
)
def test_a_target_is_called_out_below_one_chance_in_three(given: dict[str, Any], far: bool) -> None:
    assert decisions._out_of_reach(task(**given)) is far
    assert decisions._out_of_reach(task(step("as_is", "keep"), reached=0.1)) is False


def test_what_has_to_be_true_first_is_told_part_by_part() -> None:
    against = (SimpleNamespace(gate="residency", found="runs in us"),)
    apart = (SimpleNamespace(says="x", input="quality"),)
    one = task(
        against=against, place_known=False, apart=apart, assumed=("input_tokens", "model"), reached=0.1,
        asked=("First?", "Second?"),
    )  # fmt: skip
    two = task(name="Notes", apart=apart * 2, asked=("Second?", "Third?", "Fourth?"))
    blocks = [words(block) for block in shown(decisions.before_text, advice(one, two))]
    assert blocks == [
        "**What runs today breaks a condition.** Mail: runs in us (where it runs is assumed).",
        "**What does not fit together.** 3 of the client's statements differ from what was counted or measured"
        " (Mail and Notes). The better evidence is used ([what does not fit](#tbl-audit-contradictions)).",
        "**What nobody knows yet**, and stands here within wide limits. Mail: input tokens and model.",
        "**Targets that will probably not be reached.** Mail (10%): what is open today raises quality and probably"
        " stops short of the target. Decide whether the gain is worth its price without it.",
        "**To be answered first.** All tasks: Second? Mail: First? Notes: Third?",
    ]
    assert shown(decisions.before_text, advice()) == []
    known = task(against=against, apart=apart)
    first, second = (words(block) for block in shown(decisions.before_text, advice(known)))
    assert first.endswith("Mail: runs in us.")
    assert "1 of the client's statements differs from" in second


def test_what_is_switched_on_at_once_is_told_and_a_cache_that_may_be_there_already() -> None:
    (block,) = shown(decisions.at_once, advice(task(meanwhile=LEVER)))
    assert words(block).startswith(
        "**At once, beside the plan: batches for Mail.** The same answers cost $500 a month"
    )
    assert "instead of $600, after $120 once" in words(block)
    cached = task(meanwhile=LEVER, apart=(SimpleNamespace(input="caching"),))
    (block,) = shown(decisions.at_once, advice(cached))
    assert "it costs $500 a month today and not $600, all tasks together $1,100, and" in words(block)
    assert shown(decisions.at_once, advice()) == []


def test_the_outcome_has_a_row_a_task_and_their_sum() -> None:
    (block,) = shown(
        decisions.outcome, advice(task(), task(step("as_is", "keep"), name="Notes", reached=None))
    )
    assert block.rows == (
        ("Mail", "Few-shot examples on opus", 1500.0, 600.0, 450.0, 6900.0, "50%"),
        ("Notes", "As it runs today", 1500.0, 600.0, 450.0, 6900.0, "not known"),
        ("All tasks", "", 3000.0, 1200.0, 900.0, 13_800.0, ""),
    )
    assert block.emphasis == (2,)
    assert [column[1:] for column in layout(block)[2:6]] == [("money", 0, "USD")] * 4


# --- quality --------------------------------------------------------------------------------------------------


def test_quality_today_and_then_stand_beside_the_target(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(quality.show, "figure", lambda draw, rows, **said: drawn.append((rows, said)))
    there = step(outlook=SimpleNamespace(low=0.8, likely=0.9, high=0.95))
    given = advice(
        task(there), task(name="Notes"), task(step("batch", "lever"), name="Chat", quality=None, target=None)
    )
    quality.quality_figure(given)
    ((rows, said),) = drawn
    assert [(row.task, row.then, row.target) for row in rows] == [
        ("Mail", (0.8, 0.9, 0.95), 0.9), ("Notes", (0.7, 0.8, 0.9), 0.9), ("Chat", None, None),
    ]  # fmt: skip
    assert said["caption"].endswith("probably end: one of two tasks is then likely to be at target")
    assert said["alt"].endswith(
        "Mail: 70% today, probably 90% then, target 90%. Notes: 70% today, probably 80% then, target 90%."
        " Chat: not measured today, no target."
    )
    quality.quality_figure(advice(task(step("as_is", "keep"), quality=None)))
    assert len(drawn) == 1
    assert [quality._reach(n, 3) for n in (0, 1, 2)] == [
        "none of three tasks is", "one of three tasks is", "two of three tasks are",
    ]  # fmt: skip


def test_the_drawing_of_quality_has_spans_above_each_other_and_names_those_of_the_first_row() -> None:
    rows = [
        quality._Row("Mail", (0.6, 0.7, 0.8), (0.75, 0.85, 0.9), 0.9),
        quality._Row("Notes", None, (0.5, 0.55, 0.6), None),
    ]
    figure = quality._draw(rows)
    (axes,) = figure.axes
    lines = [
        (list(map(float, line.get_xdata())), [round(float(y), 2) for y in line.get_ydata()])
        for line in axes.lines
    ]
    assert lines == [
        ([0.5, 0.6], [-0.14, -0.14]), ([0.55], [-0.14]), ([0.6, 0.8], [1.14, 1.14]), ([0.7], [1.14]),
        ([0.75, 0.9], [0.86, 0.86]), ([0.85], [0.86]), ([0.9, 0.9], [0.68, 1.32]),
    ]  # fmt: skip
    assert [line.get_marker() for line in axes.lines if line.get_marker() != "None"] == ["D", "o", "D"]
    assert [to_rgba(line.get_color()) for line in axes.lines[1:4]] == [
        to_rgba(c) for c in (BLUE, MUTED, MUTED)
    ]
    assert (
        axes.lines[0].get_linewidth(),
        axes.lines[1].get_markersize(),
        axes.lines[-1].get_linewidth(),
    ) == (1.4, 6, 1.8)
    assert [(text.get_text(), text.xyann) for text in axes.texts] == [
        ("55%", (5, 0)), ("70% today", (5, 0)), ("85% then", (5, 0)),
    ]  # fmt: skip
    assert axes.get_xlim() == pytest.approx((0.45, 1.02))
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Notes", "Mail"]
    assert axes.xaxis.get_major_formatter()(0.5, None) == "50%"
    assert figure.get_size_inches()[1] == pytest.approx(1.55)


# --- money ----------------------------------------------------------------------------------------------------


def test_amounts_have_their_ranges_and_only_columns_that_say_something() -> None:
    (block,) = shown(plan_money.money_table, advice(task()))
    assert block.rows == (("Mail", 225.0, 900.0, 750.0, 3000.0, 0.25),)
    assert layout(block) == [
        ("Task", "text", 0, ""), ("A month, low", "money", 0, "USD"), ("A month, high", "money", 0, "USD"),
        ("Once, low", "money", 0, "USD"), ("Once, high", "money", 0, "USD"), ("Even at", "money", 2, "USD each"),
    ]  # fmt: skip
    (block,) = shown(plan_money.money_table, advice(task(payback=7.5), task(net=-20.0, worth=None)))
    assert [row[5:] for row in block.rows] == [(7.5, 0.25, None), (None, None, -20.0)]
    assert layout(block)[5:] == [
        ("Pays back", "decimal", 1, "months"), ("Even at", "money", 2, "USD each"), ("Net", "money", 0, "USD a year"),
    ]  # fmt: skip


def test_what_a_right_output_is_worth_is_told_or_that_nobody_said() -> None:
    given = advice(
        task(), task(name="Notes"), task(name="Chat", gain=2.0, net=5000.0), task(name="Bills", worth=None)
    )
    first, second = (words(block) for block in shown(plan_money.money_text, given))
    assert first.startswith("Nobody has said what a right output is worth for Mail and Notes.")
    assert (
        second
        == "**Chat**: one more right output is worth $2.00 to the client; over the first year the plan nets $5,000."
    )


def test_the_waterfall_leaves_out_what_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(plan_money.show, "figure", lambda draw, *data, **said: drawn.append((data, said)))
    given = advice(task(), task(name="Notes", monthly=600.49), task(name="Chat", monthly=600.5))
    plan_money.waterfall_figure(given)
    ((today, changes, then), said) = drawn.pop()
    assert (today, changes, then) == (1200.0, [("Mail", -150.0), ("Chat", 0.5)], 900.0)
    assert said["caption"] == "Mail takes most off the monthly bill"
    assert said["alt"].startswith("Waterfall from $1,200 a month today to $900: Mail saves $150; Chat adds ")
    plan_money.waterfall_figure(advice(task(monthly=700.0)))
    assert drawn.pop()[1]["caption"] == "The advised month costs more than today's"
    plan_money.waterfall_figure(advice(task(monthly=600.0)))
    assert drawn == []


def test_the_waterfall_goes_from_today_to_the_advised_month() -> None:
    figure = plan_money._draw_waterfall(1000.0, [("Mail", -400.0), ("Notes", 100.0)], 700.0)
    (axes,) = figure.axes
    bars = [
        (bar.get_x(), bar.get_width(), round(bar.get_y() + 0.3, 2), bar.get_height()) for bar in axes.patches
    ]
    assert bars == [
        (0, 1000, 3, pytest.approx(0.6)), (1000, -400, 2, pytest.approx(0.6)), (600, 100, 1, pytest.approx(0.6)),
        (0, 700, 0, pytest.approx(0.6)),
    ]  # fmt: skip
    assert [bar.get_facecolor() for bar in axes.patches] == [to_rgba(c) for c in (GREY, BLUE, ORANGE, GREY)]
    assert [(text.get_text().strip(), text.get_position()) for text in axes.texts] == [
        ("$1,000", (1000, 3)), ("\N{MINUS SIGN}$400", (1000, 2)), ("+$100", (700, 1)), ("$700", (700, 0)),
    ]  # fmt: skip
    links = [(list(line.get_xdata()), list(line.get_ydata()), line.get_linewidth()) for line in axes.lines]
    assert links == [([600, 600], [1, 2], 0.6), ([700, 700], [0, 1], 0.6)]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["As advised", "Notes", "Mail", "Today"]
    assert axes.get_xlim() == pytest.approx((0, 1180))
    assert figure.get_size_inches()[1] == pytest.approx(2.07)


# --- standings, steps, questions --------------------------------------------------------------------------------


def test_the_map_marks_steps_ends_and_what_is_closed() -> None:
    figure = standings._draw_route_map(
        ["A", "B", "C"], ["Mail", "Notes"], [["1", ""], ["2*", "x"], ["", "1*"]]
    )
    (axes,) = figure.axes
    assert {text.get_position(): (text.get_text(), text.get_weight()) for text in axes.texts} == {
        (1, 0): ("1", "semibold"), (0, 1): ("2", "normal"), (0, 2): ("1", "semibold"),
    }  # fmt: skip
    marks = [
        (line.get_marker(), line.get_xdata()[0], line.get_ydata()[0], line.get_markersize())
        for line in axes.lines
    ]
    assert marks == [("o", 1, 0, 13), ("o", 0, 1, 13), ("x", 1, 1, 5)]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["C", "B", "A"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["Mail", "Notes"]
    assert axes.get_xlim() == (-0.5, 1.5)
    (between,) = axes.collections
    assert [list(segment[:, 1]) for segment in between.get_segments()] == [[0.5, 0.5], [1.5, 1.5]]
    assert figure.get_size_inches()[1] == pytest.approx(1.5)


def test_the_map_leaves_out_routes_that_stand_nowhere() -> None:
    shut = (SimpleNamespace(route="nova", outcomes=(SimpleNamespace(needs="access", found="no"),)),)
    given = advice(task(closed=shut), task(step("batch", "lever"), name="Notes"))
    (block,) = shown(standings.route_map, given)
    assert block.caption.startswith("Two routes in the plans as of 20 Nov 2026: the number is the step")
    assert block.alt.startswith(
        "Grid of routes against tasks. Mail: first few-shot examples, probably ending at Few-shot"
    )
    assert "one route closed. Notes: first batches" in block.alt
    (block,) = shown(standings.closed, given)
    assert block.rows == (("Amazon Nova", "Mail", "access (no)"),)
    (block,) = shown(standings.closed, advice(task(closed=shut)))
    assert block.rows == (("Amazon Nova", "all", "access (no)"),)
    (block,) = shown(standings.closed, advice())
    assert words(block) == "No route is closed to any task as of 20 Nov 2026."


@pytest.mark.parametrize(
    ("plans", "said"),
    [
        ([task()], "No plan needs a model of its own: measuring and a few days of tests decide every task"),
        (
            [task(step(), step("nova", "build"), end=0)],
            "One plan holds a model of its own, after cheaper tests; none of them is where it probably ends",
        ),
        (
            [task(step(), step("nova", "build"), end=0)] * 2,
            "Two plans hold a model of its own, after cheaper tests; none of them is where it probably ends",
        ),
        ([task(step("nova", "build")), task()], "Mail probably ends at a model of its own"),
        ([task(step("nova", "build"))] * 2, "Mail and Mail probably end at a model of its own"),
    ],
)
def test_the_finding_says_whether_a_model_of_its_own_is_needed(plans: list[Any], said: str) -> None:
    (block,) = shown(steps.finding, advice(*plans))
    assert block.text == said


def test_a_step_says_what_it_takes_and_brings() -> None:
    assert steps.what_it_takes(step()) == (1000.0, 500.0, 700.0, 0.8, 0.7, 0.9, "50%")
    assert steps.what_it_takes(step("batch", "lever", rollout=0.0, monthly=None, outlook=None)) == (
        1000.0, None, None, None, None, None, None,
    )  # fmt: skip
    plan = task(step("measure", "prepare"), step(), step("as_is", "keep"), meanwhile=LEVER)
    assert [(number, one.route) for number, one in steps.numbered(plan)] == [
        ("", "batch"), ("1", "measure"), ("2", "few_shot"),
    ]  # fmt: skip
    text, table = shown(steps.plans, advice(task(step("measure", "prepare"), step(), meanwhile=LEVER)))
    assert [row[:3] for row in table.rows] == [
        ("at once", "Batches", "Bedrock, US"), ("1", "Measure first", "Bedrock, US"),
        ("2", "Few-shot examples", "Bedrock, US"),
    ]  # fmt: skip
    assert table.emphasis == (2,)
    assert table.rows[2][-1] == 2.5
    assert layout(table)[3:6] == [
        (name, "money", 0, "USD") for name in ("To find out", "To go live", "A month then")
    ]
    assert layout(table)[-1] == ("Pays from a worth of", "money", 2, "USD per right output")
    assert words(text).startswith("**Mail.** ")
    assert len(shown(steps.plans, advice(task(step("as_is", "keep"))))) == 1


def test_a_plan_is_told_as_a_paragraph() -> None:
    first = step(why="it is cheap", speaks_to=("tone", "facts"))
    given = advice(task(first))
    assert steps.plan_words(given, given.tasks[0]) == (
        "Test first: few-shot examples, because it is cheap. It is aimed at the failures called “tone” and “facts”. It"
        " probably ends at few-shot examples on opus, with a chance of 50% of reaching the target: $450 a month (225 to"
        " 900) against $600 today, $1,500 once, live by 4 Jan 2027 with 80% confidence."
    )
    plan = task(step("measure", "prepare"), step(), step("nova", "build"), end=1, live=None, reached=None)
    said = steps.plan_words(given, plan)
    assert said.startswith("Measure first. It probably ends at few-shot examples on opus: $450")
    assert (
        "$1,500 once. The tests are expected to cost $900 of that. Beyond that, Amazon Nova is a decision"
        in said
    )
    assert said.endswith("it pays only where one more right output is worth $2.50 or more.")
    lever = task(step("batch", "lever"))
    assert steps.plan_words(given, lever).startswith("First: batches. It probably ends")


@pytest.mark.parametrize(
    ("known", "target", "said"),
    [
        (0.9, 0.9, "Leave it as it is: quality is 90% against a target of 90%, and nothing cheaper pays"),
        (0.89, 0.9, "Leave it as it is: at $600 a month and this volume no step pays"),
        (None, 0.9, "Leave it as it is: at $600 a month"),
        (0.9, None, "Leave it as it is: at $600 a month"),
    ],
)
def test_a_task_that_stays_says_why(known: float | None, target: float | None, said: str) -> None:
    one = task(step("as_is", "keep"), quality=known, target=target)
    assert steps.plan_words(advice(one), one).startswith(said)


def test_open_questions_are_told_with_the_tasks_they_are_for() -> None:
    given = advice(task(asked=("a?", "b?")), task(name="Notes", asked=("a?",)))
    (block,) = shown(evidence_exhibits.open_questions, given)
    assert block.rows == (("a?", "all tasks"), ("b?", "Mail"))
    assert block.caption == "Two open questions, with the cheapest way to an answer"
    (block,) = shown(evidence_exhibits.open_questions, advice(task(asked=("a?",))))
    assert block.rows == (("a?", "Mail"),)
    (block,) = shown(evidence_exhibits.open_questions, advice())
    assert words(block) == "None: everything that a plan depends on is known."
    (block,) = shown(evidence_exhibits.grades, advice(task(inputs=("quality", "volume"))))
    assert block.rows == (("quality today", "declared"), ("requests a day", "declared"))


def test_where_how_fast_and_how_good_a_task_is() -> None:
    assert task_page._where(task()) == "2,400 requests a day run on haiku, Bedrock, US."
    assert task_page._where(task(place_known=False)).endswith("haiku, Bedrock, US (assumed).")
    assert task_page._speed(task()) == (
        "Of 100 answers 95 come within 1.7 to 6.5 seconds (assumed); no limit is set."
    )
    assert task_page._speed(task(p95=(1700.0, 1700.0), allowed=3000.0)) == (
        "Of 100 answers 95 come within 1.7 seconds; 3.0 are allowed."
    )

    def gap(one: Any) -> str:
        (block,) = shown(task_page._gap, one, "micro_f1")
        return words(block)

    assert (
        gap(task()) == "Quality, as micro-F1, is 70% (60% to 80%, declared on 100 cases); the target is 90%."
    )
    assert (
        gap(task(cases=0, target=None))
        == "Quality, as micro-F1, is 70% (60% to 80%, declared); there is no target."
    )
    assert gap(task(quality=None)) == "Nobody has measured its quality; the target is 90%."


def test_how_a_task_fails_is_told_with_its_three_families_and_one_sample() -> None:
    counts = {"tone": 5, "facts": 30, "format": 5, "reasoning": 7}
    sample = SimpleNamespace(task_id="mail", code="", family="tone", prompt="p", expected="e", actual="a")
    failures = SimpleNamespace(by_task={"mail": counts}, samples=(sample,))
    first, second = (words(block) for block in shown(task_page._failing, task(), failures))
    assert first == "**How it fails.** Of 47 failing outputs read: facts (30), reasoning (7) and format (5)."
    assert second.startswith("> One of them, tone: p")
    sample.code = "chatty"
    assert "One of them, “chatty”: p" in words(shown(task_page._failing, task(), failures)[1])
    sample.task_id = "other"
    assert len(shown(task_page._failing, task(), failures)) == 1
    assert (
        shown(task_page._failing, task(name="Notes"), failures)
        == shown(task_page._failing, task(), None)
        == []
    )


@pytest.mark.parametrize(
    ("first", "leaf"),
    [
        (step("measure", "prepare"), 0), (step(), 1), (step("nova", "build"), 2), (step("batch", "lever"), 3),
        (step("smaller_model"), 3), (step("cascade"), 3), (step("as_is", "keep"), 4),
    ],
)  # fmt: skip
def test_the_first_question_answered_with_yes_decides(first: Any, leaf: int) -> None:
    assert [n for n, one in enumerate(tree.EXITS) if one.leaves(first)] == [leaf]
    (block,) = shown(tree.decision_tree, advice(task(first)))
    assert block.alt.count("no task.") == 4
    assert f"{tree.EXITS[leaf].does}: Mail." in block.alt


def test_the_tree_stands_from_the_top_with_an_arrow_to_what_each_answer_does() -> None:
    figure = tree._draw([tree._Row("Is it?", "Do it", ("Mail",)), tree._Row("None", "Leave it", ())])
    (axes,) = figure.axes
    texts = [(text.get_text(), text.get_position()) for text in axes.texts if text.get_text()]
    assert texts == [
        ("Is it?", (1, 0)), ("Do it", (54, 0.02)), ("Mail", (54, -0.06)),
        ("None", (1, -1)), ("Leave it", (54, -0.98)), ("no task", (54, -1.06)),
    ]  # fmt: skip
    arrows = [(text.xy, text.xyann) for text in axes.texts if not text.get_text()]
    assert arrows == [((4, -0.72), (4, -0.3)), ((53, 0), (45, 0)), ((53, -1), (45, -1))]
    weights = {text.get_text(): text.get_weight() for text in axes.texts}
    assert (weights["Do it"], weights["Leave it"]) == ("semibold", "normal")
    colours = {text.get_text(): to_rgba(text.get_color()) for text in axes.texts if text.get_text()}
    assert (colours["Do it"], colours["Leave it"], colours["Mail"]) == (
        to_rgba(BLUE),
        to_rgba(MUTED),
        to_rgba(INK),
    )
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 100), (-1.5, 0.5))
    assert figure.get_size_inches()[1] == pytest.approx(1.44)
