"""Which cases a model cannot be asked about: prompt and longest answer together pass its context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil

from bespoke.claude.requests.calls import most_tokens, text_bytes
from bespoke.claude.requests.capabilities import Capabilities
from bespoke.claude.requests.request_plan import Item, RequestPlan
from bespoke.claude.requests.strategies import Strategy

_NAMED = 5


def within_context(
    plan: RequestPlan,
    able: Capabilities,
    first: Capabilities | None,
    bytes_per_token: float,
    say: Callable[[str], None],
) -> RequestPlan:
    """The plan without what does not fit `able`, nor `first`, the smaller model that some rungs ask before it.

    Tokens are estimated at `bytes_per_token`. A rung that no case fits is left out; of the others `too_long` names the
    cases. Both are said. A model whose context nobody has stated takes everything.
    """
    kept, too_long = [], {}
    for strategy in plan.strategies:
        found = {
            note.id: need
            for note in plan.notes
            if (need := _over(strategy, plan, note, able, first, bytes_per_token))
        }
        if found and len(found) == len(plan.notes):
            say(f"{strategy.name} is left out: no case fits; {min(found.values())}")
            continue
        kept.append(strategy)
        if found:
            too_long[strategy.name] = found
            shown = "; ".join(f"{name}: {need}" for name, need in [*found.items()][:_NAMED])
            more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
            say(
                f"{strategy.name}: {len(found)} of {len(plan.notes)} cases do not fit and count as wrong;"
                f" {shown}{more}"
            )
    return replace(plan, strategies=tuple(kept), too_long=too_long)


def _over(
    strategy: Strategy,
    plan: RequestPlan,
    note: Item,
    able: Capabilities,
    first: Capabilities | None,
    bytes_per_token: float,
) -> str:
    """What the first pass that does not fit would take, prompt and longest answer, in words; "" where all fit. A critic
    also reads the draft."""
    for number, which in enumerate(strategy.passes):
        call = plan.call(strategy, number, note)
        draft = plan.shared.answer_tokens if which == "criticise" else 0
        prompt = ceil(text_bytes(call.body) / bytes_per_token) + draft
        tokens, asked = prompt + most_tokens(call.body).output, first if call.model and first else able
        if asked.context is not None and tokens > asked.context:
            return f"about {tokens:,} tokens with the answer, {asked.model} takes {asked.context:,}"
    return ""
