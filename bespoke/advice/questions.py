"""What nobody has said yet and the plan depends on, with the cheapest way to an answer."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.advice.feasibility import Placed
from bespoke.advice.gates import GateOutcome
from bespoke.advice.plan import Step
from bespoke.advice.situation import PEOPLE_WAIT, Situation
from bespoke.facts.reader import Facts

ASKED = {
    "quality": "What is the quality today? Nobody has measured it: 50 cases with known answers, a few days.",
    "target": "Which quality is good enough? Without a target nothing is ever reached: ask who signs off the outputs.",
    "few": "How good is it really? Its quality rests on too few cases: write more with known answers, a few days.",
    "families": "What goes wrong? Nobody has read failing outputs of this task: read about 50, one to two days.",
}


def of(
    situation: Situation, today: Placed, steps: Sequence[Step], others: Sequence[GateOutcome], facts: Facts
) -> tuple[str, ...]:
    """Questions in the order in which they move the plan, each once. `others` are conditions outside the plan."""
    found = [*_unmeasured(situation, facts), *_place(situation, today), *_waiting(situation, facts)]
    for step in steps:
        found += [_asked(outcome) for outcome in step.conditions]
    found += [_asked(outcome) for outcome in others]
    if any(step.kind == "build" and step.needs_worth for step in steps) and situation.worth.right is None:
        found.append(
            "What is one more right output worth? Without it nobody can say whether a model of its own pays."
        )
    return tuple(dict.fromkeys(found))


def _asked(outcome: GateOutcome) -> str:
    return outcome.asks or f"To be confirmed: {outcome.needs}."


def _unmeasured(situation: Situation, facts: Facts) -> list[str]:
    found = []
    if situation.quality is None:
        found.append(ASKED["quality"])
    elif situation.cases < facts.threshold("min_test_cases"):
        found.append(ASKED["few"])
    if situation.target is None:
        found.append(ASKED["target"])
    met = situation.shortfall() == 0
    if situation.shares is None and not met:
        found.append(ASKED["families"])
    return found


def _place(situation: Situation, today: Placed) -> list[str]:
    """Where it runs, where nobody has said and it matters."""
    found = [_asked(outcome) for outcome in today.unknown]
    if not situation.place_known and situation.residency:
        found.insert(
            0,
            "Where does it run today? Its residency requirement depends on it: look at the endpoint's address.",
        )
    return found


def _waiting(situation: Situation, facts: Facts) -> list[str]:
    if situation.waits is not None or situation.p95_required_ms is not None or situation.kind in PEOPLE_WAIT:
        return []
    return ["May answers wait up to a day? Batches then halve the price: ask who reads them."]
