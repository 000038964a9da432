"""What of a client's customisation jobs runs, ends or was forgotten: from the state, without the network.

`bespoke check` prints it. Nothing heavy is imported: the state is read as plain JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from bespoke import foreign_state
from bespoke.errors import Problem

QUIET = ("gone", "refused")
IN_DAYS = 24


def problems(client_folder: Path, today: date) -> list[Problem]:
    """One warning for each thing that costs money or ends soon; an error where the state cannot be read."""
    shown = f"{client_folder.name}/{foreign_state.STATE}"
    try:
        state = json.loads((client_folder / foreign_state.STATE).read_text(encoding="utf-8"))
        runs = dict(state["runs"])
        found = [
            Problem(shown, None, str(name), message, warning=True)
            for name, run in runs.items()
            for message in _run(run, state, today)
        ]
        ours = foreign_state.is_ours(client_folder.name, state)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation):
        message = "cannot be read; it says what runs on AWS: restore it from a copy, do not delete it"
        return [Problem(shown, None, None, message)]
    return found if ours else []  # others' state is told as such, and nothing of it repeated


def _run(run: Mapping[str, Any], state: Mapping[str, Any], today: date) -> Iterator[str]:
    endpoint = run.get("endpoint")
    if endpoint is not None and endpoint["status"] not in QUIET:
        yield from _endpoint(endpoint, run, state, today)
    yield from _job(run["job"], state, today)
    model = run.get("model")
    if model is not None and model["status"] not in QUIET:
        if endpoint is None or endpoint["status"] in QUIET:
            yield f"model {model['name']} is stored without an endpoint and paid by the month"
        yield from _ending(run, state, today)
    elif model is None and run["job"]["status"] == "Completed":
        yield f"job {run['job']['name']} has made a model, which is paid for; ask for the status"
    left = [upload for upload in run.get("uploads", ()) if upload["status"] == "there"]
    if left and run["job"]["status"] in ("Failed", "Stopped", "refused"):
        yield f"the job ended ({run['job']['status']}), its data is still in s3://{run['bucket']}; retire it"


def _endpoint(
    endpoint: Mapping[str, Any], run: Mapping[str, Any], state: Mapping[str, Any], today: date
) -> Iterator[str]:
    name, status = endpoint["name"], endpoint["status"]
    since = _day(endpoint["intended_at"])
    if status == "intended":
        yield f"endpoint {name} was asked for on {since}, whether it came to be is open; ask for the status"
    elif status == "deleting":
        yield f"endpoint {name} was being deleted and its end was never confirmed; retire again"
    if endpoint["kind"] == "provisioned":
        yield f"endpoint {name}: {_burn(endpoint, since, today)}"
    used = _day(endpoint.get("used_at") or endpoint["intended_at"])
    idle = (today - used).days
    if idle >= int(state["forgotten_after_days"]):
        yield f"endpoint {name} has had no request from here for {idle} days: retire it if it is forgotten"
    until = endpoint.get("budget_until")
    if until and today >= date.fromisoformat(until):
        yield f"endpoint {name}: at the dearest price its budget was used up on {until}"
    ends = endpoint.get("ends_on")
    if ends and today >= date.fromisoformat(ends) - timedelta(days=int(state["notice_days"])):
        yield f"endpoint {name}: its commitment ends on {ends}; it is billed by the hour until it is retired"


def _burn(endpoint: Mapping[str, Any], since: date, today: date) -> str:
    """What Provisioned Throughput costs and may have cost so far."""
    units = f"{endpoint['units']} model unit{'s' if endpoint['units'] > 1 else ''} billed since {since}"
    if endpoint.get("usd_per_hour_high") is None:
        return units
    low, high = (Decimal(endpoint[f"usd_per_hour_{end}"]) for end in ("low", "high"))
    hours = max(0, (today - since).days) * IN_DAYS
    each = f"{low:,.2f} to {high:,.2f}" if low != high else f"{low:,.2f}"
    so_far = f", up to {high * hours:,.0f} USD so far" if hours else ""
    return f"{units} at {each} USD an hour{so_far}"


def _job(job: Mapping[str, Any], state: Mapping[str, Any], today: date) -> Iterator[str]:
    if job["status"] == "intended":
        since = _day(job["intended_at"])
        yield f"job {job['name']} was to be started on {since}, whether it was is open; submit again"
    elif job["status"] in ("InProgress", "Stopping"):
        seen = _day(job.get("seen_at") or job["intended_at"])
        if (today - seen).days >= int(state["unseen_job_days"]):
            yield f"job {job['name']} was {job['status']} when last looked at on {seen}; ask for the status"


def _ending(run: Mapping[str, Any], state: Mapping[str, Any], today: date) -> Iterator[str]:
    """The base model's announced end takes the tuned model with it."""
    end = run.get("model_ends_on")
    if not end:
        return
    last = date.fromisoformat(end)
    if today >= last:
        yield f"the base model's life ended on {end}: requests fail without a private arrangement; retire it"
    elif today >= last - timedelta(days=int(state["notice_days"])):
        yield f"the base model's life ends on {end}, and with it this model's"


def _day(moment: str) -> date:
    return date.fromisoformat(moment[:10])
