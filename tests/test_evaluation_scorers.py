"""Each scorer on cases small enough to score by hand; what is wrong with a folder is told by file and line."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import bespoke
from bespoke import clients, scorers
from bespoke.chapters.evaluation import Evaluation, compute
from bespoke.evaluation.cases import Case, EvaluationTask
from bespoke.evaluation.result import TaskEvaluation
from bespoke.facts.reader import Facts
from bespoke.paths import PACKAGE
from bespoke.scorers.answer.text_facts import holds, sentences
from bespoke.scorers.fields.comparators import FieldComparison, amount, equal, usual
from bespoke.scorers.fields.enforceable import enforceable
from bespoke.scorers.fields.leaf_tally import tally
from bespoke.scorers.rubric.rubric_rules import sections_in_order, unresolved
from tests.evaluation_folders import TASK, folder

LABELS = "scorer: label\nlabels: [billing, delivery, other]\n"


def measured(root: Path) -> TaskEvaluation:
    client = clients.load(root, "acme")
    found = compute(client, Facts(date(2026, 11, 20)), flips=500)
    assert found is not None
    assert Evaluation.model_validate_json(found.model_dump_json()) == found
    return found.tasks[0]


def score(task: TaskEvaluation, system: str, metric: str) -> float:
    return next(s.interval.estimate for s in task.system(system).scores if s.metric == metric)


def problems(root: Path) -> list[str]:
    found = map(str, clients.check(root, "acme"))
    return [line for line in found if "template's example" not in line]


def label_cases(*expected: str) -> list[dict[str, Any]]:
    return [
        {"id": f"c{i}", "input": f"Ticket number {i} says so.", "expected": e} for i, e in enumerate(expected)
    ]


# --- the cut -----------------------------------------------------------------------------------------------


def test_the_five_scorers_are_found_by_their_files() -> None:
    assert {"answer", "code_set", "fields", "label", "rubric"} <= set(scorers.names())


@pytest.mark.parametrize("name", ["answer", "code_set", "fields", "label", "rubric"])
def test_nothing_outside_a_scorers_own_files_imports_it(name: str) -> None:
    """The proof of the cut: a scorer is added by its own files."""
    root = Path(bespoke.__file__).parent
    others = [p for p in root.rglob("*.py") if not p.is_relative_to(root / "scorers" / name)]
    assert [str(p) for p in others if re.search(rf"scorers(\.|/| import ){name}\b", p.read_text())] == []


def test_the_evaluation_knows_no_scorer_and_no_chapter() -> None:
    root = Path(bespoke.__file__).parent / "evaluation"
    text = "".join(p.read_text() for p in root.glob("*.py"))
    assert "bespoke.scorers" not in text
    assert "bespoke.chapters" not in text


# --- label ---------------------------------------------------------------------------------------------------


def test_labels_by_hand(tmp_path: Path) -> None:
    # right: billing, delivery; wrong: billing as other; no line: other
    said = ["billing", "delivery", "other"]
    rows = [{"id": f"c{i}", "prediction": {"label": s}} for i, s in enumerate(said)]
    root = folder(
        tmp_path, LABELS + "in_use: now\nerror_costs: {billing: {other: 10}, '*': {'*': 2}}\n",
        label_cases("billing", "delivery", "billing", "other"), predictions={"now": rows},
    )  # fmt: skip
    task = measured(root)
    assert score(task, "now", "accuracy") == 0.5
    # F1: billing 2*1/(2+1), delivery 1, other 0 of 1 expected and 1 said
    assert score(task, "now", "macro_f1") == pytest.approx((2 / 3 + 1 + 0) / 3)
    # costs 0, 0, 10 and 2 of at most 10 each
    assert score(task, "now", "kept_cost") == pytest.approx(1 - 12 / 40)
    assert task.system("now").outcomes.missing == 1
    assert task.measured().in_use is not None


def test_what_was_lost_is_not_measured(tmp_path: Path) -> None:
    rows = [
        {"id": "c0", "prediction": {"label": "billing"}},
        {"id": "c1", "prediction": None, "outcome": "answer_lost"},
        {"id": "c2", "prediction": None, "outcome": "refused"},
    ]
    root = folder(tmp_path, LABELS, label_cases("billing", "delivery", "other"), predictions={"now": rows})
    task = measured(root)
    assert (
        score(task, "now", "accuracy") == 0.5
    )  # one of the two that were measured; the refusal is the model's own
    assert task.system("now").outcomes.not_measured == 1
    assert task.system("now").cases == 2


def test_runs_count_a_case_once_and_tell_their_spread(tmp_path: Path) -> None:
    rows = [
        {"id": f"c{i}", "run": run, "prediction": {"label": "billing" if (i + run) % 2 else "other"}}
        for run in (1, 2)
        for i in range(4)
    ]
    root = folder(tmp_path, LABELS, label_cases(*["billing"] * 4), predictions={"now": rows})
    found = measured(root).system("now")
    assert (found.runs, found.cases, found.quality.estimate, found.spread) == (2, 4, 0.5, 0.0)


def test_baselines_learn_from_cases_that_share_nothing(tmp_path: Path) -> None:
    train = [
        {"id": f"t{i}", "input": text, "expected": label, "group": f"g{i}"}
        for i, (text, label) in enumerate(
            [("charged twice on my card", "billing"), ("parcel never arrived", "delivery")] * 6
        )
    ]
    cases = [
        {"id": "a", "input": "my card was charged twice again", "expected": "billing"},
        {"id": "b", "input": "the parcel has not arrived", "expected": "delivery", "group": "G0 "},
    ]
    task = measured(folder(tmp_path, LABELS, cases, train=train))
    assert task.left_out_of_training == 1  # the group g0, written otherwise
    assert score(task, "linear", "accuracy") == 1.0
    assert score(task, "nearest", "accuracy") == 1.0


def test_problems_of_labels_name_file_and_line(tmp_path: Path) -> None:
    cases = label_cases("billing", "biling")
    cases.append({"id": "c9", "input": " ticket NUMBER 0 says so.", "expected": "other"})
    rows = [{"id": "c0", "prediction": {"label": "billing"}}, {"id": "c7", "prediction": None}]
    root = folder(tmp_path, LABELS + "in_use: nov\n", cases, predictions={"now": rows})
    place = f"acme/evaluation/{TASK}"
    assert problems(root) == [
        f'{place}/task.yaml: in_use: "nov" has no file in predictions/; nearest: now',
        f'{place}/cases.jsonl:2: expected: "biling" is no label of task.yaml; nearest: billing',
        f"{place}/cases.jsonl:3: input: the same text as c0; a copy counts the same case twice (warning)",
        f"{place}/predictions/now.jsonl: 2 of 3 cases have no line and count as wrong: c1, c9 (warning)",
        f'{place}/predictions/now.jsonl:2: id: "c7" is no id of cases.jsonl; known: c0, c1, c9',
    ]


def test_an_unknown_scorer_or_metric_is_one_line(tmp_path: Path) -> None:
    root = folder(tmp_path, "scorer: lable\n", label_cases("a"))
    assert problems(root)[0].endswith('task.yaml:1: scorer: "lable" is no scorer; nearest: label')


def test_a_folder_that_is_no_task_is_named(tmp_path: Path) -> None:
    root = folder(tmp_path, LABELS, label_cases("billing"))
    (root / "acme/evaluation" / TASK).rename(root / "acme/evaluation/ticket_routng")
    assert any(
        '"ticket_routng" is no task_id of tasks.csv; nearest: ticket_routing' in p for p in problems(root)
    )


# --- fields --------------------------------------------------------------------------------------------------

SCHEMA = json.dumps(
    {
        "type": "object", "required": ["total", "due"], "additionalProperties": False,
        "properties": {
            "total": {"type": ["string", "null"]}, "due": {"type": ["string", "null"], "format": "date"},
            "lines": {
                "type": "array",
                "items": {"type": "object", "properties": {"item": {"type": "string"}, "n": {"type": "number"}}},
            },
        },
    }
)  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "answered", "how", "same"),
    [
        ("1.234,50 EUR", "EUR 1,234.50", FieldComparison(by="money"), True),
        ("1234.50", "$1,234.51", FieldComparison(by="money", tolerance=0.01), True),
        ("10 EUR", "10 USD", FieldComparison(by="money"), False),
        ("2026-03-01", "1 March 2026", FieldComparison(by="date"), True),
        ("2026-03-01", "2026-03-03", FieldComparison(by="date", tolerance=1), False),
        ("Acme  Ltd.", "ACME Ltd", FieldComparison(by="text"), True),
        (3, "3.0", FieldComparison(by="number"), True),
        (True, 1, FieldComparison(by="exact"), False),
    ],
)
def test_comparators(expected: Any, answered: Any, how: FieldComparison, same: bool) -> None:
    assert equal(expected, answered, how) is same


def test_an_amount_without_a_number_is_none() -> None:
    assert amount("to be agreed") is None


def test_lists_are_aligned_by_most_equal_leaves() -> None:
    # the answer has the lines in another order and one too many
    expected = {"lines": [{"item": "bolt", "n": 2}, {"item": "nut", "n": 5}]}
    answered = {"lines": [{"item": "nut", "n": 5}, {"item": "bolt", "n": 3}, {"item": "saw", "n": 1}]}
    found = tally(expected, answered, lambda path: FieldComparison(by="text"))
    assert dict(found.hits) == {"lines[].item": 2, "lines[].n": 1}
    assert (found.expected["lines[].n"], found.answered["lines[].n"]) == (2, 3)
    assert not found.whole


def test_records_by_hand_and_a_field_nobody_expects_has_no_score(tmp_path: Path) -> None:
    cases = [
        {"id": "a", "input": "Invoice A", "expected": {"total": "10 EUR", "due": None}},
        {"id": "b", "input": "Invoice B", "expected": {"total": "20 EUR", "due": None}},
    ]
    rows = [
        {"id": "a", "prediction": {"total": "EUR 10", "due": None}},
        {
            "id": "b",
            "prediction": {"total": 20, "due": "2026-01-01"},
        },  # total must be text: breaks the schema
    ]
    setup = "scorer: fields\ncompare: {total: {by: money}}\nin_use: now\n"
    root = folder(tmp_path, setup, cases, predictions={"now": rows}, texts={"schema.json": SCHEMA})
    task = measured(root)
    assert score(task, "now", "field_f1") == pytest.approx(2 * 1 / (2 + 1))
    assert score(task, "now", "record") == 0.5
    assert score(task, "now", "schema_valid") == 0.5
    (grid,) = [d for d in task.details if d.kind == "grid"]
    assert {row[0]: row[6] for row in grid.rows}["due"] is None


INVOICE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["total"],
    "properties": {
        "total": {"type": "number", "minimum": 0, "maximum": 9, "description": "in euro"},
        "vat": {"type": ["string", "null"], "pattern": "^[A-ZÄ]+$"},
        "lines": {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/line"}},
        "due": {"oneOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
    },
    "$defs": {"line": {"type": "object", "properties": {"what": {"enum": ["tea", "milk"]}}}},
}  # fmt: skip


def test_a_clients_schema_in_the_words_that_a_provider_enforces() -> None:
    """Objects closed, several types as branches, what nobody enforces said in words; optional stays optional."""
    assert enforceable(INVOICE) == {
        "type": "object",
        "required": ["total"],
        "additionalProperties": False,
        "properties": {
            "total": {"type": "number", "description": 'in euro {"maximum": 9, "minimum": 0}'},
            "vat": {
                "anyOf": [{"type": "string", "description": '{"pattern": "^[A-ZÄ]+$"}'}, {"type": "null"}]
            },
            "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}, "description": '{"minItems": 1}'},
            "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        },
        "$defs": {
            "line": {
                "type": "object",
                "required": [],
                "additionalProperties": False,
                "properties": {"what": {"enum": ["tea", "milk"]}},
            }
        },
    }


@pytest.mark.parametrize("open_part", [{}, {"type": "object"}, {"type": "array"}, True])
def test_a_schema_that_leaves_a_value_open_is_enforced_by_nobody(open_part: Any) -> None:
    assert enforceable({"type": "object", "properties": {"free": open_part}}) is None


def test_an_answer_without_an_enforced_schema_is_still_a_record(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"free": {"type": "object"}}}
    root = folder(
        tmp_path, "scorer: fields\n", [{"id": "a", "input": "x", "expected": {"free": {"a": 1}}}],
        texts={"schema.json": json.dumps(schema)},
    )  # fmt: skip
    (task,) = clients.load(root, "acme").evaluated
    scorer = scorers.find("fields")
    assert scorer.schema(task) is None
    assert scorer.parse(task, '```json\n{"free": {"a": 1}}\n```') == {"free": {"a": 1}}
    assert scorer.parse(task, "It says one.") is None


def test_cases_that_break_the_clients_own_schema_are_named(tmp_path: Path) -> None:
    root = folder(
        tmp_path,
        "scorer: fields\n",
        [{"id": "a", "input": "x", "expected": {"total": 3}}],
        texts={"schema.json": SCHEMA},
    )
    assert any("cases.jsonl:1: expected" in p and "does not keep schema.json" in p for p in problems(root))


# --- code_set ------------------------------------------------------------------------------------------------


def test_another_code_set_comes_by_file_and_invalid_codes_are_shown_both_ways(tmp_path: Path) -> None:
    cases = [{"id": "a", "input": "text one", "expected": {"diagnosis_icd10": ["A1", "OLD"]}}]
    rows = [{"id": "a", "prediction": {"diagnosis_icd10": ["OLD", "B2"]}}]
    setup = "scorer: code_set\ncode_set: codes.csv\nordered: false\nin_use: now\n"
    texts = {"codes.csv": "code,words\nA1,first\nB2,second\n"}
    root = folder(tmp_path, setup, cases, predictions={"now": rows}, texts=texts)
    task = measured(root)
    assert score(task, "now", "micro_f1") == pytest.approx(2 * 1 / 4)
    assert score(task, "now", "micro_f1_valid") == 0.0
    assert "primary" not in {s.metric for s in task.system("now").scores}
    assert any('"OLD" is not in codes.csv' in p and "(warning)" in p for p in problems(root))


def test_blank_and_decorated_codes_are_named(tmp_path: Path) -> None:
    codes = {"diagnosis_icd10": ["E11.65 with hyperglycemia", " "]}
    root = folder(
        tmp_path, "scorer: code_set\n", [{"id": "a", "input": "A note in English.", "expected": codes}]
    )
    found = " ".join(problems(root))
    assert "has words beside the code; write E11.65 alone" in found
    assert "is blank; write a code or delete it" in found


# --- rubric --------------------------------------------------------------------------------------------------


def test_sections_stand_once_in_order_with_words_under_each() -> None:
    order = ("Fact", "Risk")
    assert sections_in_order("Fact: it broke. Risk: R1.", order)
    assert not sections_in_order("Risk: R1. Fact: it broke.", order)
    assert not sections_in_order("Fact: Risk: R1.", order)
    assert not sections_in_order("Fact: a. Fact: b. Risk: R1.", order)


def test_a_citation_that_nobody_listed_does_not_resolve() -> None:
    pattern = r"[A-Z]\w+(?: [A-Z]\w+)* Act \d{4}"
    assert unresolved("See the Limitation Act 1980.", pattern, ["- Limitation Act 1980\n"]) == []
    assert unresolved("See the Limitation Act 1983.", pattern, ["- Limitation Act 1980\n"]) == [
        "Limitation Act 1983"
    ]


RUBRIC = """\
scorer: rubric
in_use: now
criteria: {right: The answer is right., clear: It is clear.}
sections: [Fact, Risk]
"""


def rubric(tmp_path: Path, grades: str, **texts: str) -> Path:
    cases = [{"id": f"m{i}", "input": f"Memo {i}", "expected": "Fact: a. Risk: R1."} for i in range(4)]
    rows = [
        {"id": f"m{i}", "prediction": "Fact: a. Risk: R1." if i else "Risk: R1. Fact: a."} for i in range(4)
    ]
    return folder(tmp_path, RUBRIC, cases, predictions={"now": rows}, texts={"grades.csv": grades, **texts})


HEAD = "case_id,system,grader,criterion,verdict\n"


def test_grades_by_hand(tmp_path: Path) -> None:
    # m0: both pass all; m1: KH passes all, TO fails clear; the others are not graded
    said = [
        ("m0", "KH", "pass", "pass"),
        ("m0", "TO", "pass", "pass"),
        ("m1", "KH", "pass", "pass"),
        ("m1", "TO", "pass", "fail"),
    ]
    rows = [f"{c},now,{g},{name},{v}\n" for c, g, a, b in said for name, v in (("right", a), ("clear", b))]
    task = measured(rubric(tmp_path, HEAD + "".join(rows)))
    assert score(task, "now", "passed") == pytest.approx((1 + 0.5) / 2)
    assert score(task, "now", "criteria") == pytest.approx((1 + 3 / 4) / 2)
    assert score(task, "now", "rules_all") == pytest.approx(3 / 4)
    assert task.ceiling is not None
    assert task.ceiling.estimate == pytest.approx((1 + 1 / 2) / 2)
    assert any(d.kind == "remark" and "No judge model" in d.template for d in task.details)


def test_a_judge_that_wrote_the_texts_or_misses_failures_is_not_shown(tmp_path: Path) -> None:
    rows = "".join(
        f"m{i},now,KH,right,{'pass' if i % 2 else 'fail'}\nm{i},now,KH,clear,pass\n" for i in range(4)
    )
    judge = "case_id,system,criterion,verdict,model\n" + "".join(
        f"m{i},now,right,pass,claude-x\n" for i in range(4)
    )
    task = measured(rubric(tmp_path, HEAD + rows, **{"judge_grades.csv": judge}))
    assert any(d.kind == "remark" and "are not shown" in d.template for d in task.details)
    own = tmp_path / "own"
    root = rubric(own, HEAD + rows, **{"judge_grades.csv": judge})
    setup = root / "acme/evaluation" / TASK / "task.yaml"
    setup.write_text(RUBRIC + "systems: {now: {model: claude-x}}\n")
    assert not any(d.kind == "grid" and d.label == "judge" for d in measured(root).details)


# --- answer --------------------------------------------------------------------------------------------------


def test_facts_are_found_whatever_the_figures_look_like() -> None:
    assert holds("It is above $2,500 a visit.", "2500")
    assert holds("Within six weeks.", "6 weeks")
    assert holds("She cannot be billed.", "may not be billed|cannot be billed")
    assert not holds("Within 60 days.", "6 days")


def test_answers_by_hand(tmp_path: Path) -> None:
    documents = {
        "documents/filing.md": "Claims are filed within 120 days.",
        "documents/appeals.md": "Appeals take 60 days.",
    }
    cases = [
        {
            "id": "q1",
            "input": "Filing limit?",
            "expected": {"answer": "120 days", "facts": ["120 days"]},
            "documents": ["filing"],
        },
        {
            "id": "q2",
            "input": "Appeal limit?",
            "expected": {"answer": "60 days", "facts": ["60 days"]},
            "documents": ["appeals"],
        },
        {"id": "q3", "input": "Gym membership?", "expected": {"answer": None}},
    ]
    ranked = {"words": ["filing", "appeals"]}
    rows = [
        {"id": "q1", "prediction": {"answer": "120 days", "citations": ["filing"]}, "retrieved": ranked},
        {"id": "q2", "prediction": {"answer": "60 days", "citations": ["filing"]}, "retrieved": ranked},
        {"id": "q3", "prediction": {"answer": None, "citations": []}},
    ]  # fmt: skip
    root = folder(
        tmp_path, "scorer: answer\nin_use: now\n", cases, predictions={"now": rows}, texts=documents
    )
    task = measured(root)
    assert score(task, "now", "correct") == 1.0
    assert score(task, "now", "silent_rightly") == 1.0
    assert score(task, "now", "grounded") == 0.5  # 60 does not stand in the passage that q2 cites
    (grid,) = [d for d in task.details if d.kind == "grid" and d.label == "retrieval"]
    first, more = next((row[2], row[3]) for row in grid.rows if row[0] == "Now")
    assert (first.estimate, more.estimate) == (0.5, 1.0)  # type: ignore[union-attr]


def test_a_question_whose_answer_is_in_no_document_is_a_warning(tmp_path: Path) -> None:
    cases = [
        {
            "id": "q1",
            "input": "Limit?",
            "expected": {"answer": "90 days", "facts": ["90 days"]},
            "documents": ["filing"],
        }
    ]
    root = folder(tmp_path, "scorer: answer\n", cases, texts={"documents/filing.md": "Within 120 days."})
    assert any("the answer's 90 is in none of its documents" in p for p in problems(root))


def test_the_three_examples_hold_what_a_chapter_needs() -> None:
    sizes, scorers = {}, set()
    for name in ("meridian_health", "harbour_legal", "atlas_payments"):
        client = clients.load(PACKAGE.parent / "client_data", name)
        for task in client.evaluated:
            sizes[task.task_id] = (len(task.cases), len(task.train), len(task.recorded))
            scorers.add(task.setup.scorer)
    assert scorers == {"code_set", "label", "fields", "rubric", "answer"}
    assert sizes["risk_memo"][0] >= 60
    assert sizes["chargeback_routing"][0] >= 40
    assert sizes["chargeback_routing"][2] == 2
    assert sizes["txn_classification"][0] >= 400
    assert sizes["txn_classification"][1] >= 2000
    assert sizes["policy_qa"][0] == 80
    assert all(recorded >= 1 for _, _, recorded in sizes.values())


def test_sentences_end_at_a_mark_before_a_blank_or_with_the_line() -> None:
    text = "Notice is 1.5 months. Is it?  Yes!\n\nA line without a mark\n "
    assert sentences(text) == ["Notice is 1.5 months.", "Is it?", "Yes!", "A line without a mark"]


def test_training_cases_share_neither_group_nor_text_with_what_is_scored() -> None:
    task = EvaluationTask(
        "t", Path("t"), None,
        cases=(Case(id="scored", group="anna", input="Knee pain"),),
        train=(
            Case(id="same patient", group="anna", input="Hip pain"),
            Case(id="same text", group="ben", input="knee  PAIN\n"),
            Case(id="its own", group="ben", input="Hip pain"),
        ),
    )  # fmt: skip
    assert [case.id for case in task.usable_train] == ["its own"]


@pytest.mark.parametrize(
    ("schema", "way"),
    [
        ({"type": "number"}, "number"),
        ({"type": "integer"}, "number"),
        ({"type": ["null", "integer"]}, "number"),
        ({"type": "string"}, "text"),
        ({"type": "string", "format": "date"}, "date"),
        ({"type": "string", "format": "email"}, "text"),
        ({"type": "boolean"}, "exact"),
        ({"type": "string", "enum": ["a", "b"]}, "exact"),
        ({"const": "a"}, "exact"),
        ({"type": ["null"]}, "text"),
        ({}, "text"),
    ],
)
def test_a_field_is_compared_as_its_type_suggests(schema: dict[str, Any], way: Any) -> None:
    assert usual(schema) == FieldComparison(by=way, tolerance=0)
