"""Options that commands of several packages have, the clients they name, and how a command speaks."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from bespoke.errors import BespokeError, printable
from bespoke.paths import is_url, nearest


class _Place(click.ParamType[Path | str]):
    """A folder; for `bespoke run` also the URL of one, which stays text."""

    name = "place"

    def convert(
        self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        if isinstance(value, Path) or not is_url(value):
            return Path(value)
        if ctx is None or ctx.info_name != "run":
            raise click.BadParameter("only `bespoke run` reads from a URL; name a folder here", ctx, param)
        return value


_place_option = partial(click.option, type=_Place(), metavar="DIR")
CLIENT_DATA = _place_option(
    "--client-data", default=lambda: nearest("client_data"), help="Folder of the client folders."
)
REPORTS = _place_option("--reports", default=lambda: nearest("reports"), help="Folder the reports go to.")
NAMES = click.argument("names", metavar="CLIENT...", nargs=-1)


def chosen(names: tuple[str, ...], every: bool, client_data: Path | str) -> list[str]:
    """The clients asked for, each once; none, or names beside --all, is wrong usage."""
    from bespoke import clients

    if every == bool(names):
        raise click.UsageError("name one or more clients, or give --all")
    if not every:
        return list(dict.fromkeys(names))
    if isinstance(client_data, Path):
        found = clients.names(client_data)
    else:
        from bespoke.runner.remote import s3

        found = s3.names(client_data)
    if not found:
        raise BespokeError("no client folder here", path=str(client_data))
    return found


def say(line: str) -> None:
    """Prints one line in which nothing can steer the terminal."""
    click.echo(printable(line))
