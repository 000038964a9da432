"""The report's first volume for those who edit it further: Word and PowerPoint, written by pandoc.

Text stays text and tables stay tables; drawings are pictures with their description. The same report gives the same
bytes: the date in the file is that of the report.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Literal

from bespoke.errors import BespokeError
from bespoke.report import pandoc, slides, typesetting, word
from bespoke.report.cover import Cover
from bespoke.report.drawings import typesettable
from bespoke.report.model import Document, Picture
from bespoke.report.pandoc_tree import Node
from bespoke.report.pictures import MEDIA
from bespoke.show import fonts

Form = Literal["docx", "pptx"]
FORMS: tuple[Form, ...] = ("docx", "pptx")
PIXELS_PER_INCH = 220.0  # of a drawing at its own size
_TREES: Mapping[Form, Callable[[Document, Cover, Callable[[Picture], tuple[bytes, str]]], Node]] = {
    "docx": word.tree,
    "pptx": slides.tree,
}
_LOOKS: Mapping[Form, Callable[[bytes, Cover], bytes]] = {"docx": word.look, "pptx": slides.look}


def write(document: Document, cover: Cover, form: Form) -> bytes:
    """The first volume in one of the forms. Raises BespokeError where pandoc does not write it."""
    pictures = _Pictures(cover)
    tree = _TREES[form](document, cover, pictures.drawn)
    with tempfile.TemporaryDirectory() as folder:
        reference = Path(folder) / f"reference.{form}"
        default = _pandoc(["--print-default-data-file", f"reference.{form}"], b"", cover)
        reference.write_bytes(_LOOKS[form](default, cover))
        arguments = ["-f", "json", "-t", form, f"--reference-doc={reference}", "--sandbox", "-o", "-"]
        arguments += [f"--slide-level={slides.LEVEL}"] if form == "pptx" else []
        written = _pandoc(arguments, json.dumps(tree).encode("ascii"), cover)
    return slides.finished(written) if form == "pptx" else word.finished(written)


def _pandoc(arguments: list[str], given: bytes, cover: Cover) -> bytes:
    """What pandoc answers; the dates in the files it makes are the report's."""
    day = datetime.combine(cover.as_of, time(), tzinfo=UTC)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(int(day.timestamp()))}
    try:
        done = subprocess.run(
            [pandoc.binary(), *arguments], input=given, capture_output=True, check=False, env=environment
        )
    except OSError as error:
        raise BespokeError(f"pandoc cannot be started: {error.strerror or error}") from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise BespokeError(f"pandoc cannot write the report: {said[:300]}")
    return done.stdout


class _Pictures:
    """Images as every office program shows them: a drawing becomes pixels."""

    def __init__(self, cover: Cover) -> None:
        self._cover = cover
        self._covered, self._families = fonts.coverage(cover.fonts), fonts.families(cover.fonts)

    def drawn(self, picture: Picture) -> tuple[bytes, str]:
        """Bytes and media type."""
        if picture.kind != "svg":
            return base64.b64decode(picture.data), MEDIA[picture.kind]
        svg = typesettable(picture.data, self._covered, self._families)
        width = picture.width or 453.5
        source = "\n".join(
            [
                f"#set page(width: {width:g}pt, height: auto, margin: 0pt, fill: white)",
                f'#image(bytes({json.dumps(svg, ensure_ascii=False)}), format: "svg", width: 100%)',
            ]
        )
        return typesetting.png(source, self._cover, PIXELS_PER_INCH)[0], MEDIA["png"]
