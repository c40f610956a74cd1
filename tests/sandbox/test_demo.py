"""The sample workspace of --demo stands still for ten minutes, so that two commands in a row see the same messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import Result
from wacr_cli.core.times import SystemClock

Wacr = Callable[..., Result]


def set_time(monkeypatch: pytest.MonkeyPatch, minute: int) -> None:
    """Set the program's clock to a minute after 12:00."""
    monkeypatch.setattr(SystemClock, "now", lambda _: datetime(2026, 11, 20, 12, minute, 30, tzinfo=UTC))


def sent_at(wacr: Wacr) -> str:
    """Return the time of the newest message."""
    return wacr("--demo", "messages", "list", "--limit", "1", "--fields", "sent_at", "--format", "csv").text.split()[1]


def test_times_move_every_ten_minutes(wacr: Wacr, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest message is two to thirteen minutes old."""
    found = {}
    for minute in (0, 9, 10):
        set_time(monkeypatch, minute)
        found[minute] = sent_at(wacr)
    assert found == {
        0: "2026-11-20T11:57:48+00:00",
        9: "2026-11-20T11:57:48+00:00",
        10: "2026-11-20T12:07:48+00:00",
    }


def test_a_second_sync_finds_no_changes(wacr: Wacr, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The first one copies all messages."""
    found = []
    for minute in (1, 9):
        set_time(monkeypatch, minute)
        found.append(wacr("--demo", "sync", "--archive-at", str(tmp_path / "archive.sqlite")).stderr.partition(";")[0])
    assert found == ["Synced: 5,000 new, 0 changed", "Synced: 0 new, 0 changed"]
