"""Read the details of messages: what lists lack, with one call for each message, newest first.

Each response is stored at once, so that a run may end at any point. A message whose list row has every detail costs no
call. A message for which the API answers 404 is marked as deleted, once the API has answered for another one: an API
that answers 404 for all of them has another fault. Where all that are wanted are gone, one more message is requested.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wacr_cli.archive.rows import has_details
from wacr_cli.core.errors import BadResponseError, NotFoundError, UnavailableError, WacrError
from wacr_cli.core.models import Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.sync.service import Service

MOST_GONE = 20
"""Messages in a row that the API may not have."""

MOST_FAILURES = 3
"""Calls in a row that may fail; what is wrong with a single message does not keep others from being read."""

_BATCH = 100


@dataclass(frozen=True, slots=True)
class Details:
    """Which details to read: of messages of some ``kinds``, at most ``calls`` of them, all where it is None."""

    kinds: Sequence[str]
    calls: int | None = None


def read_details(service: Service, progress: Progress, wanted: Details) -> None:
    """Read the details of messages that have none; report how many were read, and how many are left."""
    reading = _Reading(service, progress, wanted)
    if reading.total:
        reading.run()
    service.report.details_left = service.store.count_without_details(wanted.kinds) if reading.total else 0


class _Reading:
    """One reading of ``total`` messages.

    ``_gone`` are the ids that got 404 since the last response, ``_failed`` those that got none.
    """

    def __init__(self, service: Service, progress: Progress, wanted: Details) -> None:
        self._service = service
        self._store = service.store
        self._progress = progress
        self._kinds = wanted.kinds
        self._calls = wanted.calls
        self.total = service.store.count_without_details(wanted.kinds)
        self._done = 0
        self._gone: list[int] = []
        self._failed: dict[int, WacrError] = {}
        self._failures = 0
        self._has_answered = False

    def run(self) -> None:
        """Read message after message until none is left, or no call."""
        for number in self._list_ids():
            if has_details(row := self._store.get_rows([number])[number]):
                self._set(number, row)
            elif self._calls is not None and self._calls <= 0:
                break
            else:
                self._read(number)
            self._done += 1
            self._progress.read_details(self._done, self.total)
        if self._gone and not self._has_answered:
            self._request_another()
        self._mark_gone()
        if self._failed:
            number, error = next(iter(self._failed.items()))
            what = f"{len(self._failed):,} message{'s' * (len(self._failed) != 1)}"
            self._service.report.missing.append(f"details of {what}, such as {number}: {error.message}")
            self._service.report.complete = False
        self._service.publish()

    def _list_ids(self) -> Iterator[int]:
        before: int | None = None
        while ids := self._store.list_without_details(self._kinds, before, _BATCH):
            yield from ids
            before = ids[-1]
            self._service.publish()

    def _read(self, number: int) -> None:
        """Request the details of a message and store them."""
        if self._calls is not None:
            self._calls -= 1
        try:
            row = self._service.client.message(number)
        except NotFoundError:
            self._gone.append(number)
            self._check_gone()
        except (BadResponseError, UnavailableError) as error:
            self._failed[number] = error
            self._failures += 1
            if self._failures >= MOST_FAILURES:
                raise
        else:
            self._failures = 0
            self._has_answered = True
            self._mark_gone()
            self._set(number, row)

    def _set(self, number: int, row: Row) -> None:
        with self._store.transaction():
            self._store.set_details(number, row, self._service.now())
        self._service.report.details_read += 1

    def _check_gone(self) -> None:
        if len(self._gone) >= MOST_GONE:
            raise self._make_gone_error(MOST_GONE)

    def _request_another(self) -> None:
        """Request a message that is not among the wanted ones. Raises where the API does not have it either."""
        listing = self._store.list_messages(Query(local=True, limit=MOST_GONE))
        ids = [row["id"] for rows in listing.windows for row in rows]
        if other := next((one for one in ids if one not in self._gone), None):
            try:
                self._service.client.message(other)
            except NotFoundError:
                raise self._make_gone_error(len(self._gone) + 1) from None

    def _make_gone_error(self, number: int) -> BadResponseError:
        return BadResponseError(
            f"the API answers 404 for {number} messages in a row that its lists have",
            "Nothing was marked as deleted. Run wacr sync, then try again later.",
        )

    def _mark_gone(self) -> None:
        """Mark the messages that the API does not have as deleted; the number of messages stays right."""
        if not self._gone:
            return
        with self._store.transaction():
            self._service.report.deleted += self._store.mark_deleted(self._gone, self._service.now())
            if (synced := self._store.get_state("synced")) and synced.get("messages") is not None:
                self._store.set_state("synced", {**synced, "messages": self._store.count_live()})
        self._gone.clear()
