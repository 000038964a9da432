"""Chapter 4: any two systems on any kind of code, by any of the scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bespoke.chapters.icd10_evaluation import Icd10Evaluation
from bespoke.chapters.icd10_evaluation.decision import gold_codes, group_of
from bespoke.chapters.icd10_evaluation.note_answers import (
    RungRun,
    offline_rungs,
    recorded_systems,
    usable_training,
)
from bespoke.chapters.icd10_evaluation.scores import CodeCounts, Sets, count
from bespoke.chapters.icd10_evaluation.slices import code_kinds, count_kind, mention_kinds
from bespoke.explore.controls import Control
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer, NothingToExplore, Shown
from bespoke.explore.ranges import Range, drawing
from bespoke.facts.icd10 import code_set
from bespoke.show.blocks import Callout, Column, Table
from bespoke.show.numbers import decimal, percent
from bespoke.statistics.clusters import Clusters, Measure, ScoreDifference
from bespoke.statistics.interval import Interval
from bespoke.workbook import Workbook

EVERY = "All codes"
METRICS: dict[str, Callable[[CodeCounts], Measure]] = {
    "F1": lambda c: c.f1,
    "Precision": lambda c: c.precision,
    "Recall": lambda c: c.recall,
    "F1 per note": lambda c: c.note_f1(),
    "Notes exactly right": lambda c: _exact(c),
}


class Icd10EvaluationExplorer(Explorer):
    """The answers of every system once; then any pair, slice and score from the same resamples."""

    subject_label = "Score"
    note = (
        "P-values are not adjusted for looking around: a difference found by exploring is an idea to test on new "
        "notes. Nothing here stands in the client folder, so there is nothing to keep."
    )

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        found = book.result or book.earlier(book.stem)
        if not isinstance(found, Icd10Evaluation):
            raise NothingToExplore("It needs coded notes in evaluation/notes.jsonl.")
        notes, client = book.client.notes or (), book.client
        train = usable_training(client.train or (), notes)
        codes = code_set(client.code_set)
        ladder = [
            *offline_rungs(notes, train, found.seed, codes),
            *recorded_systems(client.predictions or {}, notes),
        ]
        self.best = found.best
        self.systems: dict[str, RungRun] = {ran.name: ran for ran in ladder}
        self.clusters = Clusters([group_of(note) for note in notes], seed=found.seed)
        self.gold: Sets = [gold_codes(note) for note in notes]
        self.kinds = {kind.name: kind for kind in code_kinds(self.gold, train, codes)}
        self.mentions = {kind.name: kind for kind in mention_kinds(notes, train)}

    def subjects(self) -> Sequence[tuple[str, str]]:
        return [(name, name) for name in METRICS]

    def dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        systems = tuple((ran.title, ran.name) for ran in self.systems.values())
        first, second = self._pair(scene)
        slices = [EVERY, *self.kinds, *self.mentions]
        return (
            Control("first", "System", "choice", first, options=systems),
            Control("second", "Against", "choice", second, options=systems),
            Control(
                "slice",
                "Codes",
                "choice",
                scene.choices.get("slice", EVERY),
                options=tuple((s, s) for s in slices),
            ),
        )

    def look(self, subject: str, scene: ExploredState) -> Sequence[Shown]:
        slice_, names = str(scene.choices.get("slice", EVERY)), self._pair(scene)
        metric = "Recall" if slice_ in self.mentions else subject
        counts = [self._counts(self.systems[name], slice_) for name in names]
        ratios = [METRICS[metric](c) for c in counts]
        intervals = [self.clusters.interval(ratio) for ratio in ratios]
        difference = self.clusters.difference(*ratios)
        titles = [self.systems[name].title for name in names]
        said = "; ".join(f"{t} {percent(i.estimate, 1)}" for t, i in zip(titles, intervals, strict=True))
        ranges = [Range(t, i.low, i.estimate, i.high) for t, i in zip(titles, intervals, strict=True)]
        return (
            drawing(
                ranges, alt=f"{metric} on {slice_}: {said}", words=lambda v: percent(v, 1), bar="95% interval"
            ),
            _table(metric, slice_, titles, intervals, difference, counts),
            _verdict(titles, difference, metric, subject),
        )

    def _pair(self, scene: ExploredState) -> tuple[str, str]:
        """The two chosen; else the best and the one beside it."""
        names = list(self.systems)
        first = str(scene.choices.get("first", self.best or names[-1]))
        other = next((name for name in reversed(names) if name != first), first)
        return first, str(scene.choices.get("second", other))

    def _counts(self, ran: RungRun, slice_: str) -> CodeCounts:
        answers = [answer.code_set for answer in ran.answers]
        if slice_ in self.kinds:
            return count_kind(self.kinds[slice_], self.gold, answers)
        return count(self.mentions[slice_].codes if slice_ in self.mentions else self.gold, answers)


def _exact(counts: CodeCounts) -> Measure:
    """Notes whose codes of the kind are all right, of the notes that have any in gold or answer."""
    right = (counts.hits == counts.gold) & (counts.hits == counts.predicted)
    concerned = (counts.gold + counts.predicted) > 0
    return Measure.ratio((right & concerned).astype(float), concerned.astype(float))


def _table(
    metric: str, slice_: str, titles: Sequence[str], intervals: Sequence[Interval], difference: ScoreDifference,
    counts: Sequence[CodeCounts],
) -> Table:  # fmt: skip
    rows = [
        (
            t,
            i.estimate,
            f"{percent(i.low, 1)} to {percent(i.high, 1)}",
            int(np.sum(c.hits)),
            int(np.sum(c.gold)),
        )
        for t, i, c in zip(titles, intervals, counts, strict=True)
    ]
    d = difference.interval
    rows.append(("Difference", d.estimate, f"{percent(d.low, 1)} to {percent(d.high, 1)}", None, None))  # type: ignore[arg-type]
    return Table(
        label="tbl-explore-pair", caption=f"{metric} on: {slice_}",
        columns=(
            Column(key="system", title="System"), Column(key="score", title=metric, format="percent", digits=1),
            Column(key="interval", title="95% interval"), Column(key="right", title="Codes right", format="integer"),
            Column(key="gold", title="Codes in the gold", format="integer"),
        ),
        rows=tuple(rows), emphasis=(2,),
        source="intervals and p by groups of notes",
    )  # fmt: skip


def _verdict(titles: Sequence[str], difference: ScoreDifference, metric: str, wanted: str) -> Callout:
    if titles[0] == titles[1]:
        return Callout(markdown="A system does not differ from itself: choose two.")
    told = "can" if difference.interval.excludes_zero else "cannot"
    only = "" if metric == wanted else " For a kind of mention only recall is defined."
    p = "below 0.001" if difference.p < 0.001 else decimal(difference.p, 3)
    return Callout(markdown=f"These notes {told} tell the two apart (p {p}, unadjusted).{only}")
