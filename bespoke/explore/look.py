"""How an Explore section shows HTML, a line of its own, and a problem: readable on a light page and on a dark one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bespoke.errors import BespokeError
from bespoke.show.elements import LITERAL, element, escape


def page(html: str) -> str:
    """HTML in the look of a notebook's outputs; there tables stand left, but not inside a widget."""
    style = "<style>.bespoke-page table{margin-left:0}.bespoke-page div{max-height:none!important}</style>"
    return f'{style}<div class="{LITERAL} jp-RenderedHTMLCommon bespoke-page">{html}</div>'


INK, MUTED, RULE = "currentColor", 'currentColor" fill-opacity="0.7', 'currentColor" stroke-opacity="0.25'


def picture(marks: str, width: int, height: float, alt: str) -> str:
    """A drawing in the colours of the page it stands on; `marks` is SVG whose texts are escaped."""
    return element(
        "svg", marks, xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height:g}", role="img",
        aria_label=alt, font_family="sans-serif", font_size="12",
        style="width:100%;max-width:50em;color:var(--jp-content-font-color1,#1C2430)",
    )  # fmt: skip


def problem_line(text: str) -> str:
    """One clear line in place of a traceback."""
    style = "border-left:4px solid #C2410C;padding:.2em .8em;margin:.4em 0;white-space:pre-wrap"
    return f'<div role="alert" class="{LITERAL}" dir="auto" style="{style}">{escape(text)}</div>'


@contextmanager
def problems_in(said: Any) -> Iterator[None]:
    """A problem is one line in `said`; what nobody foresaw goes to the log besides, since a button has no cell to fail
    in."""
    try:
        yield
    except BespokeError as error:
        said.value = problem_line(str(error))
    except Exception as error:
        said.value = problem_line(f"{type(error).__name__}: {error}")
        raise


def line(text: str) -> str:
    """What a button did."""
    return f'<div role="status" class="{LITERAL}" style="white-space:pre-wrap;padding:.2em 0">{escape(text)}</div>'
