"""Amazon Bedrock through Converse: a base model's id, or the ARN of a custom or provisioned model.

Needs the optional package boto3; credentials and region come from its own chain. Bodies stay those of the
Messages API and are translated here. Converse offers no batches. Claude's own ids are held to a schema
(`outputConfig.textFormat`) and their tokens are counted (CountTokens); for other models the schema travels as text
and token counts are estimated.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bespoke.claude.requests.prompt import Body
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
from bespoke.errors import BespokeError

_THREADS = 32  # boto3 blocks; more requests than this are not sent at once
_SCHEMA = "The JSON object must follow this JSON schema exactly:\n"
_STOPS = {
    "end_turn": "end_turn",
    "stop_sequence": "stop_sequence",
    "max_tokens": "max_tokens",
    "model_context_window_exceeded": "model_context_window_exceeded",
    "guardrail_intervened": "refusal",
    "content_filtered": "refusal",
}
_ERRORS: dict[str, type[CallFailed]] = {
    "ThrottlingException": RateLimited,
    "TooManyRequestsException": RateLimited,
    "ServiceUnavailableException": Overloaded,
    "InternalServerException": Overloaded,
    "ModelNotReadyException": Overloaded,
    "ModelErrorException": Overloaded,
    "ModelTimeoutException": AnswerLost,  # the model ran
    "ValidationException": Rejected,
    "AccessDeniedException": Forbidden,
    "ResourceNotFoundException": Forbidden,
    "ExpiredTokenException": Forbidden,
    "UnrecognizedClientException": Forbidden,
}
_BEFORE_SENDING = ("EndpointConnectionError", "ConnectTimeoutError", "ProxyConnectionError", "SSLError")


class BedrockConverse:
    name = "bedrock"
    sells_batches = False

    def __init__(self, patience: RetryPolicy, client: Any = None) -> None:
        self._client = client or _boto_client(patience)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="bedrock")

    async def send(self, body: Body) -> Reply:
        loop = asyncio.get_running_loop()
        started = time.monotonic()
        answer = await loop.run_in_executor(self._threads, self._converse, converse_request(body))
        return Reply(messages_reply(answer), (time.monotonic() - started) * 1000)

    async def count(self, body: Body) -> int | None:
        if not _claude(body) or not hasattr(self._client, "count_tokens"):
            return None
        request = converse_request(body)
        asked = {key: request[key] for key in ("messages", "system") if key in request}
        loop = asyncio.get_running_loop()

        def counted() -> int | None:
            try:
                found = self._client.count_tokens(modelId=body["model"], input={"converse": asked})
            except Exception:
                return None  # not every model and region counts
            return int(found["inputTokens"])

        return await loop.run_in_executor(self._threads, counted)

    async def create_batch(self, requests: Sequence[tuple[str, Body]]) -> str:
        raise Rejected("Converse has no batches")

    async def batch(self, batch_id: str) -> BatchState:
        raise Rejected("Converse has no batches")

    async def batches_since(self, moment: float) -> AsyncIterator[BatchState]:
        nothing: tuple[BatchState, ...] = ()
        for state in nothing:
            yield state

    async def results(self, batch_id: str) -> AsyncIterator[tuple[str, dict[str, Any] | str]]:
        nothing: tuple[tuple[str, str], ...] = ()
        for row in nothing:
            yield row

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _converse(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self._client.converse(**request)
        except Exception as error:
            raise _failure(error) from None
        return answer


def converse_request(body: Body) -> dict[str, Any]:
    """A Messages body as the arguments of Converse. Cache marks become cache points for Claude's own ids."""
    cached = _claude(body)
    system = _content(body["system"], cached)
    schema = body.get("output_config", {}).get("format", {}).get("schema")
    if schema and not cached:
        system.insert(1, {"text": _SCHEMA + json.dumps(schema)})
    request: dict[str, Any] = {
        "modelId": body["model"],
        "system": system,
        "messages": [
            {"role": turn["role"], "content": _content(turn["content"], cached)} for turn in body["messages"]
        ],
        "inferenceConfig": {"maxTokens": body["max_tokens"]},
    }
    output: dict[str, Any] = {}
    if schema and cached:
        structure = {"jsonSchema": {"schema": json.dumps(schema), "name": "answer"}}
        output["textFormat"] = {"type": "json_schema", "structure": structure}
    if body.get("output_config", {}).get("effort"):
        output["effort"] = body["output_config"]["effort"]
    if output:
        request["outputConfig"] = output
    if "thinking" in body:
        request["additionalModelRequestFields"] = {"thinking": body["thinking"]}
    return request


def _claude(body: Body) -> bool:
    return "anthropic." in str(body["model"])


def messages_reply(answer: dict[str, Any]) -> dict[str, Any]:
    """A Converse answer as a message of the Messages API. Raises AnswerLost for one without usage."""
    usage = answer.get("usage")
    content = answer.get("output", {}).get("message", {}).get("content", [])
    if not isinstance(usage, dict):
        raise AnswerLost("an answer without usage")
    stop = str(answer.get("stopReason"))
    return {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": block["text"]} for block in content if "text" in block],
        "stop_reason": _STOPS.get(stop, stop),
        "usage": {
            "input_tokens": usage.get("inputTokens", 0),
            "output_tokens": usage.get("outputTokens", 0),
            "cache_read_input_tokens": usage.get("cacheReadInputTokens", 0),
            "cache_creation_input_tokens": usage.get("cacheWriteInputTokens", 0),
        },
    }


def _content(blocks: Sequence[Body], cached: bool) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = []
    for block in blocks:
        content.append({"text": block["text"]})
        if cached and "cache_control" in block:
            content.append({"cachePoint": {"type": "default"}})
    return content


def _failure(error: Exception) -> CallFailed:
    """botocore's exceptions by name, so that this file needs no boto3 to be read."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        code = str(response.get("Error", {}).get("Code", ""))
        message = str(response.get("Error", {}).get("Message", ""))
        status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        kind = _ERRORS.get(code) or (Rejected if 400 <= status < 500 else AnswerLost)
        return kind(f"{code}: {message}")
    name = type(error).__name__
    if name in _BEFORE_SENDING:
        return NotSent(f"no connection: {name}")
    if name in ("NoCredentialsError", "NoRegionError", "PartialCredentialsError", "ParamValidationError"):
        return Forbidden(f"{name}: {error}")
    return AnswerLost(f"no answer: {name}")


def _boto_client(patience: RetryPolicy) -> Any:
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise BespokeError(
            "the bedrock backend needs boto3: pip install 'bespoke-workbook[bedrock]'"
        ) from None
    keep_loopback_direct()
    try:
        client = boto3.client(
            "bedrock-runtime",
            config=Config(
                retries={"total_max_attempts": 1},
                connect_timeout=patience.connect_s,
                read_timeout=patience.request_s,
                max_pool_connections=_THREADS,
            ),
        )
    except Exception as error:
        raise _failure(error) from None
    refuse_plain_http(client.meta.endpoint_url)
    return client
