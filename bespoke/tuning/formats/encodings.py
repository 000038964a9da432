"""Files that are not UTF-8 but can only be one other thing: UTF-16, and tables in Windows-1252."""

from __future__ import annotations

import codecs
import io
import re
from typing import IO

PIECE = 1 << 16  # bytes at a time
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HIGH = re.compile(rb"[\x80-\xff]+")
_NEVER = re.compile(rb"[\x81\x8d\x8f\x90\x9d\xff]")  # no letters of Windows-1252, or none that text has
_UTF8 = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
TOGETHER = 0.5  # of the bytes above ASCII that stand side by side: more than any Western language has


def encoding_of(file: IO[bytes], table: bool) -> str:
    """Python's name for the encoding of a file that is not UTF-8; "" for UTF-8 and for what nobody can tell.

    Only a table may be in Windows-1252: spreadsheets save that, while JSON is UTF-8 by its standard. Reads the file
    from where it stands, to its end only for a table; whoever asks takes it back.
    """
    head = file.read(PIECE)
    if head.startswith(WIDE):
        return "utf-16"
    if head[:4096].count(0) > len(head[:4096]) // 4:  # ASCII in UTF-16: every other byte is NUL
        return "utf-16-le" if head[1:4096:2].count(0) > head[:4096:2].count(0) else "utf-16-be"
    return "cp1252" if table and _is_windows_1252(file, head) else ""


def _is_windows_1252(file: IO[bytes], head: bytes) -> bool:
    """Whether the bytes above ASCII stand as accented letters do in Western words, and most of them not as UTF-8."""
    high = together = letters = 0
    while head:
        if not head.isascii():
            if _NEVER.search(head):
                return False
            runs = [len(run) for run in _HIGH.findall(head)]
            high += sum(runs)
            together += sum(run for run in runs if run > 1)
            letters += sum(map(len, _UTF8.findall(head)))
        head = file.read(PIECE)
    return high > 0 and letters * 2 <= high and together <= TOGETHER * high


class Recoded(io.RawIOBase):
    """A file in another encoding as bytes of UTF-8, without a byte order mark."""

    def __init__(self, file: IO[bytes], encoding: str, errors: str = "surrogatepass") -> None:
        super().__init__()
        self._file, self._encoding, self._errors = file, encoding, errors
        self._rewind()

    def _rewind(self) -> None:
        self._file.seek(0)
        self._decoder = codecs.getincrementaldecoder(self._encoding)(self._errors)
        self._left, self._at, self._ended = b"", 0, False

    def close(self) -> None:
        self._file.close()
        super().close()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """To a place from the beginning; the way there is read again."""
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("only from the beginning")
        self._rewind()
        while self._at < offset and (passed := self.read(min(PIECE, offset - self._at))):
            del passed
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left and not self._ended:
            piece = self._file.read(PIECE)
            self._ended = not piece
            text = self._decoder.decode(piece, final=self._ended).removeprefix("\ufeff")
            self._left = text.encode("utf-8", "surrogatepass")
        part, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)
