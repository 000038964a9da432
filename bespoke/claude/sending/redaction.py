"""Keeps secrets out of everything that is shown, logged or written."""

from __future__ import annotations

import os
import re

_VARIABLES = (
    "ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_IDENTITY_TOKEN", "ANTHROPIC_CUSTOM_HEADERS",
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK",
)  # fmt: skip
_SHAPES = re.compile(
    r"sk-ant-[\w-]+|(?i:bearer)\s+[\w.~+/=-]{8,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_LONGEST = 400


def redacted(text: str) -> str:
    """The text without any secret of the environment or of a known shape, and not longer than a message."""
    for name in _VARIABLES:
        for value in os.environ.get(name, "").splitlines():
            secret = value.partition(":")[2].strip() if name == "ANTHROPIC_CUSTOM_HEADERS" else value
            if len(secret) >= 6:
                text = text.replace(secret, "[redacted]")
    return _SHAPES.sub("[redacted]", text)[:_LONGEST]
