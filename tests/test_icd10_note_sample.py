"""Which evaluation notes a costly question is asked on."""

from __future__ import annotations

from collections import Counter

from bespoke.chapters.icd10_evaluation.note_sample import places
from bespoke.clients.schema import Fields, Note

GOLD = Fields(diagnosis_icd10=("I10",), symptoms=(), prescribed_medications=(), follow_up_date=None)


def notes(*groups: str) -> list[Note]:
    return [Note(id=f"N{n}", text="x", gold=GOLD, group=group) for n, group in enumerate(groups)]


def test_as_many_as_are_allowed_are_all_asked() -> None:
    assert places(notes(*"aabbc"), seed=1, most=5) == [0, 1, 2, 3, 4]


def test_of_more_whole_groups_are_drawn_and_keep_their_order() -> None:
    given = notes(*"abcdefghij" * 3)
    drawn = places(given, seed=1, most=10)
    assert drawn == sorted(drawn)
    assert len(drawn) == 9  # three groups of three; a fourth would be two notes too many
    assert set(Counter(given[i].group for i in drawn).values()) == {3}


def test_every_group_is_drawn_as_often_as_another() -> None:
    given = notes(*"abcdefghij" * 3)
    drawn = Counter(given[i].group for seed in range(1000) for i in places(given, seed, most=9))
    # 3 of 10 groups in each of 1,000 draws: 300 expected, standard deviation sqrt(1000 x 0.3 x 0.7) = 14.5
    assert all(3 * (300 - 58) < n < 3 * (300 + 58) for n in drawn.values())
    assert len(drawn) == 10


def test_a_group_larger_than_what_is_allowed_stands_alone() -> None:
    assert places(notes(*"aaaa"), seed=1, most=3) == [0, 1, 2, 3]
