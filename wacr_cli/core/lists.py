"""Queries for lists of the API other than messages: what those for contacts, templates and notes have in common."""

from __future__ import annotations

from dataclasses import dataclass

from wacr_cli.core.query import RawFilter


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A query for the rows of the list at ``path``; ``noun`` is what they are called, in the plural.

    ``page`` selects that one page of ``per_page`` rows (the API's default where None); without it the query selects
    the first ``limit`` rows, or all where ``limit`` is None. ``sort`` has a leading ``-`` for descending.
    ``tie_breaks`` are the fields that make an order complete, so that every page has the same rows each time.
    """

    path: str
    noun: str
    tie_breaks: tuple[str, ...] = ()
    filters: tuple[RawFilter, ...] = ()
    search: str | None = None
    sort: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    page: int | None = None
    per_page: int | None = None
    limit: int | None = 30

    @property
    def full_sort(self) -> tuple[str, ...]:
        """The order with its tie-breaks."""
        missing = (name for name in self.tie_breaks if not {name, f"-{name}"} & set(self.sort))
        return (*self.sort, *missing)

    def describe(self) -> str:
        """Return the query in words."""
        parts = [self.noun, *(f"with {one}" for one in self.filters)]
        return ", ".join(parts + ([f"containing {self.search!r}"] if self.search is not None else []))
