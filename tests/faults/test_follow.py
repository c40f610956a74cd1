"""``wacr messages follow`` as a process that is killed and started again, while messages come in."""

from __future__ import annotations

import json
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Home, Starter
from tests.faults.server import Reply, Request, Server
from tests.sync.moving_account import Account

PATIENCE = 60_000
"""Milliseconds: far more than a slow machine needs for one poll."""


class Service:
    """An account over HTTP, some of whose responses fail."""

    def __init__(self) -> None:
        self.account = Account(150)
        self.failing = 0.0
        self.chance = random.Random(7)  # noqa: S311 - a plan, not a secret
        self.lock = threading.Lock()

    def __call__(self, request: Request) -> Reply:
        """Answer ``GET /messages``."""
        with self.lock:
            if self.chance.random() < self.failing:
                return Reply(503, b"{}")
            page = self.account.messages(list(request.params.items()))
        numbers = {"total": page.total, "has_more": page.has_more, "current_page": page.page, "per_page": page.per_page}
        return Reply(200, json.dumps({"data": page.rows, "meta": {"pagination": numbers}}).encode())


@pytest.fixture
def service() -> Service:
    """Return what the server answers from."""
    return Service()


@pytest.fixture
def server(service: Service) -> Iterator[Server]:
    """Return a server whose list changes."""
    one = Server(service)
    yield one
    one.stop()


def wait_for_calls(server: Server, number: int) -> None:
    """Wait until the server has seen so many more calls."""
    before = len(server.seen)
    wait_until(lambda: len(server.seen) >= before + number)


def wait_until(is_over: Callable[[], bool]) -> None:
    """Wait until a condition holds, a minute at least."""
    for _ in range(PATIENCE):
        if is_over():
            return
        time.sleep(0.001)
    pytest.fail("the process waits on")


@pytest.mark.parametrize("kills", [4, pytest.param(30, marks=pytest.mark.soak)])
def test_killed_and_started_again(start: Starter, service: Service, server: Server, home: Home, kills: int) -> None:
    """Every message that comes in is printed at least once, and only the batch of a kill may come twice."""
    chance = random.Random(3)  # noqa: S311 - a plan, not a secret
    words = ("messages", "follow", "--interval", "0.02", "--format", "jsonl", "--fields", "id", "--quiet")
    cursor = str(home.folder / "cursor")
    before, printed = set(service.account.stored), list[int]()
    for run in range(kills + 1):
        out = home.folder / f"out{run}"
        with out.open("wb") as file:
            process = start(*words, "--cursor", cursor, stdout=file)
            wait_for_calls(server, 3)
            for _ in range(chance.randrange(1, 4)):
                with service.lock:
                    service.account.insert(chance.choice([1, 2, 120]))
                    service.account.insert_late(chance.randrange(2), 40)
                wait_for_calls(server, chance.randrange(1, 4))
            if run == kills:
                wait_for_ids(out, set(service.account.stored) - before - set(printed))
            process.signal(signal.SIGINT if run == kills else signal.SIGKILL)
            status = process.end().status
        assert status == (130 if run == kills else -signal.SIGKILL)
        printed += read_ids(out)
    wanted = set(service.account.stored) - before
    assert set(printed) == wanted
    assert len(printed) <= len(wanted) + kills * 260


def wait_for_ids(path: Path, wanted: set[int]) -> None:
    """Wait until the file has all of these ids."""
    wait_until(lambda: wanted <= set(read_ids(path)))


def read_ids(path: Path) -> list[int]:
    """Return the ids of the complete lines of a file."""
    lines = path.read_text().split("\n")[:-1]
    return [json.loads(line)["id"] for line in lines]


def test_without_a_kill_nothing_comes_twice(start: Starter, service: Service, server: Server, home: Home) -> None:
    """Each message comes once, although some responses fail."""
    out, before = home.folder / "out", set(service.account.stored)
    service.failing = 0.05
    with out.open("wb") as file:
        process = start("messages", "follow", "--interval", "0.02", "--format", "jsonl", "--fields", "id", stdout=file)
        wait_for_calls(server, 4)
        for number in (1, 230, 3):
            with service.lock:
                service.account.insert(number)
            wait_for_calls(server, 4)
        with service.lock:
            service.failing = 0.0
        wait_for_calls(server, 8)
        process.signal(signal.SIGINT)
        assert process.end().status == 130
    assert sorted(read_ids(out)) == sorted(set(service.account.stored) - before)
