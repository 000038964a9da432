"""evaluation/: notes with their gold, training notes, and the recorded predictions of systems."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bespoke.clients.files import ClientFile, is_there, read_text, usable
from bespoke.clients.json_lines import read_records
from bespoke.clients.language import foreign_language
from bespoke.clients.schema import Note, Prediction
from bespoke.clients.tables import Numbered, check_references, check_unique
from bespoke.clients.wording import first_few, quote
from bespoke.errors import BespokeError

if TYPE_CHECKING:
    from bespoke.facts.icd10 import Release

LONG_NOTE = 200_000  # bytes of UTF-8

_RUNG = {
    "malformed": "does not have the form of an ICD-10-CM code",
    "invented": "does not exist in {release}",
    "not_billable": "is not billable in {release}",
    "retired": "is not in {release}; of the releases at hand {last} is the last in which it was billable",
}


MOST_NAMED = 5  # notes in another language that are named one by one
FEWEST_CODES = 60_000  # billable ones: every release since 2016 has more


def read_code_set(source: ClientFile) -> Release | None:
    """The release of ICD-10-CM in a file that engagement.yaml names; None when it cannot be used."""
    from bespoke.facts.icd10 import code_set
    from bespoke.facts.icd10_release import named_release

    if not is_there(source.path):
        source.say("is not there; engagement.yaml names it as evaluation.code_set")
        return None
    if not usable(source):
        return None
    try:
        release = named_release(Path(source.path))
        billable = len(code_set(release).billable)
    except BespokeError as error:
        for problem in error.problems:
            source.say(problem.message, problem.row)
        return None
    if billable < FEWEST_CODES:
        message = f"holds {billable} billable codes; a whole release has more than {FEWEST_CODES}"
        source.say(message, warning=True)
    return release


def read_notes(source: ClientFile, release: Release | None = None) -> list[Numbered] | None:
    """Notes by line; None when the file cannot be read at all. `release` is the client's own, if any."""
    text = read_text(source)
    if text is None:
        return None
    rows = read_records(source, text, Note)
    check_unique(source, rows, "id")
    check_notes(source, rows)
    _check_codes(source, rows, release)
    return rows


def check_notes(source: ClientFile, rows: list[Numbered]) -> None:
    """Length, evidence and language of notes, in either layout."""
    for number, note in rows:
        _check_length(source, number, note)
        _check_evidence(source, number, note)
    _check_language(source, rows)


def _check_length(source: ClientFile, number: int, note: dict[str, Any]) -> None:
    size = len(note.get("text", "").encode())
    if size > LONG_NOTE:
        message = f"note of {size // 1000} KB; over {LONG_NOTE // 1000} KB it may not fit a model's context"
        source.say(message, number, "text", warning=True)


def _check_language(source: ClientFile, rows: list[Numbered]) -> None:
    """Warns of notes that are not in English: a few by their lines, many in one line."""
    foreign = [
        (number, spoken) for number, note in rows if (spoken := foreign_language(note.get("text", "")))
    ]
    means = "codes are described in English, so a search of the code set finds little in it"
    if len(foreign) > MOST_NAMED:
        number, spoken = foreign[0]
        lines = first_few(str(n) for n, _ in foreign[1:])
        source.say(
            f"reads as {spoken}; {len(foreign) - 1} more notes are not in English (lines {lines}); {means}",
            number,
            "text",
            warning=True,
        )
        return
    for number, spoken in foreign:
        source.say(f"reads as {spoken}; {means}", number, "text", warning=True)


def _check_evidence(source: ClientFile, number: int, note: dict[str, Any]) -> None:
    text = note.get("text")
    if text is None:
        return
    for place, span in enumerate(note.get("evidence", ())):
        if not {"text", "start", "end"} <= span.keys():
            continue
        words, start, end = span["text"], span["start"], span["end"]
        if text[start:end] == words and start < end:
            continue
        found = text.find(words) if words else -1
        right = f"it stands at {found} to {found + len(words)}" if found >= 0 else "the note does not hold it"
        message = f"characters {start} to {end} read {quote(text[start:end])}, not {quote(words)}; {right}"
        source.say(message, number, f"evidence[{place}]")


def _check_codes(source: ClientFile, rows: list[Numbered], release: Release | None) -> None:
    """Warns of gold codes that cannot be billed; the chapter's validity ladder counts them."""
    coded = [(number, note["gold"].get("diagnosis_icd10", ())) for number, note in rows if "gold" in note]
    if not any(codes for _, codes in coded):
        return
    for number, codes in coded:
        for place, code in enumerate(codes):
            wrong = wrong_code(code, release)
            if wrong:
                message = f"{quote(code)} {wrong}; a hit on it scores, unless only valid codes count"
                source.say(message, number, f"gold.diagnosis_icd10[{place}]", warning=True)


def wrong_code(code: str, release: Release | None) -> str:
    """Why a code cannot be billed in the release, in words; "" for one that can. None is the pinned release."""
    from bespoke.facts.icd10 import code_set, normalised
    from bespoke.facts.icd10_retired import came_later, known_elsewhere

    known = code_set(release)
    if not code.strip():
        return "is blank; write a code or delete it"
    validity = known.validity(code)
    if validity == "billable":
        return ""
    first = re.split(r"[\s:;,-]", code.strip(), maxsplit=1)[0]
    if first != code.strip() and known.validity(first) == "billable":
        return f"has words beside the code; write {first} alone"
    elsewhere = known_elsewhere(normalised(code), known)
    retired = elsewhere is not None and not came_later(elsewhere, known)
    return _RUNG["retired" if retired else validity].format(
        release=known.release.name, last=elsewhere.last_billable if elsewhere else ""
    )


def check_leakage(train: ClientFile, train_rows: list[Numbered], notes_rows: list[Numbered]) -> None:
    """Warns of training notes that are also evaluated: a system that learns would have seen the answer."""
    evaluated = {note["text"].strip(): number for number, note in notes_rows if "text" in note}
    for number, note in train_rows:
        same = evaluated.get(note.get("text", "").strip())
        if same is not None:
            message = (
                f"the same note as notes.jsonl line {same}; systems that learn would have seen the answer"
            )
            train.say(message, number, "text", warning=True)


def read_predictions(source: ClientFile, notes_rows: list[Numbered] | None) -> list[Numbered] | None:
    """Predictions by line. `notes_rows` is None when notes.jsonl is missing or unreadable."""
    text = read_text(source)
    if text is None:
        return None
    rows = read_records(source, text, Prediction, hint="; write null for a prediction that broke the schema")
    for run in dict.fromkeys(row.get("run", 1) for _, row in rows):
        check_unique(source, [(line, row) for line, row in rows if row.get("run", 1) == run], "id")
    if notes_rows is not None:
        _check_ids(source, rows, [note["id"] for _, note in notes_rows if "id" in note])
    return rows


def _check_ids(source: ClientFile, rows: list[Numbered], known: list[str]) -> None:
    check_references(source, rows, "id", known, "is no id of notes.jsonl")
    predicted = {row.get("id") for _, row in rows}
    missing = [name for name in dict.fromkeys(known) if name not in predicted]
    if missing:
        message = f"{len(missing)} of {len(set(known))} notes have no prediction and count as errors: "
        source.say(message + first_few(missing), warning=True)
