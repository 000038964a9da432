"""What the dataset chapter finds, as typed parts."""

from __future__ import annotations

from typing import ClassVar, Literal

from bespoke.chapters.dataset_readiness.dataset_rules import Scope, Severity
from bespoke.results import Part, Result

Role = Literal["training", "validation", "test"]
Status = Literal["ready", "needs_conversion", "not_ready"]


class RowPlace(Part):
    """Where a rule was broken first, and how. Identifiers are shown masked. No line: the file as a whole."""

    file: str
    line: int | None
    detail: str


class RuleFinding(Part):
    """One rule broken in the data: how often, where first. `routes`: targets it matters to, () for all."""

    rule: str
    severity: Severity
    scope: Scope
    says: str
    todo: str
    source: str
    routes: tuple[str, ...]
    mended: bool  # a converted file no longer has it
    count: int
    files: tuple[str, ...]
    places: tuple[RowPlace, ...]


class TokenStats(Part):
    """Estimated tokens per record and in total, with the total's range from the error of the estimate."""

    mean: float
    p95: int
    longest: int
    total: int
    total_low: int
    total_high: int


class FileReport(Part):
    """One dataset file. Tokens count every readable row; `valid` rows break no rule that every target has."""

    path: str
    role: Role
    role_why: str
    format: str  # "" when none was recognised
    format_title: str
    why: str
    also: tuple[str, ...]  # formats that read the same rows
    as_is: tuple[str, ...]  # formats that every row is in: a file of several formats is in none
    method: str  # "" for supervised fine-tuning, else what the data are for
    size_bytes: int
    rows: int
    valid: int
    tokens: TokenStats | None


class TokenBin(Part):
    """Training records whose estimated tokens lie in [low, high)."""

    low: int
    high: int
    records: int


class LabelCount(Part):
    label: str
    count: int


class LabelField(Part):
    """How often each label of one answer field occurs in valid training rows."""

    field: str
    categories: bool  # labels are three-character categories of codes
    labelled: int  # rows with at least one label in the field
    distinct: int
    rare: int  # labels with fewer examples than rule label_rare asks for
    evenness: float  # Shannon entropy over its maximum: 1 when all labels are equally frequent
    top: tuple[LabelCount, ...]


class Blocker(Part):
    rule: str
    says: str
    count: int


class TargetReadiness(Part):
    """Whether the data can go to one route as it stands, and what stands in the way."""

    route: str
    status: Status
    format: str  # the format it reads
    usable: int  # distinct training examples that no rule of this target blocks
    minimum: int | None
    maximum: int | None
    blocked_by: tuple[Blocker, ...]
    mended_by_conversion: tuple[str, ...]


class Stratum(Part):
    """Usable examples of one label, and how many of them stand on each side of the split."""

    label: str
    rows: int
    training: int
    validation: int
    test: int


class Split(Part):
    """The division of the usable examples by group: no group stands on two sides. `bespoke tune` sends the same."""

    groups: int
    training: int
    validation: int
    validation_why: str  # "" where it is the usual share
    test: int  # 0 where the client has something else to judge by
    test_why: str
    by: str  # what the strata are made of
    strata: tuple[Stratum, ...]  # the most frequent first

    @property
    def widest(self) -> Gap | None:
        """Where a label's share of a smaller side lies farthest from its share of all; None without such a side."""
        whole = self.training + self.validation + self.test
        gaps = [
            Gap(label=stratum.label, side=side, share=count / size, of_all=stratum.rows / whole)
            for stratum in self.strata
            for side, size, count in (
                ("validation", self.validation, stratum.validation), ("test", self.test, stratum.test),
            )
            if size
        ]  # fmt: skip
        return max(gaps, key=lambda gap: abs(gap.share - gap.of_all), default=None)


class Gap(Part):
    """A label's share of one side and of all usable examples."""

    label: str
    side: str
    share: float
    of_all: float


class DatasetReadiness(Result):
    """Is the training data ready, for which target, and how many examples are still needed?"""

    version: ClassVar[int] = 4

    files: tuple[FileReport, ...]
    findings: tuple[RuleFinding, ...]
    token_bins: tuple[TokenBin, ...]
    labels: tuple[LabelField, ...]
    targets: tuple[TargetReadiness, ...]
    rows: int  # training rows from here on
    valid: int
    distinct: int  # valid, less exact copies
    usable: int  # one of each group of near copies
    validation_rows: int
    exact_copies: int
    near_copies: int
    several_answers: int
    leaked: int  # rows that stand in validation or evaluation too
    refusals: int
    answers: int
    bytes_per_token: float
    bytes_per_token_low: float
    bytes_per_token_high: float
    needed_low: int
    needed_high: int
    examples_needed_low: int
    examples_needed: int  # to reach the upper end of the rule of thumb
    needed_source: str
    largest_claim: int  # labelled examples of the task that claims most
    claiming_task: str
    split: Split
    masked: dict[str, int]  # file -> identifiers that what is quoted of it has no more
    as_of: str

    @property
    def claims_more(self) -> bool:
        """Whether a task claims more labelled examples than the files have rows."""
        return self.largest_claim > self.rows

    def count(self, rule: str) -> int:
        """How often a rule was broken."""
        return sum(finding.count for finding in self.findings if finding.rule == rule)
