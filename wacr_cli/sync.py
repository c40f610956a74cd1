"""Keep an archive like the service's list, in as few calls as prove that it is.

Each message is read under the filter of its direction, which no row tells. For each direction, in this order:

1. **The walk of the whole list**, newest first, once: it stands end to end, since newest first every window shows by
   itself whether a row slipped past its border (see :mod:`wacr_cli.api.walk`; oldest first no answer could). Each
   window is kept in one transaction with the :class:`~wacr_cli.api.walk.Checkpoint` that the next run goes on from,
   and its ids are marked as *seen*. From then on the archive holds all that is older than its newest message.
2. **Catching up**: windows from the newest end down to messages that the archive had. New ones are *pending* until
   that link is there; a run that ends before leaves them so, and the next one reads down to what is settled. Where the
   last window shares no row with the one before, what went while it was selected shows in no answer to it: the link
   holds if the list is seen to have stood still in the search that follows, else it is read again, linked.
3. **What changed**: by ``-updated_at``, from the front until whole windows hold nothing that the archive did not have
   with the same values. Only messages that are as they were when the last search began are evidence: what came or
   changed since then, in this run or in one that was cut off, stands before all that is still to be found. (Of a first
   copy, those of its first window are.) When many came in, the window behind as many rows as are new tells whether
   anything else is among them. The service does not show updated_at, so this is no proof; a walk of the whole list
   (``full``) is, and what that does not see was deleted.

Before that the list without a filter is counted: what is neither inbound nor outbound is read without one. Where the
service does not count, that list is read to what is known.

An archive is of one account. Whoever's token it is: as long as no window shares a message with the archive, none is
kept, and before long single messages are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from wacr_cli.api.envelope import Page
from wacr_cli.api.params import Params, list_params, window_params
from wacr_cli.api.walk import Answer, Checkpoint, Walk, Window
from wacr_cli.archive.store import Store, UpsertResult
from wacr_cli.core.errors import AuthError, BadAnswerError, NotFoundError, UsageError
from wacr_cli.core.models import DIRECTIONS, PER_PAGE_MAX, Row
from wacr_cli.core.progress import Progress
from wacr_cli.core.query import Query
from wacr_cli.core.times import Clock

_LINK = 10
"""Rows: so many settled ones in a row, at the end of a window, are a link to the archive."""

_QUIET = 2
"""Windows without a change that end the search for changes; the one that is the first after a first copy needs one."""

_FULL_IS_FRESH = timedelta(days=1)
_CONTACTS_ARE_FRESH = timedelta(days=1)
_FEW = 20
_UNKNOWN = 10
"""Windows without a message that the archive has, after which it is asked whose they are."""

_LONG_AGO = datetime.fromtimestamp(0, UTC)


class Endpoints(Protocol):
    """What is asked of a client."""

    def messages(self, params: Params, *, with_ids: bool = True) -> Page:
        """One window of the messages."""
        ...

    def message(self, number: int) -> Row:
        """One message."""
        ...

    def contacts(self, params: Params, *, with_ids: bool = True) -> Page:
        """One window of the contacts."""
        ...


@dataclass(slots=True)
class Report:
    """What a sync did: numbers of messages. ``complete`` says that none is missing, ``missing`` what is."""

    new: int = 0
    changed: int = 0
    deleted: int = 0
    complete: bool = True
    newest_sent_at: str | None = None
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _WholeWalk:
    """A walk of the whole list of a direction: whether it was walked before, when this began, what it covers."""

    direction: str
    again: bool
    started: str
    walk: Walk
    covered: int = 0

    @property
    def next_window(self) -> Window:
        """What to ask for first."""
        return self.walk.window or Window(1, PER_PAGE_MAX)


@dataclass(slots=True)
class _Caught:
    """What catching up brought: the ids that are new; whether the whole list was read, and whether the link is sure."""

    new: list[int] = field(default_factory=list)
    whole: bool = False
    sure: bool = False


class Sync:
    """One run. ``full`` walks everything again; ``contacts`` says whether people's names are wanted too."""

    def __init__(
        self,
        client: Endpoints,
        store: Store,
        clock: Clock,
        progress: Progress,
        *,
        origin: str,
        full: bool = False,
        contacts: bool = True,
    ) -> None:
        self._client = client
        self._store = store
        self._clock = clock
        self._progress = progress
        self._origin = origin
        self._full = full
        self._contacts = contacts
        self._report = Report()
        self._totals: dict[str | None, int] = {}
        self._read = 0
        self._expected: int | None = None
        self._people = UpsertResult()
        self._latest = _LONG_AGO
        self._moved: set[str | None] = set()
        self._is_ours = False

    def run(self) -> Report:
        """Bring the archive up to date; what was read before a failure is kept.

        Raises :class:`~wacr_cli.core.errors.BusyError` where another sync writes it, and what client and store raise.
        """
        with self._store.exclusive():
            still = self._read_whole_lists()
            total = self._count() if self._store.get_state("counts") is not False else None
            for direction in DIRECTIONS:
                if self._is_whole(direction):
                    self._bring_up_to_date(direction, still.get(direction))
            self._read_undirected(total)
            self._report.complete = not self._report.missing
            self._note_end()
            if self._contacts:
                self._read_contacts()
        self._report.newest_sent_at = self._store.info().newest_sent_at
        return self._report

    def _is_whole(self, direction: str) -> bool:
        return bool(self._store.get_state(f"whole.{direction}"))

    def _check_origin(self) -> None:
        """Keep the messages of two services apart."""
        origin = self._store.get_state("origin")
        if origin is None:
            with self._store.transaction():
                self._store.set_state("origin", self._origin)
        elif origin != self._origin:
            raise UsageError(
                f"the archive {self._store.location!r} is of {origin}, not of {self._origin}",
                "Name another place for this one: --archive-at, WACR_ARCHIVE, or the profile's archive.",
            )

    def _note_end(self) -> None:
        synced = self._store.get_state("synced") or {}
        now = self._now()
        since = synced.get("since") or (now if self._report.complete else None)
        with self._store.transaction():
            self._store.set_state("synced", {"at": now, "complete": self._report.complete, "since": since})

    # The whole list.

    def _read_whole_lists(self) -> dict[str, bool]:
        """Walk the list of each direction that was not walked yet, or of both anew.

        The directions that were walked, with whether their lists stood still meanwhile. The first window of each is
        asked for before anything is stored, to see that the service heeds the filter.
        """
        pages = {} if self._store.exists else {one: self._ask(one, Window(1, PER_PAGE_MAX)) for one in DIRECTIONS}
        _check_apart(pages)
        self._store.prepare()
        self._check_origin()
        self._begin_after_earlier_runs()
        walks = [self._begin(one) for one in DIRECTIONS if self._full or not self._is_whole(one)]
        if not pages:
            pages = {one.direction: self._ask(one.direction, one.next_window) for one in walks}
            _check_apart(pages)
        if all(one.direction in self._totals for one in walks):
            self._expected = sum(self._totals[one.direction] - one.covered for one in walks)
        for one in walks:
            if one.covered and not self._recognize(pages[one.direction].rows):
                self._ask_whose()
            self._keep(one, pages[one.direction])
        done = [self._proved(self._walked(one)) for one in walks]
        return {one.direction: one.walk.still for one in done if one.walk.complete}

    def _walked(self, one: _WholeWalk) -> _WholeWalk:
        """A walk, read to its end."""
        while window := one.walk.window:
            self._keep(one, self._ask(one.direction, window))
        self._end(one)
        return one

    def _proved(self, one: _WholeWalk) -> _WholeWalk:
        """A walk that proves what was deleted: of what an earlier run has seen, some may be gone by now."""
        here = self._store.count_direction(one.direction)
        if not (self._full and one.covered and one.walk.complete) or self._totals.get(one.direction) == here:
            return one
        return self._walked(self._begin(one.direction))

    def _begin(self, direction: str) -> _WholeWalk:
        """The walk of the whole list: that which an earlier run left, or a new one."""
        again = self._is_whole(direction)
        left = self._store.get_state(f"walk.{direction}")
        if left and not (again and self._age(left["started"]) > _FULL_IS_FRESH):
            covered = self._store.marked("seen", direction)
            walk = Walk(resumed=(_checkpoint(left["checkpoint"]), covered))
            return _WholeWalk(direction, again, left["started"], walk, len(covered))
        with self._store.transaction():
            self._store.unmark("seen", direction)
        return _WholeWalk(direction, again, self._now(), Walk())

    def _keep(self, one: _WholeWalk, page: Page) -> None:
        """Store a window, and where the walk stands after it."""
        rows = one.walk.take(_answer(page))
        with self._store.transaction():
            taken = self._take(page.rows, one.direction)
            self._store.mark("seen", (row["id"] for row in rows), one.direction)
            self._store.unmark("seen", one.direction, one.walk.withdrawn)
            if one.again:
                self._store.mark("pending", taken.new, one.direction)
            where = {"started": one.started, "checkpoint": asdict(one.walk.checkpoint)}
            self._store.set_state(f"walk.{one.direction}", where)
            if not one.again and self._store.get_state(f"changes.{one.direction}") is None:
                self._store.set_state(f"changes.{one.direction}", {"at": _text(self._latest), "first": True})
        self._tell(len(rows))

    def _end(self, one: _WholeWalk) -> None:
        """Note that a walk is through, and what it proves."""
        now = self._now()
        with self._store.transaction():
            self._store.set_state(f"walk.{one.direction}", None)
            self._store.unmark("seen", one.direction)
            if one.walk.complete:
                self._store.unmark("pending", one.direction)
                self._store.set_state(f"whole.{one.direction}", {"since": one.started, "at": now})
                self._report.deleted += self._store.mark_deleted(one.direction, one.started, now)
            else:
                self._lack(one.direction, one.walk)

    # What is new, and what changed.

    def _bring_up_to_date(self, direction: str, still: bool | None) -> None:
        """Read what came in and what changed; ``still`` is of the walk of this run, None where there was none."""
        if still:
            if self._find_changes(direction, ()):
                self._catch_up(direction, linked=True)
            return
        started, caught = self._now(), self._catch_up(direction)
        if caught.whole:
            if caught.sure:
                self._note_search(direction, started)
            return
        self._moved.discard(direction)
        found = self._find_changes(direction, caught.new)
        if not caught.sure and (found or direction in self._moved):
            self._catch_up(direction, linked=True)
        elif not caught.sure:
            with self._store.transaction():
                self._store.unmark("pending", direction)

    def _catch_up(self, direction: str, *, linked: bool = False) -> _Caught:
        """Read from the newest end down to what is settled; ``linked`` has every window share rows with the last."""
        walk, caught = Walk(linked=linked or None), _Caught()
        unknown: list[Page] = []
        for page, _ in self._windows(walk, direction):
            settled = self._store.settled([row["id"] for row in page.rows], direction)
            unknown += [page] * bool(page.rows)
            if not self._recognize(page.rows) and unknown and (walk.window is None or len(unknown) > _UNKNOWN):
                self._ask_whose()
            if self._is_ours:
                caught.new += [one for held in unknown for one in self._take_pending(held.rows, direction).new]
                unknown.clear()
            self._tell(len(page.rows) - len(settled))
            if walk.window is None or (walk.took and _is_linked(page.rows, settled)):
                break
        caught.whole = walk.window is None
        caught.sure = walk.complete or (not caught.whole and walk.checkpoint.sure)
        if caught.sure:
            with self._store.transaction():
                self._store.unmark("pending", direction)
        elif caught.whole:
            self._lack(direction, walk)
        return caught

    def _find_changes(self, direction: str, new: Sequence[int]) -> bool:
        """Read what was updated last, until so many windows in a row bring no change; whether any message was new.

        ``new`` are the ids that this run brought: they stand there too, and say nothing.
        """
        started = self._now()
        # Of a first copy, the messages of one window are evidence, and not of two.
        quiet = 1 if (self._store.get_state(f"changes.{direction}") or {}).get("first") else _QUIET
        if len(new) > PER_PAGE_MAX - _LINK and self._is_quiet_behind(direction, frozenset(new), quiet):
            self._note_search(direction, started)
            return False
        left, found, walk = quiet, False, Walk(by_updated=True)
        for page, _ in self._windows(walk, direction, sort="-updated_at"):
            taken = self._take_pending(page.rows, direction)
            found = found or bool(taken.new)
            if taken.new or taken.changed:
                left = quiet
            elif len(self._evidence(direction, taken.same)) >= min(_LINK, len(page.rows)):
                left -= 1
            if not left:
                break
        if not left or walk.complete:
            self._note_search(direction, started)
        return found

    def _evidence(self, direction: str, ids: Sequence[int]) -> set[int]:
        """The messages that are as they were when the last search for changes began."""
        since = self._store.get_state(f"changes.{direction}")
        return self._store.find_unchanged(ids, since["at"]) if since else set()

    def _note_search(self, direction: str, started: str) -> None:
        with self._store.transaction():
            self._store.set_state(f"changes.{direction}", {"at": started})

    def _is_quiet_behind(self, direction: str, new: frozenset[int], quiet: int) -> bool:
        """Whether the rows behind as many as are new show that nothing else stands among those.

        A new message was updated after anything that the archive had before. If the window has just as many new ones
        at its head as are due there, those before it are the others, and none of them is an older one that changed.
        """
        page, due = len(new) // PER_PAGE_MAX + 1, len(new) % PER_PAGE_MAX
        for number in range(page, page + quiet):
            answer = self._ask(direction, Window(number, PER_PAGE_MAX), sort="-updated_at")
            taken = self._take_pending(answer.rows, direction)
            ids = [row["id"] for row in answer.rows]
            head, rest = ids[:due], ids[due:]
            if taken.new or taken.changed or not new.issuperset(head) or not new.isdisjoint(rest):
                return False
            if len(self._evidence(direction, rest)) < len(rest):
                return False
            due = 0
        return True

    # Whose they are.

    def _recognize(self, rows: Sequence[Row]) -> bool:
        """Whether the service's messages are known to be those of the archive's account.

        They are where it has one of them that is the same in all that stays; where it has some and none is, they are
        another's.
        """
        if self._is_ours or self._full or self._has_few():
            self._is_ours = True
            return True
        there = self._store.get_rows([row["id"] for row in rows])
        same = [_stays(there[row["id"]]) == _stays(row) for row in rows if row["id"] in there]
        if same and not any(same):
            raise self._of_another()
        self._is_ours = any(same)
        return self._is_ours

    def _has_few(self) -> bool:
        """Whether the archive has so few messages that all of them may well be gone from the service."""
        return sum(map(len, self._store.ask(Query(local=True, limit=_FEW)).windows)) < _FEW

    def _ask_whose(self) -> None:
        """Look for some of the archive's messages on the service. Raises :class:`UsageError` where none is there."""
        for query in (Query(local=True, limit=3), Query(local=True, limit=2, sort="created_at")):
            for row in (one for rows in self._store.ask(query).windows for one in rows):
                try:
                    there = self._client.message(row["id"])
                except NotFoundError:
                    continue
                if _stays(there) == _stays(row):
                    self._is_ours = True
                    return
        raise self._of_another()

    def _of_another(self) -> UsageError:
        return UsageError(
            f"the messages in {self._store.location!r} are not those that this token reads",
            "Is it another account's? Then name another --archive-at; if not, wacr sync --full.",
        )

    # What has no direction.

    def _read_undirected(self, total: int | None) -> None:
        """Read what neither filter brings, where the numbers say that there is any.

        ``total`` was counted before the directions were, so that what came in meanwhile is not taken for it. A full
        sync reads them all, and finds those that were deleted.
        """
        if total is None:
            self._read_uncounted()
            return
        left = self._undirected(total) and min(self._undirected(total), self._undirected(self._count()))
        if self._full and (left > 0 or self._store.count_direction(None) > 0):
            self._read_all_undirected()
        elif left and left != self._store.get_state("undirected"):
            for page, _ in self._windows(Walk(), None):
                with self._store.transaction():
                    left -= len(self._take(page.rows, None).new)
                if left <= 0:
                    break
            with self._store.transaction():
                self._store.set_state("undirected", max(0, left))

    def _read_uncounted(self) -> None:
        """Read the list without a filter down to what is known, once and in a full sync the whole of it."""
        if self._full or not self._store.get_state("whole."):
            self._read_all_undirected()
            return
        for page, _ in self._windows(Walk(), None):
            known = set(self._store.get_rows([row["id"] for row in page.rows]))
            with self._store.transaction():
                self._take(page.rows, None)
            if _is_linked(page.rows, known):
                break
        with self._store.transaction():
            self._store.set_state("counts", None in self._totals)

    def _read_all_undirected(self) -> None:
        started, walk = self._now(), Walk()
        for page, _ in self._windows(walk, None):
            with self._store.transaction():
                self._take(page.rows, None)
        with self._store.transaction():
            self._store.set_state("counts", None in self._totals)
            self._store.set_state("undirected", 0)
            if walk.complete:
                self._store.set_state("whole.", {"at": started})
                self._report.deleted += self._store.mark_deleted(None, started, self._now())
            else:
                self._lack(None, walk)

    def _undirected(self, total: int | None) -> int:
        """How many messages of no direction the service has, and the archive has not."""
        if total is None or not all(direction in self._totals for direction in DIRECTIONS):
            return 0
        directed = sum(self._totals[direction] for direction in DIRECTIONS)
        return max(0, total - directed - self._store.count_direction(None))

    # Asking and keeping.

    def _windows(
        self, walk: Walk, direction: str | None, *, sort: str = "-created_at"
    ) -> Iterator[tuple[Page, Sequence[Mapping[str, Any]]]]:
        """Each answer of a walk, with the rows that it proves."""
        while window := walk.window:
            page = self._ask(direction, window, sort=sort)
            yield page, walk.take(_answer(page))

    def _ask(self, direction: str | None, window: Window, *, sort: str = "-created_at") -> Page:
        params = list_params(Query(sort=sort), fields=None, direction=direction)
        page = self._client.messages([*params, *window_params(window.page, window.per_page)])
        if page.total is None or page.total != self._totals.get(direction):
            self._moved.add(direction)
        if page.total is not None:
            self._totals[direction] = page.total
        return page

    def _count(self) -> int | None:
        """How many messages there are, whatever their direction; None where the service does not say."""
        self._totals.pop(None, None)
        self._ask(None, Window(1, 1))
        return self._totals.get(None)

    def _take_pending(self, rows: Sequence[Row], direction: str) -> UpsertResult:
        """Store a window whose new messages are not linked to the archive yet."""
        with self._store.transaction():
            taken = self._take(rows, direction)
            self._store.mark("pending", taken.new, direction)
        return taken

    def _take(self, rows: Sequence[Row], direction: str | None) -> UpsertResult:
        taken = self._store.upsert(rows, direction, self._now())
        self._report.new += len(taken.new)
        self._report.changed += len(taken.changed)
        return taken

    def _tell(self, rows: int) -> None:
        self._read += rows
        if self._expected is not None:
            self._expected = max(self._expected, self._read)
        self._progress.read(self._read, self._expected)

    def _lack(self, direction: str | None, walk: Walk) -> None:
        of = "" if walk.expected is None else f" of {walk.expected:,}"
        self._report.missing.append(f"{direction or 'messages'}: {walk.seen:,}{of}: {walk.reason}")

    def _now(self) -> str:
        """The present, and later than any time that was noted before: a clock may be set back."""
        self._latest = max(datetime.fromtimestamp(self._clock.time(), UTC), self._latest + timedelta(milliseconds=1))
        return _text(self._latest)

    def _begin_after_earlier_runs(self) -> None:
        """Let no time of this run be one that an earlier run noted."""
        noted = [self._store.get_state(key) for key in ("synced", *(f"walk.{one}" for one in DIRECTIONS))]
        times = [one.get("at") or one.get("started") for one in noted if one]
        self._latest = max((datetime.fromisoformat(one) for one in times), default=_LONG_AGO)

    def _age(self, moment: str) -> timedelta:
        """How long ago a moment was; one to come, by a clock that was wrong, is as good as very long ago."""
        age = datetime.fromtimestamp(self._clock.time(), UTC) - datetime.fromisoformat(moment)
        return age if age >= timedelta(0) else timedelta.max

    # People.

    def _read_contacts(self) -> None:
        """Read the contacts: all of them once, later those that changed, at most once a day."""
        state = self._store.get_state("contacts") or {}
        if not self._full and state and self._age(state["at"]) < _CONTACTS_ARE_FRESH:
            return
        whole = bool(state.get("whole")) and not self._full
        try:
            whole = self._read_changed_contacts() if whole else self._read_all_contacts()
        except (AuthError, NotFoundError) as error:
            if error.code == AuthError.default_code:
                raise
            self._report.notes.append(f"Contacts were not read: {error.message}")
            whole = False
        with self._store.transaction():
            self._store.set_state("contacts", {"at": self._now(), "whole": whole})

    def _read_all_contacts(self) -> bool:
        walk = Walk(newest_first=False)
        while window := walk.window:
            page = self._ask_contacts(window, "id")
            walk.take(_answer(page))
        return walk.complete

    def _read_changed_contacts(self) -> bool:
        walk = Walk(by_updated=True)
        while window := walk.window:
            page = self._ask_contacts(window, "-updated_at")
            walk.take(_answer(page))
            if not (self._people.new or self._people.changed):
                break
        return True

    def _ask_contacts(self, window: Window, sort: str) -> Page:
        page = self._client.contacts([("sort", sort), *window_params(window.page, window.per_page)])
        with self._store.transaction():
            self._people = self._store.upsert_contacts(page.rows, self._now())
        return page


def _stays(row: Row) -> list[object]:
    """What does not change about a message."""
    return [row.get(name) for name in ("id", "interaction_id", "sender_id", "type", "message_id")]


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_linked(rows: Sequence[Row], settled: set[int]) -> bool:
    """Whether the window ends in settled rows alone, enough of them."""
    return len(rows) >= _LINK and all(row["id"] in settled for row in rows[-_LINK:])


def _check_apart(pages: Mapping[str, Page]) -> None:
    """See that the service heeds the filter: no message is of both directions."""
    inbound, *others = ({row["id"] for row in page.rows} for page in pages.values()) if pages else (set(), set())
    if any(not inbound.isdisjoint(other) for other in others):
        raise BadAnswerError(
            "the service answers the same messages for both directions",
            "An archive needs the filter on direction; wacr messages list --all reads without it.",
        )


def _answer(page: Page) -> Answer:
    return Answer(page.rows, page.has_more, page.total, page.page, page.per_page)


def _checkpoint(kept: dict[str, Any]) -> Checkpoint:
    """A checkpoint that was kept as JSON, which has no tuples."""
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in kept.items()}
    return Checkpoint(**values)
