"""PostgreSQL behind PgBouncer in transaction mode: each transaction may have another session of the server."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.archive.conftest import Ticking, stored
from tests.archive.pooler import find_pgbouncer
from tests.archive.test_store_contract import all_of, message, put
from tests.conftest import Api, Result
from tests.sync.moving_account import Account
from wacr_cli.archive import lease
from wacr_cli.archive.postgres import PostgresStore
from wacr_cli.core.errors import BusyError, UsageError
from wacr_cli.core.progress import Progress
from wacr_cli.sync import Report, Sync

Wacr = Callable[..., Result]
MINE = rf"process {os.getpid()} on "


@pytest.fixture
def stores(pooled_url: str) -> Iterator[tuple[PostgresStore, PostgresStore]]:
    """Two connections to an empty archive."""
    one, other = PostgresStore(pooled_url), PostgresStore(pooled_url)
    one.prepare()
    yield one, other
    one.close()
    other.close()


def expire(url: str) -> None:
    """Let the lease expire now, as it does when it has not been renewed for a minute."""
    with psycopg.connect(url) as db:
        past = "jsonb_build_object('expires', extract(epoch FROM clock_timestamp()) - 1)"
        db.execute(f"UPDATE sync_state SET value = (value::jsonb || {past})::text WHERE key = 'lease'")  # noqa: S608


def run(account: Account, store: PostgresStore) -> Report:
    """Sync an account into an archive."""
    return Sync(account, store, Ticking(), Progress(), origin="x", contacts=False).run()


def test_syncs_one_after_the_other(pooled_url: str) -> None:
    """Each of five syncs on one connection and on new ones ends with the messages of the account."""
    account = Account(size=1200, seed=5)
    kept = PostgresStore(pooled_url)
    for turn in range(5):
        store = kept if turn % 2 else PostgresStore(pooled_url)
        assert run(account, store).complete
        assert stored(store) == account.truth
        assert store.check() == []
        store.close()
        account.insert(130)
        account.change(account.some(20), "read")


def test_one_sync_at_a_time(stores: tuple[PostgresStore, PostgresStore]) -> None:
    """The second one ends with status 9 and names the first; it can write when the first has ended."""
    one, other = stores
    with one.exclusive():
        with pytest.raises(BusyError, match=MINE) as error, other.exclusive():
            pytest.fail("both have the lease")
        assert error.value.exit_status == 9
        with one.transaction(), pytest.raises(BusyError, match=MINE), other.exclusive():
            pytest.fail("both have the lease")
    with other.exclusive():
        put(other, message(1))
    assert len(all_of(one)) == 1


def test_two_syncs_of_an_archive_that_does_not_exist(pooled_url: str) -> None:
    """One creates it, the other ends with status 9 before it writes."""
    one, other = PostgresStore(pooled_url), PostgresStore(pooled_url)
    with one.exclusive(), other.exclusive():
        one.prepare()
        with pytest.raises(BusyError, match=f"created meanwhile by another wacr .{MINE}"):
            other.prepare()
        put(one, message(1))
    assert one.check() == []
    one.close()
    other.close()


def test_a_lease_that_no_other_sync_took_is_renewed(
    pooled_url: str, stores: tuple[PostgresStore, PostgresStore]
) -> None:
    """A sync that waited for longer than its lease goes on, and holds the lease again."""
    one, other = stores
    with one.exclusive():
        put(one, message(1))
        expire(pooled_url)
        put(one, message(2))
        with pytest.raises(BusyError), other.exclusive():
            pytest.fail("both have the lease")
    assert len(all_of(one)) == 2


def test_a_lease_is_renewed_during_a_wait(pooled_url: str, stores: tuple[PostgresStore, PostgresStore]) -> None:
    """Another sync can't take it; where it was taken already, the next transaction says so."""
    one, other = stores
    with one.exclusive():
        expire(pooled_url)
        one.keep_lock()
        with pytest.raises(BusyError), other.exclusive():
            pytest.fail("both have the lease")
        expire(pooled_url)
        with other.exclusive():
            one.keep_lock()
            with pytest.raises(BusyError, match="taken over"):
                put(one, message(1))
    one.keep_lock()


def test_a_lease_that_another_sync_took(pooled_url: str, stores: tuple[PostgresStore, PostgresStore]) -> None:
    """The first sync ends with status 9, writes nothing more, and leaves the lease to the other one."""
    one, other = stores
    with one.exclusive():
        put(one, message(1))
        expire(pooled_url)
        with other.exclusive():
            for write in (lambda: put(one, message(2)), lambda: one.set_state("key", 1)):
                with pytest.raises(BusyError, match=f"taken over by another wacr .{MINE}"):
                    write()
            put(other, message(3))
            third = PostgresStore(pooled_url)
            with pytest.raises(BusyError), third.exclusive():
                pytest.fail("two have the lease")
            third.close()
    assert [row["id"] for row in all_of(one)] == [3, 1]
    assert one.get_state("key") is None


def test_an_expired_lease_can_not_be_taken_during_a_transaction(
    pooled_url: str, stores: tuple[PostgresStore, PostgresStore]
) -> None:
    """The holder has the row locked until it commits; another sync does not wait for that."""
    one, other = stores
    with one.exclusive():
        expire(pooled_url)
        with one.transaction(), pytest.raises(BusyError, match=MINE), other.exclusive():
            pytest.fail("both have the lease")


def test_a_lease_of_a_direct_connection_is_not_taken_while_it_lasts(
    server_url: str, stores: tuple[PostgresStore, PostgresStore], pooled_url: str
) -> None:
    """Its session shows that the sync is running, however long it waits."""
    direct, (one, _) = PostgresStore(server_url), stores
    with direct.exclusive():
        expire(pooled_url)
        with pytest.raises(BusyError, match=MINE), one.exclusive():
            pytest.fail("both have the lease")
    with one.exclusive(), pytest.raises(BusyError, match=MINE), direct.exclusive():
        pytest.fail("both have the lease")
    direct.close()


@pytest.fixture
def server_url(pooled_url: str, request: pytest.FixtureRequest) -> str:
    """The URL of the same database without PgBouncer."""
    name = psycopg.conninfo.conninfo_to_dict(pooled_url)["dbname"]
    return str(request.getfixturevalue("server").url(name))


def test_a_snapshot_is_one_transaction(stores: tuple[PostgresStore, PostgresStore]) -> None:
    """What another connection stores meanwhile is not in it."""
    one, other = stores
    put(one, *(message(number) for number in range(1, 251)))
    with other.snapshot():
        assert other.info().messages == 250
        put(one, message(251))
        (month, *_) = other.list_months()
        assert len(all_of(other)) == other.info().messages == 250
        assert sum(len(rows) for rows in other.read_month(month)) > 0
    assert other.info().messages == 251


def test_every_command_reads_through_the_pooler(
    pooled_url: str, wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Twice, since the sessions of the first run are used again; in a schema and without one."""
    monkeypatch.setenv("WACR_ARCHIVE", pooled_url)
    for schema in ("", "shop", "support"):
        monkeypatch.setenv("WACR_SCHEMA", schema)
        for new in (7, 0):
            assert f"Synced: {new} new" in wacr("sync").stderr
            info = json.loads(wacr("archive", "info", "--format", "json").stdout)
            assert (info["messages"], info["complete"], schema in info["place"]) == (7, True, True)
            assert wacr("archive", "check").status == 0
            assert len(json.loads(wacr("messages", "list", "--archive", "--all", "--format", "json").stdout)) == 7
            assert len(json.loads(wacr("conversations", "list", "--format", "json").stdout)) == 1
            assert wacr("archive", "export", "--to", str(tmp_path / f"to{schema}"), "--as", "csv").status == 0
            assert wacr("doctor").status == 0


def test_other_options_in_the_url(pooled_url: str, wacr: Wacr) -> None:
    """PgBouncer refuses them; the error has status 2 and says to leave them out."""
    found = wacr("archive", "info", "--archive-at", f"{pooled_url}&options=-cstatement_timeout%3D5s")
    assert (found.status, "A connection pooler takes no options" in found.stderr) == (2, True)


def test_a_role_that_may_not_create_a_schema(stores: tuple[PostgresStore, PostgresStore], server_url: str) -> None:
    """It uses a schema that exists, and is refused one that does not, with status 2."""
    role = f"limited{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as db:
        db.execute(f"CREATE ROLE {role} LOGIN")
        db.execute(f"CREATE SCHEMA own AUTHORIZATION {role}")
    url = server_url.replace("//wacr@", f"//{role}@")
    for schema, expected in (("own", True), ("other", False)):
        store = PostgresStore(url, schema)
        if expected:
            with store.exclusive():
                store.prepare()
        else:
            with store.exclusive(), pytest.raises(UsageError, match="permission denied"):
                store.prepare()
        assert store.exists is expected
        store.close()


def test_two_schemas_share_the_extension(pooled_url: str) -> None:
    """Both have the index for parts of a text; dropping one schema leaves the other one's."""
    for name in ("shop", "support"):
        store = PostgresStore(pooled_url, name)
        store.prepare()
        store.close()
    with psycopg.connect(pooled_url, autocommit=True) as db:
        db.execute("DROP SCHEMA shop CASCADE")
        found = db.execute("SELECT schemaname FROM pg_indexes WHERE indexname = 'messages_trigrams'").fetchall()
        assert found == [("support",)]
        assert db.execute("SELECT count(*) FROM support.wacr_migrations WHERE NOT taken").fetchone() == (0,)


def test_the_documentation_names_the_length_of_the_lease() -> None:
    """It says how long a sync has to wait for one that was killed."""
    page = Path(__file__).parents[2] / "docs" / "postgresql.md"
    assert f"{lease.SECONDS} seconds" in page.read_text(encoding="utf-8")


def test_continuous_integration_has_pgbouncer() -> None:
    """These tests are not skipped where CI is set."""
    assert not os.environ.get("CI") or find_pgbouncer() is not None
