"""Declared tools in the spellings of OpenAI, Bedrock Converse, Anthropic and Gemini, read into one and written back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bespoke.tuning.formats.example import Fault

Tool = Mapping[
    str, Any
]  # {"name", "description", "parameters"} and whatever else was declared of the function
TOOL_KEYS = ("tools", "functions", "toolConfig", "tool_config")


def read_tools(record: Mapping[str, Any], faults: list[Fault]) -> tuple[Tool, ...]:
    """The tools that a record declares, under any of the keys; text is read as JSON."""
    found: list[Tool] = []
    for key in TOOL_KEYS:
        value = record.get(key)
        if value is None or value in ("", [], {}):
            continue
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                faults.append(Fault("wrong_type", f"record.{key} is text that is no JSON"))
                continue
        listed = value.get("tools") if isinstance(value, dict) and "tools" in value else value
        for n, entry in enumerate(listed if isinstance(listed, list) else [listed], start=1):
            tools = list(_declared(entry))
            if not tools:
                faults.append(Fault("wrong_type", f"record.{key}[{n}] declares no tool with a name"))
            found += tools
    return tuple(found)


def _declared(entry: object) -> Iterator[Tool]:
    if not isinstance(entry, dict):
        return
    several = entry.get("functionDeclarations", entry.get("function_declarations"))
    if isinstance(several, list):
        for one in several:
            yield from _declared(one)
        return
    spec = entry.get("toolSpec", entry.get("function", entry))
    if not isinstance(spec, dict) or not isinstance(spec.get("name"), str):
        return
    schema = spec.get("inputSchema", spec.get("input_schema", spec.get("parameters")))
    if isinstance(schema, dict) and set(schema) == {"json"}:
        schema = schema["json"]
    kept = {
        key: value
        for key, value in spec.items()
        if key not in ("inputSchema", "input_schema", "type", "parameters")
    }
    yield kept if schema is None else {**kept, "parameters": schema}


def openai_tools(tools: tuple[Tool, ...]) -> list[dict[str, Any]]:
    """`[{"type": "function", "function": {...}}]`, of OpenAI and TRL."""
    return [{"type": "function", "function": dict(tool)} for tool in tools]


def converse_tools(tools: tuple[Tool, ...]) -> dict[str, Any]:
    """`{"tools": [{"toolSpec": {"name", "description", "inputSchema": {"json"}}}]}`, of Bedrock Converse."""
    specs = []
    for tool in tools:
        spec = {key: value for key, value in tool.items() if key != "parameters"}
        specs.append(
            {"toolSpec": {**spec, "inputSchema": {"json": tool.get("parameters", {"type": "object"})}}}
        )
    return {"tools": specs}


def gemini_tools(tools: tuple[Tool, ...]) -> list[dict[str, Any]]:
    """`[{"functionDeclarations": [...]}]`, of Gemini."""
    return [{"functionDeclarations": [dict(tool) for tool in tools]}]
