"""Dialogues in the spellings met in the wild: what is recognised, what is read, and how it is written back."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke.tuning.formats.conversations import Conversations
from bespoke.tuning.formats.example import ASSISTANT, HUMAN, TOOL, Example, Turn

FORM = Conversations()
Q, A = {"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}


def read(record: dict[str, Any]) -> tuple[str | None, list[tuple[str, str]]]:
    found = FORM.read(record)
    assert found.faults == ()
    return found.example.system, [(turn.role, turn.text) for turn in found.example.turns]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ({"conversations": [Q, A]}, "a list under 'conversations' whose turns say 'from' and 'value'"),
        ({"messages": [{"role": "user", "content": "q"}]},
        "a list under 'messages' whose turns say 'role' and 'content'"),
        ({"chat": [{"speaker": "usr", "text": "q"}]}, "a list under 'chat' whose turns say 'speaker' and 'text'"),
        ({"turns": [{"role": "user"}]}, "a list under 'turns' whose turns say 'role' and 'content'"),
        ({"turns": [{"from": "user"}]}, "a list under 'turns' whose turns say 'from' and 'value'"),
        ({"dialog": [{"human": "q", "assistant": "a"}]}, "a list of exchanges under 'dialog'"),
        ({"data": ["q", "a"]}, "a list of texts under 'data'"),
        ({"data": ["q", "a", "q"]}, ""), ({"data": ["q"]}, ""), ({"data": []}, ""), ({"data": ["q", 7]}, ""),
        ({"conversations": []}, "a list under 'conversations'"),
        ({"conversations": [7]}, "a list under 'conversations'"),
        ({"dialog": [{"human": "q"}]}, ""), ({}, ""),
    ],
)  # fmt: skip
def test_a_dialogue_is_recognised_by_its_list_and_its_turns(record: dict[str, Any], why: str) -> None:
    assert FORM.recognises(record) == why


@pytest.mark.parametrize(
    ("record", "system"),
    [
        ({"conversations": [Q, A]}, None),
        ({"conversations": [{"from": "system", "value": "s"}, Q, A]}, "s"),
        ({"system": "s", "conversations": [Q, A]}, "s"),
        ({"messages": [{"role": "User", "content": "q"}, {"role": "Chatbot", "content": "a"}]}, None),
        ({"data": ["q", "a"]}, None),
        ({"dialog": [{"input": "q", "output": "a"}]}, None),
        ({"items": [{"system": "s", "prompt": "q", "response": "a"}]}, "s"),
    ],
)
def test_every_spelling_is_the_same_dialogue(record: dict[str, Any], system: str | None) -> None:
    assert read(record) == (system, [(HUMAN, "q"), (ASSISTANT, "a")])


def test_a_call_is_a_turn_of_the_assistant_and_its_answer_one_of_the_tool() -> None:
    call = {"from": "function_call", "value": '{"name": "f", "arguments": {"x": 1}}'}
    record = {"conversations": [Q, call, {"from": "observation", "value": "done"}, A]}
    found = FORM.read(record).example
    assert [turn.role for turn in found.turns] == [HUMAN, ASSISTANT, TOOL, ASSISTANT]
    (made,) = found.turns[1].calls
    assert (made.name, made.arguments) == ("f", {"x": 1})
    both = {"from": "function_call", "value": '[{"name": "f"}, {"name": "g"}]'}
    assert [one.name for one in FORM.read({"conversations": [Q, both]}).example.turns[1].calls] == ["f", "g"]
    for value in ("no json", "[]", '{"arguments": {}}', "7"):
        turn = FORM.read({"conversations": [Q, {"from": "function_call", "value": value}]}).example.turns[1]
        assert (turn.text, turn.calls) == (value, ())


@pytest.mark.parametrize(
    "record",
    [
        {"conversations": [Q, A]}, {"messages": [{"role": "User", "content": "q"}, {"role": "bot", "content": "a"}],
        "id": 7},
        {"system": "s", "conversations": [Q, A]}, {"conversations": [{"from": "system", "value": "s"}, Q, A]},
        {"chat": [{"speaker": "usr", "text": "q"}, {"speaker": "model", "text": "a", "score": 1}]},
    ],
)  # fmt: skip
def test_a_dialogue_is_written_back_as_it_was_read(record: dict[str, Any]) -> None:
    assert FORM.spell(FORM.read(record).example) == record


def test_a_dialogue_of_another_source_has_the_usual_names() -> None:
    turns = (Turn(HUMAN, "q", name="User"), Turn(ASSISTANT, "a", name="bot"))
    assert FORM.spell(Example("s", turns, extra={"id": 7})) == {
        "conversations": [
            {"from": "system", "value": "s"}, {"from": "human", "value": "q"}, {"from": "assistant", "value": "a"},
        ],
        "id": 7,
    }  # fmt: skip
    call = FORM.read(
        {"conversations": [Q, {"from": "function_call", "value": '{"name": "f", "arguments": {}}'}]}
    ).example
    spelled = FORM.spell(Example(None, call.turns))
    assert [turn["from"] for turn in spelled["conversations"]] == ["human", "function_call"]
