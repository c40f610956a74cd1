"""``wacr sync --all-profiles``: a process for each profile, against a server for each."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.markdown import find_blocks
from tests.sync.moving_account import Account
from wacr_cli.archive.sqlite import SqliteStore
from wacr_cli.core.query import Query

from .conftest import PROGRAM, TOKEN, Home
from .server import PATIENCE, Server, answer, hold
from .test_archive import Service

if sys.platform == "win32":
    pytest.skip("signals of POSIX", allow_module_level=True)

ALL = ("sync", "--no-contacts", "--all-profiles")
NAMES = ("blue", "green", "red")


@dataclass
class Shop:
    """A profile: its server, what the server has, and the archive."""

    server: Server
    service: Service
    archive: Path

    @property
    def stored(self) -> dict[int, tuple[str | None, str]]:
        """Direction and status of each archived message, by its id."""
        with closing(SqliteStore(self.archive)) as store:
            windows = store.list_messages(Query(local=True, limit=None)).windows
            return {row["id"]: (row["direction"], row["status"]) for rows in windows for row in rows}


@pytest.fixture
def shops(home: Home) -> Iterator[dict[str, Shop]]:
    """Three profiles with 300 messages each."""
    found = {}
    folder = home.folder / "config"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        service = Service()
        service.account = Account(300, seed=number)
        found[name] = Shop(Server(service), service, folder / f"{name}.sqlite")
    lines = [
        f'[profiles.{name}]\napi_url = "{one.server.url}"\narchive = "{name}.sqlite"' for name, one in found.items()
    ]
    (folder / "config.toml").write_text("\n".join(lines))
    yield found
    for one in found.values():
        one.server.stop()


Begin = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def begin(home: Home) -> Iterator[Begin]:
    """A function that starts a command line as a process group of its own."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str, **environ: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*PROGRAM, *words],
            env=home.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def end(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    """Wait for the end; return the exit status and the lines of standard error."""
    out, err = process.communicate(timeout=PATIENCE)
    assert out == ""
    assert TOKEN not in err
    return process.returncode, err.splitlines()


def test_every_profile_is_synced(begin: Begin, shops: dict[str, Shop]) -> None:
    """Each has a line as it ends; the last line counts them."""
    status, lines = end(begin(*ALL))
    assert status == 0
    *each, last = lines
    assert sorted(line.partition(", 0 changed")[0] for line in each) == [f"{name}: Synced: 300 new" for name in NAMES]
    assert last.startswith("3 profiles in ")
    assert last.endswith(", none failed")
    assert all(one.stored == one.service.account.truth for one in shops.values())


def test_the_commands_of_the_documentation(begin: Begin, shops: dict[str, Shop]) -> None:
    """Each of them syncs the three profiles."""
    (block,) = find_blocks("profiles")
    for line in block.lines:
        program, *words = shlex.split(line, comments=True)
        status, lines = end(begin(*words))
        assert (program, status, len(lines)) == ("wacr", 0, 4)
    assert all(one.stored == one.service.account.truth for one in shops.values())


def test_a_profile_that_fails_does_not_stop_the_others(begin: Begin, shops: dict[str, Shop], home: Home) -> None:
    """The exit status is the highest one; the line of the profile has its error."""
    shops["blue"].server.will(answer(401), forever=True)
    file = home.folder / "config" / "config.toml"
    file.write_text(file.read_text() + '\n[profiles.wrong]\napi_url = "nonsense"\n')
    status, lines = end(begin(*ALL, "--quiet"))
    assert status == 4
    blue, wrong = sorted(lines)
    assert blue.startswith("wacr: blue: ")
    assert "(401). Create a token in the app" in blue
    assert wrong.startswith("wacr: wrong: api_url in ")
    assert [shops[name].stored == shops[name].service.account.truth for name in ("green", "red")] == [True, True]


def test_no_more_than_jobs_at_a_time(begin: Begin, shops: dict[str, Shop]) -> None:
    """With one job, the next profile begins when the one before has ended."""
    gate = threading.Event()
    shops["blue"].server.will(hold(gate), at=4)
    process = begin(*ALL, "--jobs", "1")
    shops["blue"].server.wait_until_held()
    assert [len(shops[name].server.seen) for name in ("green", "red")] == [0, 0]
    gate.set()
    status, lines = end(process)
    assert (status, [line.partition(":")[0] for line in lines[:3]]) == (0, list(NAMES))


def test_flags_are_those_of_each_sync(begin: Begin, shops: dict[str, Shop]) -> None:
    """--full reads everything again; --verbose names the profile of each call."""
    assert end(begin(*ALL))[0] == 0
    before = {name: len(one.server.seen) for name, one in shops.items()}
    status, lines = end(begin(*ALL, "--full", "--max-wait", "5", "--verbose"))
    assert status == 0
    for name, one in shops.items():
        calls = len(one.server.seen) - before[name]
        assert calls >= one.service.account.calls_needed()
        assert sum(line.startswith(f"{name}: GET ") for line in lines) == calls


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
@pytest.mark.parametrize("target", ["process", "group"])
def test_a_signal_ends_all_syncs(begin: Begin, shops: dict[str, Shop], number: signal.Signals, target: str) -> None:
    """Sent to the process or to the group: all end quietly, and what was read is stored."""
    gate = threading.Event()
    for one in shops.values():
        one.server.will(hold(gate), at=4)
    process = begin(*ALL)
    for one in shops.values():
        one.server.wait_until_held()
    (os.killpg if target == "group" else os.kill)(process.pid, number)
    assert end(process) == (128 + number, [])
    gate.set()
    calls = {name: len(one.server.seen) for name, one in shops.items()}
    assert all(len(one.stored) >= 100 for one in shops.values())
    assert end(begin(*ALL))[0] == 0
    for name, one in shops.items():
        assert one.stored == one.service.account.truth
        assert len(one.server.seen) - calls[name] <= 12


@pytest.mark.parametrize(
    ("words", "environ", "message"),
    [
        ((*ALL,), {"WACR_ARCHIVE": "one.sqlite"}, "'blue' and 'green' have the same archive"),
        ((*ALL, "--archive-at", "one.sqlite"), {}, "'blue' and 'green' have the same archive"),
        ((*ALL,), {"WACR_API_URL": "http://localhost:1"}, "WACR_TOKEN would be the token of both 'blue' and 'green'"),
        ((*ALL,), {"WACR_CONFIG_DIR": "/nowhere"}, "there are no profiles"),
        ((*ALL, "--format", "json"), {}, "--all-profiles and --format can't be used together"),
        (("--demo", *ALL), {}, "--all-profiles and --demo can't be used together"),
        ((*ALL, "--jobs", "33"), {}, "not a whole number from 1 to 32"),
        (("sync", "--jobs", "2"), {}, "--jobs needs --all-profiles"),
    ],
)
def test_profiles_with_the_same_archive_are_refused(
    begin: Begin, shops: dict[str, Shop], words: tuple[str, ...], environ: dict[str, str], message: str
) -> None:
    """The exit status is 2, the error names them, and no sync is started."""
    status, lines = end(begin(*words, **environ))
    assert (status, message in lines[0]) == (2, True), lines
    assert [len(one.server.seen) for one in shops.values()] == [0, 0, 0]
