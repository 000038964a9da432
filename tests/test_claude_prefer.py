"""Which of two texts is better: every pair in both orders, none of the judge's own, believed once calibrated."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner

from bespoke import clients, confirmations
from bespoke.claude import claude_commands
from bespoke.claude.judge.asking import judge_model
from bespoke.claude.judge.prefer import prefer
from bespoke.errors import BespokeError
from bespoke.evaluation.cases import Preference
from bespoke.facts.reader import Facts
from bespoke.scorers import find
from bespoke.scorers.rubric.grades import judged_pairs
from tests.claude_clients import AS_OF, MODEL, QUICK
from tests.evaluation_folders import TASK, folder

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)

SETUP = (
    "scorer: rubric\nin_use: house\ncriteria: {clear: It is clear.}\n"
    f"systems: {{house: {{model: claude-opus-4-8}}, other: {{}}, own: {{model: {MODEL}}}}}\n"
)


def matters(tmp_path: Path, people: str = "") -> Path:
    """12 matters: the house's text is the clear one where the number is even, the other's where it is odd."""
    cases = [{"id": f"m{i}", "input": f"Matter {i}: say what to do.", "expected": None} for i in range(12)]

    def texts(right: int) -> list[dict[str, Any]]:
        word = {0: "clear", 1: "muddled"}
        return [
            {"id": f"m{i}", "prediction": f"Advice {right} on {i} is {word[abs(i % 2 - right)]}."}
            for i in range(12)
        ]

    root = folder(
        tmp_path, SETUP, cases, predictions={"house": texts(0), "other": texts(1), "own": texts(1)},
        texts={"preferences.csv": people} if people else {},
    )  # fmt: skip
    engagement = root / "acme" / "engagement.yaml"
    engagement.write_text(engagement.read_text().replace("deidentified: false", "deidentified: true"))
    return root


def judge(body: dict[str, Any]) -> Any:
    """Prefers the clear text; of matter 3, whatever stands first."""
    text = body["messages"][-1]["content"][0]["text"]
    first = text[text.index("The first text:") : text.index("The second text:")]
    if "on 3 is" in text:
        return {"explanation": "As it stands.", "preferred": "first"}
    return {"explanation": "As worded.", "preferred": "first" if "is clear" in first else "second"}


def run(root: Path, **more: Any) -> int:
    client = clients.load(root, "acme")
    given: dict[str, Any] = {
        "model": MODEL, "backend": "anthropic", "budget": Decimal(5), "send": True, "say": lambda line: None,
        "patience": QUICK, **more,
    }  # fmt: skip
    return prefer(client, Facts(as_of=AS_OF), client.evaluated[0], find("rubric"), **given)


PEOPLE = "case_id,first,second,grader,preferred\n" + "".join(
    f"m{i},house,other,KH,{'second' if i % 2 else 'first'}\n" for i in range(8)
)


def test_every_pair_is_shown_in_both_orders_and_none_with_the_judges_own_text(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(judge)
    root, said = matters(tmp_path), list[str]()
    assert run(root, say=said.append) == 24
    assert server.account()["billed"] == 24
    assert f"house against own is left out: {MODEL} wrote own" in said
    path = root / "acme/evaluation" / TASK / "judge_preferences.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert {(r["first"], r["second"]) for r in rows} == {("house", "other"), ("other", "house")}
    assert run(root) == 24
    assert server.account()["billed"] == 24, "a second command pays nothing"


def test_a_judge_is_reported_corrected_and_with_what_turns_with_the_order(
    serve: Serve, tmp_path: Path
) -> None:
    """Matter 3 turns: 11 pairs have a winner, 6 of them the house's; it is never wrong on the 7 that KH has."""
    serve(judge)
    root = matters(tmp_path, PEOPLE)
    run(root)
    (found,) = judged_pairs(clients.load(root, "acme").evaluated[0], 1)
    assert (found.first, found.second, found.pairs, found.calibrated_on) == ("house", "other", 11, 7)
    assert found.turned == pytest.approx(1 / 12)
    assert found.share is not None
    assert (found.share.apparent, found.share.true_positive_rate, found.share.true_negative_rate) == (
        6 / 11,
        1.0,
        1.0,
    )
    assert found.good_enough


def test_a_judge_that_people_contradict_is_not_shown(serve: Serve, tmp_path: Path) -> None:
    """People prefer the other way round: it finds nothing of what they prefer."""
    serve(judge)
    turned = PEOPLE.replace("first\n", "x\n").replace("second\n", "first\n").replace("x\n", "second\n")
    root = matters(tmp_path, turned)
    run(root)
    task = clients.load(root, "acme").evaluated[0]
    (found,) = judged_pairs(task, 1)
    assert not found.good_enough
    labels = [getattr(d, "label", "") for d in find("rubric").details(task, [], None)]  # type: ignore[arg-type]
    assert "judge-preferences" not in labels
    assert "preferences" in labels


def test_an_order_shown_once_says_nothing_of_a_judge() -> None:
    from bespoke.scorers.rubric.grades import in_both_orders

    rows = [Preference(case_id="m1", first="a", second="b", grader=MODEL, preferred="first")]
    assert in_both_orders(rows) == []


def test_without_yes_only_the_quote_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    assert run(matters(tmp_path), send=False, say=said.append) == 0
    assert any(line.startswith("24 preferences, at most ") for line in said)


def test_a_task_without_criteria_has_nothing_to_prefer_by(tmp_path: Path) -> None:
    root = folder(tmp_path, "scorer: label\nlabels: [a, b]\n", [{"id": "c", "input": "x", "expected": "a"}])
    client = clients.load(root, "acme")
    with pytest.raises(BespokeError, match="has no criteria that a judge could grade by"):
        prefer(
            client, Facts(as_of=AS_OF), client.evaluated[0], find("label"), model=MODEL, backend="anthropic",
            budget=Decimal(1), send=False, say=lambda line: None,
        )  # fmt: skip


def test_missing_answers_end_with_a_next_step(serve: Serve, tmp_path: Path) -> None:
    """A budget below the worst case of one comparison lets none be asked."""
    serve(judge)
    with pytest.raises(BespokeError) as caught:
        run(matters(tmp_path), budget=Decimal("0.001"))
    assert str(caught.value) == "incomplete: 24 preferences are missing; run the same command again to go on"


def test_what_a_judge_says_in_no_form_is_named_and_not_asked_again(serve: Serve, tmp_path: Path) -> None:
    """Of matter 3, whose two orders are then left out."""

    def mute(body: dict[str, Any]) -> Any:
        return {} if "on 3 is" in body["messages"][-1]["content"][0]["text"] else judge(body)

    server, said = serve(mute), list[str]()
    root = matters(tmp_path)
    assert [run(root, say=said.append) for _ in range(2)] == [22, 22]
    assert said.count("2 preferences were not in the form asked for and are left out") == 2
    assert server.account()["billed"] == 24


def test_a_judge_is_held_to_a_schema_only_where_it_can_be(tmp_path: Path) -> None:
    client, facts = clients.load(matters(tmp_path), "acme"), Facts(as_of=date(2026, 11, 28))
    asked = judge_model(client, facts, "claude-opus-4-8", "bedrock", "an-id")
    assert (asked.wire, asked.held) == ("an-id", False)
    assert "output_config" not in asked.body("Judge.", "Which?", {"type": "object"})
    assert judge_model(client, facts, "claude-opus-4-8", "vertex", "").held
    with pytest.raises(BespokeError, match="bedrock backend needs model_id"):
        judge_model(client, facts, "claude-opus-4-8", "bedrock", "")


@pytest.mark.parametrize("command", [claude_commands.prefer, claude_commands.grade])
def test_what_a_folder_permits_is_confirmed_before_a_judge_reads_it(
    serve: Serve, tmp_path: Path, command: click.Command
) -> None:
    """Confirmed once; a folder that permits more afterwards is not sent on its own word."""
    server = serve(judge)
    root = matters(tmp_path)
    confirmations.confirm(clients.load(root, "acme"))
    engagement = root / "acme" / "engagement.yaml"
    budget = str(clients.load(root, "acme").engagement.evaluation.budget_usd)
    engagement.write_text(engagement.read_text().replace(f"budget_usd: {budget}", "budget_usd: 100000"))
    given = ["acme", "--task", TASK, "--model", MODEL, "--yes", "--client-data", str(root)]
    found = CliRunner().invoke(command, given)
    assert "bespoke trust" in str(found.exception)
    assert server.account()["billed"] == 0
