"""`advice.json`: the advice of one report for whoever builds on it. Stable, documented in docs/advice.md, versioned.

Amounts are expected values in `currency`; `ranges` holds their 10th and 90th percentiles. Raise VERSION when a key
changes its meaning or goes; a new key does not need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bespoke.advice.gates import GateOutcome
from bespoke.advice.plan import MoneyRange, Step

if TYPE_CHECKING:  # the chapter writes this file with its result
    from bespoke.chapters.recommendation import Recommendation, TaskAdvice

VERSION = 1


def summary(client: str, result: Recommendation) -> dict[str, Any]:
    """The whole file as plain values, in the order of tasks.csv."""
    return {
        "version": VERSION,
        "client": client,
        "as_of": result.as_of.isoformat(),
        "currency": result.currency,
        "tasks": [_task(task) for task in result.tasks],
    }


def _task(task: TaskAdvice) -> dict[str, Any]:
    plan, money = task.plan, task.money
    return {
        "task_id": task.task_id,
        "evidence": {name: one.grade for name, one in task.situation.evidence.inputs.items()},
        "contradictions": [{"input": c.input, "says": c.says} for c in task.situation.evidence.contradictions],
        "first_step": {
            **_where(plan.first), "cost": _round(plan.first.cost), "days": plan.first.days, "who": task.who,
        },
        "meanwhile": None if plan.meanwhile is None else _step(plan.meanwhile, False, None),
        "plan": [_step(step, i == plan.end, task.situation.aim) for i, step in enumerate(plan.steps)],
        "likely_end": {**_where(plan.likely_end), "route": plan.end_route},
        "expected_spend": round(plan.expected_spend, 2),
        "probability_of_target": None if plan.probability is None else round(plan.probability, 4),
        "today": _round(money.today),
        "monthly": _round(money.monthly),
        "one_off": _round(money.one_off),
        "first_year": _round(money.first_year),
        "ranges": {
            name: [round(amount.p10, 2), round(amount.p90, 2)]
            for name, amount in (
                ("today", money.today), ("monthly", money.monthly), ("one_off", money.one_off),
                ("first_year", money.first_year),
            )
        },
        "payback_months": money.payback_months,
        "worth": {
            "of_a_right_output": money.gain_of_right,
            "breaks_even_at": None if money.needs_worth is None else round(money.needs_worth, 4),
            "net_year": None if money.net_year is None else round(money.net_year, 2),
        },
        "live_p50": task.live_p50.isoformat() if task.live_p50 else None,
        "live_p80": task.live_p80.isoformat() if task.live_p80 else None,
        "closed": [{"route": c.route, "because": [_condition(o) for o in c.outcomes]} for c in plan.closed],
        "flips": [f.model_dump() for f in task.flips],
        "open_questions": list(plan.questions),
    }  # fmt: skip


def _where(step: Step) -> dict[str, Any]:
    c = step.configuration
    return {
        "route": step.route, "model": c.model, "place": c.place, "remedies": list(c.remedies), "levers": list(c.levers),
    }  # fmt: skip


def _step(step: Step, is_end: bool, aim: float | None) -> dict[str, Any]:
    quality = step.outlook
    return {
        "kind": step.kind, **_where(step), "cost": _round(step.cost), "rollout": _round(step.rollout),
        "monthly": None if step.monthly is None else _round(step.monthly), "days": step.days,
        "quality": None if quality is None else {
            "low": round(quality.low, 4), "likely": round(quality.likely, 4), "high": round(quality.high, 4),
            "basis": quality.basis,
        },
        "target_reached_by_then": None if step.reached is None else round(step.reached, 4),
        "arrives": round(step.arrives, 4),
        "pays_from_a_worth_of": None if step.needs_worth is None else round(step.needs_worth, 4),
        "conditions": [_condition(o) for o in step.conditions],
        "stop_at_quality": aim if step.kind in ("test", "build") or step.route == "measure" else None,
        "likely_end": is_end, "because": step.why,
    }  # fmt: skip


def _condition(outcome: GateOutcome) -> dict[str, str]:
    return {"gate": outcome.gate, "verdict": outcome.verdict, "needs": outcome.needs, "found": outcome.found}


def _round(amount: MoneyRange) -> float:
    return round(amount.expected, 2)
