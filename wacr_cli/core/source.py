"""Sources of messages: what can answer a :class:`~wacr_cli.core.query.Query`, such as the API or an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from wacr_cli.core.models import Row
from wacr_cli.core.query import Query


@dataclass(slots=True)
class Listing:
    """The result of a query as it is read: ``windows`` of rows, in order, and what is known so far.

    ``total`` is the number of rows that match, ``more`` whether there are more rows than were returned; both are None
    where that is unknown. After the last window, ``incomplete_reason`` says which rows are missing; it is empty where
    none is. ``late`` is how late a message may have been recorded, where the reading ended by that. ``note`` is what
    else a reader should know.
    """

    windows: Iterator[list[Row]] = field(default_factory=lambda: iter(()))
    total: int | None = None
    more: bool | None = None
    incomplete_reason: str = ""
    late: timedelta | None = None
    note: str = ""


class Source(Protocol):
    """Answers queries for messages; every failure is a :class:`~wacr_cli.core.errors.WacrError`."""

    def list_messages(self, query: Query) -> Listing:
        """Return the messages that match."""
        ...

    def count(self, query: Query) -> int:
        """Return the number of messages that match."""
        ...

    def get(self, number: int) -> Row:
        """Return one message with all its fields."""
        ...
