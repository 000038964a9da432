"""Near copies without comparing every pair: MinHash signatures and banding.

Method: Broder 1997, "On the resemblance and containment of documents"; banding after Leskovec, Rajaraman and
Ullman, "Mining of Massive Datasets", section 3.4. Written here because the signature of a text is one numpy
expression, five times faster than the library that was tried (datasketch 2.0.0).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from bespoke.chapters.dataset_readiness.tokenise import words

Hashes = NDArray[np.uint64]
Signature = NDArray[np.uint32]

SHINGLE = 3  # words
BANDS, ROWS = 20, 6  # a pair with Jaccard s is looked at with probability 1 - (1 - s^6)^20: 0.998 at 0.8
PERMUTATIONS = BANDS * ROWS  # standard error of the estimate at 0.8: sqrt(0.8 * 0.2 / 120) = 0.037
AT_ONCE = 4096  # pairs compared at once: two megabytes
FEWEST_WORDS = 8  # below this, one word more or less is another text

_MIX = tuple(np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9))
_FACTORS = np.random.default_rng(1997).integers(0, 2**63, PERMUTATIONS, dtype=np.uint64) * np.uint64(
    2
) + np.uint64(1)


def shingles(text: str) -> Hashes:
    """The distinct 64-bit hashes of a text's three-word runs, case and punctuation aside; sorted.

    Of a script without spaces they are its characters and pairs of characters.
    """
    return shingled(text)[0]


def shingled(text: str) -> tuple[Hashes, bool]:
    """The shingles of a text, and whether they are of characters rather than of words."""
    found, dense = words(text)
    if len(found) < FEWEST_WORDS:
        return np.empty(0, dtype=np.uint64), dense
    hashes = np.fromiter(map(_HASHES.__getitem__, found), np.uint64, len(found))
    mixed = np.concatenate([_runs(hashes, length) for length in ((1, 2) if dense else (SHINGLE,))])
    mixed.sort()
    return mixed[np.concatenate(([True], mixed[1:] != mixed[:-1]))], dense


def _runs(hashes: Hashes, length: int) -> Hashes:
    """A hash of each run of so many words."""
    runs = len(hashes) - length + 1
    mixed = np.zeros(runs, dtype=np.uint64)
    for offset in range(length):
        mixed = (mixed ^ hashes[offset : offset + runs]) * _MIX[offset]
        mixed ^= mixed >> np.uint64(29)
    return mixed


class _Hashes(dict[str, int]):
    """Word -> its hash, remembered for the words of an ordinary vocabulary."""

    MOST = 1 << 17

    def __missing__(self, word: str) -> int:
        if len(self) >= self.MOST:
            self.clear()
        self[word] = zlib.crc32(word.encode("utf-8", "replace"))
        return self[word]


_HASHES = _Hashes()


def signature(hashes: Hashes) -> Signature:
    """For each of 120 random orders of all shingles, the smallest of these (multiply-shift hashing)."""
    permuted = (_FACTORS[:, None] * hashes[None, :]) >> np.uint64(32)
    smallest: Signature = permuted.min(axis=1).astype(np.uint32)
    return smallest


def near_pairs(
    signatures: Sequence[Signature] | Signature, threshold: float
) -> Iterator[tuple[int, int, float]]:
    """Pairs (i < j) of estimated similarity at least `threshold`, enough of them to connect every group.

    Within a bucket each member is compared with the first and with its neighbour, not with all others, so
    that a thousand copies cost two thousand comparisons.
    """
    if not len(signatures):
        return
    matrix = np.asarray(signatures)
    seen: set[tuple[int, int]] = set()
    for band in range(BANDS):
        new: list[tuple[int, int]] = []
        for bucket in _buckets(matrix[:, band * ROWS : (band + 1) * ROWS]):
            pairs = {(bucket[0], later) for later in bucket[1:]} | set(pairwise(bucket))
            new += sorted(pairs - seen)
        seen.update(new)
        for start in range(0, len(new), AT_ONCE):
            yield from _alike(matrix, new[start : start + AT_ONCE], threshold)


def _alike(
    matrix: NDArray[np.uint32], pairs: Sequence[tuple[int, int]], threshold: float
) -> Iterator[tuple[int, int, float]]:
    first, second = np.array(pairs).T
    found = np.mean(matrix[first] == matrix[second], axis=1)
    for at in np.flatnonzero(found >= threshold).tolist():
        yield (*pairs[at], float(found[at]))


def _buckets(band: NDArray[np.uint32]) -> Iterator[list[int]]:
    """Row numbers that agree in the whole band, ascending, for every value that at least two rows have."""
    keys = np.ascontiguousarray(band).view(np.dtype((np.void, band.dtype.itemsize * band.shape[1]))).ravel()
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1], [True])))
    for start, end in pairwise(starts):
        if end - start > 1:
            yield [int(i) for i in order[start:end]]


class Groups:
    """Union-find over row numbers: which rows belong together."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, i: int) -> int:
        """The smallest row number of the group."""
        while self._parent[i] != i:
            self._parent[i] = self._parent[self._parent[i]]
            i = self._parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        one, other = sorted((self.root(i), self.root(j)))
        self._parent[other] = one


class Containment:
    """Finds which of a few known texts stand inside a row, by a sketch of each text's shingles."""

    SKETCH = 32  # smallest shingle hashes of each known text

    def __init__(self, texts: Iterable[str]) -> None:
        sketches = [shingles(text)[: self.SKETCH] for text in texts]
        self._sizes = np.array([len(sketch) for sketch in sketches], dtype=np.int64)
        owners = np.repeat(np.arange(len(sketches)), self._sizes)
        flat = np.concatenate([np.empty(0, dtype=np.uint64), *sketches])
        order = np.argsort(flat, kind="stable")
        self._hashes, self._starts = np.unique(flat[order], return_index=True)
        self._owners = np.split(owners[order], self._starts[1:])

    def inside(self, hashes: Hashes, threshold: float) -> list[int]:
        """Numbers of the known texts of which at least this share of the sketch stands in the row."""
        if not len(self._hashes) or not len(hashes):
            return []
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        present = at[self._hashes[at] == hashes]
        if not len(present):
            return []
        counts = np.bincount(np.concatenate([self._owners[i] for i in present]), minlength=len(self._sizes))
        return [int(n) for n in np.flatnonzero((self._sizes > 0) & (counts >= threshold * self._sizes))]
