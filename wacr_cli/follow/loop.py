"""Repeat a poll until a signal: outages, pauses, and clocks that jump."""

from __future__ import annotations

from collections.abc import Callable

from wacr_cli.core.errors import BadResponseError, IncompleteError, RateLimitError, UnavailableError
from wacr_cli.core.times import Clock, format_duration

PAUSE_MAX = 300.0
"""Seconds: the longest pause between attempts during an outage."""

_JUMP = 30.0
"""Seconds that the clock may gain or lose during a pause before it is reported."""


class Loop:
    """Calls *poll* every *interval* seconds. An outage is one line and a growing pause, not an end.

    *report* writes a line. While *is_crowded* says that few calls are left of the rate limit, which others share, the
    interval doubles with each poll, up to eightfold.
    """

    def __init__(
        self,
        clock: Clock,
        interval: float,
        report: Callable[[str], None],
        is_crowded: Callable[[], bool] = lambda: False,
    ) -> None:
        self._clock = clock
        self._interval = interval
        self._report = report
        self._is_crowded = is_crowded
        self._failures = 0
        self._factor = 1

    def run(self, poll: Callable[[], None], *, polls: int | None = None) -> None:
        """Poll until a signal or an error that trying again can't help; *polls* is the number at most."""
        done = 0
        while polls is None or done < polls:
            done += 1
            start = self._clock.monotonic()
            pause = self._attempt(poll)
            if pause is None:
                self._factor = min(2 * self._factor, 8) if self._is_crowded() else max(1, self._factor // 2)
                pause = self._interval * self._factor - (self._clock.monotonic() - start)
            if done != polls:
                self._sleep(pause)

    def _attempt(self, poll: Callable[[], None]) -> float | None:
        """Poll once; return the pause after a failure, None after a success."""
        try:
            poll()
        except (UnavailableError, RateLimitError, BadResponseError, IncompleteError) as error:
            self._failures += 1
            pause = min(self._interval * 2.0**self._failures, max(self._interval, PAUSE_MAX))
            if self._failures == 1:
                self._report(f"wacr: {error.message}; trying again until it works")
            return pause
        if self._failures:
            self._report("wacr: the API responds again")
            self._failures = 0
        return None

    def _sleep(self, seconds: float) -> None:
        """Wait; report it if the machine's clock moved by more than the wait."""
        start, wall = self._clock.monotonic(), self._clock.time()
        while (left := start + seconds - self._clock.monotonic()) > 0:
            self._clock.sleep(min(1.0, left))
        jump = self._clock.time() - wall - (self._clock.monotonic() - start)
        if jump > _JUMP:
            self._report(f"wacr: {format_duration(jump)} passed unnoticed: the machine slept, or its clock was set")
        elif jump < -_JUMP:
            self._report(f"wacr: the machine's clock was set back by {format_duration(-jump)}")
