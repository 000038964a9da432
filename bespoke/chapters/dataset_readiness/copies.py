"""Rows remembered by hash and signature: copies, near copies, leaks, and one prompt with several answers."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from bespoke.chapters.dataset_readiness.minhash import PERMUTATIONS, Hashes, near_pairs, signature
from bespoke.tuning.formats import Example, Turn
from bespoke.tuning.formats.example import written

# Columns of images and the like beside the dialogue: rows that differ in them are no copies, whatever their words.
SHOWN = ("images", "image", "videos", "video", "audios", "audio")


@dataclass(frozen=True, slots=True)
class CopyLink:
    """Row `later` repeats row `first`: exactly, nearly, its prompt with another answer, or its source."""

    kind: str  # exact, near, answer or source
    first: int
    later: int
    similarity: float = 1.0


@dataclass
class Copies:
    """All readable rows of all files, a few hundred bytes each. Row numbers count from 0 in reading order."""

    files: array[int] = field(default_factory=lambda: array("I"))
    lines: array[int] = field(default_factory=lambda: array("Q"))
    targets: array[int] = field(default_factory=lambda: array("Q"))  # one bit per target that may use the row
    valid: bytearray = field(default_factory=bytearray)
    links: list[CopyLink] = field(default_factory=list)
    same_source: list[CopyLink] = field(default_factory=list)  # rows of one patient, document or thread
    _exact: dict[bytes, int] = field(default_factory=dict)
    _asked: dict[bytes, int] = field(default_factory=dict)
    _keys: dict[bytes, int] = field(default_factory=dict)
    _signatures: array[int] = field(default_factory=lambda: array("I"))  # one after the other
    _signed: array[int] = field(default_factory=lambda: array("Q"))
    _dense: set[int] = field(default_factory=set)  # rows compared by characters

    def __len__(self) -> int:
        return len(self.lines)

    def add(
        self, example: Example, shingles: Hashes, *, dense: bool = False,
        file: int, line: int, targets: int, valid: bool, key: str = "",
    ) -> None:  # fmt: skip
        """Remember a row. `key` names the patient, document or thread it comes from, where the data say."""
        row = len(self.lines)
        self.files.append(file)
        self.lines.append(line)
        self.targets.append(targets)
        self.valid.append(valid)
        shown = [written(example.extra[key]) for key in SHOWN if example.extra.get(key)]
        asked = _digest(
            example.system or "", *map(_said, example.asked), *map(written, example.tools), *shown
        )
        whole = asked + _digest(_said(example.turns[-1]) if example.turns else "")
        if whole in self._exact:
            self.links.append(CopyLink("exact", self._exact[whole], row))
        elif asked in self._asked:
            self.links.append(CopyLink("answer", self._asked[asked], row))
        elif len(shingles) and not shown and not any(turn.media for turn in example.turns):
            self._signatures.frombytes(signature(shingles).tobytes())
            self._signed.append(row)
            if dense:
                self._dense.add(row)
        self._exact.setdefault(whole, row)
        self._asked.setdefault(asked, row)
        if key:
            self.same_source.append(CopyLink("source", self._keys.setdefault(_digest(key), row), row))

    def near(self, threshold: float, of_characters: float) -> Iterator[CopyLink]:
        """Near copies among rows with different prompts; texts compared by characters have a threshold of their own."""
        signatures = np.frombuffer(self._signatures, dtype=np.uint32).reshape(-1, PERMUTATIONS)
        for i, j, alike in near_pairs(signatures, min(threshold, of_characters)):
            first, later = self._signed[i], self._signed[j]
            both = first in self._dense and later in self._dense
            if alike >= (of_characters if both else threshold):
                yield CopyLink("near", first, later, alike)


def _said(turn: Turn) -> str:
    """A turn as a text: what was said, called, thought and shown."""
    if not (turn.calls or turn.reasoning or turn.media or turn.answers):
        return _framed(turn.role, turn.text)
    calls = _framed(*(part for call in turn.calls for part in (call.name, written(call.arguments))))
    shown = _framed(*(written(one.block) for one in turn.media))
    return _framed(turn.role, turn.text, turn.reasoning, calls, shown)


def _framed(*texts: str) -> str:
    """The texts in one, white space aside, each behind its length: no text can stand for two, or for a boundary."""
    return "".join(f"{len(text)}:{text}" for text in (" ".join(text.split()) for text in texts))


def _digest(*texts: str) -> bytes:
    """128 bits of the texts, white space aside."""
    return blake2b(_framed(*texts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
