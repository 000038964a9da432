"""From log files to usage.json: read, attributed to tasks, added up, held against the bill, and every gap told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from pathlib import Path

from bespoke.clients.schema import Client
from bespoke.clients.usage import FILE, TaskUsage, UsageFile, UsageSource
from bespoke.clients.wording import first_few
from bespoke.errors import BespokeError
from bespoke.intake import formats
from bespoke.intake.attribution import Attribution, AttributionRule, label
from bespoke.intake.double_counts import Seen, Totals
from bespoke.intake.elements import dialect, elements, first
from bespoke.intake.formats import UsageFormat, mapped
from bespoke.intake.token_pricing import PricedTokens
from bespoke.intake.usage_record import Misread, Record
from bespoke.intake.usage_tally import TaskTally
from bespoke.keys import digest
from bespoke.saving import write_atomically

MOST_LABELS = 1_000  # kinds of calls without a task that are told apart


@dataclass
class FileRead:
    """What one file held."""

    path: Path
    form: UsageFormat
    records: int = 0
    again: int = 0  # calls whose id was counted before, here or in an earlier file
    others: int = 0  # elements that are no calls: spans, events, answers from a gateway's own cache
    misread: Counter[str] = field(default_factory=Counter)
    places: dict[str, int] = field(default_factory=dict)  # where each reason was first met
    since: date | None = None
    until: date | None = None


@dataclass
class Import:
    """Everything that was read: figures by task, files, and calls that no task was found for."""

    tallies: dict[str, TaskTally] = field(default_factory=dict)
    files: list[FileRead] = field(default_factory=list)
    rows: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))  # task, file -> rows
    # task -> formats, bills aside
    logs: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    strangers: Counter[str] = field(default_factory=Counter)
    seen: Seen = field(default_factory=Seen)
    totals: Totals = field(default_factory=Totals)

    def figures(self) -> dict[str, TaskUsage]:
        """By task, each with its files."""
        return {
            task: tally.figures().model_copy(update={"sources": self._sources(task)})
            for task, tally in sorted(self.tallies.items())
        }

    def counted_twice(self) -> list[str]:
        """Tasks whose calls stand in logs of more than one kind: a gateway's and a vendor's, most often."""
        return sorted(task for task, kinds in self.logs.items() if len(kinds) > 1)

    def _sources(self, task: str) -> tuple[UsageSource, ...]:
        return tuple(
            UsageSource(
                file=read.path.name, format=read.form.name, rows=rows, since=read.since, until=read.until
            )
            for at, read in enumerate(self.files)
            if (rows := self.rows.get((task, at))) and read.since and read.until
        )


def read_usage_files(
    paths: Iterable[Path],
    client: Client | None,
    *,
    rules: tuple[AttributionRule, ...] = (),
    mapping: Mapping[str, str] | None = None,
    form: str = "",
    zone: tzinfo,
    zone_name: str,
    say: Callable[[str], None] = lambda line: None,
) -> Import:
    """Reads every file once, in bounded memory.

    Without a client every key is a task of its own. Raises BespokeError for a file of no known format, for one
    given twice, and where nothing in a file is understood.
    """
    found = Import()
    attribution = Attribution(
        rules, {} if client is None else {task.task_id: task.name for task in client.tasks}
    )
    seen: dict[str, Path] = {}
    for path in paths:
        twin = seen.setdefault(_digest(path), path)
        if twin is not path:
            raise BespokeError(f"holds the same as {twin.name}; give it once", path=path.name)
        read = FileRead(path, _format(path, form, mapping))
        found.files.append(read)
        _read(read, len(found.files) - 1, found, attribution, client, zone, zone_name)
        if not read.records and not read.again:
            reasons = f"; {read.misread.most_common(1)[0][0]}" if read.misread else ""
            raise BespokeError(f"holds no call that {read.form.title} describes{reasons}", path=path.name)
        for line in _told(read):
            say(line)
    return found


def _read(
    read: FileRead,
    at: int,
    found: Import,
    attribution: Attribution,
    client: Client | None,
    zone: tzinfo,
    zone_name: str,
) -> None:
    for place, element in elements(read.path):
        calls = 0
        for record in formats.read(read.form, element):
            calls += 1
            if isinstance(record, Misread):
                read.misread[str(record)] += 1
                read.places.setdefault(str(record), place)
                continue
            if record.call and found.seen.before(f"{read.form.name} {record.identity}"):
                read.again += 1
                continue
            read.records += 1
            _dated(read, record)
            task = attribution.task(record) or (label(record) if client is None else None)
            if task is None:
                name = label(record)
                known = name in found.strangers or len(found.strangers) < MOST_LABELS
                found.strangers[name if known else "others"] += record.requests or 1
                continue
            if task not in found.tallies:
                own = client.prices if client is not None else None
                found.tallies[task] = TaskTally(zone, zone_name, PricedTokens(own))
            found.tallies[task].add(record)
            found.rows[task, at] += 1
            found.totals.add(task, read.path.name, record)
            if not record.charge:
                found.logs[task].add(read.form.name)
        read.others += calls == 0


def _dated(read: FileRead, record: Record) -> None:
    last = record.last.date()
    read.since = min(read.since or record.start.date(), record.start.date())
    read.until = max(read.until or last, last)


def _digest(path: Path) -> str:
    try:
        return digest(path)
    except OSError as error:
        raise BespokeError(f"cannot be read: {error.strerror or error}", path=path.name) from error


def _format(path: Path, wanted: str, mapping: Mapping[str, str] | None) -> UsageFormat:
    if mapping is not None:
        written = mapped.written((row for _, row in elements(path)), mapping)
        title = "table read by --map" + (" with a decimal comma" if written.comma else "")
        return UsageFormat(
            mapped.NAME, title, lambda row: True, lambda row: mapped.records(row, mapping, written)
        )
    if wanted:
        return next(form for form in formats.FORMATS if form.name == wanted)
    sample = first(path)
    form = formats.detect(sample)
    if form is None:
        names = next((list(row) for row in sample if isinstance(row, Mapping)), [])
        raise BespokeError(
            f"is of no known format; it holds {first_few(names, 8) or 'nothing that can be read'}. A table of calls"
            " is read with --map time=COLUMN,input=COLUMN,output=COLUMN",
            path=path.name,
        )
    return form


def _told(read: FileRead) -> list[str]:
    saved = dialect(read.path)
    lines = [] if saved is None or saved.plain else [f"{read.path.name}: {saved.words()}"]
    lines += [
        f"{read.path.name}: {read.form.title}, {read.records} records"
        + (f", {read.since} to {read.until}" if read.records else "")
        + (f"; {read.again} calls were counted before, by their ids" if read.again else "")
        + (f"; {read.others} elements are no model calls" if read.others else "")
    ]
    lines += [
        f"{read.path.name}:{read.places[reason]}: {n} not understood: {reason}"
        for reason, n in read.misread.most_common()
    ]
    return lines


def write_usage(client: Client, figures: Mapping[str, TaskUsage]) -> Path:
    """Writes usage.json into the client folder; figures of tasks that were not imported this time stay."""
    path = client.folder / FILE
    tasks = {**(client.usage or {}), **figures}
    content = UsageFile(tasks=dict(sorted(tasks.items()))).model_dump_json(indent=1, exclude_defaults=True)
    write_atomically(path, content + "\n")
    return path
