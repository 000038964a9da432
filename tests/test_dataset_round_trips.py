"""From any format to any other and back: nothing is lost that is not said, whatever a row holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bespoke.tuning.formats import ASSISTANT, FORMATS, HUMAN, TOOL, Example, ToolCall, Turn
from bespoke.tuning.formats.format import TrainingFormat

WRITABLE = [name for name, form in FORMATS.items() if form.writable]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)
PARTS = st.lists(TEXT, min_size=2, max_size=3).map(tuple)
EXTRA = (
    st.just({}) | st.fixed_dictionaries({"id": TEXT}) | st.fixed_dictionaries({"label": st.integers(0, 9)})
)
ARGUMENTS = st.dictionaries(st.sampled_from(["a", "b"]), st.integers() | TEXT | st.booleans(), max_size=2)
TOOLS = ({"name": "f", "description": "does f", "parameters": {"type": "object", "properties": {}}},)


@st.composite
def turns(draw: st.DrawFn) -> tuple[Turn, ...]:
    """Exchanges, some with several text blocks, a thought, a key of their own, or a call and its result."""
    found: list[Turn] = []
    for number in range(draw(st.integers(1, 2))):
        parts = draw(st.just(()) | PARTS)
        text = "\n\n".join(parts) if parts else draw(TEXT)
        found.append(Turn(HUMAN, text, parts=parts))
        if draw(st.integers(0, 3)) == 0:
            call = ToolCall(f"call_{number}", "f", draw(ARGUMENTS))
            found += [Turn(ASSISTANT, "", calls=(call,)), Turn(TOOL, draw(TEXT), answers=call.id)]
        extra = draw(st.sampled_from([{}, {}, {"weight": 0}]))
        found.append(
            Turn(ASSISTANT, draw(TEXT), extra=extra, reasoning=draw(st.sampled_from(["", "", "thought"])))
        )
    return tuple(found)


@st.composite
def dialogues(draw: st.DrawFn) -> Example:
    texts = st.lists(TEXT, min_size=2, max_size=4).filter(lambda found: len(found) != 3)
    plain = texts.map(
        lambda said: tuple(Turn((HUMAN, ASSISTANT)[n % 2], text) for n, text in enumerate(said))
    )
    said = draw(plain | turns())
    spelling = draw(st.sampled_from([{}, {}, {"version": "mine"}]))
    return Example(
        draw(st.none() | TEXT), said, draw(EXTRA), spelling, TOOLS if any(t.calls for t in said) else ()
    )


def carried(form: TrainingFormat, example: Example) -> Example | None:
    """The example as it comes back from a file in the format; None where the format says what it would lose."""
    if form.lost(example):
        return None
    record: dict[str, Any] = json.loads(json.dumps(form.spell(example)))
    reading = form.read(record)
    shape = [fault for fault in reading.faults if not fault.key]
    assert not shape, (form.name, record, shape)
    return reading.example


@pytest.mark.parametrize("there", WRITABLE)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(example=dialogues())
def test_there_and_back_loses_nothing_that_is_not_said(there: str, example: Example) -> None:
    for name in WRITABLE:
        home, away = FORMATS[name], FORMATS[there]
        own = carried(home, example)
        if own is None or home.changed(example):
            continue
        assert own == example, name
        between = carried(away, own)
        if between is None or away.changed(own) or home.changed(between):
            continue
        assert carried(home, between) == own, (name, there)
