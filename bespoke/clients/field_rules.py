"""What a field of a client file accepts, read off the schema's models."""

from __future__ import annotations

import types
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from bespoke.clients.schema import Row

Kind = Literal[
    "text", "whole number", "number", "yes or no", "day", "choice", "list", "map", "record", "anything"
]
SIMPLE: dict[type, Kind] = {
    bool: "yes or no", str: "text", int: "whole number", float: "number", Decimal: "number", date: "day",
}  # fmt: skip


@dataclass(frozen=True)
class FieldRule:
    """One field: its kind, its limits, and what it means in words."""

    kind: Kind
    type: Any = str  # what a scalar becomes: int, float, Decimal, date...
    nullable: bool = False
    required: bool = True
    low: Any = None
    high: Any = None
    above_low: bool = False  # low itself is out
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    shortest: int = 0
    longest: int | None = None
    straight: bool = False  # holds nothing that turns the reading direction
    item: FieldRule | None = None  # of a list or map
    record: type[Row] | None = None
    meaning: str = ""

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "whole number")

    @property
    def is_name(self) -> bool:
        """Short text that something goes by: ids are compared whatever their spaces and composition."""
        return self.kind == "text" and self.shortest > 0 and self.longest is not None

    def expects(self) -> str:
        """What would be right, as the end of a sentence: `a number from 0 to 1`."""
        if self.meaning:
            return self.meaning
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        words = {
            "text": "text", "whole number": "a whole number", "number": "a number",
            "day": "a date as YYYY-MM-DD", "yes or no": "true or false",
            "list": "a list", "map": "a mapping", "record": "a mapping", "anything": "a value",
        }[self.kind]  # fmt: skip
        return f"{words} {self.limits()}".rstrip() if self.kind != "text" else words

    def limits(self) -> str:
        """`from 0 to 1`, `above 0 and at most 1000`, or nothing."""
        low, high = plain(self.low), plain(self.high)
        if low and high:
            return f"above {low} and at most {high}" if self.above_low else f"from {low} to {high}"
        return f"of at least {low}" if low else f"of at most {high}" if high else ""


def plain(number: object) -> str:
    """A limit as the user would write it: no exponent, no thousands separator."""
    if number is None:
        return ""
    return f"{Decimal(str(number)):f}" if isinstance(number, (int, float, Decimal)) else str(number)


@cache
def fields(model: type[Row]) -> dict[str, FieldRule]:
    """Field name -> shape, in the order of the model; what readers keep beside the values is no field of a file."""
    return {name: _of_field(info) for name, info in model.model_fields.items() if name not in model.beside}


def _of_field(info: FieldInfo) -> FieldRule:
    shape = _with_limits(_of_type(info.annotation), info.metadata)
    return replace(shape, required=info.is_required(), meaning=info.description or shape.meaning)


def _of_type(annotation: Any) -> FieldRule:
    if annotation is Any:  # the scorer of the task says what it takes
        return FieldRule("anything", nullable=True)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        shape = _of_type(args[0])
        for info in args[1:]:
            described = isinstance(info, FieldInfo)
            shape = _with_limits(shape, info.metadata if described else [info])
            shape = replace(shape, meaning=(info.description if described else "") or shape.meaning)
        return shape
    if origin in (Union, types.UnionType):
        (inner,) = (arg for arg in args if arg is not type(None))
        return replace(_of_type(inner), nullable=True)
    if origin is Literal:
        return FieldRule("choice", choices=args)
    if origin is tuple:
        return FieldRule("list", item=_of_type(args[0]))
    if isinstance(origin, type) and origin is not None and len(args) == 2:
        return FieldRule("map", item=_of_type(args[1]))
    if issubclass(annotation, Row):
        return FieldRule("record", record=annotation)
    return FieldRule(SIMPLE[annotation], type=annotation)


def _with_limits(shape: FieldRule, metadata: list[Any]) -> FieldRule:
    names = {
        "ge": "low", "gt": "low", "le": "high", "min_length": "shortest", "max_length": "longest",
        "pattern": "pattern", "straight": "straight",
    }  # fmt: skip
    found: dict[str, Any] = {}
    for constraint in metadata:
        for name, field in names.items():
            limit = getattr(constraint, name, None)
            if limit is not None:
                found[field] = limit
                found |= {"above_low": True} if name == "gt" else {}
    return replace(shape, **found)
