"""What a command does not import: libraries that it has no use for would make every start slower."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wacr_cli.cli import COMMANDS

HEAVY = {
    "getpass",
    "hashlib",
    "httpcore",
    "httpx",
    "importlib.metadata",
    "json",
    "keyring",
    "logging",
    "platformdirs",
    "rich",
    "sqlite3",
    "ssl",
    "tomlkit",
    "tomllib",
}
COMMAND_MODULES = {f"wacr_cli.commands.{name}" for name in COMMANDS}
LIST = "wacr_cli.commands.messages"
HTTP = {"hashlib", "httpx", "json", "logging", "ssl"}
"""What httpx itself imports, and what an answer is read with."""


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
        (["--help"], COMMAND_MODULES),
        (["auth", "--help"], {"wacr_cli.commands.auth"}),
        (["messages", "list", "--help"], {LIST}),
        (["completion", "bash"], {"wacr_cli.commands.completion"}),
        (["config", "path"], {"wacr_cli.commands.config", "json", "platformdirs"}),
        (["--demo", "messages", "list"], {LIST, *HTTP}),
        (["--demo", "messages", "list", "--names", "--format", "json"], {LIST, *HTTP, "platformdirs", "sqlite3"}),
        (["--demo", "messages", "list", "--format", "table"], {LIST, *HTTP, "rich"}),
        (["--demo", "contacts", "list"], {"wacr_cli.commands.contacts", *HTTP}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_only_what_is_needed(words: list[str], allowed: set[str]) -> None:
    """Call with httpx, draw with rich: each is there where it is used, and so is a command's own module."""
    assert imported(*words) & (HEAVY | COMMAND_MODULES) <= allowed
