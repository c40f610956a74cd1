"""The archive by months, in UTC: which there are, whether one has changed, and its messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from wacr_cli.core.models import LIST_FIELDS, Row
from wacr_cli.core.times import to_microseconds

FIELDS = (*LIST_FIELDS, "direction", "first_seen_at", "changed_at", "deleted_at")
"""The fields of each message; ``sent_us`` comes after them."""

NO_MONTH = ""
"""The label of the messages without a time that can be read."""

Fetch = Callable[[str, Sequence[object]], list[Any]]

_COLUMNS = ", ".join((*FIELDS, "sent_us"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The sum of a modulus of the ids: SQLite fails on a sum beyond 64 bits.
_MODULUS = 1_000_000_007


@dataclass(frozen=True, slots=True)
class Month:
    """A month such as ``2026-11`` and the number of its messages. ``mark`` differs once any of them has changed."""

    label: str
    rows: int
    mark: str


def list_months(fetch: Fetch) -> list[Month]:
    """Return the months that have messages, oldest first, and then the messages without a time, if any."""
    months = []
    start: datetime | None = None
    while True:
        bound = -(2**63) if start is None else to_microseconds(start)
        first = fetch("SELECT min(sent_us) FROM messages WHERE sent_us >= ?", (bound,))[0][0]
        if first is None:
            break
        label = f"{_EPOCH + timedelta(microseconds=first):%Y-%m}".zfill(7)
        months.append(_read_month(fetch, label))
        end = _get_bounds(label)[1]
        if end is None:
            break
        start = end
    return [*months, *(one for one in [_read_month(fetch, NO_MONTH)] if one.rows)]


def _read_month(fetch: Fetch, label: str) -> Month:
    condition, values = _build_condition(label)
    sql = (
        f"SELECT changed_at, deleted_at, count(*), sum(id % {_MODULUS}) FROM messages WHERE {condition} "  # noqa: S608
        "GROUP BY changed_at, deleted_at"
    )
    groups = sorted((str(changed), str(deleted), int(n), int(ids)) for changed, deleted, n, ids in fetch(sql, values))
    import hashlib

    mark = hashlib.sha256(repr(groups).encode()).hexdigest()[:20]
    return Month(label, sum(group[2] for group in groups), mark)


def build_select(month: Month) -> tuple[str, tuple[object, ...]]:
    """Return the statement for the messages of a month, oldest first, and its values."""
    condition, values = _build_condition(month.label)
    return f"SELECT {_COLUMNS} FROM messages WHERE {condition} ORDER BY sent_us, id", values  # noqa: S608


def decode_message(*values: object) -> Row:
    """Return a message from the columns of that statement."""
    row: Row = dict(zip((*FIELDS, "sent_us"), values, strict=True))
    row["is_read"] = None if row["is_read"] is None else bool(row["is_read"])
    return row


def _build_condition(label: str) -> tuple[str, tuple[object, ...]]:
    if label == NO_MONTH:
        return "sent_us IS NULL", ()
    start, end = _get_bounds(label)
    if end is None:
        return "sent_us >= ?", (to_microseconds(start),)
    return "sent_us >= ? AND sent_us < ?", (to_microseconds(start), to_microseconds(end))


def _get_bounds(label: str) -> tuple[datetime, datetime | None]:
    """Return the start of a month and of the next one, None after the last month of the year 9999."""
    year, month = map(int, label.split("-"))
    start = datetime(year, month, 1, tzinfo=UTC)
    if (year, month) == (9999, 12):
        return start, None
    return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
