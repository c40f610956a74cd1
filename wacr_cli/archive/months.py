"""The archive month by month, UTC: which there are, whether one has changed, and its messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from wacr_cli.archive.select import microseconds
from wacr_cli.core.models import LIST_FIELDS, Row

FIELDS = (*LIST_FIELDS, "direction", "first_seen_at", "changed_at", "deleted_at")
"""What is told of each message; ``sent_us`` stands behind them."""

NO_MONTH = ""
"""The label of the messages without a time that can be read."""

Ask = Callable[[str, Sequence[object]], list[Any]]

_COLUMNS = ", ".join((*FIELDS, "sent_us"))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Ids are not summed up as they are: SQLite takes a sum beyond 64 bits for an error.
_MODULUS = 1_000_000_007


@dataclass(frozen=True, slots=True)
class Month:
    """A month, ``2026-11``, with how many messages it has; ``mark`` differs once any of them has changed."""

    label: str
    rows: int
    mark: str


def found(ask: Ask) -> list[Month]:
    """The months of which there are messages, oldest first, and last those of no month."""
    months = []
    start: datetime | None = None
    while True:
        bound = -(2**63) if start is None else microseconds(start)
        first = ask("SELECT min(sent_us) FROM messages WHERE sent_us >= ?", (bound,))[0][0]
        if first is None:
            break
        label = f"{_EPOCH + timedelta(microseconds=first):%Y-%m}".zfill(7)
        months.append(_month(ask, label))
        end = _ends(label)[1]
        if end is None:
            break
        start = end
    return [*months, *(one for one in [_month(ask, NO_MONTH)] if one.rows)]


def _month(ask: Ask, label: str) -> Month:
    condition, values = _within(label)
    sql = (
        f"SELECT changed_at, deleted_at, count(*), sum(id % {_MODULUS}) FROM messages WHERE {condition} "  # noqa: S608
        "GROUP BY changed_at, deleted_at"
    )
    groups = sorted((str(changed), str(deleted), int(n), int(ids)) for changed, deleted, n, ids in ask(sql, values))
    import hashlib

    mark = hashlib.sha256(repr(groups).encode()).hexdigest()[:20]
    return Month(label, sum(group[2] for group in groups), mark)


def selected(month: Month) -> tuple[str, tuple[object, ...]]:
    """The statement for the messages of a month, oldest first, and its values."""
    condition, values = _within(month.label)
    return f"SELECT {_COLUMNS} FROM messages WHERE {condition} ORDER BY sent_us, id", values  # noqa: S608


def row_of(*values: object) -> Row:
    """A message of such an answer."""
    row: Row = dict(zip((*FIELDS, "sent_us"), values, strict=True))
    row["is_read"] = None if row["is_read"] is None else bool(row["is_read"])
    return row


def _within(label: str) -> tuple[str, tuple[object, ...]]:
    if label == NO_MONTH:
        return "sent_us IS NULL", ()
    start, end = _ends(label)
    if end is None:
        return "sent_us >= ?", (microseconds(start),)
    return "sent_us >= ? AND sent_us < ?", (microseconds(start), microseconds(end))


def _ends(label: str) -> tuple[datetime, datetime | None]:
    """The first moment of a month, and that of the next; None after the last month of the year 9999."""
    year, month = map(int, label.split("-"))
    start = datetime(year, month, 1, tzinfo=UTC)
    if (year, month) == (9999, 12):
        return start, None
    return start, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
