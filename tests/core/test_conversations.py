"""Conversations: who waits since when, and when the service window closes, on cases worked out by hand."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from wacr_cli.core.conversations import (
    Conversation,
    ConversationQuery,
    find_name,
    find_number,
    make_conversation,
    parse_peer,
    sort_by_time,
)
from wacr_cli.core.models import Row
from wacr_cli.sandbox.world import wamid


def said(*lines: tuple[str, str] | tuple[str, str, str]) -> Conversation:
    """A conversation: for each message its direction, when it was sent, and its status where that matters."""
    rows: list[Row] = [
        {
            "id": number,
            "direction": line[0] or None,
            "sent_at": line[1],
            "status": line[2] if len(line) > 2 else "read",
            "sender_id": "15550100",
            "is_read": True,
        }
        for number, line in enumerate(lines, 1)
    ]
    return make_conversation(7, sort_by_time(rows))


IN, OUT = "inbound", "outbound"


@pytest.mark.parametrize(
    ("lines", "since"),
    [
        ([(IN, "2026-11-24T10:00:00Z")], "2026-11-24T10:00:00Z"),
        # It began with the first unanswered message, not with the last.
        ([(IN, "2026-11-24T10:00:00Z"), (IN, "2026-11-24T11:00:00Z")], "2026-11-24T10:00:00Z"),
        ([(IN, "2026-11-24T10:00:00Z"), (OUT, "2026-11-24T10:30:00Z")], None),
        (
            [(IN, "2026-11-24T10:00:00Z"), (OUT, "2026-11-24T10:30:00Z"), (IN, "2026-11-24T23:59:59Z")],
            "2026-11-24T23:59:59Z",
        ),
        # Recorded first, but sent later: 00:15 in India is 18:45 the day before in UTC, after 18:30.
        ([(IN, "2026-11-25T00:15:00+05:30"), (OUT, "2026-11-24T18:30:00Z")], "2026-11-25T00:15:00+05:30"),
        ([(IN, "2026-11-25T00:15:00+05:30"), (OUT, "2026-11-24T19:00:00Z")], None),
        # The day after by its date, and yet before: 2026-11-24T20:00-08:00 is 04:00 UTC on the 25th.
        ([(OUT, "2026-11-24T20:00:00-08:00"), (IN, "2026-11-25T03:59:59Z")], None),
        ([(OUT, "2026-11-24T20:00:00-08:00"), (IN, "2026-11-25T04:00:01Z")], "2026-11-25T04:00:01Z"),
        # What failed never arrived.
        ([(IN, "2026-11-24T10:00:00Z"), (OUT, "2026-11-24T10:30:00Z", "failed")], "2026-11-24T10:00:00Z"),
        (
            [
                (OUT, "2026-11-24T09:00:00Z"),
                (IN, "2026-11-24T10:00:00Z", "failed"),
                (OUT, "2026-11-24T10:30:00Z", "failed"),
            ],
            "2026-11-24T10:00:00Z",
        ),
        # Of one second, the later id counts.
        ([(IN, "2026-11-24T10:00:00Z"), (OUT, "2026-11-24T10:00:00Z")], None),
        ([(OUT, "2026-11-24T10:00:00Z"), (IN, "2026-11-24T10:00:00Z")], "2026-11-24T10:00:00Z"),
        # Without an offset a time is in UTC; without a time it is unknown.
        ([(OUT, "2026-11-24T10:00:00"), (IN, "2026-11-24T15:29:59+05:30")], None),
        ([(IN, "never")], None),
        ([("", "2026-11-24T10:00:00Z")], None),
        ([(OUT, "2026-11-24T10:00:00Z")], None),
    ],
)
def test_a_customer_waits_from_the_first_message_after_the_last_answer(
    lines: list[tuple[str, str]], since: str | None
) -> None:
    """A reply that failed is not an answer."""
    assert said(*lines).as_row()["waiting_since"] == since


@pytest.fixture(params=["UTC", "Asia/Kolkata", "America/Los_Angeles", "Europe/Berlin"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Each of some time zones in turn, as this process's own."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("last", "closes"),
    [
        ("2026-11-24T10:00:00Z", datetime(2026, 11, 25, 10, 0, tzinfo=UTC)),
        ("2026-11-24T23:59:59.999Z", datetime(2026, 11, 25, 23, 59, 59, 999_000, tzinfo=UTC)),
        ("2026-11-25T00:15:00+05:30", datetime(2026, 11, 25, 18, 45, tzinfo=UTC)),
        # A day of 23 hours in Berlin and one of 25 in Los Angeles: the window is 24 hours all the same.
        ("2026-03-28T12:00:00+01:00", datetime(2026, 3, 29, 11, 0, tzinfo=UTC)),
        ("2026-10-31T12:00:00-07:00", datetime(2026, 11, 1, 19, 0, tzinfo=UTC)),
        ("2026-12-31T23:30:00-08:00", datetime(2027, 1, 2, 7, 30, tzinfo=UTC)),
        ("2024-02-28T12:00:00", datetime(2024, 2, 29, 12, 0, tzinfo=UTC)),
    ],
)
def test_the_window_closes_24_hours_after_the_customers_last_message(zone: str, last: str, closes: datetime) -> None:
    """The time zone of this machine does not matter."""
    after = (closes + timedelta(hours=1)).isoformat()
    conversation = said((IN, "2024-01-01T00:00:00Z"), (IN, last), (OUT, after))
    assert conversation.window_closes == closes
    assert datetime.fromisoformat(conversation.as_row()["window_closes_at"]) == closes


def test_there_is_no_window_without_a_valid_time_of_an_inbound_message() -> None:
    """Nor where the end is beyond the last year."""
    assert said((OUT, "2026-11-24T10:00:00Z")).window_closes is None
    assert said((IN, "soon")).window_closes is None
    assert said((IN, "9999-12-31T23:00:00Z")).as_row()["window_closes_at"] is None


def test_only_inbound_messages_that_are_not_read_count_as_unread() -> None:
    """Messages without the field don't count."""
    rows: list[Row] = [
        {"id": number, "direction": direction, "is_read": is_read, "sent_at": "2026-11-24T10:00:00Z"}
        for number, (direction, is_read) in enumerate(
            [(IN, False), (IN, None), (OUT, False), (IN, True), (None, False)]
        )
    ]
    assert (make_conversation(7, rows).unread, make_conversation(7, rows).messages) == (1, 5)


def test_the_number_is_the_last_sender_or_that_in_the_last_whatsapp_id() -> None:
    """The number that wrote last; of who never wrote, the one that WhatsApp's id of the last message names."""
    common: Row = {"sent_at": "2026-11-24T10:00:00Z", "is_read": True}
    out = common | {"id": 2, "direction": OUT, "sender_id": "4930555", "message_id": wamid(2, "919876543210", OUT)}
    assert (
        make_conversation(7, [common | {"id": 1, "direction": IN, "sender_id": "15550100"}, out]).number == "15550100"
    )
    assert make_conversation(7, [out]).number == "919876543210"
    assert make_conversation(7, [out | {"message_id": None}]).number is None
    assert make_conversation(7, [out | {"direction": None}]).number is None


@pytest.mark.parametrize(
    "word",
    [
        None,
        5,
        "",
        "wamid.",
        "wamid.not base64!",
        "wamid.4444",
        "HBgMOTEwMDAwMDEwMDAwFQIAERgS",
        "wamid." + base64.b64encode(b"\x1c\x18\x0c91987654321\x15").decode(),  # a byte less than it says
        "wamid." + base64.b64encode(b"\x1c\x18\x0bnot a phone\x15").decode(),
    ],
)
def test_a_whatsapp_id_of_another_form_has_no_number(word: object) -> None:
    """It is not an error."""
    assert parse_peer(word) is None


def test_names_are_found_by_the_digits_of_a_number() -> None:
    """The notation does not matter."""
    names = {"919876543210": "Priya"}
    assert [find_name(names, one) for one in ("+91 98765-43210", "919876543210", "bot", None)] == [
        "Priya",
        "Priya",
        None,
        None,
    ]


def test_a_query_is_described_in_words() -> None:
    """For the message that nothing matches."""
    assert ConversationQuery(waiting=True, unread=True).describe() == (
        "conversations, waiting for an answer, with unread messages"
    )


@pytest.mark.parametrize(
    ("rows", "number"),
    [
        ([{"direction": IN, "sender_id": "1"}, {"direction": IN, "sender_id": "2"}], "2"),
        ([{"direction": IN, "sender_id": "1"}, {"direction": OUT, "sender_id": "9", "message_id": "x"}], "1"),
        ([{"direction": OUT, "sender_id": "9", "message_id": wamid(1, "15550100", OUT)}], "15550100"),
        ([{"direction": IN, "sender_id": None, "message_id": wamid(1, "15550100", IN)}], "15550100"),
        ([{"direction": None, "sender_id": "9"}, {"direction": OUT}], None),
        ([], None),
    ],
)
def test_the_number_of_the_newest_message_that_has_it(rows: list[Row], number: str | None) -> None:
    """It is the sender of an inbound message, or in the WhatsApp id of any message."""
    assert find_number(rows) == number
