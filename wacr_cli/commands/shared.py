"""What several commands share: where rows come from, names of senders, single rows by id, the closing line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from wacr_cli.core.contacts import Names, extract_digits
from wacr_cli.core.errors import IncompleteError, NotFoundError, UsageError
from wacr_cli.core.lists import ListQuery
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query
from wacr_cli.core.source import Listing, Source
from wacr_cli.core.times import format_age, format_duration, format_length
from wacr_cli.core.validation import parse_id

if TYPE_CHECKING:
    from wacr_cli.output.options import OutputOptions
    from wacr_cli.output.writers import Writer
    from wacr_cli.session import Session

T = TypeVar("T", int, str)


def source_for(session: Session, query: Query) -> Source:
    """Return what answers a query: the API or the archive, whose age is reported."""
    if not query.local:
        return session.source
    report_archive_age(session)
    return session.store


def report_archive_age(session: Session) -> None:
    """Report when the archive was last synced, on a terminal; and always where it is not complete."""
    synced = session.store.get_state("synced") or {}
    if not synced.get("complete"):
        session.console.note("The archive is not complete. Continue with wacr sync.")
    elif session.console.stderr_is_terminal:
        session.console.note(f"Archive synced {format_age(datetime.fromisoformat(synced['at']), session.clock.now())}.")


def wants_names(session: Session, names: bool | None, options: OutputOptions, *, local: bool) -> bool:
    """Return whether names are added: as the flag says, else where people look at what an archive with contacts has."""
    if names is not None:
        return names
    is_page = session.output(options).format in ("table", "md", "html")
    return is_page and local and session.store.exists and bool(session.store.get_state("contacts"))


def add_names(windows: Iterable[list[Row]], names: Names) -> Iterator[list[Row]]:
    """Yield windows of messages with ``sender_name``: None where the name is unknown."""
    for rows in windows:
        known = names.names_for(str(row["sender_id"]) for row in rows if row.get("sender_id"))
        yield [{**row, "sender_name": known.get(extract_digits(row.get("sender_id")))} for row in rows]


def write_windows(session: Session, writer: Writer, windows: Iterable[Sequence[Row]]) -> int:
    """Write windows of rows as they come; return the number of rows."""
    number = 0
    for rows in windows:
        number += len(rows)
        session.console.clear_status()
        writer.write(rows)
    writer.finish()
    session.console.clear_status()
    return number


def check_complete(listing: Listing) -> None:
    """Raise :class:`IncompleteError` where rows are missing from a list that was read to its end."""
    if listing.incomplete_reason:
        raise IncompleteError(
            f"incomplete: {listing.incomplete_reason}",
            "The rows that were read are printed. A file named with --output was not replaced.",
        )


@contextmanager
def explain_missing(what: str) -> Iterator[None]:
    """Turn a 404 for a whole list into an error that says so: the API has no such list."""
    try:
        yield
    except NotFoundError as error:
        hint = "This API or this account may not have it. Check WACR_API_URL, or api_url in wacr config list."
        raise NotFoundError(f"the API has no {what}: {error.message}", hint, code=error.code) from None


def write_found(
    session: Session, writer: Writer, ids: Sequence[T], get: Callable[[T], Row], *, noun: str, hint: str
) -> None:
    """Write the row of each id as it comes; then raise :class:`NotFoundError` with the ids that do not exist."""
    missing: list[str] = []
    for one in ids:
        try:
            row = get(one)
        except NotFoundError:
            missing.append(str(one))
            continue
        session.console.clear_status()
        writer.write([row])
    if len(missing) < len(ids) or len(ids) != 1:
        writer.finish()
    if missing:
        raise NotFoundError(f"no {noun} {', '.join(missing)}", hint)


def plural(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 call``, ``2,000 calls``."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def format_cost(calls: int, seconds: float) -> str:
    """Return what a run took: ``2 calls, 1.4s``; the time alone where it made no call."""
    return f"{plural(calls, 'call')}, {format_duration(seconds)}" if calls else format_duration(seconds)


def format_summary(query: Query | ListQuery, listing: Listing, number: int, cost: str, *, noun: str = "message") -> str:
    """Return the line that ends a list: how many rows were shown, of how many, and what it took."""
    total = listing.total
    if not number:
        return _format_empty(query, total, noun) + _format_late(listing, "Complete")
    of = f" of {total:,}" if total is not None else ""
    shown = f"Showing {number:,}{of} {noun}{'s' * (total != 1 if of else number != 1)}, {cost}"
    if query.page is not None:
        return f"{shown}; --page {query.page + 1} shows the next" if listing.more else shown
    is_all = listing.more is False if total is None else number >= total
    if query.limit is None or number < query.limit or is_all:
        return f"{plural(number, noun)}, {cost}, complete{_format_late(listing)}"
    return f"{shown}; --limit N or --all shows more"


def _format_late(listing: Listing, start: str = "") -> str:
    """Return for which messages the list is complete, where the reading ended before the end of the list."""
    if listing.late is None:
        return ""
    what = f"for messages recorded within {format_length(listing.late)} of being sent"
    return f" {start} {what}." if start else f" {what}"


def _format_empty(query: Query | ListQuery, total: int | None, noun: str) -> str:
    if query.page is not None and total:
        return f"There is no page {query.page}: only {total:,} {noun}s match."
    where = f" on page {query.page}" if query.page is not None else ""
    words = query.describe()
    return f"There are no {noun}s{where}." if words == f"{noun}s" else f"No {noun}s{where} match: {words}."


def parse_ids(words: list[str]) -> list[int]:
    """Return the ids of the arguments, each once; ``-`` stands for those on standard input."""
    return list(dict.fromkeys(parse_id(word, "ID") for word in read_words(words)))


def read_words(words: list[str]) -> list[str]:
    """Return the arguments, each once; ``-`` stands for the words on standard input."""
    given: list[str] = []
    for word in words:
        given += _read_standard_input().split() if word == "-" else [word]
    return list(dict.fromkeys(given))


def _read_standard_input() -> str:
    if sys.stdin is None:
        raise UsageError("ID: - reads standard input, but that is closed", "Name the ids, or pipe them in.")
    return sys.stdin.buffer.read().decode(errors="replace")
