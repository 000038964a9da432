"""The scores of one system: per-note counts, and ratios of their sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bespoke.chapters.icd10_evaluation.macro import macro_f1
from bespoke.chapters.icd10_evaluation.note_answers import NoteAnswer
from bespoke.chapters.icd10_evaluation.result import CodeScores, RecallAt
from bespoke.facts.icd10 import CodeSet
from bespoke.statistics.clusters import Array, Clusters, Measure
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson

Sets = Sequence[frozenset[str]]
KS = (1, 3, 5, 10, 20, 50)


@dataclass(frozen=True)
class CodeCounts:
    """Per note: codes both in gold and answer, codes answered, codes in the gold."""

    hits: Array
    predicted: Array
    gold: Array

    @property
    def precision(self) -> Measure:
        return Measure.ratio(self.hits, self.predicted)

    @property
    def recall(self) -> Measure:
        return Measure.ratio(self.hits, self.gold)

    @property
    def f1(self) -> Measure:
        return Measure.ratio(2 * self.hits, self.predicted + self.gold)

    def note_f1(self, came: Array | float = 1.0) -> Measure:
        """F1 per note, to be averaged; nothing found where there was nothing to find is right, if an answer `came`."""
        size = self.predicted + self.gold
        each = np.divide(2 * self.hits, size, out=np.ones_like(size), where=size > 0)
        return Measure.ratio(each * came, np.ones_like(size))


def count(gold: Sets, predicted: Sets) -> CodeCounts:
    return CodeCounts(
        hits=np.array([len(g & p) for g, p in zip(gold, predicted, strict=True)], dtype=float),
        predicted=np.array([len(p) for p in predicted], dtype=float),
        gold=np.array([len(g) for g in gold], dtype=float),
    )


def with_ancestors(codes: frozenset[str], release: CodeSet) -> frozenset[str]:
    """The codes with every parent up to the category; a code unknown to the release by its own leading characters."""
    return frozenset(step for code in codes for step in _lineage(code, release))


@lru_cache(maxsize=65536)
def _lineage(code: str, release: CodeSet) -> tuple[str, ...]:
    return (code, *(release.ancestors(code) or _prefixes(code)))


class CodeScorer:
    """Scores systems on one set of notes, all with the same resamples."""

    def __init__(
        self, gold: Sets, primary: Sequence[str | None], clusters: Clusters, release: CodeSet
    ) -> None:
        self.gold, self.primary, self.clusters, self.release = gold, primary, clusters, release
        self.clustered = clusters.clusters < len(gold)
        self.valid = [frozenset(code for code in g if release.validity(code) == "billable") for g in gold]
        self.categories = [_categories(g) for g in gold]
        self.lineages = [with_ancestors(g, release) for g in gold]

    def of(self, known: Sequence[bool]) -> CodeScorer:
        """The same for some of the notes: those that a system was measured on."""
        if all(known):
            return self
        return self._on([i for i, k in enumerate(known) if k])

    def repeated(self, times: int) -> CodeScorer:
        """The notes as often as a system was asked them: the answers to one note are of one cluster, so what differs
        between runs widens the intervals and a further run counts as no further note."""
        if times == 1:
            return self
        return self._on([*range(len(self.gold))] * times)

    def _on(self, notes: Sequence[int]) -> CodeScorer:
        groups = [str(self.clusters.cluster[i]) for i in notes]
        clusters = Clusters(groups, flips=self.clusters.flips, seed=self.clusters.seed)
        return CodeScorer(
            [self.gold[i] for i in notes], [self.primary[i] for i in notes], clusters, self.release
        )

    def scores(self, answers: Sequence[NoteAnswer]) -> CodeScores:
        sets = [answer.code_set for answer in answers]
        exact = count(self.gold, sets)
        came = np.array([answer.status == "answered" for answer in answers], dtype=float)
        category = count(self.categories, [_categories(s) for s in sets])
        lineage = count(self.lineages, [with_ancestors(s, self.release) for s in sets])
        macro, labels = macro_f1(self.gold, sets, self.clusters.cluster.tolist())
        interval = self.clusters.interval
        return CodeScores(
            precision=interval(exact.precision),
            recall=interval(exact.recall),
            micro_f1=interval(exact.f1),
            category_f1=interval(category.f1),
            hierarchical_f1=interval(lineage.f1),
            note_f1=interval(exact.note_f1(came)),
            micro_f1_valid=self._valid_only(exact, sets),
            macro_f1=macro,
            macro_labels=labels,
            accepted=self.share(self.accepted(answers)),
            primary_exact=self.share(self.primary_right(answers, lambda code: code)),
            primary_category=self.share(self.primary_right(answers, lambda code: code[:3])),
            primary_chapter=self.share(self.primary_right(answers, self.release.chapter)),
            recall_at=self._recall_at(answers),
        )

    def _valid_only(self, exact: CodeCounts, sets: Sets) -> Interval | None:
        """Micro-F1 where a hit on a code that cannot be billed is none; None where there was no such hit."""
        hits = count(self.valid, sets).hits
        if (hits == exact.hits).all():
            return None
        return self.clusters.interval(Measure.ratio(2 * hits, exact.predicted + exact.gold))

    def accepted(self, answers: Sequence[NoteAnswer]) -> list[bool | None]:
        """Whether the whole set of codes is right; an answer that never came is wrong even where gold is empty."""
        return [a.status == "answered" and a.code_set == g for a, g in zip(answers, self.gold, strict=True)]

    def primary_right(self, answers: Sequence[NoteAnswer], view: Callable[[str], str]) -> list[bool | None]:
        """Whether the first code agrees with the gold's first at a level; None where the gold has no code."""
        return [
            None if truth is None else bool(answer.codes) and view(answer.codes[0]) == view(truth) != ""
            for answer, truth in zip(answers, self.primary, strict=True)
        ]

    def share(self, right: Sequence[bool | None]) -> Interval:
        """Wilson's interval where every note is its own cluster, else by clusters."""
        judged = [r for r in right if r is not None]
        if not self.clustered or not judged:
            return wilson(sum(judged), len(judged))
        return self.clusters.interval(Measure.share(right))

    def _recall_at(self, answers: Sequence[NoteAnswer]) -> tuple[RecallAt, ...]:
        if not any(answer.ranked for answer in answers):
            return ()
        tops = {k: count(self.gold, [frozenset(a.ranked[:k]) for a in answers]).recall for k in KS}
        return tuple(RecallAt(k=k, recall=self.clusters.interval(top)) for k, top in tops.items())


def _categories(codes: frozenset[str]) -> frozenset[str]:
    return frozenset(code[:3] for code in codes)


def _prefixes(code: str) -> tuple[str, ...]:
    return tuple(code[:end] for end in range(len(code), 2, -1) if code[end - 1] != ".")
