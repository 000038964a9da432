"""`bespoke explain`, `compare` and `facts`: questions about finished reports and the tables behind them."""

from __future__ import annotations

from pathlib import Path

import click

from bespoke.command_options import CLIENT_DATA, REPORTS


@click.command()
@click.argument("client")
@click.argument("figure")
@CLIENT_DATA
@REPORTS
def explain(client: str, figure: str, client_data: Path, reports: Path) -> None:
    """Trace FIGURE (a number, a label or a printed text) to client input, facts and computation."""
    from bespoke.inspection.explain_figure import explain as trace
    from bespoke.runner.run_client import RunOptions

    for line in trace(client, figure, RunOptions(client_data, reports)):
        click.echo(line)


@click.command()
@click.argument("client")
@click.argument("old")
@click.argument("new")
@CLIENT_DATA
@REPORTS
def compare(client: str, old: str, new: str, client_data: Path, reports: Path) -> None:
    """What changed in the advice between OLD and NEW (report folders, or dates), and which input or fact caused it."""
    from bespoke.inspection.compare_reports import compare_reports
    from bespoke.runner.run_client import RunOptions

    options = RunOptions(client_data, reports)
    for line in compare_reports(client, old, new, options):
        click.echo(line)


@click.command()
@click.option("--as-of", default="", metavar="DATE", help="Stale as of this date (default today).")
@click.option("--claims", is_flag=True, help="What circulates about customising Claude, and what we found.")
def facts(as_of: str, claims: bool) -> None:
    """The fact tables: value, unit, source, read on, expires, stale?"""
    from datetime import date

    from bespoke.inspection import facts_listing
    from bespoke.workbook import parse_day

    day = parse_day(as_of) if as_of else date.today()
    for line in facts_listing.claims(day) if claims else facts_listing.lines(day):
        click.echo(line)
