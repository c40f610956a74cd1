"""The folder of files: each is written beside its place, then moved over it, under a name that wacr chooses."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.locks import lock_file
from wacr_cli.media.types import HEAD, FileType

_NAME = re.compile(r"-?[0-9]{1,19}\.[a-z0-9]{1,5}")
_PART = re.compile(r"\.-?[0-9]{1,19}\.wacr-part")
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True, slots=True)
class Part:
    """A file that is written completely but not in its place: its path, first bytes, size and hash."""

    path: Path
    head: bytes
    size: int
    sha256: str


class Folder:
    """A folder on disk. Nothing outside of it is written, whatever a message says, and no link in it is followed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Create the folder and keep other processes of wacr out of it.

        Raises :class:`UsageError` where it can't be written, :class:`~wacr_cli.core.errors.BusyError` where another
        one writes it.
        """
        with ExitStack() as stack:
            try:
                self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
                stack.enter_context(lock_file(self.path / ".wacr-lock", f"the folder {str(self.path)!r}"))
            except OSError as error:
                raise UsageError(
                    f"--to: can't write {str(self.path)!r}: {error.strerror}", "Name a folder that you can write to."
                ) from None
            for part in self.path.iterdir():  # what a killed run left
                if _PART.fullmatch(part.name):
                    part.unlink(missing_ok=True)
            yield

    @contextmanager
    def receive(self, number: int, chunks: Iterable[bytes]) -> Iterator[Part]:
        """Write the file of a message beside its place; it is removed unless :meth:`place` takes it.

        Raises :class:`WacrError` where the disk is full.
        """
        path = self.path / f".{number}.wacr-part"
        try:
            with _translate_errors(path):
                path.unlink(missing_ok=True)
                fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
            head, size, digest = b"", 0, hashlib.sha256()
            with os.fdopen(fd, "wb") as file:
                for chunk in chunks:
                    head += chunk[: HEAD - len(head)]
                    size += len(chunk)
                    digest.update(chunk)
                    with _translate_errors(path):
                        file.write(chunk)
                with _translate_errors(path):
                    file.flush()
                    os.fsync(file.fileno())
            yield Part(path, head, size, digest.hexdigest())
        finally:
            path.unlink(missing_ok=True)

    def place(self, number: int, part: Part, kind: FileType, before: str | None) -> str:
        """Move a file to its place and remove that of *before*, an older name; return its name."""
        name = f"{number}.{kind.extension}"
        with _translate_errors(part.path):
            part.path.replace(self.path / name)
            if before and before != name and is_name(before, number):
                (self.path / before).unlink(missing_ok=True)
        return name

    def measure(self, name: str) -> int | None:
        """Return the size of a file in bytes, None where there is no regular file."""
        try:
            found = (self.path / name).lstat()
        except OSError:
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def hash(self, name: str) -> str | None:
        """Return the SHA-256 of a file in hexadecimal, None where it can't be read."""
        try:
            with os.fdopen(os.open(self.path / name, os.O_RDONLY | _FLAGS), "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None


def is_name(name: object, number: int) -> bool:
    """Return whether *name* is one that a file of this message can have."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None and name.startswith(f"{number}.")


@contextmanager
def _translate_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WacrError(
            f"writing {str(path)!r} failed: {error.strerror}", "Is the disk full?", code="WRITE_FAILED"
        ) from None
