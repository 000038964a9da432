"""Three-point estimates of the phases: from the tables, the log of finished engagements or the examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from bespoke.advice.plan import MoneyRange
from bespoke.chapters.timeline.points import Points, WorkDays
from bespoke.chapters.timeline.result import Basis
from bespoke.clients.schema import Client, LoggedPhase
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts

WORKING_SHARE = 5 / 7  # of calendar days
TEST = "test_"  # before the route that is tested
PREPARING = ("deidentify", "measure")  # phases that the price table holds
SHARED = ("audit", "contract_access", "data_protection_review", "quota")  # done once for all tasks
Log = Mapping[str, Points]  # phase -> actual over planned days: smallest, median and largest


@dataclass(frozen=True)
class PhaseEstimate:
    """Working days of one phase and the phases it waits for."""

    phase: str  # its key in the network
    low: float
    likely: float
    high: float
    after: tuple[str, ...] = ()  # keys
    basis: Basis = "table"
    kind: str = ""  # what phases.csv calls it
    task_id: str = ""  # "" where all tasks share it
    title: str = ""
    cost: MoneyRange | None = None  # of the step it begins
    if_needed: bool = False
    luck: str = ""

    @property
    def is_point(self) -> bool:
        return self.low == self.high

    @property
    def drawn_as(self) -> str:
        """What its draws go by. In its task's plan that is its name without the task: equal plans have equal dates."""
        return self.luck or (self.phase.removeprefix(f"{self.task_id}:") if self.task_id else self.phase)

    @property
    def points(self) -> Points:
        return Points(self.low, self.likely, self.high)

    def lasting(self, points: Points, basis: Basis) -> PhaseEstimate:
        return replace(self, low=points.low, likely=points.likely, high=points.high, basis=basis)


def key_of(kind: str, task_id: str) -> str:
    """Phases that all tasks share have one key in every plan, so that the engagement has them once."""
    return kind if kind in SHARED else f"{task_id}:{kind}"


def is_known(phase: str, facts: Facts) -> bool:
    """Whether a plan can hold a phase of this name; any other is one of the client's own."""
    tested = phase.startswith(TEST) and facts.has(f"cost.test.{phase.removeprefix(TEST)}.days")
    return tested or phase in PREPARING or facts.has(f"phase.{phase}.days")


def from_table(phase: str, client: Client, facts: Facts) -> Points:
    """Days of a phase that is no test. Raises BespokeError for one that nobody has estimated."""
    if phase in PREPARING:
        return WorkDays(client, facts).of(f"cost.test.{phase}.days")
    if not facts.has(f"phase.{phase}.days"):
        raise BespokeError(f"no estimate for phase {phase!r}", path="phases.csv", column="phase")
    fact = facts.fact(f"phase.{phase}.days")
    low, high = fact.range
    return Points(float(low), float(fact.number), float(high))


def order_of(phase: str, facts: Facts) -> tuple[str, ...]:
    """The phases that the table lets it wait for, by name."""
    key = f"phase.{phase}.after"
    return tuple(str(facts.fact(key).value).split(";")) if facts.has(key) else ()


def dataset(client: Client, facts: Facts, examples: int) -> Points:
    """Days of annotation: examples x rounds over the team's throughput, after a set-up. Nothing to annotate
    takes no time."""
    if examples <= 0:
        return Points(0.0, 0.0, 0.0)
    least, per_hour, most = _throughput(client)
    hours, setup = (facts.fact(f"schedule.annotation_{name}") for name in ("hours_per_day", "setup_days"))
    (slow, fast), (short, long) = hours.range, setup.range
    return Points(
        float(short) + examples / (most * float(fast)),
        float(setup.number) + examples / (per_hour * float(hours.number)),
        float(long) + examples / (least * float(slow)),
    )


def _throughput(client: Client) -> tuple[float, float, float]:
    """Examples an hour that the team finishes: least, likely and most, apart only where the client gave no number."""
    work, ranges = client.engagement.annotation, client.engagement.ranges
    speed, people, rounds = (
        (*(ranges.get(f"annotation.{name}") or (getattr(work, name),) * 2), getattr(work, name))
        for name in ("examples_per_hour", "annotators", "review_rounds")
    )
    return (
        speed[0] * people[0] / rounds[1],
        speed[2] * people[2] / rounds[2],
        speed[1] * people[1] / rounds[0],
    )


def calibrate(rows: Sequence[LoggedPhase], facts: Facts) -> dict[str, Points]:
    """Known phase with enough rows in the log -> its actual over planned days: smallest, median and largest.

    Enough is the threshold `log_rows`: below it the spread of a handful of projects says little. Reference class
    forecasting (Flyvbjerg 2006, "From Nobel prize to project management: getting risks right", Project Management
    Journal 37): the ratios of one phase over past engagements are applied to its likely duration.
    """
    wanted = facts.threshold("log_rows")
    found = {}
    for phase, n in sorted(logged(rows).items()):
        if n >= wanted and is_known(phase, facts):
            ratios = [row.actual_days / row.planned_days for row in rows if row.phase == phase]
            found[phase] = Points(min(ratios), median(ratios), max(ratios))
    return found


def logged(rows: Sequence[LoggedPhase]) -> Counter[str]:
    """Rows of the log per phase."""
    return Counter(row.phase for row in rows)


def learnt(network: Sequence[PhaseEstimate], log: Log) -> tuple[PhaseEstimate, ...]:
    """The likely days of a phase times what such phases took of what was planned, where the log is long enough.
    Days that follow from counted examples are left alone."""
    return tuple(
        e.lasting(Points(*(e.likely * ratio for ratio in log[e.kind])), "log")
        if e.kind in log and e.basis != "examples"
        else e
        for e in network
    )


def long_enough(network: Sequence[PhaseEstimate], ab_days: int) -> tuple[PhaseEstimate, ...]:
    """The A/B phase cannot be shorter than its test, in calendar days."""
    return tuple(
        e.lasting(e.points.at_least(ab_days * WORKING_SHARE), e.basis) if e.kind == "evaluation_ab" else e
        for e in network
    )
