"""Details: read once for each message, newest first, kept whenever a run ends, and never erased by a list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.archive.conftest import Syncing
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import BadResponseError, NotFoundError, UnavailableError
from wacr_cli.core.models import EXTRA_FIELDS, Row
from wacr_cli.core.query import Query
from wacr_cli.sync import Details

ALL = Details(("all",))
SIZE = 30


@dataclass
class Detailed(Account):
    """An account whose messages have details. ``asked`` are the ids of the calls for them.

    ``gone`` are ids for which the API answers 404, ``broken`` those for which it fails. ``in_lists`` puts the details
    into the lists too. ``killed_after`` ends the run with that call, as a signal does.
    """

    asked: list[int] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    in_lists: bool = False
    killed_after: int | None = None

    def _row(self, one: Any) -> dict[str, Any]:
        kind = ("text", "image", "interactive")[one.id % 3]
        row = {**super()._row(one), "type": kind}
        return row | self.details(one.id) if self.in_lists else row

    def details(self, number: int) -> Row:
        """Return the four fields of a message."""
        reason = f"reason {number}" if self.stored[number].status == "failed" else None
        return dict(zip(EXTRA_FIELDS, (reason, f"wamid.{number - 1}", f"{number}.jpg", number % 5), strict=True))

    def message(self, number: int) -> dict[str, Any]:
        """Return one message with its details, or fail as planned."""
        self.asked.append(number)
        if self.killed_after is not None and len(self.asked) > self.killed_after:
            raise KeyboardInterrupt
        if number in self.gone:
            raise NotFoundError("no such message")
        if number in self.broken:
            raise UnavailableError("the API failed")
        return super().message(number) | self.details(number)


def rows_of(store: Store) -> dict[int, Row]:
    """Return the messages of the archive by id."""
    listing = store.list_messages(Query(local=True, limit=None))
    return {row["id"]: row for rows in listing.windows for row in rows}


def test_each_message_costs_one_call_once(store: Store, sync: Syncing) -> None:
    """Newest first; a second run makes none, and what was read is as the API sent it."""
    account = Detailed(size=SIZE)
    report = sync(account, details=ALL)
    assert account.asked == [*range(SIZE, 0, -1)]
    assert (report.details_read, report.details_left) == (SIZE, 0)
    for number, row in rows_of(store).items():
        assert row["details_at"] is not None
        assert {name: row[name] for name in EXTRA_FIELDS} == account.details(number)
    assert sync(account, details=ALL).details_read == 0
    assert len(account.asked) == SIZE
    assert store.check() == []


@pytest.mark.parametrize(
    ("kinds", "wanted"),
    [
        (("media",), lambda row: row["type"] == "image"),
        (("replies",), lambda row: row["direction"] == "inbound" and row["type"] in ("text", "interactive")),
        (("outbound",), lambda row: row["direction"] == "outbound"),
        (("failed",), lambda row: row["status"] == "failed"),
        (("failed", "media"), lambda row: row["status"] == "failed" or row["type"] == "image"),
    ],
)
def test_kinds(store: Store, sync: Syncing, kinds: tuple[str, ...], wanted: Any) -> None:
    """Only messages of the kinds are requested; the others stay without details."""
    account = Detailed(size=SIZE)
    account.change(account.some(7), "failed")
    sync(account, details=Details(kinds))
    ids = {number for number, row in rows_of(store).items() if wanted(row)}
    assert 0 < len(ids) < SIZE
    assert set(account.asked) == ids
    assert {number for number, row in rows_of(store).items() if row["details_at"]} == ids


def test_no_details_without_being_asked(store: Store, sync: Syncing) -> None:
    """The fields are there, and null."""
    account = Detailed(size=3)
    report = sync(account)
    assert (account.asked, report.details_read, report.details_left) == ([], 0, None)
    assert {row["url"] for row in rows_of(store).values()} == {None}


def test_calls_are_limited_and_the_next_run_goes_on(store: Store, sync: Syncing) -> None:
    """The search for differences counts too, and what is left is reported."""
    account = Detailed(size=SIZE)
    report = sync(account, details=Details(("all",), 12), calls=12)
    assert (report.details_read, report.details_left, report.complete) == (12, SIZE - 12, True)
    assert account.asked == [*range(SIZE, SIZE - 12, -1)]
    assert sync(account, details=Details(("all",), 0), calls=0).details_read == 0
    sync(account, details=ALL)
    assert account.asked == [*range(SIZE, 0, -1)]


@pytest.mark.parametrize("calls", [0, 1, 17])
def test_a_killed_run_keeps_what_it_read(store: Store, sync: Syncing, calls: int) -> None:
    """And the next one reads the rest, each message once but for the one that was under way."""
    account = Detailed(size=SIZE, killed_after=calls)
    with pytest.raises(KeyboardInterrupt):
        sync(account, details=ALL)
    assert sum(row["details_at"] is not None for row in rows_of(store).values()) == calls
    assert store.get_state("synced")["complete"] is True
    account.killed_after = None
    sync(account, details=ALL)
    assert len(account.asked) == SIZE + 1
    assert all(row["details_at"] for row in rows_of(store).values())


def test_a_list_erases_nothing(store: Store, sync: Syncing) -> None:
    """Neither a change of status nor a full sync."""
    account = Detailed(size=SIZE)
    sync(account, details=ALL)
    account.change([3, 4], "read")
    assert sync(account).changed == 2
    sync(account, full=True)
    found = rows_of(store)
    assert (found[3]["url"], found[3]["status"]) == ("3.jpg", "read")
    assert all(row["details_at"] for row in found.values())


def test_a_message_that_fails_is_read_again(store: Store, sync: Syncing) -> None:
    """Only that one; until then the old details stay, without their time."""
    account = Detailed(size=SIZE)
    sync(account, details=ALL)
    account.change([5], "failed")
    sync(account)
    assert (rows_of(store)[5]["url"], rows_of(store)[5]["details_at"]) == ("5.jpg", None)
    account.asked.clear()
    assert sync(account, details=ALL).details_read == 1
    assert account.asked == [5]
    assert rows_of(store)[5]["status_message"] == "reason 5"


def test_details_of_lists_cost_no_call(store: Store, sync: Syncing) -> None:
    """Where the API's lists have them."""
    account = Detailed(size=SIZE, in_lists=True)
    assert sync(account, details=ALL).details_left == 0
    assert account.asked == []
    assert {number: row["staff_id"] for number, row in rows_of(store).items()} == {
        number: number % 5 for number in range(1, SIZE + 1)
    }


def test_details_of_old_rows_cost_no_call(store: Store, sync: Syncing) -> None:
    """An archive of an older wacr has them in the rows as received."""
    account = Detailed(size=SIZE, in_lists=True)
    sync(account)
    with store.transaction():
        for number in rows_of(store):
            store.set_details(number, {}, None)  # type: ignore[arg-type]
    report = sync(account, details=Details(("all",), 0))
    assert (report.details_read, report.details_left, account.asked) == (SIZE, 0, [])
    assert rows_of(store)[7]["url"] == "7.jpg"


def test_a_message_that_is_gone_is_marked_as_deleted(store: Store, sync: Syncing) -> None:
    """The number of messages that the last sync left stays right."""
    account = Detailed(size=SIZE, gone={30, 11, 1})
    report = sync(account, details=ALL)
    assert (report.deleted, report.details_read, report.details_left) == (3, SIZE - 3, 0)
    assert set(rows_of(store)) == {*range(1, SIZE + 1)} - {30, 11, 1}
    assert store.check() == []


def test_an_api_without_any_message_deletes_none(store: Store, sync: Syncing) -> None:
    """It answers 404 for everything: that is another fault."""
    account = Detailed(size=SIZE, gone={*range(1, SIZE + 1)})
    with pytest.raises(BadResponseError, match="404 for 20 messages"):
        sync(account, details=ALL)
    assert (len(rows_of(store)), len(account.asked)) == (SIZE, 20)


@pytest.mark.parametrize("others", [True, False])
def test_all_wanted_messages_are_gone(store: Store, sync: Syncing, others: bool) -> None:
    """One more is requested: where the API does not have that either, nothing is marked as deleted."""
    account = Detailed(size=SIZE)
    account.change([30, 9], "failed")
    account.gone = {30, 9} if others else {*range(1, SIZE + 1)}
    if others:
        assert sync(account, details=Details(("failed",))).deleted == 2
    else:
        with pytest.raises(BadResponseError, match="404 for 3 messages"):
            sync(account, details=Details(("failed",)))
    assert account.asked == [30, 9, 29]
    assert len(rows_of(store)) == SIZE - 2 * others


def test_the_only_message_is_gone(store: Store, sync: Syncing) -> None:
    """There is no other one to ask for."""
    assert sync(Detailed(size=1, gone={1}), details=ALL).deleted == 1
    assert rows_of(store) == {}


def test_a_broken_message_does_not_hold_up_the_others(store: Store, sync: Syncing) -> None:
    """It is named, and read by a later run; three in a row end the run."""
    account = Detailed(size=SIZE, broken={29, 12})
    report = sync(account, details=ALL)
    assert (report.details_read, report.details_left, report.complete) == (SIZE - 2, 2, False)
    assert report.missing == ["details of 2 messages, such as 29: the API failed"]
    account.broken = {29, 12, 10}
    account.insert(3)
    account.broken |= {31, 32, 33}
    with pytest.raises(UnavailableError):
        sync(account, details=ALL)
    account.broken = set()
    assert sync(account, details=ALL).details_left == 0


def test_odd_values_are_stored(store: Store, sync: Syncing) -> None:
    """Texts that no column can hold, and values of other types."""
    sync(Detailed(size=1))
    odd: Row = {"status_message": "nul \0", "ref_message_id": 7, "url": ["a"], "staff_id": "12"}
    with store.transaction():
        store.set_details(1, odd, "2026-11-25T12:00:00.000Z")
    found = rows_of(store)[1]
    assert [found[name] for name in EXTRA_FIELDS] == ["nul \u2400", "7", '["a"]', 12]
