"""Runs the notebooks of one client, each as soon as the results it reads are there, a few at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from bespoke import paths
from bespoke.chapters.registry import CHAPTERS, chapter
from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.runner.cache.edited_notebooks import keep_edited
from bespoke.runner.cache.manifest import NotebookRun
from bespoke.runner.cache.run_plan import RunPlan, predecessors, upstream
from bespoke.runner.kernels.execute import Seconds, execute
from bespoke.runner.kernels.fork_client import FORK_SERVER
from bespoke.runner.parallel.coordination import Coordination, Watched

# A notebook and what came of it: its kernel was asked for, its result is there, or it has ended.
News = tuple[str, Literal["begun", "result"] | Future[Seconds]]
DRAWING = 3  # kernels there may be for each that computes


@dataclass
class _Started:
    """A notebook with its kernel. Others may read its result while it still draws its figures."""

    stem: str
    run: NotebookRun
    reason: str
    has_result: bool = False


def run_notebooks(
    plan: RunPlan, environment: Mapping[str, str], say: Echo, finished: Callable[[Path], None]
) -> None:
    """Run what has to run, and note it in the manifest notebook by notebook: a killed run goes on from there.

    `finished` is called with every executed notebook once it stands, those that did not have to run included.
    Raises the first BespokeError once the notebooks that were running beside it have ended.
    """
    with ThreadPoolExecutor(DRAWING * plan.options.width) as pool:
        _run(_Course(plan, environment, pool), say, finished)


def _run(course: _Course, say: Echo, finished: Callable[[Path], None]) -> None:
    plan, running = course.plan, course.running
    failed: BespokeError | None = None
    standing: list[Path] = []
    while True:
        while failed is None and (stem := course.next()):
            course.keep_edited(stem, say)
            if not course.go(stem):
                say(f"{plan.now.client}: {stem}: unchanged")
                standing.append(plan.notebook(stem))
        if not running:
            break
        stem, what = _hear(course.news)
        while standing:  # not before: until now papermill was being imported
            finished(standing.pop())
        if isinstance(what, str):
            running[stem].has_result |= what == "result"
            continue
        problem = _finish(plan, running.pop(stem), what, say)
        failed = failed or problem
        if failed is None:
            finished(plan.notebook(stem))
    if failed is not None:
        raise failed


@dataclass
class _Course:
    """The notebooks of one run: which wait for others, and which are under way."""

    plan: RunPlan
    environment: Mapping[str, str]
    pool: ThreadPoolExecutor
    news: SimpleQueue[News] = field(default_factory=SimpleQueue)
    running: dict[str, _Started] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.waiting = _heaviest_first(self.plan.options.wanted)
        FORK_SERVER.expect(self.plan.will_run(), ["drawing"])

    @property
    def _without_result(self) -> set[str]:
        return {*self.waiting, *(one.stem for one in self.running.values() if not one.has_result)}

    def next(self) -> str | None:
        """The first notebook whose results to read are all there, while there is room for it."""
        width = self.plan.options.width
        computing = sum(not one.has_result for one in self.running.values())
        if computing >= width or len(self.running) >= DRAWING * width:
            return None
        missing = self._without_result
        return next((stem for stem in self.waiting if not missing & set(predecessors(stem))), None)

    def go(self, stem: str) -> bool:
        """Run it, if it has to; False where what the last run left of it stands."""
        run, reason = self.plan.run(stem), self.plan.reason(stem)
        self.waiting.remove(stem)
        if reason:
            self._start(_Started(stem, run, reason))
        return bool(reason)

    def keep_edited(self, stem: str, say: Echo) -> None:
        """Nothing that an analyst wrote into an executed notebook is overwritten."""
        earlier = self.plan.before.notebooks.get(stem) if self.plan.before else None
        if earlier is not None:
            then = earlier.outputs.get(f"notebooks/{stem}.ipynb", "")
            keep_edited(self.plan.notebook(stem), then, f"{self.plan.now.client}: {stem}", say)

    def _start(self, started: _Started) -> None:
        stem, plan = started.stem, self.plan
        urgent = self._is_urgent(stem)
        self.running[stem] = started
        # What mostly comes out as before is typeset beside the warm-up: nobody has to hurry then.
        at_once = urgent and not plan.repeats()
        watched = Watched(plan.folder / "results" / f"{stem}.json", lambda what: self.news.put((stem, what)))
        future = self.pool.submit(
            execute,
            chapter(stem).notebook(),
            plan.notebook(stem),
            {"client": plan.now.client, "as_of": plan.now.as_of, **started.run.parameters},
            {**self.environment, **_last_run(plan, stem)},
            Coordination(urgent, at_once, watched),
        )
        future.add_done_callback(lambda done: self.news.put((stem, done)))

    def _is_urgent(self, stem: str) -> bool:
        """The longest chain sets the pace, so it goes first: no other that has yet to compute begins a longer one."""
        beside = self._without_result - set(upstream(stem))
        return _level(stem) >= max(map(_level, beside), default=0)


def _level(stem: str) -> int:
    """How many notebooks the longest chain has that begins here, each waiting for the one before."""
    return 1 + max((_level(other) for other in CHAPTERS if stem in predecessors(other)), default=0)


def _heaviest_first(stems: Iterable[str]) -> list[str]:
    """Those that take long come first, then those that most others wait for."""
    return sorted(stems, key=lambda stem: (not chapter(stem).takes_long, -_waiting_for(stem), stem))


def _waiting_for(stem: str) -> int:
    return sum(stem in upstream(other) for other in CHAPTERS)


def _last_run(plan: RunPlan, stem: str) -> dict[str, str]:
    """What names a kernel the notebook it may take figures from that need not be drawn again."""
    kept = plan.keeps_figures(stem)
    return {paths.LAST_RUN: str(plan.notebook(stem).resolve())} if kept else {}


def _hear(news: SimpleQueue[News]) -> News:
    try:
        return news.get()
    except BaseException:  # Ctrl-C: no kernel goes on, none is begun
        FORK_SERVER.close()
        raise


def _finish(plan: RunPlan, started: _Started, future: Future[Seconds], say: Echo) -> BespokeError | None:
    """Note the notebook in the manifest; its error, if it ended in one."""
    try:
        seconds = future.result()
    except BespokeError as error:
        plan.now.notebooks.pop(started.stem, None)
        plan.now.write(plan.folder)
        return error
    started.run.outputs, started.run.seconds = plan.outputs(started.stem), seconds.rounded()
    plan.now.notebooks[started.stem] = started.run
    plan.now.write(plan.folder)
    say(f"{plan.now.client}: {started.stem}: ran in {seconds.total:.1f} s ({started.reason})")
    return None
