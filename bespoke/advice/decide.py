"""From a situation to a plan: what is prepared, what is tried in which order, and where it probably ends.

The order is computed. Cheap and reversible comes before dear and final: no model is trained and nothing is built
before the remedies of the families that matter have been measured, unless they cannot be (retired, too slow, not
allowed). Within each of the two kinds the next step is the one with the best index of bespoke/advice/worth.py, given
what the steps before it left. docs/advice.md works one task by hand.
"""

from __future__ import annotations

from bespoke.advice import bill, feasibility, preparation, questions, serving, worth
from bespoke.advice.candidates import Intervention
from bespoke.advice.feasibility import Placed
from bespoke.advice.gates import GateOutcome
from bespoke.advice.likely_end import likely_end
from bespoke.advice.options import Ground, Option, helps, most_to_gain, options, unsure
from bespoke.advice.plan import AdvicePlan, Closed, Kind, MoneyRange, Price, Prices, Step
from bespoke.advice.quality import Outlook
from bespoke.advice.routes import Group
from bespoke.advice.situation import Situation
from bespoke.facts.reader import Facts
from bespoke.show.numbers import day

MOST_BUILDS = 2  # in one plan: the best, and another where that leaves much open


def decide(situation: Situation, facts: Facts, prices: Prices, *, steps_only: bool = False) -> AdvicePlan:
    """The plan for one task. Pure: the same situation, facts and prices give the same plan.

    `steps_only` leaves out its questions, which the search for what would change the steps does not read.
    """
    planner = _Planner(Ground(situation, facts, prices, feasibility.as_it_runs(situation)))
    end = planner.end()
    return planner.plan(end) if steps_only else planner.plan_with_questions(end)


class _Planner:
    """The plan while it is made."""

    def __init__(self, ground: Ground) -> None:
        self.ground, self.steps = ground, list[Step]()
        self.meanwhile: Step | None = None
        self.today = feasibility.today(ground.situation, ground.facts)

    def end(self) -> int:
        """Takes every step; the index of the one that the plan likely ends with."""
        ground, gap = self.ground, self.ground.situation.gap(self.ground.facts)
        leaving = feasibility.must_move(ground.situation, ground.facts)
        self._adopt()
        self._prepare(gap)
        if gap in ("near", "far", "unmeasured") or leaving or self.today.closed:
            self._improve(leaving)
        if ground.additions and not self.steps:
            self._roll_out_adopted()
        if gap in ("met", "unknown"):
            self._cheaper_model()
        self._clean_before_building()
        self._levers()
        if self._costs_more_than_it_could_bring():
            self.steps = [self._keep()]
        if not any(step.kind != "prepare" or step.route == "measure" for step in self.steps):
            self.steps.append(self._keep())
        return likely_end(self.steps, ground)

    def plan(self, end: int, asked: tuple[str, ...] = ()) -> AdvicePlan:
        ground = self.ground
        return AdvicePlan(
            task_id=ground.situation.task_id, steps=tuple(self.steps), end=end, meanwhile=self.meanwhile,
            probability=self.steps[end].reached,
            today=ground.prices.today(), today_conditions=self.today.broken,
            closed=tuple(ground.closed.values()), unpriced=tuple(ground.unpriced), questions=asked,
        )  # fmt: skip

    def plan_with_questions(self, end: int) -> AdvicePlan:
        self._note_the_rest()
        every = [*self.steps, *([self.meanwhile] if self.meanwhile else [])]
        others, somewhere = self._worth_asking(end), self._somewhere_allowed()
        return self.plan(end, questions.of(self.ground, self.today, every, others, somewhere))

    def _costs_more_than_it_could_bring(self) -> bool:
        """Nothing forces a change, nobody has said what an output is worth, and all of it up to the likely end costs
        more once than closing the whole gap could be worth in a year."""
        s = self.ground.situation
        if (
            self.today.broken
            or worth.gain_of_right(s) is not None
            or s.gap(self.ground.facts) in ("met", "unknown")
        ):
            return False
        taken = self.steps[: likely_end(self.steps, self.ground) + 1] if self.steps else []
        once = sum(step.cost.expected + step.rollout.expected for step in taken)
        return once > most_to_gain(self.ground) and not feasibility.must_move(s, self.ground.facts)

    # --- before any test ----------------------------------------------------------------------------------

    def _adopt(self) -> None:
        """What was already measured to be better, but not enough, is the ground that the plan stands on."""
        ground = self.ground
        for one in ground.interventions:
            if one.measured is not None and one.measured.estimate < (ground.aim or 1.0):
                placed = ground.placed(one)
                price = None if placed.closed else ground.prices.price(placed.configuration)
                if price is not None:
                    ground.kept, ground.additions = placed.configuration, [*one.additions]
                    ground.adopted = price.rollout

    def _prepare(self, gap: str) -> None:
        for work in preparation.needed(self.ground.situation, gap, self.ground.facts):
            if work.route == "deidentify" and self._covered():
                continue
            cost, days = self.ground.prices.preparing(
                work.route, cases=work.cases, failures=work.failures, rows=work.rows
            )
            if work.route != "measure" or self._worth_measuring(cost):
                self.steps.append(
                    self._step("prepare", work.route, "prepare", cost=cost, days=days, why=work.why)
                )

    def _covered(self) -> bool:
        """Whether an agreement covers personal data where the model would run: then only training needs them removed,
        and a gate of every model of its own asks for that."""
        s = self.ground.situation
        place = serving.choose(s.model, s, self.ground.facts)
        found = serving.conditions(place, s) if place else ()
        return any(o.gate == "agreement" and o.verdict == "met" for o in found)

    def _clean_before_building(self) -> None:
        """De-identification before the first model of its own, where the plan does not begin with it."""
        builds = [i for i, step in enumerate(self.steps) if step.kind == "build"]
        s = self.ground.situation
        if not builds or not s.must_deidentify or any(step.route == "deidentify" for step in self.steps):
            return
        work = next(w for w in preparation.needed(s, "met", self.ground.facts) if w.route == "deidentify")
        cost, days = self.ground.prices.preparing("deidentify", cases=0, failures=0, rows=work.rows)
        arrives = self.steps[builds[0]].arrives
        step = self._step(
            "prepare", "deidentify", "prepare", cost=cost, days=days, why=work.why, arrives=arrives
        )
        self.steps.insert(builds[0], step)

    def _worth_measuring(self, cost: MoneyRange) -> bool:
        """Whether closing the whole gap could be worth more than finding out how."""
        return cost.expected <= most_to_gain(self.ground)

    # --- cheap tests, then builds -------------------------------------------------------------------------

    def _improve(self, leaving: bool) -> None:
        if leaving:
            self._leave_the_model()
        while not self._enough() and self._next(build=False):
            pass
        if self._somewhere_allowed():
            for _ in range(MOST_BUILDS):
                if self._enough() or not self._next(build=True):
                    break
            if not self._enough():
                self._next(build=True, contract=True)
            self._meet_requirements()

    def _enough(self) -> bool:
        return self.ground.reached >= self.ground.facts.threshold("enough_chance")

    def _next(self, *, build: bool, contract: bool = False) -> bool:
        """Take the best option of its kind that pays and stands a chance; False where there is none. What a contract
        with Anthropic offers is asked for last, beside the builds that need none."""
        tested = any(step.kind == "test" for step in self.steps)
        slow = any(outcome.gate == "latency" for outcome in self.today.closed)
        every = [o for o in self._options(builds=build, smaller=slow) if o.pays]
        found = self._prompt_first([o for o in every if (o.intervention.group == "contract") == contract])
        found = [o for o in found if helps(o, self.ground, tested=tested) and not o.held_back]
        if found:
            self._take(min(found, key=lambda o: (build and unsure(o), o.index)))
        return bool(found)

    def _prompt_first(self, found: list[Option]) -> list[Option]:
        """A prompt that nobody has worked on comes before thinking, a critic and retrieval."""
        if self.ground.situation.prompt_engineering_done is not False:
            return found
        first = [o for o in found if o.intervention.group in ("prompt", "model", "lever")]
        return first if any(o.intervention.group == "prompt" for o in first) else found

    def _leave_the_model(self) -> None:
        """A model that is gone, or goes soon, is replaced before anything else; the newer one of its tier first."""
        found = [o for o in self._options(builds=False) if o.intervention.group == "model"]
        if found:
            newest = min(found, key=lambda o: (o.intervention.variant != "newer", o.index))
            end = feasibility.ends(
                self.ground.situation.model, self.ground.situation.place, self.ground.facts
            )
            when = "" if end is None else f" on {day(end)}"
            self._take(newest, why=f"{self.ground.situation.model} is retired{when}")

    def _meet_requirements(self) -> None:
        """Where what runs today breaks a requirement and nothing in the plan mends it, the least dear option does,
        whatever it does for quality."""
        if not self.today.closed or any(step.kind in ("test", "build") for step in self.steps):
            return
        found = [o for o in self._options(smaller=True) if o.intervention.group != "contract"]
        if found:
            self._take(
                min(found, key=lambda o: (o.intervention.is_build, o.index)), why=self.today.closed[0].found
            )

    def _somewhere_allowed(self) -> bool:
        """Whether at least one place could serve Claude as the client requires. Where none can, the requirement is
        confirmed before a model is built around it."""
        as_is = Intervention(route="as_is", group="keep")
        today = feasibility.as_it_runs(self.ground.situation)
        place = feasibility.place(as_is, today, self.ground.situation, self.ground.facts)
        return not any(outcome.gate in ("residency", "place") for outcome in place.closed)

    def _options(self, *, builds: bool | None = None, smaller: bool = False) -> list[Option]:
        taken = {(s.route, "" if s.kind == "build" else s.configuration.model) for s in self.steps}
        return options(self.ground, frozenset(taken), builds=builds, smaller=smaller)

    def _take(self, option: Option, why: str = "") -> None:
        one, ground = option.intervention, self.ground
        before = ground.reached
        gain = None if option.outlook is None else option.outlook.likely - ground.likely
        if option.chance is not None:
            ground.reached = before + (1 - before) * option.chance
        if one.is_build and option.outlook is not None and ground.aim is not None:
            ground.built = max(ground.built, option.outlook.reaches(ground.aim))
        self.steps.append(
            self._step(
                "build" if one.is_build else "test", one.route, one.group, price=option.price, outlook=option.outlook,
                chance=option.chance, gain=gain, reached=None if option.chance is None else ground.reached,
                arrives=1 - before, needs_worth=option.needs_worth, speaks_to=ground.speaks_to(one),
                conditions=option.placed.unknown, why=why,
            )
        )  # fmt: skip
        ground.adopted = MoneyRange.nothing()
        if not one.is_build:
            ground.kept, ground.additions = option.placed.configuration, ground.with_(one)

    def _roll_out_adopted(self) -> None:
        """Nothing is left to try: the best that was measured goes into service."""
        ground = self.ground
        price = ground.prices.price(ground.kept)
        if price is not None:
            quality = ground.outlook(ground.additions)
            ground.adopted = MoneyRange.nothing()
            self.steps.append(
                self._step("test", ground.kept.route, "prompt", price=price, outlook=quality, chance=0.0)
            )

    # --- the bill -----------------------------------------------------------------------------------------

    def _cheaper_model(self) -> None:
        found = bill.cheaper_model(self.ground)
        if found is not None:
            one = found.intervention
            step = self._step(
                "build" if one.is_build else "test", one.route, one.group, price=found.price, outlook=found.outlook,
                chance=found.chance, reached=1.0, arrives=1.0, conditions=found.placed.unknown,
            )  # fmt: skip
            self.steps.append(step)

    def _levers(self) -> None:
        """Caching and batches change no answer. They come first where they pay for the next step within a month, or
        where there is nothing else to do; where they pay for themselves soon they are switched on beside the plan;
        elsewhere they are part of what is rolled out. A smaller model is priced with them on, and goes before them
        where its reservation value is the higher one."""
        price = bill.levers(self.ground)
        if price is None:
            return
        smaller = [
            step
            for step in self.steps
            if step.arrives == 1.0 and step.reached == 1.0 and step.kind != "prepare"
        ]
        if any(self._saves(step) > bill.saves(price, 1.0, self.ground) for step in smaller):
            return
        kept = self._keep()
        lever = self._step(
            "lever", price.configuration.levers[0], "lever", price=price, outlook=kept.outlook, reached=kept.reached,
            arrives=1.0,
        )  # fmt: skip
        work = [step for step in self.steps if step.kind in ("test", "build") or step.route == "measure"]
        saving = self.ground.prices.today().expected - price.monthly.expected
        pays_for_next = not work or saving >= work[0].cost.expected + work[0].rollout.expected
        if pays_for_next and not self.today.closed:
            self.steps.insert(sum(step.route == "deidentify" for step in self.steps), lever)
        elif (
            saving * self.ground.facts.threshold("lever_payback_months")
            >= lever.cost.expected + lever.rollout.expected
        ):
            self.meanwhile = lever

    def _saves(self, step: Step) -> float:
        price = self.ground.prices.price(step.configuration)
        return bill.saves(price, step.chance or 1.0, self.ground) if price else 0.0

    # --- words and bookkeeping ------------------------------------------------------------------------------

    def _keep(self) -> Step:
        s = self.ground.situation
        met = None if s.quality is None or s.aim is None else float(s.quality.estimate >= s.aim)
        return self._step(
            "keep", "as_is", "keep", monthly=self.ground.prices.today(), outlook=self.ground.outlook(()),
            reached=met,
        )  # fmt: skip

    def _step(
        self, kind: Kind, route: str, group: Group, *, price: Price | None = None, cost: MoneyRange | None = None,
        days: float = 0.0, monthly: MoneyRange | None = None, outlook: Outlook | None = None,
        chance: float | None = None,
        gain: float | None = None, reached: float | None = None, arrives: float | None = None,
        needs_worth: float | None = None, speaks_to: tuple[str, ...] = (),
        conditions: tuple[GateOutcome, ...] = (), why: str = "",
    ) -> Step:  # fmt: skip
        ground = self.ground
        nothing = MoneyRange.nothing()
        return Step(
            kind=kind, route=route, group=group, why=why, outlook=outlook, chance=chance, gain=gain,
            configuration=price.configuration if price else ground.kept,
            cost=price.test if price else cost or nothing,
            rollout=price.rollout + ground.adopted if price else nothing,
            monthly=price.monthly if price else monthly,
            days=price.test_days if price else days, rollout_days=price.rollout_days if price else 0.0,
            reached=self._reached() if kind == "prepare" else reached,
            arrives=1 - ground.reached if arrives is None else arrives,
            needs_worth=needs_worth, speaks_to=speaks_to, conditions=conditions,
        )  # fmt: skip

    def _reached(self) -> float | None:
        return None if self.ground.aim is None else self.ground.reached

    def _note_the_rest(self) -> None:
        """What could not be done although no failure calls for it: a reader who asks for it finds the reason."""
        ground = self.ground
        rest: tuple[tuple[str, Group], ...] = (
            ("extended_thinking", "inference"), ("generator_critic", "inference"), ("rag", "retrieval"),
        )  # fmt: skip
        for route, group in rest:
            one = Intervention(route=route, group=group, remedies=(route,))
            placed: Placed = feasibility.place(
                one, feasibility.as_it_runs(ground.situation), ground.situation, ground.facts
            )
            if placed.closed:
                ground.closed.setdefault(route, Closed(route=route, outcomes=placed.closed))

    def _worth_asking(self, end: int) -> list[GateOutcome]:
        """Conditions nobody knows of models of their own that would save money beside the likely end: an answer could
        bring them into the plan."""
        today = self.ground.prices.today()
        monthly = next((s.monthly for s in reversed(self.steps[: end + 1]) if s.monthly), today)
        asked: list[GateOutcome] = []
        for option in self._options(builds=True):
            saving = self.ground.months * (monthly.expected - option.price.monthly.expected)
            if option.once < saving:
                asked += [o for o in option.placed.unknown if o.input.startswith("access") or o.asks]
        return asked
