"""``wacr messages follow``: new messages on standard output, until a signal."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conftest import NOW, SMALL, Api, Result, row
from wacr_cli.core.errors import EXIT_INTERRUPTED
from wacr_cli.core.times import SystemClock
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World
from wacr_cli.signals import CtrlCError

Wacr = Callable[..., Result]


class Live:
    """An account in which one of the `steps` happens before each poll but the first; Ctrl-C comes after the last."""

    def __init__(self, api: Api) -> None:
        self.world = World(NOW, SMALL)
        self.steps: list[Callable[[], None]] = []
        self.refusal: httpx.Response | None = None
        self.seconds = 0.0
        self._app = Sandbox(self.world)
        api.app = lambda request: self.refusal or self._app(request)

    def insert(self, *numbers: int, **values: object) -> None:
        """Insert messages."""
        for number in numbers:
            self.world.add(row(number, **{"type": "text", "status": "sent", **values}))

    def sleep(self, seconds: float) -> None:
        """Let the next step happen once an interval of ten seconds is over."""
        self.seconds += seconds
        if self.seconds % 10 == 0:
            if not self.steps:
                raise CtrlCError
            self.steps.pop(0)()


@pytest.fixture
def live(api: Api, monkeypatch: pytest.MonkeyPatch) -> Live:
    """Return an account that changes, and the clock of every run."""
    account = Live(api)
    monkeypatch.setattr(SystemClock, "sleep", staticmethod(account.sleep))
    monkeypatch.setattr(SystemClock, "time", staticmethod(lambda: NOW.timestamp() + account.seconds))
    monkeypatch.setattr(SystemClock, "monotonic", staticmethod(lambda: account.seconds))
    return account


@pytest.fixture
def follow(wacr: Wacr, live: Live) -> Callable[..., Result]:
    """Run the command with an interval of ten seconds until Ctrl-C."""
    return lambda *words: wacr("messages", "follow", "--interval", "10", *words)


def ids(result: Result) -> list[int]:
    """Return the ids in JSON lines."""
    return [json.loads(line)["id"] for line in result.text.splitlines()]


def test_each_new_message_is_printed_once(follow: Callable[..., Result], live: Live, api: Api) -> None:
    """What was there is not printed; what comes in is, oldest first, with one call a poll; Ctrl-C is quiet."""
    live.steps = [lambda: live.insert(8, 9), lambda: None, lambda: live.insert(10)]
    result = follow("--format", "jsonl")
    assert ids(result) == [8, 9, 10]
    assert (result.status, result.stderr) == (EXIT_INTERRUPTED, "")
    assert len(api.requests) == 2 + 3


def test_since_prints_earlier_messages_first(follow: Callable[..., Result], live: Live) -> None:
    """With --since the run begins with the messages sent since then."""
    live.steps = [lambda: live.insert(8)]
    assert ids(follow("--format", "jsonl", "--since", "2026-10-10T01:30Z")) == [6, 7, 8]


@pytest.mark.parametrize(("format_", "header"), [("csv", 1), ("tsv", 1), ("table", 1)])
def test_a_table_has_one_header(follow: Callable[..., Result], live: Live, format_: str, header: int) -> None:
    """Rows are added to one table, batch after batch."""
    live.steps = [lambda: live.insert(8), lambda: live.insert(9, 10)]
    result = follow("--format", format_, "--fields", "id,message")
    lines = result.text.split()
    assert len(result.text.splitlines()) == header + 3
    assert [word for word in lines if word.isdigit() and len(word) <= 2 and word in ("8", "9", "10")]


def test_filters_become_parameters(follow: Callable[..., Result], live: Live, api: Api) -> None:
    """The filters of messages list apply, and fields have the id and the time with them."""
    live.steps = [lambda: live.insert(8, direction="outbound"), lambda: live.insert(9)]
    result = follow("--direction", "outbound", "--fields", "message", "--format", "csv")
    assert result.text.splitlines() == ["message", "text 8"]
    assert {query["filter[direction]"] for query in api.queries} == {"outbound"}
    assert {query["fields"] for query in api.queries} == {"message,id,sent_at"}


def test_a_cursor_continues(follow: Callable[..., Result], live: Live, tmp_path: Path) -> None:
    """A second run with the same cursor prints what came in meanwhile, and nothing twice."""
    cursor = str(tmp_path / "cursor")
    live.steps = [lambda: live.insert(8)]
    assert ids(follow("--format", "jsonl", "--cursor", cursor)) == [8]
    live.insert(9)
    assert ids(follow("--format", "jsonl", "--cursor", cursor)) == [9]
    assert ids(follow("--format", "jsonl", "--cursor", cursor)) == []


def test_a_failing_command_ends_before_its_message(follow: Callable[..., Result], live: Live, tmp_path: Path) -> None:
    """The run ends with 1 after four attempts; the next one begins with the message whose command failed."""
    code = "import os, sys; sys.exit(os.environ['WACR_MESSAGE_ID'] == '9' and not os.path.exists(sys.argv[1]))"
    fixed = tmp_path / "works"
    words = ("--format", "jsonl", "--cursor", str(tmp_path / "cursor"))
    command = shlex.join([sys.executable, "-c", code, str(fixed)])
    live.steps = [lambda: live.insert(8, 9, 10), *[lambda: None] * 3]
    result = follow(*words, "--exec", command)
    assert result.status == 1
    assert "ended with status 1 for message 9, 4 times" in result.stderr
    assert ids(result) == [8, 9]
    fixed.touch()
    assert ids(follow(*words, "--exec", command)) == [9, 10]


def test_an_outage_ends_nothing(follow: Callable[..., Result], live: Live) -> None:
    """A response that is not what the API documents is one line; messages of the time are printed afterwards."""

    def fail() -> None:
        live.refusal = httpx.Response(200, json={"data": "none"})
        live.insert(8)

    def recover() -> None:
        live.refusal = None

    live.steps = [fail, lambda: None, recover, *[lambda: None] * 3]
    result = follow("--format", "jsonl")
    assert ids(result) == [8]
    assert len(result.stderr.splitlines()) == 2
    assert result.stderr.splitlines()[1] == "wacr: the API responds again"


def test_a_refused_token_ends_it(follow: Callable[..., Result], live: Live) -> None:
    """A 401 can't be helped by trying again."""

    def refuse() -> None:
        live.refusal = httpx.Response(401, json={"error": {"code": "UNAUTHORIZED"}})

    live.steps = [refuse]
    assert follow().status == 4


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--format", "json"], "--format"),
        (["--keep-going"], "--keep-going needs --exec"),
        (["--exec", "no-such-command-of-wacr"], "there is no command"),
        (["--interval", "0"], "--interval"),
        (["--fields", "nope"], "--fields"),
    ],
)
def test_what_can_not_be_followed_is_refused(wacr: Wacr, api: Api, words: list[str], message: str) -> None:
    """A wrong flag is an error before the first call."""
    result = wacr("messages", "follow", *words)
    assert result.status == 2
    assert message in result.stderr
    assert api.requests == []


def test_sync_follow_writes_what_changed(wacr: Wacr, live: Live) -> None:
    """With --follow and --events, each sync writes the events of what came in; Ctrl-C is quiet."""
    wacr("sync", "--no-contacts")
    live.steps = [lambda: live.insert(8), lambda: None, lambda: live.insert(9)]
    result = wacr("sync", "--follow", "--interval", "10", "--events", "--no-contacts")
    events = [json.loads(line) for line in result.text.splitlines()]
    assert [(one["event"], one["message"]["id"]) for one in events] == [("message.new", 8), ("message.new", 9)]
    assert result.status == EXIT_INTERRUPTED
    assert [line.partition(";")[0] for line in result.stderr.splitlines()] == ["Synced: 1 new, 0 changed"] * 2


@pytest.mark.parametrize(
    "words",
    [["--follow", "--full"], ["--follow", "--format", "json"], ["--events", "--all-profiles"], ["--interval", "0"]],
)
def test_what_sync_can_not_follow_is_refused(wacr: Wacr, api: Api, words: list[str]) -> None:
    """Flags that can't be used together are an error before the first call."""
    assert wacr("sync", *words).status == 2
    assert api.requests == []
