"""``wacr auth``: a token is tried before it is stored, stored where no other user can read it, and never shown."""

from __future__ import annotations

import io
import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from tests.conftest import CANARY, Api, Result
from wacr_cli.settings import keyring
from wacr_cli.settings.config import config_dir

Wacr = Callable[..., Result]
Pipe = Callable[[bytes], None]


@pytest.fixture(autouse=True)
def no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the token and the keyring."""
    monkeypatch.delenv("WACR_TOKEN")
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """Put a text on standard input."""

    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    put(b"")
    return put


def tokens() -> Path:
    """Return the credentials file."""
    return config_dir(os.environ) / "credentials" / "tokens.json"


def test_login_tests_the_token_and_stores_it(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """One call that needs only messages:read; nothing on standard output."""
    pipe(f"Bearer {CANARY}\n".encode())
    result = wacr("auth", "login", "--with-token")
    assert (result.status, result.stdout) == (0, b"")
    assert [(request.url.path, request.headers["authorization"]) for request in api.requests] == [
        ("/api/v2/messages", f"Bearer {CANARY}")
    ]
    assert str(tokens()) in result.stderr
    assert CANARY in tokens().read_text()
    assert stat.S_IMODE(tokens().stat().st_mode) == 0o600
    assert wacr("messages", "list").status == 0
    assert api.requests[1].headers["authorization"] == f"Bearer {CANARY}"


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (httpx.Response(401, json={"error": {"code": "UNAUTHORIZED", "message": "no"}}), 4, "Copy it again"),
        (httpx.Response(403, json={"error": {"code": "INSUFFICIENT_SCOPE", "message": "no"}}), 4, "messages:read"),
        (httpx.Response(429, headers={"Retry-After": "9"}), 5, "9.0s"),
        (httpx.Response(200, text="<html>Log in</html>"), 7, "web page"),
        (httpx.Response(404, text="<html>nginx</html>"), 3, "web page"),
        (httpx.Response(302, headers={"Location": "https://evil.example/"}), 7, "redirects are not followed"),
        (httpx.ConnectError("[Errno 111] Connection refused"), 6, "no connection"),
    ],
)
def test_login_stores_no_token_that_fails(
    wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch, answer: Any, status: int, words: str
) -> None:
    """Each failure has its own error."""

    def answering(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        response: httpx.Response = answer
        return response

    api.app = answering
    monkeypatch.setattr("wacr_cli.api.transport.RetryTransport._wait", lambda *_: None)
    pipe(CANARY.encode())
    result = wacr("auth", "login", "--with-token", "--max-wait", "5")
    assert result.status == status
    assert words in result.stderr
    assert not tokens().exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (f"{CANARY}\nsecond\n".encode(), "a line break"),
        (f"{CANARY}é".encode(), "a character outside ASCII"),
        (f"{CANARY}".encode() + b"\xff", "a character outside ASCII"),
        (b"Bearer \n", "nothing after Bearer"),
    ],
)
def test_login_refuses_what_cannot_be_a_token(wacr: Wacr, api: Api, pipe: Pipe, data: bytes, words: str) -> None:
    """Nothing is sent, stored or printed of it."""
    pipe(data)
    result = wacr("auth", "login", "--with-token")
    assert result.status == 2
    assert words in result.stderr
    assert api.requests == []
    assert not tokens().exists()


def test_login_without_a_terminal_names_the_flag(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """It says how to do it instead."""
    pipe(f"{CANARY}\n".encode())
    result = wacr("auth", "login")
    assert result.status == 2
    assert "--with-token" in result.stderr
    assert api.requests == []


@pytest.mark.parametrize("words", [("auth", "login"), ("auth", "login", "--with-token")])
def test_login_with_closed_standard_input_is_a_usage_error(
    wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """It is a usage error, and no traceback."""
    monkeypatch.setattr(sys, "stdin", None)
    result = wacr(*words)
    assert result.status == 2
    assert "--with-token" in result.stderr


def test_login_to_a_new_profile_creates_it(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """It can be used and completed."""
    pipe(CANARY.encode())
    result = wacr("auth", "login", "--with-token", "--profile", "shop")
    assert result.status == 0
    assert "Created the profile 'shop'" in result.stderr
    assert "[profiles.shop]" in (config_dir(os.environ) / "config.toml").read_text()
    assert wacr("--profile", "shop", "messages", "list", "-q").status == 0
    assert wacr("messages", "list").status == 4
    assert "did you mean shop?" in wacr("--profile", "shpo", "messages", "list").stderr


def test_the_environment_s_token_is_named_and_not_stored(
    wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has priority; login and status say so."""
    monkeypatch.setenv("WACR_TOKEN", "from-environment")
    pipe(CANARY.encode())
    assert "WACR_TOKEN is set" in wacr("auth", "login", "--with-token").stderr
    assert "from-environment" not in tokens().read_text()
    row = json.loads(wacr("auth", "status", "-f", "json").stdout)[0]
    assert (row["token_from"], row["token_ending"]) == ("WACR_TOKEN", "…ment")
    assert api.requests[-1].headers["authorization"] == "Bearer from-environment"


def test_a_changed_address_does_not_get_the_token(
    wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither one of the file nor of the environment; no call is made."""
    pipe(CANARY.encode())
    wacr("auth", "login", "--with-token")
    made = len(api.requests)
    monkeypatch.setenv("WACR_API_URL", "https://evil.example/api/v2")
    result = wacr("messages", "list")
    assert result.status == 4
    assert "is for https://app.wa.cr, not for https://evil.example" in result.stderr
    monkeypatch.delenv("WACR_API_URL")
    wacr("config", "set", "api_url", "https://other.example/api/v2")
    assert wacr("contacts", "list").status == 4
    assert len(api.requests) == made


def test_login_replaces_a_broken_file_and_says_so(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """What it held of others is lost, and that is not hidden."""
    tokens().parent.mkdir(parents=True, mode=0o700)
    tokens().write_text('{"profiles": {"other": {"ori')
    tokens().chmod(0o600)
    pipe(CANARY.encode())
    result = wacr("auth", "login", "--with-token")
    assert result.status == 0
    assert "log in again for other profiles" in result.stderr
    assert list(json.loads(tokens().read_text())["profiles"]) == ["default"]


def test_login_refuses_a_file_that_others_can_read(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """Before the token is tested."""
    tokens().parent.mkdir(parents=True, mode=0o700)
    tokens().write_text("{}")
    tokens().chmod(0o644)
    pipe(CANARY.encode())
    result = wacr("auth", "login", "--with-token")
    assert (result.status, api.requests) == (2, [])
    assert "others can read it" in result.stderr


def test_logout_removes_the_token(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """Without one it is a success too."""
    pipe(CANARY.encode())
    wacr("auth", "login", "--with-token")
    assert str(tokens()) in wacr("auth", "logout").stderr
    assert CANARY not in tokens().read_text()
    result = wacr("auth", "logout")
    assert (result.status, "no stored token" in result.stderr) == (0, True)
    assert wacr("auth", "logout", "--profile", "defalt").status == 2
    assert wacr("messages", "list").status == 4


class TestKeyring:
    """The keyring has the token; if it fails, the file has it, and one line says so."""

    @staticmethod
    def backend(**methods: Any) -> SimpleNamespace:
        """Return the library with these methods."""
        return SimpleNamespace(get_keyring=lambda: SimpleNamespace(name="x"), **methods)

    def test_a_keyring_stores_the_token(
        self, wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The file does not have it."""
        kept: dict[str, str] = {}
        library = self.backend(
            get_password=lambda _, name: kept.get(name),
            set_password=lambda _, name, token: kept.update({name: token}),
            delete_password=lambda _, name: kept.pop(name),
        )
        monkeypatch.setitem(sys.modules, "keyring", library)
        pipe(CANARY.encode())
        assert "in the keyring" in wacr("auth", "login", "--with-token").stderr
        assert list(kept.values()) == [CANARY]
        assert CANARY not in tokens().read_text()
        assert wacr("messages", "list").status == 0
        assert wacr("auth", "logout").status == 0
        assert kept == {}

    @pytest.mark.parametrize("kind", ["KeyringLocked", "NoKeyringError", "Hangs", "Odd"])
    def test_a_keyring_that_fails_is_skipped(
        self, wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        """Locked, absent, hanging or broken: one line says why."""
        import threading

        release = threading.Event()
        error = type(kind, (Exception,), {})

        def fails(*_: str) -> None:
            if kind == "Hangs":
                release.wait(120)
            raise error(CANARY)

        monkeypatch.setattr(keyring, "TIMEOUT", 0.05 if kind == "Hangs" else 120)
        monkeypatch.setitem(sys.modules, "keyring", self.backend(get_password=fails, set_password=fails))
        pipe(CANARY.encode())
        result = wacr("auth", "login", "--with-token")
        release.set()
        assert result.status == 0
        assert [line for line in result.stderr.splitlines() if line.startswith("wacr: the keyring ")]
        assert str(tokens()) in result.stderr
        assert CANARY in tokens().read_text()


class TestStatus:
    """The state of each token."""

    def test_status_shows_everything_about_a_token(self, wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where it is from, its end, address, account, plan, scopes and calls."""
        monkeypatch.setenv("WACR_TOKEN", CANARY)
        monkeypatch.delenv("WACR_RATE_LIMIT")
        rows = json.loads(wacr("auth", "status", "-f", "json").stdout)
        assert rows == [
            {
                "profile": "default",
                "in_use": True,
                "api_url": "https://app.wa.cr/api/v2",
                "token_from": "WACR_TOKEN",
                "token_ending": f"…{CANARY[-4:]}",
                "account": "Saunf & Sons",
                "plan": "Growth",
                "scopes": ["messages:read", "account:read", "contacts:read"],
                "rate_limit": 60,
                "calls_left": 56,
                "error": None,
            }
        ]
        assert [request.url.path.removeprefix("/api/v2/") for request in api.requests] == [
            "messages",
            "account",
            "account/limits",
            "contacts",
        ]
        card = wacr("auth", "status", "-f", "table").text
        assert f"…{CANARY[-4:]} from WACR_TOKEN" in card
        assert "Problem" not in card

    @pytest.mark.parametrize(
        ("token", "scopes", "status", "calls"),
        [
            ("messages-only", ["messages:read"], 0, 3),
            ("no-scope", [], 4, 3),
            ("expired", [], 4, 1),
        ],
    )
    def test_scopes_are_found_by_trying(
        self,
        wacr: Wacr,
        api: Api,
        monkeypatch: pytest.MonkeyPatch,
        token: str,
        scopes: list[str],
        status: int,
        calls: int,
    ) -> None:
        """A refused token is not tried again; without messages:read the exit status is 4."""
        monkeypatch.setenv("WACR_TOKEN", token)
        result = wacr("auth", "status", "-f", "json")
        (row,) = json.loads(result.stdout)
        assert (result.status, row["scopes"], len(api.requests)) == (status, scopes, calls)
        assert bool(row["error"]) is (status != 0)

    def test_each_profile_has_its_token_and_address(
        self, wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The environment applies to the current one."""
        for name in ("one", "two"):
            wacr("config", "set", "api_url", f"https://{name}.example/api/v2", "--profile", name)
            pipe(f"token-of-{name}".encode())
            assert wacr("auth", "login", "--with-token", "--profile", name).status == 0
        wacr("config", "set", "default_profile", "two")
        monkeypatch.setenv("WACR_TOKEN", "of-environment")
        rows = json.loads(wacr("auth", "status", "-f", "json").stdout)
        assert [(row["profile"], row["in_use"], row["token_ending"]) for row in rows] == [
            ("two", True, "…ment"),
            ("one", False, "…-one"),
        ]
        sent = {(request.url.host, request.headers["authorization"]) for request in api.requests[2:]}
        assert sent == {("two.example", "Bearer of-environment"), ("one.example", "Bearer token-of-one")}

    def test_a_profile_without_a_token_has_a_row(self, wacr: Wacr, api: Api) -> None:
        """The exit status is 4."""
        result = wacr("auth", "status", "-f", "json")
        assert result.status == 4
        assert json.loads(result.stdout)[0]["error"] == "no API token"
        assert api.requests == []

    def test_a_failing_network_is_not_an_authentication_failure(
        self, wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is not an authentication failure."""

        def down(_: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("down")

        api.app = down
        monkeypatch.setattr("wacr_cli.api.transport.RetryTransport._wait", lambda *_: None)
        monkeypatch.setenv("WACR_TOKEN", CANARY)
        assert wacr("auth", "status").status == 6

    def test_the_sample_workspace_needs_no_login(self, wacr: Wacr) -> None:
        """It has its own token, and no login."""
        assert json.loads(wacr("--demo", "auth", "status", "-f", "json").stdout)[0]["account"] == "Saunf & Sons"
        assert wacr("--demo", "auth", "login").status == 2
        assert wacr("--demo", "auth", "logout").status == 2
