"""What a code cell says of its outputs in comments at its top, as Quarto writes them: `#| caption: Volume falls`.

`caption` (also `fig-cap`, `tbl-cap`) numbers a figure or table, `alt` (also `fig-alt`) describes a figure for a reader
who cannot see it, `label` (`fig-load`, `tbl-load`) is what Markdown links to it with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bespoke.show.blocks import LABEL

_LINE = re.compile(r"^#\|\s*([A-Za-z-]+)\s*:\s*(.*?)\s*$")
_NAMES = {"caption": "caption", "fig-cap": "caption", "tbl-cap": "caption", "alt": "alt", "fig-alt": "alt",
          "label": "label"}  # fmt: skip


def of_cell(source: str) -> Mapping[str, str]:
    """caption, alt and label of a cell's outputs, where its first lines give them."""
    found: dict[str, str] = {}
    for line in source.lstrip("\n").split("\n"):
        match = _LINE.match(line)
        if match is None:
            break
        name = _NAMES.get(match[1].lower())
        value = match[2].strip("\"'")
        if name and value and (name != "label" or re.match(LABEL, value)):
            found[name] = value
    return found
