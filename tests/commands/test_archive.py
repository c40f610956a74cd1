"""wacr sync, wacr archive, and --archive on the commands about messages."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import SMALL, Api, Result
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World

Wacr = Callable[..., Result]


@pytest.fixture
def archived(api: Api, wacr: Wacr) -> Wacr:
    """Return the runner with the small account archived; earlier calls are forgotten."""
    assert wacr("sync", "--no-contacts").status == 0
    api.requests.clear()
    return wacr


def test_a_sync_ends_with_one_line(api: Api, wacr: Wacr) -> None:
    """On standard error; standard output is empty without --format."""
    result = wacr("sync")
    assert (result.status, result.stdout) == (0, b"")
    calls = len(api.requests)
    assert result.stderr.startswith(f"Synced: 7 new, 0 changed; {calls} calls, ")
    assert result.stderr.endswith(", complete\n")


def test_a_sync_reports_one_object_as_json(api: Api, wacr: Wacr) -> None:
    """One object with what was done."""
    found = json.loads(wacr("sync", "--format", "json").stdout)
    assert found.pop("seconds") >= 0
    assert found == {
        "new": 7,
        "changed": 0,
        "deleted": 0,
        "found_missing": 0,
        "restored": 0,
        "redirected": 0,
        "details_read": 0,
        "details_left": None,
        "calls": len(api.requests),
        "complete": True,
        "newest_sent_at": SMALL[-1].sent_at.isoformat(timespec="seconds"),
    }


def test_a_full_sync_marks_deleted_messages(api: Api, archived: Wacr) -> None:
    """--deleted shows them, with the time."""
    app = api.app
    assert isinstance(app, Sandbox)
    app.world = World(app.world.now, [one for one in SMALL if one.id != 4])
    assert json.loads(archived("sync", "--full", "--format", "json").stdout)["deleted"] == 1
    rows = json.loads(archived("messages", "list", "--archive", "--deleted", "--format", "json").stdout)
    assert [one["id"] for one in rows] == [4]
    assert rows[0]["deleted_at"].startswith("20")
    assert archived("messages", "list", "--archive", "--count").text == "6\n"
    assert (
        archived("messages", "list", "--archive", "--deleted", "-f", "csv")
        .text.splitlines()[0]
        .endswith(",direction,deleted_at")
    )


NO_DETAILS = ', "status_message": null, "ref_message_id": null, "url": null, "staff_id": null, "details_at": null}'
"""What a message of the archive has in JSON besides that of the API, and the end of the object."""

LISTS = [
    (),
    ("--type", "text"),
    ("--type", "ne:text", "--sort", "created_at"),
    ("--status", "in:read,failed", "--limit", "2"),
    ("--direction", "outbound"),
    ("--interaction-id", "7", "--search", "ORDER"),
    ("--search", "=1+1"),
    ("--all", "--fields", "message,type,id"),
    ("--since", "2026-11-18", "--all"),
    ("--filter", "type[in]=text,image"),
    ("--count",),
]


FORMS = ("json", "jsonl", "csv", "tsv", "table")
EVERY_LIST = [("json", words) for words in LISTS] + [(form, LISTS[0]) for form in FORMS[1:]]
REST = [(form, words) for form in FORMS for words in LISTS if (form, words) not in EVERY_LIST]


@pytest.mark.parametrize(
    ("form", "words"), [*EVERY_LIST, *(pytest.param(*one, marks=pytest.mark.soak) for one in REST)]
)
def test_a_list_from_the_archive_is_that_of_the_api(
    api: Api, archived: Wacr, words: tuple[str, ...], form: str
) -> None:
    """The same flags give the same bytes without a call; JSON has details too."""
    here = archived("messages", "list", "--archive", "--format", form, *words)
    assert (here.status, api.requests) == (0, [])
    directed = () if "--count" in words else ("--with-direction",)
    there = archived("messages", "list", "--format", form, *words, *directed).text
    if form.startswith("json") and "--fields" not in words and "--count" not in words:
        there = re.sub("}(?=,?\n)", NO_DETAILS, there)
    assert here.text == there


def test_a_page_of_the_archive_is_that_of_the_api(archived: Wacr) -> None:
    """Fifteen messages by default."""
    for words in (("--page", "2", "--per-page", "3"), ("--page", "1"), ("--per-page", "2")):
        here, there = (
            archived("messages", "list", "--fields", "id", *words, *more).text for more in (("--archive",), ())
        )
        assert here == there


def test_an_archive_needs_no_token(api: Api, archived: Wacr, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor a network."""
    monkeypatch.delenv("WACR_TOKEN")
    for words in (
        ("messages", "list", "--archive"),
        ("messages", "get", "--archive", "3"),
        ("archive", "info"),
        ("archive", "check"),
        ("archive", "path"),
    ):
        assert archived(*words).status == 0
    assert api.requests == []


def test_messages_are_found_by_the_id_of_wacr_or_whatsapp(archived: Wacr) -> None:
    """A missing one is named, and the others are shown."""
    row = json.loads(archived("messages", "get", "--archive", "3", "--format", "json").stdout)
    assert (row["id"], row["direction"]) == (3, "outbound")
    assert (row["staff_id"], row["details_at"]) == (None, None)
    result = archived("messages", "get", "--archive", row["message_id"], "99", "wamid.no", "--format", "jsonl")
    assert result.status == 3
    assert json.loads(result.text) == row
    assert "no message 99, wamid.no" in result.stderr
    card = archived("messages", "get", "--archive", "3", "--format", "table").text
    assert "Direction" in card
    assert "Details read" in card


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (("--search", '"plain"', "--search-mode", "words"), [1]),
        (("--search", "COMMA quote", "--search-mode", "words"), [4]),
        (("--sender", "+1 555-0101"), [6]),
        (("--sort", "sent_at", "--limit", "2"), [1, 2]),
        (("--sort", "-sent_at", "--limit", "2"), [7, 6]),
    ],
)
def test_flags_that_only_the_archive_has_need_it(archived: Wacr, words: tuple[str, ...], ids: list[int]) -> None:
    """Words, senders and the order of sending."""
    result = archived("messages", "list", "--archive", "--format", "jsonl", *words)
    assert [json.loads(line)["id"] for line in result.text.splitlines()] == ids
    assert archived("messages", "list", *words).status == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("messages", "list", "--search-mode", "words", "--search", "a"), "--search-mode needs --archive"),
        (("messages", "list", "--deleted"), "--deleted needs --archive"),
        (("messages", "list", "--archive", "--search-mode", "word"), "did you mean words?"),
        (("messages", "list", "--archive", "--sort", "sent"), "did you mean sent_at?"),
        (("messages", "list", "--archive-at", "mysql://u:p@h/db"), "neither a file nor"),
        (("messages", "list", "--archive-at", "no/such"), "there is no archive"),
        (("messages", "get", "--archive-at", "no/such", "1"), "there is no archive"),
        (("archive", "info", "--archive-at", "no/such"), "there is no archive"),
        (("archive", "check", "--archive-at", "no/such"), "there is no archive"),
        (("sync", "--archive-at", "/dev/null/x"), "can't write the archive"),
    ],
)
def test_bad_input_is_a_usage_error(api: Api, wacr: Wacr, words: tuple[str, ...], said: str) -> None:
    """No call is made, and no file is created."""
    result = wacr(*words)
    assert (result.status, result.stdout) == (2, b"")
    assert said in result.stderr
    assert api.requests == []
    assert not Path("no").exists()


def test_a_filter_that_the_archive_lacks_is_refused(archived: Wacr) -> None:
    """It is not ignored."""
    result = archived("messages", "list", "--archive", "--filter", "created_at[gte]=1")
    assert (result.status, result.stdout) == (2, b"")
    assert "the archive can't filter by created_at[gte]" in result.stderr


def test_the_place_of_the_archive(wacr: Wacr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flag, then the environment, then the profile, then a file for each profile."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "config.toml").write_text('[profiles.shop]\narchive = "shop.db"\n[profiles."a/../b"]\n')
    monkeypatch.setenv("WACR_CONFIG_DIR", str(config))

    def place(*words: str) -> str:
        return wacr("archive", "path", *words).text.rstrip("\n")

    assert place().endswith("/wacr/default.sqlite")
    assert place("--demo").endswith("/wacr/demo.sqlite")
    assert place("--profile", "a/../b").endswith("/wacr/a%2F..%2Fb.sqlite")
    assert place("--profile", "shop") == str(config / "shop.db")
    monkeypatch.setenv("WACR_ARCHIVE", "~/mine.db")
    assert place("--profile", "shop") == str(tmp_path / "home" / "mine.db")
    assert place("--archive-at", "/elsewhere/x") == "/elsewhere/x"


def test_an_incomplete_archive_is_reported(archived: Wacr, tmp_path: Path) -> None:
    """By each command that reads it."""
    assert archived("messages", "list", "--archive").stderr.count("\n") == 1
    path = archived("archive", "path").text.strip()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM sync_state WHERE key = 'synced'")
    assert "not complete" in archived("messages", "list", "--archive").stderr
    assert archived("archive", "info", "--format", "json").text.count('"complete": false') == 1


def test_check_online_compares_the_totals(api: Api, archived: Wacr) -> None:
    """Check --online says when they differ."""
    result = archived("archive", "check", "--online", "--format", "json")
    assert result.status == 0
    found = json.loads(result.stdout)
    assert (found["sound"], found["messages"], found["on_service"]) == (True, 7, 7)
    app = api.app
    assert isinstance(app, Sandbox)
    app.world.remove(2)
    result = archived("archive", "check", "--online")
    assert result.status == 1
    assert "the archive has 7 messages, the API 6" in result.stderr


def test_a_dry_run_of_the_archive_shows_no_call(api: Api, archived: Wacr) -> None:
    """There is nothing to show."""
    result = archived("messages", "list", "--archive", "--dry-run")
    assert (result.status, result.stdout, api.requests) == (0, b"", [])


def test_the_sample_workspace_can_be_archived(wacr: Wacr) -> None:
    """Without an account."""
    assert wacr("--demo", "sync", "--quiet").status == 0
    assert wacr("--demo", "messages", "list", "--archive", "--count").text == "5000\n"
    found = json.loads(wacr("--demo", "archive", "info", "-f", "json").stdout)
    assert (found["messages"], found["contacts"] > 0, found["complete"]) == (5000, True, True)
    named = wacr("--demo", "messages", "list", "--archive", "--names", "-L", "5", "-f", "csv").text
    assert "sender_name" in named.splitlines()[0]


def test_names_come_from_the_archive(api: Api, wacr: Wacr) -> None:
    """An archive without contacts shows none; no call is made either way."""
    assert wacr("sync", "--no-contacts").status == 0
    api.requests.clear()
    assert wacr("messages", "list", "--archive", "--names").status == 0
    assert wacr("messages", "get", "--archive", "--names", "3").status == 0
    assert api.requests == []
    assert "/contacts" in wacr("messages", "list", "--names", "--dry-run").text
    assert wacr("sync", "--full").status == 0
    assert "/contacts" not in wacr("messages", "list", "--names", "--dry-run").text
    api.requests.clear()
    assert wacr("messages", "list", "--names").status == 0
    assert [request.url.path for request in api.requests] == ["/api/v2/messages"]
