"""Trains a LoRA adapter by a recipe: TRL's supervised trainer on PEFT adapters, loss on answers alone."""

from __future__ import annotations

import hashlib
import json
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM
from trl import SFTConfig, SFTTrainer

from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.results import write_atomically
from bespoke.tuning.recipes import mask
from bespoke.tuning.recipes import recipe as places
from bespoke.tuning.recipes.answering import AfterEachEpoch, answer_all, read_held_out
from bespoke.tuning.recipes.checkpoints import FOLDER, TrainingProgress, best_epoch
from bespoke.tuning.recipes.recipe import Recipe, read_recipe
from bespoke.tuning.recipes.templates import Template, check_end, first_line, template_of
from bespoke.tuning.recipes.training_rows import Rows, messages_of, read_rows

LOSS = {
    "last_answer": "the loss is taken on the last answer of each example; earlier answers are read, not learnt",
    "every_answer": "the loss is taken on every answer of each example",
}


def train(folder: Path, say: Echo) -> dict[str, Any]:
    """The best epoch's adapter in FOLDER/adapter, predictions of base and epochs, and FOLDER/training.json.

    A training that was broken off goes on from its last checkpoint. Raises BespokeError for a recipe, model or data
    that cannot be used; examples longer than the recipe's limit are refused by line.
    """
    recipe = read_recipe(folder)
    started = time.perf_counter()
    template = template_of(recipe, folder, say)
    model = _model(recipe)
    data = read_rows(folder / places.TRAIN, template, recipe)
    check_end(template, messages_of(data.rows[0]), recipe)
    validation = folder / places.VALIDATION
    held_back = read_rows(validation, template, recipe) if validation.is_file() else None
    progress = TrainingProgress(folder, _digest(recipe, data, held_back))
    resumed = progress.resume()
    say(LOSS[recipe.training.loss])
    _score_base(recipe, folder, template, model, progress, say)
    trainer = _trainer(recipe, folder, template, model, data, held_back, progress, say)
    for line in mask.lines(trainer, template.tokenizer):
        say(line)
    if mask.nothing_learnt(trainer):
        raise BespokeError(
            "the template marks no answer to learn; choose loss: last_answer",
            path=str(folder / places.RECIPE),
        )
    weights = sum(one.numel() for one in trainer.model.parameters() if one.requires_grad)
    going = f"going on from {Path(resumed).name}: " if resumed else ""
    say(f"{going}training {weights:,} of {model.num_parameters():,} weights on {len(data.rows):,} examples")
    trainer.train(resume_from_checkpoint=resumed)
    trainer.save_model(str(folder / places.ADAPTER))
    template.tokenizer.save_pretrained(str(folder / places.ADAPTER))
    history = trainer.state.log_history
    best, why = best_epoch(progress.epochs, history)
    progress.finish(folder / places.ADAPTER, best, trainer.state.global_step)
    report = {
        "base_model": recipe.base_model,
        "base_revision": getattr(model.config, "_commit_hash", None) or recipe.base_revision,
        "base_licence": recipe.base_licence or _card_licence(recipe),
        "chat_template": recipe.chat_template,
        "system_prompt": "before the first turn" if template.folds else "a turn of its own",
        "loss": recipe.training.loss,
        "data": data.report(),
        "validation": held_back.report() if held_back else None,
        "examples": len(data.rows),
        "trainable_weights": weights,
        "steps": trainer.state.global_step,
        "losses": [round(entry["loss"], 6) for entry in history if "loss" in entry],
        "validation_losses": [round(entry["eval_loss"], 6) for entry in history if "eval_loss" in entry],
        "base": progress.base,
        "epochs": [{k: v for k, v in entry.items() if k != "step"} for entry in progress.epochs],
        "adapter_of": why,
        "resumed": resumed is not None,
        "seconds": round(time.perf_counter() - started, 1),
        "versions": {name: version(name) for name in ("torch", "transformers", "peft", "trl")},
    }  # fmt: skip
    write_atomically(folder / places.REPORT, json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    say(f"adapter of {why} in {folder / places.ADAPTER}, report in {folder / places.REPORT}")
    return report


def _model(recipe: Recipe) -> Any:
    kind = torch.bfloat16 if torch.cuda.is_available() and torch.cuda.is_bf16_supported() else torch.float32
    try:
        model = AutoModelForCausalLM.from_pretrained(recipe.base_model, revision=recipe.revision, dtype=kind)
    except (OSError, ValueError) as error:
        raise BespokeError(f"no model in {recipe.base_model!r}: {first_line(error)}") from None
    return model.to("cuda") if torch.cuda.is_available() else model


def _digest(recipe: Recipe, data: Rows, held_back: Rows | None) -> str:
    parts = [recipe.model_dump_json(), data.sha256, held_back.sha256 if held_back else ""]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _score_base(
    recipe: Recipe, folder: Path, template: Template, model: object, progress: TrainingProgress, say: Echo
) -> None:
    """The base model's answers before anything is learnt: what tuning has to beat."""
    held_out = read_held_out(folder / places.HELD_OUT)
    if held_out and progress.base is None:
        out = folder / places.PREDICTIONS / "base.jsonl"
        scores = answer_all(
            model, template, held_out, recipe.evaluation.max_new_tokens, recipe.evaluation.batch_size, out
        )
        progress.base = scores.as_dict()
        say(f"base, before training: {scores}")
    progress.keep()


def _trainer(
    recipe: Recipe, folder: Path, template: Template, model: object, data: Rows, held_back: Rows | None,
    progress: TrainingProgress, say: Echo,
) -> Any:  # fmt: skip
    try:
        return SFTTrainer(
            model=model,
            args=_settings(recipe, folder, held_back is not None),
            train_dataset=Dataset.from_list(data.rows),
            eval_dataset=None if held_back is None else Dataset.from_list(held_back.rows),
            processing_class=template.tokenizer,
            peft_config=_adapter(recipe),
            callbacks=[_after_each_epoch(recipe, folder, template, progress, say)],
        )
    except ValueError as error:
        raise BespokeError(
            f"cannot be trained so: {first_line(error)}", path=str(folder / places.RECIPE)
        ) from None


def _settings(recipe: Recipe, folder: Path, validated: bool) -> SFTConfig:
    training = recipe.training
    on_gpu = torch.cuda.is_available()
    every = training.loss == "every_answer"
    return SFTConfig(
        output_dir=str(folder / FOLDER),
        num_train_epochs=training.epochs,
        learning_rate=training.learning_rate,
        per_device_train_batch_size=training.batch_size,
        per_device_eval_batch_size=training.batch_size,
        gradient_accumulation_steps=training.accumulate,
        warmup_steps=training.warmup_share,
        lr_scheduler_type=training.scheduler,
        weight_decay=training.weight_decay,
        max_length=training.max_tokens,
        completion_only_loss=None if every else True,
        assistant_only_loss=every,
        packing=False,
        seed=recipe.seed,
        data_seed=recipe.seed,
        use_cpu=not on_gpu,
        bf16=on_gpu and torch.cuda.is_bf16_supported(),
        gradient_checkpointing=on_gpu,
        logging_strategy="epoch",
        eval_strategy="epoch" if validated else "no",
        save_strategy="epoch",
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
    recipe: Recipe, folder: Path, template: Template, progress: TrainingProgress, say: Echo
) -> AfterEachEpoch:
    held_out = read_held_out(folder / places.HELD_OUT)

    def evaluate(epoch: int, step: int, model: object) -> None:
        if not held_out:
            return
        out = folder / places.PREDICTIONS / f"epoch_{epoch}.jsonl"
        scores = answer_all(
            model, template, held_out, recipe.evaluation.max_new_tokens, recipe.evaluation.batch_size, out
        )
        progress.epochs.append({"epoch": epoch, "step": step, **scores.as_dict()})
        progress.keep()
        before = progress.base["codes_exact"] if progress.base else 0
        say(f"epoch {epoch}: {scores} (base: {before})")

    return AfterEachEpoch(evaluate, recipe.evaluation.every_epochs)


def _card_licence(recipe: Recipe) -> str:
    """The licence that the model card beside a local model names; "" where there is no card."""
    card = Path(recipe.base_model) / "README.md"
    try:
        lines = card.read_text(encoding="utf-8").split("\n")[:40]
    except (OSError, UnicodeDecodeError):
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("license:")), "")
