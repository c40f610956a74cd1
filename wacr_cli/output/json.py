"""JSON: one array of objects, or one object on each line, with the API's own fields and types."""

from __future__ import annotations

import json
from collections.abc import Sequence

from wacr_cli.core.errors import BadResponseError
from wacr_cli.core.models import Row
from wacr_cli.output.destinations import Sink
from wacr_cli.output.sanitize import json_safe

_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_PRETTY = json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=2)


def encode(value: object, *, pretty: bool = False) -> str:
    """Return a value as JSON, on one line unless ``pretty``, safe to print on a terminal."""
    try:
        return json_safe((_PRETTY if pretty else _COMPACT).encode(value))
    except RecursionError:
        raise BadResponseError("the JSON of a row is nested too deeply", "Choose other fields with --fields.") from None


def select_fields(rows: Sequence[Row], columns: Sequence[str] | None) -> Sequence[Row]:
    """Return the rows with only the given columns, in that order; unchanged where there are none."""
    return [{name: row.get(name) for name in columns} for row in rows] if columns else rows


class JsonLines:
    """One object on each line."""

    def __init__(self, sink: Sink, columns: Sequence[str] | None) -> None:
        self._sink = sink
        self._columns = columns

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        self._sink.write("".join([encode(row) + "\n" for row in select_fields(rows, self._columns)]))

    def finish(self) -> None:
        """Nothing follows the last line."""


class JsonArray:
    """One array, written as the rows come; an array that is not closed was interrupted."""

    def __init__(self, sink: Sink, columns: Sequence[str] | None) -> None:
        self._sink = sink
        self._columns = columns
        self._before = "[\n"

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        pretty = self._sink.is_terminal
        texts = [encode(row, pretty=pretty) for row in select_fields(rows, self._columns)]
        if texts:
            self._sink.write(self._before + ",\n".join(texts))
            self._before = ",\n"

    def finish(self) -> None:
        """Close the array."""
        self._sink.write("[]\n" if self._before == "[\n" else "\n]\n")


class JsonDocument:
    """One object: a description, and the rows as an array in it, written as they come."""

    def __init__(self, sink: Sink, key: str, description: Row, rows_key: str) -> None:
        self._sink = sink
        self._rows = JsonArray(sink, None)
        self._before = f"{{{encode(key)}: {encode(description)}, {encode(rows_key)}: "

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        self._begin()
        self._rows.write(rows)

    def finish(self) -> None:
        """Close the array and the object."""
        self._begin()
        self._rows.finish()
        self._sink.write("}\n")

    def _begin(self) -> None:
        self._sink.write(self._before)
        self._before = ""


class JsonObject:
    """A single object."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, rows: Sequence[Row]) -> None:
        """Write the row."""
        for row in rows:
            self._sink.write(encode(row, pretty=self._sink.is_terminal) + "\n")

    def finish(self) -> None:
        """Nothing follows."""
