"""Export an archive to a folder, one file for each month, for a data warehouse; later only the months that changed.

The files are ``sent_month=2026-11/messages.parquet`` and so on, by UTC. A manifest beside them says which state of the
archive each file shows. All files are written to a staging folder first and moved into place when the last one is
complete: a failure before that leaves the folder unchanged.
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
from wacr_cli.core.locks import lock_file
from wacr_cli.core.models import Row

KINDS = ("parquet", "csv", "csv.gz", "jsonl", "jsonl.gz")
"""The formats of a file, by their endings."""

MANIFEST = "_wacr_export.json"
_VERSION = 1
_STAGING = ".wacr-part"
_LOCK = ".wacr-lock"
# What Hive and its successors take for null in a folder's name.
_NULL = "__HIVE_DEFAULT_PARTITION__"


class Writer(Protocol):
    """Writes messages to one file."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write messages, each with :data:`~wacr_cli.archive.months.FIELDS` and ``sent_us``."""
        ...

    def finish(self) -> None:
        """Write the end of the file."""
        ...


@dataclass(slots=True)
class Report:
    """What an export did: numbers of months, and of messages in them. ``bytes`` is the size of the files written."""

    messages: int = 0
    months: int = 0
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class _Manifest:
    """The origin and the format of a folder's files, and the mark, rows and bytes of each month."""

    origin: Any
    kind: str
    months: dict[str, dict[str, Any]] = field(default_factory=dict)


class Export:
    """One export to a folder.

    *make_writer* returns the writer for a file. *report_progress* is called with the number of messages written so far,
    and of all that will be.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        kind: str,
        make_writer: Callable[[BinaryIO], Writer],
        report_progress: Callable[[int, int], None] = lambda _written, _total: None,
    ) -> None:
        self._store = store
        self._folder = folder
        self._kind = kind
        self._make_writer = make_writer
        self._report_progress = report_progress
        self._written = self._total = 0
        self._report = Report()

    def run(self) -> Report:
        """Update the folder.

        Raises :class:`UsageError` for a folder with other files, and :class:`~wacr_cli.core.errors.BusyError` where
        another export writes it.
        """
        self._check_folder()
        with self._store.snapshot():
            origin = self._store.get_state("origin")
            with self._lock():
                self._update(self._read_manifest(origin))
        return self._report

    def _update(self, manifest: _Manifest) -> None:
        months = self._store.list_months()
        stale = [one for one in months if not self._is_current(one, manifest.months.get(one.label))]
        gone = manifest.months.keys() - {one.label for one in months}
        self._report.messages = sum(one.rows for one in months)
        self._report.months = len(months)
        self._report.unchanged = len(months) - len(stale)
        if not stale and not gone and (self._folder / MANIFEST).exists():
            return
        self._total = sum(one.rows for one in stale)
        with self._stage() as staging:
            sizes = {one.label: self._write_month(one, staging / f"{at}") for at, one in enumerate(stale)}
            new = {one.label: {"mark": one.mark, "rows": one.rows, "bytes": sizes[one.label]} for one in stale}
            # These files have no known state until all are in place: after a failure the next run replaces them.
            unknown = {label: entry | {"mark": ""} for label, entry in new.items()}
            self._write_manifest(staging, manifest.origin, manifest.months | unknown)
            self._move_into_place(staging, stale, gone)
            current = {label: entry for label, entry in (manifest.months | new).items() if label not in gone}
            self._write_manifest(staging, manifest.origin, dict(sorted(current.items())))
        self._report.written, self._report.removed = len(stale), len(gone)
        self._report.bytes = sum(sizes.values())

    def _move_into_place(self, staging: Path, stale: list[Month], gone: set[str]) -> None:
        for at, one in enumerate(stale):
            path = self._get_path(one.label)
            path.parent.mkdir(exist_ok=True)
            (staging / f"{at}").replace(path)
        for label in gone:
            path = self._get_path(label)
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()

    def _write_manifest(self, staging: Path, origin: Any, months: dict[str, dict[str, Any]]) -> None:
        manifest = {"version": _VERSION, "origin": origin, "kind": self._kind, "months": months}
        with (staging / MANIFEST).open("w", encoding="utf-8") as file:
            file.write(json.dumps(manifest, indent=1))
            file.flush()
            os.fsync(file.fileno())
        (staging / MANIFEST).replace(self._folder / MANIFEST)

    def _write_month(self, month: Month, path: Path) -> int:
        """Write the file of a month and return its size in bytes."""
        with path.open("wb") as file:
            writer = self._make_writer(file)
            for rows in self._store.read_month(month):
                writer.write(rows)
                self._written += len(rows)
                self._report_progress(self._written, self._total)
            writer.finish()
            file.flush()
            os.fsync(file.fileno())
        return path.stat().st_size

    def _get_path(self, label: str) -> Path:
        return self._folder / f"sent_month={label if label != NO_MONTH else _NULL}" / f"messages.{self._kind}"

    def _is_current(self, month: Month, entry: dict[str, Any] | None) -> bool:
        """Whether the file of a month is there as it was written, and the month has not changed."""
        if entry is None or entry.get("mark") != month.mark:
            return False
        file = self._get_path(month.label)
        return file.is_file() and file.stat().st_size == entry.get("bytes")

    # The folder.

    def _check_folder(self) -> None:
        """Raise :class:`UsageError` for a folder that is neither an export nor empty nor missing."""
        if self._folder.exists() and not self._folder.is_dir():
            raise UsageError(f"--to: {str(self._folder)!r} is not a folder", "Name a folder, which may be a new one.")
        if not self._folder.exists() or (self._folder / MANIFEST).exists():
            return
        others = sorted(path.name for path in self._folder.iterdir() if path.name not in (_STAGING, _LOCK))
        if others:
            raise UsageError(
                f"--to: {str(self._folder)!r} has other files, such as {others[0]!r}",
                "Name a new or empty folder, or one that wacr archive export wrote.",
            )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the folder's lock. Create the folder, and remove it again where it stays empty."""
        new = not self._folder.exists()
        try:
            with ExitStack() as stack:
                try:
                    self._folder.mkdir(parents=True, exist_ok=True)
                    stack.enter_context(lock_file(self._folder / _LOCK, f"the export {str(self._folder)!r}"))
                except OSError as error:
                    raise UsageError(
                        f"--to: can't write {str(self._folder)!r}: {error.strerror}",
                        "Name a folder that you can write.",
                    ) from None
                yield
        finally:
            if new and self._folder.is_dir() and not any(self._folder.iterdir()):
                self._folder.rmdir()

    @contextmanager
    def _stage(self) -> Iterator[Path]:
        """Create the staging folder, and remove it at the end of the block."""
        staging = self._folder / _STAGING
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)

    def _read_manifest(self, origin: Any) -> _Manifest:
        """Return the folder's manifest. Raises :class:`UsageError` for one of another account or format."""
        path = self._folder / MANIFEST
        if not path.exists():
            return _Manifest(origin, self._kind)
        try:
            content = json.loads(path.read_bytes())
            months = {str(label): dict(entry) for label, entry in content["months"].items()}
            manifest = _Manifest(content["origin"], content["kind"], months)
            version = int(content["version"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UsageError(
                f"--to: {str(path)!r} is not a valid manifest", "Remove the folder, or name another one."
            ) from None
        folder = f"--to: {str(self._folder)!r}"
        if version > _VERSION:
            raise UsageError(f"{folder} was written by a newer wacr", "Upgrade wacr, or name another folder.")
        if manifest.origin != origin:
            raise UsageError(f"{folder} is the export of another account: {manifest.origin}", "Name another folder.")
        if manifest.kind != self._kind:
            raise UsageError(f"{folder} has {manifest.kind} files, not {self._kind}", "Name another folder.")
        return manifest
