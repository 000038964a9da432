"""CSV: one exchange a row, in columns for the prompt, the completion and, optionally, the system prompt."""

from __future__ import annotations

from typing import Any

from bespoke.tuning.formats.example import ASSISTANT, HUMAN, Example, Fault, Reading, Record, Turn
from bespoke.tuning.formats.format import Format

PAIRS = (("prompt", "completion"), ("input", "output"), ("question", "answer"), ("human", "assistant"))
HEADER = ("system", "prompt", "completion")
SURPLUS = "\0surplus"  # where the reader puts cells beyond the header; no column can have this name


class CSVTable(Format):
    """Columns `prompt,completion` (or input/output, question/answer, human/assistant), optionally `system`.

    An empty system cell is no system prompt. Other columns ride along as text. The header and the delimiter
    are remembered.
    """

    name = "csv"
    title = "CSV"
    many_turns = False
    keys = None

    def recognises(self, record: Record) -> str:
        pair = columns_of(record)
        return f"columns {pair[0]!r} and {pair[1]!r}" if pair else ""

    def read(self, record: Record) -> Reading:
        pair = columns_of(record) or PAIRS[0]
        faults = [Fault("missing_key", f"no column {key!r}") for key in pair if key not in record]
        if SURPLUS in record:
            surplus = len(record[SURPLUS])
            faults.append(Fault("wrong_cell_count", f"{surplus} more cells than the header has columns"))
        short = [key for key, cell in record.items() if cell is None]
        if short:
            faults.append(Fault("wrong_cell_count", f"no cell for column {', '.join(map(repr, short))}"))
        roles = zip((HUMAN, ASSISTANT), pair, strict=True)
        turns = tuple(Turn(role, record[key]) for role, key in roles if isinstance(record.get(key), str))
        extra = {
            key: cell
            for key, cell in record.items()
            if key not in (*pair, "system", SURPLUS) and isinstance(cell, str)
        }
        example = Example(record.get("system") or None, turns, extra, {"header": tuple(record)})
        return Reading(example, tuple(faults))

    def lost(self, example: Example) -> tuple[str, ...]:
        losses = list(super().lost(example))
        if example.system == "":
            losses.append("an empty system prompt (an empty cell is none)")
        losses += [f"the key {k!r} (not text)" for k, v in example.extra.items() if not isinstance(v, str)]
        losses += [f"the key {key!r} (a column of its own)" for key in example.extra if key in HEADER]
        return tuple(losses)

    def spell(self, example: Example) -> dict[str, Any]:
        prompt, completion = example.turns
        header = example.spelling.get("header")
        pair = columns_of(dict.fromkeys(header)) if header else None
        cells = {
            "system": example.system or "",
            (pair or PAIRS[0])[0]: prompt.text,
            (pair or PAIRS[0])[1]: completion.text,
            **example.extra,
        }
        if header and set(cells) - {"system"} <= set(header):
            return {key: cells[key] for key in header if key in cells}
        return cells


def columns_of(record: Record) -> tuple[str, str] | None:
    """The pair of columns that a header offers, the first known one."""
    return next((pair for pair in PAIRS if pair[0] in record and pair[1] in record), None)
