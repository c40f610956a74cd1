"""Business hours: the time between two moments in which a business is open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wacr_cli.core.business_hours import parse_business_hours, parse_days, parse_hours, parse_zone
from wacr_cli.core.errors import UsageError

FRIDAY = datetime(2026, 11, 27, tzinfo=UTC)
HOUR = 3600


@pytest.mark.parametrize(
    ("hours", "days", "start", "end", "seconds"),
    [
        ("09:00-18:00", "mon-fri", 10, 12, 2 * HOUR),
        ("09:00-18:00", "mon-fri", 6, 10, HOUR),
        ("09:00-18:00", "mon-fri", 17, 24 * 3 + 10, 2 * HOUR),  # over the weekend
        ("09:00-18:00", "mon-fri", 19, 24 * 2, 0),
        ("22:00-06:00", "fri", 20, 24 + 12, 8 * HOUR),  # a night shift ends on the next day
        ("22:00-06:00", "sat", 20, 24 + 12, 0),
        ("00:00-24:00", "mon-sun", 0, 48, 48 * HOUR),
        (None, "fri", 0, 48, 24 * HOUR),
        ("09:00-18:00", None, 24, 48, 9 * HOUR),
        ("09:00-18:00", "mon-fri", 12, 10, 0),
    ],
)
def test_only_business_hours_count(
    hours: str | None, days: str | None, start: float, end: float, seconds: float
) -> None:
    """The hours count from Friday at midnight."""
    business = parse_business_hours(hours, days, "UTC")
    assert business is not None
    assert business.measure(FRIDAY + timedelta(hours=start), FRIDAY + timedelta(hours=end)) == seconds


@pytest.mark.parametrize(("month", "day", "seconds"), [(3, 29, 3 * HOUR), (10, 25, 5 * HOUR), (6, 7, 4 * HOUR)])
def test_a_change_of_the_clock_is_measured_as_it_passes(month: int, day: int, seconds: float) -> None:
    """Four hours on the clock are three when it is set forward, and five when it is set back."""
    business = parse_business_hours("00:00-04:00", "sun", "Europe/Berlin")
    assert business is not None
    start = datetime(2026, month, day, tzinfo=UTC) - timedelta(hours=12)
    assert business.measure(start, start + timedelta(hours=36)) == seconds


@given(parts=st.lists(st.floats(0, 400), min_size=1, max_size=6))
def test_parts_add_up(parts: list[float]) -> None:
    """The time from one moment to another is the sum of its parts."""
    business = parse_business_hours("08:30-17:15", "mon-sat", "America/New_York")
    assert business is not None
    moments = [FRIDAY + timedelta(hours=hours) for hours in sorted([0.0, *parts])]
    whole = business.measure(moments[0], moments[-1])
    pieces = sum(business.measure(a, b) for a, b in pairwise(moments))
    assert pieces == pytest.approx(whole, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "days"), [("mon-fri", {0, 1, 2, 3, 4}), ("sat-mon", {5, 6, 0}), ("Mon, wed", {0, 2}), ("sun", {6})]
)
def test_days_are_ranges_and_lists(text: str, days: set[int]) -> None:
    """A range may go over the end of the week."""
    assert parse_days(text) == days


@pytest.mark.parametrize("text", ["9-18", "09:00", "25:00-26:00", "09:00-24:30", "09:00-09:00", ""])
def test_other_hours_are_refused(text: str) -> None:
    """What is not a time of day to another is an error."""
    with pytest.raises(UsageError, match="business_hours"):
        parse_hours(text)


def test_a_wrong_day_or_zone_gets_the_nearest_name() -> None:
    """A typo is answered with the name that was probably meant."""
    with pytest.raises(UsageError, match="did you mean mon"):
        parse_days("mom-fri")
    with pytest.raises(UsageError, match="did you mean Europe/Berlin"):
        parse_zone("Europe/Berlni")
