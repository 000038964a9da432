"""The model's chat template: found, tried, and helped where it takes no system turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bespoke.errors import BespokeError
from bespoke.tuning.recipes import recipe as places
from bespoke.tuning.recipes.recipe import Recipe

Messages = list[dict[str, Any]]
GAP = "\n\n"  # between a system prompt and the first turn where a template has no place for the prompt
PROBE = "zq system zq"  # text that no template has of its own


@dataclass(frozen=True)
class Template:
    """A tokenizer with its chat template. `folds`: the system prompt is put before the first turn."""

    tokenizer: Any
    folds: bool

    def fit(self, messages: Sequence[dict[str, Any]]) -> Messages:
        """Messages as the template takes them."""
        turns = [dict(message) for message in messages]
        if not self.folds or not turns or turns[0]["role"] != "system":
            return turns
        system, first, *rest = turns
        return [{**first, "content": f"{system['content']}{GAP}{first['content']}"}, *rest]

    def ids(
        self, messages: Sequence[dict[str, Any]], *, asks: bool = False, tools: object = None
    ) -> list[int]:
        """Tokens of messages; with `asks`, of a prompt that waits for the answer."""
        found = self.tokenizer.apply_chat_template(
            self.fit(messages), tools=tools, add_generation_prompt=asks, return_dict=True
        )
        return list(found["input_ids"])


def template_of(recipe: Recipe, folder: Path, say: Callable[[str], None]) -> Template:
    """The template of the recipe's model, tried on a system prompt. Raises BespokeError where there is none."""
    tokenizer = _tokenizer(recipe, folder)
    folds = not takes_system(tokenizer)
    if folds:
        say(
            "the model's template takes no system turn: the system prompt is put before the first turn, in use too"
        )
    return Template(tokenizer, folds)


def _tokenizer(recipe: Recipe, folder: Path) -> Any:
    from transformers import AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(recipe.base_model, revision=recipe.revision)
    except (OSError, ValueError) as error:
        raise BespokeError(f"no tokenizer in {recipe.base_model!r}: {first_line(error)}") from None
    if recipe.chat_template == "chatml":
        tokenizer.chat_template = (folder / places.TEMPLATE).read_text(encoding="utf-8")
    if not tokenizer.chat_template:
        raise BespokeError(
            "the model has no chat template of its own; say chatml",
            path=str(folder / places.RECIPE),
            column="chat_template",
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def takes_system(tokenizer: Any) -> bool:
    """Whether a system turn is rendered: some templates raise, some leave it out."""
    turns = [{"role": "system", "content": PROBE}, {"role": "user", "content": "q"}]
    try:
        return PROBE in tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    except Exception:  # a template may raise whatever it likes
        return False


def check_end(template: Template, example: Messages, recipe: Recipe) -> None:
    """Refuses a template whose answers do not end with a token at which the model stops: it would never stop."""
    stops = _stops(template.tokenizer, recipe)
    answer = str(example[-1]["content"])
    ids = template.ids(example)
    tail = ids[max(0, len(ids) - 8) :]
    if stops & set(tail):
        return
    shown = template.tokenizer.decode(tail)
    named = ", ".join(repr(template.tokenizer.decode([stop])) for stop in sorted(stops))
    raise BespokeError(
        f"after the answer “{answer[-20:]}” the template writes {shown[-40:]!r}, the model stops at {named}:"
        " it would not learn to stop; use its own template, or a tokenizer whose end of sequence is the template's"
    )


def _stops(tokenizer: Any, recipe: Recipe) -> set[int]:
    """Tokens at which generation ends."""
    from transformers import GenerationConfig

    try:
        found = GenerationConfig.from_pretrained(recipe.base_model, revision=recipe.revision).eos_token_id
    except (OSError, ValueError):
        found = None
    several = found if isinstance(found, list) else [found]
    return {int(stop) for stop in (*several, tokenizer.eos_token_id) if stop is not None}


def first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
