"""What a run tells of itself while it works: calls, rows, waits. The default listener says nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """One call, as it went.

    ``outcome`` is the HTTP status, or a few words on the failure; ``seconds`` what it took; ``left`` the
    calls still allowed in this minute where the service says so. ``parameters`` are masked, and empty for
    who did not ask for details.
    """

    method: str
    path: str
    parameters: str
    outcome: int | str
    seconds: float
    left: int | None


class Progress:
    """A listener. Each method may be called many times; none may raise.

    ``detailed`` says whether it wants to hear with which parameters a call was made.
    """

    detailed = False

    def called(self, call: Call) -> None:
        """A call was answered, or failed."""

    def waiting(self, seconds: float, reason: str) -> None:
        """A wait goes on for so many seconds more; said about once a second, and with 0 when it is over."""

    def read(self, rows: int, total: int | None) -> None:
        """So many rows have been read, of so many where that is known."""
