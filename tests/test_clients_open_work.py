"""What people cost and how fast they work may be unknown or a range: said, drawn, asked about, kept in a workbook."""

from __future__ import annotations

from pathlib import Path

import pytest

from bespoke.chapters.timeline.estimates import dataset
from bespoke.clients import check, load
from bespoke.clients.changes import applied
from bespoke.clients.unknown_inputs import open_inputs
from bespoke.facts.reader import Facts
from bespoke.intake.workbook import exchange
from tests.client_folder import tasks_alone


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A client folder in which nobody knows the consultant's rate, and annotation is known within limits."""
    folder = tasks_alone(tmp_path)
    path = folder / "engagement.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    answers = {
        "consultant_day": "unknown",
        "annotator_hour": "",
        "examples_per_hour": "5..20",
        "annotators": "2..4..6",
    }
    for at, line in enumerate(lines):
        name = line.strip().partition(":")[0]
        if name in answers:
            lines[at] = f"  {name}: {answers[name]}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_what_stands_in_for_an_open_rate_is_said(root: Path) -> None:
    """The likely value and range of the fact table, in the engagement's currency (US dollars here)."""
    client = load(root.parent, root.name)
    engagement = client.engagement
    assert engagement.unknown == {"rates.consultant_day", "rates.annotator_hour"}
    assert engagement.ranges["rates.consultant_day"] == (800, 3000)
    assert engagement.rates.consultant_day == 1500
    assert (engagement.annotation.examples_per_hour, engagement.annotation.annotators) == (12.5, 4)
    assert any(
        "not known, and assumed instead: rates.consultant_day 800 to 3000, rates.annotator_hour 15 to 150"
        in str(p)
        for p in check(root.parent, root.name)
    )
    asked = {
        found.column: found.known_within for found in open_inputs(client) if found.task_id == "engagement"
    }
    assert asked == {
        "rates.consultant_day": False, "rates.annotator_hour": False,
        "annotation.examples_per_hour": True, "annotation.annotators": True,
    }  # fmt: skip


def test_a_range_of_speed_widens_the_days_of_labelling(root: Path) -> None:
    """1,000 examples in two rounds: from 5 x 2 / 2 = 5 an hour to 20 x 6 / 2 = 60."""
    client = load(root.parent, root.name)
    facts = Facts(client.engagement.as_of)
    slow, fast = (float(mark) for mark in facts.fact("schedule.annotation_hours_per_day").range)
    short, long = (float(mark) for mark in facts.fact("schedule.annotation_setup_days").range)
    rounds = client.engagement.annotation.review_rounds
    found = dataset(client, facts, 1000)
    assert found.low == pytest.approx(short + 1000 / (20 * 6 / rounds * fast))
    assert found.high == pytest.approx(long + 1000 / (5 * 2 / rounds * slow))


def test_a_workbook_keeps_what_is_open(root: Path, tmp_path: Path) -> None:
    sent = exchange.new(root.parent, root.name, "de", tmp_path / "sent.xlsx")
    said: list[str] = []
    assert not exchange.read(root.parent, sent, root.name, said.append, lambda name: True)
    assert said == [f"{root.name}: says the same as sent.xlsx already"]


def test_a_range_that_is_none_is_refused(root: Path) -> None:
    path = root / "engagement.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("5..20", "20..5"), encoding="utf-8")
    assert any(
        "annotation.examples_per_hour" in str(p) for p in check(root.parent, root.name) if not p.warning
    )


def test_an_explored_value_is_open_no_more(root: Path) -> None:
    client = load(root.parent, root.name)
    explored = applied(client, {("engagement.yaml", "annotation", "annotators"): 3}).engagement
    assert explored.annotation.annotators == 3
    assert "annotation.annotators" not in explored.ranges
    assert "annotation.examples_per_hour" in explored.ranges
