"""Dialogues in the spellings met in the wild: ShareGPT and its dialects, and `messages` that no vendor writes so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bespoke.tuning.formats.dialogue_reading import OWN, finished
from bespoke.tuning.formats.example import (
    ASSISTANT,
    HUMAN,
    SYSTEM,
    TOOL,
    Example,
    Record,
    RecordReading,
    Turn,
    written,
)
from bespoke.tuning.formats.format import TrainingFormat
from bespoke.tuning.formats.message_list import MISSING, read_messages
from bespoke.tuning.formats.structure import arguments_of
from bespoke.tuning.formats.tools import openai_tools

LISTS = (
    "conversations", "conversation", "messages", "dialog", "dialogue", "dialogs", "turns", "chat", "items",
)  # fmt: skip
OF_TEXTS = ("data", "conversations", "conversation", "dialog", "dialogue")  # may hold texts in turn
ROLES = {
    "human": HUMAN, "user": HUMAN, "User": HUMAN, "Human": HUMAN, "prompter": HUMAN, "usr": HUMAN,
    "gpt": ASSISTANT, "assistant": ASSISTANT, "Assistant": ASSISTANT, "bot": ASSISTANT, "model": ASSISTANT,
    "chatgpt": ASSISTANT, "bing": ASSISTANT, "bard": ASSISTANT, "Chatbot": ASSISTANT, "chatbot": ASSISTANT,
    "system": SYSTEM, "System": SYSTEM, "developer": SYSTEM,
    "function_call": ASSISTANT, "observation": TOOL, "tool": TOOL, "function": TOOL,
    "function_response": TOOL, "tool_response": TOOL, "ipython": TOOL,
}  # fmt: skip
ROLE_KEYS, TEXT_KEYS = ("from", "role", "speaker"), ("value", "content", "text")
SPELLED = {HUMAN: HUMAN, ASSISTANT: ASSISTANT, TOOL: "observation"}  # in a file that is written anew
PAIRED = (("human", "assistant"), ("input", "output"), ("user", "assistant"), ("prompt", "response"))
CALL = "function_call"
DEFAULT = {"list": "conversations", "role": "from", "text": "value", "system": "turn"}


class Conversations(TrainingFormat):
    """`{"conversations": [{"from": "human", "value": ...}, {"from": "assistant" or "gpt", "value": ...}]}`.

    Read as well: `role`/`content` and mixtures, other names of the list and of the roles, one object or one text
    for each exchange or turn, `function_call` and `observation` turns. The spelling is remembered, so that a file
    written back is the file that was read. Sources: FastChat, LLaMA-Factory (data/README), XTuner, UltraChat.
    """

    name = "conversations"
    title = "conversations (human/assistant)"
    narrow = False
    has_tools = True
    has_ids = False
    keys = None
    turn_keys = None

    def recognises(self, record: Record) -> str:
        key = _list_of(record)
        if not key:
            return "a list under 'conversations'" if isinstance(record.get("conversations"), list) else ""
        if isinstance(record[key][0], str):
            return f"a list of texts under {key!r}"
        role, text = _keys(record[key])
        if role:
            return f"a list under {key!r} whose turns say {role!r} and {text!r}"
        return f"a list of exchanges under {key!r}"

    def read(self, record: Record) -> RecordReading:
        key = _list_of(record) or (
            "messages" if "conversations" not in record and "messages" in record else LISTS[0]
        )
        value = record.get(key, MISSING)
        role, text = _keys(value)
        if value is not MISSING and isinstance(value, list) and value and not role:
            value, role, text = _unpaired(value), "from", "value"
            spelling: Mapping[str, Any] = {}
        else:
            role, text = role or "from", text or "value"
            spelling = {"list": key, "role": role, "text": text}
        calls = [_called(item, role, text) for item in value] if isinstance(value, list) else value
        found = read_messages(calls, where=key, role_key=role, text_key=text, roles=ROLES)
        return finished(record, found, own=(*OWN, key), spelling=spelling)

    def spell(self, example: Example) -> dict[str, Any]:
        how = {**DEFAULT, **example.spelling} if "list" in example.spelling else DEFAULT
        role, text = how["role"], how["text"]
        own = how is not DEFAULT
        turns = [message for turn in example.turns for message in _spelled(turn, role, text, own)]
        record: dict[str, Any] = {}
        if example.system is not None:
            if how["system"] == "turn":
                turns.insert(0, {role: SYSTEM, text: example.system})
            else:
                record["system"] = example.system
        record[how["list"]] = turns
        if example.tools:
            record["tools"] = written(openai_tools(example.tools))
        return {**record, **example.extra}


def _spelled(turn: Turn, role: str, text: str, own: bool) -> list[dict[str, Any]]:
    """A turn as messages: what is said, then the calls."""
    name = (
        turn.name if own and ROLES.get(turn.name) == turn.role and turn.name != CALL else SPELLED[turn.role]
    )
    said = [{role: name, text: turn.text, **turn.extra}] if turn.text or not turn.calls else []
    if not turn.calls:
        return said
    calls = [{"name": call.name, "arguments": call.arguments} for call in turn.calls]
    return [*said, {role: CALL, text: written(calls[0] if len(calls) == 1 else calls)}]


def _called(item: object, role: str, text: str) -> Any:
    """A `function_call` turn as a message with calls; any other as it is."""
    if not isinstance(item, dict) or item.get(role) != CALL or not isinstance(item.get(text), str):
        return item
    value = arguments_of(item[text])
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in listed):
        return item
    rest = {key: entry for key, entry in item.items() if key != text}
    return {**rest, "tool_calls": [{"function": one} for one in listed]}


def _list_of(record: Record) -> str:
    """The key of the list of turns; `data` only where it holds texts in turn."""
    for key in LISTS:
        value = record.get(key)
        if isinstance(value, list) and value and (_keys(value)[0] or _pair(value)):
            return key
    return next((key for key in OF_TEXTS if _all_texts(record.get(key))), "")


def _keys(turns: object) -> tuple[str, str]:
    """What the turns call the role and the text, by the first that says either; "" when none does."""
    for turn in turns if isinstance(turns, list) else ():
        if isinstance(turn, dict):
            role = next((key for key in ROLE_KEYS if key in turn), "")
            if role:
                usual = "value" if role == "from" else "content"
                return role, next((key for key in TEXT_KEYS if key in turn), usual)
    return "", ""


def _pair(turns: list[Any]) -> tuple[str, str] | None:
    first = turns[0]
    if not isinstance(first, dict):
        return None
    return next((pair for pair in PAIRED if pair[0] in first and pair[1] in first), None)


def _all_texts(turns: object) -> bool:
    return (
        isinstance(turns, list)
        and len(turns) > 1
        and len(turns) % 2 == 0
        and all(isinstance(turn, str) for turn in turns)
    )


def _unpaired(turns: list[Any]) -> list[Any]:
    """Exchanges, or texts in turn, as messages of human and assistant."""
    if _all_texts(turns):
        return [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(turns)]
    pair = _pair(turns)
    messages: list[Any] = []
    for turn in turns:
        if not isinstance(turn, dict) or pair is None:
            messages.append(turn)
            continue
        if turn.get("system"):
            messages.append({"from": "system", "value": turn["system"]})
        rest = {key: value for key, value in turn.items() if key not in (*pair, "system")}
        messages.append({"from": "human", "value": turn.get(pair[0])})
        messages.append({"from": "gpt", "value": turn.get(pair[1]), **rest})
    return messages
