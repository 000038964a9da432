"""`text` that already is in a chat template: turns are read between its markers, and nothing else."""

from __future__ import annotations

import re
from typing import Any

from bespoke.tuning.formats.example import (
    ASSISTANT,
    HUMAN,
    SYSTEM,
    Example,
    Fault,
    Record,
    RecordReading,
    Turn,
)
from bespoke.tuning.formats.format import TrainingFormat
from bespoke.tuning.formats.message_list import beside

ROLES = {
    "system": SYSTEM, "user": HUMAN, "human": HUMAN, "instruction": HUMAN, "assistant": ASSISTANT, "model": ASSISTANT,
    "response": ASSISTANT, "ai": ASSISTANT, "bot": ASSISTANT,
}  # fmt: skip
_END = r"<\|(?:im_end|eot_id|endoftext|end_of_text|end)\|>|</s>|<end_of_turn>|<eos>"
STYLES = (  # a marker before each turn, the role in group 1
    re.compile(r"<\|im_start\|>\s*(system|user|assistant)\s*\n"),
    re.compile(r"<\|start_header_id\|>\s*(system|user|assistant)\s*<\|end_header_id\|>\s*\n"),
    re.compile(r"<start_of_turn>\s*(user|model)\s*\n"),
    re.compile(r"<\|(system|user|assistant)\|>\s*\n"),
    re.compile(r"(?m)^###\s*(Human|Assistant|System|Instruction|Response|User)\s*:[ \t]*\n?"),
)
MISTRAL = re.compile(r"\[INST\](.*?)\[/INST\](.*?)(?=\[INST\]|\Z)", re.DOTALL)
SYSTEM_PART = re.compile(r"\s*<<SYS>>(.*?)<</SYS>>", re.DOTALL)


class MarkedText(TrainingFormat):
    """A `text` with the turns of ChatML, Llama 2 and 3, Gemma, Zephyr, Guanaco or Alpaca in it.

    Read only: which template the text had is not kept. Sources: the models' chat templates.
    """

    name = "marked_text"
    title = "text in a chat template"
    writable = False
    narrow = False
    keys = None

    def recognises(self, record: Record) -> str:
        text = record.get("text")
        if not isinstance(text, str) or not (
            "<|" in text or "[INST]" in text or "###" in text or "<start_of" in text
        ):
            return ""
        _, turns, _ = _turns(text)
        return (
            "'text' with the marks of a chat template"
            if {t.role for t in turns} == {HUMAN, ASSISTANT}
            else ""
        )

    def read(self, record: Record) -> RecordReading:
        system, turns, before = _turns(record.get("text") or "")
        faults = [Fault("wrong_type", "the text has a second system prompt")] if system is _SECOND else []
        if before:
            system = before if system is None else f"{before}\n\n{system}"
        return RecordReading(Example(system, tuple(turns), beside(record, "text")), tuple(faults))

    def spell(self, example: Example) -> dict[str, Any]:
        raise NotImplementedError("text in a template is read, never written")


_SECOND = "\0"


def _turns(text: str) -> tuple[str | None, list[Turn], str]:
    """The system prompt, the turns, and what stands before the first mark."""
    if MISTRAL.search(text):
        return _instructed(text)
    for style in STYLES:
        marks = list(style.finditer(text))
        if marks:
            break
    else:
        return None, [], ""
    system: str | None = None
    turns: list[Turn] = []
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    for mark, end in zip(marks, ends, strict=True):
        said = _clean(text[mark.end() : end])
        role = ROLES[mark.group(1).lower()]
        if role == SYSTEM:
            system = said if system is None and not turns else _SECOND
        elif said or end != len(text):
            turns.append(Turn(role, said))
    return system, turns, _clean(text[: marks[0].start()])


def _instructed(text: str) -> tuple[str | None, list[Turn], str]:
    system: str | None = None
    turns: list[Turn] = []
    for asked, answer in MISTRAL.findall(text):
        head = SYSTEM_PART.match(asked)
        if head and not turns:
            system, asked = head.group(1).strip(), asked[head.end() :]
        turns += [Turn(HUMAN, _clean(asked)), Turn(ASSISTANT, _clean(answer))]
    return system, turns, ""


def _clean(text: str) -> str:
    """A turn less the marks of its end and of the text's beginning."""
    return re.sub(rf"(?:{_END}|<s>|<bos>|<\|begin_of_text\|>)", "", text).strip()
