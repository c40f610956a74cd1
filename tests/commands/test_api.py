"""``wacr api``: any path of the API, as it is."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.conftest import CANARY, NOW, Api, Result
from wacr_cli.sandbox.app import Sandbox
from wacr_cli.sandbox.world import load

Wacr = Callable[..., Result]


@pytest.fixture
def service(api: Api) -> Api:
    """Return the sample workspace."""
    api.app = Sandbox(load(NOW))
    return api


def test_the_response_of_a_get_is_passed_on_unchanged(wacr: Wacr, api: Api) -> None:
    """Byte for byte in a pipe."""
    body = b'{ "data" : {"n": 1.10, "big": 123456789012345678901234567890, "t": "\\u00e9\\ud83d"} }'
    api.app = lambda _: httpx.Response(200, content=body)
    assert wacr("api", "contacts/1").stdout == body + b"\n"
    assert json.loads(wacr("api", "contacts/1", "-f", "json").stdout)["data"]["big"] == 123456789012345678901234567890


def test_fields_are_the_query_of_a_get(wacr: Wacr, service: Api) -> None:
    """As texts, after those in the path."""
    wacr("api", "contacts?page=1", "-F", "filter[type]=lead", "-F", "per_page=7", "--raw-field", "x=@y")
    assert service.queries == [{"page": "1", "filter[type]": "lead", "per_page": "7", "x": "@y"}]


def test_fields_are_the_body_of_other_methods(wacr: Wacr, api: Api, tmp_path: Path) -> None:
    """JSON with the types of gh; -f sends texts."""
    (tmp_path / "text").write_text("from a file")
    api.app = lambda _: httpx.Response(201, json={"success": True, "data": {"id": 1}})
    result = wacr(
        "api", "messages/send", "-X", "post", "-F", "n=5", "-F", f"t=@{tmp_path / 'text'}", "--raw-field", "to=15550100"
    )
    assert result.status == 0
    (request,) = api.requests
    assert (request.method, request.headers["content-type"]) == ("POST", "application/json")
    assert json.loads(request.content) == {"n": 5, "t": "from a file", "to": "15550100"}


def test_a_body_from_a_file_or_standard_input(
    wacr: Wacr, api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent unchanged; fields are parameters then."""
    (tmp_path / "body.json").write_bytes(b'{"a": 1}')
    api.app = lambda _: httpx.Response(204)
    assert wacr("api", "x", "-X", "PUT", "--input", str(tmp_path / "body.json"), "-F", "a=1").stdout == b""
    assert (api.requests[0].content, api.queries[0]) == (b'{"a": 1}', {"a": "1"})
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[2]")))
    wacr("api", "x", "-X", "PUT", "--input", "-")
    assert api.requests[1].content == b"[2]"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("answer", [500, 503, 429, "reset"])
def test_only_a_get_is_retried(wacr: Wacr, api: Api, method: str, answer: int | str) -> None:
    """After a failure of another method it is unknown whether it was done."""

    def fails(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, str):
            raise httpx.ReadError(answer)
        return httpx.Response(answer)

    api.app = fails
    result = wacr("api", "x", "-X", method)
    assert len(api.requests) == 1
    assert result.status == (5 if answer == 429 else 6)
    if answer == "reset":
        assert "It is unknown whether the API did it" in result.stderr


def test_include_prints_status_and_headers_first(wacr: Wacr, service: Api) -> None:
    """Of a failure too."""
    head, _, body = wacr("api", "groups/1", "--include").text.partition("\n\n")
    assert head.startswith("HTTP 200 OK\n")
    assert "content-type: application/json" in head
    assert json.loads(body)["data"]["id"] == 1
    result = wacr("api", "groups/9", "-i")
    assert result.status == 3
    assert result.text.startswith("HTTP 404 Not Found\n")
    assert "NOT_FOUND" in result.text


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500, 302])
def test_a_failure_writes_no_data(wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """The error is on standard error, and the exit status is that of every command."""
    monkeypatch.setattr("wacr_cli.api.transport.RetryTransport._wait", lambda *_: None)
    api.app = lambda _: httpx.Response(status, json={"message": "words"}, headers={"Location": "https://evil.example"})
    result = wacr("api", "x")
    assert result.stdout == b""
    assert result.status == {401: 4, 403: 4, 404: 3, 422: 2, 500: 6, 302: 7}[status]
    assert len(api.requests) == (4 if status == 500 else 1)


def test_an_html_page_is_an_error(wacr: Wacr, api: Api) -> None:
    """The address is probably wrong."""
    api.app = lambda _: httpx.Response(200, text="<!doctype html><title>Log in</title>")
    result = wacr("api", "x")
    assert (result.status, result.stdout) == (7, b"")
    assert "a web page, not the API" in result.stderr


def test_other_texts_are_passed_on(wacr: Wacr, api: Api) -> None:
    """Unless JSON was requested."""
    api.app = lambda _: httpx.Response(200, text="a,b\n1,2\n")
    assert wacr("api", "x").stdout == b"a,b\n1,2\n"
    assert wacr("api", "x", "-f", "json").status == 7


def test_bytes_that_are_not_text_are_refused(wacr: Wacr, api: Api, tmp_path: Path) -> None:
    """As a response and as a field."""
    api.app = lambda _: httpx.Response(200, content=b"\xff\xfe\x00")
    assert wacr("api", "x").status == 7
    (tmp_path / "bytes").write_bytes(b"\xff")
    assert "not UTF-8" in wacr("api", "x", "-X", "POST", "-F", f"a=@{tmp_path / 'bytes'}").stderr


def test_an_echoed_token_is_hidden(wacr: Wacr, api: Api) -> None:
    """In the body and in the headers."""
    api.app = lambda request: httpx.Response(
        200, json={"sent": request.headers["authorization"]}, headers={"X-Echo": request.headers["authorization"]}
    )
    result = wacr("api", "x", "--include")
    assert result.text.count("[token]") == 2
    api.app = lambda request: httpx.Response(400, json={"message": request.headers["authorization"]})
    assert "[token]" in wacr("api", "x").stderr
    assert CANARY not in result.text


def test_paginate_reads_all_rows(wacr: Wacr, service: Api) -> None:
    """As one array, as lines or as a table."""
    rows = json.loads(wacr("api", "contacts", "--paginate").stdout)
    assert len({row["id"] for row in rows}) == len(rows) == 120
    assert len(service.requests) == 2
    lines = wacr("api", "messages", "--paginate", "-F", "filter[type]=text", "-f", "jsonl").text.splitlines()
    assert {json.loads(line)["type"] for line in lines} == {"text"}
    assert wacr("api", "groups", "--paginate", "-f", "csv").text.splitlines()[0] == "id,name"
    assert json.loads(wacr("api", "contacts?search=zzz", "--paginate").stdout) == []


def test_formats_of_rows_use_data(wacr: Wacr, service: Api, tmp_path: Path) -> None:
    """The rows stand under that key of the response."""
    assert wacr("api", "groups", "-f", "tsv").text.splitlines()[0] == "id\tname"
    assert wacr("api", "groups/2", "-f", "csv").text == "id,name\n2,Festival boxes\n"
    assert wacr("api", "groups", "-o", str(tmp_path / "g.json")).status == 0
    assert len(json.loads((tmp_path / "g.json").read_text())["data"]) == 3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["../x"], "not a path below the API"),
        (["https://evil.example/"], "not a path below the API"),
        (["//evil.example/"], "not a path below the API"),
        (["x", "-X", "FETCH"], "unknown value 'FETCH'"),
        (["x", "-X", "PSOT"], "did you mean POST?"),
        (["x", "-F", "novalue"], "not a field"),
        (["x", "-F", "a=@/nonexistent/file"], "can't read"),
        (["x", "--input", "/nonexistent/file", "-X", "POST"], "can't read"),
        (["x", "--input", "-"], "a GET has no body"),
        (["x", "--paginate", "-F", "page=2"], "can't be used"),
        (["x", "--paginate", "-X", "POST"], "can't be used with -X"),
        (["x", "-X", "POST", "-F", "a=1", "-F", "a[b]=1"], "conflicts"),
    ],
)
def test_invalid_arguments_are_usage_errors(wacr: Wacr, api: Api, words: list[str], said: str) -> None:
    """Nothing is sent."""
    result = wacr("api", *words)
    assert result.status == 2
    assert said in result.stderr
    assert api.requests == []


class Terminal(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        """Return that it is."""
        return True


@pytest.mark.parametrize(
    ("typed", "flags", "sent"), [("n\n", [], 0), ("", [], 0), ("y\n", [], 1), ("n\n", ["--yes"], 1)]
)
def test_other_methods_ask_for_confirmation(
    wacr: Wacr, api: Api, monkeypatch: pytest.MonkeyPatch, typed: str, flags: list[str], sent: int
) -> None:
    """On a terminal, unless --yes; without a yes nothing is sent."""
    api.app = lambda _: httpx.Response(200, json={"data": {}})
    monkeypatch.setattr(sys, "stdin", Terminal(typed))
    monkeypatch.setattr("wacr_cli.output.console._is_terminal", lambda stream: stream is sys.stderr)
    result = wacr("api", "groups", "-X", "POST", *flags)
    assert len(api.requests) == sent
    assert result.status == (0 if sent else 130)
    assert ("Send it?" in result.stderr) is not bool(flags)


def test_no_question_is_asked_without_a_terminal(wacr: Wacr, api: Api) -> None:
    """The method was given explicitly."""
    api.app = lambda _: httpx.Response(200, json={"data": {}})
    assert wacr("api", "groups", "-X", "DELETE").status == 0
    assert [request.method for request in api.requests] == ["DELETE"]
