"""What goes further than was confirmed on this machine: a larger budget, and every permission that is new."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke import confirmations
from bespoke.confirmations import BUDGET, Gates, is_confirmed, require, told, wider
from bespoke.errors import BespokeError

DEIDENTIFIED = {"evaluation.deidentified": "true"}


@pytest.mark.parametrize(
    ("found", "before", "more"),
    [
        ({BUDGET: "20"}, {BUDGET: "20"}, []),
        ({BUDGET: "20.00"}, {BUDGET: "20"}, []),  # the same money
        ({BUDGET: "5"}, {BUDGET: "20"}, []),
        ({BUDGET: "100"}, {BUDGET: "20"}, [f"{BUDGET} = 100 (confirmed: 20)"]),
        ({BUDGET: "0.01"}, {}, [f"{BUDGET} = 0.01 (confirmed: 0)"]),
        ({BUDGET: "5"} | DEIDENTIFIED, {BUDGET: "5"}, [*DEIDENTIFIED]),
        ({BUDGET: "5"}, {BUDGET: "5"} | DEIDENTIFIED, []),
        ({BUDGET: "5"} | DEIDENTIFIED, {BUDGET: "5"} | DEIDENTIFIED, []),
        # the money stands first, whatever else is new
        ({BUDGET: "9"} | DEIDENTIFIED, {BUDGET: "5"}, [f"{BUDGET} = 9 (confirmed: 5)", *DEIDENTIFIED]),
    ],
)
def test_only_what_opens_a_gate_wider_has_to_be_confirmed(
    found: Gates, before: Gates, more: list[str]
) -> None:
    assert wider(found, before) == more


def test_the_permissions_are_told_in_one_line_and_waivers_counted() -> None:
    waived = {f"waiver of name in note {n} (waivers.csv)": "a street" for n in (1, 2)}
    assert told({BUDGET: "5"} | DEIDENTIFIED) == f"{BUDGET} = 5; evaluation.deidentified = true"
    assert told({BUDGET: "5"} | waived) == f"{BUDGET} = 5; identifiers waived: 2"


CLIENT: Any = SimpleNamespace(name="acme", folder=Path("acme"))


def known(monkeypatch: pytest.MonkeyPatch, found: Gates, before: Gates | None) -> list[object]:
    """A folder that permits `found` on a machine that knows of `before`; what is confirmed then."""
    confirmed: list[object] = []
    monkeypatch.setattr(confirmations, "gates", lambda client: found)
    monkeypatch.setattr(confirmations, "_known", lambda folder: before)
    monkeypatch.setattr(confirmations, "confirm", confirmed.append)
    return confirmed


def test_the_first_time_on_a_machine_all_is_told_and_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    confirmed, said = known(monkeypatch, {BUDGET: "5"} | DEIDENTIFIED, None), list[str]()
    assert not is_confirmed(CLIENT)
    require(CLIENT, said.append)
    assert said == [
        f"permitted by the client folder, and confirmed with this on this machine: {BUDGET} = 5;"
        " evaluation.deidentified = true"
    ]
    assert confirmed == [CLIENT]


@pytest.mark.parametrize(
    ("found", "budget_given", "new"),
    [
        ({BUDGET: "5"}, False, ""),
        ({BUDGET: "6"}, False, f"{BUDGET} = 6 (confirmed: 5)"),
        ({BUDGET: "6"}, None, f"{BUDGET} = 6 (confirmed: 5)"),  # nobody has given one unless that is said
        ({BUDGET: "6"}, True, ""),  # the user's own figure counts, not the folder's
        ({BUDGET: "5"} | DEIDENTIFIED, True, "evaluation.deidentified"),
        ({BUDGET: "6"} | DEIDENTIFIED, False, f"{BUDGET} = 6 (confirmed: 5); evaluation.deidentified"),
    ],
)
def test_later_nothing_is_told_and_what_is_wider_is_refused(
    monkeypatch: pytest.MonkeyPatch, found: Gates, budget_given: bool | None, new: str
) -> None:
    confirmed, said = known(monkeypatch, found, {BUDGET: "5"}), list[str]()
    given = {} if budget_given is None else {"budget_given": budget_given}
    if new:
        with pytest.raises(BespokeError) as refused:
            require(CLIENT, said.append, **given)
        assert str(refused.value) == (
            "acme: permits more than was confirmed on this machine; read it, then: bespoke trust acme, and run this"
            f" again. New: {new}"
        )
    else:
        require(CLIENT, said.append, **given)
    assert (said, confirmed) == ([], [])
    assert is_confirmed(CLIENT) == (found == {BUDGET: "5"})
