"""The command line: every command by its name, and how it ends. Heavy imports happen inside the commands."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress

import click

from bespoke import __version__
from bespoke.claude.claude_commands import evaluate, grade, import_predictions, label, optimise, prefer
from bespoke.errors import BespokeError, printable
from bespoke.explore.explore_command import explore
from bespoke.folder_commands import check, erase, move_notes, new
from bespoke.inspection.inspection_commands import compare, explain, facts
from bespoke.intake.import_commands import imports
from bespoke.intake.intake_commands import intake
from bespoke.own.trust_command import trust
from bespoke.report.export_command import export
from bespoke.runner.run_commands import report, run, verify
from bespoke.scenarios.scenario_commands import scenario
from bespoke.tuning.dataset_commands import dataset
from bespoke.tuning.tune_commands import tune


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bespoke")
def bespoke() -> None:
    """How should this client customise Claude, what does it cost, how long does it take, how do we know?"""


for command in (
    check, compare, dataset, erase, evaluate, explain, explore, export, facts, grade, import_predictions, imports,
    intake, label, move_notes, new, optimise, prefer, report, run, scenario, trust, tune, verify,
):  # fmt: skip
    bespoke.add_command(command)


def main() -> None:
    """Entry point: every error a user can cause ends as one line per problem and exit code 1."""
    try:
        bespoke.main(standalone_mode=False)
    except BespokeError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted; nothing half-written was left behind", err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
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
