"""From a case to advice: the route to take now, the next one, and every closed one with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bespoke.advice.case import Case
from bespoke.advice.gates import GateOutcome, evaluate_gates
from bespoke.advice.routes import TUNED, Route, remedy, routes
from bespoke.advice.stages import Stage, StageDecision, stage_of
from bespoke.facts.reader import Facts
from bespoke.results import Part

SERVED_ELSEWHERE = ("tuning", "hosting", "contract")
PHASES: Mapping[Stage, tuple[str, ...]] = {
    "measure": ("audit", "evaluation_set"),
    "operate": ("audit", "evaluation_set", "integration"),
    "prompt": ("audit", "evaluation_set", "evaluation_ab", "integration"),
    "optimise": ("audit", "evaluation_set", "evaluation_ab", "integration"),
    "retrieve": ("audit", "evaluation_set", "evaluation_ab", "integration"),
    "tune": (
        "contract_access", "data_protection_review", "quota", "evaluation_set", "audit", "dataset",
        "training", "evaluation_ab", "integration",
    ),
    "specialise": (
        "contract_access", "data_protection_review", "quota", "evaluation_set", "audit", "dataset",
        "training", "evaluation_ab", "integration",
    ),
}  # fmt: skip


class ClosedRoute(Part):
    """A route that cannot be taken today: every unmet condition, and those nobody knows yet."""

    route: str
    unmet: tuple[GateOutcome, ...]
    unknown: tuple[GateOutcome, ...]


class Advice(Part):
    """What to do about one task, and why."""

    task_id: str
    decision: StageDecision
    now: str  # a route id
    next: str | None  # the route to take when `now` does not reach the target
    conditions: tuple[GateOutcome, ...]  # of `now`: not known yet, to be confirmed before starting
    closed: tuple[ClosedRoute, ...]
    gates: Mapping[str, tuple[GateOutcome, ...]]  # every gate evaluated, by route
    phases: tuple[str, ...]

    @property
    def stage(self) -> Stage:
        return self.decision.stage

    def closed_because(self, route: str) -> tuple[str, ...]:
        """What the route would need and does not have; () for a route that is not closed."""
        return tuple(f"{o.needs} ({o.found})" for c in self.closed if c.route == route for o in c.unmet)


def decide(case: Case, facts: Facts, *, cost_of: Mapping[str, float] | None = None) -> Advice:
    """Gates first, then the decision table, then the choice within the step.

    `cost_of` gives the twelve-month cost (P50, USD) per priced route; it orders the tuned routes that are open.
    Without it, and for routes without a price, the table's rank decides.
    """
    known = routes(facts.as_of)
    gates = {route.route: evaluate_gates(route, case, facts) for route in known}
    closed = tuple(c for c in (_closed(route, gates[route.route]) for route in known) if c is not None)
    decision = stage_of(case, facts)
    ranked = _candidates(decision.stage, case, known, {c.route for c in closed}, cost_of or {})
    now = ranked[0] if ranked else "prompt_engineering"
    return Advice(
        task_id=case.task_id,
        decision=decision,
        now=now,
        next=ranked[1] if len(ranked) > 1 else None,
        conditions=tuple(outcome for outcome in gates[now] if outcome.verdict == "unknown"),
        closed=closed,
        gates=gates,
        phases=PHASES[decision.stage if _is_tuned(now, known) else _prompt_stage(decision.stage)],
    )


def _prompt_stage(stage: Stage) -> Stage:
    """When every tuned route is closed, the work that is left is prompting."""
    return "optimise" if stage in ("tune", "specialise") else stage


def _closed(route: Route, outcomes: Sequence[GateOutcome]) -> ClosedRoute | None:
    unmet = tuple(o for o in outcomes if o.verdict == "unmet")
    unknown = tuple(o for o in outcomes if o.verdict == "unknown")
    return ClosedRoute(route=route.route, unmet=unmet, unknown=unknown) if unmet else None


def _candidates(
    stage: Stage, case: Case, known: Sequence[Route], closed: set[str], cost_of: Mapping[str, float]
) -> list[str]:
    """Routes worth taking at this step, best first; closed ones are left out."""
    found = remedy(case.family)
    prompting = [found.first, found.then] if found else []
    prompting = [*prompting, "prompt_engineering", "few_shot"]
    tuned = [r for r in known if r.group in TUNED and r.route not in closed and r.state != "unverified"]
    by_cost = _by_cost(tuned, cost_of)
    # The contract programme is unverified and months away: never the first thing to do, but worth asking for.
    fallback = (
        ["contract_custom_model", *prompting]
        if tuned
        else [prompting[0], "contract_custom_model", *prompting]
    )
    wanted: dict[Stage, list[str]] = {
        "measure": prompting,
        "operate": ["prompt_caching", "smaller_model"],
        "prompt": prompting,
        "optimise": prompting,
        "retrieve": ["rag", *prompting],
        "tune": [*_then_claude(by_cost, tuned), *fallback],
        "specialise": [*by_cost, *fallback],
    }
    return [route for route in dict.fromkeys(wanted[stage]) if route not in closed]


def _by_cost(tuned: Sequence[Route], cost_of: Mapping[str, float]) -> list[str]:
    """Cheapest first; a route nobody has priced comes after those with a price, in table order."""
    dear = float("inf")
    return [r.route for r in sorted(tuned, key=lambda r: (cost_of.get(r.route, dear), r.rank))]


def _then_claude(by_cost: Sequence[str], tuned: Sequence[Route]) -> list[str]:
    """The cheapest first; if it falls short on quality, a tuned Claude is nearest to what the client runs today."""
    claude = {r.route for r in tuned if r.model.startswith("claude")}
    return [*by_cost[:1], *sorted(by_cost[1:], key=lambda route: route not in claude)]


def _is_tuned(route: str, known: Sequence[Route]) -> bool:
    return any(r.route == route and r.group in SERVED_ELSEWHERE for r in known)
