"""The kinds of task that can be scored: each module or folder here holds a `SCORER`, and so does an entry point."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules

from bespoke.evaluation.scorer import Scorer

GROUP = "bespoke.scorers"  # entry points of a consultancy's own package: name = "package.module"


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """The scorers there are, sorted."""
    return tuple(sorted({*_here(), *(point.name for point in entry_points(group=GROUP))}))


@lru_cache(maxsize=32)
def find(name: str) -> Scorer:
    """The scorer of this name. Raises KeyError for none."""
    if name not in names():
        raise KeyError(name)
    if name in _here():
        module = import_module(f"{__name__}.{name}")
    else:
        module = next(point.load() for point in entry_points(group=GROUP) if point.name == name)
    scorer: Scorer = module.SCORER
    return scorer


def _here() -> tuple[str, ...]:
    return tuple(module.name for module in iter_modules(__path__))
