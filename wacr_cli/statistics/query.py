"""Queries for statistics, and the fields of their results."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from wacr_cli.core.business_hours import BusinessHours
from wacr_cli.core.query import Query
from wacr_cli.statistics.periods import PERIODS

TOPICS = ("overview", "volume", "delivery", "response", "hours", "contacts")

VOLUME = ("inbound", "outbound", "total")
DELIVERY = ("outbound", "sent", "delivered", "read", "failed", "failed_rate", "read_rate")
RESPONSE = (
    *("turns", "answered", "waiting", "median_seconds", "p90_seconds"),
    *("within_5m", "within_1h", "within_24h"),
)
CONVERSATIONS = ("conversations_active", "conversations_new")
CONTACT = ("number", "name", "inbound", "outbound", "total", "last_at", "waiting_since", "waiting_seconds")

FIELDS: dict[str, tuple[str, ...]] = {
    "overview": (*VOLUME, *CONVERSATIONS, *DELIVERY[1:], *RESPONSE),
    "volume": VOLUME,
    "delivery": DELIVERY,
    "response": RESPONSE,
    "hours": VOLUME,
    "contacts": CONTACT,
}
"""The fields of each topic, or of its groups."""

GROUPINGS: dict[str, tuple[str, ...]] = {
    "volume": (*PERIODS, "type", "status", "direction", "staff"),
    "delivery": (*PERIODS, "type", "status", "direction", "staff"),
    "response": (*PERIODS, "staff"),
}
"""What the topics can be grouped by."""

FIRST = datetime(1970, 1, 1, tzinfo=UTC)
"""The begin of a period at the earliest, so that there is a period before, and a day in every time zone."""
_LONGEST = timedelta(days=365 * 1900)


@dataclass(frozen=True, slots=True)
class StatisticsQuery:
    """A query for statistics.

    ``messages`` has the filters, and the period as ``since`` and ``until``; both are set. ``zone`` is the time zone of
    days and hours, None for the local one, and ``timezone`` its name. ``by`` groups the figures. ``hours`` are those in
    which waiting counts, ``auto_within`` the seconds within which replies are automatic. ``limit`` is the most
    conversations.
    """

    topic: str
    messages: Query
    zone: tzinfo | None = None
    timezone: str = "UTC"
    by: str | None = None
    hours: BusinessHours | None = None
    auto_within: float | None = None
    limit: int | None = 30

    @property
    def since(self) -> datetime:
        """The begin of the period."""
        return self.messages.since or FIRST

    @property
    def until(self) -> datetime:
        """The end of the period, which is not part of it."""
        return self.messages.until or datetime.max.replace(tzinfo=UTC)

    def describe_period(self) -> dict[str, str]:
        """Return the period as the JSON output has it."""
        since, until = (one.astimezone(self.zone).isoformat() for one in (self.since, self.until))
        return {"since": since, "until": until, "timezone": self.timezone}

    def make_previous(self) -> StatisticsQuery:
        """Return the query for the period before, which is as long."""
        since = self.since - min(self.until - self.since, _LONGEST)
        return replace(self, messages=replace(self.messages, since=since, until=self.since))


def list_rows(result: dict[str, Any]) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    """Return the columns and rows of a result, for CSV: a row a group, or the one row of the whole."""
    fields = FIELDS[result["topic"]]
    if "groups" not in result:
        return fields, [{name: result[name] for name in fields}]
    keys = tuple(name for name in ("key", "weekday", "hour") if any(name in group for group in result["groups"][:1]))
    return (*(keys or ("key",)), *fields), result["groups"]
