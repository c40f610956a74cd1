"""What every store does, in either database. The soak run also runs the syncs of test_sync in both."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.archive.conftest import NO_DETAILS, open_again
from wacr_cli.archive.months import NO_MONTH
from wacr_cli.archive.store import MediaFile, Store
from wacr_cli.core.conversations import Conversation, ConversationQuery, make_conversation, sort_by_time
from wacr_cli.core.errors import BusyError, NotFoundError, UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Filter, Query
from wacr_cli.core.times import parse_sent_at

FIRST = "2026-11-25T12:00:00.000Z"
LATER = "2026-11-25T13:00:00.000Z"
START = datetime(2026, 1, 31, 22, 0, tzinfo=UTC)


def message(number: int, **values: Any) -> Row:
    """Return a message as the API sends it."""
    common: Row = {
        "id": number,
        "interaction_id": 7,
        "sender_id": "919876543210",
        "type": "text",
        "message": f"text {number}",
        "status": "sent",
        "message_id": f"wamid.{number}",
        "sent_at": (START + timedelta(minutes=number)).isoformat(),
        "is_read": True,
    }
    return common | values


@pytest.fixture
def held(store: Store) -> Iterator[Store]:
    """An empty store, open for writing."""
    with store.exclusive():
        store.prepare()
        yield store


def put(store: Store, *rows: Row, direction: str | None = "inbound", now: str = FIRST) -> tuple[int, int, int]:
    """Upsert rows in a transaction and return how many were new, changed and the same."""
    with store.transaction():
        result = store.upsert(rows, direction, now)
    return len(result.new), len(result.changed), len(result.same)


def all_of(store: Store, **values: Any) -> list[Row]:
    """Return all rows that match a query with these values."""
    return [
        row for rows in store.list_messages(Query(**{"local": True, "limit": None} | values)).windows for row in rows
    ]


def test_a_store_exists_once_it_is_prepared(store: Store) -> None:
    """Reading it before that raises an error; after that it is empty and its check finds nothing."""
    assert not store.exists
    with pytest.raises(UsageError, match="there is no archive"):
        store.info()
    with store.exclusive():
        store.prepare()
    assert store.exists
    assert (store.info().messages, store.check(), all_of(store), store.list_months()) == (0, [], [], [])
    assert store.list_conversations(ConversationQuery()) == []


ODD = (
    {"message": "nul \0 and half a pair \ud83d", "more": {"of": ["anything", 1.5, None]}},
    {"message": None, "status": None, "sender_id": None, "sent_at": None, "interaction_id": None, "is_read": None},
    {"message": "'; DROP TABLE messages; -- \\ \" % _", "type": "ünknown"},
    {"message": 5, "status": 6, "is_read": "perhaps", "sent_at": "not a time", "message_id": 7},
    {"message": "x" * 70_000},
    {"message": "👩‍👩‍👧 \u202e mirrored", "interaction_id": 2**62},
)


@pytest.mark.parametrize("values", ODD)
def test_a_row_is_returned_as_it_was_received(held: Store, values: Row) -> None:
    """Any value of a message is stored and returned, with its direction."""
    row = message(1, **values)
    assert put(held, row) == (1, 0, 0)
    assert held.get(1) == row | {"direction": "inbound"} | NO_DETAILS
    assert all_of(held) == [row | {"direction": "inbound"} | NO_DETAILS]
    assert put(held, row) == (0, 0, 1)
    assert held.check() == []


def test_new_changed_and_the_same(held: Store) -> None:
    """A row is new once and changed when any value differs; a change of its status is recorded."""
    assert put(held, message(1), message(2)) == (2, 0, 0)
    assert put(held, message(1), message(2, status="read"), message(3), now=LATER) == (1, 1, 1)
    assert put(held, message(2, status="read", message="other"), now=LATER) == (0, 1, 0)
    assert (held.info().messages, held.info().status_changes) == (3, 1)
    assert put(held, message(1), message(10), direction="outbound") == (1, 1, 0)
    assert held.get(1)["direction"] == "outbound"


def test_a_direction_is_kept(held: Store) -> None:
    """A message gets its direction when it is read with a filter, and keeps it when it is read without."""
    put(held, message(1), direction=None)
    assert (held.count_direction(None), held.count_direction("inbound")) == (1, 0)
    assert put(held, message(1)) == (0, 1, 0)
    assert put(held, message(1), direction=None) == (0, 0, 1)
    assert (held.count_direction(None), held.count_direction("inbound")) == (0, 1)


def test_a_transaction_that_fails_stores_nothing(held: Store) -> None:
    """The store can be used afterwards."""

    def fail() -> None:
        with held.transaction():
            held.upsert([message(1)], "inbound", FIRST)
            held.set_state("key", 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (all_of(held), held.get_state("key")) == ([], None)
    assert put(held, message(1)) == (1, 0, 0)


def test_deleted_messages(held: Store) -> None:
    """A message last seen before a full sync is marked as deleted, and no longer when it is seen again."""
    put(held, message(1), message(2))
    put(held, message(3), direction="outbound")
    put(held, message(2), now=LATER)
    with held.transaction():
        assert held.mark_deleted(held.list_unseen("inbound", LATER), LATER) == 1
        assert held.mark_deleted(held.list_unseen(None, LATER), LATER) == 0
    assert [row["id"] for row in all_of(held)] == [3, 2]
    assert all_of(held, deleted=True) == [message(1) | {"direction": "inbound", "deleted_at": LATER} | NO_DETAILS]
    assert held.info().deleted == 1
    assert put(held, message(1), now=LATER) == (0, 1, 0)
    assert len(all_of(held)) == 3


def test_stored_and_seen_messages(held: Store) -> None:
    """Messages are found by their direction, also deleted ones, and by when they were last seen."""
    put(held, message(1), message(2), message(3))
    put(held, message(4), direction="outbound")
    put(held, message(2), now=LATER)
    with held.transaction():
        held.mark_deleted(held.list_unseen("outbound", LATER), LATER)
    assert held.find_stored([1, 2, 4, 5], "inbound") == {1, 2}
    assert held.find_stored([1, 4], "outbound") == {4}
    assert held.find_stored([], "inbound") == set()
    assert sorted(held.list_seen("inbound", FIRST, FIRST)) == [1, 3]
    assert sorted(held.list_seen("inbound", FIRST, LATER)) == [1, 2, 3]
    assert held.list_seen("inbound", LATER, LATER) == [2]
    assert held.list_seen(None, FIRST, LATER) == []


def test_state(held: Store) -> None:
    """A state is any JSON value; the last one is returned."""
    with held.transaction():
        held.set_state("key", {"a": [1, None, "ü"]})
        held.set_state("key", {"b": True})
    assert (held.get_state("key"), held.get_state("other")) == ({"b": True}, None)


def test_contacts_and_names(held: Store) -> None:
    """Contacts are found by the digits of their phone numbers; the oldest contact of a number gives the name."""
    people: list[Row] = [
        {"id": 1, "firstname": "Priya", "lastname": "Deshpande", "phone": "+91 98765-43210", "company": None},
        {"id": 2, "firstname": "Other", "lastname": None, "phone": "919876543210"},
        {"id": 3, "firstname": None, "lastname": " ", "phone": "15550100", "company": "Nul \0 Ltd"},
        {"id": 4, "firstname": "Nobody", "phone": None},
    ]
    with held.transaction():
        assert len(held.upsert_contacts(people, FIRST).new) == 4
        people[1]["firstname"] = "Another"
        assert held.upsert_contacts(people, LATER).changed == (2,)
        assert held.upsert_contacts([], LATER).new == ()
    assert held.info().contacts == 4
    assert held.names_for(["(91) 98765 43210"]) == {"919876543210": "Priya Deshpande"}
    assert held.names_for(["1 555 0100", "bot", "0"]) == {"15550100": "Nul \0 Ltd"}
    assert held.names_for([]) == {}


def test_find(held: Store) -> None:
    """A message is found by its id and by WhatsApp's."""
    put(held, message(1, message_id="123"), message(123))
    assert held.find("wamid.123")["id"] == 123
    assert held.find("1")["id"] == 1
    for word in ("2", "wamid", "", "9" * 19, "9" * 40, "٣"):
        with pytest.raises(NotFoundError):
            held.find(word)


@pytest.mark.parametrize("sort", ["sent_at", "-sent_at"])
def test_messages_without_a_time_sort_as_the_oldest(held: Store, sort: str) -> None:
    """In ascending and in descending order."""
    put(held, message(1, sent_at=None), message(2), message(3, sent_at="soon"), message(4))
    ids = [row["id"] for row in all_of(held, sort=sort)]
    assert ids == ([1, 3, 2, 4] if sort == "sent_at" else [4, 2, 3, 1])


def test_other_queries_run_while_a_long_result_is_read(held: Store) -> None:
    """The result is complete, and the other queries are answered."""
    put(held, *(message(number) for number in range(1, 1501)))
    windows = iter(held.list_messages(Query(local=True, limit=None)).windows)
    first = next(windows)
    assert held.count(Query(local=True)) == 1500
    assert held.names_for(["15550100"]) == {}
    assert len(first) + sum(map(len, windows)) == 1500


def test_one_writer_at_a_time(held: Store) -> None:
    """A second writer gets an error that names the process of the first."""
    other = open_again(held)
    with pytest.raises(BusyError, match=r"process \d+"), other.exclusive():
        pytest.fail("both hold the lock")
    other.close()


# Conversations.


def _get_last_time(one: Conversation) -> datetime | None:
    return parse_sent_at(one.last["sent_at"])


def _make_account(seed: int, size: int = 400) -> dict[str, list[Row]]:
    """Return messages by direction, many of them in one second, that differ in everything a conversation counts."""
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    rows: dict[str, list[Row]] = {"inbound": [], "outbound": [], "": []}
    for number in range(1, size + 1):
        moment = START + timedelta(minutes=chance.randrange(60))
        zone = timedelta(minutes=chance.choice([0, 330, -480]))
        sent = (moment + zone).replace(tzinfo=None).isoformat() + ("+00:00", "+05:30", "-08:00")[
            {0: 0, 330: 1, -480: 2}[int(zone.total_seconds() // 60)]
        ]
        rows[chance.choice(["inbound", "outbound", "outbound", ""])].append(
            message(
                number,
                interaction_id=chance.choice([None, *range(1, 60)]),
                sent_at=chance.choice([sent] * 12 + [None, "never"]),
                status=chance.choice(["sent", "delivered", "failed", None]),
                is_read=chance.choice([True, False, None]),
            )
        )
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_conversations_match_their_messages(held: Store, seed: int) -> None:
    """Counts, last messages, who waits and the order are those computed from the messages one by one."""
    rows = _make_account(seed)
    for direction, some in rows.items():
        put(held, *some, direction=direction or None)
    with held.transaction():
        held.upsert([row for row in rows["inbound"] if row["id"] % 5], "inbound", LATER)
        held.mark_deleted(held.list_unseen("inbound", LATER), LATER)
    by_conversation: dict[int, list[Row]] = {}
    for row in all_of(held):
        if row["interaction_id"] is not None:
            by_conversation.setdefault(row["interaction_id"], []).append(row)
    expected = {
        number: make_conversation(number, sort_by_time(some)).as_row() for number, some in by_conversation.items()
    }
    found = held.list_conversations(ConversationQuery(limit=None))
    assert {one.id: one.as_row() for one in found} == expected
    assert {one.matching for one in found} == {len(expected)}
    order = [
        (moment.timestamp() if moment else float("-inf"), one.id) for one in found for moment in [_get_last_time(one)]
    ]
    assert order == sorted(order, reverse=True)
    for name, wanted in (
        ("waiting", {n for n, one in expected.items() if one["waiting_since"]}),
        ("unread", {n for n, one in expected.items() if one["unread"]}),
    ):
        matching = held.list_conversations(
            ConversationQuery(limit=None, waiting=name == "waiting", unread=name == "unread")
        )
        assert {one.id for one in matching} == wanted
        assert 0 < len(wanted) < len(expected)
    first = held.list_conversations(ConversationQuery(limit=3))
    assert [one.as_row() for one in first] == [one.as_row() for one in found[:3]]
    number = found[0].id
    assert [one.as_row() for one in held.list_conversations(ConversationQuery(ids=(number,)))] == [expected[number]]
    assert held.list_conversations(ConversationQuery(ids=(10**9,))) == []


def test_a_reply_in_the_same_second(held: Store) -> None:
    """Of two messages in one second, the one with the greater id is later."""
    second = START.isoformat()
    put(held, message(1, sent_at=second, interaction_id=1), message(4, sent_at=second, interaction_id=2))
    out = (message(2, sent_at=second, interaction_id=1), message(3, sent_at=second, interaction_id=2))
    put(held, *out, direction="outbound")
    waiting = held.list_conversations(ConversationQuery(waiting=True))
    assert [(one.id, (one.waiting or {})["id"], one.last["id"]) for one in waiting] == [(2, 4, 4)]


# Months.


def test_months(held: Store) -> None:
    """Months are those of UTC, whatever the offset of a message; the mark differs once any message has changed."""
    put(
        held,
        message(1, sent_at="2026-02-01T04:00:00+05:30"),  # still January in UTC
        message(2, sent_at="2026-01-31T16:00:00-08:00"),  # already February
        message(3, sent_at="2026-01-31T23:59:59.999999Z"),
        message(4, sent_at=None),
        message(5, sent_at="0001-01-01T00:00:00Z"),
        message(6, sent_at="9999-12-31T23:59:59Z"),
    )
    before = {one.label: one for one in held.list_months()}
    ids = {label: [row["id"] for rows in held.read_month(one) for row in rows] for label, one in before.items()}
    assert ids == {"0001-01": [5], "2026-01": [1, 3], "2026-02": [2], "9999-12": [6], NO_MONTH: [4]}
    assert {label: one.rows for label, one in before.items()} == {label: len(some) for label, some in ids.items()}
    put(held, message(1, sent_at="2026-02-01T04:00:00+05:30"), now=LATER)
    assert {one.label: one for one in held.list_months()} == before
    put(held, message(2, sent_at="2026-01-31T16:00:00-08:00", status="read"), now=LATER)
    assert {one.label for one in held.list_months() if one != before[one.label]} == {"2026-02"}
    with held.transaction():
        held.mark_deleted(held.list_unseen("inbound", "2026-11-25T12:30:00.000Z"), LATER)
    assert {one.label for one in held.list_months() if one != before[one.label]} == set(before)


def test_a_snapshot_does_not_change(held: Store) -> None:
    """Within a snapshot, every query returns the state of its first one."""
    put(held, message(1))
    reader = open_again(held)
    with reader.snapshot():
        assert sum(one.rows for one in reader.list_months()) == 1
        put(held, message(2))
        assert sum(one.rows for one in reader.list_months()) == 1
        assert [len(rows) for one in reader.list_months() for rows in reader.read_month(one)] == [1]
    assert sum(one.rows for one in reader.list_months()) == 2
    reader.close()


# Filters.


def test_a_filter_on_an_impossible_id(held: Store) -> None:
    """An id beyond 64 bits matches nothing; excluded, it matches every message with an id."""
    put(held, message(1), message(2, interaction_id=None))
    far = ("9" * 19,)
    assert all_of(held, filters=(Filter("interaction_id", "eq", far),)) == []
    assert [r["id"] for r in all_of(held, filters=(Filter("interaction_id", "not_in", far),))] == [1]


def test_details_and_the_manifest(held: Store) -> None:
    """Both are stored as they are, whatever they contain, and replaced by the next."""
    put(held, message(1), message(2, type="image"), message(3, status="failed"))
    assert held.list_without_details(("all",), None, 2) == [3, 2]
    assert held.list_without_details(("all",), 2, 2) == [1]
    assert held.list_without_details(("media", "failed"), None, 9) == [3, 2]
    with held.transaction():
        held.set_details(2, {"url": "a \ud83d.jpg", "staff_id": 2**70, "status_message": "x'y"}, FIRST)
    row = held.get(2)
    assert (row["url"], row["staff_id"], row["status_message"], row["details_at"]) == (
        "a \\ud83d.jpg",
        None,
        "x'y",
        FIRST,
    )
    assert held.count_without_details(("all",)) == 2
    put(held, message(2, type="image", status="failed", status_message=None), now=LATER)
    assert (held.get(2)["url"], held.get(2)["details_at"]) == ("a \\ud83d.jpg", None)
    assert held.get_media([1, 2]) == {}
    found = MediaFile("2.jpg", "ab", 5, "image/jpeg", FIRST)
    for one in (found, MediaFile(error="nul \0", fetched_at=LATER)):
        with held.transaction():
            held.set_media({2: one})
    assert held.get_media([*range(2000)]) == {2: MediaFile(error="nul \u2400", fetched_at=LATER)}


def test_the_manifest_is_written_beside_a_sync(held: Store) -> None:
    """Which has the lock of the one writer, and goes on."""
    put(held, message(1))
    other = open_again(held)
    other.open_beside_sync()
    with other.transaction():
        other.set_media({1: MediaFile("1.jpg", "ab", 5, "image/jpeg", FIRST)})
    other.close()
    put(held, message(2))
    assert held.get_media([1])[1].file == "1.jpg"
