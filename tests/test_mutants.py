"""The mutator changes what it says, and only that; it asks the tests that are nearest."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests import mutants
from tests.mutants import Copy, Mutant, chosen, first_failing, mutants_of, nearest, table


def changed(source: str) -> list[str]:
    return [mutant.applied(source) for mutant in mutants_of("m", source)]


def test_comparisons_signs_and_conditions_are_turned() -> None:
    assert changed("a < b") == ["(a) <= (b)"]
    assert changed("x = a - b * c") == ["x = (a) + (b * c)", "x = a - (b) / (c)"]
    assert changed("x = a and b") == ["x = (a) or (b)"]
    assert changed("x = not a") == ["x = (a)"]
    assert changed("if a:\n    b = c\n") == ["if (not (a)):\n    b = c\n"]


def test_numbers_calls_and_results_are_changed() -> None:
    assert changed("x = 41") == ["x = 42"]
    assert changed("x = True") == ["x = False"]
    assert changed("f(x)\ng = 'ä'\n") == ["pass\ng = 'ä'\n"]
    assert changed("def f():\n    return a\n") == ["def f():\n    return None\n"]


def test_texts_types_and_imports_for_them_stay() -> None:
    assert changed('"""Words: 1 < 2."""\nfrom __future__ import annotations\n') == []
    assert changed("x: Literal[1] = a") == []
    assert changed("if TYPE_CHECKING:\n    f(1)\n") == []
    assert changed("x = dumps(a, indent=1, sort_keys=True)") == []


def test_a_place_is_counted_in_bytes() -> None:
    (mutant,) = mutants_of("m", "s = 'für' if a else b")
    assert mutant.applied("s = 'für' if a else b") == "s = 'für' if (not (a)) else b"


def test_the_same_seed_draws_the_same_mutants_over_many_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    some = dict([*mutants.modules().items()][::10])
    monkeypatch.setattr(mutants, "modules", lambda: some)
    monkeypatch.setattr(mutants, "reached_from", lambda module: {"test_x": 1})
    first = chosen(30, 1, "")
    assert first == chosen(30, 1, "")
    assert first != chosen(30, 2, "")
    packages = Counter(mutant.module.split(".")[0] for mutant in first)
    assert len(packages) > 10
    assert max(packages.values()) - min(packages.values()) <= 1  # in turn over the packages


def test_the_nearest_tests_are_those_that_import_the_module() -> None:
    assert nearest("statistics.prevalence")[0] == "test_statistics_prevalence"
    assert "test_remote_archive" in nearest("runner.remote.archive")


def test_a_test_that_imports_through_a_helper_is_near_too() -> None:
    assert "claude.retry.retry_policy" not in Path("tests/test_claude_cascade.py").read_text(encoding="utf-8")
    helper = mutants.imported_by("claude_clients")
    assert "claude.retry.retry_policy" in helper
    assert helper <= mutants.imported_by("test_claude_cascade")


def test_near_files_are_taken_while_they_fit_and_the_quickest_is_asked_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """28 + 1 + 9 are 38 seconds, 3 more do not fit; 27 + 1 + 9 + 3 are 40, which is allowed."""
    monkeypatch.setattr(
        mutants, "nearest", lambda module, line: ("test_a", "test_b", "test_c", "test_d", "test_e")
    )
    known = {"tests/test_a.py": 28.0, "tests/test_b.py": 1.0, "tests/test_c.py": 9.0, "tests/test_d.py": 3.0}
    monkeypatch.setattr(mutants, "SECONDS", known)
    monkeypatch.setattr(mutants, "UNFIT", {"tests/test_e.py"})
    assert mutants.asked("m") == ["tests/test_b.py", "tests/test_c.py", "tests/test_a.py"]
    monkeypatch.setattr(mutants, "SECONDS", {**known, "tests/test_a.py": 27.0})
    assert mutants.asked("m") == [f"tests/test_{name}.py" for name in "bdca"]
    monkeypatch.setattr(mutants, "SECONDS", dict.fromkeys(known, 300.0))
    assert mutants.asked("m") == ["tests/test_a.py"]  # one at least


FILES = ["tests/test_one.py", "tests/test_one_more.py"]


@pytest.mark.parametrize(
    ("case", "found"),
    [
        ('classname="tests.test_one" name="test_a"', ""),
        ('classname="tests.test_one_more" name="test_a[1.5]"', "tests/test_one_more.py::test_a"),
        ('classname="tests.test_one.TestLedger" name="runTest"', "tests/test_one.py::TestLedger::runTest"),
        ('classname="" name="tests.test_one_more"', "tests/test_one_more.py"),  # it cannot be imported
    ],
)
def test_what_failed_first_is_read_from_the_report_of_pytest(tmp_path: Path, case: str, found: str) -> None:
    told = tmp_path / "told.xml"
    inside = "<failure/>" if found else ""
    told.write_text(f"<testsuites><testsuite><testcase {case}>{inside}</testcase></testsuite></testsuites>")
    assert first_failing(told, FILES) == (
        found or FILES[0]
    )  # it ended badly without saying where: the first file


class Pretended(Copy):
    """Instead of pytest's runs, what each would find: with the mutant in the code, and as it is."""

    def __init__(self, folder: Path, with_mutant: list[str | None], as_it_is: dict[str, str | None]) -> None:
        self.folder, self.seconds, self.found, self.as_it_is = folder, 3.0, with_mutant, as_it_is
        self.target = folder / "bespoke" / "show" / "html.py"
        self.target.parent.mkdir(parents=True)
        self.target.write_text("a < b")

    def _first_failing(self, files: list[str], *options: str) -> str | None:  # type: ignore[override]
        if self.target.read_text() == "a < b":
            return self.as_it_is.get(files[0], "")
        return self.found.pop(0)


@pytest.mark.parametrize(
    ("with_mutant", "as_it_is", "verdict"),
    [
        ([""], {}, "survived"),
        (["tests/test_one.py::test_a"], {}, "tests/test_one.py::test_a"),
        # a test that fails anyway detects nothing, and is left out when the files are asked again
        (
            ["tests/test_one.py::test_a", ""],
            {"tests/test_one.py::test_a": "tests/test_one.py::test_a"},
            "survived",
        ),
        ([None], {}, "no end"),
        (
            [None, ""],
            {"tests/test_one.py": None},
            "survived",
        ),  # the file does not end without the mutant either
    ],
)
def test_only_a_failure_that_the_code_as_it_is_does_not_show_detects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_mutant: list[str | None], as_it_is: dict[str, str | None],
    verdict: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(mutants, "nearest", lambda module, line: ("test_one", "test_one_more"))
    for name in ("QUICK", "UNFIT", "PASSING", "FAILING"):
        monkeypatch.setattr(mutants, name, set())
    copy = Pretended(tmp_path, with_mutant, as_it_is)
    assert copy.verdict(Mutant("show.html", 1, 0, 5, "a < b", "(a) <= (b)")) == verdict
    assert copy.target.read_text() == "a < b"


def test_the_table_counts_by_package() -> None:
    one, two = next(mutants_of("show.html", "a < b")), next(mutants_of("advice.gates", "a < b"))
    assert table({one: True, two: False}).splitlines()[2:] == [
        "| `advice` | 0 | 1 |", "| `show` | 1 | 1 |", "| all | 1 | 2 |",
    ]  # fmt: skip
