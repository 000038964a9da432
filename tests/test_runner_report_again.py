"""`bespoke report` on notebooks as they lie there: older chapters stop it, a version is kept, forms come beside."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.chapters.recommendation import Recommendation
from bespoke.errors import BespokeError
from bespoke.keys import digest
from bespoke.report import memory, report_files
from bespoke.runner import issued, report
from bespoke.runner.cache.run_plan import RunOptions
from bespoke.runner.issued import Issue
from bespoke.runner.outcome import Outcome
from bespoke.runner.report import Asked
from bespoke.runner.report_additions import Standing

PDF = ("report.pdf", "evidence.pdf", "report.html")


class Desk:
    """A client with a report folder as a run has left it, and what was done there."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.older = folder, dict[str, str]()
        self.rendered: list[Standing] = []
        self.written = 0
        self.stored: list[Issue] = []
        self.before: list[Issue] = []
        self.found = SimpleNamespace(
            as_of="2026-11-20", stale=["a", "b"], facts_used=41, own={}, office={}, report={"old": "1"},
            report_key="old", write=self._write,
        )  # fmt: skip
        self.plan = SimpleNamespace(
            folder=folder, now=SimpleNamespace(own={}, office={}, report={}, report_key=""),
            older=lambda: self.older, content_key=lambda: "content", report_key=lambda: "new key",
        )  # fmt: skip

    def _write(self, folder: Path) -> None:
        self.written += 1

    def options(self) -> RunOptions:
        return RunOptions(self.folder.parent / "clients", self.folder.parent)

    def report(self, asked: Asked) -> list[str]:
        said: list[str] = []
        report.report("acme", self.options(), asked, said.append)
        return said


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    folder = tmp_path / "acme"
    folder.mkdir()
    made = Desk(folder)

    def render(client: Any, day: Any, folder: Path, found: Any, standing: Standing) -> None:
        made.rendered.append(standing)
        for name in PDF:
            (folder / name).write_text(f"{name} as of {day}")

    client = SimpleNamespace(name="acme", folder=tmp_path / "clients/acme")
    for module, name, fake in (
        (report.clients, "load", lambda client_data, name: client),
        (report.client_names, "folder", lambda client_data, name: client_data / name),
        (report.manifests, "proven", lambda folder: made.found),
        (report.proof, "require", lambda folder, found: None),
        (report, "plan_as_it_lies", lambda *given: made.plan),
        (report, "render_report", render),
        (report, "report_files", lambda folder: {"report.pdf": "new"}),
        (report, "executed", lambda client, folder, now: {Path("a.ipynb"): None}),
        (report.report_additions, "cover", lambda *given: "cover"),
        (report.report_additions, "additions", lambda *given: "more"),
        (issued, "issues", lambda folder: made.before),
        (issued, "store", lambda folder, issue: made.stored.append(issue)),
        (issued, "stands", lambda advice: ()),
        (Recommendation, "read", lambda path: "advice"),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, fake)
    return made


def test_the_report_is_rendered_as_of_its_own_day_and_noted(desk: Desk) -> None:
    assert desk.report(Asked()) == ["acme: report rendered"]
    assert desk.rendered == [Standing(stale=2, facts=41, older=0, content="content", issue="")]
    assert (desk.folder / "report.pdf").read_text() == "report.pdf as of 2026-11-20"
    assert (desk.found.report, desk.found.report_key, desk.written) == ({"report.pdf": "new"}, "new key", 1)
    assert desk.stored == []


OLDER = "acme/notebooks/01_task_audit.ipynb: older than its inputs"


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (Asked(), "acme: run `bespoke run acme`, or print it all the same with --as-they-are"),
        (Asked(issue="1.0"), "acme: a mixed report is not issued"),
        (Asked(issue="1.0", as_they_are=True), "acme: a mixed report is not issued"),
    ],
)
def test_a_report_with_older_chapters_is_refused_by_their_names(desk: Desk, asked: Asked, why: str) -> None:
    desk.older = {"01_task_audit": "older than its inputs"}
    with pytest.raises(BespokeError) as refused:
        desk.report(asked)
    assert [str(problem) for problem in refused.value.problems] == [OLDER, why]
    assert (desk.rendered, desk.written) == ([], 0)


def test_as_they_are_older_chapters_are_printed_and_the_next_run_renders_anew(desk: Desk) -> None:
    desk.older = {"01_task_audit": "x", "06_cost_model": "y"}
    desk.report(Asked(as_they_are=True))
    assert [one.older for one in desk.rendered] == [2]
    assert (desk.found.report, desk.found.report_key, desk.written) == ({"old": "1"}, "old", 1)


@pytest.mark.parametrize("unchanged", [True, False])
def test_notebooks_of_the_clients_own_that_are_older_count_too(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, unchanged: bool
) -> None:
    monkeypatch.setattr(report, "own_unchanged", lambda client, folder, now: unchanged)
    desk.plan.now.own = {"extra": object()}
    if unchanged:
        assert desk.report(Asked()) == ["acme: report rendered"]
    else:
        with pytest.raises(BespokeError, match="acme/notebooks/own: older than what it is made from"):
            desk.report(Asked())


def test_a_version_is_kept_with_what_was_handed_over_behind_those_before(desk: Desk) -> None:
    desk.before = [Issue("1.0", 1, "2026-10-12", "b")]
    assert desk.report(Asked(issue="1.1")) == ["acme: issued as version 1.1", "acme: report rendered"]
    assert [one.issue for one in desk.rendered] == ["1.1"]
    files = {name: digest(desk.folder / name) for name in PDF}
    assert desk.stored == [Issue("1.1", 2, "2026-11-20", "content", files)]
    with pytest.raises(BespokeError, match=r"version 1\.0 was issued as of 2026-10-12; name another"):
        desk.report(Asked(issue="1.0"))
    assert len(desk.rendered) == 1  # nothing is rendered for a version that is taken


def test_without_the_advice_nothing_is_issued(monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    monkeypatch.setattr(Recommendation, "read", lambda path: None)
    with pytest.raises(
        BespokeError, match="the advice of this report cannot be read; run `bespoke run` again"
    ):
        desk.report(Asked(issue="1.0"))
    assert desk.stored == []


def test_other_forms_are_written_beside_and_what_somebody_edited_is_kept(
    monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    def convert(
        notebooks: Any, cover: str, forms: Any, options: Mapping[Path, Any], more: str
    ) -> dict[str, bytes]:
        return {f"report.{form}": json.dumps([cover, more, len(notebooks)]).encode() for form in forms}

    monkeypatch.setattr(report_files, "convert", convert)
    assert desk.report(Asked(forms=("docx",))) == ["acme: report.docx written"]
    assert (desk.rendered, desk.written) == ([], 1)  # the PDF stays as it is
    written = desk.folder / "report.docx"
    assert json.loads(written.read_text()) == ["cover", "more", 1]
    assert desk.found.office == {"report.docx": digest(written)}
    written.write_text("mine")
    assert desk.report(Asked(forms=("docx",)))[0] == (
        "acme: report.docx: was edited; your version is kept as report.edited.docx"
    )
    assert (desk.folder / "report.edited.docx").read_text() == "mine"


@pytest.mark.parametrize("bounded", [True, False])
def test_only_a_process_of_its_own_is_bounded(
    monkeypatch: pytest.MonkeyPatch, desk: Desk, bounded: bool
) -> None:
    limited: list[bool] = []
    monkeypatch.setattr(memory, "limit", lambda: limited.append(True))
    monkeypatch.setattr(
        report, "run_in_a_process",
        lambda name, options, run, say: run(name, replace(options, bounded=bounded), say),
    )  # fmt: skip
    assert report.report_bounded("acme", desk.options(), Asked(), lambda line: None) == Outcome("acme")
    assert limited == [True] * bounded
