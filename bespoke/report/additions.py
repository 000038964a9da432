"""What stands in a report besides what notebooks show: the consultant's own words, how far the facts can be trusted,
what changed since the last issue, and who answers for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bespoke.report import model
from bespoke.report.document import NotebookPieces
from bespoke.report.outputs import Cells, ChapterFinding
from bespoke.report.phrases import phrases
from bespoke.report.texts import Texts
from bespoke.show import numbers

LABEL = "tbl-changes"
LINE = "_" * 16  # to be filled in by hand


@dataclass(frozen=True)
class Note:
    """Markdown of the consultant's: for the notebook of this stem, or without one for the summary."""

    file: str  # how messages name it
    stem: str
    markdown: str


@dataclass(frozen=True)
class Change:
    """One thing that is otherwise than in the last issue, as it was and as it is."""

    task: str
    what: str
    before: str
    now: str


@dataclass(frozen=True)
class Changes:
    """Everything that changed since an issue; `causes` are sentences of plain text."""

    version: str
    day: date
    rows: Sequence[Change]
    causes: Sequence[str] = ()


@dataclass(frozen=True)
class Signature:
    """One who signs. What is empty is left to be written by hand."""

    party: str
    name: str = ""
    role: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Additions:
    """`stale` of the `facts` behind the report had passed the day until which they are trusted."""

    author: str = ""
    notes: Sequence[Note] = ()
    stale: int = 0
    facts: int = 0
    changes: Changes | None = None
    signatures: Sequence[Signature] = ()


NOTHING = Additions()


def added(parts: Sequence[NotebookPieces], additions: Additions, language: str) -> list[NotebookPieces]:
    """The notebooks with the notes where they belong, and before and behind them what joins the summary."""
    words = phrases(language)
    first, last = NotebookPieces("", ""), NotebookPieces("", "")
    for note in additions.notes:
        callout = model.CalloutBox("note", _read(note, language), additions.author)
        if not note.stem:
            first.front.append(callout)
        for part in parts:
            if part.stem == note.stem:
                _beginning(part).insert(0, callout)
    if additions.stale:
        said = words["stale_one" if additions.stale == 1 else "stale_many"]
        last.front.append(model.Paragraph([model.TextRun(said.format(n=additions.stale, m=additions.facts))]))
    if additions.changes is not None:
        last.front += _changes(additions.changes, words, language)
    last.front += _sign_off(additions.signatures, words, language)
    return [first, *parts, last]


def _beginning(part: NotebookPieces) -> list[model.Block]:
    """Where a section of this notebook begins: in the report, else in the evidence; of one left out, its reason."""
    if part.left_out:
        return part.left_out.body
    in_report = not all(isinstance(piece, ChapterFinding) for piece in part.body)
    return part.body if in_report or not part.evidence else part.evidence  # type: ignore[return-value]


def _read(note: Note, language: str) -> list[model.Block]:
    """Markdown as text: a tag in it is printed, not obeyed."""
    cells = Cells(note.file, language)
    texts = Texts(cells.sources, cells.images, {}, "", cells.macros, lambda name, address: [])
    blocks = texts.markdown(note.markdown, house=True)(cells.sources.read())
    cells.notices.settle()
    return blocks


def _changes(changes: Changes, words: Mapping[str, str], language: str) -> list[model.Block]:
    title = words["changes"].format(version=changes.version, day=numbers.day(changes.day, language))
    if not changes.rows:
        return [
            model.Heading(2, [model.TextRun(title)]),
            model.Paragraph([model.TextRun(words["no_changes"])]),
        ]
    rows = [[one.task, one.what, one.before, one.now] for one in changes.rows]
    titles = [words["task"], words["what"], words["version"].format(version=changes.version), words["now"]]
    heads = [model.TableColumn(one) for one in titles]
    table = model.DocumentTable(
        heads, [[*row] for row in rows], words["differs"], label=LABEL, where="changes"
    )
    table.values = [[*row] for row in rows]
    return [
        model.Heading(2, [model.TextRun(title)]),
        table,
        *(model.Paragraph([model.TextRun(cause)]) for cause in changes.causes),
    ]


def _sign_off(signatures: Sequence[Signature], words: Mapping[str, str], language: str) -> list[model.Block]:
    """A block for each who signs."""
    signed = [model.Paragraph(_signed(one, words, language)) for one in signatures]
    return [model.Heading(2, [model.TextRun(words["sign_off"])]), *signed] if signed else []


def _signed(one: Signature, words: Mapping[str, str], language: str) -> list[model.Inline]:
    day = numbers.day(one.day, language) if one.day else ""
    about = [(words["name"], one.name), (words["role"], one.role), (words["date"], day)]
    said = "   ".join(f"{name} {value or LINE}" for name, value in about)
    signature = model.TextRun(f"{words['signature']} {LINE}{LINE}")
    return [
        model.Styled("strong", [model.TextRun(one.party)]),
        model.Break(),
        model.TextRun(said),
        model.Break(),
        signature,
    ]
