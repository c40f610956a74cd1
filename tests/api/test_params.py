"""The query string: what a question becomes on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.api.params import list_params, window_params
from wacr_cli.core.query import Filter, Query, RawFilter, parse_filter

if TYPE_CHECKING:
    from wacr_cli.api.params import Params


def params(query: Query, direction: str | None = None) -> Params:
    """Return the parameters of a query with its fields."""
    return list_params(query, fields=query.fields, direction=direction)


@pytest.mark.parametrize(
    ("field", "words", "pair"),
    [
        ("type", ["text"], ("filter[type]", "text")),
        ("type", ["text,image"], ("filter[type][in]", "text,image")),
        ("type", ["text", "image"], ("filter[type][in]", "text,image")),
        ("type", ["in:text"], ("filter[type][in]", "text")),
        ("status", ["ne:failed"], ("filter[status][ne]", "failed")),
        ("status", ["ne:failed", "ne:sent"], ("filter[status][not_in]", "failed,sent")),
        ("interaction_id", ["not_in:7,8"], ("filter[interaction_id][not_in]", "7,8")),
        ("direction", ["inbound"], ("filter[direction]", "inbound")),
    ],
)
def test_a_filter_is_one_parameter(field: str, words: list[str], pair: tuple[str, str]) -> None:
    """Field, operator unless it is an exact match, and values with commas."""
    parsed = parse_filter(field, words)
    assert parsed
    assert params(Query(filters=(parsed,))) == [pair]


@pytest.mark.parametrize(
    ("query", "pairs"),
    [
        (Query(), []),
        (Query(search="a & b=c"), [("search", "a & b=c")]),
        (Query(sort="-updated_at"), [("sort", "-updated_at")]),
        (Query(fields=("status", "id")), [("fields", "status,id")]),
        (Query(raw_filters=(RawFilter("x", "", "1"),)), [("filter[x]", "1")]),
        (Query(raw_filters=(RawFilter("x", "gte", "1"), RawFilter("x", "lt", "2"))),
         [("filter[x][gte]", "1"), ("filter[x][lt]", "2")]),
        (Query(page=3, per_page=50, limit=None), []),
    ],
)  # fmt: skip
def test_each_part_of_a_query_is_a_parameter(query: Query, pairs: Params) -> None:
    """What was not given is not sent."""
    assert params(query) == pairs


def test_fields_that_reading_needs_are_requested() -> None:
    """They may be more than the selected ones."""
    assert list_params(Query(fields=("status",)), fields=("status", "id")) == [("fields", "status,id")]
    assert list_params(Query(), fields=None) == []


@pytest.mark.parametrize("words", [[], ["in:inbound,outbound"], ["ne:inbound"]])
def test_a_list_of_one_direction_replaces_the_filter(words: list[str]) -> None:
    """A walk by direction asks for it in the place of the question's own filter on it."""
    parsed = parse_filter("direction", words)
    filters = (Filter("type", "eq", ("text",)), *((parsed,) if parsed else ()))
    assert params(Query(filters=filters), "outbound") == [("filter[type]", "text"), ("filter[direction]", "outbound")]


@pytest.mark.parametrize(
    ("page", "per_page", "pairs"),
    [
        (None, None, []),
        (2, None, [("page", "2")]),
        (None, 5, [("per_page", "5")]),
        (1, 100, [("page", "1"), ("per_page", "100")]),
    ],
)
def test_missing_parts_of_a_window_are_not_sent(page: int | None, per_page: int | None, pairs: Params) -> None:
    """What is not said of the window is left to the service."""
    assert window_params(page, per_page) == pairs


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1)


@settings(deadline=None)
@given(search=TEXTS, value=TEXTS, field=TEXTS, types=st.lists(TEXTS, min_size=1, unique=True))
def test_every_text_arrives(search: str, value: str, field: str, types: list[str]) -> None:
    """A server decodes every text as it was."""
    query = Query(
        filters=(Filter("type", "in", tuple(types)),), raw_filters=(RawFilter(field, "op", value),), search=search
    )
    request = httpx.Request("GET", "https://x.example/messages", params=tuple(params(query)))
    assert parse_qsl(request.url.query.decode("ascii"), keep_blank_values=True, strict_parsing=True) == [
        ("filter[type][in]", ",".join(types)),
        (f"filter[{field}][op]", value),
        ("search", search),
    ]
