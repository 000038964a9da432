"""The last look before a text leaves the machine: identifiers that rules can see, and who waived them.

Not Safe Harbor: names without a label, and whatever no rule describes, pass unseen. It guards notes that are
already de-identified against slips; it does not de-identify.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bespoke.chapters.dataset_readiness.identifiers import identifiers, masked
from bespoke.errors import BespokeError, Problem

COLUMNS = ("id", "rule", "reason")

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
# Beyond the rules of the dataset chapter: what may stay in a training row but not leave the machine unseen.
_FURTHER: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "identifier_date",
        re.compile(
            rf"\b(?:{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)? {_MONTH})\b", re.I
        ),
    ),
    (
        "identifier_number",
        re.compile(
            r"\b(?:account|acct|policy|member|insurance|licen[cs]e|passport|national id|nhs|nif|dni|nie)"
            r"(?: (?:number|no\.?|id))?\s*[:#]?\s*[a-z]{0,3}[- ]?\d[\d -]{4,}[a-z]?\b",
            re.I,
        ),
    ),
    (
        "identifier_address",
        re.compile(
            r"\b\d{1,5} (?:[A-Z][a-z]+ ){1,3}"
            r"(?:Street|St\.|Avenue|Ave\.?|Road|Rd\.|Drive|Lane|Boulevard|Blvd)"
        ),
    ),
    ("identifier_ip", re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")),
)


@dataclass(frozen=True)
class Hit:
    """One rule that matched in one note; `shown` is masked, enough to find it and not to repeat it."""

    note: str
    rule: str
    shown: str


def residual(note: str, text: str) -> tuple[Hit, ...]:
    """What the rules find in a text, once per rule, in rule order."""
    found = dict(identifiers(text))
    for rule, pattern in _FURTHER:
        match = None if rule in found else pattern.search(text)
        if match:
            found[rule] = match.group()
    return tuple(Hit(note, rule, masked(what)) for rule, what in found.items())


def unwaived(note: str, text: str, waivers: Mapping[tuple[str, str], str]) -> tuple[Hit, ...]:
    """The hits that nobody has taken responsibility for; any one of them keeps the note here."""
    return tuple(hit for hit in residual(note, text) if (note, hit.rule) not in waivers)


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
