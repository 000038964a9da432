"""Whatever stands in a usage log: figures, or one clear problem. Nothing else, and soon."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bespoke.errors import BespokeError
from bespoke.intake import formats
from bespoke.intake.failing_sources import read as read_failing
from bespoke.intake.import_commands import _FORMATS
from bespoke.intake.usage_import import read_usage_files
from tests.test_intake_failures import PROMPTFOO, SAMPLE, score
from tests.test_intake_formats import CONSOLE_USAGE, INVOCATION, LEGACY, NEW, observation, otlp, spend_log

BOUNDED = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
LOGS = [
    json.dumps(LEGACY), CONSOLE_USAGE, json.dumps(INVOCATION), json.dumps([spend_log()]), json.dumps(observation()),
    json.dumps(otlp(NEW)),
]  # fmt: skip
FAILING = [json.dumps(PROMPTFOO), json.dumps({"samples": [SAMPLE]}), json.dumps(score(1, 0))]
NASTY = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**30), st.floats(), st.text(max_size=8), st.just([]), st.just({}),
    st.just([[]]),
)  # fmt: skip


def usage(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "log"
        path.write_bytes(content)
        with suppress(BespokeError):
            figures = read_usage_files([path], None, zone=UTC, zone_name="UTC").figures()
            assert all(found.days > 0 for found in figures.values())


@st.composite
def damaged(draw: st.DrawFn, samples: list[str]) -> bytes:
    content = draw(st.sampled_from(samples)).encode("utf-8")
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = draw(st.integers(start, min(len(content), start + 30)))
        content = content[:start] + draw(st.binary(max_size=5)) + content[end:]
    return content


@settings(BOUNDED, max_examples=150)
@given(damaged(LOGS))
def test_damaged_logs(content: bytes) -> None:
    usage(content)


@settings(BOUNDED, max_examples=200)
@given(st.sampled_from(LOGS[:1] + LOGS[2:]), st.randoms(use_true_random=False), NASTY)
def test_logs_with_values_of_another_kind(sample: str, source: Any, value: Any) -> None:
    document = json.loads(sample)
    node: Any = document
    while True:
        keys = list(range(len(node))) if isinstance(node, list) else list(node)
        key = source.choice(keys)
        if isinstance(node[key], (dict, list)) and node[key] and source.random() < 0.85:
            node = node[key]
            continue
        node[key] = value
        break
    usage(json.dumps(document).encode("utf-8"))


@settings(BOUNDED, max_examples=80)
@given(damaged(FAILING))
def test_damaged_failures(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "log"
        path.write_bytes(content)
        with suppress(BespokeError):
            assert read_failing(path).title


def test_the_command_offers_every_format() -> None:
    assert [form.name for form in formats.FORMATS] == sorted(set(_FORMATS), key=_FORMATS.index)
