"""Write messages as Parquet, typed, in row groups that limit the memory used."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, BinaryIO

from wacr_cli.archive.months import FIELDS
from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at, to_microseconds

try:
    import pyarrow as pa
    from pyarrow import parquet as pq
except ImportError:
    raise UsageError(
        "--as parquet needs pyarrow", "Run pip install 'wacr-cli[parquet]', or use --as csv or --as jsonl."
    ) from None

_GROUP_ROWS = 50_000
_GROUP_BYTES = 16 * 2**20
"""A row group ends after this many rows, or this many bytes of text."""

_DICTIONARY_FIELDS = ("type", "status", "direction")
_TIME = pa.timestamp("us", tz="UTC")
_DICTIONARY = pa.dictionary(pa.int32(), pa.string())
_TYPES = {
    "id": pa.int64(),
    "interaction_id": pa.int64(),
    "type": _DICTIONARY,
    "status": _DICTIONARY,
    "direction": _DICTIONARY,
    "is_read": pa.bool_(),
    "sent_at": _TIME,
    "first_seen_at": _TIME,
    "changed_at": _TIME,
    "deleted_at": _TIME,
}
SCHEMA = pa.schema([pa.field(name, _TYPES.get(name, pa.string()), nullable=name != "id") for name in FIELDS])


class Parquet:
    """Writes one Parquet file."""

    def __init__(self, file: BinaryIO) -> None:
        self._writer = pq.ParquetWriter(file, SCHEMA, compression="zstd", use_dictionary=list(_DICTIONARY_FIELDS))
        self._rows: list[Row] = []
        self._bytes = 0

    def write(self, rows: Sequence[Row]) -> None:
        """Add messages, and write them once they fill a row group."""
        self._rows += rows
        self._bytes += sum(len(row["message"] or "") for row in rows)
        if len(self._rows) >= _GROUP_ROWS or self._bytes >= _GROUP_BYTES:
            self._write_group()

    def finish(self) -> None:
        """Write the last row group and the end of the file."""
        if self._rows:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        columns = [_build_column(name, self._rows) for name in FIELDS]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=SCHEMA), row_group_size=len(self._rows))
        self._rows = []
        self._bytes = 0


def _build_column(name: str, rows: Sequence[Row]) -> Any:
    kind = SCHEMA.field(name).type
    if name == "sent_at":
        return pa.array([row["sent_us"] for row in rows], kind)
    values = [row[name] for row in rows]
    if kind == _TIME:
        return pa.array([_parse_time(value) for value in values], kind)
    if name in ("id", "interaction_id", "is_read"):
        return pa.array(values, kind)
    texts = pa.array(
        [value if value is None or isinstance(value, str) else str(value) for value in values], pa.string()
    )
    return texts.dictionary_encode() if name in _DICTIONARY_FIELDS else texts


@lru_cache(maxsize=1024)
def _parse_time(value: str | None) -> int | None:
    """Return a time in microseconds. It is cached: all messages of one page of a sync have the same."""
    moment = parse_sent_at(value)
    return None if moment is None else to_microseconds(moment)
