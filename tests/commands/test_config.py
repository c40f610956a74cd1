"""``wacr config``: what is set, from where, and changing it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Result
from wacr_cli.settings.config import config_path

Wacr = Callable[..., Result]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove all settings from the environment."""
    monkeypatch.delenv("WACR_RATE_LIMIT")


def test_a_value_that_is_set_can_be_read_and_removed(wacr: Wacr) -> None:
    """``config get`` prints it alone on a line."""
    assert wacr("config", "set", "rate_limit", "30", "--profile", "shop").status == 0
    assert wacr("config", "set", "default_profile", "shop").status == 0
    assert wacr("config", "get", "rate_limit").stdout == b"30\n"
    rows = {row["key"]: row for row in json.loads(wacr("config", "list", "-f", "json").stdout)}
    assert rows["rate_limit"] == {
        "key": "rate_limit",
        "value": 30,
        "origin": f"profile shop in {config_path(os.environ)}",
    }
    assert json.loads(wacr("config", "get", "rate_limit", "-f", "json").stdout) == rows["rate_limit"]
    assert wacr("config", "unset", "rate_limit").status == 0
    result = wacr("config", "get", "rate_limit")
    assert (result.status, result.stdout, result.stderr) == (0, b"", "rate_limit is not set.\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("set", "rate_limt", "5"), "did you mean rate_limit?"),
        (("get", "token"), "unknown key"),
        (("set", "rate_limit", "many"), "invalid number of calls"),
        (("set", "api_url", "ftp://x"), "invalid URL"),
        (("set", "default_profile", "nobody"), "no profile named 'nobody'"),
        (("unset", "rate_limit", "--profile", "nobody"), "no profile named 'nobody'"),
        (("list", "--profile", "nobody"), "no profile named 'nobody'"),
        (("edit",), "no terminal"),
        (("set", "rate_limit", "5", "--profile", ""), "the name is empty"),
    ],
)
def test_invalid_values_are_usage_errors(wacr: Wacr, words: tuple[str, ...], said: str) -> None:
    """The error says what to do, and nothing is written."""
    result = wacr("config", *words)
    assert result.status == 2
    assert said in result.stderr
    assert not config_path(os.environ).exists()


def test_the_sample_workspace_has_the_settings_of_the_file(wacr: Wacr, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --demo and with WACR_DEMO."""
    monkeypatch.setenv("WACR_DEMO", "1")
    assert wacr("config", "set", "rate_limit", "30", "--demo").status == 0
    assert wacr("config", "get", "rate_limit", "--demo").stdout == b"30\n"
    assert b"default_profile" in wacr("config", "list").stdout
    assert wacr("config", "unset", "rate_limit").status == 0


def test_config_can_fix_a_broken_value(wacr: Wacr) -> None:
    """And a default profile that is missing."""
    path = config_path(os.environ)
    path.parent.mkdir(parents=True)
    path.write_text('default_profile = "gone"\n[profiles.shop]\nrate_limit = "many"\napi_url = 5\n')
    assert wacr("config", "set", "default_profile", "shop").status == 0
    assert wacr("config", "list").status == 2
    assert wacr("config", "set", "rate_limit", "30").status == 0
    assert wacr("config", "unset", "api_url").status == 0
    assert path.read_text() == 'default_profile = "shop"\n[profiles.shop]\nrate_limit = 30\n'
    assert wacr("config", "list").status == 0


def test_path_works_with_a_broken_file(wacr: Wacr) -> None:
    """That is when it is needed."""
    path = config_path(os.environ)
    path.parent.mkdir(parents=True)
    path.write_text("[[[")
    assert wacr("config", "path").text == f"{path}\n"
    assert wacr("config", "list").status == 2


def test_setting_a_key_that_a_variable_overrides_warns(wacr: Wacr, monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting a key that a variable overrides prints a warning."""
    monkeypatch.setenv("WACR_RATE_LIMIT", "7")
    assert "WACR_RATE_LIMIT is set" in wacr("config", "set", "rate_limit", "30").stderr
    assert wacr("config", "get", "rate_limit").stdout == b"7\n"


@pytest.mark.parametrize(
    ("editor", "status", "said"),
    [
        ('sh -c \'echo "rate_limt = 1" >> "$0"\'', 0, "unknown key 'rate_limt'"),
        ('sh -c \'echo "[" >> "$0"\'', 2, "invalid TOML"),
        ("false", 2, "failed with exit status 1"),
        ("there-is-no-such-editor", 2, "can't be started"),
    ],
)
def test_edit_opens_the_file_and_checks_it(tmp_path: Path, editor: str, status: int, said: str) -> None:
    """It is created if it is missing."""
    leader, follower = pty.openpty()
    environ = {**os.environ, "WACR_CONFIG_DIR": str(tmp_path / "made"), "VISUAL": editor, "TERM": "dumb"}
    done = subprocess.run(
        [sys.executable, "-m", "wacr_cli", "config", "edit"],
        stdin=follower,
        stdout=follower,
        stderr=subprocess.PIPE,
        env=environ,
        timeout=120,
        check=False,
    )
    os.close(leader)
    os.close(follower)
    assert done.returncode == status, done.stderr
    assert said in done.stderr.decode()
    assert (tmp_path / "made" / "config.toml").read_text().startswith("# default_profile")
