"""`bespoke import`: what the client has in logs, bills and other tools. Nothing is sent anywhere."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from bespoke.claude.claude_commands import import_predictions
from bespoke.command_options import CLIENT_DATA, say
from bespoke.errors import BespokeError

_FORMATS = (
    "anthropic-report", "anthropic-console", "bedrock", "langfuse", "litellm", "otlp", "openai", "helicone",
)  # fmt: skip
_FILES = click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
_MAP = click.option(
    "--map", "mapping", default="", metavar="FIELD=COLUMN,…", help="Read a table of your own columns."
)
_CLIENT = click.option("--client", default="", metavar="NAME", help="The client folder the figures go to.")
_TASK = click.option(
    "--task",
    "rules",
    multiple=True,
    metavar="TASK=FIELD:PATTERN",
    help="Calls whose FIELD (workspace, api_key, trace, tag, model, …) matches are the task's; TASK=* takes all.",
)


@click.group("import")
def imports() -> None:
    """Bring what logs, bills and other tools hold into a client folder."""


imports.add_command(import_predictions, "predictions")


@imports.command()
@_FILES
@_CLIENT
@_TASK
@_MAP
@click.option("--format", "form", type=click.Choice(_FORMATS), help="When the file itself does not show it.")
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="Of days and hours.")
@CLIENT_DATA
def usage(
    files: tuple[Path, ...],
    client: str,
    rules: tuple[str, ...],
    mapping: str,
    form: str | None,
    timezone: str,
    client_data: Path,
) -> None:
    """Measure volume, tokens, latency, errors and spend of each task from usage logs and bills.

    Without --client the figures are shown by key and nothing is written.
    """
    from bespoke.clients import client_reader
    from bespoke.intake import attribution, usage_import, usage_wording
    from bespoke.intake.formats import mapped

    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise click.BadParameter(f"{timezone!r} is no time zone; write one such as Europe/Berlin") from None
    found = client_reader.load(client_data, client) if client else None
    read = usage_import.read_usage_files(
        files,
        found,
        rules=attribution.parse(rules, [task.task_id for task in found.tasks] if found else ()),
        mapping=mapped.parse(mapping) if mapping else None,
        form=form or "",
        zone=zone,
        zone_name=timezone,
        say=say,
    )
    figures = read.figures()
    for line in usage_wording.lines(read, figures, found):
        say(line)
    if found is None:
        say("nothing was written: --client NAME writes the figures of its tasks")
        return
    if not figures:
        raise BespokeError("no call was found to be a task's; nothing was written", path=files[0].name)
    say(f"{usage_import.write_usage(found, figures)}: {len(figures)} tasks")


@imports.command()
@_FILES
@click.option("--client", required=True, metavar="NAME", help="The client folder the rows go to.")
@_TASK
@_MAP
@click.option(
    "--texts", is_flag=True, help="Also prompts, outputs and notes; what may identify a person stays out."
)
@CLIENT_DATA
def failures(
    files: tuple[Path, ...], client: str, rules: tuple[str, ...], mapping: str, texts: bool, client_data: Path
) -> None:
    """Add failing outputs of Langfuse scores, promptfoo, Inspect AI or a table to failures.csv.

    Observations that Langfuse scores refer to may stand among the files; their texts are then found by id.
    """
    from bespoke.clients import client_reader
    from bespoke.intake import attribution, failing_sources
    from bespoke.intake.failure_import import import_failures

    found = client_reader.load(client_data, client)
    added = import_failures(
        found,
        files,
        say,
        rules=attribution.parse(rules, [task.task_id for task in found.tasks]),
        mapping=failing_sources.parse(mapping) if mapping else None,
        texts=texts,
    )
    without = "" if texts or not added else "; without their texts, which --texts imports"
    say(f"{client}/failures.csv: {added} rows added{without}")
