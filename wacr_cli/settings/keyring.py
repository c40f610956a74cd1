"""Use the system's keyring, in a thread that is abandoned where the keyring does not respond in time.

The library ``keyring`` is an extra, and is imported only here. A keyring may be missing, be locked and wait for the
user, or hang. Each is an :class:`UnavailableError` whose message contains no token.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

SERVICE = "wacr"
TIMEOUT = 3.0
"""How long to wait for the keyring, in seconds."""


class UnavailableError(Exception):
    """The keyring can't be used; the message completes the sentence "the keyring …"."""


def get_token(account: str) -> str:
    """Return the token that is stored under a name. Raises :class:`UnavailableError`, also where there is none."""
    token = _call(lambda keyring: keyring.get_password(SERVICE, account))
    if not isinstance(token, str) or not token:
        raise UnavailableError("no longer has it")
    return token


def set_token(account: str, token: str) -> None:
    """Store a token under a name, and check that it is stored. Raises :class:`UnavailableError`."""

    def set_and_get(keyring: Any) -> object:
        keyring.set_password(SERVICE, account, token)
        return keyring.get_password(SERVICE, account)

    # Some backends accept everything and store nothing.
    if _call(set_and_get) != token:
        raise UnavailableError("did not store the token")


def delete_token(account: str) -> None:
    """Delete the token that is stored under a name, if there is one. Raises :class:`UnavailableError`."""

    def delete(keyring: Any) -> None:
        if keyring.get_password(SERVICE, account) is not None:
            keyring.delete_password(SERVICE, account)

    _call(delete)


def get_backend_name() -> str:
    """Return the name of the keyring that is used. Raises :class:`UnavailableError`."""
    return _call(lambda keyring: str(keyring.get_keyring().name))


def _call(function: Callable[[Any], T]) -> T:
    """Return what *function* returns for the library, within :data:`TIMEOUT`. Raises :class:`UnavailableError`."""
    results: list[T] = []
    failures: list[BaseException] = []

    def run() -> None:
        try:
            import keyring

            results.append(function(keyring))
        except BaseException as error:  # noqa: BLE001 - a backend may raise anything; it is reported below by its type
            failures.append(error)

    thread = threading.Thread(target=run, name="wacr-keyring", daemon=True)
    with _restore_terminal():
        thread.start()
        thread.join(TIMEOUT)
    if failures:
        raise UnavailableError(_describe_failure(failures[0])) from None
    if not results:
        raise UnavailableError(f"did not respond within {TIMEOUT:g} s; it may be locked")
    return results[0]


@contextmanager
def _restore_terminal() -> Iterator[None]:
    """Restore the terminal's settings: a backend that asks for a password and is abandoned leaves the echo off."""
    if sys.platform == "win32" or sys.stdin is None or sys.stdin.closed or not sys.stdin.isatty():
        yield
        return
    import termios

    before = termios.tcgetattr(sys.stdin)
    yield
    termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def _describe_failure(error: BaseException) -> str:
    """Return what failed by the type of the error: its message may contain the token."""
    kind = type(error).__name__
    if isinstance(error, ImportError) and error.name == "keyring":
        return "can't be used without the extra wacr-cli[keyring]"
    known = {
        "NoKeyringError": "was not found on this system",
        "KeyringLocked": "is locked",
        "InitError": "is locked or can't be opened",
    }
    return known.get(kind, f"failed ({kind})")
