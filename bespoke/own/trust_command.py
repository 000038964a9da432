"""`bespoke trust`."""

from __future__ import annotations

from pathlib import Path

import click

from bespoke.errors import BespokeError, printable
from bespoke.paths import nearest


@click.command()
@click.argument("client")
@click.option(
    "--client-data", type=click.Path(path_type=Path), default=None, help="Folder of the client folders."
)
@click.option("--list", "only_list", is_flag=True, help="Only say which are trusted.")
def trust(client: str, client_data: Path | None, only_list: bool) -> None:
    """Let the client's own notebooks run, as they are now: read them first, they are code."""
    from bespoke.clients import client_names
    from bespoke.own.found import own_notebooks
    from bespoke.own.trust import is_trusted
    from bespoke.own.trust import trust as remember

    found = own_notebooks(client_names.folder(client_data or nearest("client_data"), client))
    if not found:
        raise BespokeError("the client has no notebooks of its own", path=f"{client}/notebooks")
    if not only_list:
        remember(found)
    for one in found:
        said = "trusted" if is_trusted(one) else "not trusted"
        click.echo(
            printable(f"{client}/notebooks/{one.path.name}: {said} (after {one.after}; {one.digest[:12]})")
        )
