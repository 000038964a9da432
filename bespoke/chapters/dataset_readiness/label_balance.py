"""How evenly the labels of the answers are spread."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from math import log
from typing import Any

from bespoke.chapters.dataset_readiness.answer_checks import labels
from bespoke.chapters.dataset_readiness.result import LabelCount, LabelField

MOST_DISTINCT = 20_000  # then a field holds free text, and is no longer counted
TOP = 15
REPEATED = 1.5  # mean examples per label from which on values are labels rather than free text


@dataclass
class _Field:
    counts: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    codes: int = 0
    numbers: dict[str, int] = field(default_factory=dict)  # label -> its number, for the two columns below
    labelled: array[int] = field(default_factory=lambda: array("I"))  # numbers of the answers with a label
    firsts: array[int] = field(default_factory=lambda: array("I"))  # and the first label of each

    def remember(self, answer: int, label: str) -> None:
        self.labelled.append(answer)
        self.firsts.append(self.numbers.setdefault(label, len(self.numbers)))


@dataclass
class LabelCounter:
    """Counts labels per answer field, and remembers each answer's first; a few bytes an answer and field."""

    _fields: dict[str, _Field] = field(default_factory=dict)
    lengths: array[int] = field(default_factory=lambda: array("I"))  # characters of each answer

    def add(self, answer: str, fields: dict[str, Any] | None) -> None:
        """Count the labels of one answer, each once."""
        touched = set()
        for label in labels(answer, fields):
            seen = self._fields.setdefault(label.field, _Field())
            if len(seen.counts) <= MOST_DISTINCT:
                seen.counts[label.text] += 1
                seen.codes += label.category
                if label.field not in touched:
                    touched.add(label.field)
                    seen.rows += 1
                    seen.remember(len(self.lengths), label.text)
        self.lengths.append(len(answer))

    def report(self, enough: float) -> tuple[LabelField, ...]:
        """The fields whose values are labels, the most labelled first. `enough` examples: no longer rare."""
        reports = [_report(name, found, enough) for name, found in self._fields.items() if _is_label(found)]
        return tuple(sorted(reports, key=lambda report: (-report.labelled, report.field)))

    def firsts(self, field: str) -> list[str | None]:
        """The first label of every answer in one field, None where it has none."""
        found: list[str | None] = [None] * len(self.lengths)
        names = list(self._fields[field].numbers)
        for answer, number in zip(self._fields[field].labelled, self._fields[field].firsts, strict=True):
            found[answer] = names[number]
        return found


def _is_label(found: _Field) -> bool:
    total = found.counts.total()
    if len(found.counts) > MOST_DISTINCT or not total:
        return False
    return found.codes * 2 > total or total >= REPEATED * len(found.counts)


def _report(name: str, found: _Field, enough: float) -> LabelField:
    ranked = sorted(found.counts.items(), key=lambda item: (-item[1], item[0]))
    return LabelField(
        field=name,
        categories=found.codes * 2 > found.counts.total(),
        labelled=found.rows,
        distinct=len(ranked),
        rare=sum(count < enough for _, count in ranked),
        evenness=evenness([count for _, count in ranked]),
        top=tuple(LabelCount(label=label, count=count) for label, count in ranked[:TOP]),
    )


def evenness(counts: list[int]) -> float:
    """Shannon entropy over its maximum (Pielou 1966): 1 when all counts are equal, 1 for a single label."""
    if len(counts) < 2:
        return 1.0
    total = sum(counts)
    entropy = -sum(count / total * log(count / total) for count in counts)
    return entropy / log(len(counts))
