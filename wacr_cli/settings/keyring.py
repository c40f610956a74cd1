"""The system's keyring, should there be one: asked in a thread of its own, left behind when it does not answer.

The library ``keyring`` is an extra, and is imported only here. A keyring may be absent, be locked and wait for somebody
to unlock it, or hang; each is an :class:`UnavailableError` that says which, in words without a token.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

SERVICE = "wacr"
PATIENCE = 3.0
"""Seconds in which a keyring has to answer."""


class UnavailableError(Exception):
    """The keyring can't be used; the message ends the sentence "the keyring …"."""


def fetch(account: str) -> str:
    """The token that is kept under a name."""
    token = _asked(lambda keyring: keyring.get_password(SERVICE, account))
    if not isinstance(token, str) or not token:
        raise UnavailableError("no longer has it")
    return token


def keep(account: str, token: str) -> None:
    """Keep a token under a name, and see that it is there."""

    def set_and_look(keyring: Any) -> object:
        keyring.set_password(SERVICE, account, token)
        return keyring.get_password(SERVICE, account)

    # Some backends take everything and keep nothing.
    if _asked(set_and_look) != token:
        raise UnavailableError("does not keep what it is given")


def forget(account: str) -> None:
    """Remove what is kept under a name, if anything is."""

    def remove(keyring: Any) -> None:
        if keyring.get_password(SERVICE, account) is not None:
            keyring.delete_password(SERVICE, account)

    _asked(remove)


def backend() -> str:
    """The name of what would be asked."""
    return _asked(lambda keyring: str(keyring.get_keyring().name))


def _asked(question: Callable[[Any], T]) -> T:
    """The keyring's answer, which has to come in time."""
    answers: list[T] = []
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            import keyring

            answers.append(question(keyring))
        except BaseException as error:  # noqa: BLE001 - a backend may raise anything; it is told below, by its kind
            failures.append(error)

    thread = threading.Thread(target=ask, name="wacr-keyring", daemon=True)
    with _same_terminal():
        thread.start()
        thread.join(PATIENCE)
    if failures:
        raise UnavailableError(_told(failures[0])) from None
    if not answers:
        raise UnavailableError(f"did not answer within {PATIENCE:g} s; it may be locked")
    return answers[0]


@contextmanager
def _same_terminal() -> Iterator[None]:
    """Leave the terminal as it was: a backend that asks for a password there, and is left, has turned its echo off."""
    if sys.platform == "win32" or sys.stdin is None or sys.stdin.closed or not sys.stdin.isatty():
        yield
        return
    import termios

    before = termios.tcgetattr(sys.stdin)
    yield
    termios.tcsetattr(sys.stdin, termios.TCSANOW, before)


def _told(error: BaseException) -> str:
    """What is wrong, by the failure's kind: its words may hold anything."""
    kind = type(error).__name__
    if isinstance(error, ImportError) and error.name == "keyring":
        return "is not there (the extra wacr-cli[keyring] brings it)"
    known = {
        "NoKeyringError": "is not there: this system has none that wacr could use",
        "KeyringLocked": "is locked",
        "InitError": "is locked or could not be opened",
    }
    return known.get(kind, f"failed ({kind})")
