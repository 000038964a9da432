"""Formulas drawn by matplotlib's mathtext: no LaTeX needed, the source stays as the description."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import Any

from bespoke.report.model import Code, Formula, Inline
from bespoke.show import fonts

LOOK: dict[Any, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "bespoke",
    "mathtext.fontset": "stix",
    "text.color": "black",
}
_WRAPPINGS = (
    re.compile(r"^\\begin\{(equation|align|displaymath)\*?\}(?P<inner>.*)\\end\{\1\*?\}$", re.DOTALL),
    re.compile(r"^\\\[(?P<inner>.*)\\\]$", re.DOTALL),
)
SIZE = 10.0  # points; sizes are handed on in em


def formula(source: str, *, display: bool = False) -> Inline:
    """The formula as a drawing, or its source in code type where mathtext cannot set it."""
    text = " ".join(source.split())
    drawn = _draw(text.replace(r"\frac", r"\dfrac") if display else text)
    return Formula(text, *drawn) if drawn else Code(text)


def from_latex(source: str) -> Inline:
    """A `text/latex` output: its dollar signs or `equation` environment taken off first."""
    text = source.strip()
    for wrapping in _WRAPPINGS:
        text = wrapping.sub(r"\g<inner>", text)
    return formula(text.strip().strip("$").replace(r"\displaystyle", ""), display=True)


@lru_cache(maxsize=512)
def _draw(source: str) -> tuple[str, float, float, float] | None:
    """SVG, width, height and depth in em; None where mathtext cannot set it."""
    if fonts.uncovered(source):
        return None  # mathtext would draw a dummy and only log it
    import matplotlib
    from matplotlib.font_manager import FontProperties
    from matplotlib.mathtext import math_to_image

    buffer = io.StringIO()
    try:
        with matplotlib.rc_context(LOOK):
            depth = math_to_image(f"${source}$", buffer, prop=FontProperties(size=SIZE), dpi=72, format="svg")
    except (ValueError, RuntimeError):  # mathtext's own syntax errors
        return None
    svg = _stable(buffer.getvalue())
    size = re.search(r'width="([\d.]+)pt" height="([\d.]+)pt"', svg)
    if size is None:
        return None
    return svg, float(size[1]) / SIZE, float(size[2]) / SIZE, float(depth) / SIZE


def _stable(svg: str) -> str:
    """Without the block that names the day it was drawn."""
    return re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
