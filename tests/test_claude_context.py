"""What does not fit a model's context is named before the quote, never sent, and counts as wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bespoke.claude.requests.capabilities import capabilities
from bespoke.claude.requests.context_limit import within_context
from bespoke.claude.requests.request_plan import make_plan
from bespoke.claude.requests.strategies import chosen
from bespoke.errors import BespokeError
from bespoke.evaluation.answers import recorded_systems
from bespoke.evaluation.cases import Case, EvaluationTask, Recorded, Setup
from bespoke.facts.reader import Facts
from tests.claude_clients import AS_OF, MODEL, ask, clinic, note
from tests.test_claude_runs import predictions

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)

# Haiku 4.5 takes 200,000 tokens; at four bytes a token, 900,000 letters are 225,000.
LONG = note(1, "x" * 900_000)


@pytest.mark.parametrize(("day", "context"), [(date(2026, 3, 1), 200_000), (date(2026, 11, 20), 1_000_000)])
def test_a_context_is_a_dated_fact(day: date, context: int) -> None:
    assert capabilities("claude-sonnet-4-6", Facts(as_of=day)).context == context


def test_a_case_that_does_not_fit_is_named_and_never_sent(serve: Serve, tmp_path: Path) -> None:
    server, said = serve(), list[str]()
    summary = ask(clinic(tmp_path, (note(0), LONG, note(2))), said=said)
    named = next(line for line in said if "do not fit" in line)
    assert named.startswith("zero_shot: 1 of 3 cases do not fit and count as wrong; n0001: about 2")
    assert said.index(named) < next(i for i, line in enumerate(said) if line.startswith("total:"))
    assert (summary.quote.strategies[0].requests, server.account()["billed"]) == (2, 2)
    assert summary.strategies[0].outcomes == {"answered": 2, "too_long": 1}
    assert predictions(tmp_path)["n0001"].outcome == "too_long"


def test_a_model_that_takes_more_is_asked_about_it(serve: Serve, tmp_path: Path) -> None:
    """The same note fits the million tokens of Haiku 5.5, whose tokeniser makes more tokens of it."""
    serve()
    said: list[str] = []
    (found,) = ask(
        clinic(tmp_path, (LONG,)), model="claude-haiku-5-5", said=said, send=False
    ).quote.strategies
    assert found.requests == 1
    assert not [line for line in said if "fit" in line]


def test_where_no_case_fits_nothing_is_asked(serve: Serve, tmp_path: Path) -> None:
    server, said = serve(), list[str]()
    with pytest.raises(BespokeError, match="no case fits the context of claude-haiku-4-5"):
        ask(clinic(tmp_path, (LONG,)), said=said)
    assert any(line.startswith("zero_shot is left out: no case fits; about 2") for line in said)
    assert server.account()["billed"] == 0


def test_a_draft_that_a_critic_reads_needs_its_place_too(tmp_path: Path) -> None:
    """A prompt that just fits the generator is too long for the critic, who gets the draft on top."""
    client, facts = clinic(tmp_path, 1), Facts(as_of=AS_OF)
    plan = make_plan(client, facts, chosen(["zero_shot", "generator_critic"]), "anthropic", MODEL, print)
    able = replace(capabilities(MODEL, facts), context=10**9)
    alone = chosen(["generator_critic"])[0]
    kept = [
        context
        for context in range(0, 20_000, 100)
        if alone
        in within_context(plan, replace(able, context=context), None, 4.0, lambda line: None).strategies
    ]
    generator = [
        context
        for context in range(0, 20_000, 100)
        if within_context(plan, replace(able, context=context), None, 4.0, lambda line: None).strategies
    ]
    assert min(kept) >= min(generator) + plan.shared.answer_tokens - 100


def test_what_did_not_fit_counts_as_wrong_and_not_as_lost() -> None:
    task = EvaluationTask(
        "t", Path(), Setup(scorer="label"), (Case(id="a", input="x", expected="y"),),
        recorded={"s": (Recorded(id="a", outcome="too_long"),)},
    )  # fmt: skip
    (system,) = recorded_systems(task, lambda value: value)
    assert (system.runs[0][0].status, system.runs[0][0].measured) == ("too_long", True)
