"""``wacr contacts``: list and get."""

from __future__ import annotations

from typing import Annotated

import typer

from wacr_cli.commands.flags import (
    AllOption,
    DryRunOption,
    ExcelOption,
    FieldsOption,
    FormatOption,
    HouseCommand,
    MaxWaitOption,
    NoPagerOption,
    OutputOption,
    PageOption,
    TimeoutOption,
    display_of,
    new_app,
    one_page,
    run_of,
    whole_number,
)
from wacr_cli.core import contacts, models, query

app = new_app("List contacts, or look at some of them.")

LIST_EXAMPLES = """\b
Examples:
  wacr contacts list --search priya
  wacr contacts list --type in:lead,customer --created-at gte:2026-01-01
  wacr contacts list --assigned-id null --sort lastname,firstname
  wacr contacts list --all --output contacts.csv

A filter takes VALUE, VALUE,VALUE, or OP:VALUE where OP is gte, lte, gt, lt, ne,
like, in, not_in, between or null (true or false).
"""
GET_EXAMPLES = """\b
Examples:
  wacr contacts get 5100
  wacr contacts get 5100 5103 --expand groups,source,status --format json
  wacr contacts list --fields id -f tsv | tail -n +2 | wacr contacts get -
"""

ExpandOption = Annotated[
    str | None,
    typer.Option("--expand", metavar="WHAT[,…]", help="Add by name what ids refer to: groups, source, status."),
]


@app.command("list", cls=HouseCommand, epilog=LIST_EXAMPLES)
def list_contacts(
    ctx: typer.Context,
    type_: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="[OP:]VALUE[,…]", help=f"{', '.join(contacts.TYPES)}."),
    ] = None,
    status_id: Annotated[
        list[str] | None, typer.Option("--status-id", metavar="[OP:]ID[,…]", help="The status.")
    ] = None,
    source_id: Annotated[
        list[str] | None, typer.Option("--source-id", metavar="[OP:]ID[,…]", help="Where the contact came from.")
    ] = None,
    assigned_id: Annotated[
        list[str] | None, typer.Option("--assigned-id", metavar="[OP:]ID[,…]", help="Whose contact it is.")
    ] = None,
    created_at: Annotated[
        list[str] | None, typer.Option("--created-at", metavar="[OP:]TIME[,…]", help="When it was made.")
    ] = None,
    group_id: Annotated[
        list[str] | None, typer.Option("--group-id", metavar="[OP:]ID[,…]", help="A group that it is in.")
    ] = None,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", metavar="'FIELD[OP]=VALUE'", help="Any other filter of the API, passed on as it is."),
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", "-s", metavar="TEXT", help="Part of a name, email, phone or company.")
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="FIELD[,…]",
            help=f"{', '.join(contacts.SORT_FIELDS)}, with - for descending. [default: id]",
        ),
    ] = None,
    fields: FieldsOption = None,
    expand: ExpandOption = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-L", metavar="N", parser=whole_number(1), help="At most N contacts. [default: 30]"),
    ] = None,
    all_: AllOption = False,
    page: PageOption = None,
    per_page: Annotated[
        int | None,
        typer.Option(
            "--per-page",
            metavar="N",
            parser=whole_number(1, models.PER_PAGE_MAX),
            help="Contacts a page, with --page. [default: the API's, 15]",
        ),
    ] = None,
    count: Annotated[bool, typer.Option("--count", help="The number of contacts alone.")] = False,
    dry_run: DryRunOption = False,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """List contacts, by id."""
    from wacr_cli.commands import people

    run = run_of(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout)
    words = {
        "type": type_,
        "status_id": status_id,
        "source_id": source_id,
        "assigned_id": assigned_id,
        "created_at": created_at,
        "group_id": group_id,
    }
    question = contacts.ContactQuery(
        filters=contacts.parse_filters(words, [query.parse_raw_filter(text) for text in filters or ()]),
        search=None if search is None else query.parse_search(search),
        sort=() if sort is None else contacts.parse_list(sort, contacts.SORTS, "--sort"),
        include=_expanded(expand),
        page=one_page(page, per_page, limit, everything=all_, count=count),
        per_page=per_page,
        limit=None if all_ or count else limit or 30,
    )
    columns = None if fields is None else query.parse_fields(fields, (*models.CONTACT_FIELDS, *question.include))
    display = display_of(format_, output, excel=excel)
    if dry_run:
        people.show_plan(run, question, count=count)
    elif count:
        people.show_count(run, question, display)
    else:
        people.show_list(run, question, display, columns)


@app.command("get", cls=HouseCommand, epilog=GET_EXAMPLES)
def get_contacts(
    ctx: typer.Context,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID…", help="The contacts' ids; - reads them from standard input.")
    ],
    expand: ExpandOption = None,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show single contacts with all their fields."""
    from wacr_cli.commands import people
    from wacr_cli.commands.messages import ids_of

    run = run_of(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout)
    people.show_contacts(run, ids_of(ids), display_of(format_, output, excel=excel), _expanded(expand))


def _expanded(text: str | None) -> tuple[str, ...]:
    return () if text is None else contacts.parse_list(text, contacts.INCLUDES, "--expand")
