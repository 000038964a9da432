"""What a task could really do: an intervention x a model x the place that serves it x the levers on its bill."""

from __future__ import annotations

from bespoke.advice.quality import Addition
from bespoke.advice.routes import BUILDS, Group, Route, remedy, routes
from bespoke.advice.situation import Situation
from bespoke.facts.price_book import canonical, is_known
from bespoke.facts.reader import Facts
from bespoke.results import Part
from bespoke.statistics.interval import Interval

FAMILIES = ("haiku", "sonnet", "opus", "fable")  # of Claude models, smallest first
CASCADED = "cascade"
OWN_EFFECTS = ("bedrock_rft", "distillation")  # builds with rows of their own in the table of effects


class Configuration(Part):
    """What would run: a model at a place, today's prompt with the remedies added, and the levers on its bill.

    `route` is the intervention it is named after, `work` what of it is new: the pieces of work that are paid for.
    Which levers pay is found when it is priced.
    """

    route: str
    model: str
    place: str
    remedies: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    tested: bool = False  # already measured on the client's cases: only the roll-out is left


class Intervention(Part):
    """Something a plan can do to a task, before it is placed and priced.

    `remedies` are worked on and tested together, as one piece of work. `model` is named where the intervention is
    another model. `variant` tells the effects of a newer model from those of a larger one.
    """

    route: str
    group: Group
    remedies: tuple[str, ...] = ()
    model: str | None = None
    variant: str = ""
    tiers: int = 1  # how many a smaller model lies below the one in use
    measured: Interval | None = None  # quality it was already found to have on the client's own cases

    @property
    def is_build(self) -> bool:
        return self.group in BUILDS

    @property
    def additions(self) -> tuple[Addition, ...]:
        """What it changes in the errors."""
        if self.measured is not None:
            return (Addition(self.route, measured=self.measured),)
        if self.remedies:
            return tuple(Addition(route) for route in self.remedies)
        if self.variant == "smaller":
            one = Addition(CASCADED) if self.route == CASCADED else Addition("model_change", "smaller")
            return (one,) * self.tiers
        own = not self.is_build or self.group == "encoder" or self.route in OWN_EFFECTS
        variant = "" if self.route == "bedrock_rft" else self.variant
        return (Addition(self.route if own else "tuned", variant),)


def interventions(situation: Situation, facts: Facts) -> tuple[Intervention, ...]:
    """Everything that speaks to the task's failures or to its bill, before feasibility: prompt work as one piece,
    retrieval, thinking, a critic, other models, then what is trained."""
    known = {route.route: route for route in routes(facts.as_of)}
    found = [
        *_prompt_work(situation, facts, known),
        *_alone(situation, facts, known),
        *other_models(situation, facts),
        *_builds(situation, known),
    ]
    done = {t.route for t in situation.tested}
    return (*_tested(situation, known), *(i for i in found if i.route not in done))


def _tested(situation: Situation, known: dict[str, Route]) -> list[Intervention]:
    """The best of what was already measured, where it reaches the target or beats what runs today beyond chance."""
    today = situation.quality.estimate if situation.quality else 0.0
    aim = situation.aim if situation.aim is not None else 2.0
    better = [
        t for t in situation.tested
        if t.route in known and (t.quality.estimate >= aim or t.quality.low > today)
    ]  # fmt: skip
    if not better:
        return []
    best = max(better, key=lambda t: t.quality.estimate)
    group = known[best.route].group
    return [
        Intervention(
            route=best.route, group=group, measured=best.quality,
            model=best.model if group == "model" or best.route == CASCADED else None,
            remedies=(best.route,) if group in ("prompt", "inference", "retrieval") else (),
        )
    ]  # fmt: skip


def _prompt_work(situation: Situation, facts: Facts, known: dict[str, Route]) -> list[Intervention]:
    """The prompt-level remedies of every family that matters, written and measured in one go; named after the
    remedy of the largest family. Where the prompt was never worked on, its instructions are."""
    wanted: list[str] = []
    for family in situation.matters(facts):
        row = remedy(family)
        wanted += [route for route in (row.first, row.then) if known[route].group == "prompt"] if row else []
    done = {t.route for t in situation.tested}
    unread = situation.shares is None
    if "facts" in situation.matters(facts) or unread or not (wanted or situation.prompt_engineering_done):
        wanted.append("prompt_engineering")
    remedies = tuple(route for route in dict.fromkeys(wanted) if route not in done)
    return [Intervention(route=remedies[0], group="prompt", remedies=remedies)] if remedies else []


ALONE = {"extended_thinking": "reasoning", "generator_critic": "reasoning", "rag": "facts"}


def _alone(situation: Situation, facts: Facts, known: dict[str, Route]) -> list[Intervention]:
    """Thinking and a critic where reasoning fails, retrieval where facts fail (or change, and nobody has read why)."""
    matters = situation.matters(facts)
    wanted = [route for route, family in ALONE.items() if family in matters]
    changes = situation.knowledge_changes not in (None, "never")
    if situation.shares is None and changes and not situation.rag_done:
        wanted.append("rag")
    return [Intervention(route=route, group=known[route].group, remedies=(route,)) for route in wanted]


def other_models(situation: Situation, facts: Facts) -> tuple[Intervention, ...]:
    """Other current Claude models: the newer one of the tier, the next larger, every smaller."""
    own = family_of(situation.model)
    if own is None:
        newest = current("sonnet", facts)
        return (_model("model_change", newest, "larger"),) if newest else ()
    at = FAMILIES.index(own)
    found = []
    if (newer := current(own, facts)) and newer != named(situation.model):
        found.append(_model("model_change", newer, "newer"))
    if at + 1 < len(FAMILIES) and (larger := current(FAMILIES[at + 1], facts)):
        found.append(_model("model_change", larger, "larger"))
    taken = {named(situation.model), newer}
    for tiers in range(1, max(at, 1) + 1):
        smaller = current(FAMILIES[max(0, at - tiers)], facts)
        if smaller and smaller not in taken:
            taken.add(smaller)
            found += [_model(route, smaller, "smaller", tiers) for route in ("smaller_model", CASCADED)]
    return tuple(found)


def _model(route: str, model: str, variant: str, tiers: int = 1) -> Intervention:
    group: Group = "lever" if variant == "smaller" else "model"
    return Intervention(route=route, group=group, model=model, variant=variant, tiers=tiers)


MANY = 10_000  # labelled examples from which the effects table has an encoder of its own
LARGE = (
    "contract_custom_model", "bedrock_llama_sft", "openai_gpt4o_sft", "foundry_sft", "vertex_gemini_sft",
    "bedrock_haiku3_sft",
)  # fmt: skip


def _builds(situation: Situation, known: dict[str, Route]) -> list[Intervention]:
    built = [route for route in known.values() if route.group in BUILDS]
    return [Intervention(route=r.route, group=r.group, variant=_size(r, situation)) for r in built]


def _size(route: Route, situation: Situation) -> str:
    """Which rows of the effects table speak of a model of this size, or of an encoder with this many examples."""
    if route.group == "encoder":
        return "many" if situation.examples >= MANY else ""
    return "large" if route.route in LARGE else "small"


def family_of(model: str) -> str | None:
    """The tier of a Claude model; None for another vendor's."""
    return next((family for family in FAMILIES if f"-{family}" in model and model.startswith("claude")), None)


def named(model: str) -> str:
    """A model's name as the tables have it."""
    return canonical(model) if is_known(model) else model


def current(family: str, facts: Facts) -> str | None:
    """The current model of a tier on the day; None before there was one."""
    key = f"model.family.{family}.current"
    return str(facts.fact(key).value) if facts.has(key) else None
