"""The archive in PostgreSQL: the same results as in SQLite, a server that stops, and errors."""

from __future__ import annotations

import os
import random
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unicodedata import category

import psycopg
import pytest

from tests.archive.conftest import Ticking, stored
from tests.archive.postgres_server import PASSWORD, Server, programs
from tests.archive.test_queries import TEXTS
from tests.archive.test_store_contract import FIRST, START, all_of, message, put
from tests.conftest import Api, Result
from tests.sync.moving_account import Account
from wacr_cli.archive.postgres import PostgresStore
from wacr_cli.archive.rows import DETAIL_COLUMNS
from wacr_cli.archive.schema import SCHEMA
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.archive.store import Store
from wacr_cli.archive.text import prepare_words
from wacr_cli.core.errors import IncompleteError, UnavailableError, UsageError, WacrError
from wacr_cli.core.models import LOCAL_SORTS, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Filter, Query
from wacr_cli.settings.config import hide_password
from wacr_cli.sync import Sync

SECRET = "s3cret:wörd/with@signs"  # not the password of any role
MORE_TEXTS = ("Straße ΣΊΣΥΦΟΣ", "now🏽 or ⁦never", "ﬁne İstanbul ǅ", "résumé résumé", "a-b_c d.e", "%", "_", "\\")


@pytest.fixture
def shared(url: str) -> Iterator[PostgresStore]:
    """An empty archive in that database."""
    one = PostgresStore(url)
    with one.exclusive():
        one.prepare()
        yield one
    one.close()


def _fill(store: Store, seed: int) -> None:
    """Store messages with texts of all kinds, some of them deleted."""
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
        store.upsert(rows["inbound"][5:], "inbound", "2026-11-26T00:00:00.000Z")
        store.mark_deleted(store.list_unseen("inbound", "2026-11-26T00:00:00.000Z"), "2026-11-26T00:00:00.000Z")


def _make_query(chance: random.Random) -> Query:
    """Return a random query that an archive supports."""
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
        more["words"] = more["words"] and not _has_different_words(text)
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


def _has_different_words(text: str) -> bool:
    """Whether SQLite and PostgreSQL split a text differently: it has marks, or signs newer than SQLite's tables."""
    return any(category(letter)[0] == "M" or letter == "🏽" for letter in text)


def _run(store: Store, query: Query) -> tuple[object, ...]:
    listing = store.list_messages(query)
    rows = [row for window in listing.windows for row in window]
    try:
        count: object = store.count(query)
    except IncompleteError as error:
        count = error.message
    return rows, count, listing.more, listing.total, listing.incomplete_reason


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, 6))])
def test_results_are_the_same_as_in_sqlite(shared: PostgresStore, tmp_path: Path, seed: int) -> None:
    """150 random queries return the same rows in the same order, the same counts and the same shortfalls."""
    local = SqliteStore(tmp_path / "archive.sqlite")
    local.prepare()
    _fill(local, seed)
    _fill(shared, seed)
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    found = 0
    for _ in range(150):
        query = _make_query(chance)
        result = _run(local, query)
        assert _run(shared, query) == result, query
        found += bool(result[0])
    assert found > 40  # of the queries match messages
    assert shared.info() == _get_info_without_storage(local, shared)
    local.close()


def _get_info_without_storage(local: Store, shared: Store) -> Any:
    """Return the figures of *local* with the location and the size of *shared*."""
    from dataclasses import replace

    here = shared.info()
    return replace(local.info(), place=here.place, bytes=here.bytes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Café NAÏVE", ["cafe", "naive"]),
        ("it's e-mail_2 x", ["it", "s", "e", "mail", "2", "x"]),
        ("Ω ΣΊΣΥΦΟΣ", ["ω", "σίσυφοσ"]),
        ("re\u0301sume\u0301", ["resume"]),
        ("गणेश।", ["गणेश"]),
        ("बढ़िया", ["बढिया"]),
        ("شكراً", ["شكرا"]),
        ("שָׁלוֹם־עולם", ["שלום", "עולם"]),
        ("here ☂️ 1️⃣ m²", ["here", "1", "m"]),
        ("発票をください", ["発票をください"]),
        ("now🏽 “late…”", ["now", "late"]),
        (" ,.! ", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    """A word is a run of letters, marks and digits, without case and without optional marks."""
    assert prepare_words(text).split() == words


def test_the_locale_makes_no_difference_for_words(server: Server, url: str) -> None:
    """A database with the locale C, in which every sign beyond ASCII is a letter, has the words of any other."""
    try:
        other = server.url(server.database("C.UTF-8"))
    except psycopg.Error:
        pytest.skip("this machine has no locale C.UTF-8")
    texts = [prepare_words(text) for text in (*TEXTS, *MORE_TEXTS, "“late” गणेश। شكراً、発票 m² ½ ☂️ 1️⃣") if text]
    with psycopg.connect(url) as one, psycopg.connect(other) as two:
        for text in texts:
            vectors = [
                db.execute("SELECT to_tsvector('simple', %s::text)::text", (text,)).fetchone() for db in (one, two)
            ]
            assert vectors[0] == vectors[1]


@pytest.mark.parametrize("word", ["late", "delayed", "thanks", "2024", "001", "track", "98765"])
def test_words_between_signs_are_found(shared: PostgresStore, word: str) -> None:
    """A sign ends a word, also where PostgreSQL's parser sees a number with a sign, a host, a path or a URL."""
    put(shared, message(1, message="late/delayed ok.thanks INV-2024-001 https://shop.example/track/7 +91-98765-43210"))
    assert len(all_of(shared, search=word, words=True)) == 1


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"w{number}" for number in range(60_000)),
        " ".join(chr(0x20000 + number) for number in range(40_000)) + " " + "𐐷" * 200_000,
        " ".join("a" * 200_000),
    ],
    ids=["many words", "wide letters", "one word many times"],
)
def test_a_text_too_long_for_the_index(shared: PostgresStore, text: str) -> None:
    """The words of its first 250,000 characters are found, and a part of it anywhere."""
    last = text[-1_000:].strip()
    put(shared, message(1, message=f"{text} zz"))
    first = text.split()[30_000]
    assert len(all_of(shared, search=first, words=True)) == 1
    assert all_of(shared, search="zz", words=True) == []
    assert len(all_of(shared, search=f"{last} zz")) == 1


def test_a_server_killed_during_a_sync(server: Server, url: str) -> None:
    """The sync fails with status 6, and the next one completes the archive."""
    account = Account(size=2500, seed=3)
    store = PostgresStore(url)
    killed = threading.Event()

    def kill(_: Account) -> None:
        if len(account.calls) == 14:
            killed.set()
            server.kill()

    account.move = kill
    with pytest.raises(UnavailableError, match="can't be reached"):
        Sync(account, store, Ticking(), Progress(), origin="x", contacts=False).run()
    assert killed.is_set()
    store.close()
    with pytest.raises(UnavailableError):
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
    assert len(account.calls) < 25  # what was stored is not read again
    store.close()


def test_a_server_killed_during_a_transaction(server: Server, url: str) -> None:
    """Nothing of the transaction is stored, and everything before it is."""
    store = PostgresStore(url)
    store.prepare()
    put(store, message(1))

    def fail() -> None:
        with store.transaction():
            store.upsert([message(number) for number in range(2, 100)], "inbound", FIRST)
            server.kill()

    with pytest.raises(UnavailableError) as error:
        fail()
    assert error.value.exit_status == 6
    store.close()
    server.start()
    assert [row["id"] for row in all_of(store)] == [1]
    store.close()


def end_other_sessions(url: str) -> None:
    """End all other sessions of a database, and wait until they are gone."""
    others = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database()"
    with psycopg.connect(url) as db:
        db.execute(f"{others} AND pid <> pg_backend_pid()")


def test_the_lock_ends_with_the_connection_of_its_holder(url: str) -> None:
    """A second writer fails with status 9 and names the process and its machine."""
    first, second = PostgresStore(url), PostgresStore(url)
    with first.exclusive():
        first.prepare()
        with pytest.raises(WacrError, match=rf"process {os.getpid()} on ") as error, second.exclusive():
            pytest.fail("both hold the lock")
        assert error.value.exit_status == 9
        second.close()
        end_other_sessions(url)
        with second.exclusive():
            second.set_state("key", 1)
    assert second.get_state("key") == 1
    first.close()
    second.close()


def test_a_reader_does_not_wait_for_a_writer(shared: PostgresStore, url: str) -> None:
    """A reader sees the archive as it was before an open transaction."""
    put(shared, message(1))
    reader = PostgresStore(url)
    with shared.transaction():
        shared.upsert([message(2)], "inbound", FIRST)
        assert [row["id"] for row in all_of(reader)] == [1]
    assert [row["id"] for row in all_of(reader)] == [2, 1]
    reader.close()


def test_a_newer_schema_is_refused(shared: PostgresStore, url: str) -> None:
    """Readers and syncs raise an error that names the schema, and change nothing."""
    newer = SCHEMA + 1
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("INSERT INTO wacr_migrations VALUES (%s, 'a newer one', true)", [newer])
    other = PostgresStore(url)
    for ask in (other.info, other.prepare, lambda: other.exists):
        with pytest.raises(UsageError, match=f"newer wacr: it has schema {newer}"):
            ask()
    other.close()


def test_an_older_schema_is_brought_up_to_date(url: str) -> None:
    """A reader raises an error; a sync runs the migrations that are missing, and only those."""
    store = PostgresStore(url)
    with store.exclusive():
        store.prepare()
        put(store, message(1))
    store.close()
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("DELETE FROM wacr_migrations WHERE number >= 3")
        db.execute("DROP INDEX messages_trigrams")
        db.execute("ALTER TABLE messages DROP COLUMN place, DROP COLUMN missed_at")
        db.execute(f"ALTER TABLE messages {', '.join(f'DROP COLUMN {name}' for name in DETAIL_COLUMNS)}")
        db.execute("DROP TABLE events, media")
        db.execute("CREATE TABLE sync_marks (mark TEXT, direction TEXT, id BIGINT)")
    other = PostgresStore(url)
    with pytest.raises(UsageError, match="older wacr"):
        other.info()
    with other.exclusive():
        other.prepare()
    assert other.info().messages == 1
    other.close()


def test_tables_of_other_programs_are_left_alone(url: str) -> None:
    """A schema with a table of the same name is refused, and nothing is created in it."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("CREATE TABLE contacts (name TEXT)")
        store = PostgresStore(url)
        with pytest.raises(UsageError, match="other tables with the archive's names: contacts"), store.exclusive():
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


def test_searches_work_without_the_permission_to_create_an_extension(server: Server, url: str) -> None:
    """The optional migration is skipped and recorded as skipped."""
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
    assert taken == [(1, True), (2, True), (3, False), (4, True), (5, True), (6, True), (7, True), (8, True), (9, True)]
    store.close()


def test_a_role_that_may_only_read(server: Server, shared: PostgresStore, url: str) -> None:
    """It can read, and writing fails with status 2."""
    role = f"reader{random.randrange(10**9)}"  # noqa: S311
    put(shared, message(1))
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"CREATE ROLE {role} LOGIN")
        db.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    reader = PostgresStore(re.sub("//wacr@", f"//{role}@", url))
    assert len(all_of(reader)) == 1
    with pytest.raises(UsageError, match="can't write") as error:
        put(reader, message(2))
    assert error.value.exit_status == 2
    reader.close()


def test_check_reports_a_text_that_can_not_be_found(shared: PostgresStore) -> None:
    """The folded text is compared with the message."""
    put(shared, message(1), message(2))
    with shared.transaction():
        shared._execute("UPDATE messages SET message_key = 'other' WHERE id = 2")  # noqa: SLF001
    assert shared.check() == ["1 messages can't be found by their text, such as 2"]


# The command line.

Wacr = Callable[..., Result]


@pytest.mark.parametrize("source", ["flag", "environment", "profile"])
def test_the_location_is_a_url(url: str, wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    """A URL works in a flag, in the environment and in the profile."""
    words: tuple[str, ...] = ()
    if source == "flag":
        words = ("--archive-at", url)
    elif source == "environment":
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
    """Every command fails with status 2 and never prints the password."""
    name = server.database()
    from urllib.parse import quote

    url = server.url_of_loopback(name, quote(SECRET, safe=""))
    for command in (
        ("archive", "info"),
        ("archive", "path"),
        ("sync",),
        ("conversations", "list"),
        ("messages", "list", "--archive"),
        ("archive", "export", "--to", "x"),
    ):
        result = wacr(*command, "--archive-at", url)
        printed = result.text + result.stderr
        assert SECRET not in printed
        assert quote(SECRET, safe="") not in printed
        assert "s3cret" not in printed
        assert result.status == (0 if command == ("archive", "path") else 2)
        if result.status:
            assert "password authentication failed" in printed
            assert len(result.stderr.splitlines()) == 2


def test_libpq_finds_the_password(
    server: Server, wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It comes from PGPASSWORD or a password file; without one, the error names these."""
    name = server.database()
    url = server.url_of_loopback(name, None)
    missing = wacr("archive", "info", "--archive-at", url)
    assert (missing.status, "PGPASSWORD" in missing.stderr) == (2, True)
    with monkeypatch.context() as with_variable:
        with_variable.setenv("PGPASSWORD", PASSWORD)
        assert wacr("sync", "--archive-at", url).status == 0
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:*:*:wacr:{PASSWORD}\n")
    file.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(file))
    assert wacr("archive", "info", "--archive-at", url).status == 0


@pytest.mark.parametrize(
    ("url", "status", "message"),
    [
        ("postgresql://wacr:s3cret@127.0.0.1:1/x", 6, "can't be reached"),
        ("postgresql://wacr:s3cret@127.0.0.1:s3cret/x", 2, "not a valid PostgreSQL URL"),
        ("postgresql://wacr:s3cret/s3cret@127.0.0.1/x", 2, "not a valid PostgreSQL URL"),
        ("postgresql://h/x?nonsense=s3cret", 2, "not a valid PostgreSQL URL"),
        ("mysql://wacr:s3cret@h/x", 2, "neither a file nor a PostgreSQL database: 'mysql://wacr:***@h/x'"),
    ],
)
def test_a_url_without_a_server_or_that_is_invalid(wacr: Wacr, api: Api, url: str, status: int, message: str) -> None:
    """The error has two lines, the right status, and no password."""
    result = wacr("archive", "info", "--archive-at", url)
    assert result.status == status
    assert message in result.stderr
    assert "s3cret" not in result.stderr
    assert len(result.stderr.splitlines()) == 2


def test_a_database_that_does_not_exist(server: Server, wacr: Wacr, api: Api) -> None:
    """The status is 2, and the error names the database."""
    result = wacr("archive", "info", "--archive-at", server.url("nowhere"))
    assert (result.status, '"nowhere" does not exist' in result.stderr) == (2, True)


def test_there_is_no_archive_yet(url: str, wacr: Wacr, api: Api) -> None:
    """The status is 2, the hint is to run wacr sync, and nothing is created."""
    for command in (("messages", "list", "--archive"), ("conversations", "list"), ("archive", "info")):
        result = wacr(*command, "--archive-at", url)
        assert (result.status, "wacr sync" in result.stderr) == (2, True)
    with psycopg.connect(url) as db:
        assert db.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchone() == (0,)


def test_a_password_in_the_configuration_is_refused(wacr: Wacr) -> None:
    """The status is 2, and the error does not show it."""
    result = wacr("config", "set", "archive", "postgresql://u:s3cret@h/x")
    assert (result.status, "s3cret" in result.stderr) == (2, False)


def test_a_password_is_masked(wacr: Wacr, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration, the doctor and the archive's path show *** in its place."""
    monkeypatch.setenv("WACR_ARCHIVE", "postgresql://u:s3cret@127.0.0.1:1/x?sslpassword=s3cret")
    for command in (("config", "get", "archive"), ("config", "list"), ("doctor",), ("archive", "path")):
        result = wacr(*command)
        assert "s3cret" not in result.text + result.stderr
        assert "postgresql://u:***@" in result.text + result.stderr or command == ("doctor",)


@pytest.mark.parametrize(
    ("url", "masked"),
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
def test_a_url_is_shown_without_its_password(url: str, masked: str) -> None:
    """The password is masked wherever it is in a URL, valid or not."""
    assert hide_password(url) == masked


def test_continuous_integration_has_postgresql() -> None:
    """These tests are not skipped where CI is set."""
    assert not os.environ.get("CI") or programs() is not None
