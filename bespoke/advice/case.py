"""The situation of one task, as the gates and the decision table see it. None means unknown, never no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bespoke.clients.schema import Client, Task
from bespoke.facts.reader import Facts
from bespoke.results import Part

GapState = Literal["unmeasured", "met", "near", "far"]
Answer = Literal["yes", "no", "unknown"]


class Case(Part):
    """Inputs of the decision about one task. Flags are True, False or None for unknown."""

    task_id: str
    requests_per_day: float
    current_quality: float | None
    target_quality: float | None
    test_cases: int
    labelled_examples: int
    p95_latency_ms: float | None  # None: no requirement
    shared_p95_ms: tuple[float, float] | None  # what a shared API model is expected to take, low and high
    break_even_per_day: float | None  # requests a day from which the cheapest own model costs less
    breaks_even: bool | None  # False: at no volume examined; None: not computed
    family: str | None  # the most frequent failure family
    prompt_engineering_done: bool | None
    rag_done: bool | None
    training_data_free_of_identifiers: bool | None
    access: Mapping[str, bool | None]
    residency: tuple[str, ...]

    @property
    def latency_reachable(self) -> bool | None:
        """Whether a shared model can meet the requirement; None while the estimate straddles it."""
        if self.p95_latency_ms is None:
            return True
        if self.shared_p95_ms is None:
            return None
        low, high = self.shared_p95_ms
        return False if self.p95_latency_ms < low else True if self.p95_latency_ms >= high else None

    @property
    def facts_fail(self) -> bool | None:
        return None if self.family is None else self.family == "facts"

    @property
    def rag_tried_where_facts_fail(self) -> bool | None:
        """Whether retrieval was tried, where it is needed at all; unknown while the failures are."""
        if self.facts_fail is None:
            return True if self.rag_done else None
        return True if not self.facts_fail else self.rag_done

    @property
    def volume_pays(self) -> bool | None:
        """Whether the task's volume lies above the break-even of an own model."""
        if self.break_even_per_day is None:
            return self.breaks_even
        return self.requests_per_day >= self.break_even_per_day

    @property
    def pressure(self) -> bool | None:
        """A shared model rules itself out: latency it cannot meet, or a volume at which an own one costs less."""
        if self.latency_reachable is False or self.volume_pays is True:
            return True
        return None if self.latency_reachable is None or self.volume_pays is None else False

    def shortfall(self) -> float | None:
        """How far quality lies below the target, as a share of the target; None when either is unknown."""
        if self.current_quality is None or not self.target_quality:
            return None
        return max(0.0, (self.target_quality - self.current_quality) / self.target_quality)

    def gap(self, facts: Facts) -> GapState:
        """Unmeasured below the minimum of test cases; near within the band in which prompting goes on."""
        short = self.shortfall()
        if short is None or self.test_cases < facts.threshold("min_test_cases"):
            return "unmeasured"
        if short == 0:
            return "met"
        return "near" if round(short, 9) <= facts.threshold("keep_optimising_within") else "far"


def answer(flag: bool | None) -> Answer:
    return "unknown" if flag is None else "yes" if flag else "no"


def build_case(
    client: Client,
    task: Task,
    *,
    family: str | None,
    shared_p95_ms: tuple[float, float] | None,
    break_even_per_day: float | None = None,
    breaks_even: bool | None = None,
) -> Case:
    """The case of one task from client input and what earlier chapters computed."""
    engagement = client.engagement
    clean = True if task.contains_phi is False else task.deidentified
    return Case(
        task_id=task.task_id,
        requests_per_day=task.requests_per_day,
        current_quality=task.current_quality,
        target_quality=task.target_quality,
        test_cases=task.test_cases,
        labelled_examples=task.labelled_examples,
        p95_latency_ms=task.p95_latency_ms,
        shared_p95_ms=shared_p95_ms,
        break_even_per_day=break_even_per_day,
        breaks_even=breaks_even,
        family=family,
        prompt_engineering_done=task.prompt_engineering_done,
        rag_done=task.rag_done,
        training_data_free_of_identifiers=clean,
        access={name: getattr(engagement.access, name) for name in type(engagement.access).model_fields},
        residency=engagement.residency,
    )
