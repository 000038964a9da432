"""What a printed figure is traced to: the places that show it, and the inputs, facts and results behind a chapter."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.chapters.registry import chapter
from bespoke.facts.reader import Facts
from bespoke.inspection import explain_figure
from bespoke.inspection.explain_figure import PrintedPlace, _chain, _measured, _places
from bespoke.report.model import BlockQuote, DocumentTable, Heading, Paragraph, Section, TableColumn, TextRun

DAYS = "cost.days_per_month"
CLIENT: Any = SimpleNamespace(name="acme", usage=None, tasks=())


def facts_of(folder: Path, day: date, *keys: str) -> list[str]:
    (folder / "results").mkdir(exist_ok=True)
    content = {"result": {"facts_used": keys}}
    (folder / "results" / "06_cost_model.json").write_text(json.dumps(content))
    return list(_chain(chapter("06_cost_model"), CLIENT, Facts(day), folder, {}))


def test_a_chapter_names_its_module_its_results_its_facts_and_the_tables(tmp_path: Path) -> None:
    fact = Facts(date(2026, 11, 27)).fact(DAYS)
    lines = facts_of(tmp_path, fact.expires, DAYS, "of another release")
    assert lines[0] == "    computed by  bespoke.chapters.cost_model.compute -> results/06_cost_model.json"
    assert "    from result  04_evaluation" in lines
    (told,) = [line for line in lines if "from fact" in line]
    assert told.startswith(f"    from fact    {DAYS} = ")
    assert told.endswith(f"({fact.kind}; {fact.source}; read {fact.read_on})")
    assert lines[-1].startswith("    from tables  token prices of genai-prices")
    (late,) = [
        line for line in facts_of(tmp_path, fact.expires + timedelta(days=1), DAYS) if "from fact" in line
    ]
    assert f"({fact.kind}, stale; " in late


def test_measured_inputs_are_told_with_the_logs_behind_them() -> None:
    source = SimpleNamespace(
        file="a.jsonl", format="otlp", rows=12, since=date(2026, 10, 1), until=date(2026, 10, 31)
    )
    usage = {"mail": SimpleNamespace(sources=(source,)), "notes": SimpleNamespace(sources=(source,))}
    tasks = (SimpleNamespace(task_id="mail", measured=frozenset({"output_tokens", "input_tokens"})),)
    client: Any = SimpleNamespace(name="acme", usage=usage, tasks=tasks)
    about = "(a.jsonl, otlp, 12 rows, 2026-10-01 to 2026-10-31)"
    assert list(_measured(client)) == [
        f"    measured     mail: input_tokens, output_tokens {about}", f"    measured     notes {about}",
    ]  # fmt: skip
    inputs = {"usage.json": "c" * 64, "tasks.csv": "d" * 64, "logo.svg": "e" * 64}
    lines = list(_chain(chapter("06_cost_model"), client, Facts(date(2026, 11, 27)), Path("none"), inputs))
    assert [line for line in lines if "input " in line or "measured" in line][:4] == [
        f"    from input   acme/tasks.csv (SHA-256 {'d' * 16})",
        f"    from input   acme/usage.json (SHA-256 {'c' * 16})",
        f"    measured     mail: input_tokens, output_tokens {about}", f"    measured     notes {about}",
    ]  # fmt: skip
    assert list(_measured(CLIENT)) == []


TABLE = DocumentTable(
    [TableColumn("Task"), TableColumn("A month", unit="USD")], [["Mail", "$4,949"], ["Notes", [TextRun("$12")]]],
    caption="The bill of 2026", source="the task list", label="tbl-cost-tasks", number="Table 5.1",
    where="06_cost_model.ipynb, cell 7",
)  # fmt: skip
SECTION = Section(
    "ch-06_cost_model", "5", "Chapter 5", "Costs", "All together cost $4,961",
    [Paragraph([TextRun("It was $12 before.")]), TABLE, BlockQuote([Heading(2, [TextRun("Why $12")])])],
)  # fmt: skip


def found(asked: str) -> list[tuple[str, str, str]]:
    return [(place.name, place.text, place.cell) for place in _places(SECTION, asked)]


CELL = "06_cost_model.ipynb, cell 7"


@pytest.mark.parametrize("asked", ["Table 5.1", "table 5.1", "5.1", "tbl-cost-tasks", "TBL-COST-TASKS"])
def test_a_table_is_found_by_its_number_or_its_label(asked: str) -> None:
    assert found(asked) == [("Table 5.1", "The bill of 2026", CELL)]


def test_a_text_is_found_wherever_it_is_printed() -> None:
    assert found("$4,949") == [("Table 5.1, Mail, A month (USD)", "$4,949", CELL)]
    assert found("Notes") == [("Table 5.1, Notes, Task", "Notes", CELL)]
    assert found("The bill") == [("Table 5.1, caption", "The bill of 2026", CELL)]
    assert found("$4,961") == [
        ("Chapter 5 Costs, heading", "All together cost $4,961", "06_cost_model.ipynb")
    ]
    assert found("$12") == [
        ("Chapter 5 Costs", "It was $12 before.", "06_cost_model.ipynb"),
        ("Table 5.1, Notes, A month (USD)", "$12", CELL), ("Chapter 5 Costs", "Why $12", CELL),
    ]  # fmt: skip
    assert found("$13") == []
    (place,) = _places(SECTION, "5.1")
    assert place == PrintedPlace("Table 5.1", "The bill of 2026", "06_cost_model", CELL, "the task list")
    (heading,) = _places(replace(SECTION, anchor="ev-06_cost_model", name="", body=[]), "$4,961")
    assert (heading.stem, heading.name) == ("06_cost_model", "Costs, heading")


def test_twelve_places_are_told_each_chapter_once_and_the_others_are_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    places = [PrintedPlace(f"P{n}", "$1", "06_cost_model", "cell", "s" if n == 0 else "") for n in range(14)]
    client = SimpleNamespace(folder=tmp_path, name="acme", engagement=SimpleNamespace(thresholds={}))
    run = SimpleNamespace(as_of="2026-11-20", inputs={})
    (tmp_path / "acme").mkdir()
    monkeypatch.setattr(explain_figure.clients, "load", lambda *_: client)
    monkeypatch.setattr(explain_figure.manifests, "proven", lambda folder: run)
    monkeypatch.setattr(explain_figure.proof, "require", lambda *_: None)
    monkeypatch.setattr(explain_figure, "printed", lambda *_: [])
    monkeypatch.setattr(explain_figure, "assembled", lambda *_: SimpleNamespace(sections=[None]))
    monkeypatch.setattr(explain_figure, "_places", lambda section, asked: places)
    monkeypatch.setattr(explain_figure, "_chain", lambda entry, *_: [f"    chain of {entry.stem}"])
    options: Any = SimpleNamespace(client_data=tmp_path, reports=tmp_path)
    lines = list(explain_figure.explain("acme", "$1", options))
    assert lines[:3] == ["P0: $1", "  shown by     cell; s", "  06_cost_model:"]
    assert [line for line in lines if line.startswith("    chain")] == [
        f"    chain of {stem}"
        for stem in ("06_cost_model", "02_failure_modes", "03_dataset_readiness", "04_evaluation")
    ]  # fmt: skip
    assert [line for line in lines if line.endswith(": $1")] == [f"P{n}: $1" for n in range(12)]
    assert lines.count("  shown by     cell") == 11
    assert lines[-1] == "and 2 more places"
    del places[12:]
    assert not list(explain_figure.explain("acme", "$1", options))[-1].startswith("and")
