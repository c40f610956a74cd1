"""What the steps of a sync share: requests and their totals, storing, the report, and times that always increase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from wacr_cli.api.envelope import Page
from wacr_cli.api.lists import make_response
from wacr_cli.api.params import Params, list_params, window_params
from wacr_cli.archive.store import Store, UpsertResult
from wacr_cli.core.models import PER_PAGE_MAX, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.core.times import Clock
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import Window

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
    """What a sync did, as numbers of messages. ``missing`` says what it could not read; empty where ``complete``."""

    new: int = 0
    changed: int = 0
    deleted: int = 0
    complete: bool = True
    newest_sent_at: str | None = None
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Service:
    """What the steps share.

    ``full`` says that this run reads everything again. ``totals`` has the number of messages of each direction, and
    under None of all messages, as the last response said it. ``expected`` is the number of messages to read, None
    where it is not known. ``page_size`` is the number of rows that the API returns at most, as far as
    is known, and ``largest_page`` the largest number that it returned.
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
        self._read = 0
        self._latest = datetime.fromtimestamp(0, UTC)

    # Requests.

    def request(self, direction: str | None, window: Window, sort: str = "-created_at") -> Page:
        """Return one window of the messages of a direction, None for all of them."""
        params = list_params(Query(sort=sort), fields=None, direction=direction)
        page = self.client.messages([*params, *window_params(window.page, window.per_page)])
        self.largest_page = max(self.largest_page, len(page.rows))
        if page.total is not None:
            self.totals[direction] = page.total
        return page

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
        """Make every time of this run later than those that earlier runs stored."""
        self._latest = max([self._latest, *map(datetime.fromisoformat, moments)])

    def age(self, moment: str) -> timedelta:
        """Return how long ago a moment was. One in the future, from a wrong clock, counts as very long ago."""
        age = datetime.fromtimestamp(self._clock.time(), UTC) - datetime.fromisoformat(moment)
        return age if age >= timedelta(0) else timedelta.max


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
