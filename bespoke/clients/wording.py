"""The words problems are told in: quoted values, nearest names, short lists."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from functools import lru_cache

LONGEST_SHOWN = 40  # characters of a wrong value that a message repeats
EXAMPLE = "EXAMPLE:"  # begins what the template wants overwritten
MANY = 25  # unknown names after which they are counted instead of listed
LONGEST_COMPARED = 80  # a longer name is no misspelling of a known one, and comparing it is slow


def quote(value: object) -> str:
    """The value in double quotes, cut when long."""
    text = str(value)
    return f'"{text}"' if len(text) <= LONGEST_SHOWN else f'"{text[: LONGEST_SHOWN - 1]}…"'


def nearest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name closest in spelling, if it is as like as `cutoff` (0 to 1).

    Case, spaces, hyphens and underscores do not count.
    """
    return _nearest(name, tuple(known), cutoff) if len(name) <= LONGEST_COMPARED else None


@lru_cache(maxsize=1024)  # a wrong name tends to stand in every row
def _nearest(name: str, known: tuple[str, ...], cutoff: float) -> str | None:
    spelled = {bare(k): k for k in known}
    found = difflib.get_close_matches(bare(name), spelled, n=1, cutoff=cutoff)
    return spelled[found[0]] if found else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; nearest: task_id`, the known names when there are few, or nothing."""
    names = list(known)
    found = nearest(name, names)
    if found:
        return f"; nearest: {found}"
    return f"; known: {', '.join(names)}" if 0 < len(names) <= 15 else ""


def unknown_names(names: list[str], known: list[str], thing: str) -> list[tuple[str | None, str]]:
    """(name, message) for each name that is not known; one summary, without a name, where they are many."""
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    if len(unknown) > MANY:
        return [(None, f"{len(unknown)} unknown {thing}s: {first_few(map(quote, unknown))}")]
    free = [name for name in known if name not in names] or known
    return [(name, f"unknown {thing}" + did_you_mean(name, free)) for name in unknown]


def first_few(names: Iterable[str], shown: int = 3) -> str:
    """`n1, n2, n3 and 4 more`."""
    every = list(names)
    more = f" and {len(every) - shown} more" if len(every) > shown else ""
    return ", ".join(every[:shown]) + more


def bare(name: str) -> str:
    """The name as it is compared: case, outer spaces, spaces, hyphens and underscores do not count."""
    return name.strip().casefold().replace(" ", "_").replace("-", "_")
