"""Keeping secrets and phone numbers out of what is printed or logged."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]{5,}[0-9]")


def hide_token(text: str, token: str) -> str:
    """``text`` without the token, should a server have echoed it."""
    return text.replace(token, "[token]") if token else text


def mask_numbers(text: str) -> str:
    """``text`` with the digits of what looks like a phone number masked, but for the last two."""
    return _NUMBER.sub(lambda found: re.sub(r"[0-9](?=.*[0-9].*[0-9])", "*", found[0]), text)
