"""Data for another method than supervised fine-tuning: known by name, so that no one trains an answer from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bespoke.tuning.formats.example import NOTHING, Example, Fault, Record, RecordReading
from bespoke.tuning.formats.format import TrainingFormat

TARGETS = ("reference_answer", "ground_truth", "reference", "solution", "answer", "expected", "target", "test_cases",
           "reward_model", "reward_spec")  # fmt: skip
GRADERS = {"string_check", "text_similarity", "score_model", "label_model", "python", "multi", "endpoint"}


class OtherMethod(TrainingFormat):
    """A format of which rows are recognised and refused, each with what it is for."""

    writable = False
    narrow = False

    def read(self, record: Record) -> RecordReading:
        what = f"a row for {self.method}: {self.needs}"
        return RecordReading(NOTHING, (Fault("other_method", what),))

    def spell(self, example: Example) -> dict[str, Any]:
        raise NotImplementedError("rows for another method are never written")


class Preferences(OtherMethod):
    """Two answers to a prompt, one preferred. Sources: TRL (prompt, chosen, rejected), OpenAI (preferred_output),
    Amazon Nova (candidates with preferenceLabel), LLaMA-Factory, Anthropic hh-rlhf."""

    name = "preference_dpo"
    title = "preference data (DPO)"
    method = "direct preference optimisation (DPO)"
    needs = "it says which of two answers is preferred, and training on either as the answer is another thing"

    def recognises(self, record: Record) -> str:
        for chosen, rejected in (
            ("chosen", "rejected"), ("preferred_output", "non_preferred_output"), ("response_j", "response_k"),
            ("response_chosen", "response_rejected"), ("chosen_response", "rejected_response"),
            ("chosen_messages", "rejected_messages"), ("pos", "neg"),
        ):  # fmt: skip
            if chosen in record and rejected in record:
                return f"{chosen!r} beside {rejected!r}"
        if any(isinstance(turn, dict) and "candidates" in turn for turn in _list(record, "messages")):
            return "'candidates' with 'preferenceLabel'"
        ranked = next((k for k in ("ranking", "rankings", "scores", "preference") if k in record), "")
        several = any(
            isinstance(record.get(k), list) for k in ("responses", "answers", "completions", "output")
        )
        return f"several answers with {ranked!r}" if ranked and several else ""


class Binary(OtherMethod):
    """One answer with a thumb up or down. Sources: TRL (prompt, completion, label), LLaMA-Factory (kto_tag)."""

    name = "preference_kto"
    title = "binary feedback (KTO)"
    method = "Kahneman-Tversky optimisation (KTO)"
    needs = "it says whether an answer is wanted, and unwanted ones must not be learnt"

    def recognises(self, record: Record) -> str:
        for key in ("kto_tag", "label", "labels", "thumbs_up"):
            if isinstance(record.get(key), bool) or record.get(key) in ("True", "False", "true", "false"):
                answered = (
                    "completion" in record
                    or "messages" in record
                    or "output" in record
                    or "response" in record
                )
                return f"an answer with {key!r} true or false" if answered or key == "kto_tag" else ""
        return ""


class Steps(OtherMethod):
    """Steps with a label each. Source: TRL, stepwise supervision."""

    name = "stepwise"
    title = "stepwise supervision (reward model)"
    method = "a process reward model"
    needs = "it labels the steps of an answer"

    def recognises(self, record: Record) -> str:
        stepped = isinstance(record.get("completions"), list) and isinstance(record.get("labels"), list)
        return "'completions' with 'labels'" if stepped else ""


class Reinforcement(OtherMethod):
    """A prompt and what a grader compares with. Sources: OpenAI reinforcement fine-tuning, Bedrock RFT
    (messages, reference_answer), verl (prompt, reward_model, data_source)."""

    name = "reinforcement"
    title = "reinforcement fine-tuning data (RFT)"
    method = "reinforcement fine-tuning (RFT)"
    needs = "it has a prompt and what a grader compares with, no answer to learn"

    def recognises(self, record: Record) -> str:
        prompt = next((k for k in ("messages", "prompt") if _list(record, k)), "")
        if not prompt:
            return ""
        last = _list(record, prompt)[-1]
        unanswered = isinstance(last, dict) and last.get("role") in ("user", "system", "developer", "human")
        held = next((key for key in TARGETS if record.get(key) is not None), "")
        if "completion" in record or not unanswered or not held:
            return ""
        return f"{prompt!r} that end with the user's turn, and {held!r} beside them"


class Grader(OtherMethod):
    """How answers are graded, not data. Source: OpenAI, graders."""

    name = "grader"
    title = "a grader"
    method = "grading"
    needs = "it says how answers are graded"

    def recognises(self, record: Record) -> str:
        found = record.get("grader") if isinstance(record.get("grader"), dict) else record
        sort = found.get("type") if isinstance(found, dict) else None
        rest = {
            "input", "reference", "source", "graders", "calculate_output", "evaluation_metric", "operation",
        }  # fmt: skip
        return f"a grader of the type {sort!r}" if sort in GRADERS and rest & set(found or ()) else ""


class BatchRequests(OtherMethod):
    """Requests of a batch or their results. Sources: OpenAI Batch API (custom_id, body), Anthropic Message Batches
    (custom_id, params), Amazon Bedrock batch inference (recordId, modelInput)."""

    name = "batch"
    title = "a batch of model calls"
    method = "asking a model (batch inference)"
    needs = "requests have no answer, results no question; join them by their id and write one example a row"

    def recognises(self, record: Record) -> str:
        if "recordId" in record and ("modelInput" in record or "modelOutput" in record):
            return "'recordId' with what a model is sent"
        held = next(
            (k for k in ("body", "params", "response", "result") if isinstance(record.get(k), dict)), ""
        )
        return f"'custom_id' with {held!r}" if held and "custom_id" in record else ""


class EvaluationCases(OtherMethod):
    """Cases to judge a model by. Source: OpenAI Evals (input and ideal; item; sample)."""

    name = "evaluation_cases"
    title = "cases of an evaluation"
    method = "evaluation"
    needs = "they are kept to judge by; for training say --map prompt=input --map completion=ideal, and judge by others"

    def recognises(self, record: Record) -> str:
        if "input" in record and "ideal" in record:
            return "'input' with 'ideal'"
        held = next((key for key in ("item", "sample") if isinstance(record.get(key), (dict, list))), "")
        return f"{held!r} alone" if held and not set(record) - {"item", "sample"} else ""


class PlainText(OtherMethod):
    """Text without prompt and answer. Sources: TRL (language modelling), Amazon Nova (continued pre-training)."""

    name = "text"
    title = "plain text (continued pre-training)"
    method = "continued pre-training"
    needs = "it is running text without a prompt and an answer"

    def recognises(self, record: Record) -> str:
        if any(
            isinstance(turn, dict) and turn.get("role") == "pretrain" for turn in _list(record, "messages")
        ):
            return "'messages' of the role 'pretrain'"
        return "'text' alone" if isinstance(record.get("text"), str) and not set(record) & _ASKING else ""


_ASKING = {"prompt", "completion", "question", "answer", "instruction", "output", "response", "label", "labels",
           "answers", "summary", "target"}  # fmt: skip


def _list(record: Record, key: str) -> list[Any]:
    value = record.get(key)
    return value if isinstance(value, list) and value else []


OTHERS: tuple[Callable[[], OtherMethod], ...] = (
    Preferences, Binary, Steps, Reinforcement, Grader, BatchRequests, EvaluationCases, PlainText,
)  # fmt: skip
