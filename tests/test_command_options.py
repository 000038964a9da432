"""Options that commands share: where a URL will do, and which clients are meant."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bespoke.command_options import NAMES, _Place, chosen, say
from bespoke.errors import BespokeError

URL = "s3://bucket/clients"


def place(value: str | Path, command: str | None) -> Path | str:
    context = None if command is None else click.Context(click.Command(command), info_name=command)
    return _Place().convert(value, None, context)


def test_only_a_run_reads_from_a_url() -> None:
    assert place(URL, "run") == URL
    for command in ("check", None):
        assert place("clients", command) == place(Path("clients"), command) == Path("clients")
        with pytest.raises(
            click.BadParameter, match="only `bespoke run` reads from a URL; name a folder here"
        ):
            place(URL, command)


def test_clients_are_those_named_each_once_or_all_there_are(tmp_path: Path) -> None:
    assert chosen(("b", "a", "b"), False, tmp_path) == ["b", "a"]
    for names, every in ((("a",), True), ((), False)):
        with pytest.raises(click.UsageError, match="name one or more clients, or give --all"):
            chosen(names, every, tmp_path)
    with pytest.raises(BespokeError, match="no client folder here"):
        chosen((), True, tmp_path)
    for name in ("b", "a"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "engagement.yaml").touch()
    assert chosen((), True, tmp_path) == ["a", "b"]


@pytest.mark.parametrize("given", [[], ["a"], ["a", "b", "c"]])
def test_a_command_takes_as_many_clients_as_are_named(given: list[str]) -> None:
    @click.command()
    @NAMES
    def command(names: tuple[str, ...]) -> None:
        say(f"{names}\x1b[2J")

    done = CliRunner().invoke(command, given)
    assert (done.exit_code, done.output) == (0, f"{tuple(given)}\\x1b[2J\n")
