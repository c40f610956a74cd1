"""Give messages the places that they have in the API's list, ``-created_at``.

As a rule the ids are in that order, and a message stands where its id puts it. A message that was recorded with an old
time has a new id and an old place.

1. A window shows the order. Of its rows that were stored before, the most that are in the order of their places keep
   these: they are the *anchors*.
2. Of the rows between two anchors, the most whose ids are in order, and between those of the anchors, stand where their
   ids put them. Each other row gets a place between its neighbours.
3. A place that is not known, because only ``-updated_at`` showed the message, is
   :data:`~wacr_cli.archive.store.UNPLACED` until a window in the order of ``created_at`` shows it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from wacr_cli.archive.store import UNPLACED, Directions, Place, Store

_ABOVE: Place = (float("inf"), 0)
_BELOW: Place = (UNPLACED, 0)

_PRECISION = 2.0**-42
"""The least distance of two places, as a part of them: a number has 53 bits."""

_SPREAD_MAX = 1_000
"""Rows at most on each side that move apart."""


def place_rows(
    store: Store, ids: Sequence[int], directions: Directions, before: Collection[int], above: Place | None = None
) -> None:
    """Store the places of the rows of a window, newest first, that are not where their ids put them.

    *before* are the ids of the rows that were stored before. *above* is the place of the row in front of the window,
    None where that is not known; it is not, where a replica that lags returned rows again that are newer.
    """
    places = store.find_places(ids, directions)
    known = [one for one in ids if one in places]
    anchors = [at for at, one in enumerate(known) if one in before]
    if above is not None and any(places[known[at]] >= above for at in anchors):
        above = None
    kept = [anchors[at] for at in find_ordered([places[known[at]] for at in anchors])]
    changed: dict[int, float] = {}
    for start, end in pairwise([-1, *kept, len(known)]):
        if run := known[start + 1 : end]:
            newer = places[known[start]] if start >= 0 else above
            older = places[known[end]] if end < len(known) else None
            # A neighbour in the archive may be gone, so it counts only where most of the rows respect it.
            if newer is None and older is not None:
                found = _find_next(store, directions, older, run, newer=True)
                newer = found if found and 2 * sum(places[one] > found for one in run) < len(run) else None
            elif older is None and newer is not None and start >= 0:
                found = _find_next(store, directions, newer, run, newer=False)
                older = found if found and 2 * sum(places[one] < found for one in run) < len(run) else None
            for some, top, bottom in _split_run(run, places, newer, older):
                changed |= _spread(store, directions, some, top, bottom)
    store.set_places(changed)


def _split_run(
    run: Sequence[int], places: dict[int, Place], newer: Place | None, older: Place | None
) -> Iterator[tuple[list[int], Place | None, Place | None]]:
    """Yield the rows of a run that must move, in parts, each with the places between which it stands."""
    able = [at for at, one in enumerate(run) if (older or _BELOW) < places[one] < (newer or _ABOVE)]
    kept = [able[at] for at in find_ordered([places[run[at]] for at in able])]
    bounds = [newer, *(places[run[at]] for at in kept), older]
    for (start, end), (top, bottom) in zip(pairwise([-1, *kept, len(run)]), pairwise(bounds), strict=True):
        if some := [*run[start + 1 : end]]:
            yield some, top, bottom


def _spread(
    store: Store, directions: Directions, run: list[int], newer: Place | None, older: Place | None
) -> dict[int, float]:
    """Return places for rows between two others; where these are too close to each other, they move apart too."""
    run = [*run]
    for _ in range(_SPREAD_MAX):
        top = newer[0] if newer else max(older[0] if older else 0.0, float(max(run))) + 1
        # Below an open end there is less than one place, so that the next ids in order are still below.
        low = top - 1 if older is None else older[0]
        step = (top - low) / (len(run) + 1)
        if step > abs(top) * _PRECISION:
            break
        if newer is not None:
            run, newer = [newer[1], *run], _find_next(store, directions, newer, run, newer=True)
        if older is not None:
            run, older = [*run, older[1]], _find_next(store, directions, older, run, newer=False)
    return {one: top - step * at for at, one in enumerate(run, 1)}


def find_ordered(places: Sequence[Place]) -> list[int]:
    """Return the indexes of the most places of which each is older than the one before it."""
    ends: list[Place] = []  # the last key of the best choice of each length
    last: list[int] = []
    links: list[int] = []
    for index, (place, number) in enumerate(places):
        if place == UNPLACED:
            links.append(-1)
            continue
        key = (-place, -number)
        length = bisect_left(ends, key)
        links.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [key]
        last[length : length + 1] = [index]
    found = last[-1:]
    while found and links[found[-1]] >= 0:
        found.append(links[found[-1]])
    return found[::-1]


def _find_next(store: Store, directions: Directions, place: Place, run: Sequence[int], *, newer: bool) -> Place | None:
    """Return the next place in the archive that is not that of one of the rows to place."""
    found = store.find_next(directions, place, newer=newer)
    while found and found[1] in run:
        found = store.find_next(directions, found, newer=newer)
    return found
