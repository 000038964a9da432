"""Free text by a rubric: rules first, then the criteria as people grade them; a judge counts only once calibrated."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bespoke.clients.wording import did_you_mean, quote
from bespoke.evaluation.answers import Answer, SystemRun, offline
from bespoke.evaluation.cases import Case, EvaluationTask, Setup
from bespoke.evaluation.details import Detail
from bespoke.evaluation.scorer import CaseProblemReporter, Scorer
from bespoke.scorers.rubric.grades import by_people
from bespoke.scorers.rubric.rubric_details import details
from bespoke.scorers.rubric.rubric_rules import rules_kept
from bespoke.statistics.clusters import Clusters, Measure
from bespoke.statistics.interval import Interval
from bespoke.statistics.nearest_texts import nearest

Words = Annotated[int, Field(ge=1, le=100_000)]


class RubricSetup(Setup):
    """`criteria`: name -> what passes, in words. `citations`: a pattern of what is a citation; each has to stand in
    documents/. The other keys are rules that a text keeps or breaks."""

    criteria: Mapping[str, str]
    sections: tuple[str, ...] = ()
    fewest_words: Words | None = None
    most_words: Words | None = None
    must_contain: tuple[str, ...] = ()
    must_not_contain: tuple[str, ...] = ()
    citations: str | None = None


class RubricCase(Case):
    expected: str | None = None  # a reference text, for examples and readers: nothing is compared with it


class RubricScorer(Scorer):
    name = "rubric"
    title = "texts by a rubric"
    setup = RubricSetup
    case = RubricCase
    metrics: ClassVar[Mapping[str, str]] = {
        "passed": "share of graded texts that pass every criterion, over graders",
        "criteria": "share of criteria passed, on the graded texts",
        "rules_all": "share of texts that keep every rule",
        "rules": "share of rules kept",
    }

    def check(self, task: EvaluationTask, say: CaseProblemReporter) -> None:
        setup = task.setup
        if not setup.criteria:
            say("task.yaml", "names no criterion", column="criteria")
        if setup.citations is not None:
            try:
                re.compile(setup.citations)
            except re.error as error:
                say("task.yaml", f"{quote(setup.citations)} is no pattern: {error}", column="citations")
            if not task.documents:
                say("task.yaml", "needs documents/ to find citations in", column="citations")
        ids, systems = {case.id for case in task.cases}, [*task.recorded]
        graded = {"criterion": [*setup.criteria], "system": systems}
        compared = {"first": systems, "second": systems}
        tables: tuple[tuple[str, Sequence[Any], Mapping[str, list[str]]], ...] = (
            ("grades.csv", task.grades, graded), ("judge_grades.csv", task.judged, graded),
            ("preferences.csv", task.preferences, compared),
            ("judge_preferences.csv", task.judge_preferences, compared),
        )  # fmt: skip
        for file, rows, columns in tables:
            for column, known in columns.items():
                for name in dict.fromkeys(getattr(row, column) for row in rows):
                    if name not in known:
                        say(file, f"{quote(name)} is not known{did_you_mean(name, known)}", column=column)
            unknown = sorted({row.case_id for row in rows} - ids)
            if unknown:
                say(file, f"{quote(unknown[0])} is no id of cases.jsonl", column="case_id")
        times = Counter((g.case_id, g.system, g.grader, g.criterion) for g in task.grades)
        twice = next((grade for grade, n in times.items() if n > 1), None)
        if twice:
            say("grades.csv", f"{', '.join(twice)} is graded twice")

    def read(self, task: EvaluationTask, prediction: object) -> str | None:
        return prediction.strip() or None if isinstance(prediction, str) else None

    def measures(
        self, task: EvaluationTask, system: str, answers: Sequence[Answer]
    ) -> Mapping[str, Measure | None]:
        kept = [self.rules(task, answer) for answer in answers]
        graded = _passes(task, system)
        shares = [graded.get(case.id) for case in task.cases]
        known, ruled = any(share is not None for share in shares), any(kept)
        each = [sum(k.values()) / len(k) if k else None for k in kept]
        return {
            "passed": Measure.share([None if s is None else s[0] for s in shares]) if known else None,
            "criteria": Measure.share([None if s is None else s[1] for s in shares]) if known else None,
            "rules_all": Measure.share([all(k.values()) for k in kept]) if ruled else None,
            "rules": Measure.share(each) if ruled else None,
        }

    def accepted(self, task: EvaluationTask, system: str, answers: Sequence[Answer]) -> list[bool | None]:
        """Every criterion passed by every grader and every rule kept; unknown where nobody graded."""
        graded = _passes(task, system)
        return [
            None
            if case.id not in graded
            else graded[case.id][0] == 1 and all(self.rules(task, answer).values())
            for case, answer in zip(task.cases, answers, strict=True)
        ]

    def baselines(self, task: EvaluationTask, seed: int) -> list[SystemRun]:
        """The reference text of the most similar training case: what rules alone can be met with."""
        train = [case for case in task.usable_train if case.expected]
        if not train:
            return []
        close = nearest([case.text for case in task.cases], [case.text for case in train], 1)
        near = [train[i].expected for ((i, _),) in close]
        return [offline("nearest", "Most similar old text", near, learns=True)]

    def ceiling(self, task: EvaluationTask, clusters: Clusters) -> Interval | None:
        """How often two people who grade the same text say the same of all its criteria."""
        grades = by_people(task)
        same: dict[str, list[bool]] = {}
        for (case, _, _), said in grades.items():
            if len(said) > 1:
                same.setdefault(case, []).append(len(set(said.values())) == 1)
        shares = [sum(same[c.id]) / len(same[c.id]) if c.id in same else None for c in task.cases]
        return clusters.interval(Measure.share(shares)) if same else None

    def details(self, task: EvaluationTask, systems: Sequence[SystemRun], shown: SystemRun) -> list[Detail]:
        return details(task, systems, self.rules)

    def rules(self, task: EvaluationTask, answer: Answer) -> Mapping[str, bool]:
        """What the text keeps; a text that never came keeps nothing."""
        authorities = [*task.documents, *task.documents.values()]
        kept = rules_kept(task.setup, answer.value or "", authorities)
        return kept if answer.value else dict.fromkeys(kept, False)

    def drafts(self, task: EvaluationTask) -> int:
        """Two texts never agree word for word: one is checked against the rules, where there are any."""
        return int(bool(rules_kept(task.setup, "", ())))

    def trusted(self, task: EvaluationTask, values: Sequence[Any]) -> bool:
        return all(all(self.rules(task, Answer(value)).values()) for value in values)

    def schema(self, task: EvaluationTask) -> None:
        return None

    def instructions(self, task: EvaluationTask) -> str:
        setup = task.setup
        lines, sections = [setup.about or "Write the text that is asked for."], ", ".join(setup.sections)
        if sections:
            lines.append(f"Sections in this order, each begun by its name and a colon: {sections}.")
        if setup.most_words:
            lines.append(f"At most {setup.most_words} words.")
        if setup.must_not_contain:
            lines.append(f"Never use: {', '.join(setup.must_not_contain)}.")
        lines += [f"{name}: {words}" for name, words in setup.criteria.items()]
        return "\n".join(lines)

    def written(self, task: EvaluationTask, case: Case) -> str:
        return case.expected or ""


def _passes(task: EvaluationTask, system: str) -> dict[str, tuple[float, float]]:
    """Case -> share of graders who pass all its criteria, and share of criteria passed over graders."""
    by_case: dict[str, dict[str, list[bool]]] = {}
    for (case, of, _), said in by_people(task).items():
        if of == system:
            for grader, verdict in said.items():
                by_case.setdefault(case, {}).setdefault(grader, []).append(verdict)
    return {
        case: (
            sum(all(v) for v in graders.values()) / len(graders),
            sum(sum(v) for v in graders.values()) / sum(len(v) for v in graders.values()),
        )
        for case, graders in by_case.items()
    }
