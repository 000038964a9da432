"""Images of arbitrary notebooks: taken into the report whole, and never without a description."""

from __future__ import annotations

import base64
import binascii
import io
import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

from bespoke.errors import BespokeError
from bespoke.report.model import Picture

Kind = Literal["svg", "png", "jpeg"]
KINDS: dict[str, Kind] = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpeg"}
MEDIA = {kind: media for media, kind in KINDS.items()}

_DATA = re.compile(r"^data:([a-z]+/[a-z0-9.+-]+)((?:;[a-z0-9=-]+)*),(.*)$", re.IGNORECASE | re.DOTALL)


def picture(
    media: str, data: Any, alt: str, path: str, cell: str, size: Mapping[str, Any] | None = None
) -> Picture:
    """One image as notebooks store it (SVG as text, others as base64).

    Raises BespokeError naming notebook and cell where there is no alt text or the data is no such image.
    """
    if not alt.strip():
        raise BespokeError(
            "an image has no alt text: describe what it shows for a reader who cannot see it "
            '(show.figure(..., alt=...), output metadata {"alt": ...}, or Markdown ![what it shows](...))',
            path=path,
            column=cell,
        )
    kind = KINDS.get(media)
    if kind is None:
        message = f"{media} images cannot go into a report; use SVG, PNG or JPEG"
        raise BespokeError(message, path=path, column=cell)
    text = "".join(data) if isinstance(data, list) else str(data)
    try:
        width, height = measure(kind, text.encode() if kind == "svg" else base64.b64decode(text))
    except (ValueError, OSError) as error:
        raise BespokeError(f"an image cannot be read as {media}", path=path, column=cell) from error
    asked = (size or {}).get("width")
    if isinstance(asked, int | float) and asked > 0 and width and height:
        width, height = float(asked) * 0.75, float(asked) * 0.75 * height / width  # CSS pixels to points
    stored = text if kind == "svg" else "".join(text.split())
    return Picture(kind, stored, " ".join(alt.split()), width, height)


def from_address(
    address: str, alt: str, attachments: Mapping[str, Mapping[str, Any]], path: str, cell: str
) -> Picture:
    """The image a Markdown text refers to: attached to the cell or written into the address itself."""
    if address.startswith("attachment:"):
        bundle = attachments.get(address.removeprefix("attachment:"), {})
        for media, data in bundle.items():
            return picture(media, _text(media, data), alt, path, cell)
    if found := _DATA.match(address):
        media, options, payload = found.groups()
        raw = base64.b64decode(payload) if ";base64" in options else unquote_to_bytes(payload)
        return picture(media.lower(), _stored(media.lower(), raw), alt, path, cell)
    raise BespokeError(
        f"image {address[:80]!r} is not inside the notebook; attach it to the cell", path=path, column=cell
    )


def _text(media: str, data: Any) -> str:
    """Attachments are base64 even for SVG."""
    text = "".join(data) if isinstance(data, list) else str(data)
    if media != "image/svg+xml" or text.lstrip().startswith("<"):
        return text
    return base64.b64decode(text).decode("utf-8")


def _stored(media: str, raw: bytes) -> str:
    return raw.decode("utf-8") if media == "image/svg+xml" else base64.b64encode(raw).decode("ascii")


def measure(kind: Kind, raw: bytes) -> tuple[float | None, float | None]:
    """Width and height in points (pixels count 144 to the inch); ValueError or OSError if unreadable."""
    if kind == "svg":
        return _measure_svg(raw)
    from PIL import Image

    with Image.open(io.BytesIO(raw), formats=(kind.upper(),)) as image:
        image.verify()
        return image.width / 2, image.height / 2


def _measure_svg(raw: bytes) -> tuple[float | None, float | None]:
    from xml.etree.ElementTree import ParseError, fromstring

    try:
        root = fromstring(raw)
    except ParseError as error:
        raise ValueError(str(error)) from error
    if root.tag.split("}")[-1] != "svg":
        raise ValueError("not an SVG")
    return _points(root.get("width")), _points(root.get("height"))


def _points(length: str | None) -> float | None:
    found = re.fullmatch(r"\s*([\d.]+)\s*(px|pt|)\s*", length or "")
    return float(found[1]) * (1 if found[2] == "pt" else 0.75) if found else None


def embedded(one: Picture) -> str:
    """The image as SVG text: pixels are wrapped, since Typst reads text but no base64."""
    if one.kind == "svg":
        return one.data
    width, height = one.width or 100, one.height or 100
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width:g}pt" height="{height:g}pt" viewBox="0 0 {width:g} {height:g}">'
        f'<image width="{width:g}" height="{height:g}" '
        f'xlink:href="data:{MEDIA[one.kind]};base64,{one.data}"/></svg>'
    )


def logo(kind: Kind, raw: bytes, alt: str) -> Picture:
    """The client's logo, checked before anything is typeset."""
    try:
        data = raw.decode("utf-8") if kind == "svg" else base64.b64encode(raw).decode("ascii")
        width, height = measure(kind, raw)
    except (ValueError, OSError, binascii.Error) as error:
        raise BespokeError(f"the logo cannot be read as {kind.upper()}") from error
    return Picture(kind, data, alt, width, height)
