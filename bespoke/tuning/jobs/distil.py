"""From a teacher's answers to training examples: only what keeps the schema and is right, and only if allowed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bespoke.clients.schema import Client, Fields, Note
from bespoke.errors import BespokeError, Problem
from bespoke.results import write_atomically
from bespoke.tuning.formats.format import to_json
from bespoke.tuning.jobs.prompt_frame import Frame
from bespoke.tuning.jobs.tuned_answers import codes_of, parse

Reason = Literal[
    "accepted", "no_answer", "schema_broken", "differs_from_gold", "rejected_by_judge", "not_judged",
    "evaluation_note", "repeated",
]  # fmt: skip
WHY: dict[Reason, str] = {
    "accepted": "accepted",
    "no_answer": "the teacher gave no answer (failed, expired, cancelled or cut off)",
    "schema_broken": "not one JSON object with the four fields",
    "differs_from_gold": "the codes are not the gold's",
    "rejected_by_judge": "the judge rejected it",
    "not_judged": "neither gold nor a judge's verdict to hold it against",
    "evaluation_note": "its note is in the evaluation set",
    "repeated": "its note was answered before",
}


@dataclass(frozen=True)
class Distilled:
    """What became of every answer, and where the accepted ones are."""

    path: Path
    outcomes: Mapping[str, Reason]  # by note id, in the order of the answers

    @property
    def accepted(self) -> int:
        return sum(reason == "accepted" for reason in self.outcomes.values())


def distil(
    client: Client, answers: Path, frame: Frame, out: Path, *, verdicts: Path | None = None
) -> Distilled:
    """Writes the accepted answers as dialogues in the `conversations` format.

    `answers` holds recorded predictions (`id`, `prediction`) or results of a Message Batch (`custom_id`,
    `result`), each under the id of a note of evaluation/train.jsonl. An answer is accepted when it keeps the
    schema and its set of codes is the gold's, or, for a note without gold codes, when a judge accepted it
    (`verdicts`: `id`, `accepted`). Notes of the evaluation set are never taken.
    Raises BespokeError without Anthropic's written authorisation, or where a file cannot be read.
    """
    refuse_unless_authorised(client)
    train = {note.id: note for note in client.train or ()}
    if not train:
        raise BespokeError(
            "is needed: the notes the teacher was asked", path=f"{client.name}/evaluation/train.jsonl"
        )
    judged = _verdicts(verdicts) if verdicts else {}
    evaluated = {_bare(note.text) for note in client.notes or ()} | {note.id for note in client.notes or ()}
    outcomes: dict[str, Reason] = {}
    lines = []
    for line, (name, fields, answered) in enumerate(_answers(answers), start=1):
        note = train.get(name)
        if note is None:
            raise BespokeError(
                f"{name!r} is no id of evaluation/train.jsonl", path=str(answers), row=line, column="id"
            )
        reason = _judge(note, fields, answered, judged.get(name), evaluated, outcomes)
        if reason != "repeated":
            outcomes[name] = reason
        if reason == "accepted" and fields is not None:
            lines.append(to_json(_dialogue(note, fields, frame)) + "\n")
    if not lines:
        raise BespokeError(f"no answer was accepted: {summary(outcomes)}", path=str(answers))
    write_atomically(out, "".join(lines))
    return Distilled(out, outcomes)


def summary(outcomes: Mapping[str, Reason]) -> str:
    """How many answers met which end, the most frequent first."""
    counts = Counter(outcomes.values())
    return "; ".join(f"{count:,} {WHY[reason]}" for reason, count in counts.most_common())


def refuse_unless_authorised(client: Client) -> None:
    """Raises unless the engagement says that Anthropic has authorised training on Claude's outputs in writing."""
    if client.engagement.access.distillation_authorised is not True:
        raise BespokeError(
            "is not true: training a model on Claude's outputs needs Anthropic's prior written authorisation"
            " (Commercial Terms D.4, Usage Policy)",
            path=f"{client.name}/engagement.yaml",
            column="access.distillation_authorised",
        )


def _judge(
    note: Note, fields: Fields | None, answered: bool, verdict: bool | None, evaluated: set[str],
    before: Mapping[str, Reason],
) -> Reason:  # fmt: skip
    if note.id in before:
        return "repeated"
    if note.id in evaluated or _bare(note.text) in evaluated:
        return "evaluation_note"
    if not answered:
        return "no_answer"
    if fields is None:
        return "schema_broken"
    if note.gold.diagnosis_icd10:
        return "accepted" if codes_of(fields) == codes_of(note.gold) else "differs_from_gold"
    if verdict is None:
        return "not_judged"
    return "accepted" if verdict else "rejected_by_judge"


def _answers(path: Path) -> Iterator[tuple[str, Fields | None, bool]]:
    """Note id, fields and whether there was an answer at all, from either kind of file."""
    for line, row in _rows(path):
        if "custom_id" in row:
            text = _batch_text(row.get("result"))
            yield str(row["custom_id"]), None if text is None else parse(text), text is not None
        elif "id" in row:
            found = row.get("prediction")
            yield str(row["id"]), None if found is None else parse(json.dumps(found)), True
        else:
            raise BespokeError("has neither 'id' nor 'custom_id'", path=str(path), row=line)


def _batch_text(result: object) -> str | None:
    """The text of a succeeded, finished message; None for anything else."""
    message = (
        result.get("message") if isinstance(result, dict) and result.get("type") == "succeeded" else None
    )
    if not isinstance(message, dict) or message.get("stop_reason") not in ("end_turn", "stop_sequence"):
        return None
    blocks = message.get("content")
    texts = (
        [b.get("text") for b in blocks if isinstance(b, dict) and b.get("type") == "text"] if blocks else []
    )
    return "".join(text for text in texts if isinstance(text, str))


def _verdicts(path: Path) -> dict[str, bool]:
    found = {}
    for line, row in _rows(path):
        if not isinstance(row.get("id"), str) or not isinstance(row.get("accepted"), bool):
            raise BespokeError("needs 'id' and 'accepted' (true or false)", path=str(path), row=line)
        found[row["id"]] = row["accepted"]
    return found


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    row = json.loads(line)
                    if not isinstance(row, dict):
                        raise BespokeError("is no JSON object", path=str(path), row=number)
                    yield number, row
    except OSError as error:
        raise BespokeError(f"cannot be read: {error.strerror or error}", path=str(path)) from error
    except UnicodeDecodeError:
        raise BespokeError("is not UTF-8", path=str(path)) from None
    except json.JSONDecodeError as error:
        raise BespokeError([Problem(str(path), number, None, f"is no JSON: {error.msg}")]) from None


def _dialogue(note: Note, fields: Fields, frame: Frame) -> dict[str, Any]:
    """One example: asked as the frame asks, answered as the teacher did."""
    answer = json.dumps(fields.model_dump(mode="json"), ensure_ascii=False)
    turns = [{"from": "human", "value": frame.prompt(note.text)}, {"from": "assistant", "value": answer}]
    if frame.system is not None:
        turns.insert(0, {"from": "system", "value": frame.system})
    return {"conversations": turns}


def _bare(text: str) -> str:
    return " ".join(text.split()).casefold()
