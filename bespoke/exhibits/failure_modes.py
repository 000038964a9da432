"""Chapter 2 on the page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bespoke import show
from bespoke.advice.routes import remedies
from bespoke.chapters.failure_modes import FailureModes, FamilyRate
from bespoke.show import Column
from bespoke.show.numbers import decimal, percent
from bespoke.show.style import BLUE, FAMILY, FAMILY_NAME, INK, MUTED

ROUTE_WORDS = {
    "structured_output": "structured output", "few_shot": "few-shot examples", "glossary": "glossary",
    "prompt_engineering": "explicit rules in the prompt", "rag": "retrieval (RAG)",
    "extended_thinking": "extended thinking", "generator_critic": "generator and critic",
    "operator_configuration": "operator configuration",
}  # fmt: skip


FEWEST_JUDGED = 5  # rows a judge labelled, below which a share of them says nothing


def finding(result: FailureModes) -> None:
    """The leading families and what they share."""
    mapped = [row for row in result.families if row.family != "unmapped"]
    if not mapped:
        show.finding("None of the {n} failing outputs can be put in a family yet", n=result.n)
        return
    lead = mapped[:2]
    share = sum(row.count for row in lead) / result.n
    names = " and ".join(FAMILY_NAME[row.family].lower() for row in lead)
    verb = "make" if len(lead) > 1 else "makes"
    show.finding(
        "{names} {verb} up {share} of {n} failing outputs",
        names=names[0].upper() + names[1:], verb=verb, share=percent(share), n=result.n,
    )  # fmt: skip


def pareto(result: FailureModes) -> None:
    """Families by share, with intervals."""
    rows = result.families
    first = rows[0]
    show.figure(
        _draw_pareto,
        rows,
        label="fig-failures-pareto",
        caption=f"{FAMILY_NAME[first.family]} leads with {percent(first.share.estimate)} "
        f"({percent(first.share.low)} to {percent(first.share.high)}) of failing outputs",
        alt="Bar chart of failure families by share of failing outputs: "
        + "; ".join(
            f"{FAMILY_NAME[r.family]} {decimal(r.count)} of {decimal(result.n)}, {percent(r.share.estimate)}"
            for r in rows
        ) + ".",
        source="failures.csv, codes.csv; Wilson intervals",
    )  # fmt: skip


def _draw_pareto(rows: Sequence[FamilyRate]) -> Any:
    figure, axes = show.new_figure(0.7 + 0.3 * len(rows))
    for y, row in enumerate(reversed(rows)):
        axes.barh(y, row.share.estimate, height=0.62, color=FAMILY[row.family])
        axes.plot([row.share.low, row.share.high], [y, y], color=INK, lw=1.1)
        axes.annotate(
            f"{percent(row.share.estimate)}  ({decimal(row.count)})", (row.share.high, y), (5, 0),
            textcoords="offset points", va="center",
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), [FAMILY_NAME[row.family] for row in reversed(rows)])
    axes.set_xlim(0, min(1.0, max(row.share.high for row in rows) * 1.25))
    axes.xaxis.set_major_formatter(lambda x, _: percent(x))
    axes.set_xlabel("share of failing outputs, with 95% interval")
    return figure


def separation(result: FailureModes) -> None:
    """Whether the first family is really first."""
    mapped = [row for row in result.families if row.family != "unmapped"]
    if len(mapped) < 2:
        return
    first, second = mapped[0], mapped[1]
    if first.share.overlaps(second.share):
        show.text(
            "The intervals of **{a}** and **{b}** overlap ([shares](#fig-failures-pareto)): with {n} outputs their "
            "order is not settled, so the plan below treats both as leading.",
            a=FAMILY_NAME[first.family], b=FAMILY_NAME[second.family], n=result.n,
        )  # fmt: skip
    else:
        show.text(
            "**{a}** leads clearly: its interval lies above that of {b} ([shares](#fig-failures-pareto)).",
            a=FAMILY_NAME[first.family], b=FAMILY_NAME[second.family].lower(),
        )  # fmt: skip


def codes(result: FailureModes) -> None:
    """The client's own codes and where each was mapped."""
    show.table(
        [(row.code, row.count, FAMILY_NAME[row.family], row.given_by) for row in result.codes],
        label="tbl-failures-codes",
        caption=f"The client's {len(result.codes)} own codes and the family each belongs to",
        columns=(
            Column(key="code", title="Client's code"),
            Column(key="count", title="Outputs", format="integer"),
            Column(key="family", title="Family"),
            Column(key="by", title="Mapped by"),
        ),
        source="failures.csv, codes.csv",
    )


def heat_map(result: FailureModes) -> None:
    """Task by family counts."""
    families = [row.family for row in result.families]
    tasks = list(result.by_task)
    words = [
        f"{_name(result, task)}: " + ", ".join(f"{FAMILY_NAME[f].lower()} {n}" for f, n in counts.items())
        for task, counts in result.by_task.items()
    ]
    show.figure(
        _draw_heat_map,
        [FAMILY_NAME[family] for family in families],
        [_name(result, task) for task in tasks],
        [[result.by_task[task].get(family, 0) for family in families] for task in tasks],
        label="fig-failures-heat",
        caption=_heat_caption(result, tasks),
        alt="Heat map of failing outputs by task and family. " + ". ".join(words) + ".",
        source="failures.csv",
    )


def _draw_heat_map(families: Sequence[str], tasks: Sequence[str], counts: Sequence[Sequence[int]]) -> Any:
    """Failing outputs: a row for each task, a column for each family."""
    peak = max(max(row) for row in counts)
    figure, axes = show.new_figure(0.7 + 0.33 * len(tasks))
    axes.imshow(counts, cmap="Blues", vmin=0, vmax=peak * 1.15, aspect="auto")
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            colour = "white" if count > 0.6 * peak else INK if count else MUTED
            axes.text(x, y, str(count) if count else "·", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(families)), families)
    axes.set_yticks(range(len(tasks)), tasks)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _heat_caption(result: FailureModes, tasks: list[str]) -> str:
    """Tasks by what they mostly fail with, the largest group of tasks first."""
    groups: dict[str, list[str]] = {}
    for task in tasks:
        groups.setdefault(_top(result, task), []).append(_name(result, task))
    parts = [f"{' and '.join(names)}: mostly {family}" for family, names in groups.items()]
    return "; ".join(parts)


def _name(result: FailureModes, task: str) -> str:
    return result.task_names.get(task, task)


def _top(result: FailureModes, task: str) -> str:
    family = result.main_family(task)
    return FAMILY_NAME[family].lower() if family else "unmapped codes"


def agreement(result: FailureModes) -> None:
    """Two annotators: kappa with interval, and what follows."""
    found = result.agreement
    if found is None:
        show.callout(
            "No two annotators labelled the same outputs, so nothing says how stable these families are. "
            "Fill `label_1` and `label_2` for at least 50 outputs.",
            tone="missing",
        )
        return
    verdict = (
        "agree well enough to rely on the shares"
        if found.low >= result.kappa_wanted
        else "may agree well enough, but the interval reaches below the mark: label more outputs"
        if found.kappa >= result.kappa_wanted
        else "do not agree well enough: discuss the disagreements and sharpen the definitions first"
    )
    show.text(
        "Two annotators labelled {n} outputs independently: they gave the same family to {raw}, "
        "Cohen's kappa {kappa} (95% interval {low} to {high}; {wanted} or more counts as substantial). They {verdict}.",
        n=found.n, raw=percent(found.observed), kappa=decimal(found.kappa, 2), low=decimal(found.low, 2),
        high=decimal(found.high, 2), wanted=decimal(result.kappa_wanted, 2), verdict=verdict,
    )  # fmt: skip


def saturation(result: FailureModes) -> None:
    """Distinct codes over outputs read."""
    found = result.saturation
    if len(found.distinct) < 2:
        return
    last = len(found.distinct) - found.since_last_new
    state = "saturated" if found.reached else "not saturated"
    show.figure(
        _draw_saturation,
        found.distinct,
        last,
        label="fig-failures-saturation",
        caption=f"Reading is {state}: {decimal(found.since_last_new)} outputs since the last new code, "
        f"{decimal(found.wanted)} wanted",
        alt=f"Step curve of distinct codes over outputs read. It ends at {found.distinct[-1]} codes after "
        f"{len(found.distinct)} coded outputs; the last new code came at output {last}.",
        source="failures.csv; stopping rule after Husain and Shankar",
    )


def _draw_saturation(distinct: Sequence[int], last_new: int) -> Any:
    """Distinct codes after each coded output, and the output that brought the last of them."""
    figure, axes = show.new_figure(2.3)
    axes.step(range(1, len(distinct) + 1), distinct, where="post", color=BLUE)
    axes.axvline(last_new, color=MUTED, lw=0.9, ls=(0, (3, 3)))
    axes.annotate(
        "last new code", (last_new, distinct[-1] * 0.12), (-4, 0), textcoords="offset points",
        ha="right", color=MUTED,
    )  # fmt: skip
    axes.grid(axis="y", visible=True)
    axes.set_xlabel("coded outputs read, in the order of the file")
    axes.set_ylabel("distinct codes")
    axes.set_xlim(0, len(distinct) + 1)
    axes.set_ylim(0, distinct[-1] * 1.12)
    return figure


def labels(result: FailureModes) -> None:
    """Who gave the labels, and how the classifier did where one was used."""
    given = ", ".join(
        f"{decimal(n)} by {who}" for who, n in sorted(result.given_by.items(), key=lambda i: -i[1])
    )
    show.text("Of {n} labels, {given}.", n=result.n, given=given)
    if result.expects_json:
        show.text(
            "A schema check needs no judge: {broken} of the {n} outputs that should have been JSON could not be "
            "parsed as a JSON object or list.",
            broken=result.broken_json, n=result.expects_json,
        )  # fmt: skip
    check = result.classifier
    if check is None:
        return
    words = (
        "better than always naming the most frequent family ({share}), so it labelled the {labelled} still open"
        if check.used
        else "not separable from always naming the most frequent family ({share}), so it labelled nothing"
    )
    show.text(
        "A classifier learnt from the labelled rows was right on {acc} of rows it had not seen "
        f"(95% interval {{low}} to {{high}}, n = {{n}}): {words}.",
        acc=percent(check.accuracy.estimate), low=percent(check.accuracy.low), high=percent(check.accuracy.high),
        n=check.n, share=percent(check.majority_share), labelled=check.labelled,
    )  # fmt: skip


def judges(result: FailureModes) -> None:
    """Labels no person gave: the judge's hit rates, its shares corrected by them, and the confusion behind them."""
    worth_showing = [check for check in result.judges if check.families[0].of >= FEWEST_JUDGED]
    for index, check in enumerate(worth_showing, start=1):
        show.table(
            [
                (
                    FAMILY_NAME[f.family], f"{decimal(f.judged)} of {decimal(f.of)}",
                    f.true_positive_rate, f.true_negative_rate,
                    f"{percent(f.corrected.estimate)} ({percent(f.corrected.low)} to {percent(f.corrected.high)})"
                    if f.corrected else "not shown: below the floor",
                )
                for f in check.families
            ],
            label=f"tbl-failures-judge-{index}",
            caption=f"What the labels of {check.judge} are worth: {len(check.trusted)} of "
            f"{len(check.families)} families reach {percent(check.floor)} against people",
            columns=(
                Column(key="family", title="Family"),
                Column(key="n", title="It labelled"),
                Column(key="tpr", title="True cases found", format="percent"),
                Column(key="tnr", title="Others left out", format="percent"),
                Column(key="share", title="Share after correction", unit="95% interval"),
            ),
            source=f"{check.held_out} rows that people labelled too; correction after Rogan and Gladen 1978",
        )  # fmt: skip
    learnt = result.classifier
    if learnt is not None and learnt.used:
        show.table(
            [
                (FAMILY_NAME[family], *row)
                for family, row in zip(learnt.families, learnt.confusion, strict=True)
            ],
            label="tbl-failures-confusion",
            caption="The classifier on rows it had not seen: given family by row, what it said by column",
            columns=(
                Column(key="given", title="Given"),
                *(Column(key=f, title=FAMILY_NAME[f], format="integer") for f in learnt.families),
            ),
            source="5-fold cross-validation over the rows labelled by people, checks and words",
        )


def plan(result: FailureModes) -> None:
    """Remedies by the most they could gain."""
    show.table(
        [
            (
                _name(result, step.task_id), FAMILY_NAME[step.family],
                f"{decimal(step.failures)} of {decimal(step.of)}",
                None if step.gain is None else step.gain * 100,
                ROUTE_WORDS[step.remedy], ROUTE_WORDS[step.then],
            )
            for step in result.plan[:12]
        ],
        label="tbl-failures-plan",
        caption="What to try first: each family's remedy, by the most quality it could return",
        columns=(
            Column(key="task", title="Task"),
            Column(key="family", title="Family"),
            Column(key="n", title="Failures"),
            Column(key="gain", title="At most", unit="points of quality", format="decimal", digits=1),
            Column(key="first", title="First remedy"),
            Column(key="then", title="Then"),
        ),
        source="upper bound: the task's missing quality times the family's share of its failures",
    )  # fmt: skip


def families(result: FailureModes) -> None:
    """Definitions and check questions of the families that occur."""
    present = {row.family for row in result.families}
    show.table(
        [
            (row.name, row.definition, " ".join(row.asks), row.near_miss)
            for row in remedies()
            if row.family in present
        ],
        label="tbl-failures-families",
        caption="The remedy families that occur here, and the questions that recognise them",
        columns=(
            Column(key="name", title="Family"),
            Column(key="definition", title="What it is"),
            Column(key="asks", title="Check questions"),
            Column(key="near", title="Not to be confused"),
        ),
        source="source documents; Husain and Shankar",
    )
