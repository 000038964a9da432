"""The LoRA recipe, run for real on a tiny model that is built here from random weights."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl", reason="the extra `lora` is not installed; `make lora-test` installs and runs it")

import torch
from peft import PeftModel
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from bespoke.errors import BespokeError
from bespoke.tuning.recipes import train as training
from bespoke.tuning.recipes.merge import merge
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
        'base_licence: ""': 'base_licence: "Apache-2.0"',
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
    assert report["epochs"][-1] == {
        "epoch": 40,
        "notes": 2,
        "schema_valid": 2,
        "codes_exact": 2,
        "cut_off": 0,
    }
    assert report["base"]["codes_exact"] == 0  # random weights
    assert any(line.startswith("base, before training: 0 of 2 answers keep the schema") for line in said)
    assert (tmp_path / "predictions" / "base.jsonl").is_file()
    assert report["adapter_of"].startswith("epoch 20: most answers")  # the earlier of equals
    assert report["data"]["rows"] == 8
    assert report["data"]["sha256"] == hashlib.sha256((tmp_path / "train.jsonl").read_bytes()).hexdigest()
    assert (report["base_revision"], report["base_licence"]) == ("", "Apache-2.0")
    assert not (tmp_path / "checkpoints").exists()
    shown = next(line for line in said if line.startswith("row 1: "))
    assert "learnt: " in shown
    assert answer("M25.561") in shown.replace("\\", "")  # the whole answer, and the token at which it ends
    assert shown.endswith("<|im_end|>\\n'") or shown.endswith("<|im_end|>'")

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


GEMMA = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SILENT = GEMMA.replace(
    "{{ raise_exception('System role not supported') }}", "{% set messages = messages[1:] %}"
)
ENDLESS = GEMMA.replace("<|im_end|>", "<|pad|>").replace(
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}",
    "",
)


def short(tmp_path: Path, base: Path, **changes: str) -> Path:
    """Two epochs, evaluated after each."""
    folder = recipe_folder(tmp_path, base, **{"every_epochs: 1": "every_epochs: 1", **changes})
    path = folder / RECIPE
    path.write_text(path.read_text(encoding="utf-8").replace("epochs: 40 ", "epochs: 2 "), encoding="utf-8")
    return folder


def with_template(tmp_path: Path, base: Path, template: str) -> Path:
    """The tiny model with a chat template of its own."""
    own = tmp_path / "own"
    shutil.copytree(base, own)
    tokenizer = AutoTokenizer.from_pretrained(own)
    tokenizer.chat_template = template
    tokenizer.save_pretrained(own)
    return own


@pytest.mark.parametrize("template", [GEMMA, SILENT], ids=["raises", "leaves it out"])
def test_a_template_that_takes_no_system_turn_gets_it_before_the_first_turn(
    template: str, tmp_path: Path, base: Path
) -> None:
    own = with_template(tmp_path, base, template)
    (tmp_path / "run").mkdir()
    folder = short(tmp_path / "run", own)
    path = folder / RECIPE
    path.write_text(
        path.read_text(encoding="utf-8").replace("template: chatml", "template: own"), encoding="utf-8"
    )
    said: list[str] = []
    report = train(folder, said.append)
    assert report["system_prompt"] == "before the first turn"
    assert any("takes no system turn" in line for line in said)
    trained = training.read_rows(folder / "train.jsonl", *_parts(folder)).rows[0]
    assert trained["prompt"] == [{"role": "user", "content": f"{SYSTEM}\n\nsore knee"}]


def _parts(folder: Path) -> tuple[Any, Any]:
    recipe = training.read_recipe(folder)
    return training.template_of(recipe, folder, lambda line: None), recipe


def test_a_template_whose_answers_do_not_end_where_the_model_stops_is_refused(
    tmp_path: Path, base: Path
) -> None:
    own = with_template(tmp_path, base, ENDLESS)
    (tmp_path / "run").mkdir()
    folder = short(tmp_path / "run", own)
    path = folder / RECIPE
    path.write_text(
        path.read_text(encoding="utf-8").replace("template: chatml", "template: own"), encoding="utf-8"
    )
    with pytest.raises(BespokeError, match="it would not learn to stop"):
        train(folder, lambda line: None)


def test_a_training_that_was_broken_off_goes_on(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = short(tmp_path, base)
    real, asked = training.answer_all, []

    def broken(*arguments: Any) -> Any:
        asked.append(arguments[-1].name)
        if arguments[-1].name == "epoch_2.jsonl" and asked.count("epoch_2.jsonl") == 1:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(training, "answer_all", broken)
    with pytest.raises(KeyboardInterrupt):
        train(folder, lambda line: None)
    said: list[str] = []
    report = train(folder, said.append)
    assert report["resumed"]
    assert any(line.startswith("going on from checkpoint-2: training") for line in said)
    assert asked == [
        "base.jsonl",
        "epoch_1.jsonl",
        "epoch_2.jsonl",
        "epoch_2.jsonl",
    ]  # nothing is asked twice
    assert [entry["epoch"] for entry in report["epochs"]] == [1, 2]


def test_checkpoints_of_other_data_are_not_gone_on_from(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = short(tmp_path, base)

    def broken(*arguments: Any, **named: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(training.SFTTrainer, "train", broken)
        with pytest.raises(KeyboardInterrupt):
            train(folder, lambda line: None)
    (folder / "train.jsonl").write_text(json.dumps(row("new note", "I10")) + "\n", encoding="utf-8")
    with pytest.raises(BespokeError, match="checkpoints of other data or another recipe"):
        train(folder, lambda line: None)


def test_every_answer_of_a_dialogue_is_learnt_where_that_is_chosen(tmp_path: Path, base: Path) -> None:
    folder = short(tmp_path, base, **{"loss: last_answer": "loss: every_answer"})
    dialogue = row("high pressure", "I10")
    dialogue["prompt"] += [{"role": "assistant", "content": "FIRST"}, {"role": "user", "content": "go on"}]
    (folder / "train.jsonl").write_text(json.dumps(dialogue) + "\n", encoding="utf-8")
    said: list[str] = []
    train(folder, said.append)
    assert "the loss is taken on every answer of each example" in said
    assert "FIRST<|im_end|>" in next(line for line in said if line.startswith("row 1: "))
    last = short(tmp_path, base)
    (last / "train.jsonl").write_text(json.dumps(dialogue) + "\n", encoding="utf-8")
    said.clear()
    train(last, said.append)
    assert "FIRST" not in next(line for line in said if line.startswith("row 1: "))


def test_a_line_separator_inside_a_text_survives(tmp_path: Path, base: Path) -> None:
    folder = short(tmp_path, base)
    text = json.dumps(row("line one\u2028line two\u0085end", "I10"), ensure_ascii=False) + "\n"
    (folder / "train.jsonl").write_text(text * 2, encoding="utf-8")
    (folder / "held_out.jsonl").write_text(
        json.dumps(
            {"id": "N", "prompt": [{"role": "user", "content": "a\u2028b"}], "gold": None}, ensure_ascii=False
        ),
        encoding="utf-8",
    )
    assert train(folder, lambda line: None)["examples"] == 2


def test_merged_it_answers_as_base_and_adapter_do(tmp_path: Path, base: Path) -> None:
    folder = short(tmp_path, base)
    with pytest.raises(BespokeError, match="has no trained adapter; train first"):
        merge(folder, lambda line: None)
    train(folder, lambda line: None)
    merge(folder, lambda line: None)
    ids = torch.arange(5, 25)[None]
    tuned = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), folder / "adapter")
    merged = AutoModelForCausalLM.from_pretrained(folder / "merged", dtype=torch.float32)
    with torch.no_grad():
        wanted, found = tuned(ids).logits, merged(ids).logits
        untuned = AutoModelForCausalLM.from_pretrained(base)(ids).logits
    apart = (wanted - found).norm() / wanted.norm()
    assert apart < 0.05  # bfloat16 keeps eight bits
    assert apart < 0.2 * (wanted - untuned).norm() / wanted.norm()
    assert AutoTokenizer.from_pretrained(folder / "merged").chat_template


def test_answers_of_a_batch_are_those_of_one_at_a_time(tmp_path: Path, base: Path) -> None:
    folder = short(tmp_path, base)
    template, _ = _parts(folder)
    model = AutoModelForCausalLM.from_pretrained(base)
    notes = training.read_held_out(folder / "held_out.jsonl")
    for batch in (1, 2):
        training.answer_all(model, template, notes, 20, batch, folder / f"{batch}.jsonl")
    one, two = (
        [json.loads(line)["usage"] for line in (folder / f"{batch}.jsonl").read_text().splitlines()]
        for batch in (1, 2)
    )
    assert one == two
