"""Locks between processes: held for as long as a block lasts, gone with their holder."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from wacr_cli.core.errors import BusyError
from wacr_cli.core.locks import held, locked

if TYPE_CHECKING:
    from pathlib import Path

HOLDER = """
import sys
from pathlib import Path
from wacr_cli.core.locks import held
with held(Path(sys.argv[1]), "it"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    """Another process, that holds the lock when this returns, until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_held_and_gone(tmp_path: Path) -> None:
    """While it is held the file names the process; afterwards there is no file."""
    path = tmp_path / "lock"
    with held(path, "it"):
        assert path.read_text() == f"{os.getpid()}\n"
        assert path.stat().st_mode & 0o777 == 0o600
    assert not path.exists()


def test_busy_names_the_process(tmp_path: Path) -> None:
    """The second process gets an error that says what is busy and which process holds it; later it gets the lock."""
    path = tmp_path / "lock"
    with holder(path) as process:
        with pytest.raises(BusyError, match=rf"^it is being written .*process {process.pid}\)"), held(path, "it"):
            pass
        assert path.exists()
    with held(path, "it"):
        assert path.read_text() == f"{os.getpid()}\n"


def test_killed_holder(tmp_path: Path) -> None:
    """A holder that was killed holds nothing, and what it wrote is no hindrance, even if it is longer."""
    path = tmp_path / "lock"
    with holder(path) as process:
        process.kill()
    assert path.exists()
    path.write_text("99999999999\n")
    with held(path, "it"):
        assert path.read_text() == f"{os.getpid()}\n"
    assert not path.exists()


def test_released_by_a_failure(tmp_path: Path) -> None:
    """A block that fails lets go of the lock, and its failure comes through."""
    path = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), held(path, "it"):
        raise ZeroDivisionError
    assert not path.exists()


def test_removed_under_the_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock on a file that its last holder has just removed guards nothing, so that a new file is locked."""
    path = tmp_path / "lock"
    really_open = os.open
    opened: list[int] = []

    def open_then_lose(*args: object, **kwargs: object) -> int:
        fd: int = really_open(*args, **kwargs)  # type: ignore[arg-type]
        opened.append(fd)
        if len(opened) == 1:
            path.unlink()
        return fd

    monkeypatch.setattr(os, "open", open_then_lose)
    with held(path, "it"):
        assert path.read_text() == f"{os.getpid()}\n"
    assert len(opened) == 2


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are followed here")
def test_planted_link(tmp_path: Path) -> None:
    """A link in the lock's place is not followed, so that nothing elsewhere is emptied."""
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "lock").symlink_to(victim)
    with pytest.raises(OSError, match="lock"), held(tmp_path / "lock", "it"):
        pass
    assert victim.read_text() == "precious"


def test_missing_folder(tmp_path: Path) -> None:
    """A file that can't be made is an OSError; the caller knows what it was for."""
    with pytest.raises(FileNotFoundError), held(tmp_path / "no" / "lock", "it"):
        pass
    assert not (tmp_path / "no").exists()


def test_locked_lets_one_at_a_time(tmp_path: Path) -> None:
    """Through several open files of one name, one block runs at a time."""
    path = tmp_path / "state"
    path.write_text("0")

    def count() -> None:
        fd = os.open(path, os.O_RDWR)
        for _ in range(50):
            with locked(fd):
                number = int(os.pread(fd, 20, 0))
                os.pwrite(fd, b"%d" % (number + 1), 0)
        os.close(fd)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() == "200"
