"""`messages` with the system prompt inside the list: OpenAI's chat format and TRL's conversational one."""

from __future__ import annotations

from typing import Any, ClassVar

from bespoke.tuning.formats.example import ASSISTANT, HUMAN, SYSTEM, Example, Reading, Record
from bespoke.tuning.formats.format import Format
from bespoke.tuning.formats.message_list import MISSING, USER_ROLES, beside, read_messages

NAMES = {HUMAN: "user", ASSISTANT: "assistant"}


class OpenAIChat(Format):
    """`{"messages": [{"role": "system", "user" or "assistant", "content": "..."}]}`, also with `weight`.

    Source: OpenAI fine-tuning guide, chat format.
    """

    name = "openai_chat"
    title = "OpenAI chat JSONL"
    keys: ClassVar[frozenset[str] | None] = frozenset({"tools", "parallel_tool_calls", "functions"})
    turn_keys: ClassVar[frozenset[str] | None] = frozenset({"weight", "name", "refusal"})

    def recognises(self, record: Record) -> str:
        roles = _roles(record)
        if not roles or roles - set(USER_ROLES) or "system" in record:
            return ""
        if any("weight" in turn for turn in record["messages"] if isinstance(turn, dict)):
            return "'messages' with 'weight'"
        return "'messages' led by a system message" if SYSTEM in roles else "'messages' of user and assistant"

    def read(self, record: Record) -> Reading:
        found = read_messages(
            record.get("messages", MISSING),
            where="messages",
            role_key="role",
            text_key="content",
            roles=USER_ROLES,
        )
        example = Example(found.system, tuple(found.turns), beside(record, "messages"))
        return Reading(example, (*found.faults, *self.unknown_keys(example)))

    def spell(self, example: Example) -> dict[str, Any]:
        return {"messages": spell_messages(example.system, example), **example.extra}


class TRLConversational(OpenAIChat):
    """TRL's conversational language-modelling format: the same list; other columns ride along unused.

    Source: TRL documentation, dataset formats and types.
    """

    name = "trl_conversational"
    title = "TRL conversational"
    keys = None
    turn_keys = None

    def recognises(self, record: Record) -> str:
        roles = _roles(record)
        return "'messages' and further columns" if roles and not roles - set(USER_ROLES) else ""


def spell_messages(system: str | None, example: Example) -> list[dict[str, Any]]:
    """The list of messages with the system prompt at its head."""
    head = [] if system is None else [{"role": SYSTEM, "content": system}]
    return head + [{"role": NAMES[turn.role], "content": turn.text, **turn.extra} for turn in example.turns]


def _roles(record: Record) -> set[Any]:
    turns = record.get("messages")
    if not isinstance(turns, list) or "schemaVersion" in record:
        return set()
    named = [turn for turn in turns if isinstance(turn, dict) and isinstance(turn.get("role"), str)]
    return {turn["role"] for turn in named if not isinstance(turn.get("content"), list)}
