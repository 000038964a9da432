"""From a path to text: everything that can be wrong with a file before its content is looked at."""

from __future__ import annotations

import codecs
import errno
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bespoke.clients.opening import LeadsOut, open_inside
from bespoke.clients.wording import did_you_mean, quote
from bespoke.direction import turning
from bespoke.errors import Problem

KIB = 2**10
LARGEST = 256 * 2**20
LARGEST_YAML = 256 * KIB  # a hundred engagements; YAML is slow to read
MOST_COMPARED = 10_000  # under a second
BOMS = (  # the longer mark first: UTF-32 begins like UTF-16; no name: UTF-8
    (codecs.BOM_UTF8, "utf-8", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)


@dataclass
class ClientFile:
    """One file of a client folder and the problems found in it so far."""

    root: Path  # the client folder
    path: Path
    shown: str  # `meridian_health/tasks.csv`, on every system
    required: bool = False
    problems: list[Problem] = field(default_factory=list)
    compared: int = 0  # names that misspellings were compared with

    def say(
        self, message: str, row: int | None = None, column: str | None = None, *, warning: bool = False
    ) -> None:
        self.problems.append(Problem(self.shown, row, column, message, warning))

    def near(self, name: str, known: Collection[str]) -> str:
        """`; nearest: …` as long as looking for it stays quick: thousands of wrong ids get no suggestion."""
        self.compared += len(known)
        return did_you_mean(name, known) if self.compared <= MOST_COMPARED else ""

    def say_empty(self, what: str = "is empty") -> None:
        self.say(f"{what}; fill it in" + ("" if self.required else " or delete the file"))


def is_there(path: Path) -> bool:
    """Whether anything of that name exists, a broken link included."""
    return os.path.lexists(path)


def usable(source: ClientFile) -> bool:
    """Whether the path is an ordinary file inside the client folder; says why not."""
    if turn := turning(source.shown):  # the name of a recorded system, a document, a dataset
        source.say(f"has a name with a character that turns the reading direction ({turn}); rename it")
        return False
    try:
        real = os.path.realpath(source.path)
        if not Path(real).is_relative_to(os.path.realpath(source.root)):
            source.say("is a link that leads out of the client folder; put the file itself here")
            return False
        mode = source.path.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        source.say(f"cannot be read: {_reason(error)}")
        return False
    if stat.S_ISDIR(mode):
        source.say("is a folder; a file belongs here")
    elif not stat.S_ISREG(mode):
        source.say("is not an ordinary file; put the file itself here")
    return stat.S_ISREG(mode)


def read_bytes(source: ClientFile, largest: int = LARGEST) -> bytes | None:
    """The content of the file, or None after saying why there is nothing to go on with."""
    if not usable(source):
        return None
    try:
        with open_inside(source.root, source.path) as file:  # one descriptor: what is measured is read
            if os.fstat(file.fileno()).st_size > largest:
                source.say(f"is larger than {largest // KIB} KiB; leave out what is not needed")
                return None
            data = file.read(largest + 1)
    except OSError as error:
        source.say(_not_read(error))
        return None
    if len(data) > largest:
        source.say("grows while it is read; run this again once nobody writes to it")
        return None
    return data


def read_text(source: ClientFile, largest: int = LARGEST) -> str | None:
    """The file as text without its byte order mark, or None when there is nothing to go on with."""
    data = read_bytes(source, largest)
    text = None if data is None else _decode(source, data)
    if text is not None and not text.strip():
        source.say_empty()
        return None
    return text


def _decode(source: ClientFile, data: bytes) -> str | None:
    for mark, encoding, name in BOMS:
        if data.startswith(mark):
            if not name:
                source.say("starts with a byte order mark (BOM), which is left out", 1, warning=True)
                return _utf8(source, data[len(mark) :])
            source.say(f"is encoded as {name}; save it as UTF-8", 1)
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                return None
    if data[:4096].count(0) > len(data[:4096]) // 4:
        source.say("holds NUL bytes throughout, as UTF-16 does; save it as UTF-8", 1)
        return None
    return _utf8(source, data)


def without_nul(source: ClientFile, data: bytes) -> bytes:
    """The data without NUL bytes; says where the first stands."""
    if 0 not in data:
        return data
    source.say("holds a NUL byte; delete it", data.count(b"\n", 0, data.index(0)) + 1)
    return data.replace(b"\0", b"")


def _utf8(source: ClientFile, data: bytes) -> str:
    data = without_nul(source, data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        place = error.start - data.rfind(b"\n", 0, error.start)
        source.say(not_utf8(data[error.start], place), row)
        return data.decode("utf-8", errors="replace")


def not_utf8(byte: int, place: int) -> str:
    """The message for the first byte that is not UTF-8; `place` counts bytes of the line from 1."""
    likely = bytes([byte]).decode("cp1252", errors="replace")
    return (
        f"byte 0x{byte:02X} at place {place} of the line is not UTF-8"
        f" ({quote(likely)} in Latin-1 or Windows-1252); save the file as UTF-8"
    )


def check_encoding(source: ClientFile) -> None:
    """The same questions for a file of any size, a line at a time, all but emptiness as warnings.

    The dataset chapter exists to find defects in these files, so a badly encoded row does not stop a run.
    """
    if not usable(source):
        return
    seen = False
    try:
        for row, line in enumerate(_lines(source), start=1):
            if row == 1 and line.startswith(codecs.BOM_UTF8):
                line = line[len(codecs.BOM_UTF8) :]
                source.say(
                    "starts with a byte order mark (BOM); save it as UTF-8 without BOM", 1, warning=True
                )
            seen = seen or bool(line.strip())
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                source.say(not_utf8(line[error.start], error.start + 1), row, warning=True)
                return
    except OSError as error:
        source.say(_not_read(error))
        return
    if not seen:
        source.say_empty()


def _lines(source: ClientFile) -> Iterator[bytes]:
    with open_inside(source.root, source.path) as file:
        yield from file


def _not_read(error: OSError) -> str:
    if isinstance(error, LeadsOut) or error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "was changed into a link while it was read; put the file itself here"
    return f"cannot be read: {_reason(error)}"


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
