"""``wacr auth login`` on a real terminal: the token is asked for, and is never seen."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CANARY, NOW
from wacr_cli.sandbox import world
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.serve import serve

PATIENCE = 120
"""Seconds: far more than a slow machine needs."""
ASKING = """
import getpass
from keyring.backend import KeyringBackend
class Asking(KeyringBackend):
    priority = 1
    def get_password(self, service, name): return getpass.getpass()
    set_password = delete_password = lambda self, *_: getpass.getpass()
"""


@pytest.fixture
def environ(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Return a home, and the address of a server."""
    with serve(Sandbox(world.load(NOW))) as server:
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "TERM": "xterm",
            "WACR_API_URL": server.url,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }


class Login:
    """The command in a terminal of its own."""

    def __init__(self, environ: dict[str, str], *words: str) -> None:
        self.leader, self._follower = pty.openpty()
        takes_over = ["sh", "-c", 'exec "$@" <"$0" >"$0" 2>&1', os.ttyname(self._follower)]
        command = [sys.executable, "-m", "wacr_cli", "auth", "login", *words]
        self.process = subprocess.Popen(takes_over + command, env=environ, start_new_session=True)
        self.seen = ""

    def read_until(self, word: str) -> None:
        """Wait for a text."""
        while word not in self.seen:
            if not select.select([self.leader], [], [], PATIENCE)[0]:
                pytest.fail(f"waited for {word!r}, and saw {self.seen!r}")
            self.seen += os.read(self.leader, 65536).decode()

    def type(self, text: str) -> None:
        """Type a text after the prompt."""
        self.read_until("not shown")
        os.write(self.leader, text.encode())

    def ended(self) -> int:
        """Return the exit status; the terminal echoes as before."""
        status = self.process.wait(PATIENCE)
        assert termios.tcgetattr(self._follower)[3] & termios.ECHO
        while select.select([self.leader], [], [], 0)[0]:
            self.seen += os.read(self.leader, 65536).decode()
        os.close(self.leader)
        os.close(self._follower)
        return status


@pytest.mark.parametrize("words", [(), ("--with-token",), ("--profile", "shop")])
def test_the_token_is_stored_and_not_echoed(environ: dict[str, str], tmp_path: Path, words: tuple[str, ...]) -> None:
    """The prompt says where to create it and which scopes it needs."""
    login = Login(environ, *words)
    login.type(f"{CANARY}\n")
    assert login.ended() == 0
    for said in ("Settings → API", "messages:read", "account:read", "contacts:read", "Logged in to"):
        assert said in login.seen
    assert CANARY not in login.seen
    assert CANARY in (tmp_path / ".config/wacr/credentials/tokens.json").read_text()


@pytest.mark.parametrize(("typed", "status"), [("\x03", 130), ("\x04", 2), ("\n", 2), ("two words\n", 2)])
def test_without_a_token_nothing_is_stored(environ: dict[str, str], tmp_path: Path, typed: str, status: int) -> None:
    """After Ctrl-C, Ctrl-D, an empty line, or what is not a token."""
    login = Login(environ)
    login.type(typed)
    assert login.ended() == status
    assert "two words" not in login.seen
    assert "Traceback" not in login.seen
    assert not (tmp_path / ".config").exists()


def test_a_signal_at_the_prompt_restores_the_terminal(environ: dict[str, str]) -> None:
    """The terminal is as it was."""
    login = Login(environ)
    login.read_until("not shown")
    login.process.send_signal(signal.SIGTERM)
    assert login.ended() == 143


def test_a_keyring_that_asks_leaves_the_terminal_as_it_was(environ: dict[str, str], tmp_path: Path) -> None:
    """A backend may want a password at the terminal; the login does not wait for it, and the echo comes back."""
    pytest.importorskip("keyring")
    (tmp_path / "asking.py").write_text(ASKING)
    login = Login(environ | {"PYTHONPATH": str(tmp_path), "PYTHON_KEYRING_BACKEND": "asking.Asking"})
    login.type(f"{CANARY}\n")
    assert login.ended() == 0
    assert "did not respond within 3 s" in login.seen
    assert CANARY not in login.seen
