"""Reciprocal rank fusion, by hand."""

from __future__ import annotations

from bespoke.retrieval.fusion import fused


def test_a_code_scores_by_its_rank_in_every_ranking_that_holds_it() -> None:
    """c: 1/63 + 1/61 = 0.0323 is more than a: 1/61 + 1/64 = 0.0320, b: 1/62 + 1/63 = 0.0320 and d: 1/62 = 0.0161."""
    assert fused([["a", "b", "c"], ["c", "d", "b", "a"]]) == ["c", "a", "b", "d"]


def test_once_at_the_top_is_less_than_twice_far_below() -> None:
    """1/61 = 0.0164 against 2/110 = 0.0182 at the 50th place of both, and against 2/122 at the 62nd: equal."""
    first = [f"x{n}" for n in range(49)]
    second = [f"y{n}" for n in range(49)]
    assert fused([["top", *first[1:], "both"], [*second, "both"]])[0] == "both"


def test_equal_sums_stay_in_the_order_of_the_first_ranking_that_names_them() -> None:
    assert fused([["b", "a"], ["a", "b"], ["c"]]) == ["b", "a", "c"]
    assert fused([[], ["q"]]) == ["q"]
    assert fused([]) == []
