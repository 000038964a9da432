"""evaluation/claude_<strategy>.summary.json: what a run of Claude left about itself. Written by the tool."""

from __future__ import annotations

from pydantic import ValidationError

from bespoke.clients.files import ClientFile, read_text
from bespoke.clients.schema import ClaudeAccount

PREFIX, ENDING = "claude_", ".summary.json"


def is_account(name: str) -> bool:
    return name.startswith(PREFIX) and name.endswith(ENDING)


def read_account(source: ClientFile) -> ClaudeAccount | None:
    """The account of one strategy. A file that is none is left out with a warning: the answers count, not it."""
    text = read_text(source)
    if text is None:
        return None
    try:
        return ClaudeAccount.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        source.say(
            f"is not what a run of Claude writes ({first['msg']}{f' at {place}' if place else ''}) and is left "
            "out; delete it, the next run writes it anew from the journal",
            warning=True,
        )
        return None
