"""Which format a file is in, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from bespoke.errors import BespokeError
from bespoke.tuning.formats.bedrock import BedrockClaude, BedrockConversation
from bespoke.tuning.formats.chat import OpenAIChat, TRLConversational
from bespoke.tuning.formats.conversations import Conversations
from bespoke.tuning.formats.csv_table import CSVTable
from bespoke.tuning.formats.example import Record
from bespoke.tuning.formats.format import Format
from bespoke.tuning.formats.prompt_completion import PromptCompletion, TRLPromptCompletion
from bespoke.tuning.formats.rows import is_csv, rows

SAMPLE = 50  # rows looked at
# In the order in which a record that several formats recognise is claimed: the narrower one first.
ALL: tuple[Format, ...] = (
    Conversations(),
    BedrockConversation(),
    OpenAIChat(),
    BedrockClaude(),
    TRLConversational(),
    PromptCompletion(),
    TRLPromptCompletion(),
    CSVTable(),
)
FORMATS: dict[str, Format] = {form.name: form for form in ALL}


@dataclass(frozen=True, slots=True)
class Detection:
    """A file's format, why, and the other formats in which the sampled rows read without a fault."""

    format: Format
    why: str
    also: tuple[str, ...] = ()


def format_named(name: str) -> Format:
    """A format by its id; an unknown one is an error that lists them all."""
    if name not in FORMATS:
        raise BespokeError(f"unknown format {name!r}; known are {', '.join(FORMATS)}")
    return FORMATS[name]


def detect(path: Path) -> Detection:
    """The format that most of the first rows have. Raises BespokeError where no row has any."""
    candidates = [form for form in ALL if (form.name == "csv") == is_csv(path)]
    reasons: Counter[tuple[str, str]] = Counter()
    records = [row.record for row in islice(rows(path), SAMPLE) if row.record is not None]
    for record in records:
        claims = ((form.name, form.recognises(record)) for form in candidates)
        first = next(((name, why) for name, why in claims if why), None)
        if first:
            reasons[first] += 1
    if not reasons:
        shape = f"; the first row has the keys {', '.join(map(repr, records[0]))}" if records else ""
        raise BespokeError(f"no known training format in the first {SAMPLE} rows{shape}", path=str(path))
    totals: Counter[str] = Counter()
    for (name, _), count in reasons.items():
        totals[name] += count
    name = max(totals, key=lambda candidate: totals[candidate])  # the first claimed wins a tie
    why = max((reason for reason in reasons if reason[0] == name), key=lambda reason: reasons[reason])[1]
    form = FORMATS[name]
    also = tuple(other.name for other in candidates if other is not form and _reads(other, form, records))
    return Detection(form, f"{totals[name]} of the first {len(records)} rows: {why}", also)


def _reads(other: Format, form: Format, records: Sequence[Record]) -> bool:
    """Whether the other format reads the same example in every record that the chosen one finds faultless."""
    clean = [(record, reading) for record in records if not (reading := form.read(record)).faults]
    return bool(clean) and all(
        bool(other.recognises(record)) and other.read(record) == reading for record, reading in clean
    )
