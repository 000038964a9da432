"""The whole chapter on small client folders: what it computes, refuses to claim, and shows."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bespoke import show
from bespoke.chapters.icd10_evaluation import Icd10Evaluation, compute
from bespoke.chapters.icd10_evaluation.result import System
from bespoke.chapters.icd10_evaluation.rung_comparison import verdict
from bespoke.clients.schema import (
    Annotation,
    ClaudeAccount,
    Client,
    Engagement,
    EvaluationRun,
    Evidence,
    Fields,
    Note,
    Prediction,
    QuotedCost,
    Rates,
    Task,
    Usage,
)
from bespoke.exhibits import icd10_evaluation as exhibit
from bespoke.exhibits.icd10_evaluation import rung_costs
from bespoke.facts.reader import Facts
from bespoke.statistics.clusters import ScoreDifference
from bespoke.statistics.interval import Interval
from bespoke.workbook import Exhibits

AS_OF = date(2026, 11, 20)
FINDINGS = {
    "essential hypertension": "I10", "type 2 diabetes with hyperglycemia": "E11.65", "mixed "
    "hyperlipidemia": "E78.2",
    "acute cough": "R05.1", "low back pain": "M54.50", "gout of the right ankle": "M10.071",
    "hypothyroidism": "E03.9", "iron deficiency anemia": "D50.9",
}  # fmt: skip


def written(count: int, prefix: str, seed: int) -> tuple[Note, ...]:
    """Notes that name two findings and deny a third, with evidence."""
    draw = random.Random(seed)
    notes = []
    for i in range(count):
        first, second, denied = draw.sample(sorted(FINDINGS), 3)
        text = f"Visit {prefix}{i}: {first}, worse this week. Also {second}. No {denied}."
        evidence = [
            Evidence(code=FINDINGS[f], text=f, start=text.index(f), end=text.index(f) + len(f))
            for f in (first, second)
        ]
        gold = Fields(
            diagnosis_icd10=(FINDINGS[first], FINDINGS[second]), symptoms=("fatigue",), follow_up_date=AS_OF
        )
        notes.append(
            Note(id=f"{prefix}{i}", group=f"{prefix}{i // 2}", text=text, gold=gold, evidence=tuple(evidence))
        )
    return tuple(notes)


def client(**parts: Any) -> Client:
    engagement = Engagement(
        client="Test", prepared_by="Test", as_of=AS_OF, start=AS_OF, country="US",
        rates=Rates(consultant_day=Decimal(1000), annotator_hour=Decimal(50)),
        annotation=Annotation(examples_per_hour=10, annotators=2, review_rounds=1),
        evaluation=EvaluationRun(deidentified=True),
    )  # fmt: skip
    task = Task(
        task_id="t1", name="Notes", kind="extraction", requests_per_day=100, peak_to_mean=2,
        system_tokens=500,
        input_tokens=500, output_tokens=200, model="claude-haiku-4-5", metric="F1",
    )  # fmt: skip
    given = {"notes": written(40, "N", 1), "train": written(60, "T", 2), "tasks": (task,), **parts}
    return Client(name="test", folder=Path(), engagement=engagement, failures=(), **given)


def evaluated(**parts: Any) -> Icd10Evaluation:
    found = compute(client(**parts), Facts(as_of=AS_OF), resamples=300)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def result() -> Icd10Evaluation:
    return evaluated(predictions={"today_{x}$1$": predictions(written(40, "N", 1))})


def predictions(notes: tuple[Note, ...]) -> tuple[Prediction, ...]:
    """The gold for most notes; one missing, one broken, one with codes that cannot be billed."""
    usage = Usage(input_tokens=1000, output_tokens=100)
    recorded = [
        Prediction(id=n.id, prediction=n.gold, usage=usage, latency_ms=100.0 + i) for i, n in enumerate(notes)
    ]
    recorded[1] = Prediction(id=notes[1].id, prediction=None)
    wrong = Fields(diagnosis_icd10=("e1165", "E11", "Z99.999", "sepsis"))
    recorded[2] = Prediction(id=notes[2].id, prediction=wrong, usage=usage, latency_ms=900.0)
    return tuple(recorded[1:])


def test_without_notes_there_is_no_chapter() -> None:
    assert compute(client(notes=None), Facts(as_of=AS_OF)) is None


def test_the_ladder_runs_in_order_and_the_claude_rungs_are_quoted_not_run(result: Icd10Evaluation) -> None:
    assert [s.name for s in result.ran] == ["most_frequent", "lexical", "linear", "mentions", "today_{x}$1$"]
    assert all(s.kind == "claude" and s.quote and s.scores is None for s in result.not_run)
    assert {s.name for s in result.not_run} >= {
        "zero_shot",
        "few_shot",
        "rag",
        "thinking",
        "generator_critic",
    }


def test_the_dictionary_reads_these_notes_and_the_commonest_codes_do_not(result: Icd10Evaluation) -> None:
    dictionary, frequent = result.system("mentions").micro_f1, result.system("most_frequent").micro_f1
    assert dictionary is not None
    assert frequent is not None
    assert dictionary.estimate > 0.95 > frequent.high
    decoys = next(s for s in result.system("mentions").slices if s.dimension == "decoy")
    assert decoys.gold >= 35  # each note denies one finding
    assert decoys.recall.estimate == 0


def test_missing_and_broken_answers_count_as_errors_and_are_shown(result: Icd10Evaluation) -> None:
    system = result.system("today_{x}$1$")
    assert system.outcomes is not None
    assert (system.outcomes.answered, system.outcomes.missing, system.outcomes.schema_broken) == (38, 1, 1)
    # 37 notes right; of the note with wrong codes E11.65 may be right, but never the whole set
    assert system.accepted is not None
    assert system.accepted.estimate == pytest.approx(37 / 40)
    assert system.validity is not None
    assert (system.validity.malformed, system.validity.invented, system.validity.not_billable) == (1, 1, 1)


def test_cost_per_accepted_note_is_the_money_of_all_over_the_right_ones(result: Icd10Evaluation) -> None:
    used = result.system("today_{x}$1$").consumption
    assert used is not None
    # claude-haiku-4-5 at 1 and 5 USD per million: 1,000 in and 100 out are 0.0015 USD; 37 of 38 accepted
    assert used.usd_per_1000_notes == pytest.approx(1.5)
    assert used.usd_per_accepted_note == pytest.approx(0.0015 * 38 / 37)
    assert used.requests == 38


# --- runs of Claude ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_claude() -> Icd10Evaluation:
    """Two declared rungs and one that is not, recorded beside today's system; one of them left its account."""
    notes = written(40, "N", 1)
    cached = Usage(input_tokens=200, output_tokens=100, cache_read_tokens=800, cache_write_tokens=10)
    right = tuple(Prediction(id=n.id, prediction=n.gold, usage=cached, latency_ms=900.0) for n in notes)
    account = ClaudeAccount(
        strategy="few_shot", model="claude-sonnet-4-6", batch=True, usd=Decimal("0.5"),
        quote=QuotedCost(usd_likely=Decimal("0.4"), usd_worst=Decimal("2")),
    )  # fmt: skip
    recorded = dict.fromkeys(("claude_own_rung", "claude_few_shot", "claude_zero_shot"), right)
    return evaluated(
        predictions={**recorded, "today": predictions(notes)}, accounts={"claude_few_shot": account}
    )


def test_recorded_claude_rungs_stand_on_the_ladder_in_their_order(with_claude: Icd10Evaluation) -> None:
    above = [s.name for s in with_claude.ran][4:]
    assert above == ["today", "claude_zero_shot", "claude_few_shot", "claude_own_rung"]
    titles = [(s.title, s.kind, s.status) for s in with_claude.ran][5:]
    assert titles == [
        ("Claude, zero-shot", "claude", "run"), ("Claude, few-shot", "claude", "run"),
        ("Claude, own rung", "claude", "run"),
    ]  # fmt: skip
    steps = [(c.first, c.second) for c in with_claude.comparisons if c.below]
    assert ("claude_few_shot", "claude_zero_shot") in steps  # each beside the one below it


def test_a_rung_that_was_run_is_not_quoted_any_more(with_claude: Icd10Evaluation) -> None:
    assert [s.name for s in with_claude.not_run] == [
        "glossary", "structured_output", "rag", "thinking", "generator_critic"
    ]  # fmt: skip


def test_a_run_is_priced_by_its_own_account_and_every_token_has_one_class(
    with_claude: Icd10Evaluation,
) -> None:
    used = with_claude.system("claude_few_shot").consumption
    assert used is not None
    assert (used.uncached_tokens, used.cache_read_tokens, used.cache_write_tokens) == (8000, 32000, 400)
    assert (used.model, used.accounted, used.batch) == ("claude-sonnet-4-6", True, True)
    # 0.5 USD for 40 notes, all accepted
    assert used.usd_per_1000_notes == pytest.approx(12.5)
    assert used.usd_per_accepted_note == pytest.approx(0.0125)
    assert (used.usd, used.usd_quoted, used.usd_quoted_worst) == (0.5, 0.4, 2.0)
    without = with_claude.system("claude_zero_shot").consumption
    assert without is not None
    # claude-haiku-4-5: 200 at 1, 800 read at 0.10, 10 written at 1.25, 100 out at 5 USD per million
    assert without.usd_per_1000_notes == pytest.approx(1000 * (200 + 80 + 12.5 + 500) / 1e6)
    assert not without.accounted


def test_the_page_tells_what_was_run_what_not_and_how_the_quote_held(
    monkeypatch: pytest.MonkeyPatch, with_claude: Icd10Evaluation
) -> None:
    page = words(shown(monkeypatch, with_claude)).replace("\\", "")
    assert "5 further Claude strategies were **not run**" in page
    assert "billed 125% of what they were quoted as likely, and none went over" in page
    assert "fig-icd10-cost-quality" in page
    assert "tbl-icd10-money" in page


def test_a_system_that_is_quoted_at_nothing_or_not_at_all_has_no_place_on_the_axis_of_money(
    monkeypatch: pytest.MonkeyPatch, with_claude: Icd10Evaluation
) -> None:
    """The axis is logarithmic. Of five quoted systems one costs nothing here, and one has no quote."""

    def changed(system: System) -> System:
        if system.quote and system.name == "glossary":
            return system.model_copy(update={"quote": system.quote.model_copy(update={"usd": 0.0})})
        return system.model_copy(update={"quote": None}) if system.name == "rag" else system

    drawn: list[Any] = []
    monkeypatch.setattr(rung_costs.show, "figure", lambda draw, rows, free, **said: drawn.extend(rows))
    systems = tuple(changed(system) for system in with_claude.systems)
    rung_costs.cost_quality(with_claude.model_copy(update={"systems": systems}))
    titles = {s.name: s.title for s in with_claude.systems}
    assert {row.title for row in drawn if not row.ran} == {
        titles[name] for name in ("structured_output", "thinking", "generator_critic")
    }
    assert min(row.usd for row in drawn) > 0


# --- quotes and training notes ----------------------------------------------------------------------------


def test_a_quote_prices_every_pass_and_grows_with_what_a_rung_carries(result: Icd10Evaluation) -> None:
    quotes = {s.name: s.quote for s in result.not_run}
    assert all(
        q is not None and q.usd_batch == pytest.approx(q.usd / 2) and q.usd < q.usd_high
        for q in quotes.values()
    )
    zero, few, critic = quotes["zero_shot"], quotes["few_shot"], quotes["generator_critic"]
    assert zero is not None
    assert few is not None
    assert critic is not None
    assert zero.usd == pytest.approx(zero.input_tokens / 1e6 + 5 * zero.output_tokens / 1e6)
    assert zero.usd < few.usd < critic.usd
    assert (zero.requests, critic.requests) == (40, 80)


def test_training_notes_of_evaluation_groups_are_not_learnt_from() -> None:
    notes = written(20, "N", 1)
    found = evaluated(notes=notes[:10], train=(*notes[10:], notes[0]))
    assert (found.left_out_of_training, found.train) == (1, 10)


def test_without_training_notes_only_retrieval_runs() -> None:
    found = evaluated(train=None)
    assert [s.name for s in found.ran] == ["lexical"]
    assert found.comparisons == found.learning == ()
    assert found.best == "lexical"


def test_training_notes_without_evidence_leave_the_dictionary_out() -> None:
    train = tuple(n.model_copy(update={"evidence": ()}) for n in written(30, "T", 2))
    assert [s.name for s in evaluated(train=train).ran] == ["most_frequent", "lexical", "linear"]


def test_one_note_and_empty_gold_do_not_break_it() -> None:
    empty = Note(id="1", text="Nothing wrong.", gold=Fields())
    found = evaluated(notes=(empty,))
    assert found.gold_codes == 0
    assert found.system("mentions").accepted is not None


def test_an_invalid_gold_code_stays_and_is_reported() -> None:
    notes = written(10, "N", 1)
    old = notes[0].model_copy(update={"gold": Fields(diagnosis_icd10=("R51",))})
    found = evaluated(notes=(old, *notes[1:]))
    assert found.gold_validity.retired == 1
    assert found.gold_validity.examples == ("R51",)
    (retired,) = found.gold_validity.retirements
    assert retired.successors == ("R51.0", "R51.9")
    assert found.gold_codes == 19


def test_the_same_inputs_give_the_same_result_and_it_survives_json(result: Icd10Evaluation) -> None:
    again = evaluated(predictions={"today_{x}$1$": predictions(written(40, "N", 1))})
    assert again == result
    assert Icd10Evaluation.model_validate_json(result.model_dump_json()) == result


@pytest.mark.parametrize(
    ("low", "high", "p", "word"),
    [
        (0.01, 0.09, 0.01, "improved"), (-0.09, -0.01, 0.01, "worse"), (-0.01, 0.09, 0.10, "not_separable"),
        (0.0, 0.09, 0.05, "not_separable"), (0.01, 0.09, 0.08, "not_among_so_many"),
    ],
)  # fmt: skip
def test_improved_needs_an_interval_without_zero_that_allows_for_every_pair(
    low: float, high: float, p: float, word: str
) -> None:
    interval = Interval(estimate=(low + high) / 2, low=low, high=high)
    assert verdict(ScoreDifference(interval=interval, p=min(p, 0.04), p_any=p)) == word


def test_retrieval_is_measured_apart_and_says_when_the_lexical_stages_stand_alone(
    result: Icd10Evaluation,
) -> None:
    found = result.retrieval
    assert found is not None
    names = [stage.stage for stage in found.stages]
    assert names[:2] == ["sentences", "mentions"]
    assert names[-2:] == ["fused", "reranked"]
    for stage in found.stages:
        recalls = [at.recall.estimate for at in stage.at]
        assert recalls == sorted(recalls)
        assert all(at.recall.low <= at.recall.estimate <= at.recall.high for at in stage.at)
    if not found.has_dense:
        assert "lexical stage stands alone" in found.dense


def test_prices_are_among_the_facts_used(result: Icd10Evaluation) -> None:
    assert "price.batch_factor" in result.facts_used


def test_the_claims_are_audited_from_the_fact_table(result: Icd10Evaluation) -> None:
    claims = {(c.before, c.after): c for c in result.claims}
    accuracy = claims[0.54, 0.87]
    # smallest discordance .33: (1.96 * .5745 + .8416 * sqrt(.33 - .1089))² / .1089 = 21.2 -> 22
    # independent errors .54 * .13 + .87 * .46 = .4704: 31.4 -> 32
    assert accuracy.notes_to_detect == (22, 32)
    at_120 = dict(accuracy.intervals)[120]
    assert (round(at_120.low, 2), round(at_120.high, 2)) == (0.79, 0.92)
    assert (0.61, 0.89) in claims
    assert any(p.key == "evidence.precedent.haiku3_tuned" and p.interval for p in result.precedents)


def test_excerpts_are_short_and_only_of_deidentified_notes() -> None:
    long = written(30, "N", 1)[0].text + " More words follow here." * 100
    unseen = Fields(diagnosis_icd10=("Z99.89",))
    notes = tuple(n.model_copy(update={"text": n.text + long, "gold": unseen}) for n in written(30, "N", 1))
    spoilt = {"other": tuple(Prediction(id=n.id, prediction=Fields()) for n in notes)}
    open_client = client(notes=notes, predictions=spoilt)
    found = compute(open_client, Facts(as_of=AS_OF), resamples=100)
    assert found is not None
    assert found.disagreements
    assert all(0 < len(d.excerpt) <= 300 for d in found.disagreements)
    closed = open_client.engagement.model_copy(update={"evaluation": EvaluationRun(deidentified=False)})
    hidden = compute(dataclasses.replace(open_client, engagement=closed), Facts(as_of=AS_OF), resamples=100)
    assert hidden is not None
    assert all(d.excerpt == "" for d in hidden.disagreements)


# --- on the page ------------------------------------------------------------------------------------------

PARTS: list[Callable[[Icd10Evaluation], None]] = [
    getattr(exhibit, name) for name in dir(Exhibits(exhibit, None))
]


def shown(monkeypatch: pytest.MonkeyPatch, result: Icd10Evaluation) -> list[Any]:
    blocks: list[Any] = []
    monkeypatch.setattr(show, "display", blocks.append)
    for part in PARTS:
        part(result)
    return blocks


def words(blocks: list[Any]) -> str:
    return "\n".join(block.model_dump_json(exclude={"svg"}) for block in blocks)


def test_every_exhibit_shows_with_unique_labels(
    monkeypatch: pytest.MonkeyPatch, result: Icd10Evaluation
) -> None:
    blocks = shown(monkeypatch, result)
    labels = [b.label for b in blocks if b.type in ("figure", "table")]
    assert len(labels) == len(set(labels))
    assert {"fig-icd10-forest", "fig-icd10-differences", "fig-icd10-confusion", "fig-icd10-learning"} <= set(
        labels
    )
    assert "today {x}$1$" in words(blocks)  # client text stays text


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ({}, {"tbl-icd10-consumption", "tbl-icd10-fields", "tbl-icd10-money"}),  # nobody's answers are recorded
        ({"notes": written(1, "N", 1)}, {"tbl-icd10-consumption", "tbl-icd10-fields", "tbl-icd10-money"}),
        (  # one baseline is left: none to compare it with, and nothing to learn from
            {"train": None},
            {"tbl-icd10-comparisons", "fig-icd10-differences", "fig-icd10-learning", "tbl-icd10-consumption",
             "tbl-icd10-fields", "tbl-icd10-money"},
        ),
    ],
)  # fmt: skip
def test_exhibits_leave_out_what_there_is_no_data_for_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, result: Icd10Evaluation, parts: dict[str, Any], missing: set[str]
) -> None:
    whole, less = (_labels(shown(monkeypatch, found)) for found in (result, evaluated(**parts)))
    assert whole - less == missing
    assert {"fig-icd10-forest", "tbl-icd10-ladder", "tbl-icd10-claims"} <= less


def _labels(blocks: list[Any]) -> set[str]:
    return {block.label for block in blocks if block.type in ("figure", "table")}


def test_improved_is_never_printed_where_the_interval_includes_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    same = {name: predictions(written(40, "N", 1)) for name in ("a", "b")}
    found = evaluated(predictions=same, train=None)
    page = words(shown(monkeypatch, found))
    pair = next(c for c in found.comparisons if {c.first, c.second} == {"a", "b"})
    assert pair.verdict == "not_separable"
    assert "not separable at n = 40" in page
    for comparison in found.comparisons:
        assert (comparison.verdict in ("improved", "worse")) <= comparison.difference.excludes_zero


def test_a_system_that_leads_on_the_primary_diagnosis_is_named(
    monkeypatch: pytest.MonkeyPatch, result: Icd10Evaluation
) -> None:
    pair = next(c for c in result.comparisons if c.best and c.first == result.best)
    theirs = pair.primary.model_copy(update={"first_only": 0, "second_only": 9})
    ahead = pair.model_copy(update={"primary": theirs, "primary_p_holm": 0.01})
    other = result.model_copy(update={"comparisons": (ahead,)})
    assert "tells another story" in words(shown(monkeypatch, other))
    unsure = pair.model_copy(update={"primary": theirs, "primary_p_holm": 0.06})
    assert "another story" not in words(
        shown(monkeypatch, result.model_copy(update={"comparisons": (unsure,)}))
    )


def test_notes_in_another_language_are_told_beside_retrieval(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "Paciente con fiebre de tres días y dolor en el costado, que no se calma con los analgésicos."
    notes = (Note(id="s1", text=text, gold=Fields(diagnosis_icd10=("R50.9",))), *written(3, "v", 1))
    found = evaluated(notes=notes, train=None)
    assert found.foreign_notes == 1
    assert "**1 of the 4 notes do not read as English**" in words(shown(monkeypatch, found))


def test_a_small_model_first_is_quoted_at_two_answers_of_it_and_a_quarter_of_the_larger_ones() -> None:
    """Fact cost.cascade.escalated_share is 0.25 (0.1 to 0.5); a model of the smallest family has no such rung."""
    task = client().tasks[0].model_copy(update={"model": "claude-sonnet-5-5"})
    found = evaluated(tasks=(task,))
    quotes = {s.name: s.quote for s in found.not_run}
    rung, whole = quotes["small_then_large"], quotes["rag"]
    small = {
        s.name: s.quote
        for s in evaluated(tasks=(task.model_copy(update={"model": "claude-haiku-5-5"}),)).not_run
    }
    assert rung is not None
    assert whole is not None
    assert "small_then_large" not in small
    one = small["rag"]
    assert one is not None
    assert rung.requests == 2 * 40 + 10
    assert rung.usd == pytest.approx(2 * one.usd + 0.25 * whole.usd)
    assert rung.usd_high == pytest.approx(2 * one.usd_high + 0.5 * whole.usd_high)


# --- runs of one prompt -----------------------------------------------------------------------------------


def runs_of(notes: tuple[Note, ...], *runs: list[bool]) -> tuple[Prediction, ...]:
    """Run after run: the gold where it is right, no code where it is not."""
    usage = Usage(input_tokens=1000, output_tokens=100)
    return tuple(
        Prediction(id=n.id, run=number, prediction=n.gold if ok else Fields(), usage=usage)
        for number, right in enumerate(runs, start=1)
        for n, ok in zip(notes, right, strict=True)
    )


def test_every_run_counts_and_a_further_run_is_no_further_note() -> None:
    """The same notes right three times is no more knowledge than once: about the same interval. All right in run 1
    and none in run 2 is a half; its spread is the standard deviation of 1 and 0."""
    notes = written(40, "N", 1)
    half = [bool(ok) for ok in np.random.default_rng(1).random(40) < 0.5]
    found = evaluated(
        notes=notes,
        predictions={
            "once": runs_of(notes, half),
            "thrice": runs_of(notes, half, half, half),
            "wavers": runs_of(notes, [True] * 40, [False] * 40),
        },
    )
    once, thrice, wavers = (found.system(name) for name in ("once", "thrice", "wavers"))
    assert (once.runs, thrice.runs, wavers.runs) == (1, 3, 2)
    assert once.accepted is not None
    assert thrice.accepted is not None
    assert wavers.accepted is not None
    assert thrice.accepted.estimate == pytest.approx(once.accepted.estimate) == pytest.approx(sum(half) / 40)
    assert wavers.accepted.estimate == 0.5
    assert thrice.accepted.half_width == pytest.approx(once.accepted.half_width, rel=0.15)
    assert (once.spread, thrice.spread) == (None, 0.0)
    assert wavers.spread == pytest.approx(2**-0.5)
    assert thrice.outcomes is not None
    assert thrice.outcomes.answered == 120


def test_money_of_several_runs_is_by_answer(with_claude: Icd10Evaluation) -> None:
    """0.0015 USD an answer, whatever the number of runs; an account is of all of them."""
    notes = written(40, "N", 1)
    right = [True] * 40
    account = ClaudeAccount(
        strategy="zero_shot", model="claude-haiku-4-5", batch=False, usd=Decimal("0.12"),
        quote=QuotedCost(usd_likely=Decimal("0.1"), usd_worst=Decimal("2")),
    )  # fmt: skip
    found = evaluated(
        notes=notes, predictions={"claude_zero_shot": runs_of(notes, right, right)},
        accounts={"claude_zero_shot": account},
    )  # fmt: skip
    used = found.system("claude_zero_shot").consumption
    assert used is not None
    assert used.requests == 80
    assert used.usd_per_1000_notes == pytest.approx(1.5)
    assert used.usd_per_accepted_note == pytest.approx(0.0015)


def test_a_difference_is_of_the_means_over_runs() -> None:
    """Half right in run 1, all right in run 2: less than a system that is right each time by a smaller margin than
    its first run alone says."""
    notes = written(40, "N", 1)
    half = [i % 2 == 0 for i in range(40)]
    sure = runs_of(notes, [True] * 40)
    one = evaluated(notes=notes, train=None, predictions={"sure": sure, "other": runs_of(notes, half)})
    two = evaluated(
        notes=notes, train=None, predictions={"sure": sure, "other": runs_of(notes, half, [True] * 40)}
    )

    def apart(found: Icd10Evaluation) -> float:
        return next(
            abs(c.difference.estimate) for c in found.comparisons if {c.first, c.second} == {"sure", "other"}
        )

    assert 0 < apart(two) < apart(one)
