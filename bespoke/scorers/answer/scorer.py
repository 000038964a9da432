"""Answers from documents: found, right, grounded in what they cite, and "not in the documents" where that is right."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bespoke.clients.schema import Row
from bespoke.clients.wording import did_you_mean, quote
from bespoke.evaluation.answers import Answer, SystemRun, offline
from bespoke.evaluation.cases import Case, EvaluationTask
from bespoke.evaluation.details import Detail, Grid, Head, Value
from bespoke.evaluation.scorer import CaseProblemReporter, Scorer
from bespoke.scorers.answer.text_facts import holds, numbers, sentences
from bespoke.statistics.clusters import Clusters, Measure
from bespoke.statistics.nearest_texts import nearest

KS = (1, 3, 5, 10)
DEPTH = 10


class Expected(Row):
    """`facts`: what a right answer must say, each in the words of the documents; `a | b` are two ways of saying it.

    An `answer` of null means that the documents do not say.
    """

    answer: str | None
    facts: Annotated[tuple[str, ...], Field(description="the facts a right answer states")] = ()


class QuestionCase(Case):
    expected: Expected


class AnswerScorer(Scorer):
    name = "answer"
    title = "answers from documents"
    case = QuestionCase
    metrics: ClassVar[Mapping[str, str]] = {
        "correct": "share of questions answered right, “not in the documents” included",
        "correct_answerable": "share right among the questions that the documents answer",
        "silent_rightly": "share of the other questions answered with “not in the documents”",
        "answered": "share of the answerable questions that got an answer at all",
        "grounded": "share of the answers given that the passages they cite bear out",
        "correct_and_grounded": "share of questions answered right and grounded",
    }

    def check(self, task: EvaluationTask, say: CaseProblemReporter) -> None:
        for case in task.cases:
            wanted, tell = case.expected, partial(say, "cases.jsonl", id=case.id)
            if wanted.answer is None:
                if wanted.facts or case.documents:
                    null = "has facts or documents although its answer is null (not in the documents)"
                    tell(null, column="expected")
                continue
            if not wanted.facts:
                tell("names no fact that a right answer states", column="expected.facts")
            if not case.documents:
                tell("names no document it rests on", column="documents")
            for fact in wanted.facts:
                if not holds(wanted.answer, fact):
                    tell(
                        f"{quote(fact)} does not stand in the expected answer itself", column="expected.facts"
                    )
            passages = " ".join(task.documents.get(name, "") for name in case.documents)
            missing = ", ".join(sorted(numbers(wanted.answer) - numbers(passages)))
            if passages and missing:
                none = f"the answer's {missing} is in none of its documents"
                tell(none, column="expected.answer", warning=True)
        for system, rows in task.recorded.items():
            for row in rows:
                cited = row.prediction.get("citations", ()) if isinstance(row.prediction, dict) else ()
                unknown = [name for name in cited if name not in task.documents]
                if unknown and task.documents:
                    near = did_you_mean(str(unknown[0]), [*task.documents])
                    say(
                        f"predictions/{system}.jsonl", f"{quote(unknown[0])} is no document; it is not grounded{near}",
                        id=row.id, column="prediction.citations", warning=True,
                    )  # fmt: skip

    def read(self, task: EvaluationTask, prediction: object) -> dict[str, Any] | None:
        """`{"answer": text or null, "citations": [document]}`."""
        if not isinstance(prediction, dict) or "answer" not in prediction:
            return None
        answer, cited = prediction["answer"], prediction.get("citations", [])
        if not (answer is None or isinstance(answer, str)) or not isinstance(cited, list):
            return None
        return {"answer": answer or None, "citations": [str(name) for name in cited]}

    def measures(
        self, task: EvaluationTask, system: str, answers: Sequence[Answer]
    ) -> Mapping[str, Measure | None]:
        asked = [case.expected.answer is not None for case in task.cases]
        given = [bool(a.value and a.value["answer"]) for a in answers]
        right = [right_answer(case, answer) for case, answer in zip(task.cases, answers, strict=True)]
        firm = [grounded(task, answer) for answer in answers]
        both = [r and (f or not g) for r, f, g in zip(right, firm, given, strict=True)]
        return {
            "correct": Measure.share(right),
            "correct_answerable": Measure.share(right, asked),
            "silent_rightly": None if all(asked) else Measure.share(right, [not k for k in asked]),
            "answered": Measure.share(given, asked),
            "grounded": Measure.share(firm, given) if task.documents else None,
            "correct_and_grounded": Measure.share(both) if task.documents else None,
        }

    def accepted(self, task: EvaluationTask, system: str, answers: Sequence[Answer]) -> list[bool | None]:
        return [
            right_answer(case, a) and (grounded(task, a) or not (a.value and a.value["answer"]))
            for case, a in zip(task.cases, answers, strict=True)
        ]

    def baselines(self, task: EvaluationTask, seed: int) -> list[SystemRun]:
        """The sentence that shares most rare words with the question, from the passage that does; it never abstains."""
        if not task.documents:
            return []
        names = [*task.documents]
        questions = [case.text for case in task.cases]
        close = nearest(questions, [f"{name} {task.documents[name]}" for name in names], DEPTH)
        ranked = [tuple(names[i] for i, _ in row) for row in close]
        quoted = _quoted(questions, [task.documents[first] for first, *_ in ranked])
        values = [
            {"answer": said, "citations": [*best[:1]]} for said, best in zip(quoted, ranked, strict=True)
        ]
        retrieved = [{"words": best} for best in ranked]
        sure = [round(min(row[0][1], 1.0), 4) for row in close]
        return [offline("lexical", "Lexical search, quoted", values, retrieved=retrieved, confidences=sure)]

    def same(self, first: Any, second: Any) -> bool:
        return bool(first["answer"]) == bool(second["answer"]) and numbers(first["answer"] or "") == numbers(
            second["answer"] or ""
        )

    def details(self, task: EvaluationTask, systems: Sequence[SystemRun], shown: SystemRun) -> list[Detail]:
        """How much of what an answer should rest on each stage of retrieval finds."""
        clusters = Clusters([case.cluster for case in task.cases], flips=1)
        rows: list[tuple[Value, ...]] = []
        for system in systems:
            stages = dict.fromkeys(s for a in system.runs[0] for s in a.retrieved)
            for stage in stages:
                found = [a.retrieved.get(stage, ()) for a in system.runs[0]]
                rows.append((system.title, stage, *(recall(task.cases, found, k, clusters) for k in KS)))
        if not rows:
            return []
        return [
            Grid(
                label="retrieval",
                caption="Share of the passages an answer should rest on that each stage finds, by how many it may name",
                columns=(
                    Head(title="System"), Head(title="Stage"),
                    *(Head(title=f"First {k}", form="interval") for k in KS),
                ),
                rows=tuple(rows),
                source="questions that the documents answer",
            )
        ]  # fmt: skip

    def schema(self, task: EvaluationTask) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "answer": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "citations": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["answer", "citations"],
            "additionalProperties": False,
        }

    def instructions(self, task: EvaluationTask) -> str:
        return (
            f"{task.setup.about or 'Answer the question from the documents given with it.'} State what the documents"
            " state and no more, and name the documents that bear each statement out. Where they do not say, the"
            ' answer is null. Answer with one JSON object {"answer": text or null, "citations": [document names]}'
            " and nothing else."
        )

    def written(self, task: EvaluationTask, case: Case) -> str:
        return json.dumps(
            {"answer": case.expected.answer, "citations": list(case.documents)}, ensure_ascii=False
        )


def right_answer(case: Case, answer: Answer) -> bool:
    """Every fact is stated; or nothing is, where the documents do not say. Silence that broke the schema is wrong."""
    if answer.value is None:
        return False
    said = answer.value["answer"]
    if case.expected.answer is None:
        return said is None
    return said is not None and all(holds(said, fact) for fact in case.expected.facts)


def grounded(task: EvaluationTask, answer: Answer) -> bool:
    """Whether every citation is a document and every figure of the answer stands in one of those cited."""
    if answer.value is None or not answer.value["answer"]:
        return False
    cited = answer.value["citations"]
    if not cited or any(name not in task.documents for name in cited):
        return False
    return numbers(answer.value["answer"]) <= frozenset().union(
        *(numbers(task.documents[name]) for name in cited)
    )


def _quoted(questions: Sequence[str], documents: Sequence[str]) -> list[str | None]:
    """Of each question's document the closest sentence with its neighbours; None where the document has none."""
    found: list[str | None] = [None] * len(questions)
    asked: dict[str, list[int]] = {}
    for i, document in enumerate(documents):
        asked.setdefault(document, []).append(i)
    for document, places in asked.items():
        parts = sentences(document)
        for i, closest in zip(places, nearest([questions[i] for i in places], parts, 1), strict=True):
            for at, _ in closest:
                found[i] = " ".join(parts[max(0, at - 1) : at + 2])
    return found


def recall(cases: Sequence[Case], found: Sequence[Sequence[str]], k: int, clusters: Clusters) -> Value:
    hits = [float(len({*case.documents} & {*names[:k]})) for case, names in zip(cases, found, strict=True)]
    return clusters.interval(Measure.ratio(hits, [float(len(case.documents)) for case in cases]))
