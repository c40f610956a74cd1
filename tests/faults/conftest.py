"""The server, and wacr run against it: in this process with waits that take no time, or as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from wacr_cli import cli
from wacr_cli.core.times import SystemClock

from .moving import Moving
from .server import PATIENCE, Server

START = 1_790_000_000.0
"""Seconds since the epoch: when every run in this process begins."""
TOKEN = "CANARY_7F3A91C2E5D84B60"
PROGRAM = [sys.executable, "-m", "wacr_cli"]
LIST = ("messages", "list")
DUMP = (*LIST, "--all", "--format", "jsonl")
DEFAULT_HANDLERS: dict[signal.Signals, Any] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
}
SIGNALLED = {130, 141, 143, -signal.SIGKILL}


@dataclass
class Ended:
    """How a run ended; `slept` are the waits it made."""

    status: int
    out: str
    err: str
    slept: list[float] = field(default_factory=list)

    @cached_property
    def ids(self) -> list[int]:
        """Return the ids of the messages in JSON lines."""
        return ids_of(self.out)

    def expect(self, status: int, *words: str) -> None:
        """Assert the exit status and what standard error contains."""
        assert self.status == status, f"exit {self.status}, not {status}: {self.err}"
        for word in words:
            assert word in self.err


def ids_of(text: str) -> list[int]:
    """Return the ids in JSON lines."""
    return [json.loads(line)["id"] for line in text.splitlines()]


@dataclass
class Home:
    """The folders and the environment of one test."""

    folder: Path
    environ: dict[str, str]

    def check(self, ended: Ended) -> Ended:
        """Assert what holds for every run: no traceback, no token, and standard error in its form."""
        assert "Traceback" not in ended.err, ended.err
        assert "unforeseen" not in ended.err, ended.err
        for text in (ended.out, ended.err):
            assert TOKEN not in text
        for path in self.folder.rglob("*"):
            if path.is_file():
                assert TOKEN.encode() not in path.read_bytes(), path
                assert TOKEN not in path.name
        lines = [line for line in ended.err.splitlines() if not line.startswith("GET ")]
        if ended.status in SIGNALLED:
            assert lines == []
        elif ended.status:
            assert 1 <= ended.status <= 9
            said, hint, *as_json = lines
            assert said.startswith("wacr: ")
            assert hint
            for one in as_json:
                assert json.loads(one)["error"]["status"] == ended.status
            assert len(as_json) <= 1
        return ended


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return the folders of this test."""
    folder = tmp_path / "home"
    folder.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "LANG") if name in os.environ}
    environ = kept | {
        "HOME": str(folder),
        "TMPDIR": str(tmp_path),
        "WACR_CONFIG_DIR": str(folder / "config"),
        "WACR_TOKEN": TOKEN,
        "WACR_RATE_LIMIT": "100000",
        # A process whose files may not grow would leave half a compiled module behind.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name in ("CONFIG", "STATE", "DATA", "CACHE"):
        environ[f"XDG_{name}_HOME"] = str(folder / name.lower())
    return Home(folder, environ)


@pytest.fixture
def messages() -> Moving:
    """Return the list of the server: three windows."""
    return Moving(250)


@pytest.fixture
def server(messages: Moving) -> Iterator[Server]:
    """Return a server with the list."""
    one = Server(messages)
    yield one
    one.stop()


@pytest.fixture
def stranger(messages: Moving) -> Iterator[Server]:
    """Return a server of another origin, which no run calls."""
    one = Server(messages)
    yield one
    one.stop()


class Skipping(SystemClock):
    """A clock on which a sleep takes no time; `slept` are the sleeps, `on_sleep` is called before each.

    Otherwise it stands still, so that no run depends on the speed of the machine: waits are what was asked for, and
    each read of a socket may take the whole of ``--timeout``.
    """

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.on_sleep: Callable[[], None] = lambda: None
        self.passed = 0.0

    def time(self) -> float:
        """Seconds since the epoch."""
        return START + sum(self.slept)

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        return self.passed + sum(self.slept)

    def pass_second(self) -> None:
        """Let a second have passed since the beginning of a request."""
        self.passed += 1

    def sleep(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self.on_sleep()
        self.slept.append(seconds)


@pytest.fixture
def skipping(monkeypatch: pytest.MonkeyPatch) -> Skipping:
    """Return the clock of every run in this process."""
    clock = Skipping()
    for name in ("time", "monotonic", "sleep"):
        monkeypatch.setattr(SystemClock, name, staticmethod(getattr(clock, name)))
    return clock


Runner = Callable[..., Ended]


@pytest.fixture
def wacr(
    home: Home,
    server: Server,
    skipping: Skipping,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Iterator[Runner]:
    """Return what runs a command line in this process, over real sockets, with waits that take no time."""
    for name in list(os.environ):
        if name not in home.environ and (name.startswith("WACR_") or name.lower().endswith("_proxy")):
            monkeypatch.delenv(name)
    for name, value in (home.environ | {"WACR_API_URL": server.url}).items():
        monkeypatch.setenv(name, value)

    server.on_drip = skipping.pass_second

    def run(*words: str) -> Ended:
        skipping.slept.clear()
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as leaving:
            cli.main(list(words))
        out, err = capfdbinary.readouterr()
        status = leaving.value.code
        assert isinstance(status, int)
        return home.check(Ended(status, out.decode(), err.decode(), list(skipping.slept)))

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    yield run
    signal.signal(signal.SIGTERM, before[0])
    signal.signal(signal.SIGINT, before[1])


@dataclass
class Process:
    """wacr in a process of its own."""

    popen: subprocess.Popen[bytes]
    home: Home

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.popen.send_signal(number)

    def read_calls(self, number: int) -> None:
        """Wait until a run with ``--verbose`` has printed a number of calls."""
        assert self.popen.stderr
        lines = [self.popen.stderr.readline() for _ in range(number)]
        assert all(line.startswith(b"GET ") for line in lines), lines

    def end(self) -> Ended:
        """Wait for its end."""
        out, err = self.popen.communicate(timeout=PATIENCE)
        return self.home.check(Ended(self.popen.returncode, (out or b"").decode(), err.decode()))


Starter = Callable[..., Process]


@pytest.fixture
def start(home: Home, server: Server) -> Iterator[Starter]:
    """Return what starts a command line as a process; it is ended with the test."""
    started: list[subprocess.Popen[bytes]] = []
    # A process ignores from its start what its parent ignores, which a run in this process may have left behind.
    before = {number: signal.signal(number, handler) for number, handler in DEFAULT_HANDLERS.items()}

    def begin(
        *words: str,
        program: list[str] = PROGRAM,
        environ: dict[str, str] | None = None,
        stdout: Any = subprocess.PIPE,
        preexec_fn: Callable[[], None] | None = None,
    ) -> Process:
        popen = subprocess.Popen(
            [*program, *words],
            env=home.environ | {"WACR_API_URL": server.url} | (environ or {}),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            preexec_fn=preexec_fn,
        )
        started.append(popen)
        return Process(popen, home)

    yield begin
    for popen in started:
        if popen.poll() is None:
            popen.kill()
        popen.wait(PATIENCE)
        for stream in (popen.stdout, popen.stderr):
            if stream:
                stream.close()
    for number, handler in before.items():
        signal.signal(number, handler)
