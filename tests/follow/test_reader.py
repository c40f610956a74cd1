"""The reader finds each new message once, wherever in the list it arrives."""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass

import pytest

from tests.sync.moving_account import Account, Message
from wacr_cli.core.query import Query, parse_filter
from wacr_cli.follow.reader import SEARCH_WINDOWS, Reader


@dataclass
class Workspace(Account):
    """An account that knows the filter on status."""

    def _find(self, asked: dict[str, str]) -> list[Message]:
        wanted = asked.get("filter[status]")
        return [one for one in super()._find(asked) if wanted in (None, one.status)]


def poll(reader: Reader) -> list[int]:
    """Return the ids of the new messages; take them as printed."""
    ids = [row["id"] for row in reader.poll()]
    reader.confirm(ids)
    reader.finish()
    return ids


def start(account: Account, query: Query | None = None) -> Reader:
    """Return a reader that has seen what is there."""
    reader = Reader(account, query or Query())
    reader.start()
    reader.finish()
    account.calls.clear()
    return reader


@pytest.mark.parametrize("counts", [True, False])
def test_an_idle_poll_costs_one_call(counts: bool) -> None:
    """While nothing comes in, each poll makes one call and finds nothing."""
    account = Workspace(size=1_000, counts=counts)
    reader = start(account)
    assert [poll(reader) for _ in range(10)] == [[]] * 10
    assert len(account.calls) == 10


def test_new_messages_are_found_once_and_oldest_first() -> None:
    """A poll returns what came in since the last one, in the order in which it was sent."""
    account = Workspace(size=1_000)
    reader = start(account)
    account.insert(2)
    account.insert(1)
    assert poll(reader) == [1_001, 1_002, 1_003]
    assert poll(reader) == []
    assert len(account.calls) == 2


@pytest.mark.parametrize("number", [90, 100, 101, 5_000])
@pytest.mark.parametrize("tie", [True, False])
def test_a_burst_loses_no_message(number: int, tie: bool) -> None:
    """However many messages come in between two polls, all are found."""
    account = Workspace(size=300)
    reader = start(account)
    for _ in range(1 if tie else number):
        account.insert(number if tie else 1)
    assert sorted(poll(reader)) == [*range(301, 301 + number)]
    assert len(account.calls) <= -(-number // 80) + 1


def test_the_first_messages_of_an_empty_account_are_found() -> None:
    """An account without a message has no newest one: whatever comes is new."""
    account = Workspace()
    reader = start(account)
    assert poll(reader) == []
    account.insert(3)
    assert poll(reader) == [1, 2, 3]


@pytest.mark.parametrize("counts", [True, False])
def test_a_message_that_is_recorded_late_is_found(counts: bool) -> None:
    """A message with an old created_at stands far back in the list; two polls find it at the latest."""
    account = Workspace(size=2_000, counts=counts)
    reader = start(account)
    account.insert_late(150, 1_000)
    assert sorted(poll(reader) + poll(reader)) == [*range(2_001, 2_151)]


def test_a_backdated_message_is_found_by_the_total() -> None:
    """A message whose updated_at is old as well shows only in the total: the list is searched for it."""
    account = Workspace(size=2_000)
    reader = start(account)
    account.insert_late(1, 700, is_backdated=True)
    assert poll(reader) == [2_001]
    assert reader.late == 0


def test_a_message_that_can_not_be_found_is_counted() -> None:
    """A search ends after a number of windows; after three of them, the messages that were not found are counted."""
    account = Workspace(size=9_000)
    reader = start(account)
    account.insert_late(1, 8_000, is_backdated=True)
    assert [(poll(reader), reader.late) for _ in range(4)] == [([], 0), ([], 0), ([], 1), ([], 0)]
    assert len(account.calls) <= 1 + 3 * (SEARCH_WINDOWS + 5)


def test_old_messages_that_change_are_not_new() -> None:
    """A message that was there before is not new, although it moves to the front by updated_at."""
    account = Workspace(size=2_000)
    reader = start(account)
    account.change(account.some(300))
    assert [poll(reader), poll(reader)] == [[], []]


def test_a_message_counts_when_it_first_matches_a_status() -> None:
    """With a filter on status a message is new when its status becomes the one wanted, and only once."""
    account = Workspace(size=500)
    account.change([400, 7], "failed")
    filters = parse_filter("status", ["failed"])
    assert filters is not None
    reader = start(account, Query(filters=(filters,)))
    account.change([12], "failed")
    account.insert(1)
    assert poll(reader) == [12]
    account.change([7, 12], "failed")
    assert poll(reader) == []
    account.change([501], "failed")
    assert poll(reader) == [501]


def test_unconfirmed_messages_come_again() -> None:
    """A run that ended before a message was confirmed finds it in the next one, and no other one again."""
    account = Workspace(size=500)
    reader = start(account)
    account.insert(250)
    ids = [row["id"] for row in reader.poll()]
    reader.confirm(ids[:120])
    again = Reader(account, Query(), copy.deepcopy(reader.position))
    assert sorted(poll(again)) == ids[120:]


def test_a_long_run_remembers_a_bounded_number_of_messages() -> None:
    """What was seen does not grow without end, and what is forgotten is not new."""
    account = Workspace(size=100)
    reader = start(account)
    for _ in range(100):
        account.insert(100)
        assert len(poll(reader)) == 100
    assert len(reader.position.seen) <= 4_000
    assert poll(reader) == []


@pytest.mark.parametrize("seed", range(60))
def test_random_histories_lose_and_repeat_nothing(seed: int) -> None:
    """Bursts, late messages, deletions and changes between and during polls: each new message comes exactly once."""
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    account = Workspace(
        size=chance.choice([0, 5, 150, 1_500]),
        tie=chance.choice([1, 3]),
        shuffled=chance.random() < 0.3,
        page_size=chance.choice([100, 100, 50]),
        seed=seed,
    )
    reader = start(account)
    before = set(account.stored)
    found: list[int] = []
    for _ in range(20):
        move(account, chance)
        account.move = lambda _: move(account, chance) if chance.random() < 0.05 else None
        found += poll(reader)
        account.move = None
        if chance.random() < 0.2:
            reader = Reader(account, Query(), copy.deepcopy(reader.position))
    for _ in range(6):
        found += poll(reader)
    assert len(found) == len(set(found))
    assert set(account.stored) - before <= set(found)
    assert not before & set(found)


def move(account: Workspace, chance: random.Random) -> None:
    """Let something happen, or nothing."""
    kind = chance.random()
    if kind < 0.35:
        for _ in range(chance.choice([1, 1, 1, 3, 13])):
            account.insert(chance.choice([1, 2, 10]))
    elif kind < 0.5:
        account.insert_late(chance.choice([1, 2, 12]), chance.choice([1, 10, 300]))
    elif kind < 0.65:
        account.change(account.some(chance.choice([1, 10, 200])))
    elif kind < 0.8:
        account.delete(account.some(chance.choice([1, 3])))
