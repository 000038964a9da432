"""A report whose chapters are older than their data: refused, printed as it is when asked, never handed over."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from bespoke import clients
from bespoke.errors import BespokeError, Problem
from bespoke.runner import report as printing
from bespoke.runner import report_additions
from bespoke.runner.cache.run_plan import RunOptions
from bespoke.runner.report_additions import Standing

AS_OF = date(2026, 11, 20)  # of the client's own inputs
OLD = Problem("harbour_legal", None, None, "Audit is older than tasks.csv")


class Passed(Exception):
    """The report got past the question whether it may be printed."""


def outcome(
    monkeypatch: pytest.MonkeyPatch,
    examples: Path,
    tmp_path: Path,
    older: list[Problem],
    asked: printing.Asked,
) -> str:
    def passed() -> None:
        raise Passed

    run = SimpleNamespace(as_of="2026-11-20", stale=[], facts_used=0)
    monkeypatch.setattr(printing.manifests, "proven", lambda folder: run)
    monkeypatch.setattr(printing.proof, "require", lambda folder, found: None)
    monkeypatch.setattr(printing, "plan_as_it_lies", lambda *_: SimpleNamespace(content_key=passed))
    monkeypatch.setattr(printing, "_older", lambda client, plan: older)
    (tmp_path / "harbour_legal").mkdir()
    with pytest.raises((BespokeError, Passed)) as raised:
        printing.report("harbour_legal", RunOptions(examples, tmp_path), asked, print)
    return str(raised.value).splitlines()[-1] if raised.type is BespokeError else "printed"


@pytest.mark.parametrize(
    ("older", "asked", "found"),
    [
        ([], printing.Asked(), "printed"),
        ([], printing.Asked(issue="1.0"), "printed"),
        ([OLD], printing.Asked(as_they_are=True), "printed"),
        ([OLD], printing.Asked(), "with --as-they-are"),
        ([OLD], printing.Asked(issue="1.0"), "a mixed report is not issued"),
        ([OLD], printing.Asked(issue="1.0", as_they_are=True), "a mixed report is not issued"),
    ],
)
def test_older_chapters_are_printed_only_when_asked_and_never_handed_over(
    monkeypatch: pytest.MonkeyPatch, examples: Path, tmp_path: Path, older: list[Problem], asked: printing.Asked,
    found: str,
) -> None:  # fmt: skip
    assert outcome(monkeypatch, examples, tmp_path, older, asked).endswith(found)


@pytest.mark.parametrize(
    ("standing", "issues", "day", "remarks"),
    [
        (Standing(), (), AS_OF, []),
        (Standing(issue="2.0"), (), AS_OF, ["Version 2.0"]),
        (Standing(content="x"), (("1.0", "x"),), AS_OF, ["Version 1.0"]),
        (Standing(content="y"), (("1.0", "x"),), AS_OF, ["Draft after version 1.0"]),
        (Standing(content="y", issue="2.0"), (("1.0", "x"),), AS_OF, ["Version 2.0"]),
        (Standing(older=1), (), AS_OF, ["One chapter is older than what it is made from"]),
        (Standing(older=2), (), AS_OF, ["2 chapters are older than what they are made from"]),
        (
            Standing(),
            (),
            date(2026, 12, 1),
            ["As of another day than the client's own inputs, which are of 20 Nov 2026"],
        ),
    ],
)
def test_the_cover_says_what_a_reader_must_know_of_version_and_dates(
    standing: Standing, issues: tuple[tuple[str, str], ...], day: date, remarks: list[str],
    monkeypatch: pytest.MonkeyPatch, examples: Path, tmp_path: Path,
) -> None:  # fmt: skip
    found = tuple(SimpleNamespace(version=version, content=content) for version, content in issues)
    monkeypatch.setattr(report_additions.issued, "issues", lambda folder: found)
    client = clients.load(examples, "harbour_legal")
    assert list(report_additions.cover(client, day, tmp_path, standing).remarks) == remarks
