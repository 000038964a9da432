"""What other tools recorded becomes recorded predictions."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bespoke.claude.importers import gateway_formats
from bespoke.claude.importers.gateway_formats import (
    from_either,
    from_inspect,
    from_promptfoo,
    record,
)
from bespoke.claude.importers.import_predictions import import_predictions
from bespoke.clients.schema import Prediction, Usage
from bespoke.errors import BespokeError
from tests.claude_clients import GOLD, clinic
from tests.claude_server import GOOD


def sample(name: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "epoch": 1,
        "output": {
            "choices": [{"message": {"role": "assistant", "content": text}, "stop_reason": "stop"}],
            "usage": {"input_tokens": 90, "output_tokens": 20, "input_tokens_cache_read": 10},
            "time": 1.25,
        },
        **more,
    }


def log(samples: list[dict[str, Any]]) -> dict[str, Any]:
    return {"version": 2, "eval": {"model": "anthropic/claude-haiku-4-5"}, "samples": samples}


def test_an_inspect_log(tmp_path: Path) -> None:
    samples = [
        sample("n1", json.dumps(GOOD)),
        sample("n1", "a later epoch", epoch=2),
        sample("n2", "I10"),
        sample("n3", "", error={"message": "timeout"}),
    ]
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log(samples)))
    ((system, rows),) = from_inspect(path).items()
    assert system == "inspect_anthropic_claude-haiku-4-5"
    assert [(row.id, row.prediction) for row in rows] == [("n1", GOLD), ("n2", None)]
    assert rows[0].usage is not None
    assert (rows[0].usage.input_tokens, rows[0].usage.cache_read_tokens, rows[0].latency_ms) == (
        90,
        10,
        1250.0,
    )


def test_an_inspect_eval_file_says_the_same(tmp_path: Path) -> None:
    plain, packed = tmp_path / "log.json", tmp_path / "log.eval"
    samples = [sample("n1", json.dumps(GOOD)), sample("n2", "no")]
    plain.write_text(json.dumps(log(samples)))
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("header.json", json.dumps({k: v for k, v in log([]).items() if k != "samples"}))
        for one in samples:
            file.writestr(f"samples/{one['id']}_epoch_1.json", json.dumps(one))
    assert from_inspect(plain) == from_inspect(packed)


def test_an_answer_cut_short_is_no_answer(tmp_path: Path) -> None:
    one = sample("n1", json.dumps(GOOD))
    one["output"]["choices"][0]["stop_reason"] = "max_tokens"
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log([one])))
    ((row,),) = from_inspect(path).values()
    assert row.prediction is None


def result(name: str, output: Any, provider: str = "anthropic:messages:claude-haiku-4-5", **more: Any) -> Any:
    return {
        "provider": {"id": provider},
        "vars": {"id": name, "text": "A note."},
        "promptIdx": 0,
        "response": {"output": output, "tokenUsage": {"prompt": 100, "completion": 20, "total": 120}},
        "latencyMs": 900,
        **more,
    }


def test_promptfoo_results(tmp_path: Path) -> None:
    rows = [
        result("n1", json.dumps(GOOD)),
        result("n1", "a repeat"),
        result("n2", GOOD),  # promptfoo parses JSON where it is told to
        result("n3", None),
        result("n1", "nothing", provider="openai:gpt-4o"),
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"evalId": "e", "results": {"version": 3, "results": rows}}))
    found = from_promptfoo(path)
    assert list(found) == ["promptfoo_anthropic_messages_claude-haiku-4-5", "promptfoo_openai_gpt-4o"]
    assert [(r.id, r.prediction) for r in found["promptfoo_anthropic_messages_claude-haiku-4-5"]] == [
        ("n1", GOLD),
        ("n2", GOLD),
    ]


def test_promptfoo_tests_without_an_id_are_named(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"results": {"results": [result("n1", "x", vars={"text": "A note."})]}}))
    with pytest.raises(BespokeError, match="result 1 has no variable 'id'"):
        from_promptfoo(path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"samples": 3}', "PK not a zip"])
def test_files_that_are_no_log(tmp_path: Path, content: str) -> None:
    path = tmp_path / "log.json"
    path.write_text(content)
    for read in (from_inspect, from_promptfoo):
        with pytest.raises(BespokeError):
            read(path)


def test_imported_predictions_are_files_the_reader_takes(tmp_path: Path) -> None:
    (path,) = record(tmp_path, {"inspect_m": [Prediction(id="n1", prediction=GOLD)]})
    assert path == tmp_path / "evaluation" / "predictions" / "inspect_m.jsonl"
    assert Prediction.model_validate_json(path.read_text()).prediction == GOLD


@pytest.mark.parametrize(
    "spoilt",
    [{"output": {"choices": 3}}, {"output": {"usage": [1]}}, {"working_time": "soon"}],
)
def test_a_spoilt_sample_is_named(tmp_path: Path, spoilt: dict[str, Any]) -> None:
    path = tmp_path / "log.json"
    spoilt = {**sample("n2", json.dumps(GOOD)), **spoilt}
    path.write_text(json.dumps(log([sample("n1", json.dumps(GOOD)), spoilt])))
    with pytest.raises(BespokeError, match=r"^log\.json: sample 2 is not what Inspect AI writes$"):
        from_inspect(path)


def written(tmp_path: Path, names: list[str], model: str = "anthropic/claude-haiku-4-5") -> Path:
    path = tmp_path / "log.json"
    document = log([sample(name, json.dumps(GOOD)) for name in names])
    document["eval"]["model"] = model
    path.write_text(json.dumps(document))
    return path


def test_the_content_says_which_tool_wrote_it(tmp_path: Path) -> None:
    inspect = written(tmp_path, ["n0000"])
    promptfoo = tmp_path / "results.json"
    promptfoo.write_text(json.dumps({"results": {"results": [result("n0000", GOOD)]}}))
    assert from_either(inspect) == from_inspect(inspect)
    assert from_either(promptfoo) == from_promptfoo(promptfoo)
    promptfoo.write_text('{"rows": []}')
    with pytest.raises(BespokeError, match="neither an Inspect AI log nor"):
        from_either(promptfoo)


def test_an_import_says_what_it_wrote_and_what_is_missing(tmp_path: Path) -> None:
    said: list[str] = []
    (path,) = import_predictions(
        clinic(tmp_path / "clinic", 3), written(tmp_path, ["n0000", "n0002"]), said.append, system="tuned"
    )
    assert path == tmp_path / "clinic" / "evaluation" / "predictions" / "tuned.jsonl"
    assert said == [
        "evaluation/predictions/tuned.jsonl: 2 predictions; 1 of 3 notes have none and count as errors"
    ]


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    client, source = clinic(tmp_path / "clinic", 1), written(tmp_path, ["n0000"])
    (path,) = import_predictions(client, source, lambda _: None, system="tuned")
    path.write_text("kept\n")
    with pytest.raises(BespokeError, match=r"tuned\.jsonl: is there already; --replace"):
        import_predictions(client, source, lambda _: None, system="tuned")
    assert path.read_text() == "kept\n"
    import_predictions(client, source, lambda _: None, system="tuned", replace=True)
    assert Prediction.model_validate_json(path.read_text()).id == "n0000"


def test_answers_to_other_notes_are_named_and_left_out_on_request(tmp_path: Path) -> None:
    client, source = clinic(tmp_path / "clinic", 1), written(tmp_path, ["n0000", "x1", "x2"])
    with pytest.raises(BespokeError, match=r"answers 2 notes that notes.jsonl does not have \(x1, x2\)"):
        import_predictions(client, source, lambda _: None)
    assert not (client.folder / "evaluation").exists()
    said: list[str] = []
    (path,) = import_predictions(client, source, said.append, known_only=True)
    assert len(path.read_text().splitlines()) == 1
    assert said[-1] == "2 answers were left out: notes.jsonl does not have their notes"
    with pytest.raises(BespokeError, match="holds no answer of"):
        import_predictions(client, written(tmp_path, ["x1"]), lambda _: None, known_only=True)


@pytest.mark.parametrize(
    ("system", "message"),
    [("../elsewhere", "cannot be a file name"), ("claude_rag", "--system"), (" ", "cannot be a file name")],
)
def test_names_that_cannot_be_a_system(tmp_path: Path, system: str, message: str) -> None:
    with pytest.raises(BespokeError, match=message):
        import_predictions(
            clinic(tmp_path / "clinic", 1), written(tmp_path, ["n0000"]), lambda _: None, system=system
        )


@pytest.mark.parametrize(
    ("given", "usage"),
    [
        ((90, 20, None, None), Usage(input_tokens=90, output_tokens=20)),
        ((90, 20, 10, 5), Usage(input_tokens=90, output_tokens=20, cache_read_tokens=10, cache_write_tokens=5)),
        ((0, 0, None, None), Usage(input_tokens=0, output_tokens=0)),
        ((90, None, 10, 5), None), ((None, 20, 10, 5), None), (("90", 20, None, None), None),
    ],
)  # fmt: skip
def test_usage_is_known_where_both_what_went_in_and_what_came_out_were_counted(
    given: Any, usage: Usage | None
) -> None:
    assert gateway_formats._usage(*given) == usage
