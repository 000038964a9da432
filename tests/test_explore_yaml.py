"""One value set in YAML text, and nothing else of it touched."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bespoke.errors import BespokeError
from bespoke.explore.yaml_edit import scalar, set_value

TEXT = """\
# The engagement.
client: Harbour Legal LLP
start: 2026-11-23   # Monday

access:
  aws_bedrock: null          # asked on the 12th
  gpu_hosting: false

annotation:
  annotators: 3    # people
# the end of it
thresholds: {}                        # house thresholds apply
"""


def changed(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that differ, pairwise; both texts must have as many lines."""
    pairs = zip(before.split("\n"), after.split("\n"), strict=True)
    return [(a, b) for a, b in pairs if a != b]


def test_a_value_is_replaced_where_it_stands_and_its_comment_stays_in_its_column() -> None:
    assert changed(TEXT, set_value(TEXT, ("access", "aws_bedrock"), True)) == [
        (
            "  aws_bedrock: null          # asked on the 12th",
            "  aws_bedrock: true          # asked on the 12th",
        )
    ]
    assert changed(TEXT, set_value(TEXT, ("access", "aws_bedrock"), False)) == [
        (
            "  aws_bedrock: null          # asked on the 12th",
            "  aws_bedrock: false         # asked on the 12th",
        )
    ]


def test_a_comment_gives_way_when_there_is_no_room_for_the_value() -> None:
    assert changed(TEXT, set_value(TEXT, ("annotation", "annotators"), 10_000)) == [
        ("  annotators: 3    # people", "  annotators: 10000  # people")
    ]


def test_dates_and_decimals_are_plain() -> None:
    assert "start: 2027-01-04   # Monday\n" in set_value(TEXT, ("start",), date(2027, 1, 4))
    assert "  annotators: 2.70  # people\n" in set_value(TEXT, ("annotation", "annotators"), Decimal("2.70"))


def test_an_empty_flow_mapping_is_filled_and_a_filled_one_gets_one_more() -> None:
    once = set_value(TEXT, ("thresholds", "min_test_cases"), 100)
    assert "thresholds: {min_test_cases: 100}                        # house thresholds apply" in once
    twice = set_value(once, ("thresholds", "keep_optimising_within"), 0.1)
    assert "thresholds: {min_test_cases: 100, keep_optimising_within: 0.1}   " in twice


def test_a_missing_key_goes_behind_the_last_of_its_mapping_and_before_the_next_comment() -> None:
    after = set_value(TEXT, ("annotation", "review_rounds"), 2)
    assert "  annotators: 3    # people\n  review_rounds: 2\n# the end of it\n" in after


def test_a_missing_mapping_is_added_at_the_end() -> None:
    after = set_value(TEXT, ("evaluation", "budget_usd"), 20)
    assert after == TEXT + "evaluation:\n  budget_usd: 20\n"


def test_a_mapping_that_is_null_or_empty_becomes_one() -> None:
    key = ("thresholds", "log_rows")
    assert set_value("thresholds: null # none\n", key, 5) == "thresholds: {log_rows: 5} # none\n"
    assert set_value("thresholds:\nclient: A\n", key, 5) == "thresholds: {log_rows: 5}\nclient: A\n"


def test_an_empty_file_begins_with_the_key() -> None:
    assert (
        set_value("", ("claude-sonnet-5.input", "value"), Decimal("2.5"))
        == "claude-sonnet-5.input:\n  value: 2.5\n"
    )
    assert set_value("# prices\n", ("a", "value"), 1) == "# prices\na:\n  value: 1\n"


def test_a_last_line_without_its_end_gets_one() -> None:
    assert set_value("a: 1", ("b",), 2) == "a: 1\nb: 2\n"


def test_line_ends_of_the_file_are_kept() -> None:
    assert set_value("a:\r\n  b: 1 # x\r\n", ("a", "c"), 2) == "a:\r\n  b: 1 # x\r\n  c: 2\r\n"


def test_a_block_of_text_before_the_new_key_ends_where_it_ends() -> None:
    assert set_value("a: |\n  one\n  two\n", ("b",), 2) == "a: |\n  one\n  two\nb: 2\n"


def test_a_document_written_as_json_stays_one() -> None:
    assert set_value('{"a": {"b": 1}}', ("a", "c"), True) == '{"a": {"b": 1, c: true}}'
    assert set_value('{"a": {"b": 1}}\n', ("d",), None) == '{"a": {"b": 1}, d: null}\n'


@pytest.mark.parametrize("text", ["a: 1\n---\nb: 1\n", "b: 1\nb: 3\n", "a: [1\n"])
def test_what_cannot_be_placed_without_doubt_is_refused(text: str) -> None:
    with pytest.raises(BespokeError, match="b cannot be set without touching the rest; write 2 there"):
        set_value(text, ("b",), 2)


@given(st.text())
def test_any_text_comes_back_from_its_quotes(text: str) -> None:
    readable = "".join(c for c in text if not 0xD800 <= ord(c) <= 0xDFFF)
    assert yaml.safe_load(f"source: {scalar(readable)}\n") == {"source": readable}


KEYS = st.sampled_from(["a", "b.c", "claude-3", "true", "x y", "#1", "'"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.text("ab #:'\"{", max_size=6))
TREES = st.dictionaries(KEYS, st.one_of(SCALARS, st.dictionaries(KEYS, SCALARS, max_size=3)), max_size=4)


@given(TREES, KEYS, KEYS, SCALARS, st.booleans())
def test_the_value_is_set_and_every_other_value_stays(
    tree: dict[str, object], key: str, inner: str, value: bool | int | str | None, flow: bool
) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow) if tree else ""
    after = yaml.safe_load(set_value(text, (key, inner), value))
    expected = dict(tree)
    found = expected.get(key)
    expected[key] = {**found, inner: value} if isinstance(found, dict) else {inner: value}
    assert after == expected
