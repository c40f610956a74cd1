"""Keeping secrets and phone numbers out of what is printed or logged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

_SHORTEST_SECRET = 8
_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]{5,}[0-9]")


def hide_token(text: str, token: str) -> str:
    """``text`` without the token, should a server have echoed it; a short one is looked for as a word, not in words."""
    if not token:
        return text
    pattern = re.escape(token)
    if len(token) < _SHORTEST_SECRET:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    return re.sub(pattern, "[token]", text)


def hide_written(text: str, token: str) -> str:
    """``text`` without the token, be it written as in a URL."""
    whole = quote(token, safe="")
    for form in dict.fromkeys((token, quote(token), whole, whole.replace("%2B", "+"))):
        text = hide_token(text, form)
    return text


def secret_of(environ: Mapping[str, str]) -> str:
    """What must not be said, even where a person typed it: the token of the environment, without its ``Bearer``.

    Empty for one so short that it may be a word of wacr's own, as ``demo`` is.
    """
    return secret(environ.get("WACR_TOKEN", "").strip().removeprefix("Bearer "))


def secret(token: str) -> str:
    """What must not be said of a token: all of it, or nothing of one so short that it may be a word."""
    return token if len(token) >= _SHORTEST_SECRET else ""


def mask_numbers(text: str) -> str:
    """``text`` with the digits of what looks like a phone number masked, but for the last two."""
    return _NUMBER.sub(lambda found: re.sub(r"[0-9](?=.*[0-9].*[0-9])", "*", found[0]), text)
