"""What a user reads of an error: one line for each problem, with its place, and no stack."""

from __future__ import annotations

import pytest
from IPython.core.interactiveshell import InteractiveShell

from bespoke.errors import BespokeError, Problem, printable


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (Problem("acme/tasks.csv", 3, "kind", "unknown"), "acme/tasks.csv:3: kind: unknown"),
        (Problem("acme/tasks.csv", None, None, "missing"), "acme/tasks.csv: missing"),
        (Problem("", None, None, "nothing to do"), "nothing to do"),
        (Problem("05.ipynb", None, "cell 7", "late", warning=True), "05.ipynb: cell 7: late (warning)"),
    ],
)
def test_a_problem_is_its_place_and_its_message(problem: Problem, line: str) -> None:
    assert str(problem) == line


def test_an_error_has_a_line_for_each_problem() -> None:
    error = BespokeError([Problem("a.csv", 2, None, "one"), Problem("b.csv", None, "x", "two")])
    assert str(error) == "a.csv:2: one\nb.csv: x: two"
    assert str(BespokeError("wrong", path="a.csv", row=2, column="x")) == "a.csv:2: x: wrong"


def test_a_notebook_shows_the_line_and_not_the_stack(capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell()
    shell.user_ns["error"] = BespokeError("unknown task", path="acme/tasks.csv", row=3)
    shell.run_cell("raise error")
    assert capsys.readouterr().out.strip() == "acme/tasks.csv:3: unknown task"


def test_what_steers_a_terminal_is_shown_as_what_it_is() -> None:
    assert printable("a\x1b[2Jb\nü") == "a\\x1b[2Jb\\nü"
