"""`bespoke run`, `report` and `verify`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from bespoke.command_options import CLIENT_DATA, NAMES, REPORTS, chosen, say

_SHARE = click.option(
    "--share", is_flag=True, help="Let other users of this machine read the rendered report."
)


@click.command()
@NAMES
@click.option("--all", "every", is_flag=True, help="Every client.")
@click.option("--only", default="", metavar="NOTEBOOK", help="This notebook, and what it needs.")
@click.option("-p", "assignments", multiple=True, metavar="NAME=VALUE", help="A notebook parameter.")
@click.option("--as-of", default="", metavar="DATE", help="Date the advice speaks of (2026-11-20).")
@click.option("--force", is_flag=True, help="Run everything again.")
@click.option(
    "--jobs", type=click.IntRange(1), default=None, help="Clients at the same time (default: one per core)."
)
@click.option("--cluster", default="", metavar="ADDRESS", help="Run on the workers of this Dask scheduler.")
@_SHARE
@CLIENT_DATA
@REPORTS
def run(
    names: tuple[str, ...],
    every: bool,
    only: str,
    assignments: tuple[str, ...],
    as_of: str,
    force: bool,
    jobs: int | None,
    cluster: str,
    share: bool,
    client_data: Path | str,
    reports: Path | str,
) -> None:
    """Run the notebooks of each client and render the report into reports/CLIENT/.

    Both folders may be a URL, s3://bucket/folder: clients are read from there, reports written there.
    """
    from bespoke.runner.run_many import RunRequest, run_all

    asked = tuple(chosen(names, every, client_data))
    request = RunRequest(asked, client_data, reports, only, assignments, as_of, force, jobs or 0, cluster)
    done = run_all(request, click.echo)
    if share and isinstance(reports, Path):
        _share(reports, request.names)
    sys.exit(0 if done else 1)


def _share(reports: Path, names: Iterable[str]) -> None:
    """Lets others on this machine read what is meant to be handed on: the rendered report, and nothing beside it."""
    from bespoke.runner.cache import manifest as manifests
    from bespoke.saving import share

    for name in names:
        found = manifests.read(reports / name)
        if found is not None:
            share(reports / name, found.report)


@click.command()
@click.argument("client")
@click.option(
    "--to",
    "forms",
    multiple=True,
    type=click.Choice(["docx", "pptx"]),
    help="Write report.docx or report.pptx instead, to edit further; may be given twice.",
)
@click.option(
    "--issue", default="", metavar="VERSION", help="Hand it over as this version, and keep a record."
)
@click.option(
    "--as-they-are", is_flag=True, help="Print chapters that are older than what they are made from."
)
@click.option("--as-of", default="", metavar="DATE", help="The report of `bespoke run --as-of DATE`.")
@click.option("--force", is_flag=True, help="Run everything again first, whatever lies there.")
@_SHARE
@CLIENT_DATA
@REPORTS
def report(
    client: str,
    forms: tuple[str, ...],
    issue: str,
    as_they_are: bool,
    as_of: str,
    force: bool,
    share: bool,
    client_data: Path,
    reports: Path,
) -> None:
    """Render the report again from the executed notebooks; chapters that do not belong together are refused."""
    from bespoke.runner.report import Asked, report_bounded
    from bespoke.runner.run_client import RunOptions
    from bespoke.workbook import parse_day

    if issue and as_of:
        raise click.UsageError("a report as of another day is not issued")
    if force:
        from bespoke.runner.run_many import RunRequest, run_all

        if not run_all(RunRequest((client,), client_data, reports, as_of=as_of, force=True), click.echo):
            sys.exit(1)
    asked = Asked(tuple(dict.fromkeys(forms)), issue, as_they_are)  # type: ignore[arg-type]
    options = RunOptions(client_data, reports, parse_day(as_of).isoformat() if as_of else "")
    outcome = report_bounded(client, options, asked, say)
    for problem in outcome.problems:
        click.echo(problem, err=True)
    if not outcome.ok:
        sys.exit(1)
    if share:
        _share(reports, [client])


@click.command()
@NAMES
@click.option("--all", "every", is_flag=True, help="Every report there is.")
@REPORTS
def verify(names: tuple[str, ...], every: bool, reports: Path) -> None:
    """Prove that notebooks, results, figures and report are as this machine's last run wrote them; exit 1 if not."""
    from bespoke.runner import proof

    if every == bool(names):
        raise click.UsageError("name one or more clients, or give --all")
    sound = True
    for line, holds in proof.lines(reports, names or proof.reported(reports)):
        click.echo(line)
        sound &= holds
    sys.exit(0 if sound else 1)
