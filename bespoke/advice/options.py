"""What could be done next: every intervention at this point of a plan, placed, priced and judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bespoke.advice import feasibility, preparation, worth
from bespoke.advice.candidates import Configuration, Intervention, interventions, named
from bespoke.advice.feasibility import Placed
from bespoke.advice.plan import Closed, MoneyRange, Price, Prices
from bespoke.advice.quality import Addition, Outlook, outlook, removed
from bespoke.advice.situation import Situation
from bespoke.facts.reader import Facts

INFINITE = float("inf")
SURE_ENOUGH = 0.75  # of keeping today's quality, for a model of its own that may not reach the target
TIMES = 2  # a step that adds more than twice today's bill to it is a decision of its own,
MANY_DAYS = 20  # and so is one that adds twenty consultant's days a month
REAL_CHANCE = 0.1  # from which a step is ordered by the price of the target through it
SPEAKS = 0.05  # share of a family's errors from which a remedy speaks to it


@dataclass(frozen=True)
class Option:
    """One intervention at this point: where it would run, what it costs, what it would do, whether it pays."""

    intervention: Intervention
    placed: Placed
    price: Price
    outlook: Outlook | None
    chance: float | None  # of reaching the target by it, given that the plan got here
    index: tuple[float, ...]  # smallest first
    needs_worth: float | None  # of one more right output, for it to pay; None where it pays anyway
    pays: bool

    @property
    def held_back(self) -> bool:
        """Whether a question of law has to be answered before it may stand in a plan."""
        return any(outcome.holds_back for outcome in self.placed.outcomes)

    @property
    def once(self) -> float:
        return self.price.test.expected + self.price.rollout.expected


@dataclass
class Ground:
    """What a plan stands on at some point: what is kept, what that does to quality, how likely the target is met."""

    situation: Situation
    facts: Facts
    prices: Prices
    kept: Configuration
    additions: list[Addition] = field(default_factory=list)
    adopted: MoneyRange = field(default_factory=MoneyRange.nothing)  # roll-out of what was measured better
    reached: float = 0.0
    built: float = 0.0  # chance of the best model of its own so far: they learn from the same examples
    closed: dict[str, Closed] = field(default_factory=dict)
    unpriced: dict[str, None] = field(default_factory=dict)
    _placed: dict[tuple[Intervention, Configuration | None], Placed] = field(default_factory=dict)
    _outlooks: dict[tuple[Addition, ...], Outlook | None] = field(default_factory=dict)

    @cached_property
    def interventions(self) -> tuple[Intervention, ...]:
        return interventions(self.situation, self.facts)

    def placed(self, one: Intervention) -> Placed:
        """The intervention on top of what is kept; what is built stands on nothing that is kept."""
        key = (one, None if one.is_build else self.kept)
        if key not in self._placed:
            self._placed[key] = feasibility.place(one, self.kept, self.situation, self.facts)
        return self._placed[key]

    def outlook(self, additions: Sequence[Addition]) -> Outlook | None:
        """Quality with these on top of what runs today."""
        key = tuple(additions)
        if key not in self._outlooks:
            self._outlooks[key] = outlook(self.situation, self.facts, key)
        return self._outlooks[key]

    @property
    def likely(self) -> float:
        """Quality that is expected with what is kept."""
        now = self.outlook(self.additions)
        return now.likely if now else 0.0

    @property
    def aim(self) -> float | None:
        return self.situation.aim

    @property
    def months(self) -> float:
        return self.facts.threshold("horizon_months")

    def with_(self, one: Intervention) -> list[Addition]:
        """What is kept with the intervention on top; a larger model takes the place of a newer one."""
        kept = [a for a in self.additions if not (one.group == "model" and a.route == one.route)]
        return [*kept, *one.additions]

    def speaks_to(self, one: Intervention) -> tuple[str, ...]:
        """The families that matter of which it removes errors."""
        return tuple(
            family
            for family in self.situation.matters(self.facts)
            if any(removed(a, family, self.situation, self.facts)[1] > SPEAKS for a in one.additions)
        )


def options(
    ground: Ground, taken: frozenset[tuple[str, str]], *, builds: bool | None = None, smaller: bool = False
) -> list[Option]:
    """Every intervention not taken yet (`taken` holds route and model), placed and priced; what cannot be done is noted
    with its reasons. `builds` asks for these alone, or for all others; smaller models only where they are asked for."""
    found = []
    for one in ground.interventions:
        if builds is not None and one.is_build != builds:
            continue
        if (one.variant == "smaller" and not smaller) or _is_there(one, ground):
            continue
        placed = ground.placed(one)
        name = "" if one.is_build else placed.configuration.model
        if (one.route, name) in taken:
            continue
        if placed.closed:
            if one.is_build or ground.kept.model == named(ground.situation.model):  # else the plan closed it
                ground.closed.setdefault(one.route, Closed(route=one.route, outcomes=placed.closed))
            continue
        price = ground.prices.price(placed.configuration)
        if price is None:
            ground.unpriced[one.route] = None
            continue
        found.append(judged(one, placed, price, ground))
    return found


def most_to_gain(ground: Ground) -> float:
    """What closing the whole gap for a year could be worth at most."""
    s, facts = ground.situation, ground.facts
    return preparation.largest_gap(s) * worth.outputs(s, facts) * worth.dearest(s, facts)


def _is_there(one: Intervention, ground: Ground) -> bool:
    """Whether the plan stands on it already: adopted as measured, in the prompt, or the model that runs."""
    adopted = one.measured is not None and one.measured.estimate < (ground.aim or 1.0)
    in_prompt = bool(one.remedies) and set(one.remedies) <= set(ground.kept.remedies)
    return adopted or in_prompt or one.model == ground.kept.model


def judged(one: Intervention, placed: Placed, price: Price, ground: Ground) -> Option:
    """The option with its chance, its index and whether it pays."""
    after = ground.outlook(one.additions if one.is_build else ground.with_(one))
    chance = _chance(one, after, ground)
    added = price.added_monthly
    if after is None or ground.situation.quality is None:
        could_pay = price.test.expected + price.rollout.expected <= most_to_gain(ground)
        return Option(one, placed, price, after, chance, (INFINITE, price.test.expected), None, could_pay)
    rank = _by_worth if worth.gain_of_right(ground.situation) is not None else _by_price
    return Option(one, placed, price, after, chance, *rank(one, price, after, chance, added, ground))


def _chance(one: Intervention, after: Outlook | None, ground: Ground) -> float | None:
    """Given that what came before has not reached it. Remedies that stack share their luck; a build has its own."""
    if after is None or ground.aim is None:
        return None
    if one.measured is not None:
        return float(one.measured.estimate >= ground.aim)
    before = ground.built if one.is_build else ground.reached
    return max(0.0, after.reaches(ground.aim) - before) / (1 - before) if before < 1 else 0.0


Judged = tuple[tuple[float, ...], float | None, bool]  # index, what an output must be worth, whether it pays


def _by_worth(
    one: Intervention, price: Price, after: Outlook, chance: float | None, added: float, ground: Ground
) -> Judged:
    """The highest reservation value first; a box whose value is not above nought stays shut."""
    n, now = worth.outputs(ground.situation, ground.facts), ground.likely
    stated = worth.gain_of_right(ground.situation) or 0.0
    running = price.rollout.expected + ground.months * added
    values = [stated * n * (q - now) - running for q in (after.low, after.likely, after.high)]
    z = worth.reservation_value(price.test.expected, values)
    return (0.0, -z), _needed(price, after, added, ground), z > 0


def _by_price(
    one: Intervention, price: Price, after: Outlook, chance: float | None, added: float, ground: Ground
) -> Judged:
    """The lowest price of the target first. Where none stands a chance alone, what the failures ask for (a remedy, or
    another model that pays for itself) comes before what might help anything, and the lowest price of one more right
    output first."""
    test, rollout = price.test.expected, price.rollout.expected
    target = worth.price_of_target(test, chance or 0.0, rollout, added, ground.months)
    needs = _needs(price, after, added, ground)
    saves = added * ground.months + rollout + test <= 0
    if (chance or 0.0) >= REAL_CHANCE:
        index: tuple[float, ...] = (0.0, target)
    else:
        facts_fail = "facts" in ground.situation.matters(ground.facts)  # no newer model knows the client's
        asked = (one.remedies or (saves and not facts_fail)) and ground.speaks_to(one)
        index = (1.0, float(not asked), needs)
    cheap = needs <= worth.dearest(ground.situation, ground.facts)
    affordable = cheap and not multiplies(price.monthly.expected, ground)
    return index, _needed(price, after, added, ground), saves or affordable


def _needed(price: Price, after: Outlook, added: float, ground: Ground) -> float | None:
    """None where it pays anyway, or where it adds nothing that could be worth anything."""
    needs = _needs(price, after, added, ground)
    return None if needs <= 0 or needs == INFINITE else needs


def multiplies(monthly: float, ground: Ground) -> bool:
    """Whether a month costs so much more than today that it is a decision of its own, taken where an output's worth is
    stated: more than three times the bill, by more than a consultant's day; or more by twenty of these."""
    if worth.gain_of_right(ground.situation) is not None:
        return False
    today, consultant = ground.prices.today().expected, ground.situation.worth.consultant_day
    added = monthly - today
    return added > consultant and (added > TIMES * today or added > MANY_DAYS * consultant)


def _needs(price: Price, after: Outlook, added: float, ground: Ground) -> float:
    """What one more right output must be worth over the horizon for the step to break even at its likely effect."""
    gain = max(0.0, min(after.likely, ground.aim or 1.0) - ground.likely)
    if gain <= 0:
        return INFINITE
    cost = price.test.expected + price.rollout.expected + ground.months * added
    return cost / (worth.outputs(ground.situation, ground.facts) * gain)


def helps(option: Option, ground: Ground, *, tested: bool) -> bool:
    """Whether it stands a chance: of reaching the target, of removing errors of a family that matters, or, for a
    model of its own, of halving the bill or closing half the gap without losing quality."""
    build = option.intervention.is_build
    least = ground.facts.threshold("least_chance_of_a_build" if build else "least_chance")
    if option.chance is not None and option.chance >= least:
        return True
    if build:
        keeps = option.outlook is not None and option.outlook.reaches(ground.likely) >= SURE_ENOUGH
        return keeps and (_closes_half(option, ground) or _saves_half(option, ground))
    if (
        option.outlook is None
    ):  # nobody has read what goes wrong: the prompt, and retrieval where facts change
        group = option.intervention.group
        return group == "retrieval" or (group == "prompt" and not tested)
    return option.outlook.likely > ground.likely + 0.002 and ground.likely < (ground.aim or 1)


def _closes_half(option: Option, ground: Ground) -> bool:
    """Where the worth of an output is stated, a build that pays need not reach the target: half the gap is enough."""
    if worth.gain_of_right(ground.situation) is None or ground.aim is None or option.outlook is None:
        return False
    return option.outlook.likely - ground.likely >= 0.5 * (ground.aim - ground.likely)


def _saves_half(option: Option, ground: Ground) -> bool:
    """Built to save money alone, a model of its own has to halve the bill and to pay for itself in time."""
    saving = -option.price.added_monthly
    return saving * ground.months >= option.once and saving >= 0.5 * ground.prices.levered()[0].expected


def unsure(option: Option) -> int:
    """Conditions of law or access that nobody has confirmed: what is known to be allowed goes first."""
    return sum(o.input == "residency" or o.input.startswith("access") for o in option.placed.unknown)
