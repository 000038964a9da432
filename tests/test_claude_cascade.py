"""A small model first, the larger one only where two answers of the small one disagree: paid and quoted as any rung."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bespoke import clients
from bespoke.claude.evaluate_client import evaluate
from bespoke.claude.requests.capabilities import capabilities, smaller_model
from bespoke.facts.reader import Facts
from tests.claude_clients import AS_OF, GOLD, QUICK, ask, clinic
from tests.evaluation_folders import TASK, folder
from tests.test_evaluation_asked import run, tickets

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)

LARGE, SMALL = "claude-sonnet-5-5", "claude-haiku-4-5"
RUNG: dict[str, Any] = {"strategies": ["small_then_large"], "model": LARGE, "small": SMALL}


class Wavering:
    """The small model says delivery; of every second ticket it says something else the second time."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def __call__(self, body: dict[str, Any]) -> Any:
        if body["model"] == LARGE:
            return {"label": "billing"}
        text = body["messages"][-1]["content"][0]["text"]
        number = int(text.partition("Ticket ")[2].partition(":")[0])
        self.asked[text] += 1
        return {"label": "billing" if number % 2 and self.asked[text] == 2 else "delivery"}


def recorded(root: Path) -> list[Any]:
    path = root / "acme/evaluation" / TASK / "predictions/claude_small_then_large.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("batch", [False, True])
def test_the_larger_model_is_asked_where_the_small_one_contradicts_itself(
    serve: Serve, tmp_path: Path, batch: bool
) -> None:
    """Of 8 tickets the small model wavers on 4: 16 answers of it, 4 of the larger one."""
    server = serve(Wavering())
    root = tickets(tmp_path)
    said: list[str] = []
    (found,) = run(root, **RUNG, batch=batch, say=said.append).strategies
    assert Counter(body["model"] for body in server.bodies) == {SMALL: 16, LARGE: 4}
    assert (found.outcomes, found.asked_larger, found.small) == ({"answered": 8}, 4, SMALL)
    assert [row["prediction"]["label"] for row in recorded(root)] == ["delivery", "billing"] * 4
    assert any("8 answered, 4 passed on by claude-haiku-4-5" in line for line in said)
    again = run(root, **RUNG, batch=batch)
    assert len(server.bodies) == 20, "a second command pays nothing"
    assert again.quote.usd_worst == 0


def test_each_answer_is_paid_at_the_prices_of_the_model_that_gave_it(serve: Serve, tmp_path: Path) -> None:
    """Haiku 4.5 takes 1 USD in and 5 out per million tokens, Sonnet 5.5 takes 2 and 10."""
    serve(Wavering())
    root = tickets(tmp_path)
    (found,) = run(root, **RUNG).strategies
    (alone,) = run(root, strategies=["structured_output"], model=SMALL, runs=2).strategies
    (large,) = run(root, strategies=["structured_output"], model=LARGE).strategies
    assert alone.requests == 16
    assert alone.usd == found.usd - large.usd / 2, (
        "4 of the 8 answers of the larger model; the small one's are shared"
    )


def test_the_quote_allows_for_every_case_to_be_passed_on_and_expects_a_quarter(tmp_path: Path) -> None:
    """Fact cost.cascade.escalated_share: 0.25. The larger model's part is what its own rung would cost."""
    root = tickets(tmp_path)
    (both,) = run(root, **RUNG, send=False).quote.strategies
    (large,) = run(root, strategies=["structured_output"], model=LARGE, send=False).quote.strategies
    (small,) = run(root, strategies=["structured_output"], model=SMALL, runs=2, send=False).quote.strategies
    assert both.requests == 24
    assert both.usd_worst == large.usd_worst + small.usd_worst
    # Both models' tokens are estimated at the run's ratio, which the small one's own quote need not share.
    assert small.usd_likely < both.usd_likely < small.usd_likely * 2 + large.usd_likely * Decimal("0.5")


def test_a_budget_stops_it_as_any_rung_and_what_is_missing_is_asked_later(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(Wavering())
    root = tickets(tmp_path)
    first = run(root, **RUNG, budget=Decimal("0.05"))
    assert first.stopped.startswith("the budget does not cover")
    assert first.strategies[0].outcomes["not_asked"] > 0
    assert run(root, **RUNG).strategies[0].outcomes == {"answered": 8}
    assert server.account()["billed"] == 20


def test_what_the_small_model_cannot_read_goes_to_the_larger_one(serve: Serve, tmp_path: Path) -> None:
    server = serve(lambda body: {"label": "billing"} if body["model"] == LARGE else "no label at all")
    (found,) = run(tickets(tmp_path, 3), **RUNG).strategies
    assert (found.outcomes, found.asked_larger) == ({"answered": 3}, 3)
    assert server.account()["billed"] == 9


def test_without_a_smaller_model_the_rung_is_left_out_by_name(tmp_path: Path) -> None:
    said: list[str] = []
    run(tickets(tmp_path), strategies=["zero_shot", "small_then_large"], model="claude-haiku-5-5", send=False,
        say=said.append)  # fmt: skip
    assert (
        "small_then_large is left out: no smaller model than claude-haiku-5-5 is known; --small names one"
        in said
    )


def test_the_small_model_is_the_current_one_of_the_smallest_family() -> None:
    facts = Facts(as_of=AS_OF)
    assert smaller_model(LARGE, facts) == "claude-haiku-5-5"
    assert smaller_model("claude-haiku-4-5", facts) == ""  # of that family itself


def test_coded_notes_agree_by_their_sets_of_codes(serve: Serve, tmp_path: Path) -> None:
    """Two answers with the same codes in another order are the same answer."""
    turns: Counter[str] = Counter()

    def code(body: dict[str, Any]) -> Any:
        text = body["messages"][-1]["content"][0]["text"]
        turns[text] += 1
        codes = ["I10", "R05.9"] if turns[text] == 1 else ["R05.9", "I10"]
        return {**GOLD.model_dump(mode="json"), "diagnosis_icd10": codes}

    server = serve(code)
    (found,) = ask(clinic(tmp_path, 3), **RUNG).strategies
    assert (found.outcomes, found.asked_larger) == ({"answered": 3}, 0)
    assert server.account()["billed"] == 6


RUBRIC = "scorer: rubric\ncriteria: {clear: It is clear.}\n"


def rubric(tmp_path: Path, setup: str) -> Path:
    cases = [{"id": f"m{i}", "input": f"Matter {i}.", "expected": None} for i in range(4)]
    root = folder(tmp_path, setup, cases)
    engagement = root / "acme" / "engagement.yaml"
    engagement.write_text(engagement.read_text().replace("deidentified: false", "deidentified: true"))
    return root


def test_a_text_that_keeps_every_rule_needs_no_larger_model(serve: Serve, tmp_path: Path) -> None:
    """The small model's texts of matters 0 and 1 are too long: two go on, and none is asked twice."""

    def write(body: dict[str, Any]) -> Any:
        text = body["messages"][-1]["content"][0]["text"]
        short = body["model"] == LARGE or "Matter 2" in text or "Matter 3" in text
        return "Short advice." if short else "Advice that goes on and on and on."

    server = serve(write)
    (found,) = run(rubric(tmp_path, RUBRIC + "most_words: 5\n"), **RUNG).strategies
    assert found.asked_larger == 2
    assert Counter(body["model"] for body in server.bodies) == {SMALL: 4, LARGE: 2}


def test_texts_without_rules_cannot_be_trusted_unread(tmp_path: Path) -> None:
    said: list[str] = []
    run(rubric(tmp_path, RUBRIC), strategies=["zero_shot", "small_then_large"], model=LARGE, small=SMALL, send=False,
        say=said.append)  # fmt: skip
    assert any(
        line.startswith("small_then_large is left out: nothing tells which of a smaller") for line in said
    )


def test_abstaining_twice_is_agreement_on_not_knowing(serve: Serve, tmp_path: Path) -> None:
    serve(lambda body: {"label": "billing" if body["model"] == LARGE else "unsure"})
    root = tickets(tmp_path, 2)
    setup = root / "acme/evaluation" / TASK / "task.yaml"
    setup.write_text(setup.read_text() + "abstain: unsure\n")
    (found,) = run(root, **RUNG).strategies
    assert found.asked_larger == 2


def test_bedrock_asks_for_the_id_of_the_small_model_too(tmp_path: Path) -> None:
    said: list[str] = []
    evaluate(
        clients.load(tickets(tmp_path), "acme"), Facts(as_of=AS_OF), task=TASK, backend="bedrock", budget=Decimal(1),
        batch=False, send=False, say=said.append, patience=QUICK, model_id="some-id",
        **{**RUNG, "strategies": ["zero_shot", "small_then_large"]},
    )  # fmt: skip
    assert any("needs the smaller model's id as well (--small-id)" in line for line in said)


# --- the critic's cache mark ---------------------------------------------------------------------------------


def marks(body: dict[str, Any]) -> int:
    return json.dumps(body).count("cache_control")


def test_a_critic_who_follows_at_once_reads_the_text_from_the_cache(serve: Serve, tmp_path: Path) -> None:
    """Both requests end the text at a second mark; the note is long enough to be cached."""
    server = serve(lambda body: {"label": "billing"})
    root = tickets(tmp_path, 3)
    (found,) = run(root, strategies=["generator_critic"], model="claude-haiku-5-5").strategies
    assert [marks(body) for body in server.bodies] == [2] * 6
    texts = [body["messages"][2 * 2]["content"][-1] for body in server.bodies]  # after two examples
    assert all("cache_control" in text for text in texts)
    assert found.outcomes == {"answered": 3}


def test_a_second_mark_makes_no_second_request_of_an_answer_that_is_there(
    serve: Serve, tmp_path: Path
) -> None:
    """The generator's request was paid by its own rung; the critic after it then marks once: nothing was written."""
    server = serve(lambda body: {"label": "billing"})
    root = tickets(tmp_path, 2)
    run(root, strategies=["structured_output"], model="claude-haiku-5-5")
    run(root, strategies=["generator_critic"], model="claude-haiku-5-5")
    assert [marks(body) for body in server.bodies] == [1] * 4
    assert server.account()["billed"] == 4


# --- what a model can be held to -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "backend", "can"),
    [
        ("claude-haiku-4-5", "", True),
        ("claude-3-haiku", "", False),
        ("claude-opus-4-8", "anthropic", True),
        ("claude-opus-4-8", "bedrock", False),  # the place decides where it says something of its own
        ("claude-haiku-4-5", "bedrock", True),
        ("claude-haiku-5-5", "anthropic", True),
        ("claude-fable-5-1", "anthropic", True),
        ("claude-opus-4-1", "", None),  # nobody has said: unknown, and asked
    ],
)
def test_whether_a_model_can_be_held_to_a_schema_is_a_dated_fact(
    model: str, backend: str, can: bool | None
) -> None:
    from datetime import date

    assert capabilities(model, Facts(as_of=date(2026, 11, 28)), backend).structured is can


def test_a_rung_with_a_schema_is_left_out_where_the_place_does_not_take_one(tmp_path: Path) -> None:
    said: list[str] = []
    evaluate(
        clients.load(tickets(tmp_path), "acme"), Facts(as_of=AS_OF), task=TASK, backend="bedrock", budget=Decimal(1),
        batch=False, send=False, say=said.append, patience=QUICK, model="claude-opus-4-8", model_id="some-id",
        strategies=["zero_shot", "structured_output"],
    )  # fmt: skip
    assert "structured_output is left out: claude-opus-4-8 cannot be held to a schema" in said


def test_a_measured_cascade_is_known_to_the_advice_by_its_small_model(serve: Serve, tmp_path: Path) -> None:
    """The route is `cascade`; what was measured names the model that is asked first."""
    from bespoke.chapters.evaluation import compute

    serve(lambda body: {"label": "billing" if "0:" in str(body) or body["model"] == LARGE else "delivery"})
    root = tickets(tmp_path)
    run(root, **RUNG)
    found = compute(clients.load(root, "acme"), Facts(as_of=AS_OF), flips=100)
    assert found is not None
    (system,) = found.measured()[TASK].systems
    assert (system.strategy, system.model, system.first_model) == ("cascade", LARGE, SMALL)
    assert system.usd_per_case is not None
