"""`explain` and `compare` print every line that is found, for the folders that were named."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bespoke.facts.reader import Fact, rows_of
from bespoke.inspection import compare_reports, explain_figure, facts_listing, inspection_commands


@pytest.mark.parametrize(
    ("command", "module", "named"),
    [
        ("explain", explain_figure, ["acme", "Table 3.1"]),
        ("compare", compare_reports, ["acme", "old", "new"]),
    ],
)
def test_what_is_found_is_printed_line_by_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, module: Any, named: list[str]
) -> None:
    def found(*given: Any) -> list[str]:
        *asked, options = given
        return [*asked, str(options.client_data), str(options.reports)]

    monkeypatch.setattr(module, "explain" if command == "explain" else "compare_reports", found)
    folders = [str(tmp_path / "clients"), str(tmp_path / "reports")]
    arguments = [*named, "--client-data", folders[0], "--reports", folders[1]]
    done = CliRunner().invoke(getattr(inspection_commands, command), arguments, catch_exceptions=False)
    assert (done.exit_code, done.output.splitlines()) == (0, [*named, *folders])


def test_facts_are_those_of_the_day_that_is_named_and_claims_where_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(facts_listing, "lines", lambda day: ["facts", day.isoformat()])
    monkeypatch.setattr(facts_listing, "claims", lambda day: ["claims", day.isoformat()])

    def said(*arguments: str) -> list[str]:
        done = CliRunner().invoke(inspection_commands.facts, arguments, catch_exceptions=False)
        return done.output.splitlines()

    assert said("--as-of", "2027-01-02") == ["facts", "2027-01-02"]
    assert said("--claims", "--as-of", "2027-01-02") == ["claims", "2027-01-02"]
    before = date.today()
    assert date.fromisoformat(said()[1]) in (before, date.today())


def test_a_fact_is_a_line_of_cells_and_stale_after_the_day_it_expires() -> None:
    fact = next(fact for fact in rows_of(Fact, "thresholds") if fact.key == "threshold.least_chance")
    for day, stale in ((fact.expires, ""), (fact.expires + timedelta(days=1), "stale")):
        header, *lines = facts_listing.lines(day)
        assert header.split("\t")[:3] == ["key", "value", "unit"]
        cells = next(line.split("\t") for line in lines if line.startswith(f"{fact.key}\t"))
        assert cells[3:] == [
            fact.kind, " ".join(fact.source.split()), str(fact.read_on), str(fact.expires), stale,
        ]  # fmt: skip
        assert {len(line.split("\t")) for line in lines} == {8}
    known = {line.partition("\t")[0] for line in lines}
    assert known >= {
        "route.as_is", "place.anthropic_global", "effect.few_shot.reasoning", "remedy.tone", "gate.lifecycle",
    }  # fmt: skip


def test_a_condition_is_told_by_its_number_else_by_its_threshold_else_by_its_test() -> None:
    found = [line.split("\t") for line in facts_listing.lines(date(2026, 11, 27))]
    told = {(cells[0], cells[2]): cells[1] for cells in found if cells[0].startswith("gate.")}
    assert told["gate.lifecycle", "the route is open to a new job on the day of the report"] == "open"
    assert told["gate.test_cases", "at least {value} test cases to judge by"] == "min_test_cases"
    assert told["gate.prompt_tried", "prompt engineering was tried and measured first"] == "yes"
    examples = [cells[1] for cells in found if cells[0] == "gate.examples"]
    assert {"32", "10"} <= set(examples)


def test_a_claim_is_a_line_with_what_was_found() -> None:
    header, *lines = facts_listing.claims(date(2026, 11, 27))
    assert header.split("\t") == ["claim", "what we found", "verdict", "source", "read on"]
    assert lines
    assert {len(line.split("\t")) for line in lines} == {5}
