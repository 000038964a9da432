"""What people and a judge say of texts: who agrees with whom, and what the judge's count is worth."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.scorers.rubric import grades

JUDGE = "claude-opus-4-8"


def by(who: str, verdicts: dict[str, bool], system: str = "house", criterion: str = "right") -> list[Any]:
    """Grades of one criterion, as grades.csv and judge_grades.csv have them."""
    return [
        SimpleNamespace(
            case_id=case, system=system, criterion=criterion, grader=who, model=who,
            verdict="pass" if passed else "fail",
        )
        for case, passed in verdicts.items()
    ]  # fmt: skip


def passed(cases: str) -> dict[str, bool]:
    """`a+ b-`: a passes, b does not."""
    return {word[:-1]: word[-1] == "+" for word in cases.split()}


def task(people: list[Any], judged: list[Any] | None = None, **found: Any) -> Any:
    systems = {"house": SimpleNamespace(model="other"), "own": SimpleNamespace(model=JUDGE)}
    criteria = {"right": "The advice is right.", "clear": "It is clear."}
    setup = SimpleNamespace(systems=systems, criteria=criteria)
    return SimpleNamespace(setup=setup, grades=people, judged=judged or [], **found)


def test_two_graders_are_compared_on_what_both_graded() -> None:
    """On four they say + + - - and + - - -: 3/4 agree, chance gives 1/2 x 1/4 + 1/2 x 3/4 = 1/2, so kappa is 1/2."""
    people = by("A", passed("a+ b+ c- d- e+")) + by("B", passed("a+ b- c- d- f+"))
    people += by("B", passed("a+"), criterion="clear")
    assert [
        (one.criterion, one.first, one.second, one.agreed, one.kappa.n, one.kappa.kappa)
        for one in grades.agreements(task(people))
    ] == [("", "A", "B", 3, 4, pytest.approx(0.5)), ("right", "A", "B", 3, 4, pytest.approx(0.5))]


def test_an_item_is_as_right_as_the_share_of_graders_who_pass_it() -> None:
    people = by("A", passed("a+ b-")) + by("B", passed("a-")) + by("C", passed("a+"))
    shares = grades.settled(grades.by_people(task(people)))
    assert shares == {("a", "house", "right"): 2 / 3, ("b", "house", "right"): 0.0}


def test_a_judge_is_corrected_by_what_people_agree_on_over_all_systems() -> None:
    """People agree on eight of its cases of `house`: it passes 5 of 5 they pass and fails 2 of 3 they fail. So of its 6
    in 10 there remain (0.6 + 2/3 - 1) / (1 + 2/3 - 1) = 0.4, and of its 1 in 2 of `second` 0.25."""
    people = by("A", passed("a+ b+ c+ d+ e- f+ g- h- i+")) + by("B", passed("f+ i-"))
    judged = by(JUDGE, passed("a+ b+ c+ d+ e+ f+ g- h- i- j-"))
    judged += by(JUDGE, passed("x+ y-"), "second") + by(JUDGE, passed("a+ g-"), "own")
    assert [
        (one.system, one.judge, one.calibrated_on, one.share.apparent, one.share.corrected.estimate)
        for one in grades.judged(task(people, judged), seed=1)
        if one.share.corrected
    ] == [
        ("house", JUDGE, 8, 0.6, pytest.approx(0.4)),
        ("second", JUDGE, 8, 0.5, pytest.approx(0.25)),
    ]  # `own` is left out: the judge is the model that wrote it


@pytest.mark.parametrize(("verdicts", "shown"), [("a+ b+", 0), ("a- b-", 0), ("", 0), ("a+ b-", 1)])
def test_a_judge_is_not_shown_before_people_have_passed_and_failed_something(
    verdicts: str, shown: int
) -> None:
    of_people = task(by("A", passed(verdicts)), by(JUDGE, passed("a+ b- c+")))
    assert len(grades.judged(of_people, seed=1)) == shown


@pytest.mark.parametrize(
    ("right", "good"),
    [(9, True), (8, True), (7, False)],
)
def test_a_judge_is_good_enough_from_four_in_five_on_either_side(right: int, good: bool) -> None:
    """Ten that people pass, of which it passes so many; ten that they fail, all of which it fails."""
    people = {f"p{n}": True for n in range(10)} | {f"f{n}": False for n in range(10)}
    judge = {f"p{n}": n < right for n in range(10)} | {f"f{n}": False for n in range(10)}
    [found] = grades.judged(task(by("A", people), by(JUDGE, judge)), seed=1)
    assert found.good_enough is good
    turned = {case: not verdict for case, verdict in judge.items()}
    people = {case: not verdict for case, verdict in people.items()}
    [found] = grades.judged(task(by("A", people), by(JUDGE, turned)), seed=1)
    assert found.good_enough is good


def orders(grader: str, *rows: str) -> list[Any]:
    """`a house>other`: on case a the first shown, house, is preferred; `<` the second, `=` neither."""
    found = []
    for row in rows:
        case, _, shown = row.partition(" ")
        sign = next(one for one in "<>=" if one in shown)
        first, _, second = shown.partition(sign)
        preferred = {">": "first", "<": "second", "=": "tie"}[sign]
        found.append(
            SimpleNamespace(case_id=case, first=first, second=second, grader=grader, preferred=preferred)
        )
    return found


def test_a_pair_counts_where_both_orders_give_one_winner() -> None:
    """Of five cases seen in both orders one turns, and one is a tie; people have one winner for a and b alone."""
    judge = orders(
        JUDGE, "a house>other", "a other<house", "b house<other", "b other>house", "c house>other", "c other>house",
        "d house=other", "d other=house", "e house>other", "a house>own", "a own<house",
        "f house>other", "f other<house",
    )  # fmt: skip
    people = orders("A", "a house>other", "b other>house", "c house=other", "f house>other")
    people += orders("B", "f other>house")
    [found] = grades.judged_pairs(task([], preferences=people, judge_preferences=judge), seed=1)
    assert (found.first, found.second, found.pairs, found.turned, found.calibrated_on) == (
        "house", "other", 3, 1 / 5, 2,
    )  # fmt: skip
    assert found.share is not None
    assert (found.share.apparent, found.good_enough) == (2 / 3, True)
    alike = orders("A", "a house>other")  # nothing that people prefer the other way
    [found] = grades.judged_pairs(task([], preferences=alike, judge_preferences=judge), seed=1)
    assert (found.share, found.good_enough) == (None, False)
