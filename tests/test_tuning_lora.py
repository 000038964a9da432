"""The LoRA recipe, run for real on a tiny model that is built here from random weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl", reason="the extra `lora` is not installed; `make lora-test` installs and runs it")

import torch
from peft import PeftModel
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from bespoke.errors import BespokeError
from bespoke.tuning.recipes.recipe import DEFAULTS, RECIPE
from bespoke.tuning.recipes.train import train

pytestmark = pytest.mark.filterwarnings("ignore")  # the libraries' own deprecations are not ours to mend
SYSTEM = "Answer with one JSON object."
NOTES = {"sore knee": "M25.561", "high pressure": "I10"}


def answer(code: str) -> str:
    return json.dumps(
        {"diagnosis_icd10": [code], "symptoms": [], "prescribed_medications": [], "follow_up_date": None}
    )


def row(note: str, code: str) -> dict[str, Any]:
    prompt = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": note}]
    return {"prompt": prompt, "completion": [{"role": "assistant", "content": answer(code)}]}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama of 2 layers and 64 dimensions with random weights, and a byte-level tokenizer learnt here."""
    folder = tmp_path_factory.mktemp("base")
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    special = ["<|pad|>", "<|im_start|>", "<|im_end|>"]
    learner = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    raw.train_from_iterator([json.dumps(row(n, c)) for n, c in NOTES.items()] * 4, learner)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=raw, pad_token="<|pad|>", eos_token="<|im_end|>", additional_special_tokens=special
    )
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=64, intermediate_size=128, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=512,
        pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
        initializer_range=0.4,  # larger than usual: the frozen output layer must be able to tell tokens apart
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def recipe_folder(tmp_path: Path, base: Path, **changes: str) -> Path:
    """The shipped recipe with the tiny model and settings that let it learn two answers by heart."""
    text = DEFAULTS.read_text(encoding="utf-8").replace('base_model: ""', f'base_model: "{base}"')
    for old, new in {
        "chat_template: own": "chat_template: chatml",
        "epochs: 3 ": "epochs: 40 ",
        "learning_rate: 0.0002": "learning_rate: 0.01",
        "accumulate: 4": "accumulate: 1",
        "max_new_tokens: 1024": "max_new_tokens: 120",
        "every_epochs: 1": "every_epochs: 20",
        **changes,
    }.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / RECIPE).write_text(text, encoding="utf-8")
    template = DEFAULTS.with_name("chat_template.jinja").read_text(encoding="utf-8")
    (tmp_path / "chat_template.jinja").write_text(template, encoding="utf-8")
    rows = [json.dumps(row(note, code)) for note, code in NOTES.items()] * 4
    (tmp_path / "train.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "validation.jsonl").write_text(rows[0] + "\n", encoding="utf-8")
    held_out = [
        {"id": f"N{k}", "prompt": row(note, code)["prompt"], "gold": json.loads(answer(code))}
        for k, (note, code) in enumerate(NOTES.items())
    ]
    (tmp_path / "held_out.jsonl").write_text(
        "".join(json.dumps(r) + "\n" for r in held_out), encoding="utf-8"
    )
    return tmp_path


def test_the_recipe_trains_an_adapter_that_answers(tmp_path: Path, base: Path) -> None:
    before = {
        name: value.clone() for name, value in AutoModelForCausalLM.from_pretrained(base).state_dict().items()
    }
    said: list[str] = []
    report = train(recipe_folder(tmp_path, base), said.append)
    # 8 examples, 4 a step, 40 epochs: 2 x 40 steps
    assert report["steps"] == 80
    assert report["losses"][-1] < 0.1 * report["losses"][0]
    assert len(report["validation_losses"]) == 40
    assert [e["epoch"] for e in report["epochs"]] == [20, 40]
    assert report["epochs"][-1] == {"epoch": 40, "notes": 2, "schema_valid": 2, "codes_exact": 2}

    predictions = [
        json.loads(line) for line in (tmp_path / "predictions" / "epoch_40.jsonl").read_text().splitlines()
    ]
    assert [p["prediction"]["diagnosis_icd10"] for p in predictions] == [["M25.561"], ["I10"]]

    untouched = AutoModelForCausalLM.from_pretrained(base)
    assert all(torch.equal(before[name], value) for name, value in untouched.state_dict().items())
    tuned = PeftModel.from_pretrained(untouched, tmp_path / "adapter")
    assert all("lora" in name for name in tuned.state_dict() if name.split(".")[-2] == "default")
    # rank 16 on 7 linear maps of each layer: q, o 64->64; k, v 64->32; gate, up 64->128; down 128->64
    # per layer 16 x (2 x 128 + 2 x 96 + 2 x 192 + 192) = 16 x 1,024 = 16,384
    assert report["trainable_weights"] == 2 * 16_384


def test_an_example_that_would_be_cut_is_refused_by_line(tmp_path: Path, base: Path) -> None:
    folder = recipe_folder(tmp_path, base, **{"max_tokens: 4096": "max_tokens: 40"})
    with pytest.raises(BespokeError, match=r"train.jsonl:1: .* tokens, the recipe's max_tokens is 40"):
        train(folder, lambda line: None)


def test_a_model_without_a_template_says_so(tmp_path: Path, base: Path) -> None:
    folder = recipe_folder(tmp_path, base, **{"chat_template: chatml": "chat_template: own"})
    with pytest.raises(BespokeError, match="has no chat template of its own; say chatml"):
        train(folder, lambda line: None)


def test_a_model_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BespokeError, match="no tokenizer in") as caught:
        train(recipe_folder(tmp_path, tmp_path / "nowhere"), lambda line: None)
    assert "\n" not in str(caught.value)
