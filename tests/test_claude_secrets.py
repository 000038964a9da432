"""No key, token or secret in any file, log, message or error."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bespoke.claude.budget.journal import journal_of
from bespoke.claude.sending.redaction import redacted
from bespoke.errors import BespokeError
from tests.claude_clients import ask, clinic, training
from tests.claude_server import KEY, Faults

if TYPE_CHECKING:
    from tests.claude_fixtures import Serve

pytest_plugins = ("tests.claude_fixtures",)

PLANTED = "planted-token-8c1f0e6d"


def everything_written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.mark.parametrize("batch", [False, True])
def test_a_run_writes_the_key_nowhere(
    serve: Serve,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    batch: bool,
) -> None:
    serve(faults=Faults(overloaded=0.2, cut=0.2), seed=4)
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    ask(clinic(tmp_path, 10, train=training()), strategies=["few_shot"], batch=batch, said=said)
    out, err = capfd.readouterr()
    shown = "".join(said) + out + err + caplog.text
    assert KEY not in shown
    assert KEY.encode() not in everything_written(tmp_path)


def test_an_error_that_repeats_the_key_is_redacted(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    monkeypatch.setattr(server, "_authenticate", _shouting(f"invalid key {KEY}, header Bearer {KEY}"))
    with pytest.raises(BespokeError) as caught:
        ask(clinic(tmp_path))
    assert KEY not in str(caught.value)
    assert KEY.encode() not in everything_written(tmp_path)


def _shouting(message: str) -> object:
    from tests.claude_server import Refusal

    def refuse(headers: object) -> None:
        raise Refusal(401, "authentication_error", message)

    return refuse


def test_custom_headers_and_tokens_are_redacted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", f"x-gateway: {PLANTED}\nx-team: a")
    monkeypatch.setenv("AWS_SESSION_TOKEN", f"aws-{PLANTED}")
    text = f"gateway said {PLANTED}; session aws-{PLANTED}; https://user:pass123@host/ AKIAABCDEFGHIJKLMNOP"
    clean = redacted(text)
    assert PLANTED not in clean
    assert "pass123" not in clean
    assert "AKIAABCDEFGHIJKLMNOP" not in clean
    assert redacted("sk-ant-api03-abc_DEF-123 and Bearer abcdefghijkl") == "[redacted] and [redacted]"


def test_the_journal_holds_no_note(serve: Serve, tmp_path: Path) -> None:
    """Requests are kept by digest: the file can be handed on without the notes."""
    serve()
    ask(clinic(tmp_path, 3))
    journal = journal_of(tmp_path, "journal.sqlite").read_bytes()
    assert b"hypertension with a cough" not in journal
