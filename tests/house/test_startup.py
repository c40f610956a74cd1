"""What a command does not import: libraries that it has no use for would make every start slower."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_help import COMMANDS as LEAVES
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
    "psycopg",
    "pyarrow",
    "rich",
    "sqlite3",
    "ssl",
    "tomlkit",
    "tomllib",
}
COMMAND_MODULES = {f"wacr_cli.commands.{name}" for name in COMMANDS}
HTTP = {"hashlib", "httpx", "json", "logging", "ssl"}
"""What httpx itself imports, and what an answer is read with."""


READ = {"hashlib", "json", "platformdirs", "tomllib"}
"""What the configuration and the tokens are read with."""


def imported(*words: str, **environ: str) -> set[str]:
    """The modules that are there when a command line is through, in a pipe."""
    code = (
        "import sys, atexit\n"
        "atexit.register(lambda: print('modules:', *sys.modules, file=sys.stderr))\n"
        "from wacr_cli.cli import main\n"
        "main(sys.argv[1:])"
    )
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environ})
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("modules:")[2].split())


def heavy(modules: set[str]) -> set[str]:
    """The heavy ones of them, and the commands'."""
    return modules & (HEAVY | COMMAND_MODULES)


def module_of(*words: str) -> str:
    """The module of the command that is named."""
    return next(f"wacr_cli.commands.{word}" for word in words if word in COMMANDS)


def test_help_of_all() -> None:
    """The list of commands needs each one's module, and nothing heavy."""
    assert heavy(imported("--help")) == COMMAND_MODULES


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_help(path: tuple[str, ...]) -> None:
    """The help of a command needs its own module, and nothing heavy."""
    assert heavy(imported(*path, "--help")) == {module_of(*path)}


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("completion bash", set()),
        ("config path", {"json", "platformdirs"}),
        ("config get api_url", READ),
        ("config list --format json", READ),
        ("config set rate_limit 60", {*READ, "tomlkit"}),
        ("config unset rate_limit", {*READ, "tomlkit"}),
        ("auth logout", READ),
        ("archive path", {*READ, "sqlite3"}),
        ("--demo messages list", HTTP),
        ("--demo messages list --format csv --limit 200", HTTP),
        ("--demo messages list --format table", {*HTTP, "rich"}),
        ("--demo messages list --names --format jsonl", {*HTTP, "platformdirs", "sqlite3"}),
        ("--demo messages list --count", HTTP),
        ("--demo messages list --dry-run", HTTP),
        ("--demo contacts list --format tsv", HTTP),
        ("--demo templates list --format csv", HTTP),
        ("--demo templates list --format table", {*HTTP, "rich"}),
        ("--demo templates get 1207307919000000 --format json", HTTP),
        ("--demo comments list 910000010000 --format jsonl", HTTP),
        ("--demo account --format json", HTTP),
        ("--demo api groups --format json", HTTP),
        ("--demo conversations show 1204 --format html", {*HTTP, "platformdirs", "sqlite3"}),
    ],
)
def test_only_what_is_needed(line: str, allowed: set[str], tmp_path: Path) -> None:
    """Call with httpx, draw with rich, change the configuration with tomlkit: each is there where it is used alone."""
    words = line.split()
    modules = imported(*words, WACR_CONFIG_DIR=str(tmp_path))
    assert heavy(modules) <= allowed | {module_of(*words)}


def test_the_archive_needs_no_network(tmp_path: Path) -> None:
    """What the archive answers, and in which format, takes neither httpx nor rich."""
    place = str(tmp_path / "archive.sqlite")
    assert imported("--demo", "sync", "--archive-at", place) >= {"httpx", "sqlite3"}
    modules = imported("messages", "list", "--archive-at", place, "--format", "csv")
    assert heavy(modules) <= {"json", "sqlite3", "platformdirs", "wacr_cli.commands.messages"}
    files = str(tmp_path / "files")
    modules = imported("media", "fetch", "--to", files, "--archive-at", place, "--dry-run", "--format", "csv")
    assert heavy(modules) <= {"hashlib", "json", "sqlite3", "platformdirs", "tomllib", "wacr_cli.commands.media"}


def test_the_version_needs_nothing() -> None:
    """No command's module, not even what a question is made of."""
    modules = imported("--version")
    assert heavy(modules) == set()
    assert {name for name in modules if name.startswith("wacr_cli")} == {
        "wacr_cli",
        "wacr_cli.cli",
        "wacr_cli.commands",
        "wacr_cli.commands.framework",
        "wacr_cli.core",
        "wacr_cli.core.errors",
        "wacr_cli.signals",
    }
