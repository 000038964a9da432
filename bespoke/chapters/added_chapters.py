"""Chapters that a consultancy adds, found by the entry point `bespoke.chapters` of its own package.

    [project.entry-points."bespoke.chapters"]
    security = "acme_house.chapters.security:CHAPTER"

The package is laid out as ours is: `acme_house/chapters/security.py` computes, `acme_house/exhibits/security.py` shows,
`acme_house/notebooks/55_security.ipynb` puts both on the page. CHAPTER is a `Chapter` with `package="acme_house"`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import entry_points
from typing import Any

from bespoke.chapters.chapter import Chapter
from bespoke.errors import BespokeError

GROUP = "bespoke.chapters"


def placed(ours: Iterable[Chapter]) -> dict[str, Chapter]:
    """Our chapters in their order, each followed by those of other packages that name it in `after`; by stem.

    Raises BespokeError for an entry point that is no chapter, a stem used twice, or one placed after nothing.
    """
    order = {chapter.stem: chapter for chapter in ours}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        where = f"entry point {point.name} of {GROUP}"
        try:
            found: Any = point.load()
        except Exception as error:  # code of another package
            raise BespokeError(f"{where} cannot be loaded: {error!r}") from error
        if not isinstance(found, Chapter):
            raise BespokeError(f"{where}: {point.value} is no Chapter")
        if found.stem in order:
            raise BespokeError(f"{where}: there is a chapter {found.stem} already")
        order = _with(order, found)
    return order


def _with(order: dict[str, Chapter], added: Chapter) -> dict[str, Chapter]:
    after = added.after or list(order)[-1]
    if after not in order:
        raise BespokeError(f"chapter {added.stem}: after {after!r}, but there are {', '.join(order)}")
    stems = list(order)
    place = stems.index(after) + 1
    while place < len(stems) and order[stems[place]].package != "bespoke":
        place += 1  # behind those of other packages that stand there already
    chapters = order | {added.stem: added}
    return {stem: chapters[stem] for stem in [*stems[:place], added.stem, *stems[place:]]}
