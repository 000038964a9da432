"""A note is another language where enough of its words are, and more than twice as many as English ones."""

from __future__ import annotations

import pytest

from bespoke.clients.language import foreign_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("el la los las", "Spanish"),
        ("DER Die und-mit", "German"),  # whole words, in any spelling
        ("les des une dans", "French"),
        ("os da dos uma", "Portuguese"),
        ("il di della sono", "Italian"),
        ("el la los", None),  # three words are too few
        ("elx lax losx lasx", None),
        ("el el el el", "Spanish"),
        ("el la los las the", "Spanish"),  # four to one
        ("el la los las the and", None),  # four are not more than twice two
        ("el la los las del the and", "Spanish"),
        ("the patient was seen and has no fever", None),
        ("", None),
    ],
)
def test_a_language_is_named_where_its_words_prevail(text: str, language: str | None) -> None:
    assert foreign_language(text) == language


def test_the_beginning_of_a_long_note_tells() -> None:
    spanish = "el la los las "
    assert foreign_language("x" * 3_985 + " " + spanish) == "Spanish"
    assert foreign_language("x" * 3_990 + " " + spanish) is None
