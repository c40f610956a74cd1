"""The client: what it sends, and what it makes of what comes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import httpx
import pytest

from wacr_cli import __version__
from wacr_cli.api.client import Client
from wacr_cli.api.transport import Deadline, DeadlineTransport
from wacr_cli.core import errors
from wacr_cli.core.errors import BadResponseError, WacrError
from wacr_cli.core.progress import Progress
from wacr_cli.core.times import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_httpx import HTTPXMock

BASE = "https://shop.example/api/v2"
CANARY = "7|Zq9canaryXk2"
ROWS = [{"id": 2, "message": "b"}, {"id": 1, "message": "a"}]
LIST = {"success": True, "data": ROWS, "meta": {"pagination": {"has_more": True, "total": 9}}}


@pytest.fixture
def client() -> Iterator[Client]:
    """Return a client with a token."""
    clock = SystemClock()
    transport = DeadlineTransport(httpx.HTTPTransport(verify=False), Deadline(clock, 30), clock, Progress())
    made = Client(transport, BASE, CANARY)
    yield made
    made.close()


def failed(client: Client) -> WacrError:
    """Return the failure of a call for messages."""
    with pytest.raises(WacrError) as caught:
        client.messages([])
    return caught.value


class TestSent:
    """Requests."""

    def test_a_get_has_the_documented_url(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """With encoded parameters in their order."""
        httpx_mock.add_response(json=LIST)
        params = [("filter[type][in]", "text,image"), ("search", "50% & more +1 ü"), ("page", "2"), ("per_page", "100")]
        client.messages(params)
        request = httpx_mock.get_requests()[0]
        assert request.method == "GET"
        assert str(request.url).partition("?")[0] == f"{BASE}/messages"
        assert parse_qsl(request.url.query.decode("ascii"), strict_parsing=True) == params
        assert request.read() == b""

    def test_only_the_header_has_the_token(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """The headers name JSON, the program and its version."""
        httpx_mock.add_response(json=LIST)
        client.messages([])
        request = httpx_mock.get_requests()[0]
        assert request.headers["Accept"] == "application/json"
        assert request.headers["Authorization"] == f"Bearer {CANARY}"
        assert request.headers["User-Agent"] == f"wacr/{__version__}"
        assert request.headers["Host"] == "shop.example"
        assert CANARY not in str(request.url)
        assert "Cookie" not in request.headers

    def test_a_request_without_parameters_has_no_query_string(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """A question without parameters has no query string."""
        httpx_mock.add_response(url=f"{BASE}/messages", json=LIST)
        assert client.messages([]).total == 9

    def test_a_message_is_requested_by_its_id(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """One message is asked for by its id."""
        httpx_mock.add_response(url=f"{BASE}/messages/51", json={"data": {"id": 51, "url": "x"}})
        assert client.message(51) == {"id": 51, "url": "x"}

    def test_a_url_that_is_too_long_is_a_usage_error(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """Nothing is sent."""
        with pytest.raises(errors.UsageError, match="too long"):
            client.messages([("search", "x" * 70_000)])
        assert httpx_mock.get_requests() == []


class TestResponses:
    """Statuses and bodies."""

    def test_a_list_is_a_page_of_rows(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """A list is a page of rows."""
        httpx_mock.add_response(json=LIST)
        page = client.messages([])
        assert (page.rows, page.has_more, page.total) == (ROWS, True, 9)

    @pytest.mark.parametrize(
        ("status", "kind", "exit_status"),
        [
            (301, errors.BadResponseError, 7),
            (302, errors.BadResponseError, 7),
            (303, errors.BadResponseError, 7),
            (307, errors.BadResponseError, 7),
            (308, errors.BadResponseError, 7),
            (400, errors.UsageError, 2),
            (401, errors.AuthError, 4),
            (403, errors.AuthError, 4),
            (404, errors.NotFoundError, 3),
            (405, errors.BadResponseError, 7),
            (408, errors.UnavailableError, 6),
            (422, errors.UsageError, 2),
            (429, errors.RateLimitError, 5),
            (500, errors.UnavailableError, 6),
            (503, errors.UnavailableError, 6),
        ],
    )
    def test_each_status_is_one_kind_of_failure(
        self, client: Client, httpx_mock: HTTPXMock, status: int, kind: type[WacrError], exit_status: int
    ) -> None:
        """After one call, with the API's message."""
        httpx_mock.add_response(status_code=status, json={"error": {"code": "SOME_CODE", "message": "Some words."}})
        error = failed(client)
        assert type(error) is kind
        assert error.exit_status == exit_status
        assert str(status) in error.message
        assert error.code == "SOME_CODE" or 300 <= status < 400
        assert len(httpx_mock.get_requests()) == 1

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    @pytest.mark.parametrize("to", ["https://evil.example/steal", f"{BASE}/login", "//evil.example", "/login"])
    def test_a_redirect_is_not_followed(self, client: Client, httpx_mock: HTTPXMock, status: int, to: str) -> None:
        """The error says where it leads."""
        httpx_mock.add_response(status_code=status, headers={"Location": to})
        assert f"redirects to {to}" in failed(client).message
        assert [str(request.url) for request in httpx_mock.get_requests()] == [f"{BASE}/messages"]

    @pytest.mark.parametrize("status", [403, 401])
    def test_a_missing_message_is_not_found(self, client: Client, httpx_mock: HTTPXMock, status: int) -> None:
        """A refusal is an authentication failure."""
        httpx_mock.add_response(status_code=404, json={"message": "No query results for model"})
        with pytest.raises(errors.NotFoundError, match=r"^not found \(404\): No query"):
            client.message(51)
        httpx_mock.add_response(status_code=status)
        with pytest.raises(errors.AuthError):
            client.message(51)

    @pytest.mark.parametrize(
        ("body", "what"),
        [
            (b"<html>maintenance</html>", "HTML, not JSON"),
            (b"", "the response is empty"),
            (b"[]", "the response is a list, not an object"),
            (b'{"data": {}}', "data is an object, not a list"),
            (b'{"data": [{"id": "x"}]}', "data[0].id is a string"),
            (b'{"data": [{"id": NaN}]}', "NaN is not a number"),
            (b'{"data": [{"id": 1', "not JSON"),
        ],
    )
    def test_an_invalid_response_is_requested_once_more(
        self, client: Client, httpx_mock: HTTPXMock, body: bytes, what: str
    ) -> None:
        """Then it is an error that says what is wrong."""
        httpx_mock.add_response(content=body)
        httpx_mock.add_response(content=body)
        error = failed(client)
        assert type(error) is BadResponseError
        assert what in error.message
        assert len(httpx_mock.get_requests()) == 2

    def test_a_valid_second_response_is_used(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """A second answer that is right is the answer."""
        httpx_mock.add_response(text="<html>")
        httpx_mock.add_response(json=LIST)
        assert client.messages([]).rows == ROWS

    def test_a_failing_second_response_is_that_failure(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """A second answer that is an error is that error."""
        httpx_mock.add_response(text="<html>")
        httpx_mock.add_response(status_code=401)
        assert failed(client).exit_status == 4

    def test_rows_without_ids_are_valid_if_none_was_requested(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """Rows without ids are right where no id was asked for."""
        httpx_mock.add_response(json={"data": [{"status": "read"}]})
        assert client.messages([("fields", "status")], with_ids=False).rows == [{"status": "read"}]

    @pytest.mark.parametrize("encoding", ["gzip", "deflate"])
    def test_a_body_that_cannot_be_decompressed_is_a_failure(
        self, client: Client, httpx_mock: HTTPXMock, encoding: str
    ) -> None:
        """An answer that does not unpack is a failure of the service."""
        httpx_mock.add_response(content=b"not packed", headers={"Content-Encoding": encoding})
        error = failed(client)
        assert error.exit_status == 6
        assert error.message.startswith("shop.example: a response that can't be decompressed: ")

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (httpx.ConnectError("refused"), "no connection: refused"),
            (httpx.ConnectTimeout("slow"), "no connection in time: slow"),
            (httpx.ReadTimeout("slow"), "no complete response in time: slow"),
            (httpx.ReadError("reset"), "a broken connection: reset"),
            (httpx.RemoteProtocolError("cut short"), "a broken connection: cut short"),
        ],
    )
    def test_a_network_failure_names_the_host(
        self, client: Client, httpx_mock: HTTPXMock, error: Exception, words: str
    ) -> None:
        """A failure of the network names the host and says what happened."""
        httpx_mock.add_exception(error)
        failure = failed(client)
        assert type(failure) is errors.UnavailableError
        assert failure.message == f"shop.example: {words}"


class TestOtherEndpoints:
    """Contacts and the account."""

    def test_contacts_are_read_like_messages(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """A window of contacts is asked for and read as one of messages is."""
        httpx_mock.add_response(json=LIST)
        page = client.contacts([("sort", "id"), ("per_page", "100")])
        assert str(httpx_mock.get_requests()[0].url) == f"{BASE}/contacts?sort=id&per_page=100"
        assert (page.rows, page.has_more, page.total) == (ROWS, True, 9)

    def test_a_response_with_another_contact_is_refused(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """One contact is the one that was asked for, or a bad answer."""
        httpx_mock.add_response(json={"data": {"id": 7, "firstname": "Ada"}}, is_reusable=True)
        assert client.contact(7, [("include", "groups")])["firstname"] == "Ada"
        assert str(httpx_mock.get_requests()[0].url) == f"{BASE}/contacts/7?include=groups"
        with pytest.raises(BadResponseError, match="requested contact 8"):
            client.contact(8)

    def test_each_part_of_the_account_is_the_object_under_data(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """With or without an id."""
        for path, ask in (
            ("account", client.account),
            ("account/usage", client.usage),
            ("account/limits", client.limits),
        ):
            httpx_mock.add_response(url=f"{BASE}/{path}", json={"success": True, "data": {"of": path}})
            assert ask() == {"of": path}

    @pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": []}, {"data": [1]}])
    def test_anything_but_an_object_is_a_bad_response(
        self, client: Client, httpx_mock: HTTPXMock, answer: object
    ) -> None:
        """After a second try."""
        httpx_mock.add_response(json=answer, is_reusable=True)
        with pytest.raises(BadResponseError, match=r"data is .*, not an object"):
            client.account()
        assert len(httpx_mock.get_requests()) == 2

    def test_a_403_names_the_scope_of_the_endpoint(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """A 403 names the scope that the very endpoint needs."""
        httpx_mock.add_response(status_code=403, is_reusable=True)
        for ask, scope in (
            (lambda: client.messages([]), "messages:read"),
            (lambda: client.message(1), "messages:read"),
            (lambda: client.contacts([]), "contacts:read"),
            (lambda: client.contact(1), "contacts:read"),
            (client.account, "account:read"),
            (client.limits, "account:read"),
        ):
            with pytest.raises(errors.AuthError) as caught:
                ask()
            assert caught.value.hint == f"Give it the scope {scope} in the app under Settings → API."


class TestToken:
    """No error has the token, wherever the API repeats it."""

    @pytest.mark.parametrize(
        "body",
        [
            {"message": f"no such token: {CANARY}"},
            {"error": {"code": CANARY, "message": CANARY}},
            {"error": f"Bearer {CANARY}"},
            {"message": "invalid", "errors": {CANARY: [CANARY]}},
            {"message": "x" * 380 + CANARY},
            {"message": "x" * 395 + CANARY},
            {"message": f"{CANARY} " * 100},
        ],
    )
    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 422, 429, 500])
    def test_a_repeated_token_is_masked(
        self, client: Client, httpx_mock: HTTPXMock, status: int, body: dict[str, Any]
    ) -> None:
        """Before anything is cut."""
        httpx_mock.add_response(status_code=status, json=body)
        told = json.dumps(failed(client).as_dict())
        assert CANARY not in told
        assert CANARY[:5] not in told
        assert len(told) < 1000

    @pytest.mark.parametrize("token", ["SECRET_CODE", "ABC123"])
    def test_a_token_in_place_of_the_code_is_masked(self, httpx_mock: HTTPXMock, token: str) -> None:
        """Even in the place of the code, where it may look like one."""
        httpx_mock.add_response(status_code=401, json={"error": {"code": token, "message": "no"}})
        clock = SystemClock()
        transport = DeadlineTransport(httpx.HTTPTransport(verify=False), Deadline(clock, 30), clock, Progress())
        client = Client(transport, BASE, token)
        assert token not in json.dumps(failed(client).as_dict())
        client.close()

    def test_a_token_in_a_redirect_is_masked(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """A long address is cut."""
        httpx_mock.add_response(status_code=302, headers={"Location": f"https://x.example/?t={CANARY}&{'y' * 5000}"})
        message = failed(client).message
        assert "t=[token]" in message
        assert len(message) < 500

    def test_a_token_in_a_failed_connection_is_masked(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """And the words of a failed connection."""
        httpx_mock.add_exception(httpx.ProxyError(f"407 for {CANARY}"))
        assert failed(client).message.endswith("407 for [token]")

    def test_no_failure_keeps_the_request(self, client: Client, httpx_mock: HTTPXMock) -> None:
        """No failure drags along another one that holds the request."""
        httpx_mock.add_exception(httpx.ConnectError("refused"))
        error = failed(client)
        assert error.__cause__ is None
        assert error.__suppress_context__
