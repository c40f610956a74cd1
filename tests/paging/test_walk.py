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
    """Return a walk in the order of a list."""
    kind = UpdatedWalk if moving.by_updated else Walk
    return kind(newest_first=moving.newest_first, limit=limit)


def calls_for(rows: int, by_updated: bool = False, newest_first: bool = True, counts: bool = True) -> int:
    """Walk a list that does not move, assert that it is complete and in order, return the number of calls."""
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
    """Empty or with fewer than 100 rows, in any order."""
    assert calls_for(rows, counts=counts, by_updated=by_updated, newest_first=newest_first) == 1


@pytest.mark.parametrize(("rows", "calls"), [(101, 2), (150, 2), (189, 2), (1234, 13), (5037, 51), (12_345, 124)])
def test_newest_first_takes_one_call_for_every_100_rows(rows: int, calls: int) -> None:
    """If the total is known and nothing moves."""
    assert calls_for(rows) == calls


@pytest.mark.parametrize(("rows", "calls"), [(100, 2), (200, 3), (1000, 11), (5000, 51), (199, 2), (297, 4), (299, 4)])
def test_a_last_page_that_is_full_takes_one_call_more(rows: int, calls: int) -> None:
    """At most, if no single window both links and ends the walk."""
    assert calls_for(rows) in {calls, -(-rows // 100) + 1}


def test_the_proof_takes_at_most_one_call_while_nothing_moves() -> None:
    """For every length up to 600 rows."""
    for rows in range(601):
        assert calls_for(rows) - max(1, -(-rows // 100)) in {0, 1}


@every_sort
def test_linking_every_window_takes_a_fifth_more_at_most(by_updated: bool, newest_first: bool) -> None:
    """Without a total every window is linked; by updated_at the list is read twice."""
    calls = calls_for(9000, counts=False, by_updated=by_updated, newest_first=newest_first)
    assert calls <= (200 if by_updated else 108)


@pytest.mark.parametrize(
    ("limit", "calls"), [(0, 0), (1, 1), (30, 1), (100, 1), (101, 2), (130, 2), (200, 2), (250, 3), (999, 10)]
)
def test_a_limit_takes_one_call_for_100_rows(limit: int, calls: int) -> None:
    """The walk is complete then."""
    moving = MovingList(3000)
    walk = walk_of(moving, limit)
    assert read(walk, moving.answer) == list(range(3000, 3000 - limit, -1))
    assert (walk.complete, walk.seen, walk.calls) == (True, limit, calls)


def test_a_small_limit_is_one_window_of_that_size() -> None:
    """A limit of 30 is one window of 30 rows."""
    assert Walk(limit=30).window == Window(1, 30)


@pytest.mark.parametrize("limit", [50, 150, 1000])
def test_a_list_shorter_than_the_limit_ends_as_any_list(limit: int) -> None:
    """The limit changes nothing about the end."""
    moving = MovingList(49)
    walk = walk_of(moving, limit)
    assert len(read(walk, moving.answer)) == 49
    assert (walk.complete, walk.calls, walk.expected) == (True, 1, 49)


# What it asks for.


def test_windows_do_not_overlap_while_the_total_is_right() -> None:
    """The last one is linked and reaches past the end."""
    moving = MovingList(450)
    read(walk_of(moving), moving.answer)
    *plain, last = moving.asked
    assert plain == [Window(page, 100) for page in range(1, 5)]
    assert last.offset < 400
    assert last.end > 450


def test_windows_overlap_without_a_total() -> None:
    """By at least five rows."""
    moving = MovingList(2000, counts=False)
    read(walk_of(moving), moving.answer)
    assert all(after.offset <= before.end - 5 for before, after in zip(moving.asked, moving.asked[1:], strict=False))


def test_a_fall_of_the_total_goes_back_before_the_previous_window() -> None:
    """The fall may show one response late."""
    moving = MovingList(1000)
    walk = walk_of(moving)
    for _ in range(3):
        walk.take(moving.answer(walk.window or Window(1, 1)))
    moving.delete([900])
    assert walk.take(moving.answer(Window(4, 100))) == []
    assert walk.window is not None
    assert walk.window.offset <= 195


def test_a_row_that_moves_over_a_border_is_found() -> None:
    """After rows that were read are deleted between two calls."""
    moving = MovingList(1000)
    walk = walk_of(moving)
    steps = iter([[], [], [950, 960, 970]])
    ids = read(walk, moving.answer, lambda: moving.delete(next(steps, [])))
    assert moving.ids <= set(ids)
    assert walk.complete


def test_one_row_in_and_one_out_hides_nothing_oldest_first() -> None:
    """The total stays the same, but the links show it."""
    moving = MovingList(1000, newest_first=False)
    walk = walk_of(moving)

    def one_in_one_out() -> None:
        moving.insert()
        moving.delete([min(moving.ids)])

    ids = read(walk, moving.answer, one_in_one_out)
    assert {one for one in moving.ids if one <= 1000} <= set(ids)
    assert walk.complete


def test_an_empty_page_in_the_middle_is_not_the_end() -> None:
    """It is a broken link, and the walk goes back."""
    moving = MovingList(1000)
    empty = iter([False, False, False, True])

    def answer(window: Window, sort: str | None = None) -> Response:
        whole = moving.answer(window, sort)
        return replace(whole, rows=[], has_more=False) if next(empty, False) else whole

    walk = walk_of(moving)
    assert set(read(walk, answer)) == moving.ids
    assert walk.complete


@every_sort
def test_the_walk_goes_back_until_it_finds_its_link(by_updated: bool, newest_first: bool) -> None:
    """However many rows are deleted at once."""
    moving = MovingList(3000, by_updated=by_updated, newest_first=newest_first)
    walk = walk_of(moving)
    gone = iter([[], [], [], [], moving.stretch(350, 0), moving.stretch(20, 0.13)])
    ids = read(walk, moving.answer, lambda: moving.delete(next(gone, [])))
    assert moving.ids <= set(ids)
    assert len(ids) == len(set(ids))
    assert walk.complete


def test_rows_that_are_updated_behind_the_reader_are_read_again() -> None:
    """Newest first by updated_at, they move to the front."""
    moving = MovingList(2000, by_updated=True)
    walk = walk_of(moving)
    ids = read(walk, moving.answer, lambda: moving.touch(moving.some(8)) if walk.calls < 15 else None)
    assert sorted(ids) == sorted(moving.ids)
    assert walk.complete


def test_an_updated_row_at_the_end_is_not_a_link() -> None:
    """Oldest first by updated_at, rows that were read come again at the end."""
    moving = MovingList(500, by_updated=True, newest_first=False)
    walk = walk_of(moving)
    ids = read(walk, moving.answer, lambda: moving.touch(range(301, 396)) if walk.calls == 5 else None)
    assert sorted(ids) == sorted(moving.ids)
    assert walk.complete


@every_sort
@pytest.mark.parametrize("counts", [True, False])
def test_no_row_is_lost_if_rows_of_one_second_change_places(counts: bool, by_updated: bool, newest_first: bool) -> None:
    """None comes twice."""
    for seed in range(5):
        moving = MovingList(
            900, by_updated=by_updated, newest_first=newest_first, counts=counts, tie=6, shuffles=True, seed=seed
        )
        walk = walk_of(moving)
        assert sorted(read(walk, moving.answer)) == sorted(moving.ids)
        assert walk.complete


def test_missing_rows_of_a_constant_total_are_found_by_another_walk() -> None:
    """A second larger than any overlap loses rows to the order alone."""
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
def test_a_constant_total_proves_nothing_if_rows_come_and_go(tie: int, by_updated: bool, newest_first: bool) -> None:
    """Nothing is missing without being reported."""
    for seed in range(5):
        moving = MovingList(1200, by_updated, newest_first, tie=tie, shuffles=True, seed=seed)
        check_plan(moving, [([("insert", 3, 0.0), ("delete some", 3, 0.0), ("touch", 3, 0.0)], [])] * 30)


@every_sort
@pytest.mark.parametrize("tie", [6, 12, 18])
def test_a_second_within_the_overlap_raises_no_doubt(tie: int, by_updated: bool, newest_first: bool) -> None:
    """The walk is complete."""
    for seed in range(3):
        moving = MovingList(1200, by_updated, newest_first, tie=tie, shuffles=True, seed=seed)
        assert check_plan(moving, [([("insert", 1, 0.0), ("delete some", 1, 0.0)], [])] * 30).complete


@pytest.mark.parametrize("tie", [4, 15])
def test_an_expected_repetition_may_be_of_other_rows(tie: int) -> None:
    """Newest first, the order of a second can hide a row that moved: the walk begins again."""
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
def test_a_constant_list_is_proved_by_its_total(tie: int) -> None:
    """Newest first, with seconds wider than any overlap."""
    moving = MovingList(1200, tie=tie, shuffles=True)
    walk = walk_of(moving)
    assert set(read(walk, moving.answer)) == moving.ids
    assert walk.complete


def test_what_cannot_be_proved_is_reported() -> None:
    """If the server counts more rows than it shows: N of M."""
    moving = MovingList(250)
    walk = walk_of(moving)
    ids = read(walk, lambda window, sort=None: replace(moving.answer(window, sort), total=300))
    assert (walk.complete, walk.seen, walk.expected) == (False, 250, 300)
    assert len(ids) == 250
    assert walk.reason


def test_a_walk_that_is_left_early_has_no_gap() -> None:
    """What was handed out when a caller stops is the beginning of the list, without a hole."""
    moving = MovingList(1000)
    walk = walk_of(moving)
    ids = [row["id"] for _ in range(4) for row in walk.take(moving.answer(walk.window or Window(1, 1)))]
    assert ids == list(range(1000, 600, -1))
    assert not walk.complete


def test_an_id_that_comes_twice_in_one_response_is_one_row() -> None:
    """An answer that holds a row twice is taken for the row once."""
    walk = Walk()
    rows = [{"id": 2}, {"id": 1}, {"id": 2}]
    assert walk.take(Response(rows, has_more=False, total=2)) == [{"id": 2}, {"id": 1}]
    assert walk.complete


def test_a_walk_that_is_over_accepts_no_response() -> None:
    """It is a mistake of the caller."""
    with pytest.raises(RuntimeError, match="over"):
        Walk(limit=0).take(Response([]))


@pytest.mark.parametrize("wrong", [{"limit": -1}, {"per_page": 0}, {"per_page": 101}])
def test_an_impossible_walk_is_refused(wrong: dict[str, int]) -> None:
    """A negative limit, or a page size that the API does not have."""
    with pytest.raises(ValueError, match="must"):
        Walk(limit=wrong.get("limit"), per_page=wrong.get("per_page", 100))


# Servers that misbehave.

PAGE = [{"id": number} for number in range(1, 101)]


def first_page_for_ever(window: Window, sort: str | None = None) -> Response:
    """Ignore the page."""
    return Response(PAGE[: window.per_page], has_more=True, total=1000)


def first_page_and_says_so(window: Window, sort: str | None = None) -> Response:
    """Ignore the page and report 1."""
    return Response(PAGE[: window.per_page], has_more=True, page=1, per_page=window.per_page)


def fifteen_for_ever(_: Window, sort: str | None = None) -> Response:
    """Ignore page and per_page."""
    return Response(PAGE[:15], has_more=True)


def nothing_for_ever(_: Window, sort: str | None = None) -> Response:
    """Report that more follows and return nothing."""
    return Response([], has_more=True, total=1000)


def one_page_then_nothing(window: Window, sort: str | None = None) -> Response:
    """Return only the first page."""
    return Response(PAGE if window.page == 1 else [], has_more=True)


@every_sort
@pytest.mark.parametrize(
    "answer",
    [first_page_for_ever, first_page_and_says_so, fifteen_for_ever, nothing_for_ever, one_page_then_nothing],
)
def test_a_server_that_repeats_itself_is_given_up(
    answer: Callable[[Window], Response], by_updated: bool, newest_first: bool
) -> None:
    """After a few calls, as incomplete; no row comes twice."""
    walk = (UpdatedWalk if by_updated else Walk)(newest_first=newest_first)
    ids = read(walk, answer, at_most=30)
    assert len(ids) == len(set(ids))
    assert not walk.complete
    assert walk.reason


@every_sort
@pytest.mark.parametrize("echoes", [True, False])
@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("largest", [15, 50, 99])
def test_smaller_pages_are_accepted(
    largest: int, counts: bool, echoes: bool, by_updated: bool, newest_first: bool
) -> None:
    """Whether or not the server reports their size."""
    moving = MovingList(
        730, by_updated=by_updated, newest_first=newest_first, largest=largest, counts=counts, echoes=echoes
    )
    walk = walk_of(moving)
    assert read(walk, moving.answer) == sorted(moving.ids, reverse=newest_first)
    assert walk.complete
    assert walk.calls <= (3.3 if by_updated else 2.2) * 730 / largest + 4


@every_sort
@pytest.mark.parametrize("counts", [True, False])
def test_a_server_that_never_ends_is_read_to_the_end(counts: bool, by_updated: bool, newest_first: bool) -> None:
    """If has_more is always true, only a total proves the end."""
    moving = MovingList(730, by_updated=by_updated, newest_first=newest_first, counts=counts)
    walk = walk_of(moving)
    ids = read(walk, lambda window, sort=None: replace(moving.answer(window, sort), has_more=True), at_most=30)
    assert set(ids) == moving.ids
    assert walk.complete == counts


@every_sort
@pytest.mark.parametrize("counts", [True, False])
def test_pages_cut_short_at_random(counts: bool, by_updated: bool, newest_first: bool) -> None:
    """The walk is never complete with rows missing."""
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
def test_smaller_pages_without_any_number_are_read_to_the_end(
    largest: int, by_updated: bool, newest_first: bool
) -> None:
    """A server that clamps per_page and tells neither that, nor a total, nor has_more, is read to the end."""
    moving = MovingList(430, by_updated, newest_first, largest=largest, counts=False, says_more=False)
    walk = walk_of(moving)
    assert read(walk, moving.answer) == sorted(moving.ids, reverse=newest_first)
    assert walk.complete
    assert walk.calls <= (3.6 if by_updated else 2.5) * 430 / largest + 4


@every_sort
@pytest.mark.parametrize(("rows", "calls"), [(0, 1), (1, 2), (9, 2), (30, 2), (99, 2)])
def test_a_short_page_without_any_number_takes_one_call_more(
    rows: int, calls: int, by_updated: bool, newest_first: bool
) -> None:
    """An empty page is the end."""
    moving = MovingList(rows, by_updated, newest_first, counts=False, says_more=False)
    walk = walk_of(moving)
    assert read(walk, moving.answer) == sorted(moving.ids, reverse=newest_first)
    assert (walk.complete, walk.calls) == (True, calls)


@pytest.mark.parametrize("largest", [1, 2, 3, 4, 5, 7])
def test_very_small_pages_without_any_number(largest: int) -> None:
    """The list is read to the end, or the walk is incomplete."""
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
    """Change the list."""
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
    """Walk while the list changes by the plan: every row that stays comes once, or the walk is incomplete."""
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
def test_rows_that_stay_come_once(
    rows: int,
    plan: Plan,
    seed: int,
    counts: bool,
    by_updated: bool,
    newest_first: bool,
) -> None:
    """Whatever moves between two calls, or between a count and its select."""
    check_plan(MovingList(rows, by_updated, newest_first, counts=counts, seed=seed), plan)


@every_sort
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rows=st.integers(0, 900), plan=PLANS, seed=st.integers(0, 9), tie=st.integers(2, 5))
def test_rows_that_stay_come_once_in_shuffled_seconds(
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
def test_a_long_list_that_moves_with_every_call_is_complete(counts: bool, by_updated: bool, newest_first: bool) -> None:
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
