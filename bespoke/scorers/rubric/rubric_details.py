"""The rubric's own tables: rules by system, criteria by system, agreement of graders, the judge beside people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bespoke.evaluation.answers import Answer, SystemRun
from bespoke.evaluation.cases import EvaluationTask
from bespoke.evaluation.details import Detail, Grid, Head, Remark, Value
from bespoke.scorers.rubric.grades import agreements, by_people, judged, judged_pairs, preferred, settled
from bespoke.statistics.clusters import Clusters, Measure
from bespoke.statistics.proportion import wilson
from bespoke.statistics.seed import SEED

Rules = Callable[[EvaluationTask, Answer], Mapping[str, bool]]


def details(task: EvaluationTask, systems: Sequence[SystemRun], rules: Rules) -> list[Detail]:
    """What a reader of drafts asks: which rule breaks, which criterion fails, do graders agree, does a judge."""
    found = [
        _rules(task, systems, rules), _criteria(task, systems), _graders(task), *_judge(task), *_preferences(task)
    ]  # fmt: skip
    return [detail for detail in found if detail is not None]


def _rules(task: EvaluationTask, systems: Sequence[SystemRun], rules: Rules) -> Detail | None:
    kept = {ran.title: [rules(task, a) for a in ran.runs[0] if a.measured] for ran in systems}
    names = list(dict.fromkeys(name for rows in kept.values() for row in rows for name in row))
    if not names:
        return None
    return Grid(
        label="rules",
        caption="Rules kept, by system: no model and no person is needed to see them broken",
        columns=(Head(title="Rule"), *(Head(title=title, form="percent") for title in kept)),
        rows=tuple(
            (name, *(sum(row[name] for row in rows) / len(rows) if rows else None for rows in kept.values()))
            for name in names
        ),
        source="task.yaml",
    )


def _criteria(task: EvaluationTask, systems: Sequence[SystemRun]) -> Detail | None:
    shares = settled(by_people(task))
    graded = [ran for ran in systems if any(system == ran.name for _, system, _ in shares)]
    if not graded:
        return Remark(
            template="Nobody has graded these texts yet: `grades.csv` with 40 cases read by two people says how good "
            "they are, and whether a judge model may be believed.",
            tone="missing",
        )
    clusters = Clusters([case.cluster for case in task.cases], flips=1)
    rows: list[tuple[Value, ...]] = []
    for criterion in task.setup.criteria:
        cells: list[Value] = []
        for ran in graded:
            each = [shares.get((case.id, ran.name, criterion)) for case in task.cases]
            cells.append(clusters.interval(Measure.share(each)))
        rows.append((criterion, *cells))
    return Grid(
        label="criteria",
        caption="Share of graded texts that pass each criterion, over graders",
        columns=(Head(title="Criterion"), *(Head(title=ran.title, form="interval") for ran in graded)),
        rows=tuple(rows),
        source="grades.csv; a text that two people grade counts once",
    )


def _graders(task: EvaluationTask) -> Detail | None:
    found = agreements(task)
    if not found:
        return None
    return Grid(
        label="graders",
        caption="How far two people who grade the same text agree",
        columns=(
            Head(title="Criterion"), Head(title="Graders"), Head(title="Texts", form="integer"),
            Head(title="Agreed", form="interval"), Head(title="Cohen's kappa", form="decimal"),
        ),
        rows=tuple(
            (a.criterion or "all", f"{a.first}, {a.second}", a.kappa.n, wilson(a.agreed, a.kappa.n), a.kappa.kappa)
            for a in found
        ),
        source="grades.csv",
    )  # fmt: skip


def _judge(task: EvaluationTask) -> list[Detail]:
    if not task.judged:
        return [
            Remark(
                template="No judge model has graded these texts. People's grades calibrate one: until then none is "
                "believed, and a judge that wrote the texts itself never is.",
                tone="note",
            )
        ]
    found = judged(task, SEED)
    good = [j for j in found if j.good_enough and j.share.corrected]
    poor = sorted({j.criterion for j in found if not j.good_enough})
    details: list[Detail] = []
    if good:
        details.append(
            Grid(
                label="judge",
                caption="What a calibrated judge model says of all texts, corrected by its known errors",
                columns=(
                    Head(title="Criterion"), Head(title="System"), Head(title="Judge"),
                    Head(title="Passes it finds", form="percent"), Head(title="Failures it finds", form="percent"),
                    Head(title="On", form="integer"), Head(title="As judged", form="percent"),
                    Head(title="Corrected", form="interval"),
                ),
                rows=tuple(
                    (
                        j.criterion, j.system, j.judge, j.share.true_positive_rate, j.share.true_negative_rate,
                        j.calibrated_on, j.share.apparent, j.share.corrected,
                    )
                    for j in good
                ),
                source="Rogan and Gladen 1978; calibrated on the texts on which people agree",
            )
        )  # fmt: skip
    if poor:
        details.append(
            Remark(
                template="The judge's grades of {criteria} are not shown: it finds fewer than 80% of what people "
                "pass or "
                "fail there.",
                values={"criteria": ", ".join(poor)},
                tone="warning",
            )
        )
    return details


def _preferences(task: EvaluationTask) -> list[Detail]:
    """People's preferences; a judge's only where people's show that it can be believed."""
    rows: list[tuple[Value, ...]] = []
    for grader, pairs in preferred(task.preferences).items():
        for a, b in sorted({pair[1:] for pair in pairs}):
            said = [winner for pair, winner in pairs.items() if pair[1:] == (a, b)]
            share = wilson(said.count(a), said.count(a) + said.count(b))
            rows.append((grader, f"{a} against {b}", len(said), share, said.count("turned") / len(said)))
    found: list[Detail] = []
    if rows:
        found.append(
            Grid(
                label="preferences",
                caption="Which of two texts people prefer",
                columns=(
                    Head(title="Grader"), Head(title="Pair"), Head(title="Pairs", form="integer"),
                    Head(title="First preferred", form="interval"), Head(title="Turned with the order", form="percent"),
                ),
                rows=tuple(rows),
                source="preferences.csv; ties and pairs that turned are in neither share",
            )
        )  # fmt: skip
    compared = judged_pairs(task, SEED)
    good = [p for p in compared if p.good_enough and p.share and p.share.corrected]
    if good:
        found.append(
            Grid(
                label="judge-preferences",
                caption="Which of two texts a calibrated judge model prefers, corrected by its known errors",
                columns=(
                    Head(title="Pair"), Head(title="Judge"), Head(title="Pairs", form="integer"),
                    Head(title="Turned with the order", form="percent"), Head(title="Finds the first", form="percent"),
                    Head(title="Finds the second", form="percent"), Head(title="On", form="integer"),
                    Head(title="First preferred, as judged", form="percent"), Head(title="Corrected", form="interval"),
                ),
                rows=tuple(
                    (
                        f"{p.first} against {p.second}", p.judge, p.pairs, p.turned, p.share.true_positive_rate,
                        p.share.true_negative_rate, p.calibrated_on, p.share.apparent, p.share.corrected,
                    )
                    for p in good
                    if p.share
                ),
                source="judge_preferences.csv, every pair shown in both orders, pairs that turned left out; Rogan and "
                "Gladen 1978, calibrated on the pairs on which people agree",
            )
        )  # fmt: skip
    poor = sorted({f"{p.first} against {p.second}" for p in compared if not p.good_enough})
    if poor:
        found.append(
            Remark(
                template="The judge's preferences of {pairs} are not shown: people have not preferred both of the two "
                "yet, or it finds fewer than 80% of what they prefer. `preferences.csv` with 40 pairs would say which.",
                values={"pairs": ", ".join(poor)},
                tone="warning",
            )
        )
    return found
