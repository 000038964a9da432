"""Why a notebook has to run: what changed since its last run, the nearest cause first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bespoke.runner.cache import run_plan
from bespoke.runner.cache.manifest import Manifest, NotebookRun
from bespoke.runner.cache.run_plan import RunOptions, RunPlan, predecessors, report_files, upstream

FAILURES = "02_failure_modes"
INPUTS = {"engagement.yaml": "e", "tasks.csv": "t", "notes.txt": "n"}
OPTIONS = RunOptions(Path("clients"), Path("reports"))


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunPlan:
    """A folder in which the second chapter lies as its last run left it, and nothing has changed since."""
    monkeypatch.setattr(run_plan, "package_digest", lambda: "code")
    monkeypatch.setattr(
        run_plan, "key_of", lambda stem, inputs, as_of: f"{stem} {inputs['tasks.csv']} {as_of}"
    )
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "results").mkdir()
    (tmp_path / "notebooks" / f"{FAILURES}.ipynb").write_text("{}")
    now = Manifest(
        "acme", "2026-11-20", code="c", versions={"numpy": "2"}, inputs=INPUTS, facts={"prices": "p"}
    )
    found = RunPlan(tmp_path, now, None, OPTIONS)
    run = found.run(FAILURES)
    run.outputs = found.outputs(FAILURES)
    found.before = replace(now, notebooks={FAILURES: run})
    return found


def with_now(plan: RunPlan, **changed: Any) -> RunPlan:
    return replace(plan, now=replace(plan.now, **changed))


def test_what_lies_there_as_its_last_run_left_it_has_no_reason_to_run(plan: RunPlan) -> None:
    assert plan.reason(FAILURES) == ""
    assert plan.is_untouched(FAILURES)
    assert plan.outputs(FAILURES).keys() == {f"notebooks/{FAILURES}.ipynb"}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda plan: replace(plan, options=replace(OPTIONS, force=True)), "forced"),
        (lambda plan: replace(plan, before=None), "first run"),
        (
            lambda plan: replace(plan, options=replace(OPTIONS, parameters={FAILURES: {"n": 2}})),
            "parameters changed",
        ),
        (lambda plan: with_now(plan, as_of="2026-11-21"), "the date changed"),
        (lambda plan: with_now(plan, inputs={**INPUTS, "tasks.csv": "x"}), "tasks.csv changed"),
        (
            lambda plan: with_now(plan, inputs={**INPUTS, "tasks.csv": "x", "engagement.yaml": "y"}),
            "engagement.yaml changed and 1 more",
        ),
    ],
)
def test_a_notebook_runs_again_for_the_nearest_reason(
    plan: RunPlan, change: Callable[[RunPlan], RunPlan], why: str
) -> None:
    assert change(plan).reason(FAILURES) == why


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"facts": {"prices": "q"}, "versions": {"numpy": "3"}, "code": "d"}, "fact tables changed"),
        ({"versions": {"numpy": "3"}, "code": "d"}, "package versions changed"),
        ({"code": "d"}, "the code changed"),
        ({}, "an earlier result changed"),
        (
            {"inputs": {**INPUTS, "notes.txt": "x"}},
            "an earlier result changed",
        ),  # a file that it does not read
    ],
)
def test_what_is_farther_away_is_told_where_nothing_nearer_changed(
    plan: RunPlan, changed: dict[str, Any], why: str
) -> None:
    assert plan.before is not None
    plan.before.notebooks[FAILURES].key = "of something else"
    assert with_now(plan, **changed).reason(FAILURES) == why
    plan.before.notebooks[FAILURES].source = "of other cells"
    assert plan.reason(FAILURES) == "its own cells changed"


def test_an_output_that_is_gone_or_edited_is_made_again(plan: RunPlan) -> None:
    plan.notebook(FAILURES).write_text("edited")
    assert plan.reason(FAILURES) == "its output is missing or was edited"
    plan.notebook(FAILURES).unlink()
    assert plan.reason(FAILURES) == "its output is missing or was edited"


def test_what_reads_a_result_of_one_that_runs_runs_too(plan: RunPlan) -> None:
    stems = [stem for stem in run_plan.CHAPTERS if stem in upstream(run_plan.LAST)]
    assert predecessors(run_plan.LAST) == [stem for stem in run_plan.CHAPTERS if stem != run_plan.LAST]
    one = replace(plan, options=replace(OPTIONS, only=run_plan.LAST))
    assert one.options.wanted == [*stems, run_plan.LAST]
    assert one.will_run() == [stem for stem in one.options.wanted if stem != FAILURES]


def test_last_runs_figures_are_kept_by_the_same_program_on_the_same_day(plan: RunPlan) -> None:
    assert plan.repeats()
    assert plan.keeps_figures(FAILURES)
    forced = replace(plan, options=replace(OPTIONS, force=True))
    assert not forced.repeats()
    assert not forced.keeps_figures(FAILURES)
    assert not with_now(plan, as_of="2026-11-21").repeats()
    assert with_now(plan, as_of="2026-11-21").keeps_figures(FAILURES)  # its data decide
    other = with_now(plan, code="d")
    assert not other.repeats()
    assert not other.keeps_figures(FAILURES)
    assert not replace(plan, before=None).repeats()
    assert not replace(plan, before=None).keeps_figures(FAILURES)
    plan.notebook(FAILURES).write_text("edited")
    assert not plan.keeps_figures(FAILURES)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, ""),
        ({"as_of": "2026-11-19"}, "as of 2026-11-19, the report as of 2026-11-20"),
        ({"as_of": ""}, "as of another day, the report as of 2026-11-20"),
        ({"inputs": "of other files"}, "older than the client's files that it reads"),
        ({"results": {"03_dataset_readiness": "x"}}, "older than 03_dataset_readiness, which it reads"),
        (
            {"results": {"03_dataset_readiness": "x", "04_evaluation": "y"}},
            "older than 03_dataset_readiness and 04_evaluation, which it reads",
        ),
    ],
)
def test_a_chapter_that_is_older_than_what_it_is_made_from_says_so(
    plan: RunPlan, changed: dict[str, Any], why: str
) -> None:
    run = replace(plan.run(FAILURES), **changed)
    found = with_now(plan, notebooks={FAILURES: run})
    assert found.older() == ({FAILURES: why} if why else {})
    assert plan.older() == {FAILURES: "its last run did not come to its end"}


def test_chapters_of_several_versions_are_told_apart_and_those_of_one_are_not(plan: RunPlan) -> None:
    run, other = plan.run(FAILURES), replace(plan.run(FAILURES), made_by="another")
    assert with_now(plan, notebooks={FAILURES: other}).older() == {}
    plan.notebook("03_dataset_readiness").write_text("{}")
    second = replace(plan.run("03_dataset_readiness"), made_by="another")
    mixed = with_now(plan, notebooks={FAILURES: run, "03_dataset_readiness": second})
    assert mixed.older() == {
        "03_dataset_readiness": "made by another version of the program than other chapters"
    }


def test_a_report_is_current_while_its_key_and_its_files_are_those_of_the_last_run(plan: RunPlan) -> None:
    (plan.folder / "report.pdf").write_text("pdf")
    (plan.folder / "tables").mkdir()
    (plan.folder / "tables" / "a.csv").write_text("a")
    (plan.folder / "other.txt").write_text("not of the report")
    assert list(report_files(plan.folder)) == ["report.pdf", "tables/a.csv"]
    found = with_now(plan, report=report_files(plan.folder))
    found.now.report_key = found.report_key()
    assert found.report_is_current()
    assert not replace(found, options=replace(OPTIONS, force=True)).report_is_current()
    only = replace(found, options=replace(OPTIONS, only=FAILURES))
    assert only.nothing_to_do()
    assert not found.nothing_to_do(), "the other chapters have never run"
    (plan.folder / "issued").mkdir()
    (plan.folder / "issued" / "1.0.json").write_text("{}")
    assert not found.report_is_current(), "a version was handed over since"
    found.now.report_key = found.report_key()
    (plan.folder / "report.pdf").write_text("edited")
    assert not found.report_is_current()
    assert only.nothing_to_do(), "of one chapter no report is made"


def test_the_options_are_told_as_they_were_given() -> None:
    asked = RunOptions(
        Path("c"),
        Path("r"),
        as_of="2027-01-02",
        only=FAILURES,
        force=True,
        parameters={FAILURES: {"n": 2}, "x": {"m": "a"}},
    )
    assert asked.flags() == (f"--only={FAILURES}", "--as-of=2027-01-02", "--force", "-pn=2", "-pm=a")
    assert (OPTIONS.flags(), OPTIONS.wants_report, asked.wants_report) == ((), True, False)


@pytest.mark.parametrize(
    ("as_of", "present", "below"),
    [
        ("", {}, False),
        ("2027-01-02", None, False),
        ("2027-01-02", {"report": {}}, False),
        ("2027-01-02", {"as_of_given": True}, False),
        ("2026-11-20", {}, False),
        ("2027-01-02", {}, True),  # beside the present report, not in its place
    ],
)
def test_a_report_as_of_another_day_stands_below_the_present_one(
    monkeypatch: pytest.MonkeyPatch, as_of: str, present: dict[str, Any] | None, below: bool
) -> None:
    run = (
        None
        if present is None
        else Manifest("acme", "2026-11-20", **{"report": {"report.pdf": "x"}, **present})
    )
    monkeypatch.setattr(run_plan, "read", lambda folder: run)
    own = Path("reports") / "acme"
    assert replace(OPTIONS, as_of=as_of).folder("acme") == (own / "as_of" / as_of if below else own)


def test_the_content_of_a_report_changes_with_notebooks_words_and_pictures_but_not_with_what_a_chapter_reads(
    plan: RunPlan,
) -> None:
    key = plan.content_key()
    assert with_now(plan, inputs={**INPUTS, "tasks.csv": "x"}).content_key() == key
    for changed in (
        {"inputs": {**INPUTS, "logo.svg": "x"}}, {"inputs": {**INPUTS, "engagement.yaml": "x"}},
        {"as_of": "2026-11-21"}, {"versions": {"numpy": "3"}}, {"own": {"a": NotebookRun("k", outputs={"a": "x"})}},
    ):  # fmt: skip
        assert with_now(plan, **changed).content_key() != key
    plan.notebook(FAILURES).write_text("edited")
    assert plan.content_key() != key
