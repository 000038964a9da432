"""How this chapter names a step, the route to take now and a month's money."""

from __future__ import annotations

from bespoke.chapters.cost_model.result import Band
from bespoke.chapters.recommendation import Recommendation, TaskAdvice
from bespoke.show.numbers import money

STAGE = {
    "measure": "measure first",
    "operate": "keep, and lower the bill",
    "prompt": "work on the prompt first",
    "optimise": "keep optimising the prompt",
    "retrieve": "retrieval first",
    "tune": "tune",
    "specialise": "small tuned model",
}


def served(task: TaskAdvice) -> bool:
    return "training" in task.advice.phases


def now(result: Recommendation, task: TaskAdvice) -> str:
    name = result.route_names[task.advice.now]
    if task.advice.stage == "measure":
        return f"Build the test set and measure; meanwhile {name[0].lower() + name[1:]}"
    if task.advice.stage in ("tune", "specialise") and not served(task):
        return f"{name}: tuning is indicated, but every tuned route is closed"
    return name


def money_range(band: Band | None) -> str | None:
    if band is None:
        return None
    digits = 0 if band.p90 >= 10 else None
    return f"{money(band.p10, digits=digits, symbol=False)} to {money(band.p90, digits=digits, symbol=False)}"
