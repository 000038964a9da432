"""The front door: commands, exit codes, one clear line for every mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke import cli


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> tuple[int, str]:
    """Exit code and everything printed."""
    monkeypatch.setattr("sys.argv", ["bespoke", *arguments])
    code = 0
    try:
        cli.main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_new_then_check(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, elsewhere: Path
) -> None:
    code, said = run(capsys, monkeypatch, "new", "acme")
    assert (code, (elsewhere / "client_data/acme/engagement.yaml").is_file()) == (0, True)
    assert "bespoke check acme" in said
    code, _ = run(capsys, monkeypatch, "check", "acme")
    assert code == 0
    code, said = run(capsys, monkeypatch, "new", "acme")
    assert code == 1
    assert said.count("\n") == 1


@pytest.mark.parametrize("name", ["../x", "/etc", "a/b", "..", "", "con", "x" * 300])
def test_a_client_name_is_a_plain_folder_name(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, elsewhere: Path, name: str
) -> None:
    for command in ("new", "check", "run", "report"):
        code, said = run(capsys, monkeypatch, command, name)
        assert code == 1, command
        assert "Traceback" not in said
        assert len(said.strip().splitlines()) >= 1
    assert not list(elsewhere.rglob("engagement.yaml"))


def test_check_prints_every_problem_and_exits_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, client_data: Path, elsewhere: Path
) -> None:
    tasks = client_data / "harbour_legal/tasks.csv"
    lines = tasks.read_text().splitlines()
    lines[1] = lines[1].replace("drafting", "draughting")
    tasks.write_text("\n".join([*lines, lines[2]]) + "\n")
    code, said = run(capsys, monkeypatch, "check", "harbour_legal")
    assert code == 1
    assert "harbour_legal/tasks.csv:2: kind:" in said
    assert f"harbour_legal/tasks.csv:{len(lines) + 1}: task_id:" in said  # the repeated row


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run"], 2), (["run", "--all", "x"], 2), (["nonsense"], 2), (["run", "x", "--jobs", "0"], 2),
        (["check", "nobody"], 1), (["run", "nobody"], 1), (["report", "nobody"], 1),
        (["run", "nobody", "--only", "09_magic"], 1), (["run", "nobody", "--as-of", "tomorrow"], 1),
        (["facts", "--as-of", "2026-13-01"], 1),
        (["--help"], 0), (["run", "--help"], 0), (["--version"], 0),
    ],
)  # fmt: skip
def test_exit_codes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, elsewhere: Path,
    arguments: list[str], code: int,
) -> None:  # fmt: skip
    found, said = run(capsys, monkeypatch, *arguments)
    assert found == code, said
    assert "Traceback" not in said


def test_facts_prints_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, elsewhere: Path
) -> None:
    code, said = run(capsys, monkeypatch, "facts", "--as-of", "2030-01-01")
    assert code == 0
    assert said.splitlines()[0].split("\t")[-1] == "stale?"
    assert "threshold.min_test_cases\t50\t" in said


def test_help_imports_nothing_heavy(elsewhere: Path) -> None:
    import subprocess
    import sys

    script = (
        "import sys; sys.argv=['bespoke','--help']\n"
        "from bespoke.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy={'pandas','matplotlib','papermill','nbconvert','sklearn','scipy','numpy','pydantic'}&set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
