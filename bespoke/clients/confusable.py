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


def looks(name: str) -> tuple[str, str]:
    """What a name is taken for: by its letters whatever their case, and by its shapes."""
    plain = " ".join(unicodedata.normalize("NFKC", name).split())
    shapes = plain.translate(_ALIKE).casefold().replace("rn", "m").replace("vv", "w")
    return plain.casefold(), shapes


def alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each name that looks like an earlier and different one, with that one."""
    seen: dict[tuple[int, str], str] = {}
    for name in names:
        earlier = [seen.setdefault(look, name) for look in enumerate(looks(name))]
        if other := next((one for one in earlier if one != name), ""):
            yield name, other
