"""Accounts that change for a long time, with syncs between and during the changes, some of them killed."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.archive.conftest import Ticking, stored
from tests.sync.conftest import find_gaps, soak
from tests.sync.moving_account import Account
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import BadResponseError, UsageError
from wacr_cli.core.progress import Progress
from wacr_cli.sync import Report, Sync

MOVEMENTS = 20


class KilledError(BaseException):
    """The process was killed."""


class History:
    """An account, its archive, and syncs that are killed at some call and run while messages come and go.

    ``shuffled`` lets the messages of one second change places in each response.
    """

    def __init__(self, store: Store, seed: int, *, shuffled: bool) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
        choose = self.chance.choice
        self.account = Account(
            self.chance.randrange(900),
            share=choose([0.5, 0.5, 0.9, 1.0]),
            tie=choose([1, 3, 6, 12]),
            shuffled=shuffled,
            counts=self.chance.random() < 0.7,
            race=choose([0.0, 0.3, 1.0]),
            page_size=choose([100, 100, 100, 50, 15]),
            seed=seed,
        )
        self.store = store
        self.clock = Ticking()
        self.busy = choose([0.0, 0.1, 0.5, 1.0])
        self.is_orderly = not shuffled and seed % 2 == 0
        """Whether messages come in at the newest end only, and keep their direction."""
        self.kills = 0

    def sync(self, *, full: bool = False) -> Report:
        """Run a sync."""
        return Sync(self.account, self.store, self.clock, Progress(), origin="x", contacts=False, full=full).run()

    def sync_in_motion(self, *, full: bool, kill_at: int | None) -> None:
        """Run a sync while messages come and go, and kill it at a call."""
        calls = 0

        def move(_: Account) -> None:
            nonlocal calls
            calls += 1
            if calls == kill_at:
                raise KilledError
            if self.chance.random() < self.busy:
                self.move(3, 3)

        self.account.move = move
        try:
            self.sync(full=full)
        except KilledError:
            self.kills += 1
            self._check_gaps()
            self.store.close()
        except UsageError:
            # All messages that the check looks for are deleted: only --full takes the account for the same.
            assert not full
        except BadResponseError:
            assert self.account.ignores_direction
        self.account.move = None
        self.account.ignores_direction = False

    def _check_gaps(self) -> None:
        """Assert that no run leaves a gap below a stored message, once the lists were read as a whole."""
        keys = ("whole.inbound", "whole.outbound")
        if (
            self.is_orderly
            and not self.account.shuffled
            and self.store.exists
            and all(self.store.get_state(key) for key in keys)
        ):
            assert find_gaps(self.store, self.account) == set()

    def move(self, most_new: int, most_changed: int) -> None:
        """Insert, delete or change some messages."""
        chance, account = self.chance, self.account
        kind = chance.random()
        number, ids = chance.randrange(1, most_changed), sorted(account.stored)
        if kind < 0.35:
            account.insert(chance.randrange(1, most_new), chance.choice(["", "", "inbound", "outbound"]))
        elif kind < 0.4 and not self.is_orderly:
            account.insert_late(chance.randrange(1, 1 + number), chance.randrange(1, 600), is_backdated=kind < 0.38)
        elif kind < 0.42 and not self.is_orderly:
            account.restore(chance.randrange(1, 10))
        elif kind < 0.44 and not self.is_orderly:
            account.turn_around(account.some(chance.randrange(1, 10)))
        elif kind < 0.45:
            account.insert(1, None)
        elif kind < 0.6:
            account.delete(account.some(number))
        elif kind < 0.7:
            account.delete(ids[-number:])
        elif kind < 0.75:
            start = chance.randrange(len(ids) + 1)
            account.delete(ids[start : start + number])
        else:
            account.change(account.some(number), chance.choice(["read", "failed", "delivered"]))

    def run(self) -> None:
        """Run the history: movements, with a sync after each."""
        for _ in range(MOVEMENTS):
            for _ in range(self.chance.randrange(3)):
                self.move(220, 180)
            killed = self.chance.random() < 0.5
            full = self.chance.random() < 0.2
            if not self.is_orderly:
                self.account.ignores_direction = self.chance.random() < 0.1
                self.account.lag = self.chance.choice([0, 0, 0, 12, 120])
            self.sync_in_motion(full=full, kill_at=self.chance.randrange(1, 30) if killed else None)


def _check_end(history: History, *, full: bool = False) -> bool:
    """Assert that undisturbed syncs that say complete leave what the account has; return whether one says that.

    The values too, unless rows change places: the search for changes is no proof then. A deletion needs two readings.
    Where the API does not count, only --full finds what was deleted or recorded late.
    """
    history.account.lag = 0
    complete = False
    for _ in range(8):
        history.clock.skip(61)
        report = history.sync(full=full)
        complete = report.complete
        if complete:
            if not history.is_orderly and not full:
                # A deleted and a backfilled message cancel each other until the scrub reads their page.
                for _ in range(2 + len(history.account.stored) // history.account.page_size):
                    history.clock.skip(61)
                    history.sync()
            found, truth = stored(history.store), history.account.truth
            if history.account.counts or full:
                assert set(found) == set(truth)
            elif history.is_orderly:
                assert set(found) >= set(truth)
            directed = {number for number in set(found) & set(truth) if truth[number][0]}
            if not history.account.shuffled and (history.is_orderly or full):
                assert [one for one in directed if found[one] != truth[one]] == []
            break
    return complete


@contextmanager
def _open_sqlite() -> Iterator[SqliteStore]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "archive.sqlite")
        yield store
        store.close()


@pytest.mark.parametrize("seed", [*range(4), *soak(*range(4, 50))])
def test_a_history_ends_with_an_archive_like_the_account(seed: int) -> None:
    """After 20 movements and syncs, half of which are killed, the next sync lacks nothing; --full has just that."""
    with _open_sqlite() as store:
        history = History(store, seed, shuffled=False)
        history.run()
        try:
            is_complete = _check_end(history)
            # Small pages and many deletions take more runs than four.
            assert is_complete or not history.account.counts or history.account.page_size < 50
        except UsageError:
            assert len(stored(store)) >= 20
        assert _check_end(history, full=True)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 1012))
def test_catching_up_loses_no_row_that_changes_places(seed: int) -> None:
    """Up to 220 messages of one second come in another order in each response after a first copy that was at rest."""
    with _open_sqlite() as store:
        history = History(store, seed, shuffled=False)
        assert history.sync().complete
        history.account.shuffled = True
        history.is_orderly = True
        history.run()
        try:
            _check_end(history)
        except UsageError:
            assert len(stored(store)) >= 20


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2000, 2004))
def test_a_history_in_either_database(store: Store, seed: int) -> None:
    """PostgreSQL keeps the same archive."""
    history = History(store, seed, shuffled=False)
    history.run()
    assert _check_end(history, full=True)


@pytest.mark.parametrize("seed", [0, *soak(*range(1, 6))])
@pytest.mark.parametrize(("tie", "shuffled", "counts"), [(1, False, True), (3, True, True), (1, False, False)])
def test_a_first_copy_killed_several_times_in_a_moving_list(seed: int, tie: int, shuffled: bool, counts: bool) -> None:
    """Each kill leaves a sound archive; a sync at rest lacks nothing, and --full has just that."""
    with _open_sqlite() as store:
        history = History(store, seed, shuffled=shuffled)
        history.account = Account(1000, tie=tie, shuffled=shuffled, counts=counts, seed=seed)
        history.busy = 1.0
        for _ in range(6):
            history.sync_in_motion(full=False, kill_at=history.chance.randrange(3, 12))
            assert not store.exists or store.check() == []
            store.close()
        assert _check_end(history)
        assert _check_end(history, full=True)


class Archiving(RuleBasedStateMachine):
    """An account that changes, and an archive that is synced, killed and checked between the changes."""

    history: History

    @initialize(
        size=st.integers(0, 450),
        tie=st.sampled_from([1, 1, 3]),
        share=st.sampled_from([0.5, 0.9, 1.0]),
        page_size=st.sampled_from([100, 100, 50]),
    )
    def begin(self, size: int, tie: int, share: float, page_size: int) -> None:
        """Start with some messages and no archive."""
        self.folder = tempfile.TemporaryDirectory()
        self.history = History(SqliteStore(Path(self.folder.name) / "archive.sqlite"), 0, shuffled=False)
        self.history.account = Account(size, tie=tie, share=share, page_size=page_size)
        self.history.is_orderly = False

    @property
    def _account(self) -> Account:
        return self.history.account

    def _sync(self, *, full: bool = False) -> Any:
        """Run a sync; where it finds none of the messages that it looks for, run it with --full."""
        try:
            return self.history.sync(full=full)
        except UsageError:
            archived = sorted(stored(self.history.store))
            assert len(archived) >= 20
            assert not {*archived[:2], *archived[-3:]} & set(self._account.stored)
            return self.history.sync(full=True)

    @rule(number=st.integers(1, 250), direction=st.sampled_from(["", "", "inbound", None]))
    def insert(self, number: int, direction: str | None) -> None:
        """Insert messages at the newest end."""
        self._account.insert(number if direction is not None else 1, direction)

    @rule(number=st.integers(1, 120))
    def delete(self, number: int) -> None:
        """Delete messages anywhere."""
        self._account.delete(self._account.some(number))

    @rule(number=st.integers(1, 200))
    def delete_newest(self, number: int) -> None:
        """Delete the newest messages."""
        self._account.delete(sorted(self._account.stored)[-number:])

    @rule(number=st.integers(1, 60), age=st.integers(1, 400), is_backdated=st.booleans())
    def insert_late(self, number: int, age: int, is_backdated: bool) -> None:
        """Insert messages with old times."""
        self._account.insert_late(number, age, is_backdated=is_backdated)

    @rule(number=st.integers(1, 20))
    def restore(self, number: int) -> None:
        """Let deleted messages appear again."""
        self._account.restore(number)

    @rule(number=st.integers(1, 20))
    def turn_around(self, number: int) -> None:
        """Let messages change their direction."""
        self._account.turn_around(self._account.some(number))

    @rule(lag=st.sampled_from([5, 40, 120]), full=st.booleans())
    def sync_with_a_replica_that_lags(self, lag: int, full: bool) -> None:
        """Every second response lacks the newest messages."""
        self._account.lag = lag
        self._sync(full=full)
        self._account.lag = 0

    @rule(at=st.integers(1, 8), full=st.booleans())
    def sync_with_a_filter_that_is_ignored(self, at: int, full: bool) -> None:
        """The filter on direction is ignored from some call on: status 7, or it does not matter."""
        calls = 0

        def move(account: Account) -> None:
            nonlocal calls
            calls += 1
            account.ignores_direction = calls >= at

        self._account.move = move
        with suppress(BadResponseError):
            self._sync(full=full)
        self._account.move, self._account.ignores_direction = None, False

    @rule(number=st.integers(1, 200), status=st.sampled_from(["delivered", "read", "failed"]))
    def change(self, number: int, status: str) -> None:
        """Change statuses."""
        self._account.change(self._account.some(number), status)

    @rule(at=st.integers(1, 14), full=st.booleans())
    def kill(self, at: int, full: bool) -> None:
        """Kill a sync at a call, unless it ends before."""
        self.history.busy = 0.0
        self.history.sync_in_motion(full=full, kill_at=at)

    @rule(inserts=st.integers(0, 2), deletes=st.sampled_from([0, 0, 1]))
    def sync_in_motion(self, inserts: int, deletes: int) -> None:
        """Sync while the list moves with every call."""

        def move(account: Account) -> None:
            account.insert(inserts)
            account.delete(account.some(deletes))

        self._account.move = move
        self._sync()
        self._account.move = None

    @rule()
    def sync_at_rest(self) -> None:
        """Plain syncs end with just the messages of the account."""
        self._sync()
        assert _check_end(self.history)

    @rule()
    def full_sync_at_rest(self) -> None:
        """So does --full."""
        assert _check_end(self.history, full=True)

    @invariant()
    def is_sound(self) -> None:
        """The archive is always sound."""
        if hasattr(self, "history") and self.history.store.exists:
            assert self.history.store.check() == []

    def teardown(self) -> None:
        """Remove the archive."""
        if hasattr(self, "history"):
            self.history.store.close()
            self.folder.cleanup()


TestArchiving = Archiving.TestCase
TestArchiving.settings = settings(max_examples=settings().max_examples // 4, stateful_step_count=12)


def _begin(size: int, share: float = 0.5) -> Archiving:
    machine = Archiving()
    machine.begin(size=size, tie=1, share=share, page_size=100)
    return machine


def test_the_last_message_of_a_direction_is_deleted_during_a_sync() -> None:
    """A list that has become empty lacks its messages without a place too."""
    machine = _begin(1)
    machine.sync_in_motion(deletes=1, inserts=1)
    machine.sync_at_rest()
    machine.teardown()


def test_a_missed_message_is_not_called_complete_in_a_list_that_moves() -> None:
    """The archive is sound after a sync during which each call deletes a message and inserts one."""
    machine = _begin(6)
    machine.sync_in_motion(deletes=1, inserts=1)
    machine.is_sound()
    machine.teardown()


def test_a_message_that_a_replica_lacks_is_not_called_complete() -> None:
    """Nor one that only the list of all messages lacks."""
    machine = _begin(6, 0.9)
    machine.sync_with_a_replica_that_lags(full=False, lag=5)
    machine.is_sound()
    machine.teardown()


def test_a_newest_message_that_got_a_wrong_direction_comes_right() -> None:
    """It is newer than all messages of the direction that an ignored filter gave it."""
    machine = _begin(322, 0.9)
    machine.full_sync_at_rest()
    machine.insert(direction="inbound", number=235)
    machine.insert(direction=None, number=1)
    machine.kill(at=10, full=True)
    machine.sync_with_a_filter_that_is_ignored(at=6, full=False)
    machine.full_sync_at_rest()
    machine.teardown()
