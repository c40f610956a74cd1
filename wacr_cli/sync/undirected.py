"""Read the messages that are neither inbound nor outbound: the filters on direction show none of them.

Where the API counts, the difference of the totals says how many there are. An ordinary run reads the list without a
filter, newest first, until as many are found; ``--full`` reads the whole of it and marks those that are gone. It costs
one call to count, a second one where the totals differ, and nothing more while the number of those that are stored
agrees.

Where the API does not count, the list without a filter is read once as a whole. Each later run reads it, newest first,
down to rows that are stored: one call where there is nothing new.
"""

from __future__ import annotations

from wacr_cli.core.models import DIRECTIONS
from wacr_cli.paging.walk import Walk
from wacr_cli.sync.account_check import AccountCheck
from wacr_cli.sync.service import LINK_ROWS, Service, list_ids


def has_counts(service: Service) -> bool:
    """Return whether the API counts the list without a filter, as far as is known."""
    return service.store.get_state("counts") is not False


def read_undirected(service: Service, account: AccountCheck, total: int | None) -> None:
    """Read the messages without a direction.

    *total* is the number of all messages, counted before those of the directions were, so that a message that came in
    meanwhile is not taken for one without a direction. None where the API does not count.
    """
    if total is None:
        _read_uncounted(service, account)
        return
    missing = _count_missing(service, total)
    missing = missing and min(missing, _count_missing(service, service.count()))
    if service.full and (missing or service.store.count_direction(None)):
        _read_all(service, account)
    elif missing and missing != service.store.get_state("undirected"):
        _read_missing(service, account, missing)


def _count_missing(service: Service, total: int | None) -> int:
    """Return how many messages without a direction the API has and the archive has not."""
    if total is None or not all(direction in service.totals for direction in DIRECTIONS):
        return 0
    directed = sum(service.totals[direction] for direction in DIRECTIONS)
    return max(0, total - directed - service.store.count_direction(None))


def _read_missing(service: Service, account: AccountCheck, missing: int) -> None:
    """Read the list newest first until *missing* messages are found, and store how many are not there."""
    for page in service.follow(Walk(), None):
        account.check(page.rows)
        with service.store.transaction():
            missing -= len(service.upsert(page.rows, None).new)
        if missing <= 0:
            break
    with service.store.transaction():
        service.store.set_state("undirected", max(0, missing))


def _read_uncounted(service: Service, account: AccountCheck) -> None:
    if service.full or not service.store.get_state("whole."):
        _read_all(service, account)
        return
    for page in service.follow(Walk(), None):
        account.check(page.rows)
        stored = set(service.store.get_rows(list_ids(page.rows)))
        with service.store.transaction():
            service.upsert(page.rows, None)
        if len(page.rows) >= LINK_ROWS and stored.issuperset(list_ids(page.rows[-LINK_ROWS:])):
            break
    with service.store.transaction():
        service.store.set_state("counts", None in service.totals)


def _read_all(service: Service, account: AccountCheck) -> None:
    """Read the whole list, and mark the messages without a direction that it does not have as deleted."""
    started, walk = service.now(), Walk()
    for page in service.follow(walk, None):
        account.check(page.rows)
        with service.store.transaction():
            service.upsert(page.rows, None)
    with service.store.transaction():
        service.store.set_state("counts", None in service.totals)
        service.store.set_state("undirected", 0)
        if walk.complete:
            service.store.set_state("whole.", {"at": started})
            service.report.deleted += service.store.mark_deleted(None, started, service.now())
        else:
            service.report_incomplete(None, walk.reason, walk.seen, walk.expected)
