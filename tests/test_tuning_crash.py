"""Killed at any call, before it is sent or before its answer arrives: the next command goes on from there.

Nothing is ever made twice, nothing that costs money goes unreported, and retire ends all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bespoke.tuning.jobs import commands, watch
from tests.bedrock_fake import Refusal
from tests.tuning_bench import BUCKET, HAIKU_OPEN, ROLE, Bench, Killed, bench, taught

Step = tuple[Callable[..., Any], dict[str, Any]]
ORDER: dict[str, Any] = {"role_arn": ROLE, "bucket": BUCKET, "yes": True, "budget_usd": Decimal(50)}
NOVA: list[Step] = [
    (commands.submit, {**ORDER, "model": "nova-lite"}),
    (commands.status, {"follow": True}),
    (commands.deploy, {"yes": True}),
    (commands.status, {}),
    (commands.evaluate, {}),
    (commands.retire, {"yes": True}),
]  # fmt: skip
HAIKU: list[Step] = [
    (commands.submit, {**ORDER, "model": "claude-3-haiku", "bucket": f"{BUCKET}-west"}),
    NOVA[1],
    (commands.deploy, {"yes": True, "budget_usd": Decimal(500)}),
    NOVA[3],
    NOVA[5],
]
NOVA_CLIENT: dict[str, Any] = {"rows": 9, "notes": 1}
# Capacity of Claude 3 Haiku is bought while it is sold.
HAIKU_CLIENT: dict[str, Any] = {"rows": 32, "notes": 1, "day": HAIKU_OPEN}


def prepared(b: Bench) -> None:
    b.fake.answer = lambda model, prompt: taught(0)


def walk(b: Bench, steps: list[Step]) -> None:
    """Every command until it is through; a killed one is given again, as a user would.

    Once one was killed, those that make and end nothing are passed over: they are killed in their own turn.
    """
    died = False
    for command, arguments in steps:
        while not (died and command is commands.evaluate):
            try:
                b.run(command, **arguments)
                break
            except Killed:
                died = True
                b.wire.kill_before = b.wire.kill_after = None
                assert_reported(b)
                if command is commands.evaluate:
                    b.run(command, **arguments)


def assert_reported(b: Bench) -> None:
    """Whatever burns money at this moment, `bespoke check` speaks of it, now or once it is left alone."""
    if b.fake.burning():
        later = b.outside.today.replace(year=b.outside.today.year + 1)
        assert watch.problems(b.folder, later)


def assert_clean(b: Bench) -> None:
    assert b.fake.burning() == set()
    assert len(b.fake.made) == len(set(b.fake.made))
    assert [made.split()[0] for made in b.fake.made].count("job") == 1
    assert sum(made.startswith(("provisioned", "deployment")) for made in b.fake.made) == 1
    assert b.state()["runs"][next(iter(b.state()["runs"]))]["uploads"][0]["status"] == "gone"
    assert watch.problems(b.folder, b.outside.today) == []


@dataclass
class Life:
    """A life without a kill: its calls, those that change something, and the first call of each command."""

    calls: int
    changing: list[int]
    starts: list[int]


def undisturbed(tmp_path: Path, steps: list[Step], client: dict[str, Any]) -> Life:
    starts = []
    with bench(tmp_path / "undisturbed", **client) as b:
        prepared(b)
        for step in steps:
            starts.append(len(b.wire.calls))
            walk(b, [step])
        assert_clean(b)
        return Life(len(b.wire.calls), b.wire.changing, starts)


THIRDS = [0, pytest.param(1, marks=pytest.mark.slow), pytest.param(2, marks=pytest.mark.slow)]  # of all calls


@pytest.mark.parametrize("first", THIRDS)
def test_killed_before_any_call_is_sent(tmp_path: Path, first: int) -> None:
    life = undisturbed(tmp_path, NOVA, NOVA_CLIENT)
    assert life.calls > 45
    for index in range(first, life.calls, 3):
        killed(tmp_path / str(index), NOVA, NOVA_CLIENT, before=index)


def test_killed_before_the_answer_to_a_change_arrives(tmp_path: Path) -> None:
    """A lost answer that only tells is as good as a question never asked; those that change something count."""
    life = undisturbed(tmp_path, NOVA, NOVA_CLIENT)
    assert len(life.changing) >= 5
    for index in life.changing:
        killed(tmp_path / str(index), NOVA, NOVA_CLIENT, after=index)


@pytest.mark.parametrize("first", THIRDS)
def test_killed_while_capacity_is_bought_or_ended(tmp_path: Path, first: int) -> None:
    """Provisioned Throughput, which burns money by the hour: every call of deploy, status and retire."""
    life = undisturbed(tmp_path, HAIKU, HAIKU_CLIENT)
    for index in range(life.starts[2] + first, life.calls, 3):
        killed(tmp_path / f"before{index}", HAIKU, HAIKU_CLIENT, before=index)
    for index in life.changing[first::3]:
        if index >= life.starts[2]:
            killed(tmp_path / f"after{index}", HAIKU, HAIKU_CLIENT, after=index)


def killed(
    tmp_path: Path, steps: list[Step], client: dict[str, Any], before: int | None = None, after: int | None = None
) -> None:  # fmt: skip
    with bench(tmp_path, **client) as b:
        prepared(b)
        b.wire.kill_before, b.wire.kill_after = before, after
        walk(b, steps)
        assert_clean(b)


def test_killed_at_every_single_step_of_one_life(tmp_path: Path) -> None:
    """Each command dies at its first call, then at its second, and so on, until it gets through."""
    with bench(tmp_path, **NOVA_CLIENT) as b:
        prepared(b)
        deaths = 0
        for command, arguments in NOVA:
            for allowed in range(200):
                b.wire.kill_after = len(b.wire.calls) + allowed
                try:
                    b.run(command, **arguments)
                    break
                except Killed:
                    deaths += 1
                    assert_reported(b)
            b.wire.kill_after = None
        assert deaths > 25
        assert_clean(b)


def test_killed_while_the_state_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill between AWS's answer and the disk: each write of a whole life fails once."""
    from bespoke.tuning.jobs import state

    real, writes, fail_at = state.write_atomically, [0], [-1]

    def failing(path: Path, content: str | bytes) -> None:
        writes[0] += 1
        if writes[0] == fail_at[0]:
            raise Killed
        real(path, content)

    monkeypatch.setattr(state, "write_atomically", failing)
    with bench(tmp_path / "undisturbed", **NOVA_CLIENT) as b:
        prepared(b)
        walk(b, NOVA)
    for index in range(1, writes[0] + 1):
        writes[0], fail_at[0] = 0, index
        with bench(tmp_path / str(index), **NOVA_CLIENT) as b:
            prepared(b)
            walk(b, NOVA)
            assert_clean(b)


def test_an_endpoint_whose_answer_was_lost_is_reported_and_adopted(tmp_path: Path) -> None:
    with bench(tmp_path, **HAIKU_CLIENT) as b:
        prepared(b)
        for command, arguments in HAIKU[:2]:
            b.run(command, **arguments)
        b.wire.kill_after = len(b.wire.calls) + 5  # who we are, job, model, lifecycle, its name, the creation
        with pytest.raises(Killed):
            b.run(commands.deploy, **HAIKU[2][1])
        b.wire.kill_after = None
        assert len(b.fake.provisioned) == 1
        (warning,) = [
            p for p in watch.problems(b.folder, b.outside.today) if "whether it came to be" in p.message
        ]
        assert warning.warning
        b.run(commands.status)
        assert b.state()["runs"]["claude-3-haiku"]["endpoint"]["arn"]
        b.run(commands.deploy, yes=True, budget_usd=Decimal(500))
        assert len(b.fake.provisioned) == 1


def test_throttled_in_the_middle_of_a_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
    with bench(tmp_path, **NOVA_CLIENT) as b:
        prepared(b)
        for command, arguments in NOVA:
            b.fake.trouble += [Refusal(429, "ThrottlingException", "Rate exceeded") for _ in range(3)]
            b.run(command, **arguments)
            b.fake.trouble.clear()
        assert_clean(b)
