"""A JSON value's type in the words of a person, and the rule it breaks where text was needed."""

from __future__ import annotations

NAMES = {
    type(None): "null",
    bool: "true/false",
    int: "a number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}


def kind(value: object) -> str:
    """A JSON value's type as a person would name it."""
    return NAMES.get(type(value), type(value).__name__)


def absence(value: object) -> str:
    """The rule that a value of the wrong type breaks."""
    return "null_value" if value is None else "wrong_type"
