"""The front door: commands, exit codes, one clear line for every mistake."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from bespoke import cli
from bespoke.errors import BespokeError


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


INTERRUPTED = "interrupted; nothing half-written was left behind\n"


@pytest.mark.parametrize(
    ("raised", "code", "line"),
    [
        (BespokeError("unknown", path="acme/tasks.csv", row=3), 1, "acme/tasks.csv:3: unknown\n"),
        (click.ClickException("name a client"), 2, "Error: name a client\n"),
        (click.Abort(), 1, INTERRUPTED),
        (KeyboardInterrupt(), 1, f"\n{INTERRUPTED}"),  # a terminal shows ^C
        (FileNotFoundError(2, "No such file", "a\nb.csv"), 1, "a\\nb.csv: No such file\n"),
        (OSError("no space"), 1, "no space\n"),
        (BrokenPipeError(32, "Broken pipe"), 1, ""),  # nobody reads on: `bespoke facts | head`
        (
            ValueError("odd\x1b[2J"),
            1,
            "a fault of bespoke itself, please report it: ValueError: odd\\x1b[2J (BESPOKE_DEBUG=1 shows more)\n",
        ),
    ],
)
def test_what_goes_wrong_ends_with_a_code_and_a_line_beside_the_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, raised: BaseException, code: int,
    line: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(cli.facts, "callback", failing(raised))
    monkeypatch.setattr("sys.argv", ["bespoke", "facts"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    captured = capsys.readouterr()
    assert (stop.value.code, captured.out, captured.err) == (code, "", line)


def test_a_fault_of_ours_shows_where_it_is_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli.facts, "callback", failing(ValueError("odd")))
    monkeypatch.setattr("sys.argv", ["bespoke", "facts"])
    monkeypatch.setenv("BESPOKE_DEBUG", "1")
    with pytest.raises(ValueError, match="odd"):
        cli.main()


@pytest.mark.parametrize(("raised", "code"), [(SystemExit(2), 2), (SystemExit(), 0), (None, 0)])
def test_the_program_ends_at_once_with_the_code_and_after_what_was_left_for_the_end(
    monkeypatch: pytest.MonkeyPatch, raised: BaseException | None, code: int
) -> None:
    done: list[object] = []
    monkeypatch.setattr(cli, "main", failing(raised))
    monkeypatch.setattr(atexit, "_run_exitfuncs", lambda: done.append("left for the end"))
    for stream in (sys.stdout, sys.stderr):
        monkeypatch.setattr(stream, "flush", lambda: done.append("flushed"))
    monkeypatch.setattr(os, "_exit", done.append)
    cli.program()
    assert done == ["left for the end", "flushed", "flushed", code]


def failing(raised: BaseException | None) -> Callable[..., None]:
    def fails(**_: object) -> None:
        if raised is not None:
            raise raised

    return fails


def test_facts_prints_a_table(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, elsewhere: Path
) -> None:
    code, said = run(capsys, monkeypatch, "facts", "--as-of", "2030-01-01")
    assert code == 0
    assert said.splitlines()[0].split("\t")[-1] == "stale?"
    assert "threshold.min_test_cases\t50\t" in said


def test_help_imports_nothing_heavy(elsewhere: Path) -> None:
    import subprocess

    script = (
        "import sys; sys.argv=['bespoke','--help']\n"
        "from bespoke.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy={'pandas','matplotlib','papermill','nbconvert','sklearn','scipy','numpy','pydantic'}&set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
