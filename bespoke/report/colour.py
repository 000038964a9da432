"""One accent colour that stays legible: WCAG 2.2 contrast (criterion 1.4.3), darkened where needed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bespoke.errors import BespokeError

DARK = "#15191f"  # the ground of a dark page
AA = 4.5  # contrast of normal text against its background, WCAG 2.2 level AA


@dataclass(frozen=True)
class Accent:
    """The colour in use, its contrast with its ground, and a pale tint of it for backgrounds."""

    colour: str
    asked: str
    contrast: float
    tint: str

    @property
    def note(self) -> str:
        """How the client's colour was changed, or nothing."""
        if self.colour == self.asked:
            return ""
        before = contrast(self.asked)
        return (
            f"{self.asked} has contrast {before:.1f} with white, text needs {AA} (WCAG AA): "
            f"the report darkens it to {self.colour} ({self.contrast:.1f}) and keeps the hue"
        )


def accessible(asked: str) -> Accent:
    """The colour where text in it passes AA on white and on its tint, else its hue darkened until it does."""
    wanted = rgb(asked)
    darker = (tuple(round(c * (100 - step) / 100) for c in wanted) for step in range(101))
    colour = next(c for c in darker if contrast(name(c), _tint(c)) >= AA)
    return Accent(name(colour), name(wanted), contrast(name(colour)), _tint(colour))


def on_dark(asked: str) -> Accent:
    """The same hue on a dark screen: lightened until text in it passes AA on `DARK` and on its tint there."""
    wanted = rgb(asked)
    lighter = (tuple(round(c + (255 - c) * step / 100) for c in wanted) for step in range(101))
    colour = next(c for c in lighter if contrast(name(c), _tint(c, DARK, 0.12)) >= AA)
    tint = _tint(colour, DARK, 0.12)
    return Accent(name(colour), name(wanted), contrast(name(colour), DARK), tint)


def _tint(colour: tuple[int, ...], ground: str = "#ffffff", share: float = 0.08) -> str:
    """The ground with a breath of the colour: text in the colour stands on it too."""
    return name(
        tuple(round(under + (c - under) * share) for c, under in zip(colour, rgb(ground), strict=True))
    )


def contrast(colour: str, other: str = "#ffffff") -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    high, low = sorted((luminance(colour), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, "relative luminance")."""
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def rgb(colour: str) -> tuple[int, ...]:
    """`#1F4E79` or `#abc` -> three numbers."""
    text = colour.strip().removeprefix("#")
    if re.fullmatch(r"[0-9a-fA-F]{3}", text):
        text = "".join(c * 2 for c in text)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", text):
        raise BespokeError(f"{colour!r} is not a colour; write it as #1F4E79")
    return tuple(int(text[i : i + 2], 16) for i in (0, 2, 4))


def name(colour: tuple[int, ...]) -> str:
    return "#" + "".join(f"{c:02x}" for c in colour)
