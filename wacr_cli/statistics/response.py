"""Response times, and the conversations with most messages: who waited, who waits, and how long."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from wacr_cli.core.business_hours import OpenTime
from wacr_cli.core.conversations import ConversationQuery, find_name
from wacr_cli.core.counts import SECOND, MessageCounts
from wacr_cli.core.times import to_microseconds
from wacr_cli.statistics.messages import divide, list_groups
from wacr_cli.statistics.periods import PERIODS, Periods, to_datetime
from wacr_cli.statistics.query import CONTACT, StatisticsQuery
from wacr_cli.statistics.turns import ResponseTimes, find_quantile, find_turns, measure

_WITHIN = {"within_5m": 300, "within_1h": 3600, "within_24h": 86400}
_CHUNK = 500


def make_response(store: MessageCounts, query: StatisticsQuery) -> dict[str, Any]:
    """Return how many turns were answered, and how fast."""
    whole, groups = ResponseTimes(), defaultdict[Any, ResponseTimes](ResponseTimes)
    periods = Periods(query.by, query.zone) if query.by in PERIODS else None
    open_time, since = find_open_time(query, query.since), to_microseconds(query.since)
    lines = store.read_lines(query.messages, with_staff=query.by == "staff")
    for turn in find_turns(lines, query.auto_within):
        if turn.matches and turn.began >= since:
            whole.add(turn, open_time)
            if query.by:
                groups[periods.key_of(turn.began) if periods else turn.staff].add(turn, open_time)
    described = {key: describe_times(times) for key, times in groups.items()}
    return describe_times(whole) | list_groups(query, described, describe_times(ResponseTimes()))


def find_open_time(query: StatisticsQuery, since: datetime) -> OpenTime | None:
    """Return the business hours from a moment to the end of the period, None where all time counts."""
    return OpenTime(query.hours, since, query.until) if query.hours else None


def describe_times(found: ResponseTimes) -> dict[str, Any]:
    """Return the fields of response for turns."""
    times = sorted(found.times)
    shares = {name: divide(bisect_right(times, most * SECOND), found.turns) for name, most in _WITHIN.items()}
    return {
        "turns": found.turns,
        "answered": len(times),
        "waiting": found.turns - len(times),
        "median_seconds": to_seconds(find_quantile(times, 0.5)),
        "p90_seconds": to_seconds(find_quantile(times, 0.9)),
        **shares,
    }


def to_seconds(microseconds: float | None) -> float | None:
    """Return seconds to the millisecond, as a whole number where they are."""
    if microseconds is None:
        return None
    seconds = round(microseconds / SECOND, 3)
    return int(seconds) if seconds.is_integer() else seconds


def make_contacts(store: MessageCounts, query: StatisticsQuery) -> dict[str, Any]:
    """Return the conversations with the most messages."""
    ranked = iter(store.rank_conversations(query.messages, query.limit))
    groups: list[dict[str, Any]] = []
    while chunk := list(islice(ranked, _CHUNK)):
        ids = [number for number, *_ in chunk]
        people = describe_people(store, query, ids, find_waiting(store, query, ids))
        for number, inbound, outbound, last in chunk:
            counts = {"inbound": inbound, "outbound": outbound, "total": inbound + outbound}
            last_at = to_datetime(last, query.zone).isoformat()
            row = people[number] | counts | {"last_at": last_at}
            groups.append({"key": number, **{name: row[name] for name in CONTACT}})
    return {"groups": groups}


def find_waiting(store: MessageCounts, query: StatisticsQuery, ids: Sequence[int]) -> dict[int, int]:
    """Return since when conversations wait, in microseconds."""
    lines = store.read_lines(query.messages, ids)
    return {one.conversation: one.began for one in find_turns(lines, query.auto_within) if one.answered is None}


def describe_people(
    store: MessageCounts, query: StatisticsQuery, ids: Sequence[int], began: dict[int, int]
) -> dict[int, dict[str, Any]]:
    """Return number, name and waiting time of conversations; *began* is since when they wait."""
    found = store.list_conversations(ConversationQuery(ids=tuple(ids), limit=None)) if ids else []
    numbers = {one.id: one.number for one in found}
    names = store.names_for([number for number in numbers.values() if number is not None])
    since = to_datetime(min(began.values()), query.zone) if began else query.since
    open_time, end = find_open_time(query, since), to_microseconds(query.until)
    people = {}
    for one in ids:
        number, start = numbers.get(one), began.get(one)
        people[one] = {
            "number": number,
            "name": find_name(names, number),
            "waiting_since": None if start is None else to_datetime(start, query.zone).isoformat(),
            "waiting_seconds": None if start is None else to_seconds(measure(start, end, open_time)),
        }
    return people
