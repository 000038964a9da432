"""A tree of values from JSON or YAML -> the typed values of a schema model, every misfit named by its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from bespoke.clients.field_rules import FieldRule, fields
from bespoke.clients.scalars import (
    NUMBER,
    InvalidValue,
    check_choice,
    check_number,
    check_straight,
    check_text,
    day,
    parse,
)
from bespoke.clients.scalars import check_range as in_range
from bespoke.clients.schema import Row
from bespoke.clients.wording import quote, unknown_names

Key = tuple[str | int, ...]  # ("gold", "diagnosis_icd10", 2)
MISFIT: Any = object()  # stands where a value did not fit, so that the rest can still be read


class ProblemReporter(Protocol):
    def __call__(self, key: Key, message: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Leaf:
    """A YAML scalar as written. Its field decides what it means, so `country: NO` stays Norway."""

    text: str
    quoted: bool

    @property
    def null(self) -> bool:
        return not self.quoted and self.text in ("", "~", "null", "Null", "NULL")


def dotted(key: Key) -> str | None:
    """`gold.diagnosis_icd10[2]`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".") or None


def fit_record(value: object, model: type[Row], key: Key, say: ProblemReporter) -> Any:
    """The fields of `model` that fit, as typed values by name; MISFIT when there is no mapping to read."""
    if model.shorthand and (isinstance(value, str) or (isinstance(value, Leaf) and not value.null)):
        value = {model.shorthand: value}
    if not isinstance(value, Mapping):
        say(key, f"must be a mapping of {', '.join(fields(model))}, not {_name(value)}")
        return MISFIT
    known = fields(model)
    for name, message in unknown_names(list(value), list(known), "key"):
        say((*key, name) if name else key, message)
    typed: dict[str, Any] = {}
    for name, shape in known.items():
        if name in value:
            found = fit(value[name], shape, (*key, name), say)
            typed |= {} if found is MISFIT else {name: found}
        elif shape.required:
            say((*key, name), f"is missing; must be {shape.expects()}")
    return typed


def fit(value: object, shape: FieldRule, key: Key, say: ProblemReporter) -> Any:
    """The typed value, or MISFIT after saying why."""
    if value is None or (isinstance(value, Leaf) and value.null):
        return _fit_null(value, shape, key, say)
    if shape.kind == "anything":
        return plain(value)
    if shape.kind == "record":
        assert shape.record is not None
        return fit_record(value, shape.record, key, say)
    if shape.kind in ("list", "map"):
        return _fit_many(value, shape, key, say)
    try:
        return _fit_scalar(value, shape)
    except InvalidValue as unfit:
        say(key, str(unfit))
        return MISFIT


def plain(value: object) -> Any:
    """JSON as it is; YAML with each unquoted scalar as the number, truth value or nothing that it looks like."""
    if isinstance(value, Mapping):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if not isinstance(value, Leaf) or value.quoted:
        return value.text if isinstance(value, Leaf) else value
    if value.null:
        return None
    if value.text in ("true", "false"):
        return value.text == "true"
    if not NUMBER.fullmatch(value.text):
        return value.text
    return int(value.text) if value.text.lstrip("+-").isdecimal() else float(value.text)


def _fit_null(value: object, shape: FieldRule, key: Key, say: ProblemReporter) -> Any:
    if shape.nullable:
        return None
    if isinstance(value, Leaf) and shape.kind in ("list", "map", "record"):
        # `access:` with every line under it commented out says nothing, which is what an empty mapping says.
        return fit({} if shape.kind != "list" else [], shape, key, say)
    say(key, f"is empty; must be {shape.expects()}")
    return MISFIT


def _fit_many(value: object, shape: FieldRule, key: Key, say: ProblemReporter) -> Any:
    assert shape.item is not None
    if not isinstance(value, list if shape.kind == "list" else Mapping):
        example = f"; write [{value.text}]" if isinstance(value, Leaf) and shape.kind == "list" else ""
        say(key, f"must be {shape.expects()}, not {_name(value)}{example}")
        return MISFIT
    if isinstance(value, list):
        items = [fit(item, shape.item, (*key, i), say) for i, item in enumerate(value)]
        return tuple(item for item in items if item is not MISFIT)
    for name in value:
        try:
            check_straight(name)
        except InvalidValue as unfit:
            say((*key, name), f"is a key that {unfit}")
    entries = {k: fit(v, shape.item, (*key, k), say) for k, v in value.items()}
    return {k: v for k, v in entries.items() if v is not MISFIT}


def _fit_scalar(value: object, shape: FieldRule) -> Any:
    if isinstance(value, Leaf):
        if value.quoted and shape.kind not in ("text", "choice"):
            raise InvalidValue(f"{quote(value.text)} is text because of its quotes; write it without them")
        return parse(value.text, shape)
    if isinstance(value, str) and shape.kind in ("text", "choice", "day"):
        if shape.kind == "day":
            return in_range(day(value), shape)
        return check_text(value, shape) if shape.kind == "text" else check_choice(value, shape)
    if isinstance(value, bool):
        if shape.kind == "yes or no":
            return value
    elif isinstance(value, (int, float)) and shape.kind in ("number", "whole number"):
        return check_number(Decimal(str(value)), shape)
    raise InvalidValue(f"must be {shape.expects()}, not {_name(value)}")


def _name(value: object) -> str:
    """What a value is, in the words of JSON and YAML."""
    if isinstance(value, Leaf):
        return f"{quote(value.text)}" if not value.null else "nothing"
    if isinstance(value, str):
        return f"the text {quote(value)}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list) else f"the number {quote(value)}"
