"""What `bespoke check` says about customisation jobs: from the state alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bespoke.tuning.jobs import commands
from bespoke.tuning.jobs.watch import problems
from tests.tuning_bench import BUCKET, DAY, HAIKU_OPEN, ROLE, Bench, bench


@pytest.fixture
def haiku(tmp_path: Path) -> Iterator[Bench]:
    """Claude 3 Haiku while it was open, on Provisioned Throughput for at most 5,500 USD."""
    with bench(tmp_path, rows=32, day=HAIKU_OPEN) as b:
        order = {"role_arn": ROLE, "bucket": f"{BUCKET}-west", "yes": True, "budget_usd": Decimal(50)}
        b.run(commands.submit, model="claude-3-haiku", **order)
        b.run(commands.status, follow=True)
        b.run(commands.deploy, yes=True, budget_usd=Decimal(5_500))
        b.run(commands.status)
        yield b


def after(days: int) -> date:
    return HAIKU_OPEN + timedelta(days=days)


def messages(b: Bench, day: date) -> list[str]:
    found = problems(b.folder, day)
    assert all(problem.warning for problem in found)
    assert {problem.path for problem in found} <= {"clinic/tuning/state.json"}
    return [problem.message for problem in found]


def test_a_client_without_jobs_has_nothing_to_watch(tmp_path: Path) -> None:
    assert problems(tmp_path, DAY) == []


def test_provisioned_throughput_is_named_from_its_first_day_with_what_it_burns(haiku: Bench) -> None:
    first = messages(haiku, HAIKU_OPEN)
    assert any("1 model unit billed since 2026-03-02 at 20.00 to 110.00 USD an hour" in m for m in first)
    # two days of 24 hours at the dearest 110 USD: 5,280 USD
    assert any("up to 5,280 USD so far" in m for m in messages(haiku, after(days=2)))
    assert any("its budget was used up on 2026-03-04" in m for m in messages(haiku, after(days=2)))
    assert not any("used up" in m for m in messages(haiku, after(days=1)))


def test_an_endpoint_nobody_asks_is_forgotten_after_a_week(haiku: Bench) -> None:
    assert not any("forgotten" in m for m in messages(haiku, after(days=6)))
    assert any("no request from here for 7 days" in m for m in messages(haiku, after(days=7)))
    haiku.later(days=5)
    haiku.run(commands.invoke, text="Still there?")
    assert not any("forgotten" in m for m in messages(haiku, after(days=11)))
    assert any("for 7 days" in m for m in messages(haiku, after(days=12)))


def test_a_commitment_that_ends_is_announced(tmp_path: Path) -> None:
    with bench(tmp_path, rows=32, day=HAIKU_OPEN) as b:
        order = {"role_arn": ROLE, "bucket": f"{BUCKET}-west", "yes": True, "budget_usd": Decimal(50)}
        b.run(commands.submit, model="claude-3-haiku", **order)
        b.run(commands.status, follow=True)
        b.run(commands.deploy, yes=True, commitment="SixMonths", budget_usd=Decimal(10**6))
        b.run(commands.status)
        # 2 March and 180 days: 29 August; announced 30 days before
        assert not any("commitment" in m for m in messages(b, date(2026, 7, 29)))
        assert any("its commitment ends on 2026-08-29" in m for m in messages(b, date(2026, 7, 30)))


def test_a_base_model_that_ends_takes_the_tuned_one_with_it(haiku: Bench) -> None:
    said = "the base model's life"
    # the end is announced 30 days before
    assert not any(said in m for m in messages(haiku, date(2026, 8, 10)))
    assert any(f"{said} ends on 2026-09-10" in m for m in messages(haiku, date(2026, 8, 11)))
    assert any(f"{said} ends on 2026-09-10" in m for m in messages(haiku, date(2026, 9, 9)))
    for day in (date(2026, 9, 10), DAY):
        assert any(f"{said} ended on 2026-09-10" in m for m in messages(haiku, day))


def test_a_job_left_alone_and_a_model_kept_for_nothing_are_named(tmp_path: Path) -> None:
    with bench(tmp_path, rows=9) as b:
        b.fake.job_looks = 99
        order = {"role_arn": ROLE, "bucket": BUCKET, "yes": True, "budget_usd": Decimal(50)}
        b.run(commands.submit, model="nova-micro", **order)
        assert messages(b, DAY + timedelta(days=1)) == []
        assert any(
            "was InProgress when last looked at on 2026-11-20" in m
            for m in messages(b, DAY + timedelta(days=2))
        )
        b.fake.job_looks = 1
        b.run(commands.status)
        assert any("is stored without an endpoint and paid by the month" in m for m in messages(b, DAY))
        b.run(commands.retire, yes=True)
        assert messages(b, DAY + timedelta(days=400)) == []


def test_training_data_of_a_failed_job_is_named(tmp_path: Path) -> None:
    with bench(tmp_path, rows=9) as b:
        b.fake.fail_job = "Bad data"
        order = {"role_arn": ROLE, "bucket": BUCKET, "yes": True, "budget_usd": Decimal(50)}
        b.run(commands.submit, model="nova-micro", **order)
        b.run(commands.status, follow=True)
        assert any("the job ended (Failed), its data is still in s3://" in m for m in messages(b, DAY))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"runs": {"x": {}}}', '{"runs": {"x": {"job": 3}}}'])
def test_a_state_that_cannot_be_read_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "tuning").mkdir()
    (tmp_path / "tuning" / "state.json").write_text(text)
    (problem,) = problems(tmp_path, DAY)
    assert not problem.warning
    assert "do not delete it" in problem.message


def test_no_secret_is_in_the_state(haiku: Bench) -> None:
    text = json.dumps(haiku.state()).lower()
    assert not any(word in text for word in ("akia", "secret", "session", "password", "testing"))


def test_watching_imports_nothing_heavy(root: Path) -> None:
    code = (
        "import sys; import bespoke.tuning.jobs.watch;"
        "heavy = {'pydantic', 'yaml', 'boto3', 'numpy', 'pandas', 'torch'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)
