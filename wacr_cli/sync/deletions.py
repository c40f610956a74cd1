"""Decide which messages the API no longer has.

A list that lacks a message proves little: the response may come from a replica that lags, or from a moment in which
rows changed places. So a message is marked as deleted only

1. if the API answers 404 for it, which is asked for :data:`CHECKS` messages a run at most, or
2. if two readings that are at least :data:`APART` from each other both missed it, and the API answers 404 for each of a
   sample of :data:`SAMPLE` of them.

A message that was missed once is marked, and the mark is removed when it is read again. The newest messages of a list
are asked for only when they were missed twice, because the replica that lacks them may answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from wacr_cli.archive.store import UNPLACED
from wacr_cli.core.errors import NotFoundError
from wacr_cli.sync.service import ALL_DIRECTIONS, Service

CHECKS = 20
"""Messages of a run that are requested one by one."""

SAMPLE = 5
"""Messages, of those that two readings missed, that are requested one by one."""

APART = timedelta(seconds=60)


class Deletions:
    """The deletions of one run. ``alive`` are the ids of missed messages that the API has."""

    def __init__(self, service: Service) -> None:
        self.alive: set[int] = set()
        self._service = service
        self._checks = CHECKS

    def report_missed(self, ids: Sequence[int], newest: Collection[int] = ()) -> None:
        """Mark messages that a reading did not find; those in *newest* were newer than all that it found."""
        store, now = self._service.store, self._service.now()
        before = (datetime.fromisoformat(now) - APART).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        missed = [one for one in ids if one not in self.alive]
        twice = set(store.list_missed(ALL_DIRECTIONS, before)).intersection(missed)
        sample = {one for one in [*twice][:SAMPLE] if self._is_gone(one)}
        gone = {
            one
            for one in missed
            if one not in newest and one not in twice and self._take_check() and self._is_gone(one)
        }
        gone |= twice if len(sample) == min(len(twice), SAMPLE) else sample
        with store.transaction():
            self._service.report.deleted += store.mark_deleted([*gone], now)
            store.mark_missed([one for one in missed if one not in gone | self.alive], now)

    def unplace(self, ids: Sequence[int]) -> None:
        """Forget the places of those of *ids* that the API has: they are elsewhere in the list, or in another one."""
        with self._service.store.transaction():
            self._service.store.set_places({one: UNPLACED for one in ids if one in self.alive})

    def _take_check(self) -> bool:
        """Take one of the run's checks; return whether there was one."""
        self._checks -= 1
        return self._checks >= 0

    def _is_gone(self, number: int) -> bool:
        """Return whether the API has no such message."""
        try:
            self._service.client.message(number)
        except NotFoundError:
            return True
        self.alive.add(number)
        return False
