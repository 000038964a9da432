"""How often each description of a code set holds each word: counted, or for the pinned release read from a file.

`make icd10` writes the file anew, after the table. The same table gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from bespoke.chapters.icd10_evaluation.comparable_words import WORD, comparable
from bespoke.facts.icd10 import PINNED, CodeSet, code_set

STORED = Path(__file__).with_name("icd10cm_words.npz")

_BREAK, _TERMS = "\n", "\t"  # between texts, and before the inclusion terms of one
_WORD_OR_BREAK = re.compile(rf"{WORD.pattern}|{_BREAK}")


class WordCounts(NamedTuple):
    """Sparse arrays, codes x words, rows in the order of the codes, words by their column."""

    vocabulary: dict[str, int]
    counts: Any  # in descriptions and inclusion terms, as floats
    described: Any  # whether the description alone has the word: ones


def word_counts(codes: CodeSet) -> WordCounts:
    """The words of all billable codes."""
    stored = _load(STORED) if codes.release == PINNED else None
    return stored or count(codes.billable_texts.values())


def count(texts: Iterable[str]) -> WordCounts:
    """The same for any texts, each a description and after a tab its inclusion terms.

    A part is what stands between commas; it recurs in thousands of descriptions and is read once.
    """
    parts, columns = _Parts({_BREAK: -1}), _Columns({_BREAK: -1})
    columns.vocabulary = {}
    text = f",{_BREAK},".join(texts).replace(_TERMS, f",{_TERMS},")
    found = _numbers(text.split(","), parts)
    before = np.cumsum(found == parts[_TERMS]) == np.cumsum(found < 0)
    words = _rows(
        _numbers(_WORD_OR_BREAK.findall(_BREAK.join([*parts][1:])), columns), len(columns.vocabulary)
    )
    counts = _rows(found, len(parts) - 1) @ words
    counts.sort_indices()
    described = _rows(np.where(before | (found < 0), found, parts[_TERMS]), len(parts) - 1) @ words
    described.sort_indices()
    described.data[:] = 1
    return WordCounts(columns.vocabulary, counts, described)


def store() -> None:
    """Writes the file."""
    STORED.write_bytes(_packed(count(code_set().billable_texts.values())))


def _load(path: Path) -> WordCounts | None:
    """What was stored; None where it was made of another table than the one that is there."""
    if not path.is_file():
        return None
    with np.load(path, allow_pickle=False) as file:
        if bytes(file["table"]) != _digest():
            return None
        words = bytes(file["words"]).decode().split("\n")
        ends, columns, often = file["ends"], file["columns"].astype(np.int32), file["often"].astype(float)
        alone = np.unpackbits(file["alone"], count=len(columns)).astype(bool)
    shape = (len(ends) - 1, len(words))
    alone_ends = np.concatenate([[0], np.cumsum(alone)])[ends].astype(np.int32)
    return WordCounts(
        dict(zip(words, range(len(words)), strict=True)),
        csr_array((often, columns, ends), shape=shape),
        csr_array((np.ones(int(alone_ends[-1])), columns[alone], alone_ends), shape=shape),
    )


def _packed(found: WordCounts) -> bytes:
    """As a file: a word's column fits 16 bits, its count 8."""
    counts, described = found.counts, found.described
    width = counts.shape[1]
    rows = np.arange(counts.shape[0], dtype=np.int64)
    here = np.repeat(rows, np.diff(counts.indptr)) * width + counts.indices
    there = np.repeat(rows, np.diff(described.indptr)) * width + described.indices
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        table=np.frombuffer(_digest(), dtype=np.uint8),
        words=np.frombuffer("\n".join(found.vocabulary).encode(), dtype=np.uint8),
        ends=counts.indptr.astype(np.int32),
        columns=_narrowed(counts.indices, np.uint16),
        often=_narrowed(counts.data, np.uint8),
        alone=np.packbits(np.isin(here, there)),
    )
    return buffer.getvalue()


def _narrowed(values: NDArray[Any], kind: Any) -> NDArray[Any]:
    if values.max(initial=0) > np.iinfo(kind).max:
        raise SystemExit(f"{values.max()} does not fit {np.dtype(kind)}")
    return values.astype(kind)


def _digest() -> bytes:
    return hashlib.sha256(PINNED.path.read_bytes()).digest()


def _numbers(tokens: Sequence[str], numbers: dict[str, int]) -> NDArray[np.int32]:
    return np.fromiter(map(numbers.__getitem__, tokens), dtype=np.int32, count=len(tokens))


def _rows(found: NDArray[np.int32], width: int) -> Any:
    """How often each row holds each number below `width`; rows end at -1."""
    inside = found >= 0
    ends = np.concatenate([[0], np.cumsum(inside)[~inside], [inside.sum()]]).astype(np.int32)
    return csr_array((np.ones(int(ends[-1])), found[inside], ends), shape=(len(ends) - 1, width))


class _Parts(dict[str, int]):
    """A new key gets the next number."""

    def __missing__(self, part: str) -> int:
        self[part] = len(self) - 1
        return self[part]


class _Columns(dict[str, int]):
    """Word as it is written -> its column; words that compare equal share one."""

    vocabulary: dict[str, int]

    def __missing__(self, word: str) -> int:
        self[word] = self.vocabulary.setdefault(comparable(word), len(self.vocabulary))
        return self[word]
