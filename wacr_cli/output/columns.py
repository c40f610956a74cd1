"""Columns of tables: the heading, alignment and width of every field that a table can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    ``max_width`` and ``min_width`` are in terminal cells. A column is cut to ``min_width`` where the terminal is
    narrow; 0 means that it is never cut for that reason. A ``flexible`` column takes the room that is left. A
    ``verbatim`` column shows its text as written even where terminals disagree about its width, so that what follows
    may be a little out of line: a name in escapes would not be recognized.
    """

    field: str
    heading: str
    align_right: bool = False
    max_width: int = 24
    min_width: int = 0
    flexible: bool = False
    verbatim: bool = False


COLUMNS: Mapping[str, Column] = {
    column.field: column
    for column in (
        Column("id", "ID", align_right=True, max_width=20),
        Column("interaction_id", "CONV", align_right=True, max_width=20),
        Column("sender_id", "SENDER", max_width=16),
        Column("type", "TYPE", max_width=12, min_width=8),
        Column("message", "MESSAGE", flexible=True),
        Column("status", "STATUS", max_width=10),
        Column("message_id", "WAMID", max_width=60),
        Column("sent_at", "SENT", max_width=32),
        Column("is_read", "READ", max_width=5),
        Column("direction", "DIRECTION", max_width=9),
        Column("deleted_at", "DELETED", max_width=32),
        Column("sender_name", "NAME", max_width=24, min_width=10, verbatim=True),
        Column("name", "NAME", flexible=True),
        Column("phone", "PHONE", max_width=20),
        Column("email", "EMAIL", max_width=40, min_width=12),
        Column("company", "COMPANY", max_width=24, min_width=8),
        Column("created_at", "CREATED", max_width=32),
        Column("updated_at", "UPDATED", max_width=32),
        Column("number", "NUMBER", max_width=16),
        Column("unread", "NEW", align_right=True, max_width=7),
        Column("messages", "MESSAGES", align_right=True, max_width=9),
        Column("last_at", "LAST", max_width=32),
        Column("last_message", "LAST MESSAGE", flexible=True),
        Column("waiting_since", "WAITING", max_width=32),
        Column("window_closes_at", "WINDOW", max_width=32),
        Column("staff_id", "STAFF", align_right=True, max_width=10),
        Column("label", "LABEL", max_width=20, min_width=8),
        Column("note", "NOTE", flexible=True),
        Column("template_id", "TEMPLATE ID", max_width=24),
        Column("template_name", "NAME", max_width=32, min_width=12, verbatim=True),
        Column("language", "LANGUAGE", max_width=8),
        Column("category", "CATEGORY", max_width=14),
        Column("text", "TEXT", flexible=True),
        Column("value", "VALUE", max_width=60, min_width=12),
        Column("origin", "ORIGIN", flexible=True),
    )
}
"""Every field with a column of its own; any other field gets a plain column."""

TIMES = ("sent_at", "created_at", "updated_at", "last_at", "waiting_since")
DEADLINES = ("window_closes_at",)
TEXTS = {"message": "type", "last_message": "last_type"}
"""The fields that hold the text of a message, each with the field that holds its type."""

MESSAGE_COLUMNS = ("id", "sent_at", "interaction_id", "sender_id", "type", "status", "message")
"""What a table of messages shows by default."""

CONVERSATION_COLUMNS = ("unread", "last_at", "waiting_since", "window_closes_at", "last_message")
"""What a table of conversations shows after the id and the name or number."""


def is_time(field: str) -> bool:
    """Return whether a field holds times."""
    return field.endswith("_at") or field in TIMES


def columns_with(added: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of a table of messages with *added* fields next to the sender."""
    at = MESSAGE_COLUMNS.index("sender_id") + 1
    beside = sorted(added, key=("sender_name", "direction", "deleted_at").index)
    return (*MESSAGE_COLUMNS[:at], *beside, *MESSAGE_COLUMNS[at:])


def make_columns(fields: Sequence[str]) -> list[Column]:
    """Return the column of each field."""
    return [COLUMNS.get(field) or Column(field, field.upper()) for field in fields]
