"""Sets one value in YAML text where it stands: comments, order and every other byte stay as they are."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from bespoke.clients.changes import Value
from bespoke.errors import BespokeError

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")  # plain, these are no strings


def set_value(text: str, key: tuple[str, ...], value: Value) -> str:
    """The text with the value under the key, which is added at the end of its mapping where it is missing.

    Raises BespokeError where the value cannot be placed without touching anything else.
    """
    written = scalar(value)
    try:
        edited = _edited(text, key, written)
        if _plain(edited) == _with(_plain(text), key, _plain(written)):
            return edited
    except yaml.YAMLError:
        pass  # the text itself is no single document
    raise BespokeError(f"{'.'.join(key)} cannot be set without touching the rest; write {written} there")


def scalar(value: Value) -> str:
    """A value as YAML writes it; text in quotes, because plain text may mean something else."""
    if value is None:
        return "null"
    if isinstance(value, tuple):
        return f"[{', '.join(map(scalar, value))}]"
    if isinstance(value, str):
        quoted = json.dumps(value, ensure_ascii=False)
        return "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in quoted)
    return plain(value)


def plain(value: Value) -> str:
    """A value that is no text, as the client's files write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def _edited(text: str, key: tuple[str, ...], value: str) -> str:
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:  # nothing but comments
        return _on_new_line(text, len(text), _lines(key, value, "", text))
    for depth, name in enumerate(key):
        if not isinstance(node, yaml.MappingNode):
            return _replaced(text, node, "{" + _flow(key[depth:], value) + "}")
        found = next((v for k, v in node.value if k.value == name), None)
        if found is None:
            return _added(text, node, key[depth:], value)
        node = found
    return _replaced(text, node, value)


def _replaced(text: str, node: Any, value: str) -> str:
    """The node's own characters exchanged; a comment behind it stays in its column where there is room."""
    start, end = node.start_mark.index, node.end_mark.index
    after = text[end:]
    gap = re.match(r" {2,}(?=#)", after)
    if gap and "\n" not in text[start:end]:
        room = len(gap.group()) - (len(value) - (end - start))
        after = " " * max(2, room) + after[gap.end() :]
    before = text[:start]
    return f"{before}{' ' if before.endswith(':') else ''}{value}{after}"


def _added(text: str, mapping: Any, key: tuple[str, ...], value: str) -> str:
    if mapping.flow_style:
        end = mapping.end_mark.index - 1
        inner = text[:end].rstrip()
        comma = "" if inner.endswith(("{", ",")) else ","
        space = "" if inner.endswith("{") else " "
        return f"{inner}{comma}{space}{_flow(key, value)}{text[len(inner) :]}"
    indent = " " * mapping.value[0][0].start_mark.column
    leaf = mapping.value[-1][1]
    while isinstance(leaf, yaml.CollectionNode) and leaf.value and not leaf.flow_style:
        leaf = leaf.value[-1][1] if isinstance(leaf, yaml.MappingNode) else leaf.value[-1]
    return _on_new_line(text, leaf.end_mark.index, _lines(key, value, indent, text))


def _on_new_line(text: str, place: int, lines: str) -> str:
    """After the line that holds the place; behind a block of text the place is on the next line already."""
    if place and text[place - 1] != "\n":
        line_end = text.find("\n", place)
        place = len(text) if line_end < 0 else line_end + 1
    gap = "" if not place or text[place - 1] == "\n" else _newline(text)
    return text[:place] + gap + lines + text[place:]


def _lines(key: tuple[str, ...], value: str, indent: str, text: str) -> str:
    names = [f"{indent}{'  ' * depth}{key_text(name)}:" for depth, name in enumerate(key)]
    return _newline(text).join(names) + f" {value}" + _newline(text)


def _flow(key: tuple[str, ...], value: str) -> str:
    name, *rest = key
    return f"{key_text(name)}: " + ("{" + _flow(tuple(rest), value) + "}" if rest else value)


def key_text(name: str) -> str:
    return name if PLAIN.fullmatch(name) and name.lower() not in WORDS else scalar(name)


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _plain(text: str) -> Any:
    """The document with every scalar as its text."""
    return yaml.load(text, yaml.BaseLoader)


def _with(tree: object, key: tuple[str, ...], value: object) -> Any:
    if not key:
        return value
    inner = dict(tree) if isinstance(tree, dict) else {}
    return {**inner, key[0]: _with(inner.get(key[0]), key[1:], value)}
