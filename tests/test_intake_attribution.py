"""Which task a call belongs to: by rule, else by a key or tag that is named like a task."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bespoke.errors import BespokeError
from bespoke.intake.attribution import Attribution, label, parse
from bespoke.intake.usage_record import Record

TASKS = {"risk_memo": "Risk memos", "client_email": "Client e-mail"}


def call(*tags: str, model: str = "", **keys: str) -> Record:
    return Record(start=datetime(2026, 5, 1, tzinfo=UTC), keys=keys, tags=tags, model=model)


def task(record: Record, *rules: str) -> str | None:
    return Attribution(parse(rules, TASKS), TASKS).task(record)


def test_the_first_rule_that_matches_decides_before_any_name() -> None:
    rules = ("risk_memo=workspace:legal-*", "client_email=tag:mail?", "risk_memo=*")
    assert task(call(workspace="legal-7"), *rules) == "risk_memo"
    assert task(call("other", "mail2", workspace="sales"), *rules) == "client_email"
    assert task(call(workspace="client_email"), *rules) == "risk_memo"
    assert task(call("mail22", api_key="legal-7"), *rules[:2]) is None
    assert task(call(workspace="LEGAL-7"), *rules[:2]) is None  # as written
    assert task(call(workspace="legal:7"), "risk_memo=workspace:legal:*") == "risk_memo"


def test_without_a_rule_a_tag_or_a_key_tells_by_the_tasks_id_or_name() -> None:
    assert task(call("Risk Memos")) == "risk_memo"
    assert task(call("env:prod", "team:client_email")) == "client_email"
    assert task(call(project="client e-mail")) == "client_email"
    assert task(call(column="risk-memo")) == "risk_memo"  # of somebody's own table
    assert (
        task(call(api_key="risk_memo", trace="client_email")) == "client_email"
    )  # what is nearest to the call
    assert task(call("risk_memo", trace="client_email")) == "risk_memo"
    assert task(call(api_key="k1")) is None


@pytest.mark.parametrize(
    "rule", ["risk_memo", "=workspace:x", "risk_memo=workspace", "risk_memo=:x", "risk_memo=team:"]
)
def test_a_rule_in_another_form_is_refused(rule: str) -> None:
    with pytest.raises(BespokeError, match=f'^--task "{rule}": write TASK=FIELD:PATTERN'):
        parse([rule], TASKS)


def test_a_rule_for_a_task_that_is_not_there_is_refused_where_tasks_are_known() -> None:
    with pytest.raises(BespokeError, match=r'"memo" is no task_id; known: risk_memo, client_email$'):
        parse(["memo=*"], TASKS)
    assert parse(["memo=*"], ())[0].matches(call())


def test_a_call_without_a_task_is_told_by_what_there_is_at_most_three() -> None:
    assert (
        label(call("a", "b", user="u", workspace="w", api_key="k", trace="t")) == "tag a, trace t, api_key k"
    )
    assert label(call(user="u", region="eu")) == "user u"
    assert label(call(region="eu", model="m")) == "region eu"
    assert label(call(model="claude")) == "model claude"
    assert label(call()) == "model not named"
