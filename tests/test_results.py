"""Results as files: read back only where they are those asked for, and never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bespoke.results import Result, facts_used_in


class Sum(Result):
    version = 3

    total: int


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "sum.json"
    Sum(total=7, facts_used=("price.a", "price.b")).write(path, "key of today")
    return path


def test_a_result_is_read_back_by_its_key_or_without_one(saved: Path) -> None:
    for found in (Sum.read(saved, "key of today"), Sum.read(saved)):
        assert found == Sum(total=7, facts_used=("price.a", "price.b"))
    assert Sum.read(saved, "another key") is None


def test_a_result_leaves_nothing_beside_it_unless_its_chapter_says_so() -> None:
    assert Sum(total=7).also_writes() == {}


def test_a_result_cannot_be_changed_and_has_no_field_by_another_name() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Sum(total=7).total = 8  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Sum(total=7, totl=8)  # type: ignore[call-arg]


def test_the_facts_of_a_result_are_known_without_its_chapter(saved: Path) -> None:
    assert facts_used_in(saved) == ("price.a", "price.b")


@pytest.mark.parametrize("change", [{"version": 4}, {"result": {"total": "many"}}, {"result": []}])
def test_a_result_of_another_shape_is_none(saved: Path, change: dict[str, Any]) -> None:
    saved.write_text(json.dumps(json.loads(saved.read_text()) | change))
    assert Sum.read(saved, "key of today") is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 3, "key": "x", "result": {}}', "\ud800"])
def test_what_is_no_result_is_none_and_rests_on_no_facts(tmp_path: Path, content: str) -> None:
    path = tmp_path / "sum.json"
    path.write_text(content, errors="surrogatepass")
    assert (Sum.read(path), facts_used_in(path)) == (None, ())
    path.unlink()
    assert (Sum.read(path), facts_used_in(path)) == (None, ())


def test_a_result_that_says_no_version_is_of_the_first_and_so_are_the_files_of_earlier_releases(
    tmp_path: Path,
) -> None:
    path = tmp_path / "result.json"
    path.write_text('{"version": 1, "key": "k", "result": {"facts_used": ["price.a"]}}')
    assert Result.read(path, "k") == Result(facts_used=("price.a",))
