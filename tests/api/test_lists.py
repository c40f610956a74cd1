"""Lists other than messages: the parameters of a question about contacts, its walk, and its plan."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
import pytest

from wacr_cli.api.client import Client
from wacr_cli.api.dry_run import list_requests
from wacr_cli.api.lists import (
    count_rows,
    fetch_total,
    list_contacts,
    make_walk,
    query_params,
)
from wacr_cli.core.contacts import SORTS, ContactQuery, parse_filters
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import RawFilter
from wacr_cli.paging.responses import Response
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World, load

WORLD = load(datetime(2026, 2, 14, 9, 30, tzinfo=UTC))
MANY = World(WORLD.now, [], [one._replace(id=n * 1000 + one.id) for n in range(3) for one in WORLD.contacts])


class Service:
    """The sample workspace's contacts, and the query strings that they were asked by."""

    def __init__(self, world: World = MANY) -> None:
        self.asked: list[dict[str, str]] = []
        self._app = Sandbox(world)
        self.client = Client(httpx.MockTransport(self._answer), "https://shop.example/api/v2", "t")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(dict(parse_qsl(request.url.query.decode("ascii"))))
        return self._app(request)


@pytest.mark.parametrize("sort", [(), *((one,) for one in SORTS), ("lastname", "-firstname")])
def test_every_order_is_read_to_the_end(sort: tuple[str, ...]) -> None:
    """All 360 rows come once, in a complete order."""
    service = Service()
    listing = list_contacts(service.client, ContactQuery(sort=sort, limit=None), Progress())
    ids = [row["id"] for rows in listing.windows for row in rows]
    assert len(ids) == len(set(ids)) == 360
    assert listing.incomplete_reason == ""
    asked = {one["sort"] for one in service.asked}
    newest = {"-updated_at"} if sort == ("updated_at",) else set()
    assert asked - newest == {",".join(sort) if {"id", "-id"} & set(sort) else ",".join((*sort, "id"))}


def test_a_single_page_is_requested_unchanged() -> None:
    """Nothing is added to what the person said."""
    service = Service()
    rows = [row for rows in list_contacts(service.client, ContactQuery(page=2), Progress()).windows for row in rows]
    assert (len(rows), service.asked) == (15, [{"page": "2"}])


def test_a_limit_takes_no_more_calls_than_it_needs() -> None:
    """One call for up to a hundred."""
    service = Service()
    listing = list_contacts(service.client, ContactQuery(limit=30), Progress())
    assert sum(len(rows) for rows in listing.windows) == 30
    assert service.asked == [{"sort": "id", "page": "1", "per_page": "30"}]


def test_counting_is_one_call() -> None:
    """The total of the API is used."""
    service = Service()
    query = ContactQuery(filters=parse_filters({"type": ["lead"]}), limit=None)
    assert count_rows(service.client.contacts, query, Progress()) == fetch_total(service.client.contacts, query) == 48
    assert service.asked[0] == {"filter[type]": "lead", "page": "1", "per_page": "1"}


@pytest.mark.parametrize(
    "query",
    [
        ContactQuery(limit=None),
        ContactQuery(limit=250, sort=("-id",)),
        ContactQuery(limit=30, search="a b"),
        ContactQuery(page=3, per_page=7),
        ContactQuery(limit=None, sort=("lastname",)),
    ],
)
def test_a_dry_run_shows_the_calls_that_are_made(query: ContactQuery) -> None:
    """If nothing changes."""
    service = Service()
    total = fetch_total(service.client.contacts, query)
    service.asked.clear()
    for _ in list_contacts(service.client, query, Progress()).windows:
        pass
    assert [dict(params) for params in list_requests(query, total)] == service.asked


def test_filters_become_parameters() -> None:
    """In the API's form, in the order of the flags."""
    words = {
        "type": ["lead,customer"],
        "created_at": ["gte:2026-01-01", "lt:2026-02-01T10:00:00"],
        "assigned_id": ["null"],
        "status_id": ["ne:3", "ne:4"],
        "group_id": ["between:2,4"],
        "source_id": ["7"],
    }
    query = ContactQuery(
        filters=parse_filters(words, [RawFilter("city", "like", "Pune")]), include=("groups", "status")
    )
    assert query_params(query, walking=False) == [
        ("filter[city][like]", "Pune"),
        ("filter[type][in]", "lead,customer"),
        ("filter[created_at][gte]", "2026-01-01"),
        ("filter[created_at][lt]", "2026-02-01T10:00:00"),
        ("filter[assigned_id][null]", "true"),
        ("filter[status_id][not_in]", "3,4"),
        ("filter[group_id][between]", "2,4"),
        ("filter[source_id]", "7"),
        ("include", "groups,status"),
    ]


@pytest.mark.parametrize("seed", range(40))
def test_a_list_by_name_that_moves_loses_nothing_silently(seed: int) -> None:
    """All rows that stay are read, or the list is incomplete."""
    chance = random.Random(seed)  # noqa: S311
    there = {number: (chance.random(), number) for number in range(chance.choice((50, 250, 900)))}
    throughout, next_number = set(there), len(there)
    walk = make_walk(("lastname",), None)
    seen: list[int] = []
    while window := walk.window:
        order = sorted(there, key=there.__getitem__)
        rows = [{"id": number} for number in order[window.offset : window.end]]
        seen += [row["id"] for row in walk.take(Response(rows, window.end < len(order), len(order)))]
        for gone in chance.sample(sorted(there), min(chance.choice((0, 0, 1, 4)), len(there))):
            del there[gone]
            throughout.discard(gone)
        if chance.random() < 0.5:
            there[next_number] = (chance.random(), next_number)
            next_number += 1
    assert len(seen) == len(set(seen))
    assert throughout <= set(seen) or not walk.complete
    assert walk.calls < 60
