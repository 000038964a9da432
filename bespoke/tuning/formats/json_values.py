"""Values of a JSON array, or values one after the other, read a piece of the file at a time."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

PIECE = 1 << 20  # bytes read at a time; a value longer than that doubles it
_GAP = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class BrokenValue:
    """A value that cannot be read, and the rule it breaks."""

    rule: str
    message: str


class Values:
    """The values of a file; memory holds one value and one piece."""

    def __init__(self, file: IO[bytes], decode: Callable[[str, int], tuple[Any, int]]) -> None:
        self._file, self._decode = file, decode
        self._text, self._at, self._ended = "", 0, False
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._passed = 0  # characters let go

    def each(self) -> Iterator[Any]:
        """Every value in turn. After a broken one that hides where it ends, nothing more can be read."""
        try:
            self._more(PIECE)
            self._skip(re.compile(r"\s*"))
            in_array = self._text[self._at : self._at + 1] == "["
            self._at += in_array
            while True:
                self._skip(_GAP)
                mark = self._text[self._at : self._at + 1]
                if not mark or (in_array and mark == "]"):
                    break
                value = self._value()
                yield value
                if isinstance(value, BrokenValue) and value.rule != "duplicate_key":
                    return
            yield from self._rest(in_array, mark)
        except UnicodeDecodeError as error:
            yield BrokenValue(
                "encoding", f"not UTF-8 after character {self._passed + len(self._text)}: {error.reason}"
            )

    def _rest(self, in_array: bool, mark: str) -> Iterator[BrokenValue]:
        if in_array and not mark:
            yield BrokenValue("invalid_json", "the array is not closed: the file ends inside it")
        elif in_array:
            self._at += 1
            self._skip(re.compile(r"\s*"))
            if self._text[self._at :]:
                where = self._passed + self._at + 1
                yield BrokenValue(
                    "invalid_json", f"more stands after the end of the array, at character {where}"
                )

    def _value(self) -> Any:
        size = PIECE
        while True:
            try:
                value, end = self._decode(self._text, self._at)
            except (json.JSONDecodeError, RecursionError, ValueError) as error:
                if self._ended or not self._may_go_on(error):
                    return self._broken(error)
                self._more(size)
                size *= 2
                continue
            if end == len(self._text) and not self._ended:
                self._more(size)  # a number may go on
                continue
            self._at = end
            return value

    def _may_go_on(self, error: Exception) -> bool:
        """Whether the fault may be only that the piece ends here."""
        if not isinstance(error, json.JSONDecodeError):
            return False
        near_end = len(self._text) - error.pos < 16
        return near_end or error.msg.startswith("Unterminated string")

    def _broken(self, error: Exception) -> BrokenValue:
        if not isinstance(error, json.JSONDecodeError):
            return BrokenValue("invalid_json", str(error) or "nested too deeply")
        line = self._lines + self._text.count("\n", 0, error.pos) + 1
        return BrokenValue("invalid_json", f"{error.msg} in line {line}; what follows cannot be read")

    _lines = 0  # line breaks let go

    def _more(self, size: int) -> None:
        self._lines += self._text.count("\n", 0, self._at)
        self._passed += self._at
        piece = self._file.read(size)
        self._ended = not piece
        self._text = self._text[self._at :] + self._decoder.decode(piece, final=self._ended)
        self._at = 0

    def _skip(self, gap: re.Pattern[str]) -> None:
        while True:
            found = gap.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or self._ended:
                return
            self._more(PIECE)
