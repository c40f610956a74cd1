"""``wacr doctor``: problems come first, and the report contains no secrets."""

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
TIMEOUT = 120
"""More seconds than any machine needs to refuse a connection."""


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the system's keyring and certificate variables from the tests."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)


def write_tokens(text: str, mode: int = 0o600) -> Path:
    """Write the credentials file and return its path."""
    path = config_dir(os.environ) / "credentials" / "tokens.json"
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text(text)
    path.chmod(mode)
    return path


def write_config(text: str) -> None:
    """Write the configuration file."""
    path = config_path(os.environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def link_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the credentials file a link."""
    monkeypatch.delenv("WACR_TOKEN")
    path = write_tokens("{}")
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def with_tokens(text: str, mode: int = 0o600) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what unsets WACR_TOKEN and writes the credentials file."""

    def prepare(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("WACR_TOKEN")
        write_tokens(text, mode)

    return prepare


def with_config(text: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what writes the configuration file."""
    return lambda _: write_config(text)


def write_wrong_type(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write a rate limit that is not a number, and unset the variable that would override it."""
    monkeypatch.delenv("WACR_RATE_LIMIT")
    write_config('[profiles.default]\nrate_limit = "many"')


def with_variable(name: str, value: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Return what sets a variable."""
    return lambda monkeypatch: monkeypatch.setenv(name, value)


BROKEN: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str, int]] = {
    "no token": (lambda monkeypatch: monkeypatch.delenv("WACR_TOKEN"), "no API token", 4),
    "two-line token": (with_variable("WACR_TOKEN", f"{CANARY}\nsecond"), "a line break", 2),
    "invalid TOML": (with_config("[profiles.shop\n"), "invalid TOML", 2),
    "no such profile": (with_variable("WACR_PROFILE", "shpo"), "no profile named 'shpo'", 2),
    "no such default": (with_config('default_profile = "x"'), "no profile named 'x'", 2),
    "wrong type": (write_wrong_type, "invalid number of calls", 2),
    "unencrypted": (with_variable("WACR_API_URL", "http://shop.example/api"), "unencrypted", 2),
    "bad limit": (with_variable("WACR_RATE_LIMIT", "fast"), "WACR_RATE_LIMIT: invalid number", 2),
    "bad demo": (with_variable("WACR_DEMO", "maybe"), "WACR_DEMO: invalid value", 2),
    "readable by others": (with_tokens("{}", 0o644), "others can read it", 2),
    "damaged": (with_tokens('{"profiles": {"def'), "is damaged", 2),
    "a link": (link_tokens, "a symbolic link", 2),
    "another origin": (
        with_tokens(json.dumps({"profiles": {"default": {"origin": "https://x.example", "token": CANARY}}})),
        "is for https://x.example",
        4,
    ),
    "no keyring": (
        with_tokens(json.dumps({"profiles": {"default": {"origin": "https://app.wa.cr", "keyring": "x"}}})),
        "can't get the token: the keyring can't be used",
        4,
    ),
    "no certificates": (
        with_variable("SSL_CERT_FILE", "/nonexistent.pem"),
        "SSL_CERT_FILE: /nonexistent.pem is missing",
        2,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_error_comes_first(wacr: Wacr, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The first lines have the error and its hint; all other checks run too."""
    prepare, message, status = BROKEN[name]
    prepare(monkeypatch)
    result = wacr("doctor")
    lines = result.text.splitlines()
    assert lines[0] == "1 problem found"
    assert lines[1].startswith("✗ ")
    assert message in lines[1]
    assert lines[2].strip().startswith("→ ")
    assert result.status == status
    assert "  terminal " in result.text
    rows = json.loads(wacr("doctor", "-f", "json").stdout)
    assert [row["state"] for row in rows][:2] == ["error", "ok"]


def test_no_problems(wacr: Wacr) -> None:
    """The report has versions, files, settings with their origins and the form of the token, but not the token."""
    result = wacr("doctor")
    assert (result.status, result.text.splitlines()[0]) == (0, "No problems found")
    for text in (
        "wacr 0.",
        "Python 3.",
        "httpx 0.",
        "config.toml",
        "rate_limit: 100000 (WACR_RATE_LIMIT)",
        "17 characters",
    ):
        assert text in result.text
    assert CANARY[-4:] not in result.text


def test_secrets_are_hidden(wacr: Wacr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The report has no password of a proxy or an archive, no misplaced token and no path of the home folder."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{CANARY}@proxy.example:3128")
    monkeypatch.setenv("WACR_ARCHIVE", f"postgres://user:{CANARY}@db.example/x")
    write_config(f'[profiles.default]\ntoken = "{CANARY}"\n')
    result = wacr("doctor")
    assert "HTTPS_PROXY=http://proxy.example:3128" in result.text
    assert "unknown key 'token'" in result.text
    assert str(Path.home()) not in result.text
    assert "~/" in result.text


def test_exception_in_a_check(monkeypatch: pytest.MonkeyPatch, wacr: Wacr) -> None:
    """An exception becomes an error with its type, and the other checks run."""

    def fail(_: checks.Setup) -> list[checks.CheckResult]:
        raise RuntimeError(CANARY)

    monkeypatch.setattr(checks, "CHECKS", (("odd", fail), *checks.CHECKS))
    result = wacr("doctor")
    assert "✗ odd" in result.text
    assert "this check failed (RuntimeError)" in result.text
    assert "terminal" in result.text
    assert result.status == 1


def test_warnings(wacr: Wacr) -> None:
    """Warnings come before the rest, and the exit status stays 0."""
    write_config("colour = 1\n")
    config_path(os.environ).chmod(0o666)
    result = wacr("doctor")
    lines = result.text.splitlines()
    assert (result.status, lines[0]) == (0, "No problems found, 2 warnings")
    assert [line[0] for line in lines[1:5]] == ["!", " ", "!", " "]
    assert "others can change it" in "".join(lines[1:5])


class TestConnect:
    """``--connect`` tests the connection to the API."""

    @pytest.fixture(autouse=True)
    def connected(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Replace the network steps and stop the clock."""
        monkeypatch.setattr(SystemClock, "time", staticmethod(NOW.timestamp))
        monkeypatch.setattr(connection, "check_connection", lambda *_: iter([connection.Step("dns", "resolved")]))

    def test_response(self, wacr: Wacr, api: Api) -> None:
        """One call shows the limits, the clock and the envelope of the response, but no values of its rows."""
        respond = api.app

        def respond_with_date(request: httpx.Request) -> httpx.Response:
            response = respond(request)
            response.headers["Date"] = formatdate(NOW.timestamp(), usegmt=True)
            response.headers["X-RateLimit-Limit"] = "60"
            return response

        api.app = respond_with_date
        result = wacr("doctor", "--connect")
        assert result.status == 0
        assert len(api.requests) == 1
        for text in (
            "status 200",
            "agrees with",
            "x-ratelimit-limit: 60",
            "fields: id, interaction_id",
            "pagination: has_more, total",
        ):
            assert text in result.text
        assert "unterminated" not in result.text

    @pytest.mark.parametrize(
        ("response", "message", "status"),
        [
            (httpx.Response(401, json={"message": f"no token {CANARY} of {PHONE}"}), "invalid or expired token", 4),
            (httpx.Response(403), "lacks a scope", 4),
            (httpx.Response(200, text="<html>"), "a web page", 7),
            (httpx.Response(302, headers={"Location": "/login"}), "redirects to /login", 7),
            (httpx.Response(200, json={"data": 5}), "not a list", 7),
        ],
    )
    def test_failed_call(self, wacr: Wacr, api: Api, response: httpx.Response, message: str, status: int) -> None:
        """The error of the call comes first, without phone numbers."""
        api.app = lambda _: response
        result = wacr("doctor", "--connect")
        assert message in result.text.splitlines()[1]
        assert result.status == status
        assert PHONE not in result.text

    def test_wrong_clock(self, wacr: Wacr, api: Api) -> None:
        """A wrong clock is a warning with the difference."""
        respond = api.app

        def respond_with_date(request: httpx.Request) -> httpx.Response:
            response = respond(request)
            response.headers["Date"] = formatdate(NOW.timestamp() - 3_700, usegmt=True)
            return response

        api.app = respond_with_date
        lines = wacr("doctor", "--connect").text.splitlines()
        assert lines[1].startswith("! clock         1h01m ahead of the API's clock")

    def test_invalid_configuration(self, wacr: Wacr, api: Api) -> None:
        """If the configuration is invalid, no call is made."""
        write_config("[")
        assert "not tested" in wacr("doctor", "--connect").text
        assert api.requests == []


def test_real_connections(free_port: int) -> None:
    """A refused connection is an error; a connection without TLS has no handshake; a failed handshake is an error."""
    from wacr_cli.core.errors import UnavailableError
    from wacr_cli.sandbox.serve import serve

    with pytest.raises(UnavailableError, match=f"can't connect to port {free_port}"):
        list(connection.check_connection(f"http://127.0.0.1:{free_port}/api/v2", TIMEOUT))
    with serve(lambda _: httpx.Response(200)) as server:
        assert [step.topic for step in connection.check_connection(server.url, TIMEOUT)] == ["dns", "network"]
        with pytest.raises(UnavailableError, match=r"(TLS handshake failed|can't connect)"):
            list(connection.check_connection(server.url.replace("http:", "https:"), TIMEOUT))


def test_unknown_host_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host name that can't be resolved is an error."""
    from wacr_cli.core.errors import UnavailableError

    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(UnavailableError, match="can't resolve the host name: Name or service not known"):
        list(connection.check_connection("https://no-such-host.invalid/api/v2", TIMEOUT))


@pytest.fixture
def free_port() -> Iterator[int]:
    """Return a port that is bound, so that nothing listens on it during the test."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield int(one.getsockname()[1])
