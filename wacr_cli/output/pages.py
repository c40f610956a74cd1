"""A long transcript as a folder: a page for each month, and an index that names them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import datetime
from itertools import groupby
from pathlib import Path

from wacr_cli.core.errors import UsageError
from wacr_cli.core.models import Row
from wacr_cli.core.times import parse_sent_at
from wacr_cli.output.destinations import output_file
from wacr_cli.output.html import HtmlTranscript, make_index
from wacr_cli.output.transcript import Find, FindFile, heading, summarize

MAX_MESSAGES = 10_000
"""Messages of a page: more open slowly in a browser. A month that has more gets another page."""

_UNDATED = "undated"


class TranscriptPages:
    """Writes messages, oldest first, to a page for each month of their local times.

    Each page replaces an older one when it is complete, and the index comes last. Use it as a context.
    """

    def __init__(
        self,
        folder: Path,
        conversation: Row,
        now: Callable[[], datetime],
        find: Find,
        files: FindFile | None = None,
    ) -> None:
        self._folder = folder
        self._conversation = conversation
        self._now = now
        self._find = find
        self._files = files
        self._newest = self._month = self._label = ""
        self._part = 0
        self._counts: dict[str, int] = {}
        self._stack = ExitStack()
        self._page: HtmlTranscript | None = None

    def __enter__(self) -> TranscriptPages:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"--output: can't create the folder {str(self._folder)!r}: {error.strerror}", "Name another folder."
            ) from None
        return self

    def __exit__(self, *failure: object) -> None:
        self._stack.__exit__(*failure)  # type: ignore[arg-type]

    def write(self, rows: Sequence[Row]) -> None:
        """Write some messages."""
        for month, some in groupby(rows, self._find_month):
            listed = list(some)
            page = self._find_page(month)
            self._counts[self._label] += len(listed)
            page.write(listed)

    def _find_month(self, row: Row) -> str:
        """Return the month of a message, but never one before the last, whose page is complete."""
        self._newest = max(self._newest, _find_month(row))
        return self._newest

    def finish(self) -> None:
        """Complete the last page, and write the index."""
        self._end_page()
        with output_file(str(self._folder / "index.html")) as file:
            title, about = heading(self._conversation), summarize(self._conversation, self._now())
            file.write(make_index(title, about, [(_name_file(one), one, count) for one, count in self._counts.items()]))

    def _find_page(self, month: str) -> HtmlTranscript:
        """Return the page of a month that has room."""
        if self._page and month == self._month and self._counts[self._label] < MAX_MESSAGES:
            return self._page
        self._end_page()
        self._part = self._part + 1 if month == self._month else 1
        name = month or _UNDATED
        self._month, self._label = month, name if self._part == 1 else f"{name} ({self._part})"
        self._counts[self._label] = 0
        file = self._stack.enter_context(output_file(str(self._folder / _name_file(self._label))))
        self._page = HtmlTranscript(file, self._conversation, self._now, self._find, self._files, index="index.html")
        return self._page

    def _end_page(self) -> None:
        if self._page:
            self._page.finish()
            self._page = None
            self._stack.close()


def _name_file(label: str) -> str:
    return f"{label.replace(' (', '-').rstrip(')')}.html"


def _find_month(row: Row) -> str:
    """Return the local month of a message, empty where it has no time."""
    moment = parse_sent_at(row.get("sent_at"))
    with suppress(OverflowError):  # a year that no time zone reaches
        moment = moment.astimezone() if moment else None
    return f"{moment.year:04}-{moment.month:02}" if moment else ""
