"""The journal as a SQLite file of several processes: opened or made, brought to our version, written whole or not."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bespoke.claude.budget.journal_schema import FROM_1, SCHEMA, VERSION
from bespoke.errors import BespokeError
from bespoke.saving import private_folder


class JournalFile:
    """Raises BespokeError for a file that is no journal, or one of a later version."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            private_folder(path.parent)
            self._db = sqlite3.connect(path, timeout=60.0, isolation_level=None, check_same_thread=False)
            self._switch_to_wal()
            self._db.execute("PRAGMA synchronous=FULL")  # a claim must outlive a power cut: it is money
            self._prepare()
            for part in path.parent.glob(f"{path.name}*"):  # texts of the client: for the owner alone
                with suppress(OSError):
                    part.chmod(0o600)
        except (sqlite3.Error, OSError) as error:
            hint = "; move it away to start anew" if isinstance(error, sqlite3.DatabaseError) else ""
            raise BespokeError(f"the journal cannot be opened: {error}{hint}", path=str(path)) from None

    def _switch_to_wal(self) -> None:
        """Two runs opening a new journal at once lock each other out for a moment: SQLite does not wait here."""
        for attempt in range(50):
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError:
                if attempt == 49:
                    raise
                time.sleep(0.02)

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in (0, 1, VERSION):
            raise BespokeError(f"the journal is of version {version}, not {VERSION}", path=str(self.path))
        with self._writing() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()  # another run may have been first
            for statement in _statements({0: SCHEMA, 1: FROM_1}.get(version, "")):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {VERSION}")
            db.execute(  # counted again, whatever stands in the sum
                "UPDATE ledger SET held = (SELECT coalesce(sum(held), 0) FROM requests),"
                " in_flight = (SELECT count(*) FROM requests WHERE state = 'sent')"
            )

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            raise BespokeError(f"the journal cannot be written: {error}", path=str(self.path)) from None


def _statements(script: str) -> Iterator[str]:
    """One by one, so that all of them are of one transaction."""
    part = ""
    for line in script.splitlines(keepends=True):
        part += line
        if sqlite3.complete_statement(part):
            yield part
            part = ""
