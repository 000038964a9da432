"""One pass over the dataset's files: every row is checked, counted and remembered by hash, then let go."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bespoke.chapters.dataset_readiness.answer_checks import as_object
from bespoke.chapters.dataset_readiness.copies import Copies
from bespoke.chapters.dataset_readiness.dataset_rules import Rules
from bespoke.chapters.dataset_readiness.file_formats import Standing
from bespoke.chapters.dataset_readiness.finding_counts import FindingCounts
from bespoke.chapters.dataset_readiness.label_balance import LabelCounter
from bespoke.chapters.dataset_readiness.languages import Languages
from bespoke.chapters.dataset_readiness.minhash import Containment, Hashes, shingled
from bespoke.chapters.dataset_readiness.result import FileReport, Role
from bespoke.chapters.dataset_readiness.row_checks import Checked, RowChecks
from bespoke.chapters.dataset_readiness.suspects import Asked
from bespoke.chapters.dataset_readiness.system_prompts import SystemPrompts
from bespoke.chapters.dataset_readiness.tokens import estimator
from bespoke.errors import BespokeError
from bespoke.facts.icd10 import Release
from bespoke.show.numbers import decimal
from bespoke.tuning.formats import (
    Detection,
    Example,
    TrainingFormat,
    TrainingRow,
    detect,
    format_named,
    rows,
    structure,
)
from bespoke.tuning.formats.format import VERSION as SCHEMA

VALIDATION = re.compile(
    r"(?:^|[_.-])(val|valid|validation|dev|eval|test|held[_-]?out|holdout)(?=[_.-]|$)", re.IGNORECASE
)
SOURCE_KEYS = ("group", "group_id", "patient", "patient_id", "document_id", "source_id", "thread_id")
COMPARED = 1_000_000  # characters of a turn that are compared for near copies
NO_ROW = {"blank_line", "bom", "other_encoding"}  # a line with nothing else is not a row


@dataclass
class Scan:
    """What the pass gathers over all files."""

    rules: Rules
    ledger: FindingCounts
    evaluation: Containment
    evaluation_ids: Sequence[str]
    release: Release | None = None  # the client's own code set; None: the pinned one
    country: str = ""  # of the engagement
    names: Mapping[str, str] | None = None  # key of a file -> the name it is read under
    inside: Path | None = None  # the client folder that files must lie in
    each: Callable[[int, list[Checked]], None] | None = None  # told line and breaches of every row with any
    copies: Copies = field(default_factory=Copies)
    labels: LabelCounter = field(default_factory=LabelCounter)
    asked: Asked = field(default_factory=Asked)
    languages: Languages = field(default_factory=Languages)
    system_prompts: SystemPrompts = field(default_factory=SystemPrompts)
    files: list[FileReport] = field(default_factory=list)
    training_tokens: array[int] = field(default_factory=lambda: array("Q"))
    refusals: int = 0
    answers: int = 0
    _name: str = ""  # of the file that is being read

    def __post_init__(self) -> None:
        self.estimate = estimator(self.rules)
        self.checks = RowChecks(self.rules, self.estimate, self.release, self.country)
        self.holds_evaluation = self.rules.number("leak_evaluation")

    def file(self, path: Path, name: str) -> None:
        """Read one file to its end; `name` is shown in place of its path."""
        self._name = name
        role, role_why = role_of(path)
        detected, why = self._detect(path, name)
        size = path.stat().st_size
        self._check_size(name, role, size)
        tokens: array[int] = array("Q")
        count = valid = 0
        stands = Standing(detected)
        for row in rows(path, self.names, self.inside):
            found = [Checked(fault.rule, fault.message) for fault in row.faults]
            if row.record is None or detected is None:
                good = False
            else:
                form = stands.form(row.record)
                if form is not detected.format:
                    found.append(Checked("mixed_format", f"read as {form.title}"))
                good = self._example(row, form, role, found, tokens)
            for b in found:
                self.ledger.add(b.rule, name, row.line, b.detail, routes=b.routes, masked=b.masked)
            if found and self.each is not None:
                self.each(row.line, found)
            is_row = row.record is not None or any(breach.rule not in NO_ROW for breach in found)
            count += is_row
            valid += good
        if role == "training":
            self.training_tokens.extend(tokens)
        self.files.append(
            FileReport(
                path=name,
                role=role,
                role_why=role_why,
                format=detected.format.name if detected else "",
                format_title=detected.format.title if detected else "not recognised",
                why=why + stands.others(),
                also=stands.also,
                as_is=stands.as_is,
                method=detected.format.method if detected else "",
                size_bytes=size,
                rows=count,
                valid=valid,
                tokens=self.estimate.stats(tokens),
            )
        )

    def _detect(self, path: Path, name: str) -> tuple[Detection | None, str]:
        try:
            detected = detect(path, self.names, self.inside)
        except BespokeError as error:
            why = error.problems[0].message
            self.ledger.add("unknown_shape", name, None, why)
            return None, why
        return detected, detected.why

    def _example(
        self, row: TrainingRow, form: TrainingFormat, role: Role, found: list[Checked], tokens: array[int]
    ) -> bool:
        """Check, count and remember the example of a row; whether any target may train on it as it is."""
        assert row.record is not None
        reading = form.read(row.record)
        example = reading.example
        kept = form.unknown_keys(example)  # the example has them: each target decides
        faults = tuple(fault for fault in reading.faults if fault not in kept)
        read = not faults
        faults = faults or structure(example)
        found += [Checked(fault.rule, fault.message) for fault in faults]
        found += self._unknown_keys(example)
        found += self._not_carried(example, reading.example.spelling if read else {})
        size, broken = _size(example)
        found += broken
        found += self.checks.check(example, size)
        tokens.append(self.estimate.tokens(size))
        asked, dense = shingled("\n".join(turn.text[:COMPARED] for turn in example.asked))
        if role == "training":
            found += self._leaks(asked)
        good = not any(b.routes is None and self.rules.blocks_every_target(b.rule) for b in found)
        if read:  # what could not be read is no copy of anything
            self._remember(example, asked, dense, row.line, role, found, good)
        return good

    def _unknown_keys(self, example: Example) -> list[Checked]:
        """Keys that some target's format has no place for, with those targets."""
        if not example.extra and not any(turn.extra for turn in example.turns):
            return []
        routes: dict[str, tuple[str, ...]] = {}
        for route, formats in self.rules.targets.items():
            for fault in format_named(formats[0]).unknown_keys(example):
                routes[fault.message] = (*routes.get(fault.message, ()), route)
        return [Checked("extra_key", message, concerned) for message, concerned in routes.items()]

    def _not_carried(self, example: Example, spelling: Mapping[str, Any]) -> Iterator[Checked]:
        """What a target's format has no place for, with those targets; what stands otherwise in it."""
        if spelling.get("version", SCHEMA) != SCHEMA:
            yield Checked("schema_version", f"schemaVersion is {spelling['version']!r}")
        more = any(t.reasoning or t.media or t.parts or t.extra for t in example.turns)
        if not (example.uses_tools or more):
            return
        routes: dict[str, tuple[str, ...]] = {}
        for route, formats in self.rules.targets.items():
            target = format_named(formats[0])
            keys = {fault.message for fault in target.unknown_keys(example)}
            for loss in target.lost(example):
                if loss.removeprefix("the ") not in keys:
                    routes[loss] = (*routes.get(loss, ()), route)
        for loss, concerned in routes.items():
            yield Checked("not_carried", loss, concerned)
        if any(turn.parts for turn in example.turns):
            yield Checked("several_blocks", "several text blocks in one turn")
        if example.uses_tools:
            yield Checked("nova_tools", "declares or calls tools")
        if any(turn.reasoning for turn in example.turns):
            yield Checked("nova_reasoning", "holds reasoning")

    def _leaks(self, asked: Hashes) -> list[Checked]:
        inside = self.evaluation.inside(asked, self.holds_evaluation)
        return [Checked("leak_evaluation", f"holds note {self.evaluation_ids[n]}") for n in inside[:1]]

    def _remember(
        self, example: Example, asked: Hashes, dense: bool, line: int, role: Role, found: list[Checked], good: bool,
    ) -> None:  # fmt: skip
        answer = example.answer
        if answer.strip():
            self.answers += 1
            self.refusals += any(breach.rule == "refusal" for breach in found)
        if good and role == "training":
            self.labels.add(answer, as_object(answer))
            self.asked.add(self._name, line, "\n".join(turn.text for turn in example.asked))
            self.languages.add(self._name, line, answer)
            self.system_prompts.add(self._name, line, example.system)
        free = [not any(self._blocks(breach, route) for breach in found) for route in self.rules.targets]
        self.copies.add(
            example,
            asked,
            dense=dense,
            file=len(self.files),
            line=line,
            targets=sum(ok << n for n, ok in enumerate(free)) if good else 0,
            valid=good,
            key=next((str(example.extra[key]) for key in SOURCE_KEYS if example.extra.get(key)), ""),
        )

    def _blocks(self, breach: Checked, route: str) -> bool:
        """Whether a breach keeps a row from a target; what a conversion mends does not."""
        row = self.rules.one(breach.rule)
        concerned = row.concerns(route) if breach.routes is None else route in breach.routes
        return row.severity == "error" and not row.mended and concerned

    def _check_size(self, name: str, role: Role, size: int) -> None:
        rule = "file_size" if role == "training" else "validation_file_size"
        for route, limit in self.rules.limits(rule).items():
            if size > limit:
                detail = f"{decimal(size)} bytes, the limit is {decimal(limit)}"
                self.ledger.add(rule, name, None, detail, routes=(route,))


def _size(example: Example) -> tuple[int, list[Checked]]:
    """Bytes of UTF-8 of all texts, and the breach where UTF-8 cannot hold them."""
    try:
        return sum(len(text.encode()) for text in example.texts()), []
    except UnicodeEncodeError:
        size = sum(len(text.encode("utf-8", "surrogatepass")) for text in example.texts())
        return size, [Checked("lone_surrogate", "half a character stands in the text")]


def role_of(path: Path) -> tuple[Role, str]:
    """Training or validation, by the file's name."""
    if found := VALIDATION.search(path.stem):
        return "validation", f"“{found.group(1)}” in its name"
    return "training", "its name says nothing else"
