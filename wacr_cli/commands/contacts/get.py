"""``wacr contacts get``: single contacts with all their fields."""

from __future__ import annotations

from typing import Annotated

import typer

from wacr_cli.commands.flags import (
    ExcelOption,
    ExpandOption,
    FormatOption,
    MaxWaitOption,
    NoPagerOption,
    OutputOption,
    TimeoutOption,
    output_options,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.shared import parse_ids, write_found
from wacr_cli.core import contacts, models
from wacr_cli.core.models import Row

EXAMPLES = """\b
Examples:
  wacr contacts get 5100
  wacr contacts get 5100 5103 --expand groups,source,status --format json
  wacr contacts list --fields id -f tsv | tail -n +2 | wacr contacts get -
"""


_LABELS = {
    "id": "Contact",
    "firstname": "First name",
    "lastname": "Last name",
    "status_id": "Status id",
    "source_id": "Source id",
    "country_id": "Country id",
    "assigned_id": "Assigned to",
    "group_id": "Group ids",
    "is_opted_out": "Opted out",
    "created_at": "Created",
    "updated_at": "Updated",
}


def get_contacts(
    ctx: typer.Context,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID…", help="Ids of the contacts; - reads them from standard input")
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
    from wacr_cli.output.writers import card_view

    session = session_from(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout)
    wanted, options = parse_ids(ids), output_options(format_, output, excel=excel)
    include = contacts.parse_includes(expand)
    client = session.client
    params = [("include", ",".join(include))] if include else []
    view = card_view(session.console, lambda row, _: _make_card(row), single=len(wanted) == 1)
    with session.output(options).rows((*models.CONTACT_FIELDS, *include), view=view) as writer:
        hint = "List the existing ids with wacr contacts list."
        write_found(session, writer, wanted, lambda one: client.contact(one, params), noun="contact", hint=hint)


def _make_card(row: Row) -> list[tuple[str, object]]:
    """Return all fields of a contact, the documented ones first."""
    fields = (*models.CONTACT_FIELDS, *(name for name in row if name not in models.CONTACT_FIELDS))
    return [(_LABELS.get(name) or name[:1].upper() + name[1:], _format_value(row.get(name))) for name in fields]


def _format_value(value: object) -> object:
    """Return a value for people: a name instead of the object that holds it."""
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        return value["name"]
    if isinstance(value, list):
        return ", ".join(str(_format_value(one)) for one in value) or None
    return value
