"""The sandbox responds for contacts and account with the documented fields, filters, operators and scopes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.sample import NOW, SAMPLE
from wacr_cli.core import models
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import World

BASE = "https://sandbox.example/api/v2"


def get(path: str, *, auth: str = "t", method: str = "GET") -> httpx.Response:
    """Return the response for a path."""
    return Sandbox(SAMPLE)(httpx.Request(method, f"{BASE}/{path}", headers={"Authorization": f"Bearer {auth}"}))


def data(path: str) -> Any:
    """Return the data of a successful response."""
    response = get(path)
    assert response.status_code == 200, response.text
    return response.json()["data"]


def fetch_all(query: str = "") -> list[dict[str, Any]]:
    """Return the contacts of all pages."""
    rows: list[dict[str, Any]] = []
    page = 1
    while part := data(f"contacts?per_page=100&page={page}&{query}"):
        rows += part
        page += 1
    return rows


def test_a_contact_has_the_documented_fields() -> None:
    """They have the twenty fields in order, and are sorted by id; a single contact is the same object."""
    rows = fetch_all()
    assert all(tuple(row) == models.CONTACT_FIELDS for row in rows)
    assert [row["id"] for row in rows] == sorted(contact.id for contact in SAMPLE.contacts)
    assert data(f"contacts/{rows[7]['id']}") == rows[7]
    assert (rows[0]["firstname"], rows[0]["lastname"], rows[0]["type"]) == ("Priya", "Deshpande", "customer")


def test_pagination_is_that_of_messages() -> None:
    """A page has 15 rows, at most 100, and meta.pagination the same numbers."""
    assert get("contacts").json()["meta"]["pagination"] == {
        "total": 120,
        "per_page": 15,
        "current_page": 1,
        "last_page": 8,
        "has_more": True,
    }
    assert get("contacts?per_page=101").status_code == 422


@pytest.mark.parametrize(
    ("query", "matches"),
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
def test_filters(query: str, matches: Any) -> None:
    """Each operator selects the matching contacts and no others."""
    found, expected = fetch_all(query), [row for row in fetch_all() if matches(row)]
    assert found == expected
    assert 0 < len(found) < 120


@pytest.mark.parametrize(
    "query", ["filter[type][glob]=x", "sort=phone", "sort=id,nickname", "page=0", "filter[type][in][x]=1"]
)
def test_invalid_parameters_are_422(query: str) -> None:
    """The errors name the parameter of an unknown operator, field to sort by, or page."""
    response = get(f"contacts?{query}")
    assert response.status_code == 422
    assert next(iter(response.json()["errors"])).split(".")[0] in query


def test_several_fields_sort() -> None:
    """The first field counts first; rows that are equal in all are sorted by id."""
    names = [("Ada", "Ro"), ("Bo", "Ro"), ("Cy", "Aa"), ("Bo", "Aa")]
    some = [SAMPLE.contacts[at]._replace(firstname=first, lastname=last) for at, (first, last) in enumerate(names)]
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


def test_include_adds_the_names_of_groups_source_and_status() -> None:
    """They stand beside the ids."""
    row = data("contacts?include=groups,source,status&per_page=1")[0]
    assert [group["id"] for group in row["groups"]] == row["group_id"]
    assert row["source"]["id"] == row["source_id"]
    assert row["status"]["name"] == "New"


@pytest.mark.parametrize("name", ["groups", "sources", "statuses"])
def test_lists_that_contacts_refer_to(name: str) -> None:
    """Each is a list of ids and names, and each item has a path of its own."""
    rows = data(name)
    assert all(set(row) == {"id", "name"} for row in rows)
    assert data(f"{name}/2") == rows[1]
    assert data(f"{name}?search={rows[2]['name'][2:6].upper()}") == [rows[2]]
    assert data(f"{name}?sort=-id") == rows[::-1]


@pytest.mark.parametrize(
    "path", ["contacts/1", "contacts/x", "contacts/5100/notes", "account/other", "nothing", "auth/x", ""]
)
def test_a_missing_contact_or_path_is_404(path: str) -> None:
    """The code is NOT_FOUND."""
    response = get(path)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_account() -> None:
    """The subscription has not expired, the usage adds up, and the call limit is the one that applies."""
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
    limits = Sandbox(SAMPLE, rate_limit=7)(request).json()["data"]
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
        ("comments/910000010000", "comments:read"),
        ("templates", "templates:read"),
        ("auth/templates", "templates:read"),
    ],
)
def test_scopes(path: str, scope: str) -> None:
    """A token without the scope gets a 403 that names it; the token messages-only reads messages and nothing else."""
    response = get(path, auth="no-scope")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "INSUFFICIENT_SCOPE")
    assert scope in response.json()["message"]
    assert get(path, auth="messages-only").status_code == (200 if path == "messages" else 403)
    assert get(path, auth="expired").status_code == 401


def test_other_methods_are_405() -> None:
    """The sandbox is read-only."""
    assert get("contacts", method="POST").status_code == 405
