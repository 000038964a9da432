"""`conversations`: human/assistant dialogues as in the source documents, in the spellings met in the wild."""

from __future__ import annotations

from typing import Any

from bespoke.tuning.formats.example import ASSISTANT, HUMAN, SYSTEM, Example, Reading, Record
from bespoke.tuning.formats.format import Format
from bespoke.tuning.formats.message_list import MISSING, beside, read_messages, read_system

ROLES = {"human": HUMAN, "user": HUMAN, "assistant": ASSISTANT, "gpt": ASSISTANT, "system": SYSTEM}
SPELLINGS = (("from", "value"), ("role", "content"))


class Conversations(Format):
    """`{"conversations": [{"from": "human", "value": ...}, {"from": "assistant" or "gpt", "value": ...}]}`.

    `role`/`content` with the role `human` is read too, under `conversations` or `messages`. The spelling is
    remembered, so that a file written back is the file that was read.
    """

    name = "conversations"
    title = "conversations (human/assistant)"
    keys = None
    turn_keys = None

    def recognises(self, record: Record) -> str:
        for key in ("conversations", "messages"):
            role_key = _role_key(record.get(key))
            if role_key == "from" or (role_key and (key == "conversations" or _says_human(record[key]))):
                text_key = dict(SPELLINGS)[role_key]
                return f"a list under {key!r} whose turns say {role_key!r} and {text_key!r}"
        return "a list under 'conversations'" if isinstance(record.get("conversations"), list) else ""

    def read(self, record: Record) -> Reading:
        key = "messages" if "conversations" not in record and "messages" in record else "conversations"
        role_key = _role_key(record.get(key)) or "from"
        text_key = dict(SPELLINGS)[role_key]
        found = read_messages(
            record.get(key, MISSING), where=key, role_key=role_key, text_key=text_key, roles=ROLES
        )
        in_turn = found.system is not None
        system = found.system if in_turn else read_system(record, found.faults)
        own = (key,) if in_turn else (key, "system")
        spelling = {"list": key, "role": role_key, "text": text_key, "system": "turn" if in_turn else "key"}
        example = Example(system, tuple(found.turns), beside(record, *own), spelling)
        return Reading(example, tuple(found.faults))

    def spell(self, example: Example) -> dict[str, Any]:
        how = example.spelling if "role" in example.spelling and "list" in example.spelling else DEFAULT
        role, text = how["role"], how["text"]
        turns = [
            {
                role: turn.name if ROLES.get(turn.name) == turn.role and how is not DEFAULT else turn.role,
                text: turn.text,
                **turn.extra,
            }
            for turn in example.turns
        ]
        record: dict[str, Any] = {}
        if example.system is not None:
            if how["system"] == "turn":
                turns.insert(0, {role: SYSTEM, text: example.system})
            else:
                record["system"] = example.system
        return {**record, how["list"]: turns, **example.extra}


DEFAULT = {"list": "conversations", "role": "from", "text": "value", "system": "turn"}


def _role_key(turns: object) -> str:
    """`from` or `role`, by the first turn that says either; "" when none does."""
    for turn in turns if isinstance(turns, list) else ():
        for role_key, _ in SPELLINGS:
            if isinstance(turn, dict) and role_key in turn:
                return role_key
    return ""


def _says_human(turns: list[Any]) -> bool:
    return any(isinstance(turn, dict) and turn.get("role") == "human" for turn in turns)
