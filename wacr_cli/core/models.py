"""The rows of the API: their fields in its order, and the sets of values it documents.

A row stays the JSON object that was received, so that nothing is lost on the way through.
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
"""What ``GET /messages`` answers for each message."""

DETAIL_FIELDS = (*LIST_FIELDS, "status_message", "ref_message_id", "url", "staff_id")
"""What ``GET /messages/{id}`` answers."""

TYPES = ("text", "template", "image", "video", "document", "audio", "interactive")
"""The documented types: an open set, others may appear."""

STATUSES = ("sent", "delivered", "read", "failed")
DIRECTIONS = ("inbound", "outbound")
SORTS = ("created_at", "updated_at", "-created_at", "-updated_at")
LOCAL_SORTS = (*SORTS, "sent_at", "-sent_at")
"""The orders of the archive, which can do one that the API has not."""

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
"""What ``GET /contacts`` and ``GET /contacts/{id}`` answer for each contact."""

DEFAULT_LIMIT = 60
"""Calls a minute that a token may make, where neither the service nor the person said otherwise."""

PER_PAGE_DEFAULT = 15
PER_PAGE_MAX = 100
"""Rows: the most that one answer of the API holds."""
