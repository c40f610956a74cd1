"""List conversations, counted from their messages in one pass over an index that has every column it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from wacr_cli.archive.rows import decode_row
from wacr_cli.archive.select import make_placeholders
from wacr_cli.core.conversations import FAILED, Conversation, ConversationQuery
from wacr_cli.core.models import Row
from wacr_cli.core.times import to_microseconds

Fetch = Callable[[str, Sequence[object]], list[Any]]

_CHUNK = 500
# Before every time, and still 64 bits to every database.
_NEVER = -(2**62)
_HINT = "/*hint*/"
_HERE = "m.interaction_id = c.id AND m.deleted_at IS NULL"
_IN = "m.direction = 'inbound'"
_REPLY = f"m.direction = 'outbound' AND (m.status IS NULL OR m.status <> '{FAILED}')"
_LAST_IN = f"SELECT max(m.id) FROM messages AS m {_HINT} WHERE {_HERE} AND {_IN} AND m.sent_us = c.in_us"  # noqa: S608
_LAST_REPLY = f"SELECT max(m.id) FROM messages AS m {_HINT} WHERE {_HERE} AND {_REPLY} AND m.sent_us = c.out_us"  # noqa: S608

_COUNTED = f"""
SELECT m.interaction_id AS id, count(*) AS messages, count(*) FILTER (WHERE {_IN} AND NOT m.is_read) AS unread,
    max(m.sent_us) AS last_us, max(m.sent_us) FILTER (WHERE {_IN}) AS in_us,
    max(m.sent_us) FILTER (WHERE {_REPLY}) AS out_us
FROM messages AS m {_HINT} WHERE m.deleted_at IS NULL AND {{which}} GROUP BY m.interaction_id
"""  # noqa: S608 - names of our own, here and below

# Of one moment, the message with the greater id is the later one.
_WAITING = f"""(c.in_us IS NOT NULL AND (c.out_us IS NULL OR c.in_us > c.out_us
    OR (c.in_us = c.out_us AND ({_LAST_IN}) > ({_LAST_REPLY}))))"""

_CHOSEN = f"""
SELECT c.*, count(*) OVER () AS matching FROM ({_COUNTED}) AS c WHERE {{wanted}}
ORDER BY COALESCE(c.last_us, {_NEVER}) DESC, c.id DESC {{limit}}
"""  # noqa: S608

_ENDS = f"""
SELECT c.*, ({_LAST_IN}) AS in_id, ({_LAST_REPLY}) AS out_id,
    (SELECT max(m.id) FROM messages AS m {_HINT} WHERE {_HERE} AND m.sent_us = c.last_us) AS last_id
FROM ({_CHOSEN}) AS c
"""  # noqa: S608

_FOUND = f"""
SELECT c.id, c.messages, c.unread, c.matching, c.in_id,
    COALESCE(c.last_id, (SELECT max(m.id) FROM messages AS m {_HINT} WHERE {_HERE})) AS last_id,
    (SELECT m.id FROM messages AS m {_HINT} WHERE {_HERE} AND {_IN} AND m.sent_us >= COALESCE(c.out_us, {_NEVER})
        AND (c.out_us IS NULL OR m.sent_us > c.out_us OR m.id > c.out_id)
        ORDER BY m.sent_us, m.id LIMIT 1) AS waiting_id
FROM ({_ENDS}) AS c ORDER BY COALESCE(c.last_us, {_NEVER}) DESC, c.id DESC
"""  # noqa: S608


def list_conversations(fetch: Fetch, query: ConversationQuery, hint: str) -> list[Conversation]:
    """Return the conversations that match, the one with the newest message first.

    *hint* stands after the table's name, and names the index where the database would not choose it.
    """
    which = "m.interaction_id IS NOT NULL"
    if query.ids is not None:
        which = f"m.interaction_id IN ({make_placeholders(len(query.ids))})"
    wanted = ["1 = 1", *[_WAITING] * query.waiting, *["c.unread > 0"] * query.unread]
    sql = _FOUND.format(
        which=which,
        wanted=" AND ".join(wanted),
        limit="" if query.limit is None else f"LIMIT {query.limit}",
    ).replace(_HINT, hint)
    found = fetch(sql, query.ids or ())
    rows = _fetch_rows(fetch, [number for columns in found for number in columns[4:] if number is not None])
    return [
        Conversation(number, messages, unread, rows[last], rows.get(inbound), rows.get(waiting), matching)
        for number, messages, unread, matching, inbound, last, waiting in found
    ]


def count_outbound(fetch: Fetch, since: datetime) -> dict[str | None, int]:
    """Return the number of outbound messages sent since a moment, by their status."""
    sql = (
        "SELECT status, count(*) FROM messages "
        "WHERE sent_us >= ? AND direction = 'outbound' AND deleted_at IS NULL GROUP BY status"
    )
    return {status: int(number) for status, number in fetch(sql, (to_microseconds(since),))}


def _fetch_rows(fetch: Fetch, ids: list[int]) -> dict[int, Row]:
    """Return messages by their ids."""
    unique = sorted(set(ids))
    rows: dict[int, Row] = {}
    for at in range(0, len(unique), _CHUNK):
        some = unique[at : at + _CHUNK]
        places = make_placeholders(len(some))
        sql = f"SELECT id, raw, direction, deleted_at FROM messages WHERE id IN ({places})"  # noqa: S608
        rows |= {number: decode_row(*columns) for number, *columns in fetch(sql, some)}
    return rows
