"""How many judged outputs an A/B test needs, and how long the client's traffic takes to give them."""

from __future__ import annotations

import math

from scipy.special import ndtri

from bespoke.advice.situation import Situation
from bespoke.chapters.timeline.result import ABTest
from bespoke.clients.schema import Client, Task
from bespoke.facts.reader import Facts


def sample_size(current: float, target: float, *, power: float, significance: float) -> int:
    """Outputs per arm to tell two proportions apart, two-sided, equal arms.

    n = (z_a sqrt(2 p q) + z_b sqrt(p1 q1 + p2 q2))^2 / (p2 - p1)^2 with p the mean of both (Fleiss, 1981).
    """
    middle = (current + target) / 2
    pooled = ndtri(1 - significance / 2) * math.sqrt(2 * middle * (1 - middle))
    apart = ndtri(power) * math.sqrt(current * (1 - current) + target * (1 - target))
    needed: float = ((pooled + apart) / (target - current)) ** 2
    return math.ceil(needed)


def ab_test(task: Task, client: Client, facts: Facts, situation: Situation | None = None) -> ABTest:
    """Sample and duration for the step from current to target quality, or what is missing to say. The quality that the
    advice found, and the target no higher than people agree, where there is a situation; else what tasks.csv says."""
    current, target = task.current_quality, task.target_quality
    if situation is not None:
        quality = situation.quality
        current, target = (quality.estimate if quality else None), situation.aim
    found = ABTest(
        task_id=task.task_id, name=task.name, current=current, target=target,
        per_arm=None, calendar_days=None, grading_hours=None,
    )  # fmt: skip
    if current is None or target is None or target <= current:
        unknown = None in (current, target)
        missing = "current and target quality" if unknown else "a target above current quality"
        return found.model_copy(update={"missing": missing})
    power, significance = facts.number("schedule.ab.power"), facts.number("schedule.ab.significance")
    per_arm = sample_size(current, target, power=power, significance=significance)
    days = max(math.ceil(2 * per_arm / task.requests_per_day), int(facts.number("schedule.ab.smallest_days")))
    hours = round(2 * per_arm / client.engagement.annotation.examples_per_hour, 1)
    return found.model_copy(update={"per_arm": per_arm, "calendar_days": days, "grading_hours": hours})
