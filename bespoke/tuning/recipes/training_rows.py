"""Training rows as the trainer takes them, checked against the recipe's limit, and a digest of what was read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError
from bespoke.tuning.recipes.recipe import Recipe
from bespoke.tuning.recipes.templates import Messages, Template

ROLES = {"prompt": "user", "completion": "assistant"}
KEYS = ("role", "content", "tool_calls", "tool_call_id", "name", "reasoning_content")


@dataclass(frozen=True)
class Rows:
    """The rows of a file, each with its tokens counted by the model's own template."""

    rows: list[dict[str, Any]]
    tokens: tuple[int, ...]
    sha256: str

    def report(self) -> dict[str, Any]:
        return {
            "rows": len(self.rows),
            "sha256": self.sha256,
            "tokens": sum(self.tokens),
            "longest_row_tokens": max(self.tokens, default=0),
        }


def read_rows(path: Path, template: Template, recipe: Recipe) -> Rows:
    """Every row of a JSON Lines file; lines end at a line feed and at nothing else.

    Raises BespokeError for a row that is no example, or that the recipe's limit would cut, with its line.
    """
    raw = path.read_bytes()
    rows, tokens = [], []
    for line, text in enumerate(raw.decode("utf-8").split("\n"), start=1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
            whole = messages_of(row)
            tools = row.get("tools")
            ids = template.ids(whole, tools=tools)
        except (ValueError, KeyError, TypeError) as error:
            raise BespokeError(f"is no example: {error}", path=str(path), row=line) from None
        if len(ids) > recipe.training.max_tokens:
            raise BespokeError(
                f"{len(ids):,} tokens, the recipe's max_tokens is {recipe.training.max_tokens:,}",
                path=str(path),
                row=line,
            )
        rows.append(_spelled(template.fit(whole), tools, recipe))
        tokens.append(len(ids))
    if not rows:
        raise BespokeError("has no row to train on", path=str(path))
    return Rows(rows, tuple(tokens), hashlib.sha256(raw).hexdigest())


def messages_of(row: dict[str, Any]) -> Messages:
    """A row as one list of messages; TRL spells a side as a list, or as one text."""
    if "messages" in row:
        return [_kept(turn) for turn in row["messages"]]
    return [turn for key, role in ROLES.items() for turn in _side(row[key], role)]


def _side(value: Any, role: str) -> Messages:
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    return [_kept(turn) for turn in value]


def _kept(turn: dict[str, Any]) -> dict[str, Any]:
    return {key: turn[key] for key in KEYS if turn.get(key) is not None}


def _spelled(whole: Sequence[dict[str, Any]], tools: object, recipe: Recipe) -> dict[str, Any]:
    """The row for the chosen loss: on the last answer alone, or on every answer of the dialogue."""
    if recipe.training.loss == "every_answer":
        row: dict[str, Any] = {"messages": list(whole)}
    else:
        row = {"prompt": list(whole[:-1]), "completion": list(whole[-1:])}
    return {**row, "tools": tools} if tools else row
