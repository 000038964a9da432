"""Which format a file is in, and each of its rows, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bespoke.errors import BespokeError
from bespoke.tuning.formats.bedrock_conversation import BedrockClaude, BedrockConversation
from bespoke.tuning.formats.chat import OpenAIChat, TRLConversational
from bespoke.tuning.formats.conversations import Conversations
from bespoke.tuning.formats.example import Record, TrainingRow
from bespoke.tuning.formats.format import TrainingFormat
from bespoke.tuning.formats.gemini import Gemini
from bespoke.tuning.formats.marked_text import MarkedText
from bespoke.tuning.formats.other_methods import OTHERS
from bespoke.tuning.formats.pairs import Alpaca, AnswersInContext, CSVTable, QuestionAnswer
from bespoke.tuning.formats.prompt_completion import PromptCompletion, TRLPromptCompletion
from bespoke.tuning.formats.rows import is_csv, rows

SAMPLE = 50  # rows looked at
# In the order in which a record that several formats recognise is claimed: the narrower one first.
SFT: tuple[TrainingFormat, ...] = (
    BedrockConversation(),
    OpenAIChat(),
    BedrockClaude(),
    TRLConversational(),
    Gemini(),
    Conversations(),
    PromptCompletion(),
    TRLPromptCompletion(),
    AnswersInContext(),
    Alpaca(),
    QuestionAnswer(),
    MarkedText(),
)
CSV = CSVTable()
ALL: tuple[TrainingFormat, ...] = (*(make() for make in OTHERS[:-1]), *SFT, OTHERS[-1]())
IN_TABLE: tuple[TrainingFormat, ...] = tuple(
    CSV if form.name == "question_answer" else form
    for form in ALL
    if form.name not in ("prompt_completion", "trl_prompt_completion")
)
FORMATS: dict[str, TrainingFormat] = {form.name: form for form in (*SFT, CSV)}
KNOWN: dict[str, TrainingFormat] = {form.name: form for form in (*ALL, CSV)}


@dataclass(frozen=True, slots=True)
class Detection:
    """A file's format, why, and the other formats in which the sampled rows read without a fault."""

    format: TrainingFormat
    why: str
    also: tuple[str, ...] = ()
    table: bool = False

    def of(self, record: Record) -> TrainingFormat:
        """The format of one row: the file's where the row is in it or in none, else the first that recognises it."""
        return self.claim(record) or self.format

    def claim(self, record: Record) -> TrainingFormat | None:
        """The same; None for a row that is in no format at all."""
        if self.format.recognises(record):
            return self.format
        claims = _claims(record, self.table)
        return KNOWN[next(iter(claims))] if claims else None


def candidates(table: bool) -> tuple[TrainingFormat, ...]:
    """The formats that rows of a table, or of JSON, may be in."""
    return IN_TABLE if table else ALL


def format_named(name: str) -> TrainingFormat:
    """A format by its id, to be written; an unknown one is an error that lists them all."""
    if name not in FORMATS or not FORMATS[name].writable:
        known = ", ".join(name for name, form in FORMATS.items() if form.writable)
        read = " is read, never written;" if name in KNOWN else ""
        raise BespokeError(f"{'' if read else 'unknown format '}{name!r}{read or ';'} known are {known}")
    return FORMATS[name]


def detect(path: Path, names: Mapping[str, str] | None = None, inside: Path | None = None) -> Detection:
    """The format that most of the first rows have. Raises BespokeError where no row has any.

    Of formats that recognise the same row the one counts that recognises most rows, then the narrower one.
    """
    table = is_csv(path)
    looked_at = list(islice(rows(path, names, inside), SAMPLE))
    records = [row.record for row in looked_at if row.record is not None]
    claims = [_claims(record, table) for record in records]
    totals = Counter(name for claim in claims for name in claim)
    if not totals:
        raise BespokeError(_unknown(looked_at, records), path=str(path))
    order = [form.name for form in candidates(table)]
    name = max(totals, key=lambda candidate: (totals[candidate], -order.index(candidate)))
    reasons = Counter(claim[name] for claim in claims if name in claim)
    form = KNOWN[name]
    others = (other for other in candidates(table) if other is not form and other.narrow)
    also = tuple(other.name for other in others if _reads(other, form, records))
    why = f"{totals[name]} of the first {len(records)} rows: {reasons.most_common(1)[0][0]}"
    return Detection(form, why, also, table)


def _unknown(looked_at: Sequence[TrainingRow], records: Sequence[Record]) -> str:
    """Why rows are in no format, in words, and what can be done."""
    none = f"no known training format in the first {SAMPLE} rows"
    if not records:
        faults = [f"row {row.line}: {fault.message}" for row in looked_at for fault in row.faults]
        return "; ".join((none, *faults[:1]))
    lists = [key for key, value in records[0].items() if _is_rows(value)] if len(records) == 1 else []
    if len(lists) > 1:
        return f"holds several lists of rows ({', '.join(lists)}): give each a file of its own"
    return (
        f"{none}; the first row has the keys {', '.join(map(repr, records[0]))}"
        ": name the prompt and the answer with --map prompt=KEY --map completion=KEY"
    )


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _claims(record: Record, table: bool) -> dict[str, str]:
    """The formats that a record may count for, with the reason: families of spellings only where nothing else fits."""
    found = {form.name: why for form in candidates(table) if (why := form.recognises(record))}
    pretraining = "text" in found and "marked_text" not in found
    other = next((name for name in found if KNOWN[name].method and (name != "text" or pretraining)), "")
    if other:
        return {other: found[other]}
    return {name: why for name, why in found.items() if KNOWN[name].narrow} or dict(list(found.items())[:1])


def _reads(other: TrainingFormat, form: TrainingFormat, records: Sequence[Record]) -> bool:
    """Whether the other format reads the same example in every record that the chosen one finds faultless."""
    if form.method:
        return False
    clean = [(record, reading) for record in records if not (reading := form.read(record)).faults]
    return bool(clean) and all(
        bool(other.recognises(record)) and other.read(record) == reading for record, reading in clean
    )
