"""Images as a report can hold them: SVG, or pixels as PNG or JPEG in RGB, with their size and a description."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any, Literal

from bespoke.errors import BespokeError
from bespoke.report import limits
from bespoke.report.model import Picture

Kind = Literal["svg", "png", "jpeg"]
KINDS: dict[str, Kind] = {"image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpeg"}
MEDIA = {kind: media for media, kind in KINDS.items()}
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")  # that Pillow reads for us; nothing else is tried
MEDIA_READ = (*KINDS, "image/gif", "image/webp", "image/bmp", "image/tiff", "image/jpg")
_KEPT = {
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "JPEG": ("L", "RGB"),
}  # Typst takes these as they are
_PIXEL = 0.75  # points in one CSS pixel
_UNITS = {"": _PIXEL, "px": _PIXEL, "pt": 1.0, "pc": 12.0, "in": 72.0, "cm": 72 / 2.54, "mm": 7.2 / 2.54,
          "em": 12.0, "ex": 6.0}  # fmt: skip


def from_bytes(raw: bytes, alt: str) -> Picture:
    """An image file. CMYK, GIF, WebP, BMP and TIFF become PNG in RGB, an animation its first frame.

    Raises ValueError where the bytes are no such image.
    """
    words = " ".join(alt.split())
    if b"<svg" in raw[:4096] or raw.lstrip()[:5] == b"<?xml":
        return from_svg(raw.decode("utf-8-sig"), words)
    from PIL import Image

    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            limits.check_pixels(image.width, image.height)
            width, height = image.width / 2, image.height / 2  # 144 pixels to the inch
            if image.mode in _KEPT.get(image.format or "", ()):
                image.verify()
                kind: Kind = "png" if image.format == "PNG" else "jpeg"
            else:
                raw, kind = _as_png(image), "png"
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(str(error)) from error
    return Picture(kind, stored(raw), words, width, height)


def _as_png(image: Any) -> bytes:
    buffer = io.BytesIO()
    clear = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    image.convert("RGBA" if clear else "RGB").save(buffer, "PNG")
    return buffer.getvalue()


def from_svg(text: str, alt: str) -> Picture:
    """A drawing. Raises ValueError where the text is no SVG, or one that must not reach a typesetter."""
    limits.check_svg(text.encode())
    width, height = _measure_svg(text)
    return Picture("svg", text, alt, width, height)


def decoded(media: str, data: object) -> bytes:
    """An image as notebooks store it: SVG as text, others as base64. Raises ValueError."""
    text = "".join(data) if isinstance(data, list) else str(data)
    if media == "image/svg+xml" and text.lstrip().startswith("<"):
        return text.encode("utf-8", "replace")
    try:
        return base64.b64decode(text)
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def stored(raw: bytes) -> str:
    """An image's bytes as notebooks keep them."""
    return base64.b64encode(raw).decode("ascii")


def _measure_svg(text: str) -> tuple[float | None, float | None]:
    """Width and height in points, from the attributes or else the view box."""
    from xml.etree.ElementTree import ParseError, fromstring

    try:
        root = fromstring(text.encode())
    except ParseError as error:
        raise ValueError(str(error)) from error
    if root.tag.split("}")[-1] != "svg":
        raise ValueError("not an SVG")
    width, height = length(root.get("width")), length(root.get("height"))
    box = [_float(part) for part in (root.get("viewBox") or "").replace(",", " ").split()]
    if len(box) == 4 and box[2] and box[3] and not (width and height):
        wide = width or (height * box[2] / box[3] if height else box[2] * _PIXEL)
        return wide, wide * box[3] / box[2]
    return width, height


def length(written: str | None, whole: float | None = None) -> float | None:
    """A length of CSS in points; a share of `whole` where it is one; None where it says nothing."""
    text = (written or "").strip().lower()
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz% ")
    unit = text[len(number) :].strip()
    value = _float(number)
    if unit == "%":
        return whole * value / 100 if whole and value else None
    return value * _UNITS[unit] if value and unit in _UNITS else None


def _float(text: str) -> float:
    try:
        return max(0.0, float(text))
    except ValueError:
        return 0.0


def sized(picture: Picture, width: float | None, height: float | None) -> Picture:
    """The picture at a width or height in points, its shape kept."""
    own = picture.height / picture.width if picture.width and picture.height else None
    if width and (own or height):
        picture.width, picture.height = width, width * own if own else height
    elif height and own:
        picture.width, picture.height = height / own, height
    return picture


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
        check_logo(raw, svg=kind == "svg")
        return from_bytes(raw, alt)
    except (ValueError, OSError) as error:
        raise BespokeError(f"the logo cannot be read as {kind.upper()}: {error}") from error


def check_logo(raw: bytes, *, svg: bool) -> None:
    """Raises ValueError, saying why, for a logo that is too large, too deep, no picture, or more than a drawing."""
    if len(raw) > limits.LARGEST_LOGO:
        raise ValueError(f"is larger than {limits.LARGEST_LOGO // 10**6} MB")
    if svg:
        limits.check_svg(raw, logo=True)
        return
    from_bytes(raw, "logo")
