"""docs/postgresql.md: its commands and statements work on a PostgreSQL."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.archive.postgres_server import Server
from tests.conftest import NOW, SMALL, Api, Result
from tests.house.markdown import find_blocks
from tests.house.shell import bash
from wacr_cli.api import network
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World

EXAMPLE_URL = "postgresql://wacr@db.example/messages"


def execute(url: str, statements: str) -> list[list[tuple[object, ...]]]:
    """Run statements one by one; return the rows of each that has any."""
    found = []
    with psycopg.connect(url, autocommit=True) as db:
        for statement in filter(None, (part.strip() for part in statements.split(";"))):
            cursor = db.execute(statement.encode())
            if cursor.description:
                found.append(cursor.fetchall())
    return found


@pytest.fixture
def url(server: Server, tmp_path: Path) -> str:
    """Return the URL of a database to which the page's commands have written the sample workspace."""
    url = server.url(server.database())
    environ = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "WACR_DEMO": "1",
    }
    (block,) = find_blocks("postgresql")
    assert EXAMPLE_URL in block.text
    done = bash(block.text.replace(EXAMPLE_URL, f"'{url}'"), environ, tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) > 30
    return url


def test_its_queries_find_rows(url: str) -> None:
    """Each query finds something in an archive of the sample workspace."""
    (block,) = find_blocks("postgresql", "sql")
    assert [bool(rows) for rows in execute(url, block.text)] == [True, True]


def test_its_view_unites_the_accounts(
    server: Server, tmp_path: Path, wacr: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The profiles of the page have a schema each, and the view has the messages of both."""
    url = server.url(server.database())
    (profiles,), (view,) = find_blocks("schemas", "toml"), find_blocks("schemas", "sql")
    (tmp_path / "config.toml").write_text(profiles.text.replace(EXAMPLE_URL, url))
    monkeypatch.setenv("WACR_CONFIG_DIR", str(tmp_path))
    accounts = {"shop": 7, "support": 3}
    for name, size in accounts.items():
        account = Api(Sandbox(World(NOW, SMALL[:size])))
        monkeypatch.setattr(network, "connect", lambda *_, account=account: httpx.MockTransport(account))
        assert f"Synced: {size} new" in wacr("--profile", name, "sync").stderr
    (rows,) = execute(url, view.text)
    assert sorted(rows) == [("shop", 7), ("support", 3)]


def test_its_statements_create_a_database_and_its_readers(url: str, server: Server) -> None:
    """The roles and rights are accepted; the role wacr is called another name here, since the server has it already."""
    (block,) = find_blocks("psql", "sql")
    text = re.sub(r"--.*", "", block.text.replace("wacr", "syncing"))
    create, grant = text.split("\\c messages\n")
    execute(server.url("postgres"), create)
    execute(url, grant)
    may_read = "SELECT has_table_privilege('analyst', 'messages', 'SELECT')"
    assert execute(url, may_read) == [[(True,)]]
