"""Names that look like one another: told, because a reader of two of them reads one.

A small part of Unicode's confusables (UTS #39): the letters of Greek and Cyrillic that are drawn as Latin ones, and the
digits and letters that most typefaces draw alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator

_ALIKE = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕԁԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυιⅼ|1I0",
    "ABEKMHOPCTYXlJSaeopcyxijsdqwhABEZHlKMNOPTYXovpuillllo",
)


def skeleton(name: str) -> str:
    """The same for two names exactly where they look alike."""
    letters = unicodedata.normalize("NFKC", name).translate(_ALIKE).casefold()
    return " ".join(letters.replace("rn", "m").replace("vv", "w").split())


def alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name that looks like an earlier and different one, with that one."""
    seen: dict[str, str] = {}
    for name in names:
        earlier = seen.setdefault(skeleton(name), name)
        if earlier != name:
            yield name, earlier
