"""A figure as a function of its data: drawn once, and taken from the last run while its data stay the same.

An executed notebook keeps each figure with a hash of what it was drawn from. A run names the notebook of the run
before it, where code and libraries are still the same, so that matplotlib draws (and is imported) only for what
has changed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from bespoke import paths
from bespoke.show.blocks import shown_in
from bespoke.show.numbers import currency, spoken
from bespoke.show.style import svg

PROJECT = __name__.partition(".")[0]


def drawn(draw: Callable[..., Any], data: tuple[Any, ...]) -> tuple[str, str]:
    """The SVG of `draw(*data)`, a matplotlib figure, and the hash of what it was drawn from.

    `draw` may look at nothing but its data, the locale and the currency; data are what JSON can hold, dataclasses,
    pydantic models and dates among it. Raises TypeError for a function that holds values of its own.
    """
    if draw.__closure__ is not None or draw.__defaults__:
        raise TypeError(f"{draw.__qualname__} must be drawn from its arguments alone")
    origin = _origin(draw, data)
    return _figures_of(os.environ.get(paths.LAST_RUN, "")).get(origin) or svg(draw(*data)), origin


def _origin(draw: Callable[..., Any], data: tuple[Any, ...]) -> str:
    """Empty for a function of another package, whose code no run keeps an eye on."""
    if draw.__module__.partition(".")[0] != PROJECT:
        return ""
    said = f"{draw.__module__}.{draw.__qualname__}\n{spoken()} {currency()}\n".encode()
    return hashlib.sha256(said + to_json(data, inf_nan_mode="strings")).hexdigest()


@lru_cache(maxsize=1)
def _figures_of(notebook: str) -> Mapping[str, str]:
    """Figures of an executed notebook, of the last run: hash of what each was drawn from -> SVG."""
    found: dict[str, str] = {}
    if notebook:
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):  # then every figure is drawn
            for block in shown_in(Path(notebook)):
                if block.get("drawn_from"):
                    found[block["drawn_from"]] = block["svg"]
    return found
