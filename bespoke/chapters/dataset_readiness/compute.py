"""The chapter: one pass over the files, then what only the whole can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bespoke.chapters.dataset_readiness.copy_count import CopyCount
from bespoke.chapters.dataset_readiness.dataset_division import DatasetDivision, divided_dataset
from bespoke.chapters.dataset_readiness.identifiers.quoting import Quoting
from bespoke.chapters.dataset_readiness.result import (
    DatasetReadiness,
    FileReport,
    LabelField,
    RuleFinding,
    Split,
    TargetReadiness,
)
from bespoke.chapters.dataset_readiness.scan import Scan
from bespoke.chapters.dataset_readiness.split_shares import split_of
from bespoke.chapters.dataset_readiness.targets import check_counts, readiness
from bespoke.chapters.dataset_readiness.tokens import bins
from bespoke.chapters.examples_needed import rule_of_thumb
from bespoke.clients.schema import Client, Task
from bespoke.facts.reader import Facts
from bespoke.show.numbers import decimal, percent
from bespoke.statistics.seed import SEED

ALL_FILES = "all files"
COUNTS = {  # rules whose details are numbers and places of ours, no words of the client
    "tokens_max", "tokens_near", "file_size", "validation_file_size", "records_min", "records_max", "validation_min",
    "validation_max", "refusals_share", "duplicate_exact", "duplicate_near", "several_answers", "leak_validation",
    "label_rare", "searched_in_part", "language_mix", "system_missing", "system_differs", "repetition",
}  # fmt: skip


def compute(client: Client, facts: Facts, *, seed: int = SEED) -> DatasetReadiness | None:
    """Everything the dataset's files show; None when the client has given none.

    Reads the files row by row: memory grows by less than two kilobytes a row, never with the text. Finds every
    breach, also behind a bad row. Raises BespokeError where a file cannot be opened. `seed` orders the
    groups of the suggested split and nothing else.
    """
    return report(divided_dataset(client, facts, seed=seed), client.tasks, facts) if client.dataset else None


def report(found: DatasetDivision, tasks: Sequence[Task], facts: Facts) -> DatasetReadiness:
    """The result of a dataset that has been read."""
    scan, census = found.scan, found.census
    _enter_copies(scan, census)
    _enter_labels(scan, found.label_fields)
    _enter_habits(scan, found.label_fields)
    rows = sum(file.rows for file in scan.files if file.role == "training")
    claim, claiming_task = _largest_claim(tasks)
    _enter_shares(scan, rows, claim, claiming_task)
    targets = _targets(scan, census, rows, found.validation_rows)
    quoting = Quoting(scan.country, Counter(+scan.ledger.masked))
    findings = tuple(_quoted(finding, quoting) for finding in scan.ledger.findings())
    repeats = Counter(link.kind for link in census.repeats())
    usable = len(census.kept)
    needed_low, needed_high, needed_source = rule_of_thumb(facts)
    return DatasetReadiness(
        facts_used=tuple(sorted(facts.used)),
        files=_files(found),
        findings=findings,
        token_bins=bins(scan.training_tokens),
        labels=tuple(_labelled(field, quoting) for field in found.label_fields),
        targets=targets,
        rows=rows,
        valid=len(census.rows),
        distinct=census.distinct,
        usable=usable,
        validation_rows=found.validation_rows,
        exact_copies=repeats["exact"],
        near_copies=repeats["near"],
        several_answers=repeats["answer"],
        leaked=sum(f.count for f in findings if f.rule.startswith("leak_")),
        refusals=scan.refusals,
        answers=scan.answers,
        bytes_per_token=scan.estimate.bytes_per_token,
        bytes_per_token_low=scan.estimate.low,
        bytes_per_token_high=scan.estimate.high,
        needed_low=needed_low,
        needed_high=needed_high,
        needed_source=needed_source,
        examples_needed_low=max(0, needed_low - usable),
        examples_needed=max(0, needed_high - usable),
        largest_claim=claim,
        claiming_task=claiming_task,
        split=_divided(split_of(found), quoting),
        masked=quoting.masked(),
        as_of=facts.as_of.isoformat(),
    )


def _quoted(finding: RuleFinding, quoting: Quoting) -> RuleFinding:
    """The finding as it may be printed: what its details quote, without identifiers."""
    if finding.rule in COUNTS or finding.rule.startswith("identifier_"):  # which show a glimpse
        return finding
    places = tuple(
        place.model_copy(update={"detail": quoting.text(place.detail, place.file)})
        for place in finding.places
    )
    return finding.model_copy(update={"places": places})


def _labelled(field: LabelField, quoting: Quoting) -> LabelField:
    if field.categories:
        return field
    top = tuple(row.model_copy(update={"label": quoting.text(row.label, ALL_FILES)}) for row in field.top)
    return field.model_copy(update={"top": top})


def _divided(split: Split, quoting: Quoting) -> Split:
    """The labels of its strata are those of the answers, most of which are counted already."""
    own = Quoting(quoting.country)
    strata = tuple(
        stratum.model_copy(update={"label": own.text(stratum.label, ALL_FILES)}) for stratum in split.strata
    )
    return split.model_copy(update={"strata": strata})


def _files(found: DatasetDivision) -> tuple[FileReport, ...]:
    """The files, those that are kept to judge by under their own name."""
    return tuple(
        file.model_copy(update={"role": "test"}) if test else file
        for file, test in zip(found.scan.files, found.tests, strict=True)
    )


def _enter_copies(scan: Scan, census: CopyCount) -> None:
    """Enter copies and leaks under the line of the later row, naming the earlier."""
    names = {"exact": "duplicate_exact", "near": "duplicate_near", "answer": "several_answers"}
    for link in census.repeats():
        alike = f", {percent(link.similarity)} alike" if link.kind == "near" else ""
        file, line = _place(scan, link.later)
        scan.ledger.add(names[link.kind], file, line, f"as {_where(scan, link.first, file)}{alike}")
    for row, twin in census.leaks():
        file, line = _place(scan, row)
        scan.ledger.add("leak_validation", file, line, f"as {_where(scan, twin, file)}")


def _place(scan: Scan, row: int) -> tuple[str, int]:
    return scan.files[scan.copies.files[row]].path, scan.copies.lines[row]


def _where(scan: Scan, row: int, seen_from: str) -> str:
    file, line = _place(scan, row)
    return f"line {decimal(line)}" if file == seen_from else f"{file}:{line}"


def _enter_labels(scan: Scan, labels: Sequence[LabelField]) -> None:
    dominant = scan.rules.number("label_dominant")
    for field in labels:
        top = field.top[0]
        if field.distinct > 1 and top.count > dominant * field.labelled:
            detail = f"{field.field}: “{top.label}” in {decimal(top.count)} of {decimal(field.labelled)} rows"
            scan.ledger.add("label_dominant", ALL_FILES, None, detail)
        if field.rare:
            detail = f"{field.field}: {decimal(field.rare)} of {decimal(field.distinct)} labels"
            scan.ledger.add("label_rare", ALL_FILES, None, detail)


def _enter_habits(scan: Scan, labels: Sequence[LabelField]) -> None:
    """Enter the rows that differ from most: in language, in system prompt, in the label that others would give."""
    for file, line, language in scan.languages.strangers():
        scan.ledger.add("language_mix", file, line, f"{language}, most are {scan.languages.main}")
    for rule, file, line, detail in scan.system_prompts.findings():
        scan.ledger.add(rule, file, line, detail)
    if labels and not labels[0].categories:
        firsts = scan.labels.firsts(labels[0].field)
        for file, line, label, said in scan.asked.suspects(firsts):
            detail = f"{labels[0].field}: “{label}”, by the other rows rather “{said}”"
            scan.ledger.add("label_suspect", file, line, detail)


def _enter_shares(scan: Scan, rows: int, claim: int, claiming_task: str) -> None:
    if scan.refusals > scan.rules.number("refusals_share") * scan.answers:
        detail = f"{decimal(scan.refusals)} of {decimal(scan.answers)} answers"
        scan.ledger.add("refusals_share", ALL_FILES, None, detail)
    if claim > rows:
        detail = f"{decimal(rows)} rows, tasks.csv speaks of {decimal(claim)} for {claiming_task}"
        scan.ledger.add("fewer_than_claimed", ALL_FILES, None, detail)


def _largest_claim(tasks: Sequence[Task]) -> tuple[int, str]:
    """The labelled examples of the task that claims most: rows cannot be told apart by task."""
    claims = [(task.labelled_examples, task.task_id) for task in tasks]
    return max(claims, key=lambda claim: claim[0], default=(0, ""))


def _targets(scan: Scan, census: CopyCount, rows: int, validation_rows: int) -> tuple[TargetReadiness, ...]:
    """The verdict on every target; enters the counts that one does not take."""
    usable = {route: len(census.kept_for(n)) for n, route in enumerate(scan.rules.targets)}
    for route, kept in usable.items():
        check_counts(route, kept, rows, validation_rows, scan.rules, scan.ledger, ALL_FILES)
    findings = scan.ledger.findings()
    return tuple(readiness(route, kept, scan.files, findings, scan.rules) for route, kept in usable.items())
