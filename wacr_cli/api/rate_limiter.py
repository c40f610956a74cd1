"""The rate limiter of a token, shared by all processes of this user on this machine.

A call is allowed when fewer calls than the limit were made in the last 60 seconds. The API may count in a fixed or in
a sliding window: either way no more calls than the limit fall into any of its minutes, because a call counts here from
the moment its response arrived, which is not before the API saw it.

The state file is a ring buffer with the times of the latest calls, so that the cost of a check does not depend on the
limit: a call is allowed once the ``limit``-th latest one is 60 seconds old. The file is named by a hash of the token
and of the API's origin, and contains nothing but times.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wacr_cli.core.errors import RateLimitError
from wacr_cli.core.locks import lock_descriptor
from wacr_cli.core.models import DEFAULT_LIMIT
from wacr_cli.core.progress import Progress
from wacr_cli.core.times import Clock, format_duration

WINDOW = 60.1
"""Seconds for which the limit holds: a minute, and a little more because clocks differ."""

_MAX_BYTES = 2**24


class RateLimiter:
    """Allows calls, and waits until one is allowed.

    ``fd`` is the open state file, which is shared; where it is None or can't be written, only the calls of this
    process are counted. ``configured`` is the limit from the settings, if any; the limit in the API's headers can only
    lower it. ``max_wait`` is in seconds: a longer wait raises :class:`RateLimitError`.
    """

    def __init__(
        self,
        fd: int | None,
        clock: Clock,
        *,
        configured: int | None = None,
        max_wait: float = 300,
        progress: Progress | None = None,
    ) -> None:
        self._state = _State(fd)
        self._clock = clock
        self._configured = configured
        self._max_wait = max_wait
        self._progress = progress or Progress()

    @contextmanager
    def acquire(self) -> Iterator[None]:
        """Wait until a call is allowed; count it from its end."""
        slot = self._reserve()
        try:
            yield
        finally:
            with self._ring() as ring:
                ring.set(slot, self._clock.time())

    def observe(self, limit: int | None, remaining: int | None) -> None:
        """Register the headers of a response: fewer remaining calls than expected were made by another machine."""
        if limit is None or limit < 1:
            return
        with self._ring() as ring:
            ring.named = limit
            ring.grow(self._limit(ring))
            if remaining is not None:
                now = self._clock.time()
                for _ in range(min(ring.capacity, limit - remaining - ring.count_since(now - WINDOW))):
                    ring.push(-now)

    def external_calls(self) -> int:
        """Return how many calls of the last minute were made by another machine, as far as the API shows it."""
        with self._ring() as ring:
            return ring.count_external_since(self._clock.time() - WINDOW)

    def explain(self) -> str:
        """Return who used up the limit, in words; empty where this machine did."""
        if number := self.external_calls():
            return f"{number} of the last minute's calls were made by another machine"
        limit, left = self.left()
        if not left:
            return ""
        made = f"{limit - left} call{'s' * (limit - left != 1)}"
        return f"this machine made {made} in the last minute: another one uses the token too, or its limit is lower"

    @property
    def named(self) -> int | None:
        """The limit in the API's last headers, None where there was none."""
        with self._ring() as ring:
            return ring.named or None

    def left(self) -> tuple[int, int]:
        """Return the limit, and how many calls are left now."""
        with self._ring() as ring:
            limit = self._limit(ring)
            return limit, max(0, limit - ring.count_since(self._clock.time() - WINDOW))

    def pause(self, seconds: float) -> None:
        """Allow no call in any process for a number of seconds, at most a minute: the API asked for it."""
        with self._ring() as ring:
            ring.not_before = self._clock.time() + min(seconds, WINDOW)

    def close(self) -> None:
        """Close the state file."""
        self._state.close()

    def _limit(self, ring: _Ring) -> int:
        return min(filter(None, (self._configured, ring.named)), default=DEFAULT_LIMIT)

    def _reserve(self) -> int:
        """Wait until a call is allowed; return its slot."""
        waited = False
        while True:
            slot, wait = self._try_reserve()
            if not wait:
                break
            if wait > self._max_wait:
                limit = format_duration(self._max_wait)
                raise RateLimitError(
                    f"the rate limit requires a wait of {format_duration(wait)}, longer than --max-wait {limit}",
                    "Try again later, or allow a longer wait with --max-wait.",
                )
            others = f" ({self.explain()})" if self.external_calls() else ""
            self._progress.waiting(wait, f"the rate limit{others}")
            waited = True
            self._clock.sleep(min(1.0, wait))
        if waited:
            self._progress.waiting(0, "the rate limit")
        return slot

    def _try_reserve(self) -> tuple[int, float]:
        """Return a slot and 0, or 0 and the seconds to wait for one."""
        with self._ring() as ring:
            limit = self._limit(ring)
            ring.grow(limit)
            now = self._clock.time()
            wait = max(ring.latest(limit) + WINDOW, ring.not_before) - now
            # A longer wait than a minute means that the clock was set back.
            if 0 < wait <= WINDOW:
                return 0, wait
            return ring.push(now), 0.0

    @contextmanager
    def _ring(self) -> Iterator[_Ring]:
        with self._state.locked():
            ring = _Ring(self._state)
            yield ring
            ring.save()


class _State:
    """The bytes of the state: in the file, or in memory where no file can be written."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd
        self._own = bytearray() if fd is None else None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock out other processes."""
        if self._fd is None:
            yield
            return
        with lock_descriptor(self._fd):
            yield

    def read(self, at: int, size: int) -> bytes:
        if self._fd is None or self._own is not None:
            return bytes((self._own or b"")[at : at + size])
        os.lseek(self._fd, at, os.SEEK_SET)
        return os.read(self._fd, size)

    def write(self, at: int, data: bytes) -> None:
        if self._own is None:
            try:
                self._write_file(at, data)
            except OSError:  # a full disk must not prevent reading messages
                self._own = bytearray(self.read(0, _MAX_BYTES))
            else:
                return
        self._own.extend(bytes(max(0, at + len(data) - len(self._own))))
        self._own[at : at + len(data)] = data

    def _write_file(self, at: int, data: bytes) -> None:
        assert self._fd is not None  # noqa: S101 - for the type checker
        os.lseek(self._fd, at, os.SEEK_SET)
        if os.write(self._fd, data) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


class _Ring:
    """The ring buffer: a header, then the times of the latest ``capacity`` calls, in seconds since the epoch.

    The time of a call that another machine made is stored as a negative number.
    """

    _HEADER = struct.Struct("<4sIQdI")
    _TIME = struct.Struct("<d")
    _MAGIC = b"wac1"

    def __init__(self, state: _State) -> None:
        self._state = state
        header = self._state.read(0, self._HEADER.size)
        if len(header) < self._HEADER.size or not header.startswith(self._MAGIC):
            header = self._HEADER.pack(self._MAGIC, 0, 0, 0.0, 0)
        _, self.capacity, self._count, self.not_before, self.named = self._HEADER.unpack(header)
        self._loaded = header

    def save(self) -> None:
        header = self._HEADER.pack(self._MAGIC, self.capacity, self._count, self.not_before, self.named)
        if header != self._loaded:
            self._state.write(0, header)

    def latest(self, n: int) -> float:
        """Return the time of the ``n``-th latest call, 0 where there were fewer."""
        if n > self._count:
            return 0.0
        found = self._state.read(self._offset((self._count - n) % self.capacity), self._TIME.size)
        return abs(float(self._TIME.unpack(found)[0])) if len(found) == self._TIME.size else 0.0

    def count_since(self, moment: float) -> int:
        """Return how many calls were made after a moment."""
        return sum(abs(time) > moment for time in self._times())

    def count_external_since(self, moment: float) -> int:
        """Return how many of these were made by another machine."""
        return sum(-time > moment for time in self._times())

    def push(self, moment: float) -> int:
        """Add a call; return its slot."""
        slot: int = self._count % self.capacity
        self.set(slot, moment)
        self._count += 1
        return slot

    def set(self, slot: int, moment: float) -> None:
        self._state.write(self._offset(slot), self._TIME.pack(moment))

    def grow(self, capacity: int) -> None:
        """Make room for *capacity* calls."""
        if capacity > self.capacity:
            times = sorted(self._times(), key=abs)
            self.capacity, self._count = capacity, len(times)
            self._state.write(self._HEADER.size, array("d", times).tobytes())

    def _times(self) -> array[float]:
        data = self._state.read(self._HEADER.size, min(self._count, self.capacity) * self._TIME.size)
        return array("d", data[: len(data) - len(data) % self._TIME.size])

    def _offset(self, slot: int) -> int:
        return self._HEADER.size + slot * self._TIME.size


def open_state(folder: Path, token: str, origin: str = "") -> int:
    """Open the state file of a token for the API at *origin*, and return its descriptor.

    Raises :class:`OSError` where the folder can't be written.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"calls-{hashlib.sha256(f'{origin}{token}'.encode()).hexdigest()[:16]}"
    return os.open(
        folder / name, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0), 0o600
    )
