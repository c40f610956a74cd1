"""A home with an archive of the sample workspace, for the examples of the README and docs/."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.shell import PATIENCE
from wacr_cli.core.times import SystemClock


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment with the program on the PATH, the sample workspace, and an empty home."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path / "home"),
        "WACR_DEMO": "1",
        "LC_ALL": "C.UTF-8",
    }


MOMENT = SystemClock().now()
"""The time of all runs in this process, and of the sync: the sample workspace moves every ten minutes."""

SYNC = """
import datetime, sys
from wacr_cli import cli
from wacr_cli.core.times import SystemClock

SystemClock.now = lambda self: datetime.datetime.fromisoformat(sys.argv[1])
cli.main(["sync", "--quiet", "--archive-at", sys.argv[2]])
"""


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an archive of the sample workspace, for tests to copy."""
    folder = tmp_path_factory.mktemp("archive")
    environ = {**os.environ, "WACR_DEMO": "1", "HOME": str(folder)}
    command = [sys.executable, "-c", SYNC, MOMENT.isoformat(), str(folder / "demo.sqlite")]
    subprocess.run(command, env=environ, check=True, timeout=PATIENCE)
    return folder / "demo.sqlite"


@pytest.fixture
def home(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home with a copy of the archive; this process uses it, and the sample workspace."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "WACR_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("WACR_DEMO", "1")
    monkeypatch.setattr(SystemClock, "now", lambda _: MOMENT)
    monkeypatch.chdir(tmp_path)
    data = home / ("Library/Application Support/wacr" if sys.platform == "darwin" else ".local/share/wacr")
    data.mkdir(parents=True)
    shutil.copy(archive, data / "demo.sqlite")
    return home
