"""What a store keeps of a row: its columns, its raw JSON, and whether it is new, changed or the same.

The stores differ in where they put it, not in what it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from wacr_cli.archive.select import microseconds, storable
from wacr_cli.archive.store import Taken
from wacr_cli.core.contacts import key_of
from wacr_cli.core.errors import BadAnswerError
from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at

COLUMNS = ("interaction_id", "sender_id", "type", "message", "status", "message_id", "sent_at", "is_read")
_INTEGERS = ("interaction_id", "is_read")
CONTACT_COLUMNS = ("firstname", "lastname", "company", "type", "email", "phone", "updated_at")

_MOST_INTEGER = 2**63
_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))

Line = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """What is stored of a message."""

    direction: str | None
    deleted_at: str | None
    status: object
    raw: str


@dataclass(slots=True)
class Sorting:
    """Rows by what they are to a store, as the lines of its statements.

    ``new``: the id, the values, and three times; ``changed``: the values, two times and the id; ``statuses``: the id,
    the time, the old and the new status; ``same``: the time and the id.
    """

    new: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    statuses: list[Line] = field(default_factory=list)
    same: list[Line] = field(default_factory=list)

    @property
    def taken(self) -> Taken:
        """The ids of each kind."""
        kinds = ((self.new, 0), (self.changed, -1), (self.same, 1))
        return Taken(*(tuple(line[at] for line in lines) for lines, at in kinds))  # type: ignore[arg-type]


def sort_out(
    rows: Mapping[int, Row],
    known: Mapping[int, Before],
    direction: str | None,
    now: str,
    values: Callable[[Row, str | None, str], Line],
) -> Sorting:
    """What rows, by their ids, are beside those that are ``known``; ``values`` makes a store's columns of one.

    Raises :class:`BadAnswerError` for one that was stored under the other direction.
    """
    found = Sorting()
    others = [number for number, before in known.items() if direction and before.direction not in (None, direction)]
    if len(others) > max(1, len(rows) // 10):
        raise BadAnswerError(
            f"the service answers message {others[0]} as inbound and as outbound",
            "An archive needs the filter on direction; is this the service it was made from?",
        )
    for number, row in rows.items():
        raw = encode(row)
        before = known.get(number)
        if before is None:
            found.new.append((number, *values(row, direction, raw), now, now, now))
        elif _differs(before, row, raw, direction):
            found.changed.append((*values(row, direction, raw), now, now, number))
            if before.status != (status := column(row.get("status"))):
                found.statuses.append((number, now, before.status, status))
        else:
            found.same.append((now, number))
    return found


def _differs(before: Before, row: Row, raw: str, direction: str | None) -> bool:
    if before.deleted_at is not None or direction not in (None, before.direction):
        return True
    return before.raw != raw and json.loads(before.raw) != row


def values_of(row: Row, direction: str | None, raw: str) -> Line:
    """What a message's columns hold but for its id and the times of the sync."""
    sender, moment = row.get("sender_id"), parse_sent_at(row.get("sent_at"))
    return (
        *(_integer(row.get(name)) if name in _INTEGERS else column(row.get(name)) for name in COLUMNS),
        direction,
        None if moment is None else microseconds(moment),
        None if sender is None else column(key_of(sender)),
        raw,
    )


def contact_values(row: Row) -> Line:
    """What a contact's columns hold but for its id and the times of the sync."""
    phone = row.get("phone")
    key = key_of(phone) if phone else None
    return (*(column(row.get(name)) for name in CONTACT_COLUMNS), column(key), encode(row))


def shown(raw: str, direction: str | None, deleted_at: str | None) -> Row:
    """A stored message as the API gave it, and what the archive knows besides."""
    row: Row = json.loads(raw)
    row["direction"] = direction
    if deleted_at is not None:
        row["deleted_at"] = deleted_at
    return row


def _integer(value: object) -> int | None:
    """A value as a column of integers holds it, None for what is none: readers that know types trip over others."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and -_MOST_INTEGER <= value < _MOST_INTEGER else None


def column(value: object) -> object:
    """A value of JSON as one of SQL."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, int):
        return value if -_MOST_INTEGER <= value < _MOST_INTEGER else str(value)
    return value if value is None or isinstance(value, float) else encode(value)


def encode(value: object) -> str:
    """Compact JSON that is UTF-8."""
    text = _COMPACT.encode(value)
    # Escaped, half of a surrogate pair comes back as it was.
    return text if text.isascii() or _is_utf8(text) else json.dumps(value, separators=(",", ":"))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def in_order(rows: Sequence[Row]) -> dict[int, Row]:
    """Rows by their ids, in the order of these, as they lie in a file: half the pages would stay empty otherwise."""
    found = {row["id"]: row for row in sorted(rows, key=lambda row: row["id"])}
    if any(not -_MOST_INTEGER <= number < _MOST_INTEGER for number in found):
        raise BadAnswerError(f"an id that is no 64-bit integer: {max(found, key=abs)}", "Is this the WA.cr API?")
    return found
