"""One prompt and one answer under two keys: what is read, what is a fault, and how it is written back."""

from __future__ import annotations

from typing import Any

import pytest

from bespoke.tuning.formats.example import ASSISTANT, HUMAN, Example, Turn
from bespoke.tuning.formats.pairs import (
    Alpaca,
    AnswersInContext,
    CSVTable,
    QuestionAnswer,
    columns_of,
    given_answers,
    own_key,
    read_pair,
)

PAIR = {"question": "q", "answer": "a"}


def texts(record: dict[str, Any], form: Any = None) -> list[tuple[str, str]]:
    found = (form or QuestionAnswer()).read(record)
    return [(turn.role, turn.text) for turn in found.example.turns]


def faults(record: dict[str, Any], form: Any = None) -> list[tuple[str, str]]:
    return [(one.rule, one.message) for one in (form or QuestionAnswer()).read(record).faults]


def test_a_key_is_found_as_the_record_spells_it() -> None:
    assert [own_key({" Question ": 1, 7: 2, "ANSWER": 3}, name) for name in ("question", "answer", "7")] == [
        " Question ", "ANSWER", "",
    ]  # fmt: skip
    assert own_key({"Answer": 1, "answer": 2}, "answer") == "answer"
    assert columns_of({"Output": 1, "input": 2, "question": 3}) == ("input", "Output")
    assert columns_of({"question": 1}) is None


def test_earlier_exchanges_and_a_context_come_before_the_answer() -> None:
    record = {**PAIR, "system": "s", "context": "c", "history": [["q0", "a0"], ["q1", "a1"]]}
    assert texts(record) == [
        (HUMAN, "q0"), (ASSISTANT, "a0"), (HUMAN, "q1"), (ASSISTANT, "a1"), (HUMAN, "q\n\nc"), (ASSISTANT, "a"),
    ]  # fmt: skip
    assert QuestionAnswer().read(record).example.system == "s"
    assert faults(record) == []
    assert texts({**PAIR, "context": ""}) == texts({**PAIR, "context": ["c"]}) == texts(PAIR)
    assert texts({"question": "", "answer": "a", "context": "c"})[0] == (HUMAN, "c")


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({**PAIR, "system": 7}, "record.system should be text"),
        ({**PAIR, "System_Prompt": ["s"]}, "record.System_Prompt should be text"),
        ({**PAIR, "history": [["q"]]}, "record.history[1] should be a prompt and an answer"),
        ({**PAIR, "history": [["q", "a"], ["q", 1]]}, "record.history[2] should be a prompt and an answer"),
        ({**PAIR, "history": "q"}, "record.history[1] should be a prompt and an answer"),
    ],
)
def test_what_is_of_another_kind_is_a_fault_by_its_place(record: dict[str, Any], words: str) -> None:
    assert faults(record) == [("wrong_type", words)]


def test_a_further_input_that_is_no_text_is_a_fault() -> None:
    found = read_pair({**PAIR, "input": 7}, "question", "answer", "input")
    assert [one.message for one in found.faults] == ["record.input should be text"]
    assert [turn.text for turn in found.example.turns] == ["q", "a"]


@pytest.mark.parametrize("history", [None, "", []])
def test_no_history_is_none(history: Any) -> None:
    assert faults({**PAIR, "history": history}) == []


def test_a_list_of_messages_is_a_prompt_with_a_system_prompt_of_its_own() -> None:
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}]
    found = read_pair({"prompt": messages, "completion": "a"}, "prompt", "completion")
    assert (found.example.system, [turn.text for turn in found.example.turns]) == ("s", ["q", "a"])
    twice = read_pair({"prompt": messages, "completion": "a", "system": "t"}, "prompt", "completion")
    assert [one.rule for one in twice.faults] == ["system_misplaced"]


def test_an_empty_system_prompt_is_none_where_the_format_says_so() -> None:
    record = {"system": "", "instruction": "q", "input": "", "output": "a"}
    assert Alpaca().read(record).example.system is None
    assert QuestionAnswer().read({**PAIR, "system": ""}).example.system == ""
    assert CSVTable().read({"prompt": "q", "completion": "a", "system": ""}).example.system is None


@pytest.mark.parametrize(
    ("form", "record", "why"),
    [
        (QuestionAnswer(), PAIR, "'question' and 'answer'"),
        (QuestionAnswer(), {"question": "q", "answer": ["a"]}, ""),
        (Alpaca(), {"instruction": "q", "output": "a"}, "'instruction' and 'output'"),
        (
            Alpaca(),
            {"instruction": "q", "Context": "c", "response": "a"},
            "'instruction', 'Context' and 'response'",
        ),
        (Alpaca(), {"instruction": "q", "output": {"a": 1}}, ""),
        (Alpaca(), {"instruction": "q"}, ""),
        (Alpaca(), {"output": "a"}, ""),
        (
            AnswersInContext(),
            {"question": "q", "answers": {"text": ["a"]}},
            "'question' with a list of 'answers'",
        ),
        (AnswersInContext(), {"question": "q", "answers": "a"}, ""),
        (AnswersInContext(), {"question": ["q"], "answers": ["a"]}, ""),
        (CSVTable(), {"prompt": "q", "completion": "a"}, "columns 'prompt' and 'completion'"),
        (CSVTable(), {"prompt": "q"}, ""),
    ],
)
def test_a_format_is_recognised_by_its_keys(form: Any, record: dict[str, Any], why: str) -> None:
    assert form.recognises(record) == why


def test_the_first_of_several_answers_is_learnt_and_without_one_a_person_decides() -> None:
    record = {"context": "c", "question": "q", "answers": {"text": ["a", "b"]}}
    assert texts(record, AnswersInContext()) == [(HUMAN, "q\n\nc"), (ASSISTANT, "a")]
    nothing = {"question": "q", "answers": []}
    assert texts(nothing, AnswersInContext()) == [(HUMAN, "q")]
    assert faults(nothing, AnswersInContext())[-1] == (
        "last_not_assistant", "the question has no answer: say what the model shall answer",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (["a", {"text": "b"}], ["a", "b"]), ({"text": ["a"]}, ["a"]), ([], []), ("a", None), ({"text": "a"}, None),
        ([1], None), ([{"answer": "a"}], None), (None, None),
    ],
)  # fmt: skip
def test_answers_are_a_list_in_either_spelling(value: Any, found: list[str] | None) -> None:
    assert given_answers(value) == found


@pytest.mark.parametrize(
    "record",
    [
        PAIR, {"Query": "q", "Response": "a"}, {**PAIR, "system": "s"}, {**PAIR, "history": [["x", "y"]], "id": 7},
        {"question": "q", "context": "c", "answer": "a"}, {"context": "c", "question": "q", "answer": "a", "id": 1},
    ],
)  # fmt: skip
def test_a_pair_is_written_back_under_its_own_keys_in_their_order(record: dict[str, Any]) -> None:
    form = QuestionAnswer()
    spelled = form.spell(form.read(record).example)
    assert (spelled, list(spelled)) == (record, list(record))


def test_a_pair_of_another_source_has_the_usual_keys() -> None:
    example = Example("s", (Turn(HUMAN, "x"), Turn(ASSISTANT, "y"), Turn(HUMAN, "q"), Turn(ASSISTANT, "a")))
    assert QuestionAnswer().spell(example) == {"system": "s", **PAIR, "history": [["x", "y"]]}
    assert Alpaca().spell(Example(None, example.turns[2:])) == {"instruction": "q", "output": "a"}
    changed = QuestionAnswer().read({"question": "q", "context": "c", "answer": "a"}).example
    other = Example(None, (Turn(HUMAN, "z"), Turn(ASSISTANT, "b")), spelling=changed.spelling)
    assert QuestionAnswer().spell(other) == {"question": "z", "context": "", "answer": "b"}


def test_what_a_pair_or_a_row_cannot_hold_is_told() -> None:
    twice = Example(None, (Turn(HUMAN, "q"), Turn(HUMAN, "q"), Turn(ASSISTANT, "a")))
    assert QuestionAnswer().lost(twice)[-1] == "the order of 3 turns: it holds prompts and answers in turn"
    pair = Example(None, (Turn(HUMAN, "q"), Turn(ASSISTANT, "a")))
    assert QuestionAnswer().lost(pair) == CSVTable().lost(pair) == ()
    row = Example("", pair.turns, extra={"id": 7, "prompt": "p", "note": "n"})
    assert CSVTable().lost(row) == (
        "an empty system prompt (an empty cell is none)", "the key 'id' (not text)",
        "the key 'prompt' (a column of its own)",
    )  # fmt: skip


def test_a_row_has_the_columns_of_its_own_table_else_the_usual_ones() -> None:
    form = CSVTable()
    record = {"output": "a", "id": "7", "input": "q", "system": ""}
    spelled = form.spell(form.read(record).example)
    assert (spelled, list(spelled)) == (record, list(record))
    pair = Example(None, (Turn(HUMAN, "q"), Turn(ASSISTANT, "a")))
    assert form.spell(pair) == {"system": "", "prompt": "q", "completion": "a"}
