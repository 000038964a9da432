"""Failing outputs of other tools become rows of failures.csv: each once, texts only when asked and looked through."""

# ruff: noqa: E501  (samples stand as their tools write them)

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bespoke.clients import check, load
from bespoke.clients.schema import Failure
from bespoke.errors import BespokeError
from bespoke.intake import attribution
from bespoke.intake.failing_sources import parse, read
from bespoke.intake.failure_import import import_failures

NAME = "harbour_legal"


def score(number: int, value: float, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"s{number}", "trace_id": f"t{number}", "observation_id": f"o{number}", "name": "partner_review",
        "value": value, "string_value": None, "data_type": "BOOLEAN", "comment": f"comment {number}", "source": "ANNOTATION",
        "timestamp": "2026-10-05 13:46:19.963000",
    } | changes  # fmt: skip


def observation(number: int, trace: str = "risk_memo", said: str = "A tenant of a barn.") -> dict[str, Any]:
    return {
        "id": f"o{number}", "trace_id": f"t{number}", "type": "GENERATION", "trace_name": trace, "start_time": "2026-10-05 13:46:18",
        "input": json.dumps([{"role": "system", "content": "Write the memo."}, {"role": "user", "content": said}]),
        "output": json.dumps({"role": "assistant", "content": "The lessee holds a condo."}), "usage_details": {"input": 1},
    }  # fmt: skip


def lines_file(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def imported(client_data: Path, *paths: Path, **options: Any) -> tuple[list[Failure], list[str]]:
    """The rows that are new, and what was said."""
    before = load(client_data, NAME).failures or ()
    said: list[str] = []
    import_failures(load(client_data, NAME), paths, said.append, **options)
    assert [p for p in check(client_data, NAME) if not p.warning] == []
    after = load(client_data, NAME).failures or ()
    assert after[: len(before)] == before
    return list(after[len(before) :]), said


def test_scores_that_say_no_with_the_texts_of_their_observations(client_data: Path, tmp_path: Path) -> None:
    scores = lines_file(tmp_path / "scores.jsonl", [score(1, 0), score(2, 1), score(3, 0)])
    calls = lines_file(
        tmp_path / "observations_v2.jsonl", [observation(1), observation(2), observation(3, "health")]
    )
    (row,), said = imported(client_data, scores, calls, texts=True)
    assert (row.failure_id, row.task_id, row.note) == ("langfuse-s1", "risk_memo", "comment 1")
    assert row.prompt == "Write the memo.\n\nA tenant of a barn."
    assert said == [
        "scores.jsonl: Langfuse scores, 2 failing, 1 not; 1 of no task (--task TASK=FIELD:PATTERN says whose they are)"
    ]


def test_without_texts_nothing_that_was_written_or_answered_is_stored(
    client_data: Path, tmp_path: Path
) -> None:
    scores = lines_file(tmp_path / "scores.jsonl", [score(1, 0)])
    calls = lines_file(tmp_path / "observations_v2.jsonl", [observation(1)])
    (row,), _ = imported(client_data, scores, calls)
    assert (row.prompt, row.actual, row.note) == ("", "", "")
    assert "barn" not in (client_data / NAME / "failures.csv").read_text(encoding="utf-8").splitlines()[-1]


def test_a_text_with_an_identifier_stays_out_and_is_named_masked(client_data: Path, tmp_path: Path) -> None:
    scores = lines_file(tmp_path / "scores.jsonl", [score(1, 0)])
    calls = lines_file(
        tmp_path / "observations_v2.jsonl", [observation(1, said="Mail jane.doe@example.org at once.")]
    )
    (row,), said = imported(client_data, scores, calls, texts=True)
    assert row.prompt == ""
    assert said[0].startswith("scores.jsonl: langfuse-s1: texts left out, identifier_email")
    assert "jane.doe@example.org" not in "".join(said)


def test_a_second_import_adds_nothing(client_data: Path, tmp_path: Path) -> None:
    scores = lines_file(tmp_path / "scores.jsonl", [score(1, 0)])
    rules = attribution.parse(["risk_memo=*"], ["risk_memo"])
    assert len(imported(client_data, scores, rules=rules)[0]) == 1
    again, said = imported(client_data, scores, rules=rules)
    assert again == []
    assert "1 imported before" in said[0]


PROMPTFOO = {
    "evalId": "eval-1", "results": {"version": 3, "results": [
        {"id": "r1", "success": False, "promptIdx": 0, "testIdx": 0, "prompt": {"raw": "Summarise clause 19", "label": "clause_summary"},
         "testCase": {"description": "assignment", "assert": [{"type": "equals", "value": "four lines"}]},
         "response": {"output": "three lines"}, "gradingResult": {"pass": False, "reason": "one line is missing"}},
        {"id": "r2", "success": True, "promptIdx": 0, "testIdx": 1, "prompt": {"raw": "x", "label": "clause_summary"}, "response": {"output": "y"}},
        {"broken": True},
    ]},
}  # fmt: skip


def test_results_of_promptfoo(client_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps(PROMPTFOO), encoding="utf-8")
    (row,), said = imported(client_data, path, texts=True)
    assert (row.failure_id, row.task_id) == ("promptfoo-r1", "clause_summary")
    assert (row.prompt, row.expected, row.actual) == ("Summarise clause 19", "four lines", "three lines")
    assert row.note == "one line is missing"
    assert said == ["results.json: promptfoo results, 1 failing, 1 not; 1 not understood"]


SAMPLE = {
    "id": 7, "epoch": 1, "input": [{"role": "user", "content": "When was the act passed?"}], "target": "1998",
    "output": {"model": "claude-sonnet-5", "completion": "1988"},
    "scores": {"match": {"value": "I", "answer": "1988", "explanation": "expected 1998"}},
}  # fmt: skip


def zstandard_zip(path: Path, name: str, text: str) -> None:
    """A zip as Inspect AI writes it today: the member is stored packed, and its headers say method 93."""
    import zstandard

    data = text.encode()
    with zipfile.ZipFile(path, "w") as log:
        log.writestr(name, zstandard.compress(data))
    raw = bytearray(path.read_bytes())
    for mark, method, size in ((b"PK\x03\x04", 8, 22), (b"PK\x01\x02", 10, 24)):
        at = raw.index(mark)
        raw[at + method : at + method + 2] = (93).to_bytes(2, "little")
        raw[at + size : at + size + 4] = len(data).to_bytes(4, "little")
    path.write_bytes(bytes(raw))


def test_logs_of_inspect_packed_with_zstandard(client_data: Path, tmp_path: Path) -> None:
    zstandard_zip(tmp_path / "precedent_qa.eval", "samples/7_epoch_1.json", json.dumps(SAMPLE))
    (row,), _ = imported(client_data, tmp_path / "precedent_qa.eval", texts=True)
    assert row.task_id == "precedent_qa"
    assert row.actual == "1988"


def test_a_sample_of_two_evaluations_is_two_failing_outputs(client_data: Path, tmp_path: Path) -> None:
    logs = []
    for run in ("a", "b"):
        log = {"version": 2, "eval": {"eval_id": run}, "samples": [SAMPLE]}
        logs.append(tmp_path / run / "precedent_qa.json")
        logs[-1].parent.mkdir()
        logs[-1].write_text(json.dumps(log), encoding="utf-8")
    rows, _ = imported(client_data, *logs)
    assert len({row.failure_id for row in rows}) == 2
    assert imported(client_data, logs[0])[1][0].endswith("1 failing, 0 not; 1 imported before")


@pytest.mark.parametrize("whole", [True, False])
def test_documents_larger_than_memory_are_read_as_a_stream(
    client_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole: bool
) -> None:
    """The same rows, whether a document is read at once or an element at a time."""
    if not whole:
        monkeypatch.setattr("bespoke.intake.failing_sources.WHOLE", 10)
    log = tmp_path / "precedent_qa.json"
    log.write_text(
        json.dumps({"version": 2, "eval": {"eval_id": "a"}, "samples": [SAMPLE]}), encoding="utf-8"
    )
    results = tmp_path / "results.json"
    row = {
        "success": False,
        "testIdx": 3,
        "promptIdx": 0,
        "response": {"output": "no"},
        "testCase": {"description": "risk_memo"},
    }
    error = {"success": False, "testIdx": 4, "error": "rate limit", "response": {}}
    document = {"evalId": "eval-1", "results": {"version": 3, "results": [row, error, {"success": True}]}}
    results.write_text(json.dumps(document, indent=2), encoding="utf-8")
    rows, said = imported(client_data, log, results)
    assert [found.failure_id for found in rows] == [
        "inspect-ca978112-7-1",
        "promptfoo-eval-1-3-0",
    ]  # sha256 of "a"
    assert (
        said[1] == "results.json: promptfoo results, 1 failing, 1 not; 1 ended in an error without an output"
    )


def test_results_of_promptfoo_a_line_each(client_data: Path, tmp_path: Path) -> None:
    row = {
        "success": False,
        "testIdx": 3,
        "promptIdx": 0,
        "response": {"output": "no"},
        "testCase": {"description": "risk_memo"},
    }
    path = lines_file(tmp_path / "results.jsonl", [row, {**row, "testIdx": 4, "success": True}])
    (found,), said = imported(client_data, path)
    assert (found.failure_id, found.task_id) == ("promptfoo-results-3-0", "risk_memo")
    assert said == ["results.jsonl: promptfoo results, 1 failing, 1 not"]


@pytest.mark.parametrize("packed", [False, True])
def test_logs_of_inspect(client_data: Path, tmp_path: Path, packed: bool) -> None:
    right = {**SAMPLE, "id": 8, "scores": {"match": {"value": "C"}}}
    path = tmp_path / ("precedent_qa.eval" if packed else "precedent_qa.json")
    if packed:
        with zipfile.ZipFile(path, "w") as log:
            log.writestr("header.json", "{}")
            for sample in (SAMPLE, right):
                log.writestr(f"samples/{sample['id']}_epoch_1.json", json.dumps(sample))
    else:
        path.write_text(json.dumps({"version": 2, "samples": [SAMPLE, right]}), encoding="utf-8")
    (row,), _ = imported(client_data, path, texts=True)
    assert (row.failure_id[:8], row.failure_id[-4:], row.task_id) == ("inspect-", "-7-1", "precedent_qa")
    assert (row.prompt, row.expected, row.actual) == ("When was the act passed?", "1998", "1988")


def test_a_table_of_own_columns(client_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "review.csv"
    path.write_text(
        "case;team;in;out;ok?;why\nA1;client_email;Ask for schedule 3;=Do it now;x;rude\nA2;client_email;p;q;;\n",
        encoding="utf-8",
    )
    mapping = parse("id=case,prompt=in,actual=out,failed=ok?,note=why")
    rules = attribution.parse(["client_email=team:client_email"], ["client_email"])
    (row,), _ = imported(client_data, path, mapping=mapping, rules=rules, texts=True)
    assert (row.failure_id, row.note) == ("table-A1", "rude")
    assert row.actual == "=Do it now"
    written = (client_data / NAME / "failures.csv").read_text(encoding="utf-8").splitlines()[-1]
    assert ",'=Do it now," in written  # no spreadsheet runs it as a formula


def test_what_is_none_of_these_is_said_so(tmp_path: Path) -> None:
    path = lines_file(tmp_path / "x.jsonl", [{"a": 1}])
    with pytest.raises(BespokeError, match="is neither Langfuse scores"):
        read(path)
    with pytest.raises(BespokeError, match="--map takes"):
        parse("prompt=a")
