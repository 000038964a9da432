"""The journal: one request, one payment; money that never disappears; runs that do not trip over each other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from bespoke.claude.budget.journal import Journal
from bespoke.claude.requests.calls import ModelRequest
from bespoke.errors import BespokeError


def call(number: int = 0) -> ModelRequest:
    return ModelRequest(
        f"n{number}", "zero_shot", "generate", "anthropic", {"model": "m", "messages": [number]}
    )


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal(path)
    yield opened
    opened.close()


def test_a_request_is_claimed_once_and_its_worst_case_is_reserved(journal: Journal) -> None:
    assert journal.claim(call(), 60, budget=100) == "claimed"
    assert journal.claim(call(), 60, budget=100) == "busy"
    assert journal.held() == 60


def test_an_answer_replaces_the_reservation_by_its_real_cost(journal: Journal) -> None:
    journal.claim(call(), 60, budget=100)
    journal.answered(call().key, {"usage": {}, "content": "ü"}, 7, 12.5)
    entry = journal.entry(call().key)
    assert journal.held() == 7
    assert entry is not None
    assert (entry.state, entry.message, entry.latency_ms) == ("answered", {"usage": {}, "content": "ü"}, 12.5)
    assert journal.claim(call(), 60, budget=100) == "answered"


def test_over_the_budget_is_final_only_when_nothing_is_on_its_way(journal: Journal) -> None:
    journal.claim(call(1), 60, budget=100)
    assert journal.claim(call(2), 60, budget=100) == "wait"  # 60 + 60 > 100, but the first may cost less
    journal.answered(call(1).key, {}, 55)
    assert journal.claim(call(2), 60, budget=100) == "over_budget"  # 55 + 60 > 100
    assert journal.claim(call(2), 45, budget=100) == "claimed"  # 55 + 45 = 100 fits exactly


def test_a_refused_request_frees_its_reservation(journal: Journal) -> None:
    journal.claim(call(), 60, budget=100)
    journal.released(call().key, "529")
    assert journal.held() == 0
    assert journal.claim(call(), 60, budget=100) == "claimed"


def test_a_lost_answer_stays_on_the_bill_and_is_not_asked_again(journal: Journal) -> None:
    journal.claim(call(), 60, budget=200)
    journal.lost(call().key, "the connection broke")
    assert journal.held() == 60
    assert journal.claim(call(), 60, budget=200) == "lost"


def test_asking_again_for_a_lost_answer_counts_both_payments(journal: Journal) -> None:
    journal.claim(call(), 60, budget=200)
    journal.lost(call().key, "the connection broke")
    assert journal.claim(call(), 60, budget=100, again=True) == "over_budget"  # 60 lost + 60 > 100
    assert journal.claim(call(), 60, budget=120, again=True) == "claimed"
    journal.answered(call().key, {}, 5)
    entry = journal.entry(call().key)
    assert entry is not None
    assert (journal.held(), entry.lost, entry.losses, entry.sends) == (65, 60, 1, 2)


def answer(journal: Journal, numbers: range, paid: int) -> None:
    for number in numbers:
        journal.claim(call(number), 60, budget=10_000)
        journal.answered(call(number).key, {}, paid)


def test_what_was_lost_is_held_at_the_dearest_answer_of_its_kind_once_twenty_have_come(
    journal: Journal,
) -> None:
    """One lost at its worst of 60; 18 answers cost 5 and one 7: too few. With the twentieth it is held at 7."""
    journal.claim(call(), 60, budget=1000)
    journal.lost(call().key, "the connection broke")
    answer(journal, range(1, 19), 5)
    answer(journal, range(19, 20), 7)
    journal.reassess()
    assert journal.held() == 60 + 18 * 5 + 7
    answer(journal, range(20, 21), 5)
    journal.reassess()
    assert journal.held() == 7 + 19 * 5 + 7
    journal.reassess()
    assert journal.held() == 7 + 19 * 5 + 7, "once"


def test_a_budget_that_only_the_worst_of_what_was_lost_fills_has_room_again(journal: Journal) -> None:
    """20 answers at 5 are 100, one lost at 60, a request of at most 60: 220 in all, 165 with a fair estimate."""
    journal.claim(call(), 60, budget=1000)
    journal.lost(call().key, "the connection broke")
    answer(journal, range(1, 21), 5)
    assert journal.claim(call(21), 60, budget=165) == "claimed"
    assert journal.claim(call(22), 60, budget=165) == "wait"


def test_a_late_answer_takes_its_estimate_along(path: Path) -> None:
    clock = Clock()
    asleep, other = Journal(path, lease_s=10, clock=clock), Journal(path, lease_s=10, clock=clock)
    asleep.claim(call(), 60, budget=1000)
    clock.now += 11
    other.beat()
    answer(other, range(1, 21), 5)
    other.reassess()
    assert other.held() == 5 + 100
    asleep.answered(call().key, {}, 9)
    assert other.held() == 9 + 100


def test_a_journal_of_the_first_version_is_read_on(path: Path) -> None:
    """What it held at its worst for a lost answer can be held at less, too; nothing of it is gone."""
    journal = Journal(path)
    journal.claim(call(), 60, budget=1000)
    journal.lost(call().key, "the connection broke")
    answer(journal, range(1, 21), 5)
    journal.close()
    with sqlite3.connect(path) as db:
        db.execute("ALTER TABLE requests DROP COLUMN guess")
        db.execute("ALTER TABLE requests DROP COLUMN guesses")
        db.execute("PRAGMA user_version = 1")
    later = Journal(path)
    assert later.held() == 60 + 100
    later.reassess()
    assert later.held() == 5 + 100
    later.close()


def test_a_journal_of_the_second_version_is_the_present_one(path: Path) -> None:
    """Every journal that was written so far says 2 or 1; one that is not read is money asked for twice."""
    Journal(path).close()
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)


def test_what_a_dead_run_had_on_its_way_is_lost(path: Path) -> None:
    clock = Clock()
    dead, heir = Journal(path, lease_s=10, clock=clock), Journal(path, lease_s=10, clock=clock)
    dead.claim(call(), 60, budget=100)
    assert heir.claim(call(), 60, budget=100) == "busy"
    clock.now += 11  # no heartbeat for longer than the lease
    heir.beat()
    assert heir.claim(call(), 60, budget=100) == "lost"


def test_a_run_that_was_only_asleep_still_delivers(path: Path) -> None:
    """Its answer was given up and counted at 60; it arrives, costs 7, and nothing is counted twice."""
    clock = Clock()
    asleep, other = Journal(path, lease_s=10, clock=clock), Journal(path, lease_s=10, clock=clock)
    asleep.claim(call(), 60, budget=100)
    clock.now += 11
    other.beat()
    asleep.answered(call().key, {}, 7)
    entry = other.entry(call().key)
    assert entry is not None
    assert (entry.state, entry.losses, other.held()) == ("answered", 0, 7)


def test_a_second_answer_is_kept_as_money_not_as_an_answer(path: Path) -> None:
    clock = Clock()
    asleep, other = Journal(path, lease_s=10, clock=clock), Journal(path, lease_s=10, clock=clock)
    asleep.claim(call(), 60, budget=500)
    clock.now += 11
    other.beat()
    other.claim(call(), 60, budget=500, again=True)
    asleep.answered(call().key, {"first": 1}, 7)
    other.answered(call().key, {"second": 1}, 9)
    entry = other.entry(call().key)
    assert entry is not None
    assert entry.message == {"first": 1}
    assert other.held() == 7 + 60 + 9  # the answer, the given-up one at its worst, the second one


def test_a_process_that_is_gone_is_dead_before_its_lease_ends(path: Path) -> None:
    journal = Journal(path)
    journal.claim(call(), 60, budget=100)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE owners SET pid = 2147483646")
    heir = Journal(path)
    assert heir.claim(call(), 60, budget=100) == "lost"


def test_a_batch_takes_what_is_free_and_fits(journal: Journal) -> None:
    journal.claim(call(0), 10, budget=100)
    journal.answered(call(0).key, {}, 10)
    name, taken, short = journal.claim_batch([(call(i), 40) for i in range(4)], budget=100)
    assert [c.note for c in taken] == ["n1", "n2"]  # n0 is answered; 10 + 40 + 40 + 40 > 100 leaves n3
    assert short
    assert journal.claim(call(1), 40, budget=500) == "busy"
    journal.answered(call(1).key, {}, 5, batch=name)
    journal.answered(call(1).key, {}, 5, batch=name)  # results may be read twice
    journal.batch_closed(name, "expired")
    assert journal.held() == 10 + 5
    assert journal.claim(call(2), 40, budget=500) == "claimed"


def test_the_batch_of_a_dead_run_stays_open_for_the_next(path: Path) -> None:
    clock = Clock()
    dead, heir = Journal(path, lease_s=10, clock=clock), Journal(path, lease_s=10, clock=clock)
    name, _, _ = dead.claim_batch([(call(), 40)], budget=100)
    clock.now += 11
    heir.beat()
    (batch,) = heir.open_batches()
    assert (batch.name, batch.id, batch.owned_by_the_living) == (name, None, False)
    assert heir.held() == 40, "its money stays reserved until the batch is found or known not to exist"


def test_a_file_that_is_no_journal_is_refused(path: Path) -> None:
    path.write_text("not a database, but long enough to look like a file of some kind " * 20)
    with pytest.raises(BespokeError, match="the journal cannot be opened"):
        Journal(path)


def test_a_journal_of_a_later_version_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(BespokeError, match="version 99"):
        Journal(path)


class Ledger(RuleBasedStateMachine):
    """Whatever happens in whatever order, the ledger is the sum of the rows and never above the budget."""

    calls = Bundle("calls")
    budget = 100

    @initialize()
    def begin(self) -> None:
        self.journal = Journal(Path(":memory:"))

    @rule(target=calls, number=st.integers(0, 5))
    def name(self, number: int) -> ModelRequest:
        return call(number)

    @rule(c=calls, worst=st.integers(1, 60), again=st.booleans())
    def claim(self, c: ModelRequest, worst: int, again: bool) -> None:
        self.journal.claim(c, worst, self.budget, again=again)

    @rule(c=calls, share=st.floats(0, 1))
    def answer(self, c: ModelRequest, share: float) -> None:
        row = self._row(c)
        if row and row[0] == "sent":
            self.journal.answered(c.key, {}, int(row[1] * share))

    @rule(c=calls)
    def lose(self, c: ModelRequest) -> None:
        self.journal.lost(c.key, "gone")

    @rule(c=calls)
    def release(self, c: ModelRequest) -> None:
        self.journal.released(c.key, "529")

    @rule(chosen=st.lists(st.integers(0, 5)), worst=st.integers(1, 60))
    def hand_over(self, chosen: list[int], worst: int) -> None:
        self.journal.claim_batch([(call(n), worst) for n in dict.fromkeys(chosen)], self.budget)

    @rule()
    def close_batches(self) -> None:
        for batch in self.journal.open_batches():
            self.journal.batch_closed(batch.name)

    @invariant()
    def the_ledger_is_the_sum_and_within_the_budget(self) -> None:
        if not hasattr(self, "journal"):
            return
        total, flying = self.journal._db.execute(
            "SELECT coalesce(sum(held), 0), coalesce(sum(state = 'sent'), 0) FROM requests"
        ).fetchone()
        assert self.journal._db.execute("SELECT held, in_flight FROM ledger").fetchone() == (total, flying)
        assert total <= self.budget

    def _row(self, c: ModelRequest) -> tuple[str, int] | None:
        row = self.journal._db.execute("SELECT state, worst FROM requests WHERE key = ?", (c.key,)).fetchone()
        return (row[0], row[1]) if row else None

    def teardown(self) -> None:
        if hasattr(self, "journal"):
            self.journal.close()


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)


def test_a_batch_leaves_alone_what_a_living_run_has_on_its_way(path: Path) -> None:
    clock = Clock()
    alive, other = Journal(path, lease_s=10, clock=clock), Journal(path, lease_s=10, clock=clock)
    alive.claim(call(1), 60, budget=500)
    name, taken, short = other.claim_batch([(call(1), 60), (call(2), 30)], budget=500)
    entry = other.entry(call(1).key)
    assert entry is not None
    assert (taken, short, other.batch_keys(name)) == ([call(2)], False, {call(2).key})
    assert (entry.state, entry.losses, other.held()) == ("sent", 0, 90)


def test_a_batch_takes_what_a_dead_run_left_only_where_it_is_asked_to_pay_again(path: Path) -> None:
    clock = Clock()
    dead, heir = Journal(path, lease_s=10, clock=clock), Journal(path, lease_s=10, clock=clock)
    dead.claim(call(1), 60, budget=500)
    clock.now += 11
    heir.beat()
    assert heir.claim_batch([(call(1), 60)], budget=500)[1] == []
    assert heir.claim_batch([(call(1), 60)], budget=500, again=True)[1] == [call(1)]
    assert heir.held() == 120  # the lost one at its worst stays on the bill


def test_the_budget_bounds_a_batch_to_the_last_unit(path: Path) -> None:
    journal = Journal(path)
    _, taken, short = journal.claim_batch([(call(1), 60), (call(2), 60), (call(3), 40)], budget=100)
    assert (taken, short, journal.held()) == ([call(1), call(3)], True, 100)


def test_a_heartbeat_gives_up_what_dead_runs_hold_and_nothing_of_the_living(path: Path) -> None:
    clock = Clock()
    dead, alive = Journal(path, lease_s=10, clock=clock), Journal(path, lease_s=10, clock=clock)
    dead.claim(call(1), 60, budget=500)
    clock.now += 9
    alive.claim(call(2), 30, budget=500)
    alive.beat()
    assert [getattr(alive.entry(call(n).key), "state", None) for n in (1, 2)] == ["sent", "sent"]
    clock.now += 2  # 11 s since the first was heard of, 2 s since the second
    alive.beat()
    first, second = alive.entry(call(1).key), alive.entry(call(2).key)
    assert first is not None
    assert second is not None
    assert (first.state, first.lost, first.losses, first.reason) == (
        "lost", 60, 1, "its run ended before the answer came",
    )  # fmt: skip
    assert (second.state, second.losses) == ("sent", 0)
