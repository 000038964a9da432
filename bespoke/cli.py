"""The front door: each command is one call. Heavy imports happen inside the commands."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import click

from bespoke import __version__
from bespoke.claude.claude_commands import evaluate, grade, import_predictions, label, optimise, prefer
from bespoke.errors import BespokeError, Problem, printable
from bespoke.explore.explore_command import explore
from bespoke.intake.import_commands import imports
from bespoke.intake.intake_commands import intake
from bespoke.own.trust_command import trust
from bespoke.paths import is_url, nearest
from bespoke.report.export_command import export
from bespoke.scenarios.front import scenario
from bespoke.tuning.tune_commands import tune


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


_CLIENT_DATA = click.option(
    "--client-data", type=_Place(), metavar="DIR", default=None, help="Folder of the client folders."
)
_REPORTS = click.option(
    "--reports", type=_Place(), metavar="DIR", default=None, help="Folder the reports go to."
)

_SHARE = click.option(
    "--share", is_flag=True, help="Let other users of this machine read the rendered report."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bespoke")
def bespoke() -> None:
    """How should this client customise Claude, what does it cost, how long does it take, how do we know?"""


@bespoke.command()
@click.argument("client")
@_CLIENT_DATA
def new(client: str, client_data: Path | None) -> None:
    """Make client_data/CLIENT from the commented template."""
    from bespoke import clients

    folder = clients.create(_folder(client_data, "client_data"), client)
    click.echo(f"{folder}: fill in the files, then run: bespoke check {client}")


@bespoke.command()
@click.argument("names", metavar="CLIENT...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every client.")
@_CLIENT_DATA
def check(names: tuple[str, ...], every: bool, client_data: Path | None) -> None:
    """Print every problem in the folder, one line each; exit 1 if there is any besides warnings."""
    folder = _folder(client_data, "client_data")
    found = False
    for name in _names(names, every, folder):
        problems = _problems(folder, name)
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


@bespoke.command()
@click.argument("names", metavar="CLIENT...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every client.")
@click.option("--only", default="", metavar="NOTEBOOK", help="This notebook, and what it needs.")
@click.option("-p", "assignments", multiple=True, metavar="NAME=VALUE", help="A notebook parameter.")
@click.option("--as-of", default="", metavar="DATE", help="Date the advice speaks of (2026-11-20).")
@click.option("--force", is_flag=True, help="Run everything again.")
@click.option(
    "--jobs", type=click.IntRange(1), default=None, help="Clients at the same time (default: one per core)."
)
@click.option("--cluster", default="", metavar="ADDRESS", help="Run on the workers of this Dask scheduler.")
@_SHARE
@_CLIENT_DATA
@_REPORTS
def run(
    names: tuple[str, ...],
    every: bool,
    only: str,
    assignments: tuple[str, ...],
    as_of: str,
    force: bool,
    jobs: int | None,
    cluster: str,
    share: bool,
    client_data: Path | str | None,
    reports: Path | str | None,
) -> None:
    """Run the notebooks of each client and render the report into reports/CLIENT/.

    Both folders may be a URL, s3://bucket/folder: clients are read from there, reports written there.
    """
    from bespoke.runner.run_many import RunRequest, run_all

    folder = client_data if isinstance(client_data, str) else _folder(client_data, "client_data")
    request = RunRequest(
        names=tuple(_names(names, every, folder)),
        client_data=folder,
        reports=reports if isinstance(reports, str) else _folder(reports, "reports"),
        only=only,
        assignments=assignments,
        as_of=as_of,
        force=force,
        jobs=jobs or 0,
        cluster=cluster,
    )
    done = run_all(request, click.echo)
    if share and isinstance(request.reports, Path):
        _share(request.reports, request.names)
    sys.exit(0 if done else 1)


def _share(reports: Path, names: Iterable[str]) -> None:
    """Lets others on this machine read what is meant to be handed on: the rendered report, and nothing beside it."""
    from bespoke.runner.cache import manifest as manifests
    from bespoke.saving import share

    for name in names:
        found = manifests.read(reports / name)
        if found is not None:
            share(reports / name, found.report)


@bespoke.command()
@click.argument("client")
@click.option(
    "--to",
    "forms",
    multiple=True,
    type=click.Choice(["docx", "pptx"]),
    help="Write report.docx or report.pptx instead, to edit further; may be given twice.",
)
@click.option(
    "--issue", default="", metavar="VERSION", help="Hand it over as this version, and keep a record."
)
@click.option(
    "--as-they-are", is_flag=True, help="Print chapters that are older than what they are made from."
)
@click.option("--as-of", default="", metavar="DATE", help="The report of `bespoke run --as-of DATE`.")
@click.option("--force", is_flag=True, help="Run everything again first, whatever lies there.")
@_SHARE
@_CLIENT_DATA
@_REPORTS
def report(
    client: str,
    forms: tuple[str, ...],
    issue: str,
    as_they_are: bool,
    as_of: str,
    force: bool,
    share: bool,
    client_data: Path | None,
    reports: Path | None,
) -> None:
    """Render the report again from the executed notebooks; chapters that do not belong together are refused."""
    from bespoke.runner.report import Asked, report_bounded
    from bespoke.runner.run_client import RunOptions
    from bespoke.workbook import parse_day

    if issue and as_of:
        raise click.UsageError("a report as of another day is not issued")
    folder, out = _folder(client_data, "client_data"), _folder(reports, "reports")
    if force:
        from bespoke.runner.run_many import RunRequest, run_all

        if not run_all(RunRequest((client,), folder, out, as_of=as_of, force=True), click.echo):
            sys.exit(1)
    asked = Asked(tuple(dict.fromkeys(forms)), issue, as_they_are)  # type: ignore[arg-type]
    day = parse_day(as_of).isoformat() if as_of else ""
    options = RunOptions(folder, out, day)
    outcome = report_bounded(client, options, asked, lambda line: click.echo(printable(line)))
    for problem in outcome.problems:
        click.echo(problem, err=True)
    if not outcome.ok:
        sys.exit(1)
    if share:
        _share(out, [client])


@bespoke.command()
@click.argument("names", metavar="CLIENT...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every report there is.")
@_REPORTS
def verify(names: tuple[str, ...], every: bool, reports: Path | None) -> None:
    """Prove that notebooks, results, figures and report are as this machine's last run wrote them; exit 1 if not."""
    from bespoke.runner import proof

    if every == bool(names):
        raise click.UsageError("name one or more clients, or give --all")
    folder, sound = _folder(reports, "reports"), True
    for line, holds in proof.lines(folder, names or proof.reported(folder)):
        click.echo(line)
        sound &= holds
    sys.exit(0 if sound else 1)


@bespoke.command()
@click.argument("client")
@click.option("--yes", is_flag=True, help="Really delete; without it only a list is printed.")
@click.option("--inputs", is_flag=True, help="Also the client folder itself.")
@_CLIENT_DATA
@_REPORTS
def erase(client: str, yes: bool, inputs: bool, client_data: Path | None, reports: Path | None) -> None:
    """List, and with --yes delete, everything made of a client on this machine; says what it cannot reach."""
    from bespoke import erasing

    folders = _folder(client_data, "client_data"), _folder(reports, "reports")
    for line in erasing.erase(client, *folders, really=yes, inputs=inputs):
        click.echo(printable(line))


@bespoke.command()
@click.argument("client")
@click.argument("figure")
@_CLIENT_DATA
@_REPORTS
def explain(client: str, figure: str, client_data: Path | None, reports: Path | None) -> None:
    """Trace FIGURE (a number, a label or a printed text) to client input, facts and computation."""
    from bespoke.inspection.explain_figure import explain as trace
    from bespoke.runner.run_client import RunOptions

    for line in trace(
        client, figure, RunOptions(_folder(client_data, "client_data"), _folder(reports, "reports"))
    ):
        click.echo(line)


@bespoke.command()
@click.argument("client")
@click.argument("old")
@click.argument("new")
@_CLIENT_DATA
@_REPORTS
def compare(client: str, old: str, new: str, client_data: Path | None, reports: Path | None) -> None:
    """What changed in the advice between OLD and NEW (report folders, or dates), and which input or fact caused it."""
    from bespoke.inspection.compare_reports import compare_reports
    from bespoke.runner.run_client import RunOptions

    options = RunOptions(_folder(client_data, "client_data"), _folder(reports, "reports"))
    for line in compare_reports(client, old, new, options):
        click.echo(line)


@bespoke.group()
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
    click.echo(
        printable(f"{out}: {done.written} of {done.read} rows, read as {done.detected.format.name}{left}")
    )
    for line in said_of(done):
        click.echo(printable(line))


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
@_CLIENT_DATA
@_MAP
def check_dataset(source: str, client_data: Path | None, names: tuple[str, ...]) -> None:
    """Every rule that training data breaks: file, line, rule, severity, source; exit 1 if no route takes it."""
    from datetime import date

    from bespoke.tuning import checking

    found = checking.check(source, lambda: _folder(client_data, "client_data"), date.today(), names=names)
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


@bespoke.command()
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


@bespoke.command("move-notes")
@click.argument("client")
@click.option(
    "--task", default="", metavar="TASK_ID", help="Whose notes they are; default the one extraction task."
)
@_CLIENT_DATA
def move_notes(client: str, task: str, client_data: Path | None) -> None:
    """Move evaluation/notes.jsonl of the first layout, and what belongs to it, to evaluation/TASK_ID/."""
    from bespoke import clients
    from bespoke.evaluation.moving import move_notes as move

    found = clients.load(_folder(client_data, "client_data"), client)
    extractions = [t.task_id for t in found.tasks if t.kind == "extraction"]
    if not task and len(extractions) != 1:
        raise BespokeError(
            "name the task with --task: there is not one extraction task whose notes these are"
        )
    for line in move(found.folder, task or extractions[0]):
        click.echo(printable(line))


for command in (
    evaluate, explore, export, grade, import_predictions, imports, intake, label, optimise, prefer, scenario, trust,
    tune,
):  # fmt: skip
    bespoke.add_command(command)


def main() -> None:
    """Entry point: every error a user can cause ends as one line per problem and exit code 1."""
    try:
        bespoke.main(standalone_mode=False)
    except BespokeError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted; nothing half-written was left behind", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(printable(f"{where}{error.strerror or error}"), err=True)
        sys.exit(1)
    except Exception as error:
        if os.environ.get("BESPOKE_DEBUG"):
            raise
        told = printable(f"{type(error).__name__}: {error}")
        click.echo(
            f"a fault of bespoke itself, please report it: {told} (BESPOKE_DEBUG=1 shows more)", err=True
        )
        sys.exit(1)


def program() -> None:
    """`main`, and then the end at once: to take modules and the typesetter's memory apart takes a fifth of a second."""
    code: object = 0
    try:
        main()
    except SystemExit as stop:
        code = stop.code
    atexit._run_exitfuncs()
    with suppress(OSError, ValueError):  # nobody listens any more
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


def _burning(client: Path) -> list[Problem]:
    """State that is not ours; endpoints and jobs of the client that cost money or are about to end, from the state."""
    from datetime import date

    from bespoke import foreign
    from bespoke.tuning.jobs.watch import problems

    burning = problems(client, date.today()) if (client / "tuning").is_dir() else []
    return [*foreign.problems(client), *burning]


def _alike(folder: Path, name: str) -> list[Problem]:
    """Other clients of the portfolio whose name a reader takes for this one's."""
    from bespoke import clients
    from bespoke.clients.confusable import alike

    others = [other for other in clients.names(folder) if list(alike([other, name]))]
    said = "looks like the client {}; a reader will take one for the other"
    return [Problem(name, None, None, said.format(other), warning=True) for other in others]


def _folder(given: Path | None, name: str) -> Path:
    return given if given is not None else nearest(name)


def _names(names: tuple[str, ...], every: bool, folder: Path | str) -> list[str]:
    """The clients asked for, each once; none, or names beside --all, is wrong usage."""
    from bespoke import clients

    if every == bool(names):
        raise click.UsageError("name one or more clients, or give --all")
    if not every:
        return list(dict.fromkeys(names))
    if isinstance(folder, Path):
        found = clients.names(folder)
    else:
        from bespoke.runner.remote import s3

        found = s3.names(folder)
    if not found:
        raise BespokeError("no client folder here", path=str(folder))
    return found


if __name__ == "__main__":
    program()
