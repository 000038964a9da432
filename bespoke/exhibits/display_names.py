"""Names and digits that several chapters print alike."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from bespoke.show import Column
from bespoke.show.numbers import decimal, money_digits, percent
from bespoke.statistics.interval import Interval

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)


SERVICES = {
    "anthropic": "Anthropic API", "bedrock": "Bedrock", "vertex": "Vertex AI", "foundry": "Foundry",
    "sagemaker": "SageMaker", "openai": "OpenAI", "hosted": "Specialist host", "own": "Own machines",
}  # fmt: skip


INPUTS = {
    "quality": "quality today", "target": "quality target", "test_cases": "test cases",
    "failures": "failing outputs read",
    "examples": "labelled examples", "volume": "requests a day", "tokens": "input tokens a request",
    "latency": "answer time, 95th percentile", "identifiers": "identifiers in the data",
    "knowledge_changes": "how often the facts change", "residency": "where data may be processed",
    "place": "where it runs", "access": "access to models", "worth": "worth of an output",
    "ceiling": "agreement between people", "metric": "metric",
}  # fmt: skip


CHAPTERS = {  # of ICD-10-CM
    "1": "Infections", "2": "Neoplasms", "3": "Blood", "4": "Endocrine, metabolic", "5": "Mental",
    "6": "Nervous system", "7": "Eye", "8": "Ear", "9": "Circulatory", "10": "Respiratory", "11": "Digestive",
    "12": "Skin", "13": "Musculoskeletal", "14": "Genitourinary", "15": "Pregnancy", "16": "Perinatal",
    "17": "Congenital", "18": "Symptoms, signs", "19": "Injury, poisoning", "20": "External causes",
    "21": "Health status factors", "22": "Special purposes", "": "none or unknown",
}  # fmt: skip


def input_name(name: str) -> str:
    """An input of a decision as a reader knows it."""
    return INPUTS.get(name, name.replace("_", " "))


def metric_name(metric: str) -> str:
    """`micro_f1` as a reader knows it: `micro-F1`; a client's own words stay as they are."""
    shown = {"correct": "share of correct answers", "passed": "share of outputs that pass"}
    return shown.get(metric, metric.replace("_f1", "-F1").replace("_", " "))


def place_name(place: str) -> str:
    """`bedrock_us` as a reader knows it: `Bedrock, US`."""
    service, _, region = place.partition("_")
    name = SERVICES.get(service, service)
    return f"{name}, {region if region == 'global' else region.upper()}" if region else name


def chapter_name(chapter: str) -> str:
    """A chapter of ICD-10-CM under a short name of its own."""
    return f"{chapter} {CHAPTERS[chapter]}".strip()


def slug(text: str, empty: str = "task") -> str:
    """A client's name or id as labels take it; `empty` where nothing of it can stand in one."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or empty


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def count(n: int, one: str, many: str = "") -> str:
    """`1 note`, `1,200 notes`."""
    return f"{decimal(n)} {one if n == 1 else many or one + 's'}"


def task_columns(key: str, title: str, tasks: Mapping[str, str]) -> tuple[Column, ...]:
    """One column of names, and one for each task, by its id and name."""
    return (Column(key=key, title=title), *(Column(key=task, title=name) for task, name in tasks.items()))


def grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """What belongs to each key, keys and values in the order in which they come, each value once."""
    found: dict[K, dict[V, None]] = {}
    for key, value in pairs:
        found.setdefault(key, {})[value] = None
    return {key: list(values) for key, values in found.items()}


def with_ends(interval: Interval | None) -> tuple[float | None, float | None, float | None]:
    """An estimate and the ends of its interval, a column each; nothing where nothing is known."""
    return (None, None, None) if interval is None else (interval.estimate, interval.low, interval.high)


def share_limits(interval: Interval | None) -> str:
    """`51% to 64%`; empty for nothing."""
    return f"{percent(interval.low)} to {percent(interval.high)}" if interval else ""


def share_with_limits(interval: Interval) -> str:
    """`57% (51% to 64%)`."""
    return f"{percent(interval.estimate)} ({share_limits(interval)})"


def chance(probability: float | None) -> str:
    """A chance as a reader takes it: no more digits than it has, and never a certainty nobody can know."""
    if probability is None:
        return "not known"
    if probability < 0.01:
        return f"under {percent(0.01)}"
    return f"over {percent(0.99)}" if probability > 0.99 else percent(probability)


def p_value(p: float) -> str:
    """`0.03`, `0.004`, `< 0.001`."""
    return f"< {decimal(0.001, 3)}" if p < 0.001 else decimal(p, 3 if p < 0.01 else 2)


def digits_of(amounts: Iterable[object]) -> int:
    """Digits that leave the smallest amount of a column two figures, at most four."""
    sizes = [abs(value) for value in amounts if isinstance(value, int | float) and value]
    smallest = min(sizes, default=0.0)
    if smallest >= 1 or not sizes:
        return 1 if sizes and smallest < 10 else 0
    return min(4, money_digits(smallest))
