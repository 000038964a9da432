"""What goes further than was confirmed on this machine: a larger budget, and every permission that is new."""

from __future__ import annotations

import pytest

from bespoke.confirmations import BUDGET, Gates, told, wider

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
