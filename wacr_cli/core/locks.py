"""Locks between processes, on open files: released by the system when their holder ends, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wacr_cli.core.errors import BusyError

if sys.platform == "win32":
    import msvcrt

    # Beyond what any lock file holds, since a range locked on Windows can't be read by others.
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
def locked(fd: int) -> Iterator[None]:
    """Hold an open file, for a moment; whoever else wants it waits."""
    _lock(fd, wait=True)
    try:
        yield
    finally:
        _unlock(fd)


@contextmanager
def held(path: Path, what: str) -> Iterator[None]:
    """Hold the lock file ``path`` for as long as the block lasts, and remove it then.

    Raises :class:`BusyError` naming ``what`` and the process that holds it, :class:`OSError` where the
    file can't be made.
    """
    fd = _acquire(path, what)
    try:
        os.ftruncate(fd, 0)
        os.write(fd, b"%d\n" % os.getpid())
        yield
    finally:
        _release(fd, path)


def _acquire(path: Path, what: str) -> int:
    while True:
        fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            _lock(fd, wait=False)
        except BlockingIOError:
            holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip() if hasattr(os, "pread") else ""
            os.close(fd)
            raise BusyError(
                f"{what} is being written by another wacr (process {holder or 'unknown'})",
                "Wait until it is done, or end it.",
            ) from None
        if _still_there(fd, path):
            return fd
        # Its last holder removed it between our open and our lock: that lock guards nothing.
        os.close(fd)


def _still_there(fd: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(fd), path.stat())
    except FileNotFoundError:
        return False


def _release(fd: int, path: Path) -> None:
    if sys.platform == "win32":  # where an open file can't be removed
        os.close(fd)
        path.unlink(missing_ok=True)
    else:
        path.unlink(missing_ok=True)
        os.close(fd)
