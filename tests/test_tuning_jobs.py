"""A customisation job from submit to retire, against a strict Bedrock and moto's S3."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bespoke import clients
from bespoke.chapters import dataset_readiness, icd10_evaluation
from bespoke.chapters.examples_needed import examples_needed
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.tuning.jobs import aws_names, commands, upload
from bespoke.tuning.jobs.aws import aws_errors
from tests.bedrock_fake import ACCOUNT, Refusal, response
from tests.tuning_bench import (
    BUCKET,
    HAIKU_OPEN,
    LEAD,
    ROLE,
    SYSTEM,
    Bench,
    Killed,
    bench,
    dialogue,
    error_of,
    gold,
    note_text,
    sessions,
    taught,
    write_lines,
)

NOVA: dict[str, Any] = {
    "model": "nova-lite", "role_arn": ROLE, "bucket": BUCKET, "yes": True, "budget_usd": Decimal(50),
}  # fmt: skip
HAIKU = {**NOVA, "model": "claude-3-haiku", "bucket": f"{BUCKET}-west"}
HAIKU_END = date(2026, 9, 10)
ARRANGED = ", private_haiku_arrangement: true"
JOB = "bespoke-clinic-bbfe-nova-lite-"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """botocore's waits between retries take no time."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)


@pytest.fixture
def b(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path, rows=12) as made:
        yield made


def completed(b: Bench, **more: Any) -> None:
    b.run(commands.submit, **{**NOVA, **more})
    b.run(commands.status, follow=True)


def deployed(b: Bench) -> None:
    completed(b)
    b.run(commands.deploy, yes=True)
    b.run(commands.status)


# --- submit ----------------------------------------------------------------------------------------------


def test_submit_converts_uploads_encrypted_and_starts_the_job(b: Bench) -> None:
    run = b.run(commands.submit, **NOVA)
    job = next(iter(b.fake.jobs.values()))
    assert run.job.status == "InProgress"
    assert run.job.name.startswith(JOB)
    assert job.says["hyperParameters"] == {
        "epochCount": "2", "learningRate": "0.00001", "learningRateWarmupSteps": "10",
    }  # fmt: skip
    assert job.token == run.job.token
    (sent,) = run.uploads
    head = (
        sessions().client("s3", "us-east-1").head_object(Bucket=BUCKET, Key=sent.key, ChecksumMode="ENABLED")
    )
    assert head["ServerSideEncryption"] == "AES256"
    assert head["ChecksumSHA256"]
    body = sessions().client("s3", "us-east-1").get_object(Bucket=BUCKET, Key=sent.key)["Body"].read()
    assert len(body.splitlines()) == 12
    assert json.loads(body.splitlines()[0])["schemaVersion"] == "bedrock-conversation-2024"


def test_a_second_submit_resumes(b: Bench) -> None:
    first = b.run(commands.submit, **NOVA)
    again = b.run(commands.submit, model="nova-lite")  # nothing said again, not even yes
    assert again.job.arn == first.job.arn
    assert list(b.fake.jobs) == [first.job.name]


def test_a_run_is_gone_on_with_after_the_model_was_closed_to_new_jobs(tmp_path: Path) -> None:
    """The job is there: only a new one asks the gates."""
    with bench(tmp_path, rows=40, day=HAIKU_OPEN) as b:
        first = b.run(commands.submit, **HAIKU)
        b.later(days=(date(2026, 3, 11) - HAIKU_OPEN).days)
        again = b.run(commands.submit, model="claude-3-haiku")
        assert again.job.arn == first.job.arn
        assert "lifecycle: needs the route is open" in error_of(
            lambda: b.run(commands.submit, **HAIKU, run="another")
        )


def test_a_lost_state_file_does_not_start_a_second_job(b: Bench) -> None:
    first = b.run(commands.submit, **NOVA)
    (b.folder / "tuning" / "state.json").unlink()
    again = b.run(commands.submit, **NOVA)
    assert again.job.arn == first.job.arn
    assert len(b.fake.jobs) == 1


def test_nothing_is_made_without_yes_budget_role_and_bucket(b: Bench) -> None:
    for missing, message in (
        ({"yes": False}, "confirm with --yes"),
        ({"budget_usd": None}, "confirm with --yes"),
        ({"budget_usd": Decimal("0.001")}, "the budget is 0.001"),
        ({"role_arn": ""}, "no role of account"),
        ({"role_arn": ROLE.replace(ACCOUNT, "999999999999")}, "no role of account"),
        ({"bucket": ""}, "no bucket name"),
        ({"run": "../x"}, "no run name"),
    ):
        assert message in error_of(lambda given=missing: b.run(commands.submit, **{**NOVA, **given}))
    assert b.fake.made == []
    assert not any(call.startswith("PUT") for call in b.wire.calls)
    assert not (b.folder / "tuning" / "state.json").exists()


def test_a_quotation_of_the_client_replaces_the_range_nobody_publishes(b: Bench) -> None:
    price = "{value: 2.5, unit: USD per million training tokens, source: quotation, read_on: 2026-11-19}"
    (b.folder / "prices.yaml").write_text(f"price.training.nova: {price}\n")
    text = error_of(lambda: b.run(commands.submit, **{**NOVA, "yes": False}))
    assert "nobody publishes" not in text


def test_faulty_rows_are_refused_by_line_or_left_out_on_request(b: Bench) -> None:
    rows = [dialogue(n) for n in range(12)]
    rows[3]["conversations"][2]["value"] = None
    rows[5]["conversations"][1]["value"] += " Write to jane.doe@example.org."
    write_lines(b.folder / "dataset" / "dialogues.jsonl", rows)
    text = error_of(lambda: b.run(commands.submit, **NOVA))
    assert "clinic/dataset/dialogues.jsonl:4: null_value" in text
    assert "clinic/dataset/dialogues.jsonl:6: identifier_email" in text
    run = b.run(commands.submit, **NOVA, leave_out_faulty=True)
    assert run.left_out == 2
    assert run.uploads[0].rows == 10
    assert b.run(commands.submit, model="nova-lite").job.arn == run.job.arn  # the choice is remembered


def test_a_key_the_format_cannot_carry_is_named_and_dropped_on_request(b: Bench) -> None:
    rows = [{**dialogue(n), "annotator": "A"} for n in range(12)]
    write_lines(b.folder / "dataset" / "dialogues.jsonl", rows)
    assert "cannot carry the key 'annotator'" in error_of(lambda: b.run(commands.submit, **NOVA))
    assert b.run(commands.submit, **NOVA, drop=("annotator",)).uploads[0].rows == 12


def test_validation_data_goes_along(tmp_path: Path) -> None:
    with bench(tmp_path, rows=40) as b:
        write_lines(b.folder / "dataset" / "validation.jsonl", [dialogue(n) for n in range(100, 110)])
        run = b.run(commands.submit, **NOVA)
        assert [(u.role, u.rows) for u in run.uploads] == [("training", 40), ("validation", 10)]


def test_what_is_sent_is_the_division_that_the_chapter_reports(tmp_path: Path) -> None:
    with bench(tmp_path, rows=120) as b:
        client = clients.load(b.client_data, "clinic")
        found = dataset_readiness.compute(client, Facts(b.outside.today))
        assert found is not None
        # a tenth of 120; the four evaluation notes are the test
        assert (found.split.training, found.split.validation, found.split.test) == (108, 12, 0)
        run = b.run(commands.submit, **NOVA)
        assert [(u.role, u.rows) for u in run.uploads] == [("training", 108), ("validation", 12)]
        texts = [(b.folder / upload.file).read_text().splitlines() for upload in run.uploads]
        assert len({*texts[0], *texts[1]}) == 120  # no row twice, none on both sides


def test_the_test_part_is_kept_and_never_sent(tmp_path: Path) -> None:
    with bench(tmp_path, rows=120) as b:
        (b.folder / "evaluation" / "notes.jsonl").unlink()
        plan = b.run(commands.plan, model="nova-lite")
        assert plan.dataset is not None
        assert plan.dataset.kept_back == 12
        assert "test: 12 examples are kept back to judge by and never sent" in b.heard()
        run = b.run(commands.submit, **NOVA)
        assert [(u.role, u.rows) for u in run.uploads] == [("training", 96), ("validation", 12)]
        kept = (b.folder / run.uploads[0].file).with_name("test.jsonl")
        assert len(kept.read_text().splitlines()) == 12
        assert not any("test.jsonl" in call for call in b.wire.calls)


def test_all_rows_or_fewer_are_trained_on_when_asked(tmp_path: Path) -> None:
    with bench(tmp_path, rows=120) as b:
        whole = b.run(commands.submit, **NOVA, run="whole", no_split=True)
        assert [(u.role, u.rows) for u in whole.uploads] == [("training", 120)]
        less = b.run(commands.submit, **NOVA, run="less", examples=30)
        assert [(u.role, u.rows) for u in less.uploads] == [("training", 30), ("validation", 12)]
        again = b.run(commands.submit, model="nova-lite", run="less")  # the choice is remembered
        assert again.job.arn == less.job.arn


def test_copies_are_sent_once(b: Bench) -> None:
    write_lines(b.folder / "dataset" / "dialogues.jsonl", [dialogue(n) for n in [*range(12), 3, 4]])
    run = b.run(commands.submit, **NOVA)
    assert (run.uploads[0].rows, run.left_out) == (12, 2)
    b.run(commands.plan, model="nova-lite")
    assert "2 rows left out, 2 of them copies" in b.heard()


def test_nova_2_lite_takes_no_validation_data(tmp_path: Path) -> None:
    with bench(tmp_path, rows=210) as b:
        write_lines(b.folder / "dataset" / "validation.jsonl", [dialogue(n) for n in range(300, 320)])
        order = {**NOVA, "model": "nova-2-lite"}
        plan = b.run(commands.plan, model="nova-2-lite")
        assert "Amazon Nova 2 Lite takes no validation data: none is split off" in b.heard()
        # 3.78 USD per million training tokens, 2 epochs
        assert plan.costs[0].low == Decimal(plan.dataset.training.tokens_low) * 2 / 10**6 * Decimal("3.78")
        run = b.run(commands.submit, **order)
        assert [(u.role, u.rows) for u in run.uploads] == [("training", 210)]
        (b.folder / "dataset" / "validation.jsonl").unlink()
        own = b.run(commands.submit, **order, run="own")  # what would be split off is trained on
        assert [(u.role, u.rows) for u in own.uploads] == [("training", 210)]
        assert own.hyperparameters == {"epochCount": "2"}  # the others are nobody's to say
        b.run(commands.status, follow=True)
        b.run(commands.deploy, run="own", yes=True)
        b.run(commands.status)
        b.run(commands.evaluate, run="own")
        assert {model for model, _, _ in b.fake.asked[4:]} == {"us.amazon.nova-2-lite-v1:0"}


def test_other_data_under_the_same_run_name_is_refused_while_it_runs(b: Bench) -> None:
    b.run(commands.submit, **NOVA)
    write_lines(b.folder / "dataset" / "dialogues.jsonl", [dialogue(n) for n in range(13)])
    assert "under way with other data" in error_of(lambda: b.run(commands.submit, **NOVA))
    other = b.run(commands.submit, **NOVA, run="second")
    assert len(b.fake.made) == 2
    assert other.job.name != f"{JOB}x"


def test_the_files_of_a_run_are_not_replaced_by_later_data(b: Bench) -> None:
    run = b.run(commands.submit, **NOVA)
    before = (b.folder / run.uploads[0].file).read_bytes()
    write_lines(b.folder / "dataset" / "dialogues.jsonl", [dialogue(n) for n in range(13)])
    error_of(lambda: b.run(commands.submit, **NOVA))
    assert (b.folder / run.uploads[0].file).read_bytes() == before


def test_a_failed_job_is_told_and_tried_again_only_when_asked(b: Bench) -> None:
    b.fake.fail_job = "Training stopped: token key AKIAABCDEFGHIJKLMNOP was refused"
    completed(b)
    assert "Failed: Training stopped" in b.heard()
    assert "AKIAABCDEFGHIJKLMNOP" not in b.heard() + (b.folder / "tuning" / "state.json").read_text()
    assert "ask for a further attempt with --again" in error_of(lambda: b.run(commands.submit, **NOVA))
    b.fake.fail_job = ""
    run = b.run(commands.submit, **NOVA, again=True)
    assert run.attempt == 2
    assert run.job.name.endswith("-2")
    b.run(commands.status, follow=True)
    assert [made for made in b.fake.made if made.startswith("model")] == [f"model {run.job.name}"]


def test_a_request_that_aws_refuses_leaves_no_open_question(b: Bench) -> None:
    b.run(commands.plan, model="nova-lite")
    b.fake.lives["amazon.nova-lite"] = {"status": "ACTIVE"}
    refusal = Refusal(400, "ValidationException", "the role cannot be assumed")
    create = b.fake._create_job
    b.fake._create_job = lambda **_: (_ for _ in ()).throw(refusal)  # type: ignore[method-assign]
    assert "the role cannot be assumed" in error_of(lambda: b.run(commands.submit, **NOVA))
    assert b.state()["runs"]["nova-lite"]["job"]["status"] == "refused"
    b.fake._create_job = create  # type: ignore[method-assign]
    assert b.run(commands.submit, **NOVA).job.status == "InProgress"


def test_two_submits_at_once_make_one_job(b: Bench) -> None:
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: b.run(commands.submit, **NOVA), range(2)))
    assert runs[0].job.arn == runs[1].job.arn
    assert len(b.fake.jobs) == 1
    assert b.heard().count("started") == 1


def test_a_key_of_the_client_encrypts_files_and_model(b: Bench) -> None:
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
    run = b.run(commands.submit, **NOVA, kms_key=key)
    found = sessions().client("s3", "us-east-1").head_object(Bucket=BUCKET, Key=run.uploads[0].key)
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", key)


# --- the life of a model ---------------------------------------------------------------------------------


def test_claude_3_haiku_is_refused_after_its_end(tmp_path: Path) -> None:
    with bench(tmp_path, rows=40) as b:
        text = error_of(lambda: b.run(commands.submit, **HAIKU))
        assert "end of life on 10 Sept 2026" in text
        assert b.wire.calls == []  # the tables know it; AWS need not be asked


def test_claude_3_haiku_was_open_before_and_closed_to_new_jobs_in_between(tmp_path: Path) -> None:
    with bench(tmp_path, rows=40, day=date(2026, 3, 10)) as b:
        assert "Legacy since 10 Mar 2026" in error_of(lambda: b.run(commands.submit, **HAIKU))
        assert b.wire.calls == []
    with bench(tmp_path / "earlier", rows=40, day=date(2026, 3, 9)) as b:
        run = b.run(commands.submit, **HAIKU)
        assert run.region == "us-west-2"
        assert run.base_model == "anthropic.claude-3-haiku-20240307-v1:0:200k"
        b.run(commands.status, follow=True)
        b.run(commands.deploy, units=1, budget_usd=Decimal(500), yes=True)
        assert [m.split()[0] for m in b.fake.made] == ["job", "model", "provisioned"]


@pytest.mark.parametrize("day", [HAIKU_END, date(2026, 11, 20)])
def test_a_private_arrangement_opens_no_new_job_after_the_end(day: date, tmp_path: Path) -> None:
    with bench(tmp_path, rows=40, day=day, access=ARRANGED) as b:
        b.fake.arranged = True
        text = error_of(lambda: b.run(commands.submit, **HAIKU))
        assert "lifecycle: needs the route is open to a new job" in text
        assert "end of life on 10 Sept 2026" in text
        assert "an arrangement continues access and opens no new job" in text
        assert b.wire.calls == []
        assert b.fake.made == []
        assert not (b.folder / "tuning" / "state.json").exists()


@pytest.mark.parametrize("arranged", [True, False])
def test_a_private_arrangement_keeps_what_runs_running(arranged: bool, tmp_path: Path) -> None:
    """Tuned and deployed while it was open: after the end of life it answers under an arrangement alone."""
    with bench(tmp_path, rows=40, day=HAIKU_OPEN, access=ARRANGED if arranged else "") as b:
        b.fake.arranged = arranged
        completed(b, **HAIKU)
        b.run(commands.deploy, budget_usd=Decimal(500), yes=True)
        b.run(commands.status)
        made = list(b.fake.made)
        b.later(days=(HAIKU_END - HAIKU_OPEN).days)
        b.run(commands.status)
        b.fake.answer = lambda model, prompt: "yes"
        if arranged:
            assert b.run(commands.invoke, text="A note.").text == "yes"
        else:
            assert "end of its life" in error_of(lambda: b.run(commands.invoke, text="A note."))
            assert b.fake.asked == []
        refused = error_of(lambda: b.run(commands.submit, **HAIKU, run="another"))
        assert "opens no new job" in refused
        b.run(commands.deploy, budget_usd=Decimal(500), yes=True)  # the one that is there
        assert b.fake.made == made
        b.run(commands.retire, yes=True)  # its end can always be had
        assert b.fake.burning() == set()


@pytest.mark.parametrize("arranged", [True, False])
def test_no_new_capacity_after_the_end_of_life(arranged: bool, tmp_path: Path) -> None:
    """A model without an endpoint gets none: the dated facts refuse it, arranged or not, and AWS is not asked."""
    with bench(tmp_path, rows=40, day=HAIKU_OPEN, access=ARRANGED if arranged else "") as b:
        b.fake.arranged = arranged
        completed(b, **HAIKU)
        burning = b.fake.burning()
        b.later(days=(HAIKU_END - HAIKU_OPEN).days)
        asked = len(b.wire.calls)
        text = error_of(lambda: b.run(commands.deploy, budget_usd=Decimal(500), yes=True))
        assert (
            "its life ended on 2026-09-10 and no new capacity is sold (https://docs.aws.amazon.com/" in text
        )
        assert ("the private arrangement keeps what runs" in text) == arranged
        assert not any("Throughput" in str(call) for call in b.wire.calls[asked:])
        assert b.fake.burning() == burning == {f"model {name}" for name in b.fake.models}
        b.run(commands.retire, yes=True)
        assert b.fake.burning() == set()


def test_what_aws_says_about_a_life_counts_though_the_tables_do_not_know(b: Bench) -> None:
    b.fake.lives["amazon.nova-lite"] = {"status": "ACTIVE", "legacyTime": "2026-11-01T00:00:00Z"}
    assert "AWS says it is legacy since 2026-11-01" in error_of(lambda: b.run(commands.submit, **NOVA))
    b.fake.lives["amazon.nova-lite"] = {"status": "ACTIVE", "endOfLifeTime": "2026-11-20T00:00:00Z"}
    assert "its life ended on 2026-11-20" in error_of(lambda: b.run(commands.submit, **NOVA))
    assert b.fake.made == []


def test_a_user_who_may_not_ask_for_the_lifecycle_goes_by_the_tables(b: Bench) -> None:
    b.fake.lifecycle_denied = True
    b.run(commands.submit, **NOVA)
    assert "does not tell this user" in b.heard()


def test_gates_that_are_law_or_contract_stop_a_job(tmp_path: Path) -> None:
    with bench(tmp_path, rows=12) as b:
        tasks = b.folder / "tasks.csv"
        tasks.write_text(tasks.read_text().replace("true,true\n", "true,\n"))  # de-identified: nobody said
        assert "deidentified: needs training data without" in error_of(lambda: b.run(commands.submit, **NOVA))
        engagement = b.folder / "engagement.yaml"
        engagement.write_text(engagement.read_text().replace("residency: [us]", "residency: [eu]"))
        assert "residency" in error_of(lambda: b.run(commands.submit, **NOVA))
        assert b.wire.calls == []


# --- AWS in bad weather ------------------------------------------------------------------------------------


def test_throttling_is_waited_out_and_reported_when_it_lasts(b: Bench) -> None:
    slow = [Refusal(429, "ThrottlingException", "Rate exceeded") for _ in range(12)]
    b.fake.trouble += slow[:3]
    assert b.run(commands.submit, **NOVA).job.status == "InProgress"
    b.fake.trouble += slow
    assert "too many requests, also after waiting" in error_of(lambda: b.run(commands.status))
    b.fake.trouble.clear()
    assert len(b.fake.made) == 1


def test_expired_credentials_say_how_to_sign_in(b: Bench) -> None:
    b.fake.trouble.append(
        Refusal(403, "ExpiredTokenException", "The security token AKIAABCDEFGHIJKLMNOP expired")
    )
    text = error_of(lambda: b.run(commands.submit, **NOVA))
    assert text == (
        "AWS does not take the credentials (expired or wrong); sign in again, for example with `aws sso login`"
    )
    expired = response("", 403, {}, "")
    body = (
        b"<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>"
    )
    expired.raw.seek(0)
    expired.raw.truncate()
    expired.raw.write(body)
    expired.raw.seek(0)
    b.wire.trouble["sts."] = expired
    assert "sign in again" in error_of(lambda: b.run(commands.submit, **NOVA))
    assert b.fake.made == []


def test_a_wrong_region_is_refused_before_anything(b: Bench) -> None:
    assert "us-east-1 only" in error_of(lambda: b.run(commands.submit, **NOVA, region="us-west-2"))
    other = {**NOVA, "bucket": f"{BUCKET}-west"}
    assert "the job needs one in us-east-1" in error_of(lambda: b.run(commands.submit, **other))
    assert "there is no bucket" in error_of(
        lambda: b.run(commands.submit, **{**NOVA, "bucket": "nowhere-at-all"})
    )
    assert b.fake.made == []


def test_another_account_cannot_go_on_with_a_run(b: Bench) -> None:
    b.run(commands.submit, **NOVA)
    b.rewrite(
        json.loads(json.dumps(b.state()).replace(f'"account": "{ACCOUNT}"', '"account": "999999999999"'))
    )
    for command, more in ((commands.submit, NOVA), (commands.status, {}), (commands.retire, {"yes": True})):
        assert "lives in AWS account 999999999999" in error_of(lambda c=command, m=more: b.run(c, **m))


def test_a_half_finished_upload_is_sent_again_and_its_parts_dropped(b: Bench) -> None:
    s3 = sessions().client("s3", "us-east-1")
    probe = b.run(commands.submit, **NOVA)
    key = probe.uploads[0].key
    s3.delete_object(Bucket=BUCKET, Key=key)
    s3.put_object(Bucket=BUCKET, Key=key, Body=b'{"schemaVersion"')  # somebody's torso
    s3.create_multipart_upload(Bucket=BUCKET, Key=key)
    b.fake.jobs.clear()
    (b.folder / "tuning" / "state.json").unlink()
    run = b.run(commands.submit, **NOVA)
    assert s3.head_object(Bucket=BUCKET, Key=key)["ContentLength"] == run.uploads[0].size_bytes
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)


def test_large_files_go_in_parts(b: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "IN_ONE_PIECE", 100)
    run = b.run(commands.submit, **NOVA)
    found = sessions().client("s3", "us-east-1").head_object(Bucket=BUCKET, Key=run.uploads[0].key)
    assert found["Metadata"] == {"sha256": run.uploads[0].sha256}


def test_an_upload_that_never_began_goes_on_with_the_same_bytes(b: Bench) -> None:
    b.wire.kill_before = 5  # after the intention, before the upload
    with pytest.raises(Killed):
        b.run(commands.submit, **NOVA)
    b.wire.kill_before = None
    run = b.state()["runs"]["nova-lite"]
    assert run["uploads"][0]["status"] == "intended"
    resumed = b.run(commands.submit, **NOVA)  # the file is made again from the dataset, with the same digest
    assert resumed.uploads[0].sha256 == run["uploads"][0]["sha256"]


# --- deploy, invoke, evaluate, retire ------------------------------------------------------------------------


def test_deploy_waits_for_the_model_and_makes_one_endpoint(b: Bench) -> None:
    b.run(commands.submit, **NOVA)
    b.fake.job_looks = 99
    assert "has no model yet (job: InProgress)" in error_of(lambda: b.run(commands.deploy, yes=True))
    b.fake.job_looks = 2
    b.run(commands.status, follow=True)
    assert "confirm with --yes" in error_of(lambda: b.run(commands.deploy))
    first = b.run(commands.deploy, yes=True)
    again = b.run(commands.deploy, yes=True)
    assert again.endpoint.arn == first.endpoint.arn
    assert [m for m in b.fake.made if m.startswith("deployment")] == [f"deployment {first.endpoint.name}"]


def test_provisioned_throughput_shows_what_it_burns_and_keeps_to_the_budget(tmp_path: Path) -> None:
    with bench(tmp_path, rows=40, day=HAIKU_OPEN) as b:
        completed(b, **HAIKU)
        deploy = lambda **more: error_of(lambda: b.run(commands.deploy, **more))  # noqa: E731
        assert "20.00 to 110.00 USD an hour, day and night" in deploy()
        assert "one hour can cost up to 110.00 USD" in deploy(yes=True, budget_usd=Decimal(109))
        # 30 days x 24 hours x 110 USD x 2 units = 158,400 USD
        month = {"units": 2, "commitment": "OneMonth", "yes": True}
        assert "OneMonth can cost up to 158,400.00 USD" in deploy(**month, budget_usd=Decimal(158_399))
        assert "one of OneMonth, SixMonths" in deploy(commitment="Year", yes=True, budget_usd=Decimal(10**6))
        # 5,500 USD at 110 an hour last 50 hours: from 2 March 09:00 to 4 March
        run = b.run(commands.deploy, yes=True, budget_usd=Decimal(5_500))
        assert run.endpoint.budget_until.isoformat() == "2026-03-04"
        assert run.endpoint.usd_per_hour_high == 110


def test_a_commitment_is_not_called_ended_before_its_day(tmp_path: Path) -> None:
    with bench(tmp_path, rows=40, day=HAIKU_OPEN) as b:
        completed(b, **HAIKU)
        b.run(commands.deploy, commitment="OneMonth", yes=True, budget_usd=Decimal(80_000))
        b.run(commands.status)
        text = error_of(lambda: b.run(commands.retire, yes=True))
        assert "committed until 2026-04-01" in text  # 2 March and 30 days
        assert len(b.fake.provisioned) == 1
        b.later(days=31)
        b.run(commands.retire, yes=True)
        assert b.fake.burning() == set()


def test_a_refused_endpoint_leaves_nothing_open(tmp_path: Path) -> None:
    with bench(tmp_path, rows=40, day=HAIKU_OPEN) as b:
        b.fake.unit_quota = 0
        completed(b, **HAIKU)
        text = error_of(lambda: b.run(commands.deploy, yes=True, budget_usd=Decimal(500)))
        assert "exceed the quota" in text
        b.fake.unit_quota = 1
        assert b.run(commands.deploy, yes=True, budget_usd=Decimal(500)).endpoint.name.endswith("-e2")


def test_a_failed_endpoint_is_told_and_retired(b: Bench) -> None:
    b.fake.fail_endpoint = "capacity"
    deployed(b)
    assert "Failed: capacity" in b.heard()
    assert "failed: capacity; retire it" in error_of(lambda: b.run(commands.deploy, yes=True))
    b.run(commands.retire, yes=True, keep_model=True)
    b.fake.fail_endpoint = ""
    assert b.run(commands.deploy, yes=True).endpoint.status == "Creating"


def test_invoke_asks_as_the_model_was_taught(b: Bench) -> None:
    deployed(b)
    b.fake.answer = lambda model, prompt: "yes"
    assert b.run(commands.invoke, text="A note.").text == "yes"
    model, system, prompt = b.fake.asked[-1]
    assert (system, prompt) == (SYSTEM, f"{LEAD}A note.")
    assert model == next(iter(b.fake.deployments.values())).says["customModelDeploymentArn"]


def test_invoke_without_an_endpoint_says_so(b: Bench) -> None:
    completed(b)
    assert "has no endpoint that answers (none)" in error_of(lambda: b.run(commands.invoke, text="x"))


def test_evaluate_records_both_systems_for_chapter_four(b: Bench) -> None:
    deployed(b)

    def answer(model: str, prompt: str) -> str:
        tuned = "custom-model-deployment" in model
        number = next(n for n in range(4) if prompt.endswith(note_text(5000 + n)))
        return taught(number) if tuned else f"Sure! {taught(number)}"  # the base breaks the schema

    b.fake.answer = answer
    paths = b.run(commands.evaluate)
    assert [path.name for path in paths] == ["nova-lite_tuned.jsonl", "nova-lite_base.jsonl"]
    client = clients.load(b.client_data, "clinic")
    assert client.predictions is not None
    tuned, base = client.predictions["nova-lite_tuned"], client.predictions["nova-lite_base"]
    assert [p.prediction.model_dump(mode="json") for p in tuned if p.prediction] == [
        gold(n) for n in range(4)
    ]
    assert [p.prediction for p in base] == [None] * 4
    assert tuned[0].latency_ms == 321
    assert [p for p in clients.check(b.client_data, "clinic") if not p.warning] == []


def test_models_tuned_on_four_sizes_make_a_learning_curve_that_the_timeline_plans_with(
    tmp_path: Path,
) -> None:
    with bench(tmp_path, rows=120, notes=60) as b:
        for size, right in ((20, 24), (40, 34), (80, 41), (110, 45)):
            name = f"n{size}"
            b.run(commands.submit, **NOVA, run=name, examples=size)
            b.run(commands.status, run=name, follow=True)
            b.run(commands.deploy, run=name, yes=True)
            b.run(commands.status, run=name)
            known = {LEAD + note_text(5000 + n): json.dumps(gold(n)) for n in range(right)}
            b.fake.answer = lambda model, prompt, known=known: known.get(prompt, "no idea")
            b.run(commands.evaluate, run=name, base=False)
        client = clients.load(b.client_data, "clinic")
        facts = Facts(b.outside.today)
        found = icd10_evaluation.compute(client, facts)
        assert found is not None
        curve = found.forecast
        assert curve is not None
        # of 120 rows the tenth is 12: 108 are left to train on
        assert (curve.tuned, curve.system, curve.sizes) == (
            True,
            "amazon.nova-lite-v1:0:300k",
            (20, 40, 80, 108),
        )
        # k of 60 codes right and none wrong: F1 = 2k / (k + 60), so 48/84, 68/94, 82/101, 90/105
        assert [round(point.micro_f1, 3) for point in found.learning[-1].points] == [
            0.571,
            0.723,
            0.812,
            0.857,
        ]
        assert curve.needed is not None  # the target is 0.9
        assert 150 < curve.needed.examples <= curve.limit == 432
        (need,) = examples_needed(client, facts, dataset=None, icd10=found)
        assert (need.ground, need.wanted) == ("curve", curve.needed.examples)


def test_an_interrupted_evaluation_pays_for_no_answer_twice(b: Bench) -> None:
    deployed(b)
    b.fake.answer = lambda model, prompt: taught(0)
    start = len(b.fake.asked)
    b.wire.kill_after = len(b.wire.calls) + 6  # in the middle of the tuned model's notes
    with pytest.raises(Killed):
        b.run(commands.evaluate)
    b.wire.kill_after = None
    cut = len(b.fake.asked) - start
    journal = next((b.folder / "tuning").rglob("nova-lite_tuned-1.jsonl"))
    with journal.open("a") as file:
        file.write('{"id": "N3", "predic')  # the line the process died in
    b.run(commands.evaluate)
    assert 0 < cut < 4
    assert len(b.fake.asked) - start == 8 + 1  # one answer was on its way when the process died
    assert len((b.folder / "evaluation/predictions/nova-lite_tuned.jsonl").read_text().splitlines()) == 4


def test_evaluate_sends_no_notes_that_may_carry_identifiers_and_keeps_to_the_budget(b: Bench) -> None:
    deployed(b)
    engagement = b.folder / "engagement.yaml"
    text = engagement.read_text()
    engagement.write_text(text.replace("deidentified: true}", "deidentified: false}"))
    assert "evaluation.deidentified" in error_of(lambda: b.run(commands.evaluate))
    engagement.write_text(text.replace("budget_usd: 50", "budget_usd: 0.001"))
    assert "the budget is 0.001 USD" in error_of(lambda: b.run(commands.evaluate))
    assert b.fake.asked == []


def test_retire_ends_everything_and_proves_it(b: Bench) -> None:
    deployed(b)
    s3 = sessions().client("s3", "us-east-1")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    key = b.state()["runs"]["nova-lite"]["uploads"][0]["key"]
    s3.put_object(Bucket=BUCKET, Key=key, Body=b"a later version")
    s3.put_object(Bucket=BUCKET, Key="somebody/else.txt", Body=b"not ours")
    b.said.clear()
    assert "confirm with --yes" in error_of(lambda: b.run(commands.retire))
    known, folder = b.state()["runs"]["nova-lite"], key.rpartition("/")[0]
    assert b.said == [
        f"to be deleted: the endpoint {known['endpoint']['name']}",
        f"to be deleted: the model {known['model']['name']}",
        f"to be deleted: s3://{BUCKET}/{folder}/ with 1 files and all their versions",
    ]
    run = b.run(commands.retire, yes=True)
    assert run.retired
    assert b.fake.burning() == set()
    assert b.heard().count("gone, AWS confirms") == 3
    left = s3.list_object_versions(Bucket=BUCKET)
    assert [entry["Key"] for entry in left["Versions"]] == ["somebody/else.txt"]
    assert b.run(commands.retire, yes=True).retired  # again: nothing to do, no error


def test_retire_stops_a_running_job(b: Bench) -> None:
    b.fake.job_looks = 99
    b.run(commands.submit, **NOVA)
    b.said.clear()
    assert "confirm with --yes" in error_of(lambda: b.run(commands.retire))
    assert b.said[0] == f"to be stopped: the job {b.state()['runs']['nova-lite']['job']['name']}"
    run = b.run(commands.retire, yes=True)
    assert run.job.status == "Stopped"
    assert b.fake.burning() == set()


def test_a_job_that_no_run_knows_is_asked_to_stop_and_that_is_said(b: Bench) -> None:
    b.fake.job_looks = 99
    name = b.run(commands.submit, **NOVA).job.name
    (b.folder / "tuning" / "state.json").unlink()
    b.run(commands.retire, strays=True, yes=True)
    assert f"asked {name} to stop" in b.said
    assert b.fake.jobs[name].says["status"] == "Stopping"


def test_a_retired_run_can_be_started_again_under_a_new_name_on_aws(b: Bench) -> None:
    deployed(b)
    b.run(commands.retire, yes=True)
    run = b.run(commands.submit, **NOVA, again=True)
    b.run(commands.status, follow=True)
    assert b.run(commands.deploy, yes=True).endpoint.name == f"{run.job.name}-e2"


def test_status_finds_what_no_state_knows_and_retire_ends_it(b: Bench) -> None:
    deployed(b)
    state = b.state()
    other = state["runs"].pop("nova-lite") | {"name": "other", "digest": "0" * 64, "uploads": []}
    other |= {"model": None, "endpoint": None}
    other["job"] |= {"name": aws_names.job_name("clinic", "other", "0" * 64, 1), "arn": ""}
    b.rewrite({**state, "runs": {"other": other}})
    b.run(commands.status)
    assert "not in the state, but on AWS and paid for: on_demand bespoke-clinic" in b.heard()
    assert "not in the state, but on AWS and paid for: model bespoke-clinic" in b.heard()
    b.run(commands.retire, strays=True, yes=True)
    assert b.fake.burning() == set()


def test_a_lost_state_is_found_by_asking_aws_and_ended_after_a_confirmation(b: Bench) -> None:
    deployed(b)
    (b.folder / "tuning" / "state.json").unlink()
    b.said.clear()
    assert b.run(commands.status) == ()
    assert "no run yet" in b.heard()
    assert "not in the state, but on AWS and paid for: on_demand bespoke-clinic" in b.heard()
    assert "deletes 2 things on AWS that no run knows; confirm with --yes" in error_of(
        lambda: b.run(commands.retire, strays=True)
    )
    assert b.fake.burning() != set()
    b.said.clear()
    b.run(commands.retire, strays=True, yes=True)
    assert b.fake.burning() == set()
    ended = [line for line in b.said if line.startswith("gone, AWS confirms: bespoke-clinic-")]
    assert [line.endswith("-e1") for line in ended] == [True, False]  # the endpoint before its model
    b.said.clear()
    b.run(commands.retire, strays=True, yes=True)
    assert b.said == [
        "us-west-2: nothing of clinic that no run knows, AWS confirms",
        "us-east-1: nothing of clinic that no run knows, AWS confirms",
    ]


def test_a_region_that_cannot_be_asked_is_said_and_no_success(b: Bench) -> None:
    def refused(region: str, aws_profile: str) -> Any:
        raise BespokeError("no AWS credentials found; sign in again")

    closed = replace(b.outside, connect=refused)
    said: list[str] = []
    assert commands.status(b.client_data, "clinic", say=said.append, outside=closed) == ()
    assert "us-east-1 was not asked what no run knows: no AWS credentials found" in "\n".join(said)
    with pytest.raises(
        BespokeError, match="not asked: us-west-2, us-east-1; what is there may still cost money"
    ):
        commands.retire(b.client_data, "clinic", strays=True, yes=True, say=said.append, outside=closed)


def test_submit_repeats_the_gates_that_plan_shows_unmet(b: Bench) -> None:
    b.run(commands.plan, model="nova-lite")
    planned = [line for line in b.said if line.startswith("gate ") and ": met:" not in line]
    assert planned
    b.said.clear()
    b.run(commands.submit, **NOVA)
    assert [line for line in b.said if line.startswith("gate ")] == planned


def test_submit_repeats_them_where_the_data_stop_it_too(tmp_path: Path) -> None:
    faulty = {**dialogue(51), "conversations": dialogue(51)["conversations"][:1]}
    with bench(tmp_path, rows=12) as b:
        write_lines(b.client_data / "clinic" / "dataset" / "more.jsonl", [dialogue(50), faulty])
        b.run(commands.plan, model="nova-lite")
        planned = [line for line in b.said if line.startswith("gate ") and ": met:" not in line]
        assert any(line.startswith("gate examples: unmet") for line in planned)
        b.said.clear()
        assert "more.jsonl" in error_of(lambda: b.run(commands.submit, **NOVA))
        assert [line for line in b.said if line.startswith("gate ")] == planned


def test_nova_2_lite_takes_two_hundred_rows_at_least(tmp_path: Path) -> None:
    with bench(tmp_path, rows=151) as b:
        plan = b.run(commands.plan, model="nova-2-lite", no_split=True)
        assert plan.dataset.training.rows == 151
        assert not plan.ready
        assert (
            "in the way: clinic/dataset: records_min: 151 rows to train on, Amazon Nova 2 Lite takes at least 200"
            in (b.heard())
        )
        order = {**NOVA, "model": "nova-2-lite", "no_split": True}
        assert "takes at least 200" in error_of(lambda: b.run(commands.submit, **order))
        assert b.fake.made == []


def test_a_failure_on_the_side_of_aws_is_one_readable_line() -> None:
    page = "<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"
    answer = {"Error": {"Code": "500", "Message": page}, "ResponseMetadata": {"HTTPStatusCode": 500}}
    said = error_of(lambda: _raised(ClientError(answer, "CreateModelCustomizationJob")))
    assert said == (
        "AWS: the job x: failed on AWS's side (500: 500 Internal Server Error); run the same command again later"
    )


def _raised(error: Exception) -> None:
    with aws_errors("the job x"):
        raise error


def test_the_dialogues_of_the_workbook_go_the_whole_way(b: Bench, examples: Path, tmp_path: Path) -> None:
    """The source documents' own format, defects and all, one command a step."""
    home = tmp_path / "copies"
    shutil.copytree(examples / "meridian_health", home / "meridian_health")
    notes = home / "meridian_health" / "dataset" / "notes_dialogues.jsonl"

    def run(command: Any, **arguments: Any) -> Any:
        return command(home, "meridian_health", say=b.said.append, outside=b.outside, **arguments)

    order = {**NOVA, "task": "note_structuring", "drop": ("annotator",)}
    assert "identifier_email" in error_of(lambda: run(commands.submit, **order))
    made = run(commands.submit, **order, leave_out_faulty=True)
    assert sum(upload.rows for upload in made.uploads) + made.left_out == sum(
        bool(line.strip()) for line in notes.read_bytes().splitlines()
    )
    run(commands.status, follow=True)
    run(commands.deploy, yes=True)
    run(commands.invoke, text="58M for DM f/u.")
    assert run(commands.retire, yes=True).retired
    assert b.fake.burning() == set()


def test_status_without_a_run_says_how_to_start_one(b: Bench) -> None:
    assert b.run(commands.status) == ()
    assert "no run yet" in b.heard()
    assert "runs of this client: none" in error_of(lambda: b.run(commands.deploy))


def test_a_damaged_state_is_an_error_that_saves_it(b: Bench) -> None:
    b.run(commands.submit, **NOVA)
    (b.folder / "tuning" / "state.json").write_text('{"version": 1, "runs": {"x": 1}}')
    assert "restore it from a copy, do not delete it" in error_of(lambda: b.run(commands.status))
    (b.folder / "tuning" / "state.json").write_text('{"version": 2}')
    assert "is of version 2" in error_of(lambda: b.run(commands.status))
