"""Carry an archive out to a folder, a file for each month, as warehouses read it; later only the months that changed.

The folder is ``sent_month=2026-11/messages.parquet`` and the like, by UTC. Beside them a note says which state of the
archive each file shows. All files are made in a folder of their own first, and take their places when the last one is
whole: what fails on the way leaves the folder as it was.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from wacr_cli.archive.months import NO_MONTH, Month
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UsageError
from wacr_cli.core.locks import held
from wacr_cli.core.models import Row

KINDS = ("parquet", "csv", "csv.gz", "jsonl", "jsonl.gz")
"""The forms a file may have, by their endings."""

NOTE = "_wacr_export.json"
_VERSION = 1
_MAKING = ".wacr-part"
_LOCK = ".wacr-lock"
# What Hive, and all who came after it, take for null in a folder's name.
_NULL = "__HIVE_DEFAULT_PARTITION__"


class Writer(Protocol):
    """Writes messages into one file."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write some of them, each with :data:`~wacr_cli.archive.months.FIELDS` and ``sent_us``."""
        ...

    def finish(self) -> None:
        """Write what comes after the last."""
        ...


@dataclass(slots=True)
class Report:
    """What an export did: months, and messages in them; ``bytes`` is the size of what was written."""

    messages: int = 0
    months: int = 0
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class _Noted:
    """What the note says of a folder: whose it is, in which form, and of each month its mark, rows and bytes."""

    origin: Any
    kind: str
    months: dict[str, dict[str, Any]] = field(default_factory=dict)


class Export:
    """One export to a folder. ``writer`` makes the writer of a file; ``tell`` hears how many messages are written."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        kind: str,
        writer: Callable[[BinaryIO], Writer],
        tell: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._folder = folder
        self._kind = kind
        self._writer = writer
        self._tell = tell
        self._report = Report()

    def run(self) -> Report:
        """Bring the folder up to date.

        Raises :class:`UsageError` for a folder that holds something else,
        :class:`~wacr_cli.core.errors.BusyError` where another export writes it.
        """
        self._check_folder()
        with self._store.snapshot():
            origin = self._store.state("origin")
            with self._held():
                noted = self._noted(origin)
                self._bring_up_to_date(noted)
        return self._report

    def _bring_up_to_date(self, noted: _Noted) -> None:
        months = self._store.months()
        stale = [one for one in months if not self._is_current(one, noted.months.get(one.label))]
        gone = noted.months.keys() - {one.label for one in months}
        self._report.messages = sum(one.rows for one in months)
        self._report.months = len(months)
        self._report.unchanged = len(months) - len(stale)
        if not stale and not gone and (self._folder / NOTE).exists():
            return
        with self._making() as making:
            sizes = {one.label: self._make(one, making / f"{at}") for at, one in enumerate(stale)}
            new = {one.label: {"mark": one.mark, "rows": one.rows, "bytes": sizes[one.label]} for one in stale}
            # First that these files are of no known state: whoever takes up from here writes or removes them.
            self._note(
                making, noted.origin, noted.months | {label: entry | {"mark": ""} for label, entry in new.items()}
            )
            self._put_in_place(making, stale, gone)
            all_ = {label: entry for label, entry in (noted.months | new).items() if label not in gone}
            self._note(making, noted.origin, dict(sorted(all_.items())))
        self._report.written, self._report.removed = len(stale), len(gone)
        self._report.bytes = sum(sizes.values())

    def _put_in_place(self, making: Path, stale: list[Month], gone: set[str]) -> None:
        for at, one in enumerate(stale):
            place = self._file(one.label)
            place.parent.mkdir(exist_ok=True)
            (making / f"{at}").replace(place)
        for label in gone:
            self._file(label).unlink(missing_ok=True)
            if self._file(label).parent.is_dir() and not any(self._file(label).parent.iterdir()):
                self._file(label).parent.rmdir()

    def _note(self, making: Path, origin: Any, months: dict[str, dict[str, Any]]) -> None:
        note = {"version": _VERSION, "origin": origin, "kind": self._kind, "months": months}
        with (making / NOTE).open("w", encoding="utf-8") as file:
            file.write(json.dumps(note, indent=1))
            file.flush()
            os.fsync(file.fileno())
        (making / NOTE).replace(self._folder / NOTE)

    def _make(self, month: Month, path: Path) -> int:
        """Write a month's file; its size in bytes."""
        with path.open("wb") as file:
            writer = self._writer(file)
            for rows in self._store.of_month(month):
                writer.write(rows)
                self._tell(len(rows))
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        return path.stat().st_size

    def _file(self, label: str) -> Path:
        return self._folder / f"sent_month={label if label != NO_MONTH else _NULL}" / f"messages.{self._kind}"

    def _is_current(self, month: Month, entry: dict[str, Any] | None) -> bool:
        """Whether a month's file is there, as it was written, of the month as it is."""
        if entry is None or entry.get("mark") != month.mark:
            return False
        file = self._file(month.label)
        return file.is_file() and file.stat().st_size == entry.get("bytes")

    # The folder.

    def _check_folder(self) -> None:
        """See that the folder is an export, or empty, or yet to be."""
        if self._folder.exists() and not self._folder.is_dir():
            raise UsageError(f"--to: {str(self._folder)!r} is no folder", "Name a folder, which may be new.")
        if not self._folder.exists() or (self._folder / NOTE).exists():
            return
        others = sorted(path.name for path in self._folder.iterdir() if path.name not in (_MAKING, _LOCK))
        if others:
            raise UsageError(
                f"--to: {str(self._folder)!r} holds something else: {others[0]!r}",
                "Name a folder that is new or empty, or that an earlier export made.",
            )

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Have the folder, alone."""
        new = not self._folder.exists()
        try:
            with ExitStack() as stack:
                try:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    stack.enter_context(held(self._folder / _LOCK, f"the export {str(self._folder)!r}"))
                except OSError as error:
                    raise UsageError(
                        f"--to: can't write {str(self._folder)!r}: {error.strerror}",
                        "Name a folder that you may write to.",
                    ) from None
                yield
        finally:
            if new and self._folder.is_dir() and not any(self._folder.iterdir()):
                self._folder.rmdir()

    @contextmanager
    def _making(self) -> Iterator[Path]:
        """The folder in which files are made, which goes whatever happens."""
        making = self._folder / _MAKING
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir()
        try:
            yield making
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def _noted(self, origin: Any) -> _Noted:
        """What the folder's note says; raises :class:`UsageError` where the folder is not of this export's kind."""
        path = self._folder / NOTE
        if not path.exists():
            return _Noted(origin, self._kind)
        try:
            note = json.loads(path.read_bytes())
            months = {str(label): dict(entry) for label, entry in note["months"].items()}
            noted = _Noted(note["origin"], note["kind"], months)
            version = int(note["version"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UsageError(
                f"--to: {str(path)!r} is not what an export wrote", "Remove the folder, or name another one."
            ) from None
        if version > _VERSION:
            raise UsageError(f"--to: {str(self._folder)!r} is of a newer wacr", "Bring wacr up to date.")
        if noted.origin != origin:
            raise UsageError(
                f"--to: {str(self._folder)!r} is the export of another account: {noted.origin}", "Name another folder."
            )
        if noted.kind != self._kind:
            raise UsageError(
                f"--to: {str(self._folder)!r} is an export as {noted.kind}, not as {self._kind}", "Name another folder."
            )
        return noted
