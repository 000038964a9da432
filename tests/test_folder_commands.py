"""`new` and `check` by themselves: what each prints, and with which exit code it ends."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from bespoke import clients, folder_commands
from bespoke.chapters import consistency
from bespoke.clients import client_reader
from bespoke.errors import BespokeError, Problem
from bespoke.evaluation import layout_migration
from bespoke.own import words


def ended(command: str, *arguments: str, folder: Path) -> Result:
    return CliRunner().invoke(
        getattr(folder_commands, command), [*arguments, "--client-data", str(folder)], catch_exceptions=False
    )


def test_new_says_where_the_folder_is_and_what_comes_next(tmp_path: Path) -> None:
    done = ended("new", "acme", folder=tmp_path)
    assert (done.exit_code, done.output) == (
        0,
        f"{tmp_path / 'acme'}: fill in the files, then run: bespoke check acme\n",
    )


WARNING = Problem("acme/tasks.csv", 2, None, "is unusual", warning=True)
MISTAKE = Problem("acme/tasks.csv", 3, None, "is wrong")


@pytest.mark.parametrize(
    ("found", "code"), [([], 0), ([WARNING], 0), ([MISTAKE], 1), ([WARNING, MISTAKE, WARNING], 1)]
)
def test_check_ends_with_1_where_there_is_more_than_warnings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: list[Problem], code: int
) -> None:
    monkeypatch.setattr(folder_commands, "_problems", lambda folder, name: found)
    done = ended("check", "acme", folder=tmp_path)
    lines = [str(problem) for problem in found] or ["acme: no problems"]
    assert (done.exit_code, done.output.splitlines()) == (code, lines)


def test_a_mistake_in_the_first_client_is_not_forgotten_over_the_second(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        folder_commands, "_problems", lambda folder, name: [MISTAKE] if name == "acme" else []
    )
    assert ended("check", "acme", "calm", folder=tmp_path).exit_code == 1


def test_a_client_that_cannot_be_read_is_still_asked_for_state_of_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def unreadable(folder: Path, name: str) -> None:
        raise BespokeError("is no client", path=name)

    monkeypatch.setattr(client_reader, "checked", unreadable)
    (tmp_path / "acme/tuning").mkdir(parents=True)
    (tmp_path / "acme/tuning/state.json").write_text("{}", encoding="utf-8")
    done = ended("check", "acme", folder=tmp_path)
    assert done.exit_code == 1
    first, *others = done.output.splitlines()
    assert first == "acme: is no client"
    assert any("acme/tuning/state.json: was not written on this machine" in line for line in others)


@pytest.mark.parametrize(("found", "counted"), [([], True), ([WARNING], True), ([WARNING, MISTAKE], False)])
def test_what_the_files_hold_is_counted_against_what_is_declared_where_they_can_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: list[Problem], counted: bool
) -> None:
    odd, stray = (
        Problem("acme/tasks.csv", 2, None, words, warning=True) for words in ("says 3, holds 2", "is stray")
    )
    client = object()
    monkeypatch.setattr(client_reader, "checked", lambda folder, name: ([*found], lambda: client))
    monkeypatch.setattr(consistency, "inconsistencies", lambda given: [odd] if given is client else [])
    monkeypatch.setattr(words, "misplaced", lambda given: [stray] if given is client else [])
    assert folder_commands._problems(tmp_path, "acme") == [*found, *([odd, stray] if counted else [])]


@pytest.mark.parametrize(
    ("kinds", "options", "moved"),
    [
        (["classification", "extraction"], [], "t1"),  # the one whose notes they can be
        (["extraction", "extraction"], ["--task", "t1"], "t1"),
        (["classification"], ["--task", "t0"], "t0"),
        (["extraction", "extraction"], [], ""),
        (["classification"], [], ""),
    ],
)
def test_notes_are_moved_to_the_task_that_is_named_or_the_only_one_they_can_be_of(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kinds: list[str], options: list[str], moved: str
) -> None:
    tasks = [SimpleNamespace(task_id=f"t{place}", kind=kind) for place, kind in enumerate(kinds)]
    client = SimpleNamespace(folder=tmp_path, tasks=tasks)
    monkeypatch.setattr(clients, "load", lambda folder, name: client)
    monkeypatch.setattr(
        layout_migration, "move_notes", lambda folder, task: [f"{folder.name}/{task}/{n}" for n in "ab"]
    )
    if moved:
        done = ended("move_notes", "acme", *options, folder=tmp_path)
        assert done.output.splitlines() == [f"{tmp_path.name}/{moved}/{name}" for name in "ab"]
    else:
        with pytest.raises(BespokeError, match="name the task with --task: there is not one extraction task"):
            ended("move_notes", "acme", folder=tmp_path)
