"""The situation of one task, as every rule of the advice sees it. None means unknown, never no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bespoke.advice.evidence import TaskEvidence
from bespoke.clients.schema import Change
from bespoke.facts.reader import Facts
from bespoke.results import Part
from bespoke.statistics.interval import Interval

GapState = Literal["unknown", "unmeasured", "met", "near", "far"]
LABELS = ("classification", "routing")  # kinds whose answer is one of a fixed list
PEOPLE_WAIT = ("question_answering", "chat", "search", "agent")
CHANGING: tuple[Change, ...] = ("weekly", "daily")


class TriedRemedy(Part):
    """A remedy or model already measured on the client's own cases."""

    route: str
    model: str | None
    quality: Interval
    cases: int


class Worth(Part):
    """What one output is worth, in the engagement's currency; None where the client has not said."""

    right: float | None = None
    wrong: float | None = None  # what a wrong one costs
    minutes: float | None = None  # of a person, without the model
    person_hour: float  # what an hour of that person costs
    consultant_day: float


class Situation(Part):
    """Inputs of the decision about one task; quality is on the scale 0 to 1, money in the engagement's currency."""

    task_id: str
    name: str
    kind: str
    model: str
    place: str  # where it runs today
    place_known: bool  # False: nobody said, and the place is what the client's access suggests
    requests_per_day: float
    output_tokens: float
    quality: Interval | None
    target: float | None
    cases: int  # that the quality was measured on
    ceiling: Interval | None  # agreement between people on the same cases
    families: dict[str, int]  # failing outputs read, by family
    unmapped: int
    examples: int
    examples_known: bool  # False: only a sample of them lies in the folder, or nobody has counted
    p95_required_ms: float | None
    p95_today_ms: tuple[float, float]  # measured, or what a shared model is expected to take
    p95_measured: bool
    waits: bool | None  # whether answers may take a day
    knowledge_changes: Change | None
    prompt_engineering_done: bool | None
    rag_done: bool | None
    contains_phi: bool | None
    personal_data: bool | None
    identifiers: int | None  # rows of the training data with identifiers; None: not looked
    deidentified: bool | None
    access: Mapping[str, bool | None]
    agreements: tuple[str, ...] | None
    residency: tuple[str, ...]
    tested: tuple[TriedRemedy, ...] = ()
    worth: Worth
    prompt_cached: bool | None = None  # whether today's prompt is read from a cache
    assumed: tuple[str, ...] = ()  # columns of the task list that a wide range stands for, as nobody knows
    evidence: TaskEvidence

    @property
    def failures_read(self) -> int:
        return sum(self.families.values()) + self.unmapped

    @property
    def shares(self) -> Mapping[str, float] | None:
        """Family -> its share of the failing outputs read; None where none of them has a family."""
        if not self.families:
            return None
        return {family: n / self.failures_read for family, n in self.families.items()}

    def matters(self, facts: Facts) -> tuple[str, ...]:
        """Families with a real share of the failures, largest first."""
        real = facts.threshold("real_share")
        found = [(share, family) for family, share in (self.shares or {}).items() if share >= real]
        return tuple(family for _, family in sorted(found, key=lambda f: (-f[0], f[1])))

    @property
    def sensitive(self) -> bool | None:
        """Whether personal data are in the requests. Health data are personal data, and so are identifiers found in the
        task's own examples, whatever is stated; that there are no health data says nothing of others."""
        return True if self.contains_phi or self.identifiers else self.personal_data

    @property
    def must_deidentify(self) -> bool:
        """Identifiers are known to be in the data: found there, or said to be there."""
        return bool(self.identifiers) or (bool(self.sensitive) and self.deidentified is False)

    @property
    def aim(self) -> float | None:
        """The target, or what people agree on with each other where the target lies above that for certain."""
        if self.target is None or self.ceiling is None or self.target <= self.ceiling.high:
            return self.target
        return self.ceiling.estimate

    def shortfall(self) -> float | None:
        """How far quality lies below what can be aimed at, as a share of it; None when either is unknown."""
        if self.quality is None or not self.aim:
            return None
        return max(0.0, (self.aim - self.quality.estimate) / self.aim)

    def gap(self, facts: Facts) -> GapState:
        """Unknown without both numbers, unmeasured on too few cases, met, near (within the band in which
        prompting goes on) or far."""
        short = self.shortfall()
        if short is None:
            return "unknown"
        if self.cases < facts.threshold("min_test_cases"):
            return "unmeasured"
        if short == 0:
            return "met"
        return "near" if round(short, 9) <= facts.threshold("keep_optimising_within") else "far"

    def at(self, **changes: object) -> Situation:
        """The same situation with some inputs changed."""
        return self.model_copy(update=changes)
