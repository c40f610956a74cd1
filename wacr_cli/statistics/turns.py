"""Turns: how long customers wait for an answer.

In a conversation a turn begins with the first inbound message after our last outbound message that did not fail. The
next outbound message that did not fail answers it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from wacr_cli.core.business_hours import OpenTime
from wacr_cli.core.counts import FAILED_REPLY, INBOUND, REPLY, SECOND, Line


class Turn(NamedTuple):
    """A turn: its conversation, and when it began and was answered, in microseconds; None where the customer waits.

    ``matches`` is whether the filters match its first message. ``staff`` is the id of who answered.
    """

    conversation: int
    began: int
    answered: int | None
    matches: bool
    staff: int | None = None

    def cut(self, end: int) -> Turn:
        """Return the turn as it was at a moment."""
        return self if self.answered is None or self.answered < end else self._replace(answered=None)


class ResponseTimes:
    """How long turns took: the number of ``turns``, and the ``times`` of those that were answered, in microseconds."""

    def __init__(self) -> None:
        self.turns = 0
        self.times = array("q")

    def add(self, turn: Turn, open_time: OpenTime | None) -> None:
        """Add a turn. *open_time* has the time that counts, None for all time."""
        self.turns += 1
        if turn.answered is not None:
            self.times.append(measure(turn.began, turn.answered, open_time))


def measure(begin: int, end: int, open_time: OpenTime | None) -> int:
    """Return the microseconds between two moments that count."""
    return open_time.measure(begin, end) if open_time else max(0, end - begin)


def find_turns(lines: Iterable[Line], auto_within: float | None = None) -> Iterator[Turn]:
    """Yield the turns of messages, which are sorted by conversation, time and id.

    Outbound messages that come within *auto_within* seconds after the turn's first message are automatic replies, which
    answer nothing.
    """
    conversation, began, matches = -1, None, 0
    grace = -1 if auto_within is None else round(auto_within * SECOND)
    for number, sent, kind, fits, staff in chain(lines, [(-1, 0, FAILED_REPLY, 0, None)]):
        if number != conversation:
            if began is not None:
                yield Turn(conversation, began, None, bool(matches))
            conversation, began = number, None
        if kind == INBOUND:
            if began is None:
                began, matches = sent, fits
        elif kind == REPLY and began is not None and sent - began > grace:
            yield Turn(conversation, began, sent, bool(matches), staff)
            began = None


def find_quantile(ordered: Sequence[float], share: float) -> float | None:
    """Return a quantile by linear interpolation (type 7 of Hyndman and Fan), None of no values."""
    if not ordered:
        return None
    position = (len(ordered) - 1) * share
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
