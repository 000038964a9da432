"""Bedrock Converse: the same requests in another wire format, with a stand-in for boto3's client."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from bespoke.claude.requests.prompt import Shared, request_body
from bespoke.claude.requests.strategies import STRATEGIES
from bespoke.claude.sending.bedrock_converse import BedrockConverse, converse_request
from bespoke.errors import BespokeError
from tests.claude_clients import MODEL, QUICK, ask, clinic, training
from tests.claude_server import GOOD

ARN = "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/abc123"


class BotoError(Exception):
    """Shaped like botocore's ClientError."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.response = {
            "Error": {"Code": code, "Message": f"{code} said"},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }


class ReadTimeoutError(Exception):
    """Named like botocore's."""


class Converse:
    """A bedrock-runtime client that raises the planned errors first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors, self.requests, self.lock = list(errors), [], threading.Lock()
        self.requests: list[dict[str, Any]]

    def converse(self, **request: Any) -> dict[str, Any]:
        with self.lock:
            self.requests.append(request)
            if self.errors:
                raise self.errors.pop(0)
        return {
            "output": {
                "message": {
                    "role": "assistant",
                    "content": [{"reasoningContent": {}}, {"text": json.dumps(GOOD)}],
                }
            },
            "stopReason": "end_turn",
            "usage": {"inputTokens": 100, "outputTokens": 10, "totalTokens": 110, "cacheReadInputTokens": 40},
        }


def run(folder: Path, boto: Converse, notes: int = 5, **more: Any) -> Any:
    return ask(
        clinic(folder, notes, train=training()), backend=BedrockConverse(QUICK, boto), model_id=ARN, **more
    )


def test_a_custom_models_arn_answers(tmp_path: Path) -> None:
    boto = Converse()
    (found,) = run(tmp_path, boto).strategies
    assert found.outcomes == {"answered": 5}
    assert {request["modelId"] for request in boto.requests} == {ARN}
    # 100 in x 1 + 10 out x 5 + 40 read x .1 = 154 USD per million requests, five of them
    assert float(found.usd) == pytest.approx(5 * 154e-6)


def test_errors_of_bedrock_are_told_apart(tmp_path: Path) -> None:
    boto = Converse(
        BotoError("ThrottlingException", 429),
        BotoError("ServiceUnavailableException", 503),
        BotoError("ValidationException"),
        ReadTimeoutError(),
    )
    (found,) = run(tmp_path, boto, notes=8).strategies
    assert found.outcomes == {"answer_lost": 1, "answered": 6, "rejected": 1}


def test_missing_permission_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(BespokeError, match="AccessDeniedException"):
        run(tmp_path, Converse(BotoError("AccessDeniedException", 403)))


def test_schema_and_thinking_travel_and_cache_points_only_for_claude() -> None:
    shared = Shared("us.anthropic.claude-haiku-4-5-v1:0", training(2))
    request = converse_request(request_body(STRATEGIES["thinking"], "generate", shared, "A note."))
    assert request["additionalModelRequestFields"] == {"thinking": {"type": "adaptive"}}
    schema = request["outputConfig"]["textFormat"]["structure"]["jsonSchema"]["schema"]
    assert json.loads(schema)["additionalProperties"] is False
    assert json.dumps(request).count("cachePoint") == 1
    custom = converse_request(request_body(STRATEGIES["thinking"], "generate", Shared(ARN), "A note."))
    assert "cachePoint" not in json.dumps(custom)
    assert "additionalProperties" in json.dumps(custom["system"])  # a custom model's schema travels as text


def test_without_boto3_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(BespokeError, match=r"bespoke-workbook\[bedrock\]"):
        ask(clinic(tmp_path), backend="bedrock", model_id=ARN)


def test_a_model_id_is_needed(tmp_path: Path) -> None:
    with pytest.raises(BespokeError, match="needs model_id"):
        ask(clinic(tmp_path), backend="bedrock", model=MODEL)


def test_botocore_takes_the_requests() -> None:
    """Against the service's own model, where boto3 is installed."""
    botocore_session = pytest.importorskip("botocore.session")
    validate = pytest.importorskip("botocore.validate")
    model = botocore_session.get_session().get_service_model("bedrock-runtime").operation_model("Converse")
    shared = Shared("us.anthropic.claude-haiku-4-5-v1:0", training(2))
    for strategy in STRATEGIES.values():
        request = converse_request(
            request_body(strategy, strategy.passes[-1], shared, "A note.", (), "draft")
        )
        report = validate.ParamValidator().validate(request, model.input_shape)
        assert not report.has_errors(), report.generate_report()
