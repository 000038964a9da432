"""One prompt and one completion: Bedrock's Llama format, and TRL's prompt-completion."""

from __future__ import annotations

from typing import Any

from bespoke.tuning.formats.chat import riding, spell_messages, unheard
from bespoke.tuning.formats.dialogue_reading import finished
from bespoke.tuning.formats.example import ASSISTANT, HUMAN, Example, Fault, Record, RecordReading
from bespoke.tuning.formats.format import TrainingFormat
from bespoke.tuning.formats.message_list import MISSING, USER_ROLES, Messages, read_messages
from bespoke.tuning.formats.pairs import SYSTEMS, read_pair
from bespoke.tuning.formats.tools import TOOL_KEYS, openai_tools


class PromptCompletion(TrainingFormat):
    """`{"prompt": "...", "completion": "..."}`: one exchange, no system prompt, no other keys.

    A `system` beside them is read as the system prompt it is. Source: Amazon Bedrock user guide, preparing data
    for text-to-text models.
    """

    name = "prompt_completion"
    title = "prompt/completion (Bedrock Llama)"
    many_turns = False
    has_system = False

    def recognises(self, record: Record) -> str:
        texts = isinstance(record.get("prompt"), str) and isinstance(record.get("completion"), str)
        return "'prompt' and 'completion' hold text" if texts else ""

    def read(self, record: Record) -> RecordReading:
        return self.checked(read_pair(record, "prompt", "completion"))

    def spell(self, example: Example) -> dict[str, Any]:
        prompt, completion = example.turns
        return {"prompt": prompt.text, "completion": completion.text, **example.extra}


class TRLPromptCompletion(PromptCompletion):
    """TRL's prompt-completion type: two texts, or two lists of messages where the last is the completion.

    Lists carry the system prompt, earlier turns and calls of tools; text is written where nothing needs a list.
    Source: TRL documentation, dataset formats and types.
    """

    name = "trl_prompt_completion"
    title = "TRL prompt-completion"
    many_turns = True
    has_system = True
    has_tools = True
    has_reasoning = True
    has_media = True
    keys = None
    turn_keys = None

    def recognises(self, record: Record) -> str:
        if any(record.get(key) for key in SYSTEMS):
            return ""
        if isinstance(record.get("prompt"), list) and isinstance(record.get("completion"), list):
            return "'prompt' and 'completion' hold messages"
        return super().recognises(record)

    def read(self, record: Record) -> RecordReading:
        if not isinstance(record.get("prompt"), list):
            return super().read(record)
        prompt, completion = (_messages(record, key) for key in ("prompt", "completion"))
        faults = prompt.faults + completion.faults
        if completion.system is not None:
            faults.append(Fault("system_misplaced", "completion holds a system message"))
        if len(completion.turns) > 1:
            faults.append(Fault("wrong_type", f"completion holds {len(completion.turns)} messages, not one"))
        found = Messages(prompt.system, [*prompt.turns, *completion.turns], faults)
        own = ("system", "prompt", "completion", *TOOL_KEYS)
        return finished(record, found, own=own, spelling={"lists": True})

    def carries_media(self, block: Record) -> bool:
        return "type" in block

    def lost(self, example: Example) -> tuple[str, ...]:
        roles = [turn.role for turn in example.turns]
        answered = len(roles) > 1 and roles[-1] == ASSISTANT
        unanswered = () if answered else ("a dialogue without a final answer",)
        return (*super().lost(example), *unanswered, *unheard(example))

    def changed(self, example: Example) -> tuple[str, ...]:
        earlier = sum(turn.role == ASSISTANT for turn in example.turns) - 1
        said = ("of several answers in a dialogue the last one is trained on",) if earlier > 0 else ()
        return (*super().changed(example), *said, *riding(example))

    def spell(self, example: Example) -> dict[str, Any]:
        plain = [turn.role for turn in example.turns] == [HUMAN, ASSISTANT] and example.system is None
        bare = not any(t.extra or t.calls or t.reasoning or t.media for t in example.turns)
        if plain and bare and not example.tools and not example.spelling.get("lists"):
            return super().spell(example)
        messages = spell_messages(example.system, example, for_trl=True)
        record = {"prompt": messages[:-1], "completion": messages[-1:], **example.extra}
        return {**record, "tools": openai_tools(example.tools)} if example.tools else record


def _messages(record: Record, key: str) -> Messages:
    return read_messages(
        record.get(key, MISSING), where=key, role_key="role", text_key="content", roles=USER_ROLES
    )
