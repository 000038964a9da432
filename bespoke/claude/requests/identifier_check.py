"""The last look before a text leaves the machine: identifiers that rules can see, and who waived them.

Not Safe Harbor: names without a label, and whatever no rule describes, pass unseen. It guards notes that are
already de-identified against slips; it does not de-identify.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bespoke.chapters.dataset_readiness.identifiers import glimpse, identifiers
from bespoke.chapters.dataset_readiness.identifiers.leaving import with_leaving
from bespoke.clients.files import ClientFile, is_there
from bespoke.clients.grid import in_place
from bespoke.clients.schema import Name, Row
from bespoke.clients.tables import read_table
from bespoke.errors import BespokeError


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
