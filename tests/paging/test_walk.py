"""The walk over a list that moves: what it costs, what it proves, and what it admits."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.paging.moving_list import MovingList, read
from wacr_cli.paging.responses import Response
from wacr_cli.paging.updated import UpdatedWalk
from wacr_cli.paging.walk import Walk
from wacr_cli.paging.windows import Window

if TYPE_CHECKING:
    from collections.abc import Callable

SORTS = list(product([False, True], [True, False]))
every_sort = pytest.mark.parametrize(("by_updated", "newest_first"), SORTS)


def walk_of(moving: MovingList, limit: int | None = None) -> Walk | UpdatedWalk:
    """A walk that knows how the list is sorted."""
    kind = UpdatedWalk if moving.by_updated else Walk
    return kind(newest_first=moving.newest_first, limit=limit)


def calls_for(rows: int, by_updated: bool = False, newest_first: bool = True, counts: bool = True) -> int:
    """Walk a list that does not move, see that it is whole and in order, return what it cost."""
    moving = MovingList(rows, by_updated, newest_first, counts=counts)
    walk = walk_of(moving)
    ids = read(walk, moving.answer)
    assert ids == sorted(moving.ids, reverse=newest_first)
    assert (walk.complete, walk.seen, walk.reason) == (True, rows, None)
    assert walk.calls == len(moving.asked)
    return walk.calls


# What it costs.


@every_sort
@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("rows", [0, 1, 30, 99])
def test_a_list_of_one_page_takes_one_call(rows: int, counts: bool, by_updated: bool, newest_first: bool) -> None:
    """An empty list, and one of fewer than 100 rows, is one call however it is sorted."""
    assert calls_for(rows, counts=counts, by_updated=by_updated, newest_first=newest_first) == 1


@pytest.mark.parametrize(("rows", "calls"), [(101, 2), (150, 2), (189, 2), (1234, 13), (5037, 51), (12_345, 124)])
def test_newest_first_takes_no_call_too_many(rows: int, calls: int) -> None:
    """Where the total is known and nothing moves, newest first, it is one call for every 100 rows."""
    assert calls_for(rows) == calls


@pytest.mark.parametrize(("rows", "calls"), [(100, 2), (200, 3), (1000, 11), (5000, 51), (199, 2), (297, 4), (299, 4)])
def test_a_last_page_that_is_full_takes_one_call_more(rows: int, calls: int) -> None:
    """Where no one window both links and ends the walk, it takes at most one more."""
    assert calls_for(rows) in {calls, -(-rows // 100) + 1}


def test_never_more_than_one_call_too_many_while_nothing_moves() -> None:
    """Over every length up to 600 rows the price of the proof is at most one call."""
    for rows in range(601):
        assert calls_for(rows) - max(1, -(-rows // 100)) in {0, 1}


@every_sort
def test_linking_every_window_takes_a_fifth_more_at_most(by_updated: bool, newest_first: bool) -> None:
    """Without a total every window is linked: a fifth more calls; by updated_at the list is read twice."""
    calls = calls_for(9000, counts=False, by_updated=by_updated, newest_first=newest_first)
    assert calls <= (200 if by_updated else 108)


@pytest.mark.parametrize(
    ("limit", "calls"), [(0, 0), (1, 1), (30, 1), (100, 1), (101, 2), (130, 2), (200, 2), (250, 3), (999, 10)]
)
def test_a_limit_takes_no_call_too_many(limit: int, calls: int) -> None:
    """A limit is reached in one call per 100 rows, and a walk that reached it is complete."""
    moving = MovingList(3000)
    walk = walk_of(moving, limit)
    assert read(walk, moving.answer) == list(range(3000, 3000 - limit, -1))
    assert (walk.complete, walk.seen, walk.calls) == (True, limit, calls)


def test_a_small_limit_asks_for_no_more() -> None:
    """A limit of 30 is one window of 30 rows."""
    assert Walk(limit=30).window == Window(1, 30)


@pytest.mark.parametrize("limit", [50, 150, 1000])
def test_a_list_shorter_than_the_limit_ends_as_any_list(limit: int) -> None:
    """A limit beyond the end of the list changes nothing about the end."""
    moving = MovingList(49)
    walk = walk_of(moving, limit)
    assert len(read(walk, moving.answer)) == 49
    assert (walk.complete, walk.calls, walk.expected) == (True, 1, 49)


# What it asks for.


def test_windows_stand_end_to_end_while_nothing_speaks_against_it() -> None:
    """Plain pages of 100 first; the last window is linked and reaches past the end."""
    moving = MovingList(450)
    read(walk_of(moving), moving.answer)
    *plain, last = moving.asked
    assert plain == [Window(page, 100) for page in range(1, 5)]
    assert last.offset < 400
    assert last.end > 450


def test_windows_share_rows_where_there_is_no_total() -> None:
    """Without a total every window starts at least five rows before the end of the one before."""
    moving = MovingList(2000, counts=False)
    read(walk_of(moving), moving.answer)
    assert all(after.offset <= before.end - 5 for before, after in zip(moving.asked, moving.asked[1:], strict=False))


def test_a_fall_of_the_total_goes_back_before_the_previous_window() -> None:
    """The fall may show one answer late, so the window taken before it is doubted too."""
    moving = MovingList(1000)
    walk = walk_of(moving)
    for _ in range(3):
        walk.take(moving.answer(walk.window or Window(1, 1)))
    moving.delete([900])
    assert walk.take(moving.answer(Window(4, 100))) == []
    assert walk.window is not None
    assert walk.window.offset <= 195


def test_a_row_lost_at_a_border_is_found() -> None:
    """Rows that were read vanish between two calls; what slid over the border comes out all the same."""
    moving = MovingList(1000)
    walk = walk_of(moving)
    steps = iter([[], [], [950, 960, 970]])
    ids = read(walk, moving.answer, lambda: moving.delete(next(steps, [])))
    assert moving.ids <= set(ids)
    assert walk.complete


def test_one_row_in_and_one_out_hides_nothing_oldest_first() -> None:
    """Oldest first the total can stay as it is while rows slide over a border: the links show it."""
    moving = MovingList(1000, newest_first=False)
    walk = walk_of(moving)

    def one_in_one_out() -> None:
        moving.insert()
        moving.delete([min(moving.ids)])

    ids = read(walk, moving.answer, one_in_one_out)
    assert {one for one in moving.ids if one <= 1000} <= set(ids)
    assert walk.complete


def test_an_empty_page_in_the_middle_is_not_the_end() -> None:
    """A page that comes back empty although rows follow is a broken link, and the walk goes back for it."""
    moving = MovingList(1000)
    empty = iter([False, False, False, True])

    def answer(window: Window, sort: str | None = None) -> Response:
        whole = moving.answer(window, sort)
        return replace(whole, rows=[], has_more=False) if next(empty, False) else whole

    walk = walk_of(moving)
    assert set(read(walk, answer)) == moving.ids
    assert walk.complete


@every_sort
def test_hundreds_of_rows_vanish_at_once(by_updated: bool, newest_first: bool) -> None:
    """However far the list slides, the walk steps back until it finds its link."""
    moving = MovingList(3000, by_updated=by_updated, newest_first=newest_first)
    walk = walk_of(moving)
    gone = iter([[], [], [], [], moving.stretch(350, 0), moving.stretch(20, 0.13)])
    ids = read(walk, moving.answer, lambda: moving.delete(next(gone, [])))
    assert moving.ids <= set(ids)
    assert len(ids) == len(set(ids))
    assert walk.complete


def test_rows_touched_behind_the_reader_are_read_again() -> None:
    """Newest first by updated_at, rows jump over the reader to the front; the front is read again for them."""
    moving = MovingList(2000, by_updated=True)
    walk = walk_of(moving)
    ids = read(walk, moving.answer, lambda: moving.touch(moving.some(8)) if walk.calls < 15 else None)
    assert sorted(ids) == sorted(moving.ids)
    assert walk.complete


def test_a_touched_row_at_the_end_is_no_link() -> None:
    """Oldest first by updated_at, rows that were read turn up at the end; what stands before them is read too."""
    moving = MovingList(500, by_updated=True, newest_first=False)
    walk = walk_of(moving)
    ids = read(walk, moving.answer, lambda: moving.touch(range(301, 396)) if walk.calls == 5 else None)
    assert sorted(ids) == sorted(moving.ids)
    assert walk.complete


@every_sort
@pytest.mark.parametrize("counts", [True, False])
def test_rows_of_one_second_change_places(counts: bool, by_updated: bool, newest_first: bool) -> None:
    """Rows of one second come in another order with every request; none is lost, none comes twice."""
    for seed in range(5):
        moving = MovingList(
            900, by_updated=by_updated, newest_first=newest_first, counts=counts, tie=6, shuffles=True, seed=seed
        )
        walk = walk_of(moving)
        assert sorted(read(walk, moving.answer)) == sorted(moving.ids)
        assert walk.complete


def test_a_total_that_never_moved_has_the_list_walked_again() -> None:
    """A second larger than any overlap loses rows to the order alone; the count shows it, more walks find them."""
    outcomes = []
    for seed in range(6):
        moving = MovingList(1200, tie=100, shuffles=True, seed=seed)
        walk = walk_of(moving)
        ids = read(walk, moving.answer)
        assert len(ids) == len(set(ids))
        assert walk.complete == (set(ids) == moving.ids)
        outcomes.append(walk.complete)
    assert any(outcomes)


@every_sort
@pytest.mark.parametrize("tie", [60, 90])
def test_a_total_that_stands_still_by_chance_proves_nothing(tie: int, by_updated: bool, newest_first: bool) -> None:
    """Seconds wider than any overlap change places while as many rows come in as go: nothing is missing unsaid."""
    for seed in range(5):
        moving = MovingList(1200, by_updated, newest_first, tie=tie, shuffles=True, seed=seed)
        check_plan(moving, [([("insert", 3, 0.0), ("delete some", 3, 0.0), ("touch", 3, 0.0)], [])] * 30)


@every_sort
@pytest.mark.parametrize("tie", [6, 12, 18])
def test_seconds_within_the_overlap_are_no_false_alarm(tie: int, by_updated: bool, newest_first: bool) -> None:
    """Rows of a second that an overlap holds change places while rows come in and go, and the walk is complete."""
    for seed in range(3):
        moving = MovingList(1200, by_updated, newest_first, tie=tie, shuffles=True, seed=seed)
        assert check_plan(moving, [([("insert", 1, 0.0), ("delete some", 1, 0.0)], [])] * 30).complete


@pytest.mark.parametrize("tie", [4, 15])
def test_rows_repeated_as_foretold_may_be_others(tie: int) -> None:
    """Newest first, the order of a second can make up for a row that slid: the walk begins again when it shows."""
    for seed in range(60):
        moving = MovingList(400, tie=tie, shuffles=True, seed=seed)
        throughout = moving.ids

        def one_in_one_out(it: MovingList) -> None:
            it.insert(it.chance.randint(0, 3))
            it.delete(it.some(it.chance.randint(0, 3)))

        moving.between = one_in_one_out
        walk = walk_of(moving)
        ids = read(walk, moving.answer)
        assert throughout & moving.ids <= set(ids) or not walk.complete


@pytest.mark.parametrize("tie", [30, 60, 90])
def test_a_list_that_stands_still_is_proved_by_its_count(tie: int) -> None:
    """Newest first, seconds wider than any overlap are complete as soon as as many rows came as there are."""
    moving = MovingList(1200, tie=tie, shuffles=True)
    walk = walk_of(moving)
    assert set(read(walk, moving.answer)) == moving.ids
    assert walk.complete


def test_what_cannot_be_proved_is_said() -> None:
    """Where the server counts more rows than it ever shows, the walk is incomplete: N of M."""
    moving = MovingList(250)
    walk = walk_of(moving)
    ids = read(walk, lambda window, sort=None: replace(moving.answer(window, sort), total=300))
    assert (walk.complete, walk.seen, walk.expected) == (False, 250, 300)
    assert len(ids) == 250
    assert walk.reason


def test_stopping_early_loses_nothing() -> None:
    """What was handed out when a caller stops is the beginning of the list, without a hole."""
    moving = MovingList(1000)
    walk = walk_of(moving)
    ids = [row["id"] for _ in range(4) for row in walk.take(moving.answer(walk.window or Window(1, 1)))]
    assert ids == list(range(1000, 600, -1))
    assert not walk.complete


def test_an_id_that_comes_twice_in_one_answer_comes_out_once() -> None:
    """An answer that holds a row twice is taken for the row once."""
    walk = Walk()
    rows = [{"id": 2}, {"id": 1}, {"id": 2}]
    assert walk.take(Response(rows, has_more=False, total=2)) == [{"id": 2}, {"id": 1}]
    assert walk.complete


def test_a_walk_that_is_over_takes_no_answer() -> None:
    """Handing an answer to a walk that is over is the caller's mistake."""
    with pytest.raises(RuntimeError, match="over"):
        Walk(limit=0).take(Response([]))


@pytest.mark.parametrize("wrong", [{"limit": -1}, {"per_page": 0}, {"per_page": 101}])
def test_a_walk_that_cannot_be_is_refused(wrong: dict[str, int]) -> None:
    """A negative limit, and a page the server does not give, is refused at once."""
    with pytest.raises(ValueError, match="must"):
        Walk(limit=wrong.get("limit"), per_page=wrong.get("per_page", 100))


# Servers that misbehave.

PAGE = [{"id": number} for number in range(1, 101)]


def first_page_for_ever(window: Window, sort: str | None = None) -> Response:
    """Ignores page."""
    return Response(PAGE[: window.per_page], has_more=True, total=1000)


def first_page_and_says_so(window: Window, sort: str | None = None) -> Response:
    """Ignores page and echoes 1."""
    return Response(PAGE[: window.per_page], has_more=True, page=1, per_page=window.per_page)


def fifteen_for_ever(_: Window, sort: str | None = None) -> Response:
    """Ignores both."""
    return Response(PAGE[:15], has_more=True)


def nothing_for_ever(_: Window, sort: str | None = None) -> Response:
    """Says that more follows and gives nothing."""
    return Response([], has_more=True, total=1000)


def one_page_then_nothing(window: Window, sort: str | None = None) -> Response:
    """Gives the first page and no other."""
    return Response(PAGE if window.page == 1 else [], has_more=True)


@every_sort
@pytest.mark.parametrize(
    "answer",
    [first_page_for_ever, first_page_and_says_so, fifteen_for_ever, nothing_for_ever, one_page_then_nothing],
)
def test_a_server_that_repeats_itself_is_given_up(
    answer: Callable[[Window], Response], by_updated: bool, newest_first: bool
) -> None:
    """A server that leads nowhere costs a few calls and ends as incomplete; no row comes twice."""
    walk = (UpdatedWalk if by_updated else Walk)(newest_first=newest_first)
    ids = read(walk, answer, at_most=30)
    assert len(ids) == len(set(ids))
    assert not walk.complete
    assert walk.reason


@every_sort
@pytest.mark.parametrize("echoes", [True, False])
@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("largest", [15, 50, 99])
def test_a_clamped_page_is_believed(
    largest: int, counts: bool, echoes: bool, by_updated: bool, newest_first: bool
) -> None:
    """A server that gives smaller pages than asked, with or without saying so, is read to the end."""
    moving = MovingList(
        730, by_updated=by_updated, newest_first=newest_first, largest=largest, counts=counts, echoes=echoes
    )
    walk = walk_of(moving)
    assert read(walk, moving.answer) == sorted(moving.ids, reverse=newest_first)
    assert walk.complete
    assert walk.calls <= (3.3 if by_updated else 2.2) * 730 / largest + 4


@every_sort
@pytest.mark.parametrize("counts", [True, False])
def test_more_that_never_comes(counts: bool, by_updated: bool, newest_first: bool) -> None:
    """A server that never says has_more false is read to the end; only a total shows that it was the end."""
    moving = MovingList(730, by_updated=by_updated, newest_first=newest_first, counts=counts)
    walk = walk_of(moving)
    ids = read(walk, lambda window, sort=None: replace(moving.answer(window, sort), has_more=True), at_most=30)
    assert set(ids) == moving.ids
    assert walk.complete == counts


@every_sort
@pytest.mark.parametrize("counts", [True, False])
def test_pages_cut_short_at_random(counts: bool, by_updated: bool, newest_first: bool) -> None:
    """A server that gives fewer rows than it has is never called complete with rows missing."""
    for seed in range(5):
        moving = MovingList(400, by_updated=by_updated, newest_first=newest_first, counts=counts)
        chance = random.Random(seed)  # noqa: S311

        def cut(
            window: Window, sort: str | None = None, moving: MovingList = moving, chance: random.Random = chance
        ) -> Response:
            whole = moving.answer(window, sort)
            return replace(whole, rows=whole.rows[: chance.randint(0, len(whole.rows))]) if whole.has_more else whole

        walk = walk_of(moving)
        ids = read(walk, cut, at_most=500)
        assert set(ids) == moving.ids or not walk.complete
        assert len(ids) == len(set(ids))


@every_sort
@pytest.mark.parametrize("largest", [10, 15, 50])
def test_a_clamped_page_of_a_server_that_tells_nothing(largest: int, by_updated: bool, newest_first: bool) -> None:
    """A server that clamps per_page and tells neither that, nor a total, nor has_more, is read to the end."""
    moving = MovingList(430, by_updated, newest_first, largest=largest, counts=False, says_more=False)
    walk = walk_of(moving)
    assert read(walk, moving.answer) == sorted(moving.ids, reverse=newest_first)
    assert walk.complete
    assert walk.calls <= (3.6 if by_updated else 2.5) * 430 / largest + 4


@every_sort
@pytest.mark.parametrize(("rows", "calls"), [(0, 1), (1, 2), (9, 2), (30, 2), (99, 2)])
def test_a_server_that_tells_nothing_is_asked_once_more(
    rows: int, calls: int, by_updated: bool, newest_first: bool
) -> None:
    """Where nothing says that a page of few rows is the last, one call more does, and an empty one is the end."""
    moving = MovingList(rows, by_updated, newest_first, counts=False, says_more=False)
    walk = walk_of(moving)
    assert read(walk, moving.answer) == sorted(moving.ids, reverse=newest_first)
    assert (walk.complete, walk.calls) == (True, calls)


@pytest.mark.parametrize("largest", [1, 2, 3, 4, 5, 7])
def test_the_smallest_of_pages_are_never_the_end_unsaid(largest: int) -> None:
    """A server that tells nothing and gives a few rows a page is read to the end, or the walk is incomplete."""
    moving = MovingList(100, largest=largest, counts=False, says_more=False)
    walk = walk_of(moving)
    assert set(read(walk, moving.answer, at_most=200)) == moving.ids or not walk.complete


# Any plan.

FEW = st.integers(0, 3)
MANY = st.sampled_from([0, 1, 1, 3, 8, 30, 100, 250])
MOVES = st.one_of(
    st.tuples(st.just("insert"), FEW | MANY, st.just(0.0)),
    st.tuples(st.just("delete some"), FEW | MANY, st.just(0.0)),
    st.tuples(st.just("delete a stretch"), FEW | MANY, st.floats(0, 0.99)),
    st.tuples(st.just("touch"), FEW | MANY, st.just(0.0)),
)
Moves = list[tuple[str, int, float]]
Plan = list[tuple[Moves, Moves]]
PLANS = st.lists(st.tuples(st.lists(MOVES, max_size=3), st.lists(MOVES, max_size=1)), max_size=25)


def move(moving: MovingList, moves: Moves) -> None:
    """Let the list move."""
    for what, number, start in moves:
        if what == "insert":
            moving.insert(number)
        elif what == "delete some":
            moving.delete(moving.some(number))
        elif what == "delete a stretch":
            moving.delete(moving.stretch(number, start))
        elif moving.by_updated:
            moving.touch(moving.some(number))


def check_plan(moving: MovingList, plan: Plan) -> Walk | UpdatedWalk:
    """Walk while the list moves by the plan: every row that was there throughout comes out once, or it is said."""
    throughout = moving.ids
    most = len(throughout)
    inside = iter(plan)
    after = iter(plan)
    # What comes in between the first count and its select is shown by no later answer where windows stand end to end.
    unseen = moving.counts and moving.newest_first and not moving.by_updated

    def within(it: MovingList) -> None:
        moves = next(inside, ([], []))[1]
        move(it, [] if unseen and len(it.asked) == 1 else moves)

    moving.between = within

    def between() -> None:
        nonlocal most
        move(moving, next(after, ([], []))[0])
        throughout.intersection_update(moving.ids)
        most = max(most, len(moving.ids))

    walk = walk_of(moving)
    ids = read(walk, moving.answer, between, at_most=64 + 12 * (most + 2000) // 100)
    throughout.intersection_update(moving.ids)
    assert len(ids) == len(set(ids)) == walk.seen
    assert throughout <= set(ids) or not walk.complete
    assert walk.complete == (walk.reason is None)
    return walk


@every_sort
@pytest.mark.parametrize("counts", [True, False])
@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rows=st.integers(0, 1500), plan=PLANS, seed=st.integers(0, 9))
def test_rows_that_were_there_throughout_come_out_once(
    rows: int,
    plan: Plan,
    seed: int,
    counts: bool,
    by_updated: bool,
    newest_first: bool,
) -> None:
    """Whatever moves between any two calls, and between a count and its select, nothing is missing unsaid."""
    check_plan(MovingList(rows, by_updated, newest_first, counts=counts, seed=seed), plan)


@every_sort
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rows=st.integers(0, 900), plan=PLANS, seed=st.integers(0, 9), tie=st.integers(2, 5))
def test_the_same_with_shuffled_seconds(
    rows: int,
    plan: Plan,
    seed: int,
    tie: int,
    by_updated: bool,
    newest_first: bool,
) -> None:
    """The same where rows of one second also come in another order with every request."""
    check_plan(MovingList(rows, by_updated, newest_first, tie=tie, shuffles=True, seed=seed), plan)


@every_sort
@pytest.mark.parametrize("counts", [True, False])
def test_long_lists_that_move_with_every_call(counts: bool, by_updated: bool, newest_first: bool) -> None:
    """Rows come, go and are touched with every call of a long walk, and the walk is complete."""
    for seed in range(3):
        moving = MovingList(4000, by_updated, newest_first, counts=counts, seed=seed)
        chance = random.Random(seed)  # noqa: S311
        plan: Plan = [
            (
                [("insert", chance.randint(0, 3), 0.0), ("delete some", chance.randint(0, 30), 0.0), ("touch", 5, 0.0)],
                [],
            )
            for _ in range(400)
        ]
        assert check_plan(moving, plan).complete
