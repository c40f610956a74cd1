"""What all tests share: a small account to read, and the program run in this process against it."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl

import httpx
import pytest
from hypothesis import HealthCheck, settings

from wacr_cli import cli
from wacr_cli.api import network
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import Row, World

# No budget of Hypothesis is one of time: a slow machine finds what a fast one does. The short profile and
# the long one, which .ci/run takes, try the same examples in every run; the search tries others each time.
ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("short", ANY_SPEED, max_examples=20, derandomize=True)
settings.register_profile("soak", ANY_SPEED, max_examples=300, derandomize=True)
settings.register_profile("search", ANY_SPEED, max_examples=600)
settings.load_profile("short")

# A shell that starts this in the background has it ignore Ctrl-C, and all that it starts in turn.
signal.signal(signal.SIGINT, signal.default_int_handler)

CANARY = "canary-5f2c9e71d4"
NUMBERS = itertools.count()
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass
class Result:
    """How a run ended, and what it wrote."""

    status: int
    stdout: bytes
    stderr: str

    @property
    def text(self) -> str:
        """Standard output, as text."""
        return self.stdout.decode()


@dataclass
class Api:
    """The service that the program talks to, in process: an app, and the requests it got."""

    app: Callable[[httpx.Request], httpx.Response]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Note the request, and answer it."""
        self.requests.append(request)
        return self.app(request)

    @property
    def queries(self) -> list[dict[str, str]]:
        """The query string of each request, decoded."""
        return [dict(parse_qsl(request.url.query.decode(), keep_blank_values=True)) for request in self.requests]


def row(number: int, **values: object) -> Row:
    """A message of the small account, its later ones newer; anything about it can be said."""
    when = int((NOW - timedelta(hours=1000 - number)).timestamp())
    common: dict[str, object] = {
        "id": number,
        "interaction_id": 7,
        "sender_id": "15550100",
        "message": f"text {number}",
        "created": when,
        "updated": when,
        "sent": when,
        "number": "15550100",
    }
    return Row(**{**common, **values})  # type: ignore[arg-type]


SMALL = (
    row(1, type="text", message="plain", status="read"),
    row(2, type="template", message="Hi <b>Priya</b>,<br>order &amp; invoice", status="failed", direction="outbound"),
    row(3, type="image", message=None, status="sent", direction="outbound", is_read=False),
    row(4, type="text", message='quote " comma , tab \t newline \n return \r end', status="delivered"),
    row(5, type="text", message="\x1b]0;unterminated \u202egnp.exe \x9b31m", status="read", interaction_id=None),
    row(6, type="text", message="=1+1", status="read", sender_id="+15550101"),
    row(7, type="text", message="", status="read", sender_id=None),
)


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    """The small account, in place of the network."""
    service = Api(Sandbox(World(NOW, SMALL)))
    monkeypatch.setattr(network, "connect", lambda *_: httpx.MockTransport(service))
    return service


@pytest.fixture(autouse=True)
def own_folders(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No test sees the settings of the person who runs it, or leaves anything of its own.

    The home is made by what writes to it: most tests need none, and a folder for each would take longer than they do.
    """
    own = "tmp_path" in request.fixturenames
    folder = request.getfixturevalue("tmp_path") if own else tmp_path_factory.getbasetemp() / str(next(NUMBERS))
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(folder / "home"))
    for name in ("PROFILE", "CONFIG_DIR", "ARCHIVE", "SCHEMA", "DEMO", "DEBUG", "PAGER", "API_URL"):
        monkeypatch.delenv(f"WACR_{name}", raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("WACR_TOKEN", CANARY)
    monkeypatch.setenv("WACR_RATE_LIMIT", "100000")


@pytest.fixture
def wacr(capfdbinary: pytest.CaptureFixture[bytes]) -> Iterator[Callable[..., Result]]:
    """Run one command line in this process; whatever it writes never holds the token."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def run(*words: str) -> Result:
        with pytest.raises(SystemExit) as ended:
            cli.main(list(words))
        out, err = capfdbinary.readouterr()
        assert CANARY.encode() not in out + err
        assert isinstance(ended.value.code, int)
        return Result(ended.value.code, out, err.decode())

    yield run
    for number, handler in handlers.items():
        signal.signal(number, handler)
