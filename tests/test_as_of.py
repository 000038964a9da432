"""The same client folder as of three days: the advice moves exactly where the market moved."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bespoke import clients
from bespoke.chapters.recommendation import Recommendation
from tests.conftest import all_results

DAYS = (date(2026, 2, 1), date(2026, 6, 1), date(2026, 11, 20))


@pytest.fixture(scope="module")
def advice(root: Path) -> dict[date, Recommendation]:
    client = clients.load(root / "client_data", "meridian_health")
    found = {}
    for day in DAYS:
        result = all_results(client, day)["08_recommendation"]
        assert isinstance(result, Recommendation)
        found[day] = result
    return found


def test_claude_3_haiku_is_open_then_closed_to_new_jobs_then_gone(advice: dict[date, Recommendation]) -> None:
    february, june, november = (advice[day].task("note_structuring").advice for day in DAYS)
    assert "bedrock_haiku3_sft" not in {c.route for c in february.closed}
    assert february.next == "bedrock_haiku3_sft"
    assert "no new fine-tuning job" in june.closed_because("bedrock_haiku3_sft")[0]
    assert "end of life on 10 Sept 2026" in november.closed_because("bedrock_haiku3_sft")[0]
    assert june.next == november.next == "bedrock_llama_sft"


def test_what_the_market_did_not_touch_stays(advice: dict[date, Recommendation]) -> None:
    for task_id in ("prior_auth_routing", "policy_qa", "discharge_instructions"):
        answers = {(a.task(task_id).advice.now, a.task(task_id).advice.stage) for a in advice.values()}
        assert len(answers) == 1, task_id


def test_every_task_has_a_flip_point_row_per_input(advice: dict[date, Recommendation]) -> None:
    inputs = {"quality today", "test cases", "labelled examples", "latency requirement", "requests a day",
              "tokens a request", "token price"}  # fmt: skip
    for task in advice[DAYS[-1]].tasks:
        assert {flip.input for flip in task.flips} == inputs
        assert len(task.flips) == len(inputs)


def test_an_override_moves_the_advice_and_is_kept_in_the_trace(root: Path) -> None:
    client = clients.load(root / "client_data", "meridian_health")
    strict = client.engagement.model_copy(update={"thresholds": {"min_test_cases": 200}})
    from dataclasses import replace

    result = all_results(replace(client, engagement=strict), DAYS[-1])["08_recommendation"]
    assert isinstance(result, Recommendation)
    task = result.task("note_structuring")  # 112 test cases: enough for 50, not for 200
    assert task.advice.stage == "measure"
    assert any("at least 200 test cases" in o.needs for c in task.advice.closed for o in c.unmet)
