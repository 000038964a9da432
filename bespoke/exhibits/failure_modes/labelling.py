"""Who gave the labels, and what they are worth."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.failure_modes import FailureModes
from bespoke.exhibits.display_names import share_with_limits
from bespoke.show import Column, columns
from bespoke.show.numbers import decimal, percent
from bespoke.show.style import FAMILY_NAME

FEWEST_JUDGED = 5  # rows a judge labelled, below which a share of them says nothing


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
                    share_with_limits(f.corrected) if f.corrected else "not shown: below the floor",
                )
                for f in check.families
            ],
            label=f"tbl-failures-judge-{index}",
            caption=f"What the labels of {check.judge} are worth: {len(check.trusted)} of "
            f"{len(check.families)} families reach {percent(check.floor)} against people",
            columns=(
                *columns(family="Family", n="It labelled"),
                *columns("percent", tpr="True cases found", tnr="Others left out"),
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
