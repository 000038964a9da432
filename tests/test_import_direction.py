"""Which package may know which, by the table of CONTRIBUTING.md; and no files import each other in a loop."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
KNOWS_ALL = {"cli", "__main__"}
# Circles of types alone, which no import makes: a reader of one of the files meets the other in an annotation.
TYPE_CIRCLES = {
    frozenset(  # a client holds its scenarios, and these are read as its other fields are
        {
            "clients.cell_answers",
            "clients.changes",
            "clients.field_rules",
            "clients.numerals",
            "clients.records",
            "clients.scalars",
            "clients.scenarios",
            "clients.schema",
            "clients.usage",
            "clients.yaml_tree",
            "evaluation.cases",
        }
    ),
    frozenset({"report.grids", "report.tree"}),
    frozenset({"scorers.rubric.rubric_rules", "scorers.rubric.scorer"}),
    frozenset({"chapters.advice_file", "chapters.recommendation"}),
    frozenset(
        {
            "explore",
            "explore.explorer",
            "explore.keep_changes",
            "explore.panel",
            "explore.picker",
            "explore.scenario_bar",
            "workbook",
        }
    ),
}


@cache
def modules() -> Mapping[str, Path]:
    """`runner.kernels.engine` -> its file; a package by its own name; the top one is ""."""
    found = {}
    for path in sorted((ROOT / "bespoke").rglob("*.py")):
        parts = path.relative_to(ROOT / "bespoke").with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(tree: ast.AST, *, types: bool) -> Iterator[str]:
    """Our modules that a file imports, at its top or inside functions; with `types` those for annotations alone too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test) and not types:
            continue
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "bespoke":
            package = (node.module or "").partition(".")[2]
            for alias in node.names:
                full = f"{package}.{alias.name}".strip(".")
                yield full if full in modules() else package
        elif isinstance(node, ast.Import):
            yield from (a.name.partition(".")[2] for a in node.names if a.name.split(".")[0] == "bespoke")
        else:
            yield from imports(node, types=types)


@cache
def graph(types: bool) -> Mapping[str, frozenset[str]]:
    return {
        name: frozenset(imports(ast.parse(path.read_text(encoding="utf-8")), types=types)) - {name}
        for name, path in modules().items()
    }


def circles(edges: Mapping[str, frozenset[str]]) -> set[frozenset[str]]:
    """Files that reach each other, as sets (Tarjan's strongly connected components of more than one file)."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: set[frozenset[str]] = set()

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        stack.append(name)
        for other in sorted(edges.get(name, ())):
            if other not in number:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in stack:
                lowest[name] = min(lowest[name], number[other])
        if lowest[name] == number[name]:
            at = stack.index(name)
            if len(stack) - at > 1:
                found.add(frozenset(stack[at:]))
            del stack[at:]

    for name in edges:
        if name not in number:
            visit(name)
    return found


@cache
def table() -> Mapping[str, tuple[str, ...]]:
    """Package -> packages it must not know, as CONTRIBUTING.md says."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*) \| [^|]* \|([^|]*)\|$", text, re.MULTILINE)
    found: dict[str, tuple[str, ...]] = {}
    for packages, unknown in rows:
        for name in re.findall(r"`([\w_]+)/?`", packages):
            found[name] = tuple(re.findall(r"\w+", unknown.replace("each other", "")))
    return found


def test_a_circle_is_found() -> None:
    edges = {"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"a", "d"}), "d": frozenset()}
    assert circles({**edges, "d": frozenset({"e"}), "e": frozenset()}) == {frozenset({"a", "b", "c"})}
    assert circles({"a": frozenset({"b"}), "b": frozenset()}) == set()


def test_imports_are_found_wherever_they_stand() -> None:
    source = (
        "from bespoke import paths\nif TYPE_CHECKING:\n    from bespoke.results import Part\n"
        "def f():\n    import bespoke.keys\n    from bespoke.show.numbers import day\n"
    )
    tree = ast.parse(source)
    assert sorted(imports(tree, types=False)) == ["keys", "paths", "show.numbers"]
    assert sorted(imports(tree, types=True)) == ["keys", "paths", "results", "show.numbers"]


def test_no_files_import_each_other_in_a_loop() -> None:
    assert [sorted(circle) for circle in circles(graph(types=False))] == []


def test_circles_of_types_alone_are_those_we_know() -> None:
    assert circles(graph(types=True)) == TYPE_CIRCLES


def test_every_package_has_its_row() -> None:
    there = {name.split(".")[0] for name in modules() if name} - KNOWS_ALL
    assert there - table().keys() == set()
    assert {name for name in table() if name not in there | KNOWS_ALL} == set()


@pytest.mark.parametrize("package", sorted(table()))
def test_no_package_knows_what_it_must_not(package: str) -> None:
    forbidden = set(table()[package])
    assert forbidden <= {name.split(".")[0] for name in modules()} | {"notebooks", "network"}
    broken = {
        f"{name} -> {other}"
        for name, others in graph(types=False).items()
        for other in others
        if name.split(".")[0] == package and other.split(".")[0] in forbidden
    }
    assert sorted(broken) == []
