"""One prompt and one answer under two keys or columns, and what may stand beside them: an input, a system prompt, a
history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bespoke.tuning.formats.example import (
    ASSISTANT,
    BLANK_LINE,
    HUMAN,
    Example,
    Fault,
    Record,
    RecordReading,
    Turn,
)
from bespoke.tuning.formats.format import TrainingFormat
from bespoke.tuning.formats.message_list import USER_ROLES, beside, read_messages, read_text
from bespoke.tuning.formats.tools import read_tools

PAIRS = (
    ("prompt", "completion"), ("input", "output"), ("question", "answer"), ("human", "assistant"),
    ("query", "response"), ("prompt", "response"), ("prompt", "answer"), ("prompt", "output"),
    ("question", "response"), ("question", "output"), ("query", "answer"), ("query", "output"), ("user", "assistant"),
    ("problem", "solution"), ("input_text", "output_text"), ("text_input", "output"), ("inputs", "targets"),
    ("input", "response"), ("input", "completion"), ("source", "target"), ("input", "target"),
    ("q", "a"),
)  # fmt: skip
ANSWERS = ("output", "response", "completion", "answer")
FURTHER = ("input", "context")
SYSTEMS = ("system", "system_prompt")
HISTORY = "history"
HEADER = ("system", "prompt", "completion")  # of a table that is written


def own_key(record: Record, name: str) -> str:
    """A key as the record spells it, whatever its case; "" where it has none."""
    if name in record:
        return name
    return next((key for key in record if isinstance(key, str) and key.strip().lower() == name), "")


def columns_of(record: Record) -> tuple[str, str] | None:
    """The pair of keys that a record offers, as it spells them; the first known one."""
    for ask, answer in PAIRS:
        found = own_key(record, ask), own_key(record, answer)
        if all(found):
            return found
    return None


def read_pair(
    record: Record, ask: str, answer: str, further: str = "", *, form: str = "", empty_is_none: bool = False
) -> RecordReading:
    """The example of a record whose prompt, answer and further input stand under these keys.

    `form` is the format that reads it: it writes the record back under the same keys, another under its own.
    """
    faults: list[Fault] = []
    system_key = next((key for name in SYSTEMS if (key := own_key(record, name))), "")
    system = record.get(system_key) if system_key else None
    if system is not None and not isinstance(system, str):
        faults.append(Fault("wrong_type", f"record.{system_key} should be text"))
        system = None
    if empty_is_none and not system:
        system = None
    turns = list(_history(record, faults))
    head, asked = _asked(record, ask, further, faults)
    if head is not None and system is not None:
        faults.append(Fault("system_misplaced", "one system prompt stands in the prompt and one beside it"))
    turns += asked
    given = read_text(record, answer, faults)
    if given is not None:
        turns.append(Turn(ASSISTANT, given))
    tools = read_tools(record, faults)
    own = (ask, answer, further, system_key, HISTORY, *(("tools",) if tools else ()))
    spelling: dict[str, Any] = {
        "form": form, "header": tuple(record), "pair": (ask, answer), "system_key": system_key,
    }  # fmt: skip
    if further:
        spelling["further"] = further
    if further and record.get(further) and isinstance(record.get(ask), str) and record[ask]:
        spelling |= {"joined": f"{ask!r} and {further!r}", "halves": (record[ask], record[further])}
    found = Example(system if head is None else head, tuple(turns), beside(record, *own), spelling, tools)
    return RecordReading(found, tuple(faults))


def _asked(record: Record, ask: str, further: str, faults: list[Fault]) -> tuple[str | None, list[Turn]]:
    """The system prompt and the turns under the prompt's key: a text, or a list of messages."""
    value = record.get(ask)
    if isinstance(value, list):
        found = read_messages(value, where=ask, role_key="role", text_key="content", roles=USER_ROLES)
        faults += found.faults
        return found.system, found.turns
    text = read_text(record, ask, faults)
    more = record.get(further) if further else None
    if more is not None and not isinstance(more, str):
        faults.append(Fault("wrong_type", f"record.{further} should be text"))
        more = None
    if text is None:
        return None, []
    return None, [Turn(HUMAN, BLANK_LINE.join(part for part in (text, more) if part) if more else text)]


def _history(record: Record, faults: list[Fault]) -> Iterator[Turn]:
    """Earlier exchanges, as pairs of texts."""
    earlier = record.get(HISTORY)
    if earlier in (None, "", []):
        return
    for n, pair in enumerate(earlier if isinstance(earlier, list) else [earlier], start=1):
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair):
            yield Turn(HUMAN, pair[0])
            yield Turn(ASSISTANT, pair[1])
        else:
            faults.append(Fault("wrong_type", f"record.history[{n}] should be a prompt and an answer"))


class QuestionAnswer(TrainingFormat):
    """`{"question": ..., "answer": ...}`, or query/response, input/output and other such pairs.

    A system prompt (`system`, `system_prompt`), a `context` and a `history` of exchanges are read with them.
    """

    name = "question_answer"
    title = "question/answer pairs"
    narrow = False
    keys = None
    keeps_halves = True
    first = ("question", "answer")

    def recognises(self, record: Record) -> str:
        pair = columns_of(record)
        return f"{pair[0]!r} and {pair[1]!r}" if pair and isinstance(record[pair[1]], str) else ""

    def read(self, record: Record) -> RecordReading:
        pair = columns_of(record) or self.first
        further = own_key(record, "context")
        return read_pair(
            record, *pair, further if isinstance(record.get(further), str) else "", form=self.name
        )

    def spell(self, example: Example) -> dict[str, Any]:
        return spell_pair(example, self.first, self.name)

    def lost(self, example: Example) -> tuple[str, ...]:
        roles = [turn.role for turn in example.turns]
        in_turn = bool(roles) and roles == [HUMAN, ASSISTANT] * (len(roles) // 2)
        order = () if in_turn else (f"the order of {len(roles)} turns: it holds prompts and answers in turn",)
        return (*super().lost(example), *order)


def spell_pair(example: Example, usual: tuple[str, str], form: str) -> dict[str, Any]:
    """A record of two keys, under the names that the source had where they fit; earlier exchanges as `history`."""
    spelling = example.spelling if example.spelling.get("form") == form else {}
    pair = spelling.get("pair", usual)
    *earlier, prompt, answer = example.turns
    record: dict[str, Any] = {}
    if example.system is not None:
        record[spelling.get("system_key") or "system"] = example.system
    further, halves = spelling.get("further", ""), spelling.get("halves")
    if halves and BLANK_LINE.join(halves) == prompt.text:
        record |= {pair[0]: halves[0], further: halves[1]}
    else:
        record |= {pair[0]: prompt.text, **({further: ""} if further else {})}
    record[pair[1]] = answer.text
    if earlier:
        texts = [turn.text for turn in earlier]
        record[HISTORY] = [list(two) for two in zip(texts[::2], texts[1::2], strict=True)]
    record |= example.extra
    header = spelling.get("header", ())
    if set(record) <= set(header):
        return {key: record[key] for key in header if key in record}
    return record


class Alpaca(QuestionAnswer):
    """`{"instruction": ..., "input": ..., "output": ...}`, also with `system` and `history`; Dolly's `context`.

    Instruction and input are one prompt, a blank line between them, as LLaMA-Factory joins them.
    Source: tatsu-lab/stanford_alpaca; LLaMA-Factory, data/README.
    """

    name = "alpaca"
    title = "Alpaca (instruction/input/output)"
    first = ("instruction", "output")

    def recognises(self, record: Record) -> str:
        ask, answer = own_key(record, "instruction"), self._answer(record)
        if not ask or not answer or isinstance(record[answer], (list, dict)):
            return ""
        further = self._further(record)
        return f"'instruction'{f', {further!r}' if further else ''} and {answer!r}"

    def read(self, record: Record) -> RecordReading:
        ask = own_key(record, "instruction") or "instruction"
        return read_pair(
            record,
            ask,
            self._answer(record) or "output",
            self._further(record),
            form=self.name,
            empty_is_none=True,
        )

    def _answer(self, record: Record) -> str:
        return next((key for name in ANSWERS if (key := own_key(record, name))), "")

    def _further(self, record: Record) -> str:
        return next((key for name in FURTHER if (key := own_key(record, name))), "")


class AnswersInContext(QuestionAnswer):
    """`{"context": ..., "question": ..., "answers": ...}`: question and context are the prompt, the first answer is
    learnt, and all given ones stay under their key. A question without an answer is a fault: what the model shall say
    then is a decision.

    Source: SQuAD 1.1 and 2.0, and as Hugging Face's datasets spell them (`{"text": [...], "answer_start": [...]}`).
    """

    name = "answers_in_context"
    title = "question and answers in a context (SQuAD)"
    writable = False

    def recognises(self, record: Record) -> str:
        asked = isinstance(record.get("question"), str) and given_answers(record.get("answers")) is not None
        return "'question' with a list of 'answers'" if asked else ""

    def read(self, record: Record) -> RecordReading:
        answers = given_answers(record.get("answers")) or []
        further = "context" if isinstance(record.get("context"), str) else ""
        found = read_pair({**record, "answer": answers[0] if answers else ""}, "question", "answer", further)
        if answers:
            return found
        why = Fault("last_not_assistant", "the question has no answer: say what the model shall answer")
        return RecordReading(replace(found.example, turns=found.example.turns[:-1]), (*found.faults, why))


def given_answers(value: object) -> list[str] | None:
    """The texts of a list of answers, in either spelling; None for what is no such list."""
    texts = value.get("text") if isinstance(value, dict) else value
    if not isinstance(texts, list):
        return None
    found = [one.get("text") if isinstance(one, dict) else one for one in texts]
    answers = [text for text in found if isinstance(text, str)]
    return answers if len(answers) == len(found) else None


class CSVTable(TrainingFormat):
    """One exchange a row: columns `prompt,completion` (or input/output, question/answer, ...), optionally `system`.

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
