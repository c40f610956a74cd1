"""A PostgreSQL server for the tests: a new cluster on a socket and on loopback, which can be killed and restarted."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

PASSWORD = "correct horse"  # of a server that ends with the tests
PATIENCE = 300.0
"""Seconds; far more than a slow machine needs to start or stop the server."""
MAX_STARTS = 10
RESET = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    LOOP EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP;
END $$;
CREATE SCHEMA public;
GRANT USAGE ON SCHEMA public TO PUBLIC;
"""
"""SQL that empties a database in a tenth of the time that creating one takes."""


def programs() -> Path | None:
    """Return the folder with ``initdb`` and ``postgres``, None where they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    best = found[-1] if found else Path(on_path).resolve() if on_path else None
    return best.parent if best else None


def find_user() -> str | None:
    """Return the user to run it as, None for the current one. It refuses to run as root."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def _free_port() -> int:
    """Return a port of loopback on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """One server, which runs from its creation until it is killed or closed."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._as = find_user()
        self.folder = Path(tempfile.mkdtemp(prefix="wacr-pg-", dir="/tmp"))  # a socket's name must be short
        if self._as:
            shutil.chown(self.folder, self._as)
        self.port = 0
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        auth = ["--auth-local=trust", "--auth-host=scram-sha-256", f"--pwfile={password}", "--username=wacr"]
        options = ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions", *auth]
        subprocess.run(
            [str(self._bin / "initdb"), "-D", str(self.folder / "data"), *options],
            check=True,
            capture_output=True,
            user=self._as,
            cwd=self.folder,
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._empty: list[str] = []
        self.start()

    def start(self) -> None:
        """Start the server at its port, the first time at a free one, and wait until it takes connections.

        Another process may take the port before the server does; then another one is tried.
        """
        chosen = self.port
        if not any(self._start_at(chosen or _free_port()) for _ in range(MAX_STARTS)):
            raise AssertionError((self.folder / "log").read_text())

    def _start_at(self, port: int) -> bool:
        """Start it at a port and return whether it takes connections before it ends."""
        self.port = port
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "max_connections": 30,
            "shared_buffers": "32MB",
        }
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._bin / "postgres"), "-D", str(self.folder / "data"), *words],
                stdout=log,
                stderr=log,
                user=self._as,
                cwd=self.folder,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < deadline:
            if self._is_ready():
                return True
            time.sleep(0.05)
        return False

    def _is_ready(self) -> bool:
        """Whether it takes connections."""
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """Kill the server at once, as a power failure does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(PATIENCE)

    def close(self) -> None:
        """Stop the server and remove its files."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return the URL of a database on the socket."""
        return f"postgresql://wacr@/{database}?host={self.folder}&port={self.port}"

    def url_of_loopback(self, database: str, password: str | None) -> str:
        """Return the URL of a database on TCP, which requires the password."""
        secret = f":{password}" if password is not None else ""
        return f"postgresql://wacr{secret}@127.0.0.1:{self.port}/{database}"

    def database(self, locale: str = "C") -> str:
        """Return the name of an empty database."""
        if self._empty and locale == "C":
            return self._empty.pop()
        self._databases += 1
        name = f"d{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name} TEMPLATE template0 LC_COLLATE '{locale}' LC_CTYPE '{locale}'")
        return name

    def empty(self, name: str) -> None:
        """Empty a database that a test no longer uses, for the next test."""
        with psycopg.connect(self.url(name), autocommit=True) as db:
            db.execute(RESET)
        self._empty.append(name)
