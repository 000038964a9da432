"""The feasibility pack: written only where the contract programme is the first or next step."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bespoke import clients
from bespoke.chapters.recommendation import Recommendation
from tests.conftest import all_results


@pytest.fixture(scope="module")
def harbour(root: Path) -> Recommendation:
    result = all_results(clients.load(root / "client_data", "harbour_legal"), date(2026, 11, 20))[
        "08_recommendation"
    ]
    assert isinstance(result, Recommendation)
    return result


def test_a_pack_per_task_that_would_go_to_the_account_team(harbour: Recommendation) -> None:
    asked = [t.task_id for t in harbour.tasks if "contract_custom_model" in (t.advice.now, t.advice.next)]
    assert asked
    assert [pack.task_id for pack in harbour.packs] == asked


def test_the_pack_repeats_the_clients_own_numbers(harbour: Recommendation, root: Path) -> None:
    client = clients.load(root / "client_data", "harbour_legal")
    pack = next(p for p in harbour.packs if p.task_id == "risk_memo")
    task = client.task("risk_memo")
    assert pack.labelled_examples == task.labelled_examples
    assert [v.requests_per_day for v in pack.volumes] == [task.requests_per_day * m for m in (1, 2, 5)]
    assert pack.failures == sum(f.task_id == "risk_memo" for f in client.failures or ())
    assert sum(pack.families.values()) == pack.failures
    assert "0.62" in pack.goal
    assert "0.88" in pack.goal
    assert any("eu, uk" in note for note in pack.safety)
