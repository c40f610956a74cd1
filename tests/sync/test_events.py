"""Events: what changed in the archive, written after each commit, and by the next run where one was killed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.archive.conftest import Syncing, Ticking
from tests.sync.conftest import fail_at
from tests.sync.moving_account import Account
from wacr_cli.archive.store import Store
from wacr_cli.core.errors import UnavailableError
from wacr_cli.core.progress import Progress
from wacr_cli.sync import Sync


class Output:
    """What was written; `failures` are the writes that fail first."""

    def __init__(self, failures: int = 0) -> None:
        self.events: list[dict[str, Any]] = []
        self.failures = failures

    def __call__(self, lines: list[str]) -> None:
        """Write events."""
        if self.failures:
            self.failures -= 1
            raise BrokenPipeError
        self.events += map(json.loads, lines)

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """The event and the message of each, sorted."""
        return sorted((one["event"], one["message"]["id"]) for one in self.events)


def run(store: Store, account: Account, output: Output | None, clock: Ticking | None = None) -> None:
    """Run a sync that writes events."""
    Sync(account, store, clock or Ticking(), Progress(), origin="here", contacts=False, write_events=output).run()


def test_each_change_is_an_event(store: Store, sync: Syncing) -> None:
    """New, changed and deleted messages are written once each, with the time, the direction, and old and new status."""
    account = Account(300)
    sync(account)
    account.insert(2)
    account.change([10], "failed")
    account.delete([20])
    output = Output()
    run(store, account, output)
    assert output.kinds == [
        ("message.deleted", 20),
        ("message.new", 301),
        ("message.new", 302),
        ("message.status", 10),
    ]
    status = next(one for one in output.events if one["event"] == "message.status")
    assert (status["old"], status["new"], status["message"]["status"]) == ("sent", "failed", "failed")
    assert status["message"]["direction"] == account.stored[10].direction
    assert all(one["at"].endswith("Z") for one in output.events)
    again = Output()
    run(store, account, again)
    assert again.events == []


def test_a_message_that_changes_its_direction_is_changed(store: Store, sync: Syncing) -> None:
    """Anything but the status is a message.changed."""
    account = Account(300)
    sync(account)
    account.turn_around([299])
    output = Output()
    run(store, account, output)
    assert ("message.changed", 299) in output.kinds


def test_events_that_were_not_written_come_with_the_next_run(store: Store, sync: Syncing) -> None:
    """A run that ends between the commit and the output leaves them in the archive."""
    account = Account(300)
    sync(account)
    account.insert(3)
    with pytest.raises(BrokenPipeError):
        run(store, account, Output(failures=1))
    output = Output()
    run(store, account, output)
    assert output.kinds == [("message.new", number) for number in (301, 302, 303)]
    assert store.list_events() == []


@pytest.mark.parametrize("cut", range(1, 9))
def test_a_run_that_fails_at_a_call_loses_no_event(store: Store, sync: Syncing, cut: int) -> None:
    """Whatever was stored before the failure is written by this run or by the next one, once."""
    account = Account(300)
    sync(account)
    account.insert(150)
    account.change([5, 6], "read")
    output = Output()
    try:
        run(store, fail_at(account, cut), output)
    except UnavailableError:
        run(store, account, output)
    wanted = [*(("message.new", number) for number in range(301, 451)), ("message.status", 5), ("message.status", 6)]
    assert output.kinds == wanted


def test_without_events_nothing_is_recorded(store: Store, sync: Syncing) -> None:
    """An ordinary sync leaves no events behind."""
    account = Account(50)
    sync(account)
    assert store.list_events() == []
