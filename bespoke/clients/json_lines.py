"""JSON Lines: one object a line, each problem by line and place."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bespoke.clients.files import ClientFile
from bespoke.clients.records import MISFIT, Key, dotted, fit_record
from bespoke.clients.schema import Row
from bespoke.clients.tables import Numbered
from bespoke.clients.wording import quote

LONGEST_INTEGER = 30  # digits


def read_records(source: ClientFile, text: str, model: type[Row], hint: str = "") -> list[Numbered]:
    """The lines of a file as fields of `model`; a line that is no object is left out.

    `hint` follows every problem of shape, for files where one remedy serves them all.
    """
    if _one_document(source, text):
        return []
    rows = []
    for number, value in _values(source, text):

        def say(key: Key, message: str, number: int = number) -> None:
            source.say(message + hint, number, dotted(key))

        typed = fit_record(value, model, (), say)
        if typed is not MISFIT:
            rows.append((number, typed))
    return rows


def _values(source: ClientFile, text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        reader = _LineReader()
        try:
            value = json.loads(
                line, object_pairs_hook=reader.pairs, parse_constant=reader.constant, parse_int=reader.integer
            )
        except json.JSONDecodeError as error:
            source.say(_malformed(error), number)
            continue
        except RecursionError:
            source.say("is nested too deeply", number)
            continue
        for message in reader.wrong:
            source.say(message, number)
        if not isinstance(value, dict):
            source.say("is not a JSON object; write one {...} a line", number)
            continue
        yield number, value


def _malformed(error: json.JSONDecodeError) -> str:
    if error.msg == "Extra data":
        return f"more text follows the object at place {error.colno}; write one object a line"
    return f"malformed JSON at place {error.colno} of the line: {error.msg}"


def _one_document(source: ClientFile, text: str) -> bool:
    """Whether the file is one JSON document over several lines, which would be wrong on every line."""
    lines = text.strip().split("\n")
    if lines[0].strip() not in ("[", "{") and not lines[0].lstrip().startswith("["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    source.say("is one JSON document; write one object a line (JSON Lines)", 1)
    return True


class _LineReader:
    """Hooks of json.loads that note what the standard reader lets pass."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
            self.wrong += [f"key {quote(name)} stands twice in one object; keep one" for name in twice]
        return record

    def constant(self, name: str) -> None:
        self.wrong.append(f"{name} is not JSON; write a number or null")

    def integer(self, digits: str) -> int | float:
        return int(digits) if len(digits) <= LONGEST_INTEGER else float("inf")
