"""The settings of a LoRA training, and the folder they are written in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bespoke.errors import BespokeError

RECIPE, TEMPLATE = "recipe.yaml", "chat_template.jinja"
TRAIN, VALIDATION, HELD_OUT = "train.jsonl", "validation.jsonl", "held_out.jsonl"
ADAPTER, REPORT, PREDICTIONS = "adapter", "training.json", "predictions"
DEFAULTS = Path(__file__).with_name("lora.yaml")

Whole = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, lt=1)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Lora(_Settings):
    rank: Whole
    alpha: Whole
    dropout: Share
    target_modules: str | tuple[str, ...]


class Training(_Settings):
    epochs: Whole
    learning_rate: Annotated[float, Field(gt=0, le=1)]
    batch_size: Whole
    accumulate: Whole
    warmup_share: Share
    scheduler: Literal["cosine", "linear", "constant"]
    max_tokens: Whole
    weight_decay: Annotated[float, Field(ge=0, le=1)]
    loss: Literal["last_answer", "every_answer"] = "last_answer"


class EvaluationSettings(_Settings):
    max_new_tokens: Whole
    every_epochs: Whole
    batch_size: Whole = 8


class Recipe(_Settings):
    """What recipe.yaml says."""

    base_model: str
    base_revision: str = ""
    base_licence: str = ""
    chat_template: Literal["own", "chatml"]
    seed: int
    lora: Lora
    training: Training
    evaluation: EvaluationSettings

    @property
    def revision(self) -> str:
        """The revision of a model on the hub; the main one where none is named."""
        return self.base_revision or "main"


def read_recipe(folder: Path) -> Recipe:
    """The recipe of a folder; every wrong key or value is a problem with its place."""
    path = folder / RECIPE
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        recipe = Recipe.model_validate(found)
    except FileNotFoundError:
        raise BespokeError("is missing; `bespoke tune export` writes it", path=str(path)) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BespokeError(f"is no YAML: {error}", path=str(path)) from None
    except ValidationError as error:
        first = error.errors()[0]
        raise BespokeError(first["msg"], path=str(path), column=".".join(map(str, first["loc"]))) from None
    if not recipe.base_model:
        raise BespokeError(
            "name the model to train, a folder or a hub id", path=str(path), column="base_model"
        )
    return recipe
