"""Where the lines of a command go: `click.echo`, or a list in a test."""

from __future__ import annotations

from collections.abc import Callable

Echo = Callable[[str], None]
