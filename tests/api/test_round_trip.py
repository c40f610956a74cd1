"""One question, two readers: parameters to the sample workspace's own parser, and a plain filter over its rows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
from hypothesis import given
from hypothesis import strategies as st

from wacr_cli.api.client import Client
from wacr_cli.api.source import ApiSource
from wacr_cli.core import models, query
from wacr_cli.core.progress import Progress
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import Row, World, load

NOW = datetime(2026, 11, 20, tzinfo=UTC)
WORLD = World(NOW, load(NOW).rows[-400:])
SOURCE = ApiSource(Client(httpx.MockTransport(Sandbox(WORLD)), "https://sample.invalid/api/v2", "token"), Progress())

VALUES = {
    "type": (*models.TYPES, "sticker"),
    "status": models.STATUSES,
    "direction": models.DIRECTIONS,
    "interaction_id": tuple(sorted({str(row.interaction_id) for row in WORLD.rows if row.interaction_id})[:8]),
}


@st.composite
def words(draw: st.DrawFn, field: str) -> list[str]:
    """What a person may say of a field: nothing, one word with or without an operator, or several of one kind."""
    values = st.lists(st.sampled_from(VALUES[field]), min_size=1, max_size=4)
    kind = draw(st.sampled_from(["", "one", "list", "in", "ne", "not_in", "repeated", "repeated ne"]))
    some = draw(values)
    match kind:
        case "":
            return []
        case "one":
            return some[:1]
        case "list":
            return [",".join(some)]
        case "ne":
            return [f"ne:{some[0]}"]
        case "repeated":
            return some
        case "repeated ne":
            return [f"ne:{value}" for value in some]
    return [f"{kind}:{','.join(some)}"]


def keeps(row: Row, field: str, said: list[str]) -> bool:
    """Whether a row answers what was said of a field; what has no value is not unlike another either."""
    if not said:
        return True
    value = getattr(row, field)
    if value is None:
        return False
    negative = said[0].startswith(("ne:", "not_in:"))
    values = {value for word in said for value in word.rpartition(":")[2].split(",")}
    return (str(value) in values) != negative


@given(
    said=st.fixed_dictionaries({field: words(field) for field in VALUES}),
    search=st.sampled_from([None, "order", "SS-2", "🙏", "%", "a&b=c", "'; --"]),
    sort=st.sampled_from([None, *models.SORTS]),
    fields=st.sampled_from([None, ("message", "id"), ("id",), tuple(reversed(models.LIST_FIELDS))]),
    limit=st.sampled_from([None, 1, 30, 100, 250]),
)
def test_the_api_answers_what_was_asked(
    said: dict[str, list[str]], search: str | None, sort: str | None, fields: tuple[str, ...] | None, limit: int | None
) -> None:
    """The rows that come are those that a plain filter finds, in the order asked for, with the fields asked for."""
    filters = tuple(filter(None, (query.parse_filter(field, some) for field, some in said.items())))
    question = query.Query(filters=filters, search=search, sort=sort, fields=fields, limit=limit)
    rows: list[dict[str, Any]] = [row for window in SOURCE.list_messages(question).windows for row in window]
    found = [
        row
        for row in WORLD.rows
        if all(keeps(row, field, some) for field, some in said.items())
        and (search is None or (row.message and search.casefold() in row.message.casefold()))
    ]
    found.sort(
        key=lambda row: (row.updated if question.by_updated else row.created, row.id), reverse=question.newest_first
    )
    assert [row["id"] for row in rows] == [row.id for row in found][:limit]
    assert all(set(row) == set(fields or models.LIST_FIELDS) for row in rows)
