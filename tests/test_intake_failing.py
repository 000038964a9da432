"""What counts as wrong in somebody's scores, and how a prompt or an output reads as text."""

from __future__ import annotations

import json

import pytest

from bespoke.intake.failing import as_text, is_wrong


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        (False, True), (True, False), (0, True), (0.49, True), (0.5, False), (1, False), ("0", True), (" 0.7 ", False),
        ("fail", True), ("FAIL", True), ("pass", False), ("words", False), ("", False),
        ({"a": 1, "b": 0}, True), ({"a": 1, "b": True}, False), ({}, False),
    ],
)  # fmt: skip
def test_a_score_is_wrong_below_a_half_or_by_its_word(value: object, wrong: bool) -> None:
    assert is_wrong(value) is wrong


MESSAGES = [{"role": "user", "content": "Grüße"}, {"role": "assistant", "content": "Ja"}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("words", "words"),
        (MESSAGES, "Grüße\n\nJa"),
        ({"messages": MESSAGES, "model": "m"}, "Grüße\n\nJa"),
        (json.dumps(MESSAGES), "Grüße\n\nJa"),
        (json.dumps({"messages": MESSAGES}), "Grüße\n\nJa"),
        (
            [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}],
            "a\n\nb",
        ),
        ([{"text": "a"}, {"type": "image"}], '[{"text": "a"}, {"type": "image"}]'),  # not all of it is text
        ([1, 2], "[1, 2]"),
        ({"total": "ü"}, '{"total": "ü"}'),
        (7, "7"),
        ('{"total": 3}', '{"total": 3}'),  # an answer in JSON stays as it is written
        ('[{"role": "user"}, 3]', '[{"role": "user"}, 3]'),
        ("[]", "[]"),
        ("{broken", "{broken"),
    ],
)
def test_messages_read_one_below_the_other_and_anything_else_as_it_is(value: object, text: str) -> None:
    assert as_text(value) == text
