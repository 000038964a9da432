"""What is learnt of a row: its tokens by the model's own template, and the part on which the loss is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from bespoke.show.numbers import decimal

SHOWN, ENDS = 3, 60  # rows, and characters at each end of what is learnt
IGNORED = -100


def lines(trainer: Any, tokenizer: Any) -> Iterator[str]:
    """For the first rows as the trainer feeds them: tokens, tokens learnt, and how what is learnt begins and ends."""
    for number, row in enumerate(islice(trainer.train_dataset, SHOWN), start=1):
        batch = trainer.data_collator([row])
        ids, labels = batch["input_ids"][0].tolist(), batch["labels"][0].tolist()
        learnt = [token for token, label in zip(ids, labels, strict=True) if label != IGNORED]
        yield described(number, ids, learnt, tokenizer)


def described(number: int, ids: Sequence[int], learnt: Sequence[int], tokenizer: Any) -> str:
    """A row's tokens, tokens learnt, and how what is learnt begins and ends."""
    text = tokenizer.decode(learnt)
    middle = " … " if len(text) > 2 * ENDS else ""
    part = f"{text[:ENDS]}{middle}{text[-ENDS:]}" if middle else text
    return f"row {decimal(number)}: {decimal(len(ids))} tokens, {decimal(len(learnt))} learnt: {part!r}"


def nothing_learnt(trainer: Any) -> bool:
    """Whether the loss of the first row is on no token at all: the template would teach nothing."""
    row = next(iter(trainer.train_dataset))
    return all(label == IGNORED for label in trainer.data_collator([row])["labels"][0].tolist())
