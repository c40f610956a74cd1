"""Names of contacts by phone number, from the API, with as few calls as possible."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from wacr_cli.api.lists import Contacts, list_contacts
from wacr_cli.core.contacts import ContactQuery, extract_digits, get_name
from wacr_cli.core.models import PER_PAGE_MAX, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.source import Listing

NEWEST_FIRST = ContactQuery(sort=("-id",), limit=None)
"""The order in which contacts are read: a current sender is likely to be new."""

_MANY_PAGES = 50


class ApiNames:
    """Finds names among the contacts, and remembers what it read.

    A single number is searched for. For more, the first hundred contacts are read, which are all of most accounts. The
    numbers that are not among them are searched for, one call each, as long as that takes fewer calls than reading on.
    Where phone numbers contain blanks or signs, so that a search for digits can miss them, all contacts are read.
    """

    def __init__(self, client: Contacts) -> None:
        self._client = client
        self._known: dict[str, str] = {}
        self._listing = Listing()
        self._windows: Iterator[list[Row]] | None = None
        self._whole = False
        self._spaced = False
        self._read = 0
        self._searches = 0
        self._not_found = ""

    def names_for(self, numbers: Iterable[str]) -> Mapping[str, str]:
        """Return the known names by the digits of the numbers."""
        wanted = {digits for number in numbers if (digits := extract_digits(number))}
        if len(self._missing(wanted)) == 1 and self._windows is None:
            self._search(self._missing(wanted)[0])
        if self._missing(wanted) and self._windows is None:
            self._start()
        if missing := self._missing(wanted):
            if self._spaced or self._searches + len(missing) > self._pages_left():
                self._read_on(wanted)
            else:
                for digits in missing:
                    self._search(digits)
        return {digits: name for digits in wanted if (name := self._known.get(digits))}

    def _missing(self, wanted: Iterable[str]) -> list[str]:
        return [] if self._whole else sorted(set(wanted) - self._known.keys())

    def _start(self) -> None:
        self._listing = list_contacts(self._client, NEWEST_FIRST, Progress())
        self._windows = iter(self._listing.windows)
        self._read_window()
        # Where the API does not say whether more follows, a page that is not full is the last.
        self._whole = self._listing.more is False or (self._listing.more is None and self._read < PER_PAGE_MAX)
        if self._not_found and not self._spaced:
            self._known.setdefault(self._not_found, "")

    def _read_on(self, wanted: set[str]) -> None:
        while self._missing(wanted) and self._read_window():
            pass

    def _read_window(self) -> bool:
        """Read the next window of the contacts; return whether there was one."""
        rows = next(self._windows, None) if self._windows is not None else None
        if rows is None:
            self._whole = True
            return False
        self._read += len(rows)
        self._remember(rows)
        return True

    def _pages_left(self) -> int:
        total = self._listing.total
        return _MANY_PAGES if total is None else -(-(total - self._read) // PER_PAGE_MAX)

    def _search(self, digits: str) -> None:
        self._searches += 1
        page = self._client.contacts([("search", digits), ("page", "1"), ("per_page", str(PER_PAGE_MAX))])
        self._remember(page.rows)
        if self._windows is not None:
            self._known.setdefault(digits, "")
        else:
            self._not_found = digits

    def _remember(self, rows: Iterable[Row]) -> None:
        for row in rows:
            phone = row.get("phone")
            if digits := extract_digits(phone):
                self._known.setdefault(digits, get_name(row))
                self._spaced = self._spaced or digits != str(phone).strip().removeprefix("+")
