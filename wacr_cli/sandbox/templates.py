"""The message templates of the sample workspace, and those for one-time codes.

Where the documentation leaves details open, this module decides as `contacts` does, and:

- The texts are in `header_data_text`, `body_data` and `footer_data`, the buttons in `buttons_data`, a JSON text.
- `fields` selects fields, in the API's order. Other names are ignored.
- `auth/templates` lists the templates of the category AUTHENTICATION, and takes the same parameters.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wacr_cli.sandbox.laravel import (
    ApiError,
    Errors,
    get_text,
    paginate,
    parse_filters,
    parse_page,
    parse_query_string,
    validation_error,
)
from wacr_cli.sandbox.rows import Row, filter_rows, sort_rows

if TYPE_CHECKING:
    from wacr_cli.sandbox.world import Template, World

FILTERS = ("status", "category", "language")
OPERATORS = ("eq", "ne", "in", "not_in", "like")
SORTS = ("template_name", "created_at", "updated_at")
AUTH = "auth/templates"
SCOPES = {"templates": "templates:read", AUTH: "templates:read"}


def templates_response(world: World, name: str, number: str | None, query: str) -> dict[str, object]:
    """Return a page of templates, or the one with the WhatsApp id *number*.

    Raises ApiError if there is no such template or a parameter is invalid.
    """
    rows = [_show(one) for one in world.templates if name != AUTH or one.category == "AUTHENTICATION"]
    if number is not None:
        return _one(rows, number)
    params, errors = parse_query_string(query), Errors()
    rows = filter_rows(rows, parse_filters(params, FILTERS, OPERATORS, errors))
    if words := get_text(params, "search") or get_text(params, "q"):
        rows = [row for row in rows if words.casefold() in f"{row['template_name']}\n{row['category']}".casefold()]
    if sort := get_text(params, "sort"):
        rows = sort_rows(rows, sort, SORTS, errors)
    page, per_page = parse_page(params, errors)
    if errors:
        raise validation_error(errors)
    fields = get_text(params, "fields")
    wanted = fields.split(",") if fields else None
    return paginate(rows, page, per_page, lambda row: {key: row[key] for key in row if not wanted or key in wanted})


def _one(rows: list[Row], number: str) -> dict[str, object]:
    row = next((row for row in rows if row["template_id"] == number), None)
    if row is None:
        raise ApiError(404, "NOT_FOUND", "Template not found.")
    return {"success": True, "data": row}


def _show(template: Template) -> Row:
    return {
        "id": template.id,
        "template_id": template.template_id,
        "template_name": template.name,
        "name": template.name,
        "language": template.language,
        "category": template.category,
        "status": template.status,
        "header_data_format": None,
        "header_data_text": None,
        "header_params_count": 0,
        "body_data": template.body,
        "body_params_count": len(set(re.findall(r"{{\d+}}", template.body))),
        "footer_data": template.footer,
        "footer_params_count": 0,
        "buttons_data": json.dumps([{"type": "URL", "text": text} for text in template.buttons], ensure_ascii=False),
        "created_at": _format_time(template.created),
        "updated_at": _format_time(template.updated),
    }


def _format_time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
