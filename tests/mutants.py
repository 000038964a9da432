"""How well the tests bite: `make mutants` changes the code in 300 small ways, one at a time, and counts those seen.

    python -m tests.mutants [--count 300] [--seed 1] [--workers 2] [--seconds 120] [--only PART_OF_A_MODULE]

Each mutant is one change of one expression: a comparison turned, a sign, a number, a condition, a call left out. It is
tried in a copy of the project, on the test files nearest to its module by imports, at most NEAREST of them. The choice
is drawn evenly over packages from a fixed seed, so that two runs try the same mutants of the same code. A mutant that
no output can tell from the original stands in EQUIVALENT with the reason and is not counted.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue

from tests.test_import_direction import graph, imports, modules

ROOT = Path(__file__).resolve().parent.parent
NEAREST = 6  # test files that are asked about one mutant
PARTS = ("bespoke", "tests", "templates", "notebooks", "client_data", "docs", "pyproject.toml", "CONTRIBUTING.md",
         "README.md", "requirements.txt", "Makefile")  # fmt: skip
SLOW = ("test_runner", "test_report_whole", "test_isolation", "test_tuning_lora", "test_one_number", "test_mutants",
        "test_explore_panel", "test_import_direction", "test_contributing")  # fmt: skip
LEFT_OUT = ("tuning.recipes", "__main__", "tethered_command", "explore.localpage", "inspection.gallery")
EQUIVALENT: Mapping[str, str] = {}  # "module: before -> after": why nobody can see it

SWAPPED: Mapping[type[ast.AST], str] = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in",
    ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is", ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*",
    ast.FloorDiv: "*", ast.Mod: "*", ast.And: "or", ast.Or: "and",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: the characters from `start` to `end` of a module's text become `after`."""

    module: str
    line: int
    start: int
    end: int
    before: str
    after: str

    @property
    def name(self) -> str:
        return f"{self.module}:{self.line}: {shortened(self.before)} -> {shortened(self.after)}"

    @property
    def key(self) -> str:
        return f"{self.module}: {shortened(self.before)} -> {shortened(self.after)}"

    def applied(self, text: str) -> str:
        data = text.encode()
        return (data[: self.start] + self.after.encode() + data[self.end :]).decode()


def shortened(text: str) -> str:
    return " ".join(text.split())[:60] or "nothing"


def mutants_of(module: str, text: str) -> Iterator[Mutant]:
    """Every mutant of a module's text, in its order."""
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    data = text.encode()

    def span(node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset

    def source(node: ast.expr | ast.stmt) -> str:
        start, end = span(node)
        return data[start:end].decode()

    def change(node: ast.expr | ast.stmt, after: str) -> Mutant:
        start, end = span(node)
        return Mutant(module, node.lineno, start, end, source(node), after)

    def between(node: ast.expr, left: ast.expr, operator: ast.AST, right: ast.expr) -> Iterator[Mutant]:
        new = SWAPPED.get(type(operator))
        if new is not None:
            yield change(node, f"({source(left)}) {new} ({source(right)})")

    def visit(node: ast.AST) -> Iterator[Mutant]:
        if isinstance(node, ast.JoinedStr | ast.arg) or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        ):
            return
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            yield from between(node, node.left, node.ops[0], node.comparators[0])
        elif isinstance(node, ast.BinOp):
            yield from between(node, node.left, node.op, node.right)
        elif isinstance(node, ast.BoolOp) and len(node.values) == 2:
            yield from between(node, node.values[0], node.op, node.values[1])
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield change(node, f"({source(node.operand)})")
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield change(node, str(not node.value))
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            yield change(node, str(node.value + 1))
        elif isinstance(node, ast.If | ast.IfExp):
            yield change(node.test, f"(not ({source(node.test)}))")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield change(node, "pass")
        elif (
            isinstance(node, ast.Return)
            and node.value is not None
            and not isinstance(node.value, ast.Constant)
        ):
            yield change(node, "return None")
        for name, value in ast.iter_fields(node):
            if name in {"annotation", "returns", "decorator_list", "ops", "op"}:
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from visit(child)

    yield from visit(ast.parse(text))


def chosen(count: int, seed: int, only: str) -> list[Mutant]:
    """As many mutants, drawn module by module in turn over the packages, so that no large file takes them all."""
    draw = random.Random(seed)
    waiting: dict[str, list[list[Mutant]]] = defaultdict(list)
    for module, path in modules().items():
        if module.startswith(LEFT_OUT) or only not in module:
            continue
        found = [m for m in mutants_of(module, path.read_text(encoding="utf-8")) if m.key not in EQUIVALENT]
        draw.shuffle(found)
        if found and nearest(module):
            waiting[module.split(".")[0]].append(found)
    for lists in waiting.values():
        draw.shuffle(lists)
    taken: list[Mutant] = []
    while len(taken) < count and any(waiting.values()):
        for package in sorted(waiting):
            lists = waiting[package]
            if lists and len(taken) < count:
                taken.append(lists[0].pop())
                lists.append(lists.pop(0))
                waiting[package] = [one for one in lists if one]
    return taken


@cache
def tests_by_import() -> Mapping[str, frozenset[str]]:
    """Test file -> modules of ours that it imports itself."""
    files = sorted((ROOT / "tests").glob("test_*.py"))
    return {
        path.stem: frozenset(imports(ast.parse(path.read_text(encoding="utf-8")), types=False))
        for path in files
        if path.stem not in SLOW
    }


@cache
def nearest(module: str) -> tuple[str, ...]:
    """Test files by how few imports lead from them to the module; those of the least number first."""
    users: dict[str, set[str]] = defaultdict(set)
    for name, others in graph(types=False).items():
        for other in others:
            users[other].add(name)
    here, seen, found = {module}, {module}, list[str]()
    while here and len(found) < NEAREST:
        near = [test for test, names in tests_by_import().items() if names & here and test not in found]
        found += sorted(near, key=lambda test: (-len(set(test.split("_")) & set(split(module))), test))
        here = {user for name in here for user in users[name]} - seen
        seen |= here
    return tuple(found[:NEAREST])


def split(module: str) -> list[str]:
    return module.replace(".", "_").split("_")


def is_detected(mutant: Mutant, copy: Path, seconds: float) -> bool:
    """Whether a test fails, or hangs, in a copy of the project that has the mutant in it."""
    target = copy / modules()[mutant.module].relative_to(ROOT)
    original = target.read_text(encoding="utf-8")
    target.write_text(mutant.applied(original), encoding="utf-8")
    files = [f"tests/{name}.py" for name in nearest(mutant.module)]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *files],
            cwd=copy, env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=seconds,
        )  # fmt: skip
        return done.returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        target.write_text(original, encoding="utf-8")


def table(results: Mapping[Mutant, bool]) -> str:
    """Detected of tried by package, as CONTRIBUTING.md prints it."""
    tried: dict[str, list[bool]] = defaultdict(list)
    for mutant, detected in results.items():
        tried[mutant.module.split(".")[0]].append(detected)
    rows = [f"| `{name}` | {sum(found)} | {len(found)} |" for name, found in sorted(tried.items())]
    whole = f"| all | {sum(results.values())} | {len(results)} |"
    return "\n".join(["| package | detected | tried |", "|---|---|---|", *rows, whole])


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reads.add_argument("--count", type=int, default=300)
    reads.add_argument("--seed", type=int, default=1)
    reads.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    reads.add_argument("--seconds", type=float, default=120.0, help="for the tests of one mutant")
    reads.add_argument("--only", default="", help="modules whose name holds this")
    asked = reads.parse_args()
    todo = chosen(asked.count, asked.seed, asked.only)
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        free: SimpleQueue[Path] = SimpleQueue()
        for worker in range(asked.workers):
            copy = Path(scratch) / str(worker)
            copy.mkdir()
            for part in PARTS:
                make = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
                make(ROOT / part, copy / part)
            free.put(copy)

        def tried(mutant: Mutant) -> bool:
            copy = free.get()
            try:
                found = is_detected(mutant, copy, asked.seconds)
            finally:
                free.put(copy)
            print(f"{'detected' if found else 'SURVIVED'}  {mutant.name}", flush=True)
            return found

        with ThreadPoolExecutor(asked.workers) as pool:
            results = dict(zip(todo, pool.map(tried, todo), strict=True))
    print(table(results))
    share = sum(results.values()) / max(1, len(results))
    print(json.dumps({"detected": round(share, 3), "of": len(results)}))


if __name__ == "__main__":
    main()
