"""A walk that is left and taken up later, in another process maybe."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.paging.moving_list import MovingList
from wacr_cli.paging.responses import Response
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import Window


def read_in_parts(
    moving: MovingList, leave: Callable[[Walk], bool], between: Callable[[], None], *, at_most: int = 12
) -> tuple[set[int], Walk, int]:
    """Walk to the end in parts; `leave` chooses where; the list moves with every call."""
    walk = Walk()
    ids: set[int] = set()
    covered: set[int] = set()
    calls = parts = 0
    while walk.window is not None:
        assert calls < 5_000, "the walk does not end"
        rows = walk.take(moving.answer(walk.window))
        calls += 1
        ids |= {row["id"] for row in rows}
        covered = (covered | {row["id"] for row in rows}) - set(walk.withdrawn)
        between()
        if parts < at_most and leave(walk) and walk.window is not None:
            parts += 1
            walk = Walk(reach=walk.reach, covered=covered)
    return ids, walk, calls


@pytest.mark.parametrize("every", [1, 2, 5, 20])
def test_resuming_costs_one_call_if_nothing_moves(every: int) -> None:
    """For each break."""
    moving = MovingList(3050)
    count = iter(range(10_000))
    ids, walk, calls = read_in_parts(moving, lambda _: next(count) % every == every - 1, lambda: None)
    assert ids == moving.ids
    assert walk.complete
    assert calls <= 1.2 * 31 + 13


@pytest.mark.parametrize("came", [0, 3, 94, 95, 100, 250, 4000])
@pytest.mark.parametrize("went", [0, 1, 30])
def test_changes_during_a_break_lose_no_row(came: int, went: int) -> None:
    """However many rows come and go."""
    moving = MovingList(2000)
    start = moving.ids
    left = iter([False] * 8 + [True] + [False] * 10_000)

    def leave(_: Walk) -> bool:
        if not next(left):
            return False
        moving.insert(came)
        moving.delete(moving.some(went))
        return True

    ids, walk, calls = read_in_parts(moving, leave, lambda: None)
    assert ids >= start & moving.ids
    assert walk.complete
    assert calls <= 20 + 8 + 1.7 * came / 100 * (came > 900)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("counts", [True, False])
def test_many_breaks_in_a_moving_list_lose_no_row_silently(seed: int, counts: bool) -> None:
    """Inserts and deletions between count and select, and while the walk is left: no silent loss."""
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    moving = MovingList(1200, counts=counts, seed=seed)
    start = moving.ids

    def move(moving: MovingList) -> None:
        moving.insert(chance.randrange(3))
        moving.delete(moving.some(chance.random() < 0.3))

    def leave(_: Walk) -> bool:
        if chance.random() > 0.2:
            return False
        moving.insert(chance.randrange(200))
        moving.delete(moving.some(chance.randrange(20)))
        return True

    moving.between = move
    ids, walk, _ = read_in_parts(moving, leave, lambda: move(moving))
    assert ids >= start & moving.ids or not walk.complete


@given(
    seed=st.integers(0, 2**32),
    rows=st.integers(0, 500),
    inserts=st.integers(0, 120),
    deletes=st.integers(0, 40),
    tie=st.sampled_from([1, 1, 2, 5]),
)
def test_a_resumed_walk_that_is_complete_has_every_row(
    seed: int, rows: int, inserts: int, deletes: int, tie: int
) -> None:
    """Whatever happens during a break."""
    chance = random.Random(seed)  # noqa: S311
    moving = MovingList(rows, tie=tie, shuffles=tie > 1, seed=seed)
    start = moving.ids

    def leave(_: Walk) -> bool:
        if chance.random() < 0.6:
            return False
        moving.insert(inserts)
        moving.delete(moving.some(deletes))
        return True

    ids, walk, _ = read_in_parts(moving, leave, lambda: None, at_most=6)
    assert ids >= start & moving.ids or not walk.complete


def test_a_late_fall_is_seen_after_a_break() -> None:
    """A row that was deleted between the count and the select of the last window before it."""
    moving = MovingList(1000)
    walk = Walk()
    covered: set[int] = set()
    for _ in range(4):
        assert walk.window is not None
        covered |= {row["id"] for row in walk.take(moving.answer(walk.window))}
    moving.between = lambda moving: moving.delete([950])
    assert walk.window is not None
    covered |= {row["id"] for row in walk.take(moving.answer(walk.window))}
    moving.between = None
    assert moving.ids - covered >= {600}
    walk = Walk(reach=walk.reach, covered=covered)
    while walk.window is not None:
        covered |= {row["id"] for row in walk.take(moving.answer(walk.window))}
    assert walk.complete
    assert covered >= moving.ids


def test_windows_do_not_overlap_again_after_a_doubt() -> None:
    """One deletion costs a few calls."""
    moving = MovingList(10_050)
    walk = Walk()
    while walk.window is not None:
        walk.take(moving.answer(walk.window))
        if walk.calls == 30:
            moving.delete([10_000])
    assert walk.complete
    assert walk.calls <= 101 + 4


def test_a_doubtful_window_is_not_covered_until_it_is_read_again() -> None:
    """A window that a doubt fell on is not covered until it is read again."""
    moving = MovingList(1000)
    walk = Walk()
    rows: list[int] = []
    for _ in range(3):
        assert walk.window is not None
        rows = [row["id"] for row in walk.take(moving.answer(walk.window))]
        assert (walk.accepted, walk.withdrawn, walk.unchanged) == (True, [], True)
    moving.delete([900])
    assert walk.window is not None
    assert walk.take(moving.answer(walk.window)) == []
    assert (walk.accepted, walk.withdrawn, walk.unchanged) == (False, rows, False)
    assert walk.reach == 200


def test_windows_are_linked_once_the_total_is_missing() -> None:
    """A total that was there and is no more can't be relied on."""
    moving = MovingList(3000)
    walk = Walk()
    asked: list[Window] = []
    while walk.window is not None:
        asked.append(walk.window)
        answer = moving.answer(walk.window)
        walk.take(answer if walk.calls < 5 else Response(answer.rows, answer.has_more))
    assert walk.complete
    assert all(after.offset < before.end for before, after in pairwise(asked[5:]))
