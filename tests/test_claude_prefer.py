"""Which of two texts is better: every pair in both orders, none of the judge's own, believed once calibrated."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bespoke import clients
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
