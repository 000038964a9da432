"""What a record's list of messages looks like, as far as it tells the vendors' formats apart."""

from __future__ import annotations

from dataclasses import dataclass

from bespoke.tuning.formats.example import Record

CONVERSE = {"text", "image", "video", "document", "toolUse", "toolResult", "reasoningContent", "cachePoint"}
OPENAI_PARTS = {"text", "image_url", "input_audio", "file", "refusal"}
CLAUDE_PARTS = {"text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking"}


@dataclass(frozen=True, slots=True)
class ConversationLayout:
    """Roles, kinds of content blocks, and keys of the turns under `messages`. None of it: no such list."""

    roles: frozenset[str] = frozenset()
    parts: frozenset[str] = frozenset()  # types of typed blocks; "?" for one that is in no vendor's spelling
    converse: bool = False  # blocks of one key, as in Bedrock's Converse API
    lists: bool = False  # content is mostly a list
    keys: frozenset[str] = frozenset()
    unheard: bool = False  # a turn carries weight 0: it must not be learnt from


NONE = ConversationLayout()


def shape_of(record: Record) -> ConversationLayout:
    """The shape of `messages`, whatever else is wrong with the record; that of the last record is remembered."""
    if _LAST and _LAST[0][0] is record:
        return _LAST[0][1]
    found = _shape(record)
    _LAST[:] = [(record, found)]
    return found


_LAST: list[tuple[Record, ConversationLayout]] = []


def _shape(record: Record) -> ConversationLayout:
    turns = record.get("messages")
    if not isinstance(turns, list):
        return NONE
    roles: set[str] = set()
    parts: set[str] = set()
    keys: set[str] = set()
    converse = unheard = False
    contents = lists = 0
    for turn in turns:
        if not isinstance(turn, dict):
            continue
        role = turn.get("role")
        if isinstance(role, str):
            roles.add(role)
        keys.update(turn)
        unheard = unheard or turn.get("weight") == 0
        content = turn.get("content")
        contents += content is not None
        if isinstance(content, list):
            lists += 1
            for block in content:
                sort = _sort(block)
                converse = converse or sort == ""
                parts.add(sort)
    parts.discard("")
    return ConversationLayout(
        frozenset(roles), frozenset(parts), converse, lists * 2 >= contents > 0, frozenset(keys), unheard
    )


def _sort(block: object) -> str:
    """The type of a block; "" for one of Converse, "?" for one of nobody."""
    if not isinstance(block, dict):
        return "?"
    sort = block.get("type")
    if isinstance(sort, str):
        return sort if sort != "text" or isinstance(block.get("text"), str) else "?"
    return "" if block and not set(block) - CONVERSE else "?"
