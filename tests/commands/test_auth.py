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
    """A machine that has no token yet, and no keyring."""
    monkeypatch.delenv("WACR_TOKEN")
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def pipe(monkeypatch: pytest.MonkeyPatch) -> Pipe:
    """Put something on standard input."""

    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))

    put(b"")
    return put


def tokens() -> Path:
    """The credentials file."""
    return config_dir(os.environ) / "credentials" / "tokens.json"


def test_login_tries_the_token_and_keeps_it(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """One call that needs messages:read alone, then the file; nothing on standard output."""
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
def test_login_keeps_nothing_that_does_not_work(
    wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch, answer: Any, status: int, words: str
) -> None:
    """A bad token, a missing scope, a limit, a wrong address and a dead network are told apart."""

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
def test_login_refuses_what_is_no_token(wacr: Wacr, api: Api, pipe: Pipe, data: bytes, words: str) -> None:
    """Nothing is sent and nothing kept, and it is not repeated."""
    pipe(data)
    result = wacr("auth", "login", "--with-token")
    assert result.status == 2
    assert words in result.stderr
    assert api.requests == []
    assert not tokens().exists()


def test_login_without_a_terminal_asks_nothing(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """It says how to do it instead."""
    pipe(f"{CANARY}\n".encode())
    result = wacr("auth", "login")
    assert result.status == 2
    assert "--with-token" in result.stderr
    assert api.requests == []


@pytest.mark.parametrize("words", [("auth", "login"), ("auth", "login", "--with-token")])
def test_login_with_standard_input_closed(
    wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """It is a usage error, and no traceback."""
    monkeypatch.setattr(sys, "stdin", None)
    result = wacr(*words)
    assert result.status == 2
    assert "--with-token" in result.stderr


def test_login_to_a_new_profile_makes_it(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """It is in the configuration afterwards, so that it can be used and completed."""
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
    """It goes first, login says so, and status says where it is from."""
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
    """Neither by the file nor by the environment; no call is made."""
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


def test_login_writes_a_broken_file_anew_and_says_so(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """What it held of others is lost, and that is not hidden."""
    tokens().parent.mkdir(parents=True, mode=0o700)
    tokens().write_text('{"profiles": {"other": {"ori')
    tokens().chmod(0o600)
    pipe(CANARY.encode())
    result = wacr("auth", "login", "--with-token")
    assert result.status == 0
    assert "log in again for other profiles" in result.stderr
    assert list(json.loads(tokens().read_text())["profiles"]) == ["default"]


def test_login_asks_for_nothing_that_it_could_not_keep(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """A credentials file that others can read is refused before the token is tried."""
    tokens().parent.mkdir(parents=True, mode=0o700)
    tokens().write_text("{}")
    tokens().chmod(0o644)
    pipe(CANARY.encode())
    result = wacr("auth", "login", "--with-token")
    assert (result.status, api.requests) == (2, [])
    assert "others can read it" in result.stderr


def test_logout_removes_it(wacr: Wacr, api: Api, pipe: Pipe) -> None:
    """The file has it no more; without one there is nothing to do, and that is no failure."""
    pipe(CANARY.encode())
    wacr("auth", "login", "--with-token")
    assert str(tokens()) in wacr("auth", "logout").stderr
    assert CANARY not in tokens().read_text()
    result = wacr("auth", "logout")
    assert (result.status, "no stored token" in result.stderr) == (0, True)
    assert wacr("auth", "logout", "--profile", "defalt").status == 2
    assert wacr("messages", "list").status == 4


class TestKeyring:
    """Where there is a keyring, it has the token; where it fails, the file, and that is said in a line."""

    @staticmethod
    def backend(**methods: Any) -> SimpleNamespace:
        """The library, with these methods."""
        return SimpleNamespace(get_keyring=lambda: SimpleNamespace(name="x"), **methods)

    def test_used(self, wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
        """The token is there and not in the file, and is used from there."""
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
    def test_skipped(self, wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        """Locked, absent, hanging or broken: the file has it, and one line says why."""
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
    """How each token stands."""

    def test_all_there_is(self, wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the token is from, its end, the address, the account and plan, the scopes, and the calls."""
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
    def test_scopes(
        self,
        wacr: Wacr,
        api: Api,
        monkeypatch: pytest.MonkeyPatch,
        token: str,
        scopes: list[str],
        status: int,
        calls: int,
    ) -> None:
        """Found by trying; a token that is none is not tried again. Without messages:read the status is 4."""
        monkeypatch.setenv("WACR_TOKEN", token)
        result = wacr("auth", "status", "-f", "json")
        (row,) = json.loads(result.stdout)
        assert (result.status, row["scopes"], len(api.requests)) == (status, scopes, calls)
        assert bool(row["error"]) is (status != 0)

    def test_several_profiles(self, wacr: Wacr, api: Api, pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each with its own token and address; what the environment says is for the one in use."""
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

    def test_without_a_token(self, wacr: Wacr, api: Api) -> None:
        """There is a row that says so, and the status is 4."""
        result = wacr("auth", "status", "-f", "json")
        assert result.status == 4
        assert json.loads(result.stdout)[0]["error"] == "no API token"
        assert api.requests == []

    def test_a_network_that_is_down(self, wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is not an authentication failure."""

        def down(_: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("down")

        api.app = down
        monkeypatch.setattr("wacr_cli.api.transport.RetryTransport._wait", lambda *_: None)
        monkeypatch.setenv("WACR_TOKEN", CANARY)
        assert wacr("auth", "status").status == 6

    def test_the_sample_workspace(self, wacr: Wacr) -> None:
        """It has its own token, and no login."""
        assert json.loads(wacr("--demo", "auth", "status", "-f", "json").stdout)[0]["account"] == "Saunf & Sons"
        assert wacr("--demo", "auth", "login").status == 2
        assert wacr("--demo", "auth", "logout").status == 2
