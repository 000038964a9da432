"""Notebooks taken apart -> one document of two volumes: the report to decide by, and the evidence behind it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from bespoke.report import glossary, model, numbering
from bespoke.report.additions import NOTHING, Additions, added
from bespoke.report.document import Notebook, NotebookPieces, finding, split
from bespoke.report.model import plain
from bespoke.report.outputs import STRICT, ChapterFinding, ChapterLeftOut, Piece, ReadingOptions
from bespoke.report.phrases import phrases
from bespoke.show.fonts import blank

LAST_PLACE = 1000  # beyond any that a tag can name


def build(notebooks: Sequence[Notebook], language: str = "en") -> model.Document:
    """The whole report, numbered and with its references resolved."""
    return assembled([split(notebook, language) for notebook in notebooks], language)


def assembled(parts: Sequence[NotebookPieces], language: str, besides: Additions = NOTHING) -> model.Document:
    """The same from notebooks that were taken apart already; what stands in the parts becomes the document's."""
    words = phrases(language)
    parts = added(parts, besides, language)
    there = [part for part in parts if not part.left_out]
    chapters = [
        part for part in _placed(there) if not all(isinstance(one, ChapterFinding) for one in part.body)
    ]
    document = model.Document(
        [_chapter(part, n, words) for n, part in enumerate(chapters, 1)],
        _front(there, words),
        evidence=[_evidence(part, n, words) for n, part in enumerate((p for p in there if p.evidence), 1)],
        appendices=_appendices(there, words),
    )
    document.chapters += _without(parts, len(chapters), words)
    document.chapters += _closing(there, len(document.chapters), words)
    glossary.only_used(document.report)
    again = {f"{volume}-{part.stem}" for part in there if part.may_repeat for volume in ("ch", "ev")}
    numbering.number(document, words, repeating=again)
    return document


def build_single(
    notebook: Notebook, language: str = "en", options: ReadingOptions = STRICT
) -> model.Document:
    """One notebook by itself: its cells stay where they stand, nothing is called a chapter."""
    part = split(notebook, language, options, single=True)
    words = phrases(language)
    left_out = part.left_out
    body = _blocks([left_out] if left_out else part.body)
    section = model.Section(f"ch-{notebook.stem}", "", "", part.topic, part.finding or part.topic, body)
    appendices = [] if left_out else _appendices([part], words)
    document = model.Document([section], None, appendices=appendices, notices=part.notices)
    numbering.number(document, words, repeating={section.anchor} if part.may_repeat else ())
    return document


def _placed(parts: Sequence[NotebookPieces]) -> list[NotebookPieces]:
    """In the report's order: by the place a notebook names, else behind the one before it, the last ones at the end."""
    named = [n for n, part in enumerate(parts) if part.place is not None]
    last = named[-1] if named else len(parts)
    places: list[int] = []
    for n, part in enumerate(parts):
        before = LAST_PLACE if n > last else places[-1] if places else 0
        places.append(before if part.place is None else part.place)
    return [part for _, part in sorted(zip(places, parts, strict=True), key=lambda pair: pair[0])]


def _chapter(part: NotebookPieces, number: int, words: Mapping[str, str]) -> model.Section:
    name = f"{words['chapter']} {number}"
    return model.Section(
        f"ch-{part.stem}", str(number), name, part.topic, part.finding or part.topic, _blocks(part.body)
    )


def _evidence(part: NotebookPieces, number: int, words: Mapping[str, str]) -> model.Section:
    name = f"{words['evidence']} {number}"
    return model.Section(
        f"ev-{part.stem}", f"E{number}", name, part.topic, part.topic, _blocks(part.evidence)
    )


def _front(parts: Sequence[NotebookPieces], words: Mapping[str, str]) -> model.Section | None:
    pieces = [piece for part in parts for piece in part.front]
    if not pieces:
        return None
    first = next((p for p in pieces if isinstance(p, model.Heading) and p.level == 1), None)
    if first is not None:  # the notebook's own name for the page; the report has one
        pieces.remove(first)
    heading = finding(pieces) or words["summary"]
    return model.Section("summary", "S", "", words["summary"], heading, _blocks(pieces))


def _without(parts: Sequence[NotebookPieces], count: int, words: Mapping[str, str]) -> list[model.Section]:
    """What this engagement has no input for yet: a line each, with what it would need."""
    items = [
        _led(part.topic, left_out.body) for part in parts if (left_out := part.left_out) and left_out.body
    ]
    if not items:
        return []
    name = f"{words['chapter']} {count + 1}"
    body: list[model.Block] = [model.Listing(False, 1, items)]
    return [model.Section("ch-without", str(count + 1), name, words["without"], words["without"], body, True)]


def _led(topic: str, body: Sequence[model.Block]) -> list[model.Block]:
    lead = model.Styled("strong", [model.TextRun(f"{topic}. ")])
    if body and isinstance(body[0], model.Paragraph):
        return [model.Paragraph([lead, *body[0].children]), *body[1:]]
    return [model.Paragraph([lead]), *body]


def _closing(parts: Sequence[NotebookPieces], count: int, words: Mapping[str, str]) -> list[model.Section]:
    """The report's last pages, chapters like the others."""
    return [
        model.Section(f"ch-{_slug(title)}", str(n), f"{words['chapter']} {n}", title, title, body)
        for n, (title, body) in enumerate(_titled((part.topic, part.closing) for part in parts), count + 1)
    ]


def _appendices(parts: Sequence[NotebookPieces], words: Mapping[str, str]) -> list[model.Section]:
    sections = []
    for index, (title, body) in enumerate(_titled((part.topic, part.appendix) for part in parts)):
        letter = chr(ord("A") + index % 26) * (index // 26 + 1)
        name = f"{words['appendix']} {letter}"
        sections.append(
            model.Section(f"app-{_slug(title) or letter.lower()}", letter, name, title, title, body)
        )
    return sections


def _titled(groups: Iterable[tuple[str, Sequence[Piece]]]) -> list[tuple[str, list[model.Block]]]:
    """A level-1 heading opens a section; the same heading in a later notebook goes on with it."""
    found: dict[str, list[Piece]] = {}
    for title, pieces in groups:
        for piece in pieces:
            if isinstance(piece, model.Heading) and piece.level == 1:
                title = plain(piece.children)
            else:
                found.setdefault(title, []).append(piece)
    return [(title, _blocks(pieces)) for title, pieces in found.items()]


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _blocks(pieces: Sequence[Piece]) -> list[model.Block]:
    """The printable pieces; the first finding is the heading, a further one opens a section."""
    blocks: list[model.Block] = []
    seen = False
    for piece in pieces:
        if isinstance(piece, ChapterFinding):
            if seen and not blank(piece.text):
                blocks.append(model.Heading(2, [model.TextRun(piece.text)]))
            seen = True
        elif isinstance(piece, ChapterLeftOut):
            blocks.append(model.CalloutBox("missing", piece.body))
        else:
            blocks.append(piece)
    return blocks
