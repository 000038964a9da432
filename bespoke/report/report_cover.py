"""What a report says about itself: whose it is, from whom, as of when, and how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from bespoke.show.language import LANGUAGE

Paper = Literal["a4", "us-letter"]
UNDATED = date(1980, 1, 1)  # PDF/A asks for some date; a notebook in memory has none of its own
ACCENT = "#1F4E79"  # where the client's branding names no colour


@dataclass(frozen=True)
class Cover:
    """Front matter and look of one report. An empty title asks the engagement's question in the language."""

    client: str
    as_of: date
    title: str = ""
    prepared_by: str = ""
    accent: str = ACCENT  # "#rrggbb"; darkened where white paper needs it
    confidentiality: str = ""
    logo: bytes | None = None
    logo_kind: Literal["svg", "png", "jpeg"] = "svg"
    language: str = LANGUAGE
    paper: Paper = "a4"
    remarks: tuple[str, ...] = ()  # lines of their own: the version, and what a reader must know of the dates
    fonts: tuple[Path, ...] = ()  # further font files or folders, for scripts the bundled faces lack
