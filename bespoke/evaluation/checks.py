"""What can be wrong with any task's cases and answers, whatever kind of task it is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from bespoke.clients.wording import did_you_mean, first_few, quote
from bespoke.evaluation.cases import Case, EvaluationTask, bare
from bespoke.evaluation.scorer import CaseProblemReporter, Scorer

_NAMED = 5  # of one kind of problem, one by one


def check_task(task: EvaluationTask, scorer: Scorer, say: CaseProblemReporter) -> None:
    """Ids, inputs, copies, groups, leakage, documents, systems: what every scorer relies on."""
    for file, cases in (("cases.jsonl", task.cases), ("train.jsonl", task.train)):
        _ids(file, cases, say)
        _inputs(file, cases, say)
        _copies(file, cases, say)
        _groups(file, cases, say)
        _documents(task, file, cases, say)
    _leakage(task, say)
    _setup(task, scorer, say)
    for system in task.recorded:
        _answers(task, system, say)


def _ids(file: str, cases: Sequence[Case], say: CaseProblemReporter) -> None:
    for name, count in Counter(case.id for case in cases).items():
        if count > 1:
            say(file, f"{quote(name)} is the id of {count} cases; give each its own", id=name, column="id")


def _inputs(file: str, cases: Sequence[Case], say: CaseProblemReporter) -> None:
    for case in cases:
        turns = case.input
        if isinstance(turns, str):
            if not turns.strip():
                say(file, "is empty", id=case.id, column="input")
            continue
        fits = isinstance(turns, list) and turns and all(
            isinstance(t, dict) and t.keys() == {"role", "text"} and t["role"] in ("user", "assistant")
            and isinstance(t["text"], str) and t["text"].strip() for t in turns
        )  # fmt: skip
        if not fits:
            say(
                file,
                "must be text, or a list of turns with role (user, assistant) and text",
                id=case.id,
                column="input",
            )


def _copies(file: str, cases: Sequence[Case], say: CaseProblemReporter) -> None:
    by_text: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        if isinstance(case.input, str):
            by_text[bare(case.input)].append(case.id)
    copies = [names for names in by_text.values() if len(names) > 1]
    for names in copies[:_NAMED]:
        say(file, f"the same text as {first_few(names[:1])}; a copy counts the same case twice", id=names[1],
            column="input", warning=True)  # fmt: skip
    if len(copies) > _NAMED:
        say(file, f"{len(copies) - _NAMED} more texts stand in it more than once", warning=True)


def _groups(file: str, cases: Sequence[Case], say: CaseProblemReporter) -> None:
    """Groups that differ by case or spaces alone are taken as one, and named."""
    spelled: dict[str, dict[str, str]] = defaultdict(dict)
    for case in cases:
        if case.group:
            spelled[bare(case.group)].setdefault(case.group, case.id)
    for ways in spelled.values():
        if len(ways) > 1:
            first, second = [*ways][:2]
            say(
                file, f"{quote(second)} and {quote(first)} are taken as one group; write it one way",
                id=ways[second], column="group", warning=True,
            )  # fmt: skip


def _documents(task: EvaluationTask, file: str, cases: Sequence[Case], say: CaseProblemReporter) -> None:
    if not task.documents:
        return
    for case in cases:
        for name in case.documents:
            if name not in task.documents:
                near = did_you_mean(name, [*task.documents])
                say(file, f"{quote(name)} is no file of documents/{near}", id=case.id, column="documents")


def _leakage(task: EvaluationTask, say: CaseProblemReporter) -> None:
    usable = {id(case) for case in task.usable_train}
    lost = [case for case in task.train if id(case) not in usable]
    if lost:
        say(
            "train.jsonl",
            f"{len(lost)} of {len(task.train)} training cases share a group or the text with a case that is scored"
            f" ({first_few(case.id for case in lost)}); nothing learns from them",
            id=lost[0].id, warning=True,
        )  # fmt: skip


def _setup(task: EvaluationTask, scorer: Scorer, say: CaseProblemReporter) -> None:
    setup, recorded = task.setup, [*task.recorded]
    if setup.metric is not None and setup.metric not in scorer.metrics:
        near = did_you_mean(setup.metric, [*scorer.metrics])
        say("task.yaml", f"{quote(setup.metric)} is no metric of {scorer.name}{near}", column="metric")
    if setup.in_use is not None and setup.in_use not in recorded:
        near = did_you_mean(setup.in_use, recorded)
        say("task.yaml", f"{quote(setup.in_use)} has no file in predictions/{near}", column="in_use")
    if setup.prompt and not task.prompt:
        say("task.yaml", f"{quote(setup.prompt)} is no text file of this folder", column="prompt")
    for place, contrast in enumerate(setup.contrasts):
        if contrast.first == contrast.second:
            say("task.yaml", "compares a system with itself", column=f"contrasts[{place}]")
    for name in setup.systems:
        if name not in recorded:
            say("task.yaml", f"{quote(name)} has no file in predictions/", column="systems", warning=True)


def _answers(task: EvaluationTask, system: str, say: CaseProblemReporter) -> None:
    file, rows = f"predictions/{system}.jsonl", task.recorded[system]
    ids = dict.fromkeys(case.id for case in task.cases)
    for (name, run), count in Counter((row.id, row.run) for row in rows).items():
        if count > 1:
            say(file, f"{quote(name)} is answered {count} times in run {run}", id=name, column="id")
    for row in rows:
        if row.id not in ids:
            say(
                file,
                f"{quote(row.id)} is no id of cases.jsonl{did_you_mean(row.id, ids)}",
                id=row.id,
                column="id",
            )
    runs = sorted({row.run for row in rows})
    for run in runs:
        which = f"run {run}: " if len(runs) > 1 else ""
        answered = {row.id for row in rows if row.run == run}
        missing = [name for name in ids if name not in answered]
        if missing:
            say(
                file, f"{which}{len(missing)} of {len(ids)} cases have no line and count as wrong:"
                f" {first_few(missing)}", warning=True,
            )  # fmt: skip
