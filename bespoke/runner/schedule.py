"""Runs the notebooks of one client, each as soon as the results it reads are there, a few at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import Literal

from bespoke import places
from bespoke.chapters.registry import CHAPTERS
from bespoke.errors import BespokeError
from bespoke.runner.execute import Seconds, Watched, execute
from bespoke.runner.manifest import NotebookRun
from bespoke.runner.nursery import ZYGOTE
from bespoke.runner.plan import Plan, predecessors, upstream

Say = Callable[[str], None]
# A notebook and what came of it: its kernel is there, its result is there, or it has ended.
News = tuple[str, Literal["begun", "result"] | Future[Seconds]]
DRAWING = 3  # kernels there may be for each that computes


@dataclass
class _Started:
    """A notebook in its kernel. Others may read its result while it still draws its figures."""

    stem: str
    run: NotebookRun
    reason: str
    has_result: bool = False


def run_notebooks(
    plan: Plan, environment: Mapping[str, str], say: Say, finished: Callable[[Path], None]
) -> None:
    """Run what has to run, and note it in the manifest notebook by notebook: a killed run goes on from there.

    `finished` is called with every executed notebook once it stands, those that did not have to run included.
    Raises the first BespokeError once the notebooks that were running beside it have ended.
    """
    waiting = _heaviest_first(plan.options.wanted)
    running: dict[str, _Started] = {}
    news: SimpleQueue[News] = SimpleQueue()
    failed: BespokeError | None = None
    standing: list[Path] = []
    with ThreadPoolExecutor(DRAWING * plan.options.width) as pool:
        while True:
            while failed is None and (stem := _next(waiting, running, plan.options.width)):
                waiting.remove(stem)
                started = _Started(stem, plan.run(stem), plan.reason(stem))
                if started.reason:
                    urgent = _is_urgent(stem, waiting, running)
                    running[stem] = started
                    _submit(pool, plan, started, environment, news, urgent=urgent)
                else:
                    say(f"{plan.now.client}: {stem}: unchanged")
                    standing.append(plan.notebook(stem))
            if not running:
                break
            stem, what = _hear(news)
            while standing:  # not before: until now the first kernels were being started
                finished(standing.pop())
            if isinstance(what, str):
                running[stem].has_result |= what == "result"
                continue
            problem = _finish(plan, running.pop(stem), what, say)
            if problem is None:
                finished(plan.notebook(stem))
            failed = failed or problem
    if failed is not None:
        raise failed


@cache
def _level(stem: str) -> int:
    """How many notebooks the longest chain has that begins here, each waiting for the one before."""
    return 1 + max((_level(other) for other in CHAPTERS if stem in predecessors(other)), default=0)


def _is_urgent(stem: str, waiting: Iterable[str], running: Mapping[str, _Started]) -> bool:
    """The longest chain sets the pace, so it goes first: no other that has yet to compute begins a longer one."""
    computing = (other for other, started in running.items() if not started.has_result)
    return _level(stem) >= max(map(_level, (*waiting, *computing)), default=0)


def _heaviest_first(stems: Iterable[str]) -> list[str]:
    """Those that most others wait for come first."""
    return sorted(stems, key=lambda stem: (-sum(stem in upstream(other) for other in CHAPTERS), stem))


def _next(waiting: list[str], running: Mapping[str, _Started], width: int) -> str | None:
    """The first notebook whose results to read are all there, while there is room for it."""
    computing = {stem for stem, started in running.items() if not started.has_result}
    if len(computing) >= width or len(running) >= DRAWING * width:
        return None
    busy = {*waiting, *computing}
    return next((stem for stem in waiting if not busy & set(predecessors(stem))), None)


def _submit(
    pool: ThreadPoolExecutor, plan: Plan, started: _Started, environment: Mapping[str, str],
    news: SimpleQueue[News], *, urgent: bool,
) -> None:  # fmt: skip
    stem = started.stem
    future = pool.submit(
        execute,
        places.notebooks() / f"{stem}.ipynb",
        plan.notebook(stem),
        {"client": plan.now.client, "as_of": plan.now.as_of, **started.run.parameters},
        {**environment, **_last_run(plan, stem)},
        Watched(plan.folder / "results" / f"{stem}.json", lambda what: news.put((stem, what))),
        urgent=urgent,
    )
    future.add_done_callback(lambda done: news.put((stem, done)))


def _last_run(plan: Plan, stem: str) -> dict[str, str]:
    """What names a kernel the notebook it may take figures from that need not be drawn again."""
    kept = plan.goes_on() and plan.is_untouched(stem)
    return {places.LAST_RUN: str(plan.notebook(stem).resolve())} if kept else {}


def _hear(news: SimpleQueue[News]) -> News:
    try:
        return news.get()
    except BaseException:  # Ctrl-C: no kernel goes on
        ZYGOTE.stop()
        raise


def _finish(plan: Plan, started: _Started, future: Future[Seconds], say: Say) -> BespokeError | None:
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
