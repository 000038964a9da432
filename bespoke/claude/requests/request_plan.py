"""What a run would ask: the notes that may leave, what prompts carry, and the requests of every strategy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Protocol

from bespoke.chapters.icd10_evaluation.decision import comparable_code
from bespoke.claude.requests.answer_parsing import Parse, read_answer
from bespoke.claude.requests.calls import ModelRequest
from bespoke.claude.requests.capabilities import Capabilities
from bespoke.claude.requests.identifier_check import IdentifierHit, held_here, identifiers_left, say_blocked
from bespoke.claude.requests.prompt import INSTRUCTIONS, PromptWording, Shared, request_body
from bespoke.claude.requests.prompt_examples import glossary, worked_examples
from bespoke.claude.requests.strategies import LARGER, Pass, Strategy
from bespoke.clients.schema import Client, Note
from bespoke.errors import BespokeError
from bespoke.facts.icd10 import CodeSet, code_set
from bespoke.facts.reader import Facts

Trusted = Callable[[Sequence[Any]], bool]  # a smaller model's predictions for one case
Accepted = Callable[[Mapping[str, Any]], int]  # predictions by id -> how many are right as a whole


class Item(Protocol):
    """What is asked about: a coded note, or a case of any task."""

    @property
    def id(self) -> str: ...

    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class SmallModel:
    """The model that is asked before the run's own. `model`: whose prices apply."""

    model: str
    shared: Shared
    always_thinks: bool = False


@dataclass(frozen=True)
class RequestPlan:
    """`notes` may be sent; `blocked` may not, each with the rules that hold it."""

    backend: str
    strategies: tuple[Strategy, ...]
    shared: Shared
    all_notes: tuple[Item, ...]
    notes: tuple[Item, ...]
    blocked: Mapping[str, tuple[IdentifierHit, ...]]
    train_held_back: int  # training notes kept out of prompts by the residual check
    candidates: Mapping[str, tuple[str, ...]]
    answer_bytes: int = 0  # of a usual answer
    parse: Parse | None = None  # None: the fields of a coded note
    accepted: Accepted | None = None  # None: whole sets of codes
    within: str = "evaluation"  # the folder of the client folder that predictions go to
    suffix: str = ""  # of the recorded systems' names: a model, where several are asked
    runs: int = 1
    always_thinks: bool = False
    small: SmallModel | None = None
    trusted: Trusted | None = None  # None: two answers with the same set of codes
    too_long: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # strategy -> case -> what it would take

    @property
    def blocked_rules(self) -> dict[str, tuple[str, ...]]:
        """Note -> the rules that hold it here."""
        return {note: tuple(hit.rule for hit in hits) for note, hits in self.blocked.items()}

    def tell(self, say: Callable[[str], None]) -> None:
        """What a reader should know before the quote."""
        say_blocked(self.blocked, len(self.all_notes), say)
        if self.train_held_back:
            say(f"{self.train_held_back} training notes are kept out of prompts for the same reason")
        none = not self.shared.examples and not self.shared.worked
        if none and any(strategy.examples for strategy in self.strategies):
            say("no training note can serve as an example: few-shot prompts are the zero-shot prompt")
        if any(strategy.glossary for strategy in self.strategies) and not self.shared.glossary:
            say("the training notes carry no evidence spans that make a glossary: its prompts go without")

    def generate(self, strategy: Strategy) -> list[ModelRequest]:
        """The first request for every note that is asked, in the order of the notes."""
        return [self.call(strategy, 0, note) for note in self.asked(strategy)]

    def asked(self, strategy: Strategy) -> tuple[Item, ...]:
        """The notes that may be sent and that the model's context can hold with this strategy's prompt."""
        over = self.too_long.get(strategy.name, {})
        return tuple(note for note in self.notes if note.id not in over)

    def call(
        self,
        strategy: Strategy,
        number: int,
        note: Item,
        draft: str = "",
        run: int = 1,
        *,
        marked: bool = False,
    ) -> ModelRequest:
        """The request of pass `number`; a critic needs the draft of the one before.

        What a smaller model is asked is what its own rung would ask, each answer a run of its own: paid once for both.
        """
        which = strategy.passes[number]
        small = self.small if which in ("small", "again") else None
        if small:
            run = strategy.passes.index(LARGER) * (run - 1) + number + 1
        asked: Pass = "criticise" if which == "criticise" else "generate"
        shared = small.shared if small else self.shared
        found = self.candidates.get(note.id, ())
        body = request_body(strategy, asked, shared, note.text, found, draft, marked=marked)
        return ModelRequest(
            note.id, strategy.name, asked, self.backend, body, run, small.model if small else ""
        )

    def settled(self, strategy: Strategy, messages: Sequence[Mapping[str, Any]]) -> bool:
        """Whether the smaller model's answers so far can be trusted, so that the larger one is not asked."""
        if not strategy.cascades or len(messages) != strategy.passes.index(LARGER):
            return False
        answers = [read_answer(dict(message), self.parse) for message in messages]
        if any(answer.outcome != "answered" for answer in answers):
            return False
        return (self.trusted or _same_codes)([answer.fields for answer in answers])


def make_plan(
    client: Client,
    facts: Facts,
    strategies: tuple[Strategy, ...],
    backend: str,
    model_id: str,
    say: Callable[[str], None],
) -> RequestPlan:
    """Reads, checks and prepares everything without touching the network. Raises BespokeError."""
    if not client.notes:
        raise BespokeError("evaluation/notes.jsonl is missing or empty: there is nothing to ask about")
    blocked = held_here(client.folder, {note.id: note.text for note in client.notes})
    notes = tuple(note for note in client.notes if note.id not in blocked)
    train = _training(client)
    # a waiver lets its own text leave, and not along with everybody else's
    clean = [note for note in train if not identifiers_left(note.id, _everything(note))]
    count = int(facts.fact("evidence.tokens.examples").number)
    codes = code_set(client.code_set)
    candidates: Mapping[str, tuple[str, ...]] = {}
    if any(strategy.candidates for strategy in strategies):
        wanted = int(facts.fact("evidence.tokens.candidates").number)
        candidates = _retrieved(notes, train, codes, wanted, say)
    shared = Shared(
        model_id=model_id,
        words=PromptWording(INSTRUCTIONS.replace("{release}", codes.release.name)),
        examples=worked_examples(clean, count) if any(s.examples for s in strategies) else (),
        glossary=glossary(clean) if any(s.glossary for s in strategies) else (),
        answer_tokens=int(facts.fact("api.answer_tokens").number),
        thinking_tokens=int(facts.fact("api.thinking_tokens").number),
        geography=promised_geography(client, backend),
        descriptions={
            code: codes.codes[code].description
            for found in candidates.values()
            for code in found
            if code in codes.codes
        },
    )
    return RequestPlan(
        backend=backend,
        strategies=strategies,
        within=client.notes_in,
        answer_bytes=mean_bytes(
            json.dumps(n.gold.model_dump(mode="json"), ensure_ascii=False) for n in client.notes
        ),
        shared=shared,
        all_notes=client.notes,
        notes=notes,
        blocked=blocked,
        train_held_back=len(train) - len(clean),
        candidates=candidates,
    )


def _same_codes(predictions: Sequence[Any]) -> bool:
    return len({frozenset(map(comparable_code, p.diagnosis_icd10)) for p in predictions}) == 1


def mean_bytes(answers: Iterable[str]) -> int:
    """The bytes of a usual answer: answers are about as long as what is expected."""
    sizes = [len(answer.encode()) for answer in answers]
    return ceil(sum(sizes) / len(sizes)) if sizes else 0


def _training(client: Client) -> list[Note]:
    """Training notes that share neither patient nor text with an evaluation note."""
    from bespoke.chapters.icd10_evaluation.note_answers import usable_training

    return usable_training(client.train or (), client.notes or ())


def _everything(note: Note) -> str:
    """All of a training note that a prompt may carry: example notes are sent with their gold."""
    gold = note.gold
    said = [*gold.symptoms, *(m.drug for m in gold.prescribed_medications), *(s.text for s in note.evidence)]
    return "\n".join([note.text, *said])


def _retrieved(
    notes: Sequence[Note], train: Sequence[Note], codes: CodeSet, count: int, say: Callable[[str], None]
) -> dict[str, tuple[str, ...]]:
    from bespoke.retrieval import CandidateSearch

    search = CandidateSearch(train, codes=codes, say=say)
    if not search.has_dense:
        say(search.dense_name)
    found = search.candidates(notes, count)
    return {note.id: codes for note, codes in zip(notes, found, strict=True)}


def promised_geography(client: Client, backend: str, able: Capabilities | None = None) -> str:
    """Where the provider may process: the Claude API can promise the United States and nothing else, and not for every
    model."""
    wanted = {place.casefold() for place in client.engagement.residency}
    if not wanted or backend != "anthropic":
        return ""
    if wanted == {"us"}:
        if able is not None and able.geography is False:
            raise BespokeError(
                f"{able.model} refuses inference_geo, so no residency can be promised; name a later model"
            )
        return "us"
    raise BespokeError(
        f"residency {', '.join(sorted(wanted))} cannot be promised by the Claude API, which offers the US"
        " only; use the bedrock backend in a region of theirs"
    )
