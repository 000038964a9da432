"""Gives each failing output a remedy family, and says who gave it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from bespoke.advice.routes import remedies
from bespoke.clients.schema import CodeFamily, Failure, JudgeLabel
from bespoke.results import Part
from bespoke.statistics.interval import Interval
from bespoke.statistics.proportion import wilson
from bespoke.statistics.text_classifier import cross_predicted, fit_text_classifier

UNMAPPED = "unmapped"
JUDGE = "the judge model"
CLASSIFIER = "classifier"
PEOPLE = ("client's code table", "both annotators", "annotators of the same code", "one annotator")
FOLDS = 5


class FailureLabel(Part):
    """The family of one failing output and where it comes from."""

    failure_id: str
    family: str
    given_by: str


class ClassifierCheck(Part):
    """How a classifier learnt from the labelled rows did on rows it had not seen (5-fold cross-validation)."""

    n: int
    accuracy: Interval
    majority_share: float  # what always naming the most frequent family would reach
    used: bool  # only when the interval lies above the majority share
    labelled: int  # rows it labelled
    families: tuple[str, ...]
    given: tuple[str, ...]  # labels of the cross-validated rows
    predicted: tuple[str, ...]  # and what the classifier said of each when it had not seen it
    confusion: tuple[tuple[int, ...], ...]  # rows: given label, columns: predicted


def label_failures(
    failures: Sequence[Failure], codes: Sequence[CodeFamily], *, seed: int, judge: Sequence[JudgeLabel] = ()
) -> tuple[tuple[FailureLabel, ...], ClassifierCheck | None]:
    """One label per failing output, in the order of the file.

    The client's own code decides where the consultant mapped it; then the annotators' labels of that row; then
    what annotators said of other rows with the same code; then a check of the JSON schema; then the words of the
    code; then a judge model, where one was asked; then a classifier learnt from the rows labelled so far, if it
    beats guessing. What is left is unmapped.
    """
    labels = direct_labels(failures, codes)
    said = {row.failure_id: row.family for row in judge}
    labels = [
        FailureLabel(failure_id=label.failure_id, family=said[label.failure_id], given_by=JUDGE)
        if label.family == UNMAPPED and label.failure_id in said
        else label
        for label in labels
    ]
    open_rows = [i for i, label in enumerate(labels) if label.family == UNMAPPED]
    check = None
    if open_rows:
        check, guesses = _classify(failures, labels, open_rows, seed)
        for i, family in guesses.items():
            labels[i] = FailureLabel(failure_id=failures[i].failure_id, family=family, given_by=CLASSIFIER)
    return tuple(labels), check


def direct_labels(failures: Sequence[Failure], codes: Sequence[CodeFamily]) -> list[FailureLabel]:
    """The same without the classifier: what code table, annotators, checks and words do not say stays unmapped."""
    table, majority = {row.code: row.family for row in codes}, _majority_by_code(failures)
    return [_direct(failure, table, majority) for failure in failures]


def _direct(failure: Failure, table: Mapping[str, str], majority: Mapping[str, str]) -> FailureLabel:
    family, given_by = UNMAPPED, "nobody"
    if failure.code in table:
        family, given_by = table[failure.code], "client's code table"
    elif failure.label_1 and failure.label_1 == failure.label_2:
        family, given_by = failure.label_1, "both annotators"
    elif failure.code in majority:
        family, given_by = majority[failure.code], "annotators of the same code"
    elif bool(failure.label_1) != bool(failure.label_2):
        family, given_by = failure.label_1 or failure.label_2 or UNMAPPED, "one annotator"
    elif _breaks_schema(failure):
        family, given_by = "format", "schema check"
    elif hinted := _hinted(failure.code):
        family, given_by = hinted, "words of the code"
    return FailureLabel(failure_id=failure.failure_id, family=family, given_by=given_by)


def _majority_by_code(failures: Sequence[Failure]) -> dict[str, str]:
    """Code -> the family most annotators gave rows of that code; a tie decides nothing."""
    votes: dict[str, Counter[str]] = {}
    for failure in failures:
        for label in (failure.label_1, failure.label_2):
            if failure.code and label:
                votes.setdefault(failure.code, Counter())[label] += 1
    winners = {}
    for code, count in votes.items():
        (first, n), *rest = count.most_common()
        if not rest or n > rest[0][1]:
            winners[code] = first
    return winners


def _breaks_schema(failure: Failure) -> bool:
    """The expected output is a JSON object and the actual one is none, or lacks or adds a key."""
    expected, actual = _object(failure.expected), _object(failure.actual)
    return expected is not None and (actual is None or actual.keys() != expected.keys())


def _object(text: str) -> dict[str, object] | None:
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _hinted(code: str) -> str | None:
    """The only family whose hint words occur in the code; several or none decide nothing."""
    words = code.lower()
    found = [row.family for row in remedies() if any(hint in words for hint in row.hints)]
    return found[0] if len(found) == 1 else None


def _classify(
    failures: Sequence[Failure], labels: Sequence[FailureLabel], open_rows: Sequence[int], seed: int
) -> tuple[ClassifierCheck | None, dict[int, str]]:
    known = [i for i, label in enumerate(labels) if label.family != UNMAPPED and _words(failures[i])]
    counts = Counter(labels[i].family for i in known)
    rows = [i for i in known if counts[labels[i].family] >= FOLDS]
    families = sorted({labels[i].family for i in rows})
    if len(families) < 2:
        return None, {}
    texts, given = [_words(failures[i]) for i in rows], [labels[i].family for i in rows]
    predicted = cross_predicted(texts, given, folds=FOLDS, seed=seed)
    accuracy = wilson(sum(a == b for a, b in zip(given, predicted, strict=True)), len(given))
    majority = max(counts.values()) / sum(counts.values())
    used = accuracy.low > majority
    pairs = Counter(zip(given, predicted, strict=True))
    check = ClassifierCheck(
        n=len(given), accuracy=accuracy, majority_share=majority, used=used,
        labelled=len(open_rows) if used else 0, families=tuple(families),
        given=tuple(given), predicted=tuple(predicted),
        confusion=tuple(tuple(pairs[a, b] for b in families) for a in families),
    )  # fmt: skip
    if not used:
        return check, {}
    guesses = fit_text_classifier(texts, given).predict([_words(failures[i]) for i in open_rows])
    return check, dict(zip(open_rows, guesses, strict=True))


def _words(failure: Failure) -> str:
    """What a reader would judge by: the analyst's note, and what came out against what was expected."""
    return f"{failure.note} {failure.code} {failure.actual} {failure.expected}".strip()
