"""`bespoke scenario`: named scenarios on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bespoke.command_options import CLIENT_DATA, say
from bespoke.errors import BespokeError, printable

if TYPE_CHECKING:
    from bespoke.clients.changes import Address, Changes
    from bespoke.clients.schema import Client

F = TypeVar("F", bound=Callable[..., Any])

_NOTHING_WRITTEN = "nothing was written: this is the difference; --yes writes it"
_ONLY = click.option(
    "--only", "places", multiple=True, metavar="PLACE", help="Only this value of it; may be repeated."
)


@click.group()
def scenario() -> None:
    """Other values under a name, side by side with the client folder as it is.

    A PLACE is TASK_ID.COLUMN, a key of engagement.yaml (access.gpu_hosting), or FILE:ROW:COLUMN
    (phases.csv:training:likely_days, prices.yaml:claude-sonnet-5.input:value).
    """


@scenario.command()
@click.argument("client")
@click.argument("name")
@click.option(
    "--set", "given", multiple=True, metavar="PLACE=VALUE", help="One other value; may be repeated."
)
@click.option("--from", "source", default="", metavar="NAME", help="Begin with the values of this scenario.")
@click.option("--again", is_flag=True, help="Take the place of a scenario of this name.")
@click.option("--not-in-report", is_flag=True, help="Leave it out of the report.")
@CLIENT_DATA
def save(
    client: str, name: str, given: tuple[str, ...], source: str, again: bool, not_in_report: bool,
    client_data: Path,
) -> None:  # fmt: skip
    """Save values under NAME, which may be any title, as client_data/CLIENT/scenarios/NAME.yaml."""
    from bespoke.scenarios import saving

    there = _client(client, client_data)
    changes = dict(saving.named(there, source).changes) if source else {}
    changes |= dict(_assigned(there, text) for text in given)
    path = saving.save(there, name, changes, in_report=not not_in_report, again=again)
    say(f"{client}/scenarios/{path.name}: saved, {_count(changes)}")


@scenario.command("list")
@click.argument("client")
@CLIENT_DATA
def list_(client: str, client_data: Path) -> None:
    """Every scenario of the client, and whether the folder has changed underneath."""
    from bespoke.chapters.scenarios import moved

    there = _client(client, client_data)
    if not there.scenarios:
        click.echo(f"{client}: no scenarios; bespoke scenario save makes one")
    for one in there.scenarios:
        parts = [one.title, _count(one.changes)]
        parts += [] if one.in_report else ["not in the report"]
        parts += ["the folder has changed underneath"] if moved(there, one) else []
        say(f"{one.name}: {'; '.join(parts)}")


@scenario.command()
@click.argument("client")
@click.argument("name")
@CLIENT_DATA
def show(client: str, name: str, client_data: Path) -> None:
    """What the scenario sets, place by place, beside what the folder says."""
    from bespoke.chapters.scenarios import moved, settings
    from bespoke.scenarios.saving import named

    there = _client(client, client_data)
    one = named(there, name)
    for setting in settings(there, one.changes):
        say(f"{_place(setting.place)}: {_said(setting.before)} in the folder, {_said(setting.now)} here")
    for setting in moved(there, one):
        line = f"was {_said(setting.before)} when this was saved, is {_said(setting.now)} now"
        say(f"{_place(setting.place)}: the folder has changed underneath: {line}")


@scenario.command()
@click.argument("client")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--as-of", default="", metavar="DATE", help="Date the advice speaks of (2026-11-20).")
@CLIENT_DATA
def compare(client: str, names: tuple[str, ...], as_of: str, client_data: Path) -> None:
    """The whole advice under up to four scenarios and as the folder is: cost, quality, date, first step."""
    from tempfile import TemporaryDirectory

    from bespoke import workbook
    from bespoke.chapters import scenarios as compared
    from bespoke.exhibits.scenarios import moved_lines, tables
    from bespoke.scenarios.saving import named
    from bespoke.show.html import plain

    with TemporaryDirectory(prefix="bespoke-") as reports:  # nothing is left of it
        folder = str(client_data)
        book = workbook.open(client=client, client_data=folder, reports=reports, as_of=as_of)
        chosen = [named(book.client, name) for name in dict.fromkeys(names)] or list(book.client.scenarios)
        if len(names) > compared.MOST:
            raise click.UsageError(f"at most {compared.MOST} scenarios stand side by side")
        found = compared.compute(book.client, book.facts, book.earlier, chosen)
    if found is None:
        raise BespokeError("no scenarios; bespoke scenario save makes one", path=client)
    for table in tables(found):
        click.echo(plain(table) + "\n")
    for line in moved_lines(found):
        say(line)
    if found.others:
        say(f"not shown: {', '.join(found.others)}")


@scenario.command()
@click.argument("client")
@click.argument("name")
@_ONLY
@click.option("--yes", is_flag=True, help="Really write; without it only the difference is printed.")
@CLIENT_DATA
def keep(client: str, name: str, places: tuple[str, ...], yes: bool, client_data: Path) -> None:
    """Write the values of a scenario, or some of them, into the files of the client folder."""
    from bespoke.explore.memory import Memory
    from bespoke.explore.proposal import propose
    from bespoke.scenarios.saving import named

    there = _client(client, client_data)
    changes = named(there, name).changes
    chosen = {place: changes[place] for place in _among(there, changes, places)}
    proposal = propose(there.folder, chosen)
    if proposal.errors:
        raise BespokeError(proposal.errors)
    click.echo("".join(printable(line) + "\n" for line in proposal.diff().splitlines()), nl=False)
    if not yes or not proposal.edits:
        click.echo(_NOTHING_WRITTEN if proposal.edits else "nothing to write: the folder says so already")
        return
    proposal.keep()
    Memory.of(there.folder).note_kept(proposal)
    click.echo(f"{client}: kept in {', '.join(edit.name for edit in proposal.edits)}")


@scenario.command()
@click.argument("client")
@CLIENT_DATA
def undo(client: str, client_data: Path) -> None:
    """Bring back the files as they were before the last keep, here or in Explore."""
    from bespoke.clients.client_names import folder
    from bespoke.explore.memory import Memory

    memory = Memory.of(folder(client_data, client))
    names = memory.undo()
    click.echo(f"{client}: undone in {', '.join(names)}")


@scenario.command()
@click.argument("client")
@click.argument("name")
@CLIENT_DATA
def remove(client: str, name: str, client_data: Path) -> None:
    """Delete the scenario's file; the client folder otherwise stays as it is."""
    from bespoke.scenarios import saving

    there = _client(client, client_data)
    found = saving.named(there, name)
    saving.remove(there, found)
    say(f"{client}/scenarios/{found.name}.yaml: removed")


scenario.add_command(save, "new")


def _client(name: str, client_data: Path) -> Client:
    from bespoke import clients

    return clients.load(client_data, name)


def _assigned(client: Client, text: str) -> tuple[Address, Any]:
    """`TASK_ID.COLUMN=VALUE` as a place and its value. Wrong usage where there is no such place or value."""
    from bespoke.clients.scalars import InvalidValue
    from bespoke.clients.scenarios import value_of

    place, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text} says no value; write PLACE=VALUE", param_hint="--set")
    try:
        address = _address(client, place.strip())
        return address, value_of(address, value)
    except InvalidValue as unfit:
        raise click.BadParameter(f"{place}: {unfit}", param_hint="--set") from unfit


def _address(client: Client, text: str) -> Address:
    """The place in the client folder that a text on the command line names."""
    from bespoke.clients.scenarios import FILES

    tasks = {task.task_id for task in client.tasks}
    file, *rest = text.split(":")
    if file == "engagement.yaml":
        return (file, *".".join(rest).split("."))
    if file in FILES:
        return (file, *rest)
    if file in tasks and rest:
        return ("tasks.csv", file, *rest)
    row, _, column = text.rpartition(".")
    return ("tasks.csv", row, column) if row in tasks else ("engagement.yaml", *text.split("."))


def _among(client: Client, changes: Changes, places: tuple[str, ...]) -> list[Address]:
    chosen = [_address(client, place) for place in places]
    for address, place in zip(chosen, places, strict=True):
        if address not in changes:
            there = ", ".join(map(_place, changes))
            raise click.BadParameter(
                f"{place} is not in the scenario; there are {there}", param_hint="--only"
            )
    return chosen or list(changes)


def _place(address: Address) -> str:
    """An address as one would type it."""
    file, *rest = address
    if file == "engagement.yaml":
        return ".".join(rest)
    return f"{rest[0]}.{rest[1]}" if file == "tasks.csv" else ":".join(address)


def _said(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _count(changes: Changes) -> str:
    return f"{len(changes)} value{'' if len(changes) == 1 else 's'}"
