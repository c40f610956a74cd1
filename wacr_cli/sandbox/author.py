"""Writes the talks of the sample workspace: who says what to whom and when, in the words of `phrases`.

While it writes, times are seconds before the moment the world is built for, below zero, so that nothing depends on it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from wacr_cli.sandbox import phrases

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from wacr_cli.sandbox.world import Contact

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# The shop's clock at the moment of building, and when it opens and closes by that clock.
_CLOCK = 17 * _HOUR + 20 * _MINUTE
_OPENS, _CLOSES = 10 * _HOUR, 20 * _HOUR + 30 * _MINUTE
# Whatever is younger is written out in phrases.TODAY.
_TODAY = -6 * _HOUR
# Campaigns leave so many in a second.
_BURST = 24
# The service recorded nothing for a while, thrice; what came in meanwhile was recorded when it was back.
_OUTAGES = (-12 * _DAY - 6 * _HOUR, -39 * _DAY - 6 * _HOUR, -66 * _DAY - 6 * _HOUR)
_OUTAGE = 8 * _HOUR

_TYPES = {"": "text", "i": "image", "v": "video", "a": "audio", "d": "document", "b": "interactive", "u": None}
_ORDERS = frozenset({phrases.ORDER, phrases.ORDER_HI, phrases.ORDER_MR, phrases.ORDER_ES})
_ENDINGS = {"image": "jpg", "video": "mp4", "audio": "ogg", "document": "pdf"}
_SHOP, _NO_UPLOAD = phrases.SHOP_PHONE, phrases.MEDIA_FAILURE
_NOBODY: dict[bool, int | None] = {True: None, False: None}


class Voice(NamedTuple):
    """A turn's code, read: see the head of `phrases`."""

    inbound: bool
    type: str | None
    by_staff: bool
    quotes: bool
    failed: bool
    unread: bool
    late: bool
    campaign: bool


# What a Row has from interaction_id on, in its order.
Fields = tuple[
    int | None,
    str | None,
    str | None,
    str | None,
    str | None,
    bool,
    str,
    int,
    int,
    int,
    str,
    str | None,
    int | None,
    str | None,
    bool,
]
# A message before it has an id: when it arrived, its place in the list of drafts, that of the one it replies to, and
# the rest. A plain tuple, because thousands are made and sorted.
Draft = tuple[int, int, int | None, Fields]


class _Line(NamedTuple):
    """A turn, read: the gap in seconds, and whether it waits for the shop to open."""

    voice: Voice
    inbound: bool
    quotes: bool
    gap: float
    waits: bool
    variants: tuple[str | None, ...]


class _Reading(NamedTuple):
    """A script, read. `last` is the place of the customer's last turn: what was said before it, they have read."""

    lines: tuple[_Line, ...]
    last: int
    sells: bool
    asks_staff: bool


@cache
def voice(code: str) -> Voice:
    """Read the code of a turn."""
    letters = code.rstrip("^!?~")
    marks = code[len(letters) :]
    kind = "template" if letters[0] == "t" else _TYPES[letters[1:]]
    # Who presses a button always answers the message that has it.
    quotes = "^" in marks or letters == "cb"
    return Voice(
        inbound=letters[0] == "c",
        type=kind,
        by_staff=letters[0] == "s",
        quotes=quotes,
        failed="!" in marks,
        unread="?" in marks,
        late="~" in marks,
        campaign=letters == "tc",
    )


def _read(script: phrases.Script) -> _Reading:
    lines = []
    for code, gap, variants in script:
        said = voice(code)
        lines.append(_Line(said, said.inbound, said.quotes, gap * _MINUTE, said.by_staff or gap > 60, variants))
    sells = any(turn[2][0] in _ORDERS for turn in script)
    asks_staff = lines[0].voice.inbound and lines[1].voice.by_staff
    return _Reading(tuple(lines), _last_word([turn[0] for turn in script]), sells, asks_staff)


def write(contacts: Sequence[Contact], source: random.Random, now: int, *, messages: int, days: int) -> list[Draft]:
    """Return some `messages` drafts or more, recorded in the `days` days before `now` (epoch seconds), in no order."""
    author = _Author(contacts, source, now)
    author.today()
    author.oddities()
    author.codes(days)
    author.campaigns(days)
    author.talks(days, messages)
    return author.drafts


class _Author:
    def __init__(self, contacts: Sequence[Contact], source: random.Random, now: int) -> None:
        self.contacts = contacts
        self.now = now
        self.random = source.random
        self.drafts: list[Draft] = []
        self.orders: set[int] = set()

    def today(self) -> None:
        people = {contact.firstname: index for index, contact in enumerate(self.contacts)}
        for firstname, turns in phrases.TODAY:
            who, seen = people[firstname], dict(_NOBODY)
            last = _last_word([code for _, code, _ in turns])
            for number, (minutes, code, text) in enumerate(turns):
                said = voice(code)
                quoted = seen[not said.inbound] if said.quotes else None
                at = -int(minutes * _MINUTE)
                seen[said.inbound] = self.say(who, said, text, at, number < last, quoted, who % 4)

    def oddities(self) -> None:
        strangers = [index for index, contact in enumerate(self.contacts) if not contact.language]
        asked, answer = voice("c"), voice("s^")
        for number, (text, reply) in enumerate((*phrases.ODD, (phrases.LONGEST, phrases.LONG_REPLY), ("", None))):
            who = number * 7 % 60 if reply else strangers[number // 2 % len(strangers)]
            at = self.opening(-int((2.61 + number * 4.83) * _DAY))
            place = self.say(who, asked, text, at)
            if reply:
                self.say(who, answer, reply.format(name=self.contacts[who].firstname), at + 400, quoted=place)
        for number in range(4):
            self.say(number * 31 + 6, voice("cu"), None, -int((4.2 + number * 20.1) * _DAY))

    def codes(self, days: int) -> None:
        """One-time codes for the web shop go out through the API, in nobody's conversation."""
        for number in range(days // 10):
            text = phrases.OTP.format(code=f"{104_729 * (number + 3) % 1_000_000:06d}")
            self.say(-1 - number % 50, voice("t"), text, -int((1.37 + number * 9.4) * _DAY))

    def campaigns(self, days: int) -> None:
        products, template = phrases.PRODUCTS["en"], voice("tc")
        listeners = [who for who, contact in enumerate(self.contacts) if contact.language and not contact.is_opted_out]
        for number in range(int(days / 6.4)):
            words = phrases.CAMPAIGNS[number % len(phrases.CAMPAIGNS)]
            item = products[number * 3 % len(products)]
            start = -(190 + number * 17 % 60) * _MINUTE - int(number * 6.4) * _DAY - number * 23
            chosen = [who for who in listeners if self.random() < 0.5]
            for place, who in enumerate(chosen):
                text = words.format(name=self.contacts[who].firstname, item=item)
                self.say(who, template, text, start + place // _BURST, slack=40)

    def talks(self, days: int, messages: int) -> None:
        readings = {id(script): _read(script) for scripts in phrases.SCRIPTS.values() for script in scripts}
        # Some talks are cut short by today, hence a few more are planned than are wanted.
        for who, scripts in self.plan(messages - len(self.drafts) + messages // 60):
            each = (days - 1.2) / len(scripts)
            free = -days * _DAY
            for number, script in enumerate(scripts):
                day = int((number + self.random() * 0.7) * each) - days
                clock = 8 * _HOUR + int((self.random() + self.random()) * 7.4 * _HOUR)
                start = day * _DAY - _CLOCK + clock
                if start < free:
                    start = self.opening(free)
                free = self.play(who, readings[id(script)], start) + 5 * _HOUR

    def plan(self, wanted: int) -> list[tuple[int, list[phrases.Script]]]:
        """Deal out scripts worth `wanted` messages: one to everybody, many to some, none twice before all others."""
        people = [who for who, contact in enumerate(self.contacts) if contact.language]
        # A language with few scripts has few talks, or they would repeat themselves.
        many = {
            who: int(len(phrases.SCRIPTS[self.contacts[who].language]) * 1.2 * self.random() ** 3) for who in people
        }
        # Who writes today has been here before.
        today = {name for name, _ in phrases.TODAY}
        eager = [who for who in people for _ in range(many[who] + 3 * (self.contacts[who].firstname in today))]
        dealt: dict[int, list[phrases.Script]] = {who: [] for who in people}
        queue = people[:]
        while wanted > 0:
            if not queue:
                queue = eager[:]
            who = queue.pop(int(self.random() * len(queue)))
            pool = phrases.SCRIPTS[self.contacts[who].language]
            # Seven has no factor in common with the number of scripts in any language, so the step meets them all.
            script = pool[(who + 7 * len(dealt[who])) % len(pool)]
            dealt[who].append(script)
            wanted -= len(script)
        for scripts in dealt.values():
            scripts.sort(key=lambda script: script is not phrases.NEWCOMER)
        return [(who, scripts) for who, scripts in dealt.items() if scripts]

    def play(self, who: int, script: _Reading, start: int) -> int:
        """Have one talk from `start` on, at most up to today; return when it ended."""
        rand, at, theirs, ours = self.random, start, None, None
        staff = int(rand() * len(phrases.STAFF))
        slots = self.slots(who, script.sells, start, staff)
        for number, (said, inbound, quotes, gap, waits, variants) in enumerate(script.lines):
            at += int(gap * (0.5 + rand()))
            if waits:
                at = self.opening(at)
            if at >= _TODAY:
                break
            text = variants[int(rand() * len(variants))]
            if text and "{" in text:
                text = text.format_map(slots)
            if not inbound:
                ours = self.say(who, said, text, at, number < script.last, theirs if quotes else None, staff)
            elif number:
                theirs = self.say(who, said, text, at, True, ours if quotes else None)
            else:
                sent, at = at, self.recorded(at)
                theirs = self.say(who, said, text, at, True, sent=sent)
                if script.asks_staff and self.opening(at) != at:
                    self.say(who, voice("b"), phrases.CLOSED, at + 2, True)
        return at

    def slots(self, who: int, sells: bool, start: int, staff: int) -> dict[str, str]:
        """Return what the braces of a script stand for; sums add up, and order numbers rise with time."""
        contact = self.contacts[who]
        # What is not sold in the talk itself was bought on the web a few days before, without a word.
        order = self.order(start if sells else start - 2 * _DAY - int(self.random() * 3 * _DAY))
        product, quantity = int(self.random() * len(phrases.PRICES)), 1 + int(self.random() * self.random() * 5)
        names = phrases.PRODUCTS[contact.language]
        size, rupees, dollars = phrases.PRICES[product]
        price, free, postage, sign = (rupees, 999, 60, "₹") if contact.country == "IN" else (dollars, 150, 18, "US$")
        goods = price * quantity
        if goods >= free:
            postage = 0
        return {
            "name": contact.firstname,
            "city": contact.city or "",
            "staff": phrases.STAFF[staff][1],
            "item": names[product],
            "item2": names[(product + 3) % len(names)],
            "size": size,
            "price": f"{sign}{price:,}",
            "qty": str(quantity),
            "ship": f"{sign}{postage}" if postage or contact.language != "en" else "free",
            "total": f"{sign}{goods + postage:,}",
            "order": f"SS-{order}",
            "awb": f"55{order * 7_919 % 100_000_000:08d}",
        }

    def order(self, at: int) -> int:
        number = 24_310 + at // (30 * _MINUTE)
        while number in self.orders:
            number += 1
        self.orders.add(number)
        return number

    def opening(self, at: int) -> int:
        """Return `at` where the shop is open then, else a while after it next opens; it rests one day in seven."""
        day, clock = divmod(at + _CLOCK, _DAY)
        if clock > _CLOSES:
            day, clock = day + 1, 0
        if day % 7 == 4:
            day, clock = day + 1, 0
        if clock >= _OPENS:
            return at
        return day * _DAY - _CLOCK + _OPENS + int(self.random() * 40 * _MINUTE)

    def recorded(self, at: int) -> int:
        """Return when a message sent at `at` was recorded: mostly at once, at times hours later."""
        for start in _OUTAGES:
            if start <= at < start + _OUTAGE:
                return start + _OUTAGE + int(self.random() * 3)
        if self.random() < 0.08:
            return at + 5 * _MINUTE + int(self.random() ** 2 * 4 * _HOUR)
        return at

    def say(
        self,
        who: int,
        said: Voice,
        text: str | None,
        at: int,
        answered: bool = False,
        quoted: int | None = None,
        staff: int = 0,
        sent: int | None = None,
        slack: int = 3,
    ) -> int:
        """Record a message at `at` and return its place among the drafts. A `who` below zero has no conversation."""
        chance, place, contact = self.random(), len(self.drafts), self.contacts[who]
        inbound, kind, by_staff = said.inbound, said.type, said.by_staff
        reason, sender, now = None, contact.phone, self.now
        if inbound:
            status, delay = ("delivered", 0) if said.unread else ("read", 20 + int(chance * 600))
            sent = at - 47 * _MINUTE if said.late else at if sent is None else sent
        else:
            sender = _SHOP
            status, delay = _fate(who, said, at, answered, chance)
            sent = at + int(chance * 1_000 % slack)
            if status == "failed":
                reason = _reason(said, place)
        fields = (
            contact.interaction_id if who >= 0 else None,
            sender if place % 67 or inbound or by_staff else None,
            kind,
            text,
            status if place % 89 != 75 or not inbound else None,
            status == "read",
            "inbound" if inbound else "outbound",
            now + at,
            now + (at + delay if at + delay < 0 else -1),
            now + sent,
            contact.phone,
            reason,
            phrases.STAFF[staff][0] if by_staff else None,
            _url(kind, inbound, place) if kind in _ENDINGS else None,
            # What failed at once never got an id from WhatsApp.
            reason is not _NO_UPLOAD,
        )
        # Some are numbered a moment before they are recorded: ids do not quite follow created.
        self.drafts.append((at if place % 41 else at + 2, place, quoted, fields))
        return place


def _last_word(codes: list[str]) -> int:
    return max((place for place, code in enumerate(codes) if code[0] == "c"), default=-1)


def _fate(who: int, said: Voice, at: int, answered: bool, chance: float) -> tuple[str, int]:
    """Return what became of a message to contact `who`: its status, and after how many seconds."""
    if said.failed:
        return "failed", 2
    template = said.type == "template"
    if not answered and chance < (0.045 if template else 0.008):
        return "failed", 2 + int(chance * 100)
    if not answered and chance < (0.07 if template else 0.03):
        return "sent", 1
    # Some people have turned off read receipts.
    if who % 9 == 4 or at > -11 * _MINUTE or (not answered and chance < 0.3):
        return "delivered", 2 + int(chance * 30)
    return "read", 15 + int(chance**3 * (2 * _MINUTE if answered else 6 * _HOUR))


def _reason(said: Voice, place: int) -> str:
    if said.campaign:
        return phrases.CAMPAIGN_FAILURES[place % len(phrases.CAMPAIGN_FAILURES)]
    if said.type == "template":
        return phrases.CAMPAIGN_FAILURES[0]
    return phrases.LATE_FAILURE if said.type in ("text", "interactive") else _NO_UPLOAD


def _url(kind: str, inbound: bool, place: int) -> str:
    """Return where a file is: the stored name for what customers send, an address for what the shop sends."""
    name = f"{(place + 1) * 2_654_435_761 % 2**32:08x}.{_ENDINGS[kind]}"
    return name if inbound else f"https://media.saunfandsons.example/{kind}/{name}"
