"""``wacr contacts list``: read the contacts that match and write them as they come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    AllOption,
    DryRunOption,
    ExcelOption,
    ExpandOption,
    FieldsOption,
    FormatOption,
    MaxWaitOption,
    NoPagerOption,
    OutputOption,
    PageOption,
    RawFilterOption,
    TimeoutOption,
    Values,
    count_option,
    limit_option,
    output_options,
    parse_page,
    per_page_option,
    value_option,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.lists import Columns, show_count, show_requests, show_rows
from wacr_cli.core import contacts, models
from wacr_cli.core.contacts import ContactQuery, get_name
from wacr_cli.core.models import Row
from wacr_cli.core.query import parse_fields, parse_raw_filter, parse_search

if TYPE_CHECKING:
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr contacts list --search priya
  wacr contacts list --type in:lead,customer --created-at gte:2026-01-01
  wacr contacts list --assigned-id null --sort lastname,firstname
  wacr contacts list --all --output contacts.csv

A filter is VALUE, VALUE,VALUE or OP:VALUE, where OP is gte, lte, gt, lt, ne,
like, in, not_in, between or null (true or false).
"""

_TABLE_COLUMNS = ("id", "phone", "type", "email", "created_at", "name")
"""What a table shows; the name, with the company, comes last, since it may be of any width."""


def list_contacts(
    ctx: typer.Context,
    type_: Annotated[
        list[str] | None, value_option("--type", f"Only contacts of this type: {', '.join(contacts.TYPES)}")
    ] = None,
    status_id: Annotated[Values, value_option("--status-id", "Only contacts with this status", "ID")] = None,
    source_id: Annotated[Values, value_option("--source-id", "Only contacts from this source", "ID")] = None,
    assigned_id: Annotated[
        list[str] | None, value_option("--assigned-id", "Only contacts assigned to this staff member", "ID")
    ] = None,
    created_at: Annotated[
        list[str] | None, value_option("--created-at", "Only contacts created at this time", "TIME")
    ] = None,
    group_id: Annotated[Values, value_option("--group-id", "Only contacts in this group", "ID")] = None,
    filters: RawFilterOption = None,
    search: Annotated[
        str | None,
        typer.Option(
            "--search", "-s", metavar="TEXT", help="Only contacts whose name, email, phone or company contains TEXT"
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="FIELD[,…]",
            help=f"Sort by {', '.join(contacts.SORT_FIELDS)}, with - for descending [default: id]",
        ),
    ] = None,
    fields: FieldsOption = None,
    expand: ExpandOption = None,
    limit: Annotated[int | None, limit_option("contacts")] = None,
    all_: AllOption = False,
    page: PageOption = None,
    per_page: Annotated[int | None, per_page_option("contacts")] = None,
    count: Annotated[bool, count_option("contacts")] = False,
    dry_run: DryRunOption = False,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """List contacts, by id."""
    session = session_from(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout)
    words = {
        "type": type_,
        "status_id": status_id,
        "source_id": source_id,
        "assigned_id": assigned_id,
        "created_at": created_at,
        "group_id": group_id,
    }
    query = ContactQuery(
        filters=contacts.parse_filters(words, [parse_raw_filter(text) for text in filters or ()]),
        search=None if search is None else parse_search(search),
        sort=() if sort is None else contacts.parse_list(sort, contacts.SORTS, "--sort"),
        include=contacts.parse_includes(expand),
        page=parse_page(page, per_page, limit, everything=all_, count=count),
        per_page=per_page,
        limit=None if all_ or count else limit or 30,
    )
    columns = None if fields is None else parse_fields(fields, (*models.CONTACT_FIELDS, *query.include))
    options = output_options(format_, output, excel=excel)
    if dry_run:
        show_requests(session, query, lambda: session.client.contacts, count=count)
    elif count:
        show_count(session, query, options, session.client.contacts)
    else:
        _show_contacts(session, query, options, columns)


def _show_contacts(session: Session, query: ContactQuery, options: OutputOptions, fields: Sequence[str] | None) -> None:
    from wacr_cli.api.lists import list_contacts

    columns = Columns((*models.CONTACT_FIELDS, *query.include), _TABLE_COLUMNS, _add_full_name)
    show_rows(session, query, options, columns, fields, lambda: list_contacts(session.client, query, session.progress))


def _add_full_name(row: Row) -> Row:
    return row | {"name": _format_full_name(row)}


def _format_full_name(row: Row) -> str | None:
    """Return the name of a contact with the company."""
    parts = dict.fromkeys((get_name(row), str(row.get("company") or "")))
    return ", ".join(filter(None, parts)) or None
