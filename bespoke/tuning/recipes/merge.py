"""The adapter merged into its base: one model for vLLM, or for Bedrock's Custom Model Import."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from bespoke.errors import BespokeError
from bespoke.tuning.recipes import recipe as places
from bespoke.tuning.recipes.templates import first_line

MERGED = "merged"


def merge(folder: Path, say: Callable[[str], None]) -> Path:
    """FOLDER/merged: weights in bfloat16 as safetensors, tokenizer, chat template and generation settings.

    The base is the one that training.json names, at the revision it was trained from.
    """
    report = folder / places.REPORT
    adapter = folder / places.ADAPTER
    if not report.is_file() or not adapter.is_dir():
        raise BespokeError("has no trained adapter; train first", path=str(folder))
    trained = json.loads(report.read_text(encoding="utf-8"))
    base, revision = trained["base_model"], trained.get("base_revision") or None
    try:
        model = AutoModelForCausalLM.from_pretrained(base, revision=revision, dtype=torch.bfloat16)
        merged = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    except (OSError, ValueError) as error:
        raise BespokeError(f"cannot be merged: {first_line(error)}", path=str(adapter)) from None
    out = folder / MERGED
    merged.save_pretrained(out, safe_serialization=True)
    AutoTokenizer.from_pretrained(adapter).save_pretrained(out)
    say(f"{out}: the base with the adapter in it; README.md says how vLLM and Bedrock take it")
    return out
