"""Keep tokens and phone numbers out of what is printed or logged."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

_MIN_SECRET_LENGTH = 8
_PHONE_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]{5,}[0-9]")


def hide_token(text: str, token: str) -> str:
    """Return *text* with ``[token]`` in place of the token; a short token is replaced only as a whole word."""
    if not token:
        return text
    pattern = re.escape(token)
    if len(token) < _MIN_SECRET_LENGTH:
        pattern = rf"(?<!\w){pattern}(?!\w)"
    return re.sub(pattern, "[token]", text)


def hide_encoded_token(text: str, token: str) -> str:
    """Return *text* with ``[token]`` in place of the token, also where it is encoded as in a URL."""
    encoded = quote(token, safe="")
    for form in dict.fromkeys((token, quote(token), encoded, encoded.replace("%2B", "+"))):
        text = hide_token(text, form)
    return text


def secret_from_environment(environ: Mapping[str, str]) -> str:
    """Return the secret of WACR_TOKEN without its ``Bearer``; see :func:`secret_from_token`."""
    return secret_from_token(environ.get("WACR_TOKEN", "").strip().removeprefix("Bearer "))


def secret_from_token(token: str) -> str:
    """Return what to hide of a token: all of it, or nothing if it is so short that it may be an ordinary word.

    The token of the sample workspace, ``demo``, is such a word.
    """
    return token if len(token) >= _MIN_SECRET_LENGTH else ""


def mask_numbers(text: str) -> str:
    """Return *text* with ``*`` for all but the last two digits of what looks like a phone number."""
    return _PHONE_NUMBER.sub(lambda found: re.sub(r"[0-9](?=.*[0-9].*[0-9])", "*", found[0]), text)
