"""The data of the sample workspace: the inbox of a spice shop over the last 90 days.

`build` makes a `World` of `Row`s and `Contact`s. Whatever moment it is built for, ids, texts and the times before that
moment are the same. The shop keeps hours, so the build moment counts as twenty past five in its afternoon: wherever the
reader sits, the newest message is minutes old and the nights are quiet.

No telephone number here can ring anywhere: they come from the ranges set aside for fiction, and where a country has set
aside none, from national numbers beginning with a zero.
"""

from __future__ import annotations

import gc
import random
from binascii import b2a_base64
from contextlib import contextmanager
from datetime import UTC, datetime
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from wacr_cli.sandbox import author, phrases

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SEED = 26
MESSAGES = 5_000
DAYS = 90
FIRST_ID = 48_112

_SCATTER = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835

_AREA_CODES = {
    "Chicago": "312",
    "San Francisco": "415",
    "New York": "212",
    "Boston": "617",
    "Atlanta": "404",
    "Seattle": "206",
    "Denver": "303",
    "Houston": "713",
    "Los Angeles": "213",
    "Montréal": "514",
    "Vancouver": "604",
    "Toronto": "416",
}
_RESERVED = {"GB": "447700900{:03d}", "FR": "3363998{:04d}", "DE": "4917139200{:02d}"}
_AUSTRALIA = ("61491570006", "61491570156", "61491570157", "61491570158")
_UNDIALLABLE = {
    "IN": "9100000{:05d}",
    "AE": "971000000{:03d}",
    "SA": "966000000{:03d}",
    "QA": "97400000{:03d}",
    "IL": "972000000{:03d}",
    "JP": "810000000{:03d}",
    "CN": "8600000000{:03d}",
    "TW": "886000000{:03d}",
    "HK": "85200000{:03d}",
    "SG": "6500000{:03d}",
    "MX": "520000000{:03d}",
    "CO": "570000000{:03d}",
    "ES": "34000000{:03d}",
    "PT": "351000000{:03d}",
    "BR": "5500000000{:03d}",
}


class Contact(NamedTuple):
    """Somebody the shop writes with. `type` is lead, customer or guest; `language` is empty for strangers."""

    id: int
    firstname: str
    lastname: str
    company: str | None
    type: str
    email: str | None
    phone: str
    city: str | None
    country: str
    language: str
    is_opted_out: bool
    interaction_id: int


class Row(NamedTuple):
    """A message as the service keeps it: what the API answers with, and what it does not tell.

    `created`, `updated` and `sent` are whole seconds since the epoch, `number` is the customer's telephone number
    whichever way the message went, `replies_to` the id of the message of the other side that this one quotes.
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
        """WhatsApp's id, made from the row's own; None where WhatsApp never took the message."""
        return wamid(self.id, self.number, self.direction) if self.has_wamid else None

    @property
    def ref_message_id(self) -> str | None:
        """WhatsApp's id of the message that this one quotes."""
        other = "inbound" if self.direction == "outbound" else "outbound"
        return wamid(self.replies_to, self.number, other) if self.replies_to is not None else None

    @property
    def sent_at(self) -> datetime:
        """When it was sent, in UTC."""
        return datetime.fromtimestamp(self.sent, UTC)

    @property
    def created_at(self) -> datetime:
        """When it was recorded, in UTC. The API sorts by it and does not tell it."""
        return datetime.fromtimestamp(self.created, UTC)

    @property
    def updated_at(self) -> datetime:
        """When its status last changed, in UTC. The API sorts by it and does not tell it."""
        return datetime.fromtimestamp(self.updated, UTC)


class World:
    """Everything there is at the moment `now`: `rows` by (created, id), oldest first, and `contacts` by id.

    Tests change it between two calls as time changes a real account: `add`, `remove`, `change`.
    """

    def __init__(self, now: datetime, rows: Iterable[Row], contacts: Iterable[Contact] = ()) -> None:
        self.now = now
        self.rows = sorted(rows, key=_order)
        self.contacts = list(contacts)

    def row(self, number: int) -> Row | None:
        """Return the message of that id, None where there is none."""
        return next((row for row in self.rows if row.id == number), None)

    def add(self, row: Row) -> None:
        """Put a message in its place."""
        self.rows.append(row)
        self.rows.sort(key=_order)

    def remove(self, number: int) -> None:
        """Delete the message of that id, leaving a gap; nothing happens where there is none."""
        self.rows[:] = [row for row in self.rows if row.id != number]

    def change(self, number: int, **values: object) -> Row:
        """Replace fields of a message and return it; KeyError where there is none, ValueError for an unknown field."""
        row = self.row(number)
        if row is None:
            raise KeyError(number)
        if unknown := values.keys() - set(Row._fields):
            raise ValueError(f"no such fields: {', '.join(sorted(unknown))}")
        changed = row._replace(**values)  # type: ignore[arg-type]
        self.rows[self.rows.index(row)] = changed
        self.rows.sort(key=_order)
        return changed


def wamid(number: int, phone: str, direction: str) -> str:
    """Return the WhatsApp id of message `number`, built the way real ones are: the peer's phone, then a random part."""
    # Any number that looks random does; a real hash takes longer than all the rest of a row.
    scattered = (number * _SCATTER) ^ (number * _SCATTER >> 40)
    if direction == "outbound":
        tail = b"\x11\x18\x12%018X\x00" % (scattered % 2**72)
    else:
        tail = b"\x12\x18\x14%020X\x00" % (scattered % 2**72 | 0x3A << 72)
    peer = phone.encode()
    return "wamid." + b2a_base64(b"\x1c\x18%c%b\x15\x02\x00%b" % (len(peer), peer, tail), newline=False).decode()


def build(now: datetime, *, seed: int = SEED, messages: int = MESSAGES) -> World:
    """Return the sample workspace as it is at `now`, an aware time of which whole seconds count.

    It holds exactly `messages` rows, the newest there are: fewer than 5,000 reach back less far, more reach back
    further, at the same pace. ValueError for a naive `now`.
    """
    if now.tzinfo is None:
        raise ValueError("now must be an aware time")
    with _no_collection():
        return _build(now, seed, messages)


@contextmanager
def _no_collection() -> Iterator[None]:
    # Nothing made here is garbage; looking for it among so many new objects would take as long as making them.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _build(now: datetime, seed: int, messages: int) -> World:
    contacts = [_contact(index, person) for index, person in enumerate(phrases.PEOPLE)]
    source = random.Random(seed)  # noqa: S311 - a story, not a secret
    days = DAYS * max(messages, MESSAGES) // MESSAGES
    drafts = author.write(contacts, source, int(now.timestamp()), messages=messages, days=days)
    drafts.sort()
    return World(now, _rows(drafts[max(0, len(drafts) - messages) :]), contacts)


def _rows(drafts: list[author.Draft]) -> list[Row]:
    """Give drafts ids in the order they come in; now and then somebody has deleted a few."""
    numbers: dict[int, int] = {}
    rows: list[Row] = []
    number = FIRST_ID
    for _, place, quoted, fields in drafts:
        number += 1 if place % 37 else 1 + place % 5
        numbers[place] = number
        # Row(...) would take twice as long, and this is half of the work.
        rows.append(tuple.__new__(Row, (number, numbers.get(quoted) if quoted is not None else None, *fields)))
    return rows


_order = attrgetter("created", "id")


def _contact(index: int, person: phrases.Person) -> Contact:
    first, last, city, country, language = person
    latin = f"{first}{last}".isascii() and bool(language)
    kind = "guest" if not language else "lead" if index % 7 == 5 else "customer"
    return Contact(
        id=5_100 + index * 3 + index // 9,
        firstname=first,
        lastname=last,
        company=phrases.COMPANIES.get(first),
        type=kind,
        email=f"{first}.{last}@mail.example".lower().replace(" ", "").replace("'", "") if latin else None,
        phone=_phone(country, city, index),
        city=city or None,
        country=country,
        language=language,
        is_opted_out=index % 17 == 13,
        interaction_id=1_204 + index * 2 + index // 11,
    )


def _phone(country: str, city: str, index: int) -> str:
    if area := _AREA_CODES.get(city):
        return f"1{area}55501{index % 100:02d}"
    if country == "AU":
        return _AUSTRALIA[index % len(_AUSTRALIA)]
    if country == "IN":
        return _UNDIALLABLE[country].format(10_000 + index * 613)
    return (_RESERVED.get(country) or _UNDIALLABLE[country]).format(index % 100 if country == "DE" else index)
