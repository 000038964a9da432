"""Files as they really are: every family is read for what it is, row by row, and what a target cannot carry is said."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from bespoke import cli
from bespoke.chapters.dataset_readiness import DatasetReadiness, compute
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.tuning.formats import ASSISTANT, HUMAN, convert, detect
from bespoke.tuning.formats.conversion import examples
from bespoke.tuning.formats.csv_rows import csv_rows
from bespoke.tuning.formats.detection import KNOWN
from bespoke.tuning.formats.example import Example, Turn
from tests.test_dataset_rules import AS_OF, client, found

NOVA, LORA, OPENAI = "bedrock_nova_sft", "open_weight_lora", "openai_gpt4o_sft"
U, A = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
TOOL = {
    "type": "function",
    "function": {
        "name": "takeoff", "description": "lift off",
        "parameters": {"type": "object", "properties": {"altitude": {"type": "integer"}}},
    },
}  # fmt: skip
CALL = {"id": "c1", "type": "function", "function": {"name": "takeoff", "arguments": '{"altitude":  3}'}}
OPENAI_TOOLS = {
    "messages": [
        {"role": "system", "content": "s"}, {"role": "user", "content": "lift to 3 m"},
        {"role": "assistant", "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "done"}, {"role": "assistant", "content": "up"},
    ],
    "tools": [TOOL],
}  # fmt: skip
CONVERSE_TOOLS = {
    "schemaVersion": "bedrock-conversation-2024",
    "system": [{"text": "s"}],
    "toolConfig": {"tools": [{"toolSpec": {
        "name": "takeoff", "description": "lift off",
        "inputSchema": {"json": {"type": "object", "properties": {"altitude": {"type": "integer"}}}}}}]},
    "messages": [
        {"role": "user", "content": [{"text": "lift to 3 m"}]},
        {"role": "assistant", "content": [
            {"toolUse": {"toolUseId": "c1", "name": "takeoff", "input": {"altitude": 3}}}]},
        {"role": "user", "content": [{"toolResult": {"toolUseId": "c1", "content": [{"text": "done"}]}}]},
        {"role": "assistant", "content": [{"text": "up"}]},
    ],
}  # fmt: skip
GEMINI = {
    "systemInstruction": {"role": "system", "parts": [{"text": "s"}]},
    "contents": [{"role": "user", "parts": [{"text": "q"}]}, {"role": "model", "parts": [{"text": "a"}]}],
}

# name -> (a record, its format, system, the texts of its turns)
FAMILIES: dict[str, tuple[Any, str, str | None, list[str]]] = {
    "Claude": ({"system": "s", "messages": [U, A]}, "bedrock_claude", "s", ["q", "a"]),
    "Claude, typed blocks": (
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}, A], "system": "s"},
        "bedrock_claude", "s", ["q", "a"],
    ),
    "OpenAI parts": (
        {"messages": [{"role": "system", "content": [{"type": "text", "text": "s"}]}, U, A]},
        "openai_chat", "s", ["q", "a"],
    ),
    "OpenAI developer": ({"messages": [{"role": "developer", "content": "s"}, U, A]}, "openai_chat", "s", ["q", "a"]),
    "Converse without schemaVersion": (
        {"messages": [{"role": "user", "content": [{"text": "q"}]}, {"role": "assistant", "content": [{"text": "a"}]}]},
        "bedrock_conversation", None, ["q", "a"],
    ),
    "Gemini": (GEMINI, "gemini", "s", ["q", "a"]),
    "Alpaca": ({"instruction": "q", "input": "", "output": "a"}, "alpaca", None, ["q", "a"]),
    "Alpaca with input": ({"instruction": "q", "input": "i", "output": "a"}, "alpaca", None, ["q\n\ni", "a"]),
    "Alpaca with system and history": (
        {"instruction": "q", "output": "a", "system": "s", "history": [["x", "y"]]},
        "alpaca", "s", ["x", "y", "q", "a"],
    ),
    "SQuAD of datasets": (
        {"context": "c", "question": "q", "answers": {"text": ["a", "b"], "answer_start": [0, 3]}},
        "answers_in_context", None, ["q\n\nc", "a"],
    ),
    "SQuAD with answers as objects": (
        {"context": "c", "question": "q", "answers": [{"text": "a", "answer_start": 0}]},
        "answers_in_context", None, ["q\n\nc", "a"],
    ),
    "open questions": ({"question": "q", "answers": ["a", "b"]}, "answers_in_context", None, ["q", "a"]),
    "Dolly": (
        {"instruction": "q", "context": "c", "response": "a", "category": "qa"}, "alpaca", None, ["q\n\nc", "a"],
    ),
    "question/answer": ({"question": "q", "answer": "a"}, "question_answer", None, ["q", "a"]),
    "query/response": ({"query": "q", "response": "a"}, "question_answer", None, ["q", "a"]),
    "Question/Answer in capitals": ({"Question": "q", "Answer": "a"}, "question_answer", None, ["q", "a"]),
    "swift": (
        {"system": "s", "query": "q", "response": "a", "history": [["x", "y"]]}, "question_answer", "s",
        ["x", "y", "q", "a"],
    ),
    "messages as input": (
        {"input": [{"role": "user", "content": "q"}], "output": "a", "system_prompt": "s"}, "question_answer", "s",
        ["q", "a"],
    ),
    "prompt and completion with system": (
        {"prompt": "q", "completion": "a", "system": "s"}, "prompt_completion", "s", ["q", "a"],
    ),
    "ShareGPT": (
        {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}], "system": "s"},
        "conversations", "s", ["q", "a"],
    ),
    "conversation of exchanges": (
        {"conversation": [{"system": "s", "input": "q", "output": "a"}, {"input": "x", "output": "y"}]},
        "conversations", "s", ["q", "a", "x", "y"],
    ),
    "texts in turn": ({"id": "1", "data": ["q", "a"]}, "conversations", None, ["q", "a"]),
    "typed values": (
        {"messages": [
            {"role": "user", "content": [{"type": "text", "value": "q"}]},
            {"role": "assistant", "content": [{"type": "text", "value": "a"}]},
        ]},
        "conversations", None, ["q", "a"],
    ),
    "ChatML text": (
        {"text": "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\na<|im_end|>"},
        "marked_text", "s", ["q", "a"],
    ),
    "Llama 2 text": ({"text": "<s>[INST] <<SYS>>\ns\n<</SYS>>\n\nq [/INST] a </s>"}, "marked_text", "s", ["q", "a"]),
    "Guanaco text": ({"text": "### Human: q### Assistant: a"}, "text", None, []),
    "Alpaca text": ({"text": "Intro.\n\n### Instruction:\nq\n\n### Response:\na"}, "marked_text", "Intro.", ["q", "a"]),
}  # fmt: skip

OTHER_METHODS: dict[str, tuple[Any, str]] = {
    "TRL preference": ({"prompt": "q", "chosen": "a", "rejected": "b"}, "preference_dpo"),
    "conversational preference": ({"messages": [U], "chosen": A, "rejected": A}, "preference_dpo"),
    "Anthropic hh": ({"chosen": "Human: q Assistant: a", "rejected": "Human: q Assistant: b"}, "preference_dpo"),
    "OpenAI preference": (
        {"input": {"messages": [U]}, "preferred_output": [A], "non_preferred_output": [A]}, "preference_dpo",
    ),
    "Alpaca preference": ({"instruction": "q", "input": "", "chosen": "a", "rejected": "b"}, "preference_dpo"),
    "Nova preference": (
        {"messages": [
            {"role": "user", "content": [{"text": "q"}]},
            {"role": "assistant", "candidates": [
                {"content": [{"text": "a"}], "preferenceLabel": "preferred"},
                {"content": [{"text": "b"}], "preferenceLabel": "non-preferred"},
            ]},
        ]},
        "preference_dpo",
    ),
    "messages preferred": ({"chosen_messages": [U, A], "rejected_messages": [U, A]}, "preference_dpo"),
    "messages of pre-training": ({"messages": [{"role": "pretrain", "content": "Only text."}]}, "text"),
    "ranked answers": ({"prompt": "q", "responses": ["a", "b"], "scores": [1, 0]}, "preference_dpo"),
    "KTO": ({"prompt": "q", "completion": "a", "label": False}, "preference_kto"),
    "KTO of LLaMA-Factory": ({"messages": [U, A], "kto_tag": True}, "preference_kto"),
    "stepwise": ({"prompt": "q", "completions": ["a", "b"], "labels": [True, False]}, "stepwise"),
    "OpenAI RFT": ({"messages": [U], "reference_answer": "4"}, "reinforcement"),
    "Nova RFT": ({"id": "1", "messages": [U], "tools": [TOOL], "reference_answer": {"x": 1}}, "reinforcement"),
    "verl": ({"data_source": "gsm8k", "prompt": [U], "reward_model": {"ground_truth": "4"}}, "reinforcement"),
    "grader": ({"type": "string_check", "name": "g", "input": "{{x}}", "reference": "y", "operation": "eq"}, "grader"),
    "OpenAI batch": (
        {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"messages": [U]}}, "batch",
    ),
    "OpenAI batch results": ({"id": "b", "custom_id": "1", "response": {"body": {}}, "error": None}, "batch"),
    "Anthropic batch": ({"custom_id": "1", "params": {"messages": [U]}}, "batch"),
    "Bedrock batch": ({"recordId": "1", "modelInput": {"messages": [U]}}, "batch"),
    "OpenAI Evals": ({"input": [U], "ideal": ["4", "four"]}, "evaluation_cases"),
    "OpenAI Evals, few shots": ({"sample": [{"role": "system", "content": "q", "name": "x"}]}, "evaluation_cases"),
    "OpenAI Evals of today": ({"item": {"question": "q", "answer": "a"}}, "evaluation_cases"),
    "plain text": ({"text": "Only text."}, "text"),
}  # fmt: skip


def write(path: Path, *records: Any) -> Path:
    path.write_text(
        "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8"
    )
    return path


def check(path: Path) -> DatasetReadiness:
    result = compute(client(path.parent, path), Facts(AS_OF))
    assert result is not None
    return result


def target(result: DatasetReadiness, route: str) -> Any:
    return next(one for one in result.targets if one.route == route)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_is_read_for_what_it_is(name: str, tmp_path: Path) -> None:
    record, form, system, texts = FAMILIES[name]
    path = write(tmp_path / "d.jsonl", record)
    detected = detect(path)
    assert detected.format.name == form
    ((_, example, faults),) = examples(path, detected)
    assert example.system == system
    assert [turn.text for turn in example.turns] == texts
    if texts:
        assert faults == ()
        assert [turn.role for turn in example.turns] == [HUMAN, ASSISTANT] * (len(texts) // 2)


@pytest.mark.parametrize("record", [{"turns": ["a question", "another question"]}, {"data": ["q", "a", "q"]}])
def test_a_list_of_texts_that_may_be_questions_is_not_taken_for_a_dialogue(
    record: Any, tmp_path: Path
) -> None:
    with pytest.raises(BespokeError, match="no known training format"):
        detect(write(tmp_path / "d.jsonl", record))


@pytest.mark.parametrize("name", OTHER_METHODS)
def test_data_of_another_method_are_named_and_never_trained(name: str, tmp_path: Path) -> None:
    record, form = OTHER_METHODS[name]
    path = write(tmp_path / "d.jsonl", record, record)
    assert detect(path).format.name == form
    result = check(path)
    assert (result.valid, result.usable) == (0, 0)
    assert result.files[0].method
    assert found(result, "other_method").count == 2
    assert all(one.status == "not_ready" for one in result.targets)
    with pytest.raises(BespokeError, match="it is not made into examples to learn"):
        convert(path, "openai_chat", tmp_path / "o.jsonl")


TRIPS = [  # there, and the record; back again it is the same
    ("openai_chat", {"messages": [{"role": "system", "content": "s"}, U, A]}),
    ("bedrock_claude", {"system": "s", "messages": [U, A, U, A]}),
    ("bedrock_conversation", {**CONVERSE_TOOLS, "messages": [
        {"role": "user", "content": [{"text": "q"}]},
        {"role": "assistant", "content": [{"text": "a"}]}]}),
    ("gemini", GEMINI),
    ("alpaca", {"system": "s", "instruction": "q", "output": "a"}),
    ("alpaca", {"instruction": "q", "output": "a", "history": [["x", "y"]]}),
    ("question_answer", {"question": "q", "answer": "a"}),
    ("conversations", {"conversations": [{"from": "human", "value": "q"}, {"from": "assistant", "value": "a"}]}),
    ("prompt_completion", {"prompt": "q", "completion": "a"}),
    ("trl_conversational", {"messages": [U, A, U, A]}),
    ("bedrock_conversation", CONVERSE_TOOLS),
]  # fmt: skip


def test_a_table_says_what_it_has_no_column_for_and_else_keeps_its_header() -> None:
    turns = (Turn(HUMAN, "a"), Turn(ASSISTANT, "b"))
    assert KNOWN["csv"].lost(Example("S", turns, extra={"tag": "t"})) == ()
    assert KNOWN["csv"].lost(Example("", turns, extra={"tag": "t", "n": 1, "prompt": "c"})) == (
        "an empty system prompt (an empty cell is none)",
        "the key 'n' (not text)",
        "the key 'prompt' (a column of its own)",
    )
    for header, spelled in (
        (("completion", "prompt"), {"completion": "b", "prompt": "a"}),
        (("prompt", "system", "completion"), {"prompt": "a", "system": "", "completion": "b"}),
        (("prompt",), {"system": "", "prompt": "a", "completion": "b"}),  # the answer has no column there
    ):
        example = Example(None, turns, spelling={"form": "csv", "header": header})
        assert [*KNOWN["csv"].spell(example).items()] == [*spelled.items()]
    other = Example(None, turns, spelling={"form": "chat", "header": ("completion", "prompt")})
    assert [*KNOWN["csv"].spell(other)] == ["system", "prompt", "completion"]


THROUGH = ("openai_chat", "bedrock_conversation", "conversations", "trl_conversational", "gemini", "alpaca", "csv",
           "bedrock_claude", "trl_prompt_completion", "prompt_completion", "question_answer")  # fmt: skip


@pytest.mark.parametrize("via", THROUGH)
@pytest.mark.parametrize(("form", "record"), TRIPS, ids=[f"{n}-{form}" for n, (form, _) in enumerate(TRIPS)])
def test_there_and_back_loses_nothing_that_is_not_said(
    form: str, record: Any, via: str, tmp_path: Path
) -> None:
    source = write(tmp_path / "a.jsonl", record)
    between = tmp_path / ("b.csv" if via == "csv" else "b.jsonl")
    losses = KNOWN[via].lost(next(examples(source, detect(source)))[1])
    if losses:
        with pytest.raises(BespokeError, match="cannot carry"):
            convert(source, via, between)
        return
    there = convert(source, via, between)
    back = convert(between, form, tmp_path / "c.jsonl")
    if there.said or back.said:
        return
    first = next(examples(source, detect(source)))[1]
    assert next(examples(tmp_path / "c.jsonl", detect(tmp_path / "c.jsonl")))[1] == first
    if "toolConfig" not in record:
        assert json.loads((tmp_path / "c.jsonl").read_text(encoding="utf-8")) == record


def test_tools_go_from_openai_to_converse_and_back_in_both_vendors_own_spelling(tmp_path: Path) -> None:
    source = write(tmp_path / "a.jsonl", OPENAI_TOOLS)
    convert(source, "bedrock_conversation", tmp_path / "b.jsonl")
    assert json.loads((tmp_path / "b.jsonl").read_text(encoding="utf-8")) == CONVERSE_TOOLS
    convert(tmp_path / "b.jsonl", "openai_chat", tmp_path / "c.jsonl")
    back = json.loads((tmp_path / "c.jsonl").read_text(encoding="utf-8"))
    arguments = back["messages"][2]["tool_calls"][0]["function"].pop("arguments")
    assert json.loads(arguments) == {"altitude": 3}
    wanted = json.loads(json.dumps(OPENAI_TOOLS))
    del wanted["messages"][2]["tool_calls"][0]["function"]["arguments"]
    assert back == wanted


def test_a_system_prompt_in_few_rows_is_carried_by_each_of_them(tmp_path: Path) -> None:
    rows = [{"messages": [U, A]}] * 60 + [{"system": "s", "messages": [U, A]}]
    convert(write(tmp_path / "a.jsonl", *rows), "trl_conversational", tmp_path / "o.jsonl")
    written = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["messages"][0]["role"] for row in written] == ["user"] * 60 + ["system"]
    assert all(set(row) == {"messages"} for row in written)


def test_a_row_in_another_format_is_read_as_what_it_is_and_counted(tmp_path: Path) -> None:
    rows = [{"messages": [U, A]}] * 3 + [{"instruction": "q", "input": "i", "output": "a"}]
    path = write(tmp_path / "a.jsonl", *rows)
    result = check(path)
    assert result.files[0].why.endswith("; 1 rows are Alpaca (instruction/input/output)")
    assert [place.line for place in found(result, "mixed_format").places] == [4]
    assert target(result, OPENAI).mended_by_conversion
    done = convert(path, "openai_chat", tmp_path / "o.jsonl")
    assert done.said == {"'instruction' and 'input' are one prompt, a blank line between them": (4,)}
    with pytest.raises(BespokeError, match=r"a\.jsonl:4: .*for direct preference optimisation"):
        convert(
            write(path, *rows[:3], {"prompt": "q", "chosen": "a", "rejected": "b"}),
            "openai_chat",
            tmp_path / "o.jsonl",
        )


LOST = [
    ({"prompt": "q", "completion": "a", "system": "s"}, "prompt_completion", "the system prompt"),
    (OPENAI_TOOLS, "bedrock_claude", "the declared tools"),
    (OPENAI_TOOLS, "alpaca", "tool calls"),
    ({"messages": [U, {**A, "reasoning_content": "r"}]}, "openai_chat", "the reasoning of turn 2"),
    ({"messages": [U, {**A, "weight": 0}, U, A]}, "trl_conversational", "the weight 0 of turn 2"),
    (
        {"messages": [{"role": "user", "content": [
            {"type": "text", "text": "q"},
            {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]}, A]},
        "bedrock_conversation", "the image of turn 1",
    ),
    ({"messages": [U, A], "label": "x"}, "openai_chat", "the key 'label'"),
]  # fmt: skip


@pytest.mark.parametrize(("record", "to", "what"), LOST)
def test_what_a_target_cannot_carry_stops_with_its_line(
    record: Any, to: str, what: str, tmp_path: Path
) -> None:
    source = write(tmp_path / "a.jsonl", {"messages": [U, A]}, record)
    with pytest.raises(BespokeError, match=rf"a\.jsonl:2: .* cannot carry .*{what}"):
        convert(source, to, tmp_path / "o.jsonl")


def test_what_stands_otherwise_is_said_with_its_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    two = {
        "schemaVersion": "mine",
        "messages": [
            {"role": "user", "content": [{"text": "q"}, {"text": "more"}]},
            {"role": "assistant", "content": [{"text": "a"}]},
        ],
    }
    source = write(tmp_path / "a.jsonl", two, {**two, "x": 1})
    monkeypatch.setattr(
        "sys.argv",
        ["bespoke", "dataset", "convert", str(source), "trl_conversational", str(tmp_path / "o.jsonl")],
    )
    cli.main()
    said = capsys.readouterr().out.splitlines()
    assert said[1:] == [
        "several text blocks of a turn are joined by a blank line: 2 rows (1, 2)",
        "schemaVersion 'mine' is left behind: 2 rows (1, 2)",
        "column 'x' rides along and is not trained on: 1 row (2)",
    ]


def test_arrays_sequences_wrappers_gzip_and_parquet_hold_the_same_rows(tmp_path: Path) -> None:
    rows = [{"messages": [{"role": "user", "content": f"q{n}"}, A]} for n in range(120)]
    (tmp_path / "pretty.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    (tmp_path / "flat.json").write_text(json.dumps(rows), encoding="utf-8")
    (tmp_path / "bom.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(rows).encode())
    (tmp_path / "wrapped.json").write_text(
        json.dumps({"version": 1, "data": rows}, indent=2), encoding="utf-8"
    )
    (tmp_path / "each.json").write_text(
        "\n".join(json.dumps(row, indent=2) for row in rows), encoding="utf-8"
    )
    (tmp_path / "packed.jsonl.gz").write_bytes(
        gzip.compress(b"".join(json.dumps(r).encode() + b"\n" for r in rows))
    )
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "table.parquet")
    for name in (
        "pretty.json",
        "flat.json",
        "bom.json",
        "wrapped.json",
        "each.json",
        "packed.jsonl.gz",
        "table.parquet",
    ):
        convert(tmp_path / name, "openai_chat", tmp_path / "o.jsonl")
        written = [
            json.loads(line) for line in (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()
        ]
        assert written == rows, name
        assert check(tmp_path / name).rows == 120


def test_a_list_of_messages_a_line_is_read_and_mended(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", [U, A], [U, A, U, A])
    result = check(path)
    assert (result.rows, result.valid) == (2, 2)
    assert found(result, "bare_list").count == 2
    convert(path, "openai_chat", tmp_path / "o.jsonl")
    assert json.loads((tmp_path / "o.jsonl").read_text(encoding="utf-8").split("\n")[0]) == {
        "messages": [U, A]
    }


def test_two_calls_of_one_tool_at_once_need_no_ids(tmp_path: Path) -> None:
    row = {
        "tools": json.dumps([{"name": "area", "parameters": {}}]),
        "conversations": [
            {"from": "human", "value": "two circles"},
            {"from": "function_call", "value": json.dumps([{"name": "area", "arguments": {"r": n}} for n in (1, 2)])},
            {"from": "observation", "value": "3"}, {"from": "observation", "value": "12"},
            {"from": "gpt", "value": "a"},
        ],
    }  # fmt: skip
    path = write(tmp_path / "a.jsonl", row)
    assert check(path).valid == 1
    convert(path, "openai_chat", tmp_path / "o.jsonl")
    messages = json.loads((tmp_path / "o.jsonl").read_text(encoding="utf-8"))["messages"]
    assert [call["id"] for call in messages[1]["tool_calls"]] == ["call_1", "call_2"]
    assert [m["tool_call_id"] for m in messages[2:4]] == ["call_1", "call_2"]


def test_a_broken_array_is_read_up_to_the_break(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '[\n{"prompt": "q", "completion": "a"},\n{"prompt": "q" "completion": "a"}\n]', encoding="utf-8"
    )
    result = check(path)
    assert (result.rows, result.valid) == (2, 1)
    place = found(result, "invalid_json").places[0]
    assert (place.line, place.detail) == (2, "Expecting ',' delimiter in line 3; what follows cannot be read")


@pytest.mark.parametrize(
    ("head", "says"),
    [
        (b"PK\x03\x04rest", "is packed with zip"),
        (b"\x1f\x8bnot gzip", "cannot read"),
        (b"PAR1 nothing", "no Parquet file"),
    ],
)
def test_a_file_that_cannot_be_opened_says_why(head: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_bytes(head)
    with pytest.raises(BespokeError, match=says):
        detect(path)


def test_a_mapping_names_prompt_and_answer_where_no_format_fits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = write(tmp_path / "a.jsonl", {"frage": "q", "daten": {"antwort": "a"}, "prompt": "old"})
    out = tmp_path / "o.jsonl"
    command = ["bespoke", "dataset", "convert", str(source), "trl_prompt_completion", str(out)]
    monkeypatch.setattr("sys.argv", [*command, "--map", "prompt=frage", "--map", "answer=daten.antwort"])
    cli.main()
    assert json.loads(out.read_text(encoding="utf-8")) == {
        "prompt": "q", "completion": "a", "daten": {"antwort": "a"}, "prompt_of_file": "old",
    }  # fmt: skip
    monkeypatch.setattr("sys.argv", [*command, "--map", "frage"])
    with pytest.raises(SystemExit):
        cli.main()
    assert "--map frage: write it as NAME=KEY, NAME one of prompt, completion" in capsys.readouterr().err


TOOLLESS = {**OPENAI_TOOLS, "tools": []}
BROKEN_TOOLS = [
    (TOOLLESS, "tool_undeclared", "turn 2 calls 'takeoff', which is not declared: the row declares no tools"),
    (
        {"messages": [U, {"role": "assistant", "tool_calls": [
            {**CALL, "function": {"name": "takeoff", "arguments": "{altitude: 3}"}}]}], "tools": [TOOL]},
        "tool_arguments", "turn 2: the arguments of 'takeoff' are no JSON object",
    ),
    (
        {"messages": [U, {"role": "assistant", "tool_calls": [CALL]},
                      {"role": "tool", "tool_call_id": "c9", "content": "x"}, A], "tools": [TOOL]},
        "tool_unanswered", "turn 3 is a result for 'c9', but answers no call",
    ),
    (
        {"messages": [U, {"role": "assistant", "tool_calls": [CALL]}, U, A], "tools": [TOOL]},
        "tool_unanswered", "turn 4 goes on before takeoff has been answered",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("record", "rule", "detail"), BROKEN_TOOLS)
def test_tool_calls_are_checked(record: Any, rule: str, detail: str, tmp_path: Path) -> None:
    result = check(write(tmp_path / "a.jsonl", {"messages": [U, A]}, record))
    place = found(result, rule).places[0]
    assert (place.line, place.detail) == (2, detail)


def test_rows_that_differ_in_their_calls_or_images_alone_are_no_copies(tmp_path: Path) -> None:
    def calls(n: int) -> dict[str, Any]:
        call = {**CALL, "function": {"name": "takeoff", "arguments": json.dumps({"altitude": n})}}
        return {"messages": [U, {"role": "assistant", "tool_calls": [call]}], "tools": [TOOL]}

    def shows(n: int) -> dict[str, Any]:
        parts = [
            {"type": "text", "text": "q"},
            {"type": "image_url", "image_url": {"url": f"https://x.example/{n}.png"}},
        ]
        return {"messages": [{"role": "user", "content": parts}, A]}

    result = check(write(tmp_path / "a.jsonl", calls(1), calls(2), calls(1), shows(1), shows(2), shows(1)))
    assert [place.line for place in found(result, "duplicate_exact").places] == [3, 6]
    long = "Describe what you see in this picture in one sentence, and name the colours."
    rows = [
        {"messages": [{"role": "user", "content": long}, A], "images": [f"{n}.png"]} for n in (1, 2, 3, 3)
    ]
    result = check(write(tmp_path / "b.jsonl", *rows))
    assert (result.exact_copies, result.near_copies, result.several_answers) == (1, 0, 0)


def test_a_dialogue_may_end_with_a_call_and_sound_tools_are_no_fault(tmp_path: Path) -> None:
    ends = {"messages": [U, {"role": "assistant", "content": None, "tool_calls": [CALL]}], "tools": [TOOL]}
    result = check(write(tmp_path / "a.jsonl", OPENAI_TOOLS, ends))
    assert result.valid == 2
    assert target(result, OPENAI).usable == 2
    assert {f.rule for f in result.findings if f.severity == "error"} <= {
        "records_min",
        "not_carried",
        "format",
        "extra_key",
    }
    assert found(result, "not_carried").routes == ("bedrock_haiku3_sft",)


def test_a_table_of_training_data_in_a_workbook(tmp_path: Path) -> None:
    """The first visible sheet, numbers as a CSV file would hold them; its rows count as the sheet counts them."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet("data", 0)
    for cells in (["prompt", "completion"], ["How many?", 7], [None, None], ["When?", "On 3 May"]):
        sheet.append(cells)
    book.save(tmp_path / "train.xlsx")
    done = convert(tmp_path / "train.xlsx", "prompt_completion", tmp_path / "train.jsonl")
    assert (done.read, done.written) == (2, 2)
    rows = [json.loads(line) for line in (tmp_path / "train.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows == [{"prompt": "How many?", "completion": "7"}, {"prompt": "When?", "completion": "On 3 May"}]
    with pytest.raises(BespokeError, match="is written as text"):
        convert(tmp_path / "train.jsonl", "csv", tmp_path / "out.xlsx")


@pytest.mark.parametrize("indent", [None, 1])
def test_an_object_that_only_wraps_the_rows(tmp_path: Path, indent: int | None) -> None:
    """On one line or on many: three rows, and not one."""
    rows = [{"input": f"question {k}", "target": f"answer {k}"} for k in range(3)]
    path = tmp_path / "train.json"
    path.write_text(json.dumps({"version": "1", "data": rows}, indent=indent), encoding="utf-8")
    done = convert(path, "prompt_completion", tmp_path / "out.jsonl")
    assert (done.read, done.written) == (3, 3)


PAIRS = [{"prompt": f"question {k}", "completion": f"answer {k}"} for k in range(3)]
COLUMNS = {
    "by number": {name: {str(k): row[name] for k, row in enumerate(PAIRS)} for name in PAIRS[0]},
    "lists": {name: [row[name] for row in PAIRS] for name in PAIRS[0]},
    "split": {"columns": [*PAIRS[0]], "index": [0, 1, 2], "data": [[*row.values()] for row in PAIRS]},
    "rows by number": {str(k): row for k, row in enumerate(PAIRS)},
}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_rows_as_pandas_writes_them(name: str, indent: int | None, tmp_path: Path) -> None:
    path = tmp_path / "train.json"
    path.write_text(json.dumps(COLUMNS[name], indent=indent), encoding="utf-8")
    convert(path, "prompt_completion", tmp_path / "out.jsonl")
    assert [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()] == PAIRS


def test_a_row_of_lists_of_messages_is_no_table_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"prompt": [U], "completion": [A]}), encoding="utf-8")
    ((_, example, faults),) = examples(path, detect(path))
    assert ([turn.text for turn in example.turns], faults) == (["q", "a"], ())


def test_squad_gives_a_row_for_each_question_and_needs_an_answer(tmp_path: Path) -> None:
    asked = [
        {"id": "1", "question": "Where?", "answers": [{"text": "here", "answer_start": 0}]},
        {"id": "2", "question": "Who?", "answers": [], "is_impossible": True},
    ]
    article = {
        "title": "t",
        "paragraphs": [{"context": "c", "qas": asked}, {"context": "d", "qas": asked[:1]}],
    }
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"version": "2.0", "data": [article]}), encoding="utf-8")
    result = check(path)
    assert (result.rows, result.valid) == (3, 2)
    assert found(result, "last_not_assistant").places[0].line == 2
    read = [example for _, example, faults in examples(path, detect(path)) if not faults]
    assert [example.turns[0].text for example in read] == ["Where?\n\nc", "Where?\n\nd"]
    assert read[0].extra == {"title": "t", "id": "1", "answers": asked[0]["answers"]}


def test_several_lists_of_rows_in_one_file_are_named(tmp_path: Path) -> None:
    path = tmp_path / "both.json"
    path.write_text(json.dumps({"train": PAIRS, "test": PAIRS}), encoding="utf-8")
    with pytest.raises(BespokeError, match=r"several lists of rows \(train, test\)"):
        detect(path)


GERMAN = {"prompt": "Was kostet Käse?", "completion": "Zwölf €, „so teuer“"}
TABLE = 'prompt,completion\nWas kostet Käse?,"Zwölf €, „so teuer“"\n'
LINE = json.dumps({**GERMAN, "completion": "Zwölf\u2028€, „so teuer“"}, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("name", "text", "encoding", "said"),
    [
        ("a.csv", TABLE, "cp1252", "read as Windows-1252"),
        ("a.csv.gz", TABLE, "cp1252", "read as Windows-1252"),
        ("a.csv", TABLE, "utf-16", "read as UTF-16"),
        ("a.csv", TABLE, "utf-16-le", "read as UTF-16"),
        ("a.jsonl", LINE, "utf-16", "read as UTF-16"),
        ("a.json", f"[\n{LINE}]", "utf-16-be", "read as UTF-16"),
        ("a.csv", TABLE, "utf-8", ""),
    ],
)
def test_other_encodings_are_read_and_said(
    name: str, text: str, encoding: str, said: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    data = text.encode(encoding)
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    done = convert(path, "prompt_completion", tmp_path / "out.jsonl", drop=("system",))
    (row,) = map(json.loads, (tmp_path / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1])
    assert {**row, "completion": row["completion"].replace("\u2028", " ")} == GERMAN
    assert said in " ".join(done.said)
    assert [finding.rule for finding in check(path).findings].count("other_encoding") == bool(said)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("prompt,completion\n你好吗,我很好谢谢你\n".encode("gbk"), "row 2: not UTF-8"),
        (TABLE.encode("utf-16")[:-1], "cannot read"),
    ],
)
def test_an_encoding_that_nobody_can_tell_is_refused(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    with pytest.raises(BespokeError, match=says):
        convert(path, "prompt_completion", tmp_path / "out.jsonl")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_shortest_header_tells_the_delimiter(delimiter: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'q{delimiter}a\n"1{delimiter}5"{delimiter}2\n', encoding="utf-8")
    with path.open("rb") as opened:
        (row,) = csv_rows(opened)
    assert (row.line, row.record, row.faults) == (2, {"q": f"1{delimiter}5", "a": "2"}, ())


def test_one_damaged_row_does_not_change_the_encoding_of_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{TABLE}Öl?,Äpfel\n".encode() + "Größe?,ja\n".encode("cp1252"))
    assert found(check(path), "encoding").places[0].line == 4


@pytest.mark.parametrize("indent", [None, 1])
def test_what_stands_beside_listed_rows_is_theirs_where_it_is_part_of_the_prompt(
    indent: int | None, tmp_path: Path
) -> None:
    """Seed tasks of Self-Instruct: an instruction with its instances; and one system prompt for a whole file."""
    instances = [{"input": "i", "output": "a"}, {"input": "", "output": "b"}]
    task = {"id": "seed_0", "instruction": "q", "instances": instances, "is_classification": False}
    path = tmp_path / "seed.jsonl"
    path.write_text("\n".join([json.dumps(task, indent=indent)] * 2), encoding="utf-8")
    detected = detect(path)
    assert detected.format.name == "alpaca"
    read = [example for _, example, _ in examples(path, detected)]
    assert [example.turns[0].text for example in read] == ["q\n\ni", "q"] * 2
    assert read[0].extra == {"id": "seed_0", "is_classification": False}
    path.write_text(json.dumps({"system": "s", "data": PAIRS}, indent=indent), encoding="utf-8")
    assert {example.system for _, example, _ in examples(path, detect(path))} == {"s"}
