"""What the lists of contacts, templates and notes share: rows as they come, a count, and the calls of a dry run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wacr_cli.commands.shared import check_complete, format_cost, format_summary, write_windows
from wacr_cli.core.comments import find_time
from wacr_cli.core.errors import NotFoundError
from wacr_cli.core.lists import ListQuery
from wacr_cli.core.models import PER_PAGE_MAX, Row
from wacr_cli.core.source import Listing

if TYPE_CHECKING:
    from wacr_cli.api.lists import FetchPage
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.session import Session


@dataclass(frozen=True, slots=True)
class Columns:
    """What a list shows: ``fields`` in CSV and TSV, ``table`` in a table, for which ``adapt`` changes each row."""

    fields: Sequence[str]
    table: Sequence[str]
    adapt: Callable[[Row], Row] = lambda row: row


def show_rows(
    session: Session,
    query: ListQuery,
    options: OutputOptions,
    columns: Columns,
    chosen: Sequence[str] | None,
    read: Callable[[], Listing],
) -> None:
    """Write the rows that *read* returns; *chosen* are the fields of ``--fields``."""
    from wacr_cli.output.writers import table_view

    start = session.clock.monotonic()
    _ = session.client  # no output is opened without a token
    session.progress.noun = query.noun
    output = session.output(options)
    view = table_view(session.console, session.clock.now, chosen or columns.table)
    with output.rows(chosen or columns.fields, fields=chosen, view=view) as writer:
        listing = read()
        windows = _adapt(listing.windows, columns.adapt) if output.format == "table" else listing.windows
        number = write_windows(session, writer, windows)
        check_complete(listing)
    cost = format_cost(session.progress.calls, session.clock.monotonic() - start)
    session.console.note(format_summary(query, listing, number, cost, noun=query.noun.removesuffix("s")))


def _adapt(windows: Iterable[list[Row]], adapt: Callable[[Row], Row]) -> Iterator[list[Row]]:
    for rows in windows:
        yield [adapt(row) for row in rows]


def read_comments(session: Session, digits: str, limit: int | None = None) -> Listing:
    """Return the notes on the conversation with a number, each with ``sent_at``; a 404 says what it may mean."""
    from wacr_cli.api import lists

    listing = lists.list_comments(session.client, digits, limit, session.progress)
    windows = listing.windows

    def read() -> Iterator[list[Row]]:
        try:
            for rows in windows:
                yield [row if row.get("sent_at") else row | {"sent_at": find_time(row)} for row in rows]
        except NotFoundError as error:
            raise NotFoundError(
                f"no comments on {digits}: {error.message}",
                "Check that there is a conversation with this number. If there is one, this API has no comments.",
                code=error.code,
            ) from None

    listing.windows = read()
    return listing


def show_count(session: Session, query: ListQuery, options: OutputOptions, fetch_page: FetchPage) -> None:
    """Write the number of rows that match."""
    from wacr_cli.api.lists import count_rows

    with session.output(options).open() as sink:
        number = count_rows(fetch_page, query, session.progress)
        session.console.clear_status()
        sink.write(f"{number}\n")


def show_requests(
    session: Session, query: ListQuery, get_fetch_page: Callable[[], FetchPage], *, count: bool = False
) -> None:
    """Write the requests of a query as curl commands, and report what they would cost.

    The length of a whole list is requested where a token is at hand; nothing else is.
    """
    from wacr_cli.api import dry_run, lists
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.settings import credentials

    total = None
    if count:
        calls = [[*lists.query_params(query, walking=False), ("page", "1"), ("per_page", "1")]]
    else:
        is_length_unknown = query.page is None and (query.limit is None or query.limit > PER_PAGE_MAX)
        if is_length_unknown and (session.settings.demo or credentials.has_token(session.environ, session.settings)):
            total = lists.fetch_total(get_fetch_page(), query)
            session.console.note(f"Read the number of {query.noun} with 1 call.")
        calls = dry_run.list_requests(query, total)
    url = session.settings.api_url
    session.output(OutputOptions(format="jsonl")).text(*(dry_run.curl(url, params, query.path) for params in calls))
    if count or query.page is not None or query.limit is not None or total is not None:
        session.console.note(f"{dry_run.format_cost(len(calls), session.limit)}.")
    else:
        session.console.note(f"1 call for every {PER_PAGE_MAX} {query.noun}; their number is unknown.")
