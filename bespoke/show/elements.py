"""HTML elements as text: attribute values and client text are escaped."""

from __future__ import annotations

import html
from collections.abc import Mapping

from bespoke.direction import straight

# JupyterLab typesets `$…$` in every output unless it meets this class: client text is not maths.
LITERAL = "mathjax_ignore tex2jax_ignore"


def escape(text: str) -> str:
    """Text for HTML, as the notebook and the Explore sections show it: no markup in it, and nothing that turns the
    direction of what stands beside it."""
    return html.escape(straight(text))


def element(tag: str, *content: str, **attributes: str | None) -> str:
    """`<tag …>content</tag>`: attribute values are escaped here, content must already be HTML.

    A trailing underscore is dropped from attribute names (`class_`) and others become hyphens.
    """
    written = _written(attributes)
    if tag in ("img", "br", "hr", "meta", "col", "input"):
        return f"<{tag}{written}>"
    return f"<{tag}{written}>{''.join(content)}</{tag}>"


def void(tag: str, **attributes: str | None) -> str:
    """An element of a drawing that has no content: `<path …/>`."""
    return f"<{tag}{_written(attributes)}/>"


def _written(attributes: Mapping[str, str | None]) -> str:
    return "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
