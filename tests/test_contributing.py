"""What CONTRIBUTING.md and docs/architecture.md name is there, and their recipes do what they say."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from nbformat import v4
from traitlets import Bool

from bespoke.advice.candidates import interventions
from bespoke.advice.routes import routes
from bespoke.facts import reader
from bespoke.facts.reader import Facts
from bespoke.inspection import facts_listing
from bespoke.report.exporters import TypstExporter
from tests.advice_cases import situation

ROOT = Path(__file__).resolve().parent.parent
DOCS = ("CONTRIBUTING.md", "docs/architecture.md", "docs/advice.md")
TOPICS = (
    "price", "gate", "threshold", "column", "family", "remedy", "colour", "headline", "format", "scorer", "candidate",
    "retried", "kernels start", "look of a table", "log or bill format", "interval",
)  # fmt: skip


def where_section() -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition("## Where do I change ...?")[2].partition("\n## ")[0]


def named() -> list[tuple[str, str]]:
    return re.findall(r"`([\w./-]+/[\w./-]*|pyproject\.toml)(?:::([\w.-]+))?`", where_section())


def defined(path: Path) -> set[str]:
    """Names at the top of a Python file."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            found.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        flat = [
            one for target in targets for one in (target.elts if isinstance(target, ast.Tuple) else [target])
        ]
        found |= {target.id for target in flat if isinstance(target, ast.Name)}
    return found


@pytest.mark.parametrize("topic", TOPICS)
def test_where_to_change_it_is_said(topic: str) -> None:
    assert any(topic in row.split("|")[1] for row in where_section().splitlines() if row.startswith("| "))


@pytest.mark.parametrize(("file", "symbol"), named())
def test_what_is_to_be_changed_is_there(file: str, symbol: str) -> None:
    path = ROOT / file
    assert path.exists()
    if symbol and path.suffix == ".py":
        assert symbol in defined(path)
    elif symbol:
        assert symbol in path.read_text(encoding="utf-8")


def test_enough_is_named() -> None:
    assert len(named()) > 40


@pytest.mark.parametrize("document", DOCS)
def test_every_file_that_is_named_exists(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    folders = "bespoke|tests|docs|templates|notebooks"
    missing = [
        name
        for name in re.findall(rf"`((?:{folders})/[\w./-]+?\.(?:py|yaml|md|ipynb|tsv|typ))(?:::\w+)?`", text)
        if not (ROOT / name).exists()
    ]
    assert missing == []


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the tables to add to."""
    shutil.copytree(reader.TABLES, tmp_path / "tables")
    monkeypatch.setattr(reader, "TABLES", tmp_path / "tables")
    cached = (reader.value_rows, reader._keys, reader._rows, routes)
    for function in cached:
        function.cache_clear()
    yield tmp_path / "tables"
    for function in cached:
        function.cache_clear()


ROW = "kind: published, source: example.org, read_on: 2026-11-20, expires: 2027-11-20"


def test_recipe_of_a_fact(tables: Path) -> None:
    with (tables / "prices.yaml").open("a", encoding="utf-8") as file:
        file.write(f"- {{key: price.example.usd, since: 2026-12-01, value: 7.5, unit: USD, {ROW}}}\n")
    assert not Facts(date(2026, 11, 30)).has("price.example.usd")
    assert Facts(date(2026, 12, 1)).number("price.example.usd") == 7.5
    lines = [line.split("\t") for line in facts_listing.lines(date(2026, 12, 1))]
    assert ["price.example.usd", "7.5", "USD", "published", "example.org"] in [line[:5] for line in lines]


def test_recipe_of_a_candidate(tables: Path) -> None:
    with (tables / "routes.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "- {route: example_sft, name: Example tuning, group: tuning, state: open, since: 2026-12-01,"
            f' family_fit: [], regions: [], does: "a model of its own", {ROW}}}\n'
        )

    def weighed(day: date) -> list[str]:
        return [one.route for one in interventions(situation({"tone": 30}), Facts(day))]

    assert "example_sft" not in weighed(date(2026, 11, 30))
    assert weighed(date(2026, 12, 1)).count("example_sft") == 1


class Loud(TypstExporter):  # type: ignore[misc]
    """An exporter with a trait more."""

    loud = Bool(False, help="In capitals.").tag(config=True)

    def _document(self, nb: Any, resources: Any) -> Any:
        if self.loud:
            for cell in nb.cells:
                cell.source = cell.source.upper()
        return super()._document(nb, resources)


def test_recipe_of_an_exporter_trait() -> None:
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("# Title\n\na quiet word")])
    assert "loud" in Loud.class_trait_names(config=True)
    said, _ = Loud().from_notebook_node(notebook)
    assert "a quiet word" in said
    shouted, _ = Loud(loud=True).from_notebook_node(notebook)
    assert "A QUIET WORD" in shouted


@pytest.mark.parametrize("folder", ["bench", "coverage", "storm"])
def test_scripts_that_no_test_runs_import_what_there_is(folder: str) -> None:
    for script in sorted((ROOT / "tests" / folder).glob("*.py")):
        for node in ast.walk(ast.parse(script.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bespoke"):
                module = importlib.import_module(str(node.module))
                missing = [
                    alias.name
                    for alias in node.names
                    if not hasattr(module, alias.name)
                    and importlib.util.find_spec(f"{module.__name__}.{alias.name}") is None
                ]
                assert not missing, f"{script.name}: {node.module} has no {', '.join(missing)}"
