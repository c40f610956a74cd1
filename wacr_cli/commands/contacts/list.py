"""``wacr contacts list``: read the contacts that match and write them as they come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from wacr_cli.commands.shared import check_complete, format_cost, format_summary, write_windows
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
        _show_requests(session, query, count=count)
    elif count:
        _show_count(session, query, options)
    else:
        _show_contacts(session, query, options, columns)


def _show_contacts(session: Session, query: ContactQuery, options: OutputOptions, fields: Sequence[str] | None) -> None:
    from wacr_cli.api.lists import list_contacts
    from wacr_cli.output.writers import table_view

    start = session.clock.monotonic()
    client = session.client
    session.progress.noun = "contacts"
    output = session.output(options)
    columns = fields or (*models.CONTACT_FIELDS, *query.include)
    view = table_view(session.console, session.clock.now, fields or _TABLE_COLUMNS)
    with output.rows(columns, fields=fields, view=view) as writer:
        listing = list_contacts(client, query, session.progress)
        windows = _add_full_names(listing.windows) if output.format == "table" else listing.windows
        number = write_windows(session, writer, windows)
        check_complete(listing)
    cost = format_cost(session.progress.calls, session.clock.monotonic() - start)
    session.console.note(format_summary(query, listing, number, cost, noun="contact"))


def _add_full_names(windows: Iterable[list[Row]]) -> Iterator[list[Row]]:
    for rows in windows:
        yield [row | {"name": _format_full_name(row)} for row in rows]


def _format_full_name(row: Row) -> str | None:
    """Return the name of a contact with the company."""
    parts = dict.fromkeys((get_name(row), str(row.get("company") or "")))
    return ", ".join(filter(None, parts)) or None


def _show_count(session: Session, query: ContactQuery, options: OutputOptions) -> None:
    from wacr_cli.api.lists import count_contacts

    client = session.client
    with session.output(options).open() as sink:
        number = count_contacts(client, query, session.progress)
        session.console.clear_status()
        sink.write(f"{number}\n")


def _show_requests(session: Session, query: ContactQuery, *, count: bool) -> None:
    """Write the requests of a query as curl commands, and report what they would cost."""
    from wacr_cli.api import dry_run, lists
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.settings import credentials

    if count:
        calls = [[*lists.contact_params(query, walking=False), ("page", "1"), ("per_page", "1")]]
    else:
        total = None
        is_length_unknown = query.page is None and (query.limit is None or query.limit > models.PER_PAGE_MAX)
        if is_length_unknown and (session.settings.demo or credentials.has_token(session.environ, session.settings)):
            total = lists.fetch_contact_total(session.client, query)
            session.console.note("Read the number of contacts with 1 call.")
        calls = dry_run.contact_requests(query, total)
    url = session.settings.api_url
    session.output(OutputOptions(format="jsonl")).text(*(dry_run.curl(url, params, "contacts") for params in calls))
    if count or query.page is not None or query.limit is not None or total is not None:
        session.console.note(f"{dry_run.format_cost(len(calls), session.limit)}.")
    else:
        session.console.note(f"1 call for every {models.PER_PAGE_MAX} contacts; their number is unknown.")
