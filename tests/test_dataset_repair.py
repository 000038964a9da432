"""`bespoke dataset repair`: sound rows in one file, the others in another with their reasons; none is lost."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bespoke import cli
from bespoke.errors import BespokeError
from bespoke.tuning.repairing import repair
from tests.test_dataset_rules import good, system, talk

TODAY = date(2026, 11, 27)


def read(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def test_what_needs_no_decision_is_mended_and_the_rest_is_set_aside(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    rows = [
        good(1), good(2), {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]},
        good(1), talk(None, "a"), talk("Write to a@b.example", "a"), system("", "An answer of some length."),
    ]  # fmt: skip
    text = "\n".join(json.dumps(row) for row in rows)
    source.write_bytes(b"\xef\xbb\xbf" + text.encode() + b"\n\n{broken\n")
    out, rejects = tmp_path / "out.jsonl", tmp_path / "rejects.jsonl"
    done = repair(source, out, rejects, TODAY)
    assert read(out) == [
        good(1),
        good(2),
        {"conversations": [{"from": "user", "value": "q"}, {"from": "assistant", "value": "a"}]},
        talk("Please.", "An answer of some length."),
    ]
    assert [(row["line"], [r["rule"] for r in row["reasons"]]) for row in read(rejects)] == [
        (4, ["duplicate_exact"]), (5, ["null_value"]), (6, ["identifier_email"]), (9, ["invalid_json"]),
    ]  # fmt: skip
    assert read(rejects)[1]["row"] == talk(None, "a")  # as it stands, to be mended by hand
    assert read(rejects)[3]["row"] == "{broken"
    assert read(rejects)[1]["reasons"][0]["todo"] == "complete the turn or remove the row"
    assert (done.read, done.written, done.left_out) == (8, 4, 4)
    assert dict(done.mended) == {
        "a byte order mark": 1, "blank lines": 1, "a row in another format": 1, "an empty system prompt": 1,
    }  # fmt: skip


def test_a_repaired_file_has_nothing_left_to_repair(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(
        "".join(json.dumps(row) + "\n" for row in (good(1), good(1), talk("q", ""))), encoding="utf-8"
    )
    repair(source, tmp_path / "once.jsonl", tmp_path / "r1.jsonl", TODAY)
    done = repair(tmp_path / "once.jsonl", tmp_path / "twice.jsonl", tmp_path / "r2.jsonl", TODAY)
    assert (tmp_path / "twice.jsonl").read_bytes() == (tmp_path / "once.jsonl").read_bytes()
    assert (done.left_out, dict(done.mended)) == (0, {})


def test_the_source_is_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(good(1)) + "\n", encoding="utf-8")
    with pytest.raises(BespokeError, match="must be three files"):
        repair(source, source, tmp_path / "r.jsonl", TODAY)


def test_the_command_says_what_became_of_the_rows(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "in.json"
    source.write_text(json.dumps([good(1), talk("q", "")]), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    monkeypatch.setattr(
        "sys.argv", ["bespoke", "dataset", "repair", str(source), str(out), "--to", "openai_chat"]
    )
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert not stop.value.code
    assert capsys.readouterr().out.splitlines() == [
        f"{out}: 1 of 2 rows", f"{tmp_path / 'out.rejects.jsonl'}: 1 rows, each with its reasons",
        "rejected: empty_text (1)",
    ]  # fmt: skip
    assert [turn["role"] for turn in read(out)[0]["messages"]] == ["user", "assistant"]
