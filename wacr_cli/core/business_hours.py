"""Business hours: when a business is open, and how long it was open between two moments."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import accumulate
from typing import TYPE_CHECKING

from wacr_cli.core.errors import UsageError
from wacr_cli.core.times import to_microseconds
from wacr_cli.core.validation import did_you_mean, truncate

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_HOURS = re.compile(r"([0-2]?[0-9]):([0-5][0-9])-([0-2]?[0-9]):([0-5][0-9])")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """From ``start`` to ``end`` on each of ``days``, 0 for Monday, in a ``zone``; None is the local zone.

    A shift that ends before it starts ends the next day.
    """

    start: time
    end: time
    days: frozenset[int]
    zone: tzinfo | None = None

    def measure(self, start: datetime, end: datetime) -> float:
        """Return the seconds of business hours between two aware moments."""
        return sum(
            max(0.0, (min(end, closing) - max(start, opening)).total_seconds())
            for opening, closing in self.list_shifts(start, end)
        )

    def list_shifts(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """Return when the shifts that may be between two aware moments begin and end, in UTC."""
        first, last = start.astimezone(self.zone).date() - _DAY, end.astimezone(self.zone).date()
        days = (first + _DAY * number for number in range((last - first).days + 1))
        return [self._find_shift(day) for day in days if day.weekday() in self.days]

    def _find_shift(self, day: date) -> tuple[datetime, datetime]:
        """Return the moments at which the shift of a day begins and ends, in UTC."""
        end_day = day if self.end > self.start else day + _DAY
        return self._to_utc(day, self.start), self._to_utc(end_day, self.end)

    def _to_utc(self, day: date, moment: time) -> datetime:
        local = datetime.combine(day, moment)
        return (local.replace(tzinfo=self.zone) if self.zone else local.astimezone()).astimezone(UTC)


class OpenTime:
    """The business hours of a span of time, to measure many waits in it; moments are microseconds since 1970."""

    def __init__(self, hours: BusinessHours, start: datetime, end: datetime) -> None:
        shifts = hours.list_shifts(start, end)
        self._openings = [to_microseconds(opening) for opening, _ in shifts]
        self._lengths = [to_microseconds(closing) - to_microseconds(opening) for opening, closing in shifts]
        self._before = [0, *accumulate(self._lengths)]

    def measure(self, start: int, end: int) -> int:
        """Return the microseconds of business hours between two moments of the span."""
        return max(0, self._sum_until(end) - self._sum_until(start))

    def _sum_until(self, moment: int) -> int:
        at = bisect_right(self._openings, moment) - 1
        return 0 if at < 0 else self._before[at] + min(moment - self._openings[at], self._lengths[at])


def parse_business_hours(hours: str | None, days: str | None, zone: str | None) -> BusinessHours | None:
    """Return the business hours of the settings or flags, None where neither hours nor days are given.

    Raises :class:`UsageError` for a value that is not valid.
    """
    if hours is None and days is None:
        return None
    start, end = parse_hours(hours) if hours else (time(0), time(0))
    return BusinessHours(start, end, parse_days(days or "mon-sun"), parse_zone(zone) if zone else None)


def parse_hours(text: str) -> tuple[time, time]:
    """Parse ``09:00-18:00``; ``22:00-06:00`` is a night shift, ``00:00-24:00`` the whole day."""
    found = _HOURS.fullmatch(text.strip())
    numbers = [int(number) for number in found.groups()] if found else []
    if not numbers or numbers[0] > 23 or numbers[2] * 60 + numbers[3] > 24 * 60:
        raise UsageError(f"business_hours: not hours: {truncate(text)!r}", "Write them like 09:00-18:00.")
    start, end = time(numbers[0], numbers[1]), time(numbers[2] % 24, numbers[3])
    if start == end and numbers[2] != 24:
        raise UsageError(
            f"business_hours: {truncate(text)!r} is no time at all", "Write 00:00-24:00 for the whole day."
        )
    return start, end


def parse_days(text: str) -> frozenset[int]:
    """Parse ``mon-fri``, ``sat-mon`` or ``mon,wed,fri``."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        start, end = _find_day(first, text), _find_day(last if dash else first, text)
        found |= {(start + offset) % 7 for offset in range((end - start) % 7 + 1)}
    return frozenset(found)


def _find_day(word: str, text: str) -> int:
    if word in DAYS:
        return DAYS.index(word)
    raise UsageError(
        f"business_days: not days: {truncate(text)!r}{did_you_mean(word, DAYS)}",
        "Write them like mon-fri or mon,wed,fri.",
    )


def parse_zone(name: str) -> ZoneInfo:
    """Return the time zone of a name such as ``Asia/Kolkata``. Raises :class:`UsageError` for an unknown one."""
    from zoneinfo import ZoneInfo, available_timezones

    zones: Sequence[str] = sorted(available_timezones())
    if name not in zones:
        raise UsageError(
            f"timezone: unknown time zone {truncate(name)!r}{did_you_mean(name, zones)}",
            "Use a name of the tz database, such as Europe/Berlin.",
        )
    return ZoneInfo(name)
