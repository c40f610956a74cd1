"""The API as a source: where --since ends the reading, and messages without a direction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wacr_cli.api.envelope import Page
from wacr_cli.api.source import OLDER_ROWS, ApiSource
from wacr_cli.core.models import Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.core.source import Listing

SINCE = datetime(2026, 11, 20, tzinfo=UTC)
LATE = timedelta(days=1)


@dataclass
class Recorded:
    """An API whose list has the messages in the order of their recording: for each, the time it was sent, in hours.

    The hours count from `SINCE`; None stands for a message without a time. `directions` has those that are not inbound.
    `move` is called after each response.
    """

    hours: list[float | None]
    page_size: int = 100
    counts: bool = True
    directions: dict[int, str | None] = field(default_factory=dict)
    calls: list[dict[str, str]] = field(default_factory=list)
    move: Any = lambda _: None

    def messages(self, params: Any, *, with_ids: bool = True) -> Page:
        """Return one window, newest first."""
        asked = dict(params)
        self.calls.append(asked)
        wanted = asked.get("filter[direction]")
        numbers = [
            number for number in range(len(self.hours)) if wanted in (None, self.directions.get(number, "inbound"))
        ]
        rows: list[Row] = [self._make_row(number) for number in reversed(numbers)]
        page, size = int(asked["page"]), min(int(asked["per_page"]), self.page_size)
        some = rows[(page - 1) * size : page * size]
        self.move(self)
        return Page(some, page * size < len(rows), len(rows) if self.counts else None, page, size)

    def _make_row(self, number: int) -> Row:
        hours = self.hours[number]
        sent = None if hours is None else (SINCE + timedelta(hours=hours)).isoformat()
        return {"id": number, "sent_at": sent}

    def message(self, number: int) -> Row:
        """Return one message."""
        return {"id": number}

    def close(self) -> None:
        """Close nothing."""


def read(api: Recorded, **values: Any) -> tuple[list[int], Listing]:
    """Return the ids that match, and the listing."""
    query = Query(**{"since": SINCE, "limit": None, **values})
    listing = ApiSource(api, Progress()).list_messages(query)
    return [row["id"] for rows in listing.windows for row in rows], listing


def late_burst(late: int) -> list[float | None]:
    """Return 152 messages of the last days, then a burst that was sent two days before SINCE and recorded last."""
    return [*[-500.0] * 2_000, *map(float, range(1, 153)), *[-48.0] * late]


@pytest.mark.parametrize(("page_size", "late"), [(100, 100), (50, 50), (15, 16), (100, 299)])
def test_a_burst_recorded_late_hides_nothing(page_size: int, late: int) -> None:
    """However many rows a page has, fewer than 300 rows that are too old in a row do not end the reading."""
    api = Recorded(late_burst(late), page_size)
    ids, listing = read(api)
    assert ids == [*range(2_151, 1_999, -1)]
    assert listing.late == LATE
    assert len(api.calls) * page_size < 152 + late + OLDER_ROWS + 6 * page_size
    assert ApiSource(Recorded(late_burst(late), page_size), Progress()).count(Query(since=SINCE, limit=None)) == 152
    assert read(Recorded(late_burst(late), page_size), limit=20)[0] == [*range(2_151, 2_131, -1)]
    assert sorted(read(Recorded(late_burst(late), page_size), with_direction=True)[0]) == [*range(2_000, 2_152)]


@pytest.mark.parametrize(("older", "found"), [(OLDER_ROWS - 1, 1), (OLDER_ROWS, 0)])
def test_the_reading_ends_after_three_hundred_older_rows(older: int, found: int) -> None:
    """The 300th row in a row that is older than allowed is the last one."""
    ids, listing = read(Recorded([1.0, *[-24.1] * older]))
    assert len(ids) == found or listing.late is None
    ids, listing = read(Recorded([*[-24.1] * 1_000, 1.0, *[-24.1] * older]))
    assert (len(ids), listing.late) == (found, LATE)


@pytest.mark.parametrize("hours", [-24.0, -1.0, None])
def test_rows_within_the_allowed_lateness_never_end_it(hours: float | None) -> None:
    """Rows that are older by no more than --late, and rows without a time, don't count."""
    ids, listing = read(Recorded([1.0, *[hours] * 1_000]))
    assert ids == [0]
    assert listing.late is None


def test_no_lateness_ends_earlier() -> None:
    """With --late 0 every row sent before --since counts."""
    api = Recorded([*[-500.0] * 5_000, *[-1.0] * 400, 5.0])
    ids, listing = read(api, late=timedelta())
    assert (ids, listing.late) == ([5_400], timedelta())
    assert len(api.calls) <= 5


@pytest.mark.parametrize("sort", ["created_at", "-updated_at", "updated_at"])
def test_other_orders_are_read_to_the_end(sort: str) -> None:
    """Only a list newest first can end early."""
    ids, listing = read(Recorded([*[-500.0] * 900, 1.0]), sort=sort)
    assert (ids, listing.late) == ([900], None)


def without_direction(*numbers: int) -> dict[int, str | None]:
    """Return directions in which every third message is outbound and *numbers* have none."""
    return {**dict.fromkeys(range(0, 250, 3), "outbound"), **dict.fromkeys(numbers)}


@pytest.mark.parametrize("limit", [None, 30, 120])
def test_messages_without_a_direction_are_read_too(limit: int | None) -> None:
    """Where the totals show that there are some, they are in their places, with null as direction."""
    directions = without_direction(*range(7, 249, 11))
    api = Recorded([float(hour) for hour in range(250)], directions=directions)
    query = Query(limit=limit, with_direction=True)
    listing = ApiSource(api, Progress()).list_messages(query)
    rows = [row for some in listing.windows for row in some]
    assert [row["id"] for row in rows] == [*range(249, -1, -1)][:limit]
    assert all(row["direction"] == directions.get(row["id"], "inbound") for row in rows)


def test_without_any_it_costs_one_call_more() -> None:
    """The total without a filter agrees with those of the directions, so that nothing else is read."""
    api = Recorded([float(hour) for hour in range(250)], directions=without_direction())
    ids, _ = read(api, since=None, with_direction=True)
    assert len(ids) == 250
    assert len(api.calls) == 2 + 1 + 1


def test_a_message_that_comes_in_meanwhile_has_a_direction() -> None:
    """New messages during the reading are not taken for messages without a direction."""

    def insert(api: Recorded) -> None:
        if len(api.calls) < 12:
            api.hours.append(1_000.0 + len(api.calls))

    api = Recorded([float(hour) for hour in range(250)], directions=without_direction(5), move=insert)
    listing = ApiSource(api, Progress()).list_messages(Query(limit=None, with_direction=True))
    rows = {row["id"]: row["direction"] for some in listing.windows for row in some}
    assert [number for number, direction in rows.items() if direction is None] == [5]
    assert set(range(250)) <= set(rows)


def test_an_api_that_does_not_count_is_noted() -> None:
    """Without totals it is unknown whether some have no direction, and the listing says so."""
    api = Recorded([float(hour) for hour in range(50)], counts=False)
    ids, listing = read(api, since=None, with_direction=True)
    assert len(ids) == 50
    assert "does not count" in listing.note
