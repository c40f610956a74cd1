"""``wacr templates list``: read the message templates that match and write them as they come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.commands.flags import (
    AllOption,
    DryRunOption,
    ExcelOption,
    FieldsOption,
    FormatOption,
    MaxWaitOption,
    NoPagerOption,
    OutputOption,
    PageOption,
    RawFilterOption,
    TimeoutOption,
    count_option,
    limit_option,
    output_options,
    parse_page,
    per_page_option,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.lists import Columns, show_count, show_requests, show_rows
from wacr_cli.commands.shared import explain_missing
from wacr_cli.core import models, templates
from wacr_cli.core.contacts import parse_list
from wacr_cli.core.query import parse_raw_filter, parse_search
from wacr_cli.core.templates import TemplateQuery

if TYPE_CHECKING:
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr templates list
  wacr templates list --status APPROVED --category MARKETING
  wacr templates list --search order --language en
  wacr templates list --all --format json | jq -r '.[].template_name'

A template has one entry for each language. The list needs the scope
templates:read.
"""

_COLUMNS = Columns(
    models.TEMPLATE_FIELDS,
    ("template_id", "template_name", "language", "category", "status", "text"),
    lambda row: row | {"text": templates.get_text(row)},
)


def list_templates(
    ctx: typer.Context,
    status: Annotated[
        str | None,
        typer.Option(
            "--status", metavar="STATUS", help=f"Only templates in this state: {', '.join(templates.STATUSES)}"
        ),
    ] = None,
    category: Annotated[
        str | None,
        typer.Option(
            "--category", metavar="CATEGORY", help=f"Only templates of this category: {', '.join(templates.CATEGORIES)}"
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", metavar="CODE", help="Only templates in this language, such as en or en_US"),
    ] = None,
    filters: RawFilterOption = None,
    search: Annotated[
        str | None,
        typer.Option("--search", "-s", metavar="TEXT", help="Only templates whose name or category contains TEXT"),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            "--sort",
            metavar="FIELD[,…]",
            help=f"Sort by {', '.join(templates.SORT_FIELDS)}, with - for descending [default: template_name]",
        ),
    ] = None,
    fields: FieldsOption = None,
    limit: Annotated[int | None, limit_option("templates")] = None,
    all_: AllOption = False,
    page: PageOption = None,
    per_page: Annotated[int | None, per_page_option("templates")] = None,
    count: Annotated[bool, count_option("templates")] = False,
    dry_run: DryRunOption = False,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """List message templates, by name."""
    session = session_from(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout)
    raw = tuple(parse_raw_filter(text) for text in filters or ())
    query = TemplateQuery(
        filters=templates.parse_filters(status, category, language, raw),
        search=None if search is None else parse_search(search),
        sort=() if sort is None else parse_list(sort, templates.SORTS, "--sort"),
        page=parse_page(page, per_page, limit, everything=all_, count=count),
        per_page=per_page,
        limit=None if all_ or count else limit or 30,
    )
    chosen = None if fields is None else templates.parse_fields(fields)
    options = output_options(format_, output, excel=excel)
    with explain_missing("templates"):
        _show(session, query, options, chosen, count=count, dry_run=dry_run)


def _show(
    session: Session,
    query: TemplateQuery,
    options: OutputOptions,
    chosen: Sequence[str] | None,
    *,
    count: bool,
    dry_run: bool,
) -> None:
    if dry_run:
        show_requests(session, query, lambda: session.client.templates, count=count)
        return
    if count:
        show_count(session, query, options, session.client.templates)
        return
    from wacr_cli.api.lists import list_rows

    show_rows(
        session, query, options, _COLUMNS, chosen, lambda: list_rows(session.client.templates, query, session.progress)
    )
