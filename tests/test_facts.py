"""The fact tables and their reader."""

from __future__ import annotations

import gzip
import random
from datetime import date, timedelta

import pytest
import yaml

from bespoke.errors import BespokeError
from bespoke.facts import reader
from bespoke.facts.icd10 import BILLABLE, TABLE, SortedRows, code_set
from bespoke.facts.reader import VALUE_TABLES, Fact, Facts, rows_of, value_rows
from bespoke.inspection import facts_listing

TODAY = date(2026, 11, 28)


def test_every_row_has_a_source_a_reading_date_and_an_expiry_after_it() -> None:
    for table in VALUE_TABLES:
        for row in rows_of(Fact, table):
            assert row.source.strip(), row.key
            assert row.read_on <= TODAY, row.key
            assert row.expires > row.read_on, row.key


def test_no_key_has_two_rows_from_the_same_day() -> None:
    for key, rows in value_rows().items():
        assert len({row.since for row in rows}) == len(rows), key


def test_a_fact_is_stale_the_day_after_it_expires() -> None:
    fact = Facts(TODAY).fact("threshold.min_test_cases")
    assert not fact.stale(fact.expires)
    assert fact.stale(fact.expires + timedelta(days=1))


def test_an_unknown_fact_is_an_error() -> None:
    with pytest.raises(BespokeError, match=r"no fact 'price\.moon'"):
        Facts(TODAY).fact("price.moon")


def test_the_facts_a_chapter_used_are_remembered() -> None:
    facts = Facts(TODAY)
    facts.threshold("min_test_cases")
    assert facts.used == {"threshold.min_test_cases"}


def test_an_override_replaces_the_threshold_and_nothing_else() -> None:
    facts = Facts(TODAY, {"min_test_cases": 80})
    assert facts.threshold("min_test_cases") == 80
    assert facts.number("threshold.min_test_cases") == 50


def test_the_listing_names_every_fact_and_marks_the_stale_ones() -> None:
    lines = list(facts_listing.lines(date(2027, 3, 1)))
    assert lines[0].split("\t") == list(facts_listing.HEADER)
    assert {line.split("\t")[0] for line in lines[1:]} >= set(value_rows())
    stale = [line for line in lines if line.endswith("stale")]
    assert any(line.startswith("route.prompt_caching\t") for line in stale)  # expires 2027-02-20
    assert not any(line.startswith("threshold.min_test_cases\t") for line in stale)  # expires 2027-11-20


@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="no libyaml here")
def test_tables_are_read_by_libyaml_where_it_is_there_and_without_binary_floating_point() -> None:
    assert issubclass(reader._DecimalLoader, yaml.CSafeLoader)
    read = yaml.load("[0.1, 1_000.5, 3]", Loader=reader._DecimalLoader)
    assert [str(number) for number in read] == ["0.1", "1000.5", "3"]


def test_the_code_set_holds_the_official_number_of_billable_codes() -> None:
    assert len(code_set().billable) == BILLABLE == 74_719


@pytest.mark.parametrize(
    ("code", "rung"),
    [
        ("E11.65", "billable"), ("e1165", "billable"), (" E11.65 ", "billable"), ("U07.1", "billable"),
        ("QA0.8", "billable"), ("qa0.0101", "billable"), ("B20", "billable"),
        ("E11", "not_billable"), ("S52.501", "not_billable"),
        ("E11.999", "invented"), ("Z00.99X", "invented"),
        ("diabetes", "malformed"), ("", "malformed"), ("A00-A09", "malformed"), ("11.65", "malformed"),
    ],
)  # fmt: skip
def test_the_validity_ladder(code: str, rung: str) -> None:
    assert code_set().validity(code) == rung


def test_a_code_nests_up_to_its_category_and_never_into_a_block() -> None:
    assert code_set().ancestors("s52501a") == ("S52.501A", "S52.501", "S52.50", "S52.5", "S52")
    assert code_set().chapter("S52.501A") == "19"
    assert all("-" not in code for code in code_set().codes)


def test_a_code_is_found_by_halving_as_in_the_whole_table() -> None:
    whole = dict(code_set().codes)
    few = SortedRows(gzip.decompress(TABLE.read_bytes()).partition(b"\n")[2])
    assert list(whole) == sorted(whole)
    asked = [*list(whole)[:50], *list(whole)[-50:], *random.Random(7).sample(list(whole), 2000)]
    assert all(few[code].split("\t")[0] == code for code in asked)
    missing = [f"{code}{end}" for code in asked[:200] for end in ("!", "~", "\t", "\ud800")] + [
        "",
        "\n",
        "0",
        "~",
    ]
    assert not any(code in few for code in missing)
    assert "_all" not in vars(few)


def test_a_table_of_no_row_or_one() -> None:
    assert "A00" not in SortedRows(b"")
    assert dict(SortedRows(b"A00\t1\n")) == {"A00": "A00\t1"}
    assert SortedRows(b"A00\t1\n")["A00"] == "A00\t1"
