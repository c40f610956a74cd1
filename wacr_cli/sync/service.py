"""What the steps of a sync share: requests and their totals, storing, the report, and times that always increase."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from wacr_cli.api.envelope import Page
from wacr_cli.api.lists import make_response
from wacr_cli.api.params import Params, list_params, window_params
from wacr_cli.archive.store import Place, Store, UpsertResult
from wacr_cli.core.errors import BadResponseError
from wacr_cli.core.models import DIRECTIONS, PER_PAGE_MAX, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.core.times import Clock
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import Window
from wacr_cli.sync.order import place_rows

ALL_DIRECTIONS = (*DIRECTIONS, None)

LINK_ROWS = 10
"""So many rows that the archive has are proof enough that a response reaches what it has."""


class Endpoints(Protocol):
    """The calls that a sync makes."""

    def messages(self, params: Params, *, with_ids: bool = True) -> Page:
        """Return one window of the messages."""
        ...

    def message(self, number: int) -> Row:
        """Return one message."""
        ...

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """Return one window of the contacts."""
        ...


@dataclass(slots=True)
class Report:
    """What a sync did, as numbers of messages. ``missing`` says what it could not read; empty where ``complete``.

    ``found`` are messages that were missing in the archive among older ones. ``revived`` were marked as deleted, and
    ``redirected`` had the wrong direction; both are among ``changed``. ``total`` is what the API counts, where that was
    asked for. ``details_read`` counts messages whose details were read, ``details_left`` those without; None where no
    details were wanted.
    """

    new: int = 0
    changed: int = 0
    deleted: int = 0
    found: int = 0
    revived: int = 0
    redirected: int = 0
    details_read: int = 0
    details_left: int | None = None
    total: int | None = None
    complete: bool = True
    newest_sent_at: str | None = None
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Service:
    """What the steps share.

    ``full`` says that this run reads everything again. ``totals`` has the number of messages of each direction, and
    under None of all messages, as the last response said it. ``expected`` is the number of messages to read, None
    where it is not known. ``page_size`` is the number of rows that the API returns at most, as far as is known, and
    ``largest_page`` the largest number that it returned. ``started`` is when this run began. ``write_events`` gets the
    events of each commit, as JSON, where they are wanted.
    """

    def __init__(self, client: Endpoints, store: Store, clock: Clock, progress: Progress, *, full: bool) -> None:
        self.client = client
        self.store = store
        self.full = full
        self.report = Report()
        self.totals: dict[str | None, int] = {}
        self.expected: int | None = None
        self.page_size = PER_PAGE_MAX
        self.largest_page = 0
        self._clock = clock
        self._progress = progress
        self.started = ""
        self.write_events: Callable[[list[str]], None] | None = None
        self._is_prepared = False
        self._read = 0
        self._latest = datetime.fromtimestamp(0, UTC)

    # Requests.

    def request(self, direction: str | None, window: Window, sort: str = "-created_at") -> Page:
        """Return one window of the messages of a direction, None for all of them."""
        page = self._call(direction, window, sort)
        if direction and self._is_suspicious(direction, page):
            self._check_filter(direction, window, sort, page)
        self.largest_page = max(self.largest_page, len(page.rows))
        if page.total is not None:
            self.totals[direction] = page.total
        return page

    def publish(self) -> None:
        """Pass on the events that were committed; delete each once it was written."""
        if self.write_events is None:
            return
        while events := self.store.list_events():
            self.write_events([event for _, event in events])
            with self.store.transaction():
                self.store.delete_events(events[-1][0])

    def _call(self, direction: str | None, window: Window, sort: str) -> Page:
        if self._is_prepared:
            self.publish()
        params = list_params(Query(sort=sort), fields=None, direction=direction)
        return self.client.messages([*params, *window_params(window.page, window.per_page)])

    def _is_suspicious(self, direction: str, page: Page) -> bool:
        """Return whether a response has rows of the other direction, or is of a list that is longer than it can be."""
        if page.total is not None and self._is_too_long(direction, page.total):
            return True
        return self._is_prepared and bool(self.store.find_others(list_ids(page.rows), direction))

    def _is_too_long(self, direction: str, total: int) -> bool:
        """Return whether the lists of both directions have more messages than there are, or one has suddenly grown."""
        before, everything = self.totals.get(direction), self.totals.get(None)
        if everything is not None and self._is_prepared and self.is_whole(_find_other(direction)):
            other = self.store.count_direction(_find_other(direction))
            return total + other > everything + max(PER_PAGE_MAX, everything // 10)
        return before is not None and total > before + max(PER_PAGE_MAX, before // 10)

    def _check_filter(self, direction: str, window: Window, sort: str, page: Page) -> None:
        """Raise :class:`BadResponseError` where the API has the same rows for the other direction too."""
        check_disjoint(page, self._call(_find_other(direction), window, sort))

    def follow(self, walk: Walk, direction: str | None) -> Iterator[Page]:
        """Request each window of a walk and let it take the response; yield the responses."""
        while window := walk.window:
            page = self.request(direction, window)
            walk.take(make_response(page))
            yield page

    def count(self) -> int | None:
        """Return how many messages there are of whatever direction, None where the API does not say."""
        self.totals.pop(None, None)
        self.request(None, Window(1, 1))
        return self.totals.get(None)

    # Storing.

    def is_whole(self, direction: str) -> bool:
        """Return whether the whole list of a direction has been read."""
        return bool(self.store.get_state(f"whole.{direction}"))

    def upsert(self, rows: Sequence[Row], direction: str | None, moment: str | None = None) -> UpsertResult:
        """Store rows as of *moment*, by default now, and report them. The caller holds the transaction."""
        result = self.store.upsert(rows, direction, moment or self.now())
        self.report.new += len(result.new)
        self.report.changed += len(result.changed)
        self.report.revived += result.revived
        self.report.redirected += result.redirected
        return result

    def upsert_window(
        self, rows: Sequence[Row], direction: str | None, moment: str | None = None, above: Place | None = None
    ) -> UpsertResult:
        """Store the rows of a window, newest first, with their places. The caller holds the transaction.

        *above* is the place of the row in front of the window, where it is known.
        """
        ids, directions = list_ids(rows), list_directions(direction)
        before = self.store.find_places(ids, directions)
        result = self.upsert(rows, direction, moment)
        place_rows(self.store, ids, directions, before, above)
        return result

    # Reporting.

    def report_read(self, rows: int) -> None:
        """Report the progress of *rows* more messages."""
        self._read += rows
        if self.expected is not None:
            self.expected = max(self.expected, self._read)
        self._progress.read(self._read, self.expected)

    def report_incomplete(self, direction: str | None, reason: str | None, seen: int, expected: int | None) -> None:
        """Report that messages of a direction are missing, and why."""
        of = "" if expected is None else f" of {expected:,}"
        self.report.missing.append(f"{direction or 'messages'}: {seen:,}{of}: {reason}")

    # Times.

    def now(self) -> str:
        """Return the time, RFC 3339, later than every time before it even where the clock is set back."""
        now = datetime.fromtimestamp(self._clock.time(), UTC)
        self._latest = max(now, self._latest + timedelta(milliseconds=1))
        return self._latest.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def start_after(self, moments: Iterable[str]) -> None:
        """Make every time of this run later than those that earlier runs stored: the archive is ready."""
        self._latest = max([self._latest, *map(datetime.fromisoformat, moments)])
        self._is_prepared = True
        self.started = self.now()

    def age(self, moment: str) -> timedelta:
        """Return how long ago a moment was. One in the future, from a wrong clock, counts as very long ago."""
        age = datetime.fromtimestamp(self._clock.time(), UTC) - datetime.fromisoformat(moment)
        return age if age >= timedelta(0) else timedelta.max


def _find_other(direction: str) -> str:
    return next(one for one in DIRECTIONS if one != direction)


def check_disjoint(page: Page, other: Page) -> None:
    """Raise :class:`BadResponseError` where responses for the two directions share more rows than may have moved."""
    shared = len({*list_ids(page.rows)} & {*list_ids(other.rows)})
    if shared > len(page.rows) // 10:
        raise BadResponseError(
            "the API returns the same messages for both directions",
            "An archive needs the filter on direction; wacr messages list --all reads without it.",
        )


def list_directions(direction: str | None) -> Sequence[str | None]:
    """Return the directions of the messages in a list: all of them in the one without a filter."""
    return (direction,) if direction else ALL_DIRECTIONS


def list_ids(rows: Iterable[Row]) -> list[int]:
    """Return the ids of rows."""
    return [row["id"] for row in rows]


def measure_moves(before: Sequence[int], after: Sequence[int]) -> int:
    """Return over how many rows those of *before* changed places in *after*; 0 where all kept their order."""
    order = {one: place for place, one in enumerate(before)}
    places = [order[one] for one in after if one in order]
    ranked = sorted(range(len(places)), key=places.__getitem__)
    moved = max((old - new for new, old in enumerate(ranked)), default=0)
    return moved + 1 if moved else 0
