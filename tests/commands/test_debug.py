"""WACR_DEBUG: a log with everything but secrets, numbers and messages, that says where it is."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conftest import CANARY, Api, Result
from wacr_cli.api.transport import shape
from wacr_cli.settings.config import state_dir
from wacr_cli.settings.debug_log import mask_parameters

Wacr = Callable[..., Result]


@pytest.fixture(autouse=True)
def on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switch the log on."""
    monkeypatch.setenv("WACR_DEBUG", "1")


def the_log() -> Path:
    """Return the only log."""
    (path,) = (state_dir() / "debug").iterdir()
    return path


def test_the_log_has_no_private_data(wacr: Wacr, api: Api) -> None:
    """It has requests and the shapes of responses, but no token, number or text."""
    result = wacr("messages", "list", "--names", "--search", "quote", "--type", "text")
    text = the_log().read_text()
    assert result.stderr.splitlines()[-1] == f"The log of this run is {the_log()}."
    for said in (
        "wacr messages list, given: ",
        "token from environment",
        "GET /api/v2/messages?filter[type]=text&search=…&page=1&per_page=30 200 ",
        "data: [1 of {id: int",
        "total=1",
        "GET /api/v2/contacts?search=…",
        "exit status 0",
    ):
        assert said in text
    for secret in (CANARY, "quote", "15550100", "plain", "Priya"):
        assert secret not in text
    assert stat.S_IMODE(the_log().stat().st_mode) == 0o600
    assert stat.S_IMODE(the_log().parent.stat().st_mode) == 0o700


def test_a_failure_is_logged(wacr: Wacr, api: Api) -> None:
    """Numbers and tokens in its message are hidden."""
    api.app = lambda _: httpx.Response(401, json={"message": f"{CANARY} of +4915112345678"})
    assert wacr("messages", "list").status == 4
    text = the_log().read_text()
    assert "failed: UNAUTHORIZED: invalid or expired token (401): [token] of " in text
    assert "112345678" not in text
    assert "exit status 4" in text


def test_each_wait_is_logged_once(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its reason."""
    monkeypatch.setattr("wacr_cli.api.transport.RetryTransport._backoff", lambda *_: 0.01)
    api.app = lambda _: httpx.Response(503)
    assert wacr("messages", "list").status == 6
    assert the_log().read_text().count("for the API, which responded 503") == 3


def test_a_stored_token_is_hidden(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only that of the environment."""
    import io
    import sys

    monkeypatch.delenv("WACR_TOKEN")
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CANARY.encode())))
    api.app = lambda request: httpx.Response(400, json={"message": request.headers["authorization"]})
    assert wacr("auth", "login", "--with-token").status == 2
    text = the_log().read_text()
    assert CANARY not in text
    assert "Bearer [token]" in text


@pytest.mark.parametrize("value", ["0", "no", ""])
def test_no_switches_the_log_off(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """No means no."""
    monkeypatch.setenv("WACR_DEBUG", value)
    assert "log of this run" not in wacr("messages", "list").stderr
    assert not (state_dir() / "debug").exists()


def test_another_value_is_an_error(wacr: Wacr, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything else is asked back."""
    monkeypatch.setenv("WACR_DEBUG", "maybe")
    assert wacr("messages", "list").status == 2


def test_a_log_that_cannot_be_written_is_reported(wacr: Wacr, api: Api) -> None:
    """The command goes on."""
    state_dir().mkdir(parents=True)
    (state_dir() / "debug").write_text("")
    result = wacr("messages", "list")
    assert result.status == 0
    assert "can't write a log" in result.stderr


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ("page=2&per_page=100", "page=2&per_page=100"),
        ("filter[type][in]=a,b&filter[interaction_id]=7", "filter[type][in]=a,b&filter[interaction_id]=7"),
        ("filter[message]=secret&q=secret&search=secret", "filter[message]=…&q=…&search=…"),
        ("sort=-id&include=groups&to=15550100", "sort=-id&include=groups&to=…"),
        ("filter[x][type]=secret", "filter[x][type]=…"),
    ],
)
def test_only_values_without_private_text_are_logged(parameters: str, told: str) -> None:
    """Only values that can't hold private text are logged."""
    assert mask_parameters(parameters) == told


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"data": [{"id": 1, "message": "secret"}] * 3}, "{data: [3 of {id: int, message: str}]}"),
        ({"total": 5, "has_more": True, "per_page": "secret"}, "{total=5, has_more=True, per_page: str}"),
        ({"15550199888": None}, "{*********88: null}"),
        ([], "[]"),
        ("secret", "str"),
        ([[[[[[[[1]]]]]]]], "[1 of [1 of [1 of [1 of [1 of [1 of list]]]]]]"),
    ],
)
def test_the_shape_of_a_response_has_types_and_numbers(value: object, said: str) -> None:
    """What it is made of, and of pages how many."""
    assert shape(value) == said
