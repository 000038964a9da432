"""The objects of a JSON file, however they are laid out: each with its line or its number."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.intake.json_elements import _container, inside, json_elements


def elements(content: str | bytes) -> list[tuple[int, Any]]:
    data = content.encode() if isinstance(content, str) else content
    found = json_elements(lambda: io.BytesIO(data), data[:64], "a.json")
    assert found is not None
    return list(found)


A, B = {"a": 1}, {"b": 2}


@pytest.mark.parametrize(
    "name", ["data", "resourceSpans", "resource_spans", "records", "Records", "observations", "spans"]
)
def test_a_page_is_its_elements_each_with_its_number(name: str) -> None:
    page = json.dumps({"has_more": True, name: [A, B]}, indent=1)
    assert _container(lambda: io.BytesIO(page.encode())) == name
    assert elements(page) == [(1, A), (2, B)]
    assert elements(json.dumps({name: [A, B]})) == [(1, A), (1, B)]  # one line is one page


@pytest.mark.parametrize("name", ["results", "events"])
def test_results_are_a_page_save_in_what_has_a_time_of_its_own(name: str) -> None:
    page = json.dumps({name: [A, B]}, indent=1)
    assert _container(lambda: io.BytesIO(page.encode())) == name
    assert elements(page) == [(1, A), (2, B)]
    for time in ("starting_at", "start_time", "startTimeUnixNano"):
        bucket = {time: 7, name: [A, B]}
        assert _container(lambda given=bucket: io.BytesIO(json.dumps(given, indent=1).encode())) == ""  # type: ignore[misc]
        assert elements(json.dumps(bucket, indent=1)) == [(1, bucket)]
        assert list(inside(bucket)) == [bucket]


def test_an_object_without_a_container_is_one_element_and_so_is_one_whose_list_lies_deeper() -> None:
    for one in ({"x": [A]}, {"x": {"data": [A]}}, {"data": 7}):
        assert elements(json.dumps(one, indent=1)) == [(1, one)]
    assert elements('{\n"a": 1\n}\n{\n"b": 2\n}') == [(1, A), (2, B)]


def test_an_array_and_lines_are_read_one_by_one() -> None:
    assert elements(json.dumps([A, [B], B], indent=1)) == [(1, A), (2, [B]), (3, B)]
    assert elements('{"a": 1}\n\n{"b": 2}\nno json\n[1]\n') == [(1, A), (3, B), (4, None), (5, [1])]
    assert elements('2026-10-05T14:00:00.000Z {"a": 1}\n2026-10-05T14:00:01Z {"b": 2}') == [(1, A), (2, B)]
    assert elements('{"data": [{"a": 1}, {"b": 2}]}\n{"b": 2}') == [(1, A), (1, B), (2, B)]


def test_a_row_of_a_cloudwatch_query_is_an_object() -> None:
    row = [{"field": "@message", "value": "m"}, {"field": "@ptr", "value": "p"}]
    assert list(inside(row)) == [{"@message": "m", "@ptr": "p"}]
    assert list(inside({"results": [row, []]})) == [{"@message": "m", "@ptr": "p"}, []]
    assert list(inside([{"field": 1}])) == [[{"field": 1}]]


def test_what_begins_otherwise_is_none_and_what_breaks_off_is_one_line() -> None:
    assert json_elements(lambda: io.BytesIO(b"a,b"), b"a,b", "a.csv") is None
    assert elements("  \n" + json.dumps([A])) == [(1, A)]
    with pytest.raises(BespokeError, match=r"^a\.json: is malformed JSON: "):
        elements('[{"a": 1}, {"b"')
    with pytest.raises(BespokeError, match=r"^a\.json: is malformed JSON: "):
        elements('{\n"x": 1,\n')


@pytest.mark.parametrize(
    "content", [b'{"\xc0\x80samples": [{"id": 7}]}', b'{\n"a": "\xff"\n}', b'[{"\xc0": 1}]']
)
def test_bytes_that_are_no_utf_8_are_one_line(content: bytes) -> None:
    with pytest.raises(BespokeError, match=r"^a\.json: is malformed JSON: "):
        elements(content)
