"""The cursor: a small file with what was seen, so that another run goes on where the last one ended."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from wacr_cli.core.errors import UsageError, WacrError
from wacr_cli.core.locks import lock_file
from wacr_cli.follow.reader import Position

_VERSION = 1


class Cursor:
    """What an earlier run saw, and where this one keeps what it sees; without a file it keeps nothing.

    *subject* says what is followed. ``position`` is that of the earlier run, None where there is none.
    """

    def __init__(self, path: Path | None, subject: str) -> None:
        self._path = path
        self._subject = subject
        self.position = None if path is None else _load(path, subject)

    def save(self, position: Position) -> None:
        """Replace the file in one step. Raises :class:`WacrError` where it can't be written."""
        if self._path is None:
            return
        values = {**asdict(position), "seen": [*position.seen]}
        text = json.dumps({"version": _VERSION, "subject": self._subject, "position": values}, separators=(",", ":"))
        part = self._path.with_name(f".{self._path.name}.wacr-part")
        try:
            with part.open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise WacrError(
                f"writing the cursor {str(self._path)!r} failed: {error.strerror}",
                "Is the disk full?",
                code="WRITE_FAILED",
            ) from None


@contextmanager
def open_cursor(path: Path | None, subject: str) -> Iterator[Cursor]:
    """Open the cursor in a file, which no other wacr may use meanwhile; None stands for no file.

    Raises :class:`UsageError` for a file that is not a cursor, or is one of another subject, and
    :class:`~wacr_cli.core.errors.BusyError` where another wacr uses it.
    """
    with ExitStack() as stack:
        if path is not None:
            try:
                stack.enter_context(lock_file(path.with_name(f".{path.name}.wacr-lock"), f"--cursor: {str(path)!r}"))
            except OSError as error:
                raise UsageError(
                    f"--cursor: can't write {str(path)!r}: {error.strerror}", "Name a file that you can write."
                ) from None
        yield Cursor(path, subject)


def _load(path: Path, subject: str) -> Position | None:
    """Return the position in a file, None where there is no file."""
    try:
        data = json.loads(path.read_bytes())
        position = _decode(data)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"--cursor: can't read {str(path)!r}: {error.strerror}", "Name another file.") from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UsageError(f"--cursor: {str(path)!r} is not a cursor of wacr", "Name another file.") from None
    if data["subject"] != subject:
        raise UsageError(
            f"--cursor: {str(path)!r} belongs to another query: {data['subject']}",
            "Use the same account and filters as before, or name another file.",
        )
    return position


def _decode(data: dict[str, Any]) -> Position:
    """Return the position. Raises :class:`ValueError` where a value is not what :meth:`Cursor.save` writes."""
    position = Position(**data["position"])
    numbers = [position.floor, position.searches, *position.seen, *position.front]
    if position.total is not None:
        numbers.append(position.total)
    if data["version"] != _VERSION or type(data["subject"]) is not str or {int} != set(map(type, numbers)):
        raise ValueError
    position.seen = dict.fromkeys(position.seen)
    return position
