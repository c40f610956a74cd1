"""Fixtures of the sync's tests: those of the archive, and accounts whose calls fail."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from tests.archive.conftest import clock, path, pooled_url, pooler, server, store, stored, sync, url
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UnavailableError

__all__ = ["clock", "path", "pooled_url", "pooler", "server", "store", "sync", "url"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses ``store`` with SQLite; in the soak run, unless it uses ``path``, with PostgreSQL too.

    The contract of the stores shows that both behave alike.
    """
    if "store" in metafunc.fixturenames:
        sqlite_only = "path" in inspect.signature(metafunc.function).parameters
        postgres = pytest.param("postgres", marks=pytest.mark.soak)
        metafunc.parametrize("store", ["sqlite"] if sqlite_only else ["sqlite", postgres], indirect=True)


def soak(*values: Any) -> list[Any]:
    """Return parameters for the soak run only; a tuple is the values of several parameters."""
    return [pytest.param(*(one if isinstance(one, tuple) else (one,)), marks=pytest.mark.soak) for one in values]


def fail_at(account: Account, call: int) -> Account:
    """Let a call of the account fail; return the account."""
    left = [call]

    def move(_: Account) -> None:
        left[0] -= 1
        if left[0] == 0:
            account.move = None
            raise UnavailableError("the API failed")

    account.move = move
    return account


def find_gaps(archive: Store, account: Account) -> set[int]:
    """Return the messages that are missing though a newer one of their direction is stored."""
    found, missing = stored(archive), set[int]()
    for direction in ("inbound", "outbound"):
        newest = max((number for number, (one, _) in found.items() if one == direction), default=0)
        there = {number for number, (one, _) in account.truth.items() if one == direction and number < newest}
        missing |= there - set(found)
    return missing
