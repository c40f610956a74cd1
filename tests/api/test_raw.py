"""``wacr api``'s own language: paths that stay below the base, fields, bodies, and lists of anything."""

from __future__ import annotations

import json
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wacr_cli.api.envelope import Page
from wacr_cli.api.params import Params, url
from wacr_cli.api.raw import encode_body, paginated, parse_field, parse_path, parse_value
from wacr_cli.core.errors import UsageError
from wacr_cli.core.progress import Progress

BASE = "https://shop.example/api/v2"


@pytest.mark.parametrize(
    ("text", "path", "params"),
    [
        ("contacts", "contacts", []),
        ("/contacts/5100/", "contacts/5100", []),
        ("/api/v2/contacts", "contacts", []),
        ("api/v2/contacts", "contacts", []),
        ("contacts?per_page=5&filter[type]=lead", "contacts", [("per_page", "5"), ("filter[type]", "lead")]),
        ("comments/+15550100", "comments/+15550100", []),
        ("templates/grüße", "templates/gr%C3%BC%C3%9Fe", []),
        ("x/50%25", "x/50%25", []),
        ("...", "...", []),
        ("a..b/.c", "a..b/.c", []),
    ],
)
def test_a_path_is_completed_and_encoded(text: str, path: str, params: Params) -> None:
    """What a person means is found, encoded for the wire."""
    assert parse_path(text, BASE) == (path, params)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "//evil.example/x",
        "///x",
        "https://evil.example/x",
        "http://shop.example/api/v2/contacts",
        "x://y",
        "../users",
        "contacts/../../users",
        "contacts/..",
        "./contacts",
        "%2e%2e/users",
        "%2E./users",
        "contacts/%2e%2e%2fusers",
        "contacts/..%2fusers",
        "contacts%2f..%2f..%2fusers",
        "%252e%252e/users",
        "%25252e%25252e/users",
        "..\\users",
        "contacts\\..\\users",
        "..%5cusers",
        "..;/users",
        "contacts#x",
        "%2f%2fevil.example",
        "/%2fevil.example",
        "a b",
        "a\nHost: evil",
        "a%0aHost: evil",
        "a\x00",
        "%25" + "25" * 6 + "2e/users",
    ],
)
def test_a_path_that_leaves_the_api_is_refused(text: str) -> None:
    """However it is written."""
    with pytest.raises(UsageError, match="not a path below the API"):
        parse_path(text, BASE)


@given(st.text(alphabet="./%2eE5cf\\;:?#@ab", max_size=12))
def test_any_path_stays_below_the_base(text: str) -> None:
    """However often it is decoded."""
    try:
        path, params = parse_path(text, BASE)
    except UsageError:
        return
    address = url(BASE, path, params)
    assert address.startswith(f"{BASE}/")
    rest = address.removeprefix(f"{BASE}/").partition("?")[0]
    for _ in range(6):
        assert not rest.startswith("/")
        assert not {".", ".."} & {step.partition(";")[0] for step in rest.replace("\\", "/").split("/")}
        rest = unquote(rest)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("12", 12),
        ("-3", -3),
        ("0", 0),
        ("007", "007"),
        ("1.5", "1.5"),
        ("+1", "+1"),
        ("", ""),
        ("True", "True"),
        ("@file", "<file>"),
        ("1" * 30, "1" * 30),
    ],
)
def test_fields_have_the_types_of_gh(text: str, value: object) -> None:
    """true, false, null, whole numbers and files; everything else is text."""
    found = parse_value(text, lambda name: f"<{name}>")
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ([("a", 1), ("b", "x")], {"a": 1, "b": "x"}),
        ([("a[b]", 1), ("a[c][d]", True)], {"a": {"b": 1, "c": {"d": True}}}),
        ([("a[]", 1), ("a[]", 2)], {"a": [1, 2]}),
        ([("a[][b]", 1), ("a[][b]", 2)], {"a": [{"b": 1}, {"b": 2}]}),
        ([("a", 1), ("a", 2)], {"a": 2}),
        ([("ü", "é")], {"ü": "é"}),
    ],
)
def test_brackets_nest(fields: list[tuple[str, object]], body: object) -> None:
    """Empty ones make a list."""
    assert json.loads(encode_body(fields)) == body


@pytest.mark.parametrize("fields", [[("a", 1), ("a[b]", 2)], [("a[]", 1), ("a[b]", 2)], [("a[b]", 1), ("a[]", 2)]])
def test_a_key_has_one_type(fields: list[tuple[str, object]]) -> None:
    """A key can't be two things at once."""
    with pytest.raises(UsageError, match="conflicts"):
        encode_body(fields)


@pytest.mark.parametrize("word", ["", "a", "=x", "[a]=1"])
def test_a_field_is_a_key_and_a_value(word: str) -> None:
    """A field is a key, an equals sign and a value."""
    with pytest.raises(UsageError, match="not a field"):
        parse_field(word, "-F")


@pytest.mark.parametrize(
    "row",
    [
        lambda number: {"id": number},
        lambda number: {"id": f"wa_{number}"},
        lambda number: {"name": f"n{number}"},
        lambda number: {"id": None, "n": [number]},
    ],
)
def test_all_rows_of_a_list_come_once(row: object) -> None:
    """With or without numeric ids."""
    rows = [row(number) for number in range(250)]  # type: ignore[operator]
    asked: list[Params] = []

    def fetch(params: Params) -> Page:
        asked.append(params)
        window = dict(params)
        page, size = int(window["page"]), int(window["per_page"])
        return Page(rows[(page - 1) * size : page * size], page * size < 250, 250, page, size)

    listing = paginated(fetch, "templates", [("a", "b")], Progress())
    assert [one for window in listing.windows for one in window] == rows
    assert listing.incomplete_reason == ""
    assert all(params[0] == ("a", "b") for params in asked)
    assert len(asked) <= 4


@pytest.mark.parametrize(("number", "most"), [(0, 1), (7, 2), (100, 2), (130, 1)])
def test_a_list_that_is_not_paged_is_read_once(number: int, most: int) -> None:
    """It ignores the page."""
    rows = [{"id": one} for one in range(number)]
    calls = []

    def fetch(params: Params) -> Page:
        calls.append(params)
        return Page(list(rows), None, None, None, None)

    listing = paginated(fetch, "groups", [], Progress())
    assert [one for window in listing.windows for one in window] == rows
    assert listing.incomplete_reason == ""
    assert len(calls) == most
