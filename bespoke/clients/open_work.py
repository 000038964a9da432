"""What people's time costs and how fast it works, where nobody knows it yet: `unknown`, empty, or a range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from bespoke.clients import known
from bespoke.clients.cell_answers import TO, UNKNOWN, Amount
from bespoke.clients.records import Leaf

WORK = (
    "rates.consultant_day", "rates.annotator_hour",
    "annotation.examples_per_hour", "annotation.annotators", "annotation.review_rounds",
)  # fmt: skip
_WHOLE = ("annotation.annotators", "annotation.review_rounds")


@dataclass
class OpenWork:
    """The engagement's answers with a number for every one of `WORK`, and which of them stand in for what."""

    tree: Any
    unknown: frozenset[str] = frozenset()
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)

    def told(self) -> str:
        """`rates.annotator_hour 15 to 150, …` of those nobody knows; or nothing."""
        return ", ".join(
            f"{name} {low:.10g} to {high:.10g}"
            for name, (low, high) in self.ranges.items()
            if name in self.unknown
        )


def completed(tree: object) -> OpenWork:
    """The answers of engagement.yaml or of a workbook's sheet; an open one takes the likely value of its range.

    What nobody knows has the range of the fact table `assumed`, in the engagement's currency.
    """
    if not isinstance(tree, Mapping):
        return OpenWork(tree)
    found = OpenWork(dict(tree))
    for name in WORK:
        section, key = name.split(".")
        answers = tree.get(section, {})
        if not isinstance(answers, Mapping):
            continue
        amount = _answer(answers.get(key), name, tree)
        if amount is not None:
            likely = round(amount.likely) if name in _WHOLE else round(float(amount.likely), 2)
            found.tree[section] = {**found.tree.get(section, {}), key: Leaf(f"{likely:.10g}", quoted=False)}
            found.ranges[name] = (float(amount.low), float(amount.high))
            if not _is_range(answers.get(key)):
                found.unknown |= {name}
    return found


def _answer(leaf: Any, name: str, tree: Mapping[str, Any]) -> Amount | None:
    """The range that stands for an open answer; None for one that is a number, or is refused as one."""
    if leaf is None or (isinstance(leaf, Leaf) and (leaf.null or leaf.text.strip().casefold() in UNKNOWN)):
        return _assumed(name, tree)
    if not _is_range(leaf):
        return None
    try:
        return Amount.between(*(Decimal(part.strip()) for part in leaf.text.split(TO)))
    except (InvalidOperation, ValueError):
        return None


def _is_range(leaf: object) -> bool:
    return isinstance(leaf, Leaf) and TO in leaf.text


def _assumed(name: str, tree: Mapping[str, Any]) -> Amount:
    from bespoke.facts.reader import Facts

    as_of = _day(tree.get("as_of"))
    fact = Facts(as_of).fact(f"assumed.{name}")
    currency = tree.get("currency")
    code = currency.text if isinstance(currency, Leaf) and not currency.null else "USD"
    dollars = (known.dollars_per(code, as_of) if name.startswith("rates.") else None) or Decimal(1)
    low, high = fact.range
    marks = [Decimal(str(mark)) / dollars for mark in (low, fact.number, high)]
    return Amount.between(*(round(mark, 0) for mark in marks) if name.startswith("rates.") else marks)


def _day(leaf: object) -> date:
    try:
        return date.fromisoformat(leaf.text if isinstance(leaf, Leaf) else "")
    except ValueError:
        return date.today()
