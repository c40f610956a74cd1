"""``wacr doctor``: broken set-ups are named first, and nothing secret is ever said."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest

from tests.conftest import CANARY, NOW, Api, Result
from wacr_cli.core.times import SystemClock
from wacr_cli.diagnostics import checks, connection
from wacr_cli.settings.config import config_dir, config_path

Wacr = Callable[..., Result]

PHONE = "15550199888"
PATIENCE = 120
"""Seconds: far more than a slow machine needs to be refused."""


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's own is none of the tests' business."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)


def tokens(text: str, mode: int = 0o600) -> Path:
    """The credentials file, with that in it."""
    path = config_dir(os.environ) / "credentials" / "tokens.json"
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text(text)
    path.chmod(mode)
    return path


def configuration(text: str) -> None:
    """The configuration file, with that in it."""
    path = config_path(os.environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def linked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials that are a link to elsewhere."""
    monkeypatch.delenv("WACR_TOKEN")
    path = tokens("{}")
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def stored(text: str, mode: int = 0o600) -> Callable[[pytest.MonkeyPatch], None]:
    """Credentials with that in them, and no token in the environment."""

    def break_it(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("WACR_TOKEN")
        tokens(text, mode)

    return break_it


def configured(text: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A configuration with that in it."""
    return lambda _: configuration(text)


def wrong_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """A number that is none, and no variable that goes before it."""
    monkeypatch.delenv("WACR_RATE_LIMIT")
    configuration('[profiles.default]\nrate_limit = "many"')


def variable(name: str, value: str) -> Callable[[pytest.MonkeyPatch], None]:
    """An environment with that in it."""
    return lambda monkeypatch: monkeypatch.setenv(name, value)


BROKEN: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str, int]] = {
    "no token": (lambda monkeypatch: monkeypatch.delenv("WACR_TOKEN"), "no API token", 4),
    "two-line token": (variable("WACR_TOKEN", f"{CANARY}\nsecond"), "a line break", 2),
    "invalid TOML": (configured("[profiles.shop\n"), "not valid TOML", 2),
    "no such profile": (variable("WACR_PROFILE", "shpo"), "no profile 'shpo'", 2),
    "no such default": (configured('default_profile = "x"'), "no profile 'x'", 2),
    "wrong type": (wrong_type, "not a number of calls", 2),
    "in the clear": (variable("WACR_API_URL", "http://shop.example/api"), "in the clear", 2),
    "bad limit": (variable("WACR_RATE_LIMIT", "fast"), "WACR_RATE_LIMIT: not a number", 2),
    "bad demo": (variable("WACR_DEMO", "maybe"), "WACR_DEMO: neither yes nor no", 2),
    "readable by others": (stored("{}", 0o644), "others can read it", 2),
    "half written": (stored('{"profiles": {"def'), "not whole", 2),
    "a link": (linked, "a symbolic link", 2),
    "another origin": (
        stored(json.dumps({"profiles": {"default": {"origin": "https://x.example", "token": CANARY}}})),
        "was given for https://x.example",
        4,
    ),
    "in a keyring that is gone": (
        stored(json.dumps({"profiles": {"default": {"origin": "https://app.wa.cr", "keyring": "x"}}})),
        "the token is in the keyring, which is not there",
        4,
    ),
    "no certificates": (variable("SSL_CERT_FILE", "/nonexistent.pem"), "SSL_CERT_FILE: /nonexistent.pem", 2),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_set_up_is_named_first(wacr: Wacr, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """In the first lines, with what to do; everything else is looked at all the same."""
    break_it, said, status = BROKEN[name]
    break_it(monkeypatch)
    result = wacr("doctor")
    lines = result.text.splitlines()
    assert lines[0] == "1 fault found"
    assert lines[1].startswith("✗ ")
    assert said in lines[1]
    assert lines[2].strip().startswith("→ ")
    assert result.status == status
    assert "  terminal " in result.text
    rows = json.loads(wacr("doctor", "-f", "json").stdout)
    assert [row["state"] for row in rows][:2] == ["fault", "fine"]


def test_a_sound_set_up(wacr: Wacr) -> None:
    """No fault; versions, files, settings and where they come from, the token's shape, and not the token."""
    result = wacr("doctor")
    assert (result.status, result.text.splitlines()[0]) == (0, "No fault found")
    for said in (
        "wacr 0.",
        "Python 3.",
        "httpx 0.",
        "config.toml",
        "rate_limit: 100000 (WACR_RATE_LIMIT)",
        "17 characters",
    ):
        assert said in result.text
    assert CANARY[-4:] not in result.text


def test_what_is_secret_is_not_said(wacr: Wacr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Passwords of proxies and archives, tokens in other places than theirs, and the name of the home."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@proxy.example:3128")
    monkeypatch.setenv("WACR_ARCHIVE", f"postgres://user:{CANARY}@db.example/x")
    configuration(f'[profiles.default]\ntoken = "{CANARY}"\n')
    result = wacr("doctor")
    assert "HTTPS_PROXY=http://proxy.example:3128" in result.text
    assert "unknown key 'token'" in result.text
    assert str(Path.home()) not in result.text
    assert "~/" in result.text


def test_a_check_that_fails_itself_stops_no_other(monkeypatch: pytest.MonkeyPatch, wacr: Wacr) -> None:
    """It is a fault of its own, told by its kind."""

    def broken(_: checks.Patient) -> list[checks.Finding]:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(checks, "CHECKS", (("odd", broken), *checks.CHECKS))
    result = wacr("doctor")
    assert "✗ odd" in result.text
    assert "could not be looked at (RuntimeError)" in result.text
    assert "terminal" in result.text
    assert result.status == 1


def test_warnings(wacr: Wacr) -> None:
    """What is odd but works comes before what is fine, and is no fault."""
    configuration("colour = 1\n")
    config_path(os.environ).chmod(0o666)
    lines = wacr("doctor").text.splitlines()
    assert lines[0] == "No fault found, 2 warnings"
    assert [line[0] for line in lines[1:5]] == ["!", " ", "!", " "]
    assert "others can change it" in "".join(lines[1:5])


class TestConnect:
    """The way to the API."""

    @pytest.fixture(autouse=True)
    def reached(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The host is there, and the clock stands still: the rest is the service's answer."""
        monkeypatch.setattr(SystemClock, "time", staticmethod(NOW.timestamp))
        monkeypatch.setattr(connection, "reach", lambda *_: iter([connection.Step("dns", "somewhere")]))

    def test_sound(self, wacr: Wacr, api: Api) -> None:
        """One call; limits, clock and envelope as they were seen, and nothing of what was in it."""
        usual = api.app

        def dated(request: httpx.Request) -> httpx.Response:
            response = usual(request)
            response.headers["Date"] = formatdate(NOW.timestamp(), usegmt=True)
            response.headers["X-RateLimit-Limit"] = "60"
            return response

        api.app = dated
        result = wacr("doctor", "--connect")
        assert result.status == 0
        assert len(api.requests) == 1
        for said in (
            "status 200",
            "agrees with",
            "x-ratelimit-limit: 60",
            "rows have id, interaction_id",
            "has_more, total",
        ):
            assert said in result.text
        assert "unterminated" not in result.text

    @pytest.mark.parametrize(
        ("response", "said", "status"),
        [
            (httpx.Response(401, json={"message": f"no token {CANARY} of {PHONE}"}), "invalid or expired token", 4),
            (httpx.Response(403), "lacks a scope", 4),
            (httpx.Response(200, text="<html>"), "a web page", 7),
            (httpx.Response(302, headers={"Location": "/login"}), "redirects to /login", 7),
            (httpx.Response(200, json={"data": 5}), "not a list", 7),
        ],
    )
    def test_faults(self, wacr: Wacr, api: Api, response: httpx.Response, said: str, status: int) -> None:
        """The answer's fault is named first."""
        api.app = lambda _: response
        result = wacr("doctor", "--connect")
        assert said in result.text.splitlines()[1]
        assert result.status == status
        assert PHONE not in result.text

    def test_clock(self, wacr: Wacr, api: Api) -> None:
        """A clock that is wrong is a warning that says by how much."""
        usual = api.app

        def dated(request: httpx.Request) -> httpx.Response:
            response = usual(request)
            response.headers["Date"] = formatdate(NOW.timestamp() - 3_700, usegmt=True)
            return response

        api.app = dated
        lines = wacr("doctor", "--connect").text.splitlines()
        assert lines[1].startswith("! clock         1h01m ahead of the service's")

    def test_with_a_broken_configuration(self, wacr: Wacr, api: Api) -> None:
        """Nothing is called."""
        configuration("[")
        assert "is not tried" in wacr("doctor", "--connect").text
        assert api.requests == []


def test_the_way_really_goes(free_port: int) -> None:
    """A name, a connection refused, and one that stands; without TLS there is no handshake."""
    from wacr_cli.core.errors import ServiceError
    from wacr_cli.sandbox.serve import serve

    with pytest.raises(ServiceError, match=f"no connection to port {free_port}"):
        list(connection.reach(f"http://127.0.0.1:{free_port}/api/v2", PATIENCE))
    with serve(lambda _: httpx.Response(200)) as server:
        assert [step.topic for step in connection.reach(server.url, PATIENCE)] == ["dns", "network"]
        with pytest.raises(ServiceError, match=r"(TLS fails|no connection)"):
            list(connection.reach(server.url.replace("http:", "https:"), PATIENCE))


def test_a_name_that_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, with what to check."""
    from wacr_cli.core.errors import ServiceError

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ServiceError, match="can't be looked up: Name or service not known"):
        list(connection.reach("https://no-such-host.invalid/api/v2", PATIENCE))


@pytest.fixture
def free_port() -> Iterator[int]:
    """A port at which nothing listens, and nothing else can while it is bound."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield int(one.getsockname()[1])
