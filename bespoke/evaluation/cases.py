"""What one task's evaluation holds, as types: `evaluation/<task_id>/` of the client folder.

A scorer may narrow what `task.yaml` takes (a subclass of `Setup`) and what a case expects (a subclass of `Case`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from bespoke.clients.schema import ClaudeAccount, Evidence, Key, Name, Row, Share, TrainedOn, Usage

Outcome = Literal[
    "answered", "schema_broken", "refused", "truncated", "too_long",  # the model's own doing: scored
    "answer_lost", "rejected", "unavailable", "blocked", "not_asked",  # the network's, the budget's, ours: not
]  # fmt: skip
NOT_MEASURED = ("answer_lost", "rejected", "unavailable", "blocked", "not_asked")


class Known(Row):
    """What is known of a system beside its answers."""

    title: Key | None = None
    strategy: Key | None = None  # the route it stands for: zero_shot, few_shot, extended_thinking ...
    model: Key | None = None


class Contrast(Row):
    """Two systems whose difference the client wants to know."""

    first: Name
    second: Name


class Setup(Row):
    """task.yaml, as far as every scorer reads it."""

    scorer: Name
    about: str = ""  # the task in one sentence
    prompt: Key | None = None  # the client's prompt as it is: a file in this folder
    metric: Key | None = None  # the main one; None: the scorer's own choice
    in_use: Key | None = None  # the system whose answers are what runs today
    contrasts: tuple[Contrast, ...] = ()
    systems: Mapping[str, Known] = {}
    published: bool | None = None  # whether the cases can be found in public: a model may have learnt them
    used_before: bool | None = None  # whether a system was chosen or tuned by looking at these cases
    minutes_per_case: Annotated[float, Field(gt=0, le=10_000)] | None = None  # of a person doing it by hand


class Case(Row):
    """One case. `input` is the text, or the turns of a conversation; `expected` is what its scorer says it is."""

    id: Name
    group: Key | None = None  # patient, matter, merchant: cases of one group are not independent
    input: Any
    expected: Any = None
    second: Any = None  # what another person answered, without knowing `expected`
    tags: tuple[Key, ...] = ()
    documents: tuple[Key, ...] = ()  # what the answer should rest on
    evidence: tuple[Evidence, ...] = ()
    minutes: Annotated[float, Field(gt=0, le=10_000)] | None = None

    @property
    def text(self) -> str:
        """The input as one text; turns are told apart by who speaks."""
        if isinstance(self.input, str):
            return self.input
        return "\n\n".join(f"{turn['role'].capitalize()}: {turn['text']}" for turn in self.input)

    @property
    def cluster(self) -> str:
        return f"group {' '.join(self.group.split()).casefold()}" if self.group else f"case {self.id}"


class Recorded(Row):
    """One recorded output. `prediction` is null where nothing usable came; `outcome` then says why, if known."""

    id: Name
    run: Annotated[int, Field(ge=1, le=1000)] = 1
    prediction: Any = None
    outcome: Outcome | None = None
    confidence: Share | None = None
    retrieved: Mapping[str, tuple[str, ...]] = {}  # stage -> documents, best first
    usage: Usage | None = None
    latency_ms: Annotated[float, Field(ge=0, le=10**9)] | None = None
    trained_on: TrainedOn | None = None


class Grade(Row):
    """grades.csv: what one person says of one output by one criterion."""

    case_id: Name
    system: Name
    grader: Name
    criterion: Name
    verdict: Literal["pass", "fail"]


class JudgeGrade(Row):
    """judge_grades.csv: the same from a judge model."""

    case_id: Name
    system: Name
    criterion: Name
    verdict: Literal["pass", "fail"]
    model: Name


class Preference(Row):
    """preferences.csv: which of two outputs is better, by a person. judge_preferences.csv: by a judge model, which sees
    every pair in both orders."""

    case_id: Name
    first: Name  # shown first
    second: Name
    grader: Name
    preferred: Literal["first", "second", "tie"]


@dataclass(frozen=True)
class EvaluationTask:
    """Everything of one task's folder, validated."""

    task_id: str
    folder: Path
    setup: Any  # the scorer's own kind of Setup
    cases: tuple[Case, ...]
    train: tuple[Case, ...] = ()
    documents: Mapping[str, str] = field(default_factory=dict)  # name -> text
    recorded: Mapping[str, tuple[Recorded, ...]] = field(default_factory=dict)
    accounts: Mapping[str, ClaudeAccount] = field(default_factory=dict)
    grades: tuple[Grade, ...] = ()
    judged: tuple[JudgeGrade, ...] = ()
    preferences: tuple[Preference, ...] = ()
    judge_preferences: tuple[Preference, ...] = ()
    prompt: str = ""
    files: Mapping[str, str] = field(default_factory=dict)  # other texts the scorer asked for
    given: Mapping[str, Any] = field(default_factory=dict)  # what the engagement says beside the folder

    @cached_property
    def usable_train(self) -> tuple[Case, ...]:
        """The training cases that share neither group nor text with a case that is scored."""
        groups = {case.cluster for case in self.cases}
        texts = {bare(case.text) for case in self.cases}
        return tuple(c for c in self.train if c.cluster not in groups and bare(c.text) not in texts)


def bare(text: str) -> str:
    """A text by which copies are known: neither case nor spacing counts."""
    return " ".join(text.split()).casefold()
