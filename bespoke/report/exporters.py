"""nbconvert exporters for any single notebook: `jupyter nbconvert --to bespoke-pdf some.ipynb`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbconvert.exporters.exporter import Exporter
from traitlets import Bool, Enum, Int, Unicode, default

from bespoke.errors import BespokeError
from bespoke.report.report_cover import ACCENT, UNDATED, Cover
from bespoke.report.terminal import LINES, ROWS

if TYPE_CHECKING:
    from bespoke.report.model import Document


class ReportExporter(Exporter):  # type: ignore[misc]
    """What the three have in common: the notebook as a document, no template, no preprocessor of its own."""

    language = Unicode("en", help="Language of the fixed phrases: en, de or es.").tag(config=True)
    accent = Unicode(ACCENT, help="Accent colour, #rrggbb.").tag(config=True)
    paper = Enum(["a4", "us-letter"], default_value="a4", help="Paper of the PDF.").tag(config=True)
    fonts = Unicode("", help="A folder of fonts for scripts the bundled faces lack.").tag(config=True)
    as_of = Unicode(
        "", help="Date of the document, YYYY-MM-DD; by default the day the notebook ran or was saved."
    ).tag(config=True)
    strict = Bool(
        False,
        help="Stop at images that are missing or have no alt text, all of them named. "
        "By default the caption or heading stands in for alt text, with a warning for each.",
    ).tag(config=True)
    max_lines = Int(
        LINES,
        min=0,
        help="Lines of one text output that are printed; the middle of a longer one is left out and counted. 0: all.",
    ).tag(config=True)
    max_rows = Int(
        ROWS,
        min=0,
        help="Rows of one table that are printed; the middle of a longer one is left out and counted. 0: all.",
    ).tag(config=True)
    stderr = Bool(False, help="Print what cells wrote to stderr, such as warnings of libraries.").tag(
        config=True
    )
    allow_errors = Bool(
        False,
        help="Print the errors of all cells, as --allow-errors does; "
        "by default those of cells tagged raises-exception alone.",
    ).tag(config=True)

    @default("enabled")  # type: ignore[untyped-decorator]
    def _enabled(self) -> bool:
        """Not in JupyterLab: its export menu has these under the names of `menu`."""
        return not serves()

    def from_file(
        self, file_stream: Any, resources: Any = None, **kw: Any
    ) -> tuple[str | bytes, dict[str, Any]]:
        """The notebook in this format; BespokeError where the file is none, or a cell cannot be printed."""
        import nbformat

        name = f"{(resources or {}).get('metadata', {}).get('name', 'notebook')}.ipynb"
        with _as_lines():
            try:
                nb = nbformat.read(file_stream, as_version=4)
            except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
                raise BespokeError("not a notebook that can be read", path=name) from error
        return self.from_notebook_node(nb, resources, **kw)

    def from_notebook_node(
        self, nb: Any, resources: Any = None, **kw: Any
    ) -> tuple[str | bytes, dict[str, Any]]:
        """The notebook in this format; BespokeError names every cell that cannot be printed."""
        from nbclient.exceptions import CellExecutionError

        with _as_lines():
            try:
                copy, resources = super().from_notebook_node(nb, resources, **kw)
                return self._export(copy, resources), resources
            except CellExecutionError as failed:  # with --execute
                own = failed.ename == "BespokeError"
                said = " ".join((failed.evalue if own else f"{failed.ename}: {failed.evalue}").split())
                name = (resources or {}).get("metadata", {}).get("name") or "notebook"
                raise BespokeError(f"a cell failed: {said}", path=f"{name}.ipynb") from failed

    def _export(self, nb: object, resources: object) -> str | bytes:
        raise NotImplementedError

    def _document(self, nb: Any, resources: Any) -> Document:
        from bespoke.report import typesetting
        from bespoke.report.document import Notebook
        from bespoke.report.outputs import PRINTED, ReadingOptions
        from bespoke.report.volumes import build_single

        about = resources.get("metadata", {})
        stem = str(about.get("name") or "notebook")
        options = ReadingOptions(
            strict=self.strict,
            folder=Path(about.get("path") or "."),
            max_lines=self.max_lines,
            max_rows=self.max_rows,
            stderr=self.stderr,
            allow_errors=self.allow_errors or bool(self.config.ExecutePreprocessor.get("allow_errors")),
        )
        try:
            document = build_single(Notebook(stem, nb, f"{stem}.ipynb"), self.language, options)
        except BespokeError:
            if any(output.output_type == "error" for cell in nb.cells for output in cell.get("outputs", ())):
                self.log.warning(
                    "Errors that are meant are printed: tag their cells %s, or say --allow-errors", PRINTED
                )
            raise
        typesetting.settle_formulas(document)
        for notice in document.notices:
            self.log.warning("%s", notice)
        return document

    def _say_what_no_face_draws(self, document: Document, cover: Cover) -> None:
        """Each is a box in the PDF, which is no reason to stop."""
        from bespoke.report.glyphs import undrawn
        from bespoke.show import fonts

        if boxes := undrawn(document, fonts.coverage(cover.fonts)):
            self.log.warning(
                "%d characters that no face has are boxes (%s): --ReportExporter.fonts names a folder with more faces",
                len(boxes),
                " ".join(boxes[:10]),
            )

    def _cover(self, nb: object, resources: object) -> Cover:
        """A single notebook has no cover page, but its date, paper and colour."""
        return Cover(
            client="",
            as_of=self._day(nb, resources),
            accent=self.accent,
            language=self.language,
            paper=self.paper,
            fonts=(Path(self.fonts),) if self.fonts else (),
        )

    def _day(self, nb: Any, resources: Any) -> date:
        """The day asked for, else the day papermill ran the notebook, else the day the file was saved."""
        try:
            if self.as_of:
                return date.fromisoformat(self.as_of)
        except ValueError as error:
            raise BespokeError(f"as_of {self.as_of!r} is not a date; write it as 2026-11-20") from error
        papermill = nb.metadata.get("papermill")
        ran = str((papermill.get("start_time") if isinstance(papermill, Mapping) else "") or "")[:10]
        with suppress(ValueError):  # not a date: then the file's
            return date.fromisoformat(ran)
        about = resources.get("metadata", {})
        file = Path(about.get("path", ""), f"{about.get('name', '')}.ipynb")
        return date.fromtimestamp(file.stat().st_mtime) if file.is_file() else UNDATED


def serves() -> bool:
    """Whether a Jupyter server is what runs."""
    module = sys.modules.get("jupyter_server.serverapp")
    return module is not None and bool(module.ServerApp.initialized())


@contextmanager
def _as_lines() -> Iterator[None]:
    """Where `jupyter nbconvert` is what runs, a problem is its lines alone: it would print a traceback around them."""
    try:
        yield
    except BespokeError as error:
        module = sys.modules.get("nbconvert.nbconvertapp")
        if module is not None and module.NbConvertApp.initialized():
            raise SystemExit(str(error)) from None
        raise


class TypstExporter(ReportExporter):
    """One self-contained `.typ` file."""

    export_from_notebook = "Bespoke Typst"  # in menus
    file_extension = ".typ"
    output_mimetype = "text/vnd.typst"

    def _export(self, nb: object, resources: object) -> str:
        from bespoke.report import typesetting

        source = typesetting.source(self._document(nb, resources), self._cover(nb, resources), "single")
        return typesetting.one_file(source)


class PDFExporter(ReportExporter):
    """An accessible, archivable PDF, made without LaTeX or a browser."""

    export_from_notebook = "Bespoke PDF"  # in menus
    file_extension = ".pdf"
    output_mimetype = "application/pdf"

    def _export(self, nb: object, resources: object) -> bytes:
        from bespoke.report import typesetting

        cover, document = self._cover(nb, resources), self._document(nb, resources)
        self._say_what_no_face_draws(document, cover)
        return typesetting.pdf(typesetting.source(document, cover, "single"), cover)


class HTMLExporter(ReportExporter):
    """One self-contained page: search, sorting and dark mode are in it, and it reads the same without scripts."""

    export_from_notebook = "Bespoke HTML"  # in menus
    file_extension = ".html"
    output_mimetype = "text/html"

    def _export(self, nb: object, resources: object) -> str:
        from bespoke.report import webpage

        return webpage.page(self._document(nb, resources), self._cover(nb, resources), single=True)
