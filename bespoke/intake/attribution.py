"""Which task a call belongs to: the consultant's rules in order, else a key that is named like a task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from bespoke.clients.wording import bare, quote
from bespoke.errors import BespokeError
from bespoke.intake.usage_record import Record

ANY = "*"
_TOLD_BY = (
    "trace", "prompt", "name", "api_key", "workspace", "project", "team", "service", "agent", "model_group",
)  # fmt: skip


@dataclass(frozen=True)
class AttributionRule:
    """Calls whose `field` matches `pattern` (`*` and `?` as in file names) are the task's; field `tag` is any tag."""

    task_id: str
    field: str
    pattern: str

    def matches(self, record: Record) -> bool:
        if self.field == ANY:
            return True
        if self.field == "tag":
            return any(fnmatchcase(tag, self.pattern) for tag in record.tags)
        value = record.keys.get(self.field)
        return value is not None and fnmatchcase(value, self.pattern)


def parse(given: Iterable[str], task_ids: Iterable[str]) -> tuple[AttributionRule, ...]:
    """`TASK=FIELD:PATTERN`, or `TASK=*` for everything. Raises BespokeError."""
    known, rules = list(task_ids), []
    for text in given:
        task, equals, rest = text.partition("=")
        field, colon, pattern = rest.partition(":")
        if not equals or not task or (rest != ANY and not (colon and field and pattern)):
            raise BespokeError(
                f"--task {quote(text)}: write TASK=FIELD:PATTERN, such as memos=workspace:legal-*"
            )
        if known and task not in known:
            raise BespokeError(
                f"--task {quote(text)}: {quote(task)} is no task_id; known: {', '.join(known)}"
            )
        rules.append(
            AttributionRule(task, field, pattern) if rest != ANY else AttributionRule(task, ANY, ANY)
        )
    return tuple(rules)


class Attribution:
    """Remembers what it was asked before: a log has few different keys."""

    def __init__(self, rules: tuple[AttributionRule, ...], tasks: Mapping[str, str]) -> None:
        """`tasks` maps task_id to name."""
        self._rules = rules
        self._named = {bare(text): task for task, name in tasks.items() for text in (name, task)}

    def task(self, record: Record) -> str | None:
        """The task's id; None where no rule and no name says."""
        for rule in self._rules:
            if rule.matches(record):
                return rule.task_id
        return self._by_name(record)

    def _by_name(self, record: Record) -> str | None:
        for tag in record.tags:
            found = self._named.get(_bare(tag)) or self._named.get(_bare(tag.rpartition(":")[2]))
            if found:
                return found
        for field in (*_TOLD_BY, *record.keys):
            found = self._named.get(_bare(record.keys.get(field, "")))
            if found:
                return found
        return None


_bare = lru_cache(maxsize=65_536)(bare)


def label(record: Record) -> str:
    """What a call without a task is told by: `workspace legal, api_key k1`."""
    told = [name for name in (*_TOLD_BY, "identity", "user") if name in record.keys]
    if not told and not record.tags:
        told = [name for name in record.keys if name != "model"]  # columns of somebody's own table
    keys = [f"{name} {record.keys[name]}" for name in told]
    tags = [f"tag {tag}" for tag in record.tags[:1]]
    return ", ".join([*tags, *keys][:3]) or f"model {record.model or 'not named'}"
