"""Lock files between processes. The system releases a lock when its process ends, however it ends."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wacr_cli.core.errors import BusyError

PATIENCE = 60.0
"""Seconds: how long to wait for a lock that is only held while a small file is read and replaced."""

_PAUSE = 0.02

if sys.platform == "win32":
    import msvcrt

    # Beyond the content of any lock file: other processes can't read a locked range on Windows.
    _BYTE = 1 << 30

    def _lock(fd: int, *, wait: bool) -> None:
        os.lseek(fd, _BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error

    def _unlock(fd: int) -> None:
        os.lseek(fd, _BYTE, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(fd: int, *, wait: bool) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)


@contextmanager
def lock_descriptor(fd: int) -> Iterator[None]:
    """Lock an open file during the block; wait while another descriptor has the lock."""
    _lock(fd, wait=True)
    try:
        yield
    finally:
        _unlock(fd)


@contextmanager
def lock_file(path: Path, subject: str, *, patience: float = 0) -> Iterator[None]:
    """Create and lock the file *path* during the block, then remove it.

    Wait at most *patience* seconds for another process. Raises :class:`BusyError`, which names *subject* and the
    process that has the lock, and :class:`OSError` where the file can't be created.
    """
    fd = _acquire(path, subject, time.monotonic() + patience)
    try:
        os.ftruncate(fd, 0)
        os.write(fd, b"%d\n" % os.getpid())
        yield
    finally:
        _release(fd, path)


def _acquire(path: Path, subject: str, deadline: float) -> int:
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(fd, wait=False)
        except BlockingIOError:
            owner = os.pread(fd, 32, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""
            os.close(fd)
            if time.monotonic() < deadline:
                time.sleep(_PAUSE)
                continue
            raise BusyError(
                f"{subject} is being written by another wacr (process {owner or 'unknown'})",
                "Wait until it finishes, or stop it.",
            ) from None
        if _is_same_file(fd, path):
            return fd
        # The last owner removed the file after it was opened here: a lock on it excludes no other process.
        os.close(fd)


def _is_same_file(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False


def _release(fd: int, path: Path) -> None:
    if sys.platform == "win32":  # an open file can't be removed there
        os.close(fd)
        path.unlink(missing_ok=True)
    else:
        path.unlink(missing_ok=True)
        os.close(fd)
