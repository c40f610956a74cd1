"""The flags that statistics share: a period in a time zone, business hours, automatic replies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from wacr_cli.core.times import parse_age, parse_when
from wacr_cli.statistics.query import FIRST

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from wacr_cli.core.business_hours import BusinessHours
    from wacr_cli.session import Session

PeriodOption = Annotated[
    str,
    typer.Option("--since", metavar="WHEN", help="Only messages sent at or after WHEN: a date, month, time or age"),
]
AutoWithinOption = Annotated[
    str | None,
    typer.Option(
        "--auto-within",
        metavar="AGE",
        help="Treat replies within AGE of a turn's first message, such as 5s, as automatic: they answer nothing",
    ),
]
BusinessHoursOption = Annotated[
    str | None,
    typer.Option(
        "--business-hours", metavar="HH:MM-HH:MM", help="Count only time in these hours [default: the profile's]"
    ),
]
BusinessDaysOption = Annotated[
    str | None,
    typer.Option(
        "--business-days", metavar="DAYS", help="Count only time on these days: mon-fri [default: the profile's]"
    ),
]
TimezoneOption = Annotated[
    str | None,
    typer.Option(
        "--timezone", metavar="ZONE", help="Time zone of days and hours [default: the profile's, or the local one]"
    ),
]


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time, and its zone with its name; None is the local zone."""

    since: datetime
    until: datetime
    zone: tzinfo | None
    timezone: str


def parse_period(session: Session, since: str, until: str | None, timezone: str | None) -> Period:
    """Return the period of flags, now at its end where nothing else is given."""
    from wacr_cli.core.business_hours import parse_zone

    now, name = session.clock.now(), timezone or session.settings.timezone
    zone = parse_zone(name) if name else None
    return Period(
        since=max(parse_when(since, now, "--since", zone), FIRST),
        until=now if until is None else parse_when(until, now, "--until", zone),
        zone=zone,
        timezone=name or _name_zone(now),
    )


def find_hours(session: Session, hours: str | None, days: str | None, timezone: str | None) -> BusinessHours | None:
    """Return the business hours of flags, or of the profile."""
    from wacr_cli.core.business_hours import parse_business_hours

    own = session.settings
    return parse_business_hours(hours or own.business_hours, days or own.business_days, timezone or own.timezone)


def _name_zone(now: datetime) -> str:
    """Return the name of the local time zone: that of the tz database where it is known."""
    name = os.environ.get("TZ", "").lstrip(":")
    if not name:
        _, _, name = os.path.realpath("/etc/localtime").partition("/zoneinfo/")
    return name or str(now.tzname())


def parse_auto_within(text: str | None) -> float | None:
    """Return seconds: of a number, or of a length of time."""
    if text is None:
        return None
    return parse_age(f"{text}s" if text.strip().isdecimal() else text, "--auto-within").total_seconds()
