"""The tables of routes and remedies, looked up by day and by family."""

from __future__ import annotations

from datetime import date

import pytest

from bespoke.advice.routes import remedies, remedy, routes

FAMILIES = ["format", "tone", "vocabulary", "edge_case", "facts", "reasoning", "behaviour"]


def test_every_family_has_the_remedy_of_its_own_row() -> None:
    assert [row.family for row in remedies()] == FAMILIES
    found = [remedy(family) for family in FAMILIES]
    assert [row and row.family for row in found] == FAMILIES
    assert found[0] is not None
    assert (found[0].first, found[0].then) == ("structured_output", "few_shot")


@pytest.mark.parametrize("family", [None, "", "unmapped"])
def test_what_is_no_family_has_no_remedy(family: str | None) -> None:
    assert remedy(family) is None


def test_each_route_stands_once_in_the_state_it_has_on_the_day() -> None:
    for day in (date(2026, 11, 20), date(2027, 6, 1)):
        found = [row.route for row in routes(day)]
        assert len(found) == len(set(found))
        assert found[0] == "as_is"
        assert all(row.since <= day for row in routes(day))
