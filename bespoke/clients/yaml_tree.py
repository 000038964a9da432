"""YAML text -> mappings, lists and leaves with the line of each, from a small safe part of YAML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from bespoke.clients.files import LARGEST_YAML, ClientFile, read_text
from bespoke.clients.records import Key, Leaf, dotted

DEEPEST = 12  # levels; the schema needs three


@dataclass
class Tree:
    """The document of a file, and the line each key or item starts on."""

    source: ClientFile
    value: Any = None
    lines: dict[Key, int] = field(default_factory=dict)

    def line(self, key: Key) -> int:
        """The line of the key, or of the nearest key above it that the file holds."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def say(self, key: Key, message: str, *, warning: bool = False) -> None:
        """A problem of the key, at its line."""
        self.source.say(message, self.line(key), dotted(key), warning=warning)


@dataclass
class _Open:
    """A mapping or list that is still being read."""

    value: dict[str, Any] | list[Any]
    key: Key
    name: str | None = None  # of the mapping's entry whose value comes next
    repeated: bool = False


class _Stop(Exception):
    """The rest of the document cannot be read."""


def read_yaml(source: ClientFile) -> Tree | None:
    """The tree of a file; None after saying why there is none."""
    text = read_text(source, largest=LARGEST_YAML)
    return read_tree(source, text) if text is not None else None


def read_tree(source: ClientFile, text: str) -> Tree | None:
    """The tree, or None when the text is no YAML; aliases, tags and duplicate keys are problems by line.

    Built from parser events, so that an alias bomb is refused before it unfolds and depth is bounded.
    """
    builder = _Builder(source)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except _Stop:
        return None
    except ReaderError as error:
        row = text.count("\n", 0, error.position) + 1
        source.say(f"character U+{_code(error.character):04X} is not allowed in YAML; delete it", row)
        return None
    except MarkedYAMLError as error:
        _say_malformed(source, text, error)
        return None
    except (ValueError, OverflowError) as error:  # an escape beyond the last character
        source.say(f"is not YAML: {error}")
        return None
    return builder.tree


class _Builder:
    def __init__(self, source: ClientFile) -> None:
        self.source = source
        self.tree = Tree(source)
        self.stack: list[_Open] = []
        self.documents = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.source.say("a second document starts here (---); keep one", line)
                raise _Stop
        elif isinstance(event, AliasEvent):
            self.source.say(f"*{event.anchor} refers to another place; write the value itself", line)
            self.put(Leaf("", False), line)
        elif isinstance(event, ScalarEvent):
            self.check_tag(event, line)
            self.put(Leaf(event.value, event.style is not None), line)
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self.check_tag(event, line)
            self.open({} if isinstance(event, MappingStartEvent) else [], line)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            self.stack.pop()

    def check_tag(self, event: Any, line: int) -> None:
        if event.tag is not None:
            self.source.say(f"the tag {event.tag} is not used here; write the plain value", line)

    def open(self, value: Any, line: int) -> None:
        if len(self.stack) >= DEEPEST:
            self.source.say(f"is nested more than {DEEPEST} levels deep", line)
            raise _Stop
        self.stack.append(_Open(value, self.put(value, line)))

    def put(self, value: object, line: int) -> Key:
        """Places a value in the innermost open container; returns its key."""
        if not self.stack:
            self.tree.value, self.tree.lines[()] = value, line
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            key: Key = (*top.key, len(top.value))
            top.value.append(value)
        elif top.name is None:
            return self.take_name(top, value, line)
        else:
            key = (*top.key, top.name)
            if not top.repeated:
                top.value[top.name] = value
            top.name = None
        self.tree.lines.setdefault(key, line)
        return key

    def take_name(self, top: _Open, value: object, line: int) -> Key:
        if not isinstance(value, Leaf):
            self.source.say("a key is a mapping or a list; write a plain name", line)
            raise _Stop
        top.name = value.text
        key = (*top.key, value.text)
        top.repeated = value.text in top.value
        if top.repeated:
            self.source.say(f"key stands in line {self.tree.lines[key]} already; keep one", line, dotted(key))
        self.tree.lines.setdefault(key, line)
        return key


def _say_malformed(source: ClientFile, text: str, error: MarkedYAMLError) -> None:
    mark = error.problem_mark or error.context_mark
    tabbed = [
        n for n, line in enumerate(text.split("\n"), 1) if "\t" in line[: len(line) - len(line.lstrip())]
    ]
    if tabbed and "\\t" in (error.problem or ""):
        for row in tabbed:
            source.say("is indented with a tab; indent with spaces", row)
        return
    why = " ".join(part for part in (error.context, error.problem) if part)
    place = f" at place {mark.column + 1} of the line" if mark else ""
    source.say(f"is not YAML{place}: {why}", mark.line + 1 if mark else None)


def _code(character: Any) -> int:
    return character if isinstance(character, int) else ord(character)
