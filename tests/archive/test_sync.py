"""The sync: what it costs, that nothing is missing after it, and what it does when things go wrong."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.archive.conftest import Syncing, Ticking, stored
from tests.archive.moving_account import Account
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import AuthError, BadAnswerError, BusyError, NotFoundError, ServiceError, UsageError
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.sync import Sync

SOAK = pytest.mark.soak


def soak(*values: Any) -> list[Any]:
    """Return parameters that only the soak run takes."""
    return [pytest.param(value, marks=SOAK) for value in values]


# What it costs.


@pytest.mark.parametrize("size", [0, 1, 60, 150, 1050, *soak(2000, 4321)])
def test_a_first_copy_takes_six_calls_more_than_there_are_windows(store: Store, sync: Syncing, size: int) -> None:
    """⌈in/100⌉ + ⌈out/100⌉ calls read all there is; proving it, and what changed meanwhile, takes at most six."""
    account = Account(size)
    report = sync(account)
    assert stored(store) == account.truth
    assert (report.new, report.changed, report.deleted, report.complete) == (size, 0, 0, True)
    assert len(account.calls) <= account.calls_needed() + 6


def test_a_first_copy_of_a_growing_list_takes_no_more(store: Store, sync: Syncing) -> None:
    """Messages that come in while it is read are read with the rest."""
    account = Account(3050, move=lambda account: account.insert(1) if account.chance.random() < 0.3 else None)
    sync(account)
    assert len(account.calls) <= account.calls_needed() + 6
    account.move = None
    sync(account)
    assert stored(store) == account.truth


def test_an_idle_sync_makes_seven_calls(sync: Syncing) -> None:
    """One that finds nothing new counts, looks at the newest end, and at what was updated last."""
    account = Account(2500)
    sync(account)
    report = sync(account)
    assert (report.new, report.changed, report.complete) == (0, 0, True)
    assert len(account.calls) <= 7


@pytest.mark.parametrize("number", [1, 95, 101, 250, *soak(5, 90, 100, 150, 199, 500, 1000)])
@pytest.mark.parametrize("direction", ["inbound", ""])
def test_new_messages_cost_a_call_a_hundred(store: Store, sync: Syncing, number: int, direction: str) -> None:
    """K new messages cost ⌈k/100⌉ calls more than none."""
    account = Account(650)
    sync(account)
    account.insert(number, direction)
    report = sync(account)
    assert (report.new, stored(store)) == (number, account.truth)
    assert len(account.calls) <= 7 + -(-number // 100)


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_changed_statuses_are_found_wherever_they_are(store: Store, sync: Syncing, share: float) -> None:
    """150 changes anywhere in the list are found in at most twelve calls."""
    account = Account(900, share=share)
    sync(account)
    changed = account.some(150)
    account.change(changed)
    report = sync(account)
    assert (report.new, report.changed, stored(store)) == (0, 150, account.truth)
    assert len(account.calls) <= 12


@pytest.mark.parametrize("new", [0, 30, 150, 400])
def test_changes_are_found_behind_new_messages(store: Store, sync: Syncing, new: int) -> None:
    """New messages stand before older ones that changed, and hide none of them."""
    account = Account(650)
    sync(account)
    account.change(account.some(7), "failed")
    account.insert(new)
    report = sync(account)
    assert (report.new, report.changed, stored(store)) == (new, 7, account.truth)


def test_what_is_known_is_not_read_twice(sync: Syncing) -> None:
    """A run that was cut off is taken up where it was, at the cost of the call that was lost and a little overlap."""
    account = Account(4050)
    calls = 0
    for cut in (7, 11, 20):
        with pytest.raises(ServiceError):
            sync(_failing(account, cut))
        calls += len(account.calls)
    sync(account)
    assert calls + len(account.calls) <= account.calls_needed() + 6 + 2 * 3


# That nothing is missing.


@pytest.mark.parametrize("full", [False, True])
def test_deletions_are_found_by_a_full_sync_alone(store: Store, sync: Syncing, full: bool) -> None:
    """What a full sync does not see is marked as deleted, and kept; another sync can't know."""
    account = Account(1200)
    sync(account)
    gone = account.some(40)
    account.delete(gone)
    report = sync(account, full=full)
    deleted = {row["id"] for rows in store.ask(Query(local=True, deleted=True, limit=None)).windows for row in rows}
    assert report.deleted == (40 if full else 0)
    assert deleted == (set(gone) if full else set())
    assert set(stored(store)) == (set(account.truth) if full else set(account.truth) | set(gone))


def test_a_message_that_comes_back_is_no_longer_deleted(store: Store, sync: Syncing) -> None:
    """A deleted message that the service shows again is one like any other."""
    account = Account(300)
    sync(account)
    kept = dict(account.stored)
    account.delete([5, 6])
    assert sync(account, full=True).deleted == 2
    account.stored = kept
    assert sync(account, full=True).changed == 2
    assert stored(store) == account.truth


def test_a_status_that_changes_is_kept_with_its_time(store: Store, path: Path, sync: Syncing) -> None:
    """Each change of a status is noted, with both of them."""
    account = Account(50)
    sync(account)
    account.change([7], "delivered")
    sync(account)
    account.change([7], "read")
    sync(account)
    import sqlite3

    with sqlite3.connect(path) as db:
        changes = db.execute("SELECT id, old_status, new_status FROM status_changes ORDER BY seen_at").fetchall()
    db.close()
    assert changes == [(7, "sent", "delivered"), (7, "delivered", "read")]


def test_messages_without_a_direction_are_read_too(store: Store, sync: Syncing) -> None:
    """What neither filter brings is read without one, once."""
    account = Account(250)
    for _ in range(12):
        account.insert(1, None)
    account.insert(30)
    sync(account)
    assert stored(store) == account.truth
    sync(account)
    assert len(account.calls) <= 7
    account.insert(1, None)
    sync(account)
    assert stored(store) == account.truth


def test_messages_without_a_direction_that_went_are_found(store: Store, sync: Syncing) -> None:
    """A full sync misses those too, down to the last."""
    account = Account(150)
    account.insert(1, None)
    account.insert(1, None)
    sync(account)
    account.delete([151])
    assert sync(account, full=True).deleted == 1
    account.delete([152])
    assert sync(account, full=True).deleted == 1
    assert stored(store) == account.truth


def test_a_full_sync_that_was_cut_off_goes_on(store: Store, sync: Syncing) -> None:
    """The proof may be found in several runs."""
    account = Account(2050)
    sync(account)
    account.delete(account.some(20))
    with pytest.raises(ServiceError):
        sync(_failing(account, 9), full=True)
    assert set(stored(store)) > set(account.truth)
    sync(account)
    report = sync(account, full=True)
    assert report.deleted == 20
    assert len(account.calls) <= account.calls_needed()
    assert stored(store) == account.truth


def test_what_went_after_it_was_seen_is_found(store: Store, sync: Syncing) -> None:
    """A full sync that goes on with another one is as good a proof as one in a single run."""
    account = Account(2050)
    sync(account)
    with pytest.raises(ServiceError):
        sync(_failing(account, 15), full=True)
    newest = sorted(account.stored)[-100:]
    account.delete(newest)
    assert sync(account, full=True).deleted == 100
    assert stored(store) == account.truth


def test_a_first_copy_in_parts_and_full_is_a_proof(store: Store, sync: Syncing) -> None:
    """What an interrupted first copy has read, and is gone by now, is found by a full sync that ends it."""
    account = Account(1050)
    with pytest.raises(ServiceError):
        sync(_failing(account, 7))
    account.delete(sorted(account.stored)[-50:])
    assert sync(account, full=True).complete
    assert stored(store) == account.truth


def test_a_clock_that_is_set_back_deletes_nothing(store: Store, sync: Syncing, clock: Ticking) -> None:
    """Whatever the clock says, what a run has seen was seen after it began."""
    account = Account(1050)
    sync(account)
    clock.skip(-86_400)

    def set_back(_: Account) -> None:
        clock.skip(-3600)

    account.move = set_back
    assert sync(account, full=True).deleted == 0
    account.delete([7])
    assert sync(account, full=True).deleted == 1
    with pytest.raises(ServiceError):
        sync(_failing(account, 9), full=True)
    clock.skip(-7200)
    assert sync(account, full=True).deleted == 0
    assert stored(store) == account.truth


def test_an_old_full_sync_is_not_gone_on_with(store: Store, sync: Syncing, clock: Ticking) -> None:
    """What was seen two days ago may be gone by now."""
    account = Account(2050)
    sync(account)
    with pytest.raises(ServiceError):
        sync(_failing(account, 15), full=True)
    clock.skip(2 * 86_400)
    account.delete(sorted(account.stored)[-300:])
    assert sync(account, full=True).deleted == 300
    assert stored(store) == account.truth


# A list that moves, and runs that end.


class KilledError(BaseException):
    """The process is gone."""


def _failing(account: Account, at: int) -> Account:
    """The account, whose service fails at a call."""
    left = [at]

    def move(_: Account) -> None:
        left[0] -= 1
        if left[0] == 0:
            account.move = None
            raise ServiceError("the service failed")

    account.move = move
    return account


@pytest.mark.parametrize("seed", [0, *soak(*range(1, 6))])
@pytest.mark.parametrize(("tie", "shuffled", "counts"), [(1, False, True), (3, True, True), (1, False, False)])
def test_killed_again_and_again_while_the_list_moves(
    tmp_path: Path, clock: Ticking, seed: int, tie: int, shuffled: bool, counts: bool
) -> None:
    """Killed at any call while messages come, go and change: a quiet sync lacks nothing, a full one has just that."""
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    account = Account(1500, tie=tie, shuffled=shuffled, counts=counts, seed=seed)
    store = SqliteStore(tmp_path / "archive.sqlite")
    kills = 0

    def move(account: Account) -> None:
        account.insert(chance.randrange(3))
        if chance.random() < 0.2:
            account.delete(account.some(1))
        account.change(account.some(2), chance.choice(["read", "failed"]))
        if kills < 6 and chance.random() < 0.1:
            raise KilledError

    account.move = move
    while True:
        try:
            Sync(account, store, clock, Progress(), origin="here", contacts=False).run()
            break
        except KilledError:
            kills += 1
            store.close()
            assert not store.exists or store.check() == []
            store.close()
    account.move = None
    assert Sync(account, store, clock, Progress(), origin="here", contacts=False).run().complete
    found = stored(store)
    assert {number: found[number] for number in account.truth} == account.truth
    assert Sync(account, store, clock, Progress(), origin="here", contacts=False, full=True).run().complete
    assert stored(store) == account.truth
    store.close()


class Archiving(RuleBasedStateMachine):
    """An account that lives, and an archive that is synced, cut off and checked between."""

    account: Account
    store: SqliteStore

    @initialize(size=st.integers(0, 450), tie=st.sampled_from([1, 1, 3]), share=st.sampled_from([0.5, 0.9, 1.0]))
    def begin(self, size: int, tie: int, share: float) -> None:
        """An account of some size."""
        import tempfile

        self.folder = tempfile.TemporaryDirectory()
        self.account = Account(size, tie=tie, share=share)
        self.store = SqliteStore(Path(self.folder.name) / "archive.sqlite")
        self.clock = Ticking()
        self.begun = False

    def sync(self, *, full: bool = False) -> Any:
        """One run; where all that was archived of a direction is gone, it has to be told that this is no mistake."""
        try:
            return self._sync(full=full)
        except UsageError:
            archived = sorted(stored(self.store))
            assert len(archived) >= 20
            assert not {*archived[:2], *archived[-3:]} & set(self.account.stored)
            return self._sync(full=True)

    def _sync(self, *, full: bool) -> Any:
        return Sync(self.account, self.store, self.clock, Progress(), origin="x", contacts=False, full=full).run()

    @rule(number=st.integers(1, 250), direction=st.sampled_from(["", "", "inbound", None]))
    def insert(self, number: int, direction: str | None) -> None:
        """Messages come in."""
        self.account.insert(number if direction is not None else 1, direction)

    @rule(number=st.integers(1, 120))
    def delete(self, number: int) -> None:
        """Messages go."""
        self.account.delete(self.account.some(number))

    @rule(number=st.integers(1, 200), status=st.sampled_from(["delivered", "read", "failed"]))
    def change(self, number: int, status: str) -> None:
        """Statuses change."""
        self.account.change(self.account.some(number), status)

    @rule(at=st.integers(1, 14), full=st.booleans())
    def cut_off(self, at: int, full: bool) -> None:
        """A sync is killed at a call, or ends before."""
        left = [at]

        def move(_: Account) -> None:
            left[0] -= 1
            if not left[0]:
                raise KilledError

        self.account.move = move
        try:
            self.sync(full=full)
        except KilledError:
            self.store.close()
        self.account.move = None

    @rule(inserts=st.integers(0, 2), deletes=st.sampled_from([0, 0, 1]))
    def sync_in_motion(self, inserts: int, deletes: int) -> None:
        """A sync while the list moves with every call."""

        def move(account: Account) -> None:
            account.insert(inserts)
            account.delete(account.some(deletes))

        self.account.move = move
        self.sync()
        self.account.move = None

    @rule()
    def sync_at_rest(self) -> None:
        """A plain sync lacks no message."""
        assert self.sync().complete
        assert set(stored(self.store)) >= set(self.account.truth)

    @rule()
    def full_sync_at_rest(self) -> None:
        """A full one has exactly the service's."""
        assert self.sync(full=True).complete
        assert stored(self.store) == self.account.truth

    @invariant()
    def sound(self) -> None:
        """Whatever happened, the archive is sound."""
        if hasattr(self, "store") and self.store.exists:
            assert self.store.check() == []

    def teardown(self) -> None:
        """Remove the archive."""
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()


TestArchiving = Archiving.TestCase
TestArchiving.settings = settings(max_examples=settings().max_examples // 4, stateful_step_count=12)


# When things go wrong.


def test_a_service_that_ignores_the_filter_is_found_out_before_anything_is_stored(
    store: Store, sync: Syncing, path: Path
) -> None:
    """Messages that are the same for both directions make no archive."""
    with pytest.raises(BadAnswerError, match="both directions"):
        sync(Account(500, ignores_direction=True))
    assert not path.exists()


def test_a_bad_token_makes_no_archive(store: Store, sync: Syncing, path: Path) -> None:
    """Nothing is made until the service has answered."""

    def refuse(_: Account) -> None:
        raise AuthError("no")

    with pytest.raises(AuthError):
        sync(Account(10, move=refuse))
    assert not path.exists()


def test_one_sync_at_a_time(store: Store, sync: Syncing, path: Path) -> None:
    """A second one is told who is at it, and calls nothing."""
    import os

    account = Account(10)
    with SqliteStore(path).exclusive(), pytest.raises(BusyError, match=str(os.getpid())):
        sync(account)
    assert account.calls == []


def test_two_services_do_not_mix(store: Store, sync: Syncing) -> None:
    """The messages of another service, or of the sample workspace, are refused."""
    sync(Account(10))
    with pytest.raises(UsageError, match="is of here, not of there"):
        sync(Account(20), origin="there")
    assert len(stored(store)) == 10


class DeletingLate(Account):
    """An account of which a message goes between the count and the select of one outbound window."""

    late = 0

    def messages(self, params: Any, *, with_ids: bool = True) -> Any:
        """One window."""
        asked = dict(params)
        if asked.get("filter[direction]") == "outbound" and asked["sort"] == "-created_at":
            self.late -= 1
        if self.late:
            return super().messages(params)
        self.late = -1
        before = super().messages(params)
        self.delete([max(self.stored)])
        return replace(super().messages(params), total=before.total, has_more=before.has_more)


@pytest.mark.parametrize("number", [150, *soak(250, 350, 400)])
@pytest.mark.parametrize("late", range(2, 8))
def test_a_deletion_while_the_last_window_is_selected_loses_nothing(
    store: Store, sync: Syncing, number: int, late: int
) -> None:
    """What goes between the count and the select of the window that links shows only later, and is heeded."""
    account = DeletingLate(700)
    account.late = -1
    sync(account)
    account.insert(number, "outbound")
    account.late = late
    assert sync(account).complete
    assert set(stored(store)) >= set(account.truth)


@pytest.mark.parametrize("cut", [3, 14, *soak(5, 9, 20)])
@pytest.mark.parametrize("full", [False, True])
def test_changes_are_found_after_a_sync_that_was_cut_off(store: Store, sync: Syncing, cut: int, full: bool) -> None:
    """What an interrupted run has read, new or changed, hides no change that it has not found."""
    account = Account(1200 if cut < 20 else 3000)
    sync(account)
    account.change(account.some(150))
    account.insert(350 if cut < 20 else 1000)
    with pytest.raises(ServiceError):
        sync(_failing(account, cut), full=full)
    sync(account)
    assert stored(store) == account.truth


def test_changes_are_found_after_a_first_copy_in_parts(store: Store, sync: Syncing) -> None:
    """Messages that changed after they were read stand behind others that had changed before they were."""
    account = Account(4000)
    with pytest.raises(ServiceError):
        sync(_failing(account, 25))
    newest = sorted(account.stored)[-600:]
    account.change(newest[:50], "failed")
    account.change(sorted(account.stored)[:250])
    sync(account)
    assert stored(store) == account.truth


def test_many_that_came_in_meanwhile_cost_little(store: Store, sync: Syncing) -> None:
    """The second direction is taken up where it is by now, after the first was walked."""
    account = Account(1500, move=lambda account: account.insert(5))
    sync(account)
    assert len(account.calls) <= account.calls_needed() + 12
    account.move = None
    sync(account)
    assert stored(store) == account.truth


@pytest.mark.parametrize("counts", [True, False])
def test_messages_without_a_direction_are_found_without_a_total(store: Store, sync: Syncing, counts: bool) -> None:
    """Where the service does not count, the list without a filter is read to what is known."""
    account = Account(700, counts=counts)
    account.insert(1, None)
    account.insert(120)
    sync(account)
    assert stored(store) == account.truth
    sync(account)
    assert len(account.calls) <= 7
    account.insert(1, None)
    account.insert(3)
    sync(account)
    assert stored(store) == account.truth


@pytest.mark.parametrize(("inbound", "outbound"), [(50, 350), (60, 60), (0, 300), (350, 0)])
@pytest.mark.parametrize("same_ids", [False, True])
def test_nothing_of_another_account_is_kept(
    store: Store, sync: Syncing, inbound: int, outbound: int, same_ids: bool
) -> None:
    """Whatever the sizes, and even where the other account's messages have the same ids."""
    account = Account()
    account.insert(inbound, "inbound")
    account.insert(outbound, "outbound")
    sync(account)
    before = stored(store)
    other = Account(600, prefix="other" if same_ids else "wamid")
    if not same_ids:
        other = Account(700, prefix="other", first=100_000)
    with pytest.raises(UsageError, match="not those that this token reads"):
        sync(other)
    assert stored(store) == before


def test_an_account_that_lost_its_newest_messages_is_the_same(store: Store, sync: Syncing) -> None:
    """A few messages are asked for one by one, and the oldest are there."""
    account = Account(400)
    sync(account)
    account.delete(sorted(account.stored)[300:])
    account.insert(3000)
    sync(account)
    assert set(stored(store)) >= set(account.truth)


def test_a_message_that_changes_direction_is_no_failure(store: Store, sync: Syncing) -> None:
    """One is believed; all of them are another service."""
    account = Account(300)
    sync(account)
    one = next(one for one in reversed(account.stored.values()) if one.direction == "inbound")
    one.direction = "outbound"
    account.change([one.id])
    sync(account)
    assert stored(store) == account.truth


def test_two_accounts_do_not_mix(store: Store, sync: Syncing) -> None:
    """An account of which no message is known is another's; a full sync says that it is not."""
    sync(Account(500))
    before = stored(store)
    other = Account(500)
    other.stored = {number + 10_000: one for number, one in other.stored.items()}
    for number, one in other.stored.items():
        one.id = number
    with pytest.raises(UsageError, match="not those that this token reads"):
        sync(other)
    assert stored(store) == before
    assert sync(other, full=True).deleted == 500
    assert stored(store) == other.truth


def test_readers_are_not_blocked(store: Store, sync: Syncing, path: Path) -> None:
    """Whoever reads while a sync writes sees whole windows."""
    seen: list[int] = []

    def look(_: Account) -> None:
        if path.exists():
            reader = SqliteStore(path)
            seen.append(len(stored(reader)))
            reader.close()

    account = Account(1000, move=look)
    sync(account)
    assert seen == sorted(seen)
    assert len(set(seen)) > 5
    assert len(stored(store)) == 1000


# People.


def _people(number: int) -> list[dict[str, Any]]:
    return [
        {"id": one, "firstname": f"Person {one}", "phone": f"+91 98765 {one:05}", "updated_at": f"2026-01-01T{one:08}"}
        for one in range(1, number + 1)
    ]


def test_contacts_are_read_once_a_day(store: Store, sync: Syncing, clock: Ticking) -> None:
    """All of them first, later those that changed; names are found by digits."""
    account = Account(10, people=_people(250))
    sync(account, contacts=True)
    assert len(account.contacts_calls) <= 4
    assert store.names_for(["919876500017", "+91 98765-00250", "1"]) == {
        "919876500017": "Person 17",
        "919876500250": "Person 250",
    }
    account.contacts_calls.clear()
    sync(account, contacts=True)
    assert account.contacts_calls == []
    clock.skip(90_000)
    account.people[16] |= {"firstname": "Renamed", "updated_at": "2026-01-02"}
    sync(account, contacts=True)
    assert len(account.contacts_calls) <= 3
    assert store.names_for(["919876500017"]) == {"919876500017": "Renamed"}


@pytest.mark.parametrize("error", [AuthError("no scope", code="INSUFFICIENT_SCOPE"), NotFoundError("no such route")])
def test_contacts_that_may_not_be_read_are_done_without(
    store: Store, sync: Syncing, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The messages are there all the same, it is said, and not tried again at once."""
    account = Account(10)
    tried: list[int] = []

    def refuse(*_: object, **__: object) -> None:
        tried.append(1)
        raise error

    monkeypatch.setattr(account, "contacts", refuse)
    report = sync(account, contacts=True)
    assert (report.complete, len(report.notes)) == (True, 1)
    sync(account, contacts=True)
    assert len(tried) == 1


def test_the_order_of_who_is_asked(store: Store, sync: Syncing, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that is refused for the contacts alone is an error like any other."""
    account = Account(10)

    def refuse(*_: object, **__: object) -> None:
        raise AuthError("expired")

    monkeypatch.setattr(account, "contacts", refuse)
    with pytest.raises(AuthError):
        sync(account, contacts=True)
    assert len(stored(store)) == 10
