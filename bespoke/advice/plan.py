"""What a plan consists of: steps with their cost, chance and conditions, and what it leaves open."""

from __future__ import annotations

from typing import Literal, Protocol

from bespoke.advice.candidates import Configuration
from bespoke.advice.gates import GateOutcome
from bespoke.advice.quality import Outlook
from bespoke.advice.routes import Group
from bespoke.results import Part

Kind = Literal["keep", "prepare", "lever", "test", "build"]


class MoneyRange(Part):
    """Money in the engagement's currency: what is expected, and the 10th and 90th percentile."""

    expected: float
    p10: float
    p90: float

    def __add__(self, other: MoneyRange) -> MoneyRange:
        """Both at once. The ends add up as they do when everything turns out dear, or cheap, together."""
        return MoneyRange(
            expected=self.expected + other.expected, p10=self.p10 + other.p10, p90=self.p90 + other.p90
        )

    def times(self, factor: float) -> MoneyRange:
        return MoneyRange(expected=factor * self.expected, p10=factor * self.p10, p90=factor * self.p90)

    @classmethod
    def nothing(cls) -> MoneyRange:
        return cls(expected=0.0, p10=0.0, p90=0.0)


class Price(Part):
    """What a configuration costs: a month, with the levers that pay; the test; what is left to go live."""

    configuration: Configuration  # with its levers
    monthly: MoneyRange
    added_monthly: float  # expected, beyond today's model and prompt with every lever that pays
    test: MoneyRange
    rollout: MoneyRange
    test_days: float
    rollout_days: float


class Prices(Protocol):
    def price(self, configuration: Configuration) -> Price | None:
        """None where the tables have no price for it on the day."""

    def today(self) -> MoneyRange:
        """A month as it runs today."""

    def levered(self) -> tuple[MoneyRange, tuple[str, ...]]:
        """A month of today's model and prompt with every lever that pays, and these levers."""

    def preparing(self, route: str, *, cases: int, failures: int, rows: int) -> tuple[MoneyRange, float]:
        """Cost and working days of a preparing step."""


class Step(Part):
    """One step of a plan, in the order it is taken."""

    kind: Kind
    route: str
    group: Group
    configuration: Configuration
    cost: MoneyRange  # of the step itself: the preparation, the test, or the work on a lever
    rollout: MoneyRange  # still to be paid once if the step is kept
    monthly: MoneyRange | None  # as it would then run; None where nothing runs yet
    days: float  # working days of the step
    rollout_days: float
    outlook: Outlook | None  # quality after it; None: unknown until tried, or untouched
    gain: float | None = None  # quality it is expected to add to what was kept before
    chance: float | None  # that the target is reached, given that the plan got here
    reached: float | None  # probability that the target is reached by now
    arrives: float  # probability that the plan gets here
    needs_worth: float | None  # what one more right output must be worth for it to pay; None: it pays anyway
    speaks_to: tuple[str, ...] = ()  # failure families
    conditions: tuple[GateOutcome, ...] = ()  # not known yet: to be confirmed first
    why: str = ""


class Closed(Part):
    """An intervention that cannot be taken today: every unmet condition."""

    route: str
    outcomes: tuple[GateOutcome, ...]


class AdvicePlan(Part):
    """The answer for one task: steps in order, where they probably end, and what is not known."""

    task_id: str
    steps: tuple[Step, ...]
    meanwhile: Step | None = None  # caching or batches, switched on beside the plan at once
    end: int  # index of the step at which it probably ends
    probability: float | None  # of having reached the target by then; None where it cannot be said
    today: MoneyRange
    today_conditions: tuple[GateOutcome, ...]  # what speaks against what runs today
    closed: tuple[Closed, ...]
    unpriced: tuple[str, ...]  # routes without a price on the day
    questions: tuple[str, ...]

    @property
    def first(self) -> Step:
        return self.steps[0]

    @property
    def likely_end(self) -> Step:
        return self.steps[self.end]

    @property
    def end_route(self) -> str:
        """What the likely end is named after: the step that takes most errors away on the way there."""
        tests = [step for step in self.taken if step.kind == "test" and step.gain is not None]
        if self.likely_end.kind != "test" or not tests:
            return self.likely_end.route
        return max(tests, key=lambda step: step.gain or 0.0).route

    @property
    def taken(self) -> tuple[Step, ...]:
        """The steps up to the likely end."""
        return self.steps[: self.end + 1]

    @property
    def expected_spend(self) -> float:
        """What finding out costs, each step weighted by the probability of getting there. A model of its own beyond the
        likely end is a decision of its own and not in it."""
        return sum(
            step.cost.expected * step.arrives
            for i, step in enumerate(self.steps)
            if i <= self.end or step.kind != "build"
        )

    @property
    def one_off(self) -> MoneyRange:
        """Everything paid once on the way to the likely end: every step up to it, and the roll-out of what is kept.

        A model of its own takes the place of the prompt work before it, which is then not rolled out.
        """
        built = self.likely_end.kind == "build"
        total = self.meanwhile.cost + self.meanwhile.rollout if self.meanwhile else MoneyRange.nothing()
        for step in self.taken:
            kept = step.kind in ("lever", "build") or (step.kind == "test" and not built)
            total = total + step.cost + (step.rollout if kept else MoneyRange.nothing())
        return total

    @property
    def monthly(self) -> MoneyRange:
        """A month at the likely end; today's where nothing is changed."""
        return next((s.monthly for s in reversed(self.taken) if s.monthly is not None), self.today)
