"""A PgBouncer for the tests: on a socket, in transaction mode, in front of the PostgreSQL server of the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

from tests.archive.postgres_server import PATIENCE, Server, find_user

CONFIG = """
[databases]
* = host={server.folder} port={server.port} user=wacr

[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = any
admin_users = wacr
pool_mode = transaction
default_pool_size = {pool_size}
query_wait_timeout = 60
logfile = {folder}/log
"""


def find_pgbouncer() -> str | None:
    """Return the program, None where it is not installed."""
    return shutil.which("pgbouncer", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))


class Pooler:
    """One PgBouncer, which runs from its creation until it is closed; it keeps *pool_size* sessions of a database."""

    def __init__(self, program: str, server: Server, pool_size: int = 3) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="wacr-pool-", dir="/tmp"))  # a socket's name must be short
        file = self._folder / "pgbouncer.ini"
        file.write_text(CONFIG.format(server=server, folder=self._folder, pool_size=pool_size))
        user = find_user()
        if user:
            shutil.chown(self._folder, user)
        self._process = subprocess.Popen(
            [program, "-q", str(file)], user=user, cwd=self._folder, stderr=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self._folder / "log").read_text())
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        """Whether it takes connections and has reached the server."""
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str) -> str:
        """Return the URL of a database."""
        return f"postgresql://wacr@/{database}?host={self._folder}&port=6432"

    def forget_sessions(self) -> None:
        """Take no session again that is open now: the server may have ended it."""
        with psycopg.connect(self.url("pgbouncer"), autocommit=True) as admin:
            admin.execute("RECONNECT")

    def close(self) -> None:
        """Stop it and remove its files."""
        self._process.kill()
        self._process.wait(PATIENCE)
        shutil.rmtree(self._folder, ignore_errors=True)
