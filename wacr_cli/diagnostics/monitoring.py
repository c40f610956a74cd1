"""The checks of ``wacr check``: values, thresholds and states as monitoring plugins have them.

Source: the guidelines of the monitoring plugins, https://www.monitoring-plugins.org/doc/guidelines.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from wacr_cli.archive.store import Store
from wacr_cli.core.business_hours import BusinessHours
from wacr_cli.core.conversations import FAILED, ConversationQuery
from wacr_cli.core.errors import UsageError
from wacr_cli.core.times import format_duration, parse_age, parse_sent_at

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
"""The states by their exit statuses."""

OK, WARNING, CRITICAL, UNKNOWN = range(4)

FEW = 20
"""Outbound messages: a share of fewer than these is not judged."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The values from which a check warns and is critical; ``is_least`` where lower values are worse."""

    warning: float | None = None
    critical: float | None = None
    is_least: bool = False

    def judge(self, value: float) -> int:
        """Return the state of a value."""
        for state, limit in ((CRITICAL, self.critical), (WARNING, self.warning)):
            if limit is not None and (value < limit if self.is_least else value > limit):
                return state
        return OK


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: a value in a unit, and its name and help for Prometheus."""

    name: str
    text: str
    value: float
    unit: str
    metric: str
    help: str
    thresholds: Thresholds = Thresholds()
    state: int = OK


class Limiter(Protocol):
    """What knows how many calls are left."""

    def left(self) -> tuple[int, int]:
        """Return the limit, and how many calls are left now."""
        ...


def parse_thresholds(text: str, flag: str, parse: Callable[[str, str], float], *, is_least: bool = False) -> Thresholds:
    """Parse ``WARN`` or ``WARN:CRIT``. Raises :class:`UsageError`."""
    words = text.split(":")
    if not 1 <= len(words) <= 2 or not all(words):
        raise UsageError(f"{flag}: not WARN or WARN:CRIT: {text!r}", "Give one value, or two with a colon.")
    values = [parse(word, flag) for word in words]
    if len(values) == 2 and (values[0] < values[1] if is_least else values[0] > values[1]):
        order = "less" if is_least else "more"
        raise UsageError(f"{flag}: {text!r}: the second value must be {order} severe", "Swap the two values.")
    return Thresholds(values[0], values[1] if len(values) == 2 else None, is_least)


def parse_seconds_of(text: str, flag: str) -> float:
    """Parse an age such as ``30m`` to seconds."""
    return parse_age(text, flag).total_seconds()


def parse_percent(text: str, flag: str) -> float:
    """Parse ``2%`` or ``2``. Raises :class:`UsageError`."""
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,4})?%?", text) and float(text.rstrip("%")) <= 100:
        return float(text.rstrip("%"))
    raise UsageError(f"{flag}: not a percentage: {text!r}", "Write it like 2% or 0.5%.")


def parse_count(text: str, flag: str) -> float:
    """Parse a whole number. Raises :class:`UsageError`."""
    if re.fullmatch(r"[0-9]{1,6}", text):
        return float(text)
    raise UsageError(f"{flag}: not a whole number: {text!r}", "Write it like 20:5.")


def check_waiting(store: Store, now: datetime, hours: BusinessHours | None, thresholds: Thresholds) -> Sequence[Check]:
    """Return how long the customer waits who waits longest, in business hours if there are any, and how many wait."""
    waits = []
    for one in store.list_conversations(ConversationQuery(waiting=True, limit=None)):
        since = parse_sent_at(one.waiting.get("sent_at")) if one.waiting else None
        if since is not None:
            waits.append(hours.measure(since, now) if hours else max(0.0, (now - since).total_seconds()))
    longest = max(waits, default=0.0)
    text = f"longest wait {format_duration(longest)}" if waits else "no customer waits"
    return (
        Check(
            "waiting",
            text,
            longest,
            "s",
            "wacr_longest_wait_seconds",
            "How long the customer has waited who waits longest",
            thresholds,
            thresholds.judge(longest),
        ),
        Check(
            "customers",
            f"{len(waits):,} waiting",
            len(waits),
            "",
            "wacr_waiting_customers",
            "Conversations that wait for an answer",
        ),
    )


def check_failed(store: Store, now: datetime, within: timedelta, thresholds: Thresholds) -> Sequence[Check]:
    """Return the share of the outbound messages of a time that failed, in percent; no share of fewer than FEW."""
    statuses = store.count_outbound(now - within)
    outbound, failed = sum(statuses.values()), statuses.get(FAILED, 0)
    share = round(100 * failed / outbound, 2) if outbound else 0.0
    state = thresholds.judge(share) if outbound >= FEW else OK
    return (
        Check(
            "failed",
            f"{share:g}% failed ({failed:,} of {outbound:,})",
            share,
            "%",
            "wacr_failed_percent",
            "Share of the latest outbound messages that failed",
            thresholds,
            state,
        ),
        Check(
            "outbound", f"{outbound:,} sent", outbound, "", "wacr_outbound_messages", "Outbound messages of that time"
        ),
    )


def check_synced(store: Store, now: datetime, thresholds: Thresholds) -> Sequence[Check]:
    """Return how long ago the archive was synced, and whether it was complete then."""
    synced = store.get_state("synced")
    if not synced:
        raise UsageError("the archive was never synced", "Run wacr sync.")
    age = max(0.0, (now - datetime.fromisoformat(synced["at"])).total_seconds())
    is_complete = bool(synced.get("complete"))
    return (
        Check(
            "synced",
            f"synced {format_duration(age)} ago" + ("" if is_complete else ", incomplete"),
            age,
            "s",
            "wacr_sync_age_seconds",
            "Time since the last sync",
            thresholds,
            thresholds.judge(age),
        ),
        Check("complete", "", int(is_complete), "", "wacr_archive_complete", "Whether the last sync was complete"),
    )


def check_calls(limiter: Limiter, thresholds: Thresholds) -> Sequence[Check]:
    """Return how many calls are left in this minute. The caller has made one, which told the limiter."""
    limit, left = limiter.left()
    return (
        Check(
            "calls_left",
            f"{left:,} of {limit:,} calls left",
            left,
            "",
            "wacr_calls_left",
            "Calls that are left of the rate limit",
            thresholds,
            thresholds.judge(left),
        ),
    )


def format_line(checks: Sequence[Check]) -> str:
    """Return the line of a plugin: the state, what the checks found, and the performance data."""
    state = max((check.state for check in checks), default=OK)
    worst = [check.text for check in checks if check.state == state and check.text]
    others = [check.text for check in checks if check.state != state and check.text]
    return f"WACR {STATES[state]} - {', '.join([*worst, *others])} | {' '.join(map(_format_data, checks))}"


def _format_data(check: Check) -> str:
    """Return a value as performance data: label=value[unit];warning;critical;least;most."""
    colon = ":" * check.thresholds.is_least
    limits = [
        "" if limit is None else f"{limit:g}{colon}" for limit in (check.thresholds.warning, check.thresholds.critical)
    ]
    most = "100" if check.unit == "%" else ""
    return f"{check.name}={check.value:.10g}{check.unit};{limits[0]};{limits[1]};0;{most}"


def format_openmetrics(checks: Sequence[Check], profile: str) -> list[str]:
    """Return the lines of the OpenMetrics text format, which node_exporter reads as well."""
    label = profile.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    lines = []
    for check in checks:
        lines += [f"# TYPE {check.metric} gauge", f"# HELP {check.metric} {check.help}"]
        lines.append(f'{check.metric}{{profile="{label}"}} {check.value:.10g}')
    state = max((check.state for check in checks), default=OK)
    lines += ["# TYPE wacr_state gauge", "# HELP wacr_state 0 OK, 1 WARNING, 2 CRITICAL"]
    return [*lines, f'wacr_state{{profile="{label}"}} {state}', "# EOF"]
