"""One place for one value: what is said twice in the fact tables does not load, and lists of families agree."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest
import yaml

from bespoke.advice import gates as gates_module
from bespoke.advice.routes import remedies
from bespoke.clients.schema import Family
from bespoke.errors import BespokeError
from bespoke.facts import effects as effects_module
from bespoke.facts import reader
from bespoke.show import style

ROOT = Path(__file__).resolve().parent.parent
ROW = "unit: USD, kind: assumed, source: nobody, read_on: 2026-01-01, expires: 2027-01-01"


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tables to spoil; what was read before is read anew, here and afterwards."""
    shutil.copytree(reader.TABLES, tmp_path / "tables")
    monkeypatch.setattr(reader, "TABLES", tmp_path / "tables")
    forget = (reader.value_rows, reader._keys, reader._rows)
    for cached in forget:
        cached.cache_clear()
    yield tmp_path / "tables"
    for cached in forget:
        cached.cache_clear()


def add(table: Path, line: str) -> int:
    """A row more at the end; its number."""
    text = table.read_text(encoding="utf-8")
    table.write_text(f"{text}{line}\n", encoding="utf-8")
    return len(yaml.safe_load(table.read_text(encoding="utf-8")))


def test_the_tables_load_as_they_are(tables: Path) -> None:
    assert reader.Facts(reader.date(2026, 11, 20)).threshold("min_test_cases") == 50


def test_a_value_that_another_table_has_does_not_load(tables: Path) -> None:
    number = add(tables / "prices.yaml", f"- {{key: threshold.min_test_cases, value: 60, {ROW}}}")
    with pytest.raises(BespokeError) as raised:
        reader.value_rows()
    assert str(raised.value) == (
        f"bespoke/facts/tables/prices.yaml: entry {number}: threshold.min_test_cases stands in thresholds.yaml already"
    )


def test_a_second_row_of_the_same_day_does_not_load(tables: Path) -> None:
    number = add(tables / "thresholds.yaml", f"- {{key: threshold.min_test_cases, value: 60, {ROW}}}")
    with pytest.raises(BespokeError) as raised:
        reader.value_rows()
    assert str(raised.value) == (
        f"bespoke/facts/tables/thresholds.yaml: entry {number}: "
        "threshold.min_test_cases has a row since 2020-01-01 already"
    )


def test_a_later_row_takes_over_on_its_day(tables: Path) -> None:
    add(
        tables / "thresholds.yaml",
        f"- {{key: threshold.min_test_cases, since: 2026-12-01, value: 60, {ROW}}}",
    )
    assert reader.Facts(reader.date(2026, 11, 30)).threshold("min_test_cases") == 50
    assert reader.Facts(reader.date(2026, 12, 1)).threshold("min_test_cases") == 60


def test_a_gates_value_beside_a_threshold_does_not_load(tables: Path) -> None:
    text = (tables / "gates.yaml").read_text(encoding="utf-8")
    spoilt = text.replace("threshold: min_test_cases", "threshold: min_test_cases, value: 60", 1)
    (tables / "gates.yaml").write_text(spoilt, encoding="utf-8")
    with pytest.raises(BespokeError, match="a value beside threshold min_test_cases would never be read"):
        gates_module.gates()


FAMILIES = set(get_args(Family))  # what a client may write; all others must know the same


def test_every_family_has_a_remedy() -> None:
    assert {row.family for row in remedies()} - {"unmapped"} == FAMILIES


def test_every_family_has_a_name_in_figures() -> None:
    assert style.FAMILY_NAME.keys() == FAMILIES | {"unmapped"}


def test_no_two_routes_share_a_colour() -> None:
    assert len(set(style.ROUTE.values())) == len(style.ROUTE)


def test_families_are_called_alike_in_figures_and_tables() -> None:
    assert {row.family: row.name for row in remedies()}.items() <= style.FAMILY_NAME.items()


def test_effects_may_name_every_family_and_no_other() -> None:
    assert set(get_args(effects_module.Effect.model_fields["family"].annotation)) == FAMILIES | {
        "any",
        "unmapped",
    }


def test_the_workbook_says_every_family_in_its_languages() -> None:
    phrases = yaml.safe_load(
        (ROOT / "bespoke/intake/workbook/workbook_phrases.yaml").read_text(encoding="utf-8")
    )
    groups = [group for group in phrases.values() if isinstance(group, dict)]
    said = {key: words for group in groups for key, words in group.items() if key in FAMILIES}
    assert said.keys() == FAMILIES
    assert {len(words) for words in said.values()} == {3}
