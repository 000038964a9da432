"""What a client folder permits, and what of it somebody has confirmed on this machine.

That texts are de-identified, how much may be spent, that an identifier was waived, that training on a model's outputs
was authorised: the client folder says so, and whoever sends the folder writes it. The first `--yes` on a machine
confirms what the folder says then, after telling it; what opens a gate wider later needs `bespoke trust`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from bespoke import machine
from bespoke.errors import BespokeError, Problem
from bespoke.saving import json_object, write_atomically

if TYPE_CHECKING:
    from bespoke.clients.schema import Client

FILE = "confirmed.json"
BUDGET = "evaluation.budget_usd"
Gates = dict[str, str]  # what is permitted -> how far; nothing stands for no


def gates(client: Client) -> Gates:
    """Every permission that the client folder gives, in words that can be confirmed."""
    engagement = client.engagement
    found: Gates = {BUDGET: str(engagement.evaluation.budget_usd)}
    if engagement.evaluation.deidentified:
        found["evaluation.deidentified"] = "true"
    if engagement.access.distillation_authorised:
        found["access.distillation_authorised"] = "true"
    for task in client.tasks:
        if task.identifies_nobody:
            found[f"tasks.csv: texts of {task.task_id} identify nobody"] = "true"
    return found | {f"waiver of {key}": reason for key, reason in _waivers(client.folder)}


def told(found: Gates) -> str:
    """The permissions in one line."""
    waived = [key for key in found if key.startswith("waiver of ")]
    others = [f"{key} = {value}" for key, value in found.items() if key not in waived]
    return "; ".join([*others, *([f"identifiers waived: {len(waived)}"] if waived else [])])


def wider(found: Gates, before: Gates) -> list[str]:
    """The permissions that go further than those confirmed before."""
    more = [key for key in found if key != BUDGET and key not in before]
    if Decimal(found[BUDGET]) > Decimal(before.get(BUDGET, "0")):
        more.insert(0, f"{BUDGET} = {found[BUDGET]} (confirmed: {before.get(BUDGET, '0')})")
    return more


def confirm(client: Client) -> None:
    """Remember what the folder permits now."""
    write_atomically(
        _file(client.folder), json.dumps(gates(client), indent=1, sort_keys=True) + "\n", mode=0o600
    )


def require(client: Client, say: Callable[[str], None], *, budget_given: bool = False) -> None:
    """Before something is sent or spent on the folder's word; the first time on this machine tells and confirms it.

    Raises BespokeError where the folder permits more than was confirmed. `budget_given`: by the user, not the folder.
    """
    found, before = gates(client), _known(client.folder)
    if before is None:
        say(f"permitted by the client folder, and confirmed with this on this machine: {told(found)}")
        confirm(client)
        return
    more = [each for each in wider(found, before) if not (budget_given and each.startswith(BUDGET))]
    if more:
        message = (
            "permits more than was confirmed on this machine; read it, then: bespoke trust"
            f" {client.name}, and run this again. New: "
        )
        raise BespokeError([Problem(client.name, None, None, message + "; ".join(more))])


def is_confirmed(client: Client) -> bool:
    """Whether nothing is permitted beyond what was confirmed here."""
    before = _known(client.folder)
    return before is not None and not wider(gates(client), before)


def _waivers(folder: Path) -> Iterator[tuple[str, str]]:
    from bespoke.claude.requests.identifier_check import read_waivers

    for name in ("waivers.csv", "judge_waivers.csv"):
        for (note, rule), reason in read_waivers(folder / "evaluation" / name).items():
            yield f"{rule} in {note} ({name})", reason


def _known(folder: Path) -> Gates | None:
    return {str(key): str(value) for key, value in json_object(_file(folder)).items()} or None


def _file(folder: Path) -> Path:
    return machine.of_client(folder) / FILE
