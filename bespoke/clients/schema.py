"""What a client folder says, as types. One model per file; field order is column order.

The readers take every rule from here: names, types, ranges, allowed values, and the `description` of a
field as the words for what would be right. Upper bounds are there for sanity: a number beyond is a slip.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:  # most folders use the pinned release: the code table is not loaded to read them
    from bespoke.clients.scenarios import Scenario
    from bespoke.clients.usage import TaskUsage
    from bespoke.evaluation.cases import EvaluationTask
    from bespoke.facts.icd10 import Release


@dataclass(frozen=True)
class Straight:
    """Marks a text that may hold no character which turns the reading direction; a `Name` never may."""

    straight: bool = True


STRAIGHT = Straight()

Kind = Literal[
    "extraction", "classification", "routing", "question_answering", "drafting", "summarisation",
    "translation", "search", "chat", "code", "sql", "agent",
]  # fmt: skip
Region = Literal["us", "eu", "uk", "ca", "au", "jp", "in", "br", "ch", "sg", "kr"]
Provider = Literal["anthropic_api", "aws_bedrock", "google_vertex", "microsoft_foundry"]
Waits = Literal["no", "a day"]
Change = Literal["never", "monthly", "weekly", "daily"]
Family = Literal["format", "tone", "vocabulary", "edge_case", "facts", "reasoning", "behaviour"]
Language = Literal["en", "de", "es"]
Role = Literal["consultant", "annotator", "client IT", "client legal", "client data owner", "client"]
ROLES: tuple[str, ...] = get_args(Role)
Paper = Literal["a4", "us-letter"]

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=10**9)]
Positive = Annotated[float, Field(ge=0.001, le=10**12)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Key = Annotated[str, STRAIGHT]  # what something goes by, where it may be empty or is nobody's name
Money = Annotated[float, Field(ge=0, le=10**9)]
Days = Annotated[float, Field(ge=0, le=2_000)]  # working days
Day = Annotated[date, Field(ge=date(2020, 1, 1), le=date(2100, 12, 31))]  # the fact tables start in 2020


class Row(BaseModel):
    """A frozen record of client input; unknown fields are an error."""

    # Validators are built at first use: checking a folder needs the rules, not the validators.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    shorthand: ClassVar[str | None] = None  # the field that a plain string stands for
    may_be_unknown: ClassVar[frozenset[str]] = frozenset()  # columns that may be empty, `unknown` or a range
    may_be_none: ClassVar[frozenset[str]] = frozenset()  # columns in which `none` is an answer
    beside: ClassVar[frozenset[str]] = frozenset()  # fields that readers fill and no column holds


# --- engagement.yaml ---------------------------------------------------------------------------------


class Access(Row):
    """What the client may use today. None means nobody has asked yet: unknown is not no."""

    anthropic_api: bool | None = None
    anthropic_enterprise: bool | None = None
    aws_bedrock: bool | None = None
    google_vertex: bool | None = None
    microsoft_foundry: bool | None = None
    openai_fine_tuning: bool | None = None
    gpu_hosting: bool | None = None
    private_haiku_arrangement: bool | None = None
    distillation_authorised: bool | None = None


class Rates(Row):
    """Money per unit of people's time, in the engagement's currency."""

    consultant_day: Annotated[Decimal, Field(gt=0, le=1_000_000)]
    annotator_hour: Annotated[Decimal, Field(gt=0, le=1_000_000)]


class Annotation(Row):
    examples_per_hour: Annotated[float, Field(ge=0.01, le=100_000)]  # one annotator, one pass
    annotators: Annotated[int, Field(ge=1, le=10_000)]
    review_rounds: Annotated[int, Field(ge=1, le=20)]  # passes over every example


class EvaluationRun(Row):
    budget_usd: Annotated[Decimal, Field(ge=0, le=10_000_000)] = Decimal(0)
    deidentified: bool = False
    code_set: str | None = None  # the file in evaluation/ with another release than the pinned one


class DatasetNote(Row):
    """What the files in dataset/ are: the examples of which task, and whether only a sample of them."""

    task: Key | None = None  # None: the task that states most labelled examples
    sample: bool = False  # a sample says nothing about how many examples there are


class Branding(Row):
    accent: Annotated[
        str, Field(pattern=r"^#[0-9A-Fa-f]{6}$", description='a colour in quotes such as "#1F4E79"')
    ] = "#1F4E79"
    confidentiality: Annotated[str, Field(max_length=200), STRAIGHT] = "Confidential"
    logo: str | None = None  # an SVG or PNG inside the client folder


class SignOff(Row):
    """Who answers for the report. What is not given is left as a line to fill in by hand."""

    name: Name | None = None
    role: Annotated[str, Field(max_length=200), STRAIGHT] | None = None
    date: Day | None = None


class SavedAs(Row):
    """How the client's CSV files were saved, where the files themselves do not settle it."""

    separator: Literal[",", ";", "|", "\t"] | None = None
    decimal: Literal[".", ","] | None = None
    encoding: Literal["utf-8", "utf-16", "windows-1252"] | None = None


class Engagement(Row):
    client: Name
    prepared_by: Name
    as_of: Day
    start: Day
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="a currency code such as USD")] = "USD"
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="a two-letter country code such as US")]
    subdivision: Key | None = None
    residency: tuple[Region, ...] = ()  # where prompts and completions may be processed; () is anywhere
    access: Access = Access()
    agreements: tuple[Provider, ...] | None = None  # signed for personal or health data; None: not asked
    rates: Rates
    annotation: Annotation
    evaluation: EvaluationRun = EvaluationRun()
    dataset: DatasetNote = DatasetNote()
    branding: Branding = Branding()
    language: Language = "en"  # of the client, for the intake workbook; the report is in English
    paper: Paper = "a4"
    fonts: tuple[str, ...] = ()  # extra font files inside the client folder
    csv: SavedAs = SavedAs()
    owners: Mapping[str, Name] = {}  # role -> the person who has it
    sign_off: SignOff = SignOff()
    thresholds: Mapping[str, float] = {}  # overrides of bespoke/facts/tables/thresholds.yaml

    # of rates and annotation, by dotted key: what nobody knows, filled from the facts, and what is no single value
    unknown: frozenset[str] = frozenset()
    ranges: Mapping[str, tuple[float, float]] = {}  # least and most

    beside = frozenset({"unknown", "ranges"})

    def begins(self, report: date) -> date:
        """The day the work can begin: as planned, but neither before the files speak nor before the report is dated."""
        return max(self.start, self.as_of, report)

    def who(self, role: str) -> str:
        """The person who has a role, and the role: `Ada Lovelace (client IT)`; the role alone where nobody is named."""
        person = self.owners.get(role)
        return f"{person} ({role})" if person else role


# --- tasks.csv, failures.csv, codes.csv, phases.csv, prices.yaml ---------------------------------------


class Task(Row):
    """One LLM task of the client. Quality is on the scale 0 to 1 of `metric`; tokens are per request.

    Every input but the names may be unknown or a range. The attributes are then the likely value: of the range, or
    of the wide one that the fact table `assumed` gives for what nobody knows; quality stays None.
    """

    task_id: Name
    name: Name
    kind: Kind
    requests_per_day: Positive
    peak_to_mean: Annotated[float, Field(ge=1, le=10_000)]
    system_tokens: Count
    input_tokens: Count  # besides the system prompt
    output_tokens: Count
    model: Name
    p95_latency_ms: Annotated[float, Field(gt=0, le=10**8)] | None = None  # required, not measured
    metric: Name
    current_quality: Share | None = None
    target_quality: Share | None = None
    test_cases: Count = 0
    labelled_examples: Count = 0
    knowledge_changes: Change | None = None
    prompt_engineering_done: bool | None = None
    rag_done: bool | None = None
    contains_phi: bool | None = None
    deidentified: bool | None = None
    personal_data: bool | None = None
    place: Name | None = None  # where it runs today, a row of bespoke/facts/tables/places.yaml
    prompt_caching: bool | None = None  # whether the prompt is cached today
    waits: Waits | None = None  # how long an answer may take at most; "a day" allows batches
    value_of_right: Money | None = None  # of one right output, in the engagement's currency
    cost_of_wrong: Money | None = None
    minutes_per_output: Annotated[float, Field(gt=0, le=10_000)] | None = None  # without the model

    ranges: Mapping[str, tuple[float, float]] = {}  # column -> least and most, where it is no single value
    unknown: frozenset[str] = frozenset()  # columns nobody could fill in, and nothing measured
    absent: frozenset[str] = frozenset()  # columns answered by none: no model yet, no latency required
    measured: frozenset[str] = frozenset()  # columns that usage.json gives
    stated: Mapping[str, float] = {}  # what tasks.csv says of those, where it is another number

    beside = frozenset({"ranges", "unknown", "absent", "measured", "stated"})
    may_be_none = frozenset({"model", "p95_latency_ms"})

    may_be_unknown = frozenset(
        {
            "kind", "requests_per_day", "peak_to_mean", "system_tokens", "input_tokens", "output_tokens", "model",
            "p95_latency_ms", "metric", "current_quality", "target_quality", "test_cases", "labelled_examples",
            "knowledge_changes", "prompt_engineering_done", "rag_done", "contains_phi", "deidentified", "personal_data",
            "place", "prompt_caching", "waits", "value_of_right", "cost_of_wrong", "minutes_per_output",
        }
    )  # fmt: skip

    @property
    def holds_personal_data(self) -> bool | None:
        """As somebody said: health data are personal data, their absence says nothing of others."""
        return True if self.contains_phi else self.personal_data

    @property
    def identifies_nobody(self) -> bool:
        """Whether somebody said so: unknown is not yes."""
        return self.deidentified is True or self.holds_personal_data is False


class Failure(Row):
    """One failing output. `code` is the client's own open code, labels are two annotators' families."""

    failure_id: Name
    task_id: Name
    prompt: str
    expected: str
    actual: str
    note: str = ""
    code: Key = ""
    label_1: Family | None = None
    label_2: Family | None = None


class CodeFamily(Row):
    """One open code of the client and the remedy family the consultant puts it in (codes.csv, optional)."""

    code: Name
    family: Family


class JudgeLabel(Row):
    """The family a judge model gave one failing output, after its explanation (judge.csv, written by the tool)."""

    failure_id: Annotated[str, Field(min_length=1), STRAIGHT]
    family: Family
    explanation: str = ""
    model: Key = ""


class Phase(Row):
    """One project phase in working days; `after` names the phases it waits for, separated by `;`."""

    phase: Name
    low_days: Days
    likely_days: Days
    high_days: Days
    after: tuple[Key, ...] = ()


class LoggedPhase(Row):
    """One phase of a finished engagement (client_data/engagement_log.csv): what was planned and what it took."""

    engagement: Annotated[str, Field(min_length=1), STRAIGHT]
    phase: Annotated[str, Field(min_length=1), STRAIGHT]
    planned_days: Annotated[float, Field(gt=0, le=2000)]
    actual_days: Annotated[float, Field(ge=0, le=2000)]


class NegotiatedPrice(Row):
    """A price of the client's own contract; it replaces the published one of the same key."""

    value: Annotated[Decimal, Field(ge=0, le=10**9)]
    unit: Annotated[str, Field(min_length=1, description="a unit such as USD per million tokens"), STRAIGHT]
    source: Annotated[str, Field(min_length=1, description="the contract or page it was read in"), STRAIGHT]
    read_on: Day


# --- evaluation/*.jsonl --------------------------------------------------------------------------------


class Medication(Row):
    """One prescription. A plain string in the file stands for the drug alone."""

    shorthand = "drug"

    drug: Annotated[str, Field(min_length=1)]
    dose: str | None = None
    route: str | None = None
    frequency: str | None = None


class Fields(Row):
    """The four fields a note is structured into. The primary diagnosis comes first."""

    diagnosis_icd10: tuple[str, ...] = ()
    symptoms: tuple[str, ...] = ()
    prescribed_medications: tuple[Medication, ...] = ()
    follow_up_date: date | None = None


class Evidence(Row):
    """The words of the note that justify a code: `text == note[start:end]`, offsets in characters."""

    code: str
    text: str
    start: Count
    end: Count


class Note(Row):
    id: Name
    group: Key | None = None  # patient or article: notes of one group are not independent
    text: Annotated[str, Field(min_length=1)]
    gold: Fields
    evidence: tuple[Evidence, ...] = ()
    specialty: Key | None = None


class Usage(Row):
    input_tokens: Count
    output_tokens: Count
    cache_read_tokens: Count = 0
    cache_write_tokens: Count = 0


class TrainedOn(Row):
    """What a tuned model was made from: the base model, and how many examples it was trained on."""

    model: Name
    examples: Annotated[int, Field(ge=1, le=10**9)]


class Prediction(Row):
    """One recorded output of a system. `prediction` is None where the output broke the schema."""

    id: Name
    run: Annotated[int, Field(ge=1, le=1000)] = 1  # of several times that the same was asked
    prediction: Fields | None
    usage: Usage | None = None
    latency_ms: Annotated[float, Field(ge=0, le=10**9)] | None = None
    trained_on: TrainedOn | None = None  # of a model that was tuned on the client's examples
    outcome: str | None = None  # why there is no prediction, where that is known: evaluation.cases


class QuotedCost(Row):
    """What a strategy was quoted before anything was sent, in USD."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    usd_likely: Annotated[Decimal, Field(ge=0)]
    usd_worst: Annotated[Decimal, Field(ge=0)]


class ClaudeAccount(Row):
    """What a run of Claude left about one strategy; of the file's fields those that chapters read."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    strategy: Name
    model: Name
    small: str = ""  # the model that was asked first, where one was
    batch: bool
    usd: Annotated[Decimal, Field(ge=0)]  # of the answers
    quote: QuotedCost


# --- the folder ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Client:
    """Everything a client folder holds, validated. None stands for an optional file that is not there."""

    name: str  # the folder's name
    folder: Path
    engagement: Engagement
    tasks: tuple[Task, ...]
    failures: tuple[Failure, ...] | None = None
    codes: tuple[CodeFamily, ...] | None = None
    judge: tuple[JudgeLabel, ...] | None = None
    phases: tuple[Phase, ...] | None = None
    prices: Mapping[str, NegotiatedPrice] | None = None
    dataset: tuple[Path, ...] = ()  # read by the dataset chapter itself, a line at a time
    notes: tuple[Note, ...] | None = None
    train: tuple[Note, ...] | None = None
    predictions: Mapping[str, tuple[Prediction, ...]] | None = None
    accounts: Mapping[str, ClaudeAccount] | None = None  # by the name of the recorded system they belong to
    notes_in: str = "evaluation"  # the folder of the client folder that notes, train and predictions are of
    evaluated: tuple[EvaluationTask, ...] = ()  # the tasks of evaluation/<task_id>/
    code_set: Release | None = None  # None: the pinned release of ICD-10-CM
    log: tuple[LoggedPhase, ...] | None = None  # the consultancy's own, beside the client folders
    usage: Mapping[str, TaskUsage] | None = None  # by task_id: what logs and bills say
    words: Mapping[str, str] = field(default_factory=dict)  # notes.md and notes/*.md, by name: Markdown
    scenarios: tuple[Scenario, ...] = ()  # other values under a name, by the name of their file

    def task(self, task_id: str) -> Task:
        return next(task for task in self.tasks if task.task_id == task_id)
