"""Behind `bespoke dataset check`: every finding of chapter 3 on the command line, before there is a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from bespoke import clients
from bespoke.advice.routes import routes
from bespoke.chapters.dataset_readiness import DatasetReadiness, RuleFinding, compute
from bespoke.chapters.dataset_readiness.compute import report
from bespoke.chapters.dataset_readiness.dataset_division import read
from bespoke.clients import client_names
from bespoke.errors import BespokeError, Problem, printable
from bespoke.facts.reader import Facts
from bespoke.show.numbers import decimal
from bespoke.tuning.formats import Conversion
from bespoke.tuning.formats.mapping import names_of

LINES = 10  # of a kind of change that are named
SHOWN = 3  # places of a finding that is no error; of errors all that the chapter remembers
STATUS = {"ready": "ready", "needs_conversion": "ready after conversion", "not_ready": "not ready"}


def check(
    source: str, client_data: Callable[[], Path], today: date, *, names: Sequence[str] = ()
) -> DatasetReadiness:
    """What the rules say of one file, or of a client's whole dataset with its evaluation notes beside it.

    A client's facts are read as of its engagement, a file's as of today. `names` maps keys of a file to those of a
    known format. Raises BespokeError where there is nothing to check.
    """
    path = Path(source)
    if path.is_file():
        facts = Facts(as_of=today)
        return report(read([path], path.parent, (), None, facts, names=names_of(names)), (), facts)
    if looks_like_a_file(source):
        raise BespokeError("there is no such file", path=source)
    if names:
        raise BespokeError("--map is for one file; convert a client's file once and keep the result")
    try:
        client_names.folder(client_data(), source)
    except BespokeError as error:
        message = f"{error.problems[0].message}; no file of that name is here either"
        raise BespokeError(message, path=source) from None
    client = clients.load(client_data(), source)
    facts = Facts(as_of=client.engagement.as_of, overrides=client.engagement.thresholds)
    found = compute(client, facts)
    if found is None:
        raise BespokeError("has no file; put training examples there", path=f"{client.name}/dataset")
    return found


def lines(found: DatasetReadiness) -> Iterator[str]:
    """The result, a line each: files, findings by place, targets, and what is left to train on."""
    for file in found.files:
        yield printable(
            f"{file.path}: {decimal(file.rows)} rows, {decimal(file.valid)} valid, {file.format_title} ({file.why})"
        )
    names = {route.route: route.name for route in routes(date.fromisoformat(found.as_of))}
    for finding in found.findings:
        yield from _places(finding, ", ".join(names.get(route, route) for route in finding.routes))
    for target in found.targets:
        blocked = ", ".join(f"{b.rule} ({decimal(b.count)})" for b in target.blocked_by)
        because = f", because of {blocked}" if blocked else ""
        usable = f"{decimal(target.usable)} usable"
        yield f"{names.get(target.route, target.route)}: {STATUS[target.status]}, {usable}{because}"
    more = f"{decimal(found.examples_needed_low)} to {decimal(found.examples_needed)}"
    yield f"{decimal(found.usable)} of {decimal(found.rows)} training rows are usable, one of each group of copies"
    yield f"{more if found.examples_needed else 'no'} more are needed by the rule of thumb"


def said_of(done: Conversion) -> Iterator[str]:
    """What stands otherwise after a conversion, a line for each kind, with the lines of the file."""
    for change, at in done.said.items():
        yield f"{change}: {decimal(len(at))} {'row' if len(at) == 1 else 'rows'} ({some(at)})"


def some(at: Sequence[int]) -> str:
    """The first of some lines; how many there are where not all are named."""
    first = ", ".join(map(str, at[:LINES]))
    return f"{first}, ... of {decimal(len(at))}" if len(at) > LINES else first


def looks_like_a_file(source: str) -> bool:
    """Whether a name can only be meant as a file: a client's has neither a slash nor an ending."""
    return "/" in source or "\\" in source or Path(source).suffix != ""


def is_refused(found: DatasetReadiness) -> bool:
    """Whether no tuning route would take the data, not even after a conversion."""
    return all(target.status == "not_ready" for target in found.targets)


def _places(finding: RuleFinding, targets: str) -> Iterator[str]:
    concerned = f" for {targets}" if targets else ""
    shown = finding.places[: len(finding.places) if finding.severity == "error" else SHOWN]
    for place in shown:
        why = f"{finding.severity}{concerned}; source: {finding.source}"
        says = f"{finding.says} ({place.detail}); {finding.todo} [{why}]"
        yield str(Problem(place.file, place.line, finding.rule, says))
    more = finding.count - len(shown)
    if more > 0:
        yield f"{finding.rule}: {decimal(more)} more of the same kind"
