"""What people and a judge model say of outputs: agreement, and the judge corrected by what people found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from bespoke.evaluation.cases import EvaluationTask, Preference
from bespoke.results import Part
from bespoke.statistics.agreement import Kappa, cohen_kappa
from bespoke.statistics.prevalence import CorrectedShare, rogan_gladen

Item = tuple[str, str, str]  # case, system, criterion

FLOOR = 0.8  # of both hit rates; below it a judge's grades are not shown


def by_people(task: EvaluationTask) -> dict[Item, dict[str, bool]]:
    """Item -> grader -> pass."""
    found: dict[Item, dict[str, bool]] = defaultdict(dict)
    for grade in task.grades:
        found[grade.case_id, grade.system, grade.criterion][grade.grader] = grade.verdict == "pass"
    return dict(found)


def settled(grades: Mapping[Item, Mapping[str, bool]]) -> dict[Item, float]:
    """Item -> share of graders who pass it."""
    return {item: sum(said.values()) / len(said) for item, said in grades.items()}


class Agreement(Part):
    """Two graders on the items both graded, of one criterion ("" for all)."""

    criterion: str
    first: str
    second: str
    kappa: Kappa
    agreed: int


def agreements(task: EvaluationTask) -> list[Agreement]:
    """Every pair of graders with items in common, over all criteria and by criterion."""
    grades = by_people(task)
    graders = sorted({name for said in grades.values() for name in said})
    found = []
    for first, second in combinations(graders, 2):
        both = {i: said for i, said in grades.items() if first in said and second in said}
        for criterion in ["", *task.setup.criteria]:
            items = [i for i in both if criterion in ("", i[2])]
            if items:
                a, b = ([str(both[i][who]) for i in items] for who in (first, second))
                found.append(
                    Agreement(
                        criterion=criterion,
                        first=first,
                        second=second,
                        kappa=cohen_kappa(a, b),
                        agreed=sum(both[i][first] == both[i][second] for i in items),
                    )
                )
    return found


class JudgedCriterion(Part):
    """A judge on one criterion: how often it agrees with people, and a system's corrected share of passes."""

    criterion: str
    system: str
    judge: str
    calibrated_on: int
    share: CorrectedShare

    @property
    def good_enough(self) -> bool:
        return self.share.poorer_rate >= FLOOR


Pair = tuple[str, str, str]  # case, and two systems by name


class JudgedPair(Part):
    """A judge on two systems' texts: what turns with the order, and the corrected share that prefers `first`."""

    first: str
    second: str
    judge: str
    pairs: int  # with a winner in both orders
    turned: float
    calibrated_on: int
    share: CorrectedShare | None  # None: people have preferred neither, or only one, of the two

    @property
    def good_enough(self) -> bool:
        return self.share is not None and self.share.poorer_rate >= FLOOR


def _asked(row: Preference) -> tuple[str, Pair]:
    """The grader and the pair, in whichever order it was shown."""
    a, b = sorted((row.first, row.second))
    return row.grader, (row.case_id, a, b)


def preferred(rows: Sequence[Preference]) -> dict[str, dict[Pair, str]]:
    """Grader -> pair -> the system preferred, "tie", or "turned" where the verdict goes with the order."""
    seen: dict[tuple[str, Pair], set[str]] = defaultdict(set)
    for row in rows:
        seen[_asked(row)].add("tie" if row.preferred == "tie" else getattr(row, row.preferred))
    found: dict[str, dict[Pair, str]] = defaultdict(dict)
    for (grader, pair), winners in seen.items():
        found[grader][pair] = next(iter(winners)) if len(winners) == 1 else "turned"
    return dict(found)


def in_both_orders(rows: Sequence[Preference]) -> list[Preference]:
    """The rows of pairs that their grader has seen in both orders."""
    seen: dict[tuple[str, Pair], set[str]] = defaultdict(set)
    for row in rows:
        seen[_asked(row)].add(row.first)
    return [row for row in rows if len(seen[_asked(row)]) == 2]


def judged_pairs(task: EvaluationTask, seed: int) -> list[JudgedPair]:
    """A judge's preferences by pair of systems, corrected on the pairs on which people agree; only pairs that it saw in
    both orders, and none with a text of its own."""
    by_person = preferred(task.preferences)
    said: dict[Pair, set[str]] = defaultdict(set)
    for pairs in by_person.values():
        for pair, winner in pairs.items():
            said[pair].add(winner)
    people = {p: next(iter(w)) for p, w in said.items() if len(w) == 1 and next(iter(w)) in p[1:]}
    found = []
    for judge, pairs in sorted(preferred(in_both_orders(task.judge_preferences)).items()):
        for a, b in sorted({pair[1:] for pair in pairs}):
            known = [task.setup.systems.get(name) for name in (a, b)]
            if judge in [one.model for one in known if one]:
                continue
            mine = {pair: winner for pair, winner in pairs.items() if pair[1:] == (a, b)}
            won = {pair: winner == a for pair, winner in mine.items() if winner in (a, b)}
            both = [pair for pair in won if pair in people]
            human = [people[pair] == a for pair in both]
            share = None
            if any(human) and not all(human):
                share = rogan_gladen([*won.values()], human, [won[pair] for pair in both], seed=seed)
            turned = sum(winner == "turned" for winner in mine.values()) / len(mine)
            found.append(
                JudgedPair(
                    first=a,
                    second=b,
                    judge=judge,
                    pairs=len(won),
                    turned=turned,
                    calibrated_on=len(both),
                    share=share,
                )
            )
    return found


def judged(task: EvaluationTask, seed: int) -> list[JudgedCriterion]:
    """A judge's grades by criterion and system, corrected on the items on which people agree.

    A judge that is the model of the system it grades is left out.
    """
    people = {i: next(iter(s.values())) for i, s in by_people(task).items() if len(set(s.values())) == 1}
    said: dict[tuple[str, str, str], dict[str, bool]] = defaultdict(dict)  # system, criterion, model
    for grade in task.judged:
        known = task.setup.systems.get(grade.system)
        if known is None or known.model != grade.model:
            said[grade.system, grade.criterion, grade.model][grade.case_id] = grade.verdict == "pass"
    found = []
    for system, criterion, model in sorted(said):
        human, judge = [], []
        for (other, same, by), cases in said.items():
            if (same, by) == (criterion, model):
                for case, verdict in cases.items():
                    if (case, other, criterion) in people:
                        human.append(people[case, other, criterion])
                        judge.append(verdict)
        if any(human) and not all(human):
            share = rogan_gladen([*said[system, criterion, model].values()], human, judge, seed=seed)
            found.append(
                JudgedCriterion(
                    criterion=criterion, system=system, judge=model, calibrated_on=len(human), share=share
                )
            )
    return found
