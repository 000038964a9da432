"""The four-step framework as a decision table with a unique hit: which step a task stands at, and why."""

from __future__ import annotations

import csv
from functools import lru_cache
from typing import Literal, get_args

from bespoke.advice.case import Case, answer
from bespoke.errors import BespokeError
from bespoke.facts.reader import TABLES, Facts
from bespoke.results import Part

Stage = Literal["measure", "operate", "prompt", "optimise", "retrieve", "tune", "specialise"]

# Every value an input can take: the tests walk all combinations to prove that exactly one rule matches.
DOMAIN: dict[str, tuple[str, ...]] = {
    "gap": ("unmeasured", "met", "near", "far"),
    "prompt_engineering_done": ("yes", "no", "unknown"),
    "pressure": ("yes", "no", "unknown"),
    "facts_fail": ("yes", "no", "unknown"),
    "rag_done": ("yes", "no", "unknown"),
}


class Rule(Part):
    """One row of the table: a set of accepted values per input, the step it leads to and the reason."""

    rule: str
    accepts: dict[str, tuple[str, ...]]
    stage: Stage
    because: str

    def failed_on(self, inputs: dict[str, str]) -> tuple[str, ...]:
        return tuple(name for name, values in self.accepts.items() if inputs[name] not in values)


class RuleOutcome(Part):
    """One rule looked at: matched, or which inputs did not fit, and which of those were unknown."""

    rule: str
    stage: Stage
    matched: bool
    failed_on: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class StageDecision(Part):
    stage: Stage
    rule: str
    because: str
    inputs: dict[str, str]
    outcomes: tuple[RuleOutcome, ...]


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """The decision table as it stands in stages.csv."""
    with (TABLES / "stages.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return tuple(_rule(row) for row in rows)


def _rule(row: dict[str, str]) -> Rule:
    accepts = {}
    for name, domain in DOMAIN.items():
        values = domain if row[name] == "-" else tuple(row[name].split("|"))
        unknown = set(values) - set(domain)
        if unknown or row["stage"] not in get_args(Stage):
            raise BespokeError(
                f"rule {row['rule']}: {unknown or row['stage']} is not known", path="stages.csv"
            )
        accepts[name] = values
    return Rule.model_validate(
        {"rule": row["rule"], "accepts": accepts, "stage": row["stage"], "because": row["because"]}
    )


def inputs_of(case: Case, facts: Facts) -> dict[str, str]:
    """The case in the words of the decision table."""
    return {
        "gap": case.gap(facts),
        "prompt_engineering_done": answer(case.prompt_engineering_done),
        "pressure": answer(case.pressure),
        "facts_fail": answer(case.facts_fail),
        "rag_done": answer(case.rag_done),
    }


def stage_of(case: Case, facts: Facts) -> StageDecision:
    """The step the task stands at, with every rule evaluated."""
    inputs = inputs_of(case, facts)
    outcomes = tuple(_look(rule, inputs) for rule in rules())
    matched = [rule for rule, outcome in zip(rules(), outcomes, strict=True) if outcome.matched]
    if len(matched) != 1:
        raise BespokeError(f"{len(matched)} rules match {inputs}", path="bespoke/facts/tables/stages.csv")
    rule = matched[0]
    return StageDecision(
        stage=rule.stage, rule=rule.rule, because=rule.because, inputs=inputs, outcomes=outcomes
    )


def _look(rule: Rule, inputs: dict[str, str]) -> RuleOutcome:
    failed = rule.failed_on(inputs)
    missing = tuple(name for name in failed if inputs[name] in ("unknown", "unmeasured"))
    return RuleOutcome(
        rule=rule.rule, stage=rule.stage, matched=not failed, failed_on=failed, missing=missing
    )
