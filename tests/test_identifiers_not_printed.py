"""Identifiers are not printed: what the rules see in a quoted text stands as its kind, in results and on every page."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bespoke.chapters import evaluation, failure_modes, feasibility_pack, task_audit
from bespoke.chapters.dataset_readiness import compute as dataset
from bespoke.chapters.dataset_readiness.identifiers import masked, quoted
from bespoke.chapters.icd10_evaluation.compute import compute as icd10
from bespoke.clients import load
from bespoke.clients.schema import (
    Annotation,
    Client,
    Engagement,
    EvaluationRun,
    Failure,
    Fields,
    Note,
    Prediction,
    Rates,
    Task,
)
from bespoke.exhibits import dataset_readiness as shown_dataset
from bespoke.exhibits import evaluation as shown_evaluation
from bespoke.exhibits import failure_modes as shown_failures
from bespoke.exhibits import icd10_evaluation as shown_icd10
from bespoke.facts.reader import Facts
from bespoke.results import Result
from bespoke.show import html
from bespoke.show.shown import recorded
from bespoke.workbook import Exhibits
from tests.evaluation_folders import TASK, folder

AS_OF = date(2026, 11, 20)
FACTS = Facts(AS_OF)
SSN, MAIL, PHONE = "536-22-8726", "rosa.keller@klinik.example", "(614) 555-0148"
CANARIES = (SSN, MAIL, PHONE)
HIDDEN = "[social security number] [e-mail address] [telephone number]"
PLANTED = f"{SSN} {MAIL} {PHONE}"


def exhibits_of(chapter: ModuleType) -> list[Any]:
    return [getattr(chapter, name) for name in dir(Exhibits(chapter, None))]


def printed(result: Result, *exhibits: Any) -> str:
    """What a chapter leaves: its result as saved, and its exhibits as the notebook keeps and shows them."""
    with recorded() as found:
        for exhibit in exhibits:
            exhibit(result)
    blocks = [shown.block for shown in found]
    pages = [html.fragment(b) + html.plain(b) + b.model_dump_json() for b in blocks]
    return "\n".join([result.model_dump_json(), *pages])


def assert_hidden(text: str) -> None:
    for canary in CANARIES:
        assert canary not in text
    for half in ("536-22", "22-8726", "rosa.keller", "klinik", "(614)", "555-0"):
        assert half not in text


def client(**parts: Any) -> Client:
    engagement = Engagement(
        client="C", prepared_by="P", as_of=AS_OF, start=AS_OF, country="US",
        rates=Rates(consultant_day=Decimal(1000), annotator_hour=Decimal(50)),
        annotation=Annotation(examples_per_hour=10, annotators=2, review_rounds=1),
        evaluation=EvaluationRun(deidentified=True),
    )  # fmt: skip
    task = Task(
        task_id="t", name="T", kind="extraction", requests_per_day=1, peak_to_mean=1, system_tokens=1, input_tokens=1,
        output_tokens=1, model="claude-sonnet-4-6", metric="m", current_quality=0.6, target_quality=0.9,
    )  # fmt: skip
    return Client("c", Path("c"), engagement, (task,), **parts)


# --- the one function --------------------------------------------------------------------------------


def test_every_identifier_is_replaced_by_its_kind_and_counted() -> None:
    assert masked(PLANTED, "US") == (HIDDEN, 3)
    twice = f"Call {PHONE} or (614) 555-0149; {PHONE} is best. Patient: John Smith, born 3 May 1951."
    said, count = masked(twice, "US")
    assert said.startswith(
        "Call [telephone number] or [telephone number]; [telephone number] is best. [name]"
    )
    assert count >= 5
    assert "1951" not in said


def test_what_the_last_look_before_sending_sees_is_masked_too() -> None:
    assert masked("from 10.20.30.40 on March 3rd, policy no. 99887766", "US") == (
        "from [IP address] on [date], [number of a person]",
        3,
    )


def test_the_country_says_whose_numbers_count() -> None:
    assert masked("030 901820", "DE") == ("[telephone number]", 1)
    assert masked("030 901820", "US") == ("030 901820", 0)


def test_text_without_identifiers_is_left_as_it_is() -> None:
    text = "E11.65 with I10; [name] stands for a name, 1,250 of 3.5 mg"
    assert masked(text, "US") == (text, 0)


def test_a_value_that_json_writes_otherwise_is_found_in_its_own_spelling() -> None:
    said, count = masked('{"last_name": "M\\u00fcller", "first_name": "Jos\\u00e9"}', "DE")
    assert (said, count) == ('{"last_name": "[name]", "first_name": "[name]"}', 2)


@pytest.mark.parametrize("cut", range(1, len(PHONE)))
def test_no_half_of_one_is_left_where_a_text_is_cut(cut: int) -> None:
    text = f"before {PHONE} after"
    place = text.index(PHONE) + cut
    assert quoted(text, 0, place, "US") == ("before [telephone number]", 1, text.index(" after"))
    assert quoted(text, place, len(text), "US") == ("[telephone number] after", 1, len(text))


# --- the chapters ------------------------------------------------------------------------------------


def test_chapter_2_prints_no_identifier_of_a_failing_output() -> None:
    texts = {"prompt": PLANTED, "expected": PLANTED, "actual": PLANTED, "note": PLANTED}
    codes = [f"told {PLANTED}", "wrong side", "wrong side"]
    failures = tuple(
        Failure(failure_id=f"F{n}", task_id="t", code=code, **texts) for n, code in enumerate(codes)
    )
    result = failure_modes.compute(client(failures=failures), FACTS)
    assert result is not None
    text = printed(result, *exhibits_of(shown_failures))
    assert_hidden(text)
    assert f"told {HIDDEN}" in text
    assert result.masked == {
        "failures.csv": 3 + 3 + 3 * 3
    }  # a code among the codes, and code and three texts of one sample
    assert "15 were found" in text


def test_neither_does_the_pack_for_a_vendor(client_data: Path) -> None:
    path = client_data / "meridian_health" / "failures.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines()
    task = load(client_data, "meridian_health").tasks[0].task_id
    cells = {"task_id": task, "prompt": "p", "expected": "e", "actual": "a", "code": PLANTED}
    planted = [
        ",".join((cells | {"failure_id": f"X-{n}"}).get(name, "") for name in head.split(","))
        for n in range(400)  # so that the code is among the most frequent
    ]
    path.write_text("\n".join([head, *planted, *rows]) + "\n", encoding="utf-8")
    found = load(client_data, "meridian_health")
    audit = task_audit.compute(found, FACTS)
    pack = feasibility_pack.pack(found, found.tasks[0], audit, None, None)
    assert_hidden(pack.model_dump_json())
    assert HIDDEN in pack.frequent_codes
    assert pack.masked == {"failures.csv": 3}


def test_chapter_3_prints_none_of_a_row_or_label(tmp_path: Path) -> None:
    def row(asked: str, answer: str) -> dict[str, Any]:
        return {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]}

    rows = [row(f"Question {n} about {PLANTED}", PLANTED) for n in range(12)]
    rows += [row("What is it?", f"I'm sorry, but I can't help {PLANTED}")]
    rows += [{**row("x", "y"), PLANTED: 1}, {PLANTED: [PLANTED]}]
    path = tmp_path / "dataset" / "train.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    given = client(dataset=(path,))
    result = dataset(Client(**{**vars_of(given), "folder": tmp_path}), FACTS)
    assert result is not None
    text = printed(result, *exhibits_of(shown_dataset))
    assert_hidden(text)
    assert sum(result.masked.values()) > 0
    assert "Identifiers are not printed" in text


def vars_of(given: Client) -> dict[str, Any]:
    return {name: getattr(given, name) for name in given.__dataclass_fields__}


LABEL = "scorer: label\nlabels: [billing, refund]\nin_use: live\n"


def test_chapter_4_prints_none_of_a_case_with_a_wrong_answer(tmp_path: Path) -> None:
    cases = [
        {"id": f"c{n}", "input": f"Where is my money? {PLANTED}", "expected": "billing"} for n in range(12)
    ]
    given = [{"id": case["id"], "prediction": CANARIES[n % 3]} for n, case in enumerate(cases)]
    found = load(folder(tmp_path, LABEL, cases, predictions={"live": given}), "acme")
    result = evaluation.compute(found, FACTS, flips=50)
    assert result is not None
    text = printed(result, *exhibits_of(shown_evaluation))
    assert_hidden(text)
    assert all(
        kind in text for kind in ("[social security number]", "[e-mail address]", "[telephone number]")
    )
    assert "found in what is quoted here" in text


def test_chapter_5_prints_none_of_a_note_or_an_answer() -> None:
    lead = "The patient came in with thirst and was seen by the ward. "
    notes = tuple(
        Note(id=f"N{n}", text=f"{lead}{PLANTED} " + "word " * 60, gold=Fields(diagnosis_icd10=("E11.65",)))
        for n in range(12)
    )
    answers = tuple(
        Prediction(id=note.id, prediction=Fields(diagnosis_icd10=("I10", MAIL, f"call {PHONE}")))
        for note in notes
    )
    result = icd10(client(notes=notes, predictions={"live": answers}), FACTS, resamples=50, flips=50)
    assert result is not None
    assert any(HIDDEN in one.excerpt for one in result.disagreements)
    text = printed(result, shown_icd10.validity_text, shown_icd10.validity_table, shown_icd10.disagreements)
    assert_hidden(text)
    assert "evaluation/notes.jsonl" in text
    assert "evaluation/predictions/live.jsonl" in text


def test_an_excerpt_ends_before_half_an_identifier() -> None:
    for fill in range(180, 300):
        text = "w" * 10 + " " + "x" * fill + f" {PHONE} and on " + "y " * 300
        said, _, _ = quoted(text, 0, 300, "US")
        assert "555" not in said


def test_the_cases_read_one_by_one_keep_none_in_the_notebook(tmp_path: Path) -> None:
    from types import SimpleNamespace

    from bespoke.explore.case_explorer import EvaluationExplorer

    cases = [{"id": "c1", "input": f"Money? {PLANTED}", "expected": "billing"}]
    found = load(
        folder(tmp_path, LABEL, cases, predictions={"live": [{"id": "c1", "prediction": PLANTED}]}), "acme"
    )
    explorer = EvaluationExplorer.__new__(EvaluationExplorer)
    explorer.base = SimpleNamespace(client=found, facts=FACTS)  # type: ignore[assignment]
    explorer.tasks, explorer._ladders, explorer._right = {TASK: found.evaluated[0]}, {}, {}
    shown = explorer.look(TASK, SimpleNamespace(choices={}))  # type: ignore[arg-type]
    assert_hidden("".join(html.fragment(block) for block in shown if not isinstance(block, str)))
    assert HIDDEN in html.plain(shown[0])  # type: ignore[arg-type]
