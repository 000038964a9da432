"""The template folder: its examples work, its README names every column."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bespoke.clients import check, load
from bespoke.clients.field_rules import fields
from bespoke.clients.schema import CodeFamily, Engagement, Failure, Phase, Row, Task
from bespoke.paths import templates

TEMPLATE = templates() / "client"


def test_every_example_file_is_right_once_renamed(tmp_path: Path) -> None:
    root = tmp_path / "acme"
    shutil.copytree(TEMPLATE, root)
    for path in list(root.rglob("*.example")):
        path.rename(path.with_suffix(""))
    assert [str(p) for p in check(tmp_path, "acme") if "template's example" not in p.message] == []
    client = load(tmp_path, "acme")
    assert client.phases is not None
    assert client.prices is not None
    (task,) = client.evaluated
    assert (task.task_id, task.setup.scorer, task.setup.in_use) == (
        "ticket_routing",
        "label",
        "current_system",
    )
    assert [case.expected for case in task.cases] == ["delivery", "billing"]
    assert [case.id for case in task.train] == ["train-1"]
    assert [path.name for path in client.dataset] == ["chat.jsonl"]
    assert list(task.recorded) == ["current_system"]


@pytest.mark.parametrize(
    ("file", "model"),
    [
        ("tasks.csv", Task),
        ("failures.csv", Failure),
        ("codes.csv", CodeFamily),
        ("phases.csv.example", Phase),
    ],
)
def test_headers_are_the_columns_of_the_schema(file: str, model: type[Row]) -> None:
    header = (TEMPLATE / file).read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == list(fields(model))


def test_the_readme_names_every_column() -> None:
    readme = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    missing = [
        n for model in (Task, Failure, CodeFamily, Phase) for n in fields(model) if f"`{n}`" not in readme
    ]
    assert missing == []


def test_the_engagement_shows_every_key() -> None:
    text = (TEMPLATE / "engagement.yaml").read_text(encoding="utf-8")
    shapes = fields(Engagement)
    inner = [key for shape in shapes.values() if shape.record for key in fields(shape.record)]
    assert [key for key in [*shapes, *inner] if f"{key}:" not in text] == []
