"""Fetch the files of messages: what is missing in a folder, and with verification what differs from the manifest.

Every file is in its place before the manifest has it, so a run may end at any point: the next one fetches at most that
file again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wacr_cli.archive.store import MediaFile, Store
from wacr_cli.core.errors import UnavailableError
from wacr_cli.core.media import NETWORK, TIME, FetchError, MediaUrls
from wacr_cli.core.models import TYPES_WITHOUT_FILE, Row
from wacr_cli.core.times import Clock
from wacr_cli.media.folder import Folder, is_name
from wacr_cli.media.types import detect_type
from wacr_cli.output.sanitize import printable

if TYPE_CHECKING:
    from wacr_cli.api.downloads import Downloader

MOST_FAILURES = 5
"""Failures of the network in a row that end a run."""

COLUMNS = ("id", "type", "state", "file", "bytes", "content_type", "sha256", "error")
PLAN_COLUMNS = ("id", "type", "state", "url", "error")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Item:
    """The file of a message to fetch: its ``url`` as received, and the ``state`` it is in, ``missing`` or ``differs``.

    ``before`` is the name of the file that the manifest has, None where it has none.
    """

    id: int
    type: str | None
    url: str
    state: str
    before: str | None


@dataclass(slots=True)
class Plan:
    """What a run would do: the items to fetch, and the numbers of files that are there and of unread messages."""

    items: list[Item] = field(default_factory=list)
    present: int = 0
    unread: int = 0


def make_plan(store: Store, windows: Iterable[Sequence[Row]], folder: Folder, *, verify: bool) -> Plan:
    """Return what is to be fetched of the files of messages; *verify* compares the files that are there by SHA-256."""
    plan = Plan()
    for rows in windows:
        known = store.get_media([row["id"] for row in rows if row.get("url")])
        for row in rows:
            url = row.get("url")
            if not isinstance(url, str) or not url:
                plan.unread += row.get("details_at") is None and _has_file(row)
                continue
            one = known.get(row["id"], MediaFile())
            state = _check(folder, row["id"], one, verify=verify)
            if state:
                plan.items.append(Item(row["id"], row.get("type"), url, state, one.file))
            else:
                plan.present += 1
    return plan


def _has_file(row: Row) -> bool:
    return row.get("type") is not None and row["type"] not in TYPES_WITHOUT_FILE


def _check(folder: Folder, number: int, one: MediaFile, *, verify: bool) -> str:
    """Return what is wrong with a file, empty where nothing is."""
    if one.file is None or one.error or not is_name(one.file, number):
        return "missing"
    size = folder.measure(one.file)
    if size is None:
        return "missing"
    return "differs" if size != one.bytes or (verify and folder.hash(one.file) != one.sha256) else ""


class Fetching:
    """One run. ``failures`` counts what could not be fetched, by its kind."""

    def __init__(self, store: Store, downloader: Downloader, urls: MediaUrls, folder: Folder, clock: Clock) -> None:
        self.failures: Counter[str] = Counter()
        self.fetched = 0
        self.bytes = 0
        self._store = store
        self._downloader = downloader
        self._urls = urls
        self._folder = folder
        self._clock = clock
        self._in_a_row = 0

    def run(self, items: Iterable[Item], report: Callable[[int], None] = lambda _: None) -> Iterator[Row]:
        """Fetch the items and yield what came of each; *report* gets the number of those that are done.

        Raises :class:`UnavailableError` where the network fails again and again.
        """
        for number, item in enumerate(items, 1):
            yield self._fetch(item)
            report(number)

    def _fetch(self, item: Item) -> Row:
        try:
            found = self._download(item)
        except FetchError as error:
            reason = _describe(error)
            self._store_file(item.id, MediaFile(fetched_at=self._now(), error=reason))
            self._count_failure(error)
            return make_row(item, "failed") | {"error": reason}
        self._in_a_row = 0
        self.fetched += 1
        self.bytes += found.bytes or 0
        return make_row(item, "fetched") | {name: value for name, value in asdict(found).items() if name in COLUMNS}

    def _download(self, item: Item) -> MediaFile:
        target = self._urls.resolve(item.url)
        with (
            self._downloader.open(target) as download,
            self._folder.receive(item.id, download.chunks) as part,
        ):
            kind = detect_type(part.head, download.content_type, item.type)
            name = self._folder.place(item.id, part, kind, item.before)
            found = MediaFile(name, part.sha256, part.size, kind.mime, self._now())
        self._store_file(item.id, found)
        return found

    def _store_file(self, number: int, found: MediaFile) -> None:
        with self._store.transaction():
            self._store.set_media({number: found})

    def _count_failure(self, error: FetchError) -> None:
        self.failures[error.kind] += 1
        self._in_a_row = self._in_a_row + 1 if error.kind in (NETWORK, TIME) else 0
        if self._in_a_row >= MOST_FAILURES:
            raise UnavailableError(
                f"{MOST_FAILURES} files in a row could not be fetched: {error.message}",
                "What was fetched is kept. Check the network, then run it again.",
            )

    def _now(self) -> str:
        now = datetime.fromtimestamp(self._clock.time(), UTC)
        return now.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def describe_plan(items: Iterable[Item], urls: MediaUrls) -> Iterator[Row]:
    """Yield the items with the URLs that would be requested, or why they would be refused."""
    for item in items:
        row = {name: getattr(item, name) for name in ("id", "type", "state", "url")}
        try:
            yield row | {"url": urls.resolve(item.url).url, "error": None}
        except FetchError as error:
            yield row | {"error": _describe(error)}


def _describe(error: FetchError) -> str:
    return printable(f"{error.kind}: {error.message}"[:_LONGEST])


def make_row(item: Item, state: str) -> Row:
    """Return the row of an item in a report."""
    return dict.fromkeys(COLUMNS) | {"id": item.id, "type": item.type, "state": state}
