"""Message Batches: half the price, found again, never created twice, never lost."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bespoke.claude.requests.calls import ModelRequest
from bespoke.claude.sending.batches import Batcher
from tests.claude_clients import ask, clinic, training
from tests.claude_clients import note as made
from tests.test_claude_runs import predictions

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)


def test_a_batch_answers_at_half_the_price(serve: Serve, tmp_path: Path) -> None:
    server = serve(batch_polls=3)
    (found,) = ask(clinic(tmp_path, 20), batch=True).strategies
    billed = server.billed_tokens
    price = (billed["batch.input_tokens"] + 5 * billed["batch.output_tokens"]) / Decimal(2_000_000)
    assert (found.outcomes, found.usd, found.batch) == ({"answered": 20}, price, True)
    assert server.account()["batches"] == 1
    assert all(row.latency_ms is None for row in predictions(tmp_path).values())


def test_passes_follow_each_other_in_batches(serve: Serve, tmp_path: Path) -> None:
    server = serve()
    (found,) = ask(
        clinic(tmp_path, 5, train=training()), strategies=["generator_critic"], batch=True
    ).strategies
    assert (found.outcomes, found.requests) == ({"answered": 5}, 10)
    assert server.account()["batches"] == 2


def test_a_batch_whose_creation_was_not_confirmed_is_found_by_listing(serve: Serve, tmp_path: Path) -> None:
    server = serve(batch_create_lost=1, batch_polls=2)
    (found,) = ask(clinic(tmp_path, 8), batch=True).strategies
    assert found.outcomes == {"answered": 8}
    assert (server.account()["batches"], server.account()["paid_twice"]) == (1, 0)


def test_another_ones_batch_of_the_same_size_is_not_taken(serve: Serve, tmp_path: Path) -> None:
    """Two clients on one account hand over eight notes each; both creations go unconfirmed."""
    server = serve(batch_create_lost=2)
    other = clinic(tmp_path / "other", tuple(made(i, f"Other case {i}: cough.") for i in range(8)))
    ask(other, batch=True)
    (found,) = ask(clinic(tmp_path / "mine", 8), batch=True).strategies
    assert found.outcomes == {"answered": 8}
    assert (server.account()["batches"], server.account()["paid_twice"]) == (2, 0)


def test_errored_and_expired_requests_go_into_the_next_batch(serve: Serve, tmp_path: Path) -> None:
    server = serve(batch_errors=0.1, batch_expired=0.1, seed=5)
    (found,) = ask(clinic(tmp_path, 30), batch=True).strategies
    assert found.outcomes == {"answered": 30}
    assert server.account()["batches"] > 1
    assert server.account()["paid_twice"] == 0


def test_results_that_break_off_are_read_again(serve: Serve, tmp_path: Path) -> None:
    server = serve(results_cut=2)
    (found,) = ask(clinic(tmp_path, 10), batch=True).strategies
    assert (found.outcomes, found.usd_lost) == ({"answered": 10}, 0)
    assert server.account()["paid_twice"] == 0


@pytest.mark.parametrize("cents", [2, 9])
def test_batches_stay_within_the_budget(serve: Serve, tmp_path: Path, cents: int) -> None:
    serve()
    summary = ask(clinic(tmp_path, 40), batch=True, budget=Decimal(cents) / 100)
    assert summary.held_usd <= Decimal(cents) / 100
    outcomes = summary.strategies[0].outcomes
    assert outcomes["answered"] + outcomes.get("not_asked", 0) == 40
    assert (outcomes["answered"] == 40) == (cents == 9), (
        "a batch settles below its reservation: the next fits"
    )


def test_a_killed_run_finds_its_batch_again_by_id(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(batch_polls=2)
    client = clinic(tmp_path, 6)

    class Killed(BaseException):
        pass

    async def die(*_: object) -> bool:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Batcher, "_look_after", die)
        with pytest.raises(Killed):
            ask(client, batch=True)
    assert server.account()["batches"] == 1
    (found,) = ask(client).strategies  # even a run without batches takes it in first
    assert found.outcomes == {"answered": 6}
    assert (server.account()["batches"], server.account()["billed"]) == (1, 6)


def test_a_run_killed_while_handing_over_leaves_nothing_unsaid(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the claim and the id. The batch was created in one case, not in the other."""
    for created in (True, False):
        server = serve()
        client = clinic(tmp_path / str(created), 6)

        class Killed(BaseException):
            pass

        async def die(self: Batcher, calls: list[tuple[ModelRequest, int]], made: bool = created) -> int:
            journal = self.sender.journal
            _, taken, _ = journal.claim_batch(calls, self.sender.budget)
            if made:
                await self.sender.backend.create_batch([(call.key, call.body) for call in taken])
            journal._db.execute("UPDATE owners SET pid = 2147483646")
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(Batcher, "_hand_over", die)
            with pytest.raises(Killed):
                ask(client, batch=True)
        (found,) = ask(client, batch=True).strategies
        assert found.outcomes == {"answered": 6}
        assert (server.account()["batches"], server.account()["paid_twice"]) == (1, 0)


def test_an_invalid_request_of_a_batch_is_not_tried_for_ever(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    client = clinic(tmp_path, 4)
    original = server._batch_result

    def sometimes(body: dict[str, object]) -> dict[str, object]:
        if "Case 2" in str(body):
            error = {"type": "invalid_request_error", "message": "prompt is too long"}
            return {"type": "errored", "error": {"type": "error", "error": error, "request_id": None}}
        return original(body)

    monkeypatch.setattr(server, "_batch_result", sometimes)
    (found,) = ask(client, batch=True).strategies
    assert found.outcomes == {"answered": 3, "rejected": 1}
    assert server.account()["batches"] == 1
