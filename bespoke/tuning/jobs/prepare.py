"""From the client's dataset to the two files a job reads: checked before, converted, and checked again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bespoke.clients.schema import Client
from bespoke.errors import BespokeError, Problem
from bespoke.facts.reader import Facts
from bespoke.tuning.formats import detect, format_named
from bespoke.tuning.formats.conversion import examples, whole_file, without
from bespoke.tuning.formats.format import TrainingFormat, to_json
from bespoke.tuning.jobs.profiles import Profile

if TYPE_CHECKING:
    from bespoke.chapters.dataset_readiness import DatasetReadiness
    from bespoke.chapters.dataset_readiness.split import Side

Role = Literal["training", "validation"]
NAMES: dict[Side, str] = {
    "training": "train.jsonl", "validation": "validation.jsonl", "test": "test.jsonl",
}  # fmt: skip
SENT: tuple[Role, ...] = ("training", "validation")  # the test stays with the client
SHOWN = 3  # places named per rule


@dataclass(frozen=True)
class Prepared:
    """One file as it is uploaded. Tokens are estimated from bytes, with the range of that estimate."""

    role: Role
    path: Path
    sha256: str
    size_bytes: int
    rows: int
    tokens: int
    tokens_low: int
    tokens_high: int


@dataclass(frozen=True)
class Dataset:
    """The files of a job, and what became of the other rows of the client's dataset."""

    files: tuple[Prepared, ...]
    left_out: int  # in none of the files
    copies: int  # of these, repeats of rows that are in one
    kept_back: int  # split off as a test, in a file that is never sent

    @property
    def training(self) -> Prepared:
        return next(file for file in self.files if file.role == "training")

    @property
    def validation(self) -> Prepared | None:
        return next((file for file in self.files if file.role == "validation"), None)


@dataclass(frozen=True)
class Choice:
    """Which rows of the dataset a job takes."""

    leave_out_faulty: bool = False
    drop: tuple[str, ...] = ()  # keys to leave behind
    no_split: bool = False  # train on every usable row
    examples: int | None = None  # training rows at most


ALL_SOUND = Choice()


def prepare(
    client: Client, facts: Facts, profile: Profile, folder: Path, choice: Choice = ALL_SOUND, *,
    however_few: bool = False,
) -> Dataset:  # fmt: skip
    """Writes train.jsonl and, where there are such rows, validation.jsonl and test.jsonl into `folder`.

    Rows are divided as chapter 3 reports it, once copies are counted once. Raises BespokeError with every rule
    that the data breaks for this route, by file and line. When faulty rows may be left out they are left out
    and counted; what is written is checked again whole. `however_few` is for a plan: a job is not started so.
    """
    if not client.dataset:
        raise BespokeError("has no file; put training examples there", path=str(client.folder / "dataset"))
    from bespoke.chapters.dataset_readiness import compute
    from bespoke.chapters.dataset_readiness.compute import report
    from bespoke.chapters.dataset_readiness.dataset_division import DivisionRequest, divided_dataset

    found = divided_dataset(client, facts)
    if not choice.leave_out_faulty:
        refuse(report(found, client.tasks, facts), profile.route, client.name)
    wish = DivisionRequest(validation=profile.validation, split=not choice.no_split, examples=choice.examples)
    sides: dict[int, dict[int, Side]] = {}
    for number, line, side in found.rows_for(profile.route, wish):
        sides.setdefault(number, {})[line] = side
    counts = _write(client, sides, format_named(profile.format), choice, folder)
    if not counts["training"]:
        raise BespokeError("no row is left to train on", path=str(client.folder / "dataset"))
    written = tuple(folder / NAMES[role] for role in SENT if counts[role])
    after = compute(replace(client, dataset=written, folder=folder), facts)
    assert after is not None
    refuse(after, profile.route, client.name)
    few = too_few(client, facts, profile, counts["training"])
    if few and not however_few:
        raise BespokeError(few)
    return Dataset(
        files=tuple(_measured(role, folder / NAMES[role], after) for role in SENT if counts[role]),
        left_out=counts[""] - found.test_rows,
        copies=found.repeats_for(profile.route),
        kept_back=counts["test"],
    )


def too_few(client: Client, facts: Facts, profile: Profile, training: int) -> tuple[Problem, ...]:
    """What is wrong where the model itself takes no job with so few rows: one route has models with other limits."""
    from bespoke.chapters.dataset_readiness.dataset_rules import rules_as_of

    rule = rules_as_of(facts.as_of).limit_for("records_min", profile.route, profile.profile)
    if rule is None or not rule.profiles or training >= rule.number:
        return ()
    says = f"{training:,} rows to train on, {profile.name} takes at least {rule.number:,.0f}; {rule.todo}"
    return (Problem(f"{client.name}/dataset", None, rule.rule, f"{says} (source: {rule.source})"),)


def refuse(found: DatasetReadiness, route: str, client: str) -> None:
    """Raises with every blocking rule and its first places, unless the data can go to the route."""
    verdict = next(target for target in found.targets if target.route == route)
    if verdict.status != "not_ready":
        return
    blocking = {blocker.rule for blocker in verdict.blocked_by}
    raise BespokeError(list(_blocking(found, route, blocking, client)))


def _blocking(found: DatasetReadiness, route: str, rules: set[str], client: str) -> Iterator[Problem]:
    for finding in found.findings:
        if finding.rule not in rules or (finding.routes and route not in finding.routes):
            continue
        for place in finding.places[:SHOWN]:
            says = f"{finding.says}: {place.detail}; {finding.todo}"
            file = "dataset" if finding.scope == "dataset" else place.file
            yield Problem(f"{client}/{file}", place.line, finding.rule, says)
        more = finding.count - len(finding.places[:SHOWN])
        if more > 0:
            yield Problem(f"{client}/dataset", None, finding.rule, f"and {more:,} more of the same kind")


def digest_of(files: Sequence[tuple[str, str]], *more: str) -> str:
    """One hash of files (role, SHA-256) and of whatever else decides what a job makes."""
    parts = [f"{role}={sha}" for role, sha in sorted(files)]
    return hashlib.sha256("\n".join([*parts, *more]).encode()).hexdigest()


def _write(
    client: Client,
    sides: Mapping[int, Mapping[int, Side]],
    target: TrainingFormat,
    choice: Choice,
    folder: Path,
) -> Counter[str]:
    """Writes each row to the file of its side, in the target's spelling; rows per side, "" for those in none."""
    counts: Counter[str] = Counter()
    problems: list[Problem] = []
    with ExitStack() as stack:
        files = {
            side: stack.enter_context(whole_file(folder / name, mode=0o600)) for side, name in NAMES.items()
        }
        for number, path in enumerate(client.dataset):
            shown = f"{client.name}/{path.relative_to(client.folder).as_posix()}"
            for line, given, _ in examples(path, detect(path, inside=client.folder), inside=client.folder):
                side = sides.get(number, {}).get(line)
                example = without(given, choice.drop)
                losses = target.lost(example) if side else ()
                if losses and not choice.leave_out_faulty:
                    says = f"{target.title} cannot carry {'; '.join(losses)}; name the key to leave it behind"
                    problems.append(Problem(shown, line, None, says))
                elif side and not losses:
                    files[side].write(to_json(target.spell(example)) + "\n")
                    counts[side] += 1
                else:
                    counts[""] += 1
        if problems:
            raise BespokeError(problems)
    for side, name in NAMES.items():
        if not counts[side]:
            (folder / name).unlink(missing_ok=True)
    return counts


def _measured(role: Role, path: Path, found: DatasetReadiness) -> Prepared:
    report = next(file for file in found.files if file.role == role)
    tokens = report.tokens
    assert tokens is not None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Prepared(
        role=role,
        path=path,
        sha256=digest,
        size_bytes=path.stat().st_size,
        rows=report.rows,
        tokens=tokens.total,
        tokens_low=tokens.total_low,
        tokens_high=tokens.total_high,
    )
