"""Volume, delivery and busy hours: numbers of messages."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from wacr_cli.core.business_hours import DAYS
from wacr_cli.core.counts import MessageCounts
from wacr_cli.statistics.periods import PERIODS, Periods
from wacr_cli.statistics.query import StatisticsQuery

_COLUMNS = {"staff": "staff_id"}
_STATUSES = ("sent", "delivered", "read", "failed")


def make_volume(store: MessageCounts, query: StatisticsQuery) -> dict[str, Any]:
    """Return the numbers of inbound and outbound messages."""
    counts = _count_groups(store, query, "direction")
    groups = {key: describe_volume(some) for key, some in counts.items()}
    return describe_volume(_merge(counts)) | list_groups(query, groups, describe_volume(Counter()))


def describe_volume(counts: Counter[str | None]) -> dict[str, int]:
    """Return the fields of volume for numbers of messages by direction."""
    inbound, outbound = counts["inbound"], counts["outbound"]
    return {"inbound": inbound, "outbound": outbound, "total": inbound + outbound}


def make_delivery(store: MessageCounts, query: StatisticsQuery) -> dict[str, Any]:
    """Return the numbers of outbound messages by their last known status, and the reasons of failures."""
    counts = _count_groups(store, query, "status")
    groups = {key: describe_delivery(some) for key, some in counts.items()}
    reasons = [{"reason": reason, "failed": number} for reason, number in store.count_reasons(query.messages)]
    whole = describe_delivery(_merge(counts)) | {"reasons": reasons}
    return whole | list_groups(query, groups, describe_delivery(Counter()))


def describe_delivery(counts: Counter[str | None]) -> dict[str, Any]:
    """Return the fields of delivery for numbers of messages by status."""
    outbound = counts.total()
    rates = {f"{name}_rate": divide(counts[name], outbound) for name in ("failed", "read")}
    return {"outbound": outbound, **{name: counts[name] for name in _STATUSES}, **rates}


def _count_groups(store: MessageCounts, query: StatisticsQuery, field: str) -> dict[str | None, Counter[str | None]]:
    """Return the number of messages for each value of a field, in each group; statuses are those of outbound ones."""
    by = query.by
    periods = Periods(by, query.zone) if by in PERIODS else None
    group = _COLUMNS.get(str(by), by)
    columns = [field, *([] if periods or group is None or group == field else [group])]
    if field == "status" and "direction" not in columns:
        columns.append("direction")
    groups: dict[str | None, Counter[str | None]] = defaultdict(Counter)
    for quarter, *values, number in store.count_messages(query.messages, columns):
        row = dict(zip(columns, values, strict=True))
        if field == "status" and row["direction"] != "outbound":
            continue
        key = periods.key_of(quarter) if periods else row.get(group) if group else None
        groups[key][row[field]] += number
    return groups


def _merge(groups: dict[str | None, Counter[str | None]]) -> Counter[str | None]:
    return sum(groups.values(), Counter())


def list_groups(query: StatisticsQuery, groups: dict[Any, Any], empty: dict[str, Any]) -> dict[str, Any]:
    """Return the groups in their order: periods by time, those without messages too, all others by size."""
    if query.by is None:
        return {}
    if query.by in PERIODS:
        keys: list[Any] = Periods(query.by, query.zone).list_keys(query.since, query.until)
    else:
        first = next(iter(empty))
        size = "total" if "total" in empty else first
        keys = sorted(groups, key=lambda key: (-groups[key][size], key is None, key))
    return {"groups": [{"key": key, **groups.get(key, empty)} for key in keys]}


def make_hours(store: MessageCounts, query: StatisticsQuery) -> dict[str, Any]:
    """Return the numbers of messages for each hour of each weekday."""
    days, hours = (Periods(kind, query.zone) for kind in ("weekday", "hour"))
    cells: dict[tuple[str, str], Counter[str | None]] = defaultdict(Counter)
    for quarter, direction, number in store.count_messages(query.messages, ["direction"]):
        cells[days.key_of(quarter), hours.key_of(quarter)][direction] += number
    groups = [
        {"key": f"{day} {hour:02}", "weekday": day, "hour": hour, **describe_volume(cells[day, str(hour)])}
        for day in DAYS
        for hour in range(24)
    ]
    return {**describe_volume(sum(cells.values(), Counter())), "groups": groups}


def divide(part: float, whole: float) -> float | None:
    """Return a share, None of nothing."""
    return round(part / whole, 6) if whole else None
