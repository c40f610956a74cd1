"""The internal notes and the templates of the sample workspace, made from the texts of `phrases.notes`."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from scripts.sample.customers import Customer
from scripts.sample.phrases import STAFF
from scripts.sample.phrases.notes import COMMON, NOTES, TEMPLATES
from wacr_cli.sandbox.world import Comment, Row, Template

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_COMMON_NOTES = 40
_FIRST_TEMPLATE = 1_207_300_000_000_000


def make_comments(customers: Sequence[Customer], rows: Sequence[Row]) -> list[Comment]:
    """Return the notes, oldest first. Each has an id that no message has, since both are rows of one table."""
    used = {row.id for row in rows}
    free = [number for number in range(min(used), max(used)) if number not in used]
    times = [row.created for row in rows]
    comments = []
    for comment in sorted(_write_comments(customers), key=lambda one: one.created):
        message = rows[max(bisect_right(times, comment.created) - 1, 0)]
        number = free.pop(max(bisect_right(free, message.id) - 1, 0))
        comments.append(comment._replace(id=number))
    return comments


def _write_comments(customers: Sequence[Customer]) -> Iterator[Comment]:
    places = {customer.contact.firstname: customer for customer in customers}
    for firstname, notes in NOTES:
        for minutes, staff, label, text in notes:
            yield _make_comment(places[firstname], text, label, staff, -int(minutes * _MINUTE))
    regulars = [customer for customer in customers if customer.language]
    for number in range(_COMMON_NOTES):
        label, text = COMMON[number % len(COMMON)]
        staff = STAFF[number % len(STAFF)][0]
        at = -int((3.3 + number * 2.1) * _DAY) - number * 17 % 9 * _HOUR
        yield _make_comment(regulars[(number * 13 + 5) % len(regulars)], text, label, staff, at)


def _make_comment(customer: Customer, text: str | None, label: str, staff: int, at: int) -> Comment:
    return Comment(
        id=0,
        interaction_id=customer.contact.interaction_id,
        number=customer.contact.phone,
        type="text" if text else "image",
        message=text,
        status_message=label,
        url=None if text else f"media/note{-at:x}.png",
        staff_id=staff,
        created=at,
    )


def make_templates() -> list[Template]:
    """Return the templates, by id."""
    return [
        Template(
            id=11 + number,
            template_id=str(_FIRST_TEMPLATE + (number + 1) * 7_919_000_000 % 900_000_000_000),
            name=name,
            language=language,
            category=category,
            status=status,
            body=_to_whatsapp(text),
            footer=footer,
            buttons=re.findall(r"<a [^>]*>(.*?)</a>", text),
            created=-(380 - number * 19) * _DAY,
            updated=-(90 - number * 3) * _DAY - number * 71,
        )
        for number, (name, language, category, status, text, footer) in enumerate(TEMPLATES)
    ]


def _to_whatsapp(text: str) -> str:
    """Return a text in WhatsApp's notation: `*bold*`, `_italic_`, and numbered slots `{{1}}`."""
    slots: list[str] = []

    def number_slot(found: re.Match[str]) -> str:
        if found[1] not in slots:
            slots.append(found[1])
        return f"{{{{{slots.index(found[1]) + 1}}}}}"

    text = re.sub(r"(?:<br>)?<a [^>]*>.*?</a>", "", text)
    text = re.sub(r"</?b>", "*", text)
    text = re.sub(r"</?i>", "_", text)
    return html.unescape(re.sub(r"{(\w+)}", number_slot, text.replace("<br>", "\n"))).strip()
