"""The journal's tables, and what is read from them. Money in pico-USD."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

State = Literal["free", "sent", "answered", "lost"]
Claim = Literal["claimed", "answered", "lost", "busy", "wait", "over_budget"]

VERSION = 2
ENOUGH = 20  # answers of a kind, before what was lost of it is held at the dearest of them instead of its worst case
SCHEMA = """
CREATE TABLE IF NOT EXISTS owners (id TEXT PRIMARY KEY, pid INTEGER, host TEXT, beat_at REAL);
CREATE TABLE IF NOT EXISTS batches (
    name TEXT PRIMARY KEY, owner TEXT, id TEXT UNIQUE, model TEXT, requests INTEGER, created_at REAL,
    state TEXT NOT NULL DEFAULT 'open');
CREATE TABLE IF NOT EXISTS requests (
    key TEXT PRIMARY KEY, note TEXT, strategy TEXT, pass TEXT, model TEXT,
    state TEXT NOT NULL DEFAULT 'free', owner TEXT, batch TEXT,
    worst INTEGER NOT NULL DEFAULT 0,   -- pico-USD, reserved while sent
    paid INTEGER NOT NULL DEFAULT 0,    -- pico-USD, of the answer we hold
    lost INTEGER NOT NULL DEFAULT 0,    -- pico-USD, of answers that never arrived
    guess INTEGER NOT NULL DEFAULT 0,   -- the part of `lost` that nobody has told us, over `guesses` losses
    guesses INTEGER NOT NULL DEFAULT 0,
    losses INTEGER NOT NULL DEFAULT 0, sends INTEGER NOT NULL DEFAULT 0,
    message BLOB, latency_ms REAL, reason TEXT, sent_at REAL, done_at REAL,
    held INTEGER GENERATED ALWAYS AS (paid + lost + (state = 'sent') * worst) STORED);
CREATE INDEX IF NOT EXISTS requests_in_flight ON requests (owner) WHERE state = 'sent';
CREATE INDEX IF NOT EXISTS requests_of_batch ON requests (batch) WHERE batch IS NOT NULL;
CREATE TABLE IF NOT EXISTS ledger (held INTEGER NOT NULL, in_flight INTEGER NOT NULL);
INSERT INTO ledger SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM ledger);
CREATE TRIGGER IF NOT EXISTS ledger_insert AFTER INSERT ON requests BEGIN
    UPDATE ledger SET held = held + new.held, in_flight = in_flight + (new.state = 'sent'); END;
CREATE TRIGGER IF NOT EXISTS ledger_update AFTER UPDATE ON requests BEGIN
    UPDATE ledger SET held = held + new.held - old.held,
        in_flight = in_flight + (new.state = 'sent') - (old.state = 'sent'); END;
"""


# The first version held every lost answer at its worst case.
FROM_1 = """
ALTER TABLE requests ADD COLUMN guess INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN guesses INTEGER NOT NULL DEFAULT 0;
UPDATE requests SET guess = worst, guesses = 1 WHERE state = 'lost' AND lost >= worst;
"""
# By the dearest answer of the same model, strategy and pass that was not of a batch.
REASSESS = """
UPDATE requests SET lost = lost - guess + guesses * most, guess = guesses * most
FROM (
    SELECT model AS m, strategy AS s, pass AS p, max(paid) AS most FROM requests
    WHERE state = 'answered' AND batch IS NULL GROUP BY 1, 2, 3 HAVING count(*) >= ?)
WHERE model = m AND strategy = s AND pass = p AND guess > guesses * most
"""


@dataclass(frozen=True)
class Entry:
    """What the journal knows of one request. Money in pico-USD."""

    key: str
    state: State
    paid: int
    lost: int
    losses: int
    sends: int
    message: dict[str, Any] | None
    latency_ms: float | None
    reason: str


@dataclass(frozen=True)
class OpenBatch:
    """A batch that was handed over and not settled; `id` is None where we never learnt it."""

    name: str
    id: str | None
    model: str  # whose prices apply
    requests: int
    created_at: float
    owned_by_the_living: bool
