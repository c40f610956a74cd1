"""Internal notes among messages: their numbers, their times, their places."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wacr_cli.core.comments import drop_older, find_time, make_query, merge_comments, parse_number, sort_comments
from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row


def at(minute: int) -> str:
    """Return a time in the form of the API."""
    return f"2026-11-20T12:{minute:02d}:00+00:00"


def message(number: int, minute: int) -> Row:
    """Return a message."""
    return {"id": number, "sent_at": at(minute)}


def ids(rows: list[Row]) -> list[int]:
    """Return the ids of rows."""
    return [row["id"] for row in rows]


@pytest.mark.parametrize("text", ["919876543210", "+91 98765-43210", " (91) 98765.43210 "])
def test_numbers(text: str) -> None:
    """Every notation has the same digits, which are the end of the path."""
    assert parse_number(text) == "919876543210"
    assert make_query(parse_number(text)).path == "comments/919876543210"


@pytest.mark.parametrize("text", ["", "1234", "Priya", "../account", "91x2345678", "91\u0662345678", "1" * 41])
def test_what_is_not_a_number(text: str) -> None:
    """It is a usage error, and never part of a path."""
    with pytest.raises(UsageError, match="NUMBER: not a phone number"):
        parse_number(text)


@pytest.mark.parametrize(
    ("comment", "time"),
    [
        ({"sent_at": at(1), "created_at": at(2)}, at(1)),
        ({"sent_at": None, "created_at": at(2)}, at(2)),
        ({"sent_at": "soon", "created_at": 5, "time_sent": "2026-11-20 12:03:00"}, "2026-11-20 12:03:00"),
        ({}, None),
    ],
)
def test_the_time_has_one_of_several_names(comment: Row, time: str | None) -> None:
    """The first valid one counts."""
    assert find_time(comment) == time


def test_sorted_and_within_a_span() -> None:
    """Oldest first, from since and before until; a note without a time comes first, or is left out of a span."""
    rows: list[Row] = [{"id": 4}, {"id": 3, "created_at": at(30)}, {"id": 2, "sent_at": at(20)}, message(1, 10)]
    assert ids(sort_comments(rows)) == [4, 1, 2, 3]
    assert {row["kind"] for row in sort_comments([{"id": 1, "kind": "message"}])} == {"comment"}
    since, until = datetime(2026, 11, 20, 12, 10, tzinfo=UTC), datetime(2026, 11, 20, 12, 30, tzinfo=UTC)
    assert ids(sort_comments(rows, since, until)) == [1, 2]
    assert ids(sort_comments(rows, since)) == [1, 2, 3]


def test_equal_times_keep_the_api_s_order() -> None:
    """The API sends the newest first, so that of two notes of one second the last one sent is the first here."""
    assert ids(sort_comments([message(2, 5), message(1, 5)])) == [1, 2]


def test_merged_over_windows() -> None:
    """Each note stands after the messages that are not later; the rest follows the last message."""
    notes = sort_comments([message(93, 40), message(92, 20), message(91, 5), {"id": 90}])
    windows = [[message(1, 10), message(2, 20)], [], [message(3, 30)]]
    merged = list(merge_comments(iter(windows), notes))
    assert [ids(rows) for rows in merged] == [[90, 91, 1, 2], [], [92, 3], [93]]
    kinds = [row["kind"] for rows in merged for row in rows]
    assert kinds == ["comment", "comment", "message", "message", "comment", "message", "comment"]


def test_a_message_that_is_a_note_is_shown_once() -> None:
    """A list of messages may have the notes too."""
    notes = sort_comments([message(2, 20)])
    (first, rest) = merge_comments([[message(1, 10), message(2, 20), message(3, 30)]], notes)
    assert [(row["id"], row["kind"]) for row in first] == [(1, "message"), (2, "comment"), (3, "message")]
    assert rest == []


def test_messages_without_a_time_wait_for_no_note() -> None:
    """A note stays until a message is later."""
    notes = sort_comments([message(9, 10)])
    windows: list[list[Row]] = [[{"id": 1, "sent_at": None}, message(2, 20)]]
    assert [ids(rows) for rows in merge_comments(windows, notes)] == [[1, 9, 2], []]


def test_older_ones_are_dropped() -> None:
    """Those of the same second stay."""
    notes = sort_comments([message(3, 30), message(2, 20), message(1, 10), {"id": 4}])
    assert ids(drop_older(notes, message(7, 20))) == [2, 3]
