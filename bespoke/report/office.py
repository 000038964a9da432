"""The report's first volume for those who edit it further: Word and PowerPoint, written by pandoc.

Text stays text and tables stay tables; drawings are pictures with their description. The same report gives the same
bytes: the date in the file is that of the report.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from datetime import UTC, datetime, time
from pathlib import Path
from types import ModuleType
from typing import Literal

from bespoke.errors import BespokeError
from bespoke.report import pandoc, slides, typesetting, word
from bespoke.report.drawings import typesettable
from bespoke.report.model import Document, Picture
from bespoke.report.report_cover import Cover
from bespoke.report.widths import TEXT_WIDTH
from bespoke.show import fonts

Form = Literal["docx", "pptx"]
FORMS: tuple[Form, ...] = ("docx", "pptx")
PIXELS_PER_INCH = 220.0  # of a drawing at its own size
_WRITERS: dict[str, ModuleType] = {"docx": word, "pptx": slides}  # each with `tree`, `look` and `finished`


def write(document: Document, cover: Cover, form: Form) -> bytes:
    """The first volume in one of the forms. Raises BespokeError where pandoc does not write it."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = _Pictures(cover, Path(folder))
        tree = _WRITERS[form].tree(document, cover, pictures.file)
        reference = Path(folder) / f"reference.{form}"
        default = _pandoc(["--print-default-data-file", reference.name], b"", cover)
        reference.write_bytes(_WRITERS[form].look(default, cover))
        arguments = ["-f", "json", "-t", form, f"--reference-doc={reference}", "-o", "-"]
        arguments += [f"--resource-path={folder}", f"--slide-level={slides.LEVEL}"]
        written = _pandoc(arguments, json.dumps(tree).encode("ascii"), cover)
    return bytes(_WRITERS[form].finished(written, pictures.descriptions))


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

    def __init__(self, cover: Cover, folder: Path) -> None:
        self.descriptions: dict[str, str] = {}  # by name of the file
        self._cover, self._folder = cover, folder
        self._covered, self._families = fonts.coverage(cover.fonts), fonts.families(cover.fonts)

    def file(self, picture: Picture) -> str:
        """The name of the file that the image now lies in."""
        raw, kind = self._drawn(picture)
        name = f"picture-{len(self.descriptions) + 1}.{kind}"
        (self._folder / name).write_bytes(raw)
        self.descriptions[name] = picture.alt
        return name

    def _drawn(self, picture: Picture) -> tuple[bytes, str]:
        if picture.kind != "svg":
            return picture.raw, picture.kind
        svg = typesettable(picture.data, self._covered, self._families)
        source = "\n".join(
            [
                f"#set page(width: {picture.width or TEXT_WIDTH:g}pt, height: auto, margin: 0pt, fill: white)",
                f'#image(bytes({json.dumps(svg, ensure_ascii=False)}), format: "svg", width: 100%)',
            ]
        )
        return typesetting.png({typesetting.MAIN: source}, self._cover, PIXELS_PER_INCH)[0], "png"
