"""Which notes a tuned model is asked about, what that may cost, and what is remembered and handed over of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.chapters.dataset_readiness.dataset_rules import rules_as_of
from bespoke.chapters.dataset_readiness.tokens import estimator
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.tuning.jobs import evaluate_tuned
from bespoke.tuning.jobs.evaluate_tuned import AskedModel, used
from bespoke.tuning.jobs.outside import Outside
from bespoke.tuning.jobs.state import Endpoint, TuningRun

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
OUTSIDE = Outside(now=lambda: NOW)


class Kept:
    """A store that remembers what it was given."""

    def __init__(self) -> None:
        self.runs: list[TuningRun] = []

    def keep(self, run: TuningRun) -> TuningRun:
        self.runs.append(run)
        return run


def run(used_at: datetime | None, *, endpoint: bool = True) -> TuningRun:
    served = Endpoint(name="e", token="t", intended_at=NOW, kind="on_demand", number=1, used_at=used_at)
    return TuningRun.model_construct(name="r", endpoint=served if endpoint else None)


@pytest.mark.parametrize("before", [None, NOW - timedelta(days=1), NOW + timedelta(days=1)])
def test_the_first_request_of_a_day_is_written_down(before: datetime | None) -> None:
    store: Any = Kept()
    found = used(store, run(before), OUTSIDE)
    assert store.runs == [found]
    assert found.endpoint is not None
    assert found.endpoint.used_at == NOW


@pytest.mark.parametrize(
    "given", [run(NOW.replace(hour=0)), run(NOW.replace(hour=23)), run(None, endpoint=False)]
)
def test_a_later_one_and_one_of_no_endpoint_change_nothing(given: TuningRun) -> None:
    store: Any = Kept()
    assert used(store, given, OUTSIDE) is given
    assert store.runs == []


# --- what asking may cost, and what is handed over -----------------------------------------------------------------


def spending(
    monkeypatch: pytest.MonkeyPatch, budget: str, *, rows: int = 2, tuned: Decimal | None = None
) -> tuple[list[str], list[Any]]:
    """Two systems are asked for two notes of ten characters; the base costs a dollar a note, the tuned one `tuned`."""
    said: list[str] = []
    priced: list[Any] = []

    def cost(model: str, tokens: Any, day: Any, negotiated: Any) -> Decimal:
        priced.append((model, tokens.uncached_input, tokens.output))
        return Decimal(1)

    monkeypatch.setattr(evaluate_tuned, "request_cost", cost)
    high = None if tuned is None else SimpleNamespace(high=tuned)
    monkeypatch.setattr(evaluate_tuned.job_quote, "request_range", lambda *_: high)
    evaluation = SimpleNamespace(budget_usd=Decimal(budget))
    client: Any = SimpleNamespace(name="acme", engagement=SimpleNamespace(evaluation=evaluation), prices=None)
    frame: Any = SimpleNamespace(system="ü", prompt=lambda text: f"<{text}>")
    profile: Any = SimpleNamespace(price_model="nova")
    asked = [AskedModel("r_tuned", "arn", True), AskedModel("r_base", "nova", False)]
    notes: Any = [SimpleNamespace(id=str(n), text="x" * 10) for n in range(rows)]
    evaluate_tuned._affordable(
        client,
        profile,
        Facts(date(2026, 11, 27)),
        frame,
        asked,
        {one.name: notes for one in asked},
        500,
        said.append,
    )
    return said, priced


def test_the_answers_still_to_come_are_priced_at_the_most_tokens_their_text_can_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two bytes of system prompt and twelve of prompt, at the fewest bytes a token."""
    said, priced = spending(monkeypatch, "6", tuned=Decimal(2))
    fewest = estimator(rules_as_of(date(2026, 11, 27))).low
    assert priced == [("nova", round(14 / fewest), 500)] * 2
    assert said == ["the answers can cost up to 6.00 USD of the budget of 6.00 USD"]


def test_beyond_the_budget_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BespokeError) as raised:
        spending(monkeypatch, "5.99", tuned=Decimal(2))
    (problem,) = raised.value.problems
    assert (problem.path, problem.column) == ("acme/engagement.yaml", "evaluation.budget_usd")
    assert problem.message == "the answers can cost up to 6.00 USD, the budget is 5.99 USD"


def test_an_endpoint_that_is_paid_by_the_hour_costs_nothing_a_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert spending(monkeypatch, "2")[0] == ["the answers can cost up to 2.00 USD of the budget of 2.00 USD"]
    assert spending(monkeypatch, "0", rows=0) == ([], [])


def noted(*texts: str) -> Any:
    return tuple(SimpleNamespace(id=f"n{n}", text=text) for n, text in enumerate(texts))


def test_only_notes_that_somebody_has_answered_for_are_sent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    blocked: dict[str, Any] = {"n1": ["telephone"]}
    told: list[Any] = []
    monkeypatch.setattr(
        evaluate_tuned, "held_here", lambda _, texts: {k: v for k, v in blocked.items() if k in texts}
    )
    monkeypatch.setattr(evaluate_tuned, "say_blocked", lambda held, of, say: told.append((list(held), of)))

    def client(notes: Any, *, deidentified: bool = True) -> Any:
        engagement = SimpleNamespace(evaluation=SimpleNamespace(deidentified=deidentified))
        return SimpleNamespace(name="acme", folder=tmp_path, notes=notes, engagement=engagement)

    found = evaluate_tuned._notes(client(noted("a", "b", "c")), print)
    assert [note.id for note in found] == ["n0", "n2"]
    assert told == [(["n1"], 3)]
    with pytest.raises(BespokeError, match=r"acme/evaluation/notes\.jsonl: is needed: the held-out notes"):
        evaluate_tuned._notes(client(()), print)
    with pytest.raises(BespokeError, match=r"acme/engagement\.yaml: evaluation\.deidentified: says false"):
        evaluate_tuned._notes(client(noted("a"), deidentified=False), print)
    blocked["n0"] = ["name"]
    with pytest.raises(BespokeError, match="no note is free to be sent"):
        evaluate_tuned._notes(client(noted("a", "b")), print)


@pytest.mark.parametrize("tuned", [True, False])
def test_answers_are_handed_over_without_their_text_and_with_what_the_model_was_trained_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tuned: bool
) -> None:
    rows = {f"n{n}": {"id": f"n{n}", "text": "digest", "prediction": "é"} for n in range(2)}
    seen: list[Path] = []
    monkeypatch.setattr(evaluate_tuned, "answers", lambda path: (seen.append(path), rows)[1])
    made: Any = SimpleNamespace(
        name="run", digest="0123456789", attempt=3, base_model="nova", uploads=(SimpleNamespace(rows=40),)
    )
    client: Any = SimpleNamespace(folder=tmp_path)
    path = tmp_path / "predictions" / "x.jsonl"
    evaluate_tuned._hand_over(client, made, AskedModel("run_x", "arn", tuned), noted("a", "b"), path)
    assert seen == [tmp_path / "tuning" / "run-01234567" / "run_x-3.jsonl"]
    trained = {"trained_on": {"model": "nova", "examples": 40}} if tuned else {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert lines == [{"id": f"n{n}", "prediction": "é", **trained} for n in range(2)]
    assert "é" in path.read_text(encoding="utf-8")
