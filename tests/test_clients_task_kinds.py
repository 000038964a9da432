"""Somebody's own word for a kind of task is answered with the kind that is meant, and no other."""

from __future__ import annotations

import pytest

from bespoke.clients.task_kinds import meant

CHOICES = ("classification", "drafting", "question_answering", "sql")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("RAG", "question_answering"),
        ("text-to-SQL", "sql"),
        ("Knowledge base", "question_answering"),  # two words that mean one kind together
        ("nightly moderation", "classification"),  # one word of several
        ("my sql", "sql"),  # the kind's own name among others
        ("agentic", None),  # a word that is known, of a kind that is no choice here
        ("agentic drafting", "drafting"),
        ("astrology", None),
        ("", None),
    ],
)
def test_the_kind_is_found_by_the_whole_word_or_one_of_its_parts(word: str, kind: str | None) -> None:
    assert meant(word, CHOICES) == kind
