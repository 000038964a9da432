"""How the recommendation names a step, an end, a change and an amount."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.advice.flips import Flip
from bespoke.advice.plan import MoneyRange
from bespoke.exhibits.recommendation import flip_points, options
from bespoke.exhibits.recommendation.recommendation_wording import (
    amount_range,
    counted,
    days,
    end_name,
    short_end,
    step_name,
    stops,
    who,
)
from bespoke.exhibits.recommendation.standings import standing
from tests.shown_blocks import shown, words

NAMES = {
    "few_shot": "Few-shot examples", "glossary": "Glossary", "rag": "Retrieval (RAG)", "as_is": "As it runs today",
    "model_change": "Another model", "nova": "Amazon Nova", "structured_output": "Structured output",
    "batch": "Batches", "measure": "Measure first",
}  # fmt: skip
RESULT: Any = SimpleNamespace(route_names=NAMES, tasks=(), currency="USD")


def step(route: str, kind: str = "test", **given: Any) -> Any:
    found = {"model": "claude-opus-4-8", "remedies": (), "work": (route,), "place": "bedrock_us"}
    configuration = SimpleNamespace(**{name: given.get(name, value) for name, value in found.items()})
    money = [SimpleNamespace(expected=given.get(name, 0.0)) for name in ("cost", "rollout")]
    outlook = None if "likely" not in given else SimpleNamespace(likely=given["likely"])
    return SimpleNamespace(
        route=route, kind=kind, configuration=configuration, cost=money[0], rollout=money[1], outlook=outlook,
        gain=given.get("gain"),
    )  # fmt: skip


def task(*steps: Any, end: int = -1, closed: tuple[str, ...] = (), **given: Any) -> Any:
    end = end % len(steps) if steps else 0
    shut = tuple(
        SimpleNamespace(
            route=route, outcomes=tuple(SimpleNamespace(needs=n) for n in given.get("needs", ("more",)))
        )
        for route in closed
    )
    plan = SimpleNamespace(
        steps=steps, end=end, closed=shut, first=steps[0] if steps else None, likely_end=steps[end] if steps else None,
        end_route=given.get("end_route", steps[end].route if steps else ""),
    )  # fmt: skip
    situation = SimpleNamespace(place=given.get("place", "bedrock_us"), model="claude-haiku-4-5")
    quality = SimpleNamespace(estimate=0.7) if given.get("measured", True) else None
    return SimpleNamespace(
        name=given.get("name", "Mail"), task_id="mail", who=given.get("who", ""), plan=plan, situation=situation,
        quality=quality, flips=given.get("flips", ()),
    )  # fmt: skip


def test_a_step_has_its_routes_name_and_several_pieces_of_work_all_of_theirs() -> None:
    assert step_name(RESULT, step("few_shot")) == "Few-shot examples"
    assert step_name(RESULT, step("few_shot"), middle=True) == "few-shot examples"
    assert step_name(RESULT, step("nova", "build"), middle=True) == "Amazon Nova"
    assert (
        step_name(RESULT, step("few_shot", work=("few_shot", "glossary"))) == "Few-shot examples and glossary"
    )
    assert step_name(RESULT, step("batch", "lever", work=("few_shot", "glossary"))) == "Batches"
    assert step_name(RESULT, step("model_change")) == "Try claude-opus-4-8"
    assert step_name(RESULT, step("model_change", remedies=("rag",)), middle=True) == (
        "try claude-opus-4-8 with retrieval (RAG)"
    )


@pytest.mark.parametrize(
    ("last", "named"),
    [
        (step("few_shot", remedies=("few_shot",)), "Few-shot examples on claude-opus-4-8"),
        (
            step("rag", remedies=("few_shot", "rag")),
            "Few-shot examples and retrieval (RAG) on claude-opus-4-8",
        ),
        (step("model_change"), "claude-opus-4-8 in place of claude-haiku-4-5"),
        (step("smaller_model"), "claude-opus-4-8"),
        (step("cascade"), "claude-opus-4-8 first"),
        (step("nova", "build", place="bedrock_eu"), "Amazon Nova, Bedrock, EU"),
        (step("as_is", "keep", place=""), "As it runs today"),
    ],
)
def test_the_end_is_what_would_run(last: Any, named: str) -> None:
    given = task(last)
    assert end_name(RESULT, given) == short_end(RESULT, given) == named


def test_several_ways_of_working_on_the_prompt_are_prompt_work() -> None:
    given = task(step("rag", remedies=("few_shot", "glossary", "rag"), place="bedrock_eu"))
    assert short_end(RESULT, given) == "Prompt work and retrieval (RAG) on claude-opus-4-8, Bedrock, EU"
    assert end_name(RESULT, given, middle=True).startswith(
        "few-shot examples, glossary and retrieval (RAG) on claude"
    )
    lever = task(step("batch", "lever", remedies=("few_shot", "glossary")))
    assert short_end(RESULT, lever) == "Batches"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0 days"),
        (0.4, "under a day"),
        (0.6, "1 day"),
        (1.4, "1 day"),
        (1.6, "2 days"),
        (1200, "1,200 days"),
    ],
)
def test_days_are_whole(value: float, words: str) -> None:
    assert days(value) == words


def test_small_numbers_are_words() -> None:
    assert [counted(n, "task") for n in (0, 1, 2, 9, 10)] == [
        "no tasks", "one task", "two tasks", "nine tasks", "10 tasks",
    ]  # fmt: skip


def test_an_amount_is_a_range_without_cents_from_ten() -> None:
    assert amount_range(MoneyRange(expected=0, p10=4, p90=10)) == "4 to 10"
    assert amount_range(MoneyRange(expected=0, p10=1.25, p90=9.5)) == "1.25 to 9.50"


def test_who_does_it_and_when_a_plan_ends() -> None:
    assert (who(task(who="client IT")), who(task(who=""))) == ("Client IT", "nobody")
    assert stops(None).startswith("the plan ends where nothing further pays;")
    assert "a quality of 90% or more on the client's own cases;" in stops(0.9)


def flip(**given: Any) -> Flip:
    found = {"input": "requests a day", "unit": "requests", "today": 2400.0, "at": 9600.0, "first": "batch",
             "end": "few_shot", "model": "claude-opus-4-8", "place": "bedrock_us"}  # fmt: skip
    return Flip.model_construct(**{**found, **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"first": "as_is", "end": "as_is"}, "leave it as it is"),
        ({"first": "rag", "end": "rag"}, "retrieval (RAG), and probably no more"),
        ({"first": "rag", "end": "glossary"}, "retrieval (RAG) first"),
        ({"first": "few_shot", "end": "as_is"}, "stops at what runs today"),
        ({"first": "rag", "end": "batch"}, "retrieval (RAG) first; probably ends at batches"),
        ({"first": "few_shot", "end": "glossary"}, "the same steps, ending at claude-opus-4-8, Bedrock, US"),
    ],
)
def test_a_change_is_told_by_what_it_changes(given: dict[str, Any], said: str) -> None:
    plan = task(step("few_shot"), step("glossary"), end_route="glossary")
    assert flip_points.to(RESULT, plan, flip(**given)) == said
    assert flip_points.change(RESULT, plan, flip(**given)) == f"requests a day from 2,400 to 9,600: {said}"


@pytest.mark.parametrize(
    ("given", "value", "said"),
    [
        ({"unit": "of 1"}, 0.7, "70%"), ({"unit": "of 1"}, 0.705, "70.5%"), ({"unit": "of 1"}, 0.29, "29%"),
        ({"unit": "money"}, 12.0, "$12.00"), ({"unit": "cases", "input": "test cases"}, 1200.0, "1,200 cases"),
        ({}, 1200.0, "1,200"), ({}, None, "not stated"),
    ],
)  # fmt: skip
def test_an_amount_is_told_in_its_unit(given: dict[str, Any], value: float | None, said: str) -> None:
    assert flip_points._amount(flip(**given), value) == said


def test_what_would_change_the_advice_has_a_row_each_and_nothing_is_said_too() -> None:
    given: Any = SimpleNamespace(
        route_names=NAMES, tasks=(task(step("few_shot"), flips=(flip(first="rag", end="rag"),)),)
    )
    (block,) = shown(flip_points.flips, given)
    assert block.rows == (
        ("Mail", "requests a day", "2,400", "9,600", "retrieval (RAG), and probably no more"),
    )
    given.tasks = (task(step("few_shot")),)
    (block,) = shown(flip_points.flips, given)
    assert words(block).startswith("No single input, changed within its range, leads to another first step")


@pytest.mark.parametrize(
    ("route", "found"),
    [
        ("few_shot", "1"),
        ("glossary", "1"),
        ("rag", "2*"),
        ("nova", "x"),
        ("batch", ""),
        ("structured_output", ""),
    ],
)
def test_a_route_stands_by_its_step_or_is_closed(route: str, found: str) -> None:
    plan = task(
        step("few_shot", work=("few_shot", "glossary")), step("rag"),
        step("as_is", "keep", work=("structured_output",)),
        end=1, closed=("nova",),
    )  # fmt: skip
    assert standing(plan, route) == found


def test_what_is_planned_is_told_with_its_step_its_cost_and_its_gain() -> None:
    steps = (
        step("measure", "prepare", cost=500, gain=0.3),
        step(
            "few_shot",
            cost=1000,
            rollout=234,
            work=("few_shot", "glossary"),
            remedies=("few_shot",),
            likely=0.85,
        ),
        step(
            "rag",
            cost=2000,
            rollout=0,
            remedies=("few_shot", "rag", "structured_output"),
            gain=0.01,
            likely=0.9,
        ),
        step("batch", "lever", cost=100, gain=0.001),
    )
    given: Any = SimpleNamespace(route_names=NAMES, tasks=(task(*steps, closed=("nova",)),), currency="USD")
    (block,) = shown(options.options_table, given)
    assert dict(block.rows) == {
        "Few-shot examples": "step 2: 1,234, +15 points",  # against the 0.70 of today
        "Glossary": "in step 2",
        "Retrieval (RAG)": "step 3: 2,000, +1 point",
        "Structured output": "in step 3",
        "Batches": "step 4: 100",
        "Measure first": "step 1: 500, +30 points",
    }
    assert options._cell(given, given.tasks[0], "nova") == "closed"
    assert options._cell(given, given.tasks[0], "as_is") is None
    given.tasks = (task(),)
    assert shown(options.options_table, given) == []


def test_the_condition_that_closes_most_comes_first() -> None:
    tasks = [
        task(closed=("nova", "rag"), name=name, needs=("access", "law")[: 2 - (name == "C")])
        for name in "ABC"
    ]
    given: Any = SimpleNamespace(route_names=NAMES, tasks=tuple(tasks))
    table, note = shown(options.blockers, given)
    assert table.rows == (
        ("access", "Amazon Nova and Retrieval (RAG)", "all tasks"),
        ("law", "Amazon Nova and Retrieval (RAG)", "all tasks but C"),
    )  # fmt: skip
    assert "every reason stand in the evidence volume" in words(note)
    given.tasks = (task(),)
    assert shown(options.blockers, given) == []


def test_names_are_few_and_the_others_counted() -> None:
    assert options._few(["a", "b", "c", "d"]) == "a, b, c and d"
    assert options._few(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert options._about(["a"], ["a"]) == "a"
    assert options._about(["a"], ["a", "b"]) == "a"
    assert options._about(["a", "c"], ["a", "b", "c", "d"]) == "a and c"
