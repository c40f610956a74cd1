"""The API's endpoints, a method each: parameters in, rows out, every failure a :class:`WacrError`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from wacr_cli import __version__
from wacr_cli.api import envelope
from wacr_cli.api.params import Params, url
from wacr_cli.core.errors import BadAnswerError, RateLimitError, ServiceError, UsageError, WacrError
from wacr_cli.core.models import Row
from wacr_cli.core.validation import truncate
from wacr_cli.settings.redaction import hide_token, secret

if TYPE_CHECKING:
    from wacr_cli.api.raw import RawAnswer

T = TypeVar("T")

SCOPES = {"messages": "messages:read", "contacts": "contacts:read", "account": "account:read"}
"""What a token needs for the paths that begin so."""

_LONGEST_MESSAGE = 400


def scope_of(path: str) -> str:
    """The scope that a token needs for a path of the API, empty where the documentation names none."""
    return SCOPES.get(path.partition("/")[0], "")


class Client:
    """Calls one API with one token, over the transport given.

    ``renewal`` says how to get another token, should this one be refused; ``whose`` whose calls they were, should there
    have been too many, as far as anybody knows.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport,
        base_url: str,
        token: str,
        *,
        renewal: str = envelope.NEW_TOKEN,
        whose: Callable[[], str] = str,
    ) -> None:
        self._token = token
        self._renewal = renewal
        self._whose = whose
        self._base_url = base_url
        self._transport = transport
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Authorization": f"Bearer {token}",
            "User-Agent": f"wacr/{__version__}",
        }

    def messages(self, params: Params, *, with_ids: bool = True) -> envelope.Page:
        """``GET /messages``: one window; ``with_ids`` asks that each row has its integer id."""
        return self._get("messages", params, lambda answer: envelope.parse_page(answer, with_ids=with_ids))

    def message(self, number: int) -> Row:
        """``GET /messages/{id}``: one message, with all its fields."""
        row = self._get(f"messages/{number}", [], envelope.parse_item)
        if row["id"] != number:
            raise BadAnswerError(f"asked for message {number}, the answer is message {row['id']}", "Try again later.")
        return row

    def contacts(self, params: Params, *, with_ids: bool = True) -> envelope.Page:
        """``GET /contacts``: one window; ``with_ids`` asks that each row has its integer id."""
        return self._get("contacts", params, lambda answer: envelope.parse_page(answer, with_ids=with_ids))

    def contact(self, number: int, params: Params | None = None) -> Row:
        """``GET /contacts/{id}``: one contact; ``params`` may hold ``include``."""
        row = self._get(f"contacts/{number}", params or [], envelope.parse_item)
        if row["id"] != number:
            raise BadAnswerError(f"asked for contact {number}, the answer is contact {row['id']}", "Try again later.")
        return row

    def account(self) -> Row:
        """``GET /account``: whose token it is, and the subscription."""
        return self._get("account", [], envelope.parse_object)

    def usage(self) -> Row:
        """``GET /account/usage``: for each feature what is used, and of how much."""
        return self._get("account/usage", [], envelope.parse_object)

    def limits(self) -> Row:
        """``GET /account/limits``: ``limits`` and ``features`` of the plan, calls a minute among them."""
        return self._get("account/limits", [], envelope.parse_object)

    def page(self, path: str, params: Params) -> envelope.Page:
        """One window of any list; its rows need not have ids."""
        return self._get(path, params, lambda answer: envelope.parse_page(answer, with_ids=False))

    def raw(self, method: str, path: str, params: Params, body: bytes | None = None) -> RawAnswer:
        """Any call, and its answer as it came but for the token, should it have been echoed; see :meth:`check`."""
        from wacr_cli.api.raw import RawAnswer

        try:
            response = self._send(self._request(path, params, method, body))
        except WacrError as error:
            if method != "GET" and isinstance(error, ServiceError):
                error.hint = f"Whether it was done is not known: look before you send it again. {error.hint}"
            raise self._redacted(error) from None
        token = secret(self._token)
        headers = [(name, hide_token(value, token)) for name, value in response.headers.multi_items()]
        content = response.content
        for form in {token, token.replace("/", r"\/")} - {""}:  # as PHP writes it in JSON
            content = content.replace(form.encode(), b"[token]")
        return RawAnswer(response.status_code, response.reason_phrase, headers, content)

    def check(self, path: str, answer: RawAnswer) -> None:
        """Raise what an answer amounts to, where it is no success."""
        if not 200 <= answer.status < 300:
            location = next((value for name, value in answer.headers if name.lower() == "location"), "")
            raise self._redacted(self._failure(path, answer.status, answer.body, location))

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _get(self, path: str, params: Params, parse: Callable[[Any], T]) -> T:
        """One endpoint's answer, asked for once more where it is not what the API documents."""
        try:
            body = self._body(path, params)
            try:
                return parse(envelope.decode(body))
            except BadAnswerError:
                body = self._body(path, params)
            return parse(envelope.decode(body))
        except WacrError as error:
            raise self._redacted(error) from None

    def _body(self, path: str, params: Params) -> bytes:
        response = self._send(self._request(path, params))
        if response.status_code == httpx.codes.OK:
            return response.content
        location = response.headers.get("Location", "")
        raise self._failure(path, response.status_code, response.content, location)

    def _failure(self, path: str, status: int, body: bytes, location: str) -> WacrError:
        return envelope.failure(status, body, location, scope=scope_of(path), renewal=self._renewal)

    def _request(self, path: str, params: Params, method: str = "GET", body: bytes | None = None) -> httpx.Request:
        headers = self._headers if body is None else {**self._headers, "Content-Type": "application/json"}
        try:
            return httpx.Request(method, url(self._base_url, path, params), headers=headers, content=body)
        except httpx.InvalidURL:
            raise UsageError("the filters and texts are too long for one URL", "Ask for fewer at a time.") from None

    def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            return self._transport.handle_request(request)
        except (httpx.TransportError, httpx.DecodingError) as error:
            from wacr_cli.api import failures

            raise failures.unreachable(error, request) from None

    def _redacted(self, error: WacrError) -> WacrError:
        """The error without the token, and only then cut: half a token would not be found."""
        if isinstance(error, RateLimitError) and (whose := self._whose()):
            error.message += f"; {whose}"
        error.message = truncate(hide_token(error.message, self._token), _LONGEST_MESSAGE)
        error.code = hide_token(error.code, self._token)
        return error
