"""The register of claims on the page: an appendix."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.claims import ClaimsRegister
from bespoke.show import Column
from bespoke.show.numbers import day


def finding(register: ClaimsRegister) -> None:
    right = sum(1 for claim in register.claims if claim.verdict == "right")
    held = {0: "none holds", 1: "one holds"}.get(right, f"{right} hold")
    show.finding(
        "Of {all} claims about customising Claude, {held} as stated", all=len(register.claims), held=held
    )


def overview_text(register: ClaimsRegister) -> None:
    show.text(
        "The articles this work grew from disagree with the vendors and with each other. "
        "Each claim below was "
        "checked; {recomputed} of {all} were recomputed by the same code that computes this report "
        "([the register](#tbl-claims)).",
        recomputed=register.recomputed,
        all=len(register.claims),
    )


def register_table(register: ClaimsRegister) -> None:
    """Each claim, what we found, the verdict and the source."""
    show.table(
        [(c.claim, c.finding, c.verdict, f"{c.source}, read {day(c.read_on)}") for c in register.claims],
        label="tbl-claims",
        caption="Claims in circulation, and what the numbers say",
        columns=(
            Column(key="claim", title="Claim"),
            Column(key="finding", title="What we found"),
            Column(key="verdict", title="Verdict"),
            Column(key="source", title="Source"),
        ),
    )
