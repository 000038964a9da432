"""What stands in for an input nobody knows: measured usage where there is some, else a wide range with a source."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bespoke.clients.usage import TaskUsage
    from bespoke.facts.reader import Facts

NUMBERS = ("requests_per_day", "peak_to_mean", "system_tokens", "input_tokens", "output_tokens")
TEXTS = ("kind", "model", "metric")


def key(facts: Facts, column: str, kind: str | None) -> str:
    """The fact that stands in for an unknown column: that of the kind of task where there is one."""
    own = f"assumed.{column}.{kind}"
    return own if own in facts.keys("assumed.") else f"assumed.{column}"


def completed(row: Mapping[str, Any], measured: TaskUsage | None, as_of: date) -> dict[str, Any]:
    """A row of tasks.csv with every number a computation needs.

    What was measured goes before what is stated: a stated number stays beside it in `stated`. A stated model stands,
    since a log tells what was, not what is. What is then still unknown takes the likely value of the fact table
    `assumed`, and its range.
    """
    unknown = row.get("unknown", frozenset())
    figures = {} if measured is None else measured.columns(row)
    found = {column: value for column, value in figures.items() if column in NUMBERS or column in unknown}
    full = {
        **row, **found, "unknown": unknown - found.keys(), "measured": frozenset(found),
        "stated": {column: row[column] for column in found if column in row and row[column] != found[column]},
        "ranges": {column: limits for column, limits in row.get("ranges", {}).items() if column not in found},
    }  # fmt: skip
    empty = [column for column in (*TEXTS, *NUMBERS) if column not in full]
    if not empty:
        return full
    from bespoke.facts.reader import Facts

    facts = Facts(as_of)
    ranges = dict(full["ranges"])
    for column in empty:
        fact = facts.fact(key(facts, column, full.get("kind")))
        if column in NUMBERS:
            full[column] = int(fact.number) if column.endswith("_tokens") else float(fact.number)
            ranges[column] = (float(fact.range[0]), float(fact.range[1]))
        else:
            full[column] = fact.value
    return {**full, "ranges": ranges}


def assumption_text(row: Mapping[str, Any]) -> str:
    """`requests_per_day 10 to 100000, model claude-sonnet-5-5`: what stands in for unknown inputs; or nothing."""
    parts = []
    for column in (*TEXTS, *NUMBERS):
        if column in row["unknown"]:
            low, high = row["ranges"].get(column, (None, None)) if column in NUMBERS else (None, None)
            parts.append(f"{column} {row[column] if low is None else f'{low:.10g} to {high:.10g}'}")
    return ", ".join(parts)
