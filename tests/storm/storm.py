"""The storm: thousands of notes, a provider that fails in every way, and runs killed at random moments.

    python tests/storm/storm.py --notes 2000        (make storm; minutes, so not part of the test suite)

Legs, each in its own client folder against its own server process:
  direct      429, 529, 500, silence, broken connections, cut JSON; runs killed with SIGKILL, sometimes two
              at once. In the end every note has one line and no request was paid for twice. What was on its
              way when it broke is named as lost, not asked again.
  again       the lost answers asked for once more, on purpose: every note is answered, and what was paid
              twice is what the journal says.
  batches     the same kills over Message Batches, with unconfirmed creations and results that break off:
              nothing is lost and nothing is paid for twice.
  rate        no faults: the share of what the rate limit allows that is reached.
  latency     no faults, no limit: the share of what latency and connections allow.
Prints the figures it checks; exits 1 if a check fails.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[2]))

from bespoke.claude.budget.journal import journal_of  # noqa: E402
from tests.claude_server import KEY  # noqa: E402

BUDGET = Decimal(500)
KILLED_FIRST = 8  # runs of a leg that do not live
STORM = {
    "limited": 0.05, "overloaded": 0.05, "broken": 0.03, "gateway": 0.005, "silent": 0.005,
    "silent_billed": 0.005, "dropped": 0.01, "cut": 0.01, "cut_json": 0.01,
}  # fmt: skip
failures: list[str] = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--legs", default="direct,again,batches,rate,latency")
    parser.add_argument("--worker", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        work(json.loads(given.worker))
        return
    dice = random.Random(given.seed)
    legs = given.legs.split(",")
    with tempfile.TemporaryDirectory() as folder:
        if "direct" in legs or "again" in legs:
            direct(Path(folder) / "direct", given.notes, dice, again="again" in legs)
        if "batches" in legs:
            batches(Path(folder) / "batches", given.notes, dice)
        if "rate" in legs:
            rate(Path(folder) / "rate", given.notes)
        if "latency" in legs:
            latency(Path(folder) / "latency", given.notes)
    say("every check held" if not failures else f"{len(failures)} checks failed: {'; '.join(failures)}")
    sys.exit(bool(failures))


# --- legs ------------------------------------------------------------------------------------------------


def direct(folder: Path, notes: int, dice: random.Random, *, again: bool) -> None:
    settings = {"seed": 7, "latency_s": 0.3, "requests_per_minute": 9000, "burst": 60, "retry_after_s": 0.05}
    with server({**settings, "faults": STORM}) as url:
        kills, runs = until_done(folder, notes, url, dice)
        told, outcomes, account = summary(folder), written(folder), asked(url)
        say(f"direct: {notes} notes, {runs} runs, {kills} killed; server: {account['statuses']}")
        say(
            f"direct: outcomes {told['outcomes']}; billed {account['billed']}; paid twice {account['paid_twice']}"
        )
        check("every note is scored once", len(outcomes) == len(set(outcomes)) == notes)
        check("not one request was paid for twice", account["paid_twice"] == 0)
        check("answered and lost make up all", set(told["outcomes"]) <= {"answered", "answer_lost"})
        money(folder, account)
        if again:
            until_done(folder, notes, url, dice, again=True)
            told, account = summary(folder), asked(url)
            say(
                f"again: outcomes {told['outcomes']}; paid twice {account['paid_twice']} of {losses(folder)} lost"
            )
            check("asked again, every note is answered", told["outcomes"] == {"answered": notes})
            check("what was paid twice was known as lost", account["paid_twice"] <= losses(folder))
            money(folder, account)


def batches(folder: Path, notes: int, dice: random.Random) -> None:
    settings = {
        "seed": 8, "batch_polls": 60, "batch_errors": 0.02, "batch_expired": 0.02, "batch_create_lost": 2,
        "results_cut": 2, "faults": STORM,
    }  # fmt: skip
    with server(settings) as url:
        kills, runs = until_done(folder, notes, url, dice, batch=True)
        told, outcomes, account = summary(folder), written(folder), asked(url)
        say(f"batches: {notes} notes, {runs} runs, {kills} killed, {account['batches']} batches")
        say(
            f"batches: outcomes {told['outcomes']}; billed {account['billed']}; paid twice {account['paid_twice']}"
        )
        check("every note of a batch is answered", told["outcomes"] == {"answered": notes})
        check("every note of a batch is scored once", len(outcomes) == len(set(outcomes)) == notes)
        check("no request of a batch was paid for twice", account["paid_twice"] == 0)
        money(folder, account)


def rate(folder: Path, notes: int) -> None:
    """n requests at r a second after a burst of b cannot take less than (n - b) / r, and one latency."""
    per_minute, burst, wait = 4800, 20, 0.3
    with server({"latency_s": wait, "requests_per_minute": per_minute, "burst": burst}) as url:
        run_once(folder, notes, url)
        account = asked(url)
    least = (notes - burst) / (per_minute / 60) + wait
    share = least / account["seconds"]
    say(
        f"rate: {notes} requests at {per_minute} a minute: {account['seconds']:.1f} s, least possible"
        f" {least:.1f} s: {share:.1%}; statuses {account['statuses']}, {account['most_at_once']} at once"
    )
    check("nine tenths of the rate limit", share >= 0.9)


def latency(folder: Path, notes: int) -> None:
    """n requests over c connections at latency l (uniform within a fifth) take about n x l / c."""
    wait, connections = 1.0, 48
    with server({"latency_s": wait, "requests_per_minute": 60_000}) as url:  # a limit that does not bind
        run_once(folder, notes, url, connections=connections)
        account = asked(url)
    least = notes * wait / connections
    share = least / account["seconds"]
    say(
        f"latency: {notes} requests over {connections} connections at {wait} s: {account['seconds']:.1f} s,"
        f" least possible {least:.1f} s: {share:.1%}; {account['most_at_once']} at once"
    )
    check("nine tenths of what latency allows", share >= 0.9)


# --- runs and kills --------------------------------------------------------------------------------------


def until_done(folder: Path, notes: int, url: str, dice: random.Random, **more: Any) -> tuple[int, int]:
    """Starts runs and kills them at random moments, until one comes to its end. Kills and runs."""
    kills = runs = rounds = 0
    while True:
        rounds += 1
        workers = [start(folder, notes, url, **more) for _ in range(2 if dice.random() < 0.25 else 1)]
        runs += len(workers)
        # The first are all killed; later some may live, otherwise a long run would never end.
        dies = rounds <= KILLED_FIRST or dice.random() < 0.85
        limit = dice.uniform(1.0, 4.0 if more.get("batch") else 6.0) if dies else 600.0
        ended = wait_for_any(workers, limit)
        for worker in workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGKILL)
                worker.wait()
                kills += 1
        if ended is not None:
            if ended.returncode != 0:
                raise SystemExit(f"a run failed: {ended.stderr.read() if ended.stderr else ''}")
            if unfinished(folder, lost_too=bool(more.get("again"))) == 0:
                return kills, runs


def wait_for_any(workers: list[subprocess.Popen[str]], limit: float) -> subprocess.Popen[str] | None:
    end = time.monotonic() + limit
    while time.monotonic() < end:
        for worker in workers:
            if worker.poll() is not None:
                return worker
        time.sleep(0.02)
    return None


def run_once(folder: Path, notes: int, url: str, **more: Any) -> None:
    worker = start(folder, notes, url, **more)
    if worker.wait(600) != 0:
        raise SystemExit(f"the run failed: {worker.stderr.read() if worker.stderr else ''}")


def start(folder: Path, notes: int, url: str, **more: Any) -> subprocess.Popen[str]:
    task = json.dumps({"folder": str(folder), "notes": notes, **more})
    environment = {
        **os.environ,
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_CONFIG_DIR": str(folder / "none"),
    }
    environment.pop("ANTHROPIC_AUTH_TOKEN", None)
    return subprocess.Popen(
        [sys.executable, str(HERE), "--worker", task],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def work(task: dict[str, Any]) -> None:
    """One run, in its own process."""
    from tests.claude_clients import QUICK, ask, clinic

    patience = replace(
        QUICK,
        request_s=3.0,
        attempts=10,
        longest_backoff_s=1.0,
        waiting_s=120.0,
        connections=task.get("connections", 64),
        lease_s=30.0,
    )
    ask(
        clinic(Path(task["folder"]), task["notes"]),
        budget=BUDGET,
        batch=task.get("batch", False),
        ask_lost_again=task.get("again", False),
        patience=patience,
    )


# --- looking ---------------------------------------------------------------------------------------------


@contextmanager
def server(settings: dict[str, Any]) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, str(HERE.parents[1] / "claude_server.py"), json.dumps(settings)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.wait()


def asked(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{url}/_account", timeout=10) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def summary(folder: Path) -> dict[str, Any]:
    path = folder / "evaluation" / "claude_zero_shot.summary.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def written(folder: Path) -> list[str]:
    path = folder / "evaluation" / "predictions" / "claude_zero_shot.jsonl"
    return [json.loads(line)["id"] for line in path.read_text(encoding="utf-8").splitlines()]


def unfinished(folder: Path, *, lost_too: bool) -> int:
    """Notes that another run should try again; lost answers only where they are to be paid for again."""
    names = ("not_asked", "unavailable", *(("answer_lost",) if lost_too else ()))
    return sum(int(summary(folder)["outcomes"].get(name, 0)) for name in names)


def losses(folder: Path) -> int:
    with sqlite3.connect(journal_of(folder, "journal.sqlite")) as db:
        return int(db.execute("SELECT sum(losses) FROM requests").fetchone()[0])


def money(folder: Path, account: dict[str, Any]) -> None:
    """Haiku 4.5: 1 USD in, 5 USD out per million tokens; batches at half. The journal knows at least as much."""
    tokens = account["tokens"]
    billed = (
        sum(
            (Decimal(tokens.get(f"{way}.{kind}", 0)) * price)
            for way, factor in (("direct", Decimal(1)), ("batch", Decimal("0.5")))
            for kind, price in (("input_tokens", factor), ("output_tokens", 5 * factor))
        )
        / 1_000_000
    )
    with sqlite3.connect(journal_of(folder, "journal.sqlite")) as db:
        held, rows = db.execute("SELECT held, (SELECT sum(held) FROM requests) FROM ledger").fetchone()
    journal = Decimal(held) / 10**12
    say(f"  billed {billed:.4f} USD, journal {journal:.4f} USD, budget {BUDGET} USD")
    check("the ledger is the sum of its rows", held == rows)
    check("the journal counts at least what was billed, within the budget", billed <= journal <= BUDGET)


def check(what: str, held: bool) -> None:
    say(f"  {'ok  ' if held else 'FAIL'} {what}")
    if not held:
        failures.append(what)


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
