"""The workbook for the client: folder to workbook to folder is the same, in each language, and problems have a cell."""

# ruff: noqa: E501  (the expected lines stand as they are printed)

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from bespoke.clients import check, load
from bespoke.clients.folder import read_folder
from bespoke.errors import BespokeError
from bespoke.intake import intake_commands
from bespoke.intake.workbook import exchange, workbook_phrases
from bespoke.intake.workbook.workbook_content import of_folder
from tests.conftest import EXAMPLES


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def read(client_data: Path, path: Path, name: str = "", agree: bool = True) -> tuple[bool, list[str]]:
    said: list[str] = []
    return exchange.read(client_data, path, name, said.append, lambda client: agree), said


@pytest.mark.parametrize("language", workbook_phrases.LANGUAGES)
@pytest.mark.parametrize("name", EXAMPLES)
def test_folder_to_workbook_to_folder_is_the_same(
    client_data: Path, tmp_path: Path, name: str, language: str
) -> None:
    before = files(client_data / name)
    path = exchange.new(client_data, name, language, tmp_path / f"{name}_intake.xlsx")
    done, said = read(client_data, path)
    assert (done, said) == (False, [f"{name}: says the same as {name}_intake.xlsx already"])
    assert files(client_data / name) == before


@pytest.mark.parametrize("language", workbook_phrases.LANGUAGES)
def test_a_new_folder_comes_from_the_workbook_and_says_the_same(
    client_data: Path, tmp_path: Path, language: str
) -> None:
    tasks = client_data / "harbour_legal" / "tasks.csv"
    text = tasks.read_text(encoding="utf-8").replace("drafting,45,3.5", "drafting,30..45..90,unknown")
    tasks.write_text(text, encoding="utf-8")
    path = exchange.new(client_data, "harbour_legal", language, tmp_path / "x.xlsx")
    clients = tmp_path / "of_the_house" / "clients"
    if language == "en":  # else it is made
        clients.mkdir(parents=True)
    assert read(clients, path, "twin")[0]
    assert [entry.name for entry in clients.iterdir()] == ["twin"]
    old, new = (
        of_folder(read_folder(folder)) for folder in (client_data / "harbour_legal", clients / "twin")
    )
    assert new.tables == old.tables
    assert {k: new.engagement[k] for k, v in old.engagement.items() if v is not None} == {
        k: v for k, v in old.engagement.items() if v is not None
    }
    assert load(clients, "twin").task("risk_memo").ranges["requests_per_day"] == (30, 90)
    assert [p for p in check(clients, "twin") if not p.warning] == []


def book(tmp_path: Path, client_data: Path, language: str = "en") -> tuple[Path, Any]:
    path = exchange.new(client_data, "harbour_legal", language, tmp_path / "harbour_legal_intake.xlsx")
    return path, load_workbook(path)


def test_answers_of_the_client_are_shown_before_they_are_written(client_data: Path, tmp_path: Path) -> None:
    path, found = book(tmp_path, client_data, "de")
    sheet = found["Aufgaben"]
    sheet["D5"], sheet["E5"], sheet["C5"], sheet["Q5"] = 60, "unbekannt", "Dialog", "nein"
    found["Auftrag"]["B4"] = "Neue Beratung"
    found.save(path)
    before = files(client_data / "harbour_legal")
    done, said = read(client_data, path, agree=False)
    assert not done
    assert files(client_data / "harbour_legal") == before
    assert (
        "+risk_memo,Risk memos in the house style,chat,60,,14200,2600,900,claude-opus-4-8,none,partner pass rate,0.62,0.88,64,110,never,false,,false,true,true"
        in said
    )
    assert '+prepared_by: "Neue Beratung"' in said
    done, _ = read(client_data, path)
    assert done
    client = load(client_data, "harbour_legal")
    task = client.task("risk_memo")
    assert (task.kind, task.requests_per_day, task.prompt_engineering_done) == ("chat", 60, False)
    assert "peak_to_mean" in task.unknown
    assert client.engagement.prepared_by == "Neue Beratung"
    changed = {
        name for name, content in files(client_data / "harbour_legal").items() if before.get(name) != content
    }
    assert changed == {"tasks.csv", "engagement.yaml"}
    others = text_rows(before["tasks.csv"])[2:]
    assert text_rows(files(client_data / "harbour_legal")["tasks.csv"])[2:] == others  # byte for byte


def text_rows(content: bytes) -> list[str]:
    return content.decode("utf-8").splitlines()


def test_problems_are_named_by_sheet_and_cell_and_nothing_is_written(
    client_data: Path, tmp_path: Path
) -> None:
    path, found = book(tmp_path, client_data)
    tasks, engagement, failures = found["Tasks"], found["Engagement"], found["Failures"]
    tasks["D5"], tasks["L6"], tasks["C7"], tasks["E8"] = "1.500", 82, "chatbot", "=1+1"
    engagement["B5"], engagement["B8"] = datetime(2019, 1, 1), "Germany"
    failures["B6"] = "risk_memos"
    found.save(path)
    before = files(client_data / "harbour_legal")
    with pytest.raises(BespokeError) as refused:
        read(client_data, path)
    told = [str(problem) for problem in refused.value.problems]
    name = "harbour_legal_intake.xlsx"
    assert (
        f'{name}: Engagement B5: "2019-01-01" is out of range; must be a date as YYYY-MM-DD from 2020-01-01 to 2100-12-31'
        in told
    )
    assert f'{name}: Engagement B8: "Germany" is not a two-letter country code such as US' in told
    assert f'{name}: Tasks D5: "1.500" may be 1500 or 1.5; write the one that is meant' in told
    assert f'{name}: Tasks L6: "82" is out of range; must be a number from 0 to 1' in told
    assert any(
        line.startswith(f'{name}: Tasks C7: "chatbot" is not one of') and line.endswith("nearest: chat")
        for line in told
    )
    assert (
        f"{name}: Tasks E8: holds a formula without a stored value; open the file in Excel and save it"
        in told
    )
    assert f'{name}: Failures B6: "risk_memos" is no task_id of tasks.csv; nearest: risk_memo' in told
    assert files(client_data / "harbour_legal") == before


def test_what_excel_cannot_hold_stays_in_the_folder(client_data: Path, tmp_path: Path) -> None:
    table = client_data / "harbour_legal" / "failures.csv"
    long, formula = "x" * 40_000, "=SUM(A1)"
    with table.open("a", encoding="utf-8") as file:
        file.write(f'LONG,risk_memo,{long},"{formula}",a,n,,,\n')
    path, found = book(tmp_path, client_data)
    row = next(row for row in found["Failures"].iter_rows(min_row=5) if row[0].value == "LONG")
    assert row[2].value == "⟦40000 characters, kept in the folder⟧"
    assert (row[3].value, row[3].data_type) == (formula, "s")  # text, and no spreadsheet runs it
    assert read(client_data, path)[0] is False
    row[5].value = "changed"
    found.save(path)
    assert read(client_data, path)[0] is True
    failure = next(f for f in load(client_data, "harbour_legal").failures or () if f.failure_id == "LONG")
    assert (failure.prompt, failure.note) == (long, "changed")


def test_columns_of_somebodys_own_stay_with_their_rows(client_data: Path, tmp_path: Path) -> None:
    table = client_data / "harbour_legal" / "tasks.csv"
    rows = table.read_text(encoding="utf-8").splitlines()
    table.write_text(
        "\n".join([rows[0] + ",Owner", *(f"{row},owner {k}" for k, row in enumerate(rows[1:]))]) + "\n",
        encoding="utf-8",
    )
    path, found = book(tmp_path, client_data)
    found["Tasks"]["D5"] = 46
    found.save(path)
    read(client_data, path)
    assert [row.rsplit(",", 1)[1] for row in table.read_text(encoding="utf-8").splitlines()] == [
        "Owner",
        "owner 0",
        "owner 1",
        "owner 2",
        "owner 3",
    ]


def test_cases_and_prices_come_and_go(client_data: Path, tmp_path: Path) -> None:
    path, found = book(tmp_path, client_data)
    cases, prices = found["Cases"], found["Prices"]
    below = cases.max_row + 1
    for column, value in enumerate(
        ("client_email", "C1", "g", "A tenant of a barn.", "Fact: …", "short; barn"), start=1
    ):
        cases.cell(below, column, value)
    at = prices.max_row + 1
    for column, value in enumerate(
        ("claude-haiku-4-5.input", 0.9, "USD per million tokens", "order form", date(2026, 11, 1)), start=1
    ):
        prices.cell(at, column, value)
    found.save(path)
    read(client_data, path)
    folder = client_data / "harbour_legal"
    line = (folder / "evaluation" / "client_email" / "cases.jsonl").read_text(encoding="utf-8")
    assert json.loads(line) == {
        "id": "C1",
        "group": "g",
        "input": "A tenant of a barn.",
        "expected": "Fact: …",
        "tags": ["short", "barn"],
    }
    own = load(client_data, "harbour_legal").prices
    assert own is not None
    assert str(own["claude-haiku-4-5.input"].value) == "0.9"
    again = exchange.new(client_data, "harbour_legal", "es", tmp_path / "again.xlsx")
    assert read(client_data, again)[0] is False


def test_every_column_has_its_words_in_every_language() -> None:
    for sheet in ("tasks", "failures", "cases", "prices", "phases"):
        from bespoke.clients.field_rules import fields
        from bespoke.intake.workbook.workbook_content import SHEETS

        model = next(s.model for s in SHEETS if s.name == sheet)
        assert workbook_phrases.columns(sheet) == list(fields(model))
        for language in workbook_phrases.LANGUAGES:
            for name in fields(model):
                label, help_text = workbook_phrases.column(sheet, name, language)
                assert label
                assert help_text


def test_a_stranger_is_no_intake_workbook(client_data: Path, tmp_path: Path) -> None:
    from openpyxl import Workbook

    path = tmp_path / "x.xlsx"
    Workbook().save(path)
    with pytest.raises(BespokeError, match="is no intake workbook"):
        read(client_data, path, "harbour_legal")


def test_the_commands(client_data: Path, tmp_path: Path) -> None:
    def bespoke(*command: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "bespoke", "intake", *command, "--client-data", str(client_data)]
        return subprocess.run(
            line,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
        )

    made = bespoke("new", "harbour_legal", "--language", "es")
    assert made.returncode == 0, made.stderr
    assert "Tareas" in load_workbook(tmp_path / "harbour_legal_intake.xlsx").sheetnames
    assert bespoke("new", "harbour_legal").returncode == 1  # is there already
    found = load_workbook(tmp_path / "harbour_legal_intake.xlsx")
    found["Tareas"]["D5"] = 46
    found.save(tmp_path / "harbour_legal_intake.xlsx")
    shown = bespoke("read", "harbour_legal_intake.xlsx")
    assert "nothing was written; --yes writes what is shown" in shown.stdout
    done = bespoke("read", "harbour_legal_intake.xlsx", "--yes")
    assert done.returncode == 0, done.stderr
    assert load(client_data, "harbour_legal").task("risk_memo").requests_per_day == 46


@pytest.mark.parametrize(
    ("options", "terminal", "answer", "written"),
    [
        (("--yes",), False, "", True),
        ((), False, "y", False),  # nobody is there to be asked
        ((), True, "y", True),
        ((), True, "n", False),
    ],
)
def test_a_workbook_is_written_where_it_was_agreed_to(
    client_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...], terminal: bool, answer: str, written: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(exchange, "read", lambda root, file, name, say, agreed: agreed("harbour_legal"))
    path = tmp_path / "x.xlsx"
    path.touch()
    with CliRunner().isolation(input=answer) as (out, *_):
        monkeypatch.setattr("sys.stdin.isatty", lambda: terminal)
        intake_commands.read.main(
            [str(path), *options, "--client-data", str(client_data)], standalone_mode=False
        )
        said = out.getvalue().decode()
    assert ("written; next: bespoke check" in said) is written
    assert ("nothing was written" in said) is not written
    assert ("write this to harbour_legal?" in said) is terminal
