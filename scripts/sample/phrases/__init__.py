"""The texts of the sample workspace: a spice shop in Pune, its customers, and their conversations.

A *script* is a conversation: a sequence of turns `(code, gap, variants)`. The first letter of the code is the sender:
`c` the customer, `s` staff, `b` a bot, `t` the shop's system, with a template (`tc`: of a campaign). The second letter
is the type: `i` image, `v` video, `a` audio, `d` document, `b` buttons or a list, `u` a type that the API does not
know; without it, the type is text. Marks can follow: `^` replies to the latest message of the other side, `!` failed,
`?` unread, `~` recorded long after it was sent.

The gap is the usual number of minutes since the turn before. One of the variants is written; None is a message without
text. `author` fills in the `{slots}`.
"""

from __future__ import annotations

from scripts.sample.phrases.english_sales import ENGLISH_SALES
from scripts.sample.phrases.english_service import ENGLISH_SERVICE
from scripts.sample.phrases.languages import (
    ARABIC,
    CHINESE,
    HEBREW,
    HINDI,
    JAPANESE,
    MARATHI,
    PORTUGUESE,
    SPANISH,
    TAMIL,
)
from scripts.sample.phrases.notation import Script
from scripts.sample.phrases.odd import LONG_REPLY, LONGEST, ODD
from scripts.sample.phrases.people import COMPANIES, PEOPLE, Person
from scripts.sample.phrases.shop import PRICES, PRODUCTS, SHOP_PHONE, STAFF
from scripts.sample.phrases.templates import (
    CAMPAIGN_FAILURES,
    CAMPAIGNS,
    CLOSED,
    LATE_FAILURE,
    MEDIA_FAILURE,
    ORDER,
    ORDER_ES,
    ORDER_HI,
    ORDER_MR,
    OTP,
)
from scripts.sample.phrases.today import TODAY

__all__ = [
    "CAMPAIGNS",
    "CAMPAIGN_FAILURES",
    "CLOSED",
    "COMPANIES",
    "LATE_FAILURE",
    "LONGEST",
    "LONG_REPLY",
    "MEDIA_FAILURE",
    "NEWCOMER",
    "ODD",
    "ORDER",
    "ORDER_ES",
    "ORDER_HI",
    "ORDER_MR",
    "OTP",
    "PEOPLE",
    "PRICES",
    "PRODUCTS",
    "SCRIPTS",
    "SHOP_PHONE",
    "STAFF",
    "TODAY",
    "Person",
    "Script",
]

SCRIPTS: dict[str, tuple[Script, ...]] = {
    "en": (*ENGLISH_SERVICE, *ENGLISH_SALES),
    "hi": HINDI,
    "mr": MARATHI,
    "ta": TAMIL,
    "ar": ARABIC,
    "he": HEBREW,
    "zh": CHINESE,
    "ja": JAPANESE,
    "es": SPANISH,
    "pt": PORTUGUESE,
}

# New customers write this before anything else.
NEWCOMER = ENGLISH_SALES[-1]
