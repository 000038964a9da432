"""What more notes, more training data or a model run would tell, and what it would cost."""

from __future__ import annotations

from bespoke import show
from bespoke.chapters.icd10_evaluation.result import Icd10Evaluation
from bespoke.exhibits.display_names import count, share_limits
from bespoke.exhibits.icd10_evaluation.icd10_wording import limits, nearest_rival, sentence_case, title
from bespoke.show import Column, columns
from bespoke.show.numbers import USD, decimal, money, percent


def power_text(result: Icd10Evaluation) -> None:
    """What these notes can and cannot show."""
    power, rival = result.power, nearest_rival(result)
    if rival is None:
        show.text(
            "With one system there is no difference to find; a second makes the power of these notes known."
        )
        return
    pair = (sentence_case(title(result, rival.first)), sentence_case(title(result, rival.second)))
    if power.detectable_primary is None:
        found = "Too few notes separate the two to find any difference in the primary diagnosis"
    else:
        found = (
            f"With that, a true difference of {decimal(100 * power.detectable_primary)} points in the primary "
            "diagnosis is found four times in five"
        )
    show.text(
        "On {share} of the notes just one of the two best systems ({first}, {second}) has the primary diagnosis "
        "right. {found}, looked at alone and with that share of disagreement, which the next pair may not have; "
        "smaller ones mostly escape. In micro-F1 the mark is {f1} for this pair alone and {among} among all pairs, "
        "as the verdicts are given. A verdict of “not separable” below these marks says that the notes are too few, "
        "not that the systems are equal ([notes needed](#tbl-icd10-power)).",
        share=percent(power.discordant or 0.0), first=pair[0], second=pair[1], found=found,
        f1=decimal(power.detectable_f1 or 0.0, 2), among=decimal(power.detectable_f1_among_all or 0.0, 2),
    )  # fmt: skip


def power_table(result: Icd10Evaluation) -> None:
    """Notes needed before anything is spent."""
    table = result.power.table
    shares = sorted({row.discordant for row in table})
    needed = {(row.difference, row.discordant): row.notes for row in table}
    rows = [(d, *(needed[d, share] for share in shares)) for d in sorted({row.difference for row in table})]
    enough = sum(row.notes <= result.notes for row in table)
    show.table(
        rows,
        label="tbl-icd10-power",
        caption=f"The {decimal(result.notes)} notes at hand are enough in {enough} of these {len(table)} cases: "
        "notes needed to find a paired difference with 80% power",
        columns=(
            Column(key="difference", title="True difference", format="percent"),
            *(
                Column(key=f"notes_{i}", title=f"{percent(share)} of notes discordant", format="integer")
                for i, share in enumerate(shares)
            ),
        ),
        source="Connor 1987; two-sided 5% level; independent notes",
    )


def quote_text(result: Icd10Evaluation) -> None:
    """That Claude was not run, and what would change that."""
    if not result.not_run:
        show.text("Every declared Claude strategy has been run on these notes; what they cost stands above.")
        return
    others = any(s.kind == "claude" for s in result.ran)
    priced = [s.quote for s in result.not_run if s.quote]
    if not priced:
        show.callout(
            "{n} **not run**, and no quote is possible: the client folder names no extraction task with a "
            "priced model.",
            tone="missing", n=_unrun(result, others),
        )  # fmt: skip
        return
    show.callout(
        "{n} **not run**: nothing was sent to a model for them. Running {them} once on these {notes} notes with "
        "{model} would cost about {usd}, at most {high} under the widest assumptions ([quote](#tbl-icd10-quote)).",
        tone="missing",
        n=_unrun(result, others),
        them="it" if len(priced) == 1 else "these too" if others else "all of them",
        notes=result.notes, model=priced[0].model, usd=money(sum(q.usd for q in priced), USD),
        high=money(sum(q.usd_high for q in priced), USD),
    )  # fmt: skip


def _unrun(result: Icd10Evaluation, others: bool) -> str:
    further = "further " if others else ""
    n = len(result.not_run)
    return f"{count(n, f'{further}Claude strategy', f'{further}Claude strategies')} {'was' if n == 1 else 'were'}"


def quote_table(result: Icd10Evaluation) -> None:
    """The rungs that were not run, with their price on these notes."""
    quoted = [(s.title, s.quote) for s in result.not_run if s.quote]
    if not quoted:
        return
    total = sum(q.usd for _, q in quoted)
    show.table(
        [
            (t, "not run", q.requests, q.input_tokens, q.output_tokens, q.usd, q.usd_high, q.usd_batch)
            for t, q in quoted
        ],
        label="tbl-icd10-quote",
        caption=f"{count(len(quoted), 'Claude strategy', 'Claude strategies')} not yet run on these notes would cost "
        f"about {money(total, USD)} with {quoted[0][1].model}",
        columns=(
            *columns(rung="Strategy", status="Status"),
            *columns("integer", requests="Requests", input="Input tokens, estimated"),
            Column(key="output", title="Output tokens, estimated", format="integer"),
            *columns("money", unit="USD", digits=2, usd="Cost", high="At most", batch="As a batch"),
        ),
        source="tokens from characters, assumed prompt sizes in the fact table evidence; prices without caching",
    )


def claims_text(result: Icd10Evaluation) -> None:
    """What the claims leave open, beside the client's own result."""
    for claim in result.claims:
        low, high = claim.notes_to_detect
        n, interval = claim.intervals[0]
        show.text(
            "“{name}: {before} to {after}” states no number of notes. A gain that large shows on {low} to {high} "
            "paired notes, so a pilot can find it; but knowing {after} to three points takes {precise} notes, and on "
            "{n} notes it would read {limits} ([claims](#tbl-icd10-claims)).",
            name=claim.name, before=decimal(claim.before, 2), after=decimal(claim.after, 2), low=low, high=high,
            precise=claim.notes_within_3_points, n=n, limits=limits(interval),
        )  # fmt: skip


def claim_table(result: Icd10Evaluation) -> None:
    """Claims and the notes they would need."""
    if not result.claims:
        return
    sizes = [n for n, _ in result.claims[0].intervals]
    show.table(
        [
            (c.name, f"{decimal(c.before, 2)} to {decimal(c.after, 2)}", *c.notes_to_detect, c.notes_within_3_points,
             *(limits(interval) for _, interval in c.intervals))
            for c in result.claims
        ],
        label="tbl-icd10-claims",
        caption="The claimed gains give no number of notes; these are the numbers they would need",
        columns=(
            *columns(claim="Claim", values="Before to after"),
            *columns("integer", least="Notes to detect, least", most="Notes to detect, independent errors"),
            Column(key="precise", title="Notes to know it to 3 points", format="integer"),
            *(Column(key=f"n_{n}", title=f"Interval at n = {decimal(n)}") for n in sizes),
        ),
        source=f"{result.claims[0].source}; the score taken as a share of notes",
    )  # fmt: skip


def precedent_table(result: Icd10Evaluation) -> None:
    """Published results beside the client's own best."""
    best = result.system(result.best) if result.best else None
    own = best.micro_f1 if best else None
    rows: list[tuple[str, float, int | None, str, str]] = [
        (p.what, p.share, p.notes, share_limits(p.interval), p.source) for p in result.precedents
    ]
    if best and own:
        rows.append(
            (
                f"These notes: {best.title}, micro-F1",
                own.estimate,
                result.notes,
                share_limits(own),
                "this chapter",
            )
        )
    rows.sort(key=lambda row: -row[1])
    show.table(
        rows,
        label="tbl-icd10-precedents",
        caption="Published results are from other notes and codes: they bound what to expect, they are not "
        "a comparison",
        columns=(
            Column(key="what", title="Result"),
            Column(key="score", title="Score", format="percent", digits=1),
            Column(key="notes", title="Notes", format="integer"),
            *columns(limits="95% interval", source="Source"),
        ),
        source="intervals of published scores: Wilson, the score taken as a share of notes",
        emphasis=[i for i, row in enumerate(rows) if row[4] == "this chapter"],
    )
