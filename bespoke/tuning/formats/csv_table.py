"""CSV: one exchange a row, in columns for the prompt, the completion and, optionally, the system prompt."""

from __future__ import annotations

from typing import Any

from bespoke.tuning.formats.example import Example, Record, RecordReading
from bespoke.tuning.formats.format import TrainingFormat
from bespoke.tuning.formats.pairs import PAIRS, columns_of, read_pair, spell_pair

HEADER = ("system", "prompt", "completion")


class CSVTable(TrainingFormat):
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

    def read(self, record: Record) -> RecordReading:
        return read_pair(record, *(columns_of(record) or PAIRS[0]), form=self.name, empty_is_none=True)

    def lost(self, example: Example) -> tuple[str, ...]:
        losses = list(super().lost(example))
        if example.system == "":
            losses.append("an empty system prompt (an empty cell is none)")
        losses += [f"the key {k!r} (not text)" for k, v in example.extra.items() if not isinstance(v, str)]
        losses += [f"the key {key!r} (a column of its own)" for key in example.extra if key in HEADER]
        return tuple(losses)

    def spell(self, example: Example) -> dict[str, Any]:
        spelled = spell_pair(example, PAIRS[0], self.name)
        own = example.spelling.get("form") == self.name
        header = example.spelling["header"] if own else ()
        if header and set(spelled) - {"system"} <= set(header):
            return {key: spelled.get(key, "") for key in header if key in spelled or key == "system"}
        return {"system": example.system or "", **spelled}
