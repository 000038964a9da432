"""A row of the register of claims."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from bespoke.facts.reader import Sourced

Verdict = Literal[
    "right", "wrong", "wrong in general", "incomplete", "misleading", "contradictory", "unsupported",
    "outdated",
]  # fmt: skip


class Claim(Sourced):
    """A row of the register. `finding` is filled with what `check` computes from `inputs`."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
    claim: str
    finding: str
    verdict: Verdict
    check: str | None = None
    inputs: Mapping[str, Decimal | str] = {}
