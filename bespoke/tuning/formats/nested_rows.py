"""JSON values that hold many rows: a list under one key, columns as pandas writes them, articles of SQuAD."""

from __future__ import annotations

from typing import Any

WRAPPERS = ("data", "train", "examples", "rows", "items", "records", "samples", "dataset", "instances")
SQUAD = ("context", "qas")
# Beside a list of rows these belong to each of them: a system prompt, or the task whose instances are listed.
SHARED = {"instruction", "system", "system_prompt", "context", "tools", "prompt", "question"}
# of a row alone
ROW = {
    "messages", "conversations", "text", "input", "output", "answer", "response", "completion",
}  # fmt: skip


def rows_inside(value: object) -> list[Any] | None:
    """The rows that an object holds, or None where it is a row itself."""
    if not isinstance(value, dict):
        return None
    found = _articles(value) or _columns(value) or _wrapped(value)
    if found is None:
        return None
    return [row for one in found for row in ((isinstance(one, dict) and _articles(one)) or [one])]


def _wrapped(value: dict[str, Any]) -> list[Any] | None:
    """The rows of an object of which one key holds a list of objects, and no other does.

    What stands beside the list tells of the file (a version, a licence) and is no row's, unless it is part of a
    prompt: then all of it stands in each row, as in the seed tasks of Self-Instruct.
    """
    if ROW & set(value):
        return None
    lists = [k for k, v in value.items() if isinstance(v, list) and v and isinstance(v[0], dict)]
    if len(lists) == 1 and lists[0] in WRAPPERS:
        found: list[Any] = value[lists[0]]
        beside = {key: entry for key, entry in value.items() if key != lists[0]}
        if not SHARED & set(beside):
            return found
        return [{**beside, **row} if isinstance(row, dict) else row for row in found]
    return None


def _articles(value: dict[str, Any]) -> list[Any] | None:
    """Each question of an article with the paragraph it asks about. Source: SQuAD 1.1 and 2.0."""
    paragraphs = value.get("paragraphs")
    if not isinstance(paragraphs, list) or not all(
        isinstance(part, dict) and set(SQUAD) <= set(part) and isinstance(part["qas"], list)
        for part in paragraphs
    ):
        return None
    beside = {key: entry for key, entry in value.items() if key != "paragraphs"}
    return [
        {**beside, **{k: v for k, v in part.items() if k != "qas"}, **asked}
        if isinstance(asked, dict)
        else asked
        for part in paragraphs
        for asked in part["qas"]
    ]


def _columns(value: dict[str, Any]) -> list[Any] | None:
    """Rows of columns: `{"prompt": {"0": ...}}`, `{"prompt": [...]}`, or `{"columns": ..., "data": ...}` of pandas."""
    parts = list(value.values())
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        names, lines = value["columns"], value["data"]
        fits = all(isinstance(line, list) and len(line) == len(names) for line in lines)
        return [dict(zip(map(str, names), line, strict=True)) for line in lines] if fits else None
    if parts and all(isinstance(part, dict) and part and all(map(str.isdigit, part)) for part in parts):
        places = dict.fromkeys(place for part in parts for place in part)
        return [{name: part[place] for name, part in value.items() if place in part} for place in places]
    if len(parts) > 1 and all(map(str.isdigit, value)) and all(isinstance(part, dict) for part in parts):
        return parts  # rows by their number
    if not parts or not all(
        isinstance(part, list) and part and not isinstance(part[0], dict) for part in parts
    ):
        return None
    if len({len(part) for part in parts}) > 1 or (len(parts) == 1 and not isinstance(parts[0][0], list)):
        return None
    return [dict(zip(value, line, strict=True)) for line in zip(*parts, strict=True)]
