"""What an import of usage says, line by line."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.clients.usage import TaskUsage, TokenFigures
from bespoke.intake.usage_import import Import
from bespoke.intake.usage_wording import lines

BARE = TaskUsage(days=2.0)
FULL = TaskUsage(
    days=7.0, requests_per_day=1234.4, peak_to_mean=2.345,
    prompt=TokenFigures(mean=2500.4, p95=9000), output=TokenFigures(mean=300),
    cached_share=0.25, latency_p50_ms=1200, latency_p95_ms=5000, failed_share=0.0123, retried_share=0.005,
    models={"a": 0.5, "b": 0.3, "c": 0.15, "d": 0.05}, spend_usd=Decimal("1234.5"),
    list_price_usd=Decimal(1300), reconciled="as priced",
)  # fmt: skip


def said(read: Import, client: Any = None, **figures: TaskUsage) -> list[str]:
    return [*lines(read, figures, client)]


def task(**given: Any) -> Any:
    """A task whose inputs are those that FULL measured."""
    values = {
        "task_id": "notes", "requests_per_day": 1234.4, "peak_to_mean": 2.345, "system_tokens": 500,
        "input_tokens": 2000, "output_tokens": 300, "model": "a", "unknown": frozenset(), "measured": frozenset(),
    }  # fmt: skip
    return SimpleNamespace(**{**values, **given})


def client(*tasks: Any) -> Any:
    return SimpleNamespace(tasks=tasks)


def test_every_figure_has_its_words() -> None:
    assert said(Import(), notes=FULL) == [
        "notes: 1,234 requests a day over 7 days; busiest hour 2.35 times the mean; prompt 2,500 tokens"
        " (95 in 100 within 9,000), output 300 tokens; 25% of the input from the cache; latency 1,200 ms,"
        " 95 in 100 within 5,000 ms; 1.23% failed; 0.50% retried; a 50%, b 30%, c 15%; billed 1,234.50 USD;"
        " 1,300.00 USD at list prices; as priced"
    ]


def test_what_a_log_does_not_say_is_not_said() -> None:
    assert said(Import(), notes=BARE) == ["notes: 2 days, calls not counted"]
    sums = BARE.model_copy(update={"tokens_per_day": {"prompt": 12_345.0, "output": 678.0}})
    assert said(Import(), notes=sums) == [
        "notes: 2 days, calls not counted; 12,345 tokens in and 678 out a day"
    ]
    assert said(Import(), notes=sums.model_copy(update={"prompt": TokenFigures(mean=5)})) == said(
        Import(), notes=sums
    )  # without the output there is no pair to tell
    few = BARE.model_copy(update={"requests_per_day": 12.34})
    assert said(Import(), notes=few) == ["notes: 12.3 requests a day over 2 days"]
    assert said(Import(), notes=few.model_copy(update={"requests_per_day": 100.4}))[0].startswith(
        "notes: 100 req"
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, []),
        ({"output_tokens": 375}, []),  # 300 / 375 = 0.8: a quarter apart is no surprise
        ({"output_tokens": 240}, []),
        ({"output_tokens": 376}, ["notes: tasks.csv says output_tokens 376, measured 300"]),
        ({"output_tokens": 239}, ["notes: tasks.csv says output_tokens 239, measured 300"]),
        ({"output_tokens": 0}, []),  # nothing is declared
        ({"output_tokens": 239, "unknown": frozenset({"output_tokens"})}, []),
        ({"output_tokens": 239, "measured": frozenset({"output_tokens"})}, []),
        ({"model": "another"}, []),
        ({"system_tokens": 1500}, ["notes: tasks.csv says input_tokens 2,000, measured 1,000"]),
    ],
)
def test_a_declared_figure_that_is_a_quarter_off_is_told(given: dict[str, Any], told: list[str]) -> None:
    assert said(Import(), client(task(**given), task(task_id="mail")), notes=FULL)[1:] == told


def test_calls_of_no_task_are_counted_by_what_they_go_by() -> None:
    some = Import(strangers=Counter({"workspace triage": 5, "workspace other": 2}))
    assert said(some) == [
        "7 calls or charges belong to no task: workspace triage (5), workspace other (2);"
        " --task TASK=FIELD:PATTERN says whose they are"
    ]
    many = Import(strangers=Counter({f"key k{n}": 20 - n for n in range(10)}))
    assert ", key k7 (13) and 2 more;" in said(many)[0]
    assert " more" not in said(Import(strangers=Counter({f"key k{n}": 1 for n in range(8)})))[0]


def test_a_rule_is_suggested_for_the_task_whose_name_is_like_the_key() -> None:
    there = client(task(), task(task_id="triage_mail"))
    named = Import(strangers=Counter({"workspace triage, key x": 5}))
    assert said(named, there)[0].endswith(", such as --task triage_mail=workspace:triage")
    unlike = Import(strangers=Counter({"workspace 0 0": 5}))
    assert said(unlike, there)[0].endswith(", such as --task 'notes=workspace:0 0'")
    nameless = Import(strangers=Counter({"unnamed": 5}))
    assert said(nameless, there)[0].endswith(" says whose they are")
    assert said(named, client())[0].endswith(" says whose they are")


def test_a_task_in_two_kinds_of_logs_is_told() -> None:
    read = Import()
    read.logs["notes"] |= {"langfuse", "litellm"}
    read.logs["mail"] |= {"langfuse"}
    assert said(read) == [
        "notes: stands in logs of two kinds, added up; import one of them alone if they hold the same calls"
    ]
