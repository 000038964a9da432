"""`bespoke report`: the report once more from the executed notebooks, in other forms, or handed over as a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke import clients
from bespoke.clients import client_names
from bespoke.echo import Echo
from bespoke.errors import BespokeError, Problem
from bespoke.keys import digest
from bespoke.own.run_own import own_unchanged
from bespoke.report import memory
from bespoke.runner import issued, proof, report_additions
from bespoke.runner.cache import manifest as manifests
from bespoke.runner.cache.edited_notebooks import keep_edited
from bespoke.runner.cache.run_plan import REPORTS, RunOptions, RunPlan, report_files
from bespoke.runner.lock import one_at_a_time
from bespoke.runner.outcome import Outcome, outcome_of
from bespoke.runner.parallel.process_pool import run_in_a_process
from bespoke.runner.report_additions import Standing
from bespoke.runner.run_client import executed, plan_as_it_lies, render_report
from bespoke.saving import write_together
from bespoke.workbook import parse_day

if TYPE_CHECKING:
    from bespoke.clients.schema import Client
    from bespoke.report.office import Form


@dataclass(frozen=True)
class Asked:
    """Forms besides PDF and page, a version to hand it over as, and whether older chapters are printed."""

    forms: tuple[Form, ...] = ()
    issue: str = ""
    as_they_are: bool = False


def report_bounded(name: str, options: RunOptions, asked: Asked, say: Echo) -> Outcome:
    """`report` within the limits of typesetting: in a process of its own, which alone ends where it needs more."""

    def run(name: str, options: RunOptions, say: Echo) -> Outcome:
        if options.bounded:
            memory.limit()
        return outcome_of(name, lambda: report(name, options, asked, say))

    return run_in_a_process(name, options, run, say)


def report(name: str, options: RunOptions, asked: Asked, say: Echo) -> None:
    """Render again, dated as the notebooks are. Raises BespokeError for chapters older than what they are made from."""
    client = clients.load(options.client_data, name)
    folder = options.folder(name)
    with one_at_a_time(folder, lambda: say(f"{name}: another run of this client is at work; waiting")):
        found = manifests.proven(folder)
        proof.require(folder, found)
        day = parse_day(found.as_of)
        plan = plan_as_it_lies(name, client_names.folder(options.client_data, name), found, folder, options)
        older = _older(client, plan)
        if older and asked.issue:
            raise BespokeError([*older, Problem(name, None, None, "a mixed report is not issued")])
        if older and not asked.as_they_are:
            hint = f"run `bespoke run {name}`, or print it all the same with --as-they-are"
            raise BespokeError([*older, Problem(name, None, None, hint)])
        standing = Standing(len(found.stale), found.facts_used, len(older), plan.content_key(), asked.issue)
        if asked.issue:
            issued.check(issued.issues(folder), asked.issue)
        if asked.issue or not asked.forms:
            render_report(client, day, folder, found, standing)
            if asked.issue:
                _issue(folder, found.as_of, standing)
                say(f"{name}: issued as version {asked.issue}")
            plan.now.report, plan.now.report_key = report_files(folder), plan.report_key()
            say(f"{name}: report rendered")
        if asked.forms:
            _convert(client, day, folder, plan, standing, asked, say)
        _keep(plan, found, folder, mixed=bool(older))


def _older(client: Client, plan: RunPlan) -> list[Problem]:
    found = [
        Problem(f"{client.name}/notebooks/{stem}.ipynb", None, None, why)
        for stem, why in plan.older().items()
    ]
    if plan.now.own and not own_unchanged(client.folder, plan.folder, plan.now):
        found.append(Problem(f"{client.name}/notebooks/own", None, None, "older than what it is made from"))
    return found


def _issue(folder: Path, as_of: str, standing: Standing) -> None:
    from bespoke.chapters.recommendation import Recommendation

    advice = Recommendation.read(folder / issued.ADVICE)
    if advice is None:
        raise BespokeError(
            "the advice of this report cannot be read; run `bespoke run` again", path=issued.ADVICE
        )
    number = len(issued.issues(folder)) + 1
    files = {name: digest(folder / name) for name in REPORTS}
    stands = issued.stands(advice)
    issued.store(folder, issued.Issue(standing.issue, number, as_of, standing.content, files, stands))


def _convert(
    client: Client, day: date, folder: Path, plan: RunPlan, standing: Standing, asked: Asked, say: Echo
) -> None:
    """Write the other forms; one that somebody has edited since is kept beside the new one."""
    from bespoke.report.report_files import convert

    notebooks = executed(client, folder, plan.now)
    cover = report_additions.cover(client, day, folder, standing)
    more = report_additions.additions(client, folder, standing)
    files = convert(list(notebooks), cover, asked.forms, notebooks, more)
    for name in files:
        keep_edited(folder / name, plan.now.office.get(name, ""), f"{client.name}: {name}", say)
    write_together({folder / name: content for name, content in files.items()})
    for name in files:
        plan.now.office[name] = digest(folder / name)
        say(f"{client.name}: {name} written")


def _keep(plan: RunPlan, found: manifests.Manifest, folder: Path, *, mixed: bool) -> None:
    """The manifest of the run, with what now lies there; a mixed report is to be rendered anew by the next run."""
    found.office = plan.now.office
    if not mixed:
        found.report, found.report_key = plan.now.report, plan.now.report_key
    found.write(folder)
