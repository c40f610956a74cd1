"""Checks that many flags share: closed sets, ids, UTF-8; and the nearest value for a typo."""

from __future__ import annotations

import re
from collections.abc import Sequence

from wacr_cli.core.errors import UsageError

_MAX_INTEGER = 2**63 - 1


def option_name(field: str) -> str:
    """Return the option that filters a field: ``--interaction-id``."""
    return "--" + field.replace("_", "-")


def is_one_edit_apart(one: str, other: str) -> bool:
    """Return whether changing, adding, dropping or swapping one letter turns one word into the other."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    at = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
    return len(short) == len(long) and (short[at + 1 :] == long[at + 1 :] or swapped)


def parse_id(text: str, flag: str) -> int:
    """Parse a positive integer that fits into 64 bits."""
    if re.fullmatch(r"[0-9]{1,19}", text) and 0 < int(text) <= _MAX_INTEGER:
        return int(text)
    raise UsageError(f"{flag}: not an id: {truncate(text)!r}", "An id is a whole number greater than 0.")


def require_utf8(flag: str, text: str) -> None:
    """Refuse a text that can't be sent as UTF-8: bytes of another encoding on the command line."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"{flag}: not valid UTF-8: {text!r}", "Use a terminal or a script that is encoded in UTF-8."
        ) from None


def choice(value: str, known: Sequence[str], flag: str) -> str:
    """Return *value* where it is one of a closed set; else raise :class:`UsageError`."""
    if value in known:
        return value
    raise UsageError(
        f"{flag}: unknown value {truncate(value)!r}{did_you_mean(value, known)}", f"Use one of: {', '.join(known)}."
    )


def choices(text: str, known: Sequence[str], flag: str) -> tuple[str, ...]:
    """Return the values of a comma-separated list, each once and one of a closed set. Raises :class:`UsageError`."""
    return tuple(dict.fromkeys(choice(word.strip(), known, flag) for word in text.split(",")))


_NEAR = 0.66
_PREFIX = 3


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """Return ``; did you mean WORD?`` for the nearest known word, an empty text where none is near.

    Near is a word with one or two letters changed, or with the same start.
    """
    from difflib import get_close_matches

    by_lower = {one.lower(): one for one in known}
    near = get_close_matches(word.lower(), by_lower, n=1, cutoff=_NEAR)
    if not near and len(word) >= _PREFIX:
        near = [one for one in by_lower if one.startswith(word.lower())][:1]
    return f"; did you mean {by_lower[near[0]]}?" if near else ""


def truncate(text: str, most: int = 80) -> str:
    """Return *text* cut to *most* characters, as much as an error line should have."""
    return text if len(text) <= most else text[: most - 1] + "…"
