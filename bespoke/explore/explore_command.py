"""`bespoke explore`."""

from __future__ import annotations

from pathlib import Path

import click

from bespoke.paths import nearest


@click.command()
@click.argument("client")
@click.option("--as-of", default="", metavar="DATE", help="Date the advice speaks of (2026-11-20).")
@click.option("--port", type=int, default=0, help="Port on this machine (default: any free one).")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option(
    "--client-data", type=click.Path(path_type=Path), default=None, help="Folder of the client folders."
)
@click.option("--reports", type=click.Path(path_type=Path), default=None, help="Folder the reports go to.")
def explore(
    client: str, as_of: str, port: int, no_browser: bool, client_data: Path | None, reports: Path | None
) -> None:
    """The Explore controls of every chapter as a page on this machine, without JupyterLab."""
    from bespoke.explore.localpage import serve

    folders = client_data or nearest("client_data"), reports or nearest("reports")
    serve(client, *folders, as_of=as_of, port=port, browser=not no_browser, say=click.echo)
