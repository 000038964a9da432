"""One question to a model on Bedrock, through Converse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bespoke.clients.schema import Usage
from bespoke.errors import BespokeError
from bespoke.tuning.jobs.aws import Aws, aws_errors
from bespoke.tuning.jobs.deploy import READY
from bespoke.tuning.jobs.state import TuningRun


@dataclass(frozen=True)
class ConverseReply:
    """What the model said, and what it took."""

    text: str
    usage: Usage
    latency_ms: float | None
    stopped: str  # why: end_turn, max_tokens, ...


def converse(aws: Aws, model: str, system: str | None, prompt: str, max_tokens: int) -> ConverseReply:
    """The model's answer, as steady as it can be (temperature 0). `model` is an id or an endpoint's ARN."""
    request: dict[str, Any] = {
        "modelId": model,
        "messages": [{"role": "user", "content": [{"text": prompt}]}],
        "inferenceConfig": {"maxTokens": max_tokens, "temperature": 0},
    }
    if system:
        request["system"] = [{"text": system}]
    with aws_errors(f"a request to {model}", aws.region):
        answer = aws.runtime.converse(**request)
    content = answer.get("output", {}).get("message", {}).get("content", ())
    usage = answer.get("usage", {})
    return ConverseReply(
        text="".join(block.get("text", "") for block in content),
        usage=Usage(
            input_tokens=usage.get("inputTokens", 0),
            output_tokens=usage.get("outputTokens", 0),
            cache_read_tokens=usage.get("cacheReadInputTokens", 0) or 0,
            cache_write_tokens=usage.get("cacheWriteInputTokens", 0) or 0,
        ),
        latency_ms=answer.get("metrics", {}).get("latencyMs"),
        stopped=str(answer.get("stopReason", "")),
    )


def ready_endpoint(run: TuningRun) -> str:
    """The ARN that answers for a run; an error says what is missing."""
    endpoint = run.endpoint
    if endpoint is None or endpoint.status not in READY:
        stands = "none" if endpoint is None else endpoint.status
        raise BespokeError(f"run {run.name} has no endpoint that answers ({stands}); deploy it first")
    return endpoint.arn
