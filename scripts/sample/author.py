"""Writes the conversations of the sample workspace: who writes what to whom and when, with the texts of `phrases`.

All times are seconds before the moment for which the sample is loaded, so they are below zero. A customer is named by
its place in the list of customers; `who` is always such a place.
"""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from scripts.sample import phrases
from wacr_cli.sandbox.world import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scripts.sample.customers import Customer

SEED = 26
MESSAGES = 5_000
DAYS = 90

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# The shop's clock at the moment of loading, and its opening hours by that clock.
_CLOCK = 17 * _HOUR + 20 * _MINUTE
_OPENS, _CLOSES = 10 * _HOUR, 20 * _HOUR + 30 * _MINUTE
# Later messages are those of phrases.TODAY.
_TODAY = -6 * _HOUR
# The number of messages that a campaign sends in a second.
_BURST = 24
# Outages of the API: messages that arrive during one are recorded at its end.
_OUTAGES = (-12 * _DAY - 6 * _HOUR, -39 * _DAY - 6 * _HOUR, -66 * _DAY - 6 * _HOUR)
_OUTAGE = 8 * _HOUR

_TYPES = {"": "text", "i": "image", "v": "video", "a": "audio", "d": "document", "b": "interactive", "u": None}
_ORDERS = frozenset({phrases.ORDER, phrases.ORDER_HI, phrases.ORDER_MR, phrases.ORDER_ES})
_EXTENSIONS = {"image": "jpg", "video": "mp4", "audio": "ogg", "document": "pdf"}


class Code(NamedTuple):
    """The parts of a turn's code, as the docstring of `phrases` describes them."""

    is_inbound: bool
    type: str | None
    is_by_staff: bool
    quotes: bool
    is_failed: bool
    is_unread: bool
    is_late: bool
    is_campaign: bool


class Draft(NamedTuple):
    """A message before it has an id, which it gets in the order of `recorded` and `place`.

    `place` is its index in the list of drafts, `quoted` the place of the message that it replies to.
    """

    recorded: int
    place: int
    quoted: int | None
    row: Row


@cache
def parse_code(text: str) -> Code:
    """Return the parts of a turn's code."""
    letters = text.rstrip("^!?~")
    marks = text[len(letters) :]
    return Code(
        is_inbound=letters[0] == "c",
        type="template" if letters[0] == "t" else _TYPES[letters[1:]],
        is_by_staff=letters[0] == "s",
        # A pressed button always replies to the message that has it.
        quotes="^" in marks or letters == "cb",
        is_failed="!" in marks,
        is_unread="?" in marks,
        is_late="~" in marks,
        is_campaign=letters == "tc",
    )


def write(customers: Sequence[Customer]) -> list[Draft]:
    """Return the newest MESSAGES drafts of the last DAYS days, in the order in which they were recorded."""
    author = _Author(customers)
    author.write_today()
    author.write_oddities()
    author.write_one_time_codes()
    author.write_campaigns()
    author.write_conversations()
    return sorted(author.drafts, key=lambda draft: draft[:2])[-MESSAGES:]


class _Author:
    def __init__(self, customers: Sequence[Customer]) -> None:
        self.customers = customers
        self.contacts = [customer.contact for customer in customers]
        self.random = random.Random(SEED).random  # noqa: S311 - a story, not a secret
        self.drafts: list[Draft] = []
        self.orders: set[int] = set()

    def write_today(self) -> None:
        places = {contact.firstname: who for who, contact in enumerate(self.contacts)}
        for firstname, turns in phrases.TODAY:
            who = places[firstname]
            latest: dict[bool, int | None] = {True: None, False: None}
            last = _last_inbound([code for _, code, _ in turns])
            for number, (minutes, letters, text) in enumerate(turns):
                code = parse_code(letters)
                latest[code.is_inbound] = self.add(
                    who,
                    code,
                    text,
                    -int(minutes * _MINUTE),
                    is_answered=number < last,
                    quoted=latest[not code.is_inbound] if code.quotes else None,
                    staff=who % 4,
                )

    def write_oddities(self) -> None:
        strangers = [who for who, customer in enumerate(self.customers) if not customer.language]
        request, reply = parse_code("c"), parse_code("s^")
        for number, (text, answer) in enumerate((*phrases.ODD, (phrases.LONGEST, phrases.LONG_REPLY), ("", None))):
            who = number * 7 % 60 if answer else strangers[number // 2 % len(strangers)]
            at = self.next_opening(-int((2.61 + number * 4.83) * _DAY))
            place = self.add(who, request, text, at)
            if answer:
                self.add(who, reply, answer.format(name=self.contacts[who].firstname), at + 400, quoted=place)
        for number in range(4):
            self.add(number * 31 + 6, parse_code("cu"), None, -int((4.2 + number * 20.1) * _DAY))

    def write_one_time_codes(self) -> None:
        """Write the codes that the web shop sends through the API, which belong to no conversation."""
        for number in range(DAYS // 10):
            text = phrases.OTP.format(code=f"{104_729 * (number + 3) % 1_000_000:06d}")
            self.add(-1 - number % 50, parse_code("t"), text, -int((1.37 + number * 9.4) * _DAY))

    def write_campaigns(self) -> None:
        products, code = phrases.PRODUCTS["en"], parse_code("tc")
        subscribers = [who for who, one in enumerate(self.customers) if one.language and not one.contact.is_opted_out]
        for number in range(int(DAYS / 6.4)):
            template = phrases.CAMPAIGNS[number % len(phrases.CAMPAIGNS)]
            item = products[number * 3 % len(products)]
            start = -(190 + number * 17 % 60) * _MINUTE - int(number * 6.4) * _DAY - number * 23
            chosen = [who for who in subscribers if self.random() < 0.5]
            for place, who in enumerate(chosen):
                text = template.format(name=self.contacts[who].firstname, item=item)
                self.add(who, code, text, start + place // _BURST, slack=40)

    def write_conversations(self) -> None:
        # The start of today cuts some short, so a few more are planned than are wanted.
        for who, scripts in self.plan(MESSAGES - len(self.drafts) + MESSAGES // 60):
            interval = (DAYS - 1.2) / len(scripts)
            free = -DAYS * _DAY
            for number, script in enumerate(scripts):
                day = int((number + self.random() * 0.7) * interval) - DAYS
                clock = 8 * _HOUR + int((self.random() + self.random()) * 7.4 * _HOUR)
                start = day * _DAY - _CLOCK + clock
                if start < free:
                    start = self.next_opening(free)
                free = self.play(who, script, start) + 5 * _HOUR

    def plan(self, wanted: int) -> list[tuple[int, list[phrases.Script]]]:
        """Return scripts with `wanted` messages by customer: one for each customer, then many for some.

        A customer gets no script twice before all others of their language.
        """
        people = [who for who, customer in enumerate(self.customers) if customer.language]
        queue, eager = people[:], self.eager_customers(people)
        chosen: dict[int, list[phrases.Script]] = {who: [] for who in people}
        while wanted > 0:
            if not queue:
                queue = eager[:]
            who = queue.pop(int(self.random() * len(queue)))
            pool = phrases.SCRIPTS[self.customers[who].language]
            # Seven and the number of scripts of any language have no common factor, so the step reaches all of them.
            script = pool[(who + 7 * len(chosen[who])) % len(pool)]
            chosen[who].append(script)
            wanted -= len(script)
        for scripts in chosen.values():
            scripts.sort(key=lambda script: script is not phrases.NEWCOMER)
        return [(who, scripts) for who, scripts in chosen.items() if scripts]

    def eager_customers(self, people: list[int]) -> list[int]:
        """Return those who write more than once, each as often as they do. Who writes today has written before."""
        today = {name for name, _ in phrases.TODAY}
        # A language with few scripts has few conversations, or they would repeat.
        counts = {
            who: int(len(phrases.SCRIPTS[self.customers[who].language]) * 1.2 * self.random() ** 3) for who in people
        }
        return [who for who in people for _ in range(counts[who] + 3 * (self.contacts[who].firstname in today))]

    def play(self, who: int, script: phrases.Script, start: int) -> int:
        """Write one conversation that begins at `start` and ends before today; return the time of its end."""
        at = start
        theirs: int | None = None
        ours: int | None = None
        staff = int(self.random() * len(phrases.STAFF))
        sells = any(variants[0] in _ORDERS for _, _, variants in script)
        slots = self.fill_slots(who, sells, start, staff)
        last = _last_inbound([letters for letters, _, _ in script])
        for number, (letters, gap, variants) in enumerate(script):
            code = parse_code(letters)
            at += int(gap * _MINUTE * (0.5 + self.random()))
            if code.is_by_staff or gap > 60:
                at = self.next_opening(at)
            if at >= _TODAY:
                break
            text = variants[int(self.random() * len(variants))]
            if text and "{" in text:
                text = text.format_map(slots)
            if not code.is_inbound:
                quoted = theirs if code.quotes else None
                ours = self.add(who, code, text, at, is_answered=number < last, quoted=quoted, staff=staff)
            elif number:
                theirs = self.add(who, code, text, at, is_answered=True, quoted=ours if code.quotes else None)
            else:
                theirs, at = self.open_conversation(who, code, text, at, parse_code(script[1][0]).is_by_staff)
        return at

    def open_conversation(self, who: int, code: Code, text: str | None, at: int, to_staff: bool) -> tuple[int, int]:
        """Write a customer's first message and, if staff will answer it but the shop is closed, the bot's notice.

        Return the place of the message and the time at which it was recorded.
        """
        recorded = self.recording_time(at)
        place = self.add(who, code, text, recorded, is_answered=True, sent=at)
        if to_staff and self.next_opening(recorded) != recorded:
            self.add(who, parse_code("b"), phrases.CLOSED, recorded + 2, is_answered=True)
        return place, recorded

    def fill_slots(self, who: int, sells: bool, start: int, staff: int) -> dict[str, str]:
        """Return the values of a script's slots; sums add up, and order numbers rise with time."""
        customer = self.customers[who]
        # What the conversation does not sell was bought on the web a few days before.
        order = self.new_order(start if sells else start - 2 * _DAY - int(self.random() * 3 * _DAY))
        product, quantity = int(self.random() * len(phrases.PRICES)), 1 + int(self.random() * self.random() * 5)
        names = phrases.PRODUCTS[customer.language]
        size, rupees, dollars = phrases.PRICES[product]
        price, free, postage, sign = (rupees, 999, 60, "₹") if customer.country == "IN" else (dollars, 150, 18, "US$")
        goods = price * quantity
        if goods >= free:
            postage = 0
        return {
            "name": customer.contact.firstname,
            "city": customer.contact.city or "",
            "staff": phrases.STAFF[staff][1],
            "item": names[product],
            "item2": names[(product + 3) % len(names)],
            "size": size,
            "price": f"{sign}{price:,}",
            "qty": str(quantity),
            "ship": f"{sign}{postage}" if postage or customer.language != "en" else "free",
            "total": f"{sign}{goods + postage:,}",
            "order": f"SS-{order}",
            "awb": f"55{order * 7_919 % 100_000_000:08d}",
        }

    def new_order(self, at: int) -> int:
        number = 24_310 + at // (30 * _MINUTE)
        while number in self.orders:
            number += 1
        self.orders.add(number)
        return number

    def next_opening(self, at: int) -> int:
        """Return `at` if the shop is open then, else a time soon after it next opens; it closes one day in seven."""
        day, clock = divmod(at + _CLOCK, _DAY)
        if clock > _CLOSES:
            day, clock = day + 1, 0
        if day % 7 == 4:
            day, clock = day + 1, 0
        if clock >= _OPENS:
            return at
        return day * _DAY - _CLOCK + _OPENS + int(self.random() * 40 * _MINUTE)

    def recording_time(self, at: int) -> int:
        """Return when the API records a message sent at `at`: mostly at once, sometimes hours later."""
        for start in _OUTAGES:
            if start <= at < start + _OUTAGE:
                return start + _OUTAGE + int(self.random() * 3)
        if self.random() < 0.08:
            return at + 5 * _MINUTE + int(self.random() ** 2 * 4 * _HOUR)
        return at

    def add(
        self,
        who: int,
        code: Code,
        text: str | None,
        at: int,
        *,
        is_answered: bool = False,
        quoted: int | None = None,
        staff: int = 0,
        sent: int | None = None,
        slack: int = 3,
    ) -> int:
        """Add a message recorded at `at` and return its place. A `who` below zero stands for no conversation."""
        chance, place, contact = self.random(), len(self.drafts), self.contacts[who]
        status, delay = _outcome(who, code, at, is_answered, chance)
        sender = contact.phone if code.is_inbound else phrases.SHOP_PHONE
        reason = _failure(code, place) if status == "failed" else None
        row = Row(
            id=0,
            interaction_id=contact.interaction_id if who >= 0 else None,
            sender_id=sender if place % 67 or code.is_inbound or code.is_by_staff else None,
            type=code.type,
            message=text,
            status=status if place % 89 != 75 or not code.is_inbound else None,
            is_read=status == "read",
            direction="inbound" if code.is_inbound else "outbound",
            created=at,
            updated=min(at + delay, -1),
            sent=_sending_time(code, at, chance, slack) if sent is None else sent,
            number=contact.phone,
            status_message=reason,
            staff_id=phrases.STAFF[staff][0] if code.is_by_staff else None,
            url=_url(code, place),
            has_wamid=reason is not phrases.MEDIA_FAILURE,
        )
        # Ids do not quite follow `created`.
        self.drafts.append(Draft(at if place % 41 else at + 2, place, quoted, row))
        return place


def _last_inbound(codes: list[str]) -> int:
    """Return the place of the customer's last turn, -1 if there is none. They have read all that comes before it."""
    return max((place for place, code in enumerate(codes) if code[0] == "c"), default=-1)


def _outcome(who: int, code: Code, at: int, is_answered: bool, chance: float) -> tuple[str, int]:
    """Return the final status of a message, and the seconds until it had it."""
    if code.is_inbound:
        return ("delivered", 0) if code.is_unread else ("read", 20 + int(chance * 600))
    if code.is_failed:
        return "failed", 2
    is_template = code.type == "template"
    if not is_answered and chance < (0.045 if is_template else 0.008):
        return "failed", 2 + int(chance * 100)
    if not is_answered and chance < (0.07 if is_template else 0.03):
        return "sent", 1
    # Some people have turned off read receipts.
    if who % 9 == 4 or at > -11 * _MINUTE or (not is_answered and chance < 0.3):
        return "delivered", 2 + int(chance * 30)
    return "read", 15 + int(chance**3 * (2 * _MINUTE if is_answered else 6 * _HOUR))


def _sending_time(code: Code, at: int, chance: float, slack: int) -> int:
    if not code.is_inbound:
        return at + int(chance * 1_000 % slack)
    return at - 47 * _MINUTE if code.is_late else at


def _failure(code: Code, place: int) -> str:
    """Return why a message failed. Media fail at once, so that WhatsApp gives them no id."""
    if code.is_campaign:
        return phrases.CAMPAIGN_FAILURES[place % len(phrases.CAMPAIGN_FAILURES)]
    if code.type == "template":
        return phrases.CAMPAIGN_FAILURES[0]
    return phrases.LATE_FAILURE if code.type in ("text", "interactive") else phrases.MEDIA_FAILURE


def _url(code: Code, place: int) -> str | None:
    """Return the path of a stored file; a few pictures are PNG."""
    if code.type not in _EXTENSIONS:
        return None
    extension = "png" if code.type == "image" and place % 5 == 2 else _EXTENSIONS[code.type]
    return f"media/{(place + 1) * 2_654_435_761 % 2**32:08x}.{extension}"
