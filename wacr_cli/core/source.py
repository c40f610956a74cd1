"""What can answer a :class:`~wacr_cli.core.query.Query`: the API, the sample workspace, an archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from wacr_cli.core.models import Row
from wacr_cli.core.query import Query


@dataclass(slots=True)
class Listing:
    """An answer as it comes: ``windows`` of rows, in order, and what is known of it so far.

    ``total`` is how many rows match, ``more`` whether there are more than were given; both None where
    that is not known. ``shortfall`` says what is missing once the windows are through, empty where nothing is.
    """

    windows: Iterator[list[Row]] = field(default_factory=lambda: iter(()))
    total: int | None = None
    more: bool | None = None
    shortfall: str = ""


class Source(Protocol):
    """Answers questions about messages; every failure is a :class:`~wacr_cli.core.errors.WacrError`."""

    def ask(self, query: Query) -> Listing:
        """The messages that match."""
        ...

    def count(self, query: Query) -> int:
        """How many there are."""
        ...

    def get(self, number: int) -> Row:
        """One message with all its fields."""
        ...
