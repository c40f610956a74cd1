"""Comments: the team's internal notes on a conversation, which the customer never sees."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from wacr_cli.core.contacts import extract_digits
from wacr_cli.core.errors import UsageError
from wacr_cli.core.lists import ListQuery
from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at
from wacr_cli.core.validation import truncate

KIND = "comment"
"""The value of ``kind`` in a transcript; that of a message is ``message``."""

_TIMES = ("sent_at", "created_at", "time_sent")
"""The fields that may have the time of a note; the API's documentation leaves the name open."""


def parse_number(text: str) -> str:
    """Return the digits of a phone number in any notation. Raises :class:`UsageError`."""
    if digits := extract_digits(text):
        return digits
    raise UsageError(
        f"NUMBER: not a phone number: {truncate(text)!r}", "Use the number with its country code, such as 919876543210."
    )


def make_query(digits: str, limit: int | None = None) -> ListQuery:
    """Return the query for the newest ``limit`` notes on the conversation with a number, all where it is None."""
    return ListQuery(f"comments/{digits}", "comments", limit=limit)


def find_time(comment: Row) -> str | None:
    """Return when a note was written, as received; None where it has no valid time."""
    return next((comment[name] for name in _TIMES if parse_sent_at(comment.get(name))), None)


def sort_comments(comments: Iterable[Row], since: datetime | None = None, until: datetime | None = None) -> list[Row]:
    """Return the notes of a span of time as rows of a transcript, oldest first; those without a time come first."""
    rows = [{"kind": KIND, **comment, "sent_at": find_time(comment)} for comment in reversed(list(comments))]
    kept = [row | {"kind": KIND} for row in rows if _is_within(_get_moment(row), since, until)]
    return sorted(kept, key=lambda row: moment.timestamp() if (moment := _get_moment(row)) else float("-inf"))


def merge_comments(windows: Iterable[Sequence[Row]], comments: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield messages and notes in the order of time, both sorted already, each with its ``kind``.

    A message that is one of the notes is left out: both are rows of one table, and a list may have both.
    """
    waiting = deque(comments)
    known = {comment.get("id") for comment in comments}
    for rows in windows:
        merged: list[Row] = []
        for row in rows:
            if row["id"] in known:
                continue
            moment = parse_sent_at(row.get("sent_at"))
            while waiting and _is_before(waiting[0], moment):
                merged.append(waiting.popleft())
            merged.append({"kind": "message", **row} | {"kind": "message"})
        yield merged
    yield list(waiting)


def drop_older(comments: Sequence[Row], message: Row) -> list[Row]:
    """Return the notes that were not written before a message."""
    moment = parse_sent_at(message.get("sent_at"))
    return [comment for comment in comments if not _is_before(comment, moment)]


def _get_moment(row: Row) -> datetime | None:
    return parse_sent_at(row.get("sent_at"))


def _is_before(comment: Row, moment: datetime | None) -> bool:
    written = _get_moment(comment)
    return written is None or (moment is not None and written < moment)


def _is_within(moment: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    if moment is None:
        return since is None and until is None
    return (since is None or moment >= since) and (until is None or moment < until)
