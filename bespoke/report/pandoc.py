"""Markdown, HTML and LaTeX as trees: one run of pandoc for all the pieces of a notebook.

Pandoc (GPL-2.0-or-later, from the wheel `pypandoc-binary`) runs as a process of its own, sandboxed: what it reads
opens no file and no address.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bespoke import places
from bespoke.errors import BespokeError
from bespoke.show.fonts import MISSING

Format = Literal["jupyter", "house", "html", "latex", "formula"]
Tree: TypeAlias = list[dict[str, Any]]  # pandoc's blocks, each {"t": kind, "c": content}


@dataclass(frozen=True)
class Source:
    """A text to read. `house` is Markdown of our own making, in which a tag is text."""

    format: Format
    text: str


@dataclass
class Sources:
    """What one notebook has to read, each text once."""

    _places: dict[Source, int] = field(default_factory=dict)

    def add(self, format: Format, text: str) -> int:
        """Where in `read()` the tree of this text will stand."""
        return self._places.setdefault(Source(format, text), len(self._places))

    def read(self) -> list[Tree]:
        """The trees of all texts, in one run of pandoc; none where there is nothing to read."""
        return read(list(self._places))


def read(sources: Sequence[Source]) -> list[Tree]:
    """A tree for each text, empty where pandoc cannot read it. Raises BespokeError where pandoc does not run."""
    if not sources:
        return []
    script = places.templates() / "report" / "pandoc" / "pieces.lua"
    pieces = [{"format": one.format, "text": _encodable(one.text)} for one in sources]
    try:
        done = subprocess.run(
            [_binary(), "--sandbox", f"--from={script}", "--to=json", "--quiet"],
            input=json.dumps(pieces).encode("ascii"), capture_output=True, check=True,
        )  # fmt: skip
        blocks = json.loads(done.stdout)["blocks"]
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        reason = getattr(error, "stderr", b"") or str(error).encode()
        said = " ".join(reason.decode("utf-8", "replace").split())
        raise BespokeError(f"pandoc cannot read the notebook: {said[:300]}") from error
    return [div["c"][1] for div in blocks]


def _encodable(text: str) -> str:
    """The text without lone surrogates, which no encoding of Unicode holds."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\ufffd", MISSING)


@lru_cache(maxsize=1)
def _binary() -> Path:
    """Pandoc's program inside its wheel; the package is not imported, since that takes longer than reading."""
    found = find_spec("pypandoc")
    name = "pandoc.exe" if sys.platform == "win32" else "pandoc"
    if found is None or found.origin is None:
        raise BespokeError("pandoc is not installed: pip install pypandoc-binary")
    return Path(found.origin).parent / "files" / name
