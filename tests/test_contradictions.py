"""What the files of a task's examples say otherwise than its row of tasks.csv."""

from __future__ import annotations

import pytest

from bespoke.chapters.contradictions import data_apart
from bespoke.clients.schema import Task
from tests.scenario_cases import TASK


def said(counted: int | None, identifiers: int | None, **stated: object) -> list[tuple[str, str]]:
    task = Task(**{"model": "claude-sonnet-4-6"} | TASK | stated)
    return [(one.input, one.says) for one in data_apart(task, counted, identifiers)]


def test_fewer_usable_examples_than_are_stated() -> None:
    ((where, what),) = said(153, None, labelled_examples=1200)
    assert where == "examples"
    assert what.startswith("1,200 labelled examples are stated and 153 usable ones are in the files")
    assert said(1200, None, labelled_examples=1200) == []
    assert said(None, None, labelled_examples=1200) == []


@pytest.mark.parametrize(
    ("rows", "words"), [(1, "1 row holds identifiers"), (12, "12 rows hold identifiers")]
)
def test_identifiers_in_data_that_are_stated_to_have_none(rows: int, words: str) -> None:
    ((where, what),) = said(None, rows, deidentified=True)
    assert (where, words in what) == ("identifiers", True)
    assert said(None, rows, deidentified=False) == said(None, rows) == said(None, 0, deidentified=True) == []


def test_people_in_examples_of_a_task_that_is_stated_to_hold_no_personal_data() -> None:
    """A name or a number that identifies somebody is personal data (GDPR Art. 4(1)), whoever states what."""
    assert said(None, 1, personal_data=False) == [
        (
            "personal_data",
            "no personal data are stated and 1 row of the task's examples identifies somebody: "
            "agreement and review are planned",
        )
    ]
    assert "12 rows of the task's examples identify somebody" in said(None, 12, personal_data=False)[0][1]
    assert said(None, 1, personal_data=True) == said(None, 0, personal_data=False) == []
