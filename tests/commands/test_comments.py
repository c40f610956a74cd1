"""``wacr comments`` and ``conversations show --comments``: the team's internal notes, alone and among the messages."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conftest import CANARY, NOW, SMALL, Api, Result, row
from wacr_cli.core.models import COMMENT_FIELDS
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import Comment, World

Wacr = Callable[..., Result]

NUMBER = "15550100"
START = row(1).created
HOSTILE = "<b>Call</b> &amp; ask<br>\x1b[2J\u202e <script>alert(1)</script>"
NOTES = (
    Comment(501, 7, NUMBER, "first", created=START - 60),
    Comment(502, 7, NUMBER, HOSTILE, status_message="Re\x1b[31mfund", staff_id=4, created=START + 5400),
    Comment(503, 7, NUMBER, None, "image", url="media/a.png", created=row(7).created + 60),
    Comment(504, 8, "15550199", "of another customer", created=START),
)


@pytest.fixture
def account(api: Api) -> Api:
    """The small account's messages, three notes on its conversation, and one on another."""
    api.app = Sandbox(World(NOW, [*SMALL, row(8, interaction_id=8)._replace(number="15550199")], (), NOTES))
    return api


def answer_with(account: Api, data: object, **more: object) -> None:
    """Answer every request for notes with this response."""
    usual = account.app
    account.app = lambda request: (
        httpx.Response(200, json={"success": True, "data": data, **more})
        if "/comments/" in request.url.path
        else usual(request)
    )


class TestList:
    """``wacr comments list``."""

    @pytest.mark.parametrize("number", [NUMBER, "+1 555-0100", "(1) 555 0100"])
    def test_one_call_newest_first(self, wacr: Wacr, account: Api, number: str) -> None:
        """All notes come with one call; JSON has them as the API sent them."""
        result = wacr("comments", "list", number, "-f", "json")
        assert [note["id"] for note in json.loads(result.stdout)] == [503, 502, 501]
        assert json.loads(result.stdout)[1]["message"] == HOSTILE
        assert [request.url.path for request in account.requests] == [f"/api/v2/comments/{NUMBER}"]
        assert account.queries == [{}]
        assert "3 comments, 1 call, " in result.stderr
        assert "complete" in result.stderr

    def test_every_format(self, wacr: Wacr, account: Api, tmp_path: Path) -> None:
        """CSV has every field, a table the text without HTML; nothing of a note acts on a terminal."""
        text = wacr("comments", "list", NUMBER, "-f", "csv").text
        found = list(csv.DictReader(io.StringIO(text, newline="")))
        assert tuple(found[0]) == COMMENT_FIELDS
        assert found[1]["message"] == HOSTILE
        table = wacr("comments", "list", NUMBER, "-f", "table").text
        assert "Call & ask↵␛[2J\\u202e alert(1)" in table
        assert "Re␛[31mfund" in table
        assert "/media/a.png" in table
        assert "\x1b" not in table
        path = tmp_path / "notes.jsonl"
        assert wacr("comments", "list", NUMBER, "-o", str(path)).stdout == b""
        assert len(path.read_text().splitlines()) == 3

    @pytest.mark.parametrize(
        ("flags", "expected", "said"),
        [
            (["--limit", "2"], [503, 502], "Showing 2 of 3 comments"),
            (["--limit", "3"], [503, 502, 501], "3 comments"),
            (["--all"], [503, 502, 501], "3 comments"),
            (["--fields", "id,staff_id"], [503, 502, 501], "3 comments"),
        ],
    )
    def test_flags(self, wacr: Wacr, account: Api, flags: list[str], expected: list[int], said: str) -> None:
        """As many notes as are asked for, with the fields that are asked for."""
        result = wacr("comments", "list", NUMBER, "-f", "json", *flags)
        rows = json.loads(result.stdout)
        assert [note["id"] for note in rows] == expected
        assert said in result.stderr
        if "--fields" in flags:
            assert {tuple(note) for note in rows} == {("id", "staff_id")}

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["Priya"], "not a phone number"),
            (["../account"], "not a phone number"),
            ([NUMBER, "--fields", "mesage"], "did you mean message?"),
            ([NUMBER, "--all", "--limit", "3"], "can't be used together"),
            ([NUMBER, "--format", "html"], "unknown value 'html'"),
        ],
    )
    def test_usage_errors(self, wacr: Wacr, account: Api, words: list[str], said: str) -> None:
        """Nothing is called."""
        result = wacr("comments", "list", *words)
        assert (result.status, result.stdout, account.requests) == (2, b"", [])
        assert said in result.stderr

    def test_dry_run(self, wacr: Wacr, account: Api) -> None:
        """The call as a curl command, and not made."""
        result = wacr("comments", "list", "+1 555 0100", "--dry-run")
        assert result.text.endswith(f"/api/v2/comments/{NUMBER}\n")
        assert result.text.startswith("curl -sS ")
        assert "1 call, less than a minute" in result.stderr
        assert account.requests == []

    def test_a_404_says_what_it_may_mean(self, wacr: Wacr, account: Api) -> None:
        """There is no conversation, or the API has no such path: exit status 3."""
        result = wacr("comments", "list", "15550111")
        assert (result.status, result.stdout) == (3, b"")
        first, second = result.stderr.splitlines()
        assert first == "wacr: no comments on 15550111: not found (404): Conversation not found."
        assert "this API has no comments" in second

    def test_the_scope_that_is_missing(self, wacr: Wacr, account: Api, monkeypatch: pytest.MonkeyPatch) -> None:
        """The API's own words name it."""
        monkeypatch.setenv("WACR_TOKEN", "messages-only")
        result = wacr("comments", "list", NUMBER)
        assert (result.status, "comments:read" in result.stderr) == (4, True)

    def test_no_notes_are_no_error(self, wacr: Wacr, account: Api) -> None:
        """An empty array, and a line that says so."""
        answer_with(account, [])
        result = wacr("comments", "list", NUMBER, "-f", "json")
        assert (result.status, json.loads(result.stdout)) == (0, [])
        assert "There are no comments." in result.stderr

    def test_pages_are_read_where_the_api_has_them(self, wacr: Wacr, account: Api) -> None:
        """Undocumented pages are no reason to lose a note."""
        notes = [{"id": number, "message": "x", "created_at": "2026-11-01"} for number in range(250, 0, -1)]

        def answer(request: httpx.Request) -> httpx.Response:
            page, size = (int(request.url.params.get(name, usual)) for name, usual in (("page", 1), ("per_page", 15)))
            rows, more = notes[(page - 1) * size : page * size], page * size < len(notes)
            return httpx.Response(200, json={"data": rows, "meta": {"pagination": {"has_more": more, "total": 250}}})

        account.app = answer
        rows = json.loads(wacr("comments", "list", NUMBER, "--all", "-f", "json").stdout)
        assert [note["id"] for note in rows] == list(range(250, 0, -1))
        assert {note["sent_at"] for note in rows} == {"2026-11-01"}
        account.requests.clear()
        few = wacr("comments", "list", NUMBER, "--limit", "5", "-f", "json")
        assert (len(json.loads(few.stdout)), len(account.requests)) == (5, 1)
        assert "Showing 5 of 250 comments" in few.stderr

    @pytest.mark.parametrize("data", [{}, [{"id": "x"}], [5], None])
    def test_odd_responses(self, wacr: Wacr, account: Api, data: object) -> None:
        """What is not a list of notes is exit status 7."""
        answer_with(account, data)
        assert wacr("comments", "list", NUMBER).status == 7

    def test_the_number_is_masked_in_what_is_logged(self, wacr: Wacr, account: Api) -> None:
        """--verbose prints the path without the number."""
        result = wacr("--verbose", "comments", "list", NUMBER, "-f", "json")
        assert f"/comments/{NUMBER}" not in result.stderr
        assert "/comments/******00 200" in result.stderr


class TestTranscript:
    """``wacr conversations show --comments``."""

    def show(self, wacr: Wacr, *words: str) -> Result:
        """Return the conversation with its notes."""
        result = wacr("conversations", "show", "7", "--comments", *words)
        assert result.status == 0, result.stderr
        return result

    def test_in_the_order_of_time(self, wacr: Wacr, account: Api) -> None:
        """JSON and JSON lines have notes among the messages, each row with its kind; one call more is made."""
        plain = json.loads(wacr("conversations", "show", "7", "-f", "json").stdout)
        calls = len(account.requests)
        account.requests.clear()
        result = self.show(wacr, "-f", "json")
        rows = json.loads(result.stdout)["messages"]
        assert len(account.requests) == calls + 1
        assert [(one["id"], one["kind"]) for one in rows][:4] == [
            (501, "comment"),
            (1, "message"),
            (2, "message"),
            (502, "comment"),
        ]
        assert rows[-1]["id"] == 503
        messages = [{name: one[name] for name in one if name != "kind"} for one in rows if one["kind"] == "message"]
        assert messages == plain["messages"]
        assert "kind" not in plain["messages"][0]
        assert [json.loads(line) for line in self.show(wacr, "-f", "jsonl").text.splitlines()] == rows
        assert "6 messages and 3 comments of conversation 7" in result.stderr

    @pytest.mark.parametrize("form", ["csv", "tsv"])
    def test_columns(self, wacr: Wacr, account: Api, form: str) -> None:
        """The first column is the kind; the label of a note has a column too."""
        lines = self.show(wacr, "-f", form).text.splitlines()
        separator = "," if form == "csv" else "\t"
        names = lines[0].split(separator)
        assert (names[0], "status_message" in names) == ("kind", True)
        assert lines[1].split(separator)[:2] == ["comment", "501"]

    def test_a_terminal_s_view(self, wacr: Wacr, account: Api) -> None:
        """A note is behind a dashed line, with its label; its HTML is text, and nothing acts."""
        text = self.show(wacr, "-f", "table").text
        (line,) = [line for line in text.splitlines() if "Re␛[31mfund" in line]
        assert line.startswith("┆ Note by staff 4  ")
        assert "┆ Call & ask\n┆ ␛[2J\\u202e alert(1)\n" in text
        assert "┆ [image a.png]" in text
        assert "\x1b" not in text
        assert len([line for line in text.splitlines() if line.startswith("┆ Note")]) == 3

    def test_markdown_and_html(self, wacr: Wacr, account: Api) -> None:
        """An italic heading, a box of its own; the texts are escaped."""
        text = self.show(wacr, "-f", "md").text
        assert text.count("\n*Note") == 3
        assert "*Note by staff 4*, " in text
        page = self.show(wacr, "-f", "html").text
        assert page.count('<article class="note">') == 3
        assert '<article class="note">' not in wacr("conversations", "show", "7", "-f", "html").text
        assert "<script>" not in page
        assert "Call &amp; ask" in page

    def test_a_span_and_a_limit(self, wacr: Wacr, account: Api) -> None:
        """Notes of the span alone; of the newest messages, no note before the first of them."""
        since = row(3).created_at.isoformat()
        rows = json.loads(self.show(wacr, "--since", since, "-f", "json").stdout)["messages"]
        assert [one["id"] for one in rows if one["kind"] == "comment"] == [503]
        rows = json.loads(self.show(wacr, "--limit", "5", "-f", "json").stdout)["messages"]
        assert [one["id"] for one in rows] == [2, 502, 3, 4, 6, 7, 503]
        rows = json.loads(self.show(wacr, "--limit", "99", "-f", "json").stdout)["messages"]
        assert [one["id"] for one in rows if one["kind"] == "comment"] == [501, 502, 503]

    def test_with_the_archive(self, wacr: Wacr, account: Api) -> None:
        """The messages come from the archive, the notes with one call."""
        assert wacr("sync").status == 0
        account.requests.clear()
        rows = json.loads(self.show(wacr, "-f", "json").stdout)["messages"]
        assert [one["id"] for one in rows if one["kind"] == "comment"] == [501, 502, 503]
        assert [request.url.path for request in account.requests] == [f"/api/v2/comments/{NUMBER}"]

    def test_a_note_that_is_listed_as_a_message_too(self, wacr: Wacr, account: Api) -> None:
        """It is shown once, as a note."""
        answer_with(account, [{"id": 4, "message": "note", "created_at": row(4).created_at.isoformat()}])
        rows = json.loads(self.show(wacr, "-f", "json").stdout)["messages"]
        assert [(one["id"], one["kind"]) for one in rows if one["id"] == 4] == [(4, "comment")]

    def test_a_404_is_an_error(self, wacr: Wacr, account: Api, tmp_path: Path) -> None:
        """It says what is missing, and no file is written."""
        usual = account.app
        account.app = lambda request: (
            httpx.Response(404, json={"message": "No route"}) if "/comments/" in request.url.path else usual(request)
        )
        result = wacr("conversations", "show", "7", "--comments", "-o", str(tmp_path / "x.html"))
        assert (result.status, list(tmp_path.glob("x*"))) == (3, [])
        assert "no comments on 15550100: not found (404): No route" in result.stderr
        assert CANARY not in result.stderr

    def test_a_conversation_without_a_number(self, wacr: Wacr, account: Api) -> None:
        """Its notes can't be read, which is said; the messages are shown."""
        account.app = Sandbox(World(NOW, [row(1, interaction_id=7, sender_id=None, has_wamid=False)], (), NOTES))
        result = self.show(wacr, "-f", "json")
        assert [one["kind"] for one in json.loads(result.stdout)["messages"]] == ["message"]
        assert "the customer's number is unknown" in result.stderr
