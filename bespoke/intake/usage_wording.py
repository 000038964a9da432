"""What an import of usage found, in lines for a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from bespoke.clients.schema import Client, Task
from bespoke.clients.usage import TaskUsage, TokenFigures
from bespoke.clients.wording import nearest
from bespoke.intake.usage_import import Import

_FAR = 1.25  # a measured figure this many times the declared one, or less, is no surprise
_SHOWN = 8


def lines(read: Import, figures: Mapping[str, TaskUsage], client: Client | None) -> Iterator[str]:
    """A line a task, then what was not attributed, then what contradicts tasks.csv."""
    for task, found in figures.items():
        yield f"{task}: {'; '.join(_parts(found))}"
    if read.strangers:
        total = sum(read.strangers.values())
        shown = ", ".join(f"{name} ({n})" for name, n in read.strangers.most_common(_SHOWN))
        more = len(read.strangers) - _SHOWN
        yield (
            f"{total} calls or charges belong to no task: {shown}{f' and {more} more' if more > 0 else ''};"
            f" --task TASK=FIELD:PATTERN says whose they are{_such_as(read, client)}"
        )
    for task in read.counted_twice():
        yield f"{task}: stands in logs of two kinds, added up; import one of them alone if they hold the same calls"
    yield from read.totals.overlapping()
    if client is not None:
        for own in client.tasks:
            if own.task_id in figures:
                yield from _surprises(own, figures[own.task_id])


def _such_as(read: Import, client: Client | None) -> str:
    """A rule as it would be written for the most frequent of them."""
    key = max(read.strangers, key=lambda name: read.strangers[name]).split(", ")[0]
    field, _, value = key.partition(" ")
    if client is None or not client.tasks or not value:
        return ""
    names = [task.task_id for task in client.tasks]
    task = nearest(value, names, 0.3) or names[0]
    return f", such as --task {shlex.quote(f'{task}={field}:{value}')}"


def _parts(found: TaskUsage) -> Iterator[str]:
    if found.requests_per_day is not None:
        yield f"{_figure(found.requests_per_day)} requests a day over {found.days:g} days"
    else:
        yield f"{found.days:g} days, calls not counted"
    if found.peak_to_mean is not None:
        yield f"busiest hour {found.peak_to_mean:.3g} times the mean"
    if found.prompt is not None and found.output is not None:
        yield f"prompt {_tokens(found.prompt)}, output {_tokens(found.output)}"
    elif found.tokens_per_day:
        yield f"{found.tokens_per_day['prompt']:,.0f} tokens in and {found.tokens_per_day['output']:,.0f} out a day"
    if found.cached_share:
        yield f"{found.cached_share:.0%} of the input from the cache"
    if found.latency_p50_ms is not None:
        yield f"latency {found.latency_p50_ms:,.0f} ms, 95 in 100 within {found.latency_p95_ms or 0:,.0f} ms"
    if found.failed_share:
        yield f"{found.failed_share:.2%} failed"
    if found.retried_share:
        yield f"{found.retried_share:.2%} retried"
    if found.models:
        yield ", ".join(f"{name} {share:.0%}" for name, share in list(found.models.items())[:3])
    if found.spend_usd is not None:
        yield f"billed {found.spend_usd:,.2f} USD"
    if found.list_price_usd is not None:
        yield f"{found.list_price_usd:,.2f} USD at list prices"
    if found.reconciled:
        yield found.reconciled


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _tokens(found: TokenFigures) -> str:
    return f"{found.mean:,.0f} tokens" + (
        "" if found.p95 is None else f" (95 in 100 within {found.p95:,.0f})"
    )


def _surprises(task: Task, found: TaskUsage) -> Iterator[str]:
    known = {"system_tokens": task.system_tokens}
    for column, measured in found.columns(known).items():
        declared = getattr(task, column)
        if column in task.unknown | task.measured or column == "model" or not declared or not measured:
            continue
        if not 1 / _FAR <= measured / declared <= _FAR:
            yield f"{task.task_id}: tasks.csv says {column} {declared:,g}, measured {_figure(measured)}"
