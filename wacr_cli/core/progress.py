"""Progress of a run: calls, rows and waits are reported to a listener. The default listener ignores them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One API call.

    ``outcome`` is the HTTP status or a short description of the failure; ``seconds`` is its duration; ``left`` is the
    number of calls left in this minute, None where the API does not say. ``parameters`` are masked, and empty where
    the listener is not ``detailed``.
    """

    method: str
    path: str
    parameters: str
    outcome: int | str
    seconds: float
    left: int | None


class Progress:
    """A listener. Each method may be called many times; none may raise.

    ``detailed`` says whether the listener needs the parameters of each call.
    """

    detailed = False

    def called(self, call: Call) -> None:
        """Report a call that got a response or failed."""

    def waiting(self, seconds: float, reason: str) -> None:
        """Report the seconds left of a wait, about once a second; 0 when it is over."""

    def read(self, rows: int, total: int | None) -> None:
        """Report the number of rows read so far, and of all rows where it is known."""

    def read_details(self, rows: int, total: int) -> None:
        """Report the number of messages whose details were read, a call each, and of all to read."""
