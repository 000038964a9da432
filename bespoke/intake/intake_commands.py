"""`bespoke intake`: the workbook for the client, and estimates of what nobody counts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

import click

from bespoke.command_options import CLIENT_DATA, say
from bespoke.errors import BespokeError


@click.group()
def intake() -> None:
    """A workbook to send to the client, and what comes back in it."""


@intake.command()
@click.argument("client")
@click.option("--language", type=click.Choice(["en", "de", "es"]), default="en", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Default: CLIENT_intake.xlsx, here."
)
@CLIENT_DATA
def new(client: str, language: str, out: Path | None, client_data: Path) -> None:
    """Write CLIENT_intake.xlsx, filled from the client folder where there is one."""
    from bespoke.intake.workbook import exchange

    path = out or Path(f"{client}_intake.xlsx")
    if path.exists():
        raise BespokeError("is there already; name another with --out", path=path.name)
    say(f"{exchange.new(client_data, client, language, path)}: send it to the client")


@intake.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--client", default="", metavar="NAME", help="Default: the client the workbook was made for.")
@click.option("--yes", is_flag=True, help="Write without asking.")
@CLIENT_DATA
def read(file: Path, client: str, yes: bool, client_data: Path) -> None:
    """Make or update the client folder from a workbook; shows every change before it writes."""
    from bespoke.intake.workbook import exchange

    def agreed(name: str) -> bool:
        return yes or (sys.stdin.isatty() and click.confirm(f"write this to {name}?"))

    if exchange.read(client_data, file, client, say, agreed):
        say("written; next: bespoke check, then bespoke run")
    else:
        say("nothing was written" + ("" if yes else "; --yes writes what is shown"))


@intake.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.File("r", encoding="utf-8-sig")
)
@click.option(
    "--between", default="", metavar="LINE", help="Samples of a file are parted by this line, such as ---."
)
@click.option(
    "--count", "model", default="", metavar="MODEL", help="Send the texts to the vendor's token counter."
)
def tokens(files: tuple[IO[str], ...], between: str, model: str) -> None:
    """Tokens of sample prompts or outputs: mean and the length 95 in 100 stay under. `-` reads what is pasted.

    Estimated here from the characters; --count asks Anthropic's counter instead, which sees the texts.
    """
    from datetime import date

    from bespoke.facts.reader import Facts
    from bespoke.intake import input_estimates

    texts = [part for file in files for part in _samples(file.read(), between)]
    if model:
        from bespoke.intake.counting import count

        found = input_estimates.counted(count(texts, model))
        how = f"counted by {model}"
    else:
        facts = Facts(date.today())
        found = input_estimates.estimated(texts, facts)
        ratio = facts.fact(input_estimates.RATIO)
        how = f"estimated at {ratio.number} characters a token; {found.low:,.0f} to {found.high:,.0f} within its error"
    say(f"{found.samples} samples: {found.mean:,.0f} tokens, 95 in 100 within {found.p95:,}; {how}")


def _samples(text: str, between: str) -> list[str]:
    parts: list[list[str]] = [[]]
    for line in text.splitlines():
        if between and line.strip() == between:
            parts.append([])
        else:
            parts[-1].append(line)
    return [sample for part in parts if (sample := "\n".join(part).strip())]


@intake.command()
@click.argument("per_working_day", type=click.FloatRange(0, min_open=True))
@click.option(
    "--hours",
    type=click.FloatRange(0, 24, min_open=True),
    default=9.0,
    show_default=True,
    help="Of a working day.",
)
@click.option("--country", required=True, help="Whose public holidays are kept, such as DE.")
@click.option("--subdivision", default=None, help="State or region with holidays of its own, such as BY.")
@click.option(
    "--busiest", type=click.FloatRange(1), help="Busiest working hour over the average one (default 1.5)."
)
def load(
    per_working_day: float, hours: float, country: str, subdivision: str | None, busiest: float | None
) -> None:
    """Requests on an average day and the peak factor, from requests on a working day."""
    from datetime import date

    from bespoke.facts.reader import Facts
    from bespoke.intake import input_estimates

    today = date.today()
    factor = busiest or Facts(today).number(input_estimates.BUSIEST)
    found = input_estimates.day_load(per_working_day, hours, today, country, subdivision, factor)
    say(
        f"requests_per_day {found.requests_per_day:.0f}, peak_to_mean {found.peak_to_mean:.2g}"
        f" ({found.working_days} working days in the year from {today};"
        f" busiest hour {factor:g} times the mean of the working hours)"
    )
