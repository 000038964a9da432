"""What can be said about one example by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from bespoke.chapters.dataset_readiness.answer_checks import as_object, bare_codes, invalid_codes, presses
from bespoke.chapters.dataset_readiness.dataset_rules import Rules
from bespoke.chapters.dataset_readiness.identifiers import (
    glimpse,
    holds_any,
    identifiers,
    quoted,
    repeated_identifiers,
)
from bespoke.chapters.dataset_readiness.prompt_schema import broken_schema
from bespoke.chapters.dataset_readiness.refusals import refuses
from bespoke.chapters.dataset_readiness.repetition import repeats_itself
from bespoke.chapters.dataset_readiness.tokens import Estimator
from bespoke.facts.icd10 import Release
from bespoke.show.numbers import decimal
from bespoke.tuning.formats import Example

LONGEST = 1_000_000  # characters of one text that are searched for identifiers: a book has fewer
OPENING = 240  # characters from which a beginning is quoted
HALF = LONGEST // 2  # at each end
TURN_MARKER = re.compile(r"\n(?:Human|Assistant):")
TEMPLATE = re.compile(
    r"<\|(?:im_start|im_end|begin_of_text|end_of_text|start_header_id|end_header_id|eot_id|endoftext|"
    r"system|user|assistant|end)\|>|\[/?INST\]|<</?SYS>>|</?s>"
)
# One of these stands in every match: looking for them is ten times faster.
TURN_WORDS = ("Human:", "Assistant:")
TEMPLATE_WORDS = ("<|", "INST]", "SYS>>", "s>")


@dataclass(frozen=True)
class Checked:
    """One breach: the rule, what was seen, and the targets it matters to where the rule does not say."""

    rule: str
    detail: str
    routes: tuple[str, ...] | None = None
    masked: int = 0  # identifiers that the detail has no more


@dataclass(frozen=True)
class RowChecks:
    """The checks of one example under one rule table."""

    rules: Rules
    estimate: Estimator
    release: Release | None  # the client's own code set; None: the pinned one
    country: str = ""  # of the engagement: whose forms of numbers count without a label

    @cached_property
    def _token_limits(self) -> dict[str, float]:
        return self.rules.limits("tokens_max")

    def check(self, example: Example, size: int) -> Iterator[Checked]:
        """Everything wrong with the content of an example whose texts take `size` bytes of UTF-8."""
        texts = tuple(example.texts())
        yield from self._lengths(size)
        yield from _reserved(texts)
        yield from self._reserved_of_nova(texts)
        yield from _answer(example, self.release, self.country)
        seen: set[str] = set()
        for whole in texts:
            text = whole if len(whole) <= LONGEST else f"{whole[:HALF]}\n{whole[-HALF:]}"
            if text is not whole and "searched_in_part" not in seen:
                seen.add("searched_in_part")
                detail = f"{decimal(len(whole))} characters, {decimal(LONGEST)} searched"
                yield Checked("searched_in_part", detail)
            found = (repeated_identifiers if whole is example.system else identifiers)(text, self.country)
            details = [(rule, glimpse(match)) for rule, match in found]
            if pressing := presses(text):
                details.append(("safety_pressure", f"says “{pressing}”"))
            for rule, detail in details:
                if rule not in seen:
                    seen.add(rule)
                    yield Checked(rule, detail)

    def _reserved_of_nova(self, texts: Sequence[str]) -> Iterator[Checked]:
        """The words on which a job of Nova fails, in any case and in any text."""
        words = self.rules.one("reserved_nova").words
        for text in texts:
            lower = text.lower()
            if holds_any(lower, words):
                yield Checked("reserved_nova", f"holds {next(word for word in words if word in lower)}")
                return

    def _lengths(self, size: int) -> Iterator[Checked]:
        low, likely = self.estimate.low, self.estimate.bytes_per_token
        over = tuple(route for route, limit in self._token_limits.items() if size / likely > limit)
        near = [route for route, limit in self._token_limits.items() if size / likely <= limit < size / low]
        if over:
            yield Checked("tokens_max", f"about {decimal(self.estimate.tokens(size))} tokens", over)
        if near:
            smallest = min(self._token_limits[route] for route in near)
            detail = f"up to {decimal(round(size / low))} tokens, the limit is {decimal(smallest)}"
            yield Checked("tokens_near", detail)


def _reserved(texts: Sequence[str]) -> Iterator[Checked]:
    for rule, pattern, words, searched in (
        ("reserved_turn_marker", TURN_MARKER, TURN_WORDS, [f"\n{text}" for text in texts]),
        ("reserved_template", TEMPLATE, TEMPLATE_WORDS, texts),
    ):
        likely = (text for text in searched if holds_any(text, words))
        found = next((match for text in likely if (match := pattern.search(text))), None)
        if found:
            yield Checked(rule, f"holds {found.group().strip()}")


def _answer(example: Example, release: Release | None, country: str) -> Iterator[Checked]:
    """Checks of the final answer; nothing where there is none."""
    answer = example.answer
    if not answer.strip():
        return
    if refuses(answer):
        opening, masked = _opening(" ".join(answer[:OPENING].split()), 40, country)
        yield Checked("refusal", f"begins “{opening}”", masked=masked)
        return
    if repeated := repeats_itself(answer):
        yield Checked("repetition", repeated)
    fields = as_object(answer)
    if broken := broken_schema(example, fields):
        yield Checked("schema_broken", broken)
    if codes := bare_codes(answer, fields, release):
        opening, masked = _opening(codes, 60, country)
        yield Checked("code_only_target", f"answers {opening}", masked=masked)
    if invalid := invalid_codes(fields, release):
        opening, masked = _opening(invalid, 60, country)
        yield Checked("target_code_invalid", opening, masked=masked)


def _opening(text: str, most: int, country: str) -> tuple[str, int]:
    """The beginning of a text, no identifier in it whole or cut, and how many there were."""
    opening, masked, _ = quoted(text[:OPENING], 0, most, country)
    return opening, masked
