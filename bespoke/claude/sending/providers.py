"""The providers by name; the SDK of one is loaded only when it is asked for."""

from __future__ import annotations

from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.backend import Backend, CallFailed
from bespoke.errors import BespokeError

NAMES = ("anthropic", "bedrock", "vertex", "foundry")


def name_of(backend: str | Backend) -> str:
    """The provider's name, whether it is opened already or not."""
    return backend if isinstance(backend, str) else backend.name


def open_backend(backend: str | Backend, patience: RetryPolicy) -> Backend:
    """By its name; one that is open already stays. Raises BespokeError for an unknown name, a missing package or
    missing credentials."""
    if not isinstance(backend, str):
        return backend
    try:
        return _opened(backend, patience)
    except CallFailed as failure:
        raise BespokeError(str(failure)) from None


def _opened(name: str, patience: RetryPolicy) -> Backend:
    if name == "anthropic":
        from bespoke.claude.sending.anthropic_messages import AnthropicMessages

        return AnthropicMessages(patience, patience.connections)
    if name in ("vertex", "foundry"):
        from bespoke.claude.sending.anthropic_messages import FoundryMessages, VertexMessages

        return (VertexMessages if name == "vertex" else FoundryMessages)(patience, patience.connections)
    if name == "bedrock":
        from bespoke.claude.sending.bedrock_converse import BedrockConverse

        return BedrockConverse(patience)
    raise BespokeError(f"no backend {name!r}; there are: {', '.join(NAMES)}")
