"""Named scenarios beside the controls: saved under a name, put on the controls, and removed, by their buttons."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.errors import BespokeError
from bespoke.explore import scenario_bar
from bespoke.explore.scenario_bar import ScenarioBar


def one(name: str) -> Any:
    return SimpleNamespace(name=name, title=name.title(), changes={("tasks.csv", "t", "test_cases"): 7})


class Desk:
    """A panel, the client folder's scenarios below it, and what was put on the controls."""

    def __init__(self, *names: str) -> None:
        self.there = tuple(map(one, names))
        self.changes: dict[Any, Any] = {("tasks.csv", "t", "test_cases"): 9}
        self.put: list[Any] = []
        client = SimpleNamespace(folder=Path("clients/acme"), scenarios=self.there)
        self.explorer = SimpleNamespace(base=SimpleNamespace(client=client))

    def proposed(self) -> Any:
        return self.changes

    def put_on(self, changes: Any) -> None:
        self.put.append(changes)

    def take_scenarios(self, found: Any) -> None:
        self.explorer.base.client.scenarios = found


def bar(monkeypatch: pytest.MonkeyPatch, *names: str) -> tuple[ScenarioBar, Desk]:
    desk = Desk(*names)

    def save(client: Any, name: str, changes: Any, *, again: bool) -> Path:
        if name == "odd":
            raise BespokeError("is no name for a scenario")
        assert (changes, again) == (desk.changes, True)
        desk.there = (*desk.there, one(name))
        return Path(f"{name}.yaml")

    def remove(client: Any, found: Any) -> None:
        desk.there = tuple(other for other in desk.there if other.name != found.name)

    monkeypatch.setattr(scenario_bar.saving, "save", save)
    monkeypatch.setattr(scenario_bar.saving, "remove", remove)
    monkeypatch.setattr(
        scenario_bar.clients, "load", lambda folder, name: SimpleNamespace(scenarios=desk.there)
    )
    panel: Any = desk
    return ScenarioBar(panel), desk


def test_there_is_nothing_to_mark_without_a_scenario_or_to_save_without_a_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, desk = bar(monkeypatch)
    assert (made.listed.layout.display, made.save.disabled) == ("none", False)
    assert "bespoke-scenarios" in made.box._dom_classes  # by which a page finds it
    desk.changes = {}
    made.refresh()
    assert made.save.disabled


def test_a_name_is_asked_for_and_a_saved_one_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    made, _ = bar(monkeypatch, "more")
    made.name.value = "  "
    made.save.click()
    assert "Name it first." in made.said.value
    made.name.value = " less "
    made.save.click()
    assert "Saved as scenarios/less.yaml; the next report shows it." in made.said.value
    assert made.chosen.options == (("More", "more"), ("Less", "less"))
    assert (made.name.value, made.listed.layout.display) == ("", "")
    made.name.value = "odd"
    made.save.click()
    assert "is no name for a scenario" in made.said.value


def test_the_first_that_is_marked_is_put_on_the_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    made, desk = bar(monkeypatch, "more", "less")
    made.explore.click()
    assert "Mark one first." in made.said.value
    assert desk.put == []
    made.chosen.value = ("less",)
    made.explore.click()
    assert desk.put == [one("less").changes]
    assert "On the controls: Less." in made.said.value


def test_those_that_are_marked_are_removed_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    made, desk = bar(monkeypatch, "a", "b", "c")
    made.remove.click()
    assert "Mark one first." in made.said.value
    made.chosen.value = ("a", "c")
    made.view.value = "a comparison with them"
    made.remove.click()
    assert "Removed: A, C." in made.said.value
    assert [other.name for other in desk.there] == ["b"]
    assert (made.chosen.options, made.view.value) == ((("B", "b"),), "")
