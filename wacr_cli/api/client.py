"""The endpoints of the API, a method each: parameters in, rows out; every failure is a :class:`WacrError`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from wacr_cli import __version__
from wacr_cli.api import envelope
from wacr_cli.api.params import Params, url
from wacr_cli.core.errors import BadResponseError, RateLimitError, UnavailableError, UsageError, WacrError
from wacr_cli.core.models import Row
from wacr_cli.core.validation import truncate
from wacr_cli.settings.redaction import hide_token, secret_from_token

if TYPE_CHECKING:
    from wacr_cli.api.raw import RawResponse

T = TypeVar("T")

SCOPES = {
    "messages": "messages:read",
    "contacts": "contacts:read",
    "templates": "templates:read",
    "account": "account:read",
}
"""The scope that a token needs for paths with this first part."""

_LONGEST_MESSAGE = 400


def scope_of(path: str) -> str:
    """Return the scope that a token needs for a path, empty where the API documents none."""
    return SCOPES.get(path.partition("/")[0], "")


class Client:
    """Calls the API with one token over a transport.

    ``renewal`` says how to get another token where this one is refused; ``explain_limit`` returns who used up the
    rate limit, empty where that is unknown.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport,
        base_url: str,
        token: str,
        *,
        renewal: str = envelope.NEW_TOKEN,
        explain_limit: Callable[[], str] = str,
    ) -> None:
        self._token = token
        self._renewal = renewal
        self._explain_limit = explain_limit
        self._base_url = base_url
        self._transport = transport
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Authorization": f"Bearer {token}",
            "User-Agent": f"wacr/{__version__}",
        }

    def messages(self, params: Params, *, with_ids: bool = True) -> envelope.Page:
        """Return one page of ``GET /messages``; ``with_ids`` requires an id in each row."""
        return self._get("messages", params, lambda answer: envelope.parse_page(answer, with_ids=with_ids))

    def message(self, number: int) -> Row:
        """Return one message with all its fields: ``GET /messages/{id}``."""
        row = self._get(f"messages/{number}", [], envelope.parse_item)
        if row["id"] != number:
            raise BadResponseError(f"requested message {number}, received message {row['id']}", "Try again later.")
        return row

    def contacts(self, params: Params, *, with_ids: bool = True) -> envelope.Page:
        """Return one page of ``GET /contacts``; ``with_ids`` requires an id in each row."""
        return self._get("contacts", params, lambda answer: envelope.parse_page(answer, with_ids=with_ids))

    def contact(self, number: int, params: Params | None = None) -> Row:
        """Return one contact: ``GET /contacts/{id}``; ``params`` may contain ``include``."""
        row = self._get(f"contacts/{number}", params or [], envelope.parse_item)
        if row["id"] != number:
            raise BadResponseError(f"requested contact {number}, received contact {row['id']}", "Try again later.")
        return row

    def templates(self, params: Params, *, with_ids: bool = True) -> envelope.Page:
        """Return one page of ``GET /templates``; ``with_ids`` requires an id in each row."""
        return self._get("templates", params, lambda answer: envelope.parse_page(answer, with_ids=with_ids))

    def template(self, template_id: str) -> Row:
        """Return one template by its id of WhatsApp: ``GET /templates/{id}``."""
        row = self._get(f"templates/{template_id}", [], envelope.parse_object)
        if template_id not in (received := (str(row.get("template_id")), str(row.get("id")))):
            message = f"requested template {template_id}, received template {truncate(received[0])}"
            raise BadResponseError(message, "Try again later.")
        return row

    def comments(self, number: str, params: Params) -> envelope.Page:
        """Return the notes on the conversation with a number, in digits: ``GET /comments/{mobile}``.

        The API documents no pages, so ``params`` may be empty.
        """
        return self._get(f"comments/{number}", params, envelope.parse_page)

    def account(self) -> Row:
        """Return the account of the token and its subscription: ``GET /account``."""
        return self._get("account", [], envelope.parse_object)

    def usage(self) -> Row:
        """Return the use and the limit of each feature: ``GET /account/usage``."""
        return self._get("account/usage", [], envelope.parse_object)

    def limits(self) -> Row:
        """Return the ``limits`` and ``features`` of the plan: ``GET /account/limits``."""
        return self._get("account/limits", [], envelope.parse_object)

    def page(self, path: str, params: Params) -> envelope.Page:
        """Return one page of any list; its rows are unchanged and need no ids."""
        return self._get(path, params, envelope.parse_raw_page)

    def raw(self, method: str, path: str, params: Params, body: bytes | None = None) -> RawResponse:
        """Make any call; return its response unchanged, except that the token is masked. See :meth:`check`."""
        from wacr_cli.api.raw import RawResponse

        try:
            response = self._send(self._request(path, params, method, body))
        except WacrError as error:
            if method != "GET" and isinstance(error, UnavailableError):
                error.hint = f"It is unknown whether the API did it: check before you send it again. {error.hint}"
            raise self._redact(error) from None
        token = secret_from_token(self._token)
        headers = [(name, hide_token(value, token)) for name, value in response.headers.multi_items()]
        content = response.content
        for form in {token, token.replace("/", r"\/")} - {""}:  # as PHP encodes it in JSON
            content = content.replace(form.encode(), b"[token]")
        return RawResponse(response.status_code, response.reason_phrase, headers, content)

    def check(self, path: str, answer: RawResponse) -> None:
        """Raise the error of a response that is not a success."""
        if not 200 <= answer.status < 300:
            location = next((value for name, value in answer.headers if name.lower() == "location"), "")
            raise self._redact(self._make_error(path, answer.status, answer.body, location))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _get(self, path: str, params: Params, parse: Callable[[Any], T]) -> T:
        """Return the parsed response; request it once more where it is not what the API documents."""
        try:
            body = self._request_body(path, params)
            try:
                return parse(envelope.decode(body))
            except BadResponseError:
                body = self._request_body(path, params)
            return parse(envelope.decode(body))
        except WacrError as error:
            raise self._redact(error) from None

    def _request_body(self, path: str, params: Params) -> bytes:
        response = self._send(self._request(path, params))
        if response.status_code == httpx.codes.OK:
            return response.content
        location = response.headers.get("Location", "")
        raise self._make_error(path, response.status_code, response.content, location)

    def _make_error(self, path: str, status: int, body: bytes, location: str) -> WacrError:
        return envelope.failure(status, body, location, scope=scope_of(path), renewal=self._renewal)

    def _request(self, path: str, params: Params, method: str = "GET", body: bytes | None = None) -> httpx.Request:
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        try:
            return httpx.Request(method, url(self._base_url, path, params), headers=headers, content=body)
        except UnicodeError:
            raise UsageError("the API's address has an invalid host name", "Check WACR_API_URL or api_url.") from None
        except httpx.InvalidURL:
            raise UsageError("the filters are too long for a URL", "Use fewer values in one command.") from None

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._transport.handle_request(request)
        except (httpx.TransportError, httpx.DecodingError) as error:
            from wacr_cli.api import failures

            raise failures.connection_error(error, request) from None

    def _redact(self, error: WacrError) -> WacrError:
        """Return the error without the token; it is cut only then, since half a token would not be found."""
        if isinstance(error, RateLimitError) and (explanation := self._explain_limit()):
            error.message += f"; {explanation}"
        error.message = truncate(hide_token(error.message, self._token), _LONGEST_MESSAGE)
        error.code = hide_token(error.code, self._token)
        return error
