"""The feasibility pack: written only where the contract programme is a step of the plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bespoke import clients
from bespoke.chapters.recommendation import CONTRACT, Recommendation
from bespoke.clients.schema import Access, Client
from tests.conftest import all_results


@pytest.fixture(scope="module")
def atlas(root: Path) -> Client:
    """Atlas with an enterprise agreement, no latency requirement, nothing else at hand and a target within reach of
    a model of its own: 50 million a day."""
    client = clients.load(root / "client_data", "atlas_payments")
    access = Access(anthropic_api=True, anthropic_enterprise=True, aws_bedrock=False, gpu_hosting=False,
                    google_vertex=False, microsoft_foundry=False, openai_fine_tuning=False,
                    distillation_authorised=False)  # fmt: skip
    task = client.tasks[0].model_copy(
        update={
            "p95_latency_ms": None,
            "kind": "drafting",
            "value_of_right": 0.01,
            "target_quality": 0.9,
            "prompt_engineering_done": True,
        }
    )
    engagement = client.engagement.model_copy(update={"access": access})
    return replace(client, engagement=engagement, tasks=(task,), dataset=(), failures=client.failures)


@pytest.fixture(scope="module")
def advice(atlas: Client) -> Recommendation:
    result = all_results(atlas, date(2026, 11, 20))["08_recommendation"]
    assert isinstance(result, Recommendation)
    return result


def test_a_pack_per_task_whose_plan_asks_the_account_team(advice: Recommendation) -> None:
    asked = [t.task_id for t in advice.tasks if any(step.route == CONTRACT for step in t.plan.steps)]
    assert asked == ["txn_classification"]
    assert [pack.task_id for pack in advice.packs] == asked


def test_the_pack_repeats_the_clients_own_numbers(advice: Recommendation, atlas: Client) -> None:
    (pack,) = advice.packs
    task = atlas.tasks[0]
    assert pack.labelled_examples == task.labelled_examples
    assert [v.requests_per_day for v in pack.volumes] == [task.requests_per_day * m for m in (1, 2, 5)]
    assert pack.failures == sum(f.task_id == task.task_id for f in atlas.failures or ())
    assert sum(pack.families.values()) == pack.failures
    assert "0.79" in pack.goal
    assert "0.90" in pack.goal
    assert any("us, eu" in note for note in pack.safety)


def test_no_pack_for_a_firm_with_45_memos_a_day(root: Path) -> None:
    client = clients.load(root / "client_data", "harbour_legal")
    result = all_results(client, date(2026, 11, 20))["08_recommendation"]
    assert isinstance(result, Recommendation)
    assert result.packs == ()
    closed = {c.route: c for c in result.task("risk_memo").plan.closed}
    assert "volume" in [outcome.gate for outcome in closed[CONTRACT].outcomes]
