"""How evenly the labels of the answers are spread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import log
from typing import Any

from bespoke.chapters.dataset_readiness.answers import labels
from bespoke.chapters.dataset_readiness.result import LabelCount, LabelField

MOST_DISTINCT = 20_000  # then a field holds free text, and is no longer counted
TOP = 15
REPEATED = 1.5  # mean examples per label from which on values are labels rather than free text


@dataclass
class _Field:
    counts: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    codes: int = 0


@dataclass
class LabelCounter:
    """Counts labels per answer field; bounded in memory."""

    _fields: dict[str, _Field] = field(default_factory=dict)

    def add(self, answer: str, fields: dict[str, Any] | None) -> None:
        """Count the labels of one answer, each once."""
        touched = set()
        for label in labels(answer, fields):
            seen = self._fields.setdefault(label.field, _Field())
            if len(seen.counts) <= MOST_DISTINCT:
                seen.counts[label.text] += 1
                seen.codes += label.category
                touched.add(label.field)
        for name in touched:
            self._fields[name].rows += 1

    def report(self, enough: float) -> tuple[LabelField, ...]:
        """The fields whose values are labels, the most labelled first. `enough` examples: no longer rare."""
        reports = [_report(name, found, enough) for name, found in self._fields.items() if _is_label(found)]
        return tuple(sorted(reports, key=lambda report: (-report.labelled, report.field)))


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
