"""The formats of usage logs and bills: each knows its own rows and turns one into records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bespoke.intake.formats import (
    anthropic_console,
    anthropic_reports,
    bedrock_log,
    helicone,
    langfuse,
    litellm,
    openai_usage,
    otel,
)
from bespoke.intake.usage_record import Misread, Read, Record, each

Row = Mapping[str, Any]


@dataclass(frozen=True)
class UsageFormat:
    """`matches` says of one element whether it is of this format; `records` reads one, none where it is no call."""

    name: str
    title: str
    matches: Callable[[Row], bool]
    records: Callable[[Row], Iterator[Read]]


FORMATS = tuple(
    UsageFormat(module.NAME, module.TITLE, module.matches, module.records)
    for module in (
        anthropic_reports, anthropic_console, bedrock_log, langfuse, litellm, otel, openai_usage, helicone,
    )
)  # fmt: skip


def read(form: UsageFormat, row: object) -> Iterator[Read]:
    """The records of one element, or why there are none; an element that is no object is no row of any format."""
    if not isinstance(row, Mapping):
        yield Misread("is malformed")
        return
    for record in each([row], form.records):
        ends_first = isinstance(record, Record) and record.end is not None and record.end <= record.start
        yield Misread("ends before it starts") if ends_first else record


def detect(sample: list[Any]) -> UsageFormat | None:
    """The format most of the sample's elements are of; None when no element is of any."""
    rows = [row for row in sample if isinstance(row, Mapping)]
    found = {form.name: sum(map(form.matches, rows)) for form in FORMATS}
    best = max(FORMATS, key=lambda form: found[form.name])
    return best if found[best.name] else None
