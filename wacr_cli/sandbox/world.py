"""The data of the sample workspace: the inbox of a spice shop over 90 days.

`load` reads `sample.json.gz`, which `python -m scripts.sample` writes. The times in that file are seconds before the
moment for which the sample is loaded. Ids and texts are always the same, and the newest message is always minutes old.
"""

from __future__ import annotations

import gc
import gzip
import json
from binascii import b2a_base64
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SAMPLE = Path(__file__).with_name("sample.json.gz")

_SCATTER = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835
_TIMES = ("created", "updated", "sent")


class Contact(NamedTuple):
    """A person with whom the shop exchanges messages, as the account stores it.

    `type` is lead, customer or guest. `created` and `updated` are seconds since the epoch.
    """

    id: int
    firstname: str
    lastname: str
    company: str | None
    type: str
    email: str | None
    phone: str
    city: str | None
    country_id: int | None
    is_opted_out: bool
    interaction_id: int
    status_id: int = 1
    source_id: int | None = None
    assigned_id: int | None = None
    group_ids: Sequence[int] = ()
    created: int = 0
    updated: int = 0

    @property
    def created_at(self) -> datetime:
        """The time of creation, in UTC."""
        return datetime.fromtimestamp(self.created, UTC)

    @property
    def updated_at(self) -> datetime:
        """The time of the last change, in UTC."""
        return datetime.fromtimestamp(self.updated, UTC)


class Row(NamedTuple):
    """A message as the account stores it: the fields that the API shows, and those that it hides.

    `created`, `updated` and `sent` are seconds since the epoch. `number` is the customer's phone number, whatever the
    direction. `replies_to` is the id of the other side's message that this one quotes. A `url` such as media/a.jpg is a
    file of the sandbox, below its own address; any other is shown as it is.
    """

    id: int
    replies_to: int | None = None
    interaction_id: int | None = None
    sender_id: str | None = None
    type: str | None = "text"
    message: str | None = None
    status: str | None = "read"
    is_read: bool = True
    direction: str = "inbound"
    created: int = 0
    updated: int = 0
    sent: int = 0
    number: str = ""
    status_message: str | None = None
    staff_id: int | None = None
    url: str | None = None
    has_wamid: bool = True

    @property
    def message_id(self) -> str | None:
        """WhatsApp's id of the message; None if WhatsApp never accepted it."""
        return wamid(self.id, self.number, self.direction) if self.has_wamid else None

    @property
    def ref_message_id(self) -> str | None:
        """WhatsApp's id of the message that this one quotes."""
        other = "inbound" if self.direction == "outbound" else "outbound"
        return wamid(self.replies_to, self.number, other) if self.replies_to is not None else None

    @property
    def sent_at(self) -> datetime:
        """The time of sending, in UTC."""
        return datetime.fromtimestamp(self.sent, UTC)

    @property
    def created_at(self) -> datetime:
        """The time of recording, in UTC. The API sorts by it and hides it."""
        return datetime.fromtimestamp(self.created, UTC)

    @property
    def updated_at(self) -> datetime:
        """The time of the last change of status, in UTC. The API sorts by it and hides it."""
        return datetime.fromtimestamp(self.updated, UTC)


class Comment(NamedTuple):
    """An internal note on the conversation with `number`. Its id is none of a message: both are rows of one table.

    `created` is in seconds since the epoch.
    """

    id: int
    interaction_id: int
    number: str
    message: str | None = None
    type: str = "text"
    status_message: str = "Internal comment"
    url: str | None = None
    staff_id: int | None = None
    created: int = 0


class Template(NamedTuple):
    """A message template: `template_id` is WhatsApp's id, and `body` is in WhatsApp's notation with slots `{{1}}`.

    `created` and `updated` are in seconds since the epoch.
    """

    id: int
    template_id: str
    name: str
    language: str = "en"
    category: str = "UTILITY"
    status: str = "APPROVED"
    body: str = ""
    footer: str | None = None
    buttons: Sequence[str] = ()
    created: int = 0
    updated: int = 0


class World:
    """An account at the time `now`: its `rows`, sorted by (created, id), and its `contacts`, sorted by id.

    `comments` are sorted by (created, id), and `templates` by id.

    Tests use `add`, `remove` and `change` between two requests, as a real account changes with time.
    """

    def __init__(
        self,
        now: datetime,
        rows: Iterable[Row],
        contacts: Iterable[Contact] = (),
        comments: Iterable[Comment] = (),
        templates: Iterable[Template] = (),
    ) -> None:
        self.now = now
        self.rows = sorted(rows, key=_order)
        self.contacts = list(contacts)
        self.comments = sorted(comments, key=_order)
        self.templates = list(templates)

    def row(self, number: int) -> Row | None:
        """Return the message with that id, None if there is none."""
        return next((row for row in self.rows if row.id == number), None)

    def add(self, row: Row) -> None:
        """Add a message in its place."""
        self.rows.append(row)
        self.rows.sort(key=_order)

    def remove(self, number: int) -> None:
        """Delete the message with that id, if there is one."""
        self.rows[:] = [row for row in self.rows if row.id != number]

    def change(self, number: int, **values: object) -> Row:
        """Replace fields of a message and return it.

        Raises KeyError if there is no such message, ValueError if there is no such field.
        """
        row = self.row(number)
        if row is None:
            raise KeyError(number)
        if unknown := values.keys() - set(Row._fields):
            raise ValueError(f"no such fields: {', '.join(sorted(unknown))}")
        changed = row._replace(**values)  # type: ignore[arg-type]
        self.rows[self.rows.index(row)] = changed
        self.rows.sort(key=_order)
        return changed


def load(now: datetime) -> World:
    """Return the sample workspace as it is at `now`, to the second. Raises ValueError if `now` has no time zone."""
    if now.tzinfo is None:
        raise ValueError("now must have a time zone")
    with _paused_collection():
        data = json.loads(gzip.decompress(SAMPLE.read_bytes()))
        seconds = int(now.timestamp())
        return World(
            now,
            _records(Row, data["messages"], seconds),
            _records(Contact, data["contacts"], seconds),
            _records(Comment, data["comments"], seconds),
            _records(Template, data["templates"], seconds),
        )


def wamid(number: int, phone: str, direction: str) -> str:
    """Return the WhatsApp id of message `number`, in the format of real ones: the other side's phone, a random part."""
    # Any number that looks random is good enough; a real hash would take longer than the rest of a row.
    scattered = (number * _SCATTER) ^ (number * _SCATTER >> 40)
    if direction == "outbound":
        tail = b"\x11\x18\x12%018X\x00" % (scattered % 2**72)
    else:
        tail = b"\x12\x18\x14%020X\x00" % (scattered % 2**72 | 0x3A << 72)
    peer = phone.encode()
    return "wamid." + b2a_base64(b"\x1c\x18%c%b\x15\x02\x00%b" % (len(peer), peer, tail), newline=False).decode()


_order = attrgetter("created", "id")

Record = TypeVar("Record", Row, Contact, Comment, Template)


def _records(kind: type[Record], columns: dict[str, list[Any]], now: int) -> list[Record]:
    for name in _TIMES:
        if name in columns:
            columns[name] = [now + offset for offset in columns[name]]
    return list(map(kind._make, zip(*(columns[field] for field in kind._fields), strict=True)))


@contextmanager
def _paused_collection() -> Iterator[None]:
    # Nothing that is made here is garbage, and a search among so many new objects takes as long as making them.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
