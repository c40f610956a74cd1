"""The plan of a dry run: the calls it shows are those that would be made, and their cost is right."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wacr_cli.api import dry_run
from wacr_cli.api.client import Client
from wacr_cli.api.source import ApiSource
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Filter, Query, RawFilter

if TYPE_CHECKING:
    from wacr_cli.api.params import Params

BASE = "https://shop.example/api/v2"


class Still:
    """An API whose lists, of so many rows each, do not change."""

    def __init__(self, rows: dict[str, int]) -> None:
        self.rows = rows
        self.asked: list[Params] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Return a window."""
        params = parse_qsl(request.url.query.decode("ascii"))
        self.asked.append(params)
        asked = dict(params)
        total = self.rows[asked.get("filter[direction]", "")]
        size = int(asked.get("per_page", "15"))
        end = min(int(asked.get("page", "1")) * size, total)
        start = (int(asked.get("page", "1")) - 1) * size
        odd = asked.get("filter[direction]") == "outbound"
        rows = [{"id": 2 * (total - at) + odd, "sent_at": "2026-01-01T00:00:00Z"} for at in range(start, end)]
        pagination = {"has_more": end < total, "total": total}
        return httpx.Response(200, json={"data": rows, "meta": {"pagination": pagination}})


def calls_of(query: Query, service: Still) -> list[Params]:
    """Return the calls that a query makes, list by list."""
    source = ApiSource(Client(httpx.MockTransport(service), BASE, "t"), Progress())
    listing = source.list_messages(query)
    for _ in listing.windows:
        pass
    source.close()
    return sorted(service.asked, key=lambda params: dict(params).get("filter[direction]", ""))


@pytest.mark.parametrize("sort", [None, "created_at", "-updated_at", "updated_at"])
@given(total=st.integers(0, 450))
def test_the_calls_for_a_whole_list_are_known(sort: str | None, total: int) -> None:
    """If its number of rows is known."""
    query = Query(sort=sort, limit=None)
    assert list(dry_run.requests(query, [total])) == calls_of(query, Still({"": total}))


@given(limit=st.integers(1, 450))
def test_the_calls_for_a_limit_are_known(limit: int) -> None:
    """One call requests no more rows than the limit."""
    query = Query(limit=limit)
    assert not dry_run.needs_totals(query)
    shown = list(dry_run.requests(query, []))
    assert shown == calls_of(query, Still({"": 5000}))
    if limit <= 100:
        assert shown == [[("page", "1"), ("per_page", str(limit))]]


@given(inbound=st.integers(0, 250), outbound=st.integers(0, 250))
def test_both_directions_are_two_lists(inbound: int, outbound: int) -> None:
    """With one count of all messages."""
    query = Query(limit=None, with_direction=True)
    planned = dry_run.requests(query, [inbound, outbound])
    made = calls_of(query, Still({"inbound": inbound, "outbound": outbound, "": inbound + outbound}))
    assert sorted(planned, key=lambda params: dict(params).get("filter[direction]", "")) == made


def test_a_count_is_one_call() -> None:
    """In a span of time it reads the list."""
    assert list(dry_run.requests(Query(limit=None), [], count=True)) == [
        [("fields", "id"), ("page", "1"), ("per_page", "1")]
    ]
    since = Query(limit=None, since=datetime(2026, 1, 1, tzinfo=UTC))
    assert len(list(dry_run.requests(since, [250], count=True))) == 3


def test_additional_fields_are_requested_only_where_needed() -> None:
    """What is asked for underneath is asked for only where it is needed."""
    (small,) = dry_run.requests(Query(limit=3, fields=("type",)), [])
    assert dict(small)["fields"] == "type"
    assert {dict(params)["fields"] for params in dry_run.requests(Query(limit=300, fields=("type",)), [])} == {
        "type,id"
    }


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        (Query(page=3), [[("page", "3")]]),
        (Query(page=3, per_page=7, limit=None), [[("page", "3"), ("per_page", "7")]]),
        (
            Query(page=1, fields=("status",), filters=(Filter("type", "in", ("text", "image")),)),
            [[("filter[type][in]", "text,image"), ("fields", "status"), ("page", "1")]],
        ),
        (
            Query(page=1, with_direction=True, filters=(Filter("direction", "eq", ("inbound",)),)),
            [[("filter[direction]", "inbound"), ("page", "1")]],
        ),
        (Query(limit=None), [[("page", "1"), ("per_page", "100")]]),
    ],
)
def test_one_page_is_one_call_for_each_direction(query: Query, shown: list[Params]) -> None:
    """A list of unknown length is shown by its first call."""
    assert list(dry_run.requests(query, [])) == shown


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        (Query(), False),
        (Query(limit=5000), False),
        (Query(page=2), False),
        (Query(page=2, limit=None), False),
        (Query(limit=None), True),
    ],
)
def test_only_a_whole_list_needs_its_total(query: Query, needed: bool) -> None:
    """Only a walk to the end hangs on how many rows there are."""
    assert dry_run.needs_totals(query) is needed


@pytest.mark.parametrize(
    "query",
    [
        Query(),
        Query(search='it\'s $HOME `id` "x" \\ & ü +1%'),
        Query(filters=(Filter("type", "not_in", ("text", "image")),), raw_filters=(RawFilter("a", "gte", "1;2"),)),
    ],
)
def test_a_line_runs_curl_with_the_documented_url(query: Query) -> None:
    """It has a variable in place of the token."""
    for params in dry_run.requests(query, []):
        line = dry_run.curl(BASE, params)
        words = shlex.split(line)
        url = urlsplit(words[-1])
        assert words[0] == "curl"
        assert words[1:-1] == ["-sS", "-H", "Accept: application/json", "-H", "Authorization: Bearer $WACR_TOKEN"]
        assert f"{url.scheme}://{url.netloc}{url.path}" == f"{BASE}/messages"
        assert parse_qsl(url.query, strict_parsing=True) == params
        assert not set("[]{}") & set(words[-1]), "curl would read brackets as a range"
        assert '"Authorization: Bearer $WACR_TOKEN"' in line, "the shell has to put the token in"
        assert "\n" not in line


@pytest.mark.parametrize(
    ("calls", "limit", "said"),
    [
        (1, 60, "1 call, less than a minute at 60 calls per minute."),
        (60, 60, "60 calls, less than a minute at 60 calls per minute."),
        (61, 60, "61 calls, about 1 minute at 60 calls per minute."),
        (124, 60, "124 calls, about 2 minutes at 60 calls per minute."),
        (1200, 30, "1,200 calls, about 39 minutes at 30 calls per minute."),
    ],
)
def test_the_cost_has_calls_and_minutes(calls: int, limit: int, said: str) -> None:
    """The calls of the first minute don't wait."""
    assert dry_run.cost(Query(limit=None), calls, [calls * 100], limit) == said


@pytest.mark.parametrize("totals", [[], [None], [5, None]])
def test_a_list_of_unknown_length_has_no_cost(totals: list[int | None]) -> None:
    """A list of unknown length is reported as such."""
    assert "unknown" in dry_run.cost(Query(limit=None), 1, totals, 60)
