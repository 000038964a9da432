"""Tokens by the vendor's own counter: the one part of the intake that sends something, and only when asked by name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bespoke.claude.requests.identifier_check import identifiers_left
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.anthropic_messages import AnthropicMessages
from bespoke.claude.sending.backend import CallFailed
from bespoke.errors import BespokeError, Problem

_CONNECTIONS = 4


def count(texts: Sequence[str], model: str) -> list[int]:
    """Input tokens of each text as one user message.

    Raises BespokeError, before anything is sent, where the rules see an identifier in a text; and where the
    counter cannot be reached or does not know the model.
    """
    hits = [
        hit
        for number, text in enumerate(texts, start=1)
        for hit in identifiers_left(f"sample {number}", text)
    ]
    if hits:
        raise BespokeError(
            [Problem(hit.note, None, None, f"not sent, {hit.rule}: {hit.shown}") for hit in hits]
        )
    try:
        return asyncio.run(_count(texts, model))
    except CallFailed as failed:
        raise BespokeError(f"the token counter did not answer: {failed}") from None


async def _count(texts: Sequence[str], model: str) -> list[int]:
    backend = AnthropicMessages(RetryPolicy(connections=_CONNECTIONS))
    found = []
    try:
        for text in texts:
            tokens = await backend.count({"model": model, "messages": [{"role": "user", "content": text}]})
            if tokens is None:
                raise BespokeError(f"the token counter did not answer for {model}")
            found.append(tokens)
    finally:
        await backend.close()
    return found
