"""The call limit, kept by several at once against a service that counts, in time that is simulated."""

from __future__ import annotations

import math
import multiprocessing
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from wacr_cli.api.rate_limiter import RateLimiter, open_state
from wacr_cli.core.progress import Progress

from .conftest import DUMP, TOKEN, Runner, Skipping
from .moving import Moving
from .server import PATIENCE, Reply, Request, Server

BEGINNING = 1_760_000_000.0
MINUTE = 60.0
LATENCY = 0.1
SPAWN = multiprocessing.get_context("spawn")


class SharedTime:
    """Time that passes when every worker, in whatever thread or process, sleeps."""

    def __init__(self, workers: int) -> None:
        self._changed = SPAWN.Condition()
        self._now = SPAWN.Value("d", BEGINNING, lock=False)
        self._wakes = SPAWN.Array("d", workers, lock=False)

    def now(self) -> float:
        """The time that it is."""
        with self._changed:
            return float(self._now.value)

    def sleep(self, worker: int, seconds: float) -> None:
        """Let one worker sleep; infinitely long where it is done."""
        with self._changed:
            self._wakes[worker] = self._now.value + seconds
            first = min(self._wakes)
            if self._now.value < first < math.inf:
                self._now.value = first
                self._changed.notify_all()
            while self._now.value < self._wakes[worker] < math.inf:
                self._changed.wait()


class Service:
    """Counts calls in a minute that is fixed, from the first call in it, or sliding; answers limit and remaining."""

    def __init__(self, *, limit: int, sliding: bool, used_by_others: int = 0) -> None:
        self._limit = limit
        self._sliding = sliding
        self._lock = SPAWN.Lock()
        self._times = SPAWN.Array("d", [BEGINNING] * used_by_others + [0.0] * 1_000, lock=False)
        self._taken = SPAWN.Value("i", used_by_others, lock=False)
        self._start = SPAWN.Value("d", BEGINNING if used_by_others else 0.0, lock=False)
        self._in_window = SPAWN.Value("i", used_by_others, lock=False)
        self.refused = SPAWN.Value("i", 0, lock=False)
        self.last = SPAWN.Value("d", 0.0, lock=False)

    def call(self, now: float) -> tuple[int, int]:
        """Count a call, or refuse it."""
        with self._lock:
            used = self._used(now)
            self.refused.value += used >= self._limit
            self._times[self._taken.value] = now
            self._taken.value += 1
            self._in_window.value += 1
            self.last.value = now
            return self._limit, max(0, self._limit - used - 1)

    def _used(self, now: float) -> int:
        if self._sliding:
            return sum(time > now - MINUTE for time in self._times[: self._taken.value])
        if now >= self._start.value + MINUTE:
            self._start.value, self._in_window.value = now, 0
        return int(self._in_window.value)


class WorkersClock:
    """The clock of one worker."""

    def __init__(self, time: SharedTime, worker: int) -> None:
        self._time = time
        self._worker = worker

    def now(self) -> datetime:
        """The time that it is, as a date."""
        return datetime.fromtimestamp(self.time(), UTC)

    def time(self) -> float:
        """The time that it is."""
        return self._time.now()

    monotonic = time

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        self._time.sleep(self._worker, seconds)


def _work(worker: int, time: SharedTime, service: Service, folder: Path, calls: int, headers: bool) -> None:
    """Make some calls as one process does."""
    clock = WorkersClock(time, worker)
    budget = RateLimiter(open_state(folder, TOKEN), clock, progress=Progress())
    try:
        for _ in range(calls):
            with budget.acquire():
                clock.sleep(LATENCY / 2)
                limit, remaining = service.call(clock.time())
                clock.sleep(LATENCY / 2)
            if headers:
                budget.observe(limit, remaining)
    finally:
        budget.close()
        clock.sleep(math.inf)


def _run(folder: Path, service: Service, calls: int, *, workers: int, headers: bool, kind: Callable[..., Any]) -> None:
    """Divide calls among workers, and wait until they are made."""
    time = SharedTime(workers)
    shares = [calls // workers + (index < calls % workers) for index in range(workers)]
    running = [
        kind(target=_work, args=(index, time, service, folder, share, headers), daemon=True)
        for index, share in enumerate(shares)
    ]
    for one in running:
        one.start()
    for one in running:
        one.join(PATIENCE)
        assert not one.is_alive()
        assert getattr(one, "exitcode", 0) == 0


def _least(calls: int, limit: int, workers: int, used: int = 0) -> float:
    """The least time in which so many calls can be made."""
    minutes = (calls + used - 1) // limit
    in_the_last = calls + used - minutes * limit
    return minutes * MINUTE + in_the_last * LATENCY / workers


WINDOWS = pytest.mark.parametrize("sliding", [False, True], ids=["fixed", "sliding"])
HEADERS = pytest.mark.parametrize("headers", [False, True], ids=["no headers", "headers"])


@WINDOWS
@HEADERS
@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("calls", [60, 90, 150])
def test_no_call_is_refused_and_no_time_wasted(
    tmp_path: Path, calls: int, workers: int, headers: bool, sliding: bool
) -> None:
    """However many share the limit, all calls are made within 5 % of the least time."""
    service = Service(limit=60, sliding=sliding)
    _run(tmp_path, service, calls, workers=workers, headers=headers, kind=threading.Thread)
    assert service.refused.value == 0
    assert service.last.value - BEGINNING <= 1.05 * _least(calls, 60, workers)
    assert service.last.value - BEGINNING >= (calls - 1) // 60 * MINUTE


@WINDOWS
@pytest.mark.parametrize("workers", [2, 3])
def test_processes_share_the_limit(tmp_path: Path, workers: int, sliding: bool) -> None:
    """Processes that share only the file."""
    service = Service(limit=60, sliding=sliding)
    _run(tmp_path, service, 150, workers=workers, headers=True, kind=SPAWN.Process)
    assert service.refused.value == 0
    assert service.last.value - BEGINNING <= 1.05 * _least(150, 60, workers)


@WINDOWS
@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("used", [1, 30, 55])
def test_what_another_machine_used_is_left_to_it(tmp_path: Path, used: int, workers: int, sliding: bool) -> None:
    """Where the headers leave less than is known here, they are believed.

    One process is never refused. Of several, each may be once: a call of a neighbour that is still under way may be
    taken for one that the service has counted.
    """
    service = Service(limit=60, sliding=sliding, used_by_others=used)
    _run(tmp_path, service, 90, workers=workers, headers=True, kind=threading.Thread)
    assert service.refused.value <= workers - 1
    assert service.last.value - BEGINNING <= 1.05 * _least(90, 60, workers, used)


def test_without_the_headers_another_machine_is_not_seen(tmp_path: Path) -> None:
    """The test above depends on the headers: without them calls are refused."""
    service = Service(limit=60, sliding=False, used_by_others=30)
    _run(tmp_path, service, 90, workers=1, headers=False, kind=threading.Thread)
    assert service.refused.value > 0


@WINDOWS
@pytest.mark.parametrize("limit", [10, 30, 120])
def test_the_limit_of_the_api_is_used(tmp_path: Path, limit: int, sliding: bool) -> None:
    """From the first response that has it."""
    service = Service(limit=limit, sliding=sliding)
    _run(tmp_path, service, 150, workers=2, headers=True, kind=threading.Thread)
    assert service.refused.value == 0
    assert service.last.value - BEGINNING <= 1.05 * _least(150, limit, 2)


@pytest.mark.parametrize("rows", [9_000, 15_000])
@HEADERS
def test_a_list_keeps_the_limit(
    wacr: Runner, server: Server, skipping: Skipping, monkeypatch: pytest.MonkeyPatch, rows: int, headers: bool
) -> None:
    """Lists of 90 and of 150 calls get no 429, and wait no longer than necessary."""
    monkeypatch.setenv("WACR_RATE_LIMIT", "60")
    service = Service(limit=60, sliding=False)
    messages = Moving(rows)

    def app(request: Request) -> Reply:
        limit, remaining = service.call(skipping.time())
        reply = messages(request)
        told = {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(remaining)} if headers else {}
        return replace(reply, headers={**reply.headers, **told})

    server.app = app
    ended = wacr(*DUMP, "--fields", "id")
    ended.expect(0, "complete")
    assert len(ended.ids) == rows
    assert service.refused.value == 0
    assert rows // 100 <= len(server.seen) <= rows // 100 + 1
    waited = (len(server.seen) - 1) // 60 * MINUTE
    assert sum(ended.slept) <= 1.05 * waited


def test_the_file_of_the_limit_has_no_token(tmp_path: Path) -> None:
    """It is named by a hash, has only times, and is private."""
    _run(tmp_path, Service(limit=60, sliding=False), 5, workers=1, headers=True, kind=threading.Thread)
    (path,) = tmp_path.iterdir()
    assert TOKEN not in path.name
    assert TOKEN.encode() not in path.read_bytes()
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0
