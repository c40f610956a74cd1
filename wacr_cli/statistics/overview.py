"""The overview: all figures of a period and of the one before, who waits, and the days."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from typing import Any

from wacr_cli.core.counts import MessageCounts
from wacr_cli.core.times import to_microseconds
from wacr_cli.statistics.messages import describe_delivery, describe_volume, list_groups
from wacr_cli.statistics.periods import Periods
from wacr_cli.statistics.query import StatisticsQuery
from wacr_cli.statistics.response import describe_people, describe_times, find_open_time
from wacr_cli.statistics.turns import ResponseTimes, find_turns

_LONGEST = 10


def make_overview(store: MessageCounts, query: StatisticsQuery) -> dict[str, Any]:
    """Return all figures of the period and of the one before, who waits longest, the busiest hour and the days."""
    before = query.make_previous()
    times, waiting = _read_both(store, query, before)
    tally, earlier = _count_all(store, query), _count_all(store, before)
    longest = {number: began for began, number in nsmallest(_LONGEST, waiting)}
    people = describe_people(store, query, [*longest], longest)
    days = {key: describe_volume(some) for key, some in tally.days.items()}
    return {
        **_describe_figures(store, query, tally, times[0]),
        "busiest_hour": max(tally.hours, key=lambda hour: (tally.hours[hour], -int(hour)), default=None),
        "waiting_now": len(waiting),
        "longest_waiting": [{"key": one, **person} for one, person in people.items()],
        "previous": {"period": before.describe_period(), **_describe_figures(store, before, earlier, times[1])},
        "days": list_groups(replace(query, by="day"), days, describe_volume(Counter()))["groups"],
    }


def _read_both(
    store: MessageCounts, query: StatisticsQuery, before: StatisticsQuery
) -> tuple[tuple[ResponseTimes, ResponseTimes], list[tuple[int, int]]]:
    """Return the response times of a period and of the one before, and which conversations wait, with since when.

    Of the one before, answers count that came in it.
    """
    now, then = ResponseTimes(), ResponseTimes()
    open_time = find_open_time(query, before.since)
    start, middle = to_microseconds(before.since), to_microseconds(query.since)
    waiting = []
    for turn in find_turns(store.read_lines(replace(query.messages, since=None)), query.auto_within):
        if not turn.matches:
            continue
        if turn.answered is None:
            waiting.append((turn.began, turn.conversation))
        if turn.began >= middle:
            now.add(turn, open_time)
        elif turn.began >= start:
            then.add(turn.cut(middle), open_time)
    return (now, then), waiting


@dataclass(slots=True)
class _Tally:
    """Numbers of messages: by direction, of outbound ones by status, by direction for each day, and by hour."""

    directions: Counter[str | None] = field(default_factory=Counter)
    statuses: Counter[str | None] = field(default_factory=Counter)
    days: dict[str, Counter[str | None]] = field(default_factory=lambda: defaultdict(Counter))
    hours: Counter[str] = field(default_factory=Counter)


def _count_all(store: MessageCounts, query: StatisticsQuery) -> _Tally:
    tally = _Tally()
    days, hours = Periods("day", query.zone), Periods("hour", query.zone)
    for quarter, direction, status, number in store.count_messages(query.messages, ("direction", "status")):
        tally.directions[direction] += number
        tally.statuses[status] += number * (direction == "outbound")
        tally.days[days.key_of(quarter)][direction] += number
        tally.hours[hours.key_of(quarter)] += number
    return tally


def _describe_figures(
    store: MessageCounts, query: StatisticsQuery, tally: _Tally, times: ResponseTimes
) -> dict[str, Any]:
    """Return the fields of the overview."""
    active, new = store.count_conversations(query.messages)
    conversations = {"conversations_active": active, "conversations_new": new}
    volume, delivery = describe_volume(tally.directions), describe_delivery(tally.statuses)
    return volume | conversations | delivery | describe_times(times)
