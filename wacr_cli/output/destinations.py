"""Destinations: standard output, a pager, or a file that is replaced only when it is complete."""

from __future__ import annotations

import errno
import os
import shlex
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.locks import lock_file

if TYPE_CHECKING:
    from gzip import GzipFile


class PagerClosedError(Exception):
    """The user closed the pager."""


class Sink(Protocol):
    """Takes text; ``is_terminal`` is whether a terminal shows it."""

    is_terminal: bool

    def write(self, text: str) -> None:
        """Write some text."""
        ...


class Stream:
    r"""A binary stream as a sink of UTF-8.

    Half of a surrogate pair, which UTF-8 can't encode, is written as ``\ud800``, which is also its escape in JSON.
    """

    def __init__(self, stream: BinaryIO, *, is_terminal: bool = False) -> None:
        self._stream = stream
        self.is_terminal = is_terminal

    def write(self, text: str) -> None:
        """Write and flush, so that the reader of a pipe gets each window as it comes.

        Raises :class:`BrokenPipeError` where the reader is gone, :class:`WacrError` where writing fails.
        """
        if text:
            self.write_bytes(text.encode("utf-8", "backslashreplace"))

    def write_bytes(self, data: bytes) -> None:
        """Write and flush bytes. Raises what :meth:`write` raises."""
        try:
            self._stream.write(data)
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise WacrError(f"writing failed: {error.strerror}", "Is the disk full?", code="WRITE_FAILED") from None


class Pager:
    """Standard output, through a pager as soon as it is longer than the screen."""

    is_terminal = True

    def __init__(self, inner: Stream, command: str, height: int, on_start: Callable[[], None] = lambda: None) -> None:
        self._inner = inner
        self._command = command
        self._lines_left = height - 1
        self._on_start = on_start
        self._environ = {"LESS": "FRX", "LV": "-c"} | dict(os.environ)
        self._kept: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, text: str) -> None:
        """Keep what fits the screen; pass everything on to the pager when it does not."""
        if self._process:
            self._send(text)
            return
        self._kept.append(text)
        self._lines_left -= text.count("\n")
        if self._lines_left < 0:
            self._start()

    def finish(self) -> None:
        """Write what was kept, or wait until the user closes the pager."""
        if self._process is None:
            self._inner.write("".join(self._kept))
            self._kept.clear()
            return
        with suppress(BrokenPipeError):  # closing a pager early is the usual way to leave it
            self._stdin.close()
        while True:
            try:
                self._process.wait()
                break
            except KeyboardInterrupt:
                continue  # while a pager runs, Ctrl-C is for the pager

    @property
    def _stdin(self) -> BinaryIO:
        assert self._process is not None  # noqa: S101 - for the type checker
        assert self._process.stdin is not None  # noqa: S101
        return self._process.stdin  # type: ignore[return-value]

    def _start(self) -> None:
        text = "".join(self._kept)
        self._kept.clear()
        try:
            self._process = subprocess.Popen(shlex.split(self._command), stdin=subprocess.PIPE, env=self._environ)  # noqa: S603
        except (OSError, ValueError):  # no such pager: the terminal scrolls
            self._lines_left = sys.maxsize
            self._inner.write(text)
            return
        self._on_start()
        self._send(text)

    def _send(self, text: str) -> None:
        try:
            self._stdin.write(text.encode("utf-8", "backslashreplace"))
            self._stdin.flush()
        except BrokenPipeError:
            raise PagerClosedError from None


@contextmanager
def output_file(name: str) -> Iterator[Stream]:
    """Open the file of ``--output``: it is created or replaced when the block ends without an exception.

    A name that ends in ``.gz`` is compressed. Devices and pipes are written directly. Raises :class:`UsageError` where
    the file can't be written, :class:`~wacr_cli.core.errors.BusyError` where another wacr writes it.
    """
    path = Path(name)
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        kind = stat.S_IFREG | 0o666 & ~_get_umask()
    except OSError as error:
        raise _write_error(name, error) from None
    if stat.S_ISDIR(kind):
        raise UsageError(f"--output: {name!r} is a folder", "Name a file in it.")
    if stat.S_ISREG(kind):
        opened = _replace(Path(os.path.realpath(path)), name, stat.S_IMODE(kind))
    else:
        opened = _open_device(path, name)  # unresolved: the target of /dev/stdout can't be opened
    try:
        with opened as file:
            if not name.lower().endswith(".gz"):
                yield Stream(file, is_terminal=file.isatty())
                return
            import gzip

            # Without a name and a time inside, the same rows give the same file.
            with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                yield Stream(_Unflushed(packed))  # type: ignore[arg-type]
    except BrokenPipeError:
        raise
    except OSError as error:  # from the last bytes, or again on closing after a write that failed
        raise WacrError(f"writing {name!r} failed: {error.strerror}", _NOT_REPLACED, code="WRITE_FAILED") from None


_NOT_REPLACED = "The file was not replaced. Is the disk full?"


class _Unflushed:
    """A gzip file that is not flushed after each window, because that would spoil its compression."""

    def __init__(self, inner: GzipFile) -> None:
        self.write = inner.write

    def flush(self) -> None:
        """Wait for more."""


def _get_umask() -> int:
    """Return the mask for new files; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _write_error(name: str, error: OSError) -> UsageError:
    return UsageError(
        f"--output: can't write {name!r}: {error.strerror}", "Name a file in a folder that you can write to."
    )


@contextmanager
def _open_device(path: Path, name: str) -> Iterator[BinaryIO]:
    try:
        file = path.open("wb")
    except OSError as error:
        raise _write_error(name, error) from None
    with file:
        yield file


@contextmanager
def _replace(path: Path, name: str, mode: int) -> Iterator[BinaryIO]:
    """Open a file beside *path* that replaces it when the block ends well, and is removed when it does not.

    Its name is always the same, so that the next run overwrites what a killed run left.
    """
    part = path.with_name(f".{path.name}.wacr-part")
    with ExitStack() as stack:
        try:
            if path.exists() and not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            stack.enter_context(lock_file(path.with_name(f".{path.name}.wacr-lock"), f"--output: {name!r}"))
            part.unlink(missing_ok=True)
            file = stack.enter_context(_create_private(part))
        except OSError as error:
            raise _write_error(name, error) from None
        stack.callback(part.unlink, missing_ok=True)
        part.chmod(mode)
        yield file
        file.flush()
        os.fsync(file.fileno())
        file.close()
        part.replace(path)
        _sync_folder(path.parent)


def _create_private(path: Path) -> BinaryIO:
    """Create a file that others can't read until it has its final mode."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    """Make a renaming durable, where the system supports it."""
    if hasattr(os, "O_DIRECTORY"):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
