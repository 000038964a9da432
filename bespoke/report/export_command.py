"""`bespoke export`."""

from __future__ import annotations

import click


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="NOTEBOOK… [OPTIONS]")
def export(arguments: tuple[str, ...]) -> None:
    """One PDF from any notebook: nbconvert's own options, and --strict (--help-all lists them)."""
    from bespoke.report.exporting import export as run

    run(arguments)
