"""The archive in PostgreSQL: the same answers as in SQLite, a server that goes away, and what is refused."""

from __future__ import annotations

import os
import random
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.archive.conftest import Ticking, stored
from tests.archive.moving_account import Account
from tests.archive.postgres_server import PASSWORD, Server, programs
from tests.archive.test_questions import TEXTS
from tests.archive.test_store_contract import FIRST, START, all_of, message, put
from tests.conftest import Api, Result
from wacr_cli.archive import tokenizer
from wacr_cli.archive.postgres import PostgresStore
from wacr_cli.archive.postgres_schema import MIGRATIONS
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import IncompleteError, ServiceError, UsageError, WacrError
from wacr_cli.core.models import LOCAL_SORTS, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Filter, Query
from wacr_cli.settings.places import without_password
from wacr_cli.sync import Sync

SECRET = "s3cret:wörd/with@signs"  # of nobody
MORE_TEXTS = ("Straße ΣΊΣΥΦΟΣ", "now🏽 or ⁦never", "ﬁne İstanbul ǅ", "résumé résumé", "a-b_c d.e", "%", "_", "\\")


@pytest.fixture
def shared(url: str) -> Iterator[PostgresStore]:
    """An archive in it."""
    one = PostgresStore(url)
    with one.exclusive():
        one.prepare()
        yield one
    one.close()


def _filled(store: Store, seed: int) -> None:
    """Messages with all kinds of texts, a few of them deleted."""
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    rows: dict[str | None, list[Row]] = {"inbound": [], "outbound": [], None: []}
    for number in range(1, 401):
        rows[chance.choice(["inbound", "outbound", None])].append(
            message(
                number,
                message=chance.choice((*TEXTS, *MORE_TEXTS)),
                type=chance.choice(["text", "template", "image", None]),
                status=chance.choice(["sent", "read", "failed", None]),
                interaction_id=chance.choice([None, 7, 8, 2**40]),
                sender_id=chance.choice([None, "15550100", "+1 555-0100", "bot"]),
                sent_at=chance.choice([None, *[(START + timedelta(hours=chance.randrange(99))).isoformat()] * 60]),
            )
        )
    for direction, some in rows.items():
        put(store, *some, direction=direction)
    with store.transaction():
        store.take(rows["inbound"][5:], "inbound", "2026-11-26T00:00:00.000Z")
        store.mark_deleted("inbound", "2026-11-26T00:00:00.000Z", "2026-11-26T00:00:00.000Z")


def _question(chance: random.Random) -> Query:
    """Anything that can be asked of an archive."""
    fields = {
        "type": ["text", "template", "odd"],
        "status": ["sent", "read", "failed"],
        "direction": ["inbound", "outbound"],
        "interaction_id": ["7", "8", str(2**40), "9" * 19],
    }
    filters = tuple(
        Filter(name, chance.choice(["eq", "ne"]), (chance.choice(values),))
        if chance.random() < 0.5
        else Filter(name, chance.choice(["in", "not_in"]), tuple(chance.sample(values, 2)))
        for name, values in fields.items()
        if chance.random() < 0.3
    )
    more: dict[str, Any] = {}
    if chance.random() < 0.6:
        text = chance.choice([one for one in (*TEXTS, *MORE_TEXTS) if one])
        at = chance.randrange(len(text))
        part = text[at : at + chance.randint(1, 9)]
        more["search"] = chance.choice([part, part.upper(), part.swapcase()])
        more["words"] = chance.random() < 0.4 and any(letter.isalnum() for letter in part)
    if chance.random() < 0.3:
        more["since"] = START + timedelta(hours=chance.randrange(60))
    if chance.random() < 0.2:
        more["until"] = START + timedelta(hours=60 + chance.randrange(60))
    if chance.random() < 0.3:
        more |= {"page": chance.randint(1, 4), "per_page": chance.randint(1, 50)}
    return Query(
        filters=filters,
        sort=chance.choice([None, *LOCAL_SORTS]),
        limit=chance.choice([None, 5, 30]),
        sender=chance.choice([None] * 5 + ["+15550100", "bot"]),
        deleted=chance.random() < 0.1,
        local=True,
        **more,
    )


def _answer(store: Store, query: Query) -> tuple[object, ...]:
    listing = store.ask(query)
    rows = [row for window in listing.windows for row in window]
    try:
        count: object = store.count(query)
    except IncompleteError as error:
        count = error.message
    return rows, count, listing.more, listing.total, listing.shortfall


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 6))])
def test_it_answers_as_sqlite_does(shared: PostgresStore, tmp_path: Path, seed: int) -> None:
    """The same rows in the same order, counts and shortfalls, to some hundred questions each."""
    local = SqliteStore(tmp_path / "archive.sqlite")
    local.prepare()
    _filled(local, seed)
    _filled(shared, seed)
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    found = 0
    for _ in range(150):
        query = _question(chance)
        answer = _answer(local, query)
        assert _answer(shared, query) == answer, query
        found += bool(answer[0])
    assert found > 40  # they are questions that have answers
    assert shared.info() == _moved(local, shared)
    local.close()


def _moved(local: Store, shared: Store) -> Any:
    """What is said of an archive, but for where it is and how it is kept."""
    from dataclasses import replace

    here = shared.info()
    return replace(local.info(), place=here.place, schema=here.schema, bytes=here.bytes)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Café NAÏVE", ["cafe", "naive"]),
        ("it's e-mail_2 x", ["it", "s", "e", "mail", "2", "x"]),
        ("Ω ΣΊΣΥΦΟΣ", ["ω", "σίσυφοσ"]),
        ("re\u0301sume\u0301", ["resume"]),
        ("गणेश", ["गण", "श"]),
        ("発票をください", ["発票をください"]),
        ("now🏽", ["now🏽"]),
        (" ,.! ", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    """What is a word: letters and digits side by side, without case and accents."""
    assert tokenizer.tokens(text) == found


def test_a_text_beyond_what_can_be_indexed(shared: PostgresStore) -> None:
    """Of a text with more words than PostgreSQL holds the first are found; a part of it is found anywhere."""
    text = " ".join(f"w{number}" for number in range(20_000)) + " " + "y" * 3000
    put(shared, message(1, message=text))
    for search, words_, number in (("w16000", True, 1), ("w19999", True, 0), ("w19999 yyy", False, 1)):
        assert len(all_of(shared, search=search, words=words_)) == number


def test_killed_in_mid_sync(server: Server, url: str) -> None:
    """A server that is killed while windows come in: told, and the next sync ends with the same set."""
    account = Account(size=2500, seed=3)
    store = PostgresStore(url)
    killed = threading.Event()

    def kill(_: Account) -> None:
        if len(account.calls) == 14:
            killed.set()
            server.kill()

    account.move = kill
    with pytest.raises(ServiceError, match="can't be reached"):
        Sync(account, store, Ticking(), Progress(), origin="x", contacts=False).run()
    assert killed.is_set()
    store.close()
    with pytest.raises(ServiceError):
        store.info()
    server.start()
    account.move = None
    account.calls.clear()
    before = store.info().messages
    assert 1000 <= before < 2500
    assert store.check() == []
    store.close()
    assert Sync(account, store, Ticking(), Progress(), origin="x", contacts=False).run().complete
    assert stored(store) == account.truth
    assert len(account.calls) < 25  # what was there was not read again
    store.close()


def test_killed_in_mid_window(server: Server, url: str) -> None:
    """What was put in since the last window is not there afterwards, and what was before is."""
    store = PostgresStore(url)
    store.prepare()
    put(store, message(1))

    def fails() -> None:
        with store.transaction():
            store.take([message(number) for number in range(2, 100)], "inbound", FIRST)
            server.kill()

    with pytest.raises(ServiceError) as told:
        fails()
    assert told.value.exit_status == 6
    store.close()
    server.start()
    assert [row["id"] for row in all_of(store)] == [1]
    store.close()


def test_a_lock_goes_with_its_holder(url: str) -> None:
    """The name of the process and its machine, and nothing left of a holder that died."""
    first, second = PostgresStore(url), PostgresStore(url)
    with first.exclusive():
        with pytest.raises(WacrError, match=rf"process {os.getpid()} on ") as busy, second.exclusive():
            pytest.fail("two hold it")
        assert busy.value.exit_status == 9
        first.close()
        with second.exclusive():
            second.prepare()
    assert second.exists
    second.close()


def test_readers_are_not_held_up(shared: PostgresStore, url: str) -> None:
    """Whoever reads while a window is being stored sees what was there before it."""
    put(shared, message(1))
    reader = PostgresStore(url)
    with shared.transaction():
        shared.take([message(2)], "inbound", FIRST)
        assert [row["id"] for row in all_of(reader)] == [1]
    assert [row["id"] for row in all_of(reader)] == [2, 1]
    reader.close()


def test_a_newer_schema_is_refused(shared: PostgresStore, url: str) -> None:
    """By readers, and by a sync, which changes nothing."""
    newer = len(MIGRATIONS) + 1
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("INSERT INTO wacr_migrations VALUES (%s, 'of tomorrow', true)", [newer])
    other = PostgresStore(url)
    for ask in (other.info, other.prepare, lambda: other.exists):
        with pytest.raises(UsageError, match=f"newer wacr: schema {newer}"):
            ask()
    other.close()


def test_an_older_schema_is_brought_up_to_date(url: str) -> None:
    """A reader is told to sync; a sync takes the steps that are missing, and no other."""
    store = PostgresStore(url)
    with store.exclusive():
        store.prepare()
        put(store, message(1))
    store.close()
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("DELETE FROM wacr_migrations WHERE number = 3")
        db.execute("DROP INDEX messages_trigrams")
    other = PostgresStore(url)
    with pytest.raises(UsageError, match="older wacr"):
        other.info()
    with other.exclusive():
        other.prepare()
    assert other.info().messages == 1
    other.close()


def test_tables_of_others_are_left_alone(url: str) -> None:
    """A schema that has a table by one of our names is refused, and nothing is made in it."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("CREATE TABLE contacts (name TEXT)")
        store = PostgresStore(url)
        with pytest.raises(UsageError, match="other tables by the archive's names: contacts"), store.exclusive():
            store.prepare()
        store.close()
        tables = db.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        assert tables.fetchall() == [("contacts",)]
        db.execute("CREATE SCHEMA wacr")
    beside = PostgresStore(f"{url}&options=-csearch_path%3Dwacr")
    with beside.exclusive():
        beside.prepare()
        put(beside, message(1, message="needle"))
        assert len(all_of(beside, search="needle")) == 1
    beside.close()


def test_without_the_right_to_an_index_it_goes_on(server: Server, url: str) -> None:
    """Where the database will not have what makes a search fast, the search still finds."""
    role = f"plain{random.randrange(10**9)}"  # noqa: S311
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE ROLE {role} LOGIN")
        db.execute(f"CREATE SCHEMA own AUTHORIZATION {role}")
    store = PostgresStore(re.sub("//wacr@", f"//{role}@", url) + "&options=-csearch_path%3Down")
    with store.exclusive():
        store.prepare()
        put(store, message(1, message="a needle"))
        assert len(all_of(store, search="NEEDLE")) == 1
        assert len(all_of(store, search="needle", words=True)) == 1
    with psycopg.connect(url) as db:
        taken = db.execute("SELECT number, taken FROM own.wacr_migrations ORDER BY 1").fetchall()
    assert taken == [(1, True), (2, True), (3, False)]
    store.close()


def test_who_may_only_read(server: Server, shared: PostgresStore, url: str) -> None:
    """A role without the right to write reads, and is told when it tries to write."""
    role = f"reader{random.randrange(10**9)}"  # noqa: S311
    put(shared, message(1))
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE ROLE {role} LOGIN")
        db.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    reader = PostgresStore(re.sub("//wacr@", f"//{role}@", url))
    assert len(all_of(reader)) == 1
    with pytest.raises(UsageError, match="can't write") as told:
        put(reader, message(2))
    assert told.value.exit_status == 2
    reader.close()


def test_an_index_that_disagrees_is_told(shared: PostgresStore) -> None:
    """A text that would not be found, and a status change of nothing."""
    put(shared, message(1), message(2))
    with shared.transaction():
        shared._do("UPDATE messages SET message_key = 'other' WHERE id = 2")  # noqa: SLF001
    assert shared.check() == ["1 messages are not found by their text, as 2"]


# The command line.

Wacr = Callable[..., Result]


@pytest.mark.parametrize("place", ["flag", "environment", "profile"])
def test_the_place_is_a_url(url: str, wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """By a flag, the environment or the profile: sync, info, list, get, and export all work there."""
    words: tuple[str, ...] = ()
    if place == "flag":
        words = ("--archive-at", url)
    elif place == "environment":
        monkeypatch.setenv("WACR_ARCHIVE", url)
    else:
        assert wacr("config", "set", "archive", url).status == 0
    assert "Synced: 7 new" in wacr("sync", *words).stderr
    assert b'"messages": 7' in wacr("archive", "info", "--format", "json", *words).stdout
    assert wacr("messages", "list", "--archive", "--fields", "id", "--format", "csv", *words).text == (
        "id\n7\n6\n5\n4\n3\n2\n1\n"
    )
    assert wacr("archive", "path", *words).text.strip() == url


def test_a_wrong_password(server: Server, wacr: Wacr, api: Api) -> None:
    """Exit 2, and the password is in no word that is written, whatever the command."""
    name = server.database()
    from urllib.parse import quote

    url = server.url_of_loopback(name, quote(SECRET, safe=""))
    for words_ in (
        ("archive", "info"),
        ("archive", "path"),
        ("sync",),
        ("conversations", "list"),
        ("messages", "list", "--archive"),
        ("archive", "export", "--to", "x"),
    ):
        result = wacr(*words_, "--archive-at", url)
        said = result.text + result.stderr
        assert SECRET not in said
        assert quote(SECRET, safe="") not in said
        assert "s3cret" not in said
        assert result.status == (0 if words_ == ("archive", "path") else 2)
        if result.status:
            assert "password authentication failed" in said
            assert len(result.stderr.splitlines()) == 2


def test_a_password_from_where_libpq_finds_it(
    server: Server, wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """From PGPASSWORD or a password file; without one it is said where it is looked for."""
    name = server.database()
    url = server.url_of_loopback(name, None)
    lacking = wacr("archive", "info", "--archive-at", url)
    assert (lacking.status, "PGPASSWORD" in lacking.stderr) == (2, True)
    with monkeypatch.context() as with_variable:
        with_variable.setenv("PGPASSWORD", PASSWORD)
        assert wacr("sync", "--archive-at", url).status == 0
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:*:*:wacr:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert wacr("archive", "info", "--archive-at", url).status == 0


@pytest.mark.parametrize(
    ("url", "status", "said"),
    [
        ("postgresql://wacr:s3cret@127.0.0.1:1/x", 6, "can't be reached"),
        ("postgresql://wacr:s3cret@127.0.0.1:s3cret/x", 2, "not one that PostgreSQL takes"),
        ("postgresql://wacr:s3cret/s3cret@127.0.0.1/x", 2, "not one that PostgreSQL takes"),
        ("postgresql://h/x?nonsense=s3cret", 2, "not one that PostgreSQL takes"),
        ("mysql://wacr:s3cret@h/x", 2, "not a file, nor a PostgreSQL database: 'mysql://wacr:***@h/x'"),
    ],
)
def test_no_server_and_no_url(wacr: Wacr, api: Api, url: str, status: int, said: str) -> None:
    """Two lines, the right status, and no password."""
    result = wacr("archive", "info", "--archive-at", url)
    assert result.status == status
    assert said in result.stderr
    assert "s3cret" not in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_a_database_that_is_not_there(server: Server, wacr: Wacr, api: Api) -> None:
    """Exit 2, by its name."""
    result = wacr("archive", "info", "--archive-at", server.url("nowhere"))
    assert (result.status, '"nowhere" does not exist' in result.stderr) == (2, True)


def test_there_is_no_archive_yet(url: str, wacr: Wacr, api: Api) -> None:
    """Exit 2, says to sync, and makes nothing."""
    for words_ in (("messages", "list", "--archive"), ("conversations", "list"), ("archive", "info")):
        result = wacr(*words_, "--archive-at", url)
        assert (result.status, "wacr sync makes it" in result.stderr) == (2, True)
    with psycopg.connect(url) as db:
        assert db.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchone() == (0,)


def test_a_password_is_not_kept_in_the_configuration(wacr: Wacr) -> None:
    """It is refused there, and masked where it comes from the environment."""
    result = wacr("config", "set", "archive", "postgresql://u:s3cret@h/x")
    assert (result.status, "s3cret" in result.stderr) == (2, False)


def test_a_password_is_masked(wacr: Wacr, monkeypatch: pytest.MonkeyPatch) -> None:
    """In what the configuration and the doctor tell."""
    monkeypatch.setenv("WACR_ARCHIVE", "postgresql://u:s3cret@127.0.0.1:1/x?sslpassword=s3cret")
    for words_ in (("config", "get", "archive"), ("config", "list"), ("doctor",), ("archive", "path")):
        result = wacr(*words_)
        assert "s3cret" not in result.text + result.stderr
        assert "postgresql://u:***@" in result.text + result.stderr or words_ == ("doctor",)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:p@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:p:q@r@h/d", "postgresql://u:***@h/d"),
        ("postgres://:p@h/d", "postgres://:***@h/d"),
        ("postgresql://u@h/d?password=p&x=1&sslpassword=q", "postgresql://u@h/d?password=***&x=1&sslpassword=***"),
        ("postgresql:///d?PASSWORD=p", "postgresql:///d?PASSWORD=***"),
        ("postgresql://u:p/q@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u@h:5432/d", "postgresql://u@h:5432/d"),
        ("postgresql:///d?host=/tmp/a:b", "postgresql:///d?host=/tmp/a:b"),
        ("/home/u:p@x/archive.sqlite", "/home/u:p@x/archive.sqlite"),
    ],
)
def test_what_is_shown_of_a_place(url: str, shown: str) -> None:
    """The password is not, wherever in a URL it stands, and however badly it is written."""
    assert without_password(url) == shown


def test_the_server_of_the_tests_is_there_where_all_is_checked() -> None:
    """On a machine that checks everything nothing of this is skipped."""
    assert not os.environ.get("CI") or programs() is not None
