"""What is shown is checked when it is made: no field by another name, and nothing is changed afterwards."""

from __future__ import annotations

import inspect

import pytest
from pydantic import BaseModel

from bespoke import show
from bespoke.show import blocks, html

KINDS = [kind for _, kind in inspect.getmembers(blocks, inspect.isclass) if issubclass(kind, BaseModel)]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not BaseModel])
def test_every_block_and_part_of_one_is_fixed_and_knows_its_fields(kind: type[BaseModel]) -> None:
    assert (kind.model_config.get("frozen"), kind.model_config.get("extra")) == (True, "forbid")


def test_what_is_left_out_is_shown_as_a_note_of_what_is_missing() -> None:
    page = html.fragment(show.LeftOut(markdown="Without **usage.json** no bill."))
    assert "Without <strong>usage.json</strong> no bill." in page
    assert page == html.fragment(show.Callout(markdown="Without **usage.json** no bill.", tone="missing"))
