"""Markdown, HTML and LaTeX as trees: one question to pandoc for all the pieces of a notebook.

Pandoc (GPL-2.0-or-later, from the wheel `pypandoc-binary`) runs as a process of its own. What it reads opens no file
and no address: its readers are given an empty world to look at.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bespoke import paths
from bespoke.errors import BespokeError
from bespoke.show.fonts import MISSING

Format = Literal["jupyter", "house", "html", "latex", "formula"]
Tree: TypeAlias = list[dict[str, Any]]  # pandoc's blocks, each {"t": kind, "c": content}


@dataclass(frozen=True)
class PandocInput:
    """A text to read. `house` is Markdown of our own making, in which a tag is text."""

    format: Format
    text: str


@dataclass
class Sources:
    """What one notebook has to read, each text once."""

    _places: dict[PandocInput, int] = field(default_factory=dict)

    def add(self, format: Format, text: str) -> int:
        """Where in `read()` the tree of this text will stand."""
        return self._places.setdefault(PandocInput(format, text), len(self._places))

    def read(self) -> list[Tree]:
        """The trees of all texts, in one run of pandoc; none where there is nothing to read."""
        return read(list(self._places))


def read(sources: Sequence[PandocInput]) -> list[Tree]:
    """A tree for each text, empty where pandoc cannot read it. Raises BespokeError where pandoc does not run."""
    if not sources:
        return []
    pieces = [{"format": one.format, "text": _encodable(one.text)} for one in sources]
    blocks = json.loads(PROCESS.answer(json.dumps(pieces)))["blocks"]
    return [div["c"][1] for div in blocks]


class Process:
    """Pandoc, started once: what it takes to start would be paid by every notebook of a report else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def answer(self, line: str) -> bytes:
        """Its answer to one line. Raises BespokeError where it does not run, or ends over this line."""
        with self._lock:
            running = self._start()
            assert running.stdin is not None
            assert running.stdout is not None
            try:
                running.stdin.write(line.encode("ascii") + b"\n")
                running.stdin.flush()
                found = running.stdout.readline()
            except OSError:
                found = b""
            if not found:
                self._end()
                raise BespokeError("pandoc cannot read the notebook: it ended over it")
            return found

    def start(self) -> None:
        """Begin to start, so that the first notebook need not wait for it."""
        with self._lock:
            self._start()

    def end(self) -> None:
        """Let it go; the next notebook starts another."""
        with self._lock:
            self._end()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._running is None or self._running.poll() is not None:
            self._end()
            script = paths.templates() / "report" / "pandoc" / "pieces.lua"
            try:
                self._running = subprocess.Popen(
                    [binary(), "lua", script],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            except OSError as error:
                raise BespokeError(f"pandoc cannot be started: {error.strerror or error}") from error
        return self._running

    def _end(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            for stream in (running.stdin, running.stdout):
                with suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
            running.kill()
            running.wait()


PROCESS = Process()
atexit.register(PROCESS.end)


def _encodable(text: str) -> str:
    """The text without lone surrogates, which no encoding of Unicode holds."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\ufffd", MISSING)


def binary() -> Path:
    """Pandoc's program inside its wheel; the package is not imported, since that takes longer than reading."""
    found = find_spec("pypandoc")
    name = "pandoc.exe" if sys.platform == "win32" else "pandoc"
    if found is None or found.origin is None:
        raise BespokeError("pandoc is not installed: pip install pypandoc-binary")
    return Path(found.origin).parent / "files" / name
