"""Any task asked of Claude over the wire, and back into the chapter; trouble on the way is not the model's fault."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from bespoke import clients, machine
from bespoke.chapters.evaluation import compute
from bespoke.claude import claude_commands
from bespoke.claude.budget.journal import journal_of
from bespoke.claude.evaluate_client import JOURNAL, evaluate
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from tests.claude_clients import AS_OF, MODEL, QUICK, ask, clinic
from tests.claude_server import Faults
from tests.evaluation_folders import TASK, folder

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)

SETUP = "scorer: label\nlabels: [billing, delivery]\nprompt: prompt.md\n"


def tickets(tmp_path: Path, count: int = 8, **more: Any) -> Path:
    cases = [
        {
            "id": f"c{i}",
            "input": f"Ticket {i}: the parcel is late.",
            "expected": "delivery" if i % 2 else "billing",
        }
        for i in range(count)
    ]
    train = [
        {"id": "t1", "input": "Charged twice.", "expected": "billing"},
        {"id": "t2", "input": "Nothing came.", "expected": "delivery"},
    ]
    root = folder(tmp_path, SETUP, cases, train=train, texts={"prompt.md": "Sort the ticket."}, **more)
    engagement = root / "acme" / "engagement.yaml"
    text = engagement.read_text().replace("deidentified: false", "deidentified: true")
    engagement.write_text(text)
    return root


def run(root: Path, **more: Any) -> Any:
    given: dict[str, Any] = {
        "strategies": ["zero_shot", "few_shot", "structured_output"], "model": MODEL, "backend": "anthropic",
        "budget": Decimal(10), "batch": False, "send": True, "say": lambda line: None, "patience": QUICK, "task": TASK,
        **more,
    }  # fmt: skip
    return evaluate(clients.load(root, "acme"), Facts(as_of=AS_OF), **given)


def says_delivery(body: dict[str, Any]) -> Any:
    return {"label": "delivery"}


def test_labels_go_out_and_come_back_as_measured_systems(serve: Serve, tmp_path: Path) -> None:
    server = serve(says_delivery)
    root = tickets(tmp_path)
    summary = run(root)
    assert [s.strategy for s in summary.strategies] == ["zero_shot", "few_shot", "structured_output"]
    assert all(s.outcomes == {"answered": 8} and s.accepted == 4 for s in summary.strategies)
    structured = next(b for b in server.bodies if "output_config" in b)
    assert structured["output_config"]["format"]["schema"]["properties"]["label"]["enum"] == [
        "billing",
        "delivery",
    ]
    shown = [turn["content"][0]["text"] for turn in structured["messages"]]
    assert '{"label": "billing"}' in shown  # an example in the form the answer has
    found = compute(clients.load(root, "acme"), Facts(date(2026, 11, 20)), flips=200)
    assert found is not None
    measured = found.measured()[TASK]
    assert [(s.system, s.strategy, s.model, s.quality.estimate) for s in measured.systems] == [
        ("claude_few_shot", "few_shot", MODEL, 0.5),
        ("claude_structured_output", "structured_output", MODEL, 0.5),
        ("claude_zero_shot", "zero_shot", MODEL, 0.5),
    ]
    assert all(s.usd_per_case and s.output_tokens for s in measured.systems)


def test_runs_are_asked_each_by_itself_and_a_second_command_pays_nothing(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(says_delivery)
    root = tickets(tmp_path, 3)
    run(root, strategies=["zero_shot"], runs=3)
    assert server.account()["billed"] == 9
    rows = (root / "acme/evaluation" / TASK / "predictions/claude_zero_shot.jsonl").read_text().splitlines()
    assert [json.loads(row)["run"] for row in rows] == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    run(root, strategies=["zero_shot"], runs=3)
    assert server.account()["billed"] == 9


def test_an_answer_outside_the_form_breaks_the_schema(serve: Serve, tmp_path: Path) -> None:
    serve(lambda body: {"class": "delivery", "why": "late"})
    summary = run(tickets(tmp_path, 2), strategies=["zero_shot"])
    assert summary.strategies[0].outcomes == {"schema_broken": 2}


def test_rungs_that_a_task_cannot_have_are_named(tmp_path: Path) -> None:
    said: list[str] = []
    run(tickets(tmp_path, 2), strategies=["zero_shot", "glossary", "rag"], send=False, say=said.append)
    assert "glossary is left out: a glossary is made of the evidence in coded notes" in said
    assert "rag is left out: there is no documents/ to search" in said


def test_a_lost_answer_is_asked_for_again_by_itself(serve: Serve, tmp_path: Path) -> None:
    """A reset or a bare 502 is not final while the budget holds another reserve."""
    serve(faults=Faults(dropped=0.3, gateway=0.1), seed=5)
    patient = QUICK.__class__(**{**QUICK.__dict__, "lost_again": 8})
    (found,) = ask(clinic(tmp_path, 30), patience=patient).strategies
    assert found.outcomes == {"answered": 30}
    assert found.requests_paid_again > 0
    assert found.usd_lost > 0  # what was lost stays held


def test_refused_and_broken_answers_can_be_asked_anew(serve: Serve, tmp_path: Path) -> None:
    mood = ["class"]
    server = serve(lambda body: {mood[0]: "billing"})
    root = tickets(tmp_path, 2)
    assert run(root, strategies=["zero_shot"]).strategies[0].outcomes == {"schema_broken": 2}
    assert run(root, strategies=["zero_shot"]).strategies[0].outcomes == {"schema_broken": 2}
    mood[0] = "label"
    again = run(root, strategies=["zero_shot"], refresh=["schema_broken"])
    assert again.strategies[0].outcomes == {"answered": 2}
    assert server.account()["billed"] == 4


def test_an_incomplete_run_ends_with_1_and_says_what_next(serve: Serve, tmp_path: Path) -> None:
    serve(says_delivery)
    root = tickets(tmp_path, 6)
    words = [
        "acme",
        "--task",
        TASK,
        "--strategy",
        "zero_shot",
        "--model",
        MODEL,
        "--budget",
        "0.00001",
        "--yes",
    ]
    found = CliRunner().invoke(claude_commands.evaluate, [*words, "--client-data", str(root)])
    assert found.exit_code == 1
    assert (
        "incomplete: 6 not asked; they are not measured. Run the same command again to go on" in found.output
    )


def test_the_clients_own_prompt_is_asked_as_it_is_and_models_side_by_side(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(says_delivery)
    root = tickets(tmp_path, 2)
    words = ["acme", "--task", TASK, "--strategy", "own_prompt", "--strategy", "zero_shot"]
    words += [
        "--model",
        MODEL,
        "--model",
        "claude-haiku-5-5",
        "--budget",
        "1",
        "--yes",
        "--client-data",
        str(root),
    ]
    found = CliRunner().invoke(claude_commands.evaluate, words, catch_exceptions=False)
    assert found.exit_code == 0, found.output
    systems = {body["system"][0]["text"].splitlines()[0] for body in server.bodies}
    assert "Sort the ticket." in systems
    made = sorted(p.name for p in (root / "acme/evaluation" / TASK / "predictions").iterdir())
    assert made == [
        f"claude_{strategy}_{model}.jsonl" for strategy in ("own_prompt", "zero_shot")
        for model in (MODEL, "claude-haiku-5-5")
    ]  # fmt: skip


def test_an_unknown_task_names_those_there_are(tmp_path: Path) -> None:
    root = tickets(tmp_path, 2)
    with pytest.raises(
        BespokeError, match="'nope' has no evaluation/nope/ with cases; there are: ticket_routing"
    ):
        CliRunner().invoke(
            claude_commands.evaluate,
            ["acme", "--task", "nope", "--client-data", str(root)],
            catch_exceptions=False,
        )


@pytest.mark.parametrize("content", [b"no database at all, but long enough to be one" * 40, b""])
def test_a_damaged_journal_is_one_line_and_a_quote_still_works(tmp_path: Path, content: bytes) -> None:
    root = tickets(tmp_path, 2)
    journal_of(root / "acme", JOURNAL).write_bytes(content)
    said: list[str] = []
    summary = run(root, send=False, say=said.append)
    assert summary.quote.usd_likely > 0
    if content:
        assert any("file is not a database; move it away to start anew" in line for line in said)
        with pytest.raises(BespokeError, match="move it away to start anew"):
            run(root)


def test_the_journal_is_readable_by_its_owner_alone(serve: Serve, tmp_path: Path) -> None:
    serve(says_delivery)
    root = tickets(tmp_path, 2)
    run(root, strategies=["zero_shot"])
    found = [*machine.of_client(root / "acme").glob("journal.sqlite*")]
    assert found
    assert all(path.stat().st_mode & 0o077 == 0 for path in found)


def test_batches_of_all_strategies_go_out_together(serve: Serve, tmp_path: Path) -> None:
    server = serve(says_delivery)
    root = tickets(tmp_path, 3)
    found = run(root, batch=True)
    assert all(s.outcomes == {"answered": 3} for s in found.strategies)
    assert len(server.batches) == 1


def test_a_prompt_is_optimised_on_training_cases_alone(serve: Serve, tmp_path: Path) -> None:
    """Needs gepa. The model answers right only where the instructions hold the word that its rewriting brings in."""
    pytest.importorskip("gepa")
    from bespoke.claude.optimise import optimise
    from bespoke.scorers import find

    def answer(body: dict[str, Any]) -> Any:
        system, text = body["system"][0]["text"], body["messages"][-1]["content"][0]["text"]
        if system.startswith("You improve"):
            return "```\nMAGIC: sort the ticket by what is asked.\n```"
        right = "billing" if "charged" in text else "delivery"
        wrong = "delivery" if right == "billing" else "billing"
        return {"label": right if "MAGIC" in system else wrong}

    server = serve(answer)
    root = tickets(tmp_path, 4)
    place = root / "acme/evaluation" / TASK
    rows = [
        {"id": f"t{i}", "input": f"Ticket {100 + i}: " + ("charged twice" if i % 2 else "parcel lost"),
         "expected": "billing" if i % 2 else "delivery"}
        for i in range(40)
    ]  # fmt: skip
    (place / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    client = clients.load(root, "acme")
    done = optimise(
        client, Facts(as_of=AS_OF), client.evaluated[0], find("label"), model=MODEL, backend="anthropic", calls=120,
        budget=Decimal(5), send=True, say=lambda line: None, patience=replace(QUICK, request_s=20.0),
    )  # fmt: skip
    assert done is not None
    assert done.stopped == ""  # an answer that is lost would end the search
    assert (done.before, done.after) == (0.0, 1.0)
    assert "MAGIC" in (place / "optimised_prompt.md").read_text()
    asked = json.dumps(server.bodies)
    assert not any(case.text in asked for case in client.evaluated[0].cases)


def test_without_credentials_each_provider_says_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ANTHROPIC_FOUNDRY_BASE_URL", "ANTHROPIC_FOUNDRY_API_KEY", "ANTHROPIC_FOUNDRY_RESOURCE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(BespokeError, match="ANTHROPIC_FOUNDRY_RESOURCE"):
        run(tickets(tmp_path, 2), strategies=["zero_shot"], backend="foundry")


# --- notes of the first layout -------------------------------------------------------------------------------


def test_notes_of_the_first_layout_move_whole(tmp_path: Path) -> None:
    """Every record goes along under its new names; the client reads the same before and after."""
    from bespoke.cli import bespoke as cli

    root = tickets(tmp_path, 2)
    folder = root / "acme" / "evaluation"
    old = {
        "id": "n1", "group": "p1", "text": "Asthma, stable.", "gold": {"diagnosis_icd10": ["J45.909"]},
        "evidence": [{"code": "J45.909", "text": "Asthma", "start": 0, "end": 6}], "specialty": "pneumology",
    }  # fmt: skip
    (folder / "notes.jsonl").write_text(json.dumps(old) + "\n")
    (folder / "predictions").mkdir()
    answer = {"id": "n1", "prediction": {"diagnosis_icd10": ["J45.909"]}}
    (folder / "predictions" / "now.jsonl").write_text(json.dumps(answer) + "\n")
    before = clients.load(root, "acme")
    done = CliRunner().invoke(
        cli,
        ["move-notes", "acme", "--task", "policy_answers", "--client-data", str(root)],
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    assert not (folder / "notes.jsonl").exists()
    after = clients.load(root, "acme")
    assert after.notes == before.notes
    assert after.predictions == before.predictions
    assert after.notes_in == "evaluation/policy_answers"
    assert {task.task_id for task in after.evaluated} == {TASK, "policy_answers"}


def test_a_broken_line_moves_nothing(tmp_path: Path) -> None:
    from bespoke.evaluation.layout_migration import move_notes

    folder = tmp_path / "acme"
    (folder / "evaluation").mkdir(parents=True)
    (folder / "evaluation" / "notes.jsonl").write_text('{"id": "n1"\n')
    with pytest.raises(BespokeError, match=r"notes.jsonl:1: is no JSON; mend it before it is moved"):
        move_notes(folder, "coded")
    assert (folder / "evaluation" / "notes.jsonl").exists()
    assert not (folder / "evaluation" / "coded").exists()


# --- a judge for texts ---------------------------------------------------------------------------------------


def test_a_judge_grades_what_it_did_not_write_and_is_calibrated_on_people(
    serve: Serve, tmp_path: Path
) -> None:
    """The judge passes a text that says "clear"; people agree, so its grades are shown, corrected."""
    from bespoke.claude.judge.grade import grade
    from bespoke.scorers import find

    def judge(body: dict[str, Any]) -> Any:
        text = body["messages"][-1]["content"][0]["text"]
        return {"explanation": "As worded.", "verdict": "pass" if "is clear" in text else "fail"}

    server = serve(judge)
    setup = (
        "scorer: rubric\nin_use: house\ncriteria: {right: The advice is right.}\n"
        f"systems: {{house: {{model: claude-opus-4-8}}, own: {{model: {MODEL}}}}}\n"
    )
    cases = [{"id": f"m{i}", "input": f"Matter {i}: say what to do.", "expected": None} for i in range(30)]
    texts = [
        {"id": f"m{i}", "prediction": f"The advice on {i} is {'clear' if i % 3 else 'muddled'}."}
        for i in range(30)
    ]
    grades = "case_id,system,grader,criterion,verdict\n" + "".join(
        f"m{i},house,KH,right,{'pass' if i % 3 else 'fail'}\n" for i in range(20)
    )
    root = folder(
        tmp_path, setup, cases, predictions={"house": texts, "own": texts}, texts={"grades.csv": grades}
    )
    engagement = root / "acme" / "engagement.yaml"
    engagement.write_text(engagement.read_text().replace("deidentified: false", "deidentified: true"))
    client, said = clients.load(root, "acme"), list[str]()
    given = grade(
        client, Facts(as_of=AS_OF), client.evaluated[0], find("rubric"), model=MODEL, backend="anthropic",
        budget=Decimal(5), send=True, say=said.append, patience=QUICK,
    )  # fmt: skip
    assert given == 30
    assert f"own is left out: {MODEL} wrote it" in said
    assert server.account()["billed"] == 30
    task = compute(clients.load(root, "acme"), Facts(date(2026, 11, 20)), flips=200)
    assert task is not None
    (grid,) = [d for d in task.tasks[0].details if d.kind == "grid" and d.label == "judge"]
    (row,) = grid.rows
    assert (row[0], row[1], row[3], row[4], row[5]) == ("right", "house", 1.0, 1.0, 20)


def test_plain_text_needs_no_schema_and_is_asked_where_none_can_be_enforced(tmp_path: Path) -> None:
    """Bedrock cannot hold Opus 4.8 to a schema; a critic of a plain text is asked all the same, with its examples."""
    setup = "scorer: rubric\nsections: [Facts, Advice]\ncriteria: {clear: Can be sent as it stands.}\n"
    text = "Facts: the parcel is late. Advice: send another."
    cases = [{"id": f"c{i}", "input": f"Ticket {i}: late.", "expected": text} for i in range(4)]
    root = folder(tmp_path, setup, cases, train=[{"id": "t", "input": "Charged twice.", "expected": text}])
    said: list[str] = []
    summary = run(
        root, strategies=["few_shot", "generator_critic"], model="claude-opus-4-8", model_id="an-id", backend="bedrock",
        send=False, say=said.append,
    )  # fmt: skip
    assert [s.strategy for s in summary.quote.strategies] == ["few_shot", "generator_critic"]
    assert not [line for line in said if "left out" in line or "no training note" in line]
