"""Chapter 4: how well the client's notes can be coded, by which system, and how far these notes can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import compress
from typing import get_args

import numpy as np

from bespoke.chapters.dataset_readiness.identifiers.quoting import Quoting
from bespoke.chapters.icd10_evaluation.call_consumption import consumption
from bespoke.chapters.icd10_evaluation.decision import comparable_code, gold_codes, group_of
from bespoke.chapters.icd10_evaluation.disagreements import Files, disagreements
from bespoke.chapters.icd10_evaluation.forecast import FEW_RESAMPLES, forecast
from bespoke.chapters.icd10_evaluation.learning_curve import measured
from bespoke.chapters.icd10_evaluation.note_answers import (
    NoteAnswer,
    RungRun,
    Status,
    offline_rungs,
    recorded_systems,
    usable_training,
)
from bespoke.chapters.icd10_evaluation.note_fields import field_scores
from bespoke.chapters.icd10_evaluation.published_claims import audit_claims, precedents
from bespoke.chapters.icd10_evaluation.result import (
    ChapterConfusion,
    Icd10Evaluation,
    NoteOutcomes,
    Retrieval,
    Slice,
    System,
    Validity,
)
from bespoke.chapters.icd10_evaluation.rung_comparison import compare, power, runner_up, slice_differences
from bespoke.chapters.icd10_evaluation.rung_quote import quoted_rungs
from bespoke.chapters.icd10_evaluation.scores import CodeScorer, count
from bespoke.chapters.icd10_evaluation.slices import by_code, by_mention, code_kinds, mention_kinds
from bespoke.chapters.icd10_evaluation.validity import validity
from bespoke.clients.language import foreign_language
from bespoke.clients.schema import Client, Note
from bespoke.facts.icd10 import CodeSet, code_set
from bespoke.facts.reader import Facts
from bespoke.statistics.clusters import FLIPS, Clusters
from bespoke.statistics.seed import SEED

Slices = Callable[[RungRun, CodeScorer], tuple[Slice, ...]]


def compute(
    client: Client, facts: Facts, *, resamples: int = FEW_RESAMPLES, flips: int = FLIPS, seed: int = SEED
) -> Icd10Evaluation | None:
    """Trains and scores the offline ladder, scores recorded systems, quotes the Claude rungs that were not run.

    None where the client folder holds no evaluation notes. Without training notes only retrieval runs of the
    offline rungs. `resamples` are those of the learning curve's limits. Codes are compared as given but for case
    and dot. An invalid gold code stays in the gold and a hit on it scores; `micro_f1_valid` says what is left where
    only billable codes can score.
    """
    if not client.notes:
        return None
    notes, release = client.notes, code_set(client.code_set)
    in_force = facts.fact("icd10cm.release")
    train = usable_training(client.train or (), notes)
    gold = [gold_codes(note) for note in notes]
    ladder = [*offline_rungs(notes, train, seed, release), *recorded_systems(client.predictions or {}, notes)]
    groups = [group_of(note) for note in notes]
    clusters = Clusters(groups, flips=flips, seed=seed)
    scorer = CodeScorer(gold, [_primary(note) for note in notes], clusters, release)
    kinds, mentions = code_kinds(gold, train, release), mention_kinds(notes, train)

    def slices(ran: RungRun, own: CodeScorer) -> tuple[Slice, ...]:
        known = [answer.measured for answer in ran.answers]
        sets = [answer.code_set for answer in ran.answers if answer.measured]
        held = [replace(m, codes=[*compress(m.codes, known)]) for m in mentions]
        return (*by_code(kinds, own.gold, sets, own.clusters), *by_mention(held, sets, own.clusters))

    systems = [_system(ran, slices, notes, scorer, client, facts) for ran in ladder]
    estimates = {system.name: system.scores.micro_f1.estimate for system in systems if system.scores}
    best = max(estimates, key=lambda name: estimates[name])
    shared, common = _on_common_notes(ladder, scorer)
    comparisons = compare(shared, best, common)
    nearest = runner_up(comparisons, estimates, best)
    by_name = {ran.name: ran for ran in shared}
    learnt = measured(ladder, train, notes, gold, seed)
    quoting, files = Quoting(client.engagement.country), Files(client.notes_in)

    def printable(system: System) -> System:
        known = system.validity and _printable(system.validity, quoting, files.of(system.name))
        return system.model_copy(update={"validity": known})

    return Icd10Evaluation(
        notes=len(notes),
        clusters=clusters.clusters,
        train=len(train),
        left_out_of_training=len(client.train or ()) - len(train),
        foreign_notes=sum(foreign_language(note.text) is not None for note in notes),
        gold_codes=sum(map(len, gold)),
        distinct_codes=len(frozenset().union(*gold)),
        release=release.release.name,
        release_since=release.release.since,
        in_force=f"ICD-10-CM {in_force.value}",
        in_force_since=in_force.since,
        resamples=resamples,
        seed=seed,
        gold_validity=_printable(validity(gold, release), quoting, files.notes),
        systems=(*map(printable, systems), *quoted_rungs(client, facts, notes, release, without=[*by_name])),
        best=best,
        comparisons=comparisons,
        slice_differences=slice_differences(
            [kind for kind in kinds if kind.dimension != "chapter"],
            by_name[best],
            by_name[nearest.second],
            common,
        )
        if nearest
        else (),
        power=power(common, nearest, shared),
        learning=tuple(curve.curve() for curve in learnt),
        forecast=forecast(learnt, client, facts, resamples=resamples, seed=seed),
        retrieval=_retrieval(train, notes, release, seed=seed) if any(gold) else None,
        claims=audit_claims(facts),
        precedents=precedents(facts),
        disagreements=disagreements(
            notes, ladder, best, release, quoting, files, may_quote=client.engagement.evaluation.deidentified
        ),
        masked=quoting.masked(),
        facts_used=tuple(sorted(facts.used)),
    )


def _printable(found: Validity, quoting: Quoting, file: str) -> Validity:
    """Codes as somebody wrote them may be anything."""
    return found.model_copy(update={"examples": quoting.texts(found.examples, file)})


def _system(
    ran: RungRun, slices: Slices, notes: Sequence[Note], scorer: CodeScorer, client: Client, facts: Facts
) -> System:
    """On the notes that it was measured on: what the network lost is not the system's fault.

    Scores, outcomes and what it took are of all runs; what is shown by kind of code, field and chapter of the first.
    """
    every = [answer for run in ran.runs for answer in run]
    known, came = _known(ran.answers), _known(every)
    own, whole = scorer.of(known), scorer.repeated(len(ran.runs)).of(came)
    answers, seen, measured = (
        [*compress(*pair)] for pair in ((ran.answers, known), (notes, known), (every, came))
    )
    return System(
        name=ran.name,
        title=ran.title,
        kind=ran.kind,
        status="run",
        learns=ran.fit is not None,
        decision=ran.decision,
        runs=len(ran.runs),
        spread=_spread(ran, scorer),
        outcomes=_outcomes(every),
        scores=whole.scores(measured),
        validity=validity((answer.codes for answer in answers), scorer.release),
        slices=slices(ran, own) if any(answer.measured for answer in ran.answers) else (),
        fields=field_scores(seen, answers, own),
        consumption=consumption(ran.name, measured, whole.accepted(measured), client, facts),
        confusion=_confusion(own.primary, answers, scorer.release),
    )


def _known(answers: Sequence[NoteAnswer]) -> list[bool]:
    """Which were measured; all of them where none was."""
    known = [answer.measured for answer in answers]
    return known if any(known) else [True] * len(known)


def _spread(ran: RungRun, scorer: CodeScorer) -> float | None:
    """The standard deviation of micro-F1 between runs."""
    if len(ran.runs) < 2:
        return None
    found = []
    for run in ran.runs:
        known = [answer.measured for answer in run]
        if any(known):
            kept = [answer.code_set for answer in run if answer.measured]
            right, total = count(scorer.of(known).gold, kept).f1.columns.sum(0).tolist()
            found.append(right / max(1.0, total))
    return float(np.std(found, ddof=1)) if len(found) > 1 else None


def _on_common_notes(ladder: Sequence[RungRun], scorer: CodeScorer) -> tuple[list[RungRun], CodeScorer]:
    """The systems on the notes that all of them were measured on; all notes where those would be none."""
    known = [all(ran.answers[i].measured for ran in ladder) for i in range(len(scorer.gold))]
    if all(known) or not any(known):
        return [*ladder], scorer
    runs = [[tuple(compress(run, known)) for run in ran.runs] for ran in ladder]
    kept = [replace(r, answers=cut[0], further=tuple(cut[1:])) for r, cut in zip(ladder, runs, strict=True)]
    return kept, scorer.of(known)


def _retrieval(train: Sequence[Note], notes: Sequence[Note], codes: CodeSet, *, seed: int) -> Retrieval:
    """Retrieval apart from generation, by the very search that the RAG rungs are handed: a poor retriever is why RAG is
    wrongly written off. The reranker learns on training notes alone."""
    from bespoke.retrieval import CandidateSearch  # it builds on this chapter's lexical rung

    return CandidateSearch(train, codes=codes).report(notes, seed=seed)


def _outcomes(answers: Sequence[NoteAnswer]) -> NoteOutcomes:
    counts = Counter(answer.status for answer in answers)
    return NoteOutcomes(**{status: counts[status] for status in get_args(Status)})


def _confusion(
    primary: Sequence[str | None], answers: Sequence[NoteAnswer], release: CodeSet
) -> tuple[ChapterConfusion, ...]:
    pairs = Counter(
        (release.chapter(truth), release.chapter(answer.codes[0]) if answer.codes else "")
        for truth, answer in zip(primary, answers, strict=True)
        if truth
    )
    return tuple(
        ChapterConfusion(gold=gold, answered=answered, notes=pairs[gold, answered])
        for gold, answered in sorted(pairs, key=lambda pair: [int(chapter or 0) for chapter in pair])
    )


def _primary(note: Note) -> str | None:
    return comparable_code(note.gold.diagnosis_icd10[0]) if note.gold.diagnosis_icd10 else None
