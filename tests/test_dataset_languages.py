"""Other scripts and languages, loops, system prompts that differ, labels that others speak against."""

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke.chapters.dataset_readiness.languages import language_of
from bespoke.chapters.dataset_readiness.repetition import repeats_itself
from bespoke.chapters.dataset_readiness.tokenise import words
from tests.test_dataset_rules import found, good, run, system, talk

NEAR = [  # a prompt, and the same with one character more or another
    ("请问这台打印机在三楼的位置", "请问这台打印的机在三楼的位置"),
    ("今天天气怎么样我们去公园吧", "今天天气怎样我们去公园吧"),
    ("这个病人需要做血常规检查吗", "这个病人需要做血常规检验吗"),
    ("この書類はどこに提出すればいいですか", "この書類はどちに提出すればいいですか"),
    ("회의실 예약을 내일 오후로 바꿔 주세요", "회의실 예약을 내일 오전로 바꿔 주세요"),
    ("ขอเลื่อนนัดหมอเป็นวันพรุ่งนี้ได้ไหม", "ขอเลื่อนนัดหมอเป็นวันพรุ่งนี้ได้ไหมค"),
]
ENGLISH = (
    "The parcel was left with a neighbour on Monday, and you can collect it there in the evening after six."
)
GERMAN = "Das Paket wurde am Montag bei einem Nachbarn abgegeben, Sie können es dort am Abend nach sechs Uhr abholen."


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_one_character_makes_a_near_copy_in_scripts_without_spaces(
    one: str, other: str, tmp_path: Path
) -> None:
    rows = [talk(one, "a"), talk("一二三四五六七八九十甲乙丙丁", "b"), talk(other, "a")]
    result = run(tmp_path, *rows)
    assert found(result, "duplicate_near").places[0].line == 3
    assert (result.near_copies, result.usable) == (1, 2)


def test_different_sentences_of_such_a_script_are_no_copies(tmp_path: Path) -> None:
    result = run(tmp_path, *(talk(one, "a") for one, _ in NEAR))
    assert result.near_copies == 0


def test_vowel_signs_belong_to_the_word() -> None:
    assert words("कृपया मुझे बताएं") == (["कृपया", "मुझे", "बताएं"], False)
    assert words("打印机 in 3楼") == (["打", "印", "机", "in", "3", "楼"], True)


def test_near_copies_are_rows_and_not_pairs(tmp_path: Path) -> None:
    text = (
        "Seen today for a dry cough of two weeks after a cold, lungs clear, no fever, no asthma, seen in room"
    )
    result = run(tmp_path, *(talk(f"{text} {n}", "A") for n in range(30)))
    assert result.near_copies == 29  # of thirty rows, however many of them are alike
    assert found(result, "duplicate_near").count == 29


def test_rows_that_cannot_be_read_are_no_copies(tmp_path: Path) -> None:
    row = {"conversations": [{"from": "human", "value": {"x": 1}}, {"from": "gpt", "value": "a"}]}
    result = run(tmp_path, good(1), row, row, row)
    assert result.exact_copies == 0
    assert found(result, "wrong_type").count == 3


def test_an_answer_in_another_language_is_found(tmp_path: Path) -> None:
    rows = [talk(f"Question {n}", f"{ENGLISH} Ticket {n}.") for n in range(6)] + [talk("Question 7", GERMAN)]
    place = found(run(tmp_path, *rows), "language_mix").places[0]
    assert (place.line, place.detail) == (7, "German, most are English")


@pytest.mark.parametrize(
    "text", ["OK.", '{"diagnosis": "essential hypertension, and a long text of many words in it"}', "I10"]
)
def test_short_answers_and_data_are_in_no_language(text: str) -> None:
    assert language_of(text) == ""


def test_loops_are_found_and_lists_are_none() -> None:
    assert repeats_itself("The answer is yes. " * 40) == "its end packs to 7 % of its size"
    assert repeats_itself(f"{ENGLISH} " + "no, " * 200)
    assert repeats_itself("好的" * 200)
    assert not repeats_itself(f"{ENGLISH} {GERMAN} " * 2)
    assert not repeats_itself("\n".join(f"| {n} | {n * n} | item {n * 7} |" for n in range(60)))
    assert not repeats_itself(ENGLISH + "\n" + "-" * 400)


def test_rows_without_the_system_prompt_of_the_others_are_named(tmp_path: Path) -> None:
    rows = [system("Be brief.", f"Answer number {n} in a sentence long enough.") for n in range(5)]
    result = run(tmp_path, *rows, good(1), system("Be polite.", "Another answer in a sentence long enough."))
    assert [p.line for p in found(result, "system_missing").places] == [6]
    assert found(result, "system_missing").places[0].detail == "6 of 7 rows have one"
    assert [p.line for p in found(result, "system_differs").places] == [7]


def test_a_label_that_the_others_speak_against_is_a_suspect(tmp_path: Path) -> None:
    wrong = ("refund", "charge", "delivery")
    things = {
        "refund": "money back for the",
        "charge": "billed twice on card for",
        "delivery": "parcel never came with",
    }
    rows = [talk(f"Please help: {things[k]} order {n} item {n * 7}", k) for n in range(20) for k in wrong]
    rows[10] = talk("Please help: money back for the order 3 item 23", "delivery")
    result = run(tmp_path, *rows)
    assert [(p.line, p.detail) for p in found(result, "label_suspect").places] == [
        (11, "answer: “delivery”, by the other rows rather “refund”")
    ]


def test_the_rules_words_stand_in_every_language_of_refusal(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        talk("q", "抱歉，我无法回答这个问题。"),
        talk("r", "Lo siento, no puedo ayudarle con eso."),
        good(1),
    )
    assert found(result, "refusal").count == 2
