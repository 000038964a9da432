"""One question to a model on Bedrock: what is sent, what its answer is read as, and who can be asked."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.clients.schema import Usage
from bespoke.errors import BespokeError
from bespoke.tuning.jobs.converse import ConverseReply, converse, ready_endpoint
from bespoke.tuning.jobs.state import Endpoint, TuningRun

USAGE = {"inputTokens": 12, "outputTokens": 3, "cacheReadInputTokens": 5, "cacheWriteInputTokens": 7}
ANSWER = {
    "output": {"message": {"content": [{"text": "I10"}, {"reasoningContent": {}}, {"text": ", E11.9"}]}},
    "usage": USAGE,
    "metrics": {"latencyMs": 250},
    "stopReason": "end_turn",
}


def asked(answer: dict[str, Any], system: str | None = None) -> tuple[dict[str, Any], ConverseReply]:
    """What was sent, and what came of the answer."""
    sent: list[dict[str, Any]] = []

    def answering(**request: Any) -> dict[str, Any]:
        sent.append(request)
        return answer

    aws: Any = SimpleNamespace(region="us-east-1", runtime=SimpleNamespace(converse=answering))
    reply = converse(aws, "some-arn", system, "Code this.", 300)
    (request,) = sent
    return request, reply


@pytest.mark.parametrize("system", [None, ""])
def test_a_question_is_asked_as_steadily_as_it_can_be(system: str | None) -> None:
    question = {
        "modelId": "some-arn",
        "messages": [{"role": "user", "content": [{"text": "Code this."}]}],
        "inferenceConfig": {"maxTokens": 300, "temperature": 0},
    }
    assert asked(ANSWER, system)[0] == question
    assert asked(ANSWER, "You code.")[0] == question | {"system": [{"text": "You code."}]}


def test_the_text_is_that_of_all_its_blocks_and_every_token_is_counted_where_it_was() -> None:
    assert asked(ANSWER)[1] == ConverseReply(
        text="I10, E11.9",
        usage=Usage(input_tokens=12, output_tokens=3, cache_read_tokens=5, cache_write_tokens=7),
        latency_ms=250,
        stopped="end_turn",
    )


@pytest.mark.parametrize("answer", [{}, {"usage": {"cacheReadInputTokens": None}}])
def test_what_an_answer_does_not_say_is_nothing(answer: dict[str, Any]) -> None:
    nothing = Usage(input_tokens=0, output_tokens=0, cache_read_tokens=0, cache_write_tokens=0)
    assert asked(answer)[1] == ConverseReply(text="", usage=nothing, latency_ms=None, stopped="")


def with_endpoint(status: str | None) -> TuningRun:
    endpoint = Endpoint(
        name="e", token="t", intended_at=datetime(2026, 11, 20, tzinfo=UTC), kind="on_demand", number=1,
        arn="its-arn", status=status or "",
    )  # fmt: skip
    return TuningRun.model_construct(name="r1", endpoint=None if status is None else endpoint)


@pytest.mark.parametrize("status", ["InService", "Active"])
def test_an_endpoint_that_is_ready_answers(status: str) -> None:
    assert ready_endpoint(with_endpoint(status)) == "its-arn"


@pytest.mark.parametrize(
    ("status", "stands"), [(None, "none"), ("Creating", "Creating"), ("Failed", "Failed")]
)
def test_another_or_none_is_an_error_that_says_how_it_stands(status: str | None, stands: str) -> None:
    with pytest.raises(
        BespokeError, match=rf"run r1 has no endpoint that answers \({stands}\); deploy it first"
    ):
        ready_endpoint(with_endpoint(status))
