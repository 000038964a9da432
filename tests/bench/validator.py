"""Seconds of our check of a dataset beside a minimal one, on 10,000 records. Part of `make bench`.

The minimal one is written anew from the documented checks of AWS's sample validator for Claude 3 Haiku: file size,
JSON per line, roles, text content, first and last role, alternation, reserved words, estimated tokens, number of
lines. Like that one it lets pydantic check each record. Ours checks every rule of the table over the same file,
copies and identifiers among them, which the minimal one never reads for. Parsing alone shows how little time a
check has that is to be as fast as the minimal one.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from bespoke import clients
from bespoke.chapters.dataset_readiness import compute
from bespoke.chapters.dataset_readiness.compute import report
from bespoke.chapters.dataset_readiness.dataset_division import read
from bespoke.chapters.dataset_readiness.dataset_rules import rules_as_of
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.tuning.formats import detect, format_named, rows

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
from tests.labelled_identifiers import HELD_OUT, SET, scores, sizes  # noqa: E402

CLIENT = "meridian_health"
MINIMAL_CHECKS = 9
RESERVED = ("\nHuman:", "\nAssistant:")


class Message(BaseModel):
    role: Literal["user", "assistant"]
    content: str


class Entry(BaseModel):
    system: str | None = None
    messages: list[Message] = Field(min_length=2)

    @model_validator(mode="after")
    def in_turn(self) -> Entry:
        said = [message.role for message in self.messages]
        if said != ["user", "assistant"] * (len(said) // 2):
            raise ValueError("user and assistant must take turns, the assistant last")
        return self


def minimal(path: Path) -> list[str]:
    """What is wrong with a training file, by the minimal checks."""
    found = ["too large"] if path.stat().st_size > 10 * 2**30 else []
    lines = 0
    with path.open(encoding="utf-8") as file:
        for lines, line in enumerate(file, start=1):
            try:
                record = json.loads(line)
                Entry(**record)
            except json.JSONDecodeError:
                found.append(f"line {lines}: not JSON")
                continue
            except ValidationError as error:
                found += [f"line {lines}: {one['msg']}" for one in error.errors()]
            texts = [record.get("system") or "", *(m["content"] for m in record["messages"])]
            if any(word in text for word in RESERVED for text in texts):
                found.append(f"line {lines}: a reserved word")
            if sum(len(text) // 3 for text in texts) > 32_000:
                found.append(f"line {lines}: too many tokens")
    if not 32 <= lines <= 10_000:
        found.append(f"{lines} lines")
    return found


def parse(path: Path) -> None:
    """What no check can do without."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            json.loads(line)


def dialogues(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """The example's dialogues again and again in the format of the model, no two with the same figures or order."""
    (source,) = (ROOT / "client_data" / CLIENT / "dataset").glob("*.jsonl")
    read, write = detect(source).format, format_named("bedrock_claude")
    examples = [read.read(row.record).example for row in rows(source) if row.record is not None]
    good = [record for example in examples if (record := _written(write, example)) is not None]
    chance = random.Random(seed)
    for number in range(count):
        yield _varied(good[number % len(good)], chance)


def _written(write: Any, example: Any) -> dict[str, Any] | None:
    """None for the defects that stand in the example: neither validator shall stop at one."""
    try:
        record: dict[str, Any] = write.write(example)
        Entry(**record)
    except (BespokeError, ValueError):
        return None
    return record


def _varied(record: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    def other(text: str) -> str:
        parts = text.split(". ")
        chance.shuffle(parts)
        return re.sub(r"\d", lambda _: str(chance.randrange(1, 10)), ". ".join(parts))

    messages = [
        {**m, "content": other(m["content"]) if m["role"] == "user" else m["content"]}
        for m in record["messages"]
    ]
    return {**record, "messages": messages}


def seconds(work: Callable[[], object]) -> float:
    """Of the processor, so that other work on the machine counts little."""
    started = time.process_time()
    work()
    return time.process_time() - started


def long_line(folder: Path, facts: Facts) -> None:
    """One row of 12 MB, as a whole book in one prompt makes it."""
    path = folder / "long.jsonl"
    told = (
        "The tenant pays the rent on the first day of every month, and the landlord keeps the roof. "
        * 130_000
    )
    said = (
        {"role": "user", "content": told},
        {"role": "assistant", "content": "It says who pays and who repairs."},
    )
    path.write_text(json.dumps({"messages": said}) + "\n", encoding="utf-8")
    spent = seconds(lambda: report(read([path], folder, (), None, facts), (), facts))
    print(f"one row of {path.stat().st_size / 1e6:.1f} MB {spent:18.2f} s (goal: 2 s)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        shutil.copytree(ROOT / "client_data" / CLIENT, Path(name) / CLIENT)
        shutil.rmtree(Path(name) / CLIENT / "dataset")
        path = Path(name) / CLIENT / "dataset" / "train.jsonl"
        path.parent.mkdir()
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(record) + "\n" for record in dialogues(options.records, 20261120))
        client = clients.load(Path(name), CLIENT)
        facts = Facts(client.engagement.as_of)
        times: dict[str, list[float]] = {"parsing": [], "minimal": [], "ours": []}
        for _ in range(options.rounds):
            times["parsing"].append(seconds(lambda: parse(path)))
            times["minimal"].append(seconds(lambda: minimal(path)))
            times["ours"].append(seconds(lambda: compute(client, facts)))
        megabytes = path.stat().st_size / 1e6
    parsing, theirs, ours = (median(times[name]) for name in ("parsing", "minimal", "ours"))
    checks = len(rules_as_of(facts.as_of).by_id)
    print(
        f"\nvalidators on {options.records:,} records, {megabytes:.1f} MB, {options.rounds} rounds in alternation"
    )
    print(f"minimal, {MINIMAL_CHECKS} checks {theirs:10.2f} s")
    rate = options.records / ours
    print(f"ours, {checks} rules {ours:13.2f} s   {rate:,.0f} rows a second (goal: 1,500)")
    print(
        f"reading the file and parsing its JSON alone {parsing:.2f} s   {options.records / parsing:,.0f} rows a second"
    )
    with tempfile.TemporaryDirectory() as name:
        long_line(Path(name), facts)
    identifiers()


def identifiers() -> None:
    """Recall and false alarms of the identifier rules on the labelled texts, by language."""
    for path, what in (
        (SET, "by which the rules were mended"),
        (HELD_OUT, "written after the rules and never used"),
    ):
        print(f"\nidentifiers on {sizes(path).total()} labelled texts of the same hand, {what}")
        for language, score in scores(path).items():
            print(
                f"{language:>4}  recall {score.recall:6.1%} ({score.found} of {score.wanted})"
                f"   false alarms {score.alarm_rate:6.1%} ({score.alarms} of {score.clean} clean texts)"
            )


if __name__ == "__main__":
    main()
