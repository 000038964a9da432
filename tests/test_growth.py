"""Chapters that read many rows: their work grows in proportion to the rows, counted in calls and not in seconds."""

from __future__ import annotations

import cProfile
import math
import pstats
from pathlib import Path

import pytest

from bespoke import clients
from bespoke.chapters.registry import compute
from bespoke.facts.reader import Facts
from tests.bench.growth import CHAPTERS, grown
from tests.conftest import ROOT

STEEPEST = 1.15  # exponent


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Meridian with each row once, twice and four times."""
    place, source = tmp_path_factory.mktemp("growth"), ROOT / "client_data/meridian_health"
    return [grown(source, place / f"meridian_times_{times}", times) for times in (1, 2, 4)]


@pytest.mark.parametrize("stem", CHAPTERS)
def test_twice_the_rows_are_not_much_more_than_twice_the_calls(folders: list[Path], stem: str) -> None:
    """The first run pays for what is imported and read once; of either size that counts half of the rows are new."""
    _, few, many = (calls_of(stem, folder) for folder in folders)
    assert math.log2(many / few) <= STEEPEST


def calls_of(stem: str, folder: Path) -> int:
    """Calls of functions that computing a chapter takes."""
    client = clients.load(folder.parent, folder.name)
    facts = Facts(client.engagement.as_of, dict(client.engagement.thresholds))
    fewer = {"resamples": 100, "flips": 100} if stem == "05_icd10_evaluation" else {}
    with cProfile.Profile() as profile:
        compute(stem, client, facts, lambda _: None, fewer)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]
