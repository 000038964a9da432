"""The evaluation: case by case, two systems side by side, by whether they are right or disagree."""

from __future__ import annotations

from collections.abc import Sequence

from bespoke.chapters.dataset_readiness.identifiers import masked
from bespoke.evaluation.answers import SystemRun
from bespoke.evaluation.case_by_case import cut, said, same_answer, written
from bespoke.evaluation.cases import EvaluationTask
from bespoke.evaluation.consumption import consumption
from bespoke.evaluation.evaluate import ladder_of
from bespoke.evaluation.scorer import Scorer
from bespoke.explore.controls import Control
from bespoke.explore.explored_state import ExploredState
from bespoke.explore.explorer import Explorer, NothingToExplore, Shown
from bespoke.scorers import find
from bespoke.show.blocks import Callout, Column, Table, columns
from bespoke.show.numbers import money, percent
from bespoke.statistics.seed import SEED
from bespoke.workbook import Workbook

WHICH = (
    "every case",
    "where they answer differently",
    "where the first is wrong",
    "where the second is wrong",
)
LISTED = 20


class EvaluationExplorer(Explorer):
    """`subjects` are the tasks that have cases. Systems that learn are trained when their task is first looked at."""

    note = "What is read here changes nothing: cases are cases. Note what should change in the prompt or in the cases."

    def __init__(self, book: Workbook) -> None:
        super().__init__(book)
        self.tasks = {task.task_id: task for task in book.client.evaluated}
        if not self.tasks:
            raise NothingToExplore("It needs cases in evaluation/<task_id>/cases.jsonl.")
        self._ladders: dict[str, list[SystemRun]] = {}
        self._right: dict[tuple[str, str], list[bool | None]] = {}

    def subjects(self) -> Sequence[tuple[str, str]]:
        names = {task.task_id: task.name for task in self.base.client.tasks}
        return [(names.get(task_id, task_id), task_id) for task_id in self.tasks]

    def dials(self, subject: str, scene: ExploredState) -> Sequence[Control]:
        systems = tuple((ran.title, ran.name) for ran in self._ladder(subject))
        first, second = self._pair(subject, scene)
        which = str(scene.choices.get("which", WHICH[0]))
        shown = len(self._chosen(subject, scene))
        place = min(int(scene.choices.get("case", 1)), max(1, shown))
        return (
            Control("first", "System", "choice", first, options=systems),
            Control("second", "Beside", "choice", second, options=systems),
            Control("which", "Show", "choice", which, options=tuple((w, w) for w in WHICH)),
            Control("case", "Case", "whole", place, low=1, high=max(2, shown)),
        )

    def look(self, subject: str, scene: ExploredState) -> Sequence[Shown]:
        task, names = self.tasks[subject], self._pair(subject, scene)
        chosen = self._chosen(subject, scene)
        if not chosen:
            return (Callout(markdown="No case is left by this choice."),)
        place = chosen[min(int(scene.choices.get("case", 1)), len(chosen)) - 1]
        pair = [self._system(subject, name) for name in names]
        return (self._case(task, place, pair), self._list(task, chosen, pair, place))

    def _case(self, task: EvaluationTask, place: int, pair: Sequence[SystemRun]) -> Table:
        case = task.cases[place]
        rows: list[tuple[str, ...]] = [
            ("Input", self._plain(case.text), ""),
            ("Expected", self._plain(written(case.expected)), ""),
        ]
        if case.documents:
            rows.append(("Rests on", ", ".join(case.documents), ""))
        if case.second is not None:
            rows.append(("Second person", self._plain(written(case.second)), ""))
        for ran in pair:
            for number, run in enumerate(ran.runs, start=1):
                label = ran.title + (f", run {number}" if len(ran.runs) > 1 else "")
                right = self._accepted(task.task_id, ran)[place] if number == 1 else None
                rows.append(
                    (label, self._plain(said(run[place])), {True: "right", False: "wrong", None: ""}[right])
                )
            rows.append((f"{ran.title} took", self._took(ran, place), ""))
        return Table(
            label="tbl-explore-case",
            caption=f"Case {case.id}" + (f", {case.cluster}" if case.group else ""),
            columns=(
                Column(key="what", title=""), Column(key="text", title="Text"),
                Column(key="as", title="As a whole"),
            ),
            rows=tuple(rows),
            source=", ".join(case.tags),
        )  # fmt: skip

    def _took(self, ran: SystemRun, place: int) -> str:
        one = SystemRun(
            ran.name, ran.title, ran.kind, tuple((run[place],) for run in ran.runs), model=ran.model
        )
        used = consumption(one, [True], None, self.base.facts.as_of, self.base.client.prices)
        if used is None:
            return "not recorded"
        parts = [
            f"{used.input_tokens:.0f} tokens in, {used.output_tokens:.0f} out"
            if used.input_tokens is not None
            else "",
            f"{used.p50_ms:.0f} ms" if used.p50_ms is not None else "",
            money(used.usd_per_case, "USD", 5) if used.usd_per_case is not None else "",
        ]
        sure = ran.runs[0][place].confidence
        return ", ".join([*filter(None, parts), *([f"{percent(sure)} sure"] if sure is not None else [])])

    def _list(
        self, task: EvaluationTask, chosen: Sequence[int], pair: Sequence[SystemRun], place: int
    ) -> Table:
        at = chosen.index(place)
        near = chosen[max(0, at - 3) : max(0, at - 3) + LISTED]
        words = {True: "right", False: "wrong", None: "not judged"}
        rights = [self._accepted(task.task_id, ran) for ran in pair]
        return Table(
            label="tbl-explore-cases",
            caption=f"{len(chosen)} of {len(task.cases)} cases",
            columns=columns(id="Case", expected="Expected", a=pair[0].title, ar="", b=pair[1].title, br=""),
            rows=tuple(
                (
                    task.cases[i].id, self._cell(written(task.cases[i].expected)),
                    self._cell(said(pair[0].runs[0][i])), words[rights[0][i]],
                    self._cell(said(pair[1].runs[0][i])), words[rights[1][i]],
                )
                for i in near
            ),
            emphasis=(near.index(place),),
        )  # fmt: skip

    def _plain(self, text: str) -> str:
        """What the notebook may keep: identifiers masked."""
        return masked(text, self.base.client.engagement.country)[0]

    def _cell(self, text: str) -> str:
        return cut(self._plain(text), 90)

    def _chosen(self, subject: str, scene: ExploredState) -> list[int]:
        task, scorer = self.tasks[subject], self._scorer(subject)
        pair = [self._system(subject, name) for name in self._pair(subject, scene)]
        first, second = (self._accepted(subject, ran) for ran in pair)
        which = str(scene.choices.get("which", WHICH[0]))
        kept: dict[str, list[bool]] = {
            WHICH[0]: [True] * len(task.cases),
            WHICH[1]: [
                not same_answer(scorer, a, b) for a, b in zip(pair[0].runs[0], pair[1].runs[0], strict=True)
            ],
            WHICH[2]: [ok is False for ok in first],
            WHICH[3]: [ok is False for ok in second],
        }
        return [i for i, keep in enumerate(kept[which]) if keep]

    def _pair(self, subject: str, scene: ExploredState) -> tuple[str, str]:
        """The two chosen; else what is in use, and the last one beside it."""
        names = [ran.name for ran in self._ladder(subject)]
        first = scene.choices.get("first")
        first = first if first in names else self.tasks[subject].setup.in_use or names[0]
        other = next((name for name in reversed(names) if name != first), first)
        second = scene.choices.get("second")
        return str(first), str(second if second in names else other)

    def _ladder(self, subject: str) -> list[SystemRun]:
        if subject not in self._ladders:
            self._ladders[subject] = ladder_of(self.tasks[subject], self._scorer(subject), seed=SEED)
        return self._ladders[subject]

    def _system(self, subject: str, name: str) -> SystemRun:
        return next(ran for ran in self._ladder(subject) if ran.name == name)

    def _accepted(self, subject: str, ran: SystemRun) -> list[bool | None]:
        key = (subject, ran.name)
        if key not in self._right:
            found = self._scorer(subject).accepted(self.tasks[subject], ran.name, ran.runs[0])
            measured = zip(found, ran.runs[0], strict=True)
            self._right[key] = [ok if answer.measured else None for ok, answer in measured]
        return self._right[key]

    def _scorer(self, subject: str) -> Scorer:
        return find(self.tasks[subject].setup.scorer)
