"""Where a model could be served for a client: the places that sell it, those the client may use, the one to take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from bespoke.advice.candidates import named
from bespoke.advice.gates import GateOutcome, Verdict, verdict_of
from bespoke.advice.situation import Situation
from bespoke.facts.places import ANYWHERE, Place, places
from bespoke.facts.reader import Facts

ORDER: tuple[Verdict, ...] = ("met", "unknown", "unmet")


def conditions(place: Place, situation: Situation) -> tuple[GateOutcome, ...]:
    """Access, residency and data protection of one place for one task, each with what was found."""
    return (_access(place, situation), _residency(place, situation), *_agreement(place, situation))


def offered(model: str, facts: Facts) -> tuple[Place, ...]:
    """The places that sell the model on the day, in table order."""
    name = named(model)
    return tuple(place for place in _on(facts.as_of) if name in place.models)


def choose(model: str, situation: Situation, facts: Facts) -> Place | None:
    """The place to take: least in the way first, then where it runs today, then the lowest price.

    None where no place at all sells the model. The place may still have an unmet condition: then there is none
    without, and the caller says so.
    """
    found = offered(model, facts)
    return min(found, key=lambda place: _rank(place, situation), default=None)


def worst(outcomes: Iterable[GateOutcome]) -> Verdict:
    """The verdict over several conditions: unmet before unknown before met."""
    return max((o.verdict for o in outcomes), key=ORDER.index, default="met")


def today(access: dict[str, bool | None], residency: tuple[str, ...], model: str, facts: Facts) -> str:
    """Where a task probably runs when nobody has said: Anthropic's own API if the client has it and the model is
    there, else the first place the client has access to, else the first that sells the model."""
    found = offered(model, facts)
    open_to = [place for place in found if access.get(place.access)]
    inside = [place for place in open_to if not residency or _within(place, residency)]
    return next((place.place for place in (*inside, *open_to, *found)), "anthropic_global")


def _rank(place: Place, situation: Situation) -> tuple[int, bool, float]:
    verdict = ORDER.index(worst(conditions(place, situation)))
    return verdict, place.place != situation.place, float(place.price_factor)


def _within(place: Place, residency: tuple[str, ...]) -> bool:
    return ANYWHERE not in place.processes_in and set(place.processes_in) <= set(residency)


def _access(place: Place, situation: Situation) -> GateOutcome:
    runs_there = place.place == situation.place and situation.place_known
    verdict = verdict_of(runs_there or situation.access.get(place.access))
    return GateOutcome(
        gate="access", verdict=verdict, needs=f"access to {place.name}", input=f"access_{place.access}",
        found={"met": "yes", "unmet": "no", "unknown": "not known"}[verdict],
    )  # fmt: skip


def _residency(place: Place, situation: Situation) -> GateOutcome:
    wanted = ", ".join(region.upper() for region in situation.residency)
    if not situation.residency:
        return _outcome("met", "no restriction given")
    verdict: Verdict = "met" if _within(place, situation.residency) else "unmet"
    inside = f"in {', '.join(map(str.upper, place.processes_in))}"
    processed = "anywhere" if ANYWHERE in place.processes_in else inside
    return _outcome(verdict, f"{place.name} processes data {processed}; allowed: {wanted}")


def _outcome(verdict: Verdict, found: str) -> GateOutcome:
    needs = "a place that processes data only where the client allows"
    return GateOutcome(gate="residency", verdict=verdict, needs=needs, input="residency", found=found)


def _agreement(place: Place, situation: Situation) -> tuple[GateOutcome, ...]:
    return agreement(place.access, place.name.split(",")[0], situation)


def agreement(access: str, who: str, situation: Situation) -> tuple[GateOutcome, ...]:
    """Personal or health data go only where an agreement covers them; nothing is asked where there are none.

    One that is not signed closes nothing for good: signing it comes first.
    """
    if not situation.sensitive:
        return ()
    signed = situation.agreements
    verdict = verdict_of(None if signed is None else access in signed)
    what = "a business associate agreement" if situation.contains_phi else "a data processing agreement"
    found = {"met": "signed", "unmet": "not signed", "unknown": "not known"}[verdict]
    needs = f"{what} for {who}"
    asks = {
        "met": "", "unknown": f"Is {needs} signed? Ask the client's lawyers.",
        "unmet": f"Who signs {needs}? Nothing with personal data runs there before.",
    }[verdict]  # fmt: skip
    return (
        GateOutcome(
            gate="agreement", verdict=verdict, needs=needs, input="agreements", found=found, met_by="agreement",
            asks=asks,
        ),
    )  # fmt: skip


@lru_cache(maxsize=8)
def _on(as_of: date) -> tuple[Place, ...]:
    return places(as_of)
