"""What is said of cases that are alike: groups in several spellings, and texts that stand there more than once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bespoke.evaluation import checks
from bespoke.evaluation.cases import Case


def said_by(check: Any, cases: Sequence[Case]) -> list[tuple[str | None, str]]:
    found: list[tuple[str | None, str]] = []

    def say(
        file: str, message: str, *, id: str | None = None, column: str = "", warning: bool = False
    ) -> None:
        assert file == "cases.jsonl"
        assert warning
        found.append((id, message))

    check("cases.jsonl", cases, say)
    return found


def grouped(*groups: str | None) -> list[Case]:
    return [Case(id=f"c{n}", group=group, input="text") for n, group in enumerate(groups)]


@pytest.mark.parametrize("spellings", [("Acme", "ACME"), ("Acme", "Acme", "ACME"), ("Acme", "ACME", "acme")])
def test_groups_that_differ_by_case_alone_are_named_once_with_two_spellings(
    spellings: tuple[str, ...],
) -> None:
    ((_, message),) = said_by(checks._groups, grouped(*spellings))
    assert "ACME" in message
    assert "Acme" in message
    assert "are taken as one group" in message


def test_of_groups_that_are_written_one_way_nothing_is_said() -> None:
    assert said_by(checks._groups, grouped("Acme", "Acme", "Other", None, None)) == []


def texts(count: int) -> list[Case]:
    """Each text twice."""
    return [Case(id=f"{copy}{n}", input=f"text {n}") for n in range(count) for copy in "ab"]


@pytest.mark.parametrize(("copied", "lines"), [(0, 0), (1, 1), (5, 5), (6, 6), (8, 6)])
def test_five_copied_texts_are_named_and_the_others_counted(copied: int, lines: int) -> None:
    found = said_by(checks._copies, [*texts(copied), Case(id="alone", input="another text")])
    assert len(found) == lines
    assert [name for name, _ in found[:5]] == [f"b{n}" for n in range(min(copied, 5))]
    if copied > 5:
        assert found[-1] == (None, f"{copied - 5} more texts stand in it more than once")
