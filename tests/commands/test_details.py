"""wacr sync --details, and the fields that it brings to the commands that read the archive."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.conftest import SMALL, Api, Result
from wacr_cli.output.console import Console, ConsoleProgress
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World

Wacr = Callable[..., Result]
REASON = "(#131026) undeliverable \x1b[31m"


@pytest.fixture
def detailed(api: Api) -> Api:
    """The small account, whose messages have details."""
    assert isinstance(api.app, Sandbox)
    rows = [
        row._replace(status_message=REASON if row.status == "failed" else None, url=f"{row.id}.jpg", staff_id=3)
        for row in SMALL
    ]
    api.app.world = World(api.app.world.now, rows)
    return api


def detail_calls(api: Api) -> list[int]:
    """Return the ids of the messages that were requested one by one."""
    paths = [one.url.path.rpartition("/messages/")[2] for one in api.requests if "/messages/" in one.url.path]
    return [int(path) for path in paths]


def listed(wacr: Wacr, *words: str) -> dict[int, dict[str, object]]:
    """Return the messages of the archive by id."""
    rows = json.loads(wacr("messages", "list", "--archive", "--all", "--format", "json", *words).stdout)
    return {row["id"]: row for row in rows}


def test_details_are_read_and_shown(detailed: Api, wacr: Wacr) -> None:
    """A call for each message of the kinds; null where none was made; no call afterwards."""
    report = json.loads(wacr("sync", "--no-contacts", "--details", "failed,media", "--format", "json").stdout)
    assert (report["details_read"], report["details_left"]) == (2, 0)
    assert detail_calls(detailed) == [3, 2]
    detailed.requests.clear()
    rows = listed(wacr)
    assert (rows[2]["status_message"], rows[2]["staff_id"], rows[3]["url"]) == (REASON, 3, "3.jpg")
    assert [number for number, row in rows.items() if row["details_at"]] == [3, 2]
    assert (rows[1]["url"], rows[1]["details_at"]) == (None, None)
    table = wacr("messages", "list", "--archive", "--fields", "id,status_message,details_at", "--format", "table").text
    assert "undeliverable" in table
    assert "\x1b" not in table
    card = wacr("messages", "get", "--archive", "2", "--format", "table").text
    assert "undeliverable" in card
    assert "failed: (#131026)" in wacr("conversations", "show", "7", "--format", "table").text
    assert detail_calls(detailed) == []
    wacr("conversations", "show", "7", "--details", "--format", "table")
    assert sorted(detail_calls(detailed)) == [1, 4, 6, 7]


def test_the_columns_of_csv_stay(detailed: Api, wacr: Wacr) -> None:
    """The default ones; --fields may name the others, with --archive only."""
    wacr("sync", "--details", "all")
    header = wacr("messages", "list", "--archive", "--format", "csv").text.splitlines()[0]
    assert header == "id,interaction_id,sender_id,type,message,status,message_id,sent_at,is_read,direction"
    result = wacr("messages", "list", "--archive", "--fields", "id,url", "--format", "csv", "--sort", "created_at")
    assert result.text.splitlines()[:2] == ["id,url", "1,1.jpg"]
    assert wacr("messages", "list", "--fields", "id,url").status == 2


def test_the_profile_has_a_default(detailed: Api, wacr: Wacr) -> None:
    """The flag replaces it; none turns it off."""
    assert wacr("config", "set", "details", "failed").status == 0
    assert wacr("sync", "--details", "none").status == 0
    assert detail_calls(detailed) == []
    assert "details of 1 read" in wacr("sync").stderr
    assert wacr("sync", "--details", "outbound").status == 0
    assert detail_calls(detailed) == [2, 3]


@pytest.mark.parametrize("words", ["fialed", "", "failed,none", "failed,,media"])
def test_bad_kinds(api: Api, wacr: Wacr, words: str) -> None:
    """They are refused before any call, on the command line and in the configuration."""
    result = wacr("sync", "--details", words)
    assert (result.status, api.requests) == (2, [])
    assert result.stderr.startswith("wacr: --details: ")
    assert wacr("config", "set", "details", words).status == 2


def test_max_calls_bounds_them(detailed: Api, wacr: Wacr) -> None:
    """What is left is in the closing line, and no error."""
    result = wacr("sync", "--details", "all", "--max-calls", "2")
    assert result.status == 0
    assert "details of 2 read (5 left)" in result.stderr
    assert detail_calls(detailed) == [7, 6]


def test_the_estimate(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the rate limit, unless the API is slower."""
    progress = ConsoleProgress(Console(), limit=60)
    shown: list[str] = []
    monkeypatch.setattr(Console, "status", lambda _, text: shown.append(text))
    progress._start -= 5  # noqa: SLF001 - the clock of a run that began earlier
    progress.read_details(212, 1840)
    assert shown == ["Details: 212 of 1,840, about 27 min"]
