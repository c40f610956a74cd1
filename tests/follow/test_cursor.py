"""The cursor keeps what was seen between runs."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from wacr_cli.core.errors import BusyError, UsageError, WacrError
from wacr_cli.follow.cursor import open_cursor
from wacr_cli.follow.reader import Position


def fail(_fd: int) -> None:
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


POSITION = Position(floor=5, seen=dict.fromkeys([9, 7]), front=[9, 3], total=None, searches=1)


def test_a_position_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    """The next run starts with the position of the last one."""
    path = tmp_path / "c"
    with open_cursor(path, "shop, messages") as cursor:
        assert cursor.position is None
        cursor.save(POSITION)
    with open_cursor(path, "shop, messages") as cursor:
        assert cursor.position == POSITION
    assert [one.name for one in tmp_path.iterdir()] == ["c"]


def test_a_cursor_of_another_query_is_refused(tmp_path: Path) -> None:
    """A cursor says what it belongs to; another query would lose messages."""
    with open_cursor(tmp_path / "c", "shop, messages") as cursor:
        cursor.save(POSITION)
    with pytest.raises(UsageError, match="shop, messages"), open_cursor(tmp_path / "c", "shop, text messages"):
        pass


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": 2, "subject": "s", "position": {}}',
        '{"version": 1, "subject": 1, "position": {}}',
        '{"version": 1, "subject": "s", "position": {"floor": "1"}}',
        '{"version": 1, "subject": "s", "position": {"unknown": 1}}',
        '{"version": 1, "subject": "s", "position": {"seen": [null]}}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_not_a_cursor_is_left_alone(tmp_path: Path, text: str) -> None:
    """A file of something else is an error, and is not written."""
    path = tmp_path / "c"
    path.write_text(text)
    with pytest.raises(UsageError, match="is not a cursor of wacr"), open_cursor(path, "s"):
        pass
    assert path.read_text() == text


def test_one_cursor_has_one_user(tmp_path: Path) -> None:
    """A second run with the same cursor is refused while the first one uses it."""
    path = tmp_path / "c"
    with open_cursor(path, "s"), pytest.raises(BusyError), open_cursor(path, "s"):
        pass


def test_a_folder_that_is_missing_is_an_error(tmp_path: Path) -> None:
    """A cursor that can't be written is an error before anything is read."""
    with pytest.raises(UsageError, match="No such file"), open_cursor(tmp_path / "missing" / "c", "s"):
        pass


def test_a_write_that_fails_leaves_the_old_position(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new position can't be written, the file still has the old one."""
    path = tmp_path / "c"
    with open_cursor(path, "s") as cursor:
        cursor.save(POSITION)
        monkeypatch.setattr(os, "fsync", fail)
        with pytest.raises(WacrError, match="No space left"):
            cursor.save(Position())
    assert [one.name for one in tmp_path.iterdir()] == ["c"]
    with open_cursor(path, "s") as cursor:
        assert cursor.position == POSITION
