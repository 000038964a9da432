"""One task after the other, each with the same questions: how good, is it real, where is it hard, what next."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.evaluation import Evaluation
from bespoke.evaluation.result import TaskEvaluation
from bespoke.exhibits.display_names import count, metric_name
from bespoke.exhibits.evaluation.case_by_case import cases
from bespoke.exhibits.evaluation.detail import show_detail
from bespoke.exhibits.evaluation.evaluation_wording import score, with_limits
from bespoke.exhibits.evaluation.system_ladder import consumption_table, forest, ladder_table
from bespoke.exhibits.evaluation.verdicts import contrast_table, noise_text, power_text, review_table
from bespoke.exhibits.masking_note import masked_text
from bespoke.show.numbers import decimal


def tasks(result: Evaluation) -> None:
    """Every task that has cases."""
    for task in result.tasks:
        setting(task)
        forest(task)
        ladder_table(task)
        contrast_table(task)
        power_text(task)
        noise_text(task)
        for detail in task.details:
            show_detail(task, detail)
        masked_text(task.masked)
        review_table(task)
        consumption_table(task)
        cases(task)


def setting(task: TaskEvaluation) -> None:
    """What was evaluated, and what stands between these numbers and a claim."""
    show.text("## {name}", name=task.name)
    show.text(
        "{cases} of kind “{kind}”, {groups}, scored by {metric}: {words}. {more}",
        cases=count(task.cases, "case"), kind=task.kind_of_task,
        groups=f"in {count(task.groups, 'group')}" if task.groups < task.cases else "each independent",
        metric=metric_name(task.metric), words=task.metric_words,
        more=_more(task),
    )  # fmt: skip
    _doubts(task)


def _more(task: TaskEvaluation) -> str:
    parts = (
        f"What learns, learnt from {count(task.train, 'other case')}." if task.train else "",
        f"It answers from {count(task.documents, 'document')}." if task.documents else "",
        f"Two people agree to {with_limits(task.ceiling, task.metric)}: above that, a difference cannot be seen."
        if task.ceiling
        else "",
        f"A person takes {decimal(task.minutes_per_case, 1)} minutes for a case."
        if task.minutes_per_case
        else "",
    )
    return " ".join(filter(None, parts))


def _doubts(task: TaskEvaluation) -> None:
    doubts = (
        (task.left_out_of_training and count(task.left_out_of_training, "training case"),
         "{n} were left out because they share a group or the text with a case that is scored: learning from them "
         "would have inflated every score."),
        (task.copies and count(task.copies, "case"),
         "{n} have a text that another case has too: the figures count it twice."),
        (task.published,
         "These cases can be found in public. A model may have learnt them: its score here is an upper bound of "
         "what it does on cases that nobody has published."),
        (task.used_before,
         "A system was chosen or tuned by looking at these cases. Its score here is flattered; cases that nobody "
         "has seen would show by how much."),
    )  # fmt: skip
    for found, doubt in doubts:
        if found:
            show.callout(doubt, tone="warning", n=found)
    for system in task.systems:
        o = system.outcomes
        parts = [
            (o.missing, "without a line"), (o.schema_broken, "not in the form asked for"), (o.refused, "refused"),
            (o.too_long, "not asked, since they do not fit the model's context"),
        ]  # fmt: skip
        wrong = [f"{decimal(n)} {words}" for n, words in parts if n]
        if wrong:
            show.callout(
                "{title}: {what}. They count as wrong.",
                tone="warning",
                title=system.title,
                what=", ".join(wrong),
            )
        if o.not_measured:
            show.callout(
                "{title}: {n} not measured (lost on the way, held back or not asked). They do not count; asking again "
                "would complete it.",
                tone="warning", title=system.title, n=count(o.not_measured, "answer was", "answers were"),
            )  # fmt: skip
    if task.not_contrasted:
        show.callout(
            "task.yaml asks for a comparison with {names}, of which there are no answers yet.",
            tone="missing", names=", ".join(dict.fromkeys(task.not_contrasted)),
        )  # fmt: skip
    if task.best and task.best_interval and len(task.systems) > 1:
        best = task.system(task.best)
        show.text(
            "{title} scores highest: {score}. Being chosen among {n} systems flatters it a little: allowing for the "
            "choice, {wide}.",
            title=best.title, score=with_limits(best.quality, task.metric), n=len(task.systems),
            wide=f"{score(task.best_interval.low, task.metric)} to {score(task.best_interval.high, task.metric)}",
        )  # fmt: skip
