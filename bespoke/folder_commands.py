"""`bespoke new`, `check`, `erase` and `move-notes`: what is done to a client folder itself."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bespoke.command_options import CLIENT_DATA, NAMES, REPORTS, chosen, say
from bespoke.errors import BespokeError, Problem, printable


@click.command()
@click.argument("client")
@CLIENT_DATA
def new(client: str, client_data: Path) -> None:
    """Make client_data/CLIENT from the commented template."""
    from bespoke import clients

    folder = clients.create(client_data, client)
    click.echo(f"{folder}: fill in the files, then run: bespoke check {client}")


@click.command()
@NAMES
@click.option("--all", "every", is_flag=True, help="Every client.")
@CLIENT_DATA
def check(names: tuple[str, ...], every: bool, client_data: Path) -> None:
    """Print every problem in the folder, one line each; exit 1 if there is any besides warnings."""
    found = False
    for name in chosen(names, every, client_data):
        problems = _problems(client_data, name)
        for problem in problems:
            click.echo(str(problem))
        found |= any(not problem.warning for problem in problems)
        if not problems:
            click.echo(f"{printable(name)}: no problems")
    sys.exit(1 if found else 0)


def _problems(folder: Path, name: str) -> list[Problem]:
    """What is wrong in the files; where nothing is, what is counted in them against what tasks.csv declares."""
    from bespoke.clients.client_reader import checked

    try:
        problems, client = checked(folder, name)
    except BespokeError as error:
        return [*error.problems, *_burning(folder / name)]
    problems += [*_alike(folder, name), *_burning(folder / name)]
    if all(problem.warning for problem in problems):
        from bespoke.chapters.consistency import inconsistencies
        from bespoke.own.words import misplaced

        problems += inconsistencies(client()) + misplaced(client())
    return problems


def _burning(client: Path) -> list[Problem]:
    """State that is not ours; endpoints and jobs of the client that cost money or are about to end, from the state."""
    from datetime import date

    from bespoke import foreign_state
    from bespoke.tuning.jobs.watch import problems

    burning = problems(client, date.today()) if (client / "tuning").is_dir() else []
    return [*foreign_state.problems(client), *burning]


def _alike(folder: Path, name: str) -> list[Problem]:
    """Other clients of the portfolio whose name a reader takes for this one's."""
    from bespoke import clients
    from bespoke.clients.confusable import alike

    others = [other for other in clients.names(folder) if list(alike([other, name]))]
    said = "looks like the client {}; a reader will take one for the other"
    return [Problem(name, None, None, said.format(other), warning=True) for other in others]


@click.command()
@click.argument("client")
@click.option("--yes", is_flag=True, help="Really delete; without it only a list is printed.")
@click.option("--inputs", is_flag=True, help="Also the client folder itself.")
@CLIENT_DATA
@REPORTS
def erase(client: str, yes: bool, inputs: bool, client_data: Path, reports: Path) -> None:
    """List, and with --yes delete, everything made of a client on this machine; says what it cannot reach."""
    from bespoke import erasing

    for line in erasing.erase(client, client_data, reports, really=yes, inputs=inputs):
        say(line)


@click.command("move-notes")
@click.argument("client")
@click.option(
    "--task", default="", metavar="TASK_ID", help="Whose notes they are; default the one extraction task."
)
@CLIENT_DATA
def move_notes(client: str, task: str, client_data: Path) -> None:
    """Move evaluation/notes.jsonl of the first layout, and what belongs to it, to evaluation/TASK_ID/."""
    from bespoke import clients
    from bespoke.evaluation.layout_migration import move_notes as move

    found = clients.load(client_data, client)
    extractions = [t.task_id for t in found.tasks if t.kind == "extraction"]
    if not task and len(extractions) != 1:
        raise BespokeError(
            "name the task with --task: there is not one extraction task whose notes these are"
        )
    for line in move(found.folder, task or extractions[0]):
        say(line)
