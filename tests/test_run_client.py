"""One client's run, step by step without a kernel: what is said, noted and rendered, and when nothing is done."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke.clients import client_reader
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts, value_rows
from bespoke.own import own_in_report
from bespoke.runner import run_client
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.cache.manifest import Manifest
from bespoke.runner.cache.run_plan import LAST, RunOptions, RunPlan
from bespoke.runner.run_client import executed, is_unchanged
from bespoke.show import blocks

DAY = date(2026, 11, 20)


class Desk:
    """The folders of one client, the options of a run, and what was done."""

    def __init__(self, tmp_path: Path) -> None:
        self.root, self.reports = tmp_path / "clients" / "acme", tmp_path / "reports"
        self.folder = self.reports / "acme"
        self.current = False  # whether the report stands as it is
        self.shown: list[dict[str, str]] = [{"type": "text"}, {"type": "finding", "text": "Cache it."}]
        self.did: list[str] = []

    def options(self, **given: Any) -> RunOptions:
        return RunOptions(self.root.parent, self.reports, **given)

    def run(self, **given: Any) -> list[str]:
        said: list[str] = []
        run_client.run_client("acme", self.options(**given), said.append)
        return [line.partition(" in ")[0] for line in said]

    @property
    def noted(self) -> Manifest:
        found = manifests.read(self.folder)
        assert found is not None
        return found


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.root.mkdir(parents=True)
    (made.root / "engagement.yaml").write_text("client: Acme\n")
    client = SimpleNamespace(
        name="acme",
        folder=made.root,
        words=(),
        engagement=SimpleNamespace(as_of=DAY, thresholds={}, fonts=()),
    )

    def notebooks(plan: RunPlan, environment: Any, say: Any, finished: Any) -> None:
        made.did.append("notebooks")
        plan.notebook(LAST).parent.mkdir(parents=True, exist_ok=True)
        plan.notebook(LAST).touch()

    def render(*given: Any) -> dict[str, float]:
        made.did.append("render")
        given[6]()  # what is done meanwhile
        (made.folder / "report.pdf").write_text("pages")
        return {"pdf": 1.0}

    for module, name, fake in (
        (run_client.fork_client, "available", lambda: False),
        (run_client.notebook_scheduler, "run_notebooks", notebooks),
        (run_client, "run_own", lambda *given, **more: made.did.append("own")),
        (run_client, "own_notebooks", lambda root: ()),
        (run_client, "hand_over", lambda client, folder: {}),
        (run_client, "_rehearse", lambda *given: made.did.append("rehearse")),
        (run_client, "render_report", render),
        (run_client, "package_digest", lambda: "code"),
        (run_client.memory, "limit", lambda: made.did.append("limit")),
        (client_reader, "load_and_warn", lambda client_data, name: (client, ["acme/tasks.csv: is odd"])),
        (RunPlan, "report_is_current", lambda plan: made.current),
        (RunPlan, "report_key", lambda plan: "key"),
        (RunPlan, "content_key", lambda plan: "content"),
        (blocks, "shown_in", lambda path: made.shown),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, fake)
    return made


def test_a_run_says_its_steps_and_notes_what_it_made(desk: Desk) -> None:
    assert desk.run() == ["acme/tasks.csv: is odd", "acme: report: rendered"]
    assert desk.did == ["rehearse", "notebooks", "own", "render"]
    noted = desk.noted
    assert (noted.as_of, noted.as_of_given, noted.code, noted.warnings) == (
        "2026-11-20", False, "code", ["acme/tasks.csv: is odd"]
    )  # fmt: skip
    assert (noted.render_seconds, noted.report_key, noted.advice) == ({"pdf": 1.0}, "key", "Cache it.")
    assert noted.report.keys() == {"report.pdf"}
    assert noted.wall_seconds == round(noted.wall_seconds, 3) > 0


def test_a_report_that_stands_is_not_rendered_and_the_advice_is_noted_all_the_same(
    desk: Desk,
) -> None:
    desk.current = True
    assert desk.run() == ["acme/tasks.csv: is odd", "acme: report: unchanged"]
    assert "render" not in desk.did
    assert desk.noted.advice == "Cache it."
    desk.shown = []
    desk.run()
    assert desk.noted.advice == "Cache it."  # of the run before


@pytest.mark.parametrize(
    ("given", "did"),
    [
        ({"width": 1}, ["notebooks", "own", "render"]),  # no core to spare
        ({"bounded": True}, ["limit", "rehearse", "notebooks", "own", "render"]),
        ({"only": LAST}, ["notebooks"]),  # one notebook is no report
    ],
)
def test_what_is_asked_for_is_done(desk: Desk, given: dict[str, Any], did: list[str]) -> None:
    desk.run(**given)
    assert desk.did == did


def test_an_office_file_of_an_earlier_report_is_told_of(desk: Desk) -> None:
    desk.run()
    noted = desk.noted
    noted.office = {"report.docx": "1", "report.pptx": "2"}
    noted.write(desk.folder)
    (desk.folder / "report.docx").touch()
    assert desk.run()[-1] == (
        "acme: report.docx is of an earlier report; bespoke report acme --to docx writes it anew"
    )


def test_a_report_of_another_day_stands_beside_the_present_one_and_says_where(desk: Desk) -> None:
    desk.run()
    assert (
        desk.run(as_of="2027-01-04")[0]
        == "acme: as of 2027-01-04, beside the present report: acme/as_of/2027-01-04"
    )


# -- nothing to do --------------------------------------------------------------------------------------------------


def unchanged(desk: Desk, **given: Any) -> tuple[bool, list[str]]:
    said: list[str] = []
    return is_unchanged("acme", desk.options(**given), said.append), said


def test_where_all_stands_each_step_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unchanged(desk) == (False, [])  # there was no run
    desk.run()
    monkeypatch.setattr(RunPlan, "nothing_to_do", lambda plan: True)
    found, said = unchanged(desk, only="01_task_audit")
    stems = ["02_failure_modes", "03_dataset_readiness", "04_evaluation", "01_task_audit"]
    assert (found, said) == (
        True,
        ["acme/tasks.csv: is odd", *(f"acme: {stem}: unchanged" for stem in stems)],
    )
    assert unchanged(desk)[1][-1] == "acme: report: unchanged"


@pytest.mark.parametrize("what", ["input", "plan", "own"])
def test_another_input_a_step_to_do_or_a_notebook_of_its_own_is_enough_to_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    desk.run()
    monkeypatch.setattr(RunPlan, "nothing_to_do", lambda plan: what != "plan")
    monkeypatch.setattr(run_client, "own_unchanged", lambda root, folder, now: False)
    if what == "input":
        (desk.root / "engagement.yaml").write_text("client: Acme Inc\n")
    elif what == "own":
        (desk.root / "notebooks").mkdir()
    assert unchanged(desk) == (False, [])


def test_a_report_of_another_day_is_no_report_of_the_engagements_own(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run(as_of="2027-01-04")
    assert (desk.noted.as_of, desk.noted.as_of_given) == ("2027-01-04", True)
    monkeypatch.setattr(RunPlan, "nothing_to_do", lambda plan: True)
    assert unchanged(desk) == (False, [])
    assert unchanged(desk, as_of="2027-01-04")[0]


# -- parts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stale", "line"),
    [
        ([], []),
        (["a"], ["acme: 1 of 9 facts had expired by 2026-11-20: a"]),
        (["a", "b", "c"], ["acme: 3 of 9 facts had expired by 2026-11-20: a, b, c"]),
        (["a", "b", "c", "d", "e"], ["acme: 5 of 9 facts had expired by 2026-11-20: a, b, c and 2 more"]),
    ],
)
def test_of_expired_facts_three_are_named(stale: list[str], line: list[str]) -> None:
    said: list[str] = []
    run_client._say_stale(Manifest("acme", "2026-11-20", stale=stale, facts_used=9), said.append)
    assert said == line


def test_a_report_holds_as_long_as_the_first_of_its_facts_that_expires(tmp_path: Path) -> None:
    first, second = sorted(value_rows())[:2]
    (tmp_path / "results").mkdir()
    for name, keys in (("a", [first, "threshold_of_nobody"]), ("b", [first, second]), ("c", None)):
        result = {} if keys is None else {"facts_used": keys}
        (tmp_path / "results" / f"{name}.json").write_text(json.dumps({"result": result}))
    client: Any = SimpleNamespace(engagement=SimpleNamespace(thresholds={}))
    expires = sorted(Facts(DAY).fact(key).expires for key in (first, second))
    for day, stale in ((expires[0], 0), (date(2099, 1, 1), 2)):
        plan = RunPlan(tmp_path, Manifest("acme", day.isoformat()), None, RunOptions(tmp_path, tmp_path))
        run_client._note_facts(plan, client, day)
        assert (plan.now.facts_used, len(plan.now.stale), plan.now.holds_until) == (
            2,
            stale,
            expires[0].isoformat(),
        )


def test_a_notebook_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    there = tmp_path / "01_task_audit.ipynb"
    printed = [SimpleNamespace(path=there, options="as it is")]
    monkeypatch.setattr(own_in_report, "printed", lambda root, folder, manifest: printed)
    client: Any = SimpleNamespace(name="acme", folder=tmp_path)
    with pytest.raises(
        BespokeError, match=r"^acme/notebooks/01_task_audit\.ipynb: not there; run `bespoke run` first"
    ):
        executed(client, tmp_path, None)
    there.touch()
    assert executed(client, tmp_path, None) == {there: "as it is"}
