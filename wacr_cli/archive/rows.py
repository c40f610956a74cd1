"""Convert rows of the API to columns and back, and classify them as new, changed or unchanged."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wacr_cli.archive.store import UpsertResult
from wacr_cli.archive.text import to_storable
from wacr_cli.core.contacts import normalize_number
from wacr_cli.core.errors import BadResponseError
from wacr_cli.core.models import EXTRA_FIELDS, Row
from wacr_cli.core.times import parse_sent_at, to_microseconds

COLUMNS = ("interaction_id", "sender_id", "type", "message", "status", "message_id", "sent_at", "is_read")
_INTEGERS = ("interaction_id", "is_read")
DETAIL_COLUMNS = (*EXTRA_FIELDS, "details_at")
CONTACT_COLUMNS = ("firstname", "lastname", "company", "type", "email", "phone", "updated_at")

_INTEGER_LIMIT = 2**63
_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))

Values = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """What the archive has of a message."""

    direction: str | None
    deleted_at: str | None
    status: object
    raw: str


@dataclass(slots=True)
class Classified:
    """Rows by what they change in the archive, as values for its statements.

    ``new``: the id, the columns, and three times. ``changed``: the columns, two times and the id. ``statuses``: the
    id, the time, the old and the new status. ``same``: the time and the id. ``events`` describe the new and the changed
    ones.
    """

    new: list[Values] = field(default_factory=list)
    changed: list[Values] = field(default_factory=list)
    statuses: list[Values] = field(default_factory=list)
    same: list[Values] = field(default_factory=list)
    revived: int = 0
    redirected: int = 0
    events: list[Row] = field(default_factory=list)

    @property
    def result(self) -> UpsertResult:
        """The ids of each kind."""
        kinds = ((self.new, 0), (self.changed, -1), (self.same, 1))
        new, changed, same = (tuple(values[at] for values in some) for some, at in kinds)
        return UpsertResult(new, changed, same, self.revived, self.redirected)  # type: ignore[arg-type]


def classify(
    rows: Mapping[int, Row],
    stored: Mapping[int, Stored],
    direction: str | None,
    now: str,
    convert: Callable[[Row, str | None, str], Values],
) -> Classified:
    """Compare *rows*, by their ids, with the *stored* ones. *convert* returns the columns of a row."""
    found = Classified()
    for number, row in rows.items():
        raw = encode(row)
        before = stored.get(number)
        if before is None:
            found.new.append((number, *convert(row, direction, raw), now, now, now))
            found.events.append(make_event("new", now, row, direction))
        elif _is_changed(before, row, raw, direction):
            found.revived += before.deleted_at is not None
            found.redirected += direction not in (None, before.direction) and before.direction is not None
            found.changed.append((*convert(row, direction, raw), now, now, number))
            found.events += _describe_change(before, row, direction or before.direction, now)
            if before.status != (status := to_column(row.get("status"))):
                found.statuses.append((number, now, before.status, status))
        else:
            found.same.append((now, number))
    return found


def _is_changed(before: Stored, row: Row, raw: str, direction: str | None) -> bool:
    if before.deleted_at is not None or direction not in (None, before.direction):
        return True
    return before.raw != raw and json.loads(before.raw) != row


def make_event(kind: str, now: str, row: Row, direction: str | None, **values: object) -> Row:
    """Return an event: what happened, when it was seen, and the message with its direction."""
    return {"event": f"message.{kind}", "at": now, **values, "message": {**row, "direction": direction}}


def _describe_change(before: Stored, row: Row, direction: str | None, now: str) -> Iterator[Row]:
    """Yield the events of a message that changed: its status, and anything else."""
    old: Row = json.loads(before.raw)
    if old.get("status") != row.get("status"):
        yield make_event("status", now, row, direction, old=old.get("status"), new=row.get("status"))
    others = {**old, "status": None, "direction": before.direction}
    if before.deleted_at or others != {**row, "status": None, "direction": direction}:
        yield make_event("changed", now, row, direction)


def convert_message(row: Row, direction: str | None, raw: str) -> Values:
    """Return the columns of a message, without its id and the times of the sync."""
    sender, moment = row.get("sender_id"), parse_sent_at(row.get("sent_at"))
    return (
        *(_to_integer(row.get(name)) if name in _INTEGERS else to_column(row.get(name)) for name in COLUMNS),
        direction,
        None if moment is None else to_microseconds(moment),
        None if sender is None else to_column(normalize_number(sender)),
        raw,
    )


def convert_contact(row: Row) -> Values:
    """Return the columns of a contact, without its id and the times of the sync."""
    phone = row.get("phone")
    key = normalize_number(phone) if phone else None
    return (*(to_column(row.get(name)) for name in CONTACT_COLUMNS), to_column(key), encode(row))


def decode_row(raw: str, direction: str | None, deleted_at: str | None, *details: object) -> Row:
    """Return a stored message as the API sent it, with ``direction`` and, where it is deleted, ``deleted_at``.

    *details* are the values of :data:`DETAIL_COLUMNS`, where they are wanted. They are null until they are read.
    """
    row: Row = json.loads(raw)
    row["direction"] = direction
    if deleted_at is not None:
        row["deleted_at"] = deleted_at
    for name, value in zip(DETAIL_COLUMNS, details, strict=False):
        row[name] = row.get(name) if value is None else value
    return row


def has_details(row: Row) -> bool:
    """Return whether a row of a list has every field that lists lack as a rule."""
    return all(name in row for name in EXTRA_FIELDS)


def convert_details(row: Row) -> Values:
    """Return the columns of the fields that lists lack."""
    texts = (None if (value := row.get(name)) is None else _to_text(value) for name in EXTRA_FIELDS[:-1])
    return (*texts, _to_integer(row.get(EXTRA_FIELDS[-1])))


def _to_text(value: object) -> str:
    return to_storable(value) if isinstance(value, str) else encode(value)


def _to_integer(value: object) -> int | None:
    """Return *value* for a column of integers: None for anything else, which typed readers reject."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    return value if isinstance(value, int) and -_INTEGER_LIMIT <= value < _INTEGER_LIMIT else None


def to_column(value: object) -> object:
    """Return a JSON value as a SQL value."""
    if isinstance(value, str):
        return to_storable(value)
    if isinstance(value, int):
        return value if -_INTEGER_LIMIT <= value < _INTEGER_LIMIT else str(value)
    return value if value is None or isinstance(value, float) else encode(value)


def encode(value: object) -> str:
    """Return *value* as compact JSON that UTF-8 can encode."""
    text = _COMPACT.encode(value)
    # Half of a surrogate pair is escaped, so that it is read back as it was.
    return text if text.isascii() or _is_utf8(text) else json.dumps(value, separators=(",", ":"))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def sort_by_id(rows: Sequence[Row]) -> dict[int, Row]:
    """Return *rows* by their ids, in the order of the ids: inserted in another order, pages stay half empty."""
    by_id = {row["id"]: row for row in sorted(rows, key=lambda row: row["id"])}
    if any(not -_INTEGER_LIMIT <= number < _INTEGER_LIMIT for number in by_id):
        raise BadResponseError(
            f"an id is not a 64-bit integer: {max(by_id, key=abs)}", "Check that the API URL is that of the WA.cr API."
        )
    return by_id
