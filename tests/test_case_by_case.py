"""Single cases on the web page: chosen, masked, side by side, small, and nothing in them is markup."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from lxml import html

from bespoke import clients
from bespoke.chapters.evaluation import compute
from bespoke.evaluation.answers import Answer
from bespoke.evaluation.case_by_case import _chosen, _dullness, _scores, cut, said, same_answer, written
from bespoke.evaluation.shown_cases import CaseByCase
from bespoke.exhibits.evaluation import case_by_case as exhibit
from bespoke.facts.reader import Facts
from bespoke.show.blocks import Cases
from bespoke.show.case_browser import browser
from bespoke.statistics.interval import Interval
from tests.evaluation_folders import TASK, folder

SETUP = (
    "scorer: label\nlabels: [billing, delivery]\nin_use: house\nprompt: prompt.md\n"
    "systems: {house: {model: claude-haiku-4-5}}\n"
)


def root(
    tmp_path: Path, inputs: list[str], house: list[str], other: list[str], *, deidentified: bool = True
) -> Path:
    def rows(said: list[str]) -> list[dict[str, Any]]:
        used = {"input_tokens": 1000, "output_tokens": 100}
        return [{"id": f"c{i}", "prediction": label, "usage": used} for i, label in enumerate(said)]

    cases = [{"id": f"c{i}", "input": text, "expected": "billing"} for i, text in enumerate(inputs)]
    made = folder(
        tmp_path, SETUP, cases, predictions={"house": rows(house), "other": rows(other)},
        texts={"prompt.md": "Sort the ticket."},
    )  # fmt: skip
    engagement = made / "acme" / "engagement.yaml"
    if deidentified:
        engagement.write_text(engagement.read_text().replace("deidentified: false", "deidentified: true"))
    return made


def shown(place: Path) -> CaseByCase | None:
    found = compute(clients.load(place, "acme"), Facts(date(2026, 11, 20)), flips=100)
    assert found is not None
    return found.tasks[0].cases_shown


def block(place: Path, monkeypatch: pytest.MonkeyPatch) -> Cases:
    kept: list[Cases] = []
    monkeypatch.setattr("bespoke.show.display", kept.append)
    found = compute(clients.load(place, "acme"), Facts(date(2026, 11, 20)), flips=100)
    assert found is not None
    exhibit.cases(found.tasks[0])
    (one,) = kept
    return one


def test_a_case_says_what_was_asked_expected_and_answered_and_what_it_took(tmp_path: Path) -> None:
    """Haiku 4.5 at 1 and 5 USD per million: 1,000 tokens in and 100 out are 0.0015 USD."""
    found = shown(
        root(tmp_path, ["Charged twice.", "Late."], ["billing", "billing"], ["billing", "delivery"])
    )
    assert found is not None
    assert found.systems[found.left] == "House"
    assert (found.prompt, found.total) == ("Sort the ticket.", 2)
    first, second = found.cases
    left, right = second.answers[found.left], second.answers[found.right]
    assert (second.input, second.expected) == ("Late.", "billing")
    assert (left.right, left.score, right.right, right.score) == (True, 1.0, False, 0.0)
    (run,) = left.runs
    assert (run.run, run.text, run.tokens_in, run.tokens_out, run.usd) == (1, "billing", 1000, 100, 0.0015)
    assert (first.differ, second.differ) == ((), ((0, 1),))


def test_where_there_is_no_room_for_all_those_that_differ_come_first_then_those_that_are_wrong(
    tmp_path: Path,
) -> None:
    """400 cases of 1,500 characters do not fit; of the three that say something, all are there, in their own order."""
    inputs = [f"Ticket {i}. " + "The parcel is late. " * 80 for i in range(400)]
    house = ["billing"] * 400
    other = ["billing"] * 400
    house[390] = "delivery"  # differs, and is wrong
    house[391] = other[391] = "delivery"  # both wrong
    found = shown(root(tmp_path, inputs, house, other))
    assert found is not None
    names = [case.id for case in found.cases]
    assert {"c390", "c391"} <= set(names)
    assert 20 < len(names) < 400
    assert names == sorted(names, key=lambda name: int(name[1:]))


def test_the_page_of_many_cases_stays_small_and_runs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = [f"Ticket {i}. " + "The parcel is late. " * 80 for i in range(400)]
    page = browser(block(root(tmp_path, inputs, ["billing"] * 400, ["delivery"] * 400), monkeypatch))
    assert 60_000 < len(page.encode()) < 150_000
    tree = html.fromstring(page)
    assert tree.tag == "details"
    assert tree.get("open") is None, "folded"
    assert not tree.xpath("//script | //*[@onclick] | //*[@src] | //*[@href]")


def test_client_text_is_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "</details><script>alert(1)</script><input checked>"
    page = browser(block(root(tmp_path, [hostile], ["billing"], ["</style><b>x"]), monkeypatch))
    tree = html.fromstring(page)
    assert not tree.xpath("//script | //b")
    assert tree.xpath("//pre")[1].text == hostile  # after the prompt


def test_identifiers_are_masked_and_counted_whole_even_where_a_text_is_cut(tmp_path: Path) -> None:
    """The address stands across the 1,500th character: it is masked before the text is cut."""
    long = "x" * 1_490 + " jane.doe@example.com said so."
    found = compute(
        clients.load(root(tmp_path, ["Mail jane.doe@example.com.", long], ["billing"] * 2, ["delivery"] * 2), "acme"),
        Facts(date(2026, 11, 20)), flips=100,
    )  # fmt: skip
    assert found is not None
    text = found.model_dump_json()
    assert "jane" not in text
    assert found.tasks[0].masked[f"evaluation/{TASK}"] >= 2


def test_cases_that_are_not_declared_deidentified_are_not_quoted(tmp_path: Path) -> None:
    assert shown(root(tmp_path, ["Late."], ["billing"], ["delivery"], deidentified=False)) is None


def test_every_position_of_the_buttons_has_its_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two systems: left and right each in two places, and a rule that hides agreeing cases for each of four pairs."""
    found = block(root(tmp_path, ["Late."], ["billing"], ["delivery"]), monkeypatch)
    page = browser(found)
    count = len(found.systems)
    assert page.count(":has(#cases-ticket-routing-f1:checked)") == count**2
    assert page.count('type="radio"') == 2 * count + 4
    assert json.loads(found.model_dump_json())["type"] == "cases"


def test_a_text_is_cut_at_its_length_with_a_sign_of_it() -> None:
    assert [cut(text, 4) for text in ("", "abcd", "abcde")] == ["", "abcd", "abc…"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "a"), (frozenset({"b", "a"}), "a, b"), ({"é": 1}, '{"é": 1}'), (None, "null"),
        (Interval(estimate=1, low=0, high=2), '{"estimate": 1.0, "low": 0.0, "high": 2.0}'),
    ],
)  # fmt: skip
def test_an_answer_is_written_as_a_reader_takes_it(value: object, text: str) -> None:
    assert written(value) == said(Answer(value)) == text


def test_an_answer_that_says_nothing_says_why() -> None:
    assert said(Answer(status="too_long")) == "too long"


def test_nothing_is_the_same_as_nothing_and_as_nothing_else() -> None:
    scorer: Any = SimpleNamespace(same=lambda first, second: first.lower() == second.lower())
    answers = [Answer("a"), Answer("A"), Answer("b"), Answer(status="missing"), Answer(status="refused")]
    same = [(i, j) for i in range(5) for j in range(5) if same_answer(scorer, answers[i], answers[j])]
    assert same == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (3, 3), (3, 4), (4, 3), (4, 4)]


def test_what_is_in_use_comes_first_then_the_best_then_what_was_recorded() -> None:
    kinds = {
        "rules": "offline",
        "house": "recorded",
        "best": "recorded",
        "opus": "claude",
        "today": "offline",
    }
    ladder: Any = [SimpleNamespace(name=name, kind=kind) for name, kind in kinds.items()]
    assert [ran.name for ran in _chosen(ladder, "today", "best")] == [
        "today",
        "best",
        "house",
        "opus",
        "rules",
    ]
    assert [ran.name for ran in _chosen(ladder * 2, None, None)] == ["house", "best", "opus"] * 2


def test_the_dullest_are_those_on_which_all_agree_and_are_right() -> None:
    """The two shown at first differ; one of them is wrong; others differ; nothing."""
    given = [
        ((), (True, True)),
        (((0, 2),), (True, True)),
        ((), (True, False, True)),
        (((0, 1),), (True, True)),
    ]
    assert sorted(given, key=lambda one: _dullness(*one)) == given[::-1]
    assert _dullness((), (True, True, False)) == (True, True, True)  # the third is not shown at first


def test_only_a_ratio_of_sums_has_a_score_for_each_case() -> None:
    ratio: Any = SimpleNamespace(columns=np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]]))
    assert _scores(ratio, 3) == [0.5, None, 0.75]
    assert _scores(SimpleNamespace(columns=np.zeros((3, 3))), 3) == [None] * 3  # type: ignore[arg-type]
    assert _scores(None, 2) == [None, None]
