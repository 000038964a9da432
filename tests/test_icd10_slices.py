"""Scores by kind of code, counted by hand on three notes."""

from __future__ import annotations

import pytest

from bespoke.chapters.icd10_evaluation.slices import by_code, code_kinds
from bespoke.facts.icd10 import code_set
from bespoke.statistics.clusters import Clusters

# Chapter 4: E11.65, E78.5; chapter 9: I10; chapter 18, symptoms: R05.9, R07.9
GOLD = [frozenset({"E11.65", "I10"}), frozenset({"R05.9"}), frozenset({"E78.5"})]
ANSWERED = [frozenset({"E11.65", "E78.5"}), frozenset({"R05.9", "R07.9"}), frozenset[str]()]


def test_only_kinds_that_the_gold_has_are_asked_about() -> None:
    names = [kind.name for kind in code_kinds(GOLD, [], code_set())]
    assert names == ["Chapter 4", "Chapter 9", "Chapter 18", "Symptom codes (R)"]


def test_every_kind_is_scored_on_its_own_codes_alone() -> None:
    """Chapter 4: gold 2, answered 2, right 1. Chapter 9: gold 1, answered none. Symptoms: 1, 2 and 1."""
    found = {
        s.name: s
        for s in by_code(code_kinds(GOLD, [], code_set()), GOLD, ANSWERED, Clusters(["a", "b", "c"]))
    }
    assert {name: (s.gold, s.predicted) for name, s in found.items()} == {
        "Chapter 4": (2, 2), "Chapter 9": (1, 0), "Chapter 18": (1, 2), "Symptom codes (R)": (1, 2),
    }  # fmt: skip
    assert (found["Chapter 4"].recall.estimate, found["Chapter 4"].f1.estimate) == (0.5, 0.5)
    assert found["Chapter 9"].recall.estimate == 0.0
    assert found["Chapter 9"].precision is None
    symptoms = found["Symptom codes (R)"]
    assert symptoms.precision is not None
    assert (symptoms.recall.estimate, symptoms.precision.estimate) == (1.0, 0.5)
    assert symptoms.f1.estimate == pytest.approx(2 / 3)
    assert {s.dimension for s in found.values()} == {"chapter", "symptom"}
