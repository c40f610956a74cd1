"""Keep the messages of two accounts apart: an archive has those of one, whichever token is used.

No row names its account. A response belongs to the archive's account if one of its rows is stored and has the same
values in all fields that never change. Nothing is stored before that, except in an archive of so few messages that the
API may have deleted them all, and by ``--full``, which replaces everything.

It costs no call as long as the responses share rows with the archive. Where they don't, up to five stored messages are
requested one by one.
"""

from __future__ import annotations

from collections.abc import Sequence

from wacr_cli.core.errors import NotFoundError, UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.query import Query
from wacr_cli.sync.service import Service, list_ids

_FEW = 20
_SAMPLES = (Query(local=True, limit=3), Query(local=True, limit=2, sort="created_at"))


class AccountCheck:
    """The check of one run: it passes once, and then for the whole run."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._passed = False

    def check(self, rows: Sequence[Row]) -> None:
        """Check that *rows*, as received, are of the archive's account. Raises :class:`UsageError` if they are not."""
        if rows and not self._passed:
            self._passed = self._service.full or self._has_few() or self._is_stored(rows) or self._finds_sample()
            if not self._passed:
                raise self._make_error()

    def _has_few(self) -> bool:
        listing = self._service.store.list_messages(Query(local=True, limit=_FEW))
        return sum(map(len, listing.windows)) < _FEW

    def _is_stored(self, rows: Sequence[Row]) -> bool:
        """Return whether one of *rows* is stored; raise where all that are stored differ in what never changes."""
        stored = self._service.store.get_rows(list_ids(rows))
        same = [_identify(stored[row["id"]]) == _identify(row) for row in rows if row["id"] in stored]
        if same and not any(same):
            raise self._make_error()
        return any(same)

    def _finds_sample(self) -> bool:
        """Return whether the API has one of the archive's newest or oldest messages."""
        for query in _SAMPLES:
            for row in (row for rows in self._service.store.list_messages(query).windows for row in rows):
                try:
                    found = self._service.client.message(row["id"])
                except NotFoundError:
                    continue
                if _identify(found) == _identify(row):
                    return True
        return False

    def _make_error(self) -> UsageError:
        return UsageError(
            f"the messages in {self._service.store.location!r} are not those that this token reads",
            "Is it another account's? Then name another --archive-at; if not, wacr sync --full.",
        )


def _identify(row: Row) -> list[object]:
    """Return the values of a message that never change."""
    return [row.get(name) for name in ("id", "interaction_id", "sender_id", "type", "message_id")]
