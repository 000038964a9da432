"""Scorers by their name: ours, and those of a package that names an entry point."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke import scorers


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    for known in (scorers.names, scorers.find):
        known.cache_clear()
    yield
    for known in (scorers.names, scorers.find):
        known.cache_clear()


def test_those_of_other_packages_stand_beside_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = {name: SimpleNamespace(SCORER=f"the scorer {name}") for name in ("aaa", "zzz", "label")}

    def entry_points(group: str) -> list[Any]:
        assert group == "bespoke.scorers"
        return [SimpleNamespace(name=name, load=lambda name=name: modules[name]) for name in modules]

    ours = scorers.names()
    assert {"answer", "code_set", "fields", "label", "rubric"} <= set(ours)
    scorers.names.cache_clear()
    monkeypatch.setattr(scorers, "entry_points", entry_points)
    assert scorers.names() == ("aaa", *ours, "zzz")
    assert [scorers.find(name) for name in ("aaa", "zzz")] == ["the scorer aaa", "the scorer zzz"]
    assert scorers.find("label") is not modules["label"].SCORER, "ours cannot be replaced"


def test_a_name_that_no_scorer_has_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        scorers.find("nonsense")
