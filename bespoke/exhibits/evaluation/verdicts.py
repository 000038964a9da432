"""Are the differences real, how small a one shows, and which cases need no person."""

from __future__ import annotations

from bespoke import show
from bespoke.evaluation.result import TaskEvaluation
from bespoke.exhibits.display_names import count, p_value, slug, with_ends
from bespoke.exhibits.evaluation.evaluation_wording import points, verdict
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal, percent

_SIGNAL = {
    "confidence": "its own confidence",
    "runs": "how far its runs agree",
    "systems": "whether the other recorded systems answer the same",
}


def contrast_table(task: TaskEvaluation) -> None:
    """The declared comparisons, then the best against the rest."""
    if not task.contrasts:
        return
    settled = sum(c.verdict in ("better", "worse") for c in task.contrasts)
    show.table(
        [
            (
                f"{task.system(c.first).title} against {task.system(c.second).title}",
                "asked for" if c.why == "declared" else "the best", points(c.interval), p_value(c.p),
                p_value(c.p_any), c.to_turn, verdict(c),
            )
            for c in task.contrasts
        ],
        label=f"tbl-evaluation-{slug(task.task_id)}-contrasts",
        caption=f"{task.name}: {settled} of {count(len(task.contrasts), 'difference')} can be told from "
        "chance",
        columns=(
            Column(key="pair", title="Pair"), Column(key="why", title="Why"),
            Column(key="difference", title="Difference in points (95%)"), Column(key="p", title="p, alone"),
            Column(key="p_any", title="p, among all pairs"),
            Column(key="turn", title="Wrong gold to turn it", format="integer"), Column(key="verdict", title="Verdict"),
        ),
        source="the same cases for both; p by exchanging the systems in whole groups; among all pairs: the largest "
        "difference of any two systems when none differs. Wrong gold: cases whose expected answer would have to "
        "be wrong",
    )  # fmt: skip


def power_text(task: TaskEvaluation) -> None:
    """What these cases can and cannot show."""
    power = task.power
    if power is None:
        return
    first, second = (task.system(name).title for name in power.pair)
    often = (
        f"On {percent(power.discordant)} of the cases just one of the two is right as a whole."
        if power.discordant is not None
        else ""
    )
    show.text(
        "Judged by how much {first} and {second} differ from case to case, a true difference of {alone} points would "
        "be found four times in five if that pair alone were looked at, and one of {among} points among all systems "
        "here. {often} Pairs that disagree more often need more. “Not separable” below these marks says that the "
        "cases are too few, not that the systems are equal.",
        first=first, second=second, alone=decimal(100 * power.alone, 1), among=decimal(100 * power.among_all, 1),
        often=often,
    )  # fmt: skip


def noise_text(task: TaskEvaluation) -> None:
    """What wrong expected answers would do to the order of the two nearest systems."""
    if task.power is None or not task.label_noise:
        return
    first, second = (task.system(name).title for name in task.power.pair)
    steps = ", ".join(
        f"{percent(step.same_order)} of the time with {percent(step.share)} of them wrong"
        for step in task.label_noise
    )
    show.text(
        "The expected answers are taken as right. If some are not, each counting for the wrong one of {first} "
        "and {second}, the order of the two stays as it is {steps}.",
        first=first, second=second, steps=steps,
    )  # fmt: skip


def review_table(task: TaskEvaluation) -> None:
    """The surest cases first: how many of them are right."""
    review = task.review
    if review is None:
        return
    system = task.system(review.system)
    half = min(review.points, key=lambda p: abs(p.share - 0.5))
    show.table(
        [(p.share, p.cases, *with_ends(p.accepted)) for p in review.points],
        label=f"tbl-evaluation-{slug(task.task_id)}-review",
        caption=f"{task.name}: of the surest {percent(half.share)} of the cases, {percent(half.accepted.estimate)} are "
        "right without review",
        columns=(
            Column(key="share", title="Surest cases", format="percent"),
            Column(key="cases", title="Cases", format="integer"),
            Column(key="right", title="Right as a whole", format="percent"),
            *columns("percent", unit="95% interval", low="Low", high="High"),
        ),
        source=f"{system.title}, ordered by {_SIGNAL[review.signal]}; chosen on the same cases, so a threshold taken "
        "from here should be confirmed on new ones",
    )  # fmt: skip
