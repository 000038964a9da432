"""The appendices: stale facts are named, assumed ones are set apart, overrides show."""

from __future__ import annotations

from datetime import date

import pytest

from bespoke import show
from bespoke.exhibits import sources
from bespoke.facts.reader import Facts, value_rows

KEYS = sorted(value_rows())


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[show.Block]:
    """Everything an exhibit displays."""
    blocks: list[show.Block] = []
    monkeypatch.setattr(show, "display", blocks.append)
    return blocks


def test_a_fact_past_its_date_is_named_and_marked(shown: list[show.Block]) -> None:
    day = date(2027, 2, 21)  # the price facts were trusted until 2027-02-20
    facts = Facts(day)
    stale = [key for key in KEYS if facts.fact(key).stale(day)]
    assert stale
    sources.facts_used(facts, KEYS)
    callout, table = shown
    assert isinstance(callout, show.Callout)
    assert isinstance(table, show.Table)
    assert callout.tone == "warning"
    assert all(show.escape(key) in callout.markdown for key in stale)
    marked = {row[0] for row in table.rows if str(row[2]).endswith("stale")}
    assert marked == {key for key in stale if facts.fact(key).kind not in ("assumed", "unpublished")}


def test_on_the_day_they_were_read_nothing_is_stale(shown: list[show.Block]) -> None:
    sources.facts_used(Facts(date(2026, 11, 20)), KEYS)
    assert isinstance(shown[0], show.Text)
    assert "None of the" in shown[0].markdown


def test_every_fact_stands_in_exactly_one_of_the_two_tables(shown: list[show.Block]) -> None:
    facts = Facts(date(2026, 11, 20))
    sources.facts_used(facts, KEYS)
    sources.assumptions(facts, KEYS)
    tables = [block for block in shown if isinstance(block, show.Table)]
    listed = [row[0] for table in tables for row in table.rows]
    assert sorted(map(str, listed)) == KEYS


def test_an_overridden_threshold_shows_both_values(shown: list[show.Block]) -> None:
    sources.assumptions(Facts(date(2026, 11, 20), {"min_test_cases": 80}), KEYS)
    table = next(b for b in shown if isinstance(b, show.Table) and b.label == "tbl-sources-overrides")
    assert table.rows == (("min_test_cases", "80", "50"),)
