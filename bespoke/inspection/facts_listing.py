"""`bespoke facts`: every row of the fact tables as a line of text, with its staleness as of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bespoke.facts.reader import VALUE_TABLES, Fact, Sourced, rows_of
from bespoke.facts.value_text import value_text
from bespoke.show.filling import filled

CLAIMS_HEADER = ("claim", "what we found", "verdict", "source", "read on")
HEADER = ("key", "value", "unit", "kind", "source", "read on", "expires", "stale?")


def lines(as_of: date) -> Iterator[str]:
    """Tab-separated lines under a header: a spreadsheet and `column -t` both read them."""
    yield "\t".join(HEADER)
    for table in VALUE_TABLES:
        for fact in rows_of(Fact, table):
            yield _line(fact.key, value_text(fact), fact.unit, fact, as_of)
    yield from _structured(as_of)


def claims(as_of: date) -> Iterator[str]:
    """The register of what circulates about customising Claude, each claim beside what the code finds on that day."""
    from bespoke.chapters.claims import compute
    from bespoke.facts.reader import Facts

    yield "\t".join(CLAIMS_HEADER)
    for one in compute(Facts(as_of=as_of)).claims:
        yield _cells(one.claim, one.finding, one.verdict, one.source, str(one.read_on))


def _structured(as_of: date) -> Iterator[str]:
    from bespoke.advice.gates import gates
    from bespoke.advice.routes import Route, remedies
    from bespoke.facts.claim import Claim
    from bespoke.facts.effects import Effect
    from bespoke.facts.places import Place
    from bespoke.tuning.jobs.profiles import Hyperparameter, Profile

    for route in rows_of(Route, "routes"):
        yield _line(f"route.{route.route}", route.state, f"from {route.since}", route, as_of)
    for place in rows_of(Place, "places"):
        key = ".".join(filter(None, ("place", place.place, place.group)))
        yield _line(key, f"{', '.join(place.models)} x {place.price_factor}", place.name, place, as_of)
    for effect in rows_of(Effect, "effects"):
        key = ".".join(filter(None, ("effect", effect.route, effect.variant, effect.family)))
        value = f"{effect.low} to {effect.high} (likely {effect.value})"
        yield _line(key, value, "share of the family's errors", effect, as_of)
    for profile in rows_of(Profile, "profiles"):
        yield _line(f"profile.{profile.profile}", profile.name, "model profile", profile, as_of)
    for hyper in rows_of(Hyperparameter, "hyperparameters"):
        span = f"{hyper.low} to {hyper.high}, default {hyper.default}"
        yield _line(f"hyperparameter.{hyper.name}", span, f"for {', '.join(hyper.profiles)}", hyper, as_of)
    for claim in rows_of(Claim, "claims"):
        yield _line(f"claim.{claim.id}", claim.verdict, filled(claim.claim), claim, as_of)
    for gate in gates():
        value = f"{gate.value:g}" if gate.value is not None else gate.threshold or gate.test
        yield _line(f"gate.{gate.gate}", value, gate.needs, gate, as_of)
    for remedy in remedies():
        yield _line(f"remedy.{remedy.family}", f"{remedy.first}, then {remedy.then}", "routes", remedy, as_of)


def _line(key: str, value: str, unit: str, row: Sourced, as_of: date) -> str:
    stale = "stale" if row.stale(as_of) else ""
    return _cells(key, value, unit, row.kind, row.source, str(row.read_on), str(row.expires), stale)


def _cells(*cells: str) -> str:
    return "\t".join(" ".join(cell.split()) for cell in cells)
