"""The example client's dialogues through check, convert and a whole job cycle: one command of the front door each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bespoke import cli, clients
from bespoke.chapters import icd10_evaluation
from bespoke.clients.schema import Note
from bespoke.exhibits import icd10_evaluation as exhibits
from bespoke.facts.reader import Facts
from bespoke.tuning import tune_commands
from bespoke.tuning.jobs import commands
from tests.tuning_bench import BUCKET, LEAD, ROLE, Bench, bench

NAMES = ("plan", "submit", "status", "deploy", "invoke", "evaluate", "retire", "export", "distil")
CLIENT = "meridian_health"
NOTES = "evaluation/note_structuring"
ORDER = (CLIENT, "--model", "nova-lite", "--task", "note_structuring", "--drop", "annotator")
PLACE = ("--role-arn", ROLE, "--bucket", BUCKET, "--budget", "50", "--yes")


@pytest.fixture
def b(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The fakes behind the real command line: of every command only the way out is replaced."""
    with bench(tmp_path / "aws") as made:
        behind = {name: partial(getattr(commands, name), outside=made.outside) for name in NAMES}
        monkeypatch.setattr(tune_commands, "_commands", lambda: SimpleNamespace(**behind))
        monkeypatch.setattr("botocore.endpoint.time.sleep", lambda seconds: None)
        yield made


@pytest.fixture
def run(
    client_data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """What a command prints; it must end with the given exit code."""

    def command(*words: str, code: int = 0) -> str:
        monkeypatch.setattr("sys.argv", ["bespoke", *words, "--client-data", str(client_data)])
        ended = 0
        try:
            cli.main()
        except SystemExit as stop:
            ended = int(stop.code or 0)
        said = capsys.readouterr()
        assert ended == code, said.out + said.err
        return said.out + said.err

    return command


def answering(notes: tuple[Note, ...]) -> Callable[[str, str], str]:
    """A tuned model that gives the gold, and a base that gives it for every other note and chats otherwise."""
    gold = {f"{LEAD}{note.text}": (n, note.gold.model_dump_json()) for n, note in enumerate(notes)}

    def answer(model: str, prompt: str) -> str:
        number, right = gold[prompt]
        return right if "custom-model-deployment" in model or number % 2 else f"Here you are: {right}"

    return answer


def deployed(run: Callable[..., str]) -> None:
    """A tuned model that answers."""
    run("tune", "submit", *ORDER, "--leave-out-faulty", *PLACE)
    run("tune", "status", CLIENT, "--follow")
    run("tune", "deploy", CLIENT, "--yes")
    run("tune", "status", CLIENT)


def test_the_dialogues_go_the_whole_way(b: Bench, client_data: Path, run: Callable[..., str]) -> None:
    folder = client_data / CLIENT
    notes = clients.load(client_data, CLIENT).notes
    assert notes is not None
    b.fake.answer = answering(notes)

    # the folder is sound; what the rows hold is another question: no line is about a file of dataset/
    told = run("check", CLIENT).splitlines()
    assert [line for line in told if "dataset/" in line or "notes_dialogues" in line] == []
    assert [line for line in told if line.startswith(f"{CLIENT}/") and not line.endswith("(warning)")] == []

    checked = run("dataset", "check", CLIENT, code=1)  # no route takes it: it has faulty rows
    assert "dataset/notes_dialogues.jsonl:24: null_value: null where text is needed" in checked
    assert "[error; source: AWS sample validator" in checked
    assert "153 of 169 training rows are usable" in checked

    refused = run("tune", "submit", *ORDER, code=1)
    assert "notes_dialogues.jsonl:" in refused
    assert "identifier_email" in refused

    planned = run("tune", "plan", *ORDER, "--leave-out-faulty")
    # 169 rows: 11 faulty, one with a word that Nova reserves, 5 copies; a tenth of what is left for validation
    assert "data: 137 training examples, 15 for validation" in planned
    assert "17 rows left out, 5 of them copies" in planned

    submitted = run("tune", "submit", *ORDER, "--leave-out-faulty", *PLACE)
    assert "137 rows" in submitted
    assert "15 rows" in submitted
    assert "Completed" in run("tune", "status", CLIENT, "--follow")
    assert "paid by the token" in run("tune", "deploy", CLIENT, "--yes")
    assert "Active" in run("tune", "status", CLIENT)

    evaluated = run("tune", "evaluate", CLIENT)
    assert "nova-lite_tuned: 112 answers" in evaluated
    assert "nova-lite_base: 112 answers" in evaluated
    assert "stay here" not in evaluated  # every note has its waiver
    asked = len(b.fake.asked)
    run("tune", "evaluate", CLIENT)
    assert len(b.fake.asked) == asked == 224  # nothing is asked or paid twice

    run("tune", "retire", CLIENT, "--yes")
    assert b.fake.burning() == set()
    assert "tuning/state.json" not in run("check", CLIENT)  # nothing is left that a check would warn of
    assert (folder / NOTES / "predictions" / "nova-lite_tuned.jsonl").is_file()


@pytest.mark.slow
def test_chapter_four_shows_the_tuned_model_beside_its_base(
    b: Bench, client_data: Path, run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notes = clients.load(client_data, CLIENT).notes
    assert notes is not None
    b.fake.answer = answering(notes)
    deployed(run)
    run("tune", "evaluate", CLIENT)

    client = clients.load(client_data, CLIENT)
    found = icd10_evaluation.compute(client, Facts(client.engagement.as_of))
    assert found is not None
    tuned, base = found.system("nova-lite_tuned"), found.system("nova-lite_base")
    assert tuned.outcomes is not None
    assert base.outcomes is not None
    assert (tuned.outcomes.answered, tuned.outcomes.schema_broken) == (112, 0)
    assert (base.outcomes.answered, base.outcomes.schema_broken) == (
        56,
        56,
    )  # it chats before every other answer
    assert found.best == "nova-lite_tuned"
    (pair,) = [c for c in found.comparisons if (c.first, c.second) == ("nova-lite_tuned", "nova-lite_base")]
    assert pair.verdict == "improved"

    blocks: list[Any] = []
    monkeypatch.setattr("bespoke.show.display", blocks.append)
    exhibits.ladder_table(found)
    exhibits.setting(found)
    titles = [row[0] for row in blocks[0].rows]
    assert titles[-2:] == ["Nova-lite base", "Nova-lite tuned"]


def test_notes_that_nobody_answers_for_stay_here(
    b: Bench, client_data: Path, run: Callable[..., str]
) -> None:
    folder = client_data / CLIENT
    waivers = folder / "evaluation" / "waivers.csv"
    kept = [line for line in waivers.read_text().splitlines() if not line.startswith(("EV-001,", "EV-002,"))]
    waivers.write_text("\n".join(kept) + "\n")
    deployed(run)
    said = run("tune", "evaluate", CLIENT, "--no-base")
    assert "2 of 112 notes stay here" in said
    assert "EV-001: identifier_date" in said
    assert len(b.fake.asked) == 110
    rows = [
        json.loads(line)
        for line in (folder / NOTES / "predictions/nova-lite_tuned.jsonl").read_text().splitlines()
    ]
    assert {"EV-001", "EV-002"} & {row["id"] for row in rows} == set()
    assert rows[0]["trained_on"] == {"model": "amazon.nova-lite-v1:0:300k", "examples": 137}


def test_a_note_that_was_edited_is_asked_again(b: Bench, client_data: Path, run: Callable[..., str]) -> None:
    deployed(run)
    run("tune", "evaluate", CLIENT, "--no-base")
    path = client_data / CLIENT / NOTES / "cases.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows[5]["input"] += " Seen again."
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    before = len(b.fake.asked)
    run("tune", "evaluate", CLIENT, "--no-base")
    assert [prompt[-12:] for _, _, prompt in b.fake.asked[before:]] == [" Seen again."]


@pytest.mark.parametrize(
    "target", ["bedrock_claude", "bedrock_conversation", "openai_chat", "trl_conversational"]
)
def test_the_dialogues_convert_with_one_command(
    target: str, client_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    source = client_data / CLIENT / "dataset" / "notes_dialogues.jsonl"
    out = tmp_path / "out.jsonl"
    words = ["dataset", "convert", str(source), target, str(out), "--drop", "annotator", "--leave-out-faulty"]
    monkeypatch.setattr("sys.argv", ["bespoke", *words])
    cli.main()
    assert "165 of 169 rows, read as conversations" in capsys.readouterr().out
    assert len(out.read_text().splitlines()) == 165
