"""The appendices: what every figure rests on, with its date."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from bespoke import show
from bespoke.chapters.cost_model import CostModel
from bespoke.clients.schema import Client, NegotiatedPrice
from bespoke.exhibits import unknown_inputs_note
from bespoke.facts.reader import EARLIEST, Fact, Facts, Sourced, value_rows
from bespoke.facts.value_text import value_text
from bespoke.show import Column, columns
from bespoke.show.filling import filled
from bespoke.show.numbers import day, exact

FACT_COLUMNS = (
    *columns(key="Fact", value="Value", kind="Kind", source="Source"),
    *columns("date", read="Read on", expires="Trusted until"),
)


def facts_used(facts: Facts, keys: Sequence[str]) -> None:
    """Every fact a chapter used, in force on the day, stale ones marked and named."""
    rows = [facts.fact(key) for key in keys if key in value_rows()]
    stale = [row.key for row in rows if row.stale(facts.as_of)]
    if stale:
        show.callout(
            "{n} of the facts used are past the day until which they were trusted, as of {day}: {keys}. "
            "Read them again before relying on what they carry.",
            tone="warning", n=len(stale), day=day(facts.as_of), keys=", ".join(stale),
        )  # fmt: skip
    else:
        show.text(
            "None of the {n} facts used is past its date as of {day}.", n=len(rows), day=day(facts.as_of)
        )
    published = [row for row in rows if row.kind not in ("assumed", "unpublished")]
    _fact_table(published, facts.as_of, "tbl-sources-facts", "Facts with a source outside this house")


def prices_used(facts: Facts, cost: CostModel, negotiated: Mapping[str, NegotiatedPrice]) -> None:
    """The token prices behind the cost chapter, one row per model, before batch and regional factors."""
    from importlib.metadata import version

    from bespoke.facts.price_book import is_known, tariff

    models = sorted({route.model for task in cost.tasks for route in task.routes if is_known(route.model)})
    rows = []
    for model in models:
        rates = tariff(model, facts.as_of, negotiated=negotiated, facts=facts).base
        own = any(key.rpartition(".")[0] == model for key in negotiated)
        rows.append((model, *(None if r is None else float(r) for r in (
            rates.input, rates.output, rates.cache_read, rates.cache_write_5m, rates.cache_write_1h
        )), "the client's own" if own else "published"))  # fmt: skip
    show.table(
        rows,
        label="tbl-sources-prices",
        caption=f"Token prices in force on {day(facts.as_of)}, USD per million tokens",
        columns=(
            Column(key="model", title="Model", format="code"),
            Column(key="in", title="Input", format="decimal", digits=3),
            *columns("decimal", digits=3, out="Output", read="Cache read", w5="Cache write, 5 min"),
            Column(key="w60", title="Cache write, 1 h", format="decimal", digits=3),
            Column(key="kind", title="Price is"),
        ),
        source=f"genai-prices {version('genai-prices')}; the client's own where it has some. Lowest tier shown",
    )


def routes_and_gates(facts: Facts) -> None:
    """The state of every route and the conditions asked of them, with where each was read."""
    from bespoke.advice.gates import Gate, gates
    from bespoke.advice.routes import Route, routes

    def condition(gate: Gate) -> str:
        required = gate.required(facts)
        return filled(gate.needs, value="" if required is None else exact(required))

    def state(route: Route) -> str:
        name = route.state.replace("_", " ")
        return name if route.since == EARLIEST else f"{name} since {day(route.since)}"

    def row(name: str, value: str, sourced: Sourced) -> tuple[str, ...]:
        return (name, value, *_sourced(sourced, facts.as_of))

    tail = FACT_COLUMNS[2:]
    show.table(
        [row(r.name, state(r), r) for r in routes(facts.as_of)],
        label="tbl-sources-routes",
        caption=f"The routes and their state on {day(facts.as_of)}",
        columns=(*columns(route="Route", state="State"), *tail),
    )
    show.table(
        [row(condition(g), g.gate, g) for g in gates()],
        label="tbl-sources-gates",
        caption="The conditions asked of the routes",
        columns=(
            Column(key="needs", title="Condition"),
            Column(key="gate", title="Gate", format="code"),
            *tail,
        ),
    )


def assumptions(facts: Facts, keys: Sequence[str]) -> None:
    """Every assumed and unpublished value some figure rests on: the assumptions log."""
    rows = [facts.fact(key) for key in keys if key in value_rows()]
    assumed = [row for row in rows if row.kind in ("assumed", "unpublished")]
    if not assumed:
        show.text("No figure rests on an assumed or unpublished value.")
        return
    show.text(
        "These {n} values are assumed, or nobody publishes them. Replace them with the client's own where a figure "
        "that rests on them decides anything.",
        n=len(assumed),
    )
    _fact_table(assumed, facts.as_of, "tbl-sources-assumed", "Assumed and unpublished values in use")
    if facts.overrides:
        show.table(
            [(n, exact(own), value_text(facts.fact(f"threshold.{n}"))) for n, own in facts.overrides.items()],
            label="tbl-sources-overrides",
            caption="Thresholds the client's folder overrides",
            columns=(
                Column(key="name", title="Threshold", format="code"),
                *columns(own="In this report", table="In the table"),
            ),
            source="the engagement",
        )  # fmt: skip


def _fact_table(rows: Iterable[Fact], as_of: date, label: str, caption: str) -> None:
    cells = [(row.key, f"{_value(row)} {_unit(row)}".strip(), *_sourced(row, as_of)) for row in rows]
    if cells:
        show.table(cells, label=label, caption=caption, columns=FACT_COLUMNS)


def _sourced(row: Sourced, as_of: date) -> tuple[str, ...]:
    kind = f"{row.kind}, stale" if row.stale(as_of) else row.kind
    return (kind, row.source, row.read_on.isoformat(), row.expires.isoformat())


def _value(fact: Fact) -> str:
    """A fact's value in the report's own way of writing dates."""
    return day(fact.value) if isinstance(fact.value, date) else value_text(fact)


def _unit(fact: Fact) -> str:
    """A unit behind its value; a date, a model and the like say themselves what they are."""
    return "" if isinstance(fact.value, date | str | bool) else fact.unit


def data_log(client: Client, digests: Mapping[str, str]) -> None:
    """Every client file this report was made from, by name, size in rows and hash."""
    rows = [(name, _rows(client, name), digest[:16]) for name, digest in sorted(digests.items())]
    show.table(
        rows,
        label="tbl-sources-data",
        caption="The client files behind this report",
        columns=(
            Column(key="file", title="File", format="code"),
            Column(key="rows", title="Records", format="integer"),
            Column(key="hash", title="SHA-256, first 16", format="code"),
        ),
        source="the client folder on the day of the run",
    )
    unknown_inputs_note.table(client)


def _rows(client: Client, name: str) -> int | None:
    counts: dict[str, Sequence[object] | None] = {
        "tasks.csv": client.tasks,
        "failures.csv": client.failures,
        "codes.csv": client.codes,
        "phases.csv": client.phases,
        "usage.json": [source for task in (client.usage or {}).values() for source in task.sources],
        "evaluation/notes.jsonl": client.notes,
        f"{client.notes_in}/train.jsonl": client.train,
    }
    for system, predictions in (client.predictions or {}).items():
        counts[f"{client.notes_in}/predictions/{system}.jsonl"] = predictions
    for task in client.evaluated:
        folder = f"evaluation/{task.task_id}"
        counts |= {f"{folder}/cases.jsonl": task.cases, f"{folder}/train.jsonl": task.train}
        counts |= {f"{folder}/grades.csv": task.grades}
        counts |= {f"{folder}/predictions/{name}.jsonl": rows for name, rows in task.recorded.items()}
    found = counts.get(f"{name.removesuffix('.xlsx')}.csv" if name.endswith(".xlsx") else name)
    return len(found) if found is not None else None


METHODS = (
    ("Interval of a proportion", "Wilson score interval at 95%", "Wilson 1927, JASA 22, 209-212"),
    ("Agreement of two annotators", "Cohen's kappa, standard error of Fleiss, Cohen and Everitt",
     "Cohen 1960; Fleiss, Cohen and Everitt 1969"),
    ("Interval of a score over cases, and of the difference of two",
     "Wilson's for the effective number of cases by a jackknife over groups, with Student's t; the difference "
     "from both intervals and their correlation; coverage checked by simulation",
     "Korn and Graubard 1998; Franco et al. 2019; Newcombe 1998; Miller 2024, arXiv 2411.00640"),
    ("Interval of macro-F1 over coded notes",
     "delete-one-cluster jackknife with Student's t, for the score expected on as many notes again",
     "Tukey 1958; Efron and Stein 1981; coverage checked by simulation"),
    ("Two systems on the same cases",
     "exchange of the systems in whole groups; the verdict by the largest studentised difference of any pair when "
     "none differs; on the primary diagnosis the exact sign-flip test, McNemar's where every note stands alone, "
     "with Holm", "Pitman 1937; Westfall and Young 1993; McNemar 1947; Holm 1979"),
    ("Cache hit rate", "1 - exp(-rate x time to live): a hit refreshes the entry, arrivals are Poisson",
     "own derivation, checked by simulation"),
    ("Cost ranges", "P10, P50 and P90 over draws of every uncertain input", "GAO-20-195G, cost estimating guide"),
    ("Durations", "three-point estimates, PERT or triangular, correlated, simulated over the network of phases",
     "GAO-16-89G, schedule assessment guide"),
    ("Quality after a step",
     "share of each failure family that the step removes (low, likely, high), over the families counted; the chance "
     "of the target is that of a triangular distribution over the three",
     "table of effects, each row with its source"),
    ("Order of the steps",
     "cheap tests before builds; within each, the lowest price of reaching the target (test over chance, roll-out, "
     "a year of what it adds to the bill), or the highest reservation value where an output's worth is stated",
     "Simon and Kadane 1975, Artificial Intelligence 6, 235-247; Weitzman 1979, Econometrica 47(3), 641-654"),
)  # fmt: skip


def methods() -> None:
    """Method of every kind of figure, with its source."""
    show.table(
        METHODS,
        label="tbl-sources-methods",
        caption="How each kind of figure was computed",
        columns=columns(what="Figure", how="Method", source="Source"),
    )


IN_SHORT = """- **Evidence.** Every input has a grade: measured on the client's own cases, counted in the client's \
files, stated by the client, unknown. The better grade is used everywhere, and what does not fit together is said.
- **Quality.** Scores stand with the interval in which the same test on other cases of the same kind would plausibly \
fall. What a step does to quality comes from published effects until it is measured on the client's own cases.
- **Order.** What is cheap and can be undone comes before what is dear and final. Within that, the next is the one \
with the lowest price of reaching the target, or the highest worth where the client has said what an output is worth.
- **Money.** Every request is priced on its own. Inputs that nobody knows exactly are drawn from their ranges; the \
figures are expected values, which add up, and ranges hold eight outcomes in ten.
- **Dates.** The days of each step are simulated on the client's working calendar. A date with 80% confidence holds in \
eight runs of ten.
- **Sources.** Prices, limits and effects are facts with a source and a day until which they are trusted."""


def method_text(facts: Facts, keys: Sequence[str]) -> None:
    """How the figures came about, in half a page, and how fresh the facts are."""
    rows = [facts.fact(key) for key in keys if key in value_rows()]
    stale = sum(row.stale(facts.as_of) for row in rows)
    show.text(IN_SHORT)
    show.text(
        "{stale} of the {n} facts used {are} past that day as of {day}. Methods with their literature ([Methods]"
        "(#app-methods)), every source ([Sources](#app-sources-and-dates)) and every assumption ([Assumptions]"
        "(#app-assumptions-log)) stand in the evidence volume.",
        stale=stale if stale else "None", n=len(rows), are="is" if stale < 2 else "are", day=day(facts.as_of),
    )  # fmt: skip


GLOSSARY = (
    ("A/B test", "two versions answer live requests side by side, which request goes to which decided by chance"),
    ("Accepted output", "an output a user would take as it is"),
    ("Batch", "requests that may wait up to a day, at a lower price"),
    ("Extended thinking", "the model works the case through in words, paid as output, before it answers"),
    ("Family of failures", "one of seven groups of failures for which the same is tried first"),
    ("Few-shot", "a handful of worked examples in the prompt"),
    ("Flip point", "the smallest change of one input that changes the first step or the likely end"),
    ("Generator and critic", "one request answers, a second one checks the answer and has it mended"),
    ("LoRA", "low-rank adaptation: tuning a small number of added weights of an open model"),
    ("macro-F1", "found and right against missed and wrong for each label, then the mean: rare ones count in full"),
    ("micro-F1", "found and right against missed and wrong, over all answers at once"),
    ("Operator configuration", "rules of behaviour and limits, set once for all requests of the task"),
    ("Option", "one way of customising, alone or with others in a step: also called a route"),
    ("P10, P50, P80, P90", "the value that 10, 50, 80 or 90 of 100 simulated outcomes stay below"),
    ("Probably ends at", "the step by which the target is reached as likely as not, or the last one worth taking"),
    ("Prompt caching", "reading the unchanged front of a prompt at a fraction of its price"),
    ("Provisioned Throughput", "model capacity rented by the hour, used or not"),
    ("RAG", "retrieval-augmented generation: the passages that hold the answer are put into the prompt"),
    ("SFT", "supervised fine-tuning: training a model's weights on pairs of input and wanted output"),
    ("Step", "what a plan does at one time: options that are tried and judged together"),
    ("Structured output", "the answer is held to a form that a program can read"),
    ("TTL", "time to live: how long a cached prefix is kept without use"),
)  # fmt: skip


def glossary() -> None:
    """Terms of the report."""
    show.table(
        GLOSSARY,
        label="tbl-sources-glossary",
        caption="Terms as this report uses them",
        columns=columns(term="Term", meaning="Meaning"),
        glossary=True,
    )
