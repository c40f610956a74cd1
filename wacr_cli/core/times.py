"""Times: parse ``7d``, ``yesterday``, dates and RFC 3339, format times; and the clock, which tests replace."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol

from wacr_cli.core.errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_AGO = re.compile(r"([0-9]{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_AGO_WORDS = re.compile(r"([0-9]{1,6}) *(second|sec|minute|min|hour|day|week)s? +ago")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_DAY_TIME = re.compile(r"(today|yesterday) +([0-2]?[0-9]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)


class Clock(Protocol):
    """A source of time."""

    def now(self) -> datetime:
        """Return the current time in the local time zone."""
        ...

    def time(self) -> float:
        """Return seconds since the epoch, comparable between processes."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the current time in the local time zone."""
        return datetime.now().astimezone()

    def time(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        time.sleep(seconds)


def parse_when(text: str, now: datetime, flag: str, zone: tzinfo | None = None) -> datetime:
    """Parse a time; it is of *zone*, None for the local one, where it has no offset.

    ``flag`` is the name of the option. Raises :class:`UsageError` for anything that is not a time.
    """
    word = text.strip()
    try:
        return _parse_when(word, now, zone)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{flag}: not a time: {text!r}",
            "Use a date (2026-11-01), a month (2026-11), a time (2026-11-01T09:30, local unless it has an offset), "
            "an age (90m, 12h, 7d, 2 hours ago), today, or yesterday 14:00.",
        ) from None


def parse_age(text: str, flag: str) -> timedelta:
    """Parse a length of time such as ``24h``, ``90m``, ``7d`` or 0. Raises :class:`UsageError` for anything else."""
    word = text.strip()
    if word == "0":
        return timedelta()
    if found := _AGO.fullmatch(word):
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
    raise UsageError(f"{flag}: not a length of time: {text!r}", "Use a number with s, m, h, d or w, such as 36h.")


def _parse_when(word: str, now: datetime, zone: tzinfo | None) -> datetime:
    today = (now.astimezone(zone) if zone else now).date()
    if word == "now":
        return now
    if word in ("today", "yesterday"):
        return _localize(_midnight_of(today - timedelta(days=word == "yesterday")), zone)
    if ago := _AGO.fullmatch(word) or _AGO_WORDS.fullmatch(word):
        return now - timedelta(**{_UNITS[ago[2][0]]: int(ago[1])})
    if found := _DAY_TIME.fullmatch(word):
        midnight = _midnight_of(today - timedelta(days=found[1] == "yesterday"))
        return _localize(midnight.replace(hour=int(found[2]), minute=int(found[3])), zone)
    if _MONTH.fullmatch(word):
        return _localize(datetime.fromisoformat(f"{word}-01"), zone)
    if _DATE.fullmatch(word):
        return _localize(datetime.fromisoformat(word), zone)
    if _TIME.fullmatch(word):
        parsed = datetime.fromisoformat(word.upper())
        return parsed if parsed.tzinfo else _localize(parsed, zone)
    raise ValueError(word)


def _midnight_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _localize(moment: datetime, zone: tzinfo | None) -> datetime:
    """Return a moment of a zone, None for the local one, whose offset then may differ from today's."""
    return moment.replace(tzinfo=zone) if zone else moment.astimezone()


def to_microseconds(moment: datetime) -> int:
    """Return *moment* as microseconds since 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def parse_sent_at(value: object) -> datetime | None:
    """Parse a row's ``sent_at`` to an aware time, UTC where it has no offset; return None where it is not a time."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def format_short_local(moment: datetime, now: datetime) -> str:
    """Format a time for a narrow column: relative within a day, else local date and time, at most 12 characters."""
    age = (now - moment).total_seconds()
    if 0 <= age < 24 * 3600:
        if age < 60:
            return "just now"
        return f"{int(age // 60)}m ago" if age < 3600 else f"{int(age // 3600)}h ago"
    local = moment.astimezone()
    return local.strftime("%b %d %H:%M" if local.year == now.astimezone().year else "%Y-%m-%d")


def format_age(moment: datetime, now: datetime) -> str:
    """Format how long ago a moment was: ``just now``, ``3 minutes ago``."""
    seconds = int((now - moment).total_seconds())
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = seconds // length
            return f"{number:,} {unit}{'s' * (number != 1)} ago"
    return "just now"


def format_time_left(moment: datetime, now: datetime) -> str:
    """Format the time until a moment for a narrow column: ``5h left``, ``12m left``, ``closed`` once it is over."""
    seconds = (moment - now).total_seconds()
    if seconds <= 0:
        return "closed"
    return f"{int(seconds // 60)}m left" if seconds < 3600 else f"{int(seconds // 3600)}h left"


def format_full_local(moment: datetime) -> str:
    """Format a time in full, local, with its offset."""
    return moment.astimezone().strftime("%a %d %b %Y %H:%M:%S %z")


def format_duration(seconds: float) -> str:
    """Format a duration: ``0.4s``, ``12s``, ``2m04s``, ``1h02m``."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def format_estimate(seconds: float) -> str:
    """Format a rough duration: ``40 s``, ``27 min``, ``3 h 10 min``."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60:,} h {minutes % 60} min"


def format_length(length: timedelta) -> str:
    """Format a whole length of time in the largest unit that fits: ``24 h``, ``90 min``, ``7 d``."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds and seconds % size == 0 and (unit != "d" or seconds > size):
            return f"{seconds // size:,} {unit}"
    return f"{seconds:,} s"
