"""Checks `-p NAME=VALUE` against the notebooks' own parameter cells before any kernel starts."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import nbformat

from bespoke.errors import BespokeError

TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}
SET_BY_THE_RUN = ("client", "client_data", "reports", "as_of")


@dataclass(frozen=True)
class Parameter:
    """One annotated assignment of the parameter cell."""

    name: str
    type: str
    default: Any


@lru_cache(maxsize=32)
def parameters_of(notebook: Path) -> tuple[Parameter, ...]:
    """What the first cell tagged `parameters` declares, read without running it."""
    book = nbformat.read(notebook, as_version=4)
    cells = [c for c in book.cells if "parameters" in c.metadata.get("tags", [])]
    if not cells:
        return ()
    return tuple(
        Parameter(statement.target.id, ast.unparse(statement.annotation), ast.literal_eval(statement.value))
        for statement in ast.parse(cells[0].source).body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value
    )


def parse(assignments: Iterable[str], notebooks: Iterable[Path]) -> Mapping[str, Mapping[str, Any]]:
    """`NAME=VALUE` texts -> notebook stem -> name -> typed value, for each notebook that has the name.

    A name no notebook has, a value of another type and a name the run itself sets are errors.
    """
    declared = {path.stem: {p.name: p for p in parameters_of(path)} for path in notebooks}
    known = sorted({name for names in declared.values() for name in names} - set(SET_BY_THE_RUN))
    found: dict[str, dict[str, Any]] = {stem: {} for stem in declared}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise BespokeError(f"-p {assignment}: write it as NAME=VALUE")
        if name in SET_BY_THE_RUN:
            raise BespokeError(f"-p {name}: set by the run itself; use the command's own options")
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise BespokeError(f"-p {name}: no notebook has this parameter; {hint}")
        for stem, names in declared.items():
            if name in names:
                found[stem][name] = _typed(names[name], text)
    return found


def _typed(parameter: Parameter, text: str) -> Any:
    kind = TYPES.get(parameter.type, str)
    try:
        if kind is bool:
            return {"true": True, "false": False}[text.lower()]
        value = kind(text)
    except (KeyError, ValueError):
        wanted = {"int": "a whole number", "float": "a number", "bool": "true or false"}.get(
            parameter.type, "text"
        )
        raise BespokeError(f"-p {parameter.name}: {text!r} is not {wanted}") from None
    least = _least(parameter)
    if least is not None and value < least:
        raise BespokeError(f"-p {parameter.name}: must be at least {least}, not {value}")
    return value


def _least(parameter: Parameter) -> int | None:
    """A count of draws or resamples is 1 or more, a random seed 0 or more; other numbers are free."""
    if parameter.type != "int" or parameter.default <= 0:
        return None
    return 0 if parameter.name == "seed" else 1
