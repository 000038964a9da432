"""A better prompt from training cases alone: GEPA (arXiv 2507.19457) with our caller, budget and journal underneath."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np

from bespoke.claude.budget.journal import Journal, journal_of
from bespoke.claude.budget.pico_usd import pico, usd
from bespoke.claude.evaluate_client import JOURNAL, wire_id
from bespoke.claude.requests.answer_parsing import read_answer
from bespoke.claude.requests.calls import ModelRequest, Pricing
from bespoke.claude.requests.capabilities import capabilities
from bespoke.claude.requests.case_plan import OPTIMISED, OPTIMISED_FILE, make_task_plan
from bespoke.claude.requests.prompt import plain_body, request_body
from bespoke.claude.requests.request_plan import RequestPlan
from bespoke.claude.retry.retry_policy import RetryPolicy
from bespoke.claude.sending.backend import Backend
from bespoke.claude.sending.providers import name_of, open_backend
from bespoke.claude.sending.sender import Sender, work_through
from bespoke.clients.schema import Client
from bespoke.errors import BespokeError
from bespoke.evaluation.answers import Answer
from bespoke.evaluation.cases import Case, EvaluationTask
from bespoke.evaluation.scorer import Scorer, main_metric
from bespoke.facts.reader import Facts
from bespoke.results import write_atomically
from bespoke.statistics.seed import SEED

FEWEST = 20  # training cases: half of them choose, half of them judge the choice
PART = "instructions"


@dataclass(frozen=True)
class Optimised:
    """What came of it. Both scores are of the half of the training cases that chose among prompts: no test."""

    prompt: str
    before: float
    after: float
    asked: int
    usd: Decimal  # held by the journal for it, lost answers included
    stopped: str


def optimise(
    client: Client,
    facts: Facts,
    task: EvaluationTask,
    scorer: Scorer,
    *,
    model: str,
    backend: str | Backend,
    calls: int,
    budget: Decimal,
    send: bool,
    say: Callable[[str], None],
    model_id: str = "",
    patience: RetryPolicy | None = None,
) -> Optimised | None:
    """Rewrites the task's instructions until `calls` answers to training cases were scored or the budget ends.

    No case of cases.jsonl is read, asked or scored here. With `send=False` only the quote is told. Leaves the best
    prompt as `optimised_prompt.md` in the task's folder. Raises BespokeError, also where `gepa` is not installed.
    """
    patience = patience or RetryPolicy()
    gepa = _gepa()
    if send and not client.engagement.evaluation.deidentified:
        raise BespokeError(
            "the cases are not declared de-identified; nothing is sent", path="engagement.yaml"
        )
    trained = replace(task, cases=task.usable_train, train=())
    name = name_of(backend)
    able = capabilities(model, facts)
    wire = model_id or wire_id(name, model)
    plan = make_task_plan(trained, scorer, client, facts, [OPTIMISED], name, wire, able)
    ready = [case for case in trained.cases if case.id not in plan.blocked]
    if len(ready) < FEWEST:
        raise BespokeError(f"{len(ready)} training cases may be sent; an optimised prompt needs {FEWEST}")
    pricing = Pricing.of_client(client, model, facts.as_of)
    each = max(plan.call(OPTIMISED, 0, case).worst(pricing) for case in ready)
    say(
        f"at most {calls} answers on {len(ready)} training cases and about {calls // 6} rewritings, together at most"
        f" {usd((calls + calls // 6) * each):.2f} USD; budget {budget:.2f} USD"
    )
    if not send:
        return None
    journal = Journal(journal_of(client.folder, JOURNAL), lease_s=patience.lease_s)
    before = journal.held()
    opened = open_backend(backend, patience)
    sender = Sender(opened, journal, pricing, pricing, pico(budget), patience)
    order = np.random.default_rng(SEED).permutation(len(ready))
    half = len(ready) // 2
    parts = [[ready[int(i)] for i in order[:half]], [ready[int(i)] for i in order[half:]]]
    found: list[Any] = []
    try:
        work_through(_searched(gepa, trained, scorer, plan, sender, parts, calls, found), sender)
    finally:
        spent = usd(journal.held() - before)
        journal.close()
    result = found[0]
    best = str(result.best_candidate[PART])
    scores = result.val_aggregate_scores
    write_atomically(task.folder / OPTIMISED_FILE, best.rstrip() + "\n")
    return Optimised(
        best, scores[0], scores[result.best_idx], sender.done, spent, sender.fatal or sender.stopped
    )


async def _searched(
    gepa: Any, task: EvaluationTask, scorer: Scorer, plan: RequestPlan, sender: Sender, parts: list[list[Case]],
    calls: int, found: list[Any],
) -> None:  # fmt: skip
    """GEPA in a thread of its own, every request of it in this loop."""
    adapter = _Adapter(task, scorer, plan, sender, asyncio.get_running_loop())
    start = task.prompt or scorer.instructions(task)

    found.append(
        await asyncio.to_thread(
            gepa.optimize, seed_candidate={PART: start}, trainset=parts[0], valset=parts[1], adapter=adapter,
            reflection_lm=adapter.reflect, max_metric_calls=calls,
            stop_callbacks=[lambda state: bool(sender.stopped)], logger=_Silent(), seed=SEED,
            display_progress_bar=False,
        )
    )  # fmt: skip


@dataclass
class _Adapter:
    """GEPA's view of a task: a candidate's instructions, answers to training cases, and what was wrong with them."""

    task: EvaluationTask
    scorer: Scorer
    plan: RequestPlan
    sender: Sender
    loop: asyncio.AbstractEventLoop
    propose_new_texts: Any = field(default=None)

    def evaluate(
        self, batch: Sequence[Case], candidate: Mapping[str, str], capture_traces: bool = False
    ) -> Any:
        from gepa.core.adapter import EvaluationBatch

        texts = asyncio.run_coroutine_threadsafe(self._asked(batch, candidate[PART]), self.loop).result()
        scores = [self._score(case, text) for case, text in zip(batch, texts, strict=True)]
        traces = [
            {"case": case, "said": text, "score": score}
            for case, text, score in zip(batch, texts, scores, strict=True)
        ]
        return EvaluationBatch(outputs=texts, scores=scores, trajectories=traces if capture_traces else None)

    def make_reflective_dataset(
        self, candidate: Mapping[str, str], batch: Any, components: Sequence[str]
    ) -> dict[str, list[dict[str, Any]]]:
        rows = [
            {
                "Inputs": trace["case"].text,
                "Generated Outputs": trace["said"] or "(no usable answer)",
                "Feedback": "Right."
                if trace["score"] == 1
                else f"Scored {trace['score']:.2f}. Expected: {self.scorer.written(self.task, trace['case'])}",
            }
            for trace in batch.trajectories or ()
        ]
        return dict.fromkeys(components, rows)

    def reflect(self, prompt: object) -> str:
        """The model's own proposal for better instructions."""
        text = prompt if isinstance(prompt, str) else str(prompt)
        shared, words = self.plan.shared, "You improve instructions for a language model."
        body = plain_body(shared.model_id, shared.thinking_tokens, words, text, shared.geography)
        call = ModelRequest("", "optimise", "generate", self.plan.backend, body)
        ending = asyncio.run_coroutine_threadsafe(self.sender.ask(call), self.loop).result()
        return read_answer(ending.message).text if ending.message else ""

    async def _asked(self, batch: Sequence[Case], instructions: str) -> list[str]:
        words = replace(self.plan.shared.words, instructions=instructions)
        shared = replace(self.plan.shared, words=words)

        async def one(case: Case) -> str:
            body = request_body(OPTIMISED, "generate", shared, case.text)
            ending = await self.sender.ask(
                ModelRequest(case.id, "optimise", "generate", self.plan.backend, body)
            )
            if ending.message is None:  # what the network lost must not choose between prompts
                self.sender.stop(ending.reason or "an answer was lost; run again to go on")
            return read_answer(ending.message).text if ending.message else ""

        return [*await asyncio.gather(*(one(case) for case in batch))]

    def _score(self, case: Case, text: str) -> float:
        value = self.scorer.parse(self.task, text) if text else None
        read = None if value is None else self.scorer.read(self.task, value)
        one = replace(self.task, cases=(case,))
        answer = Answer(read) if read is not None else Answer(status="schema_broken")
        measure = self.scorer.measures(one, "optimise", [answer])[main_metric(self.scorer, one)]
        found = float(measure.combine(measure.columns.sum(0))) if measure is not None else 0.0
        return 0.0 if np.isnan(found) else found


class _Silent:
    def log(self, message: str) -> None:
        """The search's own chatter; what matters is told at the end."""


def _gepa() -> Any:
    try:
        import gepa
    except ImportError:
        raise BespokeError(
            "an optimised prompt needs gepa: pip install 'bespoke-workbook[optimise]'"
        ) from None
    return gepa
