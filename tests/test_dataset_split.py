"""The division of the usable examples: groups whole, labels in their share, and the client's own files respected."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bespoke.chapters.dataset_readiness import DatasetReadiness, compute
from bespoke.chapters.dataset_readiness.dataset_division import (
    DivisionRequest,
    divided_dataset,
    is_test,
)
from bespoke.chapters.dataset_readiness.split import divide, nested
from bespoke.facts.reader import Facts
from tests.test_dataset_rules import AS_OF, client, good, talk

LABELS = ("travel", "food", "rent")


def labelled(n: int, label: str, **more: Any) -> dict[str, Any]:
    return talk(f"Which budget line is payment {n} to shop {n * 7919} in street {n * 104729}?", label, **more)


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def over(folder: Path, rows: list[Any], **files: list[Any]) -> DatasetReadiness:
    paths = [write(folder / "train.jsonl", rows)]
    paths += [write(folder / f"{name}.jsonl", more) for name, more in files.items()]
    found = compute(client(folder, *paths), Facts(AS_OF))
    assert found is not None
    return found


# --- the division itself ---------------------------------------------------------------------------------


def test_every_label_has_its_share_on_both_sides() -> None:
    labels = ["a"] * 60 + ["b"] * 30 + ["c"] * 10
    sides = divide(range(100), labels, validation=10, test=20, seed=1)
    count = Counter(zip(labels, sides, strict=True))
    # a tenth of 60, 30 and 10 is 6, 3 and 1; a fifth 12, 6 and 2
    assert [count[label, "validation"] for label in "abc"] == [6, 3, 1]
    assert [count[label, "test"] for label in "abc"] == [12, 6, 2]


def test_labels_too_rare_for_a_share_still_fill_the_side() -> None:
    labels = [f"{n // 5}" for n in range(100)]  # twenty labels of five: a tenth of each is half an example
    sides = divide(range(100), labels, validation=10, test=0, seed=1)
    validation = Counter(label for label, side in zip(labels, sides, strict=True) if side == "validation")
    assert validation.total() == 10
    assert set(validation.values()) == {1}  # ten labels give one each, none gives two


def test_what_rounding_leaves_goes_to_the_largest_remainder() -> None:
    labels = ["a"] * 17 + ["b"] * 13
    sides = divide(range(30), labels, validation=3, test=0, seed=1)
    # 3 x 17/30 = 1.7 and 3 x 13/30 = 1.3: one of each, and the third from the larger remainder, a
    assert Counter(zip(labels, sides, strict=True))["a", "validation"] == 2


def test_a_group_too_large_for_a_side_is_trained_on() -> None:
    sides = divide([0] * 50 + [1] * 50, ["a"] * 100, validation=10, test=10, seed=1)
    assert Counter(sides) == {"training": 100}


def test_groups_are_placed_where_their_labels_are_wanted() -> None:
    # ten patients of ten rows, five of each label: validation wants 10 of a and 10 of b, so one patient of each
    groups = [n // 10 for n in range(100)]
    labels = ["a" if group < 5 else "b" for group in groups]
    sides = divide(groups, labels, validation=20, test=0, seed=3)
    assert Counter(zip(labels, sides, strict=True)) == {
        ("a", "training"): 40, ("a", "validation"): 10, ("b", "training"): 40, ("b", "validation"): 10,
    }  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from("abcdef")), max_size=200),
    st.integers(0, 20),
    st.integers(0, 20),
    st.integers(0, 3),
)
def test_any_division_keeps_groups_whole(
    rows: list[tuple[int, str]], validation: int, test: int, seed: int
) -> None:
    groups, labels = [group for group, _ in rows], [label for _, label in rows]
    if validation + test > len(rows):
        return
    sides = divide(groups, labels, validation=validation, test=test, seed=seed)
    assert len(sides) == len(rows)
    assert len({(group, side) for group, side in zip(groups, sides, strict=True)}) == len(set(groups))
    assert sides == divide(groups, labels, validation=validation, test=test, seed=seed)
    assert not ({"validation"} & set(sides) and not validation)


def test_single_examples_are_divided_to_the_number() -> None:
    sides = divide(range(153), ["x"] * 153, validation=15, test=16, seed=9)
    assert Counter(sides) == {"training": 122, "validation": 15, "test": 16}
    assert sides != divide(range(153), ["x"] * 153, validation=15, test=16, seed=10)


def test_a_larger_training_set_holds_the_smaller_one() -> None:
    labels = ["a"] * 80 + ["b"] * 20
    order = nested(labels, seed=1)
    assert sorted(order) == list(range(100))
    # of any five in a row one is a b: the first 10, 25 and 50 hold 2, 5 and 10
    assert [sum(labels[row] == "b" for row in order[:n]) for n in (10, 25, 50)] == [2, 5, 10]


# --- the chapter's division ------------------------------------------------------------------------------


def test_the_chapter_divides_by_label_and_says_how_even_it_is(tmp_path: Path) -> None:
    rows = [labelled(n, LABELS[0 if n < 60 else 1 if n < 90 else 2]) for n in range(100)]
    split = over(tmp_path, rows).split
    assert (split.by, split.training, split.validation, split.test) == ("answer", 80, 10, 10)
    assert [(s.label, s.rows, s.validation, s.test) for s in split.strata] == [
        ("travel", 60, 6, 6), ("food", 30, 3, 3), ("rent", 10, 1, 1),
    ]  # fmt: skip
    assert split.widest is not None
    assert split.widest.share == split.widest.of_all


def test_codes_are_divided_by_their_chapter(root: Path) -> None:
    folder = root / "client_data" / "meridian_health"
    data = compute(client(folder, folder / "dataset" / "notes_dialogues.jsonl"), Facts(AS_OF))
    assert data is not None
    assert data.split.by == "chapter of diagnosis_icd10"
    assert data.split.strata[0].label == "chapter 4"  # endocrine: E00 to E89
    assert sum(stratum.rows for stratum in data.split.strata) == data.usable == 153
    # no evaluation notes in this client: a tenth, 15, for validation and as many for a test
    assert (data.split.training, data.split.validation, data.split.test) == (123, 15, 15)


def test_answers_without_labels_are_divided_by_length(tmp_path: Path) -> None:
    split = over(
        tmp_path, [talk(f"Question {n} of {n * 7919}", "word " * (20 + n)) for n in range(100)]
    ).split
    assert split.by == "length of the answer"
    assert sorted(stratum.rows for stratum in split.strata) == [25, 25, 25, 25]
    assert {stratum.validation for stratum in split.strata} <= {2, 3}


def test_rows_of_one_patient_stay_on_one_side(tmp_path: Path) -> None:
    rows = [{**good(n), "patient": f"P{n // 5}"} for n in range(100)]
    path = write(tmp_path / "train.jsonl", rows)
    found = divided_dataset(client(tmp_path, path), Facts(AS_OF))
    sides: dict[str, set[str]] = {}
    for _, line, side in found.rows_for("bedrock_nova_sft"):
        sides.setdefault(rows[line - 1]["patient"], set()).add(side)
    assert len(sides) == 20
    assert all(len(found) == 1 for found in sides.values())
    assert {side for each in sides.values() for side in each} == {"training", "validation", "test"}


def test_a_copy_is_on_no_side_and_a_near_copy_on_none_but_its_own(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", [labelled(n, LABELS[n % 3]) for n in [*range(100), *range(10)]])
    found = divided_dataset(client(tmp_path, path), Facts(AS_OF))
    lines = [line for _, line, _ in found.rows_for("bedrock_nova_sft")]
    assert sorted(lines) == list(range(1, 101))
    assert found.repeats_for("bedrock_nova_sft") == 10


def test_too_few_examples_are_not_split(tmp_path: Path) -> None:
    split = over(tmp_path, [good(n) for n in range(94)]).split  # a tenth is 9, ten are asked for
    assert (split.training, split.validation, split.test) == (94, 0, 0)
    assert split.validation_why == split.test_why == "a part of fewer than 10 examples is not split off"


def test_the_clients_own_validation_and_test_files_are_respected(tmp_path: Path) -> None:
    rows = [labelled(n, LABELS[n % 3]) for n in range(140)]
    data = over(tmp_path, rows[:100], validation=rows[100:120], test=rows[120:])
    assert (data.split.training, data.split.validation, data.split.test) == (100, 0, 0)
    assert data.split.validation_why == "the 20 rows of the client's own file are the validation"
    assert data.split.test_why == "the 20 rows of the client's own file are the test"
    assert [(file.path, file.role) for file in data.files] == [
        ("train.jsonl", "training"), ("validation.jsonl", "validation"), ("test.jsonl", "test"),
    ]  # fmt: skip
    assert data.validation_rows == 20
    files = [tmp_path / f"{name}.jsonl" for name in ("train", "validation", "test")]
    sent = Counter(
        (file, side)
        for file, _, side in divided_dataset(client(tmp_path, *files), Facts(AS_OF)).rows_for(
            "bedrock_nova_sft"
        )
    )
    assert sent == {(0, "training"): 100, (1, "validation"): 20}  # nothing of the test


def test_a_part_too_small_for_a_target_is_trained_on_there(tmp_path: Path) -> None:
    path = write(tmp_path / "train.jsonl", [labelled(n, LABELS[n % 3]) for n in range(200)])
    found = divided_dataset(client(tmp_path, path), Facts(AS_OF))
    sides = {
        route: Counter(side for _, _, side in found.rows_for(route, wish))
        for route, wish in (
            ("bedrock_nova_sft", DivisionRequest()),
            ("bedrock_haiku3_sft", DivisionRequest()),
            ("open_weight_lora", DivisionRequest(split=False)),
            ("bedrock_llama_sft", DivisionRequest(validation=False)),
            ("openai_gpt4o_sft", DivisionRequest(examples=50)),
        )
    }  # fmt: skip
    assert sides["bedrock_nova_sft"] == {"training": 160, "validation": 20, "test": 20}
    assert sides["bedrock_haiku3_sft"] == {"training": 180, "test": 20}  # it takes 32 for validation, or none
    assert sides["bedrock_llama_sft"] == {"training": 180, "test": 20}
    assert sides["open_weight_lora"] == {"training": 200}
    assert sides["openai_gpt4o_sft"] == {"training": 50, "validation": 20, "test": 20}


@pytest.mark.parametrize(
    ("name", "kept"),
    [("test.jsonl", True), ("held-out.jsonl", True), ("notes_holdout.csv", True), ("validation.jsonl", False),
     ("eval.jsonl", False), ("contest.jsonl", False)],
)  # fmt: skip
def test_the_name_says_what_is_kept_to_judge_by(name: str, kept: bool) -> None:
    assert is_test(Path(name)) is kept
