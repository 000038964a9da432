"""Tokens by a model's own template, and what of a row is learnt: counted by hand on a tokenizer of characters."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bespoke import cli
from bespoke.errors import BespokeError
from bespoke.tuning import token_counts
from bespoke.tuning.recipes.templates import Template

SYSTEM = {"role": "system", "content": "s"}


class Characters:
    """A token a character; a turn is its role's first letter, a colon, its text and a full stop."""

    def apply_chat_template(
        self, messages: list[dict[str, Any]], *, tools: Any = None, add_generation_prompt: bool = False,
        return_dict: bool = False, return_assistant_tokens_mask: bool = False,
    ) -> dict[str, list[int]]:  # fmt: skip
        assert return_dict
        parts = [(f"{turn['role'][0]}:{turn['content']}.", turn["role"]) for turn in messages]
        parts = [(json.dumps(tools), "tools"), *parts] if tools else parts
        text = "".join(part for part, _ in parts) + "a:" * add_generation_prompt
        mask = [int(role == "assistant") for part, role in parts for _ in part]
        return {
            "input_ids": [*map(ord, text)],
            **({"assistant_masks": mask} if return_assistant_tokens_mask else {}),
        }

    def decode(self, ids: list[int]) -> str:
        return "".join(map(chr, ids))


def talk(*texts: str, system: bool = False) -> dict[str, Any]:
    roles = ("user", "assistant") * len(texts)
    turns = [{"role": role, "content": text} for role, text in zip(roles, texts, strict=False)]
    return {"messages": [SYSTEM, *turns] if system else turns}


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def said(path: Path, template: Template, *, every: bool = False, most: int | None = None) -> list[str]:
    return [*token_counts.lines(token_counts.count(path, template, every=every), template, path, most)]


def test_the_last_answer_is_learnt_and_every_token_counted(tmp_path: Path) -> None:
    # "s:s.u:ab.a:cde." has 15 tokens, of which "cde." stand behind "a:"; of the 17 of "u:a.a:b.u:c.a:de." so does "de."
    path = write(
        tmp_path / "d.jsonl", talk("ab", "cde", system=True), talk("a", "b", "c", "de"), talk("alone")
    )
    head, over, faulty, one, two = said(path, Template(Characters(), folds=False), most=16)
    assert (
        "2 rows, 32 tokens, 7 learnt; a row has 16 on average, 17 at the 95th percentile, 17 at most (line 2)"
        in head
    )
    assert over == "1 row above 16 tokens (lines 2)"
    assert faulty == "1 row left out, being faulty or no dialogue of texts (lines 3)"
    assert one == "row 1: 15 tokens, 4 learnt: 'cde.'"
    assert two == "row 2: 17 tokens, 3 learnt: 'de.'"


def test_every_answer_is_learnt_where_the_template_marks_them(tmp_path: Path) -> None:
    path = write(tmp_path / "d.jsonl", talk("a", "b", "c", "de"))
    found = token_counts.count(path, Template(Characters(), folds=False), every=True)
    assert Characters().decode(found.first[0].learnt) == "a:b.a:de."


def test_a_system_prompt_without_a_place_stands_before_the_first_turn(tmp_path: Path) -> None:
    path = write(tmp_path / "d.jsonl", talk("ab", "c", system=True))
    lines = said(path, Template(Characters(), folds=True))
    assert lines[1].startswith("the template takes no system turn")
    assert lines[2] == "row 1: 12 tokens, 2 learnt: 'c.'"  # 3 of "u:s", 2 line ends, 3 of "ab.", 4 of "a:c."


def test_tools_are_counted_too(tmp_path: Path) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
    template = Template(Characters(), folds=False)
    without = token_counts.count(write(tmp_path / "a.jsonl", talk("a", "b")), template).tokens
    with_tools = token_counts.count(
        write(tmp_path / "b.jsonl", {**talk("a", "b"), "tools": [tool]}), template
    )
    assert with_tools.tokens[0] > without[0] + len("parameters")
    assert Characters().decode(with_tools.first[0].learnt) == "b."


def test_preference_data_and_a_file_without_a_sound_row_are_refused(tmp_path: Path) -> None:
    template = Template(Characters(), folds=False)
    with pytest.raises(BespokeError, match="preference data"):
        token_counts.count(
            write(tmp_path / "a.jsonl", {"prompt": "q", "chosen": "a", "rejected": "b"}), template
        )
    with pytest.raises(BespokeError, match="no row that could be trained on"):
        token_counts.count(write(tmp_path / "b.jsonl", talk("alone")), template)


@pytest.mark.parametrize(("most", "code"), [((), 0), (("--most", "12"), 0), (("--most", "11"), 1)])
def test_rows_above_the_most_end_the_command_badly_and_rows_of_just_as_many_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: tuple[str, ...], code: int
) -> None:
    # "u:ab.a:cdef." has 12 tokens
    monkeypatch.setattr(token_counts, "local_template", lambda model: Template(Characters(), folds=False))
    path = write(tmp_path / "d.jsonl", talk("ab", "cdef"))
    result = CliRunner().invoke(cli.bespoke, ["dataset", "tokens", str(path), "--model", "any", *most])
    assert (result.exit_code, "12 tokens" in result.output) == (code, True)
    assert ("1 row above 11 tokens (lines 1)" in result.output) is bool(code)


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    path = write(tmp_path / "d.jsonl", talk("a", "b"))
    result = CliRunner().invoke(cli.bespoke, ["dataset", "tokens", str(path), "--model", "any"])
    assert 'pip install "bespoke-workbook[tokens]"' in str(result.output) + str(result.exception)


def test_a_real_tokenizer_of_this_machine(tmp_path: Path) -> None:
    """With the extra only (`make lora-test`): a folder is read, and a model that is not here is not fetched."""
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    with pytest.raises(BespokeError, match="none is fetched unasked"):
        token_counts.local_template("nobody/never-published")
    raw = tokenizers.Tokenizer(
        tokenizers.models.WordLevel({"<unk>": 0, "q": 1, "yes": 2, "</s>": 3}, "<unk>")
    )
    raw.pre_tokenizer = tokenizers.pre_tokenizers.WhitespaceSplit()
    own = transformers.PreTrainedTokenizerFast(tokenizer_object=raw, unk_token="<unk>", eos_token="</s>")
    own.save_pretrained(tmp_path / "plain")
    with pytest.raises(BespokeError, match="without a chat template"):
        token_counts.local_template(str(tmp_path / "plain"))
    end = "{% if m['role'] == 'assistant' %}</s> {% endif %}"
    own.chat_template = "{% for m in messages %}{{ m['content'] }} " + end + "{% endfor %}"
    own.save_pretrained(tmp_path / "own")
    template = token_counts.local_template(str(tmp_path / "own"))
    found = token_counts.count(write(tmp_path / "d.jsonl", talk("q", "yes")), template)
    assert (found.tokens, found.learnt, found.first[0].learnt) == ([3], 2, [2, 3])


def test_three_rows_are_kept_whole_and_of_the_others_their_counts(tmp_path: Path) -> None:
    """Each row is "u:q.a:c." with one sign more than the one before it: 9, 10, 11 ... tokens."""
    path = write(tmp_path / "d.jsonl", *(talk("q", "c" * n) for n in range(2, 7)))
    found = token_counts.count(path, Template(Characters(), folds=False))
    assert (found.lines, found.tokens) == ([1, 2, 3, 4, 5], [9, 10, 11, 12, 13])
    assert found.learnt == 3 + 4 + 5 + 6 + 7
    assert [row.line for row in found.first] == [1, 2, 3]
    shown = [line for line in said(path, Template(Characters(), folds=False)) if line.startswith("row ")]
    assert [line.partition(":")[0] for line in shown] == ["row 1", "row 2", "row 3"]
