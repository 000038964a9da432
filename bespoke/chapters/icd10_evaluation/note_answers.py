"""What every system answers for every note: offline rungs, really trained, and recorded outputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bespoke.chapters.icd10_evaluation.decision import (
    Decision,
    Rung,
    best_decision,
    choose_decision,
    comparable_code,
    deciding,
    gold_codes,
    group_of,
)
from bespoke.chapters.icd10_evaluation.frequent import MostFrequent
from bespoke.chapters.icd10_evaluation.lexical import LexicalRetrieval
from bespoke.chapters.icd10_evaluation.linear import LinearOneVsRest
from bespoke.chapters.icd10_evaluation.mentions import MentionDictionary
from bespoke.chapters.icd10_evaluation.result import Kind
from bespoke.claude.requests.strategies import STRATEGIES
from bespoke.clients.schema import Fields, Note, Prediction, TrainedOn, Usage
from bespoke.evaluation.answers import CLAUDE
from bespoke.evaluation.cases import NOT_MEASURED, bare
from bespoke.facts.icd10 import CodeSet

Status = Literal["answered", "missing", "schema_broken", "not_measured"]
Fit = Callable[[Sequence[Note]], Rung]
UNTUNED = Decision(most=5)  # what retrieval answers where there are no training notes to choose from


@dataclass(frozen=True)
class NoteAnswer:
    """One system's answer for one note; `codes` holds each code once, the primary diagnosis first."""

    codes: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()  # empty where the system does not rank
    status: Status = "answered"
    prediction: Fields | None = None
    usage: Usage | None = None
    latency_ms: float | None = None

    @property
    def measured(self) -> bool:
        """What the network lost, or was never asked, says nothing about the system."""
        return self.status != "not_measured"

    @property
    def code_set(self) -> frozenset[str]:
        return frozenset(self.codes)


@dataclass(frozen=True)
class RungRun:
    """A system and its answers, in the order of the notes. `fit` trains it anew where it learns."""

    name: str
    title: str
    kind: Kind
    answers: tuple[NoteAnswer, ...]
    decision: Decision | None = None
    fit: Fit | None = None
    trained_on: TrainedOn | None = None
    further: tuple[tuple[NoteAnswer, ...], ...] = ()  # what it answered when asked the same again

    @property
    def runs(self) -> tuple[tuple[NoteAnswer, ...], ...]:
        return (self.answers, *self.further)


def usable_training(train: Sequence[Note], notes: Sequence[Note]) -> list[Note]:
    """The training notes that share neither group nor text with an evaluation note."""
    groups = {group_of(note) for note in notes}
    texts = {bare(note.text) for note in notes}
    return [note for note in train if group_of(note) not in groups and bare(note.text) not in texts]


def offline_rungs(
    notes: Sequence[Note], train: Sequence[Note], seed: int, codes: CodeSet | None = None
) -> list[RungRun]:
    """The ladder below any model, in order. Without training notes only retrieval can answer.

    `codes` is the release that retrieval searches; left out, the pinned one.
    """
    primary = PrimaryOrder(train)
    ran = []
    if train:
        ran.append(_learnt("most_frequent", "Most frequent codes", MostFrequent, notes, train, seed, primary))
    retrieval = LexicalRetrieval(codes)
    asked = deciding(train, seed)
    decision = best_decision(retrieval.rank(asked), [*map(gold_codes, asked)]) if train else UNTUNED
    answers = _decide(retrieval, decision, notes, primary)
    ran.append(RungRun("lexical", "Lexical retrieval", "offline", answers, decision))
    if train:
        ran.append(_learnt("linear", "Linear one-vs-rest", LinearOneVsRest, notes, train, seed, primary))
    if any(note.evidence for note in train):
        ran.append(_learnt("mentions", "Mention dictionary", MentionDictionary, notes, train, seed, primary))
    return ran


def recorded_systems(predictions: Mapping[str, Sequence[Prediction]], notes: Sequence[Note]) -> list[RungRun]:
    """Systems whose outputs were recorded: the client's own by name, then the Claude rungs in ladder order.

    A note without a line is a missing answer and counts as wrong; one that the network lost, or that was never asked,
    is not measured.
    """
    ran = []
    for name in sorted(predictions, key=_place):
        by_place = {(row.run, row.id): row for row in predictions[name]}
        numbers = sorted({row.run for row in predictions[name]}) or [1]
        answers, *further = (
            tuple(_recorded(by_place.get((run, note.id))) for note in notes) for run in numbers
        )
        kind: Kind = "claude" if name.startswith(CLAUDE) else "recorded"
        trained_on = next((p.trained_on for p in predictions[name] if p.trained_on), None)
        ran.append(RungRun(name, _title(name), kind, answers, trained_on=trained_on, further=tuple(further)))
    return ran


def _place(name: str) -> tuple[bool, int, str]:
    """The client's own systems first; rungs that no strategy declares come after those that one does."""
    rungs = [*STRATEGIES]
    strategy = name.removeprefix(CLAUDE)
    known = name.startswith(CLAUDE) and strategy in rungs
    return name.startswith(CLAUDE), rungs.index(strategy) if known else len(rungs), name


def _title(name: str) -> str:
    words = name.removeprefix(CLAUDE).replace("_", " ")
    if not name.startswith(CLAUDE):
        return words.capitalize()
    declared = STRATEGIES.get(name.removeprefix(CLAUDE))
    return declared.title if declared else f"Claude, {words}"


class PrimaryOrder:
    """Puts the code first that training coders most often put first.

    Codes seen seldom lean on codes with the same first letter, those on all codes.
    """

    def __init__(self, train: Sequence[Note]) -> None:
        self.carried: Counter[str] = Counter()
        self.first: Counter[str] = Counter()
        self._shares: dict[str, float] = {}
        for note in train:
            codes = [comparable_code(code) for code in note.gold.diagnosis_icd10]
            for code in dict.fromkeys(codes):
                for key in ("", code[:1], code):
                    self.carried[key] += 1
                    self.first[key] += code == codes[0]

    def __call__(self, codes: Sequence[str]) -> tuple[str, ...]:
        for code in codes:
            if code not in self._shares:
                self._shares[code] = self._share(code)
        return tuple(sorted(codes, key=self._shares.__getitem__, reverse=True))  # given order breaks ties

    def _share(self, code: str) -> float:
        share = 0.5
        for key in ("", code[:1], code):
            share = (self.first[key] + 2 * share) / (self.carried[key] + 2)
        return share


def decided(rung: Rung, decision: Decision, notes: Sequence[Note]) -> list[frozenset[str]]:
    """The answered sets of a trained rung."""
    return [frozenset(decision.codes(ranked)) for ranked in rung.rank(notes)]


def _learnt(
    name: str,
    title: str,
    fit: Fit,
    notes: Sequence[Note],
    train: Sequence[Note],
    seed: int,
    primary: PrimaryOrder,
) -> RungRun:
    decision = choose_decision(fit, train, seed)
    return RungRun(name, title, "offline", _decide(fit(train), decision, notes, primary), decision, fit)


def _decide(
    rung: Rung, decision: Decision, notes: Sequence[Note], primary: PrimaryOrder
) -> tuple[NoteAnswer, ...]:
    return tuple(
        NoteAnswer(codes=primary(decision.codes(ranked)), ranked=tuple(code for code, _ in ranked))
        for ranked in rung.rank(notes)
    )


def _recorded(prediction: Prediction | None) -> NoteAnswer:
    if prediction is None or prediction.outcome == "too_long":
        return NoteAnswer(status="missing")
    if prediction.outcome in NOT_MEASURED:
        return NoteAnswer(status="not_measured")
    fields = prediction.prediction
    codes = tuple(dict.fromkeys(map(comparable_code, fields.diagnosis_icd10))) if fields else ()
    return NoteAnswer(
        codes=codes,
        status="answered" if fields else "schema_broken",
        prediction=fields,
        usage=prediction.usage,
        latency_ms=prediction.latency_ms,
    )
