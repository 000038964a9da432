"""What was handed over as which version: a small record of each issue, and what has changed in the advice since."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bespoke import machine
from bespoke.errors import BespokeError
from bespoke.keys import digest
from bespoke.runner.cache import manifest as manifests
from bespoke.saving import json_object, write_atomically

if TYPE_CHECKING:
    from bespoke.chapters.recommendation import Recommendation, TaskAdvice
    from bespoke.clients.schema import Client
    from bespoke.report.additions import Change, Changes

FOLDER = "issued"  # in the client's report folder, one folder for each version
RECORD = "issue.json"
ADVICE = "results/08_recommendation.json"  # beside the record, so that `bespoke compare` takes the folder
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}")


@dataclass(frozen=True)
class Stand:
    """What the report advised about one task: amounts in the engagement's currency, a date as 2026-11-20 or nothing."""

    task_id: str
    name: str
    first: str
    end: str
    today: float
    monthly: float
    once: float
    live: str


@dataclass(frozen=True)
class Issue:
    """One version that was handed over; `content` tells whether a report still is the same."""

    version: str
    number: int  # the order of the issues
    as_of: str
    content: str
    report: dict[str, str] = field(default_factory=dict)  # the files handed over -> SHA-256
    stands: tuple[Stand, ...] = ()
    advice: str = ""  # SHA-256 of the advice kept beside it


def issues(folder: Path) -> list[Issue]:
    """Every issue, the first one first. Raises BespokeError for one that this machine did not write so."""
    client = manifests.client_of(folder)
    found = [proven(path.parent, client) for path in sorted((folder / FOLDER).glob(f"*/{RECORD}"))]
    return sorted(found, key=lambda one: one.number)


def proven(place: Path, client: str) -> Issue:
    """The issue that lies in a folder, sealed together with the advice beside it. Raises BespokeError."""
    raw = _raw(place)
    found = _typed(place, raw)
    shown = f"{FOLDER}/{place.name}/{RECORD}"
    if not machine.is_sealed(machine.report_of(client), raw):
        message = (
            "was not sealed on this machine, or changed since: no report rests on it. Look at it; if it is yours,"
            f" `bespoke trust {client} --issued` takes it over, else delete its folder"
        )
        raise BespokeError(message, path=shown)
    if (place / ADVICE).is_symlink() or _digest(place / ADVICE) != found.advice:
        raise BespokeError(
            "was changed since it was issued; restore it", path=f"{FOLDER}/{place.name}/{ADVICE}"
        )
    return found


def take_over(folder: Path) -> Iterator[str]:
    """Seals the records that lie in a report folder as they are, after telling what they say: a line each."""
    for path in sorted((folder / FOLDER).glob(f"*/{RECORD}")):
        found = _typed(path.parent, _raw(path.parent))
        amounts = sum(one.monthly for one in found.stands)
        yield f"version {found.version}, as of {found.as_of}: {len(found.stands)} tasks, {amounts:.0f} a month advised"
        _write(path.parent, replace(found, advice=_digest(path.parent / ADVICE)), manifests.client_of(folder))


def _raw(place: Path) -> dict[str, Any]:
    path = place / RECORD
    return {} if path.is_symlink() else json_object(path)


def _typed(place: Path, raw: dict[str, Any]) -> Issue:
    try:
        stands = tuple(Stand(**one) for one in raw["stands"])
        rest = {key: value for key, value in raw.items() if key not in ("stands", machine.SEAL)}
        found = Issue(**rest, stands=stands)
        date.fromisoformat(found.as_of)
        if found.version != place.name:
            raise ValueError(found.version)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        shown = f"{FOLDER}/{place.name}/{RECORD}"
        raise BespokeError("is no record of an issue; restore or delete it", path=shown) from error
    return found


def _digest(path: Path) -> str:
    try:
        return digest(path)
    except OSError:
        return ""


def standing(found: Sequence[Issue], content: str) -> tuple[Issue | None, Issue | None]:
    """The issue that a report with this content is, and the one that its changes are told against."""
    last = found[-1] if found else None
    if last is not None and last.content == content:
        return last, found[-2] if len(found) > 1 else None
    return None, last


def check(found: Sequence[Issue], version: str) -> None:
    """Raises BespokeError where a version cannot be called so."""
    if not _VERSION.fullmatch(version):
        raise BespokeError(
            f"version {version!r}: write it as 1.0, in up to 20 letters, digits, dots and dashes"
        )
    for one in found:
        if one.version.lower() == version.lower():  # a folder's name, on every system
            raise BespokeError(f"version {version} was issued as of {one.as_of}; name another")


def store(folder: Path, issue: Issue) -> None:
    """Keep the record and the advice as it was handed over."""
    advice = (folder / ADVICE).read_bytes()
    place = folder / FOLDER / issue.version
    write_atomically(place / ADVICE, advice)
    _write(place, replace(issue, advice=hashlib.sha256(advice).hexdigest()), manifests.client_of(folder))


def _write(place: Path, issue: Issue, client: str) -> None:
    content = machine.sealed(machine.report_of(client), asdict(issue))
    write_atomically(place / RECORD, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def stands(advice: Recommendation) -> tuple[Stand, ...]:
    return tuple(_stand(advice, task) for task in advice.tasks)


def _stand(advice: Recommendation, task: TaskAdvice) -> Stand:
    def step(route: str, model: str) -> str:
        return f"{advice.route_names[route]} ({model})"

    plan, money = task.plan, task.money
    return Stand(
        task_id=task.task_id,
        name=task.name,
        first=step(plan.first.route, plan.first.configuration.model),
        end=step(plan.end_route, plan.likely_end.configuration.model),
        today=money.today.expected,
        monthly=money.monthly.expected,
        once=money.one_off.expected,
        live=task.live_p80.isoformat() if task.live_p80 else "",
    )


def changes(client: Client, advice: Recommendation, folder: Path, since: Issue) -> Changes:
    """What is otherwise than in that issue, and what caused it."""
    from bespoke.report.additions import Changes
    from bespoke.report.phrases import phrases
    from bespoke.show.language import LANGUAGE
    from bespoke.show.numbers import number_locale

    words = phrases(LANGUAGE)
    with number_locale(LANGUAGE, client.engagement.currency):
        rows = list(_rows(since.stands, stands(advice), words))
        because = list(_causes(client, advice, folder / FOLDER / since.version, words)) if rows else []
    return Changes(since.version, date.fromisoformat(since.as_of), rows, because)


def _rows(before: Sequence[Stand], now: Sequence[Stand], words: dict[str, str]) -> Iterator[Change]:
    from bespoke.report.additions import Change

    was = {one.task_id: one for one in before}
    for one in now:
        if one.task_id in was:
            yield from _task(was[one.task_id], one, words)
        else:
            yield Change(one.name, words["whole_task"], "–", words["task_new"])
    for one in before:
        if one.task_id not in {other.task_id for other in now}:
            yield Change(one.name, words["whole_task"], words["task_there"], words["task_gone"])
    if len(now) > 1:
        yield from _amounts(words["all_tasks"], before, now, words)


def _task(was: Stand, now: Stand, words: dict[str, str]) -> Iterator[Change]:
    from bespoke.report.additions import Change
    from bespoke.show.numbers import NOTHING, day

    for name, a, b in (("first_step", was.first, now.first), ("likely_end", was.end, now.end)):
        if a != b:
            yield Change(now.name, words[name], a, b)
    yield from _amounts(now.name, [was], [now], words)
    dates = [day(date.fromisoformat(one.live)) if one.live else NOTHING for one in (was, now)]
    if dates[0] != dates[1]:
        yield Change(now.name, words["live_by"], *dates)


def _amounts(
    name: str, before: Sequence[Stand], now: Sequence[Stand], words: dict[str, str]
) -> Iterator[Change]:
    from bespoke.report.additions import Change
    from bespoke.show.numbers import money

    for key, attribute in (("month_today", "today"), ("month_then", "monthly"), ("once", "once")):
        a, b = (money(sum(getattr(one, attribute) for one in stands)) for stands in (before, now))
        if a != b:
            yield Change(name, words[key], a, b)


def _causes(client: Client, advice: Recommendation, issued: Path, words: dict[str, str]) -> Iterator[str]:
    """A sentence for each task, where the advice of then can still be read."""
    from bespoke.chapters.recommendation import Recommendation
    from bespoke.chapters.standpoints import causes

    then = Recommendation.read(issued / ADVICE)
    if then is None:
        return
    names = {task.task_id: task.name for task in advice.tasks}
    for task_id, because in causes(client, then, advice).items():
        yield words["cause"].format(task=names[task_id], causes=", ".join(because))
