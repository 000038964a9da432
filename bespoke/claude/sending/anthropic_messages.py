"""The Claude API through Anthropic's own SDK: Messages, token counting, Message Batches.

Credentials and base URL come from the environment or the SDK's own chain and are never looked at here. Any
server that speaks the same wire format works through ANTHROPIC_BASE_URL.
"""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, ClassVar, TypeVar

import anthropic
import httpx2

from bespoke.claude.requests.prompt import Body
from bespoke.claude.retry.pacing import number
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.backend import (
    AnswerLost,
    BatchState,
    CallFailed,
    Forbidden,
    NotSent,
    Overloaded,
    RateLimited,
    Rejected,
    Reply,
)
from bespoke.claude.sending.destination import keep_loopback_direct, refuse_plain_http

T = TypeVar("T")

# No byte of the request had left when these were raised.
_BEFORE_SENDING = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)
_IDLE_S = 3.0  # an idle connection is not used again after this: the other side may have closed it unseen
_FORBIDDEN = (301, 302, 303, 307, 308, 401, 402, 403, 404)
_COUNTED = ("model", "system", "messages", "output_config", "thinking")


class AnthropicMessages:
    name = "anthropic"
    sells_batches = True
    client: ClassVar[Callable[..., Any]] = anthropic.AsyncAnthropic
    hint = "set ANTHROPIC_API_KEY, or what else the Anthropic SDK looks for"

    def __init__(self, patience: RetryPolicy) -> None:
        timeout = httpx2.Timeout(patience.request_s, connect=patience.connect_s)
        keep_loopback_direct()
        try:
            self._client: Any = self.client(
                max_retries=0,  # one loop retries, and it is ours: it knows the budget and the journal
                timeout=timeout,
                open_telemetry=False,  # spans can carry the text of requests
                http_client=anthropic.DefaultAsyncHttpxClient(
                    timeout=timeout,
                    follow_redirects=False,  # notes go where they were meant to go, or nowhere
                    limits=httpx2.Limits(
                        max_connections=patience.connections,
                        max_keepalive_connections=patience.connections,
                        keepalive_expiry=_IDLE_S,
                    ),
                ),
            )
        except (anthropic.AnthropicError, ValueError, TypeError, OSError) as error:
            raise Forbidden(f"no usable credentials: {self.hint} ({error})") from None
        refuse_plain_http(str(self._client.base_url))

    async def send(self, body: Body) -> Reply:
        started = time.monotonic()
        raw = await self._told(self._client.messages.with_raw_response.create(**body))
        try:
            text = await self._told(_text(raw))
            message = json.loads(text)
            if not isinstance(message, dict) or not isinstance(message.get("usage"), dict):
                raise ValueError("no usage")
        except ValueError as error:
            raise AnswerLost(f"an answer that is not a message: {error}", headers=raw.headers) from None
        return Reply(message, (time.monotonic() - started) * 1000, dict(raw.headers))

    async def count(self, body: Body) -> int | None:
        counted = {key: body[key] for key in _COUNTED if key in body}
        try:
            return int((await self._told(self._client.messages.count_tokens(**counted))).input_tokens)
        except CallFailed:
            return None  # a compatible server need not count

    async def create_batch(self, requests: Sequence[tuple[str, Body]]) -> str:
        listed: Any = [{"custom_id": name, "params": body} for name, body in requests]
        return str((await self._told(self._client.messages.batches.create(requests=listed))).id)

    async def batch(self, batch_id: str) -> BatchState:
        return _state(await self._told(self._client.messages.batches.retrieve(batch_id)))

    async def batches_since(self, moment: float) -> AsyncIterator[BatchState]:
        page = await self._told(self._client.messages.batches.list(limit=100))
        while True:
            for batch in page.data:  # newest first
                if batch.created_at.timestamp() < moment:
                    return
                yield _state(batch)
            if not page.has_next_page():
                return
            page = await self._told(page.get_next_page())

    async def results(self, batch_id: str) -> AsyncIterator[tuple[str, dict[str, Any] | str]]:
        rows = await self._told(self._client.messages.batches.results(batch_id))
        try:
            async for row in rows:
                if row.result.type == "succeeded":
                    yield row.custom_id, row.result.message.model_dump(mode="json")
                elif row.result.type == "errored":
                    yield row.custom_id, f"{row.result.error.error.type}: {row.result.error.error.message}"
                else:
                    yield row.custom_id, row.result.type
        except (httpx2.HTTPError, anthropic.AnthropicError, ValueError) as error:
            raise Overloaded(f"the results of batch {batch_id} broke off: {type(error).__name__}") from None

    async def close(self) -> None:
        await self._client.close()

    async def _told(self, call: Awaitable[T]) -> T:
        """The call's result, or the failure in our own words: the SDK's exceptions carry request and headers."""
        try:
            return await call
        except anthropic.APIStatusError as error:
            raise _refusal(error) from None
        except anthropic.APIConnectionError as error:
            cause = error.__cause__ or error
            raise _broken(cause, timed_out=isinstance(error, anthropic.APITimeoutError)) from None
        except httpx2.HTTPError as error:
            raise _broken(error, timed_out=isinstance(error, httpx2.TimeoutException)) from None
        except self.unusable() as error:
            said = " ".join(str(error).split())
            raise Forbidden(f"the Anthropic SDK refused the call: {self.hint} ({said})") from None
        except ValueError as error:
            raise AnswerLost(f"an answer that could not be read: {type(error).__name__}") from None

    @classmethod
    def unusable(cls) -> tuple[type[Exception], ...]:
        """What the SDK raises where its credentials are missing or spent: TypeError is its word for none at all."""
        return anthropic.AnthropicError, TypeError


class VertexMessages(AnthropicMessages):
    """The same wire on Google Cloud; project, region and credentials are the SDK's own affair. No batches here."""

    name = "vertex"
    sells_batches = False
    client = anthropic.AsyncAnthropicVertex
    hint = "set CLOUD_ML_REGION and ANTHROPIC_VERTEX_PROJECT_ID, install google-auth and log in with it"

    @classmethod
    def unusable(cls) -> tuple[type[Exception], ...]:
        """Here google-auth speaks too, and the SDK says RuntimeError where that finds no project or token."""
        plain = (*super().unusable(), RuntimeError)
        try:
            return (*plain, import_module("google.auth.exceptions").GoogleAuthError)
        except ImportError:
            return plain


class FoundryMessages(AnthropicMessages):
    """The same wire on Microsoft Foundry; resource and key are the SDK's own affair. No batches here."""

    name = "foundry"
    sells_batches = False
    client = anthropic.AsyncAnthropicFoundry
    hint = "set ANTHROPIC_FOUNDRY_RESOURCE (or ANTHROPIC_FOUNDRY_BASE_URL) and ANTHROPIC_FOUNDRY_API_KEY"


async def _text(raw: Any) -> str:
    text = raw.text()
    return str(await text) if hasattr(text, "__await__") else str(text)


def _broken(cause: BaseException, *, timed_out: bool) -> CallFailed:
    if isinstance(cause, _BEFORE_SENDING):
        return NotSent(f"no connection: {type(cause).__name__}")
    what = "no answer in time" if timed_out else "the connection broke"
    return AnswerLost(f"{what}: {type(cause).__name__}")


def _refusal(error: anthropic.APIStatusError) -> CallFailed:
    """A status is free of charge only when the provider's own error format says so: a proxy's 502 or 504
    may stand for an answer that was computed and billed behind it."""
    status, headers = error.status_code, error.response.headers
    kind, message = _own_words(error.body)
    text = f"{status} {kind}: {message}" if kind else f"{status}"
    after = number(headers.get("retry-after"))
    if status == 429:
        return RateLimited(text, retry_after_s=after, headers=headers)
    if status in _FORBIDDEN:
        return Forbidden(text)
    if status >= 500 or status in (408, 409):
        family = Overloaded if kind else AnswerLost
        return family(text, retry_after_s=after, headers=headers)
    return Rejected(text)


def _own_words(body: object) -> tuple[str, str]:
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return "", ""
    return str(error.get("type", "")), str(error.get("message", ""))


def _state(batch: Any) -> BatchState:
    counts = batch.request_counts
    total = counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired
    return BatchState(batch.id, batch.processing_status == "ended", total, batch.created_at.timestamp())
