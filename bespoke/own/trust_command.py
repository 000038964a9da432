"""`bespoke trust`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from bespoke.command_options import CLIENT_DATA, REPORTS, say
from bespoke.errors import BespokeError


@click.command()
@click.argument("client")
@CLIENT_DATA
@click.option("--list", "only_list", is_flag=True, help="Only say what is trusted.")
@click.option("--state", is_flag=True, help="Take over tuning state and journals that lie in the folder.")
@click.option("--issued", "versions", is_flag=True, help="Take over the records of issued versions.")
@REPORTS
def trust(
    client: str, client_data: Path, only_list: bool, state: bool, versions: bool, reports: Path
) -> None:
    """Let the client's own notebooks run and confirm what its folder permits, as both are now: read them first."""
    from bespoke.clients import client_names

    folder = client_names.folder(client_data, client)
    if versions:
        from bespoke.runner import issued

        told = list(issued.take_over(reports / client))
        for line in told or ["there is no record of an issued version"]:
            say(f"{client}: {line}")
        return
    if state:
        from bespoke import foreign_state

        taken = list(foreign_state.take_over(folder))
        for line in taken or [f"{client}: there is no state that this machine did not write"]:
            say(line)
        return
    for line in (*_notebooks(folder, only_list), *_permissions(folder, only_list)):
        say(line)


def _notebooks(folder: Path, only_list: bool) -> Iterator[str]:
    from bespoke.own.own_notebooks import own_notebooks
    from bespoke.own.trust import is_trusted
    from bespoke.own.trust import trust as remember

    found = own_notebooks(folder)
    if not only_list:
        remember(found)
    for one in found:
        said = "trusted" if is_trusted(one) else "not trusted"
        yield f"{folder.name}/notebooks/{one.path.name}: {said} (after {one.after}; {one.digest[:12]})"


def _permissions(folder: Path, only_list: bool) -> Iterator[str]:
    """What the folder permits; where it cannot be read, why."""
    from bespoke import clients, confirmations

    try:
        found = clients.load(folder.parent, folder.name)
    except BespokeError as error:
        yield from (f"{problem}; nothing is confirmed" for problem in error.problems[:1])
        return
    if not only_list:
        confirmations.confirm(found)
    said = "confirmed" if confirmations.is_confirmed(found) else "not confirmed"
    yield f"{folder.name}: {said}: {confirmations.told(confirmations.gates(found))}"
