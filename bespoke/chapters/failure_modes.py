"""Chapter 2: what goes wrong, in the client's own words, and which remedy family it belongs to.

The client's open codes come first; each is mapped to one of seven remedy families or stays unmapped, and every
label carries who gave it (Husain and Shankar: open coding before categories, never a fixed list first).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from bespoke.advice.routes import remedies, remedy
from bespoke.chapters.dataset_readiness.identifiers.quoting import Quoting
from bespoke.chapters.failure_judge import JudgeCheck, check_judge
from bespoke.chapters.failure_labels import (
    CLASSIFIER,
    JUDGE,
    PEOPLE,
    UNMAPPED,
    ClassifierCheck,
    FailureLabel,
    direct_labels,
    label_failures,
)
from bespoke.chapters.failure_samples import FailureSample, failure_samples
from bespoke.clients.schema import Client, Failure
from bespoke.facts.reader import Facts
from bespoke.results import Part, Result
from bespoke.statistics.agreement import Kappa, cohen_kappa
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson
from bespoke.statistics.seed import SEED


class CodeCount(Part):
    """One open code of the client: how often, which family, who mapped it."""

    code: str
    count: int
    family: str
    given_by: str


class FamilyRate(Part):
    """Share of failing outputs in one family, with a 95% Wilson interval."""

    family: str
    count: int
    share: Interval


class Saturation(Part):
    """Distinct codes seen after each failing output, in the order they were read."""

    distinct: tuple[int, ...]
    since_last_new: int  # outputs read since the last new code
    wanted: int  # outputs without a new code after which reading may stop

    @property
    def reached(self) -> bool:
        return self.since_last_new >= self.wanted


class PlanStep(Part):
    """What a remedy could gain on one task: at most the share of failures it addresses."""

    task_id: str
    family: str
    remedy: str
    then: str
    failures: int
    of: int
    share: Interval
    gain: float | None  # points of quality at most, on the scale 0 to 1; None without a current quality


class FailureModes(Result):
    version: ClassVar[int] = 3

    n: int
    labels: tuple[FailureLabel, ...]
    given_by: dict[str, int]  # how many labels came from where
    codes: tuple[CodeCount, ...]
    families: tuple[FamilyRate, ...]  # most frequent first, unmapped included
    by_task: dict[str, dict[str, int]]  # task -> family -> count
    broken_json: int  # outputs whose expected value is JSON and whose actual one is not
    expects_json: int
    agreement: Kappa | None  # of the two annotators, on the rows both labelled
    kappa_wanted: float
    saturation: Saturation
    classifier: ClassifierCheck | None
    judges: tuple[JudgeCheck, ...]  # the judge model and the classifier, where they labelled anything
    plan: tuple[PlanStep, ...]  # largest possible gain first
    task_names: Mapping[str, str] = {}  # task -> its name
    samples: tuple[FailureSample, ...] = ()  # one a task that has failing outputs
    masked: Mapping[str, int] = {}  # file -> identifiers that what is quoted has no more

    def main_family(self, task_id: str) -> str | None:
        """The most frequent mapped family of a task; None when none of its failures is mapped."""
        counts = self.by_task.get(task_id, {})
        mapped = [row.family for row in remedies() if counts.get(row.family)]
        return max(mapped, key=lambda family: counts[family]) if mapped else None


def compute(client: Client, facts: Facts, *, seed: int = SEED) -> FailureModes | None:
    """Families, rates, agreement and remedies from failures.csv; None when the file is not there.

    `seed` fixes the cross-validation folds and the bootstrap of the classifier for unlabelled rows.
    """
    failures = client.failures
    if not failures:
        return None
    labels, classifier = label_failures(failures, client.codes or (), seed=seed, judge=client.judge or ())
    return _found(client, facts, failures, labels, classifier)


def with_codes(client: Client, facts: Facts, before: FailureModes) -> FailureModes:
    """The chapter under the client's code table, with the classifier's labels taken over from an earlier result:
    what a changed mapping of codes does, without training again."""
    failures = client.failures or ()
    guessed = {label.failure_id: label for label in before.labels if label.given_by in (CLASSIFIER, JUDGE)}
    labels = tuple(
        guessed.get(label.failure_id, label) if label.family == UNMAPPED else label
        for label in direct_labels(failures, client.codes or ())
    )
    return _found(client, facts, failures, labels, before.classifier)


def _found(
    client: Client,
    facts: Facts,
    failures: Sequence[Failure],
    labels: tuple[FailureLabel, ...],
    classifier: ClassifierCheck | None,
) -> FailureModes:
    by_task, quoting = _by_task(failures, labels), Quoting(client.engagement.country)
    expects = [f for f in failures if _is_json(f.expected)]
    return FailureModes(
        n=len(failures),
        labels=labels,
        given_by=dict(sorted(Counter(label.given_by for label in labels).items())),
        codes=_codes(failures, labels, quoting),
        samples=failure_samples(client, failures, labels, quoting),
        families=_families(labels),
        by_task=by_task,
        broken_json=sum(not _is_json(f.actual) for f in expects),
        expects_json=len(expects),
        agreement=_agreement(failures),
        kappa_wanted=facts.threshold("agreement_kappa"),
        saturation=_saturation(failures, int(facts.threshold("saturation_traces"))),
        classifier=classifier,
        judges=_judges(client, facts, labels, classifier),
        plan=_plan(client, by_task),
        task_names={task.task_id: task.name for task in client.tasks},
        masked=quoting.masked(),
        facts_used=tuple(sorted(facts.used)),
    )


def _judges(
    client: Client, facts: Facts, labels: Sequence[FailureLabel], classifier: ClassifierCheck | None
) -> tuple[JudgeCheck, ...]:
    """Each judge against people, on the rows where both spoke."""
    said = {row.failure_id: row.family for row in client.judge or ()}
    both: list[tuple[str, str]] = [
        (la.family, said[la.failure_id]) for la in labels if la.failure_id in said and la.given_by in PEOPLE
    ]
    held_out = {JUDGE: both}
    if classifier:
        held_out[CLASSIFIER] = [*zip(classifier.given, classifier.predicted, strict=True)]
    checks = (
        check_judge(name, [la.family for la in labels if la.given_by == name], pairs, facts, seed=SEED)
        for name, pairs in held_out.items()
    )
    return tuple(check for check in checks if check is not None)


def _by_task(failures: Sequence[Failure], labels: Sequence[FailureLabel]) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = {}
    for failure, label in zip(failures, labels, strict=True):
        counts.setdefault(failure.task_id, Counter())[label.family] += 1
    return {task: dict(sorted(count.items())) for task, count in sorted(counts.items())}


def _codes(
    failures: Sequence[Failure], labels: Sequence[FailureLabel], quoting: Quoting
) -> tuple[CodeCount, ...]:
    counts = Counter(f.code for f in failures if f.code)
    first = {f.code: label for f, label in zip(reversed(failures), reversed(labels), strict=True)}
    return tuple(
        CodeCount(
            code=quoting.text(code, "failures.csv"),
            count=count,
            family=first[code].family,
            given_by=first[code].given_by,
        )
        for code, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _families(labels: Sequence[FailureLabel]) -> tuple[FamilyRate, ...]:
    counts = Counter(label.family for label in labels)
    order = [row.family for row in remedies()] + [UNMAPPED]
    ranked = sorted((f for f in order if counts[f]), key=lambda f: (f == UNMAPPED, -counts[f]))
    return tuple(FamilyRate(family=f, count=counts[f], share=wilson(counts[f], len(labels))) for f in ranked)


def _agreement(failures: Sequence[Failure]) -> Kappa | None:
    both = [(f.label_1, f.label_2) for f in failures if f.label_1 and f.label_2]
    if len(both) < 2:
        return None
    return cohen_kappa([a for a, _ in both if a], [b for _, b in both if b])


def _saturation(failures: Sequence[Failure], wanted: int) -> Saturation:
    seen: set[str] = set()
    distinct, last_new, coded = [], 0, 0
    for failure in failures:
        if not failure.code:
            continue
        coded += 1
        if failure.code not in seen:
            seen.add(failure.code)
            last_new = coded
        distinct.append(len(seen))
    return Saturation(distinct=tuple(distinct), since_last_new=coded - last_new, wanted=wanted)


def _plan(client: Client, by_task: Mapping[str, Mapping[str, int]]) -> tuple[PlanStep, ...]:
    steps = []
    for task in client.tasks:
        counts = by_task.get(task.task_id, {})
        total = sum(counts.values())
        missing = None if task.current_quality is None else 1 - task.current_quality
        for family, count in counts.items():
            found = remedy(family)
            if found is None:
                continue
            share = wilson(count, total)
            gain = None if missing is None else missing * share.estimate
            steps.append(
                PlanStep(
                    task_id=task.task_id, family=family, remedy=found.first, then=found.then,
                    failures=count, of=total, share=share, gain=gain,
                )
            )  # fmt: skip
    return tuple(sorted(steps, key=lambda s: (-(s.gain or 0.0), -s.failures, s.task_id, s.family)))


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False
