"""The last look before a text leaves the machine: identifiers that rules can see, and who waived them.

Not Safe Harbor: names without a label, and whatever no rule describes, pass unseen. It guards notes that are
already de-identified against slips; it does not de-identify.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bespoke.chapters.dataset_readiness.identifiers import glimpse, identifiers
from bespoke.chapters.dataset_readiness.identifiers.outgoing_texts import with_leaving
from bespoke.clients.files import ClientFile, is_there
from bespoke.clients.grid import in_place
from bespoke.clients.schema import Client, Name, Row
from bespoke.clients.tables import read_table
from bespoke.echo import Echo
from bespoke.errors import BespokeError

WAIVERS = "waivers.csv"


class Waiver(Row):
    """One row of waivers.csv: who looked at a note says why what a rule finds in it may leave."""

    id: Name
    rule: Name
    reason: Name


@dataclass(frozen=True)
class IdentifierHit:
    """One rule that matched in one note; `shown` is masked, enough to find it and not to repeat it."""

    note: str
    rule: str
    shown: str


def identifiers_left(note: str, text: str) -> tuple[IdentifierHit, ...]:
    """What the rules find in a text, once per rule, in rule order."""
    found = with_leaving(dict(identifiers(text)), text)
    return tuple(IdentifierHit(note, rule, glimpse(what)) for rule, what in found.items())


def unwaived(note: str, text: str, waivers: Mapping[tuple[str, str], str]) -> tuple[IdentifierHit, ...]:
    """The hits that nobody has taken responsibility for; any one of them keeps the note here."""
    return tuple(hit for hit in identifiers_left(note, text) if (note, hit.rule) not in waivers)


def held_here(folder: Path, texts: Mapping[str, str]) -> dict[str, tuple[IdentifierHit, ...]]:
    """Which texts, by id, may not leave a client's folder: those with a hit that its waivers.csv does not name."""
    waivers = read_waivers(folder / "evaluation" / WAIVERS)
    return {name: hits for name, text in texts.items() if (hits := unwaived(name, text, waivers))}


def say_blocked(held: Mapping[str, Sequence[IdentifierHit]], total: int, say: Echo) -> None:
    """How many of the notes stay here, what a rule sees in each, and what can be done; nothing where all may leave."""
    if held:
        say(
            f"{len(held)} of {total} notes stay here: they may carry identifiers;"
            f" waive each with a reason in evaluation/{WAIVERS} (id,rule,reason)"
        )
    for hits in held.values():
        say("; ".join(f"{hit.note}: {hit.rule} ({hit.shown})" for hit in hits))


def check_may_send(client: Client, texts: str, budget: Decimal) -> None:
    """Raises BespokeError where nobody says that the texts identify nobody, or nothing may be spent."""
    if not client.engagement.evaluation.deidentified:
        message = (
            f"{texts} are not declared de-identified; nothing is sent until evaluation.deidentified is true"
        )
        raise BespokeError(message, path="engagement.yaml", column="evaluation.deidentified")
    if budget <= 0:
        raise BespokeError(
            "the budget is 0 USD; set evaluation.budget_usd or give one", path="engagement.yaml"
        )


def read_waivers(path: Path) -> dict[tuple[str, str], str]:
    """Note id and rule -> reason, from `id,rule,reason` as CSV or in a workbook of that name. No file is no waiver.

    Raises BespokeError with every row that lacks an id, a rule or a reason: a waiver is a decision somebody
    can be asked about.
    """
    found = in_place(path)
    if not is_there(found):
        return {}
    source = ClientFile(found.parent, found, found.name)
    rows = read_table(source, Waiver) or []
    problems = [problem for problem in source.problems if not problem.warning]
    if problems:
        raise BespokeError(problems)
    return {(row["id"], row["rule"]): row["reason"] for _, row in rows}
