"""Files for tuning that is not started from here: OpenAI's, or a whole recipe for an open-weight model."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bespoke.clients.schema import Client, Task
from bespoke.echo import Echo
from bespoke.errors import BespokeError
from bespoke.facts.reader import Facts
from bespoke.results import write_atomically
from bespoke.tuning.jobs import job_quote, lifecycle
from bespoke.tuning.jobs.prepare import Choice, Dataset, prepare
from bespoke.tuning.jobs.profiles import Profile
from bespoke.tuning.jobs.prompt_frame import Frame, frame_of
from bespoke.tuning.jobs.state import FOLDER
from bespoke.tuning.recipes import recipe as places


@dataclass(frozen=True)
class Export:
    """What was written, and what a training run with it costs."""

    folder: Path
    dataset: Dataset
    cost: job_quote.Cost


def export(
    client: Client, task: Task, profile: Profile, facts: Facts, say: Echo, *,
    out: Path | None, choice: Choice,
) -> Export:  # fmt: skip
    """Checks and converts the dataset for a vendor's or the client's own training.

    Raises BespokeError after the vendor's last day for a new job, where a binding gate is not met, or for data
    that breaks a rule of the target.
    """
    if profile.provider == "bedrock":
        raise BespokeError(f"{profile.name} is tuned with `bespoke tune submit`; nothing has to be exported")
    lifecycle.refuse_ended_vendor(facts, profile)
    lifecycle.refuse_unless_open(client, facts, profile, task)
    folder = out or client.folder / FOLDER / f"export-{profile.profile}"
    dataset = prepare(client, facts, profile, folder, choice)
    cost = job_quote.training_cost(client, profile, dataset, job_quote.epochs_of({}, facts), facts)
    for file in dataset.files:
        say(f"{file.path}: {file.rows:,} examples as {profile.format}, about {file.tokens:,} tokens")
    if profile.provider == "openai":
        _warn_of_closing(profile, facts, say)
    else:
        _recipe(client, folder, dataset, say)
    say(str(cost))
    return Export(folder, dataset, cost)


def _warn_of_closing(profile: Profile, facts: Facts, say: Echo) -> None:
    """What is true on paper and only the client's organisation can find out."""
    inactive = facts.day(f"{profile.lifecycle}.tuning_closed_to_inactive_organisations")
    last = facts.day(f"{profile.lifecycle}.last_new_tuning_job")
    end = facts.day(f"{profile.lifecycle}.end_of_life")
    if inactive and facts.as_of >= inactive:
        say(f"closed since {inactive} to organisations without recent requests to a tuned model: ask first")
    if last and end:
        say(f"last day for a new job: {last}; the model and everything tuned on it stops on {end}")


def _recipe(client: Client, folder: Path, dataset: Dataset, say: Echo) -> None:
    """Settings, chat template, held-out notes and instructions beside the data."""
    if not (folder / places.RECIPE).exists():  # what the user has changed stays
        shutil.copyfile(places.DEFAULTS, folder / places.RECIPE)
    shutil.copyfile(places.DEFAULTS.with_name(places.TEMPLATE), folder / places.TEMPLATE)
    frame = frame_of([dataset.training.path])
    held_out = "".join(_held_out(client, frame))
    if held_out:
        write_atomically(folder / places.HELD_OUT, held_out)
    write_atomically(folder / "README.md", README)
    notes = f"{len(client.notes or ()):,} held-out notes to answer after each epoch"
    say(f"{folder}: recipe, chat template and {notes}; README.md says how to train")


def _held_out(client: Client, frame: Frame) -> Iterator[str]:
    for note in client.notes or ():
        prompt = [{"role": "user", "content": frame.prompt(note.text)}]
        if frame.system is not None:
            prompt.insert(0, {"role": "system", "content": frame.system})
        row = {"id": note.id, "prompt": prompt, "gold": note.gold.model_dump(mode="json")}
        yield json.dumps(row, ensure_ascii=False) + "\n"


README = """\
# Training recipe: LoRA on an open-weight model

1. On a machine with one GPU of 80 GB: `pip install "bespoke-workbook[lora]"`. A model of 7 to 8 billion weights in
   bfloat16 takes about 16 GB, the adapter with its optimiser under 1 GB; the rest is for the texts of a batch.
2. In `recipe.yaml`, name the `base_model`: a folder or a hub id of an instruction-tuned model, its `base_revision`
   (the commit), and the `base_licence` under which the client uses it. Set `chat_template: chatml` only for a model
   that has no template of its own.
3. Train: `python -m bespoke.tuning.recipes .` A training that breaks off goes on with the same command.
4. Merge, where one model is wanted: `python -m bespoke.tuning.recipes . --merge`

Before it trains it has the base answer the held-out notes, and shows for three rows how many tokens the model's own
template makes of them and which of these are learnt. After each epoch it answers the notes again. It leaves
`adapter/` (the weights of the best epoch and the tokenizer), `training.json` (scores of base and epochs, losses, base
revision, licence, SHA-256 of the data, versions, seconds) and `predictions/base.jsonl` and `predictions/epoch_N.jsonl`.
Copy both the base's and the best epoch's to the client's `evaluation/predictions/NAME.jsonl`, and chapter 4 scores
them beside each other and beside every other system.

`loss: last_answer` learns the last answer of each example, `loss: every_answer` every answer of a dialogue. A model
whose template takes no system turn gets the system prompt before the first turn, and must be asked so in use.
An example longer than `max_tokens` is refused, never cut. A template whose answers do not end with a token at which the
model stops is refused.

## Serve it

- vLLM, base with adapter: `vllm serve BASE_MODEL --enable-lora --max-lora-rank 32 --lora-modules tuned=adapter`
- vLLM, merged: `vllm serve merged`
- Bedrock Custom Model Import (architectures and regions: AWS's page "Import a customized model"): copy `merged/` to a
  bucket, then
  `aws bedrock create-model-import-job --job-name NAME --imported-model-name NAME --role-arn ROLE
  --model-data-source '{"s3DataSource": {"s3Uri": "s3://BUCKET/merged/"}}'`

The files hold training data of the client: they stay on machines the client has agreed to.
"""
