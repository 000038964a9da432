"""Single cases with what the systems answered, chosen for a reader: first where they differ, then where one is wrong.

Texts are whole here: whoever shows them masks identifiers first, then cuts to the lengths below.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations

from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.cases import EvaluationTask
from bespoke.evaluation.consumption import recorded_usd
from bespoke.evaluation.scorer import Scorer
from bespoke.evaluation.shown_cases import CaseByCase, ShownAnswer, ShownCase, ShownRun
from bespoke.facts.price_book import OwnPrice
from bespoke.statistics.clusters import Measure

BYTES = 135_000  # of all tasks of a client: a page that is read on a telephone
SYSTEMS = 6
INPUT, ANSWER, PROMPT = 1_500, 900, 1_500  # characters shown of each
_CASE, _ANSWER = 420, 260  # bytes of page around one


def case_by_case(
    task: EvaluationTask,
    scorer: Scorer,
    ladder: Sequence[SystemRun],
    measures: Mapping[str, Measure],
    best: str | None,
    as_of: date,
    prices: Mapping[str, OwnPrice] | None,
    room: int = BYTES,
) -> CaseByCase | None:
    """The cases that fit into `room` bytes of a page; None without systems."""
    systems = _chosen(ladder, task.setup.in_use, best)
    if not systems:
        return None
    accepted = [_accepted(task, scorer, ran) for ran in systems]
    scores = [_scores(measures.get(ran.name), len(task.cases)) for ran in systems]
    differ = [_differ(scorer, [ran.runs[0][i] for ran in systems]) for i in range(len(task.cases))]
    order = sorted(range(len(task.cases)), key=lambda i: _dullness(differ[i], [a[i] for a in accepted]))
    kept: dict[int, ShownCase] = {}
    for i in order:
        case = task.cases[i]
        shown = ShownCase(
            id=case.id,
            group=case.group or "",
            tags=case.tags,
            documents=case.documents,
            input=case.text,
            expected=written(case.expected),
            answers=tuple(
                ShownAnswer(right=accepted[s][i], score=scores[s][i], runs=_runs(ran, i, as_of, prices))
                for s, ran in enumerate(systems)
            ),
            differ=differ[i],
        )
        room -= _size(shown)
        if room < 0 and kept:
            break
        kept[i] = shown
    return CaseByCase(
        systems=tuple(ran.title for ran in systems),
        left=0,
        right=min(1, len(systems) - 1),
        prompt=task.prompt,
        total=len(task.cases),
        cases=tuple(kept[i] for i in sorted(kept)),
    )


def said(answer: Answer) -> str:
    """An answer in words: what it says, or why it says nothing."""
    return written(answer.value) if answer.status == "answered" else answer.status.replace("_", " ")


def written(value: object) -> str:
    """A scorer's value, or what was expected, as text."""
    if isinstance(value, (frozenset, set)):
        return ", ".join(sorted(map(str, value)))
    if hasattr(value, "model_dump"):
        value = value.model_dump(mode="json")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def same_answer(scorer: Scorer, first: Answer, second: Answer) -> bool:
    """Whether two answers say the same; nothing is the same as nothing."""
    if first.value is None or second.value is None:
        return first.value is second.value
    return scorer.same(first.value, second.value)


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _chosen(ladder: Sequence[SystemRun], in_use: str | None, best: str | None) -> list[SystemRun]:
    """What is in use, the best, then the recorded ones, then baselines."""

    def place(ran: SystemRun) -> tuple[bool, bool, bool]:
        return ran.name != in_use, ran.name != best, ran.kind == "offline"

    return sorted(ladder, key=place)[:SYSTEMS]


def _accepted(task: EvaluationTask, scorer: Scorer, ran: SystemRun) -> list[bool | None]:
    right = scorer.accepted(task, ran.name, ran.runs[0])
    return [ok if answer.measured else None for ok, answer in zip(right, ran.runs[0], strict=True)]


def _scores(measure: Measure | None, cases: int) -> list[float | None]:
    """Of a ratio of sums, each case's own; other metrics are of all cases together."""
    if measure is None or measure.columns.shape[1] != 2:
        return [None] * cases
    return [float(top / bottom) if bottom else None for top, bottom in measure.columns]


def _differ(scorer: Scorer, answers: Sequence[Answer]) -> tuple[tuple[int, int], ...]:
    pairs = combinations(range(len(answers)), 2)
    return tuple((a, b) for a, b in pairs if not same_answer(scorer, answers[a], answers[b]))


def _dullness(differ: tuple[tuple[int, int], ...], right: Sequence[bool | None]) -> tuple[bool, bool, bool]:
    """Sorts first where the two shown at first differ, then where one of them is wrong, then where others differ."""
    return (0, 1) not in differ, False not in right[:2], not differ


def _runs(ran: SystemRun, i: int, as_of: date, prices: Mapping[str, OwnPrice] | None) -> tuple[ShownRun, ...]:
    model, runs = None if ran.first_model else ran.model, []
    for number, run in enumerate(ran.runs, start=1):
        used = run[i].usage
        usd = recorded_usd([used], model, as_of, prices) if used else None
        runs.append(
            ShownRun(
                run=number,
                text=said(run[i]),
                tokens_in=used.input_tokens + used.cache_read_tokens + used.cache_write_tokens
                if used
                else None,
                tokens_out=used.output_tokens if used else None,
                usd=float(usd) if usd is not None else None,
            )
        )
    return tuple(runs)


def _size(case: ShownCase) -> int:
    answers = [run.text for answer in case.answers for run in answer.runs]
    texts = [case.input[:INPUT], *(text[:ANSWER] for text in (case.expected, *answers))]
    return _CASE + _ANSWER * len(answers) + sum(len(text.encode()) for text in texts)
