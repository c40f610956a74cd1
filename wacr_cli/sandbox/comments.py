"""The internal notes on the conversation with a number, newest first, all in one response.

The documentation leaves some fields open. Notes are rows of the same table as messages, so they have the same names.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wacr_cli.sandbox.laravel import ApiError
from wacr_cli.sandbox.media import make_url

if TYPE_CHECKING:
    from wacr_cli.sandbox.world import Comment, World

SCOPES = {"comments": "comments:read"}


def comments_response(world: World, number: str | None, origin: str) -> dict[str, object]:
    """Return the notes on the conversation with a phone number, in any notation.

    Raises ApiError if there is no such conversation. *origin* is that of the files.
    """
    digits = re.sub(r"[^0-9]", "", number or "")
    if not digits or not any(row.number == digits and row.interaction_id is not None for row in world.rows):
        raise ApiError(404, "NOT_FOUND", "Conversation not found.")
    found = [_show(one, origin) for one in reversed(world.comments) if one.number == digits]
    return {"success": True, "data": found}


def _show(comment: Comment, origin: str) -> dict[str, object]:
    return {
        "id": comment.id,
        "interaction_id": comment.interaction_id,
        "type": comment.type,
        "message": comment.message,
        "status_message": comment.status_message,
        "url": make_url(comment.url, origin),
        "message_id": None,
        "ref_message_id": None,
        "staff_id": comment.staff_id,
        "sent_at": datetime.fromtimestamp(comment.created, UTC).isoformat(timespec="seconds"),
    }
