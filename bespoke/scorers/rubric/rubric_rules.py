"""What a text must hold by rule: its sections in order, its length, words it needs and words it must not use."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bespoke.scorers.rubric.scorer import RubricSetup


def rules_kept(setup: RubricSetup, text: str, authorities: Sequence[str]) -> Mapping[str, bool]:
    """Rule -> whether the text keeps it; only the rules that task.yaml states."""
    words = len(text.split())
    kept: dict[str, bool] = {}
    if setup.sections:
        kept["sections in order"] = sections_in_order(text, setup.sections)
    if setup.fewest_words or setup.most_words:
        kept["length"] = (setup.fewest_words or 0) <= words <= (setup.most_words or words)
    for needed in setup.must_contain:
        kept[f"contains {needed}"] = _has(text, needed)
    if setup.must_not_contain:
        kept["no word of the list"] = not any(_has(text, word) for word in setup.must_not_contain)
    if setup.citations:
        kept["citations resolve"] = not unresolved(text, setup.citations, authorities)
    return kept


def sections_in_order(text: str, sections: Sequence[str]) -> bool:
    """Whether each heading (`Fact:`) stands once and all in this order, with words under each."""
    places = [[m.end() for m in re.finditer(rf"(?i)(?<!\w){re.escape(s)}\s*:", text)] for s in sections]
    if any(len(found) != 1 for found in places):
        return False
    starts = [found[0] for found in places]
    ends = [*starts[1:], len(text) + max(map(len, sections)) + 1]
    under = [
        text[a : max(a, b - len(s) - 1)] for a, b, s in zip(starts, ends, [*sections[1:], ""], strict=True)
    ]
    return starts == sorted(starts) and all(part.strip() for part in under)


def unresolved(text: str, pattern: str, authorities: Sequence[str]) -> list[str]:
    """Citations of the text that no authority of the list begins with or contains."""
    known = [_bare(name) for name in authorities]
    found = [match.group(0) for match in re.finditer(pattern, text)]
    return [one for one in found if not any(_bare(one) in name for name in known)]


def _has(text: str, phrase: str) -> bool:
    return re.search(rf"(?i)(?<!\w){re.escape(phrase)}(?!\w)", text) is not None


def _bare(text: str) -> str:
    return " ".join(text.replace(",", " ").split()).casefold().removeprefix("the ")
