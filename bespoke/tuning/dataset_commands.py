"""`bespoke dataset`: files of training data on the command line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bespoke.command_options import CLIENT_DATA, say


@click.group()
def dataset() -> None:
    """Training data files."""


_MAP = click.option(
    "--map",
    "names",
    multiple=True,
    metavar="NAME=KEY",
    help="Read KEY of the file as NAME, such as prompt=question.",
)


@dataset.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("target", metavar="FORMAT")
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--drop", multiple=True, metavar="KEY", help="A key to leave behind when the format has no place for it."
)
@click.option("--leave-out-faulty", is_flag=True, help="Convert the sound rows and count the others.")
@_MAP
def convert(
    source: Path,
    target: str,
    out: Path,
    drop: tuple[str, ...],
    leave_out_faulty: bool,
    names: tuple[str, ...],
) -> None:
    """Convert a file of training examples; what FORMAT cannot carry is an error, never a silent loss."""
    from bespoke.tuning import formats
    from bespoke.tuning.checking import said_of, some
    from bespoke.tuning.formats.mapping import names_of

    keys = names_of(names)
    done = formats.convert(source, target, out, drop=drop, leave_out_faulty=leave_out_faulty, names=keys)
    left = f"; faulty lines left out: {some(done.left_out)}" if done.left_out else ""
    say(f"{out}: {done.written} of {done.read} rows, read as {done.detected.format.name}{left}")
    for line in said_of(done):
        say(line)


@dataset.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--rejects", type=click.Path(path_type=Path), help="File of the rows left out; default beside OUT."
)
@click.option(
    "--to", "target", default="", metavar="FORMAT", help="Write another format than the file's own."
)
@_MAP
def repair(source: Path, out: Path, rejects: Path | None, target: str, names: tuple[str, ...]) -> None:
    """Mend what needs no decision; rows that need one go to a rejects file, each with its reasons."""
    from datetime import date

    from bespoke.tuning import repairing
    from bespoke.tuning.formats.mapping import names_of

    aside = rejects or out.with_name(f"{out.stem}.rejects.jsonl")
    done = repairing.repair(source, out, aside, date.today(), target=target, names=names_of(names))
    for line in repairing.lines(done, out, aside):
        click.echo(line)
    sys.exit(0 if done.written else 1)


@dataset.command("check")
@click.argument("source", metavar="CLIENT|FILE")
@CLIENT_DATA
@_MAP
def check_dataset(source: str, client_data: Path, names: tuple[str, ...]) -> None:
    """Every rule that training data breaks: file, line, rule, severity, source; exit 1 if no route takes it."""
    from datetime import date

    from bespoke.tuning import checking

    found = checking.check(source, lambda: client_data, date.today(), names=names)
    for line in checking.lines(found):
        click.echo(line)
    sys.exit(1 if checking.is_refused(found) else 0)


@dataset.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--model", required=True, help="Folder of the model's tokenizer, or a hub id fetched here before."
)
@click.option(
    "--every-answer", is_flag=True, help="Take the loss on every answer of a dialogue, not on the last."
)
@click.option("--most", type=click.IntRange(1), help="Name the rows with more tokens than this.")
@_MAP
def tokens(source: Path, model: str, every_answer: bool, most: int | None, names: tuple[str, ...]) -> None:
    """Tokens by the model's own template, and what of the first rows is learnt; exit 1 for rows above --most."""
    from bespoke.tuning import token_counts
    from bespoke.tuning.formats.mapping import names_of

    template = token_counts.local_template(model)
    found = token_counts.count(source, template, every=every_answer, names=names_of(names))
    for line in token_counts.lines(found, template, source, most):
        click.echo(line)
    sys.exit(1 if most and max(found.tokens) > most else 0)
