"""Any printed figure leads back to client input, a fact or a computation."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from bespoke import clients
from bespoke.chapters.registry import chapter
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.inspection.explain_figure import _chain, explain
from bespoke.runner.run_client import RunOptions
from tests.conftest import ROOT

FACTS = Facts(date(2026, 11, 20))


@pytest.fixture(scope="module")
def options(ran_harbour: Path, tmp_path_factory: pytest.TempPathFactory) -> RunOptions:
    """The report of harbour_legal, for tests that change its folder."""
    folder = tmp_path_factory.mktemp("explain")
    for place in ("client_data", "reports"):
        shutil.copytree(ran_harbour / place / "harbour_legal", folder / place / "harbour_legal")
    return RunOptions(folder / "client_data", folder / "reports")


@pytest.mark.parametrize("asked", ["Table 3.1", "table 3.1", "3.1", "tbl-cost-tasks"])
def test_a_table_is_traced_by_number_or_label(options: RunOptions, asked: str) -> None:
    lines = list(explain("harbour_legal", asked, options))
    text = "\n".join(lines)
    assert "computed by  bespoke.chapters.cost_model.compute -> results/06_cost_model.json" in text
    assert "from input   harbour_legal/prices.yaml (SHA-256 " in text
    assert "from fact    cost." in text
    assert "read 2026-11-20" in text


def test_a_number_as_printed_is_found_wherever_it_stands(options: RunOptions) -> None:
    lines = list(explain("harbour_legal", "Risk memos in the house style", options))
    assert any(line.startswith("Table S.1, Risk memos") for line in lines)
    assert any(line.strip() == "01_task_audit:" for line in lines)  # and on to the chapters behind it


def test_what_the_report_does_not_show_is_one_clear_line(options: RunOptions) -> None:
    with pytest.raises(BespokeError) as caught:
        list(explain("harbour_legal", "$123,456,789", options))
    assert str(caught.value).startswith("harbour_legal: the report shows no '$123,456,789'")


def test_without_a_report_it_says_so(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "client_data" / "harbour_legal", tmp_path / "client_data" / "harbour_legal")
    with pytest.raises(BespokeError, match="run `bespoke run` first"):
        list(explain("harbour_legal", "3.1", RunOptions(tmp_path / "client_data", tmp_path / "reports")))


def test_a_chapter_is_traced_to_the_files_that_it_reads_and_no_others(tmp_path: Path) -> None:
    client = clients.load(ROOT / "client_data", "harbour_legal")
    digests = {"prices.yaml": "a" * 64, "failures.csv": "b" * 64}
    found = {
        stem: [
            line for line in _chain(chapter(stem), client, FACTS, tmp_path, digests) if "from input" in line
        ]
        for stem in ("02_failure_modes", "06_cost_model")
    }
    assert found == {
        "02_failure_modes": [f"    from input   harbour_legal/failures.csv (SHA-256 {'b' * 16})"],
        "06_cost_model": [f"    from input   harbour_legal/prices.yaml (SHA-256 {'a' * 16})"],
    }
