"""What a command does not import: libraries that it has no use for would make every start slower."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"httpx", "rich", "tomlkit", "keyring", "tomllib", "logging", "getpass", "importlib.metadata", "json"}
HEAVY |= {"psycopg", "pyarrow"}


def imported(*words: str) -> set[str]:
    """The modules that are there when a command line is through, in a pipe."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('\\n'.join(sys.modules), file=sys.stderr))\n"
        "from wacr_cli.cli import main\n"
        "main(sys.argv[1:])"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("words", "allowed"),
    [
        (["--version"], set()),
        (["auth", "--help"], set()),
        (["completion", "bash"], set()),
        (["config", "path"], {"json"}),
        (["--demo", "messages", "list"], {"httpx", "json", "logging"}),
        (["--demo", "messages", "list", "--names", "--format", "json"], {"httpx", "json", "logging"}),
        (["--demo", "contacts", "list"], {"httpx", "json", "logging"}),
        (["--demo", "conversations", "show", "1204", "--format", "html"], {"httpx", "json", "logging"}),
    ],
)
def test_only_what_is_needed(words: list[str], allowed: set[str]) -> None:
    """Call with httpx, draw with rich: each is there where it is used. So are tomlkit and keyring."""
    assert imported(*words) & HEAVY <= allowed
