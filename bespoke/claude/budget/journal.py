"""Every request of a client by content hash, with its answer: a killed run goes on and never pays twice.

One SQLite file in this machine's own folder, shared by all runs on the client at once. A request is `free`, `sent`
(its worst case is reserved), `answered` (its real cost stands) or `lost` (perhaps paid, answer gone: its worst case
stands, until enough answers of its kind have come; then what the dearest of them cost).
The change to `sent` and the check of the budget are one transaction, so no two runs send the same request
and no two reservations share the same money. A sum kept by triggers is what the budget is checked against.

The window nobody can close: a request that was on its way when its run was killed or its connection broke.
The Messages API knows no idempotency key, so it is `lost`, counted as paid, and asked again only when the
caller accepts to pay for it a second time. Batches close the window: they are found again by listing.
"""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
import uuid
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from bespoke import machine
from bespoke.claude.budget.journal_file import JournalFile
from bespoke.claude.budget.journal_schema import ENOUGH, REASSESS, Claim, Entry, OpenBatch, State
from bespoke.claude.requests.calls import ModelRequest
from bespoke.errors import BespokeError
from bespoke.saving import private_folder, write_atomically

_TAKEN = {  # table -> its columns
    "requests": (
        "key", "note", "strategy", "pass", "model", "state", "owner", "batch", "worst", "paid", "lost", "losses",
        "sends", "message", "latency_ms", "reason", "sent_at", "done_at",
    ),
    "batches": ("name", "owner", "id", "model", "requests", "created_at", "state"),
}  # fmt: skip


def journal_of(client_folder: Path, name: str) -> Path:
    """Where this machine keeps a journal of a client: never in the folder, which the client could write."""
    place = machine.of_client(client_folder)
    private_folder(place)
    if not (place / machine.WHOSE).exists():
        write_atomically(place / machine.WHOSE, f"{os.path.realpath(client_folder)}\n")
    return place / name


class Journal(JournalFile):
    """What every request came to and cost. Raises BespokeError for a file that is none, or of a later version."""

    def __init__(self, path: Path, *, lease_s: float = 60.0, clock: Callable[[], float] = time.time) -> None:
        self.lease_s, self.clock = lease_s, clock
        self.owner = uuid.uuid4().hex
        self._host = socket.gethostname()
        super().__init__(path)
        self.beat()

    def close(self) -> None:
        with self._writing() as db:
            db.execute("DELETE FROM owners WHERE id = ?", (self.owner,))
        self._db.close()

    # --- the life of one request ---------------------------------------------------------------------

    def claim(self, call: ModelRequest, worst: int, budget: int, *, again: bool = False) -> Claim:
        """Takes the request for this run and reserves its worst case, or says why not.

        `busy`: a living run has it. `wait`: the budget may still have room when answers on their way settle
        below their reservations. `again` allows a lost request to be paid for once more.
        """
        with self._writing() as db:
            state = self._state(db, call)
            if state == "sent":
                return "busy"
            if state == "answered" or (state == "lost" and not again):
                return "answered" if state == "answered" else "lost"
            held, in_flight = db.execute("SELECT held, in_flight FROM ledger").fetchone()
            if held + worst > budget and self._reassess(db):
                (held,) = db.execute("SELECT held FROM ledger").fetchone()
            if held + worst > budget:
                return "wait" if in_flight else "over_budget"
            self._send(db, call.key, worst, None)
            return "claimed"

    def answered(
        self,
        key: str,
        message: dict[str, Any],
        paid: int,
        latency_ms: float | None = None,
        batch: str | None = None,
    ) -> None:
        """Settles a request with its real cost.

        An answer that comes after its run was given up for dead still counts; a second answer to the same
        request does not replace the first, but what it cost is kept. Results of a batch may be read twice.
        """
        blob = zlib.compress(json.dumps(message, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        with self._writing() as db:
            found = db.execute("SELECT state, owner, batch FROM requests WHERE key = ?", (key,)).fetchone()
            if found[0] == "answered" and batch is not None and found[2] == batch:
                return
            if found[0] == "answered":
                db.execute(
                    "UPDATE requests SET lost = lost + ?, losses = losses + 1 WHERE key = ?", (paid, key)
                )
                return
            late = found[0] == "lost" and found[1] == self.owner
            db.execute(
                "UPDATE requests SET state = 'answered', paid = ?, message = ?, latency_ms = ?,"
                " reason = NULL, done_at = ? WHERE key = ?",
                (paid, blob, latency_ms, self.clock(), key),
            )
            if late:  # what was held for it is known now
                db.execute(
                    "UPDATE requests SET lost = lost - guess / guesses, guess = guess - guess / guesses,"
                    " guesses = guesses - 1, losses = losses - 1 WHERE key = ? AND guesses > 0",
                    (key,),
                )

    def released(self, key: str, reason: str) -> None:
        """The request came to nothing and cost nothing: it may be sent again."""
        with self._writing() as db:
            db.execute(
                "UPDATE requests SET state = 'free', owner = NULL, batch = NULL, reason = ?"
                " WHERE key = ? AND state = 'sent' AND owner = ?",
                (reason, key, self.owner),
            )

    def lost(self, key: str, reason: str) -> None:
        """The request may have been paid and its answer is gone."""
        with self._writing() as db:
            self._lose(db, "key = ? AND state = 'sent' AND owner = ?", (key, self.owner), reason)

    def give_up(self, reason: str) -> None:
        """Everything this run has on its way, in one transaction: an interrupt does not wait for hundreds."""
        with self._writing() as db:
            self._lose(db, "owner = ? AND state = 'sent' AND batch IS NULL", (self.owner,), reason)

    def reassess(self) -> None:
        """Holds what was lost at a fair estimate, where there is one by now."""
        with self._writing() as db:
            self._reassess(db)

    def renewed(self, key: str) -> None:
        """The answer is to be asked for anew; what it cost stays held."""
        with self._writing() as db:
            db.execute(
                "UPDATE requests SET state = 'free', owner = NULL, batch = NULL, lost = lost + paid, paid = 0,"
                " message = NULL WHERE key = ? AND state = 'answered'",
                (key,),
            )

    def take_over(self, other: Path) -> tuple[int, int]:
        """Copies the rows of another journal, and none of its triggers; answers taken, and what is held in pico-USD."""
        with closing(sqlite3.connect(f"{other.resolve().as_uri()}?mode=ro", uri=True)) as old:
            found = {
                table: old.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()
                for table, names in _TAKEN.items()
            }
        requests, names = found["requests"], _TAKEN["requests"]
        money = [names.index(name) for name in ("worst", "paid", "lost")]
        if any(not isinstance(row[place], int) or row[place] < 0 for row in requests for place in money):
            raise BespokeError("a request in it costs less than nothing", path=str(other))
        with self._writing() as db:
            for table, columns in _TAKEN.items():
                marks = ", ".join("?" * len(columns))
                db.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", found[table])
        return sum(row[names.index("state")] == "answered" for row in requests), self.held()

    # --- batches ---------------------------------------------------------------------------------------

    def claim_batch(
        self, calls: Sequence[tuple[ModelRequest, int]], budget: int, *, model: str = "", again: bool = False
    ) -> tuple[str, list[ModelRequest], bool]:
        """As many of the requests as are free and fit the budget, reserved under a new batch name.

        Returns the name, the requests taken, and whether the budget left some out.
        """
        name, taken, short = uuid.uuid4().hex, [], False
        with self._writing() as db:
            self._reassess(db)
            (held,) = db.execute("SELECT held FROM ledger").fetchone()
            for call, worst in calls:
                state = self._state(db, call)
                if not (state == "free" or (state == "lost" and again)):
                    continue
                if held + worst > budget:
                    short = True
                    continue
                held += worst
                self._send(db, call.key, worst, name)
                taken.append(call)
            if taken:
                db.execute(
                    "INSERT INTO batches (name, owner, model, requests, created_at) VALUES (?, ?, ?, ?, ?)",
                    (name, self.owner, model, len(taken), self.clock()),
                )
        return name, taken, short

    def batch_created(self, name: str, batch_id: str) -> None:
        with self._writing() as db:
            db.execute("UPDATE batches SET id = ? WHERE name = ? AND state = 'open'", (batch_id, name))

    def batch_forgotten(self, name: str) -> None:
        """The id we took for this batch's is another's."""
        with self._writing() as db:
            db.execute("UPDATE batches SET id = NULL WHERE name = ?", (name,))

    def batch_closed(self, name: str, reason: str = "") -> None:
        """All results are in, or the batch never came to be: what has no answer is free again."""
        with self._writing() as db:
            db.execute(
                "UPDATE requests SET state = 'free', owner = NULL, batch = NULL,"
                " reason = coalesce(reason, ?) WHERE batch = ? AND state = 'sent'",
                (reason, name),
            )
            db.execute("UPDATE batches SET state = 'closed' WHERE name = ?", (name,))

    def open_batches(self) -> list[OpenBatch]:
        with self._writing() as db:
            rows = db.execute(
                "SELECT name, id, model, requests, created_at, owner FROM batches WHERE state = 'open'"
                " ORDER BY created_at"
            ).fetchall()
            return [OpenBatch(n, i, m, r, c, self._alive(db, owner)) for n, i, m, r, c, owner in rows]

    def batch_ids(self) -> set[str]:
        return {row[0] for row in self._db.execute("SELECT id FROM batches WHERE id IS NOT NULL")}

    def batch_keys(self, name: str) -> set[str]:
        return {row[0] for row in self._db.execute("SELECT key FROM requests WHERE batch = ?", (name,))}

    def noted(self, key: str, reason: str) -> None:
        """Why a request of a batch came back without an answer."""
        with self._writing() as db:
            db.execute("UPDATE requests SET reason = ? WHERE key = ? AND state = 'sent'", (reason, key))

    # --- looking ---------------------------------------------------------------------------------------

    def entry(self, key: str) -> Entry | None:
        row = self._db.execute(
            "SELECT key, state, paid, lost, losses, sends, message, latency_ms, reason"
            " FROM requests WHERE key = ?",
            (key,),
        ).fetchone()
        if row is None:
            return None
        key, state, paid, lost, losses, sends, blob, latency_ms, reason = row
        message = json.loads(zlib.decompress(blob).decode("utf-8", "surrogatepass")) if blob else None
        return Entry(key, state, paid, lost, losses, sends, message, latency_ms, reason or "")

    def held(self) -> int:
        """Everything spent, lost or reserved, in pico-USD."""
        (held,) = self._db.execute("SELECT held FROM ledger").fetchone()
        return int(held)

    def beat(self) -> None:
        """Shows that this run is alive, and gives up what dead runs had on its way."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO owners VALUES (?, ?, ?, ?)",
                (self.owner, os.getpid(), self._host, self.clock()),
            )
            waiting = db.execute(
                "SELECT DISTINCT owner FROM requests WHERE state = 'sent' AND batch IS NULL"
            ).fetchall()
            for (owner,) in waiting:
                if not self._alive(db, owner):
                    found = "owner = ? AND state = 'sent' AND batch IS NULL"
                    self._lose(db, found, (owner,), "its run ended before the answer came")

    # --- inside a transaction ----------------------------------------------------------------------------

    def _state(self, db: sqlite3.Connection, call: ModelRequest) -> State:
        """How the request stands, known from here on; what a run that is dead had on its way is lost."""
        db.execute(
            "INSERT OR IGNORE INTO requests (key, note, strategy, pass, model) VALUES (?, ?, ?, ?, ?)",
            (call.key, call.note, call.strategy, call.which, call.body["model"]),
        )
        found: tuple[State, str | None, str | None] = db.execute(
            "SELECT state, owner, batch FROM requests WHERE key = ?", (call.key,)
        ).fetchone()
        state, owner, batch = found
        if state == "sent" and batch is None and not self._alive(db, owner):
            self._lose(db, "key = ?", (call.key,), "its run ended before the answer came")
            return "lost"
        return state

    def _send(self, db: sqlite3.Connection, key: str, worst: int, batch: str | None) -> None:
        db.execute(
            "UPDATE requests SET state = 'sent', owner = ?, batch = ?, worst = ?, sends = sends + 1,"
            " sent_at = ?, reason = NULL WHERE key = ?",
            (self.owner, batch, worst, self.clock(), key),
        )

    def _lose(self, db: sqlite3.Connection, where: str, values: tuple[Any, ...], reason: str) -> None:
        db.execute(
            "UPDATE requests SET state = 'lost', lost = lost + worst, guess = guess + worst, guesses = guesses + 1,"
            f" losses = losses + 1, reason = ?, done_at = ? WHERE {where}",
            (reason, self.clock(), *values),
        )

    def _reassess(self, db: sqlite3.Connection) -> bool:
        """Whether anything that was lost is held at less than before."""
        (guessed,) = db.execute("SELECT EXISTS (SELECT 1 FROM requests WHERE guesses > 0)").fetchone()
        return bool(guessed) and db.execute(REASSESS, (ENOUGH,)).rowcount > 0

    def _alive(self, db: sqlite3.Connection, owner: str | None) -> bool:
        """Whether a run still shows life. On this machine a process that is gone is dead at once."""
        row = db.execute("SELECT pid, host, beat_at FROM owners WHERE id = ?", (owner,)).fetchone()
        if row is None or self.clock() - row[2] > self.lease_s:
            return owner == self.owner
        return row[1] != self._host or row[0] == os.getpid() or _running(row[0])


def _running(pid: int) -> bool:
    if os.name == "nt":
        return True  # os.kill would end the process there; the lease decides
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass
    return True
