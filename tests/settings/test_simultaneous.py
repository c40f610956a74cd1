"""Several processes change the settings or the tokens at the same moment: each keeps what it was given."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import NOW, SMALL
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.serve import serve
from wacr_cli.sandbox.world import World

PROCESSES = 8
PATIENCE = 120


def run_at_once(commands: Sequence[Sequence[str]], environ: dict[str, str], inputs: Sequence[str]) -> list[str]:
    """Start all commands before waiting for any; return what failed on standard error."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "wacr_cli", *words],
            env=environ,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for words in commands
    ]
    errors = [one.communicate(text, timeout=PATIENCE)[1] for one, text in zip(processes, inputs, strict=True)]
    return [error for one, error in zip(processes, errors, strict=True) if one.returncode]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment with an empty configuration folder, and neither a token nor a keyring."""
    kept = {name: value for name, value in os.environ.items() if name not in ("WACR_TOKEN", "WACR_RATE_LIMIT")}
    return {
        **kept,
        "WACR_CONFIG_DIR": str(tmp_path / "config"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


def test_settings(environ: dict[str, str], tmp_path: Path) -> None:
    """Every profile has its value, and no lock or half-written file is left."""
    limits = {f"shop{number}": 100 + number for number in range(PROCESSES)}
    commands = [["config", "set", "rate_limit", str(value), "--profile", name] for name, value in limits.items()]
    assert run_at_once(commands, environ, [""] * PROCESSES) == []
    found = tomllib.loads((tmp_path / "config" / "config.toml").read_text())["profiles"]
    assert {name: values["rate_limit"] for name, values in found.items()} == limits
    assert [path.name for path in (tmp_path / "config").iterdir()] == ["config.toml"]


def test_tokens(environ: dict[str, str], tmp_path: Path) -> None:
    """Logins and logouts at once: those that logged in have their tokens, those that logged out have none."""
    names = [f"shop{number}" for number in range(PROCESSES)]
    with serve(Sandbox(World(NOW, SMALL))) as server:
        environ["WACR_API_URL"] = server.url
        login = [["auth", "login", "--with-token", "--profile", name] for name in names]
        logout = [["auth", "logout", "--profile", name] for name in names[::2]]
        assert run_at_once(login[::2], environ, names[::2]) == []
        assert run_at_once([*login[1::2], *logout], environ, [*names[1::2], *[""] * len(logout)]) == []
    stored = json.loads((tmp_path / "config/credentials/tokens.json").read_text())["profiles"]
    assert {name: entry["token"] for name, entry in stored.items()} == {name: name for name in names[1::2]}
    assert set(tomllib.loads((tmp_path / "config/config.toml").read_text())["profiles"]) == set(names)
