"""Elements of HTML with every text and attribute escaped."""

from __future__ import annotations

import base64
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


def image(data: str | bytes, media_type: str, alt: str, **attributes: str | None) -> str:
    """An image inside the page itself. As a data address nothing in it can run, and no id meets another's."""
    raw = data.encode() if isinstance(data, str) else data
    address = f"data:{media_type};base64,{base64.b64encode(raw).decode('ascii')}"
    return element("img", src=address, alt=alt, **attributes)
