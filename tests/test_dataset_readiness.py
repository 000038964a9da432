"""Chapter 3 as a whole: the example client, the numbers that other chapters read, and what is shown."""

from __future__ import annotations

import json
from array import array
from math import log
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bespoke import show
from bespoke.chapters.dataset_readiness import DatasetReadiness, compute
from bespoke.chapters.dataset_readiness.label_balance import evenness
from bespoke.chapters.dataset_readiness.prompt_schema import fields_asked_for
from bespoke.chapters.dataset_readiness.scan import role_of
from bespoke.chapters.dataset_readiness.tokens import Estimator, bins
from bespoke.clients.schema import Client
from bespoke.exhibits import dataset_readiness as exhibits
from bespoke.facts.reader import Facts
from bespoke.tuning.formats import convert
from tests.test_dataset_rules import AS_OF, client, good, talk

EXHIBITS = (
    exhibits.finding, exhibits.missing_table, exhibits.overview_text, exhibits.files_table, exhibits.funnel_figure,
    exhibits.funnel_text, exhibits.findings_table, exhibits.findings_text, exhibits.tokens_figure,
    exhibits.labels_figures, exhibits.labels_text, exhibits.targets_table, exhibits.targets_text,
    exhibits.needed_text, exhibits.split_text, exhibits.limits_text, exhibits.split_table, exhibits.rules_table,
)  # fmt: skip


def example_client(root: Path) -> Client:
    folder = root / "client_data" / "meridian_health"
    return client(folder, folder / "dataset" / "notes_dialogues.jsonl", claimed=1_200)


def over(folder: Path, rows: list[Any], *, overrides: dict[str, float] | None = None) -> DatasetReadiness:
    path = folder / "train.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = compute(client(folder, path), Facts(AS_OF, overrides or {}))
    assert result is not None
    return result


def shown(data: DatasetReadiness, monkeypatch: pytest.MonkeyPatch) -> list[show.Block]:
    blocks: list[show.Block] = []
    monkeypatch.setattr(show, "display", blocks.append)
    for exhibit in EXHIBITS:
        exhibit(data)
    return blocks


def test_nothing_given_nothing_found(tmp_path: Path) -> None:
    assert compute(client(tmp_path), Facts(AS_OF)) is None


def test_the_example_client(root: Path) -> None:
    data = compute(example_client(root), Facts(AS_OF))
    assert data is not None
    assert data.files[0].format == "conversations"
    assert data.rows == 169
    # each defect was left in on purpose
    assert {f.rule: f.count for f in data.findings if f.severity == "error"} == {
        "null_value": 1, "empty_text": 1, "too_few_turns": 1, "last_not_assistant": 1, "not_alternating": 1,
        "extra_key": 1, "reserved_turn_marker": 1, "reserved_nova": 1, "code_only_target": 2,
        "target_code_invalid": 1, "schema_broken": 2, "identifier_email": 1, "identifier_phone": 1,
    }  # fmt: skip
    # 169 rows less 11 faulty: null, no answer, two human turns, empty, two of codes only, a category as code,
    # two against their schema, an e-mail, a telephone; then three exact copies, one near, one coded twice
    assert (data.valid, data.distinct, data.usable) == (158, 155, 153)
    assert (data.exact_copies, data.near_copies, data.several_answers, data.refusals) == (3, 1, 1, 1)
    assert (data.examples_needed_low, data.examples_needed) == (200 - 153, 500 - 153)
    assert data.labels[0].field == "diagnosis_icd10"
    assert data.claims_more
    assert {target.status for target in data.targets} == {"not_ready"}
    assert data.facts_used == ("threshold.narrow_examples", "tuning.split.least", "tuning.split.share")


def test_the_same_data_give_the_same_result(root: Path) -> None:
    first, second = (compute(example_client(root), Facts(AS_OF)) for _ in range(2))
    assert first == second
    assert first is not None
    assert DatasetReadiness.model_validate(json.loads(json.dumps(first.model_dump(mode="json")))) == first


def test_the_usable_rows_convert_and_are_then_ready(root: Path, tmp_path: Path) -> None:
    source = example_client(root).dataset[0]
    out = tmp_path / "train.jsonl"
    done = convert(source, "bedrock_claude", out, drop=["annotator"], leave_out_faulty=True)
    assert done.left_out == (24, 47, 65, 79)  # null, no answer, two human turns, empty
    data = compute(client(tmp_path, out), Facts(AS_OF))
    assert data is not None
    assert data.files[0].format == "bedrock_claude"
    assert data.targets[0].mended_by_conversion == ()


@pytest.mark.parametrize(
    "target", ["bedrock_claude", "bedrock_conversation", "openai_chat", "trl_conversational"]
)
def test_a_converted_file_is_ready_for_its_target(target: str, tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "train.jsonl"
    source.write_text("".join(json.dumps(good(n)) + "\n" for n in range(120)), encoding="utf-8")
    convert(source, target, out)
    data = compute(client(tmp_path, out), Facts(AS_OF))
    assert data is not None
    ready = {t.route for t in data.targets if t.status == "ready"}
    assert {t.route for t in data.targets if t.format == target} <= ready
    assert {t.status for t in data.targets} <= {"ready", "needs_conversion"}


def test_a_client_may_set_its_own_need(tmp_path: Path) -> None:
    data = over(tmp_path, [good(1)], overrides={"narrow_examples": 40})
    assert (data.needed_low, data.needed_high, data.examples_needed) == (40, 40, 39)
    assert data.needed_source == "the client's own threshold"


def test_enough_is_enough(tmp_path: Path) -> None:
    data = over(tmp_path, [good(n) for n in range(520)])
    assert (data.examples_needed_low, data.examples_needed) == (0, 0)


def test_tokens_by_hand() -> None:
    estimate = Estimator(bytes_per_token=3.5, low=2.5, high=6)
    assert estimate.tokens(350) == 100
    stats = estimate.stats(array("Q", [100] * 19 + [200]))
    assert stats is not None
    # 2,100 in all; 95% of 20 is rank 19, still 100; 2,100 * 3.5 / 6 = 1,225 and 2,100 * 3.5 / 2.5 = 2,940
    assert (stats.mean, stats.p95, stats.longest, stats.total) == (105, 100, 200, 2_100)
    assert (stats.total_low, stats.total_high) == (1_225, 2_940)
    assert estimate.stats(array("Q")) is None


@given(st.lists(st.integers(0, 200_000), min_size=1, max_size=50))
def test_bins_hold_every_record(tokens: list[int]) -> None:
    found = bins(array("Q", tokens))
    assert sum(b.records for b in found) == len(tokens)
    assert found[0].low <= min(tokens)
    assert max(tokens) < found[-1].high
    assert len(found) <= 16
    assert all(b.low < b.high for b in found)


def test_evenness_by_hand() -> None:
    assert evenness([5, 5]) == pytest.approx(1.0)
    # shares 3/4 and 1/4: entropy .75 ln(4/3) + .25 ln 4 = .5623; over ln 2 = .8113
    assert evenness([3, 1]) == pytest.approx((0.75 * log(4 / 3) + 0.25 * log(4)) / log(2))
    assert evenness([7]) == 1.0


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("train.jsonl", "training"), ("val.jsonl", "validation"), ("notes-validation.jsonl", "validation"),
        ("held_out.csv", "validation"), ("valves.jsonl", "training"), ("contest.jsonl", "training"),
    ],
)  # fmt: skip
def test_the_name_says_what_a_file_is_for(name: str, role: str) -> None:
    assert role_of(Path(name))[0] == role


@pytest.mark.parametrize(
    ("prompt", "fields"),
    [
        ("Reply with a JSON object with the fields a_b, c and d_e; nothing else.", ("a_b", "c", "d_e")),
        ('Return only JSON with keys "x", "y" (a list).', ("x", "y")),
        ('Output JSON: {"a": 1, "b": [{"c": 2}], "d": {"e": 3}} and stop. {"z": 1}', ("a", "b", "d")),
        ('The record is JSON: {"amount": 3}. Name its label.', ()),
        ("Return JSON with fields of your choice.", ()),
    ],
)
def test_the_fields_a_prompt_asks_for(prompt: str, fields: tuple[str, ...]) -> None:
    assert fields_asked_for(prompt) == fields


def test_everything_is_shown_and_agrees_with_the_numbers(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = compute(example_client(root), Facts(AS_OF))
    assert data is not None
    blocks = shown(data, monkeypatch)
    assert isinstance(blocks[0], show.Finding)
    assert blocks[0].text == (
        "153 of 169 training rows are usable; no tuning route takes the files yet, "
        "and 47 to 347 more examples are needed"
    )
    figures = [block for block in blocks if isinstance(block, show.Figure)]
    assert len(figures) == 3
    assert "usable 153" in figures[0].alt
    labels = [block.label for block in blocks if isinstance(block, show.Figure | show.Table)]
    assert len(labels) == len(set(labels))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=8)
@given(rows=st.lists(st.sampled_from([
    good(1), good(2), talk(None, "a"), talk("q" * 200_000, "a"), talk("$x^2$ <b>", "*label*"),
    talk("q", "I10"),
    {"conversations": [], "id": 1}, talk("q2", '{"$f$ #": ["<script>", "b"]}'), [],
]), min_size=1, max_size=12))  # fmt: skip
def test_any_data_can_be_shown(rows: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = over(tmp_path, rows)
    blocks = shown(data, monkeypatch)
    assert isinstance(blocks[0], show.Finding)
    assert (f"None of the {data.rows}" in blocks[0].text) == (data.usable == 0)


def test_one_table_says_what_is_missing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = compute(example_client(root), Facts(AS_OF))
    assert data is not None
    (table,) = [b for b in shown(data, monkeypatch) if getattr(b, "label", "") == "tbl-dataset-missing"]
    assert isinstance(table, show.Table)
    assert [(row[0], row[1]) for row in table.rows] == [
        ("What looks like an identifier", "2"),
        ("Faulty rows", "11"),
        ("Prompts with several answers", "1"),
        ("Rows that the task list speaks of", "169 of 1,200"),
        ("Copies and near copies", "5"),
        ("Another format", "All 5 targets"),
        ("Answers that occur too seldom to be learnt", "110 of 136"),
        ("More examples", "up to 347"),
    ]


def test_the_split_is_told_with_its_evenness(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # 95 rows: a tenth is 10 (9.5 rounds to even); 57 of a and 38 of b are 6 and 4 of ten
    rows = [talk(f"Payment {n} to shop {n * 7919}?", "a" if n < 57 else "b") for n in range(95)]
    data = over(tmp_path, rows)
    (told,) = [
        block.markdown.replace("\\", "") for block in shown(data, monkeypatch)
        if isinstance(block, show.Text) and "divided by group" in block.markdown
    ]  # fmt: skip
    assert (
        "every answer in the same share on each side: 75 for training, 10 for validation and 10 for a test"
        in told
    )
    assert "there are no evaluation notes" in told
    assert "60% of the validation examples, 60% of all" in told
