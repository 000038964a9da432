"""The images of one notebook: outputs, attachments, files beside it, data and web addresses."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from bespoke.report import pictures
from bespoke.report.model import DocumentFigure, Inline, InlinePicture, Link, Picture, Styled, TextRun
from bespoke.report.notices import Notices
from bespoke.report.widths import TEXT_WIDTH

NO_ALT = (
    "an image has no alt text: describe what it shows for a reader who cannot see it "
    '(show.figure(..., alt=...), output metadata {"alt": ...}, or Markdown ![what it shows](...))'
)
_DATA = re.compile(r"^data:([a-z]+/[a-z0-9.+-]+)?((?:;[a-z0-9=_.-]+)*),(.*)$", re.IGNORECASE | re.DOTALL)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_LARGEST = 50_000_000  # bytes of one file
_OUTLINE = 'fill="none" stroke="#9aa3ad" stroke-dasharray="4"'
_FOREIGN = re.compile(r"<(?:\w+:)?foreignObject\b")
_LINKED = re.compile(
    r"<((?:\w+:)?)image\b([^>]*?)(?:\w+:)?href\s*=\s*([\"'])(?!data:|#)([^>]+?)\3([^>]*?)(?:/>|>.*?</\1image\s*>)",
    re.DOTALL,
)


@dataclass
class Images:
    """What is needed to find and describe images; `heading` is the one above the cell being read."""

    notices: Notices
    words: Mapping[str, str]
    folder: Path | None = None  # where the notebook lies: files beside it are taken from there
    heading: str = ""

    def figure(
        self, media: str, data: object, metadata: Mapping[str, Any], cell: str
    ) -> DocumentFigure | None:
        """An output's image as a figure; None where it cannot be read, which is then said."""
        own = metadata.get(media, {})
        own = own if isinstance(own, Mapping) else {}
        alt = str(own.get("alt") or metadata.get("alt") or "")
        caption = str(own.get("caption") or metadata.get("caption") or "")
        try:
            picture = self._described(pictures.decoded(media, data), alt, caption, cell)
        except (ValueError, OSError):
            self.notices.lost(cell, f"an image cannot be read as {media}")
            return None
        if isinstance(own.get("width"), int | float):
            pictures.sized(picture, float(own["width"]) * 0.75, None)
        return DocumentFigure(picture, caption=caption, width=None, where=f"{self.notices.path}: {cell}")

    def at(
        self, address: str, alt: str, about: Mapping[str, str], attachments: Mapping[str, Any], cell: str
    ) -> Inline:
        """The image that a text refers to, or in its place what it says and where it lies."""
        if address.startswith(("http:", "https:", "//")):
            return self._far(address, alt, cell)
        try:
            picture = self._described(self._bytes(address, attachments), alt, "", cell)
        except LookupError:
            named = f"image {address[:80]!r} is not inside the notebook; attach it to the cell"
            self.notices.lost(cell, f"{named} or put it beside the notebook")
            return self._missing(alt, address)
        except (ValueError, OSError):
            self.notices.lost(cell, f"image {address[:80]!r} cannot be read; use SVG, PNG or JPEG")
            return self._missing(alt, address)
        style = dict(part.split(":", 1) for part in about.get("style", "").split(";") if ":" in part)
        style = {key.strip(): value.strip() for key, value in style.items()}
        wide = pictures.length(style.get("width") or about.get("width"), TEXT_WIDTH)
        high = pictures.length(style.get("height") or about.get("height"))
        return InlinePicture(pictures.sized(picture, wide, None if wide else high))

    def _far(self, address: str, alt: str, cell: str) -> Inline:
        """A picture on the web is not fetched: its words and a link to it."""
        self.notices.lost(
            cell, f"image {address[:120]!r} lies on the web and is not printed: save it beside the notebook"
        )
        url = f"https:{address}" if address.startswith("//") else address
        return Link(url, [TextRun(" ".join(alt.split()) or self.words["remote_picture"])])

    def _missing(self, alt: str, address: str) -> Inline:
        what = " ".join(alt.split()) or Path(address[:80]).name
        return Styled("emphasis", [TextRun(self.words["no_picture"].format(what=what))])

    def _bytes(self, address: str, attachments: Mapping[str, Any]) -> bytes:
        """LookupError where there is no such image, ValueError or OSError where it is none."""
        if address.startswith("attachment:"):
            name = address.removeprefix("attachment:")
            bundle = attachments.get(name) or attachments.get(unquote(name)) or {}
            for media, data in bundle.items():
                return pictures.decoded(media, data)
            raise LookupError(address)
        if found := _DATA.match(address):
            payload = found[3]
            return base64.b64decode(payload) if ";base64" in found[2].lower() else unquote_to_bytes(payload)
        return self._file(address)

    def _file(self, address: str) -> bytes:
        """A file beside the notebook, by a relative address: no other file is opened."""
        path = unquote(address.partition("?")[0].partition("#")[0])
        if self.folder is None or _SCHEME.match(address) or not path or Path(path).is_absolute():
            raise LookupError(address)
        file = self.folder / path
        if not file.is_file():
            raise LookupError(address)
        if file.stat().st_size > _LARGEST:
            raise ValueError("too large")
        return file.read_bytes()

    def _described(self, raw: bytes, alt: str, caption: str, cell: str) -> Picture:
        """The image with its words, or with words that stand in for them."""
        picture = pictures.from_bytes(raw, alt)
        if picture.kind == "svg":
            picture.data = self._complete(picture.data, cell)
        if not picture.alt:
            picture.alt = self._stand_in(caption)
            strict = self.notices.strict
            self.notices.lost(
                cell, NO_ALT if strict else f"an image has no alt text; “{picture.alt}” stands in"
            )
        return picture

    def _stand_in(self, caption: str) -> str:
        if caption.strip():
            return " ".join(caption.split())
        if self.heading:
            return self.words["stand_in"].format(heading=self.heading)
        return self.words["undescribed"]

    def _complete(self, svg: str, cell: str) -> str:
        """The drawing with an outline in place of what it only refers to; says what no typesetter draws."""
        if _FOREIGN.search(svg):
            self.notices.lost(
                cell, "a drawing holds HTML (foreignObject), which is not printed: save it as PNG"
            )
        if linked := _LINKED.search(svg):
            self.notices.lost(cell, f"a drawing refers to {linked[4][:80]!r}, which is not printed: embed it")
            svg = _LINKED.sub(rf"<\1rect\2{_OUTLINE}\5/>", svg)
        return svg
