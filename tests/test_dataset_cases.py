"""Files that were once misread or let pass, each with what is right of it, where a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bespoke.tuning.jobs.answered import answers, append
from bespoke.tuning.jobs.tuned_answers import parse
from tests.test_dataset_check import run as command
from tests.test_dataset_formats import LORA, NOVA, OPENAI, check, target, write
from tests.test_dataset_rules import found, good, talk

ANSWER = '{"diagnosis_icd10": [], "symptoms": [], "prescribed_medications": [], "follow_up_date": null}'
LLAMA = "bedrock_llama_sft"


def converse(ask: str, answer: str, system: str = "", **more: Any) -> dict[str, Any]:
    head = {"system": [{"text": system}]} if system else {}
    messages = [
        {"role": "user", "content": [{"text": ask}]},
        {"role": "assistant", "content": [{"text": answer}]},
    ]
    return {**more, **head, "messages": messages}


def test_converse_rows_without_schema_version_are_good_for_nova_and_mended_for_llama(tmp_path: Path) -> None:
    result = check(
        write(tmp_path / "t.jsonl", *(converse(f"ticket {n}", f"floor {n} of it") for n in range(10)))
    )
    assert (result.valid, target(result, NOVA).usable, target(result, NOVA).status) == (10, 10, "ready")
    assert "schema_version" in target(result, LLAMA).mended_by_conversion
    assert target(result, LLAMA).usable == 10
    other = check(write(tmp_path / "u.jsonl", converse("q", "a", schemaVersion="mine")))
    assert found(other, "schema_version").places[0].detail == "schemaVersion is 'mine'"


@pytest.mark.parametrize(
    ("system", "ask", "answer"),
    [
        ("SYSTEM: be short", "q", "a"), ("s", "the log says user: admin", "a"), ("s", "q", "see <image> 0"),
        ("s", "an <unk> token", "a"), ("s", "q", "bOT: hello"), ("s", "q", "Thought: why"), ("s", "end [eos]", "a"),
    ],
)  # fmt: skip
def test_reserved_words_of_nova_count_in_any_case_and_in_answers(
    system: str, ask: str, answer: str, tmp_path: Path
) -> None:
    result = check(write(tmp_path / "t.jsonl", converse(ask, answer, system, schemaVersion="x")))
    assert found(result, "reserved_nova").count == 1
    assert target(result, NOVA).usable == 0


def test_names_and_streets_in_the_fields_of_an_answer_are_identifiers(tmp_path: Path) -> None:
    patient = {
        "name": "Jane",
        "surname": "Example",
        "address": {"street": "1 Example Road", "city": "Nowhere"},
    }
    rows = [
        talk(f"Structure report {n}.", json.dumps({"patient": patient, "symptoms": ["cough"]}))
        for n in range(3)
    ]
    result = check(write(tmp_path / "t.jsonl", *rows))
    assert found(result, "identifier_name").count == 3
    assert found(result, "identifier_address").count == 3
    assert result.usable == 0


def test_openai_parts_are_openais(tmp_path: Path) -> None:
    part = lambda text: [{"type": "text", "text": text}]  # noqa: E731
    rows = [
        {"messages": [{"role": "system", "content": part("be brief")}, {"role": "user", "content": part(f"q {n}")},
                      {"role": "assistant", "content": part(f"answer number {n}")}]}
        for n in range(12)
    ]  # fmt: skip
    result = check(write(tmp_path / "t.jsonl", *rows))
    assert (result.files[0].format, result.valid, target(result, OPENAI).usable) == ("openai_chat", 12, 12)
    assert target(result, OPENAI).status == "ready"


def test_a_claude_file_with_few_system_prompts_is_not_ready_for_lora_as_it_is(tmp_path: Path) -> None:
    plain = [
        {"messages": [{"role": "user", "content": f"q {n}"}, {"role": "assistant", "content": "a b c"}]}
        for n in range(6)
    ]
    rows = [{"system": "Answer in French only.", **row} for row in plain[:2]] + plain[2:]
    result = check(write(tmp_path / "t.jsonl", *rows))
    assert result.files[0].format == "bedrock_claude"
    assert target(result, LORA).status == "needs_conversion"


@pytest.mark.parametrize(
    "thought", ["<think>\n\n</think>\n\n", "<think>\nI see {x}.\n</think>\n", "<thinking>a</thinking>"]
)
def test_thought_before_an_answer_is_left_aside(thought: str) -> None:
    assert parse(thought + ANSWER) == parse(ANSWER)
    assert parse(thought + ANSWER) is not None
    assert parse(f"<think>{ANSWER}") is None  # a thought that never ends is no answer


def test_a_line_separator_in_an_answer_does_not_break_the_journal(tmp_path: Path) -> None:
    append(tmp_path / "j.jsonl", {"id": "a", "text": "one\u2028two\x85three"})
    append(tmp_path / "j.jsonl", {"id": "b", "text": "x"})
    assert set(answers(tmp_path / "j.jsonl")) == {"a", "b"}


def test_a_mistyped_file_is_no_client(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path / "train.jsonl", good(1))
    for name in (str(tmp_path / "trian.jsonl"), "trian.json", "data/train"):
        code, said = command(capsys, monkeypatch, name)
        assert (code, said) == (1, [f"{name}: there is no such file"])
