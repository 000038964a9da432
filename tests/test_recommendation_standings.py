"""The map of routes against tasks: what is drawn, and what is counted below it."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke import show
from bespoke.advice import decide
from bespoke.advice.plan import AdvicePlan, Closed
from bespoke.chapters.plans import Advised
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.exhibits.recommendation import standings
from bespoke.exhibits.recommendation.standings import route_map
from tests.advice_cases import DAY, FACTS, FlatPrices, situation

NAMES = {
    "glossary": "Glossary", "rag": "Retrieval", "hosted_lora": "Hosted LoRA", "distillation": "Distillation",
    "custom_model_import": "Import",
}  # fmt: skip
PLAN = decide(situation({"vocabulary": 60}), FACTS, FlatPrices())


def drawn(monkeypatch: pytest.MonkeyPatch, *plans: AdvicePlan) -> tuple[dict[str, list[str]], str]:
    """Route -> its cell for each task, and the source line, of a report on these plans."""
    found: list[Any] = []
    monkeypatch.setattr(show, "figure", lambda *args, **words: found.append((args, words)))
    tasks = tuple(
        TaskAdvice.model_construct(advised=Advised(situation=situation({}), plan=plan)) for plan in plans
    )
    monkeypatch.setattr(standings, "_map_words", lambda result, task: "")
    route_map(Recommendation.model_construct(as_of=DAY, tasks=tasks, route_names=NAMES))
    ((_, routes, _, cells), words) = found[0]
    return dict(zip(routes, cells, strict=True)), words["source"]


def closing(*routes: str) -> AdvicePlan:
    """One plan in which the glossary is the first step, with these routes closed."""
    step = next(step for step in PLAN.steps if step.route == "glossary")
    closed = tuple(Closed(route=route, outcomes=()) for route in routes)
    return PLAN.model_copy(update={"steps": (step,), "end": 0, "closed": closed})


def test_what_is_closed_to_every_task_is_counted_and_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    cells, source = drawn(monkeypatch, closing("hosted_lora", "distillation"), closing("hosted_lora"))
    assert cells == {
        "Glossary": ["1*", "1*"],
        "Distillation": ["x", ""],
    }  # the others are open and in no plan
    assert source.endswith("is left empty; one route closed to every task, each with its reasons at the end")


def test_where_nothing_is_closed_to_all_nothing_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    cells, source = drawn(monkeypatch, closing("rag"), closing("distillation"))
    assert cells == {"Glossary": ["1*", "1*"], "Retrieval": ["x", ""], "Distillation": ["", "x"]}
    assert source.endswith("a route that is open and in no plan is left empty")


def test_where_all_that_could_be_drawn_is_closed_it_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = closing("rag")
    keep = plan.steps[0].model_copy(update={"kind": "keep", "route": "as_is"})
    assert drawn(monkeypatch, plan.model_copy(update={"steps": (keep,)}))[0] == {"Retrieval": ["x"]}
