"""Inputs that fit their columns and yet are most likely a slip: told with the likely cause, and never refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from bespoke.clients import known
from bespoke.clients.field_rules import plain
from bespoke.clients.files import ClientFile
from bespoke.clients.numerals import TWO_MEANINGS, unmistakable
from bespoke.clients.records import Leaf
from bespoke.clients.tables import Numbered
from bespoke.clients.wording import quote

_TOKENS = ("system_tokens", "input_tokens", "output_tokens")
_RATES = {"consultant_day": "day_rate", "annotator_hour": "annotator_hour"}
_MEANT = {  # rate, too low or too high -> what was entered instead
    ("consultant_day", False): "a rate per hour",
    ("consultant_day", True): "a rate per month or year, or a decimal mark was lost",
    ("annotator_hour", False): "a rate per example",
    ("annotator_hour", True): "a rate per day, or a decimal mark was lost",
}


def check_tasks(source: ClientFile, rows: list[Numbered], as_of: date) -> None:
    """Latency no model reaches, and prompts no model takes."""
    for number, row in rows:
        for column, message in (*_latency(row, as_of), *_context(row)):
            source.say(message, number, column, warning=True)


def _latency(row: Mapping[str, Any], as_of: date) -> Iterator[tuple[str, str]]:
    wanted = row.get("p95_latency_ms")
    least = known.assumed("least_p95_ms", as_of)
    if wanted is not None and wanted < least:
        yield (
            "p95_latency_ms",
            f"{wanted:g} ms is less than any hosted model takes to its first token;"
            f" if seconds are meant, write {wanted * 1000:g}",
        )


def _context(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    tokens = {column: row[column] for column in _TOKENS if column in row}
    limit = known.context_window(row["model"]) if "model" in row else None
    if limit is not None and sum(tokens.values()) > limit:
        yield (
            max(tokens, key=lambda column: tokens[column]),
            f"a request of {sum(tokens.values())} tokens does not fit the {limit} that {row['model']} takes;"
            " these are tokens of one request, not characters or the sum of a day",
        )


def check_failures(source: ClientFile, rows: list[Numbered], tasks: list[Numbered]) -> None:
    """Failing outputs of a task that is said never to fail."""
    counts = Counter(row.get("task_id") for _, row in rows)
    for _, task in tasks:
        failing = counts[task.get("task_id")]
        if failing and task.get("current_quality") == 1:
            source.say(
                f"holds {failing} failing outputs of {quote(task['task_id'])}, whose current_quality is 1;"
                " one of the two is wrong",
                warning=True,
            )


def rates(given: Mapping[str, Any], currency: str, as_of: date) -> Iterator[tuple[str, str]]:
    """(key, message) for each rate of people's time beyond what is paid for it anywhere."""
    dollars = known.dollars_per(currency, as_of)
    for name, fact in _RATES.items():
        rate = given.get(name)
        if rate is None or dollars is None:
            continue
        low, high = (known.assumed(f"{end}_{fact}_usd", as_of) for end in ("least", "most"))
        if not low <= rate * dollars <= high:
            meant = _MEANT[name, rate * dollars > high]
            yield (
                name,
                f"{rate.normalize():f} {currency} is outside {plain(low)} to {plain(high)} USD; maybe {meant}",
            )


def two_meanings(tree: object, key: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """(key, message) for each number of a YAML mapping that a German or Spanish sheet would mean as thousands."""
    if isinstance(tree, Mapping):
        for name, value in tree.items():
            yield from two_meanings(value, (*key, str(name)))
    elif (
        isinstance(tree, Leaf) and not tree.quoted and "." in tree.text and TWO_MEANINGS.fullmatch(tree.text)
    ):
        few, many = unmistakable(tree.text), tree.text.replace(".", "")
        yield key, f"{quote(tree.text)} is read as {few}; write {many} if that is meant"
