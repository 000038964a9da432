"""One client from folder to report: running what has to run, rendering, the manifest."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke.chapters.registry import CHAPTERS
from bespoke.client_cache import hand_over
from bespoke.clients import client_names
from bespoke.errors import BespokeError
from bespoke.keys import digest, input_digests, package_digest
from bespoke.own.found import own_notebooks
from bespoke.own.run_own import own_unchanged, run_own
from bespoke.paths import PACKAGE
from bespoke.report.speculative_render import SpeculativeRender
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.cache.manifest import Manifest
from bespoke.runner.cache.run_plan import LAST, REPORTS, RunOptions, RunPlan, upstream
from bespoke.runner.kernels import fork_client, runtime_dir
from bespoke.runner.lock import one_at_a_time
from bespoke.runner.parallel import notebook_scheduler
from bespoke.saving import remove_unfinished

if TYPE_CHECKING:
    from bespoke.clients.schema import Client

__all__ = ["RunOptions", "is_unchanged", "render_report", "report_only", "run_client", "upstream"]

Echo = Callable[[str], None]
TABLES = PACKAGE / "facts" / "tables"


def run_client(name: str, options: RunOptions, say: Echo) -> None:
    """Run what has to run for one client, then render the report; `say` gets one line per step.

    Raises BespokeError for bad input or a failing cell; the previous report then stays as it was.
    """
    root = client_names.folder(options.client_data, name)
    folder = options.reports / name
    with one_at_a_time(folder, lambda: say(f"{name}: another run of this client is at work; waiting")):
        _run(name, root, folder, options, say)


def is_unchanged(name: str, options: RunOptions, say: Echo) -> bool:
    """Whether notebooks and report of the last run still stand; says so line by line.

    The client is not read again where the last run read the very same bytes with the very same code. Imports
    nothing but the standard library.
    """
    root, folder = client_names.folder(options.client_data, name), options.reports / name
    before = manifests.read(folder)
    if before is None or (before.as_of_given and not options.as_of):
        return False
    now = _manifest(name, root, options.as_of or before.as_of, options)
    plan = _with(now, before, folder, options)
    if (before.inputs, before.code) != (now.inputs, now.code) or not plan.nothing_to_do():
        return False
    if (root / "notebooks").is_dir() and not own_unchanged(root, folder, now):
        return False
    for warning in before.warnings:
        say(warning)
    for stem in options.wanted:
        say(f"{name}: {stem}: unchanged")
    if options.wants_report:
        say(f"{name}: report: unchanged")
    return True


def _run(name: str, root: Path, folder: Path, options: RunOptions, say: Echo) -> None:
    """Warm up a kernel process while the client is read, then run and render."""
    from bespoke.runner.kernels.lazy_imports import collect_seldom

    collect_seldom()
    if fork_client.available():
        fork_client.FORK_SERVER.start()
    started = time.perf_counter()
    for place in (folder, folder / "notebooks", folder / "results"):
        remove_unfinished(place)
    client, day, now = _read(name, root, options)
    for warning in now.warnings:
        say(warning)
    before = manifests.read(folder)
    plan = _with(now, before, folder, options)
    environment = {
        "BESPOKE_CLIENT_DATA": str(options.client_data.resolve()),
        "BESPOKE_REPORTS": str(options.reports.resolve()),
        **hand_over(client, runtime_dir.folder()),
    }
    ahead = SpeculativeRender(client.engagement.language)
    if plan.repeats() and options.width > 1:  # cores to spare
        _rehearse(plan, client, day, ahead)
    take = ahead.take if options.wants_report else _nothing
    notebook_scheduler.run_notebooks(plan, environment, say, take)
    if options.wants_report:
        run_own(own_notebooks(root), folder, plan.now, environment, say, force=options.force)
    if options.wants_report and not plan.report_is_current():
        rendering = time.perf_counter()
        note = partial(_note_advice, plan, client, day)
        plan.now.render_seconds = render_report(client, day, folder, plan.now, ahead, note)
        for notice in ahead.notices:
            say(str(notice))
        plan.now.report = {report: digest(folder / report) for report in REPORTS}
        plan.now.report_key = plan.report_key()
        say(f"{name}: report: rendered in {time.perf_counter() - rendering:.1f} s")
    else:
        _note_advice(plan, client, day)
        if options.wants_report:
            say(f"{name}: report: unchanged")
    plan.now.wall_seconds = round(time.perf_counter() - started, 3)
    plan.now.write(folder)


def _rehearse(plan: RunPlan, client: Client, day: date, ahead: SpeculativeRender) -> None:
    """The new report will mostly be the old one."""
    from bespoke.runner.engagement_cover import cover_of

    notebooks = [plan.notebook(stem) for stem in CHAPTERS]
    if all(path.is_file() for path in notebooks):
        ahead.rehearse(notebooks, cover_of(client, day))


def _nothing(notebook: Path) -> None:
    """Without a report nothing is got ready for one."""


def _read(name: str, root: Path, options: RunOptions) -> tuple[Client, date, Manifest]:
    from bespoke.clients.client_reader import load_and_warn
    from bespoke.workbook import parse_day

    client, warnings = load_and_warn(options.client_data, name)
    day = parse_day(options.as_of) if options.as_of else client.engagement.as_of
    now = _manifest(name, root, day.isoformat(), options)
    now.warnings = list(map(str, warnings))
    return client, day, now


def _manifest(name: str, root: Path, as_of: str, options: RunOptions) -> Manifest:
    return Manifest(
        client=name,
        as_of=as_of,
        as_of_given=bool(options.as_of),
        code=package_digest(),
        versions=manifests.versions(),
        inputs=input_digests(root),
        facts={path.name: digest(path) for path in sorted(TABLES.iterdir()) if path.is_file()},
    )


def _with(now: Manifest, before: Manifest | None, folder: Path, options: RunOptions) -> RunPlan:
    """The plan; what the last run left stands until it is done again."""
    if before is not None:
        now.notebooks, now.own = dict(before.notebooks), dict(before.own)
        now.report, now.report_key = dict(before.report), before.report_key
        now.render_seconds = dict(before.render_seconds)
        now.advice, now.stale, now.holds_until = before.advice, list(before.stale), before.holds_until
    return RunPlan(folder, now, before, options)


def _note_advice(plan: RunPlan, client: Client, day: date) -> None:
    """For the list of all clients: the last chapter's finding, and how long the facts behind it hold."""
    from bespoke.facts.reader import Facts, value_rows

    facts = Facts(day, dict(client.engagement.thresholds))
    used: set[str] = set()
    for path in sorted((plan.folder / "results").glob("*.json")):
        used |= set(json.loads(path.read_text(encoding="utf-8"))["result"].get("facts_used", ()))
    found = [facts.fact(key) for key in sorted(used & value_rows().keys())]
    plan.now.stale = [fact.key for fact in found if fact.stale(day)]
    plan.now.holds_until = min((fact.expires.isoformat() for fact in found), default="")
    plan.now.advice = _finding(plan.folder / "notebooks" / f"{LAST}.ipynb") or plan.now.advice


def _finding(notebook: Path) -> str:
    """The first finding that an executed notebook shows."""
    from bespoke.show.blocks import shown_in

    found = shown_in(notebook) if notebook.is_file() else ()
    return next((str(block["text"]) for block in found if block.get("type") == "finding"), "")


def render_report(
    client: Client,
    day: date,
    folder: Path,
    manifest: Manifest | None,
    ahead: SpeculativeRender | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> dict[str, float]:
    """Render the executed notebooks of a client; seconds per step. A missing one is an error naming it."""
    from bespoke.own.own_in_report import printed
    from bespoke.report import render
    from bespoke.runner.engagement_cover import cover_of

    notebooks = {one.path: one.options for one in printed(client.folder, folder, manifest)}
    for path in notebooks:
        if not path.is_file():
            raise BespokeError(
                "not there; run `bespoke run` first", path=f"{client.name}/notebooks/{path.name}"
            )
    return render(list(notebooks), cover_of(client, day), folder, ahead, meanwhile, notebooks)


def report_only(name: str, options: RunOptions) -> None:
    """`bespoke report`: render again from the executed notebooks, dated as they are."""
    from bespoke import clients
    from bespoke.workbook import parse_day

    client = clients.load(options.client_data, name)
    folder = options.reports / name
    found = manifests.read(folder)
    day = parse_day(found.as_of) if found else client.engagement.as_of
    with one_at_a_time(folder, lambda: None):
        render_report(client, day, folder, found)


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
