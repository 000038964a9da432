"""Builds the faces of the web page, once: small WOFF2 files from the OpenType ones (`make webfonts`).

Those that lie here were cut from the TrueType files of the same release, which makes them a quarter smaller.

They are subsets, so modified versions in the sense of the SIL Open Font License 1.1, which keeps the name "Source"
for the originals: these carry a name of ours, and the copyright and licence of the originals.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bespoke import paths
from bespoke.show import fonts

FACES = {
    "serif-400": "SourceSerifPro-Regular",
    "serif-600": "SourceSerifPro-Semibold",
    "sans-400": "SourceSansPro-Regular",
    "sans-600": "SourceSansPro-Semibold",
}  # file name: family and weight -> original
# English, German, Spanish and French text, and the punctuation, operators and arrows of our own sentences.
CHARACTERS = (
    *range(0x20, 0x7F),
    *map(ord, "\u00a0¡£§«°±²³´·»¿×÷ÀÁÂÄÅÆÇÈÉÊËÍÎÏÑÓÔÖØÚÜßàáâäåæçèéêëìíîïñòóôöøùúûü"),
    *map(ord, "‑–—‘’‚“”„•…\u2009\u202f€←↑→↓−≈≠≤≥"),
)
FEATURES = {"serif-600": ("kern", "lnum")}  # headings; pairs of letters are a quarter of a face
PLAIN_FEATURES = ("lnum", "tnum")
COPYRIGHT, FAMILY, STYLE, LICENCE, LICENCE_ADDRESS = 0, 1, 2, 13, 14  # records of a font's name table


def folder() -> Path:
    return paths.templates() / "report" / "html" / "fonts"


def main() -> None:
    """Write every face anew; needs the `brotli` package."""
    folder().mkdir(exist_ok=True)
    originals = {path.stem: path for path in fonts.faces()}
    for name, original in FACES.items():
        path = folder() / f"{name}.woff2"
        _subset(originals[original], name, path)
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")


def _subset(original: Path, name: str, path: Path) -> None:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(
        hinting=False,
        layout_features=list(FEATURES.get(name, PLAIN_FEATURES)),
        name_IDs=[COPYRIGHT, FAMILY, STYLE, LICENCE, LICENCE_ADDRESS],
    )
    font = TTFont(original, recalcTimestamp=False)
    _rename(font, name)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=CHARACTERS)
    cutter.subset(font)
    font.flavor = "woff2"
    font.save(path)


def _rename(font: Any, name: str) -> None:
    family, weight = name.split("-")
    table = font["name"]
    for record in table.names:
        if record.nameID == FAMILY:
            record.string = f"Bespoke {family.title()}"
        elif record.nameID == STYLE:
            record.string = weight


if __name__ == "__main__":
    main()
