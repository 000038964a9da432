"""usage.json: what logs and bills say of each task. Written by `bespoke import usage`, read by every chapter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from bespoke.clients import known as known_names
from bespoke.clients.files import ClientFile, read_text
from bespoke.clients.schema import Row, Share

FILE = "usage.json"
Positive = Annotated[float, Field(ge=0)]


class TokenFigures(Row):
    """Tokens of one kind per request. `p95` is None where the log has sums and no single requests."""

    mean: Positive
    p95: Positive | None = None


class UsageSource(Row):
    """A file the figures come from: how many of its rows, and the days they speak of."""

    file: str
    format: str
    rows: Annotated[int, Field(ge=0)]
    since: date
    until: date


class TaskUsage(Row):
    """Measured figures of one task. None stands for what the logs do not say."""

    requests: Annotated[int, Field(ge=0)] | None = None  # all calls, failed ones too
    days: Annotated[float, Field(gt=0)]
    requests_per_day: Positive | None = None  # answered ones
    failed_share: Share | None = None
    retried_share: Share | None = None
    per_weekday: tuple[Positive, ...] = ()  # mean answered requests of a Monday, … of a Sunday
    per_hour: tuple[Positive, ...] = ()  # mean answered requests in the hour from 0, … from 23 o'clock
    timezone: str = "UTC"
    peak_to_mean: Annotated[float, Field(ge=1)] | None = None  # the week's busiest hour over the average
    prompt: TokenFigures | None = None  # everything that goes in
    uncached_input: TokenFigures | None = None
    cache_read: TokenFigures | None = None
    cache_write: TokenFigures | None = None
    output: TokenFigures | None = None
    tokens_per_day: Mapping[str, Positive] = {}  # by kind, where requests are not counted as well
    cached_share: Share | None = None  # of the input tokens, read from the cache
    latency_p50_ms: Positive | None = None
    latency_p95_ms: Positive | None = None
    models: Mapping[str, Share] = {}  # share of requests, or of tokens where requests are not counted
    spend_usd: Decimal | None = None  # of log or bill, over the period; credits may outweigh it
    list_price_usd: Annotated[Decimal, Field(ge=0)] | None = None  # the same tokens by the price book
    reconciled: str = ""  # why the two differ, or that they do not
    sources: tuple[UsageSource, ...] = ()

    def columns(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """What fills an input of tasks.csv nobody filled in; `known` are the columns that are filled.

        Logs know the prompt as a whole: without the client's own figure its cached part counts as system prompt.
        """
        found: dict[str, Any] = {}
        if self.requests_per_day:
            found["requests_per_day"] = self.requests_per_day
        if self.peak_to_mean is not None:
            found["peak_to_mean"] = self.peak_to_mean
        if self.prompt is not None and self.output is not None:
            found["output_tokens"] = round(self.output.mean)
            system = known.get("system_tokens", round(self._cached_mean))
            if "system_tokens" not in known:
                found["system_tokens"] = system
            found["input_tokens"] = max(0, round(self.prompt.mean) - system)
        most_used = max(self.models, key=lambda name: self.models[name], default="")
        if most_used and known_names.is_model(most_used):
            found["model"] = most_used
        return found

    @property
    def _cached_mean(self) -> float:
        return sum(figures.mean for figures in (self.cache_read, self.cache_write) if figures is not None)


class UsageFile(Row):
    """The whole file."""

    version: Literal[1] = 1
    tasks: Mapping[str, TaskUsage] = {}


def read_usage(source: ClientFile) -> Mapping[str, TaskUsage] | None:
    """The figures by task; None after saying why the file is not what the import writes."""
    text = read_text(source)
    if text is None:
        return None
    try:
        return UsageFile.model_validate_json(text).tasks
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        source.say(
            f"is not what `bespoke import usage` writes: {first['msg']}{f' at {place}' if place else ''}"
        )
        return None
