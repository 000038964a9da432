"""What a judge's verdicts become: rows of a file beside those of others, and words about what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from bespoke.claude.judge import asking
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts


class Row(BaseModel):
    case_id: str
    judge: str
    verdict: str


def ordered(budget: int, said: list[str]) -> dict[str, Any]:
    """How somebody asks a model: what it says goes into `said`."""
    return {
        "model": "opus", "backend": "anthropic", "budget": Decimal(budget), "send": True, "say": said.append,
    }  # fmt: skip


def row(case: str, verdict: str = "pass", judge: str = "opus") -> Row:
    return Row(case_id=case, judge=judge, verdict=verdict)


FILE: Any = SimpleNamespace(
    name="grades.csv", row=Row, judge="judge", verdict="verdict", verdicts=("pass", "fail"), what="verdicts"
)


def record(
    monkeypatch: pytest.MonkeyPatch, folder: Path, said: Any, *, before: tuple[Row, ...] = ()
) -> tuple[int, list[str]]:
    """One question a row of `said`, which is what was answered to each."""
    told: list[str] = []
    monkeypatch.setattr(asking, "check_judging", lambda *_, **__: None)
    monkeypatch.setattr(asking, "judge_model", lambda *_: "judge")
    monkeypatch.setattr(asking, "_answers", lambda *_: said)
    put = [
        SimpleNamespace(call=None, about={"case_id": f"c{n}"})
        for n in range(1 if said is None else len(said))
    ]
    task: Any = SimpleNamespace(folder=folder)
    asked: Any = ordered(1, told)
    client: Any = SimpleNamespace()
    found = asking.record_verdicts(
        client,
        Facts(date(2026, 11, 27)),
        task,
        client,
        FILE,
        before,
        lambda *_: put,
        **asked,  # type: ignore[arg-type, return-value]
    )
    return found, told


def test_verdicts_stand_in_order_beside_those_of_other_judges(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = (row("c9", "fail", "haiku"), row("c0", "fail", "opus"))
    found, told = record(monkeypatch, tmp_path, [{"verdict": "pass"}, {"verdict": "fail"}], before=before)
    assert (found, told) == (2, [])
    assert (tmp_path / "grades.csv").read_text() == (
        "case_id,judge,verdict\nc0,opus,pass\nc1,opus,fail\nc9,haiku,fail\n"
    )


def test_what_is_no_verdict_is_left_out_and_told_and_what_is_missing_stops(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found, told = record(monkeypatch, tmp_path, [{"verdict": "maybe"}, {}, {"verdict": "pass"}])
    assert (found, told) == (1, ["2 verdicts were not in the form asked for and are left out"])
    with pytest.raises(
        BespokeError, match=r"^incomplete: 1 verdicts are missing; run the same command again to go on$"
    ):
        record(monkeypatch, tmp_path, [None, {"verdict": "fail"}])
    assert (tmp_path / "grades.csv").read_text() == "case_id,judge,verdict\nc1,opus,fail\n"


def test_a_quote_alone_and_a_judge_without_texts_write_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert record(monkeypatch, tmp_path, None) == (0, [])
    with pytest.raises(
        BespokeError, match="no recorded text is left for this judge; it judges none of its own"
    ):
        record(monkeypatch, tmp_path, [])
    assert list(tmp_path.iterdir()) == []


def test_cases_that_stay_here_are_counted() -> None:
    told: list[str] = []
    asking.say_held(set(), told.append)
    asking.say_held({"a", "b"}, told.append)
    (line,) = told
    assert line.startswith("2 cases stay here: they may carry identifiers; waive each with a reason in ")


class Ask:
    """A sender that answers the first of two questions with a text and has no answer to the second."""

    def __init__(self, text: str, why: str) -> None:
        self.text, self.fatal, self.stopped = text, "", why

    async def ask(self, call: str) -> Any:
        return SimpleNamespace(message={"text": self.text} if call == "first" else None)


@pytest.mark.parametrize(
    ("text", "why", "found", "told"),
    [
        ('{"verdict": "pass"}', "the budget is spent", {"verdict": "pass"}, ["the budget is spent"]),
        ("[1]", "", {}, []), ("no json", "", {}, []),
    ],
)  # fmt: skip
def test_an_answer_is_one_object_or_an_empty_one_and_why_others_are_missing_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, why: str, found: Any, told: list[str]
) -> None:
    said: list[str] = []
    closed: list[bool] = []

    def through(work: Coroutine[Any, Any, Any], sender: Any) -> None:
        asyncio.run(work)

    pricing = SimpleNamespace(of_client=lambda *_: None)
    monkeypatch.setattr(asking, "Pricing", pricing)
    monkeypatch.setattr(asking, "usd", lambda amount: Decimal(amount) / 100)
    monkeypatch.setattr(
        asking, "Journal", lambda *_, **__: SimpleNamespace(close=lambda: closed.append(True))
    )
    monkeypatch.setattr(asking, "journal_of", lambda *_: tmp_path / "journal")
    monkeypatch.setattr(asking, "open_backend", lambda *_: None)
    monkeypatch.setattr(asking, "Sender", lambda *_: Ask(text, why))
    monkeypatch.setattr(asking, "read_answer", lambda message: SimpleNamespace(text=message["text"]))
    monkeypatch.setattr(asking, "work_through", through)

    class Call(str):
        def worst(self, pricing: Any) -> int:
            return 150

    client: Any = SimpleNamespace(folder=tmp_path)
    asked: Any = ordered(5, said)
    calls: Any = [Call("first"), Call("second")]
    facts = Facts(date(2026, 11, 27))
    assert asking._answers(client, facts, calls, "verdicts", asked) == [found, None]
    quote = "2 verdicts, at most 3.00 USD; budget 5.00 USD"
    assert said == [quote, *told]
    assert closed == [True]
    asked["send"] = False
    assert asking._answers(client, facts, calls, "verdicts", asked) is None
    assert (said[-1], len(closed)) == (quote, 1)
