"""Queries of the archive: the same results as the API's, and what only the archive supports."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.archive.conftest import NO_DETAILS, Ticking
from tests.conftest import NOW, row
from wacr_cli.api.client import Client
from wacr_cli.api.source import ApiSource
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.archive.text import fold, parse_words
from wacr_cli.core.errors import IncompleteError, NotFoundError, UsageError
from wacr_cli.core.models import LOCAL_SORTS
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Filter, Operator, Query, RawFilter
from wacr_cli.core.source import Source
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World
from wacr_cli.sync import Sync

TEXTS = (
    None,
    "",
    "plain words",
    "Order 1204 is late",
    'said "late delivery" twice',
    "the delivery is late",
    "100% sure_thing",
    "a:b NEAR(c) * d AND e OR f NOT g",
    "'; DROP TABLE messages; --",
    "ÉCLAIR au café, naïve",
    "éclair",
    "発票をください",
    "发票 please",
    "हिन्दी में लिखा है",
    "\x1b[31mred\x00after nul",
    "back\\slash %_",
    "tab\tnew\nline",
    "👩‍👩‍👧 family",
    "x" * 5000 + " needle",
)
TYPES = ("text", "template", "image", "Text", "odd,type")
STATUSES = ("sent", "delivered", "read", "failed", None)


def _world(size: int, seed: int = 1) -> World:
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    return World(
        NOW,
        [
            row(
                number,
                type=chance.choice(TYPES),
                status=chance.choice(STATUSES),
                message=chance.choice(TEXTS),
                direction=chance.choice(["inbound", "outbound"]),
                interaction_id=chance.choice([None, 7, 8, 9, 2**40]),
                sender_id=chance.choice([None, "15550100", "+1 555-0100", "bot"]),
            )
            for number in range(1, size + 1)
        ],
    )


def _archive(world: World, path: Path) -> tuple[ApiSource, SqliteStore]:
    client = Client(httpx.MockTransport(Sandbox(world)), "https://api.example/api/v2", "token-of-a-test")
    store = SqliteStore(path)
    Sync(client, store, Ticking(), Progress(), origin="x", contacts=False).run()
    return ApiSource(client, Progress()), store


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Iterable[tuple[Source, Store]]:
    """The API of a small account, and its archive."""
    api, store = _archive(_world(330), tmp_path_factory.mktemp("archive") / "a.sqlite")
    yield api, store
    store.close()


def ids(source: Source, query: Query) -> list[int]:
    """Return the ids of the messages that match, in order."""
    return [one["id"] for rows in source.list_messages(query).windows for one in rows]


def _filters() -> st.SearchStrategy[tuple[Filter, ...]]:
    values = {
        "type": [*TYPES[:4], "nothing"],
        "status": ["sent", "delivered", "read", "failed"],
        "interaction_id": ["7", "8", "9", str(2**40), "123"],
        "direction": ["inbound", "outbound"],
    }
    operators: list[Operator] = ["eq", "ne", "in", "not_in"]

    def one(field: str) -> st.SearchStrategy[Filter | None]:
        some = st.lists(st.sampled_from(values[field]), min_size=1, max_size=3, unique=True)

        def made(operator: Operator, chosen: list[str]) -> Filter:
            return Filter(field, operator, tuple(chosen if operator in ("in", "not_in") else chosen[:1]))

        return st.none() | st.builds(made, st.sampled_from(operators), some)

    return st.tuples(*(one(field) for field in values)).map(lambda found: tuple(filter(None, found)))


_pieces = [text[at : at + size] for text in TEXTS if text for at in (0, 3, 9) for size in (1, 2, 3, 6, 12)]
_searches = (
    st.none() | st.sampled_from([piece for piece in _pieces if piece.strip()]) | st.text("aLéÉ%_\"'* 发", min_size=1)
)
_times = st.none() | st.integers(0, 340).map(lambda hours: NOW - timedelta(hours=1000 - hours, minutes=30))


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """Return a query that both the API and the archive support."""
    search = draw(_searches)
    since, until = draw(_times), draw(_times)
    if since and until and since >= until:
        since, until = (until, since) if since > until else (since, None)
    paged = draw(st.booleans())
    return Query(
        filters=draw(_filters()),
        search=search if search and search.strip() else None,
        sort=draw(st.sampled_from([None, "created_at", "-created_at"])),
        page=draw(st.integers(1, 5)) if paged and since is until is None else None,
        per_page=draw(st.none() | st.integers(1, 100)) if paged and since is until is None else None,
        limit=draw(st.sampled_from([1, 10, 30, 101, None])),
        since=since,
        until=until,
    )


@given(queries())
@example(Query(search="100% sure_", limit=None))
@example(Query(filters=(Filter("type", "eq", ("odd,type",)),), limit=None))
def test_results_are_the_same_as_the_apis(sources: tuple[Source, Store], query: Query) -> None:
    """A query returns the same messages in the same order, and the same count."""
    api, store = sources
    local = replace(query, local=True, with_direction=True)
    assert ids(store, local) == ids(api, query)
    if query.page is None and query.limit is None:
        assert store.count(local) == api.count(query)


@pytest.mark.parametrize("raw", ["type=text", "type[in]=text,image", "status[ne]=read", "interaction_id=7", "type="])
def test_raw_filters(sources: tuple[Source, Store], raw: str) -> None:
    """--filter on a field that the archive supports means the same to both."""
    from wacr_cli.core.query import parse_raw_filter

    api, store = sources
    query = Query(raw_filters=(parse_raw_filter(raw),), limit=None)
    assert ids(store, replace(query, local=True)) == ids(api, query)


@pytest.mark.parametrize("raw", [RawFilter("created_at", "gte", "2026-01-01"), RawFilter("type", "like", "a")])
def test_unsupported_filters_are_refused(sources: tuple[Source, Store], raw: RawFilter) -> None:
    """A filter that the archive does not support raises an error."""
    with pytest.raises(UsageError, match="the archive can't filter by"):
        ids(sources[1], Query(raw_filters=(raw,), local=True))


def test_rows_are_the_same_as_the_apis(sources: tuple[Source, Store]) -> None:
    """Every field is returned as it was received, with the direction."""
    api, store = sources
    there = {
        one["id"]: one for rows in api.list_messages(Query(with_direction=True, limit=None)).windows for one in rows
    }
    here = {one["id"]: one for rows in store.list_messages(Query(local=True, limit=None)).windows for one in rows}
    assert here == {number: one | NO_DETAILS for number, one in there.items()}


@pytest.mark.parametrize("sort", LOCAL_SORTS)
def test_every_order(sources: tuple[Source, Store], sort: str) -> None:
    """Each order returns all messages; descending is the reverse of ascending."""
    _, store = sources
    found = ids(store, Query(sort=sort, local=True, limit=None))
    other = sort.removeprefix("-") if sort.startswith("-") else f"-{sort}"
    assert sorted(found) == list(range(1, 331))
    assert found[::-1] == ids(store, Query(sort=other, local=True, limit=None))


def test_pages_and_limits_report_whether_there_is_more(sources: tuple[Source, Store]) -> None:
    """A page after the last reports the total."""
    _, store = sources
    for query, number, more in (
        (Query(local=True, limit=30), 30, True),
        (Query(local=True, limit=330), 330, False),
        (Query(local=True, page=3, per_page=100), 100, True),
        (Query(local=True, page=4, per_page=100), 30, False),
    ):
        listing = store.list_messages(query)
        assert sum(map(len, listing.windows)) == number
        assert listing.more is more
    listing = store.list_messages(Query(local=True, page=99))
    assert list(listing.windows) == []
    assert listing.total == 330


@pytest.mark.parametrize("number", ["15550100", "+1 (555) 0100", "+15550100"])
def test_a_sender_is_found_by_digits(sources: tuple[Source, Store], number: str) -> None:
    """A phone number matches in any notation; anything else must be equal."""
    _, store = sources
    senders = {
        one["sender_id"]
        for rows in store.list_messages(Query(local=True, sender=number, limit=None)).windows
        for one in rows
    }
    assert senders == {"15550100", "+1 555-0100"}
    assert ids(store, Query(local=True, sender="bot", limit=None))
    assert ids(store, Query(local=True, sender="bo", limit=None)) == []


WORDS = {
    "late": ("Order 1204 is late", 'said "late delivery" twice', "the delivery is late"),
    "delivery late": ('said "late delivery" twice', "the delivery is late"),
    '"late delivery"': ('said "late delivery" twice',),
    "cafe ECLAIR": ("ÉCLAIR au café, naïve",),
    "eclair": ("ÉCLAIR au café, naïve", "éclair"),
    "lat": (),
    "lat*": (),
    "NEAR(c)": ("a:b NEAR(c) * d AND e OR f NOT g",),
    "a:b": ("a:b NEAR(c) * d AND e OR f NOT g",),
    "message:late": (),
    "late OR plain": (),
    "late NOT order": (),
    "हिन्दी": ("हिन्दी में लिखा है",),
    "'; DROP": ("'; DROP TABLE messages; --",),
    '"unbalanced late': (),
}


@pytest.mark.parametrize("words", WORDS)
def test_words_and_phrases(sources: tuple[Source, Store], words: str) -> None:
    """A word matches a whole word, without case and accents; nothing is an operator."""
    _, store = sources
    listing = store.list_messages(Query(local=True, search=words, words=True, limit=None))
    assert {one["message"] for rows in listing.windows for one in rows} == set(WORDS[words])


@pytest.mark.parametrize("words", ["*", '""', "( ) :", '"'])
def test_a_search_without_words_is_refused(sources: tuple[Source, Store], words: str) -> None:
    """Signs alone are not words."""
    with pytest.raises(UsageError, match="no word"):
        ids(sources[1], Query(local=True, search=words, words=True))


@given(st.text(max_size=20))
def test_any_text_is_searched_as_words(sources: tuple[Source, Store], text: str) -> None:
    """No text is a syntax error for the index."""
    if parse_words(text):
        ids(sources[1], Query(local=True, search=text, words=True))


@given(st.text(max_size=30))
def test_folding_keeps_the_length(text: str) -> None:
    """A text is folded letter by letter, so that its parts are parts of the folded text."""
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


def test_case_does_not_matter(tmp_path: Path) -> None:
    """A search finds letters of either case in any script, with the index and without it."""
    texts = ["Straße", "ÅNGSTRÖM", "Ελλάς", "ПРИВЕТ"]
    _, store = _archive(World(NOW, [row(number, message=text) for number, text in enumerate(texts, 1)]), tmp_path / "a")
    for needle, number in (("STRA", 1), ("ång", 2), ("ελλ", 3), ("при", 4), ("ве", 4), ("å", 2)):
        assert ids(store, Query(local=True, search=needle)) == [number]
    store.close()


def test_find(sources: tuple[Source, Store]) -> None:
    """A message is found by its id and by WhatsApp's."""
    _, store = sources
    found = store.get(17)
    assert found["id"] == 17
    assert store.find("17") == store.find(found["message_id"]) == found
    for word in ("9999", "wamid.no", "", "1 OR 1=1", "9" * 30, "٣"):
        with pytest.raises(NotFoundError):
            store.find(word)


def test_messages_without_a_time_are_reported(tmp_path: Path) -> None:
    """A message without a time that can be read is in no time range, and its id is listed."""
    _, store = _archive(World(NOW, [row(1), row(2)]), tmp_path / "a.sqlite")
    with SqliteStore(tmp_path / "a.sqlite").exclusive():
        store.prepare()
        with store.transaction():
            odd = {**store.get(2), "sent_at": "soon"}
            del odd["direction"]
            store.upsert([odd], "inbound", "2026-11-25T00:00:00Z")
    query = Query(local=True, since=datetime(2026, 1, 1, tzinfo=UTC))
    listing = store.list_messages(query)
    assert [one["id"] for rows in listing.windows for one in rows] == [1]
    assert listing.incomplete_reason == "messages without a time that can be read: 2"
    with pytest.raises(IncompleteError):
        store.count(query)
    store.close()
