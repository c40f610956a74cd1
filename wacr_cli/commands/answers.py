"""Asking and showing: what the commands about messages have in common below their flags."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from wacr_cli.core import models
from wacr_cli.core.contacts import ContactQuery, Names, digits_of
from wacr_cli.core.errors import IncompleteError, NotFoundError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query
from wacr_cli.core.source import Listing, Source
from wacr_cli.core.times import ago, span
from wacr_cli.output import writers
from wacr_cli.output.destinations import PagerClosedError, Sink
from wacr_cli.output.options import Display
from wacr_cli.session import Run
from wacr_cli.settings import credentials


def show_list(run: Run, query: Query, display: Display) -> None:
    """Read the messages that a query asks for, and write them as they come."""
    start = run.clock.monotonic()
    source = source_of(run, query)
    with shown(run, display) as sink:
        listing = source.ask(query)
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        writer = writers.message_writer(form, sink, run.console, run.clock.now, query, excel=display.excel)
        number = 0
        windows = (
            named(listing.windows, run.store if query.local else run.names) if query.with_names else listing.windows
        )
        for rows in windows:
            number += len(rows)
            run.console.clear_status()
            writer.write(rows)
        writer.finish()
        run.console.clear_status()
        if listing.shortfall:
            raise IncompleteError(
                f"incomplete: {listing.shortfall}", "What was read is printed; a file named with --output is as it was."
            )
    run.console.note(closing(query, listing, number, run.progress.calls, run.clock.monotonic() - start))


def closing(
    query: Query | ContactQuery, listing: Listing, number: int, calls: int, seconds: float, *, noun: str = "message"
) -> str:
    """The line that ends a list: what was shown, of how many, and what it took; ``noun`` is what one of them is."""
    total = listing.total
    if not number:
        return _nothing(query, total, noun)
    spent = span(seconds) if not calls else f"{calls:,} call{'s' * (calls != 1)}, {span(seconds)}"
    of = f" of {total:,}" if total is not None else ""
    part = f"Showing {number:,}{of} {noun}{'s' * (total != 1 if of else number != 1)}, {spent}"
    if query.page is not None:
        return f"{part}; --page {query.page + 1} shows the next" if listing.more else part
    whole = listing.more is False if total is None else number >= total
    if query.limit is None or number < query.limit or whole:
        return f"{number:,} {noun}{'s' * (number != 1)}, {spent}, complete"
    return f"{part}; --limit N or --all shows more"


def _nothing(query: Query | ContactQuery, total: int | None, noun: str) -> str:
    if query.page is not None and total:
        return f"Page {query.page} is past the last: {total:,} {noun}s match."
    where = f" on page {query.page}" if query.page is not None else ""
    words = query.describe()
    return f"There are no {noun}s{where}." if words == f"{noun}s" else f"No {noun}s{where} match: {words}."


def show_count(run: Run, query: Query, display: Display) -> None:
    """Write the number of messages that match, alone."""
    source = source_of(run, query)
    with writers.opened(display, run.console) as sink:
        number = source.count(query)
        run.console.clear_status()
        sink.write(f"{number}\n")


def show_messages(
    run: Run, ids: Sequence[int | str], display: Display, *, with_names: bool = False, local: bool = False
) -> None:
    """Read single messages and write each as it comes; those that are not there are named at the end.

    ``local`` asks the archive, where an id may be WhatsApp's too.
    """
    missing: list[str] = []
    fields = (*models.LIST_FIELDS, "direction") if local else models.DETAIL_FIELDS
    find = _finder(run, local=local)
    with shown(run, display) as sink:
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        writer = writers.detail_writer(
            form,
            sink,
            run.console,
            run.clock.now,
            single=len(ids) == 1,
            excel=display.excel,
            columns=(*fields, *("sender_name",) * with_names),
        )
        for number in ids:
            try:
                row = find(number)
            except NotFoundError:
                missing.append(str(number))
                continue
            rows = next(named([[row]], run.store if local else run.names)) if with_names else [row]
            run.console.clear_status()
            writer.write(rows)
        if len(missing) < len(ids) or len(ids) != 1:
            writer.finish()
        if missing:
            raise NotFoundError(
                f"no message {', '.join(missing)}",
                "The ids that there are: wacr messages list --fields id. "
                + ("wacr sync brings the archive up to date." if local else "Is WACR_API_URL right?"),
            )


def source_of(run: Run, query: Query) -> Source:
    """What answers a query: the API, or the archive, of which is said how fresh it is."""
    if not query.local:
        return run.source
    tell_age(run)
    return run.store


def tell_age(run: Run) -> None:
    """Say how old the archive is, to a person; and, to anybody, that it is not complete."""
    synced = run.store.get_state("synced") or {}
    if not synced.get("complete"):
        run.console.note("The archive is not complete yet; wacr sync goes on with it.")
    elif run.console.stderr_is_terminal:
        run.console.note(f"Archive synced {ago(datetime.fromisoformat(synced['at']), run.clock.now())}.")


def _finder(run: Run, *, local: bool) -> Callable[[Any], Row]:
    if not local:
        return run.source.get
    tell_age(run)
    return run.store.find


def named(windows: Iterable[list[Row]], names: Names) -> Iterator[list[Row]]:
    """Windows of messages, with the name of each one's sender: None where nobody knows it."""
    for rows in windows:
        known = names.names_for(str(row["sender_id"]) for row in rows if row.get("sender_id"))
        yield [{**row, "sender_name": known.get(digits_of(row.get("sender_id")))} for row in rows]


@contextmanager
def shown(run: Run, display: Display) -> Iterator[Sink]:
    """The opened sink; a person who leaves the pager has seen enough, and that is a good end."""
    try:
        with writers.opened(display, run.console) as sink:
            yield sink
    except PagerClosedError:
        run.console.quiet = True


def show_plan(run: Run, query: Query, *, count: bool) -> None:
    """Write the calls that a query would make, as curl commands, and say what they would cost.

    Only how long a whole walk is has to be asked for, and is where a token is at hand.
    """
    from wacr_cli.api import dry_run
    from wacr_cli.api.lists import contact_params
    from wacr_cli.api.names import NEWEST_FIRST
    from wacr_cli.api.params import window_params

    if query.local:
        run.console.note("No call: the archive answers.")
        return
    totals: list[int | None] = []
    if dry_run.needs_totals(query, count=count) and (
        run.settings.demo or credentials.has_token(run.environ, run.settings)
    ):
        totals = run.source.totals(query)
        run.console.note(f"Asked how many there are, with {run.progress.calls} call{'s' * (run.progress.calls != 1)}.")
    with writers.opened(Display(format="jsonl"), run.console) as sink:
        calls = 0
        for params in dry_run.requests(query, totals, count=count):
            sink.write(f"{dry_run.curl(run.settings.api_url, params)}\n")
            calls += 1
        called_for_names = query.with_names and not count and not run.archived_names
        if called_for_names:
            first = [*contact_params(NEWEST_FIRST, walking=True), *window_params(1, models.PER_PAGE_MAX)]
            sink.write(f"{dry_run.curl(run.settings.api_url, first, 'contacts')}\n")
    run.console.note(dry_run.cost(query, calls, totals, run.limit, count=count))
    if called_for_names:
        run.console.note(
            "And for the names one call for 100 contacts or less; beyond, as many as there are numbers not yet found "
            "or hundreds of contacts, whichever is fewer."
        )
