"""Lists that move while they are read, and servers that page them in their own way."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import DUMP, LIST, Ended, Runner, ids_of
from .moving import Moving
from .server import Server, answer

SORTS = ("-created_at", "created_at", "-updated_at", "updated_at")
SIZE = 700
MOST_MOVES = 30

Move = Callable[[Moving], None]


def _one_in_one_out(one: Moving) -> None:
    one.insert(1)
    one.delete(one.some(1))


def _of_each(number: int) -> Move:
    def move(one: Moving) -> None:
        one.insert(number)
        one.delete(one.some(number))
        one.touch(one.some(number))

    return move


MOVES: dict[str, Move] = {
    "a row comes in": lambda one: one.insert(1),
    "a row goes": lambda one: one.delete(one.some(1)),
    "a row is touched": lambda one: one.touch(one.some(1)),
    "one comes in and one goes": _one_in_one_out,
    "the newest goes": lambda one: one.delete([max(one.entries)]),
    "the oldest goes": lambda one: one.delete([min(one.entries)]),
    "three of each": _of_each(3),
}
BY_THE_HUNDRED: dict[str, Move] = {
    "a hundred come in": lambda one: one.insert(100),
    "a hundred go": lambda one: one.delete(one.some(100)),
    "a hundred that stand together go": lambda one: one.delete(sorted(one.entries)[200:300]),
    "a hundred are touched": lambda one: one.touch(one.some(100)),
    "a hundred of each": _of_each(100),
}


def _never_short_in_silence(ended: Ended, messages: Moving) -> None:
    """Every row that was there throughout came exactly once, or it was said that some did not."""
    assert len(ended.ids) == len(set(ended.ids)), "rows came twice"
    if ended.status:
        ended.expect(8, "wacr: incomplete: ")
    else:
        missing = messages.alive_throughout - set(ended.ids)
        assert not missing, f"{len(missing)} rows are missing"


@pytest.mark.parametrize("total", [True, False], ids=["total", "no total"])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_rows_that_move_at_every_call(wacr: Runner, server: Server, move: Move, sort: str, total: bool) -> None:
    """Rows that stay come exactly once, whatever moves with each of the first thirty calls."""
    server.app = messages = Moving(SIZE, total=total)
    messages.move = lambda one, number: move(one) if number <= MOST_MOVES else None
    ended = wacr(*DUMP, "--sort", sort)
    _never_short_in_silence(ended, messages)
    ended.expect(0, "complete")
    assert messages.moved >= SIZE // 100


@pytest.mark.parametrize("total", [True, pytest.param(False, marks=pytest.mark.soak)], ids=["total", "no total"])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("move", BY_THE_HUNDRED.values(), ids=BY_THE_HUNDRED)
def test_rows_that_move_by_the_hundred(wacr: Runner, server: Server, move: Move, sort: str, total: bool) -> None:
    """Rows that stay come exactly once, although a hundred move with each second and third call."""
    server.app = messages = Moving(2 * SIZE, total=total)
    messages.move = lambda one, number: move(one) if number <= MOST_MOVES and number % 5 in (2, 3) else None
    ended = wacr(*DUMP, "--sort", sort)
    _never_short_in_silence(ended, messages)
    ended.expect(0, "complete")
    assert messages.moved >= 400


@pytest.mark.parametrize("tie", [3, 20, 90])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("move", [None, MOVES["a row goes"], MOVES["three of each"]], ids=["still", "goes", "three"])
def test_rows_of_a_second_that_change_places(
    wacr: Runner, server: Server, move: Move | None, sort: str, tie: int
) -> None:
    """None is missing without being reported."""
    server.app = messages = Moving(SIZE, tie=tie, shuffled=True)
    if move:
        messages.move = lambda one, number: move(one) if number <= MOST_MOVES else None
    ended = wacr(*DUMP, "--sort", sort)
    _never_short_in_silence(ended, messages)
    assert messages.moved >= SIZE // 100
    if tie == 3:
        ended.expect(0, "complete")


@pytest.mark.parametrize("gone", [0, 1, 99, 100, 249])
def test_rows_that_go_all_at_once(wacr: Runner, server: Server, messages: Moving, gone: int) -> None:
    """The list is read to its end."""
    messages.move = lambda one, number: one.delete(list(one.entries)[gone:]) if number == 2 else None
    ended = wacr(*DUMP)
    _never_short_in_silence(ended, messages)
    assert messages.moved == 250 - gone


TOLD = {
    "all": {},
    "has_more": {"total": False, "echo": False},
    "total": {"has_more": False, "echo": False},
    "per_page": {"has_more": False, "total": False},
    "has_more and total": {"echo": False},
}


@pytest.mark.parametrize("told", TOLD.values(), ids=TOLD)
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("most", [15, 99, *(pytest.param(most, marks=pytest.mark.soak) for most in (10, 40))])
def test_a_server_that_gives_smaller_pages_is_read_to_the_end(
    wacr: Runner, server: Server, most: int, sort: str, told: dict[str, bool]
) -> None:
    """Whatever says that it does."""
    server.app = messages = Moving(430, most=most, **told)  # type: ignore[arg-type]
    ended = wacr(*DUMP, "--sort", sort)
    ended.expect(0, "complete")
    assert sorted(ended.ids) == list(range(1, 431))
    assert messages.answered >= 430 / most


@pytest.mark.parametrize("echo", [True, False], ids=["told", "untold"])
@pytest.mark.parametrize("total", [True, False], ids=["total", "no total"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_server_that_always_gives_page_1(wacr: Runner, server: Server, sort: str, total: bool, echo: bool) -> None:
    """The run ends, and reports what is missing."""
    server.app = messages = Moving(450, total=total, echo=echo, always_page_1=True)
    ended = wacr(*DUMP, "--sort", sort)
    ended.expect(8, "incomplete: ")
    # By updated_at the order of creation is read too, which has a first page of its own.
    assert len(ended.ids) == len(set(ended.ids)) <= 200
    assert 2 <= messages.answered <= 100


@pytest.mark.parametrize("rows", [0, 1, 99, 100, 250])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("total", [True, False], ids=["total", "no total"])
def test_a_server_whose_has_more_is_always_true(
    wacr: Runner, server: Server, rows: int, sort: str, total: bool
) -> None:
    """Every row comes and the run ends, with 8 if no total proves it."""
    server.app = messages = Moving(rows, total=total, more_always=True)
    ended = wacr(*DUMP, "--sort", sort)
    assert sorted(ended.ids) == list(range(1, rows + 1))
    ended.expect(0 if total else 8)
    assert messages.answered <= 40


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("rows", [0, 1, 100, 200, 1_000, 99, 101, 198, 250])
def test_the_calls_of_a_list_that_does_not_move(wacr: Runner, server: Server, rows: int, sort: str) -> None:
    """One for each hundred rows, one more if the last page is full; by updated_at twice as many."""
    server.app = messages = Moving(rows)
    ended = wacr(*DUMP, "--sort", sort)
    ended.expect(0)
    assert sorted(ended.ids) == list(range(1, rows + 1))
    least = max(1, -(-rows // 100))
    more = {"-created_at": 0, "created_at": least // 5}.get(sort, least)
    assert messages.answered <= least + more + (-rows % 100 < 5 or more > 0)


def test_an_empty_list_is_a_success(wacr: Runner, server: Server) -> None:
    """One call, no output and a note."""
    server.app = Moving(0)
    ended = wacr(*DUMP)
    ended.expect(0, "There are no messages.")
    assert (ended.out, len(server.seen)) == ("", 1)
    assert wacr(*LIST, "--all", "--format", "json").out == "[]\n"
    assert wacr(*LIST, "--all", "--format", "csv", "--fields", "id").out == "id\n"


@pytest.mark.parametrize("name", ["old.jsonl", "old.jsonl.gz", "old.csv", "old.json"])
@pytest.mark.parametrize(("status", "leaves"), [(401, 4), (403, 4), (500, 6), (302, 7)])
@pytest.mark.parametrize("there", [True, False], ids=["replacing", "new"])
def test_a_dump_that_fails_in_the_middle_leaves_the_old_file(
    wacr: Runner, server: Server, tmp_path: Path, name: str, status: int, leaves: int, there: bool
) -> None:
    """And nothing beside it."""
    folder = tmp_path / "dumps"
    folder.mkdir()
    if there:
        (folder / name).write_bytes(b"old")
    server.will(answer(status, b"{}", {"Retry-After": "1"}), at=2, forever=True)
    ended = wacr(*LIST, "--all", "--output", str(folder / name))
    ended.expect(leaves)
    assert ended.out == ""
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == ({name: b"old"} if there else {})
    assert server.fired[0] == (2, f"status {status}")


def test_a_dump_that_is_incomplete_leaves_the_old_file(wacr: Runner, server: Server, tmp_path: Path) -> None:
    """A walk that can't be proved complete does not replace the file."""
    old = tmp_path / "old.csv"
    old.write_text("old")
    server.app = messages = Moving(450, always_page_1=True)
    wacr(*LIST, "--all", "--output", str(old)).expect(8, "incomplete")
    assert old.read_text() == "old"
    assert messages.answered >= 2


def test_a_dump_through_a_failing_network_is_complete(wacr: Runner, server: Server, tmp_path: Path) -> None:
    """A compressed one; every row comes once."""
    for number in (1, 3, 4):
        server.will(answer(503, b"", {"Retry-After": "1"}), at=number)
    path = tmp_path / "new.jsonl.gz"
    wacr(*LIST, "--all", "--output", str(path)).expect(0, "250 messages, 6 calls", "complete")
    assert ids_of(gzip.decompress(path.read_bytes()).decode()) == list(range(250, 0, -1))
    assert len(server.fired) == 3
