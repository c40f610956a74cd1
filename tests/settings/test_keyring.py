"""The keyring: asked for a moment, never waited for, and never believed without a look."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from wacr_cli.settings import keyring as stored


class NoKeyringError(RuntimeError):
    """As keyring names it."""


class KeyringLocked(RuntimeError):  # noqa: N818 - the library's own name
    """As keyring names it."""


class Keyring(ModuleType):
    """The library with one backend, which can be made to fail in each of the ways there are."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.kept: dict[tuple[str, str], str] = {}
        self.error: BaseException | None = None
        self.forgetful = False
        self.hang: threading.Event | None = None
        self.name = "a keyring"

    def _answer(self) -> None:
        if self.hang:
            self.hang.wait(120)
        if self.error:
            raise self.error

    def get_keyring(self) -> Keyring:
        """The backend, which is this very object."""
        self._answer()
        return self

    def get_password(self, service: str, account: str) -> str | None:
        """What is kept."""
        self._answer()
        return self.kept.get((service, account))

    def set_password(self, service: str, account: str, token: str) -> None:
        """Keep it, or pretend to."""
        self._answer()
        if not self.forgetful:
            self.kept[service, account] = token

    def delete_password(self, service: str, account: str) -> None:
        """Remove it."""
        self._answer()
        del self.kept[service, account]


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyring]:
    """A keyring in place of the system's; one that hangs is let go at the end."""
    library = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", library)
    yield library
    if library.hang:
        library.hang.set()


def test_it_keeps_and_forgets(keyring: Keyring) -> None:
    """What was kept comes back; what was removed does not; removing nothing is no failure."""
    stored.keep("shop", "secret")
    assert keyring.kept == {("wacr", "shop"): "secret"}
    assert stored.fetch("shop") == "secret"
    stored.forget("shop")
    stored.forget("shop")
    assert keyring.kept == {}
    with pytest.raises(stored.UnavailableError, match="no longer has it"):
        stored.fetch("shop")
    assert stored.backend() == "a keyring"


ACTIONS: tuple[Callable[[], object], ...] = (
    lambda: stored.keep("shop", "secret-token"),
    lambda: stored.fetch("shop"),
    lambda: stored.forget("shop"),
    stored.backend,
)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoKeyringError("none"), "is not there: this system has none"),
        (KeyringLocked("locked"), "is locked"),
        (OSError("secret-token"), r"failed \(OSError\)"),
        (SystemExit(3), r"failed \(SystemExit\)"),
        (EOFError("secret-token"), r"failed \(EOFError\)"),
    ],
)
def test_a_failure_is_told_by_its_kind(
    keyring: Keyring, action: Callable[[], object], error: BaseException, words: str
) -> None:
    """Whatever a backend raises ends in words of ours, without those of the failure: they may hold the token."""
    keyring.error = error
    with pytest.raises(stored.UnavailableError, match=words) as caught:
        action()
    assert "secret-token" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("action", ACTIONS)
def test_one_that_hangs_is_left(
    keyring: Keyring, action: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the time it has, the caller goes on without it."""
    keyring.hang = threading.Event()
    monkeypatch.setattr(stored, "PATIENCE", 0.01)
    with pytest.raises(stored.UnavailableError, match="did not answer within"):
        action()


def test_one_that_keeps_nothing_is_found_out(keyring: Keyring) -> None:
    """Keyring's own null backend takes every token and has none."""
    keyring.forgetful = True
    with pytest.raises(stored.UnavailableError, match="does not keep"):
        stored.keep("shop", "secret")


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra, and is named where it is missing."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(stored.UnavailableError, match=r"wacr-cli\[keyring\]"):
        stored.backend()


def test_three_seconds_are_what_it_gets() -> None:
    """The contract's number."""
    assert stored.PATIENCE == 3.0
