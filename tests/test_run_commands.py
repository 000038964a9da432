"""`report` and `verify` by themselves: what they print, and with which exit code they end."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from bespoke.errors import Problem
from bespoke.runner import proof, run_commands
from bespoke.runner import report as rendering


@pytest.mark.parametrize(("ok", "code"), [(True, 0), (False, 1)])
def test_a_report_that_could_not_be_made_ends_with_1_after_its_problems(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ok: bool, code: int
) -> None:
    problems = [Problem("acme/report", None, None, "is older than its chapters", warning=ok)]
    outcome = SimpleNamespace(ok=ok, problems=problems)
    asked: list[Any] = []
    monkeypatch.setattr(rendering, "report_bounded", lambda *given: asked.append(given) or outcome)
    done = CliRunner().invoke(
        run_commands.report, ["acme", "--client-data", str(tmp_path), "--reports", str(tmp_path / "reports")]
    )
    assert (done.exit_code, done.output) == (code, f"{problems[0]}\n")
    assert [(name, options.reports) for name, options, _, _ in asked] == [("acme", tmp_path / "reports")]


@pytest.mark.parametrize(
    ("holds", "code"), [([True, True], 0), ([True, False], 1), ([False, True], 1), ([], 0)]
)
def test_verify_ends_with_1_where_one_of_the_reports_does_not_hold(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, holds: list[bool], code: int
) -> None:
    told = [(f"report {n}", one) for n, one in enumerate(holds)]
    monkeypatch.setattr(proof, "lines", lambda reports, names: told)
    done = CliRunner().invoke(run_commands.verify, ["acme", "--reports", str(tmp_path)])
    assert (done.exit_code, done.output.splitlines()) == (code, [line for line, _ in told])
