"""One client from folder to report: running what has to run, rendering, the manifest."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from copy import copy
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke import machine
from bespoke.chapters.registry import CHAPTERS
from bespoke.client_cache import hand_over
from bespoke.clients import client_names
from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.keys import digest, input_digests, package_digest
from bespoke.own.own_notebooks import own_notebooks
from bespoke.own.run_own import own_unchanged, run_own
from bespoke.paths import PACKAGE, REPORT_FOLDER
from bespoke.report import memory
from bespoke.report.speculative_render import SpeculativeRender
from bespoke.runner import issued
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.cache.edited_notebooks import keep_edited
from bespoke.runner.cache.manifest import Manifest
from bespoke.runner.cache.run_plan import LAST, TABLES, RunOptions, RunPlan, report_files, upstream
from bespoke.runner.kernels import fork_client, runtime_dir
from bespoke.runner.lock import one_at_a_time
from bespoke.runner.parallel import notebook_scheduler
from bespoke.runner.report_additions import Standing
from bespoke.saving import keep_out_of_git, remove_unfinished

if TYPE_CHECKING:
    from bespoke.clients.schema import Client
    from bespoke.report.outputs import ReadingOptions

__all__ = ["RunOptions", "is_unchanged", "render_report", "run_client", "upstream"]

MOST = 3  # names of stale facts that are said
FACTS = PACKAGE / "facts" / "tables"
_STANDS = (  # fields of a manifest that hold until they are made again
    "notebooks", "own", "report", "report_key", "render_seconds", "advice", "stale", "holds_until", "facts_used",
    "office",
)  # fmt: skip


def run_client(name: str, options: RunOptions, say: Echo) -> None:
    """Run what has to run for one client, then render the report; `say` gets one line per step.

    Raises BespokeError for bad input or a failing cell; the previous report then stays as it was.
    """
    root = client_names.folder(options.client_data, name)
    folder = options.folder(name)
    if folder != options.reports / name:
        where = folder.relative_to(options.reports).as_posix()
        say(f"{name}: as of {options.as_of}, beside the present report: {where}")
    with one_at_a_time(folder, lambda: say(f"{name}: another run of this client is at work; waiting")):
        _run(name, root, folder, options, say)


def is_unchanged(name: str, options: RunOptions, say: Echo) -> bool:
    """Whether notebooks and report of the last run still stand; says so line by line.

    The client is not read again where the last run read the very same bytes with the very same code. Imports
    nothing but the standard library.
    """
    root, folder = client_names.folder(options.client_data, name), options.folder(name)
    before = manifests.read(folder)
    if before is None or (before.as_of_given and not options.as_of):
        return False
    now = _manifest(name, root, options.as_of or before.as_of, given=before.as_of_given)
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
        _say_stale(before, say)
        say(f"{name}: report: unchanged")
    return True


def _run(name: str, root: Path, folder: Path, options: RunOptions, say: Echo) -> None:
    """Warm up a kernel process while the client is read, then run and render."""
    from bespoke.show.language import LANGUAGE

    if fork_client.available():
        fork_client.FORK_SERVER.start()
    started = time.perf_counter()
    keep_out_of_git(folder)
    for place in (folder, folder / "notebooks", folder / "results", folder / TABLES):
        remove_unfinished(place)
    if options.wants_report:
        issued.issues(folder)  # what the cover and the list of changes will rest on
    before = manifests.read(folder)
    if before is None:
        _begin_anew(name, folder, options, say)
    client, day, now = _read(name, root, options)
    if client.words:
        from bespoke.own.words import notes_of

        notes_of(client)  # before anything runs: what the consultant wrote belongs somewhere
    if options.bounded:
        memory.limit()
    for warning in now.warnings:
        say(warning)
    plan = _with(now, before, folder, options)
    environment = {
        "BESPOKE_CLIENT_DATA": str(options.client_data.resolve()),
        "BESPOKE_REPORTS": str(options.reports.resolve()),
        REPORT_FOLDER: str(folder.resolve()),
        **hand_over(client, runtime_dir.folder()),
    }
    ahead = SpeculativeRender(LANGUAGE)
    if options.wants_report and options.width > 1:  # cores to spare
        _rehearse(plan, client, day, ahead)
    notebook_scheduler.run_notebooks(
        plan, environment, say, ahead.take if options.wants_report else lambda notebook: None
    )
    if options.wants_report:
        run_own(own_notebooks(root), folder, plan.now, environment, say, force=options.force)
    _note_facts(plan, client, day)
    if options.wants_report and not plan.report_is_current():
        rendering = time.perf_counter()
        note = partial(_note_advice, plan)
        standing = Standing(len(plan.now.stale), plan.now.facts_used, content=plan.content_key())
        plan.now.render_seconds = render_report(client, day, folder, plan.now, standing, ahead, note)
        for notice in ahead.notices:
            say(str(notice))
        plan.now.report = report_files(folder)
        plan.now.report_key = plan.report_key()
        _say_stale(plan.now, say)
        say(f"{name}: report: rendered in {time.perf_counter() - rendering:.1f} s")
        for form in plan.now.office:
            if (folder / form).is_file():
                say(
                    f"{name}: {form} is of an earlier report; bespoke report {name} --to {form[-4:]} writes it anew"
                )
    else:
        _note_advice(plan)
        if options.wants_report:
            _say_stale(plan.now, say)
            say(f"{name}: report: unchanged")
    plan.now.wall_seconds = round(time.perf_counter() - started, 3)
    plan.now.write(folder)


def _begin_anew(name: str, folder: Path, options: RunOptions, say: Echo) -> None:
    """Nothing that lies there is ours: everything is made again, and what an analyst wrote is kept beside it."""
    if not options.force:
        manifests.refuse_foreign(folder)
    try:
        machine.seal(machine.report_of(name), b"")
    except BespokeError as error:
        say(f"{name}: the report will have no seal: {error}")
    there = manifests.unproven(folder)
    if there is None:
        return
    say(f"{name}: the earlier report has no seal of this machine; everything is made again")
    for stem, run in there.notebooks.items():
        if stem in CHAPTERS:
            then = str(run.outputs.get(f"notebooks/{stem}.ipynb", ""))
            keep_edited(folder / "notebooks" / f"{stem}.ipynb", then, f"{name}: {stem}", say)


def _rehearse(plan: RunPlan, client: Client, day: date, ahead: SpeculativeRender) -> None:
    """Where much stands the new report will mostly be the old one; else the evidence but of the last notebook, which
    runs alone."""
    from bespoke.runner.report_additions import cover_of

    notebooks = [plan.notebook(stem) for stem in CHAPTERS]
    if not plan.repeats():
        but_last = [
            chapter.notebook() if stem == LAST else plan.notebook(stem) for stem, chapter in CHAPTERS.items()
        ]
        ahead.rehearse_evidence(but_last, cover_of(client, day), len(notebooks) - 1)
    elif all(path.is_file() for path in notebooks):
        ahead.rehearse(notebooks, cover_of(client, day))


def _read(name: str, root: Path, options: RunOptions) -> tuple[Client, date, Manifest]:
    from bespoke.clients.client_reader import load_and_warn
    from bespoke.workbook import parse_day

    client, warnings = load_and_warn(options.client_data, name)
    day = parse_day(options.as_of) if options.as_of else client.engagement.as_of
    now = _manifest(name, root, day.isoformat(), given=day != client.engagement.as_of)
    now.warnings = list(map(str, warnings))
    return client, day, now


def _manifest(name: str, root: Path, as_of: str, *, given: bool) -> Manifest:
    return Manifest(
        client=name,
        as_of=as_of,
        as_of_given=given,
        code=package_digest(),
        versions=manifests.versions(),
        inputs=input_digests(root),
        facts={path.name: digest(path) for path in sorted(FACTS.iterdir()) if path.is_file()},
    )


def _with(now: Manifest, before: Manifest | None, folder: Path, options: RunOptions) -> RunPlan:
    """The plan; what the last run left stands until it is done again."""
    if before is not None:
        for name in _STANDS:
            setattr(now, name, copy(getattr(before, name)))
    return RunPlan(folder, now, before, options)


def plan_as_it_lies(name: str, root: Path, found: Manifest, folder: Path, options: RunOptions) -> RunPlan:
    """What the notebooks of the last run are, held against the client folder and the code as they are now."""
    now = _manifest(name, root, found.as_of, given=found.as_of_given)
    return _with(now, found, folder, options)


def _note_facts(plan: RunPlan, client: Client, day: date) -> None:
    """How long the facts behind the report hold, for its readers and for the list of all clients."""
    from bespoke.facts.reader import Facts, value_rows

    facts = Facts(day, dict(client.engagement.thresholds))
    used: set[str] = set()
    for path in sorted((plan.folder / "results").glob("*.json")):
        used |= set(json.loads(path.read_text(encoding="utf-8"))["result"].get("facts_used", ()))
    found = [facts.fact(key) for key in sorted(used & value_rows().keys())]
    plan.now.facts_used = len(found)
    plan.now.stale = [fact.key for fact in found if fact.stale(day)]
    plan.now.holds_until = min((fact.expires.isoformat() for fact in found), default="")


def _note_advice(plan: RunPlan) -> None:
    """The first finding that the last chapter shows, for the list of all clients."""
    from bespoke.show.blocks import shown_in

    notebook = plan.notebook(LAST)
    found = shown_in(notebook) if notebook.is_file() else ()
    finding = next((str(block["text"]) for block in found if block.get("type") == "finding"), "")
    plan.now.advice = finding or plan.now.advice


def _say_stale(found: Manifest, say: Echo) -> None:
    if found.stale:
        more = f" and {len(found.stale) - MOST} more" if len(found.stale) > MOST else ""
        facts = f"{len(found.stale)} of {found.facts_used} facts had expired by {found.as_of}"
        say(f"{found.client}: {facts}: {', '.join(found.stale[:MOST])}{more}")


def render_report(
    client: Client,
    day: date,
    folder: Path,
    manifest: Manifest | None,
    standing: Standing,
    ahead: SpeculativeRender | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> dict[str, float]:
    """Render the executed notebooks of a client; seconds per step. A missing one is an error naming it."""
    from bespoke.report.report_files import render
    from bespoke.runner import report_additions

    notebooks = executed(client, folder, manifest)
    cover = report_additions.cover(client, day, folder, standing)
    more = report_additions.additions(client, folder, standing)
    return render(list(notebooks), cover, folder, ahead, meanwhile, notebooks, more)


def executed(client: Client, folder: Path, manifest: Manifest | None) -> dict[Path, ReadingOptions]:
    """The notebooks that a report prints, and how each is read. BespokeError names one that is missing."""
    from bespoke.own.own_in_report import printed

    notebooks = {one.path: one.options for one in printed(client.folder, folder, manifest)}
    for path in notebooks:
        if not path.is_file():
            raise BespokeError(
                "not there; run `bespoke run` first", path=f"{client.name}/notebooks/{path.name}"
            )
    return notebooks
