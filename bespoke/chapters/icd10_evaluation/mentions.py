"""The mention dictionary: the words that coders marked as evidence, looked up in new notes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from bespoke.chapters.icd10_evaluation.comparable_words import CUES, ComparableWords, Context, words_of
from bespoke.chapters.icd10_evaluation.decision import DEPTH, Ranked, comparable_code, gold_codes
from bespoke.clients.schema import Note
from bespoke.statistics.tf_idf import tally

Form = tuple[str, ...]

_FILLER_SHARE = 0.5  # short words in more than half of all notes are skipped inside mentions
_FILLER_LETTERS = 3  # longer ones may be the illness itself where notes are few
_GAP = 5  # skipped words a mention may span


class MentionDictionary:
    """Surface forms of training evidence, longest match first, each standing for its most frequent code.

    A form's score is how often notes that hold it were given its code, separately where it is denied or
    doubted; forms with few notes lean on all notes of the same kind. So the training notes, not a rule,
    decide how much a negation counts.
    """

    def __init__(self, train: Sequence[Note]) -> None:
        present = Counter(chain.from_iterable(tally(words_of(note.text).words) for note in train))
        often = _FILLER_SHARE * len(train)
        self.fillers = {w for w, n in present.items() if n > often and len(w) <= _FILLER_LETTERS} - CUES
        codes: dict[Form, Counter[str]] = defaultdict(Counter)
        for note in train:
            for evidence in note.evidence:
                codes[self._form(words_of(evidence.text))][comparable_code(evidence.code)] += 1
        codes.pop((), None)
        self.code = {form: min(c, key=lambda k: (-c[k], k)) for form, c in codes.items()}
        self.lengths = _lengths(self.code)
        self.inside = {form: tuple(self._inside(form)) for form in self.code}
        self._count(train)

    def rank(self, notes: Sequence[Note]) -> list[Ranked]:
        return [self._rank(words_of(note.text)) for note in notes]

    def mentions(self, words: ComparableWords) -> Iterator[tuple[Form, Context]]:
        """Every match in the text, longest first from the left, the forms inside it, and their context."""
        places = [i for i, word in enumerate(words.words) if word not in self.fillers]
        kept = [words.words[i] for i in places]
        after = 0
        for at in [i for i, word in enumerate(kept) if word in self.lengths]:
            length = self._longest(kept, places, at) if at >= after else 0
            if length:
                after = at + length
                form = tuple(kept[at:after])
                context = words.context(places[at], places[after - 1] + 1)
                yield form, context
                for inner in self.inside[form]:
                    yield inner, context

    def _longest(self, kept: list[str], places: list[int], at: int) -> int:
        for length in self.lengths[kept[at]]:
            end = at + length
            if (
                end <= len(kept)
                and places[end - 1] - places[at] < length + _GAP
                and tuple(kept[at:end]) in self.code
            ):
                return length
        return 0

    def _inside(self, form: Form) -> Iterator[Form]:
        """Shorter forms within a form that stand for another code: coders often give both."""
        for at, word in enumerate(form):
            for length in self.lengths.get(word, ()):
                inner = form[at : at + length]
                if (
                    len(inner) == length < len(form)
                    and self.code.get(inner, self.code[form]) != self.code[form]
                ):
                    yield inner

    def _count(self, train: Sequence[Note]) -> None:
        """In how many notes each form and context was found, and in how many its code was given."""
        self.found: Counter[tuple[Form, Context]] = Counter()
        self.given: Counter[tuple[Form, Context]] = Counter()
        for note in train:
            gold = gold_codes(note)
            for form, context in set(self.mentions(words_of(note.text))):
                self.found[form, context] += 1
                self.given[form, context] += self.code[form] in gold
        self.usual: dict[Context, float] = {}
        contexts: tuple[Context, ...] = ("asserted", "negated", "suspected")
        for context in contexts:
            found = sum(n for (_, c), n in self.found.items() if c == context)
            given = sum(n for (_, c), n in self.given.items() if c == context)
            self.usual[context] = (given + 0.5) / (found + 1)

    def _score(self, form: Form, context: Context) -> float:
        found, given = self.found[form, context], self.given[form, context]
        return (given + 0.5 * self.usual[context]) / (found + 0.5) if found else self.usual[context] / 2

    def _rank(self, words: ComparableWords) -> Ranked:
        best: dict[str, float] = {}
        for form, context in self.mentions(words):
            code = self.code[form]
            best[code] = max(best.get(code, 0.0), self._score(form, context))
        return tuple(sorted(best.items(), key=lambda pair: -pair[1])[:DEPTH])  # of equals earlier mentions

    def _form(self, words: ComparableWords) -> Form:
        return tuple(word for word in words.words if word not in self.fillers)


def _lengths(forms: dict[Form, str]) -> dict[str, tuple[int, ...]]:
    """First word -> the lengths of forms that begin with it, longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for form in forms:
        lengths[form[0]].add(len(form))
    return {word: tuple(sorted(found, reverse=True)) for word, found in lengths.items()}
