"""What a model is asked to do about thinking, which rungs it cannot do, and which model is the smaller one."""

from __future__ import annotations

from datetime import date

import pytest

from bespoke.claude.requests.capabilities import Capabilities, Thinking, capabilities, smaller_model
from bespoke.claude.requests.strategies import STRATEGIES
from bespoke.facts.reader import Facts

FACTS = Facts(as_of=date(2026, 11, 28))
OFF = {"type": "disabled"}


def able(
    thinking: Thinking = "optional",
    *,
    off: str = "disabled",
    adaptive: bool = True,
    structured: bool | None = None,
) -> Capabilities:
    return Capabilities(
        "some-model", thinking, off, adaptive, geography=None, structured=structured, most_output=64_000
    )


@pytest.mark.parametrize(
    ("thinking", "sent", "effort"),
    [
        ("absent", None, ""),
        ("optional", None, ""),
        ("default", OFF, ""),  # it thinks unless that is switched off
        ("always", None, "low"),  # it cannot be switched off, only held back
        ("unknown", None, ""),
    ],
)
def test_a_rung_without_thinking_sends_what_keeps_the_model_from_it(
    thinking: Thinking, sent: object, effort: str
) -> None:
    assert (able(thinking).without_thinking, able(thinking).least_effort) == (sent, effort)


def test_thinking_is_switched_off_in_the_way_that_the_model_takes() -> None:
    assert able("default", off="between_tools").without_thinking == {"type": "between_tools"}
    assert able("default", off="low effort").without_thinking is None


@pytest.mark.parametrize(
    ("model", "left_out"),
    [
        (able(), {}),
        (able("always"), {}),
        (able("absent"), {"thinking": "some-model has no adaptive thinking"}),
        (able(adaptive=False), {"thinking": "some-model has no adaptive thinking"}),
        (able(structured=True), {}),
        (able(structured=False), {"structured_output": "some-model cannot be held to a schema"}),
    ],
)
def test_a_rung_that_the_model_cannot_do_is_left_out_with_the_reason(
    model: Capabilities, left_out: dict[str, str]
) -> None:
    rungs = [STRATEGIES[name] for name in ("zero_shot", "structured_output", "thinking")]
    if model.structured is False:  # the rung that thinks carries a schema too
        rungs.pop()
    assert model.left_out(rungs) == left_out


def test_a_model_of_which_the_tables_say_nothing_is_asked_as_before() -> None:
    found = capabilities("gpt-4o", FACTS)
    assert found == Capabilities(
        "gpt-4o", "unknown", "", True, geography=None, structured=None, most_output=64_000
    )


@pytest.mark.parametrize(
    ("model", "small"),
    [
        ("claude-opus-4-8", "claude-haiku-5-5"),
        ("claude-haiku-4-5", ""),  # of the smallest family itself
        ("claude-haiku-5-5", ""),
    ],
)
def test_the_smaller_model_is_the_current_one_of_the_smallest_family_where_it_is_cheaper(
    model: str, small: str
) -> None:
    assert smaller_model(model, FACTS) == small


def test_before_the_tables_name_one_there_is_no_smaller_model() -> None:
    assert smaller_model("claude-opus-4-8", Facts(as_of=date(2025, 10, 14))) == ""
