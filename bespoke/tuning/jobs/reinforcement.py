"""What reinforcement fine-tuning of a model would take, where it is offered: planned here, started elsewhere.

Source: Amazon Bedrock user guide, "Fine-tune Amazon Nova models with reinforcement fine-tuning" (rft-nova-models),
"Prepare your training data and reward functions" (rft-prepare-data) and "access and security" (rft-access-security).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bespoke.chapters.dataset_readiness.dataset_rules import rules_as_of
from bespoke.tuning.jobs.prepare import Dataset
from bespoke.tuning.jobs.profiles import Profile

TYPE = "REINFORCEMENT_FINE_TUNING"


def lines(profile: Profile, dataset: Dataset | None, client: str, day: date) -> Iterator[str]:
    """The plan in lines; none where the model does not offer it."""
    if not profile.reinforcement:
        return
    rules = rules_as_of(day)
    bounds = [
        rules.limit_for(rule, profile.route, profile.profile)
        for rule in ("rft_records_min", "rft_records_max")
    ]
    least, most = (int(rule.number) if rule else 0 for rule in bounds)
    there = sum(file.rows for file in dataset.files) if dataset else 0
    verdict = "enough" if least <= there <= most else "too few" if there < least else "more than it takes"
    yield (
        f"{TYPE} is offered beside supervised tuning: {least:,} to {most:,} prompts, each with what its answer is"
        f" graded against; the dataset has {there:,} with answers that could serve: {verdict}"
    )
    yield (
        "it suits answers that a program can grade; it needs a reward function in AWS Lambda, and a role that may call"
        f" it: bespoke tune role {client} --model {profile.profile} --reward-function ARN"
    )
    yield "it is planned here and not started from here; rows: messages that end with the user's, and reference_answer"
