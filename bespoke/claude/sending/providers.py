"""The providers by name; the SDK of one is loaded only when it is asked for."""

from __future__ import annotations

from importlib import import_module

from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.backend import Backend, CallFailed
from bespoke.errors import BespokeError

_OF = {  # provider -> its module here, and the class in it
    "anthropic": ("anthropic_messages", "AnthropicMessages"), "bedrock": ("bedrock_converse", "BedrockConverse"),
    "vertex": ("anthropic_messages", "VertexMessages"), "foundry": ("anthropic_messages", "FoundryMessages"),
}  # fmt: skip


def name_of(backend: str | Backend) -> str:
    """The provider's name, whether it is opened already or not."""
    return backend if isinstance(backend, str) else backend.name


def open_backend(backend: str | Backend, patience: RetryPolicy) -> Backend:
    """By its name; one that is open already stays. Raises BespokeError for an unknown name, a missing package or
    missing credentials."""
    if not isinstance(backend, str):
        return backend
    if backend not in _OF:
        raise BespokeError(f"no backend {backend!r}; there are: {', '.join(_OF)}")
    module, name = _OF[backend]
    try:
        opened: Backend = getattr(import_module(f"bespoke.claude.sending.{module}"), name)(patience)
    except CallFailed as failure:
        raise BespokeError(str(failure)) from None
    return opened
