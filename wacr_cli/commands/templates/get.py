"""``wacr templates get``: single message templates with all their fields."""

from __future__ import annotations

from typing import Annotated

import typer

from wacr_cli.commands.flags import (
    ExcelOption,
    FormatOption,
    MaxWaitOption,
    NoPagerOption,
    OutputOption,
    TimeoutOption,
    output_options,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.shared import read_words, write_found
from wacr_cli.core import models
from wacr_cli.core.templates import parse_template_id

EXAMPLES = """\b
Examples:
  wacr templates get 1207307919000000
  wacr templates get 1207307919000000 --format json | jq -r .body_data
  wacr templates list --fields template_id | tail -n +2 | wacr templates get -

The id is WhatsApp's, which lists show as template_id.
"""


def get_templates(
    ctx: typer.Context,
    ids: Annotated[
        list[str],
        typer.Argument(metavar="ID…", help="WhatsApp's ids of the templates; - reads them from standard input"),
    ],
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show single message templates with all their fields."""
    from wacr_cli.output.writers import template_view

    session = session_from(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout)
    wanted = [parse_template_id(word) for word in read_words(ids)]
    options = output_options(format_, output, excel=excel)
    client = session.client
    view = template_view(session.console, single=len(wanted) == 1)
    with session.output(options).rows(models.TEMPLATE_FIELDS, view=view) as writer:
        hint = "List the existing ids with wacr templates list: they are WhatsApp's."
        write_found(session, writer, wanted, client.template, noun="template", hint=hint)
