"""Which characters the bundled faces can draw, so that nothing in a report turns into an empty space.

Typst's own Libertinus cannot be read from Python and is left out of the count.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError

MISSING = "□"  # what the report prints for a character that no face draws
UPRIGHT = ("SourceSansPro-Regular", "SourceSerifPro-Regular", "DejaVuSans", "DejaVuSansMono")
SUFFIXES = (".otf", ".ttf", ".ttc", ".otc")
# Drawn by the bundled faces, so that ordinary texts need no font file read: Latin, punctuation, arrows, operators.
SURE = frozenset((*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x2010, 0x2065), *range(0x2190, 0x2300)))


def faces(extra: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Every font file a report may use: text and data faces, the caller's own, matplotlib's DejaVu."""
    return (*_bundled(), *_further(extra))


def folders(extra: Sequence[Path] = ()) -> tuple[Path, ...]:
    """Where those files lie: Typst reads folders only."""
    return tuple(dict.fromkeys(path.parent for path in faces(extra)))


def families(extra: Sequence[Path]) -> tuple[str, ...]:
    """The family names inside further font files, in the order given."""
    names = (name for path in _further(extra) for name in _names(path))
    return tuple(dict.fromkeys(names))


def uncovered(text: str, extra_fonts: Sequence[Path] = ()) -> set[str]:
    """The characters of a text that no bundled or further face draws (controls and white space aside)."""
    drawn = coverage(extra_fonts)
    return {c for c in set(text) if ord(c) not in drawn and not invisible(c)}


def scripts(characters: Iterable[str]) -> set[str]:
    """Names of what the characters belong to: `CJK`, `DEVANAGARI`, `emoji and symbols`."""
    return {_script(c) for c in characters}


def invisible(character: str) -> bool:
    """White space, controls and format characters: nothing to draw."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp")


def blank(text: str) -> bool:
    """Whether there is nothing in a text to see."""
    return all(map(invisible, text))


@dataclass(frozen=True)
class Coverage:
    """Whether at least one face draws a code point. Reads the faces at the first one out of the ordinary."""

    extra: tuple[Path, ...]

    def __contains__(self, code: object) -> bool:
        return code in SURE or code in code_points(self.extra)


def coverage(extra: Sequence[Path] = ()) -> Coverage:
    """What the bundled faces and the caller's own draw."""
    return Coverage(tuple(map(Path, extra)))


@lru_cache(maxsize=8)
def code_points(extra: tuple[Path, ...] = ()) -> frozenset[int]:
    """Code points that at least one face draws."""
    upright = (path for path in _bundled() if path.stem in UPRIGHT)  # their bolds and italics draw no more
    return frozenset().union(*(drawn_by(path) for path in (*upright, *_further(extra))))


def _bundled() -> tuple[Path, ...]:
    from importlib.util import find_spec

    from bespoke.show.style import font_files

    package = find_spec("matplotlib")  # located, not imported: that takes longer than typesetting a report
    if package is None or package.origin is None:
        raise BespokeError("matplotlib is not installed: its DejaVu faces are needed")
    dejavu = Path(package.origin).parent / "mpl-data" / "fonts" / "ttf"
    return (*font_files(), *sorted(dejavu.glob("DejaVuSans*.ttf")))


def _further(extra: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(path for given in extra for path in _files(Path(given)))


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES)
    if path.is_file():
        return [path]
    raise BespokeError("no such font file or folder", path=str(path))


def data_face() -> Path:
    """Source Sans Pro, upright."""
    return next(path for path in faces() if path.stem == "SourceSansPro-Regular")


def advances(path: Path) -> dict[int, float]:
    """Code point -> width in em, for one face."""
    with _opened(path) as [font, *_]:
        # Names of our own: those of the face stand among its outlines, which take long to read.
        font.setGlyphOrder([f"glyph{number:05}" for number in range(font["maxp"].numGlyphs)])
        metrics, em = font["hmtx"], font["head"].unitsPerEm
        return {code: metrics[glyph][0] / em for code, glyph in font.getBestCmap().items()}


@lru_cache(maxsize=128)
def drawn_by(path: Path) -> frozenset[int]:
    """Code points that the faces of one file draw."""
    with _opened(path) as faces:
        return frozenset(code for font in faces for code in font.getBestCmap() or ())


@lru_cache(maxsize=32)
def _names(path: Path) -> tuple[str, ...]:
    with _opened(path) as faces:
        return tuple(str(font["name"].getBestFamilyName()) for font in faces)


@contextmanager
def _opened(path: Path) -> Iterator[list[Any]]:
    """The faces in a font file: one, or several in a collection."""
    from fontTools.ttLib import TTCollection, TTFont, TTLibError

    try:
        with path.open("rb") as file:
            if path.suffix.lower() in (".ttc", ".otc"):
                yield list(TTCollection(file, lazy=True).fonts)
            else:
                yield [TTFont(file, lazy=True)]
    except (TTLibError, OSError) as error:
        raise BespokeError(f"not a font that can be read: {error}", path=str(path)) from error


def _script(character: str) -> str:
    if unicodedata.category(character) in ("So", "Sk", "Sm", "Co", "Cn", "Cs"):
        return "emoji and symbols"
    return unicodedata.name(character, "unnamed").split()[0].split("-")[0]
