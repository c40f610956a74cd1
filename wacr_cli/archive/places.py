"""Where messages stand in the API's lists, and which of them were missed: the queries that a sync compares by.

The place of a message is its id, unless the column ``place`` has another one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from wacr_cli.archive.rows import Values
from wacr_cli.archive.select import make_placeholders
from wacr_cli.archive.store import Directions, Place

_PLACE = "COALESCE(place, id) DESC, id DESC"
_PLACED = "COALESCE(place, id) > -1e308"
_NEWER = "COALESCE(place, id) >= ? AND (COALESCE(place, id) > ? OR id > ?)"


class PlaceQueries(ABC):
    """A part of :class:`~wacr_cli.archive.sql_store.SqlStore`."""

    @abstractmethod
    def _fetch_all(self, sql: str, values: Sequence[object] = ()) -> list[Any]:
        """Return all rows of a query."""

    @abstractmethod
    def _execute_many(self, sql: str, rows: Sequence[Values]) -> None:
        """Run a statement once for each row of values."""

    def find_others(self, ids: Sequence[int], direction: str) -> set[int]:
        """Return those of *ids* that are stored under the other direction, unless they are deleted."""
        if not ids:
            return set()
        places = make_placeholders(len(ids))
        sql = f"SELECT id FROM messages WHERE id IN ({places}) AND direction <> ? AND deleted_at IS NULL"  # noqa: S608
        return {number for (number,) in self._fetch_all(sql, [*ids, direction])}

    def list_unseen(self, direction: str | None, before: str) -> list[int]:
        """Return the ids of the messages of a direction that were last seen before a moment, newest first."""
        condition, values = build_direction(direction)
        sql = f"SELECT id FROM messages WHERE {condition} AND deleted_at IS NULL AND last_seen_at < ? ORDER BY {_PLACE}"  # noqa: S608
        return [number for (number,) in self._fetch_all(sql, (*values, before))]

    def mark_deleted(self, ids: Sequence[int], now: str) -> int:
        """Mark messages as deleted, and return how many they are."""
        sql = "UPDATE messages SET deleted_at = ?, missed_at = NULL WHERE id = ? AND deleted_at IS NULL"
        self._execute_many(sql, [(now, one) for one in ids])
        return len(ids)

    def mark_missed(self, ids: Sequence[int], now: str) -> None:
        """Mark messages that a reading did not find, unless they are marked already."""
        sql = "UPDATE messages SET missed_at = ? WHERE id = ? AND missed_at IS NULL AND deleted_at IS NULL"
        self._execute_many(sql, [(now, one) for one in ids])

    def clear_missed(self, ids: Sequence[int]) -> None:
        """Take the marks of :meth:`mark_missed` back."""
        self._execute_many("UPDATE messages SET missed_at = NULL WHERE id = ?", [(one,) for one in ids])

    def list_unplaced(self, directions: Directions) -> list[int]:
        """Return the ids of the messages of a list whose places are not known."""
        condition, values = _build_list(directions)
        sql = f"SELECT id FROM messages WHERE place IS NOT NULL AND NOT {_PLACED} AND {condition}"  # noqa: S608
        return [number for (number,) in self._fetch_all(sql, values)]

    def list_missed(self, directions: Directions, until: str | None = None) -> list[int]:
        """Return the ids of the messages that a reading did not find, newest first; *until* is the latest moment."""
        condition, values = _build_list(directions)
        sql = f"SELECT id FROM messages WHERE {condition} AND missed_at IS NOT NULL"  # noqa: S608
        if until is not None:
            sql, values = f"{sql} AND missed_at <= ?", [*values, until]
        return [number for (number,) in self._fetch_all(f"{sql} ORDER BY {_PLACE}", values)]

    def clear_direction(self, ids: Sequence[int], now: str) -> None:
        """Take the direction from messages."""
        sql = "UPDATE messages SET direction = NULL, changed_at = ? WHERE id = ?"
        self._execute_many(sql, [(now, one) for one in ids])

    def find_places(self, ids: Sequence[int], directions: Directions) -> dict[int, Place]:
        """Return the places of those of *ids* that are in a list."""
        if not ids:
            return {}
        condition, values = _build_list(directions)
        sql = (
            f"SELECT COALESCE(place, id), id FROM messages WHERE id IN ({make_placeholders(len(ids))}) AND {condition}"  # noqa: S608
        )
        return {number: (place, number) for place, number in self._fetch_all(sql, [*ids, *values])}

    def set_places(self, places: dict[int, float]) -> None:
        """Let messages stand where their ids would not put them."""
        self._execute_many("UPDATE messages SET place = ? WHERE id = ?", [(float(x), one) for one, x in places.items()])

    def find_next(self, directions: Directions, place: Place, *, newer: bool) -> Place | None:
        """Return the next newer or next older place in a list, None where there is none, without unplaced messages."""
        sign, order = (">", "ASC") if newer else ("<", "DESC")
        found: list[Place] = []
        for direction in directions:
            condition, values = _build_list([direction])
            after = f"{_PLACED} AND COALESCE(place, id) {sign}= ? AND (COALESCE(place, id) {sign} ? OR id {sign} ?)"
            sql = (
                f"SELECT COALESCE(place, id), id FROM messages WHERE {condition} AND {after} "  # noqa: S608
                f"ORDER BY COALESCE(place, id) {order}, id {order} LIMIT 1"
            )
            found += [(at, number) for at, number in self._fetch_all(sql, [*values, place[0], *place])]
        return (min if newer else max)(found, default=None)

    def count_before(self, directions: Directions, place: Place | None) -> int:
        """Return how many messages of a list are newer than a place, None for all; without missed and unplaced ones."""
        newer, values = (f" AND {_PLACED}", ()) if place is None else (f" AND {_NEWER}", (place[0], *place))
        found = 0
        for direction in directions:  # each from its own part of the index
            condition, named = _build_list([direction])
            counted = f"SELECT count(*) FROM messages WHERE {condition}{newer}"  # noqa: S608
            found += self._fetch_all(counted, [*named, *values])[0][0]
            found -= self._fetch_all(f"{counted} AND missed_at IS NOT NULL", [*named, *values])[0][0]
        return int(found)

    def list_between(self, directions: Directions, newest: Place | None, oldest: Place | None) -> list[Place]:
        """Return the places from *newest* to *oldest*, both included, None for no end; missed messages too."""
        found: list[Place] = []
        for direction in directions:
            condition, values = _build_list([direction])
            if newest is not None:
                condition, values = f"{condition} AND COALESCE(place, id) <= ?", [*values, newest[0]]
            if oldest is not None:
                condition, values = f"{condition} AND COALESCE(place, id) >= ?", [*values, oldest[0]]
            sql = f"SELECT COALESCE(place, id), id FROM messages WHERE {condition} AND {_PLACED}"  # noqa: S608
            found += [(place, number) for place, number in self._fetch_all(sql, values)]
        return sorted(
            (one for one in found if (newest is None or one <= newest) and (oldest is None or one >= oldest)),
            reverse=True,
        )


def _build_list(directions: Directions) -> tuple[str, list[object]]:
    """Return the condition that a message is in a list, and is not deleted."""
    parts = [build_direction(one) for one in directions]
    either = " OR ".join(condition for condition, _ in parts)
    return f"({either}) AND deleted_at IS NULL", [value for _, values in parts for value in values]


def build_direction(direction: str | None) -> tuple[str, tuple[str, ...]]:
    """Return the condition that a message has a direction, or none."""
    return ("direction IS NULL", ()) if direction is None else ("direction = ?", (direction,))
