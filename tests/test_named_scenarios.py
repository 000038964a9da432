"""Named scenarios: the file, the command, the comparison, and what the report says of it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bespoke import clients, workbook
from bespoke.chapters import scenarios
from bespoke.chapters.recommendation import Recommendation
from bespoke.chapters.registry import compute_all
from bespoke.chapters.scenarios import Comparison
from bespoke.cli import bespoke
from bespoke.clients.changes import Changes, Span, applied
from bespoke.errors import BespokeError
from bespoke.exhibits.scenarios import section, tables
from bespoke.scenarios import saving, scenario_commands

CLIENT = "harbour_legal"
TASK = "risk_memo"


def command(client_data: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and what it said, of a command that may raise what `main` turns into a line."""
    done = subprocess.run(
        [sys.executable, "-m", "bespoke", "scenario", *arguments, "--client-data", str(client_data)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def said(client_data: Path, *arguments: str) -> str:
    """The output of a command that ends well, in this process."""
    done = CliRunner().invoke(
        bespoke, ["scenario", *arguments, "--client-data", str(client_data)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    return done.output


def write(client_data: Path, text: str, name: str = "one") -> None:
    folder = client_data / CLIENT / "scenarios"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_what_is_saved_reads_back_with_what_the_folder_said(client_data: Path) -> None:
    client = clients.load(client_data, CLIENT)
    task = client.task(TASK)
    changes: Changes = {
        ("tasks.csv", TASK, "requests_per_day"): Span(100.0, 150.0, 400.0),
        ("tasks.csv", TASK, "current_quality"): None,
        ("tasks.csv", TASK, "p95_latency_ms"): None,
        ("engagement.yaml", "access", "gpu_hosting"): True,
        ("engagement.yaml", "residency"): ("us", "eu"),
        ("prices.yaml", "claude-sonnet-5.input", "value"): 1.5,
        ("codes.csv", "a: code, #1", "family"): "tone",
    }
    path = saving.save(client, "Zwei Länder: 100 %", changes, in_report=False)
    assert path.name == "zwei_lander_100.yaml"
    written = path.read_text(encoding="utf-8")
    assert "current_quality: unknown\n" in written  # nobody knows it
    assert "p95_latency_ms: none\n" in written  # nobody asks for one
    [one] = clients.load(client_data, CLIENT).scenarios
    assert (one.title, one.in_report) == ("Zwei Länder: 100 %", False)
    assert {place: value if value is None else str(value) for place, value in one.changes.items()} == {
        place: value if value is None else str(value) for place, value in changes.items()
    }
    assert one.instead_of["tasks.csv", TASK, "requests_per_day"] == task.requests_per_day
    assert applied(client, one.changes).task(TASK).ranges["requests_per_day"] == (100.0, 400.0)
    with pytest.raises(BespokeError, match="is there already; choose another name, or save it again"):
        saving.save(client, "zwei lander 100", changes)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("set: {tasks.csv: {risk_mem: {metric: F1}}}", r'1: set\.tasks\.csv\.risk_mem: "risk_mem" is no task_id of '
                                                       r"tasks\.csv; nearest: risk_memo"),
        ("set: {tasks.csv: {risk_memo: {requests: 1}}}", "unknown column; nearest: requests_per_day"),
        ("set:\n  tasks.csv:\n    risk_memo:\n      current_quality: 71%", r"4: .*is a percentage; write 0\.71"),
        ("set: {tasks.csv: {risk_memo: {model: gpt-99}}}", '"gpt-99" is not a model with a known price'),
        ("set: {tasks.csv: {risk_memo: {task_id: other}}}", "names the row; it cannot be set"),
        ("set: {engagement.yaml: {access: {gpus: true}}}", "unknown key"),
        ("set: {engagement.yaml: {start: soon}}", '"soon" is not a date'),
        ("set: {failures.csv: {F1: {code: x}}}", "is no file whose values can be set; there are tasks.csv"),
        ("title: nothing", "sets nothing"),
        ("- a", "must be a mapping of title, set, instead_of, report"),
        ("set: {prices.yaml: {claude-sonet.input: {value: 1}}}", "claude-sonet.input: unknown price"),
        ("set: {phases.csv: {new phase: {low_days: 3}}}", "likely_days: field required"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_line_with_its_place(client_data: Path, text: str, line: str) -> None:
    write(client_data, text)
    with pytest.raises(BespokeError) as error:
        clients.load(client_data, CLIENT)
    assert len(error.value.problems) == 1
    assert re.search(rf"^{CLIENT}/scenarios/one\.yaml.*{line}", str(error.value))


def test_a_scenario_is_the_report_on_a_folder_that_says_so(client_data: Path, tmp_path: Path) -> None:
    """Every figure of a column is that of the whole chain on a folder in which the values were kept."""
    client = clients.load(client_data, CLIENT)
    places = {f"{TASK}.requests_per_day": "90", f"{TASK}.target_quality": "0.8", "access.gpu_hosting": "true"}
    settings = [part for place, value in places.items() for part in ("--set", f"{place}={value}")]
    said(client_data, "save", CLIENT, "Quiet", *settings)
    book = workbook.open(client=CLIENT, client_data=str(client_data), reports=str(tmp_path))
    found = scenarios.compute(book.client, book.facts, book.earlier)
    assert isinstance(found, Comparison)
    today, quiet = (side.advice for side in found.sides)
    assert today.total == whole(client_data).total
    assert found.sides[1].settings[0].before == client.task(TASK).requests_per_day
    assert "-risk_memo" in said(client_data, "keep", CLIENT, "quiet", "--yes")
    kept = whole(client_data)
    assert quiet.total == kept.total
    assert quiet.live_p80 == kept.live_p80
    assert [(t.plan, t.money, t.live_p80) for t in quiet.tasks] == [
        (t.plan, t.money, t.live_p80) for t in kept.tasks
    ]
    assert "undone in" in said(client_data, "undo", CLIENT)
    assert clients.load(client_data, CLIENT).tasks == client.tasks


def whole(client_data: Path) -> Recommendation:
    client = clients.load(client_data, CLIENT)
    found = compute_all(client, client.engagement.as_of)["08_recommendation"]
    assert isinstance(found, Recommendation)
    return found


@pytest.mark.slow
def test_at_most_four_stand_beside_the_folder_and_the_rest_is_named(
    client_data: Path, tmp_path: Path
) -> None:
    for n in range(1, 7):
        report = "report: false\n" if n == 2 else ""
        write(
            client_data, f"title: S{n}\n{report}set: {{tasks.csv: {{{TASK}: {{test_cases: {n}}}}}}}", f"s{n}"
        )
    book = workbook.open(client=CLIENT, client_data=str(client_data), reports=str(tmp_path))
    found = scenarios.compute(book.client, book.facts, book.earlier)
    assert found is not None
    assert [side.title for side in found.sides] == ["As the folder is", "S1", "S3", "S4", "S5"]
    assert found.others == ("S6",)
    values, advice = tables(found)
    assert len(values.rows) == 4
    assert [column.title for column in advice.columns][2:] == ["As the folder is", "S1", "S3", "S4", "S5"]
    what = [row[1] for row in advice.rows]
    for line in ("First step", "Quality at the likely end", "A month then", "Live by, 80% sure"):
        assert what.count(line) == len(book.client.tasks) + (line in ("A month then", "Live by, 80% sure"))


def test_without_effect_and_changed_underneath_are_said(client_data: Path, tmp_path: Path) -> None:
    said(client_data, "save", CLIENT, "Better", "--set", f"{TASK}.current_quality=0.99", "--set",
         f"{TASK}.requests_per_day=90")  # fmt: skip
    table = client_data / CLIENT / "tasks.csv"
    client = clients.load(client_data, CLIENT)
    row = next(line for line in table.read_text(encoding="utf-8").splitlines() if line.startswith(TASK))
    before = f"{client.task(TASK).requests_per_day:g}"
    changed = row.replace(f",{before},", ",77,", 1)
    assert changed != row
    table.write_text(table.read_text(encoding="utf-8").replace(row, changed), encoding="utf-8")
    assert "the folder has changed underneath" in said(client_data, "list", CLIENT)
    assert f"was {before} when this was saved, is 77 now" in said(client_data, "show", CLIENT, "Better")
    shown = said(client_data, "compare", CLIENT, "better")
    assert "0.99 (without effect: the measured one stands)" in shown
    assert f"requests per day was {before}, is 77" in shown


def test_a_scenario_is_listed_in_a_line_and_shown_place_by_place(client_data: Path) -> None:
    task = clients.load(client_data, CLIENT).task(TASK)
    said(client_data, "save", CLIENT, "A", "--set", f"{TASK}.requests_per_day=5")
    more = ("--set", f"{TASK}.current_quality=", "--set", "access.gpu_hosting=true", "--not-in-report")
    saved = said(client_data, "save", CLIENT, "B", "--from", "a", *more)
    assert saved == f"{CLIENT}/scenarios/b.yaml: saved, 3 values\n"
    assert said(client_data, "list", CLIENT) == "a: A; 1 value\nb: B; 3 values; not in the report\n"
    assert sorted(said(client_data, "show", CLIENT, "b").splitlines()) == [
        "access.gpu_hosting: false in the folder, true here",
        f"{TASK}.current_quality: {task.current_quality:.15g} in the folder, not known here",
        f"{TASK}.requests_per_day: {task.requests_per_day:.15g} in the folder, 5 here",
    ]


def test_the_command_saves_lists_and_removes_and_says_what_is_wrong(client_data: Path) -> None:
    assert "no scenarios" in said(client_data, "list", CLIENT)
    assert command(client_data, "compare", CLIENT)[0] == 1
    saved = said(client_data, "new", CLIENT, "Half the volume", "--set", f"{TASK}.requests_per_day=5")
    assert saved == f"{CLIENT}/scenarios/half_the_volume.yaml: saved, 1 value\n"
    said(
        client_data,
        "save",
        CLIENT,
        "And a GPU",
        "--from",
        "half_the_volume",
        "--set",
        "access.gpu_hosting=true",
    )
    assert said(client_data, "show", CLIENT, "And a GPU").splitlines()[1].endswith("true here")
    for arguments, code, line in (
        (("save", CLIENT, "x", "--set", "risk_memo.requests_per_day=many"), 2, '"many" is not a number'),
        (("save", CLIENT, "x", "--set", "risk_memo.request=1"), 2, "nearest: requests_per_day"),
        (("save", CLIENT, "x", "--set", "start"), 2, "write PLACE=VALUE"),
        (("save", CLIENT, "x"), 1, "sets nothing"),
        (("save", CLIENT, "…", "--set", "risk_memo.test_cases=1"), 1, "is no name for a scenario"),
        (("save", CLIENT, "Half the volume", "--set", "risk_memo.test_cases=1"), 1, "is there already"),
        (("show", CLIENT, "half"), 1, "no such scenario; known: and_a_gpu, half_the_volume"),
        (("keep", CLIENT, "half_the_volume", "--only", "start"), 2, "there are risk_memo.requests_per_day"),
        (("undo", CLIENT), 1, "nothing was kept that could be undone"),
    ):  # fmt: skip
        found, out = command(client_data, *arguments)
        assert (found, line in out) == (code, True), out
    said(client_data, "remove", CLIENT, "half the volume")
    assert said(client_data, "list", CLIENT).startswith("and_a_gpu: And a GPU; 2 values")


def test_the_report_has_the_section_where_there_are_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr("bespoke.show.text", lambda text, **values: written.append(text.format(**values)))
    monkeypatch.setattr("bespoke.exhibits.scenarios.tables", lambda comparison: ())
    section(None)
    assert written == []
    section(Comparison.model_construct(sides=(), others=("S5", "S6")))
    assert written[0] == "## Scenarios"
    assert "S5" in written[-1]
    assert "S6" in written[-1]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (f"{TASK}.test_cases", ("tasks.csv", TASK, "test_cases")),
        (f"{TASK}:test_cases", ("tasks.csv", TASK, "test_cases")),
        ("prices.yaml:claude-sonnet-4-6.input:value", ("prices.yaml", "claude-sonnet-4-6.input", "value")),
        ("engagement.yaml:access.gpu_hosting", ("engagement.yaml", "access", "gpu_hosting")),
        ("access.gpu_hosting", ("engagement.yaml", "access", "gpu_hosting")),
        (TASK, ("engagement.yaml", TASK)),  # a task alone names no place of it
        ("no_task:test_cases", ("engagement.yaml", "no_task:test_cases")),
    ],
)
def test_a_place_is_named_by_its_file_or_task_else_it_is_one_of_the_engagement(
    client_data: Path, text: str, address: tuple[str, ...]
) -> None:
    assert scenario_commands._address(clients.load(client_data, CLIENT), text) == address


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Twice the volume", "twice_the_volume"),
        ("  Zwei Länder: 100 % ", "zwei_lander_100"),
        ("../v1.5-b", "v1.5-b"),
        ("a" * 61, "a" * 60),
        ("a" * 59 + " b", "a" * 59),  # cut, it does not end in the blank
    ],
)
def test_a_scenarios_file_is_named_by_the_letters_of_its_title_and_by_its_own_name(
    title: str, stem: str
) -> None:
    assert saving.stem_of(title) == stem
    assert saving.stem_of(stem) == stem
