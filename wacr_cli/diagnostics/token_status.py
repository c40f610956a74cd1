"""What there is to know of a token: whether it works, whose it is, what it may and how often. No printing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wacr_cli.core.errors import WacrError

if TYPE_CHECKING:
    from wacr_cli.api.client import Client

SMALLEST = [("fields", "id"), ("page", "1"), ("per_page", "1")]
"""The parameters of the smallest question about messages."""


@dataclass
class Standing:
    """How a token stands: the ``scopes`` it was found to have, the ``account`` where it may be read.

    ``error`` is why it does not read messages, None where it does. ``limit`` is in calls a minute, None where unknown.
    """

    scopes: list[str] = field(default_factory=list)
    account: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None
    error: WacrError | None = None

    @property
    def plan(self) -> object:
        """The name of the plan, wherever the account has it."""
        subscription = self.account.get("subscription")
        holder = subscription if isinstance(subscription, dict) else self.account
        return holder.get("plan_name")


def standing_of(client: Client, *, with_limit: bool) -> Standing:
    """Try a token: a call for each scope, and with ``with_limit`` one for the limit, where it may be asked.

    A token that is no token, and a service that can't be reached, are not tried again.
    """
    standing = Standing()
    standing.error = _tried(standing, "messages:read", lambda: client.messages(SMALLEST))
    if standing.error and getattr(standing.error, "scope", None) is None:
        return standing

    def whose() -> None:
        standing.account = client.account()

    if not _tried(standing, "account:read", whose) and with_limit:
        standing.limit = calls_a_minute(client)
    _tried(standing, "contacts:read", lambda: client.contacts([("page", "1"), ("per_page", "1")]))
    return standing


def calls_a_minute(client: Client) -> int | None:
    """The call limit that the account's limits name."""
    try:
        limits = client.limits().get("limits")
    except WacrError:  # it is only to be told, and has a default
        return None
    of_calls = limits.get("api_calls_per_minute") if isinstance(limits, dict) else None
    number = of_calls.get("limit") if isinstance(of_calls, dict) else None
    return number if type(number) is int and number > 0 else None


def _tried(standing: Standing, scope: str, question: Callable[[], object]) -> WacrError | None:
    """Ask what needs a scope, and note that it is there; the failure, where it is not known to be."""
    try:
        question()
    except WacrError as error:
        return error
    standing.scopes.append(scope)
    return None
