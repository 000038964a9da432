"""What the ICD-10 evaluation found: the shape that is saved and shown."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from bespoke.chapters.icd10_evaluation.decision import Decision
from bespoke.results import Part, Result
from bespoke.statistics.interval import Interval
from bespoke.statistics.mcnemar import McNemar

Kind = Literal["offline", "recorded", "claude"]
Verdict = Literal["improved", "worse", "not_among_so_many", "not_separable"]


class Retirement(Part):
    """A retired code among the answers, and what the release has in its place (none: the tables do not say)."""

    code: str
    description: str
    last_billable: str  # the last release at hand in which it was
    successors: tuple[str, ...]
    count: int


class Validity(Part):
    """How many codes reach which rung of the validity ladder, one count per code and note."""

    malformed: int
    invented: int  # well-formed, but in no release at hand
    retired: int  # billable in an earlier release, no longer in this one
    not_billable: int  # a category that was never billable: detail is missing
    billable: int
    later: int = 0  # billable in a later release than this one
    examples: tuple[str, ...] = ()  # codes that are not billable, most frequent first
    retirements: tuple[Retirement, ...] = ()  # most frequent first

    @property
    def total(self) -> int:
        return self.malformed + self.invented + self.retired + self.not_billable + self.billable + self.later

    @property
    def invalid_share(self) -> float:
        return 1 - self.billable / self.total if self.total else 0.0


class RecallAt(Part):
    k: int
    recall: Interval


class CodeScores(Part):
    """Micro-averaged over all codes unless they say otherwise; intervals cluster by group."""

    precision: Interval
    recall: Interval
    micro_f1: Interval
    micro_f1_valid: Interval | None = None  # a hit on a code that cannot be billed is none; None: the same
    category_f1: Interval  # first three characters
    hierarchical_f1: Interval  # codes with all their ancestors
    note_f1: Interval  # mean over notes; a note without codes in gold and answer counts as 1
    macro_f1: Interval  # mean over the codes of the gold; jackknife, for as many notes again
    macro_labels: int
    accepted: Interval  # share of notes whose set of codes is exactly right
    primary_exact: Interval
    primary_category: Interval
    primary_chapter: Interval
    recall_at: tuple[RecallAt, ...]  # empty where the system does not rank


class NoteOutcomes(Part):
    """What came back for the notes; missing and broken answers count as errors in every score, the others do not."""

    answered: int
    missing: int
    schema_broken: int
    not_measured: int = 0  # lost on the way, held back or not asked


class Slice(Part):
    """Codes of one kind. Precision and F1 are None where the kind is a property of the mention, not of the code."""

    name: str
    dimension: Literal["chapter", "training", "symptom", "laterality", "seventh", "mention", "decoy"]
    gold: int
    predicted: int | None
    recall: Interval
    precision: Interval | None
    f1: Interval | None


class FieldScores(Part):
    """The fields beside the diagnoses. None where the gold of no note has the field."""

    symptoms_f1: Interval | None
    drug_f1: Interval | None
    dose_f1: Interval | None  # drug and dose together right
    route_f1: Interval | None
    frequency_f1: Interval | None
    medication_f1: Interval | None  # all four together
    follow_up_exact: Interval | None  # of the notes whose gold has a date
    follow_up_within_3_days: Interval | None
    follow_up_correct_null: Interval | None  # of the notes whose gold has none


class CallConsumption(Part):
    """What the recorded calls took; every token in one class.

    Money is what the run of Claude accounted for where it left an account (then with its quote beside it),
    else the recorded usage at the prices of the model named, each request on its own.
    """

    model: str | None
    accounted: bool  # whether money and model come from the run's own account
    batch: bool
    requests: int  # notes with recorded usage
    uncached_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    usd: float | None  # all of it
    usd_quoted: float | None
    usd_quoted_worst: float | None
    usd_per_1000_notes: float | None
    usd_per_accepted_note: float | None
    median_ms: float | None
    p95_ms: float | None


class RungQuote(Part):
    """What a Claude rung would cost on these notes, from estimated tokens; nothing has been sent."""

    model: str
    requests: int
    input_tokens: int
    output_tokens: int
    usd: float
    usd_high: float  # with the least characters per token and the longest answers assumed
    usd_batch: float | None


class ChapterConfusion(Part):
    """Primary diagnoses: chapter in the gold against chapter answered ("" for none or unknown)."""

    gold: str
    answered: str
    notes: int


class System(Part):
    """One rung of the ladder. Everything from `scores` on is None where it has not been run."""

    name: str
    title: str
    kind: Kind
    status: Literal["run", "not_run"]
    learns: bool = False
    decision: Decision | None = None
    runs: int = 1
    spread: float | None = None  # standard deviation of micro-F1 between runs
    outcomes: NoteOutcomes | None = None  # over all runs
    scores: CodeScores | None = None
    validity: Validity | None = None
    slices: tuple[Slice, ...] = ()
    fields: FieldScores | None = None
    consumption: CallConsumption | None = None
    confusion: tuple[ChapterConfusion, ...] = ()
    quote: RungQuote | None = None

    @property
    def micro_f1(self) -> Interval | None:
        return self.scores.micro_f1 if self.scores else None

    @property
    def accepted(self) -> Interval | None:
        return self.scores.accepted if self.scores else None

    @property
    def primary_exact(self) -> Interval | None:
        return self.scores.primary_exact if self.scores else None


class RungComparison(Part):
    """`first` against `second` on the same notes: the difference of micro-F1 and McNemar on the primary diagnosis.

    p by exchanging the two systems in whole groups; Holm's adjustment of the primary diagnosis over the pairs compared.
    """

    first: str
    second: str
    below: bool  # `second` is the rung below `first`
    best: bool  # `first` is the best system
    difference: Interval
    p: float
    p_any: float  # allows for every pair of systems, so for the choice of the best
    primary: McNemar
    primary_p_holm: float
    verdict: Verdict


class SliceDifference(Part):
    """The best system against the runner-up on codes of one kind."""

    name: str
    difference: Interval
    p_holm: float


class NotesNeeded(Part):
    difference: float
    discordant: float
    notes: int


class NotePower(Part):
    """What this many notes can show at 80% power and the 5% level, and what others would."""

    notes: int
    clusters: int
    discordant: float | None  # observed between best and runner-up on the primary diagnosis
    detectable_primary: float | None  # None: not even a difference as large as the discordance
    detectable_f1: float | None  # from the spread seen between best and runner-up, that pair alone
    detectable_f1_among_all: float | None  # the same as the verdicts are given, among all pairs
    table: tuple[NotesNeeded, ...]


class LearningPoint(Part):
    notes: int
    micro_f1: float  # mean over the draws
    low: float  # lowest and highest draw
    high: float


class LearningCurve(Part):
    """Micro-F1 by number of training examples: of a rung trained here, or of recorded models that were tuned."""

    system: str  # the rung, or the base model of the tuned ones
    title: str
    tuned: bool
    scored: int  # evaluation notes that every point is scored on
    points: tuple[LearningPoint, ...]


class Forecast(Part):
    """What a learning curve says of more examples. Nothing is said beyond `limit`."""

    system: str
    title: str
    tuned: bool  # the curve of tuned models; else of the best rung that learns from the notes alone
    sizes: tuple[int, ...]  # measured
    limit: int  # examples up to which the curve is prolonged
    at_limit: Interval  # micro-F1 there
    task_id: str  # "" where no one task can be named
    target: float | None  # of that task, where its metric is an F1
    needed: Needed | None  # examples for the target; None without one, or where it lies beyond the limit


class Needed(Part):
    """Examples that a score takes in all. `high` is None where it lies beyond the limit."""

    examples: int
    low: int
    high: int | None


class StageRecallShare(Part):
    """Share of the gold codes among the first k candidates of one stage, over all notes."""

    stage: str  # sentences, mentions, dense, fused, reranked
    at: tuple[RecallAt, ...]


class Retrieval(Part):
    """How many gold codes the search over the code set finds, before any model has a say."""

    dense: str  # the dense model, or why there is none
    has_dense: bool
    reranker_learnt: bool
    notes: int  # that were searched for, and their gold codes
    gold_codes: int
    stages: tuple[StageRecallShare, ...]


class ClaimAudit(Part):
    """A claimed improvement of a proportion-like score and what would be needed to believe it."""

    name: str
    before: float
    after: float
    source: str
    notes_to_detect: tuple[int, int]  # at the smallest possible discordance and under independence
    notes_within_3_points: int
    intervals: tuple[tuple[int, Interval], ...]  # of `after` at several numbers of notes


class Precedent(Part):
    key: str
    what: str
    share: float
    notes: int | None
    interval: Interval | None  # Wilson at the published number of notes, where that is known
    source: str


class GivenAnswer(Part):
    system: str
    codes: tuple[str, ...]
    status: Literal["answered", "missing", "schema_broken", "not_measured"]
    accepted: bool


class Disagreement(Part):
    """A note that teaches: its gold and what every system made of it."""

    note: str
    why: str
    excerpt: str  # at most 300 characters; empty where the notes are not declared de-identified
    gold: tuple[str, ...]
    descriptions: tuple[str, ...]
    answers: tuple[GivenAnswer, ...]


class Icd10Evaluation(Result):
    """The whole chapter. `systems` are in ladder order, the rungs that were not run last."""

    version: ClassVar[int] = 6

    notes: int
    clusters: int
    train: int
    left_out_of_training: int  # training notes that share a group or text with an evaluation note
    foreign_notes: int  # that do not read as English
    gold_codes: int
    distinct_codes: int
    release: str
    release_since: date  # in force from this day on
    in_force: str  # the release in force on the day the report speaks of
    in_force_since: date
    resamples: int
    seed: int
    gold_validity: Validity
    systems: tuple[System, ...]
    best: str | None  # highest micro-F1 of the systems that ran
    comparisons: tuple[RungComparison, ...]
    slice_differences: tuple[SliceDifference, ...]
    power: NotePower
    learning: tuple[LearningCurve, ...]
    forecast: Forecast | None  # None where fewer than four sizes were measured
    retrieval: Retrieval | None  # None where no gold code could be looked for
    claims: tuple[ClaimAudit, ...]
    precedents: tuple[Precedent, ...]
    disagreements: tuple[Disagreement, ...]
    masked: dict[str, int]  # file -> identifiers that what is quoted of it has no more

    @property
    def ran(self) -> tuple[System, ...]:
        return tuple(system for system in self.systems if system.status == "run")

    @property
    def not_run(self) -> tuple[System, ...]:
        return tuple(system for system in self.systems if system.status == "not_run")

    def system(self, name: str) -> System:
        return next(system for system in self.systems if system.name == name)
