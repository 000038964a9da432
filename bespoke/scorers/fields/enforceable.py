"""The client's JSON schema in the dialect that a provider can hold a model to, or nothing where it has none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# What structured outputs take (platform.claude.com/docs/en/build-with-claude/structured-outputs). Anything else that
# narrows a value is told in its description, and checked by the client's own schema when the answer is read.
_KEPT = ("type", "description", "enum", "const", "$ref")
_FORMATS = ("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid")
_SILENT = (
    "title", "$schema", "$id", "$comment", "default", "examples", "required", "additionalProperties", "oneOf",
)  # fmt: skip


class _NotEnforceableError(Exception):
    pass


def enforceable(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """The schema with every object closed and without what no provider enforces; None for one that leaves a value or
    an object's fields open, which constrained decoding cannot do."""
    try:
        return _part(schema)
    except _NotEnforceableError:
        return None


def _part(schema: object) -> dict[str, Any]:
    if not isinstance(schema, Mapping):
        raise _NotEnforceableError
    if isinstance(schema.get("type"), list):
        rest = {key: value for key, value in schema.items() if key != "type"}
        return {"anyOf": [_part({**_of_type(rest, kind), "type": kind}) for kind in schema["type"]]}
    found = {key: schema[key] for key in _KEPT if key in schema}
    if "$defs" in schema:
        found["$defs"] = {name: _part(part) for name, part in schema["$defs"].items()}
    branches = schema.get("anyOf", schema.get("oneOf"))
    if branches is not None:
        found["anyOf"] = [_part(branch) for branch in branches]
    if schema.get("type") == "object":
        found |= _object(schema)
    elif schema.get("type") == "array":
        found["items"] = _part(schema.get("items"))
    elif not found.keys() & {"type", "enum", "const", "$ref", "anyOf"}:
        raise _NotEnforceableError
    return found | _told(schema, found)


def _object(schema: Mapping[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties")
    if not properties or isinstance(schema.get("additionalProperties"), Mapping):
        raise _NotEnforceableError
    return {
        "properties": {name: _part(part) for name, part in properties.items()},
        "required": list(schema.get("required", ())),
        "additionalProperties": False,
    }


def _of_type(rest: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """What of a schema for several types bears on one of them: nothing narrows a null, and null is no text."""
    if kind == "null":
        return {}
    return {**rest, "enum": [v for v in rest["enum"] if v is not None]} if "enum" in rest else rest


def _told(schema: Mapping[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """The format where it is one of theirs, and all else that narrows a value as words."""
    more = {key: value for key, value in schema.items() if key not in found and key not in _SILENT}
    kept = {"format": more.pop("format")} if more.get("format") in _FORMATS else {}
    if not more:
        return kept
    words = json.dumps(more, ensure_ascii=False, sort_keys=True)
    return kept | {"description": " ".join(filter(None, (found.get("description"), words)))}
