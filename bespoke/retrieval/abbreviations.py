"""Abbreviations of clinical notes written out, so that a search over descriptions finds what they stand for."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import lru_cache

from bespoke.facts.reader import TABLES


def written_out(text: str) -> str:
    """The text with each known abbreviation followed by its words; ambiguous ones (RA, MS, PND) are not known."""
    known = _known()
    return _pattern().sub(lambda found: f"{found[0]} {known[found[0]]}", text)


@lru_cache(maxsize=1)
def _known() -> Mapping[str, str]:
    with (TABLES / "abbreviations.csv").open(encoding="utf-8", newline="") as file:
        return {row["abbreviation"]: row["words"] for row in csv.DictReader(file)}


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    return re.compile(r"(?<![\w/])(?:" + "|".join(map(re.escape, _known())) + r")(?![\w/])")
