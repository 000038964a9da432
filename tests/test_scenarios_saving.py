"""A scenario's file: the values by their place, and what the folder says there now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke import clients
from bespoke.clients.changes import Span
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.scenarios import saving

NAME = "harbour_legal"


@pytest.fixture(scope="module")
def client(examples: Path) -> Client:
    return clients.load(examples, NAME)


def text(client: Client, changes: Any, **more: Any) -> list[str]:
    return saving.text_of(client, "Twice: the volume", changes, **more).splitlines()[1:]


def test_the_values_stand_in_a_tree_and_beside_them_what_they_take_the_place_of(client: Client) -> None:
    task = client.tasks[0]
    changes = {
        ("tasks.csv", task.task_id, "requests_per_day"): Span(100, 250, 300),
        ("tasks.csv", task.task_id, "test_cases"): 7,
        ("engagement.yaml", "rates", "consultant_day"): 900,
    }
    assert text(client, changes) == [
        'title: "Twice: the volume"',
        "set:",
        "  tasks.csv:",
        f"    {task.task_id}:",
        "      requests_per_day: 100..250..300",
        "      test_cases: 7",
        "  engagement.yaml:",
        "    rates:",
        "      consultant_day: 900",
        "instead_of:  # what the folder said in these places when this was saved",
        "  tasks.csv:",
        f"    {task.task_id}:",
        f"      requests_per_day: {task.requests_per_day:g}",
        f"      test_cases: {task.test_cases}",
        "  engagement.yaml:",
        "    rates:",
        f"      consultant_day: {client.engagement.rates.consultant_day}",
    ]


def test_what_nobody_knows_is_said_where_that_is_an_answer_and_left_out_elsewhere(client: Client) -> None:
    task = client.tasks[0]
    open_one = task.model_copy(
        update={"place": None, "model": task.model, "unknown": task.unknown | {"place"}}
    )
    engagement = client.engagement.model_copy(
        update={
            "access": client.engagement.access.model_copy(update={"gpu_hosting": None}),
            "subdivision": None,
        }
    )
    found = replace(client, tasks=(open_one, *client.tasks[1:]), engagement=engagement)
    changes = {
        ("tasks.csv", task.task_id, "place"): "anthropic_global",
        ("engagement.yaml", "access", "gpu_hosting"): True,
        ("engagement.yaml", "subdivision"): "CA",
    }
    lines = text(found, changes, in_report=False)
    assert lines[1] == "report: false"
    assert lines[lines.index("instead_of:  # what the folder said in these places when this was saved") + 1 :] == [
        "  tasks.csv:", f"    {task.task_id}:", "      place: unknown",
        "  engagement.yaml:", "    access:", "      gpu_hosting: null",
    ]  # fmt: skip
    assert text(found, {("engagement.yaml", "subdivision"): "CA"})[1:] == [
        "set:", "  engagement.yaml:", '    subdivision: "CA"',
    ]  # fmt: skip


def test_none_is_written_where_it_is_an_answer(client: Client) -> None:
    task = client.tasks[0].task_id
    lines = text(
        client, {("tasks.csv", task, "p95_latency_ms"): None, ("tasks.csv", task, "target_quality"): None}
    )
    assert lines[4:6] == ["      p95_latency_ms: none", "      target_quality: unknown"]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Twice the volume", "twice_the_volume"), ("  Größe & Würde ", "groe_wurde"),
        ("../x", "x"), ("a.b-c", "a.b-c"), ("x" * 80, "x" * 60), ("__a__", "a"),
    ],
)  # fmt: skip
def test_a_file_is_named_after_the_title(name: str, stem: str) -> None:
    assert saving.stem_of(name) == stem


@pytest.mark.parametrize("name", ["", "...", "日本", "___"])
def test_a_title_without_a_letter_or_digit_is_no_name(name: str) -> None:
    with pytest.raises(BespokeError, match="is no name for a scenario; use letters or digits"):
        saving.stem_of(name)


def test_a_scenario_is_found_by_name_and_by_title_and_removed_with_its_file(tmp_path: Path) -> None:
    there = (
        SimpleNamespace(name="twice_the_volume", title="Twice the Volume"),
        SimpleNamespace(name="b", title="C"),
    )
    found: Any = SimpleNamespace(name="acme", folder=tmp_path, scenarios=there)
    for name in ("twice_the_volume", "Twice the Volume", "TWICE the volume"):
        assert saving.named(found, name) is there[0]
    assert saving.named(found, "C") is there[1]
    with pytest.raises(
        BespokeError, match=r"^acme/scenarios/twice_volume: no such scenario; .*twice_the_volume"
    ):
        saving.named(found, "twice volume")
    with pytest.raises(BespokeError, match="no such scenario; bespoke scenario save makes one"):
        saving.named(SimpleNamespace(name="acme", scenarios=()), "b")  # type: ignore[arg-type]
    path = saving.path_of(found, "B")
    path.parent.mkdir()
    (path.parent / ".hidden.yaml").touch()
    path.touch()
    assert saving.files(tmp_path) == [path]
    saving.remove(found, there[1])  # type: ignore[arg-type]
    assert saving.files(tmp_path) == []
    with pytest.raises(BespokeError, match=r"^acme/scenarios/b\.yaml: cannot be removed: No such file"):
        saving.remove(found, there[1])  # type: ignore[arg-type]


def test_a_scenario_without_a_value_or_under_a_name_that_is_taken_is_not_saved(
    client: Client, tmp_path: Path
) -> None:
    own = replace(client, folder=tmp_path)
    changes = {("tasks.csv", client.tasks[0].task_id, "test_cases"): 7}
    with pytest.raises(BespokeError, match="sets nothing: a scenario needs at least one other value"):
        saving.save(own, "Few cases", {})
    path = saving.save(own, "Few cases", changes)
    assert path == tmp_path / "scenarios" / "few_cases.yaml"
    first = path.read_text(encoding="utf-8")
    with pytest.raises(
        BespokeError, match=r"scenarios/few_cases\.yaml: is there already; choose another name"
    ):
        saving.save(own, "Few cases", {**changes, ("tasks.csv", client.tasks[0].task_id, "test_cases"): 8})
    assert path.read_text(encoding="utf-8") == first
    saving.save(own, "Few cases", changes, again=True, in_report=False)
    assert path.read_text(encoding="utf-8").splitlines()[1:3] == ['title: "Few cases"', "report: false"]
    with pytest.raises(BespokeError, match="as a title "):
        saving.save(own, "x" * 81, changes)
