"""Statistics computed from a list of rows in the plainest way, to compare with."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from wacr_cli.core.models import Row

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def sent(row: Row) -> datetime:
    """Return when a message was sent."""
    return datetime.fromisoformat(row["sent_at"])


def is_known(row: Row) -> bool:
    """Return whether a message has a time and a direction."""
    return bool(row["sent_at"] and row["direction"])


def key_of(moment: datetime, by: str, zone: tzinfo) -> str:
    """Return the period that a moment is in."""
    local = moment.astimezone(zone)
    year, week, _ = local.isocalendar()
    return {
        "day": f"{local:%Y-%m-%d}",
        "week": f"{year}-W{week:02}",
        "month": f"{local:%Y-%m}",
        "hour": str(local.hour),
        "weekday": DAYS[local.weekday()],
    }[by]


@dataclass
class Turn:
    """A turn: its first message, the reply, and when that was sent."""

    first: Row
    answered: datetime | None = None
    reply: Row | None = None

    def seconds(self, hours: tuple[int, int, Sequence[int], tzinfo] | None) -> float:
        """Return how long it took; of business hours from an hour to another, every minute is looked at."""
        assert self.answered
        if hours is None:
            return (self.answered - sent(self.first)).total_seconds()
        opening, closing, days, zone = hours
        minute, seconds = sent(self.first), 0.0
        while minute < self.answered:
            end = min(minute.replace(second=0, microsecond=0) + timedelta(minutes=1), self.answered)
            local = minute.astimezone(zone)
            if local.weekday() in days and opening <= local.hour < closing:
                seconds += (end - minute).total_seconds()
            minute = end
        return seconds


def find_turns(rows: Iterable[Row], until: datetime, auto_within: float | None) -> list[Turn]:
    """Return the turns of all conversations."""
    turns: list[Turn] = []
    known = [row for row in rows if is_known(row) and sent(row) < until and row["interaction_id"] is not None]
    for number in {row["interaction_id"] for row in known}:
        turn: Turn | None = None
        for row in sorted(
            (one for one in known if one["interaction_id"] == number), key=lambda one: (sent(one), one["id"])
        ):
            if row["direction"] == "inbound" and turn is None:
                turn = Turn(row)
                turns.append(turn)
            elif row["direction"] == "outbound" and row["status"] != "failed" and turn:
                wait = (sent(row) - sent(turn.first)).total_seconds()
                if auto_within is None or wait > auto_within:
                    turn.answered, turn.reply = sent(row), row
                    turn = None
    return turns


def describe(turns: Sequence[Turn], hours: Any) -> dict[str, Any]:
    """Return the fields of response."""
    times = sorted(turn.seconds(hours) for turn in turns if turn.answered)
    many = times if len(times) > 1 else times * 2
    tenths = statistics.quantiles(many, n=10, method="inclusive") if times else []
    return {
        "turns": len(turns),
        "answered": len(times),
        "waiting": len(turns) - len(times),
        "median_seconds": round(statistics.median(times), 3) if times else None,
        "p90_seconds": round(tenths[8], 3) if times else None,
        **{
            name: round(sum(time <= most for time in times) / len(turns), 6) if turns else None
            for name, most in (("within_5m", 300), ("within_1h", 3600), ("within_24h", 86400))
        },
    }
