"""The sample workspace's contacts and account: the documented fields, filters, operators and scopes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from wacr_cli.core import models
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World, build

NOW = datetime(2026, 2, 14, 9, 30, tzinfo=UTC)
WORLD = build(NOW, messages=200)
BASE = "https://sandbox.example/api/v2"


def get(path: str, *, auth: str = "t", method: str = "GET") -> httpx.Response:
    """Ask for a path."""
    return Sandbox(WORLD)(httpx.Request(method, f"{BASE}/{path}", headers={"Authorization": f"Bearer {auth}"}))


def data(path: str) -> Any:
    """What stands under data of an answer that is one."""
    answer = get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def everyone(query: str = "") -> list[dict[str, Any]]:
    """All contacts that match, put together from their pages."""
    rows: list[dict[str, Any]] = []
    page = 1
    while part := data(f"contacts?per_page=100&page={page}&{query}"):
        rows += part
        page += 1
    return rows


def test_a_contact_has_the_documented_fields() -> None:
    """The twenty fields, in order, by id; one alone is the same object."""
    rows = everyone()
    assert all(tuple(row) == models.CONTACT_FIELDS for row in rows)
    assert [row["id"] for row in rows] == sorted(contact.id for contact in WORLD.contacts)
    assert data(f"contacts/{rows[7]['id']}") == rows[7]
    assert (rows[0]["firstname"], rows[0]["lastname"], rows[0]["type"]) == ("Priya", "Deshpande", "customer")


def test_pages_are_those_of_messages() -> None:
    """Fifteen a page, at most a hundred, the same numbers under meta.pagination."""
    assert get("contacts").json()["meta"]["pagination"] == {
        "total": 120,
        "per_page": 15,
        "current_page": 1,
        "last_page": 8,
        "has_more": True,
    }
    assert get("contacts?per_page=101").status_code == 422


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("filter[type]=lead", lambda row: row["type"] == "lead"),
        ("filter[type][ne]=lead", lambda row: row["type"] != "lead"),
        ("filter[type][in]=lead,guest", lambda row: row["type"] in ("lead", "guest")),
        ("filter[type][not_in]=lead,guest", lambda row: row["type"] == "customer"),
        ("filter[type][like]=UST", lambda row: row["type"] == "customer"),
        ("filter[status_id][gte]=3", lambda row: row["status_id"] >= 3),
        ("filter[status_id][gt]=3", lambda row: row["status_id"] > 3),
        ("filter[status_id][lt]=3", lambda row: row["status_id"] < 3),
        ("filter[status_id][lte]=3", lambda row: row["status_id"] <= 3),
        ("filter[status_id][between]=2,3", lambda row: row["status_id"] in (2, 3)),
        ("filter[source_id][null]=true", lambda row: row["source_id"] is None),
        ("filter[source_id][null]=false", lambda row: row["source_id"] is not None),
        ("filter[source_id][ne]=1", lambda row: row["source_id"] not in (1, None)),
        ("filter[assigned_id]=3", lambda row: row["assigned_id"] == 3),
        ("filter[group_id]=2", lambda row: 2 in row["group_id"]),
        ("filter[group_id][not_in]=1,2", lambda row: not {1, 2} & set(row["group_id"])),
        ("filter[group_id][null]=1", lambda row: row["group_id"] == []),
        ("filter[created_at][gte]=2026-01-01", lambda row: row["created_at"] >= "2026-01-01"),
        (
            "filter[created_at][between]=2025-06-01,2025-07-01",
            lambda row: "2025-06-01" <= row["created_at"] < "2025-07-01",
        ),
        ("search=priya", lambda row: row["firstname"] == "Priya" or "priya" in (row["email"] or "")),
        ("search=Priya%20Desh", lambda row: row["lastname"] == "Deshpande" and row["firstname"] == "Priya"),
        ("filter[nickname]=x&filter[type]=lead", lambda row: row["type"] == "lead"),
    ],
)
def test_filters(query: str, holds: Any) -> None:
    """Each operator keeps the contacts that it says, and no other."""
    found, expected = everyone(query), [row for row in everyone() if holds(row)]
    assert found == expected
    assert 0 < len(found) < 120


@pytest.mark.parametrize(
    "query", ["filter[type][glob]=x", "sort=phone", "sort=id,nickname", "page=0", "filter[type][in][x]=1"]
)
def test_what_can_t_be_is_refused(query: str) -> None:
    """Unknown operators and orders are 422, and the parameter is named."""
    answer = get(f"contacts?{query}")
    assert answer.status_code == 422
    assert next(iter(answer.json()["errors"])).split(".")[0] in query


def test_several_fields_sort() -> None:
    """The first field counts first; what is equal by all stands by id."""
    names = [("Ada", "Ro"), ("Bo", "Ro"), ("Cy", "Aa"), ("Bo", "Aa")]
    some = [WORLD.contacts[at]._replace(firstname=first, lastname=last) for at, (first, last) in enumerate(names)]
    app = Sandbox(World(NOW, [], some))
    order = {
        "lastname,firstname": [3, 2, 0, 1],
        "-lastname,firstname": [0, 1, 3, 2],
        "firstname,-id": [0, 3, 1, 2],
        "firstname": [0, 1, 3, 2],
    }
    for sort, expected in order.items():
        request = httpx.Request("GET", f"{BASE}/contacts?sort={sort}", headers={"Authorization": "Bearer t"})
        assert [row["id"] for row in app(request).json()["data"]] == [some[at].id for at in expected], sort


def test_include_adds_what_ids_refer_to() -> None:
    """Groups, source and status by name, beside their ids."""
    row = data("contacts?include=groups,source,status&per_page=1")[0]
    assert [group["id"] for group in row["groups"]] == row["group_id"]
    assert row["source"]["id"] == row["source_id"]
    assert row["status"]["name"] == "New"


@pytest.mark.parametrize("name", ["groups", "sources", "statuses"])
def test_lists_that_contacts_refer_to(name: str) -> None:
    """Each is a list of ids and names, and each of it can be had alone."""
    rows = data(name)
    assert all(set(row) == {"id", "name"} for row in rows)
    assert data(f"{name}/2") == rows[1]


@pytest.mark.parametrize("path", ["contacts/1", "contacts/x", "contacts/5100/notes", "account/other", "nothing", ""])
def test_what_there_is_not(path: str) -> None:
    """404, with the documented code."""
    answer = get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_account() -> None:
    """Who it is and until when; what is used adds up; the call limit is the one that holds."""
    account = data("account")
    assert set(account) == {"id", "name", "subdomain", "status", "created_at", "subscription"}
    assert account["subscription"]["expires_at"] > NOW.isoformat()
    usage = data("account/usage")
    assert set(usage) == {"contacts", "conversations", "campaigns", "staff"}
    assert usage["contacts"] == {
        "current": 120,
        "limit": 500,
        "remaining": 380,
        "percentage_used": 24.0,
        "is_unlimited": False,
    }
    assert usage["conversations"]["limit"] == -1
    request = httpx.Request("GET", f"{BASE}/account/limits", headers={"Authorization": "Bearer t"})
    limits = Sandbox(WORLD, rate_limit=7)(request).json()["data"]
    assert limits["limits"]["api_calls_per_minute"]["limit"] == 7
    assert limits["features"]["api_access"] is True


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("messages", "messages:read"),
        ("contacts", "contacts:read"),
        ("contacts/5100", "contacts:read"),
        ("account", "account:read"),
        ("account/limits", "account:read"),
        ("groups", "groups:read"),
    ],
)
def test_scopes(path: str, scope: str) -> None:
    """A token without a scope gets a 403 that names it; one that reads messages alone gets messages."""
    answer = get(path, auth="no-scope")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "INSUFFICIENT_SCOPE")
    assert scope in answer.json()["message"]
    assert get(path, auth="messages-only").status_code == (200 if path == "messages" else 403)
    assert get(path, auth="expired").status_code == 401


def test_nothing_can_be_written() -> None:
    """Any method but GET is 405."""
    assert get("contacts", method="POST").status_code == 405
