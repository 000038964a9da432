"""Names of the outside world, and what it costs to know them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest

from bespoke.clients import known


def test_the_table_of_common_names_is_what_the_packages_say() -> None:
    stored = json.loads(known.TABLE.read_text(encoding="utf-8"))
    assert stored == known.current_table(), "run: python -m bespoke.clients.known"


def test_models_are_those_with_a_price() -> None:
    assert known.is_model("claude-sonnet-4-6")
    assert not known.is_model("claude-sonnet-4-6x")
    assert not known.is_model("default")  # a row of the fact tables, not a model


@pytest.mark.parametrize(
    ("key", "as_of", "price"),
    [
        # market.md, section 2
        ("claude-opus-5-5.input", date(2026, 11, 20), "4"),
        ("claude-opus-5-5.output", date(2026, 11, 20), "20"),
        ("claude-opus-5-5.cache_read", date(2026, 11, 20), "0.2"),
        ("claude-opus-5-5.cache_write_5m", date(2026, 11, 20), "5"),
        ("claude-opus-5-5.cache_write_1h", date(2026, 11, 20), "8"),
        ("claude-haiku-5-5.input", date(2026, 11, 20), "0.1"),  # by prompt length: the base
    ],
)
def test_published_prices(key: str, as_of: date, price: str) -> None:
    assert known.published_price(key, as_of) == (Decimal(price), Decimal(price), "USD per million tokens")


def test_a_price_nobody_publishes() -> None:
    assert known.published_price("claude-opus-5-5.batch", date(2026, 11, 20)) is None
    assert known.published_price("no-such-model.input", date(2026, 11, 20)) is None


def test_every_price_key_has_an_answer_on_any_day() -> None:
    for day in (date(2020, 1, 1), date(2026, 11, 20), date(2100, 12, 31)):
        for key in known.price_keys():
            known.published_price(key, day)


def test_calendars() -> None:
    assert "OH" in (known.subdivisions("US") or ())
    assert known.subdivisions("XQ") is None
    assert known.is_subdivision("GB", "SCT")
    assert not known.is_subdivision("GB", "OH")


def test_importing_the_package_costs_nothing_and_checking_a_folder_little() -> None:
    program = (
        "import sys; from pathlib import Path; import bespoke.clients as c; before = set(sys.modules);"
        "from bespoke.paths import templates;"
        "assert not before & {'pydantic', 'yaml'}, 'import';"
        "assert all(p.warning for p in c.check(templates(), 'client'));"
        "heavy = {'pandas', 'numpy', 'genai_prices', 'holidays', 'matplotlib', 'bespoke.facts.icd10'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
