"""The token: what it may look like, and that no error repeats it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.errors import AuthError, UsageError
from wacr_cli.settings import credentials
from wacr_cli.settings.config import Settings
from wacr_cli.settings.credentials import check_token

CANARY = "7|Zq9canaryXk2"


def find_token(environ: dict[str, str]) -> str:
    """The token of a run that has this environment and keeps nothing."""
    token = credentials.find_token(environ, Settings())
    assert (token.source, token.place) == ("environment", "WACR_TOKEN")
    return token.value


REASONS = ("a line break", "a letter outside ASCII", "a space", "a control character", "nothing after Bearer")


@pytest.mark.parametrize("environ", [{}, {"WACR_TOKEN": ""}, {"WACR_TOKEN": "  "}, {"WACR_TOKEN": "\n"}])
def test_none(environ: dict[str, str]) -> None:
    """No token is a failure of authentication, with both ways on."""
    with pytest.raises(AuthError, match=r"^no API token$") as caught:
        find_token(environ)
    assert "WACR_TOKEN" in caught.value.hint
    assert "--demo" in caught.value.hint


@pytest.mark.parametrize("text", [CANARY, "a", "~!@#$%^&*()_+-={}[]|:;'<>,.?/\"\\", "x" * 5000])
def test_good(text: str) -> None:
    """One word of visible ASCII is a token, as is one that was pasted with its Bearer."""
    assert find_token({"WACR_TOKEN": text}) == text
    assert find_token({"WACR_TOKEN": f"Bearer {text}"}) == text


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (f"{CANARY}\n", "a line break"),
        (f"{CANARY}\r\n", "a line break"),
        (f"{CANARY}\r\nX-Evil: 1", "a line break"),
        (f"\n{CANARY}", "a line break"),
        (f"{CANARY} ", "a space"),
        (f" {CANARY}", "a space"),
        (f"{CANARY} {CANARY}", "a space"),
        (f"bearer {CANARY}", "a space"),
        (f"Bearer  {CANARY}", "a space"),
        (f"Authorization: Bearer {CANARY}", "a space"),
        (f"{CANARY}ü", "a letter outside ASCII"),
        (f"\ufeff{CANARY}", "a letter outside ASCII"),
        (f"{CANARY}\u200b", "a letter outside ASCII"),
        (f"{CANARY}\u00a0", "a letter outside ASCII"),
        (f"{CANARY}\udce9", "a letter outside ASCII"),
        (f"{CANARY}\t", "a control character"),
        (f"{CANARY}\x00", "a control character"),
        (f"{CANARY}\x7f", "a control character"),
        ("Bearer ", "nothing after Bearer"),
    ],
)
def test_bad(text: str, wrong: str) -> None:
    """What can't be sent as one header is refused, saying why and where, and never repeating it."""
    with pytest.raises(UsageError) as caught:
        find_token({"WACR_TOKEN": text})
    assert caught.value.message == f"WACR_TOKEN: not a token: it has {wrong}"
    assert CANARY not in caught.value.hint
    assert "Zq9" not in repr(caught.value)


@settings(deadline=None)
@given(st.text())
def test_any_text(text: str) -> None:
    """Any text is a token that fits in a header, or refused in words that hold nothing of it."""
    refused, token = "", "x"
    try:
        token = check_token(text, "here")
    except UsageError as error:
        refused = error.message
    assert refused in {"", *(f"here: not a token: it has {reason}" for reason in REASONS)}
    assert re.fullmatch(r"[!-~]+", token)
