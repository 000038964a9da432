"""Rows are copies where all that was said is the same, white space aside, and only there."""

from __future__ import annotations

import numpy as np

from bespoke.chapters.dataset_readiness.copies import Copies
from bespoke.tuning.formats import Example, Turn

NO_SHINGLES = np.array([], dtype=np.uint64)


def links(*examples: Example, first_file: int = 0) -> list[tuple[str, int, int]]:
    found = Copies()
    for n, example in enumerate(examples):
        found.add(example, NO_SHINGLES, file=first_file + n, line=1, targets=1, valid=True)
    return [(link.kind, link.first, link.later) for link in found.links]


def dialogue(*said: str, system: str = "") -> Example:
    turns = tuple(Turn(role=("user", "assistant")[n % 2], text=text) for n, text in enumerate(said))
    return Example(turns=turns, system=system or None)


def test_the_same_dialogue_is_a_copy_however_it_is_spaced() -> None:
    assert links(dialogue("What  is it?", "a fever"), dialogue("What is it? ", "a\nfever")) == [
        ("exact", 0, 1)
    ]


def test_another_answer_to_the_same_prompt_is_no_copy() -> None:
    assert links(dialogue("What is it?", "a fever"), dialogue("What is it?", "a cold")) == [("answer", 0, 1)]


def test_no_text_can_stand_for_the_boundary_between_two_turns() -> None:
    """Whatever a text holds, one turn that spells two is not the two."""
    two = dialogue("a", "b", "c", "d")
    for mark in ("\0", "\1", "\1assistant\0", "\0assistant\0", "9:assistant1:"):
        one = dialogue(f"a{mark}b{mark}c", "d")
        assert links(two, one) == []


def test_a_prompt_that_ends_in_the_system_prompts_words_is_another() -> None:
    assert links(dialogue("b", "c", system="a"), dialogue("a\1user\0b", "c")) == []
    assert links(dialogue("b", "c", system="a b"), dialogue("b b", "c", system="a")) == []


def test_there_may_be_more_files_than_two_bytes_count() -> None:
    assert links(dialogue("a", "b"), dialogue("a", "b"), first_file=65_535) == [("exact", 0, 1)]
