"""Many clients, each in a process of its own: what it tells, how it ends; and a command where nothing can be forked."""

from __future__ import annotations

import json
import os
from pathlib import Path
from tempfile import TemporaryFile
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.echo import Echo
from bespoke.report import memory
from bespoke.runner.cache.run_plan import RunOptions
from bespoke.runner.outcome import Outcome
from bespoke.runner.parallel import process_pool


@pytest.mark.parametrize("names", [("one", "two"), ("one",)])
def test_what_each_command_says_is_heard_and_is_its_problem_where_it_fails(
    names: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "client_data").mkdir()
    said: list[str] = []
    found = process_pool._by_command(
        names, RunOptions(tmp_path / "client_data", tmp_path / "reports"), 1, said.append
    )
    assert [one.name for one in found] == list(names)
    assert [len(one.problems) for one in found] == [1] * len(names)
    for place, one in enumerate(found, start=1):
        assert one.problems[0].startswith(f"{one.name}: ")
        assert one.problems[0] in said
        assert said.count(f"[{place}/{len(names)}] {one.name}: failed") == (len(names) > 1)


# -- in processes of their own ---------------------------------------------------------------------------------------


class EndedError(Exception):
    """In place of the end of the process."""


def lived(
    monkeypatch: pytest.MonkeyPatch, run: process_pool.RunOne, disowned: list[Any], *, only: bool = False
) -> tuple[int, list[object]]:
    """A child's life in this process: its exit code, and what it told its parent. `disowned` takes what it left the
    fork server with."""
    read, write = os.pipe()
    codes: list[int] = []

    def end(code: int) -> None:
        codes.append(code)
        raise EndedError

    monkeypatch.setattr(process_pool.os, "_exit", end)
    monkeypatch.setattr(process_pool.fork_client, "FORK_SERVER", SimpleNamespace(disown=disowned.append))
    try:
        with pytest.raises(EndedError):
            process_pool._live("acme", RunOptions(Path("clients"), Path("reports")), run, write, only)
        os.close(write)
        told = [json.loads(line) for line in os.read(read, 1 << 16).splitlines()]
    finally:
        os.close(read)
    return codes[0], told


def test_a_child_says_what_its_run_says_and_its_problems_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []

    def run(name: str, options: RunOptions, say: Echo) -> Outcome:
        given.append((name, options.bounded))
        say("halfway")
        return Outcome(name, ("acme: is wrong",))

    disowned: list[Any] = []
    code, told = lived(monkeypatch, run, disowned)
    assert (code, given) == (0, [("acme", True)])
    assert told == [{"say": "halfway"}, {"problems": ["acme: is wrong"]}]
    assert disowned == [None]


def test_one_that_runs_alone_says_which_kernels_it_will_want(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(name: str, options: RunOptions, say: Echo) -> Outcome:
        (pass_on,) = disowned
        pass_on("stems")
        return Outcome(name)

    disowned: list[Any] = []
    code, told = lived(monkeypatch, run, disowned, only=True)
    assert (code, told) == (0, [{"expect": "stems"}, {"problems": []}])


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_fault_in_a_child_is_one_line_and_with_debugging_where_it_arose(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], debug: str
) -> None:
    def run(name: str, options: RunOptions, say: Echo) -> Outcome:
        raise KeyError("odd\x1b[2J")

    monkeypatch.setenv("BESPOKE_DEBUG", debug)
    assert lived(monkeypatch, run, []) == (1, [])
    said = capfd.readouterr().err
    assert said.splitlines()[-1].startswith("acme: KeyError: ")
    assert "\x1b" not in said.splitlines()[-1]
    assert ("Traceback" in said) == (debug == "1")


@pytest.mark.parametrize(
    ("code", "errors", "how"),
    [
        (-9, "", "acme: its process was ended by signal 9; run it again to go on"),
        (3, "some words", "acme: its process ended with status 3; run it again to go on"),
        (0, "", "acme: its process ended with status 0; run it again to go on"),
        (-6, f"{memory.REFUSED}8 bytes failed", f"acme: {memory.exceeded()}"),
    ],
)
def test_a_process_that_told_no_outcome_is_told_of_in_a_line(code: int, errors: str, how: str) -> None:
    assert process_pool._how_it_ended("acme", code, errors) == how


def filled(words: bytes) -> int:
    """The end to read of a pipe that holds these words and is closed behind them."""
    read, write = os.pipe()
    os.write(write, words)
    os.close(write)
    return read


def child(monkeypatch: pytest.MonkeyPatch, words: bytes, errors: bytes, status: int) -> Any:
    """One whose process has told `words`, written `errors` on its standard error, and ended with a wait status."""
    found = object.__new__(process_pool._Child)  # without a process
    found.name, found.crashed, found.pipe, found._heard = "acme", False, filled(words), b""
    found._outcome, found._pid = None, 7
    found._errors = TemporaryFile()  # noqa: SIM115 (closed by `listen`)
    found._errors.write(errors)
    monkeypatch.setattr(process_pool.os, "waitpid", lambda pid, options: (pid, status))
    return found


@pytest.mark.parametrize(
    ("words", "status", "problems", "crashed", "errors"),
    [
        (b'{"say": "one"}\n{"say": "two"}\n{"problems": []}\n', 0, (), False, "a warning"),
        (b'{"say": "one"}\n{"say": "two"}\n{"problems": ["is wrong"]}\n', 0, ("is wrong",), False, "a warning"),
        (b'{"say": "one"}\n{"say": "two"}\n', 256,
         ("acme: its process ended with status 1; run it again to go on",), True, "a warning"),
        (b'{"say": "one"}\n{"say": "two"}\n{"prob', 9,  # what there is comes from others
         ("acme: its process was ended by signal 9; run it again to go on",), True, ""),
    ],
)  # fmt: skip
def test_a_parent_hears_its_child_to_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: bytes, status: int,
    problems: tuple[str, ...], crashed: bool, errors: str,
) -> None:  # fmt: skip
    one, said = child(monkeypatch, words, b"a warning", status), list[str]()
    assert one.listen(said.append) is None
    assert one.listen(said.append) == Outcome("acme", problems)
    os.close(one.pipe)
    assert said == ["one", "two"]
    assert one.crashed is crashed
    assert capsys.readouterr().err == errors


def test_words_that_come_in_parts_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    one, said = child(monkeypatch, b'{"say": "a"}\n{"say": "b', b"", 0), list[str]()
    assert one.listen(said.append) is None
    assert said == ["a"]
    os.close(one.pipe)
    one.pipe = filled(b'c"}\n{"problems": []}\n')
    assert one.listen(said.append) is None
    assert said == ["a", "bc"]
    assert one.listen(said.append) == Outcome("acme")
    os.close(one.pipe)
