"""The objects of a JSON file, one at a time: JSON Lines, an array, pages of a report, documents one after another."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import IO, Any

import ijson

from bespoke.errors import BespokeError

CONTAINERS = (
    "data", "resourceSpans", "resource_spans", "records", "Records", "observations", "spans",
)  # fmt: skip
# containers too, save in what has a time of its own: a bucket of a report, a span
PARTS = ("results", "events")
TIMES = frozenset({"starting_at", "start_time", "startTimeUnixNano"})
LONGEST_LINE = 64 * 2**20  # bytes; a call with its bodies is smaller
_STAMPED = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+Z? (?=\{)")  # how CloudWatch exports a log to S3

Opener = Callable[[], IO[bytes]]


def json_elements(opened: Opener, head: bytes, shown: str) -> Iterator[tuple[int, Any]] | None:
    """Every element with its line or number; None for what does not begin as JSON does. Raises BespokeError."""
    start = head.lstrip()
    if _STAMPED.match(start):
        return _lines(opened)
    if start[:1] == b"[":
        return _documents(opened, "item", shown)
    if start[:1] != b"{":
        return None
    if _is_lines(opened):
        return _lines(opened)
    container = _container(opened)
    return _documents(opened, f"{container}.item" if container else "", shown)


def inside(value: object) -> Iterator[Any]:
    """The elements of a page; what is no page is one itself."""
    if isinstance(value, list):
        yield _answer(value)
        return
    if isinstance(value, dict):
        for name in CONTAINERS if TIMES & value.keys() else (*CONTAINERS, *PARTS):
            if isinstance(value.get(name), list):
                yield from map(_answer, value[name])
                return
    yield value


def _answer(value: object) -> Any:
    """A row of a CloudWatch query, `[{"field": …, "value": …}, …]`, as an object; anything else as it is."""
    if (
        isinstance(value, list)
        and value
        and all(isinstance(cell, dict) and {"field", "value"} <= cell.keys() for cell in value)
    ):
        return {cell["field"]: cell["value"] for cell in value}
    return value


def _is_lines(opened: Opener) -> bool:
    """Whether the first line is a whole JSON value and no page of a report that goes on below."""
    with opened() as file:
        start = file.readline(LONGEST_LINE)
    try:
        json.loads(start)
    except ValueError:
        return False
    return True


def _lines(opened: Opener) -> Iterator[tuple[int, Any]]:
    with opened() as file:
        for at, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), b""), start=1):
            if not line.strip():
                continue
            stamp = _STAMPED.match(line)
            try:
                value = (
                    json.loads(line[stamp.end() :] if stamp else line) if len(line) <= LONGEST_LINE else None
                )
            except (ValueError, RecursionError):
                value = None
            for element in inside(value):
                yield at, element


def _container(opened: Opener) -> str:
    """The member of the first object that holds the elements; nothing where the object is one itself."""
    dated = False
    with opened() as file:
        try:
            for prefix, event, value in ijson.parse(file):
                if event == "map_key" and prefix == "":
                    dated = dated or value in TIMES
                elif event == "start_array" and (prefix in CONTAINERS or (prefix in PARTS and not dated)):
                    return str(prefix)
                elif event == "end_map" and prefix == "":
                    return ""
        except (ijson.JSONError, ValueError):  # bytes that are no UTF-8 are no JSON either
            pass  # whoever reads the elements meets it again, and says it
    return ""


def _documents(opened: Opener, prefix: str, shown: str) -> Iterator[tuple[int, Any]]:
    """The elements under a prefix, of every document in the file."""
    with opened() as file:
        try:
            found = ijson.items(file, prefix, use_float=True, multiple_values=True)
            for number, value in enumerate(found, start=1):
                for element in inside(value):
                    yield number, element
        except (ijson.JSONError, ValueError) as error:
            why = " ".join(str(error).split("\n", 1)[0].split())
            raise BespokeError(f"is malformed JSON: {why}", path=shown) from error
