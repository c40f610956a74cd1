"""The keyring: each call has a time limit, and a stored token is checked."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from wacr_cli.settings import keyring as adapter


class NoKeyringError(RuntimeError):
    """The name that the library uses."""


class KeyringLocked(RuntimeError):  # noqa: N818 - the library's own name
    """The name that the library uses."""


class Keyring(ModuleType):
    """A stand-in for the library with one backend, which can raise, hang or store nothing."""

    def __init__(self) -> None:
        super().__init__("keyring")
        self.tokens: dict[tuple[str, str], str] = {}
        self.error: BaseException | None = None
        self.stores_nothing = False
        self.hang: threading.Event | None = None
        self.name = "a backend"

    def _respond(self) -> None:
        if self.hang:
            self.hang.wait(120)
        if self.error:
            raise self.error

    def get_keyring(self) -> Keyring:
        """Return the backend, which is this object."""
        self._respond()
        return self

    def get_password(self, service: str, account: str) -> str | None:
        """Return a stored token."""
        self._respond()
        return self.tokens.get((service, account))

    def set_password(self, service: str, account: str, token: str) -> None:
        """Store a token, unless the backend stores nothing."""
        self._respond()
        if not self.stores_nothing:
            self.tokens[service, account] = token

    def delete_password(self, service: str, account: str) -> None:
        """Delete a token."""
        self._respond()
        del self.tokens[service, account]


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[Keyring]:
    """Put a stand-in in place of the library; where it hangs, end its thread after the test."""
    library = Keyring()
    monkeypatch.setitem(sys.modules, "keyring", library)
    monkeypatch.setattr(adapter, "TIMEOUT", 60.0)  # a slow machine must not look like a slow keyring
    yield library
    if library.hang:
        library.hang.set()


def test_set_get_and_delete(keyring: Keyring) -> None:
    """A stored token is returned; a deleted one is not; deleting a missing one is not an error."""
    adapter.set_token("shop", "secret")
    assert keyring.tokens == {("wacr", "shop"): "secret"}
    assert adapter.get_token("shop") == "secret"
    adapter.delete_token("shop")
    adapter.delete_token("shop")
    assert keyring.tokens == {}
    with pytest.raises(adapter.UnavailableError, match="no longer has it"):
        adapter.get_token("shop")
    assert adapter.get_backend_name() == "a backend"


ACTIONS: tuple[Callable[[], object], ...] = (
    lambda: adapter.set_token("shop", "secret-token"),
    lambda: adapter.get_token("shop"),
    lambda: adapter.delete_token("shop"),
    adapter.get_backend_name,
)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("error", "words"),
    [
        (NoKeyringError("none"), "was not found on this system"),
        (KeyringLocked("locked"), "is locked"),
        (OSError("secret-token"), r"failed \(OSError\)"),
        (SystemExit(3), r"failed \(SystemExit\)"),
        (EOFError("secret-token"), r"failed \(EOFError\)"),
    ],
)
def test_failure_is_described_by_its_type(
    keyring: Keyring, action: Callable[[], object], error: BaseException, words: str
) -> None:
    """The message names the type of the exception and not its text, which may contain the token."""
    keyring.error = error
    with pytest.raises(adapter.UnavailableError, match=words) as caught:
        action()
    assert "secret-token" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("action", ACTIONS)
def test_hanging_keyring_is_abandoned(
    keyring: Keyring, action: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the timeout the caller gets an error."""
    keyring.hang = threading.Event()
    monkeypatch.setattr(adapter, "TIMEOUT", 0.01)
    with pytest.raises(adapter.UnavailableError, match="did not respond within"):
        action()


def test_backend_that_stores_nothing(keyring: Keyring) -> None:
    """A backend that accepts a token without storing it is reported, as the library's own null backend is."""
    keyring.stores_nothing = True
    with pytest.raises(adapter.UnavailableError, match="did not store"):
        adapter.set_token("shop", "secret")


def test_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the library is missing, the message names the extra that installs it."""
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr(adapter, "TIMEOUT", 60.0)
    with pytest.raises(adapter.UnavailableError, match=r"wacr-cli\[keyring\]"):
        adapter.get_backend_name()


def test_timeout_is_three_seconds() -> None:
    """The keyring has the three seconds that the documentation names."""
    assert adapter.TIMEOUT == 3.0
