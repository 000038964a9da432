"""Records by the client's own JSON schema: each field by its own comparison, the whole record, the schema itself."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, ClassVar

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from bespoke.clients.wording import did_you_mean, quote
from bespoke.evaluation.answers import Answer, SystemRun, offline
from bespoke.evaluation.cases import EvaluationTask, Setup
from bespoke.evaluation.details import Detail, Grid, Head
from bespoke.evaluation.scorer import CaseProblemReporter, Scorer
from bespoke.scorers.fields.comparators import FieldComparison, usual
from bespoke.scorers.fields.enforceable import enforceable
from bespoke.scorers.fields.leaf_tally import LeafTally, tally
from bespoke.statistics.clusters import Measure
from bespoke.statistics.nearest_texts import nearest
from bespoke.statistics.proportion import wilson

SCHEMA = "schema.json"


class FieldsSetup(Setup):
    """`compare`: path of a field (`total`, `lines[].amount`) -> how; left out, its type in the schema says."""

    compare: Mapping[str, FieldComparison] = {}


class FieldsScorer(Scorer):
    name = "fields"
    title = "records"
    setup = FieldsSetup
    metrics: ClassVar[Mapping[str, str]] = {
        "field_f1": "F1 over all values of all fields",
        "record": "share of records right in every field",
        "schema_valid": "share of answers that keep the schema",
    }

    def files(self, setup: object) -> tuple[str, ...]:
        return (SCHEMA,)

    def check(self, task: EvaluationTask, say: CaseProblemReporter) -> None:
        schema = self._schema(task, say)
        if schema is None:
            return
        validator = Draft202012Validator(schema)
        for file, cases in (("cases.jsonl", task.cases), ("train.jsonl", task.train)):
            for case in cases:
                for error in list(validator.iter_errors(case.expected))[:1]:
                    where = ".".join(["expected", *map(str, error.absolute_path)])
                    say(file, f"does not keep {SCHEMA}: {error.message[:160]}", id=case.id, column=where)
        known = {path for case in task.cases for path in tally(case.expected, None, _exact).expected}
        for path in task.setup.compare:
            if path not in known:
                say(
                    "task.yaml", f"{quote(path)} is no field of any case{did_you_mean(path, sorted(known))}",
                    column="compare", warning=True,
                )  # fmt: skip

    def read(self, task: EvaluationTask, prediction: object) -> Any | None:
        return prediction if _validator(task.files.get(SCHEMA, "{}")).is_valid(prediction) else None

    def measures(
        self, task: EvaluationTask, system: str, answers: Sequence[Answer]
    ) -> Mapping[str, Measure | None]:
        found = self._tallies(task, answers)
        hits = [2.0 * sum(t.hits.values()) for t in found]
        sizes = [float(sum(t.expected.values()) + sum(t.answered.values())) for t in found]
        return {
            "field_f1": Measure.ratio(hits, sizes),
            "record": Measure.share(_right(found, answers)),
            "schema_valid": Measure.share([answer.status == "answered" for answer in answers]),
        }

    def accepted(self, task: EvaluationTask, system: str, answers: Sequence[Answer]) -> list[bool | None]:
        return _right(self._tallies(task, answers), answers)

    def baselines(self, task: EvaluationTask, seed: int) -> list[SystemRun]:
        """The record that training shows most often, and the record of the most similar training case."""
        train = task.usable_train
        if not train:
            return []
        written = Counter(json.dumps(case.expected, sort_keys=True) for case in train)
        common = json.loads(min(written, key=lambda text: (-written[text], text)))
        close = nearest([case.text for case in task.cases], [case.text for case in train], 1)
        near = [train[i].expected for ((i, _),) in close]
        return [
            offline("most_frequent", "Most frequent record", [common] * len(task.cases), learns=True),
            offline(
                "nearest", "Most similar training record", near, learns=True,
                confidences=[round(min(cosine, 1.0), 4) for ((_, cosine),) in close],
            ),
        ]  # fmt: skip

    def same(self, first: object, second: object) -> bool:
        return tally(first, second, _exact).whole

    def details(self, task: EvaluationTask, systems: Sequence[SystemRun], shown: SystemRun) -> list[Detail]:
        """Field by field; one that no case expects has no score."""
        whole = LeafTally()
        for one in self._tallies(task, shown.runs[0]):
            whole.add(one)
        rows, how = [], self._how(task)
        for path in dict.fromkeys([*whole.expected, *whole.answered]):
            hits, there, said = whole.hits[path], whole.expected[path], whole.answered[path]
            rows.append(
                (
                    path, how(path).by, there, said, wilson(hits, there) if there else None,
                    hits / said if said else None, 2 * hits / (there + said) if there else None,
                )
            )  # fmt: skip
        scored = [(row[6], row[0]) for row in rows if row[6] is not None]
        worst = f": {min(scored)[1]} is worst" if scored else ""
        return [
            Grid(
                label="fields",
                caption=f"{shown.title}, field by field{worst}",
                columns=(
                    Head(title="Field"), Head(title="Compared by"), Head(title="Expected", form="integer"),
                    Head(title="Answered", form="integer"), Head(title="Found", form="interval"),
                    Head(title="Right when answered", form="percent"), Head(title="F1", form="decimal"),
                ),
                rows=tuple(rows),
                source="first run; a field that no case expects has no score; lists aligned by most equal leaves",
            )
        ]  # fmt: skip

    def schema(self, task: EvaluationTask) -> dict[str, Any] | None:
        """The client's own in the words of a provider; None where none could hold a model to it."""
        return enforceable(_own(task))

    def parse(self, task: EvaluationTask, text: str) -> Any | None:
        """Always JSON by the client's own schema, whether or not a provider can hold a model to that."""
        return self.read_json(task, text)

    def instructions(self, task: EvaluationTask) -> str:
        return (
            f"{task.setup.about or 'Structure the text.'} Answer with one JSON object that keeps this JSON schema,"
            " and nothing else. Write null for what the text does not say.\n\n"
            f"{json.dumps(_own(task), ensure_ascii=False)}"
        )

    def _tallies(self, task: EvaluationTask, answers: Sequence[Answer]) -> list[LeafTally]:
        how = self._how(task)
        return [tally(c.expected, a.value, how) for c, a in zip(task.cases, answers, strict=True)]

    def _how(self, task: EvaluationTask) -> Any:
        schema, chosen = _own(task), task.setup.compare
        return cache(lambda path: chosen.get(path) or usual(leaf(schema, path)))

    def _schema(self, task: EvaluationTask, say: CaseProblemReporter) -> dict[str, Any] | None:
        text = task.files.get(SCHEMA)
        if text is None:
            say(SCHEMA, "is missing; the JSON schema of an answer belongs here")
            return None
        try:
            schema = json.loads(text)
            Draft202012Validator.check_schema(schema)
        except ValueError as error:
            say(SCHEMA, f"is not JSON: {error}")
            return None
        except SchemaError as error:
            say(SCHEMA, f"is no JSON schema: {error.message[:160]}")
            return None
        return dict(schema)


def _own(task: EvaluationTask) -> dict[str, Any]:
    return dict(json.loads(task.files.get(SCHEMA, "{}")))


def _right(found: Sequence[LeafTally], answers: Sequence[Answer]) -> list[bool | None]:
    return [t.whole and a.status == "answered" for t, a in zip(found, answers, strict=True)]


def leaf(schema: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    """The schema of a leaf; empty where the schema does not say."""
    found: Any = schema
    for part in path.replace("[]", ".[]").split("."):
        found = _inside(found, part)
    return found if isinstance(found, Mapping) else {}


def _inside(schema: object, part: str) -> Any:
    if not isinstance(schema, Mapping):
        return {}
    for branch in [schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())]:
        inner = branch.get("items") if part == "[]" else branch.get("properties", {}).get(part)
        if isinstance(inner, Mapping):
            options = [o for o in inner.get("anyOf", ()) if o.get("type") != "null"]
            return options[0] if len(options) == 1 else inner
    return {}


@lru_cache(maxsize=16)
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(schema))


def _exact(path: str) -> FieldComparison:
    return FieldComparison(by="text")
