"""Plan, export and moto's own idea of a job: what is said before anything is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest
from moto import mock_aws

from bespoke.tuning.jobs import commands, lifecycle
from bespoke.tuning.jobs.aws import Aws, scrub
from bespoke.tuning.jobs.aws_names import job_name, prefix
from bespoke.tuning.jobs.prompt_frame import frame_of
from bespoke.tuning.jobs.tuning_plan import REINFORCEMENT
from bespoke.tuning.recipes.recipe import DEFAULTS, read_recipe
from tests.bedrock_fake import ACCOUNT
from tests.tuning_bench import BUCKET, LEAD, ROLE, SYSTEM, Bench, bench, dialogue, error_of, write_lines


@pytest.fixture
def b(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, rows=12) as made:
        yield made


def tree(folder: Path) -> dict[str, bytes]:
    return {path.as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_plan_says_everything_and_makes_nothing(b: Bench) -> None:
    before = tree(b.folder)
    plan = b.run(commands.plan, model="nova-lite", hyperparameters={"epochCount": "3"})
    assert plan.ready
    assert tree(b.folder) == before
    assert b.wire.calls == []
    said = b.heard()
    for words in (
        "12 training examples, none for validation, as bedrock_conversation",
        "estimated from bytes",
        "epochCount 3, learningRate 0.00001",
        "nobody publishes price.training.nova",
        "storage of the tuned model: 1.95 USD a month",
        "gate lifecycle: met",
        "gate examples: unmet: needs at least 200 labelled examples; found: 12",  # tasks.csv speaks of 400
        "schedule: live by 2027-0",
        "step 5: retire",
        "nothing is in the way of a job; not met, so that the advice would wait: ",
        "examples (unmet)",
    ):
        assert words in said


def test_plan_asks_aws_only_when_told_to(b: Bench) -> None:
    b.run(commands.plan, model="nova-lite", ask_aws=True)
    assert "AWS says: amazon.nova-lite-v1:0:300k in us-east-1 is ACTIVE, no end announced" in b.heard()
    b.fake.lives["amazon.nova-lite"] = {"status": "ACTIVE", "endOfLifeTime": "2026-11-20T00:00:00Z"}
    b.run(commands.plan, model="nova-lite", ask_aws=True)
    assert "is ACTIVE, ends 2026-11-20" in b.heard()
    assert "in the way: Amazon Nova Lite: AWS says its life ended on 2026-11-20" in b.heard()
    b.fake.lifecycle_denied = True
    b.run(commands.plan, model="nova-lite", ask_aws=True)
    assert "the fact tables decide alone" in b.heard()
    assert b.fake.made == []


def test_training_cost_is_tokens_times_epochs_times_price(b: Bench) -> None:
    plan = b.run(commands.plan, model="nova-lite", hyperparameters={"epochCount": "3"})
    assert plan.dataset is not None
    training = plan.dataset.training
    # price.training.nova: 0.5 to 10 USD per million tokens
    assert plan.costs[0].low == Decimal(training.tokens_low) * 3 / 10**6 * Decimal("0.5")
    assert plan.costs[0].high == Decimal(training.tokens_high) * 3 / 10**6 * 10


def test_plan_shows_what_is_in_the_way_and_what_would_be_left(b: Bench) -> None:
    rows = [dialogue(n) for n in range(12)]
    rows[2]["conversations"].pop()
    write_lines(b.folder / "dataset" / "dialogues.jsonl", rows)
    plan = b.run(commands.plan, model="claude-3-haiku")
    assert not plan.ready
    assert "11 training examples" not in b.heard()  # 11 are too few for Claude 3 Haiku: nothing would be left
    assert "in the way: clinic/dataset/dialogues.jsonl:3: too_few_turns" in b.heard()
    assert "in the way: clinic/dataset: records_min" in b.heard()
    assert "in the way: lifecycle" in b.heard()
    said = len(b.said)
    b.run(commands.plan, model="nova-lite")
    assert "data: 11 training examples" in "\n".join(b.said[said:])


def test_plan_stops_early_only_where_there_is_something_to_stop_by(tmp_path: Path) -> None:
    """Claude 3 Haiku watches the loss on validation data, where there are at least 32 rows of it."""
    with bench(tmp_path, rows=40) as b:
        alone = b.run(commands.plan, model="claude-3-haiku")
        assert "40 training examples, none for validation" in b.heard()
        assert not any(name.startswith("earlyStopping") for name in alone.settings)
        write_lines(b.folder / "dataset" / "validation.jsonl", [dialogue(n) for n in range(100, 140)])
        watched = b.run(commands.plan, model="claude-3-haiku")
        assert "40 training examples, 40 for validation" in b.heard()
        assert watched.settings["earlyStoppingPatience"] == "2"


def test_haiku_counts_its_few_optimiser_steps(tmp_path: Path) -> None:
    with bench(tmp_path, rows=40) as b:
        plan = b.run(commands.plan, model="claude-3-haiku")
        # 40 rows in batches of 32 make 2 steps an epoch, and there are 2 epochs
        assert plan.optimiser_steps == 4
        assert "20.00 to 110.00 USD an hour" in b.heard()


def test_the_examples_of_the_workbook_can_be_planned(examples: Path) -> None:
    said: list[str] = []
    for client, task in (
        ("meridian_health", "note_structuring"), ("harbour_legal", ""), ("atlas_payments", ""),
    ):  # fmt: skip
        from bespoke import clients

        wanted = task or clients.load(examples, client).tasks[0].task_id
        commands.plan(examples, client, model="nova-lite", task=wanted, say=said.append)
    assert sum("plan to tune Amazon Nova Lite" in line for line in said) == 3


# --- OpenAI and LoRA -----------------------------------------------------------------------------------------


def test_openai_files_and_quotation(b: Bench) -> None:
    found = b.run(commands.export, model="gpt-4o-mini")
    first = json.loads((found.folder / "train.jsonl").read_text().splitlines()[0])
    assert [turn["role"] for turn in first["messages"]] == ["system", "user", "assistant"]
    # 3 USD per million tokens, 2 to 5 epochs
    tokens = found.dataset.training
    assert found.cost.low == Decimal(tokens.tokens_low) * 2 / 10**6 * 3
    assert found.cost.high == Decimal(tokens.tokens_high) * 5 / 10**6 * 3
    assert "last day for a new job: 2027-01-06" in b.heard()
    assert "closed since 2026-07-02 to organisations without" in b.heard()
    assert "is not tuned from here" in error_of(lambda: b.run(commands.submit, model="gpt-4o-mini"))


@pytest.mark.parametrize(("now", "open_"), [("2027-01-06T23:00", True), ("2027-01-07T00:00", False)])
def test_openai_is_refused_after_its_last_day(tmp_path: Path, now: str, open_: bool) -> None:
    with bench(tmp_path, rows=12, now=now) as b:
        if open_:
            b.run(commands.export, model="gpt-4o")
            return
        for command in (commands.export, commands.plan):
            text = error_of(lambda c=command: b.run(c, model="gpt-4o"))
            assert text == (
                "OpenAI GPT-4o: the last day for a new fine-tuning job was 2027-01-06;"
                " the models and their fine-tunes stop on 2027-01-14"
            )


def test_openai_is_refused_to_an_organisation_it_does_not_know(b: Bench) -> None:
    engagement = b.folder / "engagement.yaml"
    engagement.write_text(
        engagement.read_text().replace("openai_fine_tuning: true", "openai_fine_tuning: false")
    )
    assert "access_openai" in error_of(lambda: b.run(commands.export, model="gpt-4o"))


def test_the_lora_folder_is_complete(b: Bench) -> None:
    found = b.run(commands.export, model="lora")
    assert sorted(path.name for path in found.folder.iterdir()) == [
        "README.md", "chat_template.jinja", "held_out.jsonl", "recipe.yaml", "train.jsonl",
    ]  # fmt: skip
    first = json.loads((found.folder / "train.jsonl").read_text().splitlines()[0])
    assert [turn["role"] for turn in first["prompt"]] == ["system", "user"]
    note = json.loads((found.folder / "held_out.jsonl").read_text().splitlines()[0])
    assert note["id"] == "N0"
    assert note["prompt"][1]["content"].startswith(LEAD)
    assert (found.cost.low, found.cost.high) == (5, 16)
    assert "name the model to train" in error_of(lambda: read_recipe(found.folder))


def test_a_recipe_that_was_changed_stays(b: Bench) -> None:
    found = b.run(commands.export, model="lora")
    changed = DEFAULTS.read_text().replace('base_model: ""', "base_model: models/mine")
    (found.folder / "recipe.yaml").write_text(changed)
    b.run(commands.export, model="lora")
    assert read_recipe(found.folder).base_model == "models/mine"
    (found.folder / "recipe.yaml").write_text(changed.replace("rank: 16", "rank: none"))
    assert "recipe.yaml: lora.rank" in error_of(lambda: read_recipe(found.folder))


# --- moto's own Bedrock ---------------------------------------------------------------------------------------


def test_motos_bedrock_takes_the_job_too(b: Bench) -> None:
    """An implementation that is not ours: it checks the request's shape, and shows what was stored."""
    with mock_aws():
        session = boto3.Session(region_name="us-east-1")
        moto = session.client("bedrock")
        s3 = session.client("s3")
        s3.create_bucket(Bucket=BUCKET)

        class Alive:
            """moto has no foundation models."""

            def __getattr__(self, name: str) -> Any:
                return getattr(moto, name)

            def get_foundation_model(self, **_: Any) -> dict[str, Any]:
                return {"modelDetails": {"modelLifecycle": {"status": "ACTIVE"}}}

        def connect(region: str, aws_profile: str) -> Aws:
            return Aws(ACCOUNT, region, Alive(), None, s3)

        outside = b.outside.__class__(connect=connect, now=b.outside.now, pause=b.outside.pause)
        run = commands.submit(
            b.client_data, "clinic", model="nova-pro", role_arn=ROLE, bucket=BUCKET, yes=True,
            budget_usd=Decimal(50), say=b.said.append, outside=outside,
        )  # fmt: skip
        stored = moto.get_model_customization_job(jobIdentifier=run.job.name)
        assert stored["baseModelArn"].endswith("amazon.nova-pro-v1:0:300k")
        assert stored["hyperParameters"]["epochCount"] == "2"
        assert stored["trainingDataConfig"]["s3Uri"].startswith(f"s3://{BUCKET}/bespoke/clinic-")
        assert stored["clientRequestToken"] == run.job.token


# --- small things -------------------------------------------------------------------------------------------


def test_names_fit_aws_and_belong_to_one_client_alone() -> None:
    long = job_name("Ärztehaus & Söhne " * 5, "a_very_long_name_of_a_run" * 2, "0123456789abcdef", 12)
    assert len(long) <= 60  # the endpoint's number comes behind
    assert long.replace("-", "").isalnum()
    assert long.isascii()
    assert "--" not in long
    assert not job_name("a-b", "x", "0" * 64, 1).startswith(prefix("a"))


def test_the_frame_is_what_most_examples_share(tmp_path: Path) -> None:
    rows = [dialogue(n) for n in range(5)]
    rows[0]["conversations"][0]["value"] = "Another system prompt."
    rows[1]["conversations"][1]["value"] = "Summarise.\n\nSomething else."
    write_lines(tmp_path / "train.jsonl", rows)
    frame = frame_of([tmp_path / "train.jsonl"])
    assert (frame.system, frame.lead) == (SYSTEM, LEAD)


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "X-Amz-Signature=0f1e2d3c",
        "aws_session_token: abcdef",
        "IQoJb3JpZ2luX2VjE" + "Ab3/" * 40,
    ],
)
def test_secrets_are_hidden_in_what_aws_says(secret: str) -> None:
    assert scrub(f"refused {secret} for this call") == "refused (hidden) for this call"


def test_arns_and_names_stay_readable() -> None:
    text = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:custom-model/amazon.nova-lite-v1:0/000000000002 is in use"
    assert scrub(text) == text


def test_a_missing_boto3_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from bespoke.tuning.jobs.aws import connect

    monkeypatch.setitem(sys.modules, "boto3", None)
    assert error_of(lambda: connect("us-east-1")) == (
        'boto3 is not installed; install the extra: pip install "bespoke-workbook[aws]"'
    )


def test_the_task_has_to_be_named_where_there_are_several(b: Bench) -> None:
    tasks = b.folder / "tasks.csv"
    header, row = tasks.read_text().splitlines()
    tasks.write_text(f"{header}\n{row}\n{row.replace('notes,', 'other,', 1)}\n")
    assert "name the task to tune for: notes, other" in error_of(
        lambda: b.run(commands.plan, model="nova-lite")
    )
    assert "no task 'x'" in error_of(lambda: b.run(commands.plan, model="nova-lite", task="x"))
    b.run(commands.plan, model="nova-lite", task="other")


def test_a_last_day_is_a_fact_of_the_tables() -> None:
    from bespoke.facts.reader import Facts
    from bespoke.tuning.jobs.profiles import profile

    lifecycle.refuse_ended_vendor(Facts(date(2027, 1, 6)), profile("gpt-4o", date(2027, 1, 6)))


def test_reinforcement_is_planned_where_it_is_offered(tmp_path: Path) -> None:
    with bench(tmp_path, rows=120) as made:
        made.run(commands.plan, model="nova-2-lite", no_split=True)
        assert (
            "REINFORCEMENT_FINE_TUNING is offered beside supervised tuning: 100 to 20,000 prompts, each with what its"
            " answer is graded against; the dataset has 120 with answers that could serve: enough"
        ) in made.heard()
        made.said.clear()
        made.run(commands.plan, model="nova-lite")
        assert "REINFORCEMENT" not in made.heard()
    model = botocore.session.get_session().get_service_model("bedrock")
    known = model.operation_model("CreateModelCustomizationJob").input_shape.members["customizationType"].enum
    assert REINFORCEMENT in known  # the name is AWS's
