"""``wacr contacts``, ``wacr account`` and ``--names``: people and whose account it is."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conftest import NOW, SMALL, Api, Result
from wacr_cli.core.models import CONTACT_FIELDS
from wacr_cli.core.times import SystemClock
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World, load

Wacr = Callable[..., Result]

PEOPLE = load(NOW).contacts


STRING_IDS = (
    ("messages", "list"),
    ("messages", "list", "--with-direction", "--fields", "interaction_id,id"),
    ("messages", "get", "3"),
    ("contacts", "list", "--all"),
    ("contacts", "get", "5100", "5103"),
)


@pytest.fixture
def people(api: Api) -> Api:
    """The messages of the small account, and 120 contacts; two of them wrote some messages."""
    known = [
        PEOPLE[0]._replace(phone="+1 555-0100", firstname="Ada \x1b[31m", lastname="<b>"),
        PEOPLE[1]._replace(phone="15550101"),
    ]
    api.app = Sandbox(World(NOW, SMALL, [*known, *PEOPLE[2:]]))
    return api


@pytest.mark.parametrize(
    ("flags", "parameters"),
    [
        ([], {"sort": "id", "page": "1", "per_page": "30"}),
        (["--type", "lead"], {"filter[type]": "lead", "sort": "id", "page": "1", "per_page": "30"}),
        (["--created-at", "gte:2026-01-01"], {"filter[created_at][gte]": "2026-01-01", "sort": "id"}),
        (["--created-at", "2026-01-01T10:00:00"], {"filter[created_at]": "2026-01-01T10:00:00", "sort": "id"}),
        (["--assigned-id", "null:false"], {"filter[assigned_id][null]": "false"}),
        (["--group-id", "1,2"], {"filter[group_id][in]": "1,2"}),
        (["--filter", "city[like]=Pune"], {"filter[city][like]": "Pune"}),
        (["-s", "priya", "--sort", "-lastname"], {"search": "priya", "sort": "-lastname,id"}),
        (["--expand", "groups,status", "--page", "2"], {"include": "groups,status", "page": "2"}),
        (["--count"], {"page": "1", "per_page": "1"}),
    ],
)
def test_flags_become_parameters(wacr: Wacr, people: Api, flags: list[str], parameters: dict[str, str]) -> None:
    """In one call."""
    assert wacr("contacts", "list", *flags).status == 0
    (asked,) = people.queries
    assert asked.items() >= parameters.items()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--type", "lede"], "did you mean lead?"),
        (["--type", "gt:"], "empty value"),
        (["--status-id", "x"], "not an id"),
        (["--status-id", "nt:3"], "unknown operator 'nt'"),
        (["--status-id", "gt:3,4"], "takes one value"),
        (["--status-id", "gt:3", "--status-id", "gt:4"], "given twice"),
        (["--status-id", "3", "--status-id", "gt:4"], "of which the API would ignore one"),
        (["--status-id", "between:3"], "takes two values"),
        (["--status-id", "null:maybe"], "unknown value"),
        (["--created-at", "gte:soon"], "not a time"),
        (["--sort", "phone"], "unknown value 'phone'"),
        (["--expand", "group"], "did you mean groups?"),
        (["--fields", "name"], "did you mean"),
        (["--page", "2", "--all"], "can't be used"),
    ],
)
def test_invalid_arguments_are_usage_errors(wacr: Wacr, people: Api, flags: list[str], said: str) -> None:
    """Nothing is sent."""
    result = wacr("contacts", "list", *flags)
    assert result.status == 2
    assert said in result.stderr
    assert people.requests == []


def test_contacts_in_every_format(wacr: Wacr, people: Api) -> None:
    """JSON as the API sends it, CSV with twenty fields, and a table."""
    rows = json.loads(wacr("contacts", "list", "--all", "-f", "json").stdout)
    assert len(rows) == 120
    assert tuple(rows[0]) == CONTACT_FIELDS
    table = list(csv.DictReader(io.StringIO(wacr("contacts", "list", "--all", "-f", "csv").text, newline="")))
    assert [row["phone"] for row in table] == [row["phone"] for row in rows]
    assert table[0]["group_id"] == "[1, 2, 3]"
    lines = wacr("contacts", "list", "-f", "table", "-L", "3").text.splitlines()
    assert lines[0].split() == ["ID", "PHONE", "TYPE", "EMAIL", "CREATED", "NAME"]
    assert "Ada ␛[31m <b>" in lines[1]
    picked = json.loads(wacr("contacts", "list", "-f", "json", "--fields", "phone,id", "-L", "1").stdout)
    assert picked == [{"phone": "+1 555-0100", "id": 5100}]


def test_the_closing_line_has_the_numbers(wacr: Wacr, people: Api) -> None:
    """If nothing matches, it has the query."""
    assert wacr("contacts", "list").stderr.startswith("Showing 30 of 120 contacts, 1 call, ")
    assert ", complete" in wacr("contacts", "list", "--all").stderr
    empty = wacr("contacts", "list", "-s", "zzz", "-f", "json")
    assert (empty.status, empty.stdout) == (0, b"[]\n")
    assert "No contacts match: contacts, containing 'zzz'." in empty.stderr


def test_a_dry_run_shows_the_calls(wacr: Wacr, people: Api) -> None:
    """The length of a whole list is requested once."""
    result = wacr("contacts", "list", "--dry-run", "--type", "lead")
    assert "/contacts?filter%5Btype%5D=lead&sort=id&page=1&per_page=30'" in result.text
    assert people.requests == []
    result = wacr("contacts", "list", "--dry-run", "--all")
    assert len(result.text.splitlines()) == 2
    assert [query["per_page"] for query in people.queries] == ["1"]


def test_one_id_is_an_object_and_several_are_an_array(wacr: Wacr, people: Api) -> None:
    """A missing one is named, and the others are shown."""
    assert json.loads(wacr("contacts", "get", "5100", "-f", "json").stdout)["phone"] == "+1 555-0100"
    result = wacr("contacts", "get", "5100", "99", "5103", "-f", "json", "--expand", "status")
    assert [row["status"]["name"] for row in json.loads(result.stdout)] == ["New", "Regular"]
    assert result.status == 3
    assert "no contact 99" in result.stderr
    card = wacr("contacts", "get", "5100", "-f", "table", "--expand", "groups").text
    assert "Ada ␛[31m" in card
    assert "Newsletter, Festival boxes, Restaurants" in card


def test_the_scope_that_is_missing_is_named(wacr: Wacr, people: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command names its own."""
    monkeypatch.setenv("WACR_TOKEN", "messages-only")
    for words, scope in (
        (("contacts", "list"), "contacts:read"),
        (("contacts", "get", "5100"), "contacts:read"),
        (("messages", "list", "--names"), "contacts:read"),
        (("account",), "account:read"),
        (("api", "account/usage"), "account:read"),
    ):
        result = wacr(*words)
        assert result.status == 4, words
        assert f"Give it the scope {scope} " in result.stderr


def test_ids_that_are_strings(wacr: Wacr, people: Api) -> None:
    """Ids that come as strings of digits are integers in JSON, for lists and single rows."""
    usual = people.app

    def answer(request: httpx.Request) -> httpx.Response:
        text = usual(request).text
        return httpx.Response(200, text=re.sub(r'"((?:interaction_|assigned_|status_)?id)":(\d+)', r'"\1":"\2"', text))

    expected = [json.loads(wacr(*words, "-f", "json").stdout) for words in STRING_IDS]
    people.app = answer
    assert [json.loads(wacr(*words, "-f", "json").stdout) for words in STRING_IDS] == expected
    rows = [json.loads(line) for line in wacr("api", "contacts", "--paginate", "-f", "jsonl").text.splitlines()]
    assert {type(row["id"]) for row in rows} == {str}
    assert len(rows) == 120


class TestNames:
    """Names beside numbers."""

    def test_names_in_every_format(self, wacr: Wacr, people: Api) -> None:
        """A number may have another notation; unknown ones have no name."""
        rows = json.loads(wacr("messages", "list", "--names", "-f", "json").stdout)
        ada, other = "Ada \x1b[31m <b>", f"{PEOPLE[1].firstname} {PEOPLE[1].lastname}"
        assert [row["sender_name"] for row in rows] == [None, other, ada, ada, ada, ada, ada]
        assert list(rows[0])[-1] == "sender_name"
        assert len(people.requests) == 3
        table = wacr("messages", "list", "--names", "-f", "table").text
        assert "Ada ␛[31m <b>" in table
        assert wacr("messages", "list", "--names", "-f", "csv").text.splitlines()[0].endswith(",is_read,sender_name")

    def test_a_name_is_a_field(self, wacr: Wacr, people: Api) -> None:
        """The number is requested for it."""
        rows = json.loads(wacr("messages", "list", "--names", "-f", "json", "--fields", "id,sender_name").stdout)
        assert list(rows[0]) == ["id", "sender_name"]
        assert people.queries[0]["fields"] == "id,sender_id"
        assert wacr("messages", "list", "--fields", "id,sender_name").status == 2

    def test_a_card_has_the_name(self, wacr: Wacr, people: Api) -> None:
        """A card has it too."""
        assert json.loads(wacr("messages", "get", "6", "--names", "-f", "json").stdout)["sender_name"]
        assert "Sender's name" in wacr("messages", "get", "6", "--names", "-f", "table").text
        assert wacr("messages", "get", "6", "--names", "-f", "tsv").text.splitlines()[0].endswith("\tsender_name")

    def test_a_dry_run_describes_the_calls_for_names(self, wacr: Wacr, people: Api) -> None:
        """None is made."""
        result = wacr("messages", "list", "--names", "--dry-run")
        assert result.text.splitlines()[1].endswith("/contacts?sort=-id&page=1&per_page=100'")
        assert "Names take" in result.stderr
        assert people.requests == []

    def test_contacts_are_read_only_for_names(self, wacr: Wacr, people: Api) -> None:
        """Contacts are read only where names are wanted."""
        wacr("messages", "list")
        assert [request.url.path for request in people.requests] == ["/api/v2/messages"]


class TestAccount:
    """The account on one page."""

    def test_json_has_the_three_responses(self, wacr: Wacr, people: Api) -> None:
        """For three calls."""
        found = json.loads(wacr("account", "-f", "json").stdout)
        assert found["account"]["name"] == "Saunf & Sons"
        assert found["usage"]["contacts"]["current"] == 120
        assert found["limits"]["limits"]["api_calls_per_minute"]["limit"] == 60
        assert len(people.requests) == 3

    def test_a_table_has_bars_and_numbers(self, wacr: Wacr, people: Api) -> None:
        """Bars for what is used, with the numbers beside them."""
        text = wacr("account", "-f", "table").text
        assert "Saunf & Sons" in text
        assert "█████░░░░░░░░░░░░░░░  120 of 500, 380 left" in text
        assert "unlimited" in text
        assert "chatbot, api access" in text

    @pytest.mark.parametrize("part", ["usage", "limits"])
    @pytest.mark.parametrize(
        ("answer", "why"),
        [
            (httpx.Response(403, json={"message": "No \x1b[31m"}), "the token lacks a scope (403): No ␛[31m"),
            (httpx.Response(404, json={"message": "Gone"}), "not found (404): Gone"),
            (httpx.Response(500, json={}), "the API failed (500)"),
            (httpx.Response(200, json={"success": True}), "the response's data is null, not an object"),
        ],
    )
    def test_a_part_that_is_refused(
        self, wacr: Wacr, people: Api, monkeypatch: pytest.MonkeyPatch, part: str, answer: httpx.Response, why: str
    ) -> None:
        """The other parts are shown, the missing one is null, and the error says why; the exit status is 8."""
        usual = people.app
        people.app = lambda request: answer if request.url.path.endswith(part) else usual(request)
        slept = [0.0]
        monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: slept.append(seconds))
        monkeypatch.setattr(SystemClock, "monotonic", lambda _: sum(slept))
        result = wacr("account", "-f", "json")
        found = json.loads(result.stdout)
        assert result.status == 8
        assert [name for name, value in found.items() if value is None] == [part]
        assert result.stderr.splitlines()[0] == f"wacr: incomplete: {part}: {why}"
        assert ("Give it the scope account:read " in result.stderr) == (answer.status_code == 403)
        card = wacr("account", "-f", "table")
        assert (card.status, "Saunf & Sons" in card.text) == (8, True)
        assert re.search(rf"^{part.capitalize()} +–$", card.text, re.MULTILINE)  # noqa: RUF001 - the dash for null

    @pytest.mark.parametrize("part", ["account", "account/usage", "account/limits"])
    def test_a_refused_token(self, wacr: Wacr, people: Api, part: str) -> None:
        """401 to any part is an authentication failure, and nothing is shown; so is 403 to the account itself."""
        usual = people.app
        statuses = (401, 403) if part == "account" else (401,)
        for answer in [httpx.Response(status, json={}) for status in statuses]:

            def refuse(request: httpx.Request, answer: httpx.Response = answer) -> httpx.Response:
                return answer if request.url.path == f"/api/v2/{part}" else usual(request)

            people.app = refuse
            result = wacr("account", "-f", "json")
            assert (result.status, result.stdout) == (4, b"")

    def test_a_file_is_not_replaced_in_part(self, wacr: Wacr, people: Api, tmp_path: Path) -> None:
        """A file keeps its content where a part is missing."""
        usual, path = people.app, tmp_path / "account.json"
        path.write_text("before")
        people.app = lambda request: httpx.Response(404) if request.url.path.endswith("usage") else usual(request)
        assert wacr("account", "-o", str(path)).status == 8
        assert path.read_text() == "before"

    @pytest.mark.parametrize("part", ["account", "account/usage", "account/limits"])
    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"name": "\x1b[31m", "status": None, "created_at": 5},
            {"usage": {"contacts": {"current": 7, "limit": 0}, "x": 5}},
            {"contacts": {"current": "7", "limit": None, "percentage_used": "many"}},
            {"limits": [], "features": [], "subscription": "none"},
            {"limits": {"api_calls_per_minute": {"limit": -1, "is_unlimited": True}}, "features": {"a": 1}},
        ],
    )
    def test_missing_and_odd_parts_are_shown_safely(self, wacr: Wacr, people: Api, part: str, data: object) -> None:
        """Parts that are missing or odd are shown as far as they go, and nothing acts."""
        usual = people.app

        def odd(request: httpx.Request) -> httpx.Response:
            if request.url.path == f"/api/v2/{part}":
                return httpx.Response(200, json={"success": True, "data": data})
            return usual(request)

        people.app = odd
        result = wacr("account", "-f", "table")
        assert result.status == 0, result.stderr
        assert b"\x1b" not in result.stdout
