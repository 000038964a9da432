"""Runs the notebooks of one client, each as soon as the results it reads are there, a few at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from bespoke import places
from bespoke.chapters.registry import CHAPTERS
from bespoke.errors import BespokeError
from bespoke.runner.execute import Seconds, execute
from bespoke.runner.lean import import_papermill
from bespoke.runner.manifest import NotebookRun
from bespoke.runner.nursery import ZYGOTE
from bespoke.runner.plan import Plan, predecessors, upstream

Say = Callable[[str], None]


@dataclass(frozen=True)
class _Started:
    stem: str
    run: NotebookRun
    reason: str


def run_notebooks(plan: Plan, environment: Mapping[str, str], say: Say) -> None:
    """Run what has to run, and note it in the manifest notebook by notebook: a killed run goes on from there.

    Raises the first BespokeError once the notebooks that were running beside it have ended.
    """
    waiting = _heaviest_first(plan.options.wanted)
    running: dict[Future[Seconds], _Started] = {}
    failed: BespokeError | None = None
    ahead: threading.Thread | None = None
    with ThreadPoolExecutor(max(1, plan.options.width)) as pool:
        while True:
            while failed is None and len(running) < plan.options.width:
                stem = _free(waiting, [started.stem for started in running.values()])
                if stem is None:
                    break
                waiting.remove(stem)
                started = _Started(stem, plan.run(stem), plan.reason(stem))
                if started.reason:
                    running[pool.submit(_execute, plan, started, environment)] = started
                else:
                    say(f"{plan.now.client}: {stem}: unchanged")
            if not running:
                break
            if ahead is None and plan.options.wants_report:
                ahead = threading.Thread(target=get_ready_to_render, daemon=True)
                ahead.start()
            for future in _wait(running):
                failed = _finish(plan, running.pop(future), future, say) or failed
    if failed is not None:
        raise failed
    if ahead is not None:
        ahead.join()


def get_ready_to_render() -> None:
    """Import the typesetter and read its fonts while the kernels are at work."""
    from bespoke.report import document, typesetting, webpage, writing  # noqa: F401
    from bespoke.show import fonts

    fonts.coverage()


def _heaviest_first(stems: Iterable[str]) -> list[str]:
    """Those that most others wait for come first."""
    return sorted(stems, key=lambda stem: (-sum(stem in upstream(other) for other in CHAPTERS), stem))


def _free(waiting: list[str], running: list[str]) -> str | None:
    """The first notebook whose results to read are all there."""
    busy = {*waiting, *running}
    return next((stem for stem in waiting if not busy & set(predecessors(stem))), None)


def _execute(plan: Plan, started: _Started, environment: Mapping[str, str]) -> Seconds:
    import_papermill()
    return execute(
        places.notebooks() / f"{started.stem}.ipynb",
        plan.folder / "notebooks" / f"{started.stem}.ipynb",
        {"client": plan.now.client, "as_of": plan.now.as_of, **started.run.parameters},
        environment,
    )


def _wait(running: Mapping[Future[Seconds], _Started]) -> set[Future[Seconds]]:
    try:
        return wait(running, return_when=FIRST_COMPLETED).done
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
