"""Sets of codes: precision, recall and F1 over codes, the exact set, the primary one, codes that cannot be right."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from bespoke.clients.schema import Fields
from bespoke.clients.wording import quote
from bespoke.evaluation.answers import Answer, SystemRun, offline
from bespoke.evaluation.cases import Case, EvaluationTask, Recorded, Setup
from bespoke.evaluation.details import Detail, Grid, Head, Remark
from bespoke.evaluation.scorer import CaseProblemReporter, Scorer
from bespoke.scorers.code_set.codes import ICD10CM, codes_of
from bespoke.statistics.clusters import Measure
from bespoke.statistics.label_scores import macro_f1
from bespoke.statistics.nearest_texts import nearest

_ROWS = 12
_NEIGHBOURS = 5


class CodeSetSetup(Setup):
    """`code_set`: icd10cm, or a CSV file of this folder with a column `code`. `ordered`: the first code is primary."""

    code_set: str = ICD10CM
    ordered: bool = True


class CodedCase(Case):
    expected: Fields


class CodedAnswer(Recorded):
    prediction: Fields | None = None


class CodeSetScorer(Scorer):
    name = "code_set"
    title = "codes"
    setup = CodeSetSetup
    case = CodedCase
    recorded = CodedAnswer
    metrics: ClassVar[Mapping[str, str]] = {
        "micro_f1": "F1 over all codes of all cases",
        "micro_f1_valid": "the same, where a code outside the code set never scores",
        "precision": "share of the answered codes that are right",
        "recall": "share of the expected codes that are found",
        "case_f1": "mean F1 of a case",
        "macro_f1": "mean F1 over the codes, each counting the same",
        "primary": "share of cases whose first code is right",
        "exact_set": "share of cases with exactly the right codes",
    }

    def files(self, setup: Any) -> tuple[str, ...]:
        return () if setup.code_set == ICD10CM else (setup.code_set,)

    def check(self, task: EvaluationTask, say: CaseProblemReporter) -> None:
        named = task.setup.code_set
        if named != ICD10CM and not codes_of(task).valid:
            say(
                "task.yaml",
                f"{quote(named)} is no CSV file of this folder with a column `code`",
                column="code_set",
            )
            return
        codes = codes_of(task)
        for file, cases in (("cases.jsonl", task.cases), ("train.jsonl", task.train)):
            for case in cases:
                for place, code in enumerate(case.expected.diagnosis_icd10):
                    wrong = codes.wrong(code)
                    if wrong:
                        say(
                            file, f"{quote(code)} {wrong}; a hit on it scores, unless only valid codes count",
                            id=case.id, column=f"expected.diagnosis_icd10[{place}]", warning=True,
                        )  # fmt: skip

    def read(self, task: EvaluationTask, prediction: object) -> tuple[str, ...] | None:
        """Each code once, in the order given; a record's codes, or a plain list of them."""
        if isinstance(prediction, Fields):
            prediction = prediction.diagnosis_icd10
        given = prediction.get("diagnosis_icd10") if isinstance(prediction, dict) else prediction
        if not isinstance(given, (list, tuple)) or not all(isinstance(code, str) for code in given):
            return None
        return tuple(dict.fromkeys(map(codes_of(task).written, given)))

    def measures(
        self, task: EvaluationTask, system: str, answers: Sequence[Answer]
    ) -> Mapping[str, Measure | None]:
        codes = codes_of(task)
        gold = [frozenset(g) for g in golds(task)]
        said = [frozenset(a.value or ()) for a in answers]
        hits = np.array([float(len(g & s)) for g, s in zip(gold, said, strict=True)])
        valid = np.array([float(sum(map(codes.counts, g & s))) for g, s in zip(gold, said, strict=True)])
        there = np.array([float(len(g)) for g in gold])
        given = np.array([float(len(s)) for s in said])
        each = np.divide(2 * hits, there + given, out=np.ones_like(hits), where=there + given > 0)
        came = np.array([a.status == "answered" for a in answers], dtype=float)
        return {
            "micro_f1": Measure.ratio(2 * hits, there + given),
            "micro_f1_valid": Measure.ratio(2 * valid, there + given) if (valid != hits).any() else None,
            "precision": Measure.ratio(hits, given),
            "recall": Measure.ratio(hits, there),
            "case_f1": Measure.ratio(each * came, np.ones_like(each)),
            "macro_f1": macro_f1(gold, said),
            "primary": Measure.share(self._primary(task, answers)) if task.setup.ordered else None,
            "exact_set": Measure.share(self.accepted(task, system, answers)),
        }

    def accepted(self, task: EvaluationTask, system: str, answers: Sequence[Answer]) -> list[bool | None]:
        pairs = zip(golds(task), answers, strict=True)
        return [a.status == "answered" and set(a.value or ()) == set(g) for g, a in pairs]

    def same(self, first: Any, second: Any) -> bool:
        return set(first) == set(second)

    def baselines(self, task: EvaluationTask, seed: int) -> list[SystemRun]:
        """The codes that most training cases carry, and those that most of the similar ones carry."""
        train = task.usable_train
        if not train:
            return []
        codes = codes_of(task)
        given = [tuple(map(codes.written, case.expected.diagnosis_icd10)) for case in train]
        usual = max(1, round(sum(map(len, given)) / len(given)))
        common = tuple(code for code, _ in Counter(c for g in given for c in g).most_common(usual))
        near = []
        for neighbours in nearest(
            [case.text for case in task.cases], [case.text for case in train], _NEIGHBOURS
        ):
            votes: Counter[str] = Counter()
            for i, cosine in neighbours:
                for code in given[i]:
                    votes[code] += cosine  # type: ignore[assignment]
            half = sum(cosine for _, cosine in neighbours) / 2
            near.append(tuple(c for c, weight in votes.most_common() if weight > half))
        return [
            offline("most_frequent", "Most frequent codes", [common] * len(task.cases), learns=True),
            offline("nearest", "Nearest neighbours", near, learns=True),
        ]

    def details(self, task: EvaluationTask, systems: Sequence[SystemRun], shown: SystemRun) -> list[Detail]:
        """The codes that cost most, missed and added, and what is not in the code set."""
        codes = codes_of(task)
        missed: Counter[str] = Counter()
        added: Counter[str] = Counter()
        there: Counter[str] = Counter()
        for gold, answer in zip(golds(task), shown.runs[0], strict=True):
            there.update(gold)
            missed.update(set(gold) - set(answer.value or ()))
            added.update(set(answer.value or ()) - set(gold))
        worst = sorted({*missed, *added}, key=lambda c: (-missed[c] - added[c], c))[:_ROWS]
        found: list[Detail] = []
        if worst:
            found.append(
                Grid(
                    label="codes",
                    caption=f"{shown.title}: most errors on {worst[0]}",
                    columns=(
                        Head(title="Code"), Head(title="Expected", form="integer"),
                        Head(title="Missed", form="integer"), Head(title="Added", form="integer"),
                        Head(title="In the code set"),
                    ),
                    rows=tuple(
                        (c, there[c], missed[c], added[c], "yes" if codes.counts(c) else "no") for c in worst
                    ),
                    source="first run",
                )
            )  # fmt: skip
        invalid = sum(not codes.counts(code) for gold in golds(task) for code in gold)
        if invalid:
            found.append(
                Remark(
                    template="{n} of the expected codes are not in {codes}. A system that answers one of them as the "
                    "case has it scores in every measure but “valid codes only”, where it never does.",
                    values={"n": invalid, "codes": codes.name},
                    tone="note",
                )
            )
        return found

    def schema(self, task: EvaluationTask) -> dict[str, Any]:
        listed = {"type": "array", "items": {"type": "string"}}
        return {
            "type": "object", "properties": {"diagnosis_icd10": listed}, "required": ["diagnosis_icd10"],
            "additionalProperties": False,
        }  # fmt: skip

    def instructions(self, task: EvaluationTask) -> str:
        first = " The first one is the primary code." if task.setup.ordered else ""
        return (
            f"{task.setup.about or 'Code the text.'} Give every code of {codes_of(task).name} that the text supports,"
            f' most specific first.{first} Answer with one JSON object {{"diagnosis_icd10": [...]}} and nothing else.'
        )

    def written(self, task: EvaluationTask, case: Case) -> str:
        return json.dumps({"diagnosis_icd10": list(case.expected.diagnosis_icd10)})

    def _primary(self, task: EvaluationTask, answers: Sequence[Answer]) -> list[bool | None]:
        return [
            None if not g else bool(a.value) and a.value[0] == g[0]
            for g, a in zip(golds(task), answers, strict=True)
        ]


def golds(task: EvaluationTask) -> list[tuple[str, ...]]:
    codes = codes_of(task)
    return [tuple(dict.fromkeys(map(codes.written, c.expected.diagnosis_icd10))) for c in task.cases]
