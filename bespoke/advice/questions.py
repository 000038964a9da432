"""What nobody has said yet and the plan depends on, with the cheapest way to an answer."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.advice.feasibility import Placed
from bespoke.advice.gates import GateOutcome
from bespoke.advice.options import Ground
from bespoke.advice.plan import Step
from bespoke.advice.situation import CHANGING, PEOPLE_WAIT, Situation
from bespoke.facts.reader import Facts
from bespoke.show.numbers import exact

ASKED = {
    "place": "Where does it run today? Its residency requirement depends on it: look at the endpoint's address.",
    "quality": "What is the quality today? Nobody has measured it: {cases} cases with known answers, a few days.",
    "target": "Which quality is good enough? Without a target nothing is ever reached: ask who signs off the outputs.",
    "few": "How good is it really? Its quality rests on too few cases: write more with known answers, a few days.",
    "families": "What goes wrong? Nobody has read failing outputs of this task: read about 50, one to two days.",
}


def of(
    ground: Ground, today: Placed, steps: Sequence[Step], others: Sequence[GateOutcome], somewhere: bool
) -> tuple[str, ...]:
    """Questions in the order in which they move the plan, each once. `others` are conditions outside the plan,
    `somewhere` whether any place could serve Claude as the client requires."""
    s, facts = ground.situation, ground.facts
    found = [*_place(s, today, somewhere), *_unmeasured(s, facts), *_data(s, facts), *_waiting(ground)]
    for step in steps:
        found += [_asked(outcome) for outcome in step.conditions]
    found += [_asked(outcome) for outcome in others]
    if s.prompt_cached is None and any("prompt_caching" in step.configuration.levers for step in steps):
        found.append("Is the prompt cached already? Today's bill is priced without: look at its cache reads.")
    if any(step.kind == "build" and step.needs_worth for step in steps) and s.worth.right is None:
        found.append(
            "What is one more right output worth? Without it nobody can say whether a model of its own pays."
        )
    return tuple(dict.fromkeys(found))


def _data(s: Situation, facts: Facts) -> list[str]:
    """What the requests hold, and whether retrieval was tried where facts fail or change."""
    found = []
    if s.sensitive is None:
        kind = "health or other personal data" if s.contains_phi is None else "personal data"
        found.append(f"Do the requests hold {kind}? Ask the data owner; a person reads twenty.")
    changing = s.knowledge_changes in CHANGING or "facts" in s.matters(facts)
    if s.rag_done is None and changing:
        found.append("Was retrieval tried, and measured? Ask who built it.")
    return found


def _asked(outcome: GateOutcome) -> str:
    return outcome.asks or f"To be confirmed: {outcome.needs}."


def _unmeasured(situation: Situation, facts: Facts) -> list[str]:
    found, enough = [], facts.threshold("min_test_cases")
    if situation.quality is None:
        found.append(ASKED["quality"].format(cases=exact(enough)))
    elif situation.cases < enough:
        found.append(ASKED["few"])
    if situation.target is None:
        found.append(ASKED["target"])
    met = situation.shortfall() == 0
    if situation.shares is None and not met:
        found.append(ASKED["families"])
    return found


def _place(s: Situation, today: Placed, somewhere: bool) -> list[str]:
    """Where it runs, where nobody has said and it matters, and a requirement that no place meets."""
    found = []
    wanted = ", ".join(region.upper() for region in s.residency)
    if s.residency and not somewhere:
        found.append(
            f"Must the data really stay in {wanted}? No place in the tables serves Claude there: confirm the residency"
            " requirement with the client's lawyers, and ask the vendors' account teams."
        )
    if not s.place_known and s.residency:
        found.append(ASKED["place"])
    return [*found, *(_asked(outcome) for outcome in today.unknown)]


def _waiting(ground: Ground) -> list[str]:
    """Asked where half a year of half the bill would pay for a consultant's day."""
    s = ground.situation
    known = s.waits is not None or s.p95_required_ms is not None or s.kind in PEOPLE_WAIT
    if known or 3 * ground.prices.today().expected < s.worth.consultant_day:
        return []
    return ["May answers wait up to a day? Batches then halve the price: ask who reads them."]
