"""Periods of time for statistics: days, weeks, months, hours and weekdays of a time zone.

Moments are microseconds since 1970. Every offset of a time zone since 1972 is a multiple of a quarter of an hour, so a
quarter never belongs to two days, nor to two hours.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo

from wacr_cli.core.business_hours import DAYS
from wacr_cli.core.counts import QUARTER

PERIODS = ("day", "week", "month", "hour", "weekday")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


def to_datetime(microseconds: int, zone: tzinfo | None) -> datetime:
    """Return a moment in a time zone, None for the local one; the last or first year's end where it is beyond it."""
    try:
        return (_EPOCH + timedelta(microseconds=microseconds)).astimezone(zone)
    except OverflowError:
        return (datetime.max if microseconds > 0 else datetime.min).replace(tzinfo=zone or UTC)


class Periods:
    """The keys of the periods of one kind of :data:`PERIODS`: 2026-11-01, 2026-W45, 2026-11, 0 to 23, mon to sun."""

    def __init__(self, kind: str, zone: tzinfo | None) -> None:
        self._kind = kind
        self._zone = zone
        self._keys: dict[int, str] = {}

    def key_of(self, microseconds: int) -> str:
        """Return the key of the period that a moment is in."""
        quarter = microseconds // QUARTER
        key = self._keys.get(quarter)
        if key is None:
            key = self._keys[quarter] = self._format(to_datetime(quarter * QUARTER, self._zone))
        return key

    def list_keys(self, since: datetime, until: datetime) -> list[str]:
        """Return the keys of all periods from *since* to *until*, aware, those without messages too, in order."""
        if self._kind == "hour":
            return [str(hour) for hour in range(24)]
        if self._kind == "weekday":
            return list(DAYS)
        first = since.astimezone(self._zone).date()
        last = (until - timedelta(microseconds=1)).astimezone(self._zone).date()
        days = (first + _DAY * number for number in range((last - first).days + 1))
        return list(dict.fromkeys(map(self._format, days)))

    def _format(self, moment: date) -> str:
        match self._kind:
            case "week":
                year, week, _ = moment.isocalendar()
                return f"{year:04}-W{week:02}"
            case "month":
                return f"{moment.year:04}-{moment.month:02}"
            case "hour" if isinstance(moment, datetime):
                return str(moment.hour)
            case "weekday":
                return DAYS[moment.weekday()]
        return f"{moment.year:04}-{moment.month:02}-{moment.day:02}"
