"""The mutator changes what it says, and only that; it asks the tests that are nearest."""

from __future__ import annotations

from tests.mutants import chosen, mutants_of, nearest, table


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


def test_a_place_is_counted_in_bytes() -> None:
    (mutant,) = mutants_of("m", "s = 'für' if a else b")
    assert mutant.applied("s = 'für' if a else b") == "s = 'für' if (not (a)) else b"


def test_the_same_seed_draws_the_same_mutants_over_many_packages() -> None:
    first = chosen(30, 1, "")
    assert first == chosen(30, 1, "")
    assert first != chosen(30, 2, "")
    assert len({mutant.module.split(".")[0] for mutant in first}) > 15


def test_the_nearest_tests_are_those_that_import_the_module() -> None:
    assert nearest("statistics.prevalence")[0] == "test_statistics_prevalence"
    assert "test_remote_archive" in nearest("runner.remote.archive")


def test_the_table_counts_by_package() -> None:
    one, two = next(mutants_of("show.html", "a < b")), next(mutants_of("advice.gates", "a < b"))
    assert table({one: True, two: False}).splitlines()[2:] == [
        "| `advice` | 0 | 1 |", "| `show` | 1 | 1 |", "| all | 1 | 2 |",
    ]  # fmt: skip
