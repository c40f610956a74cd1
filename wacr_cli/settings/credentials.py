"""The token: where it comes from, and what it may look like. It is never part of a message."""

from __future__ import annotations

from collections.abc import Mapping

from wacr_cli.errors import AuthError, UsageError


def has_token(environ: Mapping[str, str]) -> bool:
    """Whether this run has a token, good or bad."""
    return bool(environ.get("WACR_TOKEN", "").strip())


def find_token(environ: Mapping[str, str]) -> str:
    """The token of this run.

    Raises :class:`AuthError` where there is none, :class:`UsageError` where it can't be one.
    """
    token = environ.get("WACR_TOKEN", "")
    if not has_token(environ):
        raise AuthError(
            "no API token",
            "Make one in the app under Settings → API and set WACR_TOKEN, or try the sample workspace with --demo.",
        )
    return check_token(token, "WACR_TOKEN")


def check_token(text: str, origin: str) -> str:
    """The token in ``text``, which may be pasted with its ``Bearer``; ``origin`` says where it came from."""
    token = text.removeprefix("Bearer ")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError(
            f"{origin}: not a token: it has {_what_is_wrong(token)}",
            "A token is one word of ASCII letters, digits and signs; copy it again from Settings → API.",
        )
    return token


def _what_is_wrong(token: str) -> str:
    if not token:
        return "nothing after Bearer"
    if "\n" in token or "\r" in token:
        return "a line break"
    if not token.isascii():
        return "a letter outside ASCII"
    return "a space" if " " in token else "a control character"
