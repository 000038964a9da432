"""From a situation to a plan: what is prepared, what is tried in which order, and where it probably ends.

The order is computed. Cheap and reversible comes before dear and final: no model is trained and nothing is built
before the remedies of the families that matter have been measured, unless they cannot be (retired, too slow, not
allowed). Within each of the two kinds the next step is the one with the best index of bespoke/advice/worth.py, given
what the steps before it left. docs/advice.md works one task by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bespoke.advice import feasibility, preparing, questions, worth
from bespoke.advice.candidates import CASCADED, Configuration, Intervention, interventions
from bespoke.advice.feasibility import Placed
from bespoke.advice.gates import GateOutcome
from bespoke.advice.plan import Amount, Closed, Plan, Price, Prices, Step
from bespoke.advice.quality import Addition, Outlook, outlook
from bespoke.advice.situation import Situation
from bespoke.facts.reader import Facts

INFINITE = float("inf")
SURE_ENOUGH = 0.75  # of keeping today's quality, for a model of its own that is built to save money


@dataclass(frozen=True)
class Option:
    """One intervention at this point of the plan: placed, priced, with what it would do."""

    intervention: Intervention
    placed: Placed
    price: Price
    outlook: Outlook | None
    chance: float | None  # of reaching the target by it, given that the plan got here
    index: tuple[float, ...]  # smallest first
    needs_worth: float | None
    pays: bool


@dataclass
class Planner:
    """The plan while it is made: what is kept so far, and how likely the target is reached by now."""

    situation: Situation
    facts: Facts
    prices: Prices
    kept: Configuration = field(init=False)
    additions: list[Addition] = field(default_factory=list)
    adopted: Amount = field(default_factory=Amount.nothing)  # roll-out of what was already measured to be better
    reached: float = 0.0
    steps: list[Step] = field(default_factory=list)
    closed: dict[str, Closed] = field(default_factory=dict)
    unpriced: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kept = feasibility.as_it_runs(self.situation)
        self._adopt()

    def _adopt(self) -> None:
        """What was already measured to be better, but not enough, is the ground that the plan stands on."""
        for one in interventions(self.situation, self.facts):
            if one.measured is not None and one.measured.estimate < (self.situation.aim or 1.0):
                placed = feasibility.place(one, self.kept, self.situation, self.facts)
                price = None if placed.closed else self.prices.price(placed.configuration)
                if price is not None:
                    self.kept, self.additions, self.adopted = placed.configuration, [*one.additions], price.rollout

    # --- the whole plan ---------------------------------------------------------------------------------

    def plan(self) -> Plan:
        today = feasibility.today(self.situation, self.facts)
        gap = self.situation.gap(self.facts)
        self._prepare(gap)
        if gap in ("near", "far", "unmeasured") or feasibility.must_move(self.situation, self.facts) or today.closed:
            self._move_if_gone(today)
            self._try_cheap()
            if self._cheap_was_possible():
                self._build()
            self._meet_requirements(today)
        if self.additions and not self.steps:
            self._roll_out_adopted()
        if gap in ("met", "unknown"):
            self._lower_the_bill()
        self._levers_first()
        if not any(step.kind in ("lever", "test", "build") for step in self.steps) and not self._only_preparing():
            self.steps = [step for step in self.steps if step.route == "deidentify"] or []
            self.steps.append(self._keep())
        end = self._end()
        self._note_the_rest()
        return Plan(
            task_id=self.situation.task_id, steps=tuple(self.steps), end=end, probability=self.steps[end].reached,
            today=self.prices.today(), today_conditions=today.closed, closed=tuple(self.closed.values()),
            unpriced=tuple(self.unpriced), questions=questions.of(self.situation, today, self.steps, self._worth_asking(end), self.facts),
        )  # fmt: skip

    def _roll_out_adopted(self) -> None:
        """Nothing is left to try: the best that was measured goes into service."""
        price = self.prices.price(self.kept)
        if price is not None:
            quality = outlook(self.situation, self.facts, self.additions)
            self.steps.append(
                self._step(
                    "test", self.kept.route, price.test, price.test_days, group="prompt", configuration=price.configuration,
                    rollout=price.rollout, monthly=price.monthly, rollout_days=price.rollout_days, outlook=quality, chance=0.0,
                )
            )  # fmt: skip

    def _note_the_rest(self) -> None:
        """What could not be done although no failure calls for it: a reader who asks for it finds the reason."""
        for route, group in (("extended_thinking", "inference"), ("generator_critic", "inference"), ("rag", "retrieval")):
            one = Intervention.model_validate({"route": route, "group": group, "remedies": (route,)})
            placed = feasibility.place(one, self.kept_today(), self.situation, self.facts)
            if placed.closed:
                self.closed.setdefault(route, Closed(route=route, outcomes=placed.closed))

    def _worth_asking(self, end: int) -> list[GateOutcome]:
        """Conditions nobody knows of models of their own that would save money beside the likely end: an answer could
        bring them into the plan."""
        monthly = next((s.monthly for s in reversed(self.steps[: end + 1]) if s.monthly), self.prices.today())
        months, asked = self.facts.threshold("horizon_months"), []
        for option in self._options():
            once = option.price.test.expected + option.price.rollout.expected
            if option.intervention.is_build and option.placed.unknown and once < months * (
                monthly.expected - option.price.monthly.expected
            ):
                asked += [o for o in option.placed.unknown if o.input.startswith("access") or o.asks]
        return asked

    # --- what comes before any test ---------------------------------------------------------------------

    def _prepare(self, gap: str) -> None:
        for work in preparing.needed(self.situation, gap, self.facts):
            cost, days = self.prices.preparing(work.route, cases=work.cases, failures=work.failures, rows=work.rows)
            if work.route == "measure" and not self._worth_measuring(cost):
                continue
            self.steps.append(self._step("prepare", work.route, cost, days, why=work.why))

    def _worth_measuring(self, cost: Amount) -> bool:
        """Whether closing the whole gap could be worth more than finding out how."""
        s = self.situation
        gap = preparing.largest_gap(s)
        return cost.expected <= gap * worth.outputs(s, self.facts) * worth.dearest(s, self.facts)

    def _only_preparing(self) -> bool:
        return any(step.route == "measure" for step in self.steps)

    def _step(self, kind: str, route: str, cost: Amount, days: float, **more: object) -> Step:
        values = {
            "kind": kind, "route": route, "group": "prepare", "configuration": self.kept, "cost": cost,
            "rollout": Amount.nothing(), "monthly": None, "days": days, "rollout_days": 0.0, "outlook": None,
            "chance": None, "reached": self.reached if self.situation.aim is not None else None,
            "arrives": 1 - self.reached, "needs_worth": None,
        }  # fmt: skip
        return Step.model_validate({**values, **more})

    def _keep(self) -> Step:
        s = self.situation
        met = None if s.quality is None or s.aim is None else float(s.quality.estimate >= s.aim)
        quality = outlook(s, self.facts, ())
        return self._step(
            "keep", "as_is", Amount.nothing(), 0.0, group="keep", monthly=self.prices.today(), outlook=quality, reached=met,
        )  # fmt: skip

    # --- cheap tests, then builds -----------------------------------------------------------------------

    def _move_if_gone(self, today: Placed) -> None:
        """A model that is gone, or goes soon, is replaced before anything else; the newer one of its tier first."""
        if not feasibility.must_move(self.situation, self.facts):
            return
        options = [o for o in self._options() if o.intervention.group == "model"]
        if options:
            newest = min(options, key=lambda o: (o.intervention.variant != "newer", o.index))
            self._take(newest, why="the model in use is retired, or is about to be")

    def _try_cheap(self) -> None:
        while self.reached < self.facts.threshold("enough_chance"):
            options = [o for o in self._options() if not o.intervention.is_build and o.pays and self._helps(o)]
            if not options:
                return
            self._take(min(options, key=lambda o: o.index))

    def _build(self) -> None:
        """The best model of its own, and the next where the first leaves much open. What a contract offers is asked for last."""
        for _ in range(2):
            if self.reached >= self.facts.threshold("enough_chance"):
                return
            builds = [o for o in self._options() if o.intervention.is_build and o.pays and self._helps(o)]
            if not builds:
                return
            self._take(min(builds, key=lambda o: (o.intervention.group == "contract", self._unsure(o), o.index)))

    def _meet_requirements(self, today: Placed) -> None:
        """Where what runs today breaks a requirement and nothing in the plan mends it, the least dear option does,
        whatever it does for quality."""
        if not today.closed or any(step.kind in ("test", "build") for step in self.steps):
            return
        options = [o for o in self._options(smaller=True) if o.intervention.group != "contract"]
        if options and self._cheap_was_possible():
            self._take(min(options, key=lambda o: (o.intervention.is_build, o.index)), why=today.closed[0].found)

    def _cheap_was_possible(self) -> bool:
        """Whether at least one place could serve Claude as the client requires. Where none can, the requirement is
        confirmed before a model is built around it."""
        place = feasibility.place(Intervention(route="as_is", group="keep"), self.kept_today(), self.situation, self.facts)
        return not any(outcome.gate in ("residency", "place") for outcome in place.closed)

    def _saves_half(self, option: Option) -> bool:
        """Built to save money alone, a model of its own has to halve the bill and to pay for itself in time."""
        saving = -option.price.added_monthly
        once = option.price.test.expected + option.price.rollout.expected
        in_time = saving * self.facts.threshold("horizon_months") >= once
        return in_time and saving >= 0.5 * self.prices.levered()[0].expected

    def _unsure(self, option: Option) -> int:
        """Conditions of law or access that nobody has confirmed: what is known to be allowed goes first."""
        return sum(o.input == "residency" or o.input.startswith("access") for o in option.placed.unknown)

    def _helps(self, option: Option) -> bool:
        """Whether it stands a chance: that of reaching the target, or of removing errors of a family that matters."""
        name = "least_chance_of_a_build" if option.intervention.is_build else "least_chance"
        if option.chance is not None and option.chance >= self.facts.threshold(name):
            return True
        if option.intervention.is_build:
            keeps = option.outlook is not None and option.outlook.reaches(self._likely()) >= SURE_ENOUGH
            stated = worth.gain_of_right(self.situation) is not None  # its reservation value says that it pays
            return keeps and (stated or self._saves_half(option))
        if option.outlook is None:  # nobody has read what goes wrong: one generic remedy is named, no more
            generic = option.intervention.group in ("prompt", "retrieval")
            return generic and not any(step.kind == "test" for step in self.steps)
        return option.outlook.likely > self._likely() + 0.002 and self._likely() < (self.situation.aim or 1)

    def _likely(self) -> float:
        now = outlook(self.situation, self.facts, self.additions)
        return now.likely if now else 0.0

    def _options(self, *, smaller: bool = False) -> list[Option]:
        """Every intervention not taken yet, placed and priced; what cannot be done is noted with its reasons."""
        found = []
        taken = {(step.route, step.configuration.model) for step in self.steps if step.kind != "build"}
        built = {step.route for step in self.steps if step.kind == "build"}
        for one in interventions(self.situation, self.facts):
            below = one.measured is not None and one.measured.estimate < (self.situation.aim or 1.0)  # adopted
            if below or (one.variant == "smaller" and not smaller) or (one.model and one.model == self.kept.model):
                continue
            placed = feasibility.place(one, self.kept, self.situation, self.facts)
            if (one.route, placed.configuration.model) in taken or one.route in built or self._is_kept(one):
                continue
            if placed.closed:
                self.closed.setdefault(one.route, Closed(route=one.route, outcomes=placed.closed))
                continue
            price = self.prices.price(placed.configuration)
            if price is None:
                self.unpriced[one.route] = None
                continue
            found.append(self._option(one, placed, price))
        return found

    def _is_kept(self, one: Intervention) -> bool:
        return bool(one.remedies) and set(one.remedies) <= set(self.kept.remedies)

    def _option(self, one: Intervention, placed: Placed, price: Price) -> Option:
        s, facts = self.situation, self.facts
        after = outlook(s, facts, one.additions if one.is_build else self._with(one))
        chance = self._chance(one, after)
        return Option(one, placed, price, after, chance, *self._judged(one, price, after, chance))

    def _with(self, one: Intervention) -> list[Addition]:
        """What is kept with the intervention on top; a larger model takes the place of a newer one."""
        kept = [a for a in self.additions if not (one.group == "model" and a.route == one.route)]
        return [*kept, *one.additions]

    def _chance(self, one: Intervention, after: Outlook | None) -> float | None:
        """Given that what came before has not reached it. Remedies that stack share their luck; a build has its own."""
        if after is None or self.situation.aim is None:
            return None
        if one.measured is not None:
            return float(one.measured.estimate >= self.situation.aim)
        alone = after.reaches(self.situation.aim)
        if one.is_build:
            return alone
        return max(0.0, alone - self.reached) / (1 - self.reached) if self.reached < 1 else 0.0

    def _judged(
        self, one: Intervention, price: Price, after: Outlook | None, chance: float | None
    ) -> tuple[tuple[float, ...], float | None, bool]:
        """Index (smallest first), what one more right output must be worth, and whether it pays."""
        s, facts = self.situation, self.facts
        months, n = facts.threshold("horizon_months"), worth.outputs(s, facts)
        test, rollout = price.test.expected, price.rollout.expected
        added = price.added_monthly if one.is_build else max(0.0, price.added_monthly)
        if after is None or s.quality is None:
            return (INFINITE, test), None, True
        now = self._likely()
        gain = max(0.0, min(after.likely, s.aim or 1.0) - now)
        needs = (test + rollout + months * added) / (n * gain) if gain > 0 else INFINITE
        stated = worth.gain_of_right(s)
        if stated is not None:
            values = [stated * n * (q - now) - rollout - months * added for q in (after.low, after.likely, after.high)]
            z = worth.reservation_value(test, values)
            return (0.0, -z), None if needs <= 0 else needs, z > 0
        target = worth.price_of_target(test, chance or 0.0, rollout, added, months)
        likely = (chance or 0.0) >= facts.threshold("least_chance")
        specific = not (set(one.remedies) and self._speaks_to(one))
        index = (0.0, target) if likely else (1.0, float(specific), needs)
        saves = added * months + rollout + test <= 0
        return index, None if saves else needs, saves or needs <= worth.dearest(s, facts)

    def _speaks_to(self, one: Intervention) -> tuple[str, ...]:
        """The families that matter of which it removes errors."""
        from bespoke.advice.quality import removed

        matters = self.situation.matters(self.facts)
        return tuple(
            f for f in matters if any(removed(a, f, self.situation, self.facts)[1] > 0.05 for a in one.additions)
        )

    def _take(self, option: Option, why: str = "") -> None:
        one, price = option.intervention, option.price
        before = self.reached
        gain = None if option.outlook is None else option.outlook.likely - self._likely()
        if option.chance is not None:
            self.reached = before + (1 - before) * option.chance
        self.steps.append(
            self._step(
                "build" if one.is_build else "test", one.route, price.test, price.test_days,
                group=one.group, configuration=price.configuration, rollout=price.rollout + self.adopted, monthly=price.monthly,
                rollout_days=price.rollout_days, outlook=option.outlook, chance=option.chance, gain=gain,
                reached=None if option.chance is None else self.reached, arrives=1 - before,
                needs_worth=option.needs_worth, speaks_to=self._speaks_to(one), conditions=option.placed.unknown, why=why,
            )
        )  # fmt: skip
        self.adopted = Amount.nothing()
        if not one.is_build:
            self.kept = option.placed.configuration
            self.additions = self._with(one)

    # --- the bill ---------------------------------------------------------------------------------------

    def _levers_first(self) -> None:
        """Caching and batches change no answer. They come first where they pay for the next step within a month, or
        where there is nothing else to do; elsewhere they are part of what is rolled out."""
        lever = self._paying_levers()
        if lever is None or feasibility.today(self.situation, self.facts).closed:
            return
        tests = [step for step in self.steps if step.kind in ("test", "build", "prepare")]
        if self._smaller_saves_more(lever):
            return
        saving = self.prices.today().expected - (lever.monthly.expected if lever.monthly else 0.0)
        if not tests or saving >= tests[0].cost.expected + tests[0].rollout.expected:
            self.steps.insert(0, lever)

    def _smaller_saves_more(self, lever: Step) -> bool:
        """A smaller model is priced with the levers on: it is tried before them where its reservation value, the year's
        saving less cost of the test over its chance, is the higher one."""
        smaller = [step for step in self.steps if step.group == "lever" and step.chance]
        return any(self._saves(step) > self._saves(lever) for step in smaller)

    def _saves(self, step: Step) -> float:
        """What a year of it saves on today's bill, less what it costs to get there."""
        months = self.facts.threshold("horizon_months")
        monthly = step.monthly.expected if step.monthly else self.prices.today().expected
        saving = months * (self.prices.today().expected - monthly) - step.rollout.expected
        return saving - step.cost.expected / (step.chance or 1.0)

    def _paying_levers(self) -> Step | None:
        monthly, levers = self.prices.levered()
        if not levers:
            return None
        configuration = replace_route(self.kept_today(), levers)
        price = self.prices.price(configuration)
        saving = self.prices.today().expected - monthly.expected
        if price is None or saving * self.facts.threshold("horizon_months") <= price.test.expected + price.rollout.expected:
            return None
        quality = outlook(self.situation, self.facts, ())
        return self._step(
            "lever", levers[0], price.test, price.test_days, group="lever", configuration=price.configuration,
            rollout=price.rollout, monthly=monthly, rollout_days=price.rollout_days, outlook=quality, arrives=1.0,
            reached=self._keep().reached,
        )  # fmt: skip

    def kept_today(self) -> Configuration:
        return feasibility.as_it_runs(self.situation)

    def _lower_the_bill(self) -> None:
        """Where the target is met: a smaller model, or a small one first, if it keeps the quality and pays."""
        s, facts = self.situation, self.facts
        best: tuple[float, Step] | None = None
        levered = self.prices.levered()[0].expected
        for one in interventions(s, facts):
            if one.variant != "smaller" or s.aim is None or s.quality is None:
                continue
            placed = feasibility.place(one, self.kept_today(), s, facts)
            price = None if placed.closed else self.prices.price(placed.configuration)
            if price is None:
                continue
            after = outlook(s, facts, self._smaller(one))
            chance = after.reaches(s.aim) if after else 0.5
            saving = levered - price.monthly.expected
            target = worth.price_of_target(price.test.expected, chance, price.rollout.expected, -saving, facts.threshold("horizon_months"))
            if target >= 0 or (best and best[0] <= target):
                continue
            step = self._step(
                "test", one.route, price.test, price.test_days, group=one.group, configuration=price.configuration,
                rollout=price.rollout, monthly=price.monthly, rollout_days=price.rollout_days, outlook=after,
                chance=chance, reached=1.0, arrives=1.0, conditions=placed.unknown,
            )  # fmt: skip
            best = (target, step)
        if best:
            self.steps.append(best[1])

    def _smaller(self, one: Intervention) -> list[Addition]:
        if one.route == CASCADED:
            return []  # what the small model is unsure of goes to the one in use: the quality is meant to stay
        return [Addition("model_change", "smaller")]

    # --- where it ends ----------------------------------------------------------------------------------

    def _end(self) -> int:
        """The step at which the target is reached as likely as not. Else the last step that is no build; a build is
        the likely end only where it pays by itself, or where nothing else is left to try."""
        reached = [i for i, step in enumerate(self.steps) if self._ends_at(step)]
        if reached:
            return reached[0]
        builds = [i for i, step in enumerate(self.steps) if step.kind == "build"]
        if builds and not self._still_to_test():
            return builds[0]
        cheap = [
            i for i, step in enumerate(self.steps)
            if step.kind in ("lever", "keep") or (step.kind == "test" and not self._multiplies_the_bill(step))
        ]  # fmt: skip
        return max(cheap, default=0)

    def _multiplies_the_bill(self, step: Step) -> bool:
        """More than three times today's bill, and by more than a consultant's day a month: a decision of its own, which is
        the likely end only where an output's worth is stated."""
        if step.monthly is None or worth.gain_of_right(self.situation) is not None:
            return False
        added = step.monthly.expected - self.prices.today().expected
        return added > max(2 * self.prices.today().expected, self.situation.worth.consultant_day)

    def _still_to_test(self) -> bool:
        """Whether the plan holds a remedy that nobody has measured yet."""
        return any(step.kind == "test" and not step.configuration.tested for step in self.steps)

    def _ends_at(self, step: Step) -> bool:
        if step.kind not in ("test", "build") or step.reached is None or step.reached < 0.5:
            return False
        if step.kind == "test":
            return not self._multiplies_the_bill(step)
        return self._pays_by_itself(step)

    def _pays_by_itself(self, step: Step) -> bool:
        stated = worth.gain_of_right(self.situation) is not None
        return step.needs_worth is None or stated or not self._still_to_test()


def replace_route(configuration: Configuration, levers: Sequence[str]) -> Configuration:
    return configuration.model_copy(update={"route": levers[0]})


def decide(situation: Situation, facts: Facts, prices: Prices) -> Plan:
    """The plan for one task. Pure: the same situation, facts and prices give the same plan."""
    return Planner(situation, facts, prices).plan()
