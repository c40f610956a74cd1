"""A PostgreSQL of the tests' own: a new cluster on a socket and on loopback, which can be killed and started again."""

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

PASSWORD = "correct horse"  # of a server that is gone with the tests
PATIENCE = 300.0
"""Seconds: far more than a slow machine needs to start or to stop it."""
MOST_STARTS = 10
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
"""SQL that makes a database as empty as a new one, in a tenth of the time that a new one takes."""


def programs() -> Path | None:
    """The folder with ``initdb`` and ``postgres``, None where they are not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    on_path = shutil.which("initdb")
    best = found[-1] if found else Path(on_path).resolve() if on_path else None
    return best.parent if best else None


def _user() -> str | None:
    """Whom to run it as: nobody else, but where the tests run as root, as which it refuses to run."""
    if os.geteuid():
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    return None


def _free_port() -> int:
    """Return a port of loopback at which nothing listens now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """One server, running from :meth:`start` on."""

    def __init__(self, bin_folder: Path) -> None:
        self._bin = bin_folder
        self._as = _user()
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
        """Start it, and wait until it answers: at its port if it ever ran, else at a free one.

        Between the choice of a port and its use another process may take it: then it is tried again.
        """
        chosen = self.port
        if not any(self._starts(chosen or _free_port()) for _ in range(MOST_STARTS)):
            raise AssertionError((self.folder / "log").read_text())

    def _starts(self, port: int) -> bool:
        """Start it at a port, and return whether it answers before it ends."""
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
            if self._answers():
                return True
            time.sleep(0.05)
        return False

    def _answers(self) -> bool:
        """Return whether it takes connections."""
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """End it at once, as a power cut would: nothing is written any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(PATIENCE)

    def close(self) -> None:
        """End it, and leave nothing of it."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The URL of a database, by the socket."""
        return f"postgresql://wacr@/{database}?host={self.folder}&port={self.port}"

    def url_of_loopback(self, database: str, password: str | None) -> str:
        """The URL of a database by TCP, where a password is asked for."""
        secret = f":{password}" if password is not None else ""
        return f"postgresql://wacr{secret}@127.0.0.1:{self.port}/{database}"

    def database(self) -> str:
        """Return the name of an empty database."""
        if self._empty:
            return self._empty.pop()
        self._databases += 1
        name = f"d{self._databases}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f"CREATE DATABASE {name}")
        return name

    def empty(self, name: str) -> None:
        """Take back a database that a test is done with: the next test may have it."""
        with psycopg.connect(self.url(name), autocommit=True) as db:
            db.execute(RESET)
        self._empty.append(name)
