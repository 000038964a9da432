"""Training-data formats: exact round trips, detection with its reason, and no silent loss."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bespoke.clients.spreadsheet import inert
from bespoke.errors import BespokeError
from bespoke.tuning.formats import (
    ASSISTANT,
    FORMATS,
    HUMAN,
    Example,
    Turn,
    convert,
    detect,
    format_named,
    structure,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(
    lambda text: text.strip()
)
CHAT = ["conversations", "bedrock_claude", "bedrock_conversation", "openai_chat", "trl_conversational"]

RECORDS: dict[str, dict[str, Any]] = {
    "from and gpt": {
        "id": 7, "conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]
    },
    "from and assistant": {
        "conversations": [
            {"from": "system", "value": "s"}, {"from": "human", "value": "q"},
            {"from": "assistant", "value": "a"},
        ]
    },
    "role human": {"messages": [{"role": "human", "content": "q"}, {"role": "assistant", "content": "a"}]},
    "system beside conversations": {
        "system": "s", "conversations": [{"role": "human", "content": "q"}, {"role": "gpt", "content": "a"}]
    },
    "Claude": {
        "system": "s", "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]
    },
    "Nova": {
        "schemaVersion": "bedrock-conversation-2024",
        "system": [{"text": "s"}],
        "messages": [
            {"role": "user", "content": [{"text": "q"}]}, {"role": "assistant", "content": [{"text": "a"}]}
        ],
    },
    "Nova, another version": {
        "schemaVersion": "x",
        "messages": [
            {"role": "user", "content": [{"text": "q"}]}, {"role": "assistant", "content": [{"text": "a"}]}
        ],
    },
    "OpenAI": {
        "messages": [
            {"role": "system", "content": "s"}, {"role": "user", "content": "q"},
            {"role": "assistant", "content": "a", "weight": 0},
        ]
    },
    "prompt and completion": {"prompt": "q", "completion": "a"},
    "TRL lists": {
        "prompt": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}],
        "completion": [{"role": "assistant", "content": "a"}],
    },
}  # fmt: skip
FOUND = [
    "conversations", "conversations", "conversations", "conversations", "bedrock_claude",
    "bedrock_conversation", "bedrock_conversation", "openai_chat", "prompt_completion",
    "trl_prompt_completion",
]  # fmt: skip


def examples(*, many_turns: bool = True, system: bool = True) -> st.SearchStrategy[Example]:
    """Well-formed dialogues: human and assistant in turn."""
    pairs = st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3 if many_turns else 1)
    return st.builds(
        lambda prompt, found: Example(
            prompt,
            tuple(
                Turn(role, text)
                for pair in found
                for role, text in zip((HUMAN, ASSISTANT), pair, strict=True)
            ),
        ),
        st.none() | TEXT if system else st.none(),
        pairs,
    )


def lines(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "expected"), list(zip(RECORDS, FOUND, strict=True)))
def test_a_record_is_detected_and_written_back_as_it_was(name: str, expected: str, tmp_path: Path) -> None:
    record = RECORDS[name]
    detected = detect(lines(tmp_path / "data.jsonl", record))
    assert detected.format.name == expected
    assert detected.why.startswith("1 of the first 1 rows: ")
    reading = detected.format.read(record)
    assert reading.faults == ()
    assert detected.format.write(reading.example) == record


@pytest.mark.parametrize("name", CHAT)
@given(example=examples())
def test_every_chat_format_carries_a_dialogue_whole(name: str, example: Example) -> None:
    form = FORMATS[name]
    record = json.loads(json.dumps(form.write(example)))
    assert form.read(record).faults == ()
    assert form.read(record).example == example
    assert form.write(form.read(record).example) == record


@given(example=examples())
def test_trl_prompt_completion_carries_a_dialogue_whole(example: Example) -> None:
    form = format_named("trl_prompt_completion")
    assert form.read(form.write(example)).example == example


@given(example=examples(many_turns=False, system=False))
def test_prompt_completion_carries_one_exchange(example: Example) -> None:
    form = format_named("prompt_completion")
    assert form.read(form.write(example)).example == example


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(found=st.lists(examples(many_turns=False), min_size=1, max_size=4))
def test_csv_gives_back_what_json_lines_held(found: list[Example], tmp_path: Path) -> None:
    texts = [text for one in found for text in (one.system or "", *(turn.text for turn in one.turns))]
    assume(all(inert(text) == text for text in texts))
    form = format_named("trl_conversational")
    source = lines(tmp_path / "in.jsonl", *(form.write(example) for example in found))
    convert(source, "csv", tmp_path / "table.csv")
    convert(tmp_path / "table.csv", "trl_conversational", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == source.read_bytes()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1+1", "\t=1", "＝1"])
def test_csv_that_a_spreadsheet_would_run_is_not_written(text: str, tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", {"prompt": "q", "completion": text})
    with pytest.raises(
        BespokeError, match=r"in\.jsonl:1: CSV cannot carry completion: a spreadsheet would take"
    ):
        convert(source, "csv", tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()
    convert(source, "openai_chat", tmp_path / "out.jsonl")
    written = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert written["messages"][-1]["content"] == text


def test_csv_keeps_header_and_order_of_its_own_file(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(b'id,question,answer\r\n1,"a, b","c\nd"\r\n2,e,f\r\n')
    convert(source, "csv", tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == source.read_bytes()


def test_semicolons_are_seen(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("prompt;completion;note\nq, indeed;a;n\n", encoding="utf-8")
    reading = detect(source).format.read({"prompt": "q, indeed", "completion": "a", "note": "n"})
    convert(source, "conversations", tmp_path / "out.jsonl")
    written = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert format_named("conversations").read(written).example == reading.example


def test_the_same_rows_may_read_in_several_formats(tmp_path: Path) -> None:
    record = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    detected = detect(lines(tmp_path / "d.jsonl", record))
    assert detected.format.name == "openai_chat"
    assert detected.also == ("bedrock_claude", "trl_conversational")


def test_most_rows_decide_and_bad_rows_do_not_matter(tmp_path: Path) -> None:
    path = lines(tmp_path / "d.jsonl", {"x": 1}, RECORDS["Nova"], RECORDS["Nova"])
    path.write_bytes(b"{broken\n" + path.read_bytes())
    assert detect(path).why == "2 of the first 3 rows: 'schemaVersion' is 'bedrock-conversation-2024'"


def test_an_unknown_shape_is_an_error_with_its_keys(tmp_path: Path) -> None:
    with pytest.raises(BespokeError, match=r"the first row has the keys 'body': name the prompt .* --map"):
        detect(lines(tmp_path / "d.jsonl", {"body": "plain"}))
    with pytest.raises(BespokeError, match="known are bedrock_conversation, openai_chat"):
        format_named("sharegpt")


LOSSES = [
    ("prompt_completion", Example("s", (Turn(HUMAN, "q"), Turn(ASSISTANT, "a"))), "the system prompt"),
    (
        "prompt_completion",
        Example(None, (Turn(HUMAN, "q"), Turn(ASSISTANT, "a")) * 2),
        "the order of 4 turns",
    ),
    ("bedrock_claude", Example(None, (Turn(HUMAN, "q"), Turn(ASSISTANT, "a")), {"id": 1}), "the key 'id'"),
    (
        "openai_chat",
        Example(None, (Turn(HUMAN, "q", {"at": 1}), Turn(ASSISTANT, "a"))),
        "the key 'at' of turn 1",
    ),
    ("csv", Example("", (Turn(HUMAN, "q"), Turn(ASSISTANT, "a"))), "an empty system prompt"),
    ("csv", Example(None, (Turn(HUMAN, "q"), Turn(ASSISTANT, "a")), {"n": 1}), "the key 'n' (not text)"),
    ("trl_prompt_completion", Example(None, (Turn(HUMAN, "q"),)), "without a final answer"),
]


@pytest.mark.parametrize(("name", "example", "lost"), LOSSES)
def test_what_a_format_cannot_carry_is_an_error(name: str, example: Example, lost: str) -> None:
    with pytest.raises(BespokeError) as caught:
        format_named(name).write(example)
    assert lost in str(caught.value)


def test_conversion_names_every_line_and_leaves_no_file(tmp_path: Path) -> None:
    good = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}
    source = lines(
        tmp_path / "in.jsonl", good, {**good, "id": 1}, {"conversations": [{"from": "human", "value": None}]}
    )
    with pytest.raises(BespokeError) as caught:
        convert(source, "bedrock_claude", tmp_path / "out.jsonl")
    assert [(p.row, p.message) for p in caught.value.problems] == [
        (2, "Bedrock Claude JSONL cannot carry the key 'id'"),
        (3, "conversations[1].value should be text, is null"),
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_keys_and_faulty_rows_are_left_behind_only_when_told(tmp_path: Path) -> None:
    good = {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}
    source = lines(tmp_path / "in.jsonl", {**good, "id": 1}, {"conversations": []}, good)
    done = convert(source, "bedrock_claude", tmp_path / "out.jsonl", drop=["id"], leave_out_faulty=True)
    assert (done.read, done.written, done.left_out) == (3, 2, (2,))
    record = {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
    assert (tmp_path / "out.jsonl").read_text(encoding="utf-8") == (json.dumps(record) + "\n") * 2


def test_a_key_unknown_to_the_source_format_still_reaches_a_format_that_takes_it(tmp_path: Path) -> None:
    record = {**RECORDS["Claude"], "id": "row-1"}
    convert(lines(tmp_path / "in.jsonl", record), "conversations", tmp_path / "out.jsonl")
    assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))["id"] == "row-1"


def test_bom_and_blank_lines_are_gone_after_conversion(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(
        b"\xef\xbb\xbf" + json.dumps(RECORDS["prompt and completion"]).encode() + b"\r\n\n  \n"
    )
    assert convert(source, "prompt_completion", source).written == 1
    assert source.read_bytes() == b'{"prompt": "q", "completion": "a"}\n'


def test_half_a_character_cannot_be_written(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b'{"prompt": "\\ud83d", "completion": "a"}\n')
    with pytest.raises(BespokeError, match="lone surrogate"):
        convert(source, "openai_chat", tmp_path / "out.jsonl")


def test_line_separators_inside_text_do_not_end_a_row(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", {"prompt": "a\u2028b\x85c", "completion": "d"})
    convert(source, "prompt_completion", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == source.read_bytes()


def test_a_later_csv_row_with_another_column_does_not_fit(tmp_path: Path) -> None:
    rows = [{"prompt": "q", "completion": "a", **more} for more in ({}, {"topic": "x"})]
    with pytest.raises(BespokeError, match=r"in\.jsonl:2: CSV cannot carry topic"):
        convert(lines(tmp_path / "in.jsonl", *rows), "csv", tmp_path / "out.csv")


def test_long_csv_cells_are_read(tmp_path: Path) -> None:
    with (tmp_path / "in.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["prompt", "completion"], ["x" * 200_000, "a"]])
    convert(tmp_path / "in.csv", "openai_chat", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").stat().st_size > 200_000


def test_structure_by_hand() -> None:
    human, assistant = Turn(HUMAN, "q"), Turn(ASSISTANT, "a")
    assert structure(Example(None, (human, assistant))) == ()
    assert [f.rule for f in structure(Example(None, ()))] == ["too_few_turns"]
    assert [f.rule for f in structure(Example(" ", (assistant, human)))] == [
        "empty_text", "first_not_human", "last_not_assistant",
    ]  # fmt: skip
    assert [f.rule for f in structure(Example(None, (human, human, assistant)))] == ["not_alternating"]
