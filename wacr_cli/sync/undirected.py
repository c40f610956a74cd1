"""Read the messages that are neither inbound nor outbound: the filters on direction show none of them.

Where the API counts, the difference of the totals says how many there are. If there are any, the list without a filter
is read once as a whole, and again by ``--full``; after that, :mod:`~wacr_cli.sync.reconcile` finds what differs.

Where the API does not count, the list without a filter is read once as a whole. Each later run reads it, newest first,
down to rows that the last such reading had, too: one call where there is nothing new.
"""

from __future__ import annotations

from wacr_cli.core.models import DIRECTIONS
from wacr_cli.paging.walk import Walk
from wacr_cli.sync.account_check import AccountCheck
from wacr_cli.sync.deletions import Deletions
from wacr_cli.sync.service import LINK_ROWS, Service, list_ids


def has_counts(service: Service) -> bool:
    """Return whether the API counts the list without a filter, as far as is known."""
    return service.store.get_state("counts") is not False


def read_undirected(service: Service, account: AccountCheck, deletions: Deletions, total: int | None) -> None:
    """Read the messages without a direction.

    *total* is the number of all messages, counted before those of the directions were, so that a message that came in
    meanwhile is not taken for one without a direction. None where the API does not count.
    """
    if total is None:
        _read_uncounted(service, account, deletions)
    elif service.full or not service.store.get_state("whole."):
        directed = [service.totals.get(direction) for direction in DIRECTIONS]
        if None not in directed and (
            total > sum(map(int, filter(None, directed))) or service.store.count_direction(None)
        ):
            _read_all(service, account, deletions)


def _read_uncounted(service: Service, account: AccountCheck, deletions: Deletions) -> None:
    whole = service.store.get_state("whole.")
    if service.full or not whole:
        _read_all(service, account, deletions)
        return
    started = service.now()
    for page in service.follow(Walk(), None):
        account.check(page.rows)
        last = list_ids(page.rows[-LINK_ROWS:])
        read_before = service.store.find_unchanged(last, whole["at"])
        with service.store.transaction():
            service.upsert_window(page.rows, None)
        if len(page.rows) >= LINK_ROWS and read_before.issuperset(last):
            break
    with service.store.transaction():
        service.store.set_state("counts", None in service.totals)
        service.store.set_state("whole.", {"at": started})


def _read_all(service: Service, account: AccountCheck, deletions: Deletions) -> None:
    """Read the whole list, and find the messages without a direction that it does not have."""
    started, walk = service.now(), Walk()
    for page in service.follow(walk, None):
        account.check(page.rows)
        with service.store.transaction():
            service.upsert_window(page.rows, None)
    with service.store.transaction():
        service.store.set_state("counts", None in service.totals)
        if walk.complete:
            service.store.set_state("whole.", {"at": started})
        else:
            service.report_incomplete(None, walk.reason, walk.seen, walk.expected)
    if walk.complete:
        deletions.report_missed(service.store.list_unseen(None, started))
