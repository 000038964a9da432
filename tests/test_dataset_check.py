"""`bespoke dataset check`: every finding by file, line, rule, severity and source; a client's dataset or one file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from bespoke import cli
from bespoke.errors import BespokeError
from bespoke.tuning.checking import check
from tests.test_dataset_rules import good, talk


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str
) -> tuple[int, list[str]]:
    monkeypatch.setattr("sys.argv", ["bespoke", "dataset", "check", *words])
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    said = capsys.readouterr()
    return code, (said.out + said.err).splitlines()


def test_a_sound_file_is_taken(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(good(n)) + "\n" for n in range(40)))
    code, said = run(capsys, monkeypatch, str(path))
    assert code == 0
    assert said[0].startswith("train.jsonl: 40 rows, 40 valid, conversations (human/assistant)")
    assert "Amazon Nova fine-tuning on Bedrock: ready after conversion, 40 usable" in said
    assert said[-2:] == [
        "40 of 40 training rows are usable, one of each group of copies",
        "160 to 460 more are needed by the rule of thumb",
    ]


def test_every_finding_has_its_place_severity_and_source(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "train.jsonl"
    rows = [good(1), talk(None, "a"), talk("write to a@example.org", "fine"), good(1)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, said = run(capsys, monkeypatch, str(path))
    assert code == 1
    (null,) = [line for line in said if ": null_value: " in line]
    assert null.startswith("train.jsonl:2: null_value: null where text is needed (conversations[1].value")
    assert null.endswith(
        "[error; source: AWS sample validator, run on such a row: it stops with a traceback]"
    )
    assert any(line.startswith("train.jsonl:3: identifier_email: ") for line in said)
    assert any(line.startswith("train.jsonl:4: duplicate_exact: ") and "[warning;" in line for line in said)
    assert "a@example.org" not in "\n".join(said)  # masked


def test_many_places_are_counted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(
        "".join(json.dumps(talk(f"seen on 2026-01-{n:02d}", f"noted {n}")) + "\n" for n in range(1, 21))
    )
    _, said = run(capsys, monkeypatch, str(path))
    assert "identifier_date: 17 more of the same kind" in said  # twenty, three of them shown


def test_nothing_to_check_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, client_data: Path
) -> None:
    for path in (client_data / "harbour_legal" / "dataset").iterdir():
        path.unlink()
    code, said = run(capsys, monkeypatch, "harbour_legal", "--client-data", str(client_data))
    assert (code, said) == (1, ["harbour_legal/dataset: has no file; put training examples there"])
    code, said = run(capsys, monkeypatch, "nowhere.jsonl", "--client-data", str(client_data))
    assert code == 1
    assert len(said) == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("trian.jsonl", "there is no such file"),
        ("train.txt", "there is no such file"),
        ("trian", "no file of that name is here either"),
    ],
)
def test_a_mistyped_file_is_no_missing_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, said: str
) -> None:
    (tmp_path / "train.jsonl").write_text("{}\n", encoding="utf-8")
    (tmp_path / "client_data").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BespokeError) as caught:
        check(given, lambda: Path("client_data"), date(2026, 11, 20))
    assert said in str(caught.value)
