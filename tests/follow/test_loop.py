"""The loop repeats a poll through outages, a shared rate limit and clocks that jump."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from wacr_cli.core.errors import AuthError, UnavailableError
from wacr_cli.follow.loop import PAUSE_MAX, Loop


class ManualClock:
    """A clock that moves only when something sleeps; `jumps` are seconds that its wall clock gains during sleeps."""

    def __init__(self) -> None:
        self.slept = 0.0
        self.jumped = 0.0
        self.jumps: list[float] = []

    def now(self) -> datetime:
        """Return the current time."""
        return datetime.fromtimestamp(self.time(), UTC)

    def time(self) -> float:
        """Return seconds since the epoch."""
        return 1_800_000_000 + self.slept + self.jumped

    def monotonic(self) -> float:
        """Return the seconds that were slept."""
        return self.slept

    def sleep(self, seconds: float) -> None:
        """Advance."""
        self.slept += seconds
        if self.jumps:
            self.jumped += self.jumps.pop()


class Polls:
    """A poll that notes when it is called and fails as planned."""

    def __init__(self, clock: ManualClock, *outcomes: Exception | None) -> None:
        self.times: list[float] = []
        self._clock = clock
        self._outcomes: Iterator[Exception | None] = iter(outcomes)

    def __call__(self) -> None:
        """Register the call."""
        self.times.append(self._clock.slept)
        if (error := next(self._outcomes, None)) is not None:
            raise error


@pytest.fixture
def clock() -> ManualClock:
    """Return the clock of a test."""
    return ManualClock()


def test_polls_are_an_interval_apart(clock: ManualClock) -> None:
    """A poll is made at once, then one every interval, however long a poll takes."""
    polls = Polls(clock)

    def poll() -> None:
        polls()
        clock.slept += 4

    Loop(clock, 15, print).run(poll, polls=4)
    assert polls.times == [0, 15, 30, 45]


def test_an_outage_is_two_lines_and_a_growing_pause(clock: ManualClock) -> None:
    """The first failure and the recovery are reported; each pause is twice as long as the one before, up to a limit."""
    lines: list[str] = []
    polls = Polls(clock, *[UnavailableError("no connection")] * 7)
    Loop(clock, 15, lines.append).run(polls, polls=9)
    pauses = [after - before for before, after in zip(polls.times, polls.times[1:], strict=False)]
    assert pauses == [30, 60, 120, 240, PAUSE_MAX, PAUSE_MAX, PAUSE_MAX, 15]
    assert lines == ["wacr: no connection; trying again until it works", "wacr: the API responds again"]


def test_a_refused_token_ends_the_loop(clock: ManualClock) -> None:
    """An error that trying again can't help is raised."""
    polls = Polls(clock, None, AuthError("invalid token"))
    with pytest.raises(AuthError):
        Loop(clock, 15, print).run(polls)
    assert len(polls.times) == 2


def test_the_interval_grows_while_the_limit_is_shared(clock: ManualClock) -> None:
    """While few calls are left, polls become rarer; then they come as often as before."""
    polls = Polls(clock)
    crowded = iter([True] * 4 + [False] * 4)
    Loop(clock, 10, print, lambda: next(crowded)).run(polls, polls=8)
    pauses = [after - before for before, after in zip(polls.times, polls.times[1:], strict=False)]
    assert pauses == [20, 40, 80, 80, 40, 20, 10]


@pytest.mark.parametrize(
    ("jump", "line"),
    [
        (7_200, "wacr: 2h00m passed unnoticed: the machine slept, or its clock was set"),
        (-3_600, "wacr: the machine's clock was set back by 1h00m"),
    ],
)
def test_a_jump_of_the_clock_is_one_line(clock: ManualClock, jump: float, line: str) -> None:
    """Where the wall clock moves by more than the pause, it is reported, and polling goes on."""
    lines: list[str] = []
    clock.jumps = [jump]
    polls = Polls(clock)
    Loop(clock, 15, lines.append).run(polls, polls=3)
    assert lines == [line]
    assert polls.times == [0, 15, 30]
