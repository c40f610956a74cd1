"""Tokens and phone numbers are kept out of what is printed."""

from __future__ import annotations

import pytest

from wacr_cli.settings.redaction import hide_encoded_token, hide_token, mask_numbers


@pytest.mark.parametrize(
    ("text", "token", "shown"),
    [
        ("no such token: abc", "abc", "no such token: [token]"),
        ("abc abc", "abc", "[token] [token]"),
        ("nothing here", "abc", "nothing here"),
        ("the API said: t", "t", "the API said: [token]"),
        ("xlong-enoughx", "long-enough", "x[token]x"),
        ("anything", "", "anything"),
    ],
)
def test_hide_token(text: str, token: str, shown: str) -> None:
    """Every occurrence is replaced, of a short token only whole words; an empty token replaces nothing."""
    assert hide_token(text, token) == shown


@pytest.mark.parametrize(
    "form", ["7|a/b+c=defgh", "7%7Ca/b%2Bc%3Ddefgh", "7%7Ca%2Fb%2Bc%3Ddefgh", "7%7Ca%2Fb+c%3Ddefgh"]
)
def test_hide_encoded_token(form: str) -> None:
    """The token is replaced in every encoding that a URL may use."""
    assert hide_encoded_token(f"GET /x?q={form}&y", "7|a/b+c=defgh") == "GET /x?q=[token]&y"
    assert hide_encoded_token(form, "") == form


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("+491701234567", "+**********67"),
        ("0170 123 45 67", "**** *** ** 67"),
        ("call (0170) 123-4567 now", "call (****) ***-**67 now"),
        ("0170.123.4567", "****.***.**67"),
        ("two: 491701234567, 4915112345678", "two: **********67, ***********78"),
        ("order 12345", "order 12345"),
        ("in 2026", "in 2026"),
        ("no digits", "no digits"),
        ("", ""),
    ],
)
def test_mask_numbers(text: str, shown: str) -> None:
    """Two digits are left of what looks like a phone number, in any notation; short numbers are unchanged."""
    assert mask_numbers(text) == shown
