"""``wacr comments``: the team's internal notes on a conversation."""

from __future__ import annotations

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
    TimeoutOption,
    limit_option,
    output_options,
    parse_limit,
)
from wacr_cli.commands.framework import Command, new_app, session_from
from wacr_cli.commands.lists import Columns, read_comments, show_rows
from wacr_cli.core import models
from wacr_cli.core.comments import make_query, parse_number
from wacr_cli.core.models import Row
from wacr_cli.core.query import parse_fields

if TYPE_CHECKING:
    from wacr_cli.session import Session

app = new_app("Read the team's internal notes on conversations")

EXAMPLES = """\b
Examples:
  wacr comments list 910000010000
  wacr comments list '+91 00000 10000' --all --format json
  wacr comments list 910000010000 --output notes.csv

The customer never sees these notes. They take one call. To read them among
the messages, use wacr conversations show ID --comments.
"""


@app.command("list", cls=Command, epilog=EXAMPLES)
def list_comments(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The customer's phone number, with the country code")],
    fields: FieldsOption = None,
    limit: Annotated[int | None, limit_option("notes")] = None,
    all_: AllOption = False,
    dry_run: DryRunOption = False,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """List the internal notes on a customer's conversation, newest first."""
    session = session_from(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout)
    digits = parse_number(number)
    chosen = None if fields is None else parse_fields(fields, models.COMMENT_FIELDS)
    query = make_query(digits, parse_limit(limit, everything=all_))
    options = output_options(format_, output, excel=excel)
    if dry_run:
        _show_request(session, query.path)
        return
    columns = Columns(models.COMMENT_FIELDS, _TABLE_COLUMNS, _make_table_row)
    show_rows(session, query, options, columns, chosen, lambda: read_comments(session, digits, query.limit))


_TABLE_COLUMNS = ("id", "sent_at", "staff_id", "label", "note")


def _make_table_row(row: Row) -> Row:
    """Return a note whose text is without HTML; a note without text shows its file."""
    from wacr_cli.output.sanitize import html_to_text

    text = row.get("message")
    shown = html_to_text(text) if isinstance(text, str) else text
    return row | {"label": row.get("status_message"), "note": shown or row.get("url"), "message": shown}


def _show_request(session: Session, path: str) -> None:
    """Write the only request as a curl command."""
    from wacr_cli.api import dry_run
    from wacr_cli.output.options import OutputOptions

    request = dry_run.curl(session.settings.api_url, [], path)
    session.output(OutputOptions(format="jsonl")).text(request)
    session.console.note(f"{dry_run.format_cost(1, session.limit)}.")
