"""In which order the notebooks of a client run, what is said and kept of each, and what a failure leaves."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke import paths
from bespoke.errors import BespokeError
from bespoke.runner.cache.manifest import NotebookRun
from bespoke.runner.cache.run_plan import LAST, predecessors
from bespoke.runner.kernels.execute import Seconds
from bespoke.runner.parallel import notebook_scheduler
from bespoke.runner.parallel.notebook_scheduler import DRAWING, _Course, _Started, run_notebooks

AUDIT, FAILURES, DATASET, EVALUATION, ICD10, COST, TIMELINE = (
    "01_task_audit", "02_failure_modes", "03_dataset_readiness", "04_evaluation", "05_icd10_evaluation",
    "06_cost_model", "07_timeline",
)  # fmt: skip
ALL = [AUDIT, FAILURES, DATASET, EVALUATION, ICD10, COST, TIMELINE, LAST]


class Plan:
    """What the scheduler asks a plan, and what it writes down. Every notebook has to run, those of `stand` excepted."""

    def __init__(
        self, folder: Path, *, wanted: list[str] = ALL, width: int = 1, stand: set[str] | None = None
    ):
        self.folder, self.stand = folder, stand or set()
        self.options = SimpleNamespace(wanted=wanted, width=width)
        self.written: list[list[str]] = []
        self.now = SimpleNamespace(client="acme", as_of="2026-11-20", notebooks={}, write=self._write)
        self.before: Any = None
        self.repeated = False
        self.figures: set[str] = set()
        self.has_written = Event()
        self.finished: list[str] = []

    def _write(self, folder: Path) -> None:
        assert folder == self.folder
        self.has_written.set()
        self.written.append([*self.now.notebooks])

    def notebook(self, stem: str) -> Path:
        return self.folder / "notebooks" / f"{stem}.ipynb"

    def run(self, stem: str) -> NotebookRun:
        return NotebookRun(f"key of {stem}", {"n": 1} if stem == FAILURES else {})

    def reason(self, stem: str) -> str:
        return "" if stem in self.stand else "first run"

    def will_run(self) -> list[str]:
        return [stem for stem in self.options.wanted if stem not in self.stand]

    def repeats(self) -> bool:
        return self.repeated

    def keeps_figures(self, stem: str) -> bool:
        return stem in self.figures

    def outputs(self, stem: str) -> dict[str, str]:
        return {f"notebooks/{stem}.ipynb": "digest"}


class Server:
    """The fork server, of which nothing is asked but what it is told to expect."""

    def __init__(self) -> None:
        self.expected: list[object] = []
        self.closed = False

    def expect(self, stems: object, extras: object = ()) -> None:
        self.expected.append((stems, extras))

    def close(self) -> None:
        self.closed = True


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server()
    monkeypatch.setattr(notebook_scheduler, "FORK_SERVER", found)
    return found


class Kernels:
    """In place of `execute`: every notebook begins and has taken 3.25 s; one of `failing` fails."""

    def __init__(self, *failing: str) -> None:
        self.failing = failing
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __call__(self, source: Path, target: Path, parameters: Any, environment: Any, beside: Any) -> Seconds:
        self.asked.append((target.stem, (source.name, parameters, environment, beside)))
        if target.stem in self.failing:
            raise BespokeError(f"{target.stem} failed")
        beside.watched.has_begun()
        return Seconds(kernel=0.5, imports=1.0, cells=1.74996, save=0.0)


def ran(
    monkeypatch: pytest.MonkeyPatch, plan: Plan, kernels: Kernels, environment: dict[str, str] | None = None
) -> tuple[list[str], list[str]]:
    """What is said, and the notebooks that are told to stand, in their order."""
    monkeypatch.setattr(notebook_scheduler, "execute", kernels)
    said: list[str] = []
    finished: list[Path] = []
    given: Any = plan
    try:
        run_notebooks(given, environment or {}, said.append, finished.append)
    finally:
        plan.finished = [path.stem for path in finished]
    return said, plan.finished


def test_the_longest_runs_first_then_those_that_most_wait_for_and_none_before_what_it_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Server
) -> None:
    plan, kernels = Plan(tmp_path), Kernels()
    said, finished = ran(monkeypatch, plan, kernels, {"HERE": "x"})
    # what takes long has begun when the others are done; audit, costs, timeline and recommendation read the next three
    order = [ICD10, FAILURES, DATASET, EVALUATION, AUDIT, TIMELINE, COST, LAST]
    assert [stem for stem, _ in kernels.asked] == finished == order
    assert server.expected == [(ALL, ["drawing"])]
    assert said == [f"acme: {stem}: ran in 3.2 s (first run)" for stem in order]
    assert plan.written == [
        order[: place + 1] for place in range(len(order))
    ]  # a killed run goes on from there
    noted = plan.now.notebooks[AUDIT]
    assert (noted.key, noted.outputs) == (f"key of {AUDIT}", {f"notebooks/{AUDIT}.ipynb": "digest"})
    assert noted.seconds == {"kernel": 0.5, "imports": 1.0, "cells": 1.75, "save": 0.0}
    source, parameters, given, beside = dict(kernels.asked)[FAILURES]
    assert source == f"{FAILURES}.ipynb"
    assert parameters == {"client": "acme", "as_of": "2026-11-20", "n": 1}
    assert given == {"HERE": "x"}
    assert (beside.urgent, beside.at_once) == (True, True)


def test_what_stands_is_not_run_and_handed_on_all_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan, kernels = Plan(tmp_path, wanted=[FAILURES, DATASET], stand={FAILURES}), Kernels()
    said, finished = ran(monkeypatch, plan, kernels)
    assert said == [f"acme: {FAILURES}: unchanged", f"acme: {DATASET}: ran in 3.2 s (first run)"]
    assert [stem for stem, _ in kernels.asked] == [DATASET]
    assert sorted(finished) == [FAILURES, DATASET]


def test_after_a_failure_none_is_begun_and_the_failed_one_is_forgotten(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan, kernels = Plan(tmp_path, wanted=[FAILURES, DATASET, EVALUATION]), Kernels(DATASET)
    plan.now.notebooks[DATASET] = "of an earlier run"
    with pytest.raises(BespokeError, match=f"{DATASET} failed"):
        ran(monkeypatch, plan, kernels)
    assert [stem for stem, _ in kernels.asked] == [FAILURES, DATASET]
    assert plan.written[-1] == [FAILURES]


def test_one_that_ends_well_after_a_failure_is_noted_and_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan = Plan(tmp_path, wanted=[FAILURES, DATASET, EVALUATION], width=2)

    class Beside(Kernels):
        def __call__(self, source: Path, target: Path, *others: Any) -> Seconds:
            if target.stem == DATASET:
                assert plan.has_written.wait(10)  # the failure of the other
            return super().__call__(source, target, *others)

    kernels = Beside(FAILURES)
    with pytest.raises(BespokeError, match=f"{FAILURES} failed"):
        ran(monkeypatch, plan, kernels)
    assert sorted(stem for stem, _ in kernels.asked) == [FAILURES, DATASET]
    assert (plan.written[-1], plan.finished) == ([DATASET], [])


def test_the_next_computes_once_the_result_of_one_is_there_and_not_when_it_begins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other_begins, seen = Event(), list[bool]()

    def kernels(source: Path, target: Path, parameters: Any, environment: Any, beside: Any) -> Seconds:
        beside.watched.has_begun()
        if target.stem == FAILURES:
            seen.append(other_begins.wait(0.05))
            (tmp_path / "results").mkdir()
            (tmp_path / "results" / f"{FAILURES}.json").touch()
            beside.watched.has_come()
            seen.append(other_begins.wait(10))  # beside this one, which has its figures to draw
        other_begins.set()
        return Seconds(0, 0, 0, 0)

    given: Any = kernels
    ran(monkeypatch, Plan(tmp_path, wanted=[FAILURES, DATASET]), given)
    assert seen == [False, True]


def test_what_an_analyst_wrote_into_a_notebook_is_kept_beside_the_new_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan = Plan(tmp_path, wanted=[FAILURES, DATASET])
    outputs = {f"notebooks/{FAILURES}.ipynb": "of the last run"}
    plan.before = SimpleNamespace(notebooks={FAILURES: NotebookRun("k", outputs=outputs)})
    for stem in plan.options.wanted:
        plan.notebook(stem).parent.mkdir(exist_ok=True)
        plan.notebook(stem).write_text("mine")
    said, _ = ran(monkeypatch, plan, Kernels())
    assert said[0] == f"acme: {FAILURES}: was edited; your version is kept as {FAILURES}.edited.ipynb"
    assert plan.notebook(FAILURES).with_suffix(".edited.ipynb").read_text() == "mine"
    assert plan.notebook(DATASET).exists()  # of which the last run knows nothing


def test_a_notebook_may_take_figures_from_where_it_lies_only_where_they_would_be_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan, kernels = Plan(tmp_path, wanted=[FAILURES, DATASET]), Kernels()
    plan.figures, plan.repeated = {FAILURES}, True
    ran(monkeypatch, plan, kernels)
    given = {stem: (environment, beside) for stem, (_, _, environment, beside) in kernels.asked}
    assert given[FAILURES][0] == {paths.LAST_RUN: str(plan.notebook(FAILURES).resolve())}
    assert given[DATASET][0] == {}
    assert (given[FAILURES][1].urgent, given[FAILURES][1].at_once) == (True, False)  # nobody has to hurry


@pytest.fixture
def pool() -> Any:
    """Nothing is ever run in it."""
    with ThreadPoolExecutor(1) as found:
        yield found


def course(pool: ThreadPoolExecutor, folder: Path, **given: Any) -> _Course:
    plan: Any = Plan(folder, **given)
    return _Course(plan, {}, pool)


def begun(found: _Course, stem: str, **how: bool) -> None:
    found.waiting.remove(stem)
    found.running[stem] = _Started(stem, NotebookRun("k"), "first run", **how)


def test_one_computes_at_a_time_and_others_may_draw_beside_it(
    pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    here = course(pool, tmp_path, wanted=[FAILURES, DATASET, EVALUATION, AUDIT])
    assert here.next() == FAILURES
    begun(here, FAILURES)
    assert here.next() is None  # it computes until its result is there
    here.running[FAILURES].has_result = True
    assert here.next() == DATASET
    begun(here, DATASET, has_result=True)
    assert here.next() == EVALUATION
    begun(here, EVALUATION, has_result=True)
    assert len(here.running) == DRAWING
    assert here.next() is None  # there are kernels enough
    del here.running[FAILURES]
    assert here.next() == AUDIT


def test_what_reads_a_result_waits_until_it_is_there(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    here = course(pool, tmp_path, wanted=[FAILURES, AUDIT], width=2)
    assert FAILURES in predecessors(AUDIT)
    begun(here, FAILURES)
    assert here.next() is None
    here.running[FAILURES].has_result = True
    assert here.next() == AUDIT
    begun(here, AUDIT)
    assert here.next() is None


@pytest.mark.parametrize(
    ("wanted", "stem", "urgent"),
    [
        (ALL, FAILURES, True),  # failures, audit, recommendation: no chain is longer
        (ALL, ICD10, True),  # codes, timeline, recommendation
        ([AUDIT, FAILURES], AUDIT, True),  # of two alone the one that is waited for is no rival
        ([AUDIT, ICD10], AUDIT, False),  # a longer one has yet to compute
        ([LAST], LAST, True),
    ],
)
def test_the_longest_chain_goes_first(
    pool: ThreadPoolExecutor, tmp_path: Path, wanted: list[str], stem: str, urgent: bool
) -> None:
    assert course(pool, tmp_path, wanted=wanted)._is_urgent(stem) is urgent


def test_an_interrupt_ends_the_kernels(server: Server) -> None:
    class Interrupted:
        def get(self) -> None:
            raise KeyboardInterrupt

    news: Any = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        notebook_scheduler._hear(news)
    assert server.closed
