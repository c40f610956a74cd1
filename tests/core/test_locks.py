"""Lock files: one process at a time has a lock, and it ends with the process."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from wacr_cli.core.errors import BusyError
from wacr_cli.core.locks import lock_descriptor, lock_file

if TYPE_CHECKING:
    from pathlib import Path

OWNER = """
import sys
from pathlib import Path
from wacr_cli.core.locks import lock_file
with lock_file(Path(sys.argv[1]), "it"):
    print("locked", flush=True)
    sys.stdin.read()
"""


def start_owner(path: Path) -> subprocess.Popen[str]:
    """Start another process that has the lock from now on until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "locked\n"
    return process


def test_lock_file_exists_during_the_block(tmp_path: Path) -> None:
    """During the block the file contains the process id; afterwards there is no file."""
    path = tmp_path / "lock"
    with lock_file(path, "it"):
        assert path.read_text() == f"{os.getpid()}\n"
        assert path.stat().st_mode & 0o777 == 0o600
    assert not path.exists()


def test_busy_error_names_the_owner(tmp_path: Path) -> None:
    """While another process has the lock the error names it; after it has ended the lock is free."""
    path = tmp_path / "lock"
    with start_owner(path) as process:
        with pytest.raises(BusyError, match=rf"^it is being written .*process {process.pid}\)"), lock_file(path, "it"):
            pass
        assert path.exists()
    with lock_file(path, "it"):
        assert path.read_text() == f"{os.getpid()}\n"


def test_waits_for_the_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With patience, the lock is taken once its owner has released it."""
    owner = start_owner(tmp_path / "lock")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        owner.communicate("")

    monkeypatch.setattr(time, "sleep", pause)
    with lock_file(tmp_path / "lock", "it", patience=10**6):
        assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    assert len(pauses) == 1


def test_killed_owner_releases_the_lock(tmp_path: Path) -> None:
    """The lock of a killed process is free, and the content of its file is replaced even if it is longer."""
    path = tmp_path / "lock"
    with start_owner(path) as process:
        process.kill()
    assert path.exists()
    path.write_text("99999999999\n")
    with lock_file(path, "it"):
        assert path.read_text() == f"{os.getpid()}\n"
    assert not path.exists()


def test_exception_releases_the_lock(tmp_path: Path) -> None:
    """An exception in the block releases the lock and is passed on."""
    path = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), lock_file(path, "it"):
        raise ZeroDivisionError
    assert not path.exists()


def test_file_removed_before_it_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the last owner removes the file between opening and locking, a new file is created and locked."""
    path = tmp_path / "lock"
    real_open = os.open
    opened: list[int] = []

    def open_then_remove(*args: object, **kwargs: object) -> int:
        fd: int = real_open(*args, **kwargs)  # type: ignore[arg-type]
        opened.append(fd)
        if len(opened) == 1:
            path.unlink()
        return fd

    monkeypatch.setattr(os, "open", open_then_remove)
    with lock_file(path, "it"):
        assert path.read_text() == f"{os.getpid()}\n"
    assert len(opened) == 2


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="this system can't refuse links")
def test_link_is_not_followed(tmp_path: Path) -> None:
    """A link in place of the lock file is refused, and its target is unchanged."""
    target = tmp_path / "target"
    target.write_text("unchanged")
    (tmp_path / "lock").symlink_to(target)
    with pytest.raises(OSError, match="lock"), lock_file(tmp_path / "lock", "it"):
        pass
    assert target.read_text() == "unchanged"


def test_missing_folder(tmp_path: Path) -> None:
    """A missing folder raises OSError and is not created."""
    with pytest.raises(FileNotFoundError), lock_file(tmp_path / "no" / "lock", "it"):
        pass
    assert not (tmp_path / "no").exists()


def test_lock_descriptor_admits_one_block_at_a_time(tmp_path: Path) -> None:
    """Blocks that lock the same file through different descriptors run one after another."""
    path = tmp_path / "state"
    path.write_text("0")

    def count() -> None:
        fd = os.open(path, os.O_RDWR)
        for _ in range(50):
            with lock_descriptor(fd):
                number = int(os.pread(fd, 20, 0))
                os.pwrite(fd, b"%d" % (number + 1), 0)
        os.close(fd)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() == "200"
