"""Recall and false alarms of the identifier rules on texts written and labelled for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bespoke.chapters.dataset_readiness.identifiers import identifiers

SET = Path(__file__).with_name("labelled") / "identifiers.tsv"
LANGUAGES = {"US": "en", "GB": "en", "DE": "de", "ES": "es", "FR": "fr", "IT": "it"}
NO_PERSON = {"date"}  # a date alone is information, no identifier of these texts


@dataclass(frozen=True)
class Labelled:
    country: str
    rules: frozenset[str]
    text: str


@dataclass
class Score:
    """Identifiers wanted and found, and texts without any that were flagged."""

    wanted: int = 0
    found: int = 0
    clean: int = 0
    alarms: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.found / self.wanted

    @property
    def alarm_rate(self) -> float:
        return self.alarms / self.clean


def labelled() -> Iterator[Labelled]:
    for line in SET.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, rules, text = line.split("\t")
            yield Labelled(country, frozenset() if rules == "-" else frozenset(rules.split(",")), text)


def scores() -> dict[str, Score]:
    """Language -> its score; "all" is all of them."""
    found: dict[str, Score] = {name: Score() for name in ("all", *dict.fromkeys(LANGUAGES.values()))}
    for one in labelled():
        seen = {
            rule.removeprefix("identifier_") for rule, _ in identifiers(one.text, one.country)
        } - NO_PERSON
        for score in (found["all"], found[LANGUAGES[one.country]]):
            score.wanted += len(one.rules)
            score.found += len(one.rules & seen)
            score.missed += [f"{one.country} {rule}: {one.text}" for rule in sorted(one.rules - seen)]
            if not one.rules:
                score.clean += 1
                score.alarms += bool(seen)
                score.false += [f"{one.country} {', '.join(sorted(seen))}: {one.text}"] if seen else []
    return found


def sizes() -> Counter[str]:
    return Counter(LANGUAGES[one.country] for one in labelled())
