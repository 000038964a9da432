"""What the rest of the package needs from a provider, and the ways in which a call can end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bespoke.claude.requests.prompt import Body
from bespoke.claude.sending.redaction import redacted
from bespoke.facts.price_book import RequestTokens


@dataclass(frozen=True)
class Reply:
    """A whole answer: the message as the Messages API writes it, and what the headers said of our limits."""

    message: dict[str, Any]
    latency_ms: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class CallFailed(Exception):
    """A call that brought no answer. The text is redacted and safe to show."""

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(redacted(message))
        self.retry_after_s = retry_after_s
        self.headers = headers or {}


class NotSent(CallFailed):
    """The request never reached the provider: asking again cannot pay twice."""


class RateLimited(CallFailed):
    """429: over a rate limit; not billed."""


class Overloaded(CallFailed):
    """529 or another error of the provider's own making, told in its own error format; not billed."""


class Rejected(CallFailed):
    """This request will never be accepted as it is; not billed."""


class Forbidden(CallFailed):
    """No request of this run will be accepted: no credentials, no permission, no such model."""


class AnswerLost(CallFailed):
    """The request may have been processed and billed, and its answer did not arrive whole."""


@dataclass(frozen=True)
class BatchState:
    """A batch as the provider lists it. `requests` counts what it holds."""

    id: str
    ended: bool
    requests: int
    created_at: float  # seconds since the epoch


class Backend(Protocol):
    """A provider. Every method raises only CallFailed and its kinds."""

    name: str
    sells_batches: bool

    async def send(self, body: Body) -> Reply: ...

    async def count(self, body: Body) -> int | None:
        """Input tokens of a request by the provider's own tokeniser; None where it cannot say."""
        ...

    async def create_batch(self, requests: Sequence[tuple[str, Body]]) -> str: ...

    async def batch(self, batch_id: str) -> BatchState: ...

    def batches_since(self, moment: float) -> AsyncIterator[BatchState]: ...

    def results(self, batch_id: str) -> AsyncIterator[tuple[str, dict[str, Any] | str]]:
        """Custom id with its message, or with the reason why there is none (nothing was paid for it)."""
        ...

    async def close(self) -> None: ...


def tokens_used(usage: Mapping[str, Any]) -> RequestTokens:
    """The tokens of a Messages API `usage`, by price class; output includes thinking."""

    def count(source: Mapping[str, Any], key: str) -> int:
        value = source.get(key)
        return value if isinstance(value, int) and value > 0 else 0

    created = usage.get("cache_creation") or {}
    hour = count(created, "ephemeral_1h_input_tokens")
    return RequestTokens(
        uncached_input=count(usage, "input_tokens"),
        cache_read=count(usage, "cache_read_input_tokens"),
        cache_write_1h=hour,
        cache_write_5m=max(0, count(usage, "cache_creation_input_tokens") - hour),
        output=count(usage, "output_tokens"),
    )


def thinking_tokens(usage: Mapping[str, Any]) -> int:
    details = usage.get("output_tokens_details") or {}
    value = details.get("thinking_tokens")
    return value if isinstance(value, int) else 0
