"""``wacr conversations``: off the archive and off the API, in every form."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.archive.conftest import NO_DETAILS
from tests.conftest import NOW, SMALL, Api, Result, row
from wacr_cli.api import network
from wacr_cli.commands.conversations import show
from wacr_cli.core.conversations import FIELDS
from wacr_cli.output import console
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import Contact, Row, World

Wacr = Callable[..., Result]

BIG = 250
TALK: tuple[Row, ...] = (
    *SMALL,
    row(20, interaction_id=8, message="<script>x</script>", direction="inbound", is_read=False),
    row(21, interaction_id=8, direction="outbound", status="failed", status_message="131047", sender_id="15559999"),
    row(22, interaction_id=9, direction="outbound", sender_id="15559999")._replace(number="919812345678"),
    *(row(100 + n, interaction_id=10, direction=("inbound", "outbound")[n % 2]) for n in range(BIG)),
    row(900, interaction_id=11, direction="inbound", sender_id="919876543210", message="Late?"),
    row(901, interaction_id=11, direction="outbound", replies_to=900, message="No.", sender_id="15559999"),
)
PEOPLE = (
    Contact(1, "Priya", "Deshpande", None, "customer", None, "+91 98765-43210", None, 356, False, 11),
    Contact(2, "Asha", "Rao", None, "customer", None, "+91 98123 45678", None, 356, False, 9),
)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Api:
    """A few conversations, in place of the network."""
    service = Api(Sandbox(World(NOW, TALK, PEOPLE)))
    monkeypatch.setattr(network, "connect", lambda *_: httpx.MockTransport(service))
    return service


@pytest.fixture
def archive(account: Api, wacr: Wacr) -> Api:
    """The same, archived; the calls of the sync are forgotten."""
    assert wacr("sync").status == 0
    account.requests.clear()
    return account


def test_a_list_needs_the_archive(account: Api, wacr: Wacr) -> None:
    """The error names wacr sync, and no call is made."""
    result = wacr("conversations", "list")
    assert (result.status, result.stdout, account.requests) == (2, b"", [])
    assert "the list of conversations needs an archive" in result.stderr
    assert "Create it with wacr sync" in result.stderr


def test_the_list_has_the_newest_first(archive: Api, wacr: Wacr) -> None:
    """With waiting customers and numbers; no call is made."""
    rows = json.loads(wacr("conversations", "list", "--format", "json").stdout)
    assert [one["id"] for one in rows] == [11, 10, 9, 8, 7]
    assert all(tuple(one) == FIELDS for one in rows)
    by_id = {one["id"]: one for one in rows}
    assert [by_id[number]["number"] for number in (11, 9, 8)] == ["919876543210", "919812345678", "15550100"]
    assert (by_id[8]["unread"], by_id[8]["last_status"]) == (1, "failed")
    assert by_id[8]["waiting_since"] == "2026-10-10T16:00:00+00:00"
    assert by_id[8]["window_closes_at"] == "2026-10-11T16:00:00+00:00"
    assert (by_id[9]["waiting_since"], by_id[9]["window_closes_at"]) == (None, None)
    assert by_id[10]["messages"] == BIG
    assert archive.requests == []


def test_waiting_and_unread_conversations_can_be_selected(archive: Api, wacr: Wacr) -> None:
    """The closing line has the numbers."""
    assert wacr("conversations", "list", "--waiting", "--fmt").status == 2
    waiting = wacr("conversations", "list", "--waiting", "--format", "csv")
    assert [one["id"] for one in csv.DictReader(io.StringIO(waiting.text))] == ["8", "7"]
    unread = wacr("conversations", "list", "--unread", "--format", "jsonl")
    assert [json.loads(line)["id"] for line in unread.text.splitlines()] == [8]
    two = wacr("conversations", "list", "--limit", "2")
    assert len(two.text.splitlines()) == 3
    assert "Showing 2 of 5 conversations, " in two.stderr
    assert "5 conversations, " in wacr("conversations", "list", "--all").stderr
    assert wacr("conversations", "list", "--all", "--limit", "2").status == 2


def test_names_come_from_the_contacts(archive: Api, wacr: Wacr) -> None:
    """The notation of a number does not matter."""
    rows = json.loads(wacr("conversations", "list", "--names", "--format", "json").stdout)
    names = {one["id"]: one["name"] for one in rows}
    assert (names[11], names[9], names[7]) == ("Priya Deshpande", "Asha Rao", None)
    table = wacr("conversations", "list", "--names", "--format", "table").text
    assert "Priya Deshpande" in table
    assert "15550100" in table
    shown = wacr("conversations", "show", "11", "--names", "--format", "md").text
    assert "# Conversation 11 · Priya Deshpande · 919876543210" in shown
    assert "**Priya Deshpande**" in shown
    assert archive.requests == []


@pytest.mark.parametrize("form", ["table", "md", "html", "tsv", "csv", "json", "jsonl"])
def test_lists_and_transcripts_in_every_format(archive: Api, wacr: Wacr, tmp_path: Path, form: str) -> None:
    """No text adds a tag."""
    listed = wacr("conversations", "list", "--format", form)
    assert (listed.status, bool(listed.stdout)) == (0, True)
    shown = wacr("conversations", "show", "8", "--format", form)
    assert "x" in shown.text
    if form == "table":
        return
    file = tmp_path / f"out.{form}"
    assert wacr("conversations", "show", "8", "--output", str(file)).status == 0
    assert file.read_bytes() == shown.stdout
    if form in ("md", "html"):
        assert "<script>" not in shown.text + listed.text


def test_other_lists_have_no_page_formats(archive: Api, wacr: Wacr, tmp_path: Path) -> None:
    """Messages and contacts have no such form."""
    for words in (("--format", "html"), ("--format", "md"), ("--output", str(tmp_path / "x.html"))):
        assert wacr("messages", "list", *words).status == 2


def test_a_transcript_from_the_archive_takes_no_call(archive: Api, wacr: Wacr) -> None:
    """The oldest message comes first."""
    shown = json.loads(wacr("conversations", "show", "10", "--format", "json").stdout)
    assert [one["id"] for one in shown["messages"]] == [*range(100, 100 + BIG)]
    assert {one["direction"] for one in shown["messages"]} == {"inbound", "outbound"}
    listed = json.loads(wacr("conversations", "list", "--format", "json").stdout)
    assert shown["conversation"] == next(one for one in listed if one["id"] == 10)
    assert archive.requests == []


def test_a_transcript_from_the_api_takes_two_lists(account: Api, wacr: Wacr) -> None:
    """Two filtered walks, and what an archive would say of it too."""
    first = wacr("conversations", "show", "10", "--format", "json")
    assert len(account.requests) == 5  # two hundreds each way, and the total of both
    assert {one.get("filter[direction]") for one in account.queries} == {None, "inbound", "outbound"}
    assert {one["filter[interaction_id]"] for one in account.queries} == {"10"}
    assert wacr("sync").status == 0
    again = wacr("conversations", "show", "10", "--format", "json")
    rows = json.loads(again.stdout)["messages"]
    known = [{name: value for name, value in row.items() if name not in NO_DETAILS} for row in rows]
    assert known == json.loads(first.stdout)["messages"]
    assert {row["details_at"] for row in rows} == {None}
    calls = len(account.requests)
    online = wacr("conversations", "show", "10", "--format", "json", "--online")
    assert (online.stdout, len(account.requests)) == (first.stdout, calls + 5)


@pytest.mark.parametrize("local", [True, False])
def test_a_part_of_a_conversation_can_be_shown(account: Api, wacr: Wacr, local: bool) -> None:
    """The newest messages, or a span of time; nothing is claimed about the rest."""
    if local:
        assert wacr("sync").status == 0
    shown = json.loads(wacr("conversations", "show", "10", "--limit", "3", "--format", "json").stdout)
    assert [one["id"] for one in shown["messages"]] == [347, 348, 349]
    assert ("messages" in shown["conversation"]) is local
    assert "window_closes_at" in shown["conversation"]
    since = shown["messages"][1]["sent_at"]
    words = ("conversations", "show", "10", "--format", "tsv", "--since", since)
    assert len(wacr(*words).text.splitlines()) == 3
    none = wacr("conversations", "show", "10", "--since", "2030-01-01", "--format", "json")
    assert (none.status, json.loads(none.stdout)["messages"]) == (0, [])


@pytest.mark.parametrize("local", [True, False])
def test_a_missing_conversation_is_not_found(account: Api, wacr: Wacr, local: bool) -> None:
    """Exit status 3; what is not an id is exit status 2."""
    if local:
        assert wacr("sync").status == 0
    for words in ((), ("--limit", "3"), ("--since", "1d"), ("--format", "json")):
        result = wacr("conversations", "show", "99", *words)
        assert (result.status, result.stdout) == (3, b"")
        assert "no conversation 99" in result.stderr
    assert wacr("conversations", "show", "nine").status == 2
    assert wacr("conversations", "show", "0").status == 2


def test_a_missing_conversation_leaves_the_file(archive: Api, wacr: Wacr, tmp_path: Path) -> None:
    """The last good page stays."""
    file = tmp_path / "page.html"
    file.write_text("good")
    assert wacr("conversations", "show", "99", "--output", str(file)).status == 3
    assert file.read_text() == "good"


def test_details_take_one_call_for_each_message(archive: Api, wacr: Wacr) -> None:
    """They bring replies and reasons of failures."""
    plain = wacr("conversations", "show", "11", "--format", "md").text
    assert (archive.requests, "Late?\n\n**You**" in plain) == ([], True)
    detailed = wacr("conversations", "show", "11", "--details", "--format", "md").text
    assert len(archive.requests) == 2
    assert "> > Priya Deshpande: Late?\n>\n> No." in detailed
    (header, *_, last) = csv.reader(io.StringIO(wacr("conversations", "show", "8", "--details", "-f", "csv").text))
    assert dict(zip(header, last, strict=True))["status_message"] == "131047"
    named = wacr("conversations", "show", "11", "--details", "--names", "--format", "md").text
    assert "> > Priya Deshpande: Late?" in named
    assert "failed: 131047" in wacr("conversations", "show", "8", "--details", "--format", "html").text


@pytest.fixture
def kolkata(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use a time zone 5:30 ahead of UTC."""
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_times_are_local_in_pages_and_as_received_in_data(
    archive: Api, kolkata: None, wacr: Wacr, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page names the zone."""
    sent = json.loads(wacr("conversations", "show", "11", "--format", "json").stdout)["messages"][0]["sent_at"]
    assert sent == "2026-11-16T08:00:00+00:00"
    page = wacr("conversations", "show", "11", "--format", "html").text
    assert "UTC+05:30" in page
    assert '<time datetime="2026-11-16T13:30:00+05:30"' in page
    assert sent in wacr("conversations", "show", "11", "--format", "table").text


def test_names_are_shown_where_people_look(archive: Api, wacr: Wacr) -> None:
    """In tables and pages, unless --no-names is given; data have them with --names only."""
    assert wacr("conversations", "list", "--format", "table").text.splitlines()[1].startswith("Priya Deshpande")
    for words in (("list",), ("show", "11")):
        assert "Priya" in wacr("conversations", *words, "--format", "html").text
        assert "Priya" not in wacr("conversations", *words, "--format", "html", "--no-names").text
        assert "Priya" not in wacr("conversations", *words, "--format", "json").text
    table = ("messages", "list", "--archive", "--format", "table")
    assert "Priya" in wacr(*table).text
    assert "SENDER" in wacr(*table).text
    assert "Priya" not in wacr(*table, "--no-names").text
    assert "Priya" not in wacr(*table, "--fields", "id,sender_id").text
    assert archive.requests == []


def test_a_folder_gets_a_page_for_each_month(archive: Api, wacr: Wacr, tmp_path: Path) -> None:
    """An existing folder needs no slash; other formats are refused."""
    folder = tmp_path / "pages"
    assert wacr("conversations", "show", "11", "--output", f"{folder}/").status == 0
    assert (folder / "index.html").exists()
    assert wacr("conversations", "show", "11", "--output", str(folder)).status == 0
    refused = wacr("conversations", "show", "11", "--output", str(folder), "--format", "csv")
    assert (refused.status, "can't be written to a folder" in refused.stderr) == (2, True)


def test_a_long_page_has_a_hint(archive: Api, wacr: Wacr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written all the same."""
    monkeypatch.setattr(show, "_LONG_PAGE", 1)
    result = wacr("conversations", "show", "11", "--output", str(tmp_path / "11.html"))
    assert (result.status, "--output FOLDER/ writes a page for each month" in result.stderr) == (0, True)


@pytest.mark.parametrize(("width", "has_numbers"), [("80", False), ("120", True)])
def test_a_narrow_terminal_has_names_in_place_of_numbers(
    archive: Api, wacr: Wacr, monkeypatch: pytest.MonkeyPatch, width: str, has_numbers: bool
) -> None:
    """A number without a name is shown in its place; --names shows both."""
    monkeypatch.setattr(console, "_is_terminal", lambda _: True)
    monkeypatch.setenv("COLUMNS", width)
    lines = wacr("messages", "list", "--archive", "--no-pager").text.splitlines()
    assert "Priya" in "".join(lines)
    assert ("SENDER" in lines[0]) == has_numbers
    assert "SENDER" in wacr("messages", "list", "--archive", "--no-pager", "--names").text
