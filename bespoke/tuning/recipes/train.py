"""Trains a LoRA adapter by a recipe: TRL's supervised trainer on PEFT adapters, loss on the answers alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

from bespoke.errors import BespokeError
from bespoke.results import write_atomically
from bespoke.tuning.recipes import recipe as places
from bespoke.tuning.recipes.answering import AfterEachEpoch, Scores, answer_all, read_held_out
from bespoke.tuning.recipes.recipe import Recipe, read_recipe

Say = Callable[[str], None]


def train(folder: Path, say: Say) -> dict[str, Any]:
    """The adapter in FOLDER/adapter, predictions per epoch, and what happened in FOLDER/training.json.

    Raises BespokeError for a recipe, model or data that cannot be used; examples longer than the recipe's limit
    are refused by line.
    """
    recipe = read_recipe(folder)
    started = time.perf_counter()
    tokenizer = _tokenizer(recipe, folder)
    model = _model(recipe)
    data = _rows(folder / places.TRAIN, tokenizer, recipe)
    validation = folder / places.VALIDATION
    held_back = _rows(validation, tokenizer, recipe) if validation.is_file() else None
    epochs: list[dict[str, Any]] = []
    trainer = SFTTrainer(
        model=model,
        args=_settings(recipe, folder, held_back is not None),
        train_dataset=Dataset.from_list(data),
        eval_dataset=None if held_back is None else Dataset.from_list(held_back),
        processing_class=tokenizer,
        peft_config=_adapter(recipe),
        callbacks=[_after_each_epoch(recipe, folder, tokenizer, epochs, say)],
    )
    weights = _trainable(trainer.model)
    say(f"training {weights:,} of {model.num_parameters():,} weights on {len(data):,} examples")
    trainer.train()
    trainer.save_model(str(folder / places.ADAPTER))
    tokenizer.save_pretrained(str(folder / places.ADAPTER))
    report = {
        "base_model": recipe.base_model,
        "examples": len(data),
        "trainable_weights": weights,
        "steps": trainer.state.global_step,
        "losses": [round(entry["loss"], 6) for entry in trainer.state.log_history if "loss" in entry],
        "validation_losses": [
            round(entry["eval_loss"], 6) for entry in trainer.state.log_history if "eval_loss" in entry
        ],
        "epochs": epochs,
        "seconds": round(time.perf_counter() - started, 1),
        "versions": {name: version(name) for name in ("torch", "transformers", "peft", "trl")},
    }
    write_atomically(folder / places.REPORT, json.dumps(report, indent=1) + "\n")
    say(f"adapter in {folder / places.ADAPTER}, report in {folder / places.REPORT}")
    return report


def _tokenizer(recipe: Recipe, folder: Path) -> Any:
    try:
        tokenizer = AutoTokenizer.from_pretrained(recipe.base_model)
    except (OSError, ValueError) as error:
        raise BespokeError(f"no tokenizer in {recipe.base_model!r}: {_first_line(error)}") from None
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


def _model(recipe: Recipe) -> Any:
    kind = torch.bfloat16 if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else torch.float32
    try:
        return AutoModelForCausalLM.from_pretrained(recipe.base_model, dtype=kind)
    except (OSError, ValueError) as error:
        raise BespokeError(f"no model in {recipe.base_model!r}: {_first_line(error)}") from None


def _rows(path: Path, tokenizer: Any, recipe: Recipe) -> list[dict[str, Any]]:
    """Prompt and completion as lists of messages; a row that would be cut is refused with its line."""
    rows = []
    for line, text in enumerate(path.read_text(encoding="utf-8").rstrip("\n").split("\n"), start=1):
        row = json.loads(text)
        prompt, completion = (_messages(row[key], role) for key, role in _ROLES.items())
        ids = tokenizer.apply_chat_template(prompt + completion, return_dict=True)["input_ids"]
        if len(ids) > recipe.training.max_tokens:
            raise BespokeError(
                f"{len(ids):,} tokens, the recipe's max_tokens is {recipe.training.max_tokens:,}",
                path=str(path),
                row=line,
            )
        rows.append({"prompt": prompt, "completion": completion})
    return rows


_ROLES = {"prompt": "user", "completion": "assistant"}


def _messages(value: Any, role: str) -> list[dict[str, str]]:
    """TRL's two spellings of a side: a list of messages, or one text."""
    if isinstance(value, str):
        return [{"role": role, "content": value}]
    return [{"role": turn["role"], "content": turn["content"]} for turn in value]


def _settings(recipe: Recipe, folder: Path, validated: bool) -> SFTConfig:
    training = recipe.training
    on_gpu = torch.cuda.is_available()
    return SFTConfig(
        output_dir=str(folder / "checkpoints"),
        num_train_epochs=training.epochs,
        learning_rate=training.learning_rate,
        per_device_train_batch_size=training.batch_size,
        per_device_eval_batch_size=training.batch_size,
        gradient_accumulation_steps=training.accumulate,
        warmup_steps=training.warmup_share,
        lr_scheduler_type=training.scheduler,
        weight_decay=training.weight_decay,
        max_length=training.max_tokens,
        completion_only_loss=True,
        packing=False,
        seed=recipe.seed,
        data_seed=recipe.seed,
        use_cpu=not on_gpu,
        bf16=on_gpu and torch.cuda.is_bf16_supported(),
        gradient_checkpointing=on_gpu,
        logging_strategy="epoch",
        eval_strategy="epoch" if validated else "no",
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
    )


def _adapter(recipe: Recipe) -> LoraConfig:
    modules = recipe.lora.target_modules
    return LoraConfig(
        r=recipe.lora.rank,
        lora_alpha=recipe.lora.alpha,
        lora_dropout=recipe.lora.dropout,
        target_modules=modules if isinstance(modules, str) else list(modules),
        bias="none",
        task_type="CAUSAL_LM",
    )


def _after_each_epoch(
    recipe: Recipe, folder: Path, tokenizer: Any, epochs: list[dict[str, Any]], say: Say
) -> AfterEachEpoch:
    held_out = read_held_out(folder / places.HELD_OUT)

    def evaluate(epoch: int, model: Any) -> None:
        if not held_out:
            return
        out = folder / "predictions" / f"epoch_{epoch}.jsonl"
        scores: Scores = answer_all(model, tokenizer, held_out, recipe.evaluation.max_new_tokens, out)
        epochs.append({"epoch": epoch, **scores.as_dict()})
        say(
            f"epoch {epoch}: {scores.schema_valid} of {scores.notes} answers keep the schema,"
            f" {scores.codes_exact} give exactly the gold's codes"
        )

    return AfterEachEpoch(evaluate, recipe.evaluation.every_epochs)


def _trainable(model: Any) -> int:
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
