"""Run a sync: its steps in order, each for both directions."""

from __future__ import annotations

from collections.abc import Callable

from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import DIRECTIONS
from wacr_cli.core.progress import Progress
from wacr_cli.core.times import Clock
from wacr_cli.sync.account_check import AccountCheck
from wacr_cli.sync.catch_up import catch_up
from wacr_cli.sync.changes import find_changes, note_search
from wacr_cli.sync.contacts import read_contacts
from wacr_cli.sync.copy import copy_lists, list_moments, request_first_pages
from wacr_cli.sync.deletions import Deletions
from wacr_cli.sync.details import Details, read_details
from wacr_cli.sync.reconcile import CALLS, Reconciliation
from wacr_cli.sync.service import Endpoints, Report, Service
from wacr_cli.sync.undirected import has_counts, read_undirected


class Sync:
    """One run. ``full`` reads everything again; ``contacts`` reads the contacts too.

    ``calls`` is the number of pages at most to find differences. ``details`` are read last; where their calls are
    limited, those of the search count too. ``write_events`` gets what changed, as JSON objects,
    after each commit; what a run before did not write comes first.
    """

    def __init__(
        self,
        client: Endpoints,
        store: Store,
        clock: Clock,
        progress: Progress,
        *,
        origin: str,
        full: bool = False,
        contacts: bool = True,
        calls: int = CALLS,
        details: Details | None = None,
        write_events: Callable[[list[str]], None] | None = None,
    ) -> None:
        self._store = store
        self._origin = origin
        self._contacts = contacts
        self._calls = calls
        self._details = details
        self._progress = progress
        self._service = Service(client, store, clock, progress, full=full)
        self._service.write_events = write_events
        self._account = AccountCheck(self._service)

    def run(self) -> Report:
        """Bring the archive up to date; what was read before a failure is kept.

        Raises :class:`~wacr_cli.core.errors.BusyError` where another sync writes it, and what client and store raise.
        """
        service, report = self._service, self._service.report
        with self._store.exclusive():
            # The API is asked before anything is created: a bad token, or a filter that it ignores, makes no archive.
            pages = {} if self._store.exists else request_first_pages(service)
            self._open()
            self._forget_number()
            deletions = Deletions(service)
            current = copy_lists(service, self._account, deletions, pages)
            comparison = Reconciliation(service, self._account, deletions, self._calls)
            total = comparison.count() if has_counts(service) else None
            for direction in DIRECTIONS:
                if service.is_whole(direction):
                    self._bring_up_to_date(direction, is_current=direction in current)
            read_undirected(service, self._account, deletions, total)
            if not report.missing:
                comparison.run()
            self._note_uncounted()
            report.complete = not report.missing
            self._store_end()
            self._service.publish()
            if self._contacts:
                read_contacts(service)
            self._read_details(comparison.spent)
        report.newest_sent_at = self._store.info().newest_sent_at
        return report

    def _read_details(self, spent: int) -> None:
        """Read the details that are wanted, with the calls that the search for differences has left."""
        if self._details is None:
            return
        calls = self._details.calls
        left = None if calls is None else max(0, calls - spent)
        read_details(self._service, self._progress, Details(self._details.kinds, left))

    def compare(self) -> Report:
        """Find how the archive differs from the API, and change nothing. Raises what :meth:`run` raises."""
        service = self._service
        with self._store.exclusive():
            self._open()
            with self._store.rehearsal():
                comparison = Reconciliation(service, self._account, Deletions(service), self._calls)
                service.report.total = comparison.count()
                request_first_pages(service)
                comparison.run()
        return service.report

    def _open(self) -> None:
        """Create or migrate the archive. Raises :class:`UsageError` for one of another API."""
        self._store.prepare()
        origin = self._store.get_state("origin")
        if origin is None:
            with self._store.transaction():
                self._store.set_state("origin", self._origin)
        elif origin != self._origin:
            raise UsageError(
                f"the archive {self._store.location!r} is of {origin}, not of {self._origin}",
                "Name another place for this one: --archive-at, WACR_ARCHIVE, or the profile's archive.",
            )
        scans = [self._store.get_state(f"copy.{direction}") for direction in DIRECTIONS]
        synced = self._store.get_state("synced")
        if self._service.write_events:
            self._store.record_events()
        self._service.start_after([*list_moments(scans), *([synced["at"]] if synced else [])])

    def _bring_up_to_date(self, direction: str, *, is_current: bool) -> None:
        """Read what came in, unless the list was just read as a whole, and what changed."""
        started, new = self._service.now(), list[int]()
        if not is_current:
            caught = catch_up(self._service, self._account, direction)
            if caught.reason:
                return
            if caught.whole:
                note_search(self._service, direction, started)
                return
            new = caught.new
        find_changes(self._service, self._account, direction, new)

    def _note_uncounted(self) -> None:
        """Report once that the API does not count its messages."""
        if not self._service.totals and not self._store.get_state("uncounted"):
            self._service.report.notes.append(
                "The API does not report how many messages there are, so wacr can't check that none is missing."
            )
            with self._store.transaction():
                self._store.set_state("uncounted", True)

    def _forget_number(self) -> None:
        """Forget how many messages the last run left: one that is killed leaves another number."""
        if synced := self._store.get_state("synced"):
            with self._store.transaction():
                self._store.set_state("synced", {**synced, "messages": None})

    def _store_end(self) -> None:
        report, now = self._service.report, self._service.now()
        messages = self._store.count_live()
        synced = self._store.get_state("synced") or {}
        since = synced.get("since") or (now if report.complete else None)
        with self._store.transaction():
            self._store.set_state(
                "synced", {"at": now, "complete": report.complete, "since": since, "messages": messages}
            )
