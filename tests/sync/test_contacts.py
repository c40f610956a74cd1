"""Contacts: all of them once, then those that changed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.archive.conftest import Syncing, Ticking, stored
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import AuthError, NotFoundError


def _make_people(number: int) -> list[dict[str, Any]]:
    return [
        {"id": one, "firstname": f"Person {one}", "phone": f"+91 98765 {one:05}", "updated_at": f"2026-01-01T{one:08}"}
        for one in range(1, number + 1)
    ]


def test_contacts_are_read_once_a_day(store: Store, sync: Syncing, clock: Ticking) -> None:
    """The first sync reads all of them, a later one those that changed; names are found by digits."""
    account = Account(10, people=_make_people(250))
    sync(account, contacts=True)
    assert len(account.contacts_calls) <= 4
    assert store.names_for(["919876500017", "+91 98765-00250", "1"]) == {
        "919876500017": "Person 17",
        "919876500250": "Person 250",
    }
    account.contacts_calls.clear()
    sync(account, contacts=True)
    assert account.contacts_calls == []
    clock.skip(90_000)
    account.people[16] |= {"firstname": "Renamed", "updated_at": "2026-01-02"}
    sync(account, contacts=True)
    assert len(account.contacts_calls) <= 3
    assert store.names_for(["919876500017"]) == {"919876500017": "Renamed"}


@pytest.mark.parametrize("error", [AuthError("no scope", code="INSUFFICIENT_SCOPE"), NotFoundError("no such route")])
def test_contacts_that_the_token_may_not_read_are_left_out(
    sync: Syncing, store: Store, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The messages are read, a note says that contacts were not, and the next sync does not try again."""
    account = Account(10)
    tried: list[int] = []

    def refuse(*_: object, **__: object) -> None:
        tried.append(1)
        raise error

    monkeypatch.setattr(account, "contacts", refuse)
    report = sync(account, contacts=True)
    assert (report.complete, len(report.notes)) == (True, 1)
    sync(account, contacts=True)
    assert len(tried) == 1
    assert len(stored(store)) == 10


def test_a_token_that_expires_before_the_contacts_is_an_error(
    store: Store, sync: Syncing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The messages that were read before are stored."""
    account = Account(10)

    def refuse(*_: object, **__: object) -> None:
        raise AuthError("expired")

    monkeypatch.setattr(account, "contacts", refuse)
    with pytest.raises(AuthError):
        sync(account, contacts=True)
    assert len(stored(store)) == 10
