"""One prompt and one completion: Bedrock's Llama format, TRL's prompt-completion, and CSV."""

from __future__ import annotations

from typing import Any

from bespoke.tuning.formats.chat import spell_messages
from bespoke.tuning.formats.example import ASSISTANT, HUMAN, Example, Fault, Reading, Record, Turn
from bespoke.tuning.formats.format import Format
from bespoke.tuning.formats.message_list import MISSING, USER_ROLES, beside, read_messages, read_text


class PromptCompletion(Format):
    """`{"prompt": "...", "completion": "..."}`: one exchange, no system prompt, no other keys.

    Source: Amazon Bedrock user guide, preparing data for text-to-text models.
    """

    name = "prompt_completion"
    title = "prompt/completion (Bedrock Llama)"
    many_turns = False
    has_system = False

    def recognises(self, record: Record) -> str:
        texts = isinstance(record.get("prompt"), str) and isinstance(record.get("completion"), str)
        return "'prompt' and 'completion' hold text" if texts else ""

    def read(self, record: Record) -> Reading:
        faults: list[Fault] = []
        texts = {key: read_text(record, key, "record", faults) for key in ("prompt", "completion")}
        roles = zip((HUMAN, ASSISTANT), texts.values(), strict=True)
        turns = tuple(Turn(role, text) for role, text in roles if text is not None)
        example = Example(None, turns, beside(record, "prompt", "completion"))
        return Reading(example, (*faults, *self.unknown_keys(example)))

    def spell(self, example: Example) -> dict[str, Any]:
        prompt, completion = example.turns
        return {"prompt": prompt.text, "completion": completion.text, **example.extra}


class TRLPromptCompletion(PromptCompletion):
    """TRL's prompt-completion type: two texts, or two lists of messages where the last is the completion.

    Lists carry the system prompt and earlier turns; text is written where nothing needs a list.
    Source: TRL documentation, dataset formats and types.
    """

    name = "trl_prompt_completion"
    title = "TRL prompt-completion"
    many_turns = True
    has_system = True
    keys = None
    turn_keys = None

    def recognises(self, record: Record) -> str:
        if isinstance(record.get("prompt"), list) and isinstance(record.get("completion"), list):
            return "'prompt' and 'completion' hold messages"
        return super().recognises(record)

    def read(self, record: Record) -> Reading:
        if not isinstance(record.get("prompt"), list):
            return super().read(record)
        parts = [
            read_messages(
                record.get(key, MISSING), where=key, role_key="role", text_key="content", roles=USER_ROLES
            )
            for key in ("prompt", "completion")
        ]
        prompt, completion = parts
        faults = prompt.faults + completion.faults
        if completion.system is not None:
            faults.append(Fault("system_misplaced", "completion holds a system message"))
        if len(completion.turns) > 1:
            faults.append(Fault("wrong_type", f"completion holds {len(completion.turns)} messages, not one"))
        turns = (*prompt.turns, *completion.turns)
        example = Example(prompt.system, turns, beside(record, "prompt", "completion"), {"lists": True})
        return Reading(example, tuple(faults))

    def lost(self, example: Example) -> tuple[str, ...]:
        roles = [turn.role for turn in example.turns]
        answered = len(roles) > 1 and roles[-1] == ASSISTANT
        unanswered = () if answered else ("a dialogue without a final answer",)
        return (*super().lost(example), *unanswered)

    def spell(self, example: Example) -> dict[str, Any]:
        plain = [turn.role for turn in example.turns] == [HUMAN, ASSISTANT] and example.system is None
        if plain and not example.spelling.get("lists") and not any(turn.extra for turn in example.turns):
            return super().spell(example)
        messages = spell_messages(example.system, example)
        return {"prompt": messages[:-1], "completion": messages[-1:], **example.extra}
