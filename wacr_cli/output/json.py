"""JSON: one array of objects, or an object a line; the API's own fields with its own types."""

from __future__ import annotations

import json
from collections.abc import Sequence

from wacr_cli.core.errors import BadAnswerError
from wacr_cli.core.models import Row
from wacr_cli.output.destinations import Sink
from wacr_cli.output.sanitize import json_safe

_COMPACT = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_PRETTY = json.JSONEncoder(ensure_ascii=False, allow_nan=False, indent=2)


def encode(value: object, *, pretty: bool = False) -> str:
    """A JSON text, on one line unless ``pretty``, that acts on no terminal."""
    try:
        return json_safe((_PRETTY if pretty else _COMPACT).encode(value))
    except RecursionError:
        raise BadAnswerError("a row's JSON is nested too deep", "Leave that field out with --fields.") from None


def select_fields(rows: Sequence[Row], columns: Sequence[str] | None) -> Sequence[Row]:
    """The rows with the columns asked for alone, in that order; whole where none were."""
    return [{name: row.get(name) for name in columns} for row in rows] if columns else rows


class JsonLines:
    """An object a line."""

    def __init__(self, sink: Sink, columns: Sequence[str] | None) -> None:
        self._sink = sink
        self._columns = columns

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        self._sink.write("".join([encode(row) + "\n" for row in select_fields(rows, self._columns)]))

    def finish(self) -> None:
        """Nothing follows the last line."""


class JsonArray:
    """One array, written as the rows come; an array that is not closed is one that was interrupted."""

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
    """One object: what is said of the rows, and the rows as an array in it, written as they come."""

    def __init__(self, sink: Sink, about: str, known: Row, name: str) -> None:
        self._sink = sink
        self._rows = JsonArray(sink, None)
        self._before = f"{{{encode(about)}: {encode(known)}, {encode(name)}: "

    def write(self, rows: Sequence[Row]) -> None:
        """Write some rows."""
        self._begin()
        self._rows.write(rows)

    def finish(self) -> None:
        """Close the array, and what it stands in."""
        self._begin()
        self._rows.finish()
        self._sink.write("}\n")

    def _begin(self) -> None:
        self._sink.write(self._before)
        self._before = ""


class JsonObject:
    """One object alone."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, rows: Sequence[Row]) -> None:
        """Write the row."""
        for row in rows:
            self._sink.write(encode(row, pretty=self._sink.is_terminal) + "\n")

    def finish(self) -> None:
        """Nothing follows."""
