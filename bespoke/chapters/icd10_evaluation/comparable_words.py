"""The words of a note as they are compared: where they stand, and whether they are denied there."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Context = Literal["asserted", "negated", "suspected"]

WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[.;:!?\n\r•|]|\b(?:but|however|except|pero|aunque|salvo|excepto)\b", re.IGNORECASE)

_REACH = 6  # words between a cue and the mention it governs


@dataclass(frozen=True, slots=True)
class ComparableWords:
    """A text as comparable words. `clause[i]` numbers the clause of word i; no cue reaches beyond its own."""

    words: tuple[str, ...]
    start: tuple[int, ...]
    end: tuple[int, ...]
    clause: tuple[int, ...]
    _contexts: dict[tuple[int, int], Context] = field(default_factory=dict, repr=False, compare=False)

    def context(self, first: int, last: int) -> Context:
        """Whether words `first` to `last` (exclusive) are asserted, denied or doubted."""
        known = self._contexts.get((first, last))
        if known is None:  # every dictionary that is tried on a text asks anew
            known = self._contexts[first, last] = self._judged(first, last)
        return known

    def _judged(self, first: int, last: int) -> Context:
        clause = self.clause[first]
        lower = first
        while lower > 0 and first - lower < _REACH and self.clause[lower - 1] == clause:
            lower -= 1
        upper = last
        while upper < len(self.words) and upper - last < 3 and self.clause[upper] == clause:
            upper += 1
        before, after = self.words[lower:first], self.words[last:upper]
        if _holds(before, _DOUBTING):
            return "suspected"
        if _holds(before, _NEGATING) or _holds(after, _NEGATED_AFTER):
            return "negated"
        return "asserted"


@lru_cache(maxsize=32768)  # a reranker asks again and again for the same descriptions
def words_of(text: str) -> ComparableWords:
    """The comparable words of a text with their offsets."""
    breaks = [match.start() for match in _BREAK.finditer(text)]
    words, starts, ends, clauses = [], [], [], []
    clause = 0
    for match in WORD.finditer(text):
        while clause < len(breaks) and breaks[clause] <= match.start():
            clause += 1
        words.append(comparable(match.group()))
        starts.append(match.start())
        ends.append(match.end())
        clauses.append(clause)
    return ComparableWords(tuple(words), tuple(starts), tuple(ends), tuple(clauses))


@lru_cache(maxsize=32768)
def comparable_words(text: str) -> tuple[str, ...]:
    """The words alone, for a text whose places and clauses nobody asks about."""
    return tuple(map(comparable, WORD.findall(text)))


@lru_cache(maxsize=65536)
def comparable(word: str) -> str:
    """Case, accents and a plural ending removed: `Fiebres` -> `fiebre`, `édemas` -> `edema`."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    is_plural = len(plain) > 4 and plain.endswith("s") and not plain.endswith(("ss", "us", "is"))
    return plain[:-1] if is_plural else plain


_Cues = dict[str, list[tuple[str, ...]]]  # first word -> the cues that begin with it


def _holds(words: tuple[str, ...], cues: _Cues) -> bool:
    return any(words[i : i + len(cue)] == cue for i, word in enumerate(words) for cue in cues.get(word, ()))


def _cues(text: str) -> _Cues:
    cues: _Cues = {}
    for cue in text.split(","):
        words = tuple(map(comparable, cue.split()))
        cues.setdefault(words[0], []).append(words)
    return cues


# After NegEx (Chapman et al. 2001) and its Spanish adaptation (Costumero et al. 2014).
_NEGATING = _cues(
    "no, not, denies, denied, denying, deny, without, negative for, neg for, w o, absent, absence of, nor, "
    "never, never had, none, non, ruled out, free of, resolved, niega, niegan, sin, ni, ausencia de, "
    "negativo para, negativa para, descarta, descarto, descartar, descartado, descartandose, nunca, tampoco"
)
_NEGATED_AFTER = _cues("ruled out, negative, neg, absent, not seen, negativo, negativa")
_DOUBTING = _cues(
    "possible, possibly, probable, probably, suspected, suspect, suspicion of, suspicious for, rule out, "
    "r o, likely, questionable, concern for, concerning for, versus, vs, differential, evaluate for, "
    "eval for, cannot exclude, posible, posibles, probables, sospecha, sospechoso, sospechosa, presunto, "
    "presunta, compatible, sugestivo, sugestiva"
)
CUES = frozenset(
    word
    for cues in (_NEGATING, _DOUBTING, _NEGATED_AFTER)
    for same in cues.values()
    for cue in same
    for word in cue
)
