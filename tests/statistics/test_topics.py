"""Statistics of random messages, in either database, next to a plain computation."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.archive.test_store_contract import message
from tests.statistics import plain
from wacr_cli.archive.store import Store
from wacr_cli.core.business_hours import BusinessHours
from wacr_cli.core.models import Row
from wacr_cli.core.query import Filter, Query
from wacr_cli.statistics import compute
from wacr_cli.statistics.periods import PERIODS
from wacr_cli.statistics.query import FIELDS, TOPICS, StatisticsQuery, list_rows

# Berlin's clocks go back on 25 October 2026.
START = datetime(2026, 10, 20, tzinfo=UTC)
SINCE, UNTIL = START + timedelta(days=2, minutes=7), START + timedelta(days=11, hours=3)
BERLIN, KOLKATA = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata")
SEEN = "2026-11-25T12:00:00.000Z"


def make_rows(seed: int, number: int = 400) -> list[Row]:
    """Return messages with ties, without times, directions and conversations, and with failed replies."""
    chance = random.Random(seed)  # noqa: S311 - rows, not a secret
    rows = []
    for at in range(number):
        moment = START + timedelta(minutes=chance.randrange(14 * 24 * 60), seconds=chance.choice([0, 0, 3, 31]))
        offset = chance.choice([UTC, KOLKATA])
        details = {"status_message": chance.choice(["blocked", "expired", None]), "ref_message_id": None, "url": None}
        rows.append(
            message(
                at + 1,
                interaction_id=chance.choice([*range(8), None]),
                sent_at=moment.astimezone(offset).isoformat() if chance.random() > 0.03 else None,
                type=chance.choice(["text", "text", "image", None]),
                status=chance.choice(["sent", "read", "failed", "failed", None, "queued"]),
                direction=chance.choice(["inbound", "inbound", "outbound", "outbound", "outbound", None]),
                is_deleted=chance.random() < 0.1,
                staff_id=chance.choice([1, 2, None]),
                **details,
            )
        )
    return rows


@pytest.fixture(params=[1, 2])
def rows(request: pytest.FixtureRequest, held: Store) -> list[Row]:
    """The messages in the archive that are not deleted."""
    made = make_rows(request.param)
    with held.transaction():
        for direction in ("inbound", "outbound", None):
            some = [row for row in made if row["direction"] == direction]
            sent = [{name: row[name] for name in row if name not in ("direction", "is_deleted")} for row in some]
            held.upsert(sent, direction, SEEN)
        held.mark_deleted([row["id"] for row in made if row["is_deleted"]], SEEN)
    return [row for row in made if not row["is_deleted"]]


def run(store: Store, topic: str, **values: Any) -> dict[str, Any]:
    """Return the statistics of the period."""
    filters = values.pop("filters", ())
    query = Query(local=True, since=SINCE, until=UNTIL, filters=filters)
    options: dict[str, Any] = {"zone": BERLIN, "timezone": "Europe/Berlin"} | values
    return compute(store, StatisticsQuery(topic, query, **options))


def within(rows: list[Row]) -> list[Row]:
    """Return the messages of the period that have a direction."""
    return [row for row in rows if plain.is_known(row) and SINCE <= plain.sent(row) < UNTIL]


@pytest.mark.parametrize("by", [*PERIODS, "type", "status", "direction"])
def test_volume(held: Store, rows: list[Row], by: str) -> None:
    """Each group has the numbers of its messages; periods without messages are there."""
    result = run(held, "volume", by=by)
    found = within(rows)
    expected = Counter(
        (plain.key_of(plain.sent(r), by, BERLIN) if by in PERIODS else r[by], r["direction"]) for r in found
    )
    groups = {group["key"]: group for group in result["groups"]}
    for key, group in groups.items():
        numbers = expected[key, "inbound"], expected[key, "outbound"]
        assert (group["inbound"], group["outbound"], group["total"]) == (*numbers, sum(numbers))
    assert {key for key, _ in expected} <= set(groups)
    assert result["total"] == len(found) == sum(group["total"] for group in result["groups"])
    assert len(result["groups"]) == {"day": 10, "week": 2, "month": 1, "hour": 24, "weekday": 7}.get(by, len(groups))


def test_ignored_messages(held: Store, rows: list[Row]) -> None:
    """Messages without a time are counted, and those of the period without a direction."""
    undated = [row for row in rows if not row["sent_at"]]
    undirected = [r for r in rows if r["sent_at"] and not r["direction"] and SINCE <= plain.sent(r) < UNTIL]
    assert undated
    assert undirected
    for topic in TOPICS:
        assert run(held, topic)["ignored"] == len(undated) + len(undirected)


@pytest.mark.parametrize("by", [None, "day", "type", "status", "direction"])
def test_delivery(held: Store, rows: list[Row], by: str | None) -> None:
    """Outbound messages are counted by their status; rates are shares of all of them."""
    result = run(held, "delivery", by=by)
    for group in (result, *result.get("groups", ())):
        some = [
            row
            for row in within(rows)
            if row["direction"] == "outbound"
            and (
                "key" not in group
                or group["key"] == (plain.key_of(plain.sent(row), by, BERLIN) if by == "day" else row[str(by)])
            )
        ]
        statuses = Counter(row["status"] for row in some)
        assert group["outbound"] == len(some)
        assert {name: group[name] for name in ("sent", "delivered", "read", "failed")} == {
            name: statuses[name] for name in ("sent", "delivered", "read", "failed")
        }
        assert group["failed_rate"] == (round(statuses["failed"] / len(some), 6) if some else None)


def test_reasons_of_failures(held: Store, rows: list[Row]) -> None:
    """The most frequent one comes first; unknown ones are null, and all add up to the failed messages."""
    result = run(held, "delivery")
    failed = [row for row in within(rows) if row["direction"] == "outbound" and row["status"] == "failed"]
    found = {one["reason"]: one["failed"] for one in result["reasons"]}
    assert found == Counter(row["status_message"] for row in failed)
    assert [*found.values()] == sorted(found.values(), reverse=True)
    assert sum(found.values()) == result["failed"]


@pytest.mark.parametrize("topic", ["volume", "delivery"])
def test_groups_by_staff(held: Store, rows: list[Row], topic: str) -> None:
    """Messages of whom nothing is known are under null."""
    groups = run(held, topic, by="staff")["groups"]
    counted = [row for row in within(rows) if topic == "volume" or row["direction"] == "outbound"]
    size = "total" if topic == "volume" else "outbound"
    assert {group["key"]: group[size] for group in groups} == Counter(row["staff_id"] for row in counted)


def test_response_by_staff(held: Store, rows: list[Row]) -> None:
    """A turn belongs to who answered it; those without an answer are under null."""
    result = run(held, "response", by="staff")
    turns = [turn for turn in plain.find_turns(rows, UNTIL, None) if plain.sent(turn.first) >= SINCE]
    for group in result["groups"]:
        some = [turn for turn in turns if (turn.reply["staff_id"] if turn.reply else None) == group["key"]]
        assert group == {"key": group["key"], **plain.describe(some, None)}
    assert {group["key"] for group in result["groups"]} == {1, 2, None}
    assert sum(group["turns"] for group in result["groups"]) == result["turns"]


@pytest.mark.parametrize("by", [None, *PERIODS])
@pytest.mark.parametrize("auto_within", [None, 0, 3 * 3600])
def test_response(held: Store, rows: list[Row], by: str | None, auto_within: float | None) -> None:
    """Turns are found in conversations as they were before the period too, and answered before its end."""
    result = run(held, "response", by=by, auto_within=auto_within)
    turns = [turn for turn in plain.find_turns(rows, UNTIL, auto_within) if plain.sent(turn.first) >= SINCE]
    assert {name: result[name] for name in FIELDS["response"]} == plain.describe(turns, None)
    for group in result.get("groups", ()):
        some = [turn for turn in turns if plain.key_of(plain.sent(turn.first), str(by), BERLIN) == group["key"]]
        assert group == {"key": group["key"], **plain.describe(some, None)}


@pytest.mark.parametrize(
    ("start", "end", "days", "zone"),
    [(9, 18, range(5), BERLIN), (0, 24, (5, 6), BERLIN), (8, 12, range(7), KOLKATA), (2, 4, (6,), BERLIN)],
)
def test_business_hours(held: Store, rows: list[Row], start: int, end: int, days: Any, zone: ZoneInfo) -> None:
    """Only time in business hours counts, on the day on which clocks change too."""
    hours = BusinessHours(time(start), time(end % 24), frozenset(days), zone)
    result = run(held, "response", hours=hours, zone=zone)
    turns = [turn for turn in plain.find_turns(rows, UNTIL, None) if plain.sent(turn.first) >= SINCE]
    assert {name: result[name] for name in FIELDS["response"]} == plain.describe(turns, (start, end, days, zone))


def test_filters_select_turns_by_their_first_message(held: Store, rows: list[Row]) -> None:
    """Whatever answers them."""
    result = run(held, "response", filters=(Filter("type", "eq", ("image",)),))
    turns = [
        t for t in plain.find_turns(rows, UNTIL, None) if plain.sent(t.first) >= SINCE and t.first["type"] == "image"
    ]
    assert turns
    assert {name: result[name] for name in FIELDS["response"]} == plain.describe(turns, None)


def test_hours(held: Store, rows: list[Row]) -> None:
    """Each hour of each weekday has its number."""
    expected = Counter(
        (f"{plain.sent(row).astimezone(BERLIN):%a %H}".lower(), row["direction"]) for row in within(rows)
    )
    groups = run(held, "hours")["groups"]
    assert len(groups) == 168
    assert Counter({(g["key"], d): g[d] for g in groups for d in ("inbound", "outbound") if g[d]}) == expected


@pytest.mark.parametrize("limit", [3, None])
def test_contacts(held: Store, rows: list[Row], limit: int | None) -> None:
    """The conversations with most messages come first, each with since when it waits at the end of the period."""
    expected = Counter(row["interaction_id"] for row in within(rows) if row["interaction_id"] is not None)
    ranked = sorted(expected, key=lambda one: (-expected[one], one))[:limit]
    waiting = {
        turn.first["interaction_id"]: (UNTIL - plain.sent(turn.first)).total_seconds()
        for turn in plain.find_turns(rows, UNTIL, None)
        if not turn.answered
    }
    groups = run(held, "contacts", limit=limit)["groups"]
    assert [(g["key"], g["total"], g["waiting_seconds"]) for g in groups] == [
        (one, expected[one], waiting.get(one)) for one in ranked
    ]


def test_overview(held: Store, rows: list[Row]) -> None:
    """The figures of both periods; answers count that came in the period itself."""
    result = run(held, "overview")
    turns = plain.find_turns(rows, UNTIL, None)
    current = [turn for turn in turns if plain.sent(turn.first) >= SINCE]
    before = SINCE - (UNTIL - SINCE)
    earlier = [turn for turn in plain.find_turns(rows, SINCE, None) if plain.sent(turn.first) >= before]
    assert {name: result[name] for name in FIELDS["response"]} == plain.describe(current, None)
    assert {name: result["previous"][name] for name in FIELDS["response"]} == plain.describe(earlier, None)
    assert result["total"] == len(within(rows)) == sum(day["total"] for day in result["days"])
    assert result["waiting_now"] == sum(not turn.answered for turn in turns)
    longest = sorted((turn for turn in turns if not turn.answered), key=lambda turn: plain.sent(turn.first))[:10]
    assert [one["key"] for one in result["longest_waiting"]] == [turn.first["interaction_id"] for turn in longest]
    first: dict[int, datetime] = {}
    for row in rows:
        if plain.is_known(row) and row["interaction_id"] is not None:
            number = row["interaction_id"]
            first[number] = min(plain.sent(row), first.get(number, plain.sent(row)))
    active = {row["interaction_id"] for row in within(rows)} - {None}
    assert result["conversations_active"] == len(active)
    assert result["conversations_new"] == sum(SINCE <= first[one] < UNTIL for one in active)


def test_an_empty_archive_has_zeros_and_nulls(held: Store) -> None:
    """Nothing to judge is null, nothing to count is 0."""
    result = run(held, "response", by="day")
    assert (result["turns"], result["median_seconds"], result["within_1h"]) == (0, None, None)
    assert len(result["groups"]) == 10
    for topic in TOPICS:
        columns, lines = list_rows(run(held, topic, by="hour" if topic == "volume" else None))
        assert all(set(columns) <= set(line) for line in lines)
