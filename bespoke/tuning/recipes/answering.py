"""The recipe's own evaluation: after each epoch the model answers the held-out notes, in chapter 4's format."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerCallback

from bespoke.clients.schema import Fields
from bespoke.results import write_atomically
from bespoke.tuning.jobs.answers import parse


@dataclass(frozen=True)
class HeldOut:
    """One note that was not trained on: its prompt as messages, and its gold where there is one."""

    id: str
    prompt: list[dict[str, str]]
    gold: Fields | None


@dataclass(frozen=True)
class Scores:
    """What one pass over the held-out notes shows. Chapter 4 has the intervals; this is to watch training by."""

    notes: int
    schema_valid: int  # answers that are one object with the four fields
    codes_exact: int  # answers whose set of codes is the gold's

    def as_dict(self) -> dict[str, int]:
        return {"notes": self.notes, "schema_valid": self.schema_valid, "codes_exact": self.codes_exact}


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
    model: Any, tokenizer: Any, held_out: Sequence[HeldOut], max_new_tokens: int, out: Path
) -> Scores:
    """Ask for every note, greedily; write the predictions and count what can be counted."""
    rows, valid, exact = [], 0, 0
    was_training = model.training
    model.eval()
    for note in held_out:
        started = time.perf_counter()
        text, asked, answered = _generate(model, tokenizer, note.prompt, max_new_tokens)
        fields = parse(text)
        valid += fields is not None
        exact += fields is not None and note.gold is not None and _codes(fields) == _codes(note.gold)
        rows.append(
            {
                "id": note.id,
                "prediction": None if fields is None else fields.model_dump(mode="json"),
                "usage": {"input_tokens": asked, "output_tokens": answered},
                "latency_ms": round(1000 * (time.perf_counter() - started), 1),
            }
        )
    write_atomically(out, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    model.train(was_training)
    return Scores(len(held_out), valid, exact)


class AfterEachEpoch(TrainerCallback):  # type: ignore[misc]  # the library has no types
    """Calls `evaluate` with the epoch's number when an epoch ends."""

    def __init__(self, evaluate: Any, every: int) -> None:
        self.evaluate, self.every = evaluate, every

    def on_epoch_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        epoch = round(state.epoch)
        if epoch % self.every == 0:
            self.evaluate(epoch, kwargs["model"])


def _generate(
    model: Any, tokenizer: Any, prompt: list[dict[str, str]], max_new_tokens: int
) -> tuple[str, int, int]:
    """The answer's text, and the tokens of prompt and answer."""
    ids = tokenizer.apply_chat_template(
        prompt, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )["input_ids"].to(model.device)
    with torch.no_grad():
        found = model.generate(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=max_new_tokens,
            do_sample=False,
            pad_token_id=tokenizer.pad_token_id,
        )
    new = found[0][ids.shape[1] :]
    return tokenizer.decode(new, skip_special_tokens=True).strip(), int(ids.shape[1]), len(new)


def _codes(fields: Fields) -> set[str]:
    return {code.strip().upper().replace(".", "") for code in fields.diagnosis_icd10}
