"""How well the tests bite: `make mutants` changes the code in 300 small ways, one at a time, and counts those seen.

    python -m tests.mutants [--count 300] [--seed 1] [--workers 2] [--seconds 120] [--only PART_OF_A_MODULE]

Each mutant is one change of one expression: a comparison turned, a sign, a number, a condition, a call left out. It is
tried in a copy of the project, on the test files nearest to its module by imports, at most NEAREST of them. A test that
fails is asked again without the mutant, and a run that does not end is held against one of the code as it is: neither
a test that fails anyway nor a slow one detects anything. The choice is drawn evenly over packages from a fixed seed, so
that two runs try the same mutants of the same code. A mutant that no output can tell from the original stands in
EQUIVALENT with the reason and is not counted.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

from tests.test_import_direction import graph, imports, modules

ROOT = Path(__file__).resolve().parent.parent
NEAREST = 6  # test files that are asked about one mutant
FARTHEST = 5  # imports from a test to a module
PARTS = ("bespoke", "tests", "templates", "notebooks", "client_data", "docs", "pyproject.toml", "CONTRIBUTING.md",
         "README.md", "requirements.txt", "Makefile")  # fmt: skip
SLOW = ("test_runner", "test_example_reports", "test_report_whole", "test_isolation", "test_tuning_lora",
        "test_one_number", "test_mutants", "test_explore_panel", "test_import_direction", "test_contributing",
        "attacks/test_whole_runs")  # fmt: skip
LEFT_OUT = ("tuning.recipes", "__main__", "child_command", "explore.localpage", "inspection.gallery")
EQUIVALENT: Mapping[str, str] = {  # "module: before -> after": why nobody can see it
    "statistics.seed: 20261120 -> 20261121": "no figure that is drawn is righter by one seed than by another",
    "statistics.logistic: np.abs(step).max() < _ENOUGH -> (np.abs(step).max()) <= (_ENOUGH)": (
        "no step of Newton's method is 1e-8 to the last digit, and the one after it is smaller still"
    ),
}
LAYOUT = (
    "indent",
    "sort_keys",
)  # of JSON that is read back as values: how many blanks, and which key comes first

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
        if (
            isinstance(node, ast.JoinedStr | ast.arg)
            or (isinstance(node, ast.keyword) and node.arg in LAYOUT)
            or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
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


@cache
def of_module(module: str) -> tuple[Mutant, ...]:
    return tuple(mutants_of(module, modules()[module].read_text(encoding="utf-8")))


def chosen(count: int, seed: int, only: str) -> list[Mutant]:
    """As many mutants, drawn module by module in turn over the packages, so that no large file takes them all."""
    draw = random.Random(seed)
    waiting: dict[str, list[list[Mutant]]] = defaultdict(list)
    for module in modules():
        if module.startswith(LEFT_OUT) or only not in module:
            continue
        found = [*of_module(module)]
        draw.shuffle(
            found
        )  # before any is left out, so that a further equivalent leaves the others as they are
        found = [mutant for mutant in found if mutant.key not in EQUIVALENT]
        if found and reached_from(module):
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
    """Test file -> modules of ours that it imports, itself or through other files of the tests."""
    files = [
        path.relative_to(ROOT / "tests").with_suffix("").as_posix()
        for folder in ("", "attacks")
        for path in sorted((ROOT / "tests" / folder).glob("test_*.py"))
    ]
    return {name: imported_by(name) for name in files if name not in SLOW}


@cache
def imported_by(test: str) -> frozenset[str]:
    tree = ast.parse((ROOT / "tests" / f"{test}.py").read_text(encoding="utf-8"))
    helpers = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests.")
        for name in [(node.module or "").split(".")[1]]
        if name not in (test, "conftest") and (ROOT / "tests" / f"{name}.py").exists()
    }
    return frozenset(imports(tree, types=False)).union(*map(imported_by, helpers))


def nearest(module: str, line: int = 0) -> tuple[str, ...]:
    """Test files that reach the module by imports: those that need few, and share rare words with it and with the
    function around the line, first."""
    around = words_of(function_around(module, line)) | words_of(module.replace(".", " "))
    reach = reached_from(module)
    return tuple(
        sorted(
            reach,
            key=lambda test: (
                -shared(test, around) / reach[test] - test.endswith(module.split(".")[-1]),
                test,
            ),
        )[:NEAREST]
    )


@cache
def users_of() -> Mapping[str, frozenset[str]]:
    """Module -> those that import it."""
    found: dict[str, set[str]] = defaultdict(set)
    for name, path in modules().items():
        lazy = (
            path.name == "__init__.py"
        )  # a package that imports on first use names its parts for types alone
        for other in graph(types=lazy)[name]:
            found[other].add(name)
    return {name: frozenset(users) for name, users in found.items()}


@cache
def reached_from(module: str) -> Mapping[str, int]:
    """Test file -> how many imports lead from it to the module, at most FARTHEST."""
    found: dict[str, int] = {}
    here, seen = {module}, {module}
    for distance in range(1, FARTHEST + 1):
        for test, names in tests_by_import().items():
            if test not in found and not here.isdisjoint(names):
                found[test] = distance
        here = {user for name in here for user in users_of().get(name, ())} - seen
        seen |= here
    return found


def function_around(module: str, line: int) -> str:
    """The text of the innermost function that holds the line; "" where none does."""
    text = modules()[module].read_text(encoding="utf-8")
    around = [
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return (ast.get_source_segment(text, around[-1]) or "") if around else ""


def words_of(text: str) -> frozenset[str]:
    """Its longer words, and the parts of those joined by underscores."""
    joined = re.findall(r"\w{4,}", text)
    return frozenset(joined) | {part for word in joined for part in word.split("_") if len(part) > 3}


@cache
def words_of_tests() -> Mapping[str, frozenset[str]]:
    """Test file -> the words in its name and text."""
    texts = {test: (ROOT / "tests" / f"{test}.py").read_text(encoding="utf-8") for test in tests_by_import()}
    return {test: words_of(f"{test} {text}") for test, text in texts.items()}


@cache
def tests_with() -> Mapping[str, int]:
    """Word -> how many test files have it."""
    return Counter(word for words in words_of_tests().values() for word in words)


def shared(test: str, around: frozenset[str]) -> float:
    """How much a test has in common with a function: each word counts by how few tests have it."""
    return sum(1 / tests_with()[word] for word in words_of_tests()[test] & around)


# A failing example is not made smaller, and not kept for the next mutant.
PYTEST = """
import sys, pytest
class Examples:
    def pytest_collection(self):
        from hypothesis import Phase, settings
        settings.register_profile("mutants", phases=(Phase.explicit, Phase.generate), database=None, deadline=None)
        settings.load_profile("mutants")
sys.exit(pytest.main(sys.argv[1:], plugins=[Examples()]))
"""


class Copy:
    """A copy of the project in which one mutant at a time is tried, and what was learned of its tests as they are."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self.folder, self.seconds = folder / "project", seconds
        self.tmp = folder / "tmp"  # not inside: commands look for clients in the folders above
        self.told = folder / "told.xml"
        self.folder.mkdir(parents=True)
        self.tmp.mkdir()
        for part in PARTS:
            make = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
            make(ROOT / part, self.folder / part)

    def verdict(self, mutant: Mutant) -> str:
        """`survived`, or what told: the test that failed, which passes without the mutant, or "no end"."""
        target = self.folder / modules()[mutant.module].relative_to(ROOT)
        original = target.read_text(encoding="utf-8")
        while True:
            files = asked(mutant.module, mutant.line)
            target.write_text(mutant.applied(original), encoding="utf-8")
            try:
                failed = self._first_failing(files)
            finally:
                target.write_text(original, encoding="utf-8")
            if failed == "" or not files:
                return "survived"
            if failed is None and not self._found_slow(files) and files == asked(mutant.module, mutant.line):
                return "no end"
            if failed is not None and self._passes(failed):
                return failed
            if failed is not None and "::" in failed and failed not in FAILING:
                FAILING.add(failed)
            elif failed is not None:
                UNFIT.add(failed.partition("::")[0])

    def _first_failing(self, files: Sequence[str], *options: str) -> str | None:
        """The test that fails first; "" where none does; None where they do not end in time."""
        self.told.unlink(missing_ok=True)
        left_out = [f"--deselect={name}" for name in FAILING if name.partition("::")[0] in files]
        command = [sys.executable, "-c", PYTEST, "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *options,
                   *left_out, "-o", "junit_family=xunit1", f"--junitxml={self.told}", *files]  # fmt: skip
        here = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1",
                "TMPDIR": str(self.tmp)}  # fmt: skip
        with subprocess.Popen(
            command, cwd=self.folder, env=here, start_new_session=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as running:  # fmt: skip
            try:
                code = running.wait(self.seconds)
            except subprocess.TimeoutExpired:
                os.killpg(running.pid, signal.SIGKILL)
                return None
        learn_seconds(self.told, files)
        return first_failing(self.told, files) if code else ""

    def _passes(self, test: str) -> bool:
        """Whether a test passes as the code is."""
        options = () if "::" in test else ("--collect-only",)
        if test not in PASSING and self._first_failing([test], *options) == "":
            PASSING.add(test)
        return test in PASSING

    def _found_slow(self, files: Sequence[str]) -> bool:
        """Whether one of the files takes long without any mutant: it is asked no more."""
        before = len(UNFIT)
        for name in files:
            if name not in QUICK:
                began = time.monotonic()
                ends = self._first_failing([name]) is not None
                took = time.monotonic() - began
                (QUICK if ends and took < self.seconds / 3 else UNFIT).add(name)
                SECONDS[name] = max(SECONDS.get(name, 0.0), round(took, 1))  # so that the next run knows
        return len(UNFIT) > before


SECONDS: dict[str, float] = {}  # test file -> what it took, kept from run to run
WITHIN = 40.0  # seconds of tests that are spent on one mutant, as they take without it
UNKNOWN = 5.0  # seconds that are reckoned for a file not yet asked
KEPT = ROOT / "build" / "mutants_seconds.json"
QUICK: set[str] = set()  # test files that end soon as the code is
UNFIT: set[str] = set()  # test files that do not, or fail, or cannot be read
PASSING: set[str] = set()  # tests that pass as the code is
FAILING: set[str] = set()  # tests that fail as the code is, in a copy without its history


def asked(module: str, line: int = 0) -> list[str]:
    """The files that are asked about a line: the nearest, and of the others, nearest first, those that end within
    WITHIN seconds together, as far as is known. The quickest comes first."""
    taken: dict[str, float] = {}
    for file in [f"tests/{name}.py" for name in nearest(module, line)]:
        seconds = SECONDS.get(file, UNKNOWN)
        if file not in UNFIT and (not taken or sum(taken.values()) + seconds <= WITHIN):
            taken[file] = seconds
    return sorted(taken, key=lambda file: (taken[file], file))


def learn_seconds(told: Path, files: Sequence[str]) -> None:
    """How long each file took, by pytest's own report; the longest is kept, since a failing one ends early."""
    here: dict[str, float] = defaultdict(float)
    for case in ElementTree.parse(told).iter("testcase") if told.exists() else ():
        here[file_of(case.get("classname", ""), files)] += float(case.get("time", 0))
    for file in set(here) & set(files):
        SECONDS[file] = max(SECONDS.get(file, 0.0), round(here[file], 1))
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(SECONDS, indent=1, sort_keys=True), encoding="utf-8")


def file_of(dotted: str, files: Sequence[str]) -> str:
    """`tests.test_x.TestClass` -> the file of it; "" where it is none of these."""
    return next((f for f in files if f"{dotted}.".startswith(f"{f[:-3].replace('/', '.')}.")), "")


def first_failing(told: Path, files: Sequence[str]) -> str:
    """The test function that failed first by pytest's own report; a file where one could not be imported."""
    for case in ElementTree.parse(told).iter("testcase") if told.exists() else ():
        if case.find("failure") is not None or case.find("error") is not None:
            inside, name = case.get("classname", ""), case.get("name", "").partition("[")[0]
            file = file_of(inside or name, files)
            if not inside or not file:
                return file or files[0]
            names = [*inside.split(".")[file.count("/") + 1 :], name]
            return "::".join([file, *names])
    return files[0]


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
    options = reads.parse_args()
    if KEPT.exists():
        SECONDS.update(json.loads(KEPT.read_text(encoding="utf-8")))
    todo = chosen(options.count, options.seed, options.only)
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as scratch:
        free: SimpleQueue[Copy] = SimpleQueue()
        for worker in range(options.workers):
            free.put(Copy(Path(scratch) / str(worker), options.seconds))

        def tried(mutant: Mutant) -> bool:
            copy = free.get()
            began = time.monotonic()
            try:
                found = copy.verdict(mutant)
            finally:
                free.put(copy)
            took = f"{time.monotonic() - began:4.0f} s"
            print(
                f"{'SURVIVED' if found == 'survived' else 'detected'} {took}  {mutant.name}  [{found}]",
                flush=True,
            )
            return found != "survived"

        with ThreadPoolExecutor(options.workers) as pool:
            results = dict(zip(todo, pool.map(tried, todo), strict=True))
    print(table(results))
    share = sum(results.values()) / max(1, len(results))
    print(json.dumps({"detected": round(share, 3), "of": len(results)}))


if __name__ == "__main__":
    main()
