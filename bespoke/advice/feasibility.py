"""Whether an intervention can be done at all: where, under which conditions, and what stands in the way."""

from __future__ import annotations

from datetime import date, timedelta

from bespoke.advice import serving
from bespoke.advice.candidates import Configuration, Intervention, named
from bespoke.advice.gates import GateOutcome, evaluate_gates, latency
from bespoke.advice.latency import expected, may_think
from bespoke.advice.routes import Route, routes
from bespoke.advice.situation import Situation
from bespoke.facts.reader import Facts
from bespoke.results import Part
from bespoke.show.numbers import day

OWN = "own"  # the client's own machines
SERVICE = {  # route -> whose regions it runs in; () of a route's regions is the client's own machines
    "bedrock": "bedrock", "custom_model_import": "bedrock", "sagemaker": "sagemaker", "vertex": "vertex",
    "foundry": "foundry", "openai": "openai", "hosted": "hosted", "contract": "anthropic",
}  # fmt: skip
THINKING = "extended_thinking"
ACCESS = {"bedrock": "aws_bedrock", "sagemaker": "aws_bedrock", "vertex": "google_vertex",
          "foundry": "microsoft_foundry",
          "anthropic": "anthropic_api"}  # fmt: skip


class Placed(Part):
    """An intervention as it would run, with every condition looked at."""

    configuration: Configuration
    outcomes: tuple[GateOutcome, ...]

    @property
    def closed(self) -> tuple[GateOutcome, ...]:
        """What keeps it from being done; () where nothing does."""
        return tuple(o for o in self.outcomes if o.closes)

    @property
    def unknown(self) -> tuple[GateOutcome, ...]:
        """What has to be confirmed or signed before it starts."""
        unsigned = ("agreement", "unmet")
        return tuple(o for o in self.outcomes if o.verdict == "unknown" or (o.gate, o.verdict) == unsigned)

    @property
    def broken(self) -> tuple[GateOutcome, ...]:
        """Every condition that is not met, whether or not a step would meet it."""
        return tuple(o for o in self.outcomes if o.verdict == "unmet")


def as_it_runs(situation: Situation) -> Configuration:
    return Configuration(route="as_is", model=named(situation.model), place=situation.place)


def today(situation: Situation, facts: Facts) -> Placed:
    """What runs today, held against the same conditions as everything else."""
    configuration = as_it_runs(situation)
    place = next((p for p in serving.offered(configuration.model, facts) if p.place == situation.place), None)
    outcomes = serving.conditions(place, situation) if place else ()
    life = _life(configuration.model, situation.place, facts)
    return Placed(
        configuration=configuration, outcomes=(*outcomes, *life, *_fast(configuration, situation, facts))
    )


def place(intervention: Intervention, base: Configuration, situation: Situation, facts: Facts) -> Placed:
    """The intervention on top of what is kept so far, at the place with least in its way."""
    if intervention.is_build:
        return _built(intervention, situation, facts)
    model = intervention.model or base.model
    found = serving.choose(model, situation, facts)
    kept = [r for r in base.remedies if r != THINKING or may_think(model, facts)]  # else it thinks by itself
    configuration = Configuration(
        route=intervention.route, model=named(model), place=found.place if found else base.place,
        remedies=tuple(dict.fromkeys((*kept, *intervention.remedies))),
        work=intervention.remedies or (intervention.route,), tested=intervention.measured is not None,
    )  # fmt: skip
    outcomes = serving.conditions(found, situation) if found else _not_sold(model)
    return Placed(
        configuration=configuration,
        outcomes=(
            *outcomes, *_life(model, configuration.place, facts), *_choice(configuration, facts),
            *_fast(configuration, situation, facts),
        ),
    )  # fmt: skip


def _built(intervention: Intervention, situation: Situation, facts: Facts) -> Placed:
    route = next(r for r in routes(facts.as_of) if r.route == intervention.route)
    place = _region(route, situation)
    configuration = Configuration(
        route=route.route, model=route.model or route.name, place=place, work=(route.route,)
    )
    service = place.partition("_")[0]
    covered = () if service == OWN else serving.agreement(ACCESS.get(service, service), route.name, situation)
    outcomes = (
        *evaluate_gates(route, situation, facts),
        *covered,
        *_built_fast(configuration, situation, facts),
    )
    return Placed(configuration=configuration, outcomes=outcomes)


def _built_fast(configuration: Configuration, situation: Situation, facts: Facts) -> tuple[GateOutcome, ...]:
    """A model on the client's own machines is as fast as it is built to be; an encoder takes one pass."""
    if configuration.route == "small_encoder":
        low, high = facts.fact("price.serving.small_encoder.p95_ms").range
        return latency((float(low), float(high)), situation)
    return () if configuration.place == OWN else _fast(configuration, situation, facts)


def _region(route: Route, situation: Situation) -> str:
    """`bedrock_us`: the service and the first of the route's regions that the client allows."""
    service = next((name for prefix, name in SERVICE.items() if route.route.startswith(prefix)), OWN)
    if service == OWN:
        return OWN
    regions = route.regions or ()
    allowed = [region for region in regions if not situation.residency or region in situation.residency]
    return f"{service}_{(allowed or list(regions) or ['global'])[0]}"


def ends(model: str, place: str, facts: Facts) -> date | None:
    """The day the model stops being served at the place, where one is announced; Bedrock keeps its own calendar."""
    own = facts.day(f"model.{named(model)}.bedrock.end_of_life") if place.startswith("bedrock") else None
    return own or facts.day(f"model.{named(model)}.end_of_life")


def must_move(situation: Situation, facts: Facts) -> bool:
    """Whether the model in use is gone or goes within the notice that moving off it takes."""
    end = ends(situation.model, situation.place, facts)
    notice = timedelta(days=facts.threshold("retirement_notice_days"))
    return end is not None and facts.as_of >= end - notice


def _life(model: str, place: str, facts: Facts) -> tuple[GateOutcome, ...]:
    end = ends(model, place, facts)
    released = facts.day(f"model.{named(model)}.released")
    if released and released > facts.as_of:
        found = f"{model} is released on {day(released)}"
    elif end is None or facts.as_of < end:
        return ()
    else:
        found = f"{model} was retired on {day(end)}"
    return (_unmet("lifecycle", "a model that is served on the day of the report", found),)


def _choice(configuration: Configuration, facts: Facts) -> tuple[GateOutcome, ...]:
    """Thinking is a step only where it can be switched on."""
    if THINKING not in configuration.remedies or may_think(configuration.model, facts):
        return ()
    found = f"{configuration.model} always thinks, or never does"
    return (_unmet("thinking", "a model on which thinking is a choice", found),)


def _not_sold(model: str) -> tuple[GateOutcome, ...]:
    found = f"no place in the tables sells {model} on this day"
    return (_unmet("place", "a place that sells the model", found),)


def _unmet(gate: str, needs: str, found: str) -> GateOutcome:
    """A condition of the model itself that is not met."""
    return GateOutcome(gate=gate, verdict="unmet", needs=needs, input="model", found=found)


def _fast(configuration: Configuration, situation: Situation, facts: Facts) -> tuple[GateOutcome, ...]:
    return latency(expected(configuration, situation, facts), situation)
