"""The rows of the API: their fields in the API's order, and the documented values.

A row stays the JSON object that was received, so that nothing is lost.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

LIST_FIELDS = (
    "id",
    "interaction_id",
    "sender_id",
    "type",
    "message",
    "status",
    "message_id",
    "sent_at",
    "is_read",
)
"""The fields of a message in ``GET /messages``."""

DETAIL_FIELDS = (*LIST_FIELDS, "status_message", "ref_message_id", "url", "staff_id")
"""The fields of a message in ``GET /messages/{id}``."""

EXTRA_FIELDS = DETAIL_FIELDS[len(LIST_FIELDS) :]
"""The fields of a message that lists lack."""

TYPES = ("text", "template", "image", "video", "document", "audio", "interactive")
"""The documented types; others may exist."""

TYPES_WITHOUT_FILE = (
    *("text", "template", "interactive", "button", "reaction", "location", "contacts", "order", "system"),
    *("unsupported", "unknown"),
)
"""The types of messages that consist of text or data; any other type has a file."""

DETAIL_KINDS = ("failed", "media", "replies", "outbound", "all")
"""The kinds of messages whose details a sync reads; ``replies`` are texts and choices of customers."""

STATUSES = ("sent", "delivered", "read", "failed")
DIRECTIONS = ("inbound", "outbound")
SORTS = ("created_at", "updated_at", "-created_at", "-updated_at")
LOCAL_SORTS = (*SORTS, "sent_at", "-sent_at")
"""The sort orders of the archive, which has more than the API."""

SEARCH_MODES = ("text", "words")

CONTACT_FIELDS = (
    "id",
    "firstname",
    "lastname",
    "company",
    "type",
    "email",
    "phone",
    "status_id",
    "source_id",
    "description",
    "city",
    "state",
    "zip",
    "address",
    "country_id",
    "assigned_id",
    "group_id",
    "is_opted_out",
    "created_at",
    "updated_at",
)
"""The fields of a contact in ``GET /contacts`` and ``GET /contacts/{id}``."""

COMMENT_FIELDS = (
    "id",
    "interaction_id",
    "type",
    "message",
    "status_message",
    "url",
    "message_id",
    "ref_message_id",
    "staff_id",
    "sent_at",
)
"""The fields of a note in ``GET /comments/{mobile}``; not all of them are documented."""

TEMPLATE_FIELDS = (
    "id",
    "template_id",
    "template_name",
    "language",
    "category",
    "status",
    "created_at",
    "updated_at",
)
"""The documented fields of a template in ``GET /templates`` and ``GET /templates/{id}``; its texts are not."""

DEFAULT_LIMIT = 60
"""Calls per minute for a token, where neither the API nor the settings give another number."""

PER_PAGE_DEFAULT = 15
PER_PAGE_MAX = 100
"""The most rows in one response of the API."""
