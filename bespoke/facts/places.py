"""The places where Claude models can be had: who serves them, where they compute, at what factor on the price."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from bespoke.facts.reader import Sourced, all_in_force, rows_of

Access = Literal["anthropic_api", "aws_bedrock", "google_vertex", "microsoft_foundry"]
ANYWHERE = "anywhere"


class Place(Sourced):
    """Some models at one place. A place has several rows where its models differ in price or in what is sold."""

    place: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    group: str = ""  # tells the rows of one place apart; a later row of the same place and group takes over
    name: str
    provider: Literal["anthropic", "aws", "google", "microsoft"]
    access: Access
    processes_in: tuple[str, ...]  # region codes, or `anywhere`
    models: tuple[str, ...]  # empty: the place sells no Claude model
    price_factor: Annotated[Decimal, Field(ge=1)]  # on the published global price
    batches: bool
    caching: bool
    structured_output: bool


def places(as_of: date) -> tuple[Place, ...]:
    """The rows in force on the day, in table order: one per place and group of models."""
    return all_in_force(rows_of(Place, "places"), lambda row: (row.place, row.group), as_of)


def known_places() -> tuple[str, ...]:
    """Every place id of the table, whatever the day, and the client's own machines."""
    return (*dict.fromkeys(row.place for row in rows_of(Place, "places")), "own")
