"""Names on AWS: computed from what a thing is made of, so that a repeated request finds its own result."""

from __future__ import annotations

import hashlib
import re

LONGEST = {"client": 18, "run": 14}  # so that a name with its counters stays within AWS's 63 characters


def prefix(client: str) -> str:
    """How the name of everything made for a client begins; no other client's names begin so."""
    return f"bespoke-{_clean(client, LONGEST['client'])}-{hashlib.sha256(client.encode()).hexdigest()[:4]}-"


def job_name(client: str, run: str, digest: str, attempt: int) -> str:
    """The job's name, which the model it makes carries too. A further attempt is numbered."""
    name = f"{prefix(client)}{_clean(run, LONGEST['run'])}-{digest[:8]}"
    return name if attempt == 1 else f"{name}-{attempt}"


def endpoint_name(job: str, number: int) -> str:
    return f"{job}-e{number}"


def token(account: str, region: str, name: str) -> str:
    """The clientRequestToken of a name: repeating a request whose answer was lost makes nothing new."""
    return hashlib.sha256(f"{account}/{region}/{name}".encode()).hexdigest()[:48]


def folder_key(client: str, run: str, digest: str) -> str:
    """The folder in the bucket that holds a run's files and nothing else; ends with a slash."""
    return f"{client_folder(client)}{_clean(run, 40)}/{digest[:16]}/"


def client_folder(client: str) -> str:
    """How the keys of everything sent for a client begin."""
    return f"bespoke/{prefix(client).removeprefix('bespoke-')}"


def _clean(text: str, longest: int) -> str:
    """Lower-case letters and digits with single hyphens between; never empty."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:longest].strip("-") or "x"
