"""Where the words go: standard output, a pager, or a file that is replaced only when it is whole."""

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
    """The person has read enough."""


class Sink(Protocol):
    """Takes text; ``is_terminal`` says that a person's terminal will show it."""

    is_terminal: bool

    def write(self, text: str) -> None:
        """Take some text."""
        ...


class Stream:
    r"""A binary stream as a sink of UTF-8.

    Half of a surrogate pair, which UTF-8 has no form for, is written as ``\ud800``: in JSON that is the
    very escape for it.
    """

    def __init__(self, stream: BinaryIO, *, is_terminal: bool = False) -> None:
        self._stream = stream
        self.is_terminal = is_terminal

    def write(self, text: str) -> None:
        """Write at once, so that whoever reads a pipe sees each window as it comes.

        Raises :class:`BrokenPipeError` where nobody reads any more, :class:`WacrError` where it can't be written.
        """
        if not text:
            return
        try:
            self._stream.write(text.encode("utf-8", "backslashreplace"))
            self._stream.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise WacrError(f"writing failed: {error.strerror}", "Is the disk full?", code="WRITE_FAILED") from None


class Pager:
    """Standard output, through a pager as soon as there is more than a screen of it."""

    is_terminal = True

    def __init__(self, inner: Stream, command: str, height: int, started: Callable[[], None] = lambda: None) -> None:
        self._inner = inner
        self._command = command
        self._room = height - 1
        self._started = started
        self._environ = {"LESS": "FRX", "LV": "-c"} | dict(os.environ)
        self._held: list[str] = []
        self._process: subprocess.Popen[bytes] | None = None

    def write(self, text: str) -> None:
        """Hold back what fits the screen, and pass the rest on to the pager."""
        if self._process:
            self._pass_on(text)
            return
        self._held.append(text)
        self._room -= text.count("\n")
        if self._room < 0:
            self._start()

    def finish(self) -> None:
        """Write what was held back, or wait until the person is done."""
        if self._process is None:
            self._inner.write("".join(self._held))
            self._held.clear()
            return
        with suppress(BrokenPipeError):  # quitting a pager early is the ordinary way to leave it
            self._stdin.close()
        while True:
            try:
                self._process.wait()
                break
            except KeyboardInterrupt:
                continue  # Ctrl-C is the pager's to handle, as long as it lasts

    @property
    def _stdin(self) -> BinaryIO:
        assert self._process is not None  # noqa: S101 - for the type checker
        assert self._process.stdin is not None  # noqa: S101
        return self._process.stdin  # type: ignore[return-value]

    def _start(self) -> None:
        text = "".join(self._held)
        self._held.clear()
        try:
            self._process = subprocess.Popen(shlex.split(self._command), stdin=subprocess.PIPE, env=self._environ)  # noqa: S603
        except (OSError, ValueError):  # no such pager: the terminal's own scrolling has to do
            self._room = sys.maxsize
            self._inner.write(text)
            return
        self._started()
        self._pass_on(text)

    def _pass_on(self, text: str) -> None:
        try:
            self._stdin.write(text.encode("utf-8", "backslashreplace"))
            self._stdin.flush()
        except BrokenPipeError:
            raise PagerClosedError from None


@contextmanager
def output_file(name: str) -> Iterator[Stream]:
    """A sink for ``--output``: the file appears, or is replaced, when the block ends without an exception.

    A name that ends in ``.gz`` is packed. Devices and pipes are written as they are. Raises
    :class:`UsageError` where it can't be written, :class:`~wacr_cli.core.errors.BusyError` where another wacr does.
    """
    path = Path(name)
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        kind = stat.S_IFREG | 0o666 & ~_umask()
    except OSError as error:
        raise _unwritable(name, error) from None
    if stat.S_ISDIR(kind):
        raise UsageError(f"--output: {name!r} is a directory", "Name a file in it.")
    if stat.S_ISREG(kind):
        opened = _replacement(Path(os.path.realpath(path)), name, stat.S_IMODE(kind))
    else:
        opened = _device(path, name)  # by its own name: what /dev/stdout resolves to can't be opened
    try:
        with opened as file:
            if not name.lower().endswith(".gz"):
                yield Stream(file, is_terminal=file.isatty())
                return
            import gzip

            # No name and no time inside: the same rows make the same file.
            with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                yield Stream(_Unflushed(packed))  # type: ignore[arg-type]
    except BrokenPipeError:
        raise
    except OSError as error:  # of the last bytes, or once more on closing after a write that failed
        raise WacrError(f"writing {name!r} failed: {error.strerror}", _AS_IT_WAS, code="WRITE_FAILED") from None


_AS_IT_WAS = "What was there before is as it was. Is the disk full?"


class _Unflushed:
    """A gzip file that is not flushed after each window, which would cost it its compression."""

    def __init__(self, inner: GzipFile) -> None:
        self.write = inner.write

    def flush(self) -> None:
        """Wait for more."""


def _umask() -> int:
    """The mask for new files, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _unwritable(name: str, error: OSError) -> UsageError:
    return UsageError(
        f"--output: can't write {name!r}: {error.strerror}", "Name a file in a folder that you may write to."
    )


@contextmanager
def _device(path: Path, name: str) -> Iterator[BinaryIO]:
    try:
        file = path.open("wb")
    except OSError as error:
        raise _unwritable(name, error) from None
    with file:
        yield file


@contextmanager
def _replacement(path: Path, name: str, mode: int) -> Iterator[BinaryIO]:
    """A file beside ``path`` that takes its place when the block ends well, and goes when it does not.

    Its name is always the same, so that what a killed run left is written over by the next.
    """
    part = path.with_name(f".{path.name}.wacr-part")
    with ExitStack() as stack:
        try:
            if path.exists() and not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            stack.enter_context(lock_file(path.with_name(f".{path.name}.wacr-lock"), f"--output: {name!r}"))
            part.unlink(missing_ok=True)
            file = stack.enter_context(_private(part))
        except OSError as error:
            raise _unwritable(name, error) from None
        stack.callback(part.unlink, missing_ok=True)
        part.chmod(mode)
        yield file
        file.flush()
        os.fsync(file.fileno())
        file.close()
        part.replace(path)
        _sync_folder(path.parent)


def _private(path: Path) -> BinaryIO:
    """A new file that nobody else reads until it has the mode that it shall have."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb")


def _sync_folder(folder: Path) -> None:
    """Make a renaming last through a power cut, where the system can."""
    if hasattr(os, "O_DIRECTORY"):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
