"""Pages of the example reports as PNG, for the README: `make gallery`."""

from __future__ import annotations

import sys
from pathlib import Path

PIXELS_PER_INCH = 72.0
SHOWN = {  # pages of the README's strip: the words a page's text begins its chapter with
    "meridian_health": ("Executive summary", "Chapter 2 ·", "Chapter 7 ·"),
    "atlas_payments": ("Executive summary", "Figure 2.2."),
    "harbour_legal": ("Executive summary", "Chapter 6 ·"),
}


def main(client_data: str = "client_data", reports: str = "reports", out: str = "docs/gallery") -> None:
    """Render every page of each example report that has been run into `reports/<client>/pages`, and copy the
    README's pages to `out`."""
    from bespoke import clients
    from bespoke.chapters.registry import CHAPTERS
    from bespoke.report import document, typesetting, volumes
    from bespoke.runner.report_additions import cover_of

    Path(out).mkdir(parents=True, exist_ok=True)
    for name, marks in SHOWN.items():
        client = clients.load(Path(client_data), name)
        folder = Path(reports) / name
        notebooks = [document.read(folder / "notebooks" / f"{stem}.ipynb") for stem in CHAPTERS]
        cover = cover_of(client, client.engagement.as_of)
        report = volumes.build(notebooks, cover.language)
        pages = typesetting.png(typesetting.source(report, cover), cover, PIXELS_PER_INCH)
        (folder / "pages").mkdir(exist_ok=True)
        for number, page in enumerate(pages, start=1):
            (folder / "pages" / f"{number:03}.png").write_bytes(page)
        for index, number in enumerate(_wanted(folder / "report.pdf", marks)):
            (Path(out) / f"{name}_{index}.png").write_bytes(pages[number - 1])
        sys.stdout.write(f"{name}: {len(pages)} pages in {folder / 'pages'}\n")


def _wanted(pdf: Path, marks: tuple[str, ...]) -> list[int]:
    """Page 1, and the first page whose text holds each mark (the contents page does not count)."""
    from pypdf import PdfReader

    texts = [page.extract_text() for page in PdfReader(pdf).pages]
    found = [1]
    for mark in marks:
        found += [n for n, text in enumerate(texts, start=1) if mark in text and "Contents" not in text][:1]
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
