"""The recipe's own evaluation: base and tuned model answer the held-out notes, in chapter 4's format."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from bespoke.clients.schema import Fields
from bespoke.results import write_atomically
from bespoke.tuning.jobs.tuned_answers import codes_of, parse
from bespoke.tuning.recipes.templates import Template


@dataclass(frozen=True)
class HeldOut:
    """One note that was not trained on: its prompt as messages, and its gold where there is one."""

    id: str
    prompt: list[dict[str, str]]
    gold: Fields | None


@dataclass(frozen=True)
class HeldOutScores:
    """What one pass over the held-out notes shows. Chapter 4 has the intervals; this is to watch training by."""

    notes: int
    schema_valid: int  # answers that are one object with the four fields
    codes_exact: int  # answers whose set of codes is the gold's
    cut_off: int = 0  # answers that did not end within the limit

    def as_dict(self) -> dict[str, int]:
        return asdict(self)

    def __str__(self) -> str:
        cut = f", {self.cut_off} did not end" if self.cut_off else ""
        return (
            f"{self.schema_valid} of {self.notes} answers keep the schema,"
            f" {self.codes_exact} give exactly the gold's codes{cut}"
        )


def read_held_out(path: Path) -> tuple[HeldOut, ...]:
    """The rows of held_out.jsonl; none where there is no such file."""
    if not path.is_file():
        return ()
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    return tuple(
        HeldOut(row["id"], row["prompt"], Fields.model_validate(row["gold"]) if row.get("gold") else None)
        for row in rows
    )


def answer_all(
    model: Any, template: Template, held_out: Sequence[HeldOut], max_new_tokens: int, batch: int, out: Path
) -> HeldOutScores:
    """Ask for every note, greedily, `batch` at once; write the predictions and count what can be counted."""
    rows: dict[str, dict[str, Any]] = {}
    valid = exact = cut = 0
    was_training = model.training
    model.eval()
    order = sorted(held_out, key=lambda note: len(str(note.prompt)))  # alike in length: little padding
    for start in range(0, len(order), batch):
        notes = order[start : start + batch]
        for note, answer in zip(notes, _generated(model, template, notes, max_new_tokens), strict=True):
            fields = parse(answer.text)
            valid += fields is not None
            exact += fields is not None and note.gold is not None and codes_of(fields) == codes_of(note.gold)
            cut += not answer.ended
            rows[note.id] = {
                "id": note.id,
                "prediction": None if fields is None else fields.model_dump(mode="json"),
                "usage": {"input_tokens": answer.asked, "output_tokens": answer.answered},
                "latency_ms": answer.latency_ms,
            }
    lines = (json.dumps(rows[note.id], ensure_ascii=False) + "\n" for note in held_out)
    write_atomically(out, "".join(lines))
    model.train(was_training)
    return HeldOutScores(len(held_out), valid, exact, cut)


@dataclass(frozen=True)
class _Answer:
    text: str
    asked: int
    answered: int
    ended: bool
    latency_ms: float  # of the batch, shared out


def _generated(model: Any, template: Template, notes: Sequence[HeldOut], most: int) -> Iterator[_Answer]:
    """The answers of a batch: prompts are padded on the left, so that every answer begins where its prompt ends."""
    started = time.perf_counter()
    tokenizer = template.tokenizer
    prompts = [template.ids(note.prompt, asks=True) for note in notes]
    longest = max(map(len, prompts))
    pad = tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (longest - len(one)) + one for one in prompts], device=model.device)
    mask = torch.tensor([[0] * (longest - len(one)) + [1] * len(one) for one in prompts], device=model.device)
    with torch.no_grad():
        found = model.generate(
            input_ids=ids, attention_mask=mask, max_new_tokens=most, do_sample=False, pad_token_id=pad
        )
    each_ms = round(1000 * (time.perf_counter() - started) / len(notes), 1)
    for prompt, row in zip(prompts, found, strict=True):
        new = row[longest:].tolist()
        ended = len(new) < most or new[-1] in (pad, tokenizer.eos_token_id)
        while new and new[-1] == pad:
            new.pop()
        text = tokenizer.decode(new, skip_special_tokens=True).strip()
        yield _Answer(text, len(prompt), len(new), ended, each_ms)


class AfterEachEpoch(TrainerCallback):  # type: ignore[misc]  # the library has no types
    """Calls `evaluate` with the epoch's number and step when an epoch ends."""

    def __init__(self, evaluate: Any, every: int) -> None:
        self.evaluate, self.every = evaluate, every

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        epoch = round(state.epoch)
        if epoch % self.every == 0:
            self.evaluate(epoch, state.global_step, kwargs["model"])
