"""``wacr templates``: message templates, alone and as a list."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import httpx
import pytest

from tests.conftest import NOW, SMALL, Api, Result
from wacr_cli.core.models import TEMPLATE_FIELDS
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import Template, World, load

Wacr = Callable[..., Result]

SAMPLE = load(NOW).templates
FIRST = SAMPLE[0].template_id


@pytest.fixture
def account(api: Api) -> Api:
    """The small account with the sample's templates."""
    api.app = Sandbox(World(NOW, SMALL, (), (), SAMPLE))
    return api


def names(result: Result) -> list[str]:
    """Return the names of templates in JSON."""
    return [one["template_name"] for one in json.loads(result.stdout)]


@pytest.mark.parametrize(
    ("flags", "parameters"),
    [
        ([], {"sort": "template_name,created_at", "page": "1", "per_page": "30"}),
        (["--status", "approved"], {"filter[status]": "APPROVED"}),
        (["--category", "Marketing"], {"filter[category]": "MARKETING"}),
        (["--language", "en_US", "-s", "login"], {"filter[language]": "en_US", "search": "login"}),
        (["--filter", "status[ne]=APPROVED"], {"filter[status][ne]": "APPROVED"}),
        (["--sort", "-updated_at"], {"sort": "-updated_at,template_name,created_at"}),
        (["--sort", "-template_name,created_at"], {"sort": "-template_name,created_at"}),
        (["--page", "2", "--per-page", "5"], {"page": "2", "per_page": "5"}),
        (["--count"], {"page": "1", "per_page": "1"}),
        (["--fields", "body_data"], {"sort": "template_name,created_at"}),
    ],
)
def test_flags_become_parameters(wacr: Wacr, account: Api, flags: list[str], parameters: dict[str, str]) -> None:
    """One call, with what the flags stand for."""
    assert wacr("templates", "list", *flags).status == 0
    (asked,) = account.queries
    assert asked.items() >= parameters.items()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list", "--status", "aproved"], "did you mean APPROVED?"),
        (["list", "--status", "PAUSED"], "--filter 'status=VALUE'"),
        (["list", "--category", "UTILTY"], "did you mean UTILITY?"),
        (["list", "--language", " "], "the value is empty"),
        (["list", "--status", "PENDING", "--filter", "status=PAUSED"], "two values for one field"),
        (["list", "--sort", "name"], "unknown value 'name'"),
        (["list", "--fields", "body-data"], "not a field: 'body-data'"),
        (["list", "--all", "--limit", "3"], "can't be used together"),
        (["list", "--page", "1", "--all"], "can't be used together"),
        (["list", "--search", ""], "the text is empty"),
        (["get", "../account"], "not an id"),
        (["get", "1" * 101], "not an id"),
    ],
)
def test_usage_errors(wacr: Wacr, account: Api, words: list[str], said: str) -> None:
    """Nothing is called."""
    result = wacr("templates", *words)
    assert (result.status, result.stdout, account.requests) == (2, b"", [])
    assert said in result.stderr


def test_every_format(wacr: Wacr, account: Api) -> None:
    """JSON has all that the API sends, CSV the documented fields, a table the text on one line."""
    rows = json.loads(wacr("templates", "list", "-f", "json").stdout)
    assert [row["template_name"] for row in rows] == sorted(one.name for one in SAMPLE)
    assert {"body_data", "buttons_data", "name"} <= set(rows[0])
    lines = wacr("templates", "list", "-f", "jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == rows
    found = list(csv.DictReader(io.StringIO(wacr("templates", "list", "-f", "csv").text)))
    assert tuple(found[0]) == TEMPLATE_FIELDS
    assert len(found) == len(SAMPLE)
    table = wacr("templates", "list", "-f", "table").text
    assert "*Only until tonight*↵{{1}}, buy two" in table
    assert FIRST in table


def test_limits(wacr: Wacr, account: Api) -> None:
    """As many as are asked for, and the line below says of how many."""
    result = wacr("templates", "list", "--limit", "2", "-f", "json")
    assert names(result) == ["basket_reminder", "buy_two"]
    assert f"Showing 2 of {len(SAMPLE)} templates" in result.stderr
    assert wacr("templates", "list", "--count").text == f"{len(SAMPLE)}\n"
    assert len(names(wacr("templates", "list", "--page", "2", "--per-page", "15", "-f", "json"))) == 1
    result = wacr("templates", "list", "--search", "nothing like it", "-f", "json")
    assert (result.status, json.loads(result.stdout)) == (0, [])
    assert "No templates match: templates, containing 'nothing like it'." in result.stderr


@pytest.mark.parametrize("sort", [None, "-template_name", "created_at", "-updated_at"])
def test_all_pages_in_order(wacr: Wacr, account: Api, sort: str | None) -> None:
    """Every template comes once, in the order asked for."""
    many = [
        Template(number, str(10**15 + number), f"name_{number * 7 % 250:03d}", created=number * 5, updated=number * 3)
        for number in range(1, 251)
    ]
    account.app = Sandbox(World(NOW, SMALL, (), (), many))
    result = wacr("templates", "list", "--all", "-f", "json", *(("--sort", sort) if sort else ()))
    assert result.status == 0, result.stderr
    rows = json.loads(result.stdout)
    key = (sort or "template_name").removeprefix("-")
    values = [row[key] for row in rows]
    assert len({row["id"] for row in rows}) == 250
    assert values == sorted(values, reverse=bool(sort and sort.startswith("-")))


def test_dry_run(wacr: Wacr, account: Api) -> None:
    """The call as a curl command; the list itself is not read."""
    result = wacr("templates", "list", "--status", "PENDING", "--dry-run")
    assert "/api/v2/templates?filter%5Bstatus%5D=PENDING&sort=template_name%2Ccreated_at&page=1" in result.text
    assert account.requests == []


class TestGet:
    """``wacr templates get``."""

    def test_one_is_an_object_several_are_an_array(self, wacr: Wacr, account: Api) -> None:
        """The id is WhatsApp's."""
        one = json.loads(wacr("templates", "get", FIRST, "-f", "json").stdout)
        assert (one["template_id"], one["name"]) == (FIRST, "order_confirmed")
        assert account.requests[0].url.path == f"/api/v2/templates/{FIRST}"
        both = json.loads(wacr("templates", "get", FIRST, SAMPLE[1].template_id, FIRST, "-f", "json").stdout)
        assert [row["language"] for row in both] == ["en", "hi"]

    def test_a_missing_one_is_named(self, wacr: Wacr, account: Api) -> None:
        """The others are shown; the exit status is 3."""
        result = wacr("templates", "get", FIRST, "11", "-f", "json")
        assert (result.status, len(json.loads(result.stdout))) == (3, 1)
        assert "no template 11" in result.stderr

    def test_a_card(self, wacr: Wacr, account: Api) -> None:
        """It has each field once, whatever it holds."""
        hostile = Template(5, "77", "x\x1b[2J", body="a\u202eb", buttons=["<b>"])
        account.app = Sandbox(World(NOW, SMALL, (), (), [hostile]))
        text = wacr("templates", "get", "77", "-f", "table").text
        assert "x␛[2J" in text
        assert "a\\u202eb" in text
        assert text.count("x␛[2J") == 1

    @pytest.mark.parametrize("data", [{"id": 5}, {"template_id": "8", "id": 1}, [], None])
    def test_another_one_is_no_response(self, wacr: Wacr, account: Api, data: object) -> None:
        """What the API sends must be what was asked for."""
        account.app = lambda _: httpx.Response(200, json={"data": data})
        assert wacr("templates", "get", "7").status == 7

    def test_ids_may_be_numbers(self, wacr: Wacr, account: Api) -> None:
        """An id is compared by its digits."""
        account.app = lambda _: httpx.Response(200, json={"data": {"id": "3", "template_id": 7}})
        assert json.loads(wacr("templates", "get", "7", "-f", "json").stdout) == {"id": 3, "template_id": 7}


@pytest.mark.parametrize("flags", [[], ["--count"], ["--page", "1"]])
def test_an_api_without_templates(wacr: Wacr, account: Api, flags: list[str]) -> None:
    """A 404 says that there is no such list."""
    account.app = lambda _: httpx.Response(404, json={"message": "No route"})
    result = wacr("templates", "list", *flags)
    assert (result.status, result.stdout) == (3, b"")
    assert result.stderr.startswith("wacr: the API has no templates: not found (404): No route\n")


def test_the_scope_is_named(wacr: Wacr, account: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token without it gets exit status 4."""
    monkeypatch.setenv("WACR_TOKEN", "messages-only")
    for words in (("list",), ("get", "7")):
        result = wacr("templates", *words)
        assert result.status == 4
        assert "Give it the scope templates:read " in result.stderr
