"""CSV files: one thing wrong, the exact line that says so."""

# ruff: noqa: E501  (the expected lines stand as they are printed)

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke.clients import check
from bespoke.paths import templates
from tests.client_folder import filled_in

HEADER, ROUTING, ANSWERS = (
    (templates() / "client" / "tasks.csv").read_text(encoding="utf-8").replace("EXAMPLE: ", "").splitlines()
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A client folder with nothing wrong in it."""
    return filled_in(tmp_path)


def lines(root: Path) -> list[str]:
    return [str(problem) for problem in check(root.parent, root.name)]


def test_a_filled_in_template_has_no_problems(root: Path) -> None:
    assert lines(root) == []


# (what stands in the template's tasks.csv, what takes its place, the line)
CELLS = [
    ("2000,2.5", '"2,000",2.5', '2: requests_per_day: "2,000" has a thousands separator; write 2000'),
    ("2000,2.5", "2 000,2.5", '2: requests_per_day: "2 000" has a thousands separator; write 2000'),
    ("2000,2.5", "2'000,2.5", """2: requests_per_day: "2'000" has a thousands separator; write 2000"""),
    ("2000,2.5", "$2000,2.5", '2: requests_per_day: "$2000" has a currency sign; write 2000'),
    ("2000,2.5", '"€ 2,000",2.5', '2: requests_per_day: "€ 2,000" has a currency sign; write 2000'),
    ("2000,2.5", "2k,2.5", '2: requests_per_day: "2k" is abbreviated; write 2000'),
    ("2000,2.5", "nan,2.5", '2: requests_per_day: "nan" is not a number; must be a number from 0.001 to 1000000000000'),
    ("2000,2.5", '2000,"2,5"', '2: peak_to_mean: "2,5" has a decimal comma; write 2.5'),
    ("2000,2.5", '2000,"1.234,5"', '2: peak_to_mean: "1.234,5" has a decimal comma; write 1234.5'),
    ("2000,2.5", "2000,0.5", '2: peak_to_mean: "0.5" is out of range; must be a number from 1 to 10000'),
    ("2000,2.5", "2000,", "2: not known, and assumed instead: peak_to_mean 1.5 to 8 (warning)"),
    ("1500,400", "1500.5,400", '2: system_tokens: "1500.5" is not a whole number'),
    ("1500,400", "1500.0,400", '2: system_tokens: "1500.0" is not a whole number; write 1500'),
    ("1500,400", "-1,400", '2: system_tokens: "-1" is out of range; must be a whole number from 0 to 1000000000'),
    ("0.82,0.92", "82%,0.92", '2: current_quality: "82%" is a percentage; write 0.82'),
    ("0.82,0.92", "82,0.92", '2: current_quality: "82" is out of range; must be a number from 0 to 1'),
    (",2000,accuracy", ",0,accuracy", '2: p95_latency_ms: "0" is out of range; must be a number above 0 and at most 100000000'),
    ("never", "yearly", '2: knowledge_changes: "yearly" is not one of never, monthly, weekly, daily'),
    ("never", "weakly", '2: knowledge_changes: "weakly" is not one of never, monthly, weekly, daily; nearest: weekly'),
    ("never,true", "never,yes", '2: prompt_engineering_done: "yes" is not true or false; write true'),
    ("never,true", "never,maybe", '2: prompt_engineering_done: "maybe" is not true or false; must be true, false or empty'),
    ("routing,2000", "rooting,2000", '2: kind: "rooting" is not one of extraction, classification, routing, question_answering, drafting, summarisation, translation, search, chat, code, sql, agent; nearest: routing'),
    ("claude-haiku-4-5", "claude-haiku-45", '2: model: "claude-haiku-45" is not a model with a known price; nearest: claude-haiku-4-5'),
    ("policy_answers", "ticket_routing", '3: task_id: "ticket_routing" stands in row 2 already; give each its own'),
    ("policy_answers,", ",", "3: task_id: is empty; must be text"),
    (",false,,,,,,,,\n", ",false,,,,,,,\n", "2: 26 cells, the header has 27; quote a cell that holds a comma"),
    (",false,,,,,,,,\n", ",false,,,,,,,,,\n", "2: 28 cells, the header has 27; quote a cell that holds a comma"),
    ("task_id,name", "task_id,nmae", "1: nmae: unknown column; nearest: name"),
    ("task_id,name", "task_id,title", "1: name: column is missing; it holds text"),
    ("task_id,name,kind", "task_id,name,name", "1: name: column stands 2 times; keep one"),
    ("contains_phi,deidentified", "contains_phi,", "1: an empty column without a name left out (warning)"),
    ("routing support", 'routing "support"', None),
    ("routing support tickets", '"routing" support', '2: text follows a closing quote ("); double every quote inside a quoted cell'),
    ("policy_answers", '"policy_answers', '3: a quote (") opened in this row is never closed; close it, and double any quote inside a cell'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "line"), CELLS)
def test_a_wrong_cell(root: Path, before: str, after: str, line: str | None) -> None:
    tasks = root / "tasks.csv"
    text = tasks.read_text(encoding="utf-8")
    assert before in text
    tasks.write_text(text.replace(before, after, 1), encoding="utf-8")
    failures = root / "failures.csv"  # refers to the tasks by id; not what is tested here
    failures.unlink()
    (root / "codes.csv").unlink()
    if line is None:  # and a quote in the middle of an unquoted cell is plain text
        assert lines(root) == []
    else:
        assert f"acme/tasks.csv:{line}" in lines(root)


def test_every_problem_is_reported_not_the_first(root: Path) -> None:
    (root / "tasks.csv").write_text(
        HEADER
        + "\n"
        + ROUTING.replace("0.82", "1.2").replace("0.92", "x")
        + "\n"
        + ANSWERS.replace("350", "0")
        + "\n",
        encoding="utf-8",
    )
    assert lines(root) == [
        'acme/tasks.csv:2: current_quality: "1.2" is out of range; must be a number from 0 to 1',
        'acme/tasks.csv:2: target_quality: "x" is not a number; must be a number from 0 to 1',
        'acme/tasks.csv:3: requests_per_day: "0" is out of range; must be a number from 0.001 to 1000000000000',
    ]


def test_rows_count_as_in_a_spreadsheet(root: Path) -> None:
    # Row 2 spans three lines of the file, row 3 is blank, row 4 is wrong.
    (root / "failures.csv").write_text(
        "failure_id,task_id,prompt,expected,actual,label_1\n"
        'F1,ticket_routing,"one\ntwo\nthree",a,b,format\n'
        "\n"
        "F2,ticket_routing,p,a,b,formal\n",
        encoding="utf-8",
    )
    (root / "codes.csv").unlink()
    assert lines(root) == [
        'acme/failures.csv:4: label_1: "formal" is not one of format, tone, vocabulary, edge_case, facts,'
        " reasoning, behaviour; nearest: format"
    ]


def test_a_dangling_task_id_names_the_nearest(root: Path) -> None:
    path = root / "failures.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace("ticket_routing", "ticket_ruting"), encoding="utf-8"
    )
    assert lines(root) == [
        'acme/failures.csv:2: task_id: "ticket_ruting" is no task_id of tasks.csv; nearest: ticket_routing'
    ]


def test_codes_are_unique_known_and_used(root: Path) -> None:
    (root / "codes.csv").write_text(
        "code,family\nneighbouring queue,edge_case\nneighbouring queue,tone\nold policy quotd,facts\nx,style\n",
        encoding="utf-8",
    )
    assert lines(root) == [
        'acme/codes.csv:3: code: "neighbouring queue" stands in row 2 already; give each its own',
        'acme/codes.csv:4: code: "old policy quotd" occurs nowhere in failures.csv; nearest: old policy quoted (warning)',
        'acme/codes.csv:5: family: "style" is not one of format, tone, vocabulary, edge_case, facts,'
        " reasoning, behaviour",
        'acme/codes.csv:5: code: "x" occurs nowhere in failures.csv; known: neighbouring queue, old policy quoted (warning)',
    ]


def test_phases_rise_and_wait_for_each_other_without_a_circle(root: Path) -> None:
    (root / "phases.csv").write_text(
        "phase,low_days,likely_days,high_days,after\n"
        "audit,1,2,3,training\n"
        "dataset,5,4,6,audit\n"
        "training,1,2,3,dataset;audti\n"
        "integration,1,2,3,integration\n"
        "audit,1,2,2,\n",
        encoding="utf-8",
    )
    assert lines(root) == [
        "acme/phases.csv:2: after: phases wait for each other in a circle: audit → training → dataset → audit",
        "acme/phases.csv:3: low_days: low, likely and high must rise; they are 5, 4, 6",
        'acme/phases.csv:4: after: "audti" is no phase of this file; nearest: audit',
        "acme/phases.csv:5: after: phases wait for each other in a circle: integration → integration",
        'acme/phases.csv:6: phase: "audit" stands in row 2 already; give each its own',
    ]


def test_cells_separated_by_semicolons_are_read_all_the_same(root: Path) -> None:
    (root / "codes.csv").write_text("code;family\nneighbouring queue;fakts\n", encoding="utf-8")
    assert lines(root) == [
        "acme/codes.csv:1: read as cells separated by semicolons (warning)",
        'acme/codes.csv:2: family: "fakts" is not one of format, tone, vocabulary, edge_case, facts,'
        " reasoning, behaviour; nearest: facts",
    ]


def test_an_absurdly_large_cell_is_named_and_a_large_one_read(root: Path) -> None:
    path = root / "failures.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("How many days", "How many days " + "x" * 200_000), encoding="utf-8")
    assert lines(root) == []
    path.write_text(text.replace("How many days", "y" * 1_000_001 + " How many days"), encoding="utf-8")
    # The prompt's other words make it 37 characters longer.
    rest = len(" How many days do I have to return a parcel?")
    assert lines(root) == [
        f"acme/failures.csv:3: prompt: cell of {1_000_001 + rest} characters; at most 1000000"
    ]
