"""`bespoke explore`."""

from __future__ import annotations

from pathlib import Path

import click

from bespoke.command_options import CLIENT_DATA, REPORTS


@click.command()
@click.argument("client")
@click.option("--as-of", default="", metavar="DATE", help="Date the advice speaks of (2026-11-20).")
@click.option("--port", type=int, default=0, help="Port on this machine (default: any free one).")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@CLIENT_DATA
@REPORTS
def explore(client: str, as_of: str, port: int, no_browser: bool, client_data: Path, reports: Path) -> None:
    """The Explore controls of every chapter as a page on this machine, without JupyterLab."""
    from bespoke.explore.localpage import serve

    serve(client, client_data, reports, as_of=as_of, port=port, browser=not no_browser, say=click.echo)
