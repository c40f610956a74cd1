"""Find out what a token is good for: whether it works, its account, its scopes and its rate limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wacr_cli.core.errors import WacrError

if TYPE_CHECKING:
    from wacr_cli.api.client import Client

SMALLEST_PAGE = [("fields", "id"), ("page", "1"), ("per_page", "1")]
"""The parameters of the smallest request for messages."""


@dataclass
class TokenStatus:
    """The scopes that a token has, its account, and its rate limit.

    ``account`` is empty where the token can't read it. ``limit`` is in calls per minute, None where unknown. ``error``
    is why the token can't read messages, None where it can.
    """

    scopes: list[str] = field(default_factory=list)
    account: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None
    error: WacrError | None = None

    @property
    def plan(self) -> object:
        """The name of the plan, which is in the account or in its subscription."""
        subscription = self.account.get("subscription")
        holder = subscription if isinstance(subscription, dict) else self.account
        return holder.get("plan_name")


def check_token(client: Client, *, with_limit: bool) -> TokenStatus:
    """Return the status of a token: one call for each scope, and with *with_limit* one for the rate limit.

    If the API refuses the token itself or can't be reached, the first call is the only one.
    """
    status = TokenStatus()
    status.error = _probe_scope(status, "messages:read", lambda: client.messages(SMALLEST_PAGE))
    if status.error and getattr(status.error, "scope", None) is None:
        return status

    def read_account() -> None:
        status.account = client.account()

    if not _probe_scope(status, "account:read", read_account) and with_limit:
        status.limit = fetch_rate_limit(client)
    _probe_scope(status, "contacts:read", lambda: client.contacts([("page", "1"), ("per_page", "1")]))
    return status


def fetch_rate_limit(client: Client) -> int | None:
    """Return the calls per minute that the API names for the account, None where it names none."""
    try:
        limits = client.limits().get("limits")
    except WacrError:  # the limit is only shown, and has a default
        return None
    calls = limits.get("api_calls_per_minute") if isinstance(limits, dict) else None
    number = calls.get("limit") if isinstance(calls, dict) else None
    return number if type(number) is int and number > 0 else None


def _probe_scope(status: TokenStatus, scope: str, call: Callable[[], object]) -> WacrError | None:
    """Make a call that needs a scope; add the scope to the status, or return the error of the call."""
    try:
        call()
    except WacrError as error:
        return error
    status.scopes.append(scope)
    return None
