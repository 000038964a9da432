"""Labels: accuracy, macro-F1, the errors weighed by what they cost, and what is left where a system abstains."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bespoke.clients.schema import Key
from bespoke.clients.wording import did_you_mean, quote
from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.cases import Case, EvaluationTask, Setup
from bespoke.evaluation.details import Detail
from bespoke.evaluation.scorer import CaseProblemReporter, Scorer
from bespoke.scorers.label.baselines import baselines
from bespoke.scorers.label.label_details import Value, cost_of, details, golds
from bespoke.statistics.clusters import Measure
from bespoke.statistics.label_scores import macro_f1

Cost = Annotated[float, Field(ge=0, le=10**9)]


class LabelSetup(Setup):
    """`error_costs`: expected label -> answered label -> cost; the label "*" stands for any other one."""

    labels: tuple[Key, ...]
    many: bool = False  # several labels may be right at once
    abstain: Key | None = None  # the answer that hands a case to a person
    error_costs: Mapping[str, Mapping[str, Cost]] = {}


class LabelScorer(Scorer):
    name = "label"
    title = "labels"
    setup = LabelSetup
    metrics: ClassVar[Mapping[str, str]] = {
        "accuracy": "share of cases with exactly the right label",
        "macro_f1": "mean F1 over the labels, each counting the same",
        "micro_f1": "F1 over all labels of all cases",
        "accuracy_answered": "accuracy on the cases where it did not abstain",
        "answered": "share of cases where it did not abstain",
        "kept_cost": "share of the cost avoided: 1 where no error costs anything, 0 where each costs the most",
    }

    def check(self, task: EvaluationTask, say: CaseProblemReporter) -> None:
        known = task.setup.labels
        if len(set(known)) < len(known):
            say("task.yaml", "names a label twice", column="labels")
        if len(known) < 2:
            say("task.yaml", "needs at least two labels", column="labels")
        for file, cases in (("cases.jsonl", task.cases), ("train.jsonl", task.train)):
            for case in cases:
                self._check_case(task, case, file, say)
        costs = task.setup.error_costs
        for label in {*costs, *(b for row in costs.values() for b in row)} - {*known, "*"}:
            say(
                "task.yaml", f"{quote(label)} is no label of this task{did_you_mean(label, known)}",
                column="error_costs",
            )  # fmt: skip
        for system, rows in task.recorded.items():
            for row in rows:
                value = row.prediction
                if isinstance(value, str) and value not in known and value != task.setup.abstain:
                    near = did_you_mean(value, known)
                    say(
                        f"predictions/{system}.jsonl", f"{quote(value)} is no label and counts as wrong{near}",
                        id=row.id, column="prediction", warning=True,
                    )  # fmt: skip

    def _check_case(self, task: EvaluationTask, case: Case, file: str, say: CaseProblemReporter) -> None:
        known = task.setup.labels
        given = case.expected if isinstance(case.expected, list) else [case.expected]
        if isinstance(case.expected, list) != task.setup.many:
            shape = "a list of labels, for `many: true`" if task.setup.many else "one label"
            say(file, f"must be {shape}", id=case.id, column="expected")
            return
        for label in given:
            if label not in known:
                say(
                    file, f"{quote(label)} is no label of task.yaml{did_you_mean(str(label), known)}",
                    id=case.id, column="expected",
                )  # fmt: skip

    def read(self, task: EvaluationTask, prediction: object) -> Value | None:
        """The labels answered. A label outside the list is an answer, and a wrong one; {"label": x} is x."""
        if isinstance(prediction, dict) and prediction.keys() <= {"label", "labels"} and len(prediction) == 1:
            (prediction,) = prediction.values()
        if isinstance(prediction, str):
            return frozenset((prediction.strip(),))
        if task.setup.many and isinstance(prediction, list) and all(isinstance(x, str) for x in prediction):
            return frozenset(x.strip() for x in prediction)
        return None

    def measures(
        self, task: EvaluationTask, system: str, answers: Sequence[Answer]
    ) -> Mapping[str, Measure | None]:
        gold = golds(task)
        said = [answer.value or frozenset() for answer in answers]
        right = [g == s for g, s in zip(gold, said, strict=True)]
        kept = [not self._abstains(task, answer) for answer in answers]
        hits = [2.0 * len(g & s) for g, s in zip(gold, said, strict=True)]
        sizes = [float(len(g) + len(s)) for g, s in zip(gold, said, strict=True)]
        return {
            "accuracy": Measure.share(right),
            "macro_f1": macro_f1(gold, said),
            "micro_f1": Measure.ratio(hits, sizes) if task.setup.many else None,
            "accuracy_answered": Measure.share(right, kept) if task.setup.abstain else None,
            "answered": Measure.share(kept) if task.setup.abstain else None,
            "kept_cost": self._kept_cost(task, gold, said) if task.setup.error_costs else None,
        }

    def accepted(self, task: EvaluationTask, system: str, answers: Sequence[Answer]) -> list[bool | None]:
        return [answer.value == gold for gold, answer in zip(golds(task), answers, strict=True)]

    def baselines(self, task: EvaluationTask, seed: int) -> list[SystemRun]:
        return baselines(task, seed)

    def details(self, task: EvaluationTask, systems: Sequence[SystemRun], shown: SystemRun) -> list[Detail]:
        return details(task, shown)

    def trusted(self, task: EvaluationTask, values: Sequence[Any]) -> bool:
        """The same labels each time, all of the list: a model that abstains, or makes a label up, is not sure."""
        known = set(task.setup.labels)
        return super().trusted(task, values) and all(value <= known for value in values)

    def schema(self, task: EvaluationTask) -> dict[str, Any]:
        allowed = [*task.setup.labels, *([task.setup.abstain] if task.setup.abstain else [])]
        label: dict[str, Any] = {"type": "string", "enum": allowed}
        key = "labels" if task.setup.many else "label"
        shape = {"type": "array", "items": label} if task.setup.many else label
        return {
            "type": "object",
            "properties": {key: shape},
            "required": [key],
            "additionalProperties": False,
        }

    def instructions(self, task: EvaluationTask) -> str:
        how = "every label that applies" if task.setup.many else "exactly one label"
        key = '{"labels": [...]}' if task.setup.many else '{"label": ...}'
        abstain = task.setup.abstain
        unsure = f" Where the text does not decide, answer {abstain}." if abstain else ""
        return (
            f"{task.setup.about or 'Classify the text.'} Give {how} of: {', '.join(task.setup.labels)}.{unsure}"
            f" Answer with one JSON object {key} and nothing else."
        )

    def written(self, task: EvaluationTask, case: Case) -> str:
        return json.dumps({"labels" if task.setup.many else "label": case.expected}, ensure_ascii=False)

    def _abstains(self, task: EvaluationTask, answer: Answer) -> bool:
        return task.setup.abstain is not None and answer.value == frozenset((task.setup.abstain,))

    def _kept_cost(self, task: EvaluationTask, gold: Sequence[Value], said: Sequence[Value]) -> Measure:
        most = max(cost for row in task.setup.error_costs.values() for cost in row.values())
        spent = [cost_of(task, g, s) for g, s in zip(gold, said, strict=True)]
        return Measure.share([1 - c / most if most else 1.0 for c in spent])
