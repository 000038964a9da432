"""Rows at which AWS's sample validator stops, complains or keeps silent: each is reported by its line, none stops us.

Which it does of the three was seen by running it on such rows; nothing of it is copied here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bespoke.chapters.dataset_readiness import compute
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.tuning.formats import FORMATS, convert
from tests.test_dataset_rules import AS_OF, client

HAIKU = "bedrock_haiku3_sft"
AT = 8  # the line of the row under test


def exchange(n: int) -> dict[str, Any]:
    words = " ".join(
        f"{word}{n * k % 97}" for k, word in enumerate(("red", "oak", "tin", "sea", "fog", "jam"), 1)
    )
    return {
        "system": "Answer briefly.",
        "messages": [
            {"role": "user", "content": f"What do you say of {words}?"},
            {"role": "assistant", "content": f"Of {words} there is little to be said, number {n}."},
        ],
    }


def reported(folder: Path, row: Any) -> dict[str, list[int | None]]:
    """Rule -> lines, of what concerns Claude 3 Haiku in forty exchanges of which one is `row`."""
    lines = [json.dumps(exchange(n)).encode() for n in range(40)]
    lines[AT - 1] = row if isinstance(row, bytes) else json.dumps(row).encode()
    path = folder / "train.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    found = compute(client(folder, path), Facts(AS_OF))
    assert found is not None
    return {
        finding.rule: [place.line for place in finding.places]
        for finding in found.findings
        if not finding.routes or HAIKU in finding.routes
    }


def changed(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    row = exchange(AT - 1)
    change(row)
    return row


def whole(**fields: Any) -> dict[str, Any]:
    return {**exchange(AT - 1), **fields}


def turn(number: int, **fields: Any) -> dict[str, Any]:
    return changed(lambda row: row["messages"][number].update(fields))


ASKED = exchange(2)["messages"][0]["content"]

STOPS_IT = [
    (b"[]", "not_an_object"),
    (b"1", "not_an_object"),
    (b'"text"', "not_an_object"),
    (b"null", "not_an_object"),
    ({}, "missing_key"),
    ({"system": "Answer."}, "missing_key"),
    (changed(lambda row: row.pop("messages")), "missing_key"),
    (changed(lambda row: row["messages"][1].pop("content")), "missing_key"),
    ({"conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}]}, "mixed_format"),
    ({"prompt": "a", "completion": "b"}, "mixed_format"),
    (whole(messages=None), "null_value"),
    (whole(system=None), "mixed_format"),
    (turn(0, content=None), "null_value"),
    (whole(messages=3), "wrong_type"),
    (whole(messages=["x", "y"]), "wrong_type"),
    (whole(system=5), "wrong_type"),
    (turn(1, content=7), "wrong_type"),
]
COMPLAINS = [
    (b"", "blank_line"),
    (b"   ", "blank_line"),
    (b"{'a': 1}", "invalid_json"),
    (b'{"messages": [', "invalid_json"),
    (turn(0, role="human"), "mixed_format"),
    (turn(0, role="system"), "system_misplaced"),
    (turn(1, role=""), "unknown_role"),
    (turn(0, role=None), "unknown_role"),
    (turn(0, role=[]), "unknown_role"),
    (turn(1, role={"a": 1}), "unknown_role"),
    (turn(0, role="assistant"), "first_not_human"),
    (turn(0, role="assistant"), "not_alternating"),
    (turn(1, role="user"), "last_not_assistant"),
    (changed(lambda row: row["messages"].pop()), "too_few_turns"),
    (whole(messages=[]), "too_few_turns"),
    (turn(0, content=["x"]), "wrong_type"),
    (turn(1, content="Yes.\nHuman: and?"), "reserved_turn_marker"),
    (turn(1, content="word " * 40_000), "tokens_max"),
    (turn(1, content="word " * 20_000), "tokens_near"),
]
SILENT = [
    (turn(0, content=""), "empty_text"),
    (turn(1, content=" \n"), "empty_text"),
    (whole(system=" "), "empty_text"),
    (turn(1, weight=0), "extra_key"),
    (whole(id="a"), "extra_key"),
    (exchange(2), "duplicate_exact"),
    (turn(0, content=ASKED), "several_answers"),
    (turn(1, content="I10, E11.65"), "code_only_target"),
    (turn(0, content="Write to jane.doe@example.org."), "identifier_email"),
    (turn(1, content="Human: go on"), "reserved_turn_marker"),
    (json.dumps(exchange(AT - 1)).replace("red", "\\ud800").encode(), "lone_surrogate"),
    (b'{"system": "a", ' + json.dumps(exchange(AT - 1)).encode()[1:], "duplicate_key"),
]
KEYS = (
    "role", "content", "text", "from", "value", "messages", "system", "prompt", "completion", "conversations",
    "schemaVersion", "group", "x",
)  # fmt: skip
TEXTS = st.sampled_from(["", "user", "x", "\ud800"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=12,
)
PLACES = st.sampled_from(["row", "messages", "turn", "role", "content"])


@pytest.mark.parametrize(("row", "rule"), [*STOPS_IT, *COMPLAINS, *SILENT])
def test_every_such_row_is_reported_by_its_line(row: Any, rule: str, tmp_path: Path) -> None:
    assert AT in reported(tmp_path, row)[rule]


def test_sound_rows_are_left_alone(tmp_path: Path) -> None:
    assert reported(tmp_path, exchange(AT - 1)) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=st.lists(VALUES, min_size=1, max_size=6), place=PLACES)
def test_no_json_stops_the_check_or_a_conversion(rows: list[Any], place: str, tmp_path: Path) -> None:
    def built(value: Any) -> Any:
        row = exchange(1)
        if place == "row":
            return value
        if place == "messages":
            return {**row, "messages": value}
        if place == "turn":
            row["messages"][1] = value
        else:
            row["messages"][1][place] = value
        return row

    path = tmp_path / "train.jsonl"
    path.write_text("".join(json.dumps(built(value)) + "\n" for value in rows), encoding="utf-8")
    found = compute(client(tmp_path, path), Facts(AS_OF))
    assert found is not None
    lone = built(rows[0]) if len(rows) == 1 else None
    if not (isinstance(lone, list) and lone and isinstance(lone[0], dict)):  # that is an array of rows
        assert found.rows == len(rows)
    for target in FORMATS:
        try:
            convert(path, target, tmp_path / "out.jsonl", leave_out_faulty=True)
        except BespokeError:
            continue  # one clear line each
