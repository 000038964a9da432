"""The last look before a text leaves the machine: identifiers that rules can see, and who waived them.

Not Safe Harbor: names without a label, and whatever no rule describes, pass unseen. It guards notes that are
already de-identified against slips; it does not de-identify.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bespoke.chapters.dataset_readiness.identifiers import glimpse, identifiers
from bespoke.chapters.dataset_readiness.identifiers.leaving import with_leaving
from bespoke.errors import BespokeError, Problem

COLUMNS = ("id", "rule", "reason")


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
    """Note id and rule -> reason, from `id,rule,reason`. No file is no waiver.

    Raises BespokeError with every row that lacks an id, a rule or a reason: a waiver is a decision somebody
    can be asked about.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BespokeError(f"cannot be read: {error}", path=path.name) from error
    rows = csv.reader(text.splitlines())
    header = [name.strip() for name in next(rows, [])]
    if header != list(COLUMNS):
        raise BespokeError(
            f"has the columns {','.join(header)}; write {','.join(COLUMNS)}", path=path.name, row=1
        )
    waived: dict[tuple[str, str], str] = {}
    problems = []
    for number, row in enumerate(rows, start=2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(COLUMNS) or not all(cells):
            message = "a waiver needs a note's id, the rule it waives and the reason"
            problems.append(Problem(path.name, number, None, message))
            continue
        waived[(cells[0], cells[1])] = cells[2]
    if problems:
        raise BespokeError(problems)
    return waived
