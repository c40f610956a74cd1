"""``wacr messages get``: single messages with all their fields."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wacr_cli.commands.flags import (
    ArchiveAtOption,
    ArchiveOption,
    ExcelOption,
    FormatOption,
    MaxWaitOption,
    NoPagerOption,
    OutputOption,
    SenderNamesOption,
    TimeoutOption,
    output_options,
)
from wacr_cli.commands.framework import session_from
from wacr_cli.commands.shared import add_names, parse_ids, read_words, report_archive_age, wants_names, write_found
from wacr_cli.core import models
from wacr_cli.core.models import Row

if TYPE_CHECKING:
    from wacr_cli.output.writers import View
    from wacr_cli.session import Session

EXAMPLES = """\b
Examples:
  wacr messages get 51234
  wacr messages get 51234 51235 --format json
  wacr messages list --fields id -f tsv | tail -n +2 | wacr messages get -
  wacr messages get --archive wamid.HBgMOTE5ODc2NTQzMjEwFQIAERgS

The archive has the last four fields of a message once wacr sync --details has
read them; details_at is when.
"""


def get_messages(
    ctx: typer.Context,
    ids: Annotated[
        list[str], typer.Argument(metavar="ID…", help="Ids of the messages; - reads them from standard input")
    ],
    names: SenderNamesOption = None,
    archive: ArchiveOption = False,
    archive_at: ArchiveAtOption = None,
    format_: FormatOption = None,
    output: OutputOption = None,
    excel: ExcelOption = False,
    no_pager: NoPagerOption = False,
    max_wait: MaxWaitOption = 300,
    timeout: TimeoutOption = 30,
) -> None:
    """Show single messages with all their fields."""
    session = session_from(ctx, pager=not no_pager, max_wait=max_wait, timeout=timeout, archive_at=archive_at)
    options = output_options(format_, output, excel=excel)
    local = archive or archive_at is not None
    wanted: list[Any] = read_words(ids) if local else list(parse_ids(ids))
    with_names = wants_names(session, names, options, local=local)
    get = _make_getter(session, local=local, with_names=with_names)
    fields = (*models.LIST_FIELDS, "direction") if local else models.DETAIL_FIELDS
    columns = (*fields, *("sender_name",) * with_names)
    hint = "Update the archive with wacr sync." if local else "Check WACR_API_URL too."
    with session.output(options).rows(columns, view=_make_view(session, columns, single=len(wanted) == 1)) as writer:
        hint = f"List the existing ids with wacr messages list --fields id. {hint}"
        write_found(session, writer, wanted, get, noun="message", hint=hint)


def _make_getter(session: "Session", *, local: bool, with_names: bool) -> Callable[[Any], Row]:
    """Return what gets one message: from the API by id, from the archive by id or WhatsApp's id."""
    if local:
        report_archive_age(session)
    get: Callable[[Any], Row] = session.store.find if local else session.source.get
    if not with_names:
        return get
    names = session.store if local else session.names
    return lambda one: next(add_names([[get(one)]], names))[0]


def _make_view(session: "Session", columns: tuple[str, ...], *, single: bool) -> "View":
    from wacr_cli.output import cards
    from wacr_cli.output.writers import card_view

    def make_card(row: Row, is_terminal: bool) -> cards.Card:
        return cards.make_message_card(row, columns, session.clock.now() if is_terminal else None)

    return card_view(session.console, make_card, single=single)
