"""The sandbox responds as the API's documentation says and, where it says nothing, as Laravel with MySQL."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.sample import NOW, SAMPLE
from wacr_cli.sandbox.app import FIELDS, MORE_FIELDS, ListRequest, Sandbox, parse_list_request, send
from wacr_cli.sandbox.laravel import parse_query_string
from wacr_cli.sandbox.world import Row, World

URL = "https://sandbox.example/api/v2/messages"
WORLD = World(NOW, SAMPLE.rows[-1_500:])


def get(
    app: Sandbox, query: str = "", *, url: str = URL, auth: str | None = "Bearer t", method: str = "GET"
) -> httpx.Response:
    """Send a request to an app and return the response."""
    headers = {"Authorization": auth} if auth is not None else {}
    return app(httpx.Request(method, url + ("?" + query if query else ""), headers=headers))


def data(query: str, app: Sandbox | None = None) -> list[dict[str, Any]]:
    """Return the rows of a response."""
    response = get(app or Sandbox(WORLD), query)
    assert response.status_code == 200, response.text
    rows: list[dict[str, Any]] = response.json()["data"]
    return rows


def pagination(query: str, app: Sandbox | None = None) -> dict[str, Any]:
    """Return the pagination of a response."""
    found: dict[str, Any] = get(app or Sandbox(WORLD), query).json()["meta"]["pagination"]
    return found


def ids(query: str, app: Sandbox | None = None) -> list[int]:
    """Return the ids of a response's rows."""
    return [row["id"] for row in data(query, app)]


def small(*rows: Row) -> Sandbox:
    """Return the API of an account with these rows."""
    return Sandbox(World(NOW, rows))


# --- lists ---


def test_a_list_has_the_newest_15_messages_with_nine_fields() -> None:
    """Without parameters: page 1 of 15, newest first."""
    rows = data("")
    assert [row["id"] for row in rows] == [row.id for row in WORLD.rows[:-16:-1]]
    assert all(tuple(row) == FIELDS for row in rows)


def test_the_envelope_is_the_documented_one() -> None:
    """It has success and data, and the pagination under meta."""
    body = get(Sandbox(WORLD), "per_page=100&page=2").json()
    assert list(body) == ["success", "data", "meta"]
    assert body["meta"] == {
        "pagination": {"total": 1_500, "per_page": 100, "current_page": 2, "last_page": 15, "has_more": True}
    }


def test_a_row_has_the_values_of_the_world() -> None:
    """Types stay, times are RFC 3339 in UTC, and hidden fields are missing."""
    row = Row(
        7,
        None,
        3,
        "447700900001",
        "text",
        "hi",
        "read",
        True,
        "inbound",
        1_771_000_000,
        1_771_000_005,
        1_770_999_990,
        "447700900001",
    )
    assert data("", small(row)) == [
        {
            "id": 7,
            "interaction_id": 3,
            "sender_id": "447700900001",
            "type": "text",
            "message": "hi",
            "status": "read",
            "message_id": row.message_id,
            "sent_at": "2026-02-13T16:26:30+00:00",
            "is_read": True,
        }
    ]


def test_all_pages_together_are_the_whole_list() -> None:
    """No row is missing and none occurs twice."""
    seen = [number for page in range(1, 17) for number in ids(f"per_page=97&page={page}")]
    assert seen == [row.id for row in reversed(WORLD.rows)]


@pytest.mark.parametrize(
    ("page", "rows", "more"), [(15, 100, False), (16, 0, False), (10**17, 0, False), (14, 100, True)]
)
def test_has_more_is_false_on_the_last_page_and_after_it(page: int, rows: int, more: bool) -> None:
    """A page after the last is empty, not an error."""
    assert len(data(f"per_page=100&page={page}")) == rows
    assert pagination(f"per_page=100&page={page}")["has_more"] is more


def test_an_empty_workspace_has_one_empty_page() -> None:
    """As in Laravel, last_page is 1."""
    assert pagination("", small()) == {"total": 0, "per_page": 15, "current_page": 1, "last_page": 1, "has_more": False}


@pytest.mark.parametrize("sort", ["created_at", "updated_at"])
def test_a_list_can_be_sorted_in_both_directions(sort: str) -> None:
    """Equal times are ordered by id, so that the descending order is the reverse of the ascending one."""
    expected = [row.id for row in sorted(WORLD.rows, key=lambda row: (getattr(row, sort), row.id))]
    assert ids(f"sort={sort}&per_page=100") == expected[:100]
    assert ids(f"sort=-{sort}&per_page=100") == expected[:-101:-1]


def test_shuffle_moves_rows_only_within_a_second() -> None:
    """As the real API may do: the same rows in another order, with created_at still sorted."""
    rows = [Row(number, created=number // 10) for number in range(100)]
    app = Sandbox(World(NOW, rows), shuffle=random.Random(4))  # noqa: S311 - not a secret
    first, second = ids("sort=created_at&per_page=100", app), ids("sort=created_at&per_page=100", app)
    assert first != second
    assert sorted(first) == sorted(second) == list(range(100))
    assert (
        [number // 10 for number in first]
        == [number // 10 for number in second]
        == sorted(number // 10 for number in first)
    )


def test_fields_selects_fields_in_the_order_of_the_api() -> None:
    """Unknown names and hidden fields are ignored."""
    assert tuple(data("fields=message,id,direction,nonsense,created_at")[0]) == ("id", "message")
    assert tuple(data("fields=")[0]) == FIELDS


# --- search ---


@pytest.mark.parametrize("query", ["search=MASALA", "q=masala", "search=masala&q=nothing+like+it", "q=x&search=Masala"])
def test_search_finds_a_part_of_the_text_in_any_case(query: str) -> None:
    """`q` is an alias, and `search` has precedence."""
    expected = [row for row in WORLD.rows if row.message is not None and "masala" in row.message.casefold()]
    assert pagination(query)["total"] == len(expected) > 0


def test_search_has_no_wildcards_and_finds_no_null() -> None:
    """A percent sign is a percent sign; a message without text never matches."""
    app = small(Row(1, message="100% pure"), Row(2, message="1000 pure"), Row(3, message=None))
    assert ids("search=0%25+p", app) == [1]
    assert ids("search=None", app) == []


# --- filters ---


def test_a_comma_in_an_exact_filter_is_a_comma() -> None:
    """Only in and not_in split at commas."""
    app = small(Row(1, type="a,b"), Row(2, type="a"), Row(3, type="b"))
    assert ids("filter[type]=a,b", app) == [1]
    assert ids("filter[type][eq]=a,b", app) == [1]
    assert ids("filter[type][in]=a,b&sort=created_at", app) == [2, 3]


def test_null_is_neither_equal_nor_unequal() -> None:
    """As in SQL, ne and not_in leave out what is null."""
    app = small(Row(1, status=None), Row(2, status="read"), Row(3, status="failed"))
    assert ids("filter[status][ne]=read", app) == [3]
    assert ids("filter[status][not_in]=read,sent", app) == [3]


def test_conversations_compare_as_numbers() -> None:
    """007 is 7, and text that is not a number equals none."""
    app = small(Row(1, interaction_id=7), Row(2, interaction_id=8), Row(3))
    assert ids("filter[interaction_id]=007", app) == [1]
    assert ids("filter[interaction_id]=seven", app) == []
    assert ids("filter[interaction_id][ne]=seven&sort=created_at", app) == [1, 2]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("filter[type]=text&filter[type]=image", [2]),
        ("filter[type]=text&filter[type][ne]=text", [2]),
        ("filter[type][ne]=text&filter[type]=text", [1]),
        ("filter[type][in]=text,image&filter[type][ne]=text", [2]),
        ("filter[type]=text&filter[direction]=outbound", []),
        ("filter%5Btype%5D=text", [1]),
        ("filter[type]=", [2, 1]),
        ("filter[type][in]=", [2, 1]),
        ("filter[type]=TEXT", []),
        ("filter[type]=+text", []),
        ("filter[created_at][gte]=2026-01-01", [2, 1]),
        ("filter=text", [2, 1]),
        ("filter[]=text", [2, 1]),
        ("direction=outbound", [2, 1]),
    ],
)
def test_unusual_filters_mean_what_they_mean_to_php(query: str, expected: list[int]) -> None:
    """The last value of a key counts, all operators of a field apply, empty and unknown filters do nothing."""
    assert ids(query, small(Row(1), Row(2, type="image"))) == expected


VALUES = {
    "type": ["text", "template", "image", "audio", "nonsense"],
    "status": ["sent", "delivered", "read", "failed"],
    "interaction_id": ["1204", "1206", "1210", "0", "-1"],
    "direction": ["inbound", "outbound"],
}
PLAIN: dict[str, Callable[[str, list[str]], bool]] = {
    "": lambda value, operands: value == ",".join(operands),
    "[eq]": lambda value, operands: value == ",".join(operands),
    "[ne]": lambda value, operands: value != ",".join(operands),
    "[in]": lambda value, operands: value in operands,
    "[not_in]": lambda value, operands: value not in operands,
}


@st.composite
def filters(draw: st.DrawFn) -> tuple[str, str, list[str]]:
    """Draw a field, an operator and its operands."""
    field = draw(st.sampled_from(sorted(VALUES)))
    operands = draw(st.lists(st.sampled_from(VALUES[field]), min_size=1, max_size=3))
    return field, draw(st.sampled_from(sorted(PLAIN))), operands


@given(
    st.lists(filters(), max_size=4, unique_by=lambda one: one[0]), st.sampled_from(["", "a", "ORDER", "हल्दी", "<b>"])
)
def test_filters_find_what_a_plain_comparison_finds(filtered: list[tuple[str, str, list[str]]], search: str) -> None:
    """Any combination finds the same rows as a loop over all rows, in the same order."""
    params = {f"filter[{field}]{operator}": ",".join(operands) for field, operator, operands in filtered}
    query = str(httpx.QueryParams({**params, "search": search, "per_page": "100"}))
    expected = [
        row.id
        for row in reversed(WORLD.rows)
        if search.lower() in (row.message or "").lower()
        and (not search or row.message is not None)
        and all(
            getattr(row, field) is not None and PLAIN[operator](str(getattr(row, field)), operands)
            for field, operator, operands in filtered
        )
    ]
    assert ids(query) == expected[:100]
    assert pagination(query)["total"] == len(expected)


# --- one message ---


def test_one_message_has_thirteen_fields_under_data() -> None:
    """It has those of a list and four more."""
    app = Sandbox(WORLD)
    for row in WORLD.rows[-200:]:
        body = get(app, url=f"{URL}/{row.id}").json()
        assert body["success"] is True
        assert tuple(body["data"]) == (*FIELDS, *MORE_FIELDS)
        url = f"https://sandbox.example/{row.url}" if row.url else None
        expected = [url if field == "url" else getattr(row, field) for field in MORE_FIELDS]
        assert [body["data"][field] for field in MORE_FIELDS] == expected
        assert body["data"]["message"] == row.message


@pytest.mark.parametrize("tail", ["/1", "/-1", "/abc", "/1.5", "/1/2", "/99999999999999999999", "s", "/%31%2F2"])
def test_a_missing_message_or_path_is_404(tail: str) -> None:
    """The code is NOT_FOUND."""
    response = get(Sandbox(WORLD), url=URL + tail)
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "url", [URL + "/", "http://127.0.0.1:8000/api/v2/messages", "https://x.example/shop/api/v2/messages"]
)
def test_host_and_prefix_of_the_url_do_not_matter(url: str) -> None:
    """Only the end of the path counts."""
    assert get(Sandbox(WORLD), url=url).status_code == 200


@pytest.mark.parametrize(
    "url", ["https://x.example/messages", "https://x.example/api/v1/messages", "https://x.example/"]
)
def test_another_base_path_is_not_found(url: str) -> None:
    """A wrong base URL is an error."""
    assert get(Sandbox(WORLD), url=url).status_code == 404


# --- authorization ---


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer ", "Basic t", "t", "Bearer a b", "Bearer expired"])
def test_an_invalid_token_is_401(token: str | None) -> None:
    """It is missing, malformed or expired."""
    response = get(Sandbox(WORLD), auth=token)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "UNAUTHORIZED")


def test_a_token_without_the_scope_is_403() -> None:
    """The token is valid, but may not read messages."""
    response = get(Sandbox(WORLD), auth="Bearer no-scope")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "INSUFFICIENT_SCOPE")


WRITES = [
    ("POST", "messages/text"),
    ("POST", "messages/template"),
    ("POST", "messages/media"),
    ("POST", "comments/910000010000"),
    ("POST", "contacts"),
    ("POST", "contacts/batch"),
    ("DELETE", "contacts/batch"),
    ("PATCH", "contacts/5100"),
    ("DELETE", "groups/1"),
    ("POST", "groups/1/contacts"),
    ("POST", "auth/send-otp"),
    ("POST", "templates/sync"),
    ("PUT", "anything"),
]


@pytest.mark.parametrize(
    ("method", "path"), [*((method, "messages") for method in ("PUT", "HEAD", "OPTIONS")), *WRITES]
)
def test_other_methods_are_405(method: str, path: str) -> None:
    """The sandbox is read-only: whatever writes, at any path, gets an error in the API's shape."""
    response = get(Sandbox(WORLD), url=f"https://sandbox.example/api/v2/{path}", method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET"
    assert response.json()["success"] is False
    assert response.json()["error"]["code"] == "METHOD_NOT_ALLOWED"


# --- invalid parameters ---


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=one", "page"),
        ("page=1.5", "page"),
        ("page[]=1", "page"),
        ("page=٣", "page"),
        ("page=" + "9" * 5_000, "page"),
        ("per_page=0", "per_page"),
        ("per_page=101", "per_page"),
        ("per_page=many", "per_page"),
        ("sort=id", "sort"),
        ("sort=--created_at", "sort"),
        ("sort=created_at,updated_at", "sort"),
        ("filter[type][gt]=a", "filter.type.gt"),
        ("filter[type][in][]=a", "filter.type.in"),
    ],
)
def test_invalid_parameters_are_422_with_the_field_named(query: str, field: str) -> None:
    """As in Laravel, the body has a message and the errors of each field."""
    response = get(Sandbox(WORLD), query)
    assert response.status_code == 422
    assert list(response.json()["errors"]) == [field]
    assert response.json()["message"] == response.json()["errors"][field][0]


def test_one_response_has_all_errors() -> None:
    """Its message is the first error and the number of the others."""
    body = get(Sandbox(WORLD), "page=0&per_page=500&sort=id").json()
    assert list(body["errors"]) == ["page", "per_page", "sort"]
    assert body["message"] == "The page field must be at least 1. (and 2 more errors)"


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_query_string_gets_a_response(key: str, value: str) -> None:
    """Its status is 200 or 422."""
    query = str(httpx.QueryParams({key: value, f"filter{key}": value, f"filter[type]{key}": value}))
    assert get(Sandbox(WORLD), query).status_code in (200, 422)


@given(st.text(alphabet="filter[]type=&%;+a,1", max_size=60))
def test_any_brackets_get_a_response(query: str) -> None:
    """Unclosed, double and empty brackets are parsed without an exception."""
    assert isinstance(parse_query_string(query), dict)
    assert get(Sandbox(WORLD), query).status_code in (200, 422)


def test_keys_nest_as_in_php() -> None:
    """Brackets make nested dicts, and the last value of a key counts."""
    assert parse_query_string("a=1&a=2&b[c]=3&b[d][e]=4&b[d][e]=5&f=&g[h") == {
        "a": "2",
        "b": {"c": "3", "d": {"e": "5"}},
        "f": "",
        "g": "",
    }


def test_a_request_without_parameters_has_the_documented_defaults() -> None:
    """They are page 1, 15 rows, newest first, all fields."""
    assert parse_list_request("") == ListRequest(1, 15, "created_at", True, None, FIELDS, ())


# --- rate limit ---


class ManualClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = 1_000_000.5

    def __call__(self) -> float:
        """Return the time."""
        return self.time


def test_without_a_limit_nothing_is_counted() -> None:
    """No header names a limit."""
    responses = [get(Sandbox(WORLD)) for _ in range(100)]
    assert {response.status_code for response in responses} == {200}
    assert "X-RateLimit-Limit" not in responses[0].headers


def test_a_window_begins_with_its_first_call_and_lasts_a_minute() -> None:
    """It does not slide: when it ends, all calls are available again."""
    clock = ManualClock()
    app = Sandbox(WORLD, rate_limit=3, clock=clock)
    remaining = []
    for _ in range(3):
        remaining.append(get(app).headers["X-RateLimit-Remaining"])
        clock.time += 10
    assert remaining == ["2", "1", "0"]
    refused = get(app)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "RATE_LIMIT_EXCEEDED")
    assert dict(refused.headers) | {
        "x-ratelimit-limit": "3",
        "x-ratelimit-remaining": "0",
        "retry-after": "30",
        "x-ratelimit-reset": "1000061",
    } == dict(refused.headers)
    clock.time += 29.9
    assert get(app).status_code == 429
    clock.time += 0.1
    assert get(app).headers["X-RateLimit-Remaining"] == "2"


def test_a_call_after_retry_after_succeeds() -> None:
    """Retry-After is rounded up."""
    clock = ManualClock()
    app = Sandbox(WORLD, rate_limit=1, clock=clock)
    get(app)
    clock.time += 0.25
    clock.time += int(get(app).headers["Retry-After"])
    assert get(app).status_code == 200


def test_each_token_has_its_own_count_which_includes_errors() -> None:
    """An invalid request counts as a call; calls of another token do not."""
    app = Sandbox(WORLD, rate_limit=2, clock=ManualClock())
    assert get(app, "page=0").headers["X-RateLimit-Remaining"] == "1"
    assert get(app, url=URL + "/1").headers["X-RateLimit-Remaining"] == "0"
    assert get(app).status_code == 429
    assert get(app, auth="Bearer other").headers["X-RateLimit-Remaining"] == "1"
    assert "X-RateLimit-Limit" not in get(app, auth=None).headers


# --- encoding and transport ---


def test_bodies_are_ascii_and_every_text_survives() -> None:
    """As PHP does, the sandbox escapes all other characters, even half an emoji."""
    rows = [Row(1, message="👨‍👩‍👧 \x00\x1b\u2028"), Row(2, message="half \ud83d")]
    response = get(small(*rows), "sort=created_at")
    assert response.content.isascii()
    assert [row["message"] for row in response.json()["data"]] == [row.message for row in rows]


def test_an_httpx_client_can_use_it_as_transport() -> None:
    """Tests and --demo use it so."""
    with httpx.Client(transport=httpx.MockTransport(Sandbox(WORLD)), headers={"Authorization": "Bearer t"}) as client:
        assert len(client.get(URL, params={"per_page": 3}).json()["data"]) == 3


def test_a_change_of_the_world_shows_in_the_next_response() -> None:
    """Nothing is cached between requests."""
    world = World(NOW, [Row(1, created=1)])
    app = Sandbox(world)
    assert ids("", app) == [1]
    world.add(Row(2, created=2))
    assert ids("", app) == [2, 1]


def test_send_returns_status_headers_and_body() -> None:
    """A server needs no httpx of its own."""
    status, headers, body = send(Sandbox(WORLD), "GET", URL + "?per_page=1", [("Authorization", "Bearer t\xe9")])
    assert status == 200
    assert ("content-type", "application/json") in headers
    assert len(json.loads(body)["data"]) == 1


def test_an_invalid_url_is_400() -> None:
    """Control characters in a request line do not reach the app."""
    assert send(Sandbox(WORLD), "GET", "http://127.0.0.1/\x01", [])[0] == 400
