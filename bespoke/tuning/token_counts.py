"""Behind `bespoke dataset tokens`: tokens by the model's own template, and the part of a row that would be learnt.

The tokenizer must lie on this machine: nothing is fetched. What is learnt follows TRL's trainer: with the loss on the
last answer all that stands behind the prompt as the template writes it for an answer to come; with the loss on every
answer what the template itself marks as the assistant's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bespoke.errors import BespokeError, printable
from bespoke.show.numbers import decimal
from bespoke.tuning.checking import some
from bespoke.tuning.formats import detect, format_named
from bespoke.tuning.formats.conversion import examples
from bespoke.tuning.recipes import mask
from bespoke.tuning.recipes.templates import Template, first_line, takes_system

INSTALL = 'counting tokens needs transformers; install the extra: pip install "bespoke-workbook[tokens]"'
FILES = "tokenizer.json tokenizer_config.json chat_template.jinja"


@dataclass(frozen=True, slots=True)
class RowTokens:
    """One row by the template: its line, its tokens, and those on which the loss is taken."""

    line: int
    ids: list[int]
    learnt: list[int]


@dataclass
class TokenCounts:
    """Tokens of every sound row of a file; the first rows whole; lines that could not be counted."""

    lines: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    learnt: int = 0
    size: int = 0  # bytes of UTF-8 of all texts
    first: list[RowTokens] = field(default_factory=list)
    nothing_learnt: list[int] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)


def local_template(model: str) -> Template:
    """The tokenizer and template in a folder, or of a model that was fetched to this machine before.

    Raises BespokeError where there is none here, or it has no template.
    """
    try:
        from transformers import AutoTokenizer
    except ModuleNotFoundError:
        raise BespokeError(INSTALL) from None
    try:
        tokenizer = AutoTokenizer.from_pretrained(model, local_files_only=True)
    except (OSError, ValueError) as error:
        raise BespokeError(
            f"no tokenizer of {model!r} on this machine, and none is fetched unasked: name a folder that holds it, or"
            f" fetch it once with `hf download {model} {FILES}` ({first_line(error)})"
        ) from None
    if not tokenizer.chat_template:
        raise BespokeError(f"{model!r} has a tokenizer without a chat template: it is no model for dialogues")
    return Template(tokenizer, folds=not takes_system(tokenizer))


def count(
    path: Path, template: Template, *, every: bool = False, names: Mapping[str, str] | None = None
) -> TokenCounts:
    """Counts a file by the template. `every`: the loss is on all answers of a dialogue, not on the last alone.

    Faulty rows, and those that a dialogue of texts and tools cannot carry, are left out and counted.
    """
    detected = detect(path, names)
    if detected.format.method:
        raise BespokeError(f"holds {detected.format.title}: {detected.format.needs}", path=str(path))
    form, found = format_named("trl_conversational"), TokenCounts()
    for line, example, faults in examples(path, detected, names):
        if any(not fault.key for fault in faults) or form.lost(example):
            found.left_out.append(line)
            continue
        record = form.spell(example)
        row = RowTokens(line, *_ids(template, record["messages"], record.get("tools"), every))
        found.lines.append(line)
        found.tokens.append(len(row.ids))
        found.learnt += len(row.learnt)
        found.size += sum(len(text.encode()) for text in example.texts())
        if not row.learnt:
            found.nothing_learnt.append(line)
        if len(found.first) < mask.SHOWN:
            found.first.append(row)
    if not found.tokens:
        raise BespokeError("has no row that could be trained on", path=str(path))
    return found


def _ids(
    template: Template, messages: list[dict[str, Any]], tools: object, every: bool
) -> tuple[list[int], list[int]]:
    """All tokens of a row, and those that are learnt."""
    if every:
        marked = template.tokenizer.apply_chat_template(
            template.fit(messages), tools=tools, return_dict=True, return_assistant_tokens_mask=True
        )
        ids = list(marked["input_ids"])
        return ids, [token for token, own in zip(ids, marked["assistant_masks"], strict=True) if own]
    ids = template.ids(messages, tools=tools)
    return ids, ids[len(template.ids(messages[:-1], asks=True, tools=tools)) :]


def lines(found: TokenCounts, template: Template, path: Path, most: int | None = None) -> Iterator[str]:
    """The counts, a line each: the file, rows above `most` tokens, rows left out, the first rows as they are learnt."""
    counts = np.array(found.tokens)
    high = int(np.percentile(counts, 95, method="inverted_cdf"))
    longest = int(counts.argmax())
    yield printable(
        f"{path}: {decimal(len(counts))} rows, {decimal(int(counts.sum()))} tokens, {decimal(found.learnt)} learnt;"
        f" a row has {decimal(float(counts.mean()), 0)} on average, {decimal(high)} at the 95th percentile,"
        f" {decimal(int(counts[longest]))} at most (line {decimal(found.lines[longest])});"
        f" {decimal(found.size / counts.sum(), 1)} bytes of text a token"
    )
    if template.folds:
        yield "the template takes no system turn: the system prompt is put before the first turn, in use too"
    over = [line for line, tokens in zip(found.lines, found.tokens, strict=True) if most and tokens > most]
    for what, at in (
        (f"above {decimal(most or 0)} tokens", over),
        ("without a token to learn: the template marks no answers", found.nothing_learnt),
        ("left out, being faulty or no dialogue of texts", found.left_out),
    ):
        if at:
            yield f"{decimal(len(at))} {'row' if len(at) == 1 else 'rows'} {what} (lines {some(at)})"
    for row in found.first:
        yield printable(mask.described(row.line, row.ids, row.learnt, template.tokenizer))
