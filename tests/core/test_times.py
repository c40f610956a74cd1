"""Times: what people say of them, in which zone, and how they are shown."""

# ruff: noqa: RUF001 - digits of other scripts are what is tested

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wacr_cli.core.errors import UsageError
from wacr_cli.core.times import (
    SystemClock,
    format_duration,
    format_full_local,
    format_short_local,
    parse_sent_at,
    parse_when,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def zone() -> Iterator[Callable[[str], None]]:
    """Set the time zone of this process until the test ends."""
    before = os.environ.get("TZ")

    def go_to(name: str) -> None:
        os.environ["TZ"] = name
        time.tzset()

    yield go_to
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.fixture
def berlin(zone: Callable[[str], None]) -> None:
    """Berlin: +01:00 in winter, +02:00 from 29 March to 25 October 2026."""
    zone("Europe/Berlin")


def local(*parts: int) -> datetime:
    """Return a local moment."""
    return datetime(*parts).astimezone()  # type: ignore[arg-type]


class TestParseWhen:
    """The values of ``--since`` and ``--until``."""

    @pytest.mark.parametrize(
        ("text", "age"),
        [
            ("90s", timedelta(seconds=90)),
            ("90m", timedelta(minutes=90)),
            ("12h", timedelta(hours=12)),
            ("7d", timedelta(days=7)),
            ("2w", timedelta(weeks=2)),
            ("0d", timedelta(0)),
            (" 7d ", timedelta(days=7)),
            ("now", timedelta(0)),
            ("2 hours ago", timedelta(hours=2)),
            ("1 week ago", timedelta(weeks=1)),
            ("30 min ago", timedelta(minutes=30)),
            ("45 seconds ago", timedelta(seconds=45)),
        ],
    )
    def test_an_age_counts_back_from_now(self, text: str, age: timedelta) -> None:
        """An age counts back from now."""
        now = datetime(2026, 3, 4, 12, 34, 56, tzinfo=UTC)
        assert parse_when(text, now, "--since") == now - age

    @pytest.mark.parametrize(
        ("now", "word", "utc"),
        [
            ((2026, 1, 15, 12), "today", (2026, 1, 14, 23)),
            ((2026, 7, 15, 12), "today", (2026, 7, 14, 22)),
            ((2026, 3, 29, 12), "today", (2026, 3, 28, 23)),
            ((2026, 3, 30, 12), "yesterday", (2026, 3, 28, 23)),
            ((2026, 3, 30, 12), "today", (2026, 3, 29, 22)),
            ((2026, 10, 25, 12), "today", (2026, 10, 24, 22)),
            ((2026, 10, 26, 0), "yesterday", (2026, 10, 24, 22)),
            ((2026, 10, 26, 0), "today", (2026, 10, 25, 23)),
            ((2026, 1, 1, 1), "yesterday", (2025, 12, 30, 23)),
        ],
    )
    @pytest.mark.usefixtures("berlin")
    def test_a_day_begins_at_local_midnight(self, now: tuple[int, ...], word: str, utc: tuple[int, ...]) -> None:
        """With the offset of that midnight, which may differ from today's."""
        assert parse_when(word, local(*now), "--since") == datetime(*utc, tzinfo=UTC)  # type: ignore[misc, arg-type]

    @pytest.mark.parametrize(
        ("text", "utc"),
        [
            ("2026-01-15", "2026-01-14T23:00:00"),
            ("2026-07-15", "2026-07-14T22:00:00"),
            ("2026-07-15T09:30", "2026-07-15T07:30:00"),
            ("2026-07-15 09:30", "2026-07-15T07:30:00"),
            ("2026-01-15T09:30:15", "2026-01-15T08:30:15"),
            ("2026-01-15T09:30:15.25", "2026-01-15T08:30:15.250000"),
            ("2026-01-15T09:30Z", "2026-01-15T09:30:00"),
            ("2026-01-15t09:30:00z", "2026-01-15T09:30:00"),
            ("2026-01-15T09:30+05:30", "2026-01-15T04:00:00"),
            ("2026-01-15T09:30-0800", "2026-01-15T17:30:00"),
            ("2024-02-29", "2024-02-28T23:00:00"),
            ("2026-07", "2026-06-30T22:00:00"),
            ("2025-12", "2025-11-30T23:00:00"),
            ("today 9:30", "2026-01-01T08:30:00"),
            ("yesterday 14:00", "2025-12-31T13:00:00"),
        ],
    )
    @pytest.mark.usefixtures("berlin")
    def test_times_are_local_unless_they_have_an_offset(self, text: str, utc: str) -> None:
        """In winter and in summer."""
        assert parse_when(text, local(2026, 1, 1), "--since") == datetime.fromisoformat(f"{utc}+00:00")

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "tomorrow",
            "2026-13",
            "yesterday 24:00",
            "today at 9",
            "2 months ago",
            "two hours ago",
            "Monday",
            "7",
            "d",
            "7 d",
            "-7d",
            "7y",
            "1.5h",
            "7d12h",
            "٧d",
            "9999999d",
            "999999w",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-1-5",
            "01.02.2026",
            "02/01/2026",
            "20260115",
            "2026-W03",
            "2026-01-15T",
            "2026-01-15T9:30",
            "2026-01-15T25:00",
            "2026-01-15T09:61",
            "2026-01-15T09:30+5",
            "2026-01-15T09:30+99:00",
            "2026-01-15T09:30 Europe/Berlin",
            "0000-01-01",
            "0001-01-01",
            "\x1b[31m",
            "7d\n8d",
            "٢٠٢٦-٠١-١٥",
            "caf\udce9",
        ],
    )
    @pytest.mark.parametrize("flag", ["--since", "--until"])
    def test_anything_else_is_refused(self, zone: Callable[[str], None], flag: str, text: str) -> None:
        """The error names the flag and the forms of a time."""
        zone("Asia/Kolkata")
        with pytest.raises(UsageError) as caught:
            parse_when(text, datetime(2026, 3, 4, tzinfo=UTC), flag)
        assert caught.value.message == f"{flag}: not a time: {text!r}"
        assert "7d" in caught.value.hint
        assert "yesterday" in caught.value.hint

    @settings(deadline=None)
    @given(st.text(max_size=30))
    def test_any_text_is_an_aware_time_or_a_usage_error(self, text: str) -> None:
        """Any text is an aware time or a usage error, and nothing else."""
        now, refused = datetime(2026, 3, 4, tzinfo=UTC), ""
        try:
            parsed = parse_when(text, now, "--since")
        except UsageError as error:
            parsed, refused = now, error.message
        assert parsed.utcoffset() is not None
        assert refused in ("", f"--since: not a time: {text!r}")

    @settings(deadline=None)
    @given(st.datetimes(min_value=datetime(1900, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))
    def test_a_time_of_the_api_is_the_same_moment(self, moment: datetime) -> None:
        """A time with its offset is the same moment again."""
        assert parse_when(moment.isoformat(), datetime(2026, 3, 4, tzinfo=UTC), "--since") == moment


class TestSentAt:
    """The time of a row."""

    @pytest.mark.parametrize(
        ("value", "moment"),
        [
            ("2026-03-04T05:06:07Z", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
            ("2026-03-04T05:06:07.123456Z", datetime(2026, 3, 4, 5, 6, 7, 123456, tzinfo=UTC)),
            ("2026-03-04T05:06:07+05:30", datetime(2026, 3, 3, 23, 36, 7, tzinfo=UTC)),
            ("2026-03-04 05:06:07", datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)),
            ("2026-03-04T05:06:07.123456789Z", datetime(2026, 3, 4, 5, 6, 7, 123456, tzinfo=UTC)),
        ],
    )
    def test_a_time_without_an_offset_is_utc(self, value: str, moment: datetime) -> None:
        """RFC 3339 and similar forms are read."""
        assert parse_sent_at(value) == moment

    @pytest.mark.parametrize(
        "value", [None, "", "soon", 0, 1767225600, True, [], {}, "2026-13-01T00:00:00Z", "\x1b[2J"]
    )
    def test_anything_else_is_none(self, value: object) -> None:
        """It is not an error."""
        assert parse_sent_at(value) is None

    @settings(deadline=None)
    @given(st.text())
    def test_any_text_is_an_aware_time_or_none(self, text: str) -> None:
        """Any text is an aware time or none."""
        parsed = parse_sent_at(text)
        assert parsed is None or parsed.utcoffset() is not None


@pytest.mark.usefixtures("berlin")
class TestShown:
    """Times for people."""

    @pytest.mark.parametrize(
        ("age", "shown"),
        [
            (timedelta(0), "just now"),
            (timedelta(seconds=59), "just now"),
            (timedelta(seconds=60), "1m ago"),
            (timedelta(minutes=59, seconds=59), "59m ago"),
            (timedelta(hours=1), "1h ago"),
            (timedelta(hours=23, minutes=59), "23h ago"),
            (timedelta(hours=24), "Jul 14 12:00"),
            (timedelta(days=100), "Apr 06 12:00"),
            (timedelta(days=190), "Jan 06 11:00"),
            (timedelta(days=200), "2025-12-27"),
            (timedelta(minutes=-5), "Jul 15 12:05"),
            (timedelta(days=-300), "2027-05-11"),
        ],
    )
    def test_a_short_time_is_an_age_within_a_day(self, age: timedelta, shown: str) -> None:
        """Otherwise it is local, with the year if that is another; a time in the future is not an age."""
        now = local(2026, 7, 15, 12)
        assert format_short_local((now - age).astimezone(UTC), now) == shown

    def test_a_short_time_has_at_most_12_characters(self) -> None:
        """A column of 12 cells holds any of them."""
        now = local(2026, 7, 15, 12)
        shown = [format_short_local(now - timedelta(hours=hours), now) for hours in range(-20_000, 20_000, 7)]
        assert max(map(len, shown)) <= 12

    @pytest.mark.parametrize(
        ("moment", "shown"),
        [
            (datetime(2026, 7, 15, 10, tzinfo=UTC), "Wed 15 Jul 2026 12:00:00 +0200"),
            (datetime(2026, 1, 15, 23, 30, 5, tzinfo=UTC), "Fri 16 Jan 2026 00:30:05 +0100"),
            (datetime(2026, 1, 15, 1, tzinfo=timezone(timedelta(hours=9))), "Wed 14 Jan 2026 17:00:00 +0100"),
        ],
    )
    def test_a_full_time_is_local_with_its_offset(self, moment: datetime, shown: str) -> None:
        """Local time in full, with its offset."""
        assert format_full_local(moment) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0s"),
        (0.44, "0.4s"),
        (9.94, "9.9s"),
        (10, "10s"),
        (59.4, "59s"),
        (59.6, "1m00s"),
        (124, "2m04s"),
        (3599.4, "59m59s"),
        (3599.6, "1h00m"),
        (3720, "1h02m"),
        (999999, "277h46m"),
    ],
)
def test_a_duration_has_at_most_two_units(seconds: float, words: str) -> None:
    """A duration in as few words as tell it."""
    assert format_duration(seconds) == words


def test_the_system_clock_has_an_offset() -> None:
    """Its three methods agree."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0)
    assert clock.now().utcoffset() is not None
    assert abs(clock.now().timestamp() - clock.time()) < 60
    assert clock.monotonic() >= before
