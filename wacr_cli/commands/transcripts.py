"""What the commands about conversations do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from wacr_cli.commands.answers import named, shown, source_of, tell_age
from wacr_cli.core.contacts import Names
from wacr_cli.core.conversations import FIELDS, Conversation, ConversationQuery, in_time, name_in, summed_up
from wacr_cli.core.errors import IncompleteError, NotFoundError, UsageError
from wacr_cli.core.models import DETAIL_FIELDS, LIST_FIELDS, Row
from wacr_cli.core.query import Filter, Query
from wacr_cli.core.source import Listing
from wacr_cli.core.times import span
from wacr_cli.output import writers
from wacr_cli.output.options import Display
from wacr_cli.output.transcript import Find
from wacr_cli.session import Run

_BATCH = 500
_MORE_FIELDS = DETAIL_FIELDS[len(LIST_FIELDS) :]


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a conversation: what was sent in a span of time, and of that the newest where there is a limit."""

    since: datetime | None = None
    until: datetime | None = None
    limit: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it is all of it."""
        return self == Extent()


def show_list(run: Run, query: ConversationQuery, display: Display, *, with_names: bool) -> None:
    """Read the conversations that are asked for off the archive, and write them."""
    start = run.clock.monotonic()
    if not run.store.exists:
        raise UsageError(
            f"a list of conversations needs the archive, and there is none at {run.store.location!r}",
            "wacr sync makes it. One conversation alone, wacr conversations show reads off the API too.",
        )
    tell_age(run)
    with shown(run, display) as sink:
        found = run.store.list_conversations(query)
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        columns = (*FIELDS[:2], *("name",) * with_names, *FIELDS[2:])
        about = f"{query.describe().capitalize()}, those with the newest messages first."
        writer = writers.conversations_writer(form, sink, run.console, run.clock.now, columns, about)
        names = _names(run, found) if with_names else None
        page = form in ("table", "md", "html")
        for at in range(0, len(found), _BATCH):
            rows = [one.as_row(names) for one in found[at : at + _BATCH]]
            # To a person, who has no name is the number.
            writer.write([row | {"name": row.get("name") or row["number"]} for row in rows] if page else rows)
        writer.finish()
    run.console.note(_closing(query, found, run.clock.monotonic() - start))


def _names(run: Run, found: list[Conversation]) -> dict[str, str]:
    """The names of those who are in conversations."""
    if not run.store.get_state("contacts"):
        run.console.note("The archive has no contacts yet; wacr sync reads them.")
    numbers = [one.number for one in found if one.number is not None]
    names: dict[str, str] = {}
    for at in range(0, len(numbers), _BATCH):
        names |= run.store.names_for(numbers[at : at + _BATCH])
    return names


def _closing(query: ConversationQuery, found: list[Conversation], seconds: float) -> str:
    if not found:
        words = query.describe()
        return "There are no conversations." if words == "conversations" else f"No conversations match: {words}."
    total = found[0].matching
    noun = f"conversation{'s' * (total != 1)}"
    if len(found) == total:
        return f"{total:,} {noun}, {span(seconds)}, complete"
    return f"Showing {len(found):,} of {total:,} {noun}, {span(seconds)}; --limit N or --all shows more"


def show_one(
    run: Run,
    number: int,
    display: Display,
    extent: Extent,
    *,
    with_names: bool,
    with_details: bool,
    local: bool,
) -> None:
    """Read a conversation, off the archive where ``local``, and write what was said in it."""
    start = run.clock.monotonic()
    query = _question(number, extent, local=local)
    with shown(run, display) as sink:
        read = _from_archive(run, number, query) if local else _from_api(run, number, query, extent)
        names = (run.store if local else run.names) if with_names else None
        known = _known(read.conversation, names, whole=local or extent.whole)
        find = _naming(read.find, names) if names else read.find
        form = display.chosen(terminal=run.console.stdout_is_terminal)
        fields = DETAIL_FIELDS if with_details else LIST_FIELDS
        columns = (*fields, "direction", *("sender_name",) * with_names)
        writer = writers.transcript_writer(form, sink, run.console, run.clock.now, known, find, columns)
        windows = _detailed(run, read.windows) if with_details else read.windows
        written = _write(run, writer, named(windows, names) if names else windows)
        if read.listing.shortfall:
            raise IncompleteError(
                f"incomplete: {read.listing.shortfall}",
                "What was read is printed; a file named with --output is as it was.",
            )
    calls = run.progress.calls
    spent = f"{calls:,} call{'s' * (calls != 1)}, " * bool(calls) + span(run.clock.monotonic() - start)
    run.console.note(f"{written:,} message{'s' * (written != 1)} of conversation {number}, {spent}")


def _question(number: int, extent: Extent, *, local: bool) -> Query:
    """What is asked for: all of it in order, where that can be; else from the newest end."""
    sort = None
    if local:
        sort = "sent_at" if extent.limit is None else "-sent_at"
    return Query(
        filters=(Filter("interaction_id", "eq", (str(number),)),),
        sort=sort,
        limit=extent.limit,
        since=extent.since,
        until=extent.until,
        with_direction=True,
        local=local,
    )


def _write(run: Run, writer: writers.Writer, windows: Iterable[list[Row]]) -> int:
    """Write windows of messages as they come; how many messages that were."""
    written = 0
    for rows in windows:
        run.console.clear_status()
        writer.write(rows)
        written += len(rows)
    writer.finish()
    run.console.clear_status()
    return written


def _naming(find: Find, names: Names) -> Find:
    """Have the messages that are found name their senders too."""

    def found(wamid: str) -> Row | None:
        row = find(wamid)
        return next(named([[row]], names))[0] if row else None

    return found


@dataclass(frozen=True, slots=True)
class _Read:
    """A conversation as it was read: its messages, oldest first, and what has the messages that they reply to."""

    conversation: Conversation
    windows: Iterator[list[Row]]
    find: Find
    listing: Listing


def _from_archive(run: Run, number: int, query: Query) -> _Read:
    source = source_of(run, query)
    found = run.store.list_conversations(ConversationQuery(id=number))
    if not found:
        raise NotFoundError(
            f"no conversation {number} in the archive", "wacr sync brings it up to date; --online asks the API."
        )
    listing = source.ask(query)
    windows = (
        listing.windows if query.limit is None else iter([[row for rows in listing.windows for row in rows][::-1]])
    )

    def find(wamid: str) -> Row | None:
        try:
            return run.store.find(wamid)
        except NotFoundError:
            return None

    return _Read(found[0], windows, find, listing)


def _from_api(run: Run, number: int, query: Query, extent: Extent) -> _Read:
    listing = run.source.ask(query)
    rows = in_time([row for rows in listing.windows for row in rows])
    if not rows and (extent.whole or not run.source.count(Query(filters=query.filters, limit=1))):
        raise NotFoundError(f"no conversation {number}", _WHERE_IDS_ARE)
    by_wamid = {row["message_id"]: row for row in rows if row.get("message_id")}
    conversation = summed_up(number, rows) if rows else Conversation(number, 0, 0, {})
    windows = (rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH))
    return _Read(conversation, windows, by_wamid.get, listing)


_WHERE_IDS_ARE = "The ids that there are: wacr messages list --fields interaction_id."


def _known(one: Conversation, names: Names | None, *, whole: bool) -> Row:
    """What is said of a conversation; of one that was read in part alone, only what its part proves."""
    known = dict(names.names_for([one.number])) if names and one.number else {}
    if whole:
        return one.as_row(known if names else None)
    name = {"name": name_in(known, one.number)} if names else {}
    closes = one.window_closes
    return {"id": one.id, "number": one.number, **name, "window_closes_at": closes.isoformat() if closes else None}


def _detailed(run: Run, windows: Iterator[list[Row]]) -> Iterator[list[Row]]:
    """Messages with what the API tells of each by itself alone; one that is gone by now stays as it is."""
    for rows in windows:
        yield [row | {name: more.get(name) for name in _MORE_FIELDS} for row in rows for more in [_details(run, row)]]


def _details(run: Run, row: Row) -> Row:
    try:
        return run.source.get(row["id"])
    except NotFoundError:
        return {}
