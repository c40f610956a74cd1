"""Queries for message templates, and their values."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wacr_cli.core.errors import UsageError
from wacr_cli.core.lists import ListQuery
from wacr_cli.core.models import Row
from wacr_cli.core.query import RawFilter
from wacr_cli.core.validation import choice, did_you_mean, require_utf8, truncate

CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
STATUSES = ("APPROVED", "PENDING", "REJECTED")
"""The documented states; WhatsApp has others, such as PAUSED."""

SORT_FIELDS = ("template_name", "created_at", "updated_at")
SORTS = (*SORT_FIELDS, *(f"-{field}" for field in SORT_FIELDS))

_TEXTS = ("body_data", "body", "body_text", "text", "message")
"""The fields that may have the text; the API's documentation leaves the name open."""

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class TemplateQuery(ListQuery):
    """A query for templates. A name occurs once for each language."""

    path: str = "templates"
    noun: str = "templates"
    tie_breaks: tuple[str, ...] = ("template_name", "created_at")


def parse_filters(
    status: str | None, category: str | None, language: str | None, raw: tuple[RawFilter, ...] = ()
) -> tuple[RawFilter, ...]:
    """Return the filters of flags; upper and lower case of a status or a category are the same."""
    given = {
        "status": _parse_status(status) if status is not None else None,
        "category": choice(category.strip().upper(), CATEGORIES, "--category") if category is not None else None,
        "language": language.strip() if language is not None else None,
    }
    for name, value in given.items():
        if value is not None:
            require_utf8(f"--{name}", value)
        if value == "":
            raise UsageError(f"--{name}: the value is empty", f"Enter a value, or leave out --{name}.")
    found = [*(RawFilter(name, "", value) for name, value in given.items() if value is not None), *raw]
    if len({one.field for one in found if not one.operator}) < sum(not one.operator for one in found):
        raise UsageError("--filter: two values for one field", "Use each field once.")
    return tuple(found)


def _parse_status(text: str) -> str:
    status = text.strip().upper()
    if status and status not in STATUSES:
        raise UsageError(
            f"--status: unknown status {truncate(status)!r}{did_you_mean(status, STATUSES)}",
            f"Use one of: {', '.join(STATUSES)}. For any other status, use --filter 'status=VALUE'.",
        )
    return status


def parse_fields(text: str) -> tuple[str, ...]:
    """Parse a comma-separated list of fields; any name is allowed, since not all of them are documented."""
    names = [name.strip() for name in text.split(",")]
    if wrong := [name for name in names if not _FIELD.fullmatch(name)]:
        raise UsageError(f"--fields: not a field: {truncate(wrong[0])!r}", "Use names such as template_name,status.")
    return tuple(dict.fromkeys(names))


def parse_template_id(text: str) -> str:
    """Return an id of WhatsApp, which is part of a path."""
    if _ID.fullmatch(text):
        return text
    raise UsageError(f"ID: not an id: {truncate(text)!r}", "List the ids with wacr templates list.")


def get_text(template: Row) -> str | None:
    """Return the text of a template, None where no field has one."""
    return next((template[name] for name in _TEXTS if isinstance(template.get(name), str)), None)
